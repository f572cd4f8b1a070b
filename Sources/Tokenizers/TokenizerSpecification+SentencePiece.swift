// SentencePiece's own file, `tokenizer.model`: a ModelProto of sentencepiece_model.proto.
// It knows that message's fields; what they mean for encoding is SentencePieceEncoder's.

extension TokenizerSpecification {
    /// Reads a `tokenizer.model` whose type is BPE and whose normalizer is the identity: those of Llama 2,
    /// Mistral, Mixtral, Gemma.
    ///
    /// - Parameter bytes: the whole file.
    /// - Throws: ``TokenizerError`` where the bytes are no such message, or ask for what is not implemented.
    public static func sentencePieceModel(_ bytes: [UInt8]) throws(TokenizerError) -> TokenizerSpecification {
        var pieces = PieceTable(capacity: bytes.count / 16)
        var scores: [Float] = []
        var kinds: [TokenKind] = []
        var trainer = TrainerSpecification()
        var normalizer = NormalizerSpecification()
        var message = WireReader(bytes[...], place: "tokenizer.model")
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let bytes)):
                try readPiece(bytes, into: &pieces, &scores, &kinds)
            case (2, .bytes(let bytes)): try trainer.read(bytes)
            case (3, .bytes(let bytes)): try normalizer.read(bytes)
            default: continue
            }
        }
        try trainer.check()
        try normalizer.check()
        var specification = TokenizerSpecification(
            model: .sentencePiece(
                SentencePiece(
                    dummyPrefix: normalizer.addsDummyPrefix ? .everywhere : .never,
                    removesExtraSpaces: normalizer.removesExtraSpaces, byteFallback: trainer.byteFallback)),
            pieces: pieces, kinds: kinds, merges: .scores(scores), addBOS: true)
        specification.unknown = kinds.firstIndex(of: .unknown).map(TokenID.init)
        for (id, kind) in kinds.enumerated() where kind == .control {
            if pieces[id].elementsEqual(trainer.bosPiece) { specification.bos = TokenID(id) }
            if pieces[id].elementsEqual(trainer.eosPiece) { specification.eos = TokenID(id) }
        }
        return specification
    }

    private static func readPiece(
        _ bytes: ArraySlice<UInt8>, into pieces: inout PieceTable, _ scores: inout [Float],
        _ kinds: inout [TokenKind]
    ) throws(TokenizerError) {
        let place = "piece \(pieces.count)"
        var text: ArraySlice<UInt8> = []
        var score: Float = 0
        var kind = TokenKind.normal
        var message = WireReader(bytes, place: place)
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let bytes)): text = bytes
            case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
            case (3, .varint(let number)):
                guard let known = UInt8(exactly: number).flatMap(TokenKind.init) else {
                    throw TokenizerError(.malformed, place, "expected a type from 1 to 6, found \(number)")
                }
                kind = known
            default: continue
            }
        }
        pieces.append(text)
        scores.append(score)
        kinds.append(kind)
    }
}

/// The fields of TrainerSpec that matter at run time, with the message's defaults.
private struct TrainerSpecification {
    var modelType: UInt64 = 1
    var byteFallback = false
    var whitespaceIsSuffix = false
    var bosPiece = Array("<s>".utf8)[...]
    var eosPiece = Array("</s>".utf8)[...]

    mutating func read(_ bytes: ArraySlice<UInt8>) throws(TokenizerError) {
        var message = WireReader(bytes, place: "trainer_spec")
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (3, .varint(let number)): modelType = number
            case (24, .varint(let number)): whitespaceIsSuffix = number != 0
            case (35, .varint(let number)): byteFallback = number != 0
            case (46, .bytes(let bytes)): bosPiece = bytes
            case (47, .bytes(let bytes)): eosPiece = bytes
            default: continue
            }
        }
    }

    func check() throws(TokenizerError) {
        guard modelType == 2 else {
            let name = [1: "unigram", 3: "word", 4: "char"][modelType] ?? "number \(modelType)"
            throw TokenizerError(.unsupported, "trainer_spec.model_type", "\(name); only BPE is implemented")
        }
        guard !whitespaceIsSuffix else {
            throw TokenizerError(
                .unsupported, "trainer_spec.treat_whitespace_as_suffix",
                "only spaces before words are implemented")
        }
    }
}

/// The fields of NormalizerSpec, with the message's defaults.
private struct NormalizerSpecification {
    var name = ""
    var hasCharactersMap = false
    var addsDummyPrefix = true
    var removesExtraSpaces = true
    var escapesSpaces = true

    mutating func read(_ bytes: ArraySlice<UInt8>) throws(TokenizerError) {
        var message = WireReader(bytes, place: "normalizer_spec")
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let bytes)): name = String(decoding: bytes, as: UTF8.self)
            case (2, .bytes(let bytes)): hasCharactersMap = !bytes.isEmpty
            case (3, .varint(let number)): addsDummyPrefix = number != 0
            case (4, .varint(let number)): removesExtraSpaces = number != 0
            case (5, .varint(let number)): escapesSpaces = number != 0
            default: continue
            }
        }
    }

    func check() throws(TokenizerError) {
        guard !hasCharactersMap else {
            throw TokenizerError(
                .unsupported, "normalizer_spec.name",
                "'\(name)' rewrites characters; only identity is implemented")
        }
        guard escapesSpaces else {
            throw TokenizerError(
                .unsupported, "normalizer_spec.escape_whitespaces",
                "vocabularies without ▁ are not implemented")
        }
    }
}
