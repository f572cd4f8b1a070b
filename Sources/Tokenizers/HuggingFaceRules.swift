// What a tokenizer.json's normalizer and pre-tokenizer come down to. It knows these parts' JSON, and that
// anything it does not recognise must be refused.

struct HuggingFaceRules {
    private let model: JSONValue
    private let normalizers: [JSONValue]
    private let preTokenizers: [JSONValue]

    init(_ json: JSONValue, _ model: JSONValue) {
        self.model = model
        normalizers = Self.steps(json["normalizer"], "normalizers")
        preTokenizers = Self.steps(json["pre_tokenizer"], "pretokenizers")
    }

    /// A part is null, one step, or a sequence of steps.
    private static func steps(_ part: JSONValue?, _ key: StaticString) -> [JSONValue] {
        guard let part, part.members != nil else { return [] }
        return part["type"]?.text == "Sequence" ? part[key]?.elements ?? [] : [part]
    }

    func tokenizerModel() throws(TokenizerError) -> TokenizerSpecification.Model {
        let isByteLevel = preTokenizers.contains { $0["type"]?.text == "ByteLevel" }
        return isByteLevel ? .bytePair(try bytePair()) : .sentencePiece(try sentencePiece())
    }

    // MARK: Byte-level

    private func bytePair() throws(TokenizerError) -> TokenizerSpecification.BytePair {
        var rules = TokenizerSpecification.BytePair(
            preTokenizer: try preTokenizer(), keepsWholeWords: model["ignore_merges"]?.bool ?? false)
        rules.addsPrefixSpace = preTokenizers.contains { $0["add_prefix_space"]?.bool == true }
        for normalizer in normalizers {
            guard normalizer["type"]?.text == "NFC" else { throw unsupported("normalizer", normalizer) }
            rules.normalizesToNFC = true
        }
        return rules
    }

    private func preTokenizer() throws(TokenizerError) -> PreTokenizer {
        let steps = preTokenizers.filter { $0["type"]?.text != "ByteLevel" }
        let usesGPT2 = preTokenizers.contains {
            $0["type"]?.text == "ByteLevel" && $0["use_regex"]?.bool ?? true
        }
        if usesGPT2 {
            guard let step = steps.first else { return .gpt2 }
            guard steps.count == 1, step["type"]?.text == "Digits", step["individual_digits"]?.bool == true
            else {
                throw unsupported("pre_tokenizer", step)
            }
            return .smollm
        }
        guard let step = steps.first, steps.count == 1, step["type"]?.text == "Split",
            step["behavior"]?.text == "Isolated", step["invert"]?.bool ?? false == false,
            let pattern = step["pattern"]?["Regex"]?.text,
            let known = PreTokenizer.allCases.first(where: { $0 != .smollm && $0.pattern == pattern })
        else { throw unsupported("pre_tokenizer", steps.first ?? .null) }
        return known
    }

    // MARK: Characters, with ▁ for spaces

    private func sentencePiece() throws(TokenizerError) -> TokenizerSpecification.SentencePiece {
        var rules = TokenizerSpecification.SentencePiece(
            dummyPrefix: .never, fusesUnknown: model["fuse_unk"]?.bool ?? false,
            byteFallback: model["byte_fallback"]?.bool ?? false)
        var marksSpaces = false
        for normalizer in normalizers {
            switch normalizer["type"]?.text {
            case "Prepend" where normalizer["prepend"]?.text == "▁": rules.dummyPrefix = .everywhere
            case "Replace"
            where normalizer["pattern"]?["String"]?.text == " " && normalizer["content"]?.text == "▁":
                marksSpaces = true
            default: throw unsupported("normalizer", normalizer)
            }
        }
        for step in preTokenizers {
            guard step["type"]?.text == "Metaspace", step["replacement"]?.text == "▁",
                step["split"]?.bool == false
            else { throw unsupported("pre_tokenizer", step) }
            marksSpaces = true
            rules.prefixesOnlyWithoutSpace = true
            switch step["prepend_scheme"]?.text {
            case "always": rules.dummyPrefix = .everywhere
            case "first": rules.dummyPrefix = .atStart
            case "never": rules.dummyPrefix = .never
            default: throw unsupported("pre_tokenizer", step)
            }
        }
        guard marksSpaces else {
            throw TokenizerError(
                .unsupported, "tokenizer.json: pre_tokenizer",
                "neither ByteLevel nor a replacement of spaces by ▁")
        }
        return rules
    }

    private func unsupported(_ part: String, _ step: JSONValue) -> TokenizerError {
        var description = "'\(step["type"]?.text ?? "none")'"
        if let pattern = step["pattern"]?["Regex"]?.text { description += " with the regex \(pattern)" }
        return TokenizerError(
            .unsupported, "tokenizer.json: \(part)",
            "\(description) is not known, or not in this place; see PreTokenizer.swift to add one")
    }
}
