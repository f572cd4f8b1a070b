// The samples of the oracle, made again from their seeds: the same bits as Tests/Oracles/statistics_inputs.py
// makes, because each operation is rounded once and they come in the same order. It knows no test.

/// SplitMix64 (Steele and others, 2014), and the shapes drawn from it.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In [0, 1), 53 bits.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Nearly normal: twelve uniform numbers less 6.
    mutating func bell() -> Double {
        var total = -6.0
        for _ in 0..<12 { total += uniform() }
        return total
    }
}

/// The shapes of data. To add a kind: a case, its value, and the same in statistics_inputs.py.
enum Kind: String, Decodable, Sendable {
    case lengths, bell, skewed, ties, offset, huge, tiny, largest, bimodal, constant, almostConstant

    var unit: Double {
        switch self {
        case .huge: 0x1p500
        case .tiny: 0x1p-500
        case .largest: 0x1p1000
        default: 1
        }
    }

    func value(_ random: inout SplitMix64) -> Double {
        switch self {
        case .lengths: return (4000 + 600 * random.bell()).rounded(.down)
        case .skewed:
            let u = random.uniform()
            return 1000 * u * u * u / (1.01 - u)
        case .ties: return (5 * random.uniform()).rounded(.down)
        case .offset: return 1e9 + random.bell()
        case .bimodal:
            let center = random.uniform() < 0.5 ? 0.0 : 50.0
            return center + random.bell()
        case .constant: return 7
        case .almostConstant: return random.uniform() < 0.1 ? 8 : 7
        case .bell, .huge, .tiny, .largest: return random.bell() * unit
        }
    }
}

/// Two arms, their clusters and a covariate.
struct GeneratedCase: Decodable, Sendable {
    var seed: UInt64
    var kind: Kind
    var a: [Double]
    var b: [Double]
    var clustersA: [Int]
    var clustersB: [Int]
    var covariate: [Double]

    /// From `[seed, kind, n, m, shift]`.
    init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        seed = try row.decode(UInt64.self)
        kind = try row.decode(Kind.self)
        let (n, m) = (try row.decode(Int.self), try row.decode(Int.self))
        let shift = try row.decode(Double.self)
        var random = SplitMix64(state: seed)
        a = []
        b = []
        for _ in 0..<n { a.append(kind.value(&random)) }
        for _ in 0..<m { b.append(kind.value(&random) + shift * kind.unit) }
        clustersA = (0..<n).map { _ in Int(random.next() % 7) }
        clustersB = (0..<m).map { _ in Int(random.next() % 7) }
        covariate = (0..<(n + m)).map { _ in random.bell() }
    }

    /// As many pairs as the shorter arm has values, at most `limit`.
    func pairs(limit: Int = .max) -> (a: [Double], b: [Double]) {
        let count = min(a.count, b.count, limit)
        return (Array(a.prefix(count)), Array(b.prefix(count)))
    }

    /// Differences of those pairs.
    func differences(limit: Int = .max) -> [Double] {
        let pairs = pairs(limit: limit)
        return zip(pairs.a, pairs.b).map { $0 - $1 }
    }
}
