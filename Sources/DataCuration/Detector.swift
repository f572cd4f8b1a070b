// The border between what is looked for and how files are read and changed.

/// Finds labelled spans in documents. Pure: the same document gives the same findings, on any thread.
public protocol Detector: Sendable {
    /// SHA-256, in hexadecimal, of all that decides the findings; stands in every output.
    var digest: String { get }

    /// Whether a record may have findings, from its bytes as they stand in the file, escapes and all.
    ///
    /// False is a promise, true is not. It is asked for every record and has to run at the speed of memory.
    func mayContain(_ record: Span<UInt8>) -> Bool

    /// Findings in the order of turns and spans. Spans of one turn do not overlap.
    func findings(in document: Document) -> [Finding]
}
