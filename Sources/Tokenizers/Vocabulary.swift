// The checked vocabulary: pieces, kinds, what each token says, and how to find a piece.
// It knows both alphabets of pieces (▁ and GPT-2's), nothing of merging.

struct Vocabulary: Sendable {
    let pieces: PieceTable
    private(set) var kinds: [TokenKind]
    /// What each token adds to text; empty for control tokens.
    let texts: PieceTable
    /// The pieces that text may become: normal and user-defined ones.
    let textPieces: PieceIndex
    private let reservedPieces: PieceIndex
    /// The token for each byte, or -1.
    let byteTokens: [TokenID]
    let unknown: TokenID?
    let isByteLevel: Bool

    /// `▁`, which stands for a space in SentencePiece vocabularies.
    static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

    init(_ specification: TokenizerSpecification) throws(TokenizerError) {
        let pieces = specification.pieces
        let count = pieces.count
        guard count > 0, count < Int(TokenID.max / 4) else {
            throw TokenizerError(.malformed, "tokens", "found \(count); expected 1 to \(TokenID.max / 4)")
        }
        guard specification.kinds.count == count else {
            throw TokenizerError(
                .malformed, "token types",
                "expected \(count), one per token, found \(specification.kinds.count)")
        }
        for (name, id) in [
            ("bos", specification.bos), ("eos", specification.eos), ("unknown", specification.unknown),
            ("end of turn", specification.endOfTurn),
        ] {
            guard let id, !(0..<count).contains(Int(id)) else { continue }
            throw TokenizerError(
                .malformed, "\(name) token", "number \(id) is not one of the vocabulary's \(count)")
        }
        let isByteLevel = if case .bytePair = specification.model { true } else { false }
        self.isByteLevel = isByteLevel
        let kinds = Self.checkedKinds(specification)
        self.kinds = kinds
        self.pieces = pieces
        unknown = specification.unknown ?? kinds.firstIndex(of: .unknown).map(TokenID.init)
        textPieces = PieceIndex(pieces, kinds: kinds) { $0 == .normal || $0 == .userDefined }
        reservedPieces = PieceIndex(pieces, kinds: kinds) { $0 != .normal && $0 != .userDefined }

        var texts = PieceTable(capacity: count, bytes: pieces.bytes.count)
        var byteTokens = [TokenID](repeating: -1, count: 256)
        for (id, kind) in kinds.enumerated() {
            let piece = pieces[id]
            switch kind {
            case .control: texts.append([])
            // SentencePiece's own choice for a text it could not spell.
            case .unknown: texts.append(isByteLevel ? [] : Array(" \u{2047} ".utf8))
            case .byte:
                guard let byte = Self.byte(piece) else {
                    throw TokenizerError(
                        .malformed, "token \(id)",
                        "expected a byte such as <0x0A>, found '\(String(decoding: piece, as: UTF8.self))'")
                }
                texts.append([byte])
                if byteTokens[Int(byte)] < 0 { byteTokens[Int(byte)] = TokenID(id) }
            case .normal, .unused, .userDefined:
                // Neither alphabet is longer than what it spells.
                texts.append(atMost: piece.count) { text in
                    if !isByteLevel {
                        Self.unmarkSpaces(piece, into: &text)
                    } else if kind == .userDefined || !ByteAlphabet.decode(piece, into: &text) {
                        text.removeAll()
                        for byte in piece { text.append(byte) }
                    }
                }
            }
        }
        if isByteLevel {
            for byte in 0..<256 {
                byteTokens[byte] =
                    textPieces.find(ByteAlphabet.encode([UInt8(byte)])[...]) ?? byteTokens[byte]
            }
        }
        self.texts = texts
        self.byteTokens = byteTokens
    }

    /// The kinds, with the tokens that end or begin text made control tokens whatever the file says: some
    /// files list `<|im_end|>` as a user-defined token, which a user's own text would then yield.
    private static func checkedKinds(_ specification: TokenizerSpecification) -> [TokenKind] {
        var kinds = specification.kinds
        for id in [specification.bos, specification.eos, specification.endOfTurn] {
            guard let id, [.normal, .userDefined, .unused].contains(kinds[Int(id)]) else { continue }
            kinds[Int(id)] = .control
        }
        for (id, kind) in kinds.enumerated() where kind == .userDefined {
            if EndOfGeneration.isMarker(specification.pieces[id]) { kinds[id] = .control }
        }
        return kinds
    }

    func find(_ piece: ArraySlice<UInt8>) -> TokenID? { reservedPieces.find(piece) ?? textPieces.find(piece) }

    /// The byte that `<0x0A>` stands for.
    private static func byte(_ piece: ArraySlice<UInt8>) -> UInt8? {
        let text = String(decoding: piece, as: UTF8.self)
        guard text.utf8.count == 6, text.hasPrefix("<0x"), text.hasSuffix(">") else { return nil }
        return UInt8(text.dropFirst(3).dropLast(), radix: 16)
    }

    /// Writes the piece with each `▁` turned into a space.
    private static func unmarkSpaces(_ piece: ArraySlice<UInt8>, into text: inout OutputSpan<UInt8>) {
        var index = piece.startIndex
        while index < piece.endIndex {
            if index + 2 < piece.endIndex, piece[index] == spaceMark[0], piece[index + 1] == spaceMark[1],
                piece[index + 2] == spaceMark[2]
            {
                text.append(0x20)
                index += 3
            } else {
                text.append(piece[index])
                index += 1
            }
        }
    }
}
