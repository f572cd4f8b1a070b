// How wide a line of text will be, without a font at hand. It errs to the wide side, so that labels never touch.

package enum TextWidth {
    /// Width in pixels at a font size.
    package static func of(_ text: String, size: Double) -> Double {
        text.reduce(0) { $0 + ems($1) } * size
    }

    /// The text, or as much of its start as fits with an ellipsis.
    package static func cut(_ text: String, size: Double, to width: Double) -> String {
        guard of(text, size: size) > width else { return text }
        var room = width - of("…", size: size)
        var kept = ""
        for character in text {
            room -= ems(character) * size
            guard room >= 0 else { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// Helvetica's advances, and a tenth for the wider fonts that stand in for it.
    private static func ems(_ character: Character) -> Double {
        let scalar = character.unicodeScalars.first!.value
        let width: Double =
            switch character {
            case "i", "j", "l", "'", "|": 0.24
            case "f", "t", "I", "!", ".", ",", ":", ";", "/", "\\", "(", ")", "[", "]", " ", "-", "r": 0.32
            case "m", "w", "M", "W", "%", "@", "…", "—": 0.92
            case "A"..."Z", "&", "−", "+", "=", "<", ">", "≤", "≥", "±", "×", "–": 0.69
            case "\u{2009}", "\u{202F}": 0.2
            default: scalar >= 0x2E80 ? 1.05 : 0.556
            }
        return width * 1.1
    }
}
