// The inputs of the fixtures, by the same steps as Tests/Oracles/statistics_stream.py. It knows no statistic.

/// SplitMix64 (Steele and others, 2014), and samples of seven kinds drawn with it.
struct Inputs: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) {
        state = UInt64(seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

    /// One value of a sample of a kind.
    mutating func value(_ kind: Int) -> Double {
        switch kind {
        case 0: Double(below(1 << 20)) / 1024
        case 1: Double(below(6))
        case 2: 7
        case 3: Double(below(100) * below(100) * below(100))
        case 4: Double(below(1 << 20)) * 0x1p200
        case 5: Double(below(2))
        default: 0x1p30 + Double(below(1 << 10)) / 1024
        }
    }

    mutating func sample(_ count: Int, _ kind: Int) -> [Double] { (0..<count).map { _ in value(kind) } }

    static let kinds = 7
}
