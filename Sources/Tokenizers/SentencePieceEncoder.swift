// Text to tokens in a SentencePiece BPE vocabulary, as the `sentencepiece` library does it, in near-linear
// time. It does not know control tokens.

struct SentencePieceEncoder: Sendable {
    private let vocabulary: Vocabulary
    private let rules: TokenizerSpecification.SentencePiece
    private let merges: MergeTable
    private let symbols: ScalarSymbols
    private let neighbours: ScalarNeighbours
    private let userDefined: SpecialTokens

    init(
        _ vocabulary: Vocabulary, rules: TokenizerSpecification.SentencePiece,
        order: TokenizerSpecification.MergeOrder, userDefined: SpecialTokens
    ) throws(TokenizerError) {
        self.vocabulary = vocabulary
        self.rules = rules
        self.userDefined = userDefined
        if vocabulary.unknown == nil, !rules.byteFallback || vocabulary.byteTokens.contains(-1) {
            throw TokenizerError(
                .missing, "unknown token", "the vocabulary can spell neither every byte nor the unknown")
        }
        var symbols = ScalarSymbols(firstFree: TokenID(vocabulary.pieces.count))
        var neighbours = ScalarNeighbours()
        for id in 0..<vocabulary.pieces.count where vocabulary.kinds[id] == .normal {
            symbols.insert(vocabulary.pieces[id], token: TokenID(id))
        }
        for id in 0..<vocabulary.pieces.count where vocabulary.kinds[id] == .normal {
            symbols.insertScalars(of: vocabulary.pieces[id])
            neighbours.insert(vocabulary.pieces[id])
        }
        self.symbols = symbols
        self.neighbours = neighbours
        merges =
            switch order {
            case .scores(let scores):
                try MergeTable(scores: scores, vocabulary: vocabulary) { bytes, range in
                    let scalar = bytes.scalar(at: range.lowerBound, end: range.upperBound)
                    return (symbols[scalar.value], scalar.length)
                }
            case .pairs(let merges): try MergeTable(merges, vocabulary: vocabulary)
            }
    }

    /// Appends the tokens of `text[fragment]`.
    func encode(
        _ text: [UInt8], _ fragment: Range<Int>, into tokens: inout [TokenID], _ workspace: inout Workspace
    ) {
        if fragment.isEmpty { return }
        let text = normalized(text, fragment)
        var wordStart = 0
        var index = 0
        var previous = DecodedScalar.invalid
        while index < text.count {
            if let match = userDefined.match(in: text, at: index, end: text.count, controlEnd: index) {
                encodeWord(text, wordStart..<index, into: &tokens, &workspace)
                tokens.append(match.token)
                index = match.range.upperBound
                wordStart = index
                previous = DecodedScalar.invalid
                continue
            }
            let scalar = text.scalar(at: index, end: text.count)
            // No piece has these two characters side by side, so no merge can cross: what stands before is
            // encoded for itself. It is this that keeps words short without any rule about words.
            if !neighbours.contains(previous, scalar.value) {
                encodeWord(text, wordStart..<index, into: &tokens, &workspace)
                wordStart = index
            }
            previous = scalar.value
            index += scalar.length
        }
        encodeWord(text, wordStart..<index, into: &tokens, &workspace)
    }

    /// Spaces become `▁`, one is put in front, bytes that are not UTF-8 become U+FFFD.
    private func normalized(_ text: [UInt8], _ fragment: Range<Int>) -> [UInt8] {
        var normalized: [UInt8] = []
        normalized.reserveCapacity(fragment.count + fragment.count / 2 + 3)
        var index = fragment.lowerBound
        var end = fragment.upperBound
        if rules.removesExtraSpaces {
            while index < end, text[index] == 0x20 { index += 1 }
            while index < end, text[end - 1] == 0x20 { end -= 1 }
            if index == end { return [] }
        }
        switch rules.dummyPrefix {
        case .never: break
        case .atStart where fragment.lowerBound > 0: break
        case .atStart, .everywhere: normalized += Vocabulary.spaceMark
        }
        let prefix = normalized.count
        while index < end {
            let byte = text[index]
            if byte == 0x20 {
                normalized += Vocabulary.spaceMark
                index += 1
                while rules.removesExtraSpaces, index < end, text[index] == 0x20 { index += 1 }
            } else if byte < 0x80 {
                normalized.append(byte)
                index += 1
            } else {
                let scalar = text.scalar(at: index, end: end)
                if scalar.isValid {
                    normalized += text[index..<index + scalar.length]
                } else {
                    normalized += [0xEF, 0xBF, 0xBD]
                }
                index += scalar.length
            }
        }
        if rules.prefixesOnlyWithoutSpace, prefix > 0,
            normalized[prefix...].starts(with: Vocabulary.spaceMark)
        {
            normalized.removeFirst(prefix)
        }
        return normalized
    }

