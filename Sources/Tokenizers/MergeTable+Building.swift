// Merge tables out of the two ways files describe merges: scores of pieces, or a list of pairs.

extension MergeTable {
    /// Every split of every piece into two symbols is a merge, ranked by the piece's score: highest first,
    /// equal scores equal. Time linear in the vocabulary's bytes, times the lookups' constant.
    ///
    /// - Parameter firstSymbol: the symbol that merging starts from at the first of the given bytes (-1 if
    ///   none), and its length in bytes.
    init(
        scores: [Float], vocabulary: Vocabulary,
        firstSymbol: ([UInt8], Range<Int>) -> (symbol: TokenID, length: Int)
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
        let index = PieceIndex(table, kinds: kinds) { $0 == .normal }
        let bytes = table.bytes
        var starts: [(symbol: TokenID, offset: Int, hash: UInt64)] = []

        self.init(capacity: count * 2)
        for id in 0..<count where kinds[id] == .normal {
            let piece = table.range(id)
            starts.removeAll(keepingCapacity: true)
            var hash: UInt64 = 0
            var offset = piece.lowerBound
            while offset < piece.upperBound {
                let (symbol, length) = firstSymbol(bytes, offset..<piece.upperBound)
                starts.append((symbol, offset, hash))
                for index in offset..<offset + length { hash = PieceHash.extend(hash, by: bytes[index]) }
                offset += length
            }
            guard starts.count > 1 else { continue }
            for (number, start) in starts.enumerated().dropFirst() {
                let right =
                    number == starts.count - 1
                    ? start.symbol
                    : index.find(
                        bytes.span, start.offset..<piece.upperBound,
                        hash: PieceHash.suffix(
                            of: hash, after: start.hash, count: piece.upperBound - start.offset)) ?? -1
                guard right >= 0 else { continue }
                let left =
                    number == 1
                    ? starts[0].symbol
                    : index.find(bytes.span, piece.lowerBound..<start.offset, hash: start.hash) ?? -1
                guard left >= 0 else { continue }
                insert(left, right, rank: ranks[id], result: TokenID(id))
            }
        }
    }

    /// The merges of a list, earliest first. Time linear in the list's bytes.
    init(_ merges: MergeList, vocabulary: Vocabulary) throws(TokenizerError) {
        guard merges.count < UInt32.max else {
            throw TokenizerError(.malformed, "merges", "found \(merges.count); expected fewer than 2³²")
        }
        let kinds = vocabulary.kinds
        let pieces = vocabulary.textPieces
        let text = merges.texts.bytes.span
        self.init(capacity: merges.count)
        var result: TokenID?
        for number in 0..<merges.count {
            let (left, right) = merges.ranges(number)
            let leftHash = PieceHash.of(text, left)
            let rightHash = PieceHash.of(text, right)
            // Merges mostly come in the order of the pieces they make: then no search is needed. (Of pieces that
            // repeat only a search finds the first.)
            if let last = result, pieces.isUnique, kinds[Int(last)] == .normal,
                pieces.isPiece(Int(last), text, left, right)
            {
                result = last
            } else if let last = result, pieces.isUnique, Int(last) + 1 < kinds.count,
                kinds[Int(last) + 1] == .normal, pieces.isPiece(Int(last) + 1, text, left, right)
            {
                result = last + 1
            } else {
                result = pieces.find(
                    text, left, right, hash: PieceHash.join(leftHash, rightHash, count: right.count))
            }
            guard let leftToken = pieces.find(text, left, hash: leftHash),
                let rightToken = pieces.find(text, right, hash: rightHash), let result
            else {
                throw Self.failure(merges, number)
            }
            guard kinds[Int(result)] == .normal else { continue }
            insert(leftToken, rightToken, rank: UInt32(number), result: result)
        }
    }

    private static func failure(_ merges: MergeList, _ number: Int) -> TokenizerError {
        let (left, right) = merges.ranges(number)
        let pair = [left, right].map { "'\(String(decoding: merges.texts.bytes[$0], as: UTF8.self))'" }
        return TokenizerError(
            .malformed, "merge \(number)",
            "\(pair[0]) and \(pair[1]), or the two together, are not in the vocabulary")
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
