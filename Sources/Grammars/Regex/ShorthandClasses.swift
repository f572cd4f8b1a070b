// Owns what \d, \w, \s and the dot stand for. ECMA-262 and Python's `re` differ beyond ASCII, and a JSON Schema's
// reader may use either, so a class allows what both allow. Knows no syntax.

/// A class of scalars: those that are in it by every reading, and those that are in it by some reading.
struct ScalarClass: Sendable {
    var certain: ScalarSet
    var possible: ScalarSet

    init(_ set: ScalarSet) { (certain, possible) = (set, set) }

    init(certain: ScalarSet, possible: ScalarSet) { (self.certain, self.possible) = (certain, possible) }

    var complement: ScalarClass {
        ScalarClass(certain: possible.complement, possible: certain.complement)
    }

    func union(_ other: ScalarClass) -> ScalarClass {
        ScalarClass(certain: certain.union(other.certain), possible: possible.union(other.possible))
    }

    static let digit = ScalarClass(
        certain: ScalarSet([0x30...0x39]), possible: unicode { $0 == .decimalNumber })

    static let word = ScalarClass(
        certain: asciiWord,
        possible: asciiWord.union(
            unicode {
                switch $0 {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                    .decimalNumber, .letterNumber, .otherNumber, .unassigned:
                    true
                default: false
                }
            }))

    static let space = ScalarClass(
        certain: ScalarSet([0x09...0x0D, 0x20...0x20]),
        possible: ScalarSet([
            0x09...0x0D, 0x1C...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x180E...0x180E,
            0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
            0xFEFF...0xFEFF,
        ]))

    /// All but line ends: ECMA-262's list, which contains Python's.
    static let notLineEnd = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029]).complement

    private static let asciiWord = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])

    private static func unicode(_ isMember: (Unicode.GeneralCategory) -> Bool) -> ScalarSet {
        var ranges: [ClosedRange<UInt32>] = []
        for range in ScalarSet.all.ranges {
            for value in range {
                guard let scalar = Unicode.Scalar(value), isMember(scalar.properties.generalCategory) else {
                    continue
                }
                if let last = ranges.last, last.upperBound + 1 == value {
                    ranges[ranges.count - 1] = last.lowerBound...value
                } else {
                    ranges.append(value...value)
                }
            }
        }
        return ScalarSet(ranges)
    }
}
