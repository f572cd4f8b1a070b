// The vocabulary of a GGUF file, from keys its reader has already decoded.
// It knows the meaning of `tokenizer.ggml.…`, and nothing of the file's layout.

extension TokenizerSpecification {
    /// A specification from GGUF's metadata. Each argument is the key `tokenizer.ggml.` + the name given.
    ///
    /// - Parameters:
    ///   - model: `model`: `llama` (SentencePiece) or `gpt2` (byte-level).
    ///   - pre: `pre`, needed for `gpt2`: the names are those of ``PreTokenizer``'s list.
    ///   - tokens: `tokens`.
    ///   - scores: `scores`, needed for `llama`.
    ///   - types: `token_type`; without it only `bos`, `eos` and `unknown` are special.
    ///   - merges: `merges`, needed for `gpt2`: two pieces with a space between.
    ///   - bos: `bos_token_id`.
    ///   - eos: `eos_token_id`.
    ///   - unknown: `unknown_token_id`.
    ///   - endOfTurn: `eot_token_id`.
    ///   - addBOS: `add_bos_token`; llama.cpp's default if absent: true for `llama` and for Llama 3 and tekken.
    ///   - addEOS: `add_eos_token`; false if absent.
    ///   - addSpacePrefix: `add_space_prefix`; true for `llama` if absent.
    /// - Throws: ``TokenizerError`` naming the key.
    public static func gguf(
        model: String, pre: String?, tokens: PieceTable, scores: [Float]?, types: [Int32]?,
        merges: PieceTable?,
        bos: TokenID?, eos: TokenID?, unknown: TokenID?, endOfTurn: TokenID? = nil, addBOS: Bool?,
        addEOS: Bool?, addSpacePrefix: Bool?
    ) throws(TokenizerError) -> TokenizerSpecification {
        var specification: TokenizerSpecification
        let kinds = try kinds(types, count: tokens.count)
        switch model {
        case "llama":
            guard let scores else {
                throw TokenizerError(
                    .missing, "tokenizer.ggml.scores", "a SentencePiece vocabulary needs them; convert again")
            }
            let rules = SentencePiece(
                dummyPrefix: addSpacePrefix ?? true ? .everywhere : .never,
                byteFallback: kinds.contains(.byte))
            specification = TokenizerSpecification(
                model: .sentencePiece(rules), pieces: tokens, kinds: kinds, merges: .scores(scores))
            specification.addBOS = addBOS ?? true
        case "gpt2":
            guard let merges else {
                throw TokenizerError(
                    .missing, "tokenizer.ggml.merges", "a byte-level vocabulary needs them; convert again")
            }
            guard let pre else {
                throw TokenizerError(
                    .missing, "tokenizer.ggml.pre",
                    "the file is too old to say how text is cut into words; convert the model again")
            }
            guard let entry = PreTokenizer.ggufNames.first(where: { $0.names.contains(pre) }) else {
                throw TokenizerError(
                    .unsupported, "tokenizer.ggml.pre",
                    "pre-tokenizer '\(pre)' is not one of "
                        + PreTokenizer.ggufNames.flatMap(\.names).joined(separator: ", "))
            }
            let rules = BytePair(
                preTokenizer: entry.preTokenizer, keepsWholeWords: entry.keepsWholeWords,
                addsPrefixSpace: addSpacePrefix ?? false)
            specification = TokenizerSpecification(
                model: .bytePair(rules), pieces: tokens, kinds: kinds,
                merges: .pairs(try MergeList(spelt: merges)))
            // llama.cpp's rule: the vocabularies that keep whole words are those that begin with BOS.
            specification.addBOS = addBOS ?? entry.keepsWholeWords
        default:
            throw TokenizerError(
                .unsupported, "tokenizer.ggml.model", "'\(model)' is neither llama (SentencePiece) nor gpt2")
        }
        specification.bos = bos
        specification.eos = eos
        specification.unknown = unknown
        specification.endOfTurn = endOfTurn
        specification.addEOS = addEOS ?? false
        if types == nil { specification.markSpecialTokens() }
        return specification
    }

    private static func kinds(_ types: [Int32]?, count: Int) throws(TokenizerError) -> [TokenKind] {
        guard let types else { return [TokenKind](repeating: .normal, count: count) }
        guard types.count == count else {
            throw TokenizerError(
                .malformed, "tokenizer.ggml.token_type",
                "expected one for each of \(count) tokens, found \(types.count)")
        }
        var kinds: [TokenKind] = []
        kinds.reserveCapacity(count)
        for (index, type) in types.enumerated() {
            // 0 is "undefined" in llama.cpp: such a token is never produced.
            guard let kind = type == 0 ? .unused : UInt8(exactly: type).flatMap(TokenKind.init) else {
                throw TokenizerError(
                    .malformed, "tokenizer.ggml.token_type[\(index)]", "expected 0 to 6, found \(type)")
            }
            kinds.append(kind)
        }
        return kinds
    }

    private mutating func markSpecialTokens() {
        for (id, kind) in [
            (unknown, TokenKind.unknown), (bos, .control), (eos, .control), (endOfTurn, .control),
        ] {
            if let id, kinds.indices.contains(Int(id)) { kinds[Int(id)] = kind }
        }
    }
}
