// Words of a text with their places, folded and looked up. What words mean together, patterns know.

/// A folded word's hash: FNV-1a over its scalars. Patterns and texts meet in these numbers alone.
typealias WordHash = UInt64

/// A word of a text.
struct Word {
    /// Bytes in the text.
    var range: Range<Int>
    var hash: WordHash
    /// What the vocabulary knows about it; zero: nothing.
    var symbols: SIMD4<UInt16> = .zero
    /// Whether punctuation other than a hyphen or an apostrophe stands before it.
    var afterPunctuation: Bool
    var isNumber: Bool
}

/// Splits text into words: letters and digits that stand together, and each sign of scripts without spaces by itself.
///
/// `don't` is `don`, `t`; `GPT-4` is `gpt`, `4`; `3.5` is one; 我是 is two, 모델 too, so that particles need no care.
enum WordSplitter {
    static let seed: WordHash = 0xCBF2_9CE4_8422_2325

    @inline(__always)
    static func mix(_ hash: WordHash, _ scalar: UInt32) -> WordHash {
        (hash ^ UInt64(scalar)) &* 0x100_0000_01B3
    }

    /// Calls `body` with each word of a range of a text, and with each prefix's hash on the way.
    static func forEach(
        in text: Span<UInt8>, range: Range<Int>, prefix: (_ letters: Int, WordHash) -> Void = { _, _ in },
        _ body: (_ word: Word, _ letters: Int, _ script: Script) -> Void
    ) {
        var position = range.lowerBound
        var start = position
        var hash = seed
        var letters = 0
        var digits = 0
        var script = Script.other
        var punctuation = false

        func finish(at end: Int) {
            guard letters > 0 else { return }
            let word = Word(
                range: start..<end, hash: hash, afterPunctuation: punctuation, isNumber: digits == letters)
            body(word, letters, script)
            (letters, digits, hash, punctuation, script) = (0, 0, seed, false, .other)
        }

        while position < range.upperBound {
            let (raw, length) = Folding.scalar(text, at: position)
            defer { position += length }
            guard let scalar = Folding.fold(raw) else { continue }
            switch Script(scalar) {
            case .ideographic:
                finish(at: position)
                start = position
                letters = 1
                hash = mix(hash, scalar)
                script = .ideographic
                finish(at: position + length)
            case .none:
                // A point or comma between digits belongs to the number.
                if scalar == 0x2E, letters > 0, digits == letters, position + 1 < range.upperBound,
                    text[position + 1] &- 0x30 < 10
                {
                    letters += 1
                    digits += 1
                    hash = mix(hash, scalar)
                    continue
                }
                finish(at: position)
                switch scalar {
                case 0x20, 0x09, 0x0A, 0x0D, 0x27, 0x2D, 0x2010, 0x2011, 0x2A, 0x5F: break
                default: punctuation = true
                }
            case let found:
                if letters == 0 { start = position }
                if scalar &- 0x30 < 10 { digits += 1 }
                letters += 1
                hash = mix(hash, scalar)
                script = found
                prefix(letters, hash)
            }
        }
        finish(at: range.upperBound)
    }
}

/// As much of a script as splitting needs.
enum Script {
    /// No letter.
    case none
    /// Each sign stands for itself: Han, Kana, Hangul, Thai.
    case ideographic
    case arabic
    case other

    @inline(__always)
    init(_ scalar: UInt32) {
        if scalar < 0x80 {
            self = (scalar | 0x20) &- 0x61 < 26 || scalar &- 0x30 < 10 ? .other : .none
            return
        }
        switch scalar {
        case 0x80...0xBF, 0xD7, 0xF7, 0x2000...0x2BFF, 0x3000...0x3004, 0x3007...0x3020, 0xFE10...0xFE6F,
            0xFF00...0xFF65, 0xFFF0...0xFFFF, 0x60C, 0x61B, 0x61F, 0x66A...0x66D, 0x1F000...0x1FAFF, 0x30FB:
            self = .none
        case 0x3041...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x0E00...0x0E7F,
            0x20000...0x2FFFF:
            self = .ideographic
        case 0x620...0x6FF: self = .arabic
        default: self = .other
        }
    }
}
