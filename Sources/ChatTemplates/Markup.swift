// Text made safe inside HTML and XML. Every string that a person or a model wrote goes through here.

package enum Markup {
    /// The text with what HTML and XML read as markup written as references; characters that XML 1.0 cannot hold
    /// become U+FFFD, and those that turn the direction of the text around them become visible marks.
    package static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\r": result += "\u{240D}"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                result += "\u{27E8}U+\(String(scalar.value, radix: 16, uppercase: true))\u{27E9}"
            case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
