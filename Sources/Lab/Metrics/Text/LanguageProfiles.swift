// Which language of Latin letters a text is in, by runs of letters. Other scripts are LanguageGuess's; the counts are
// LanguageTable.swift's.

/// What runs of one to three letters say of each language.
struct LanguageProfiles {
    static let shared = LanguageProfiles()

    /// Steps by which a run is rarer in each language than in the one that has it most, by the run's letters.
    private let steps: [UInt64: SIMD8<Int32>]

    private init() {
        var steps: [UInt64: SIMD8<Int32>] = [:]
        var run: UInt64 = 0
        var values = SIMD8<Int32>()
        var column = 0
        for scalar in Self.table.unicodeScalars {
            // Letters, apostrophe and underscore lie outside the signs for numbers.
            guard ("0"..."]").contains(scalar) else {
                run = Self.appending(scalar, to: run)
                continue
            }
            values[column] = Int32(scalar.value - 0x30)
            column += 1
            if column == Self.languages.count {
                steps[run] = values
                (run, column) = (0, 0)
            }
        }
        self.steps = steps
    }

    /// How much rarer the text is in each language, in nats for each letter: the least is the likeliest.
    ///
    /// - Parameter words: in lower case and composed form.
    func distances(of words: [ArraySlice<Unicode.Scalar>]) -> [String: Double] {
        var sums = SIMD8<Int64>()
        var letters = 0
        for word in words {
            var before: (Unicode.Scalar?, Unicode.Scalar) = (nil, "_")
            for scalar in word + ["_"] {
                let pair = Self.appending(scalar, to: Self.appending(before.1, to: 0))
                for run in [
                    scalar == "_" ? nil : Self.appending(scalar, to: 0), pair,
                    before.0.map {
                        Self.appending(scalar, to: Self.appending(before.1, to: Self.appending($0, to: 0)))
                    },
                ] {
                    if let run, let found = steps[run] { sums &+= SIMD8<Int64>(truncatingIfNeeded: found) }
                }
                before = (before.1, scalar)
            }
            letters += word.count
        }
        let nats = Self.languages.indices.map { Double(sums[$0]) * Self.step / Double(max(1, letters)) }
        return Dictionary(uniqueKeysWithValues: zip(Self.languages, nats))
    }

    /// Three scalars fit into 63 bits.
    private static func appending(_ scalar: Unicode.Scalar, to run: UInt64) -> UInt64 {
        run << 21 | UInt64(scalar.value)
    }
}
