// The `tokenizers` library's file, `tokenizer.json`, with a model of type BPE. It recognises the file's
// normalizer and pre-tokenizer by their structure and refuses what it does not know: a vocabulary read with
// the wrong rules would give wrong tokens without a word.

extension TokenizerSpecification {
    /// Reads a `tokenizer.json`: byte-level BPE, or BPE over characters with `▁` as Llama 2 and Mixtral have it.
    ///
    /// - Parameters:
    ///   - tokenizerJSON: the whole file.
    ///   - config: `tokenizer_config.json`, which names `bos_token` and `eos_token`. Without it they are taken
    ///     from the post-processor and from the usual names.
    /// - Throws: ``TokenizerError`` naming the part that is malformed or not implemented.
    public static func huggingFace(
        tokenizerJSON: [UInt8], config: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerSpecification {
        let json = try JSONValue(parsing: tokenizerJSON, file: "tokenizer.json")
        guard let model = json["model"], let vocabulary = model["vocab"]?.members else {
            throw TokenizerError(
                .unsupported, "tokenizer.json: model.vocab", "expected an object, as BPE models have it")
        }
        // Old files leave the type out; only BPE has merges.
        guard let merges = model["merges"]?.elements, model["type"]?.text ?? "BPE" == "BPE" else {
            throw TokenizerError(
                .unsupported, "tokenizer.json: model.type",
                "'\(model["type"]?.text ?? "unknown")' is not implemented; only BPE is")
        }
        for (key, value) in [
            ("continuing_subword_prefix", model["continuing_subword_prefix"]),
            ("end_of_word_suffix", model["end_of_word_suffix"]),
        ] where value?.bytes?.isEmpty == false {
            throw TokenizerError(
                .unsupported, "tokenizer.json: model.\(key)", "marked subwords are not implemented")
        }
        if let dropout = model["dropout"], case .number = dropout {
            throw TokenizerError(
                .unsupported, "tokenizer.json: model.dropout",
                "encoding at random is not implemented; remove it")
        }
        var specification = TokenizerSpecification(
            model: try HuggingFaceRules(json, model).tokenizerModel(), pieces: PieceTable(), kinds: [],
            merges: try pairs(merges))
        try specification.readVocabulary(vocabulary, added: json["added_tokens"]?.elements ?? [])
        specification.readSpecialTokens(
            json,
            config: try config.map { config throws(TokenizerError) in
                try JSONValue(parsing: config, file: "tokenizer_config.json")
            })
        if let unknown = model["unk_token"]?.bytes { specification.unknown = specification.find(unknown) }
        if let unknown = specification.unknown, case .sentencePiece = specification.model {
            specification.kinds[Int(unknown)] = .unknown
        }
        return specification
    }

    /// Merges are pairs, or in older files strings with a space between.
    private static func pairs(_ merges: [JSONValue]) throws(TokenizerError) -> MergeOrder {
        var pairs = MergeList(capacity: merges.count)
        for (index, merge) in merges.enumerated() {
            if let pair = merge.elements, pair.count == 2, let first = pair[0].bytes,
                let second = pair[1].bytes
            {
                pairs.append(first, second)
            } else if let text = merge.bytes, let space = text.firstIndex(of: 0x20) {
                pairs.append(text[..<space], text[(space + 1)...])
            } else {
                throw TokenizerError(
                    .malformed, "tokenizer.json: model.merges[\(index)]", "expected two pieces")
            }
        }
        return .pairs(pairs)
    }

    /// Fills `pieces` and `kinds`. Ids are dense in every file known; a gap becomes an unused token.
    private mutating func readVocabulary(
        _ vocabulary: [(key: ArraySlice<UInt8>, value: JSONValue)], added: [JSONValue]
    ) throws(TokenizerError) {
        var entries: [(id: Int, piece: ArraySlice<UInt8>, kind: TokenKind)] = []
        entries.reserveCapacity(vocabulary.count + added.count)
        var hasBytes = false
        if case .sentencePiece(let rules) = model { hasBytes = rules.byteFallback }
        for (piece, value) in vocabulary {
            guard let id = value.int, id >= 0 else {
                throw TokenizerError(
                    .malformed, "tokenizer.json: model.vocab['\(String(decoding: piece, as: UTF8.self))']",
                    "expected a token's number")
            }
            let isByte = hasBytes && piece.count == 6 && piece.starts(with: "<0x".utf8)
            entries.append((id, piece, isByte ? .byte : .normal))
        }
        for (index, token) in added.enumerated() {
            let place = "tokenizer.json: added_tokens[\(index)]"
            guard let id = token["id"]?.int, id >= 0, let piece = token["content"]?.bytes else {
                throw TokenizerError(.malformed, place, "expected an id and its content")
            }
            for flag in [
                ("lstrip", token["lstrip"]), ("rstrip", token["rstrip"]),
                ("single_word", token["single_word"]),
            ]
            where flag.1?.bool == true {
                throw TokenizerError(
                    .unsupported, place, "'\(String(decoding: piece, as: UTF8.self))' asks for \(flag.0)")
            }
            entries.append((id, piece, token["special"]?.bool ?? false ? .control : .userDefined))
        }
        let count = (entries.lazy.map(\.id).max() ?? -1) + 1
        // A lying id must not make a table larger than the file's own size warrants.
        guard count <= entries.count * 2 + 1024 else {
            throw TokenizerError(
                .malformed, "tokenizer.json: model.vocab",
                "\(entries.count) tokens, one numbered \(count - 1)")
        }
        var ordered = [(piece: ArraySlice<UInt8>, kind: TokenKind)](repeating: ([], .unused), count: count)
        for entry in entries { ordered[entry.id] = (entry.piece, entry.kind) }
        pieces = PieceTable(capacity: count)
        for entry in ordered { pieces.append(entry.piece) }
        kinds = ordered.map(\.kind)
    }

    private mutating func readSpecialTokens(_ json: JSONValue, config: JSONValue?) {
        // {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": …}]}, in
        // Llama 3's files within a {"type": "Sequence", "processors": […]}.
        let processor = json["post_processor"]
        let processors = processor?["processors"]?.elements ?? [processor].compactMap(\.self)
        let template =
            processors.first { $0["type"]?.text == "TemplateProcessing" }?["single"]?.elements ?? []
        if let first = template.first?["SpecialToken"]?["id"]?.bytes {
            bos = find(first)
            addBOS = bos != nil
        }
        if template.count > 1, let last = template.last?["SpecialToken"]?["id"]?.bytes {
            eos = find(last)
            addEOS = eos != nil
        }
        func configured(_ key: StaticString) -> TokenID? {
            guard let value = config?[key], let name = value.bytes ?? value["content"]?.bytes else {
                return nil
            }
            return find(name)
        }
        bos =
            configured("bos_token") ?? bos
            ?? ["<s>", "<bos>", "<|begin_of_text|>"].lazy.compactMap(control).first
        eos = configured("eos_token") ?? eos ?? EndOfGeneration.markers.lazy.compactMap(control).first
        addBOS = config?["add_bos_token"]?.bool ?? addBOS
        addEOS = config?["add_eos_token"]?.bool ?? addEOS
    }

    private func control(_ name: String) -> TokenID? {
        find(Array(name.utf8)[...]).flatMap { kinds[Int($0)] == .control ? $0 : nil }
    }

    private func find(_ piece: ArraySlice<UInt8>) -> TokenID? {
        (0..<pieces.count).first { pieces[$0].elementsEqual(piece) }.map(TokenID.init)
    }
}
