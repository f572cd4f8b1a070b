// The inputs of the fixtures, by the same steps as Tests/Oracles/statistics_stream.py. It knows no statistic.

/// Samples of seven kinds, drawn with SplitMix64.
struct Inputs: RandomNumberGenerator {
    private var source: SplitMix64

    init(seed: Int) {
        source = SplitMix64(state: UInt64(seed))
    }

    mutating func next() -> UInt64 { source.next() }

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
