// What two spellings of one word have in common: case, accents, widths and look-alike signs are taken away. It knows
// scalars, not words.

/// Folds scalars so that patterns need one spelling: `É` and `é` are `e`, `Ａ` is `a`, `’` is `'`.
enum Folding {
    /// The folded scalar; nil: the scalar is invisible and says nothing (zero-width, vowel signs of Arabic, marks).
    @inline(__always)
    static func fold(_ scalar: UInt32) -> UInt32? {
        if scalar < 0x80 {
            // A to Z.
            return scalar &- 0x41 < 26 ? scalar | 0x20 : scalar
        }
        return foldRare(scalar)
    }

    private static func foldRare(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 0xA0, 0x2000...0x200A, 0x202F, 0x3000: return 0x20
        case 0xC0...0x17F: return UInt32(latin[Int(scalar - 0xC0)])
        case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0xFEFF: return nil
        // Marks that stand behind their letter, and the vowels and the stretching sign of Arabic.
        case 0x300...0x36F, 0x64B...0x65F, 0x670, 0x640: return nil
        case 0x2018, 0x2019, 0x201B, 0x2BC, 0x60, 0xB4, 0xFF07: return 0x27
        // Cyrillic and Greek capitals.
        case 0x410...0x42F: return scalar + 0x20
        case 0x401, 0x451: return 0x435  // Ё as Е
        case 0x400...0x40F: return scalar + 0x50
        case 0x391...0x3A9: return scalar + 0x20
        // Alef with its carriers, final forms.
        case 0x622, 0x623, 0x625: return 0x627
        case 0x649: return 0x64A
        case 0x629: return 0x647
        // Full width.
        case 0xFF01...0xFF5E: return fold(scalar - 0xFEE0)
        // Mathematical letters, which some write for bold: A to Z and a to z in thirteen alphabets of 52.
        case 0x1D400...0x1D6A3: return 0x61 + (scalar - 0x1D400) % 52 % 26
        default: return scalar
        }
    }

    /// U+00C0 to U+017F without accents, in lower case; letters that are two (æ, ß, œ) are their first.
    private static let latin: [UInt8] = {
        let folded =
            "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
            + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
            + "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
        precondition(folded.utf8.count == 0x180 - 0xC0)
        return Array(folded.utf8)
    }()
}

extension Folding {
    /// One scalar of UTF-8 at an offset, and how many bytes it has. A byte that starts none counts as U+FFFD.
    @inline(__always)
    static func scalar(_ text: Span<UInt8>, at offset: Int) -> (scalar: UInt32, length: Int) {
        let first = text[offset]
        if first < 0x80 { return (UInt32(first), 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first < 0xF5, offset + length <= text.count else { return (0xFFFD, 1) }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for position in offset + 1..<offset + length {
            guard text[position] & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            scalar = scalar << 6 | UInt32(text[position] & 0x3F)
        }
        return (scalar, length)
    }
}
