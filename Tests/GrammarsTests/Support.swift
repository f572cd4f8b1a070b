// Owns what the suites share: a vocabulary of single bytes, a recogniser that reads text byte by byte, and a
// vocabulary of random pieces. Knows no front end.

import ChatTemplates
import Grammars
import Sampling
import Testing

/// Every byte is a token; 256 ends the answer, 257 and 258 have no text.
let byteVocabulary = TokenVocabulary(count: 259) { $0 < 256 ? [UInt8($0)] : nil }
let endToken: Int32 = 256

/// Reads text byte by byte, by the automaton alone: no mask is asked for.
struct Recogniser {
    var mask: GrammarMask

    init(_ grammar: Grammar) {
        mask = GrammarMask(grammar, vocabulary: byteVocabulary, endTokens: [endToken])
    }

    mutating func read(_ bytes: some Sequence<UInt8>) {
        for byte in bytes where !mask.isDead { mask.accept(Int32(byte)) }
    }
}

extension Grammar {
    func accepts(_ text: String) -> Bool { accepts(bytes: text.utf8) }

    func accepts(bytes: some Sequence<UInt8>) -> Bool {
        var recogniser = Recogniser(self)
        recogniser.read(bytes)
        return recogniser.mask.isComplete
    }

    /// Whether some document begins so.
    func begins(with text: String) -> Bool {
        var recogniser = Recogniser(self)
        recogniser.read(text.utf8)
        return !recogniser.mask.isDead
    }

    static func schema(_ text: String) throws -> Grammar { try .jsonSchema(try .parse(text)) }
}

/// What a compile throws.
func errorOf(_ body: () throws -> Grammar) -> GrammarError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? GrammarError
    }
}

extension GrammarMask {
    /// The ids that may come next, as `apply` leaves them.
    mutating func allowedTokens(count: Int) -> [Int32] {
        var logits = [Float](repeating: 1, count: count)
        logits.withUnsafeMutableBufferPointer { buffer in
            var span = buffer.mutableSpan
            apply(to: &span)
        }
        return logits.indices.filter { logits[$0] > -.infinity }.map(Int32.init)
    }
}
