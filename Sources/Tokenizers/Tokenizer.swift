// The module's front: text to tokens and back. Which tokens are text and which are structure is decided here;
// how text becomes tokens is the encoders' business.

private import Synchronization

/// A piece of a prompt: text, and whether its author may write control tokens in it.
///
/// What a chat template writes may contain them (`<|im_start|>`); what a person or a document says may not,
/// and stays text whatever it looks like.
public struct TextSegment: Sendable, Equatable {
    public var text: String
    public var mayContainControl: Bool

    /// Text of one author.
    public init(_ text: String, mayContainControl: Bool) {
        self.text = text
        self.mayContainControl = mayContainControl
    }
}

/// Turns text into a model's tokens and tokens into text. Immutable but for a cache; share one per model.
public final class Tokenizer: Sendable {
    let vocabulary: Vocabulary
    private let encoder: Encoder
    private let specialTokens: SpecialTokens
    private let workspace = Mutex(Workspace())

    /// Beginning of text.
    public let bos: TokenID?
    /// End of text.
    public let eos: TokenID?
    /// The token for what the vocabulary cannot spell.
    public var unknown: TokenID? { vocabulary.unknown }
    /// Whether the model expects `bos` before its input.
    public let addBOS: Bool
    /// Whether the model expects `eos` after its input.
    public let addEOS: Bool
    /// The tokens after which the model has no more to say: the end of text and of a turn, under all names.
    public let endOfGeneration: Set<TokenID>
    /// Whether encoding puts a space before text, which decoding takes away again.
    public let addsDummyPrefix: Bool

    private enum Encoder: Sendable {
        case sentencePiece(SentencePieceEncoder)
        case bytePair(BytePairEncoder)
    }

    /// Checks the specification and builds the tables.
    ///
    /// - Throws: ``TokenizerError`` naming the token, merge or score that is wrong.
    public init(_ specification: TokenizerSpecification) throws(TokenizerError) {
        vocabulary = try Vocabulary(specification)
        var special = SpecialTokens()
        var userDefined = SpecialTokens()
        let isByteLevel = vocabulary.isByteLevel
        for (id, kind) in vocabulary.kinds.enumerated()
        where kind == .control || kind == .unknown || kind == .userDefined {
            let piece = vocabulary.pieces[id]
            guard piece.count <= SpecialTokens.longestAllowed else {
                throw TokenizerError(
                    .unsupported, "token \(id)",
                    "a special token of \(piece.count) bytes; at most \(SpecialTokens.longestAllowed) are allowed"
                )
            }
            // SentencePiece looks for user-defined symbols in normalised text, so its encoder does.
            if kind != .userDefined {
                special.insert(piece, token: TokenID(id), isControl: true)
            } else if isByteLevel {
                special.insert(piece, token: TokenID(id), isControl: false)
            } else {
                userDefined.insert(piece, token: TokenID(id), isControl: false)
            }
        }
        specialTokens = special
        switch specification.model {
        case .sentencePiece(let rules):
            addsDummyPrefix = rules.dummyPrefix != .never
            encoder = .sentencePiece(
                try SentencePieceEncoder(
                    vocabulary, rules: rules, order: specification.merges, userDefined: userDefined))
        case .bytePair(let rules):
            addsDummyPrefix = rules.addsPrefixSpace
            encoder = .bytePair(try BytePairEncoder(vocabulary, rules: rules, order: specification.merges))
        }
        bos = specification.bos
        eos = specification.eos
        addBOS = specification.addBOS && specification.bos != nil
        addEOS = specification.addEOS && specification.eos != nil
        endOfGeneration = EndOfGeneration.tokens(
            in: vocabulary, eos: specification.eos, endOfTurn: specification.endOfTurn)
    }
}

// MARK: - Encoding
extension Tokenizer {
    /// The tokens of plain text: no control token, whatever the text says, and no `bos`.
    ///
    /// Time is near-linear: O(n log n) in the longest run that the vocabulary could merge into one piece.
    public func encode(_ text: String) -> [TokenID] { encode(bytes: Array(text.utf8)) }

    /// The tokens of bytes that may not be UTF-8, as plain text.
    ///
    /// A byte-level vocabulary keeps every byte; a SentencePiece one reads each ill-formed byte as U+FFFD,
    /// as its library does.
    public func encode(bytes: [UInt8]) -> [TokenID] {
        var tokens: [TokenID] = []
        encode(bytes, controlRanges: [], into: &tokens)
        return tokens
    }

