// Where words begin and end: Unicode Standard Annex #29, default word boundaries, all rules, no dictionaries.
// It knows no language; the classes of scalars are those of WordBreakTable.swift.

/// A scalar's Word_Break property.
enum WordBreakClass: UInt8 {
    case other, cr, lf, newline, extend, zwj, format, regionalIndicator, katakana, hebrewLetter, aLetter
    case singleQuote, doubleQuote, midNumLet, midLetter, midNum, numeric, extendNumLet, wSegSpace

    /// WB4: these belong to what stands before them, and later rules do not see them.
    var isIgnored: Bool { self == .extend || self == .zwj || self == .format }
    var isLetter: Bool { self == .aLetter || self == .hebrewLetter }
    var isBreak: Bool { self == .cr || self == .lf || self == .newline }
    /// What an underscore joins (WB13a, WB13b).
    var isJoinable: Bool { isLetter || self == .numeric || self == .katakana }
}

/// One scalar's class, and what else decides about words.
struct WordBreakProperty {
    let bits: UInt8

    init(of scalar: Unicode.Scalar) {
        let value = scalar.value
        if value < 0x80 {
            bits = Self.ascii[Int(value)]
            return
        }
        bits = Self.search(value)
    }

    var wordBreak: WordBreakClass { WordBreakClass(rawValue: bits & 0x1F)! }
    var isPictograph: Bool { bits & 0x20 != 0 }
    /// A letter of any script, ideographs and syllables among them, or a number.
    var isLetterOrNumber: Bool { bits & 0x40 != 0 }

    private static let ascii: [UInt8] = (0..<0x80).map(search)

    /// The last run that starts at or before the scalar. O(log runs).
    private static func search(_ scalar: UInt32) -> UInt8 {
        var low = 0
        var high = wordBreakRuns.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if wordBreakRuns[middle] >> 8 <= scalar { low = middle } else { high = middle }
        }
        return UInt8(truncatingIfNeeded: wordBreakRuns[low])
    }
}

/// The segments of a text: words, and what stands between them.
package struct WordSegments {
    package struct Segment: Equatable {
        /// In scalars.
        package var range: Range<Int>
        /// Whether it holds a letter or a number.
        package var isWord: Bool
    }

    let scalars: [Unicode.Scalar]
    package let segments: [Segment]

    package init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        segments = Self.split(scalars)
    }

    /// The words themselves, as written.
    var words: [String] {
        segments.lazy.filter(\.isWord).map { segment in
            var word = String.UnicodeScalarView()
            word.append(contentsOf: scalars[segment.range])
            return String(word)
        }
    }

    private static func split(_ scalars: [Unicode.Scalar]) -> [Segment] {
        let properties = scalars.map(WordBreakProperty.init)
        var boundaries = BoundaryRules()
        var segments: [Segment] = []
        var start = 0
        var isWord = false
        for index in properties.indices {
            if index > 0, boundaries.isBoundary(before: index, in: properties) {
                segments.append(Segment(range: start..<index, isWord: isWord))
                start = index
                isWord = false
            }
            boundaries.pass(properties[index])
            isWord = isWord || properties[index].isLetterOrNumber
        }
        if start < scalars.count { segments.append(Segment(range: start..<scalars.count, isWord: isWord)) }
        return segments
    }
}

/// What the rules remember of the text before a place.
private struct BoundaryRules {
    /// The scalar before, and the last two that WB4 does not hide.
    private var previous: WordBreakProperty?
    private var last: WordBreakClass?
    private var beforeLast: WordBreakClass?
    /// Regional indicators in a row: flags are pairs of them.
    private var indicators = 0

    mutating func pass(_ property: WordBreakProperty) {
        let kind = property.wordBreak
        // WB4 hides marks, except behind a line's end and at the text's start, where they stand for themselves.
        if !(kind.isIgnored && last.map { !$0.isBreak } ?? false) {
            indicators = kind == .regionalIndicator ? indicators + 1 : 0
            beforeLast = last
            last = kind
        }
        previous = property
    }

    func isBoundary(before index: Int, in properties: [WordBreakProperty]) -> Bool {
        guard let previous, let last else { return true }
        let property = properties[index]
        let next = property.wordBreak
        // WB3 to WB3d.
        if previous.wordBreak == .cr, next == .lf { return false }
        if previous.wordBreak.isBreak || next.isBreak { return true }
        if previous.wordBreak == .zwj, property.isPictograph { return false }
        if previous.wordBreak == .wSegSpace, next == .wSegSpace { return false }
        if next.isIgnored { return false }  // WB4

        switch (last, next) {
        case (.aLetter, .aLetter), (.aLetter, .hebrewLetter), (.hebrewLetter, .aLetter),
            (.hebrewLetter, .hebrewLetter):
            return false  // WB5
        case (.aLetter, .midLetter), (.aLetter, .midNumLet), (.aLetter, .singleQuote),
            (.hebrewLetter, .midLetter),
            (.hebrewLetter, .midNumLet):
            return !(visible(after: index, in: properties)?.isLetter ?? false)  // WB6
        case (.hebrewLetter, .singleQuote):
            return false  // WB7a, and so WB6
        case (.hebrewLetter, .doubleQuote):
            return visible(after: index, in: properties) != .hebrewLetter  // WB7b
        case (.midLetter, .aLetter), (.midLetter, .hebrewLetter), (.singleQuote, .aLetter),
            (.singleQuote, .hebrewLetter):
            return !(beforeLast?.isLetter ?? false)  // WB7
        case (.midNumLet, .aLetter), (.midNumLet, .hebrewLetter):
            return !(beforeLast?.isLetter ?? false)  // WB7
        case (.doubleQuote, .hebrewLetter):
            return beforeLast != .hebrewLetter  // WB7c
        case (.numeric, .numeric), (.aLetter, .numeric), (.hebrewLetter, .numeric), (.numeric, .aLetter),
            (.numeric, .hebrewLetter):
            return false  // WB8, WB9, WB10
        case (.midNum, .numeric), (.midNumLet, .numeric), (.singleQuote, .numeric):
            return beforeLast != .numeric  // WB11
        case (.numeric, .midNum), (.numeric, .midNumLet), (.numeric, .singleQuote):
            return visible(after: index, in: properties) != .numeric  // WB12
        case (.katakana, .katakana), (.extendNumLet, .extendNumLet):
            return false  // WB13, WB13a
        case (_, .extendNumLet):
            return !last.isJoinable  // WB13a
        case (.extendNumLet, _):
            return !next.isJoinable  // WB13b
        case (.regionalIndicator, .regionalIndicator):
            return indicators.isMultiple(of: 2)  // WB15, WB16
        default:
            return true  // WB999
        }
    }

    /// The next class that WB4 does not hide.
    private func visible(after index: Int, in properties: [WordBreakProperty]) -> WordBreakClass? {
        properties[(index + 1)...].first { !$0.wordBreak.isIgnored }?.wordBreak
    }
}
