// Both tails, densities and quantiles of every distribution against mpmath (Tests/Oracles/statistics_distributions.py).

import Statistics
import Testing

@Suite struct DistributionTests {
    struct File: Decodable, Sendable {
        struct Table: Decodable, Sendable { var rows: [[Double]] }
        var normal, studentT, noncentralT, chiSquared: Table
        var binomial, hypergeometric: Table
    }

    /// A fixture row ends with x, P(X ≤ x), P(X > x), density.
    struct Point {
        var x, cdf, survival, density: Double

        init(_ row: [Double]) {
            let end = Array(row.suffix(4))
            (x, cdf, survival, density) = (end[0], end[1], end[2], end[3])
        }
    }

    static let fixture = try! Fixture.load("distributions", as: File.self)

    // To add a continuous distribution: one row.
    typealias Row<Distribution> = (
        name: String, table: File.Table, make: @Sendable ([Double]) throws -> Distribution
    )

    static let continuous: [Row<any ContinuousDistribution>] = [
        ("normal", fixture.normal, { try Normal(mean: $0[0], deviation: $0[1]) }),
        ("Student's t", fixture.studentT, { try StudentT(degreesOfFreedom: $0[0]) }),
        (
            "noncentral t", fixture.noncentralT,
            { try NoncentralT(degreesOfFreedom: $0[0], noncentrality: $0[1]) }
        ),
        ("chi-squared", fixture.chiSquared, { try ChiSquared(degreesOfFreedom: $0[0]) }),
    ]

    static let discrete: [Row<any DiscreteDistribution>] = [
        ("binomial", fixture.binomial, { try Binomial(trials: Int($0[0]), probability: $0[1]) }),
        (
            "hypergeometric", fixture.hypergeometric,
            { try Hypergeometric(population: Int($0[0]), successes: Int($0[1]), draws: Int($0[2])) }
        ),
    ]

    @Test(
        "tails, densities and quantiles of continuous distributions equal mpmath's",
        arguments: continuous.indices)
    func continuous(index: Int) throws {
        let (name, table, make) = Self.continuous[index]
        #expect(table.rows.count >= 250)
        for row in table.rows {
            let distribution = try make(row)
            let point = Point(row)
            for (kind, ours, theirs) in [
                ("cdf", distribution.cdf(point.x), point.cdf),
                ("survival", distribution.survival(point.x), point.survival),
                ("density", distribution.density(point.x), point.density),
            ] {
                #expect(relativeError(ours, theirs) < 1e-11, "\(name) \(row) \(kind) \(ours)")
            }
        }
    }

    @Test("a quantile undoes its tail", arguments: continuous.indices)
    func quantiles(index: Int) throws {
        let (name, table, make) = Self.continuous[index]
        for row in table.rows {
            let distribution = try make(row)
            let point = Point(row)
            // From the smaller tail, whose digits say where x is. An error of 1e-12 in the tail moves x by this much:
            let tail = min(point.cdf, point.survival)
            let slack = 1e-11 * tail / point.density + 1e-11 * abs(point.x)
            let x =
                point.cdf < point.survival ? distribution.quantile(tail) : distribution.upperQuantile(tail)
            #expect(abs(x - point.x) <= slack, "\(name) \(row) quantile \(x)")
        }
    }

    @Test("tails, masses and quantiles of discrete distributions equal mpmath's", arguments: discrete.indices)
    func discrete(index: Int) throws {
        let (name, table, make) = Self.discrete[index]
        #expect(table.rows.count >= 250)
        for row in table.rows {
            let distribution = try make(row)
            let point = Point(row)
            let k = Int(point.x)
            for (kind, ours, theirs) in [
                ("cdf", distribution.cdf(k), point.cdf),
                ("survival", distribution.survival(k), point.survival),
                ("mass", distribution.mass(k), point.density),
            ] {
                #expect(relativeError(ours, theirs) < 1e-11, "\(name) \(row) \(kind) \(ours)")
            }
            // The smallest k that reaches the probability: just below cdf(k) it is k, just above no more.
            if point.cdf < 0.999, point.density > 1e-9 * point.cdf {
                #expect(distribution.quantile(point.cdf * (1 - 1e-10)) == k, "\(name) \(row)")
                #expect(distribution.quantile(point.cdf * (1 + 1e-10)) > k, "\(name) \(row)")
            }
        }
    }
}