    /// The tokens of a prompt whose parts have different authors.
    ///
    /// The segments' text is encoded as one: words and merges run across borders. A control token is recognised
    /// only where all of its text lies in segments that may contain control tokens.
    ///
    /// - Parameters:
    ///   - segments: the prompt's parts, in order.
    ///   - addBOS: whether `bos` comes first; what the vocabulary asks for if nil. It is never doubled: if the
    ///     text itself begins with it, none is added.
    ///   - addEOS: whether `eos` comes last. Never by itself, whatever the vocabulary says (``addEOS``): a
    ///     prompt is there to be continued.
    public func encode(
        _ segments: [TextSegment], addBOS: Bool? = nil, addEOS: Bool = false
    ) -> [TokenID] {
        var text: [UInt8] = []
        text.reserveCapacity(segments.reduce(0) { $0 + $1.text.utf8.count })
        var controlRanges: [Range<Int>] = []
        for segment in segments where !segment.text.isEmpty {
            let start = text.count
            text.append(contentsOf: segment.text.utf8)
            guard segment.mayContainControl else { continue }
            if let last = controlRanges.last, last.upperBound == start {
                controlRanges[controlRanges.count - 1] = last.lowerBound..<text.count
            } else {
                controlRanges.append(start..<text.count)
            }
        }
        var tokens: [TokenID] = []
        encode(text, controlRanges: controlRanges, into: &tokens)
        if let bos, addBOS ?? self.addBOS, tokens.first != bos { tokens.insert(bos, at: 0) }
        if let eos, addEOS, tokens.last != eos { tokens.append(eos) }
        return tokens
    }

    private func encode(_ text: [UInt8], controlRanges: [Range<Int>], into tokens: inout [TokenID]) {
        // Whoever comes while another thread encodes takes a workspace of its own rather than wait.
        let isDone: Void? = workspace.withLockIfAvailable { workspace in
            encode(text, controlRanges, &tokens, &workspace)
            workspace.merger.trim()
        }
        guard isDone == nil else { return }
        var workspace = Workspace()
        encode(text, controlRanges, &tokens, &workspace)
    }

    /// Cuts the text at its special tokens and encodes what lies between.
    private func encode(
        _ text: [UInt8], _ controlRanges: [Range<Int>], _ tokens: inout [TokenID],
        _ workspace: inout Workspace
    ) {
        var start = 0
        var index = 0
        var controls = controlRanges[...]
        while index < text.count, !specialTokens.isEmpty {
            if let range = controls.first, range.upperBound <= index { controls.removeFirst() }
            let controlEnd = controls.first.map { $0.contains(index) ? $0.upperBound : 0 } ?? 0
            if let match = specialTokens.match(in: text, at: index, end: text.count, controlEnd: controlEnd) {
                encode(text, start..<index, &tokens, &workspace)
                tokens.append(match.token)
                index = match.range.upperBound
                start = index
            } else {
                index += 1
            }
        }
        encode(text, start..<text.count, &tokens, &workspace)
    }

    private func encode(
        _ text: [UInt8], _ fragment: Range<Int>, _ tokens: inout [TokenID], _ workspace: inout Workspace
    ) {
        switch encoder {
        case .sentencePiece(let encoder): encoder.encode(text, fragment, into: &tokens, &workspace)
        case .bytePair(let encoder): encoder.encode(text, fragment, into: &tokens, &workspace)
        }
    }
}

/// What encoding reuses from call to call.
struct Workspace: Sendable {
    var merger = Merger()
    var cache = WordCache()
}

// MARK: - Tokens
extension Tokenizer {
    /// How many tokens there are; ids run from 0.
    public var vocabularySize: Int { vocabulary.pieces.count }

    /// What the token adds to text: nothing for a control token or an id outside the vocabulary, not always
    /// whole characters.
    public func bytes(of id: TokenID) -> ArraySlice<UInt8> {
        isToken(id) ? vocabulary.texts[Int(id)] : []
    }

    /// The token as its file spells it, for people: `▁Paris`, `Ġthe`, `<0x0A>`, `</s>`.
    public func piece(_ id: TokenID) -> String {
        isToken(id) ? String(decoding: vocabulary.pieces[Int(id)], as: UTF8.self) : ""
    }

    /// What the token is for; ids outside the vocabulary are unused.
    public func kind(_ id: TokenID) -> TokenKind { isToken(id) ? vocabulary.kinds[Int(id)] : .unused }

    /// The token that the file spells so.
    public func id(ofPiece piece: String) -> TokenID? { vocabulary.find(Array(piece.utf8)[...]) }

    /// The text of tokens, as one ``Detokenizer`` gives it. What is not UTF-8 becomes U+FFFD.
    public func decode(_ ids: some Sequence<TokenID>) -> String {
        var detokenizer = Detokenizer(self)
        var text = ""
        for id in ids { text += detokenizer.append(id) }
        return text + detokenizer.finish()
    }

    private func isToken(_ id: TokenID) -> Bool { (0..<vocabulary.pieces.count).contains(Int(id)) }
}
