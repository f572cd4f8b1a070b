// Text as it is compared: without case, accents and the many forms of the apostrophe. It finds nothing itself.

internal import Foundation

extension StringProtocol {
    /// Lower case, Latin letters without their accents, typographic apostrophes straight.
    var folded: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return lowercased() }
        var result = String.UnicodeScalarView()
        for scalar in String(self).boundingMarks.decomposedStringWithCanonicalMapping.lowercased().unicodeScalars {
            switch scalar.value {
            // Combining accents; other scripts' vowel signs are letters in all but name, and stay.
            case 0x300...0x36F: continue
            case 0x2018, 0x2019, 0x2BC: result.append("'")
            case 0xDF: result.append(contentsOf: "ss".unicodeScalars)
            case 0xE6: result.append(contentsOf: "ae".unicodeScalars)
            case 0x153: result.append(contentsOf: "oe".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Without the marks behind the thirtieth on one letter, as Unicode's Stream-Safe Text Format has it (UAX #15):
    /// comparing and decomposing sort marks, which takes the square of their number.
    var boundingMarks: String {
        var result = String.UnicodeScalarView()
        var marks = 0
        for scalar in unicodeScalars {
            let isMark = scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
            marks = isMark ? marks + 1 : 0
            if marks <= 30 { result.append(scalar) }
        }
        return String(result)
    }

    /// The words of the folded text.
    var foldedWords: [String] { WordSegments(folded).words }

    /// Without white space at either end.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }
}
