// What a vocabulary file says, whatever its format: pieces, kinds, merges, rules. Readers of formats make
// it (the `TokenizerSpecification+….swift` files); `Tokenizer` is built from it. Refuses to know any format.

/// The number of a token in its vocabulary.
public typealias TokenID = Int32

/// What a token is for. The raw values are those of GGUF's `tokenizer.ggml.token_type` and SentencePiece.
public enum TokenKind: UInt8, Sendable, CaseIterable {
    /// Text, reached by merging.
    case normal = 1
    /// Stands for text the vocabulary cannot spell.
    case unknown = 2
    /// Structure, such as the end of a turn: never made from plain text, and no text itself.
    case control = 3
    /// Text that is always kept whole.
    case userDefined = 4
    /// Never produced.
    case unused = 5
    /// One byte, for characters that have no piece.
    case byte = 6
}

/// Everything needed to build a ``Tokenizer``, independent of the file format it came from.
///
/// Token `i` is `pieces[i]`, in the form files use: `▁` for a space in SentencePiece vocabularies, the
/// printable byte alphabet of GPT-2 (`Ġ` for a space) in byte-level ones; control and user-defined tokens as
/// plain text.
public struct TokenizerSpecification: Sendable {
    /// How text becomes symbols.
    public enum Model: Sendable {
        /// Symbols are characters of the whole text, spaces are written `▁`.
        case sentencePiece(SentencePiece)
        /// Symbols are bytes of the words that a pre-tokenizer cuts.
        case bytePair(BytePair)
    }

    /// The rules of a SentencePiece vocabulary.
    public struct SentencePiece: Sendable {
        /// Where a space is put before text that has none.
        public enum DummyPrefix: Sendable {
            case never
            /// Before the text, if it does not begin with a control token.
            case atStart
            /// Before the text and after every control token within it.
            case everywhere
        }
        /// Where a space is put before text that has none.
        public var dummyPrefix: DummyPrefix
        /// Text that begins with a space gets no other in front (`Metaspace` in tokenizer.json).
        public var prefixesOnlyWithoutSpace: Bool
        /// Leading and trailing spaces are dropped, runs of spaces become one.
        public var removesExtraSpaces: Bool
        /// Of neighbouring unknown tokens only one remains.
        public var fusesUnknown: Bool
        /// Characters without a piece are spelled with byte tokens instead of the unknown token.
        public var byteFallback: Bool

        /// The rules of Llama 2 and Mixtral, unless said otherwise.
        public init(
            dummyPrefix: DummyPrefix = .everywhere, prefixesOnlyWithoutSpace: Bool = false,
            removesExtraSpaces: Bool = false, fusesUnknown: Bool = true, byteFallback: Bool = true
        ) {
            self.dummyPrefix = dummyPrefix
            self.prefixesOnlyWithoutSpace = prefixesOnlyWithoutSpace
            self.removesExtraSpaces = removesExtraSpaces
            self.fusesUnknown = fusesUnknown
            self.byteFallback = byteFallback
        }
    }

    /// The rules of a byte-level vocabulary.
    public struct BytePair: Sendable {
        /// What cuts text into words.
        public var preTokenizer: PreTokenizer
        /// A word that is a piece is taken whole, even where merges would not reach it (`ignore_merges`).
        public var keepsWholeWords: Bool
        /// A space is put before text that does not begin with one.
        public var addsPrefixSpace: Bool
        /// Text is brought into Unicode's normalization form C first.
        public var normalizesToNFC: Bool

        /// The rules of GPT-2 with another pre-tokenizer, unless said otherwise.
        public init(
            preTokenizer: PreTokenizer, keepsWholeWords: Bool = false, addsPrefixSpace: Bool = false,
            normalizesToNFC: Bool = false
        ) {
            self.preTokenizer = preTokenizer
            self.keepsWholeWords = keepsWholeWords
            self.addsPrefixSpace = addsPrefixSpace
            self.normalizesToNFC = normalizesToNFC
        }
    }

    /// Which merges there are, and which goes first.
    public enum MergeOrder: Sendable {
        /// Two symbols merge if together they are a piece; the highest score goes first. One per piece.
        case scores([Float])
        /// These pairs of pieces merge; the earliest in the list goes first.
        case pairs(MergeList)
    }

    public var model: Model
    public var pieces: PieceTable
    /// One per piece.
    public var kinds: [TokenKind]
    public var merges: MergeOrder
    /// Beginning of text.
    public var bos: TokenID?
    /// End of text.
    public var eos: TokenID?
    public var unknown: TokenID?
    /// End of a speaker's turn, where it is not `eos`.
    public var endOfTurn: TokenID?
    /// Whether the model expects `bos` before its input.
    public var addBOS: Bool
    /// Whether the model expects `eos` after its input; no generating model does.
    public var addEOS: Bool

    /// A specification from its parts; ``Tokenizer/init(_:)`` checks them.
    public init(
        model: Model, pieces: PieceTable, kinds: [TokenKind], merges: MergeOrder, bos: TokenID? = nil,
        eos: TokenID? = nil, unknown: TokenID? = nil, endOfTurn: TokenID? = nil, addBOS: Bool = false,
        addEOS: Bool = false
    ) {
        self.model = model
        self.pieces = pieces
        self.kinds = kinds
        self.merges = merges
        self.bos = bos
        self.eos = eos
        self.unknown = unknown
        self.endOfTurn = endOfTurn
        self.addBOS = addBOS
        self.addEOS = addEOS
    }
}

extension TokenizerSpecification {
    /// Makes control tokens of the user-defined ones that `template` spells out.
    ///
    /// Converters list markers such as `<|im_start|>` now as control, now as user-defined tokens; the second
    /// kind is recognised in anybody's text, so that a user could open the assistant's turn.
    public mutating func reserveMarkers(of template: String) {
        let template = Array(template.utf8)
        var starts: [UInt8: [Int]] = [:]  // where each byte occurs: a template is short, a vocabulary long
        for (index, byte) in template.enumerated() { starts[byte, default: []].append(index) }
        for (id, kind) in kinds.enumerated() where kind == .userDefined {
            let piece = pieces[id]
            // Runs of spaces or line ends are text, not markers, though templates contain them.
            guard let first = piece.first, piece.count > 1, piece.contains(where: { $0 > 0x20 }) else {
                continue
            }
            let isSpelt = starts[first]?.contains { template[$0...].starts(with: piece) } ?? false
            if isSpelt { kinds[id] = .control }
        }
    }
}
