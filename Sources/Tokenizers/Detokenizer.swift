// Tokens to text one at a time, for streaming: characters come out whole, whatever the tokens cut.
// It knows UTF-8 and a tokenizer, no stream.

/// Turns tokens into text as they come.
///
/// The texts returned by ``append(_:)`` and ``finish()`` together equal ``Tokenizer/decode(_:)`` of all ids.
/// Bytes that cannot begin a character become U+FFFD as soon as that is certain, one for each maximal part of
/// a sequence, as Unicode recommends.
public struct Detokenizer: Sendable {
    private let tokenizer: Tokenizer
    private var pending: [UInt8] = []
    private var skipsLeadingSpace: Bool

    /// - Parameters:
    ///   - tokenizer: whose tokens are to come.
    ///   - skipLeadingSpace: whether the space before the first word is the encoder's, to be taken away; if
    ///     nil, it is where the vocabulary puts one. Say false to continue text: the space is then the model's.
    public init(_ tokenizer: Tokenizer, skipLeadingSpace: Bool? = nil) {
        self.tokenizer = tokenizer
        skipsLeadingSpace = skipLeadingSpace ?? tokenizer.addsDummyPrefix
    }

    /// The text that is certain now; empty while a character is incomplete.
    public mutating func append(_ id: TokenID) -> String {
        var bytes = tokenizer.bytes(of: id)
        if bytes.isEmpty { return "" }
        if skipsLeadingSpace {
            skipsLeadingSpace = false
            if bytes.first == 0x20, tokenizer.kind(id) == .normal { bytes = bytes.dropFirst() }
        }
        pending += bytes
        let certain = pending.count - Self.incompleteSuffix(of: pending)
        guard certain > 0 else { return "" }
        let text = String(decoding: pending[..<certain], as: UTF8.self)
        pending.removeFirst(certain)
        return text
    }

    /// The text of what is left: a character that was never completed becomes U+FFFD.
    public mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes at the end begin a character that more bytes could complete: 0 to 3.
    private static func incompleteSuffix(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let first = bytes[bytes.count - length]
            if first & 0xC0 == 0x80 { continue }
            let second = length > 1 ? bytes[bytes.count - length + 1] : nil
            return mayContinue(first, second) && length < self.length(of: first) ? length : 0
        }
        return 0
    }

    private static func length(of first: UInt8) -> Int {
        first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }

    /// Whether these bytes begin a well-formed character (Unicode's table 3-7; later bytes are all 80…BF).
    private static func mayContinue(_ first: UInt8, _ second: UInt8?) -> Bool {
        guard 0xC2...0xF4 ~= first else { return false }
        guard let second else { return true }
        return switch first {
        case 0xE0: 0xA0...0xBF ~= second
        case 0xED: 0x80...0x9F ~= second
        case 0xF0: 0x90...0xBF ~= second
        case 0xF4: 0x80...0x8F ~= second
        default: 0x80...0xBF ~= second
        }
    }
}
