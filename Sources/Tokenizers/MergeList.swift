// The merges of a byte-pair vocabulary as files list them. It knows how a merge is spelt, not what it means.

/// Pairs of pieces that merge, the one that goes first in front.
public struct MergeList: Sendable {
    /// Each merge's left piece, one byte, its right piece: the form of GGUF files, which is taken as it is.
    private(set) var texts: PieceTable
    private var leftCounts: [Int] = []  // bytes of the left pieces

    /// No merges, with room for `count`.
    init(capacity count: Int) { texts = PieceTable(capacity: count, bytes: count * 8) }

    /// Adds a merge of lower rank than all before.
    mutating func append(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) {
        texts.append(atMost: left.count + 1 + right.count) { text in
            for byte in left { text.append(byte) }
            text.append(0x20)
            for byte in right { text.append(byte) }
        }
        leftCounts.append(left.count)
    }

    /// Merges spelt `left right`, cut at the first space that is not the first byte: a left piece may begin
    /// with one.
    ///
    /// - Throws: ``TokenizerError`` naming the merge that has no such space.
    init(spelt texts: PieceTable) throws(TokenizerError) {
        self.texts = texts
        leftCounts.reserveCapacity(texts.count)
        let bytes = texts.bytes.span
        for index in 0..<texts.count {
            let range = texts.range(index)
            var space = range.lowerBound + 1
            while space < range.upperBound, bytes[space] != 0x20 { space += 1 }
            guard space + 1 < range.upperBound else {
                throw TokenizerError(
                    .malformed, "tokenizer.ggml.merges[\(index)]",
                    "expected two pieces and a space, found '\(String(decoding: texts[index], as: UTF8.self))'"
                )
            }
            leftCounts.append(space - range.lowerBound)
        }
    }

    /// How many merges there are.
    public var count: Int { texts.count }

    /// Where the pieces of a merge stand in `texts.bytes`.
    func ranges(_ index: Int) -> (left: Range<Int>, right: Range<Int>) {
        let range = texts.range(index)
        let middle = range.lowerBound + leftCounts[index]
        return (range.lowerBound..<middle, middle + 1..<range.upperBound)
    }
}
