// The door for grammars and other constraints on what may come next. Knows no grammar.

/// Forbids tokens, step by step. A mask is applied after every edit of the logits and before every filter, so no
/// bias can bring a forbidden token back and top-k counts allowed tokens only.
public protocol LogitsMask: Sendable {
    /// Sets the logits of forbidden tokens to `-Float.infinity` and leaves the others alone.
    /// - Parameter logits: one per token id, `[vocabulary]`.
    mutating func apply(to logits: inout MutableSpan<Float>)

    /// Learns which token was chosen, so that the next `apply` starts from there.
    mutating func accept(_ token: Int32)
}