    private func encodeWord(
        _ text: [UInt8], _ word: Range<Int>, into tokens: inout [TokenID], _ workspace: inout Workspace
    ) {
        if word.isEmpty { return }
        let key = word.count <= WordCache.longestWord ? WordCache.Key(text, word) : nil
        if let key, workspace.cache.append(key, to: &tokens) { return }
        let first = tokens.count
        var index = word.lowerBound
        workspace.merger.symbols.removeAll(keepingCapacity: true)
        while index < word.upperBound {
            let scalar = text.scalar(at: index, end: word.upperBound)
            workspace.merger.symbols.append(symbols[scalar.value])
            index += scalar.length
        }
        workspace.merger.merge(with: merges)
        var isContextFree = true
        index = word.lowerBound
        for symbol in workspace.merger.symbols {
            if 0 <= symbol, symbol < vocabulary.pieces.count {
                tokens.append(symbol)
                index += vocabulary.pieces.range(Int(symbol)).count
            } else {
                let length = text.scalar(at: index, end: word.upperBound).length
                isContextFree = appendUnknown(text[index..<index + length], to: &tokens) && isContextFree
                index += length
            }
        }
        if let key, isContextFree { workspace.cache.insert(key, tokens[first...]) }
    }

    /// Appends the tokens of a character without a piece. False if they depend on what stands before: of
    /// neighbouring unknown tokens only one remains, as in the library.
    private func appendUnknown(_ character: ArraySlice<UInt8>, to tokens: inout [TokenID]) -> Bool {
        if rules.byteFallback, character.allSatisfy({ vocabulary.byteTokens[Int($0)] >= 0 }) {
            for byte in character { tokens.append(vocabulary.byteTokens[Int(byte)]) }
            return true
        }
        if let unknown = vocabulary.unknown, !rules.fusesUnknown || tokens.last != unknown {
            tokens.append(unknown)
        }
        return false
    }
}

/// The symbol that merging starts from, for each character that occurs in a piece. Characters that are no
/// piece themselves get numbers behind the vocabulary's.
struct ScalarSymbols: Sendable {
    private var ascii = [TokenID](repeating: -1, count: 128)
    private var others: [UInt32: TokenID] = [:]
    private var nextFree: TokenID

    init(firstFree: TokenID) { nextFree = firstFree }

    @inline(__always)
    subscript(scalar: UInt32) -> TokenID {
        scalar < 128 ? ascii[Int(scalar)] : others[scalar] ?? -1
    }

    /// Adds the piece if it is one character.
    mutating func insert(_ piece: ArraySlice<UInt8>, token: TokenID) {
        guard !piece.isEmpty else { return }
        let scalar = piece.scalar(at: piece.startIndex, end: piece.endIndex)
        if scalar.isValid, scalar.length == piece.count, self[scalar.value] < 0 { set(scalar.value, token) }
    }

    /// Gives a number to each of the piece's characters that has none.
    mutating func insertScalars(of piece: ArraySlice<UInt8>) {
        var index = piece.startIndex
        while index < piece.endIndex {
            let scalar = piece.scalar(at: index, end: piece.endIndex)
            if scalar.isValid, self[scalar.value] < 0 {
                set(scalar.value, nextFree)
                nextFree += 1
            }
            index += scalar.length
        }
    }

    private mutating func set(_ scalar: UInt32, _ symbol: TokenID) {
        if scalar < 128 { ascii[Int(scalar)] = symbol } else { others[scalar] = symbol }
    }
}

/// Which characters stand side by side in some piece. Characters share buckets, so it may say yes wrongly,
/// which only makes words longer, never no.
struct ScalarNeighbours: Sendable {
    private static let buckets: UInt32 = 1024
    private var bits = [UInt64](repeating: 0, count: Int(buckets * buckets / 64))  // 128 KB

    /// ASCII and `▁`, which decide about words, have buckets of their own.
    @inline(__always)
    private static func bucket(_ scalar: UInt32) -> Int {
        if scalar < 128 { return Int(scalar) }
        return scalar == 0x2581 ? 128 : Int(129 + scalar % (buckets - 129))
    }

    @inline(__always)
    private static func bit(_ left: UInt32, _ right: UInt32) -> Int { bucket(left) << 10 | bucket(right) }

    @inline(__always)
    func contains(_ left: UInt32, _ right: UInt32) -> Bool {
        let bit = Self.bit(left, right)
        return bits[bit >> 6] >> UInt64(bit & 63) & 1 != 0
    }

    mutating func insert(_ piece: ArraySlice<UInt8>) {
        var index = piece.startIndex
        var previous: UInt32?
        while index < piece.endIndex {
            let scalar = piece.scalar(at: index, end: piece.endIndex)
            if let previous {
                let bit = Self.bit(previous, scalar.value)
                bits[bit >> 6] |= 1 << UInt64(bit & 63)
            }
            previous = scalar.value
            index += scalar.length
        }
    }
}
