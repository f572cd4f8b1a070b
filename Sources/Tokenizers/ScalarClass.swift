// What pre-tokenizers ask about a character. The facts are in UnicodeClasses.swift.

/// The properties of a scalar that some pre-tokenizer's regex tests.
struct ScalarClass: OptionSet, Sendable {
    var rawValue: UInt8

    /// `\p{L}`
    static let letter = ScalarClass(rawValue: 1)
    /// `\p{M}`
    static let mark = ScalarClass(rawValue: 2)
    /// `\p{N}`
    static let number = ScalarClass(rawValue: 4)
    /// `\s`
    static let space = ScalarClass(rawValue: 8)
    /// `[\r\n]`
    static let newline = ScalarClass(rawValue: 16)
    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
    static let upper = ScalarClass(rawValue: 32)
    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
    static let lower = ScalarClass(rawValue: 64)

    @inline(__always)
    func meets(_ other: ScalarClass) -> Bool { rawValue & other.rawValue != 0 }
}

/// The class of every scalar, in pages of 256 of which equal ones are stored once: about 40 KB.
struct ScalarClasses: Sendable {
    private let pageNumbers: [UInt16]
    private let pages: [UInt8]

    /// Built at first use, in about a millisecond.
    static let shared = ScalarClasses()

    private init() {
        // One page past Unicode's last, so that `DecodedScalar.invalid` has a class too: none.
        var all = [UInt8](repeating: 0, count: 0x110100)
        for run in unicodeClassRuns {
            for offset in 0..<run.count {
                all[Int(run.first + offset)] = offset % 2 == 0 ? run.even : run.odd
            }
        }
        var numbers: [UInt16] = []
        var pages: [UInt8] = []
        var known: [ArraySlice<UInt8>: UInt16] = [:]
        for start in stride(from: 0, to: all.count, by: 256) {
            let page = all[start..<start + 256]
            let number = known[page] ?? UInt16(pages.count / 256)
            if Int(number) * 256 == pages.count { pages.append(contentsOf: page) }
            known[page] = number
            numbers.append(number)
        }
        pageNumbers = numbers
        self.pages = pages
    }

    @inline(__always)
    subscript(scalar: UInt32) -> ScalarClass {
        ScalarClass(rawValue: pages[Int(pageNumbers[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
    }
}
