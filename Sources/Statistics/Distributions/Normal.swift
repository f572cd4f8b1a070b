// The normal distribution. It knows nothing of data.

import Glibc

/// The normal distribution with a mean and a standard deviation. Relative error below 1e-12 down to 1e-300.
public struct Normal: ContinuousDistribution, Equatable {
    /// The mean.
    public let mean: Double
    /// The standard deviation, above 0.
    public let deviation: Double

    /// Mean 0, standard deviation 1.
    public static let standard = Normal(uncheckedMean: 0, deviation: 1)

    /// Throws unless the mean is finite and the standard deviation finite and above 0.
    public init(mean: Double, deviation: Double) throws(StatisticsError) {
        guard mean.isFinite, deviation.isFinite, deviation > 0 else {
            throw StatisticsError(
                .outOfRange, in: "normal distribution", "mean \(mean), standard deviation \(deviation)",
                fix: "give a finite mean and a standard deviation above 0")
        }
        self.init(uncheckedMean: mean, deviation: deviation)
    }

    private init(uncheckedMean mean: Double, deviation: Double) {
        self.mean = mean
        self.deviation = deviation
    }

    public func density(_ x: Double) -> Double {
        let z = (x - mean) / deviation
        return exp(-0.5 * z * z - logRootTwoPi) / deviation
    }

    public func cdf(_ x: Double) -> Double { Self.lowerTail((x - mean) / deviation) }

    public func survival(_ x: Double) -> Double { Self.lowerTail((mean - x) / deviation) }

    public func quantile(_ probability: Double) -> Double {
        mean + deviation * Self.standardQuantile(probability)
    }

    public func upperQuantile(_ probability: Double) -> Double {
        mean - deviation * Self.standardQuantile(probability)
    }

    private static func lowerTail(_ z: Double) -> Double { 0.5 * erfc(-z * 0.5.squareRoot()) }

    /// ln P(Z ≤ z), also where that probability underflows.
    static func logLowerTail(_ z: Double) -> Double {
        if z > 5 { return log1p(-lowerTail(-z)) }
        if z > -30 { return log(lowerTail(z)) }
        // Abramowitz & Stegun 26.2.12; at −30 the first term left out is below 1e-17.
        let s = 1 / (z * z)
        let correction = -s * (1 - s * (3 - s * (15 - s * (105 - s * 945))))
        return -0.5 * z * z - log(-z) - logRootTwoPi + log1p(correction)
    }

    /// M. J. Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988): relative error about 1e-16.
    private static func standardQuantile(_ p: Double) -> Double {
        precondition((0...1).contains(p), "a quantile needs a probability in 0...1")
        if p == 0 { return -.infinity }
        if p == 1 { return .infinity }
        let q = p - 0.5
        if abs(q) <= 0.425 {
            let r = 0.180625 - q * q
            return q * polynomial(centralNumerator, r) / polynomial(centralDenominator, r)
        }
        let r = (-log(min(p, 1 - p))).squareRoot()
        let z =
            r <= 5
            ? polynomial(middleNumerator, r - 1.6) / polynomial(middleDenominator, r - 1.6)
            : polynomial(farNumerator, r - 5) / polynomial(farDenominator, r - 5)
        return q < 0 ? -z : z
    }

    /// Horner's rule; coefficients from the highest power down.
    private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
        coefficients.reduce(0) { $0 * x + $1 }
    }

    private static let centralNumerator = [
        2.509_080_928_730_122_672_7e3, 3.343_057_558_358_812_810_5e4, 6.726_577_092_700_870_085_3e4,
        4.592_195_393_154_987_145_7e4, 1.373_169_376_550_946_112_5e4, 1.971_590_950_306_551_442_7e3,
        1.331_416_678_917_843_774_5e2, 3.387_132_872_796_366_608_0,
    ]
    private static let centralDenominator = [
        5.226_495_278_852_854_561_0e3, 2.872_908_573_572_194_267_4e4, 3.930_789_580_009_271_061_0e4,
        2.121_379_430_158_659_586_7e4, 5.394_196_021_424_751_107_7e3, 6.871_870_074_920_579_083_0e2,
        4.231_333_070_160_091_125_2e1, 1,
    ]
    private static let middleNumerator = [
        7.745_450_142_783_414_076_40e-4, 2.272_384_498_926_918_458_33e-2, 2.417_807_251_774_506_117_70e-1,
        1.270_458_252_452_368_382_58, 3.647_848_324_763_204_605_04, 5.769_497_221_460_691_405_50,
        4.630_337_846_156_545_295_90, 1.423_437_110_749_683_577_34,
    ]
    private static let middleDenominator = [
        1.050_750_071_644_416_843_24e-9, 5.475_938_084_995_344_946_00e-4, 1.519_866_656_361_645_719_66e-2,
        1.481_039_764_274_800_745_90e-1, 6.897_673_349_851_000_045_50e-1, 1.676_384_830_183_803_849_40,
        2.053_191_626_637_758_821_87, 1,
    ]
    private static let farNumerator = [
        2.010_334_399_292_288_132_65e-7, 2.711_555_568_743_487_578_15e-5, 1.242_660_947_388_078_438_60e-3,
        2.653_218_952_657_612_309_30e-2, 2.965_605_718_285_048_912_30e-1, 1.784_826_539_917_291_335_80,
        5.463_784_911_164_114_369_90, 6.657_904_643_501_103_777_20,
    ]
    private static let farDenominator = [
        2.044_263_103_389_939_785_64e-15, 1.421_511_758_316_445_888_70e-7, 1.846_318_317_510_054_681_80e-5,
        7.868_691_311_456_132_591_00e-4, 1.487_536_129_085_061_485_25e-2, 1.369_298_809_227_358_053_10e-1,
        5.998_322_065_558_879_376_90e-1, 1,
    ]
}
