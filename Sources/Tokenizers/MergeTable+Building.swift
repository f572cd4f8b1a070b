// Merge tables out of the two ways files describe merges: scores of pieces, or a list of pairs.

extension MergeTable {
    /// Every split of every piece into two symbols is a merge, ranked by the piece's score: highest first,
    /// equal scores equal. Time linear in the vocabulary's bytes, times the lookups' constant.
    ///
    /// - Parameter firstSymbol: the symbol that merging starts from at the first of the given bytes (-1 if
    ///   none), and its length in bytes.
    init(
        scores: [Float], vocabulary: Vocabulary,
        firstSymbol: (ArraySlice<UInt8>) -> (symbol: TokenID, length: Int)
    ) throws(TokenizerError) {
        let count = vocabulary.pieces.count
        guard scores.count == count else {
            throw TokenizerError(
                .malformed, "token scores", "expected \(count), one per token, found \(scores.count)")
        }
        if let index = scores.firstIndex(where: \.isNaN) {
            throw TokenizerError(.malformed, "score of token \(index)", "it is not a number")
        }
        let ranks = Self.ranks(scores)
        // Byte-level pieces are split where their bytes are, not the characters they are written in.
        let table = vocabulary.isByteLevel ? vocabulary.texts : vocabulary.pieces
        let kinds = vocabulary.kinds
        let isText = { (id: Int) in kinds[id] == .normal }
        let index = PieceIndex(table, where: isText)
        let powers = PieceHash.powers(upTo: (0..<count).lazy.map { table.range($0).count }.max() ?? 0)
        var starts: [(symbol: TokenID, offset: Int, hash: UInt64)] = []

        self.init(capacity: count * 2)
        for id in 0..<count where isText(id) {
            let piece = table[id]
            starts.removeAll(keepingCapacity: true)
            var hash: UInt64 = 0
            var offset = piece.startIndex
            while offset < piece.endIndex {
                let (symbol, length) = firstSymbol(piece[offset...])
                starts.append((symbol, offset, hash))
                for byte in piece[offset..<offset + length] { hash = PieceHash.extend(hash, by: byte) }
                offset += length
            }
            guard starts.count > 1 else { continue }
            for (number, start) in starts.enumerated().dropFirst() {
                let right =
                    number == starts.count - 1
                    ? start.symbol
                    : index.find(
                        piece[start.offset...],
                        hash: hash &- start.hash &* powers[piece.endIndex - start.offset]) ?? -1
                guard right >= 0 else { continue }
                let left =
                    number == 1
                    ? starts[0].symbol : index.find(piece[..<start.offset], hash: start.hash) ?? -1
                guard left >= 0 else { continue }
                insert(left, right, rank: ranks[id], result: TokenID(id))
            }
        }
    }

    /// The merges of a list, earliest first.
    init(left: PieceTable, right: PieceTable, vocabulary: Vocabulary) throws(TokenizerError) {
        guard left.count == right.count, left.count < UInt32.max else {
            throw TokenizerError(.malformed, "merges", "\(left.count) left and \(right.count) right sides")
        }
        let kinds = vocabulary.kinds
        let pieces = vocabulary.textPieces
        self.init(capacity: left.count)
        for index in 0..<left.count {
            guard let leftToken = pieces.find(left[index]), let rightToken = pieces.find(right[index]),
                let result = pieces.find(left[index], right[index])
            else {
                let pair = [left[index], right[index]].map { "'\(String(decoding: $0, as: UTF8.self))'" }
                throw TokenizerError(
                    .malformed, "merge \(index)",
                    "\(pair[0]) and \(pair[1]), or the two together, are not in the vocabulary")
            }
            guard kinds[Int(result)] == .normal else { continue }
            insert(leftToken, rightToken, rank: UInt32(index), result: result)
        }
    }

    /// Dense ranks: 0 for the highest score, equal for equal scores.
    private static func ranks(_ scores: [Float]) -> [UInt32] {
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var ranks = [UInt32](repeating: 0, count: scores.count)
        var rank: UInt32 = 0
        for (position, index) in order.enumerated() {
            if position > 0, scores[index] != scores[order[position - 1]] { rank += 1 }
            ranks[index] = rank
        }
        return ranks
    }
}
