// Mistral's `tekken.json`: base64 pieces in order of merging, special tokens in front of them.
// It follows mistral-common's Tekkenizer and knows nothing else.

extension TokenizerSpecification {
    /// Reads a `tekken.json`.
    ///
    /// - Parameter json: the whole file.
    /// - Throws: ``TokenizerError`` naming the part that is malformed or not implemented.
    public static func tekken(_ json: [UInt8]) throws(TokenizerError) -> TokenizerSpecification {
        let file = "tekken.json"
        let json = try JSONValue(parsing: json, file: file)
        guard let config = json["config"], let size = config["default_vocab_size"]?.int,
            let specialCount = config["default_num_special_tokens"]?.int,
            let vocabulary = json["vocab"]?.elements
        else { throw TokenizerError(.malformed, file, "expected config with its sizes, and vocab") }
        guard config["pattern"]?.text == PreTokenizer.tekken.pattern else {
            throw TokenizerError(
                .unsupported, "\(file): config.pattern",
                "expected the regex that all tekken files have had so far")
        }
        guard specialCount >= 3, size > specialCount, size - specialCount <= vocabulary.count,
            specialCount <= vocabulary.count + 1024
        else {
            throw TokenizerError(
                .malformed, "\(file): config",
                "\(size) tokens, \(specialCount) of them special, do not fit \(vocabulary.count) listed")
        }
        var pieces = PieceTable(capacity: size)
        var kinds: [TokenKind] = []
        for (name, kind) in try specialTokens(json["special_tokens"], count: specialCount) {
            pieces.append(name.utf8)
            kinds.append(kind)
        }
        for (index, token) in vocabulary.prefix(size - specialCount).enumerated() {
            guard token["rank"]?.int == index, let text = token["token_bytes"]?.bytes,
                let bytes = Base64.decode(text)
            else {
                throw TokenizerError(
                    .malformed, "\(file): vocab[\(index)]", "expected rank \(index) and token_bytes in base64"
                )
            }
            pieces.append(ByteAlphabet.encode(bytes))
            kinds.append(.normal)
        }
        // Earlier pieces merge first. A Float holds every number up to 2²⁴ exactly.
        guard size < 1 << 24 else { throw TokenizerError(.unsupported, "\(file): config", "\(size) tokens") }
        return TokenizerSpecification(
            model: .bytePair(BytePair(preTokenizer: .tekken, keepsWholeWords: true)), pieces: pieces,
            kinds: kinds,
            merges: .scores((0..<size).map { -Float($0) }), bos: 1, eos: 2, unknown: 0, addBOS: true)
    }

    /// The special tokens in order of their ids. Files before version 11 do not list them.
    private static func specialTokens(
        _ listed: JSONValue?, count: Int
    ) throws(TokenizerError) -> [(name: String, kind: TokenKind)] {
        var tokens = (0..<count).map { (name: "<SPECIAL_\($0)>", kind: TokenKind.control) }
        guard let listed = listed?.elements else {
            for (id, name) in firstSpecialTokens.enumerated() where id < count { tokens[id].name = name }
            return tokens
        }
        for (index, token) in listed.enumerated() {
            guard let id = token["rank"]?.int, tokens.indices.contains(id),
                let name = token["token_str"]?.text
            else {
                throw TokenizerError(
                    .malformed, "tekken.json: special_tokens[\(index)]",
                    "expected a rank below \(count) and a name")
            }
            tokens[id] = (name, token["is_control"]?.bool ?? true ? .control : .userDefined)
        }
        return tokens
    }

    /// Source: `DEPRECATED_SPECIAL_TOKENS` in mistral-common.
    private static let firstSpecialTokens = [
        "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
        "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]",
        "[MIDDLE]",
        "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
    ]
}

/// Base64 as RFC 4648 has it, padded.
enum Base64 {
    /// The bytes, or nil if the text is not base64.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        for (index, character) in text.dropLast(padding).enumerated() {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | value
            // Six bits a character: a byte is whole after the second, third and fourth of each four.
            if index % 4 > 0 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(6 - index % 4 * 2))) }
        }
        return bytes
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
