// Finds where a ranking must be cut so that the part kept holds a given weight, without sorting: by histograms
// of the keys' bits, most significant first. Linear in the number of keys whatever their distribution, so a flat
// nucleus over 128k tokens costs no more than a peaked one. Knows neither tokens nor probabilities.

/// Where a ranking is cut: everything above `threshold` stays, and the first `ties` of what equals it.
package struct RankCut: Sendable, Equatable {
    package var threshold: Float
    package var ties: Int

    /// Keeps everything at or above a threshold.
    package static func atLeast(_ threshold: Float) -> RankCut {
        RankCut(threshold: threshold, ties: .max)
    }
}

/// Radix selection with reused scratch.
package struct RankSelector: Sendable {
    private var masses = ContiguousArray<Double>(repeating: 0, count: 2048)

    package init() {}

    /// The cut that keeps the shortest prefix, in order of descending key and ascending index, whose weights sum
    /// to at least `target`; never empty, everything if the sum falls short of `target`.
    /// - Parameters:
    ///   - keys: no NaN.
    ///   - weights: 0 or more, one per key; nil counts each key as 1.
    package mutating func cut(
        keys: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>?, reaching target: Double
    ) -> RankCut {
        var prefix: UInt32 = 0
        var prefixBits: UInt32 = 0
        var missing = target
        while prefixBits < 32 {
            let bits = min(11, 32 - prefixBits)
            tally(keys: keys, weights: weights, prefix: prefix, prefixBits: prefixBits, bits: bits)
            guard let digit = boundary(digits: 1 << Int(bits), missing: &missing) else {
                return .atLeast(-.infinity)
            }
            prefix = prefix << bits | digit
            prefixBits += bits
        }
        let threshold = Float(ordered: prefix)
        var ties = 0
        for i in 0..<keys.count where keys[i] == threshold {
            ties += 1
            missing -= weights.map { Double($0[i]) } ?? 1
            if missing <= 0 { break }
        }
        return RankCut(threshold: threshold, ties: ties)
    }

    /// Sums the weights of the keys that begin with `prefix`, by their next `bits` bits; -1 marks a digit that
    /// no key has, which is not the same as one whose keys weigh nothing.
    private mutating func tally(
        keys: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>?,
        prefix: UInt32, prefixBits: UInt32, bits: UInt32
    ) {
        masses.withUnsafeMutableBufferPointer { masses in
            masses.update(repeating: -1)
            let shift = 32 - prefixBits - bits
            let digits: UInt32 = 1 << bits - 1
            for i in 0..<keys.count {
                let key = keys[i].ordered
                // Swift's smart shift gives 0 for a shift by 32, so the first round takes every key.
                guard key >> (32 - prefixBits) == prefix else { continue }
                let digit = Int(key >> shift & digits)
                masses[digit] = max(masses[digit], 0) + (weights.map { Double($0[i]) } ?? 1)
            }
        }
    }

    /// The highest digit at which the masses above and at it make up `missing`; takes those above off it.
    private func boundary(digits: Int, missing: inout Double) -> UInt32? {
        var digit = digits - 1
        while digit >= 0 {
            let mass = masses[digit]
            if mass >= 0 {
                if mass >= missing { return UInt32(digit) }
                missing -= mass
            }
            digit -= 1
        }
        return nil
    }
}

extension Float {
    /// Bits that compare as the values do, -0 and 0 being one.
    @inline(__always)
    fileprivate var ordered: UInt32 {
        let bits = (self + 0).bitPattern
        return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    }

    fileprivate init(ordered: UInt32) {
        self.init(bitPattern: ordered & 0x8000_0000 == 0 ? ~ordered : ordered & 0x7FFF_FFFF)
    }
}
