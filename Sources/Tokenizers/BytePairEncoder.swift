// Text to tokens in a byte-level BPE vocabulary: words from the pre-tokenizer, their bytes merged.
// It does not know control tokens.

struct BytePairEncoder: Sendable {
    private let vocabulary: Vocabulary
    private let rules: TokenizerSpecification.BytePair
    private let wordRules: PreTokenizer.Rules
    private let merges: MergeTable
    /// Tokens by the bytes they stand for, where whole words are looked up.
    private let words: PieceIndex?

    init(
        _ vocabulary: Vocabulary, rules: TokenizerSpecification.BytePair,
        order: TokenizerSpecification.MergeOrder
    ) throws(TokenizerError) {
        self.vocabulary = vocabulary
        self.rules = rules
        wordRules = rules.preTokenizer.rules
        let kinds = vocabulary.kinds
        words = rules.keepsWholeWords ? PieceIndex(vocabulary.texts) { kinds[$0] == .normal } : nil
        merges =
            switch order {
            case .scores(let scores):
                try MergeTable(scores: scores, vocabulary: vocabulary) { bytes in
                    (vocabulary.byteTokens[Int(bytes[bytes.startIndex])], 1)
                }
            case .pairs(let left, let right):
                try MergeTable(left: left, right: right, vocabulary: vocabulary)
            }
    }

    /// Appends the tokens of `text[fragment]`.
    func encode(
        _ text: [UInt8], _ fragment: Range<Int>, into tokens: inout [TokenID], _ workspace: inout Workspace
    ) {
        var text = text
        var fragment = fragment
        if fragment.isEmpty { return }
        if rules.normalizesToNFC, let normalized = NormalizationForm.c(text[fragment]) {
            text = normalized
            fragment = 0..<text.count
        }
        if rules.addsPrefixSpace, text[fragment.lowerBound] != 0x20 {
            text = [0x20] + text[fragment]
            fragment = 0..<text.count
        }
        let scanner = WordScanner(text, end: fragment.upperBound, rules: wordRules)
        var index = fragment.lowerBound
        while index < fragment.upperBound {
            let end = scanner.endOfWord(from: index)
            encodeWord(text, index..<end, into: &tokens, &workspace)
            index = end
        }
    }

    private func encodeWord(
        _ text: [UInt8], _ word: Range<Int>, into tokens: inout [TokenID], _ workspace: inout Workspace
    ) {
        let key = word.count <= WordCache.longestWord ? WordCache.Key(text, word) : nil
        if let key, workspace.cache.append(key, to: &tokens) { return }
        let first = tokens.count
        if let token = words?.find(text[word]) {
            tokens.append(token)
        } else {
            workspace.merger.symbols.removeAll(keepingCapacity: true)
            for index in word { workspace.merger.symbols.append(vocabulary.byteTokens[Int(text[index])]) }
            workspace.merger.merge(with: merges)
            for symbol in workspace.merger.symbols {
                // A byte that the vocabulary lacks becomes the unknown token; without one it is left out, as
                // `tokenizers` does. Only bytes that never occur in UTF-8 are missing from real vocabularies.
                if symbol >= 0 {
                    tokens.append(symbol)
                } else if let unknown = vocabulary.unknown, vocabulary.kinds[Int(unknown)] == .unknown {
                    tokens.append(unknown)
                }
            }
        }
        if let key { workspace.cache.insert(key, tokens[first...]) }
    }
}
