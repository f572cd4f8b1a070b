// Text to tokens in a byte-level BPE vocabulary: words from the pre-tokenizer, their bytes merged.
// It does not know control tokens.

struct BytePairEncoder: Sendable {
    private let vocabulary: Vocabulary
    private let rules: TokenizerSpecification.BytePair
    private let wordRules: PreTokenizer.Rules
    private let merges: MergeTable
    /// What a byte that the vocabulary lacks becomes. Without it such a byte is left out before merging, as
    /// `tokenizers` does; real vocabularies lack some control characters and bytes that are never UTF-8.
    private let substitute: TokenID?
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
        substitute = vocabulary.unknown.flatMap { kinds[Int($0)] == .unknown ? $0 : nil }
        words = rules.keepsWholeWords ? PieceIndex(vocabulary.texts, kinds: kinds) { $0 == .normal } : nil
        merges =
            switch order {
            case .scores(let scores):
                try MergeTable(scores: scores, vocabulary: vocabulary) { bytes, range in
                    (vocabulary.byteTokens[Int(bytes[range.lowerBound])], 1)
                }
            case .pairs(let merges): try MergeTable(merges, vocabulary: vocabulary)
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
            for index in word {
                let symbol = vocabulary.byteTokens[Int(text[index])]
                if symbol >= 0 || substitute != nil { workspace.merger.symbols.append(symbol) }
            }
            workspace.merger.merge(with: merges)
            for symbol in workspace.merger.symbols {
                if let token = symbol >= 0 ? symbol : substitute { tokens.append(token) }
            }
        }
        if let key { workspace.cache.insert(key, tokens[first...]) }
    }
}
