// Owns the sandbox's limits: how much work, memory and output one template may cost.
// Refuses to know what the work is; the parser and the renderer ask and stop.

/// Bounds on what a template, which comes with a model from a stranger, may cost. Each ends in one
/// `ChatTemplateError` with code `limit`.
public struct ChatTemplateLimits: Sendable, Equatable {
    /// Bytes of template source. The largest published template is near 30 kB.
    public var sourceBytes: Int
    /// Nesting of blocks, expressions and macro calls while parsing and rendering. Bounded so that the
    /// renderer's recursion fits a thread's stack of 2 MiB (Linux gives 8).
    public var depth: Int
    /// Work units of one rendering: one per expression or statement, and one per 8 code points or per list
    /// element copied. Ten million take about a second.
    public var steps: Int
    /// UTF-8 bytes of the rendered prompt.
    public var outputBytes: Int
    /// Code points of any single string made on the way.
    public var textLength: Int
    /// Elements of any single list made on the way, `range` included (jinja2's sandbox: 100,000).
    public var listLength: Int

    /// Bounds for a conversation of a few megabytes.
    public static let `default` = ChatTemplateLimits(
        sourceBytes: 1 << 20, depth: 64, steps: 10_000_000, outputBytes: 1 << 24, textLength: 1 << 24,
        listLength: 100_000)

    public init(
        sourceBytes: Int, depth: Int, steps: Int, outputBytes: Int, textLength: Int, listLength: Int
    ) {
        self.sourceBytes = sourceBytes
        self.depth = depth
        self.steps = steps
        self.outputBytes = outputBytes
        self.textLength = textLength
        self.listLength = listLength
    }
}
