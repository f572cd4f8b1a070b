// Byte strings in one flat buffer. It knows nothing of tokens' meaning.

/// A list of byte strings stored end to end: 128,000 pieces cost two allocations instead of 128,000.
public struct PieceTable: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// An empty table with room for `count` pieces.
    public init(capacity count: Int = 0) {
        self.init(capacity: count, bytes: count * 7)  // English vocabularies average 6 to 7 bytes a piece
    }

    init(capacity count: Int, bytes: Int) {
        ends.reserveCapacity(count)
        self.bytes.reserveCapacity(bytes)
    }

    /// A table of the given pieces, in order.
    public init(_ pieces: some Collection<some Collection<UInt8>>) {
        self.init(capacity: pieces.count)
        for piece in pieces { append(piece) }
    }

    /// The table that takes over `bytes` without copying them: piece `i` ends before `ends[i]`, where the
    /// next one begins.
    ///
    /// Precondition: `ends` never decrease, and the last one is the number of bytes.
    public init(bytes: [UInt8], ends: [Int]) {
        var last = 0
        for end in ends {
            precondition(last <= end)
            last = end
        }
        precondition(last == bytes.count)
        self.bytes = bytes
        self.ends = ends
    }

    /// How many pieces there are.
    public var count: Int { ends.count }

    /// Adds a piece at the end; its index is the old `count`.
    public mutating func append(_ piece: some Sequence<UInt8>) {
        bytes.append(contentsOf: piece)
        ends.append(bytes.count)
    }

    /// Adds a piece of at most `count` bytes, which `fill` writes.
    @inline(__always)
    mutating func append(atMost count: Int, _ fill: (inout OutputSpan<UInt8>) -> Void) {
        bytes.append(addingCapacity: count, initializingWith: fill)
        ends.append(bytes.count)
    }

    /// The bytes of one piece.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

    package func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }
}
