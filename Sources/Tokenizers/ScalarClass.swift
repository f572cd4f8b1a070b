// What pre-tokenizers ask about a character. The facts are in UnicodeClasses.swift.

/// The properties of a scalar that some pre-tokenizer's regex tests.
package struct ScalarClass: OptionSet, Sendable {
    package var rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

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

/// The class of every scalar, in pages of 256; those of one class throughout are stored once: about 70 KB.
package struct ScalarClasses: Sendable {
    private let pageNumbers: [UInt16]
    private let pages: [UInt8]

    /// Built at first use, which a user waits for: pages that no run touches are not visited.
    package static let shared = ScalarClasses()

    private init() {
        // One page past Unicode's last, so that `DecodedScalar.invalid` has a class too: none. Page 0 of
        // `pages` is that of scalars without a class.
        var numbers = [UInt16](repeating: 0, count: 0x1101)
        var pages = [UInt8](repeating: 0, count: 256)
        var uniform = [UInt16](repeating: 0, count: 256)  // by class
        for run in unicodeClassRuns {
            let end = run.first + run.count
            var scalar = run.first
            while scalar < end {
                let number = Int(scalar >> 8)
                let stop = min(end, UInt32(number + 1) << 8)
                if run.even == run.odd, stop - scalar == 256 {
                    if uniform[Int(run.even)] == 0 {
                        uniform[Int(run.even)] = UInt16(pages.count >> 8)
                        pages.append(contentsOf: repeatElement(run.even, count: 256))
                    }
                    numbers[number] = uniform[Int(run.even)]
                } else {
                    if numbers[number] == 0 {
                        numbers[number] = UInt16(pages.count >> 8)
                        pages.append(contentsOf: repeatElement(0, count: 256))
                    }
                    let page = Int(numbers[number]) << 8
                    for position in scalar..<stop {
                        pages[page | Int(position & 0xFF)] =
                            (position - run.first) & 1 == 0 ? run.even : run.odd
                    }
                }
                scalar = stop
            }
        }
        pageNumbers = numbers
        self.pages = pages
    }

    @inline(__always)
    package subscript(scalar: UInt32) -> ScalarClass {
        ScalarClass(rawValue: pages[Int(pageNumbers[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
    }
}
