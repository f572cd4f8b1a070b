// Both tails, densities and quantiles of every distribution against mpmath
// (Tests/Oracles/statistics_distributions.py).

import Statistics
import Testing

@Suite struct DistributionTests {
    /// A fixture row ends with x, P(X ≤ x), P(X > x), density.
    struct Point {
        var x, cdf, survival, density: Double

        init(_ row: [Double]) {
            let end = Array(row.suffix(4))
            (x, cdf, survival, density) = (end[0], end[1], end[2], end[3])
        }
    }

    static let fixture = try! Fixture.load("distributions", as: DistributionFile.self)

    // To add a continuous distribution: one row.
    static let continuousTables: [DistributionRow<any ContinuousDistribution>] = [
        .init("normal", fixture.normal, { try Normal(mean: $0[0], deviation: $0[1]) }),
        .init("Student's t", fixture.studentT, { try StudentT(degreesOfFreedom: $0[0]) }),
        .init(
            "noncentral t", fixture.noncentralT,
            { try NoncentralT(degreesOfFreedom: $0[0], noncentrality: $0[1]) }
        ),
        .init(
            "noncentral t, far tails", fixture.noncentralTFar,
            { try NoncentralT(degreesOfFreedom: $0[0], noncentrality: $0[1]) }
        ),
        .init("chi-squared", fixture.chiSquared, { try ChiSquared(degreesOfFreedom: $0[0]) }),
    ]

    static let discreteTables: [DistributionRow<any DiscreteDistribution>] = [
        .init("binomial", fixture.binomial, { try Binomial(trials: Int($0[0]), probability: $0[1]) }),
        .init(
            "hypergeometric", fixture.hypergeometric,
            { try Hypergeometric(population: Int($0[0]), successes: Int($0[1]), draws: Int($0[2])) }
        ),
    ]

    @Test(
        "tails, densities and quantiles of continuous distributions equal mpmath's",
        arguments: continuousTables)
    func continuous(table: DistributionRow<any ContinuousDistribution>) throws {
        #expect(table.rows.count >= 40)
        for row in table.rows {
            let distribution = try table.make(row)
            let point = Point(row)
            for (kind, ours, theirs) in [
                ("cdf", distribution.cdf(point.x), point.cdf),
                ("survival", distribution.survival(point.x), point.survival),
                ("density", distribution.density(point.x), point.density),
            ] {
                #expect(relativeError(ours, theirs) < 1e-11, "\(table.name) \(row) \(kind) \(ours)")
            }
        }
    }

    @Test("a quantile undoes its tail", arguments: continuousTables)
    func quantiles(table: DistributionRow<any ContinuousDistribution>) throws {
        for row in table.rows {
            let distribution = try table.make(row)
            let point = Point(row)
            // From the smaller tail, whose digits say where x is. An error of 1e-12 in the tail moves x by
            // this much:
            let tail = min(point.cdf, point.survival)
            let slack = 1e-11 * tail / point.density + 1e-11 * abs(point.x)
            let x =
                point.cdf < point.survival ? distribution.quantile(tail) : distribution.upperQuantile(tail)
            #expect(abs(x - point.x) <= slack, "\(table.name) \(row) quantile \(x)")
        }
    }

    @Test("quantiles from 1e-10 to 1e-300 of the normal and of t equal mpmath's")
    func farQuantiles() throws {
        #expect(Self.fixture.farQuantiles.rows.count >= 60)
        for row in Self.fixture.farQuantiles.rows {
            let (degrees, p, x) = (row[0], row[1], row[2])
            let distribution: any ContinuousDistribution =
                degrees == 0 ? Normal.standard : try StudentT(degreesOfFreedom: degrees)
            #expect(relativeError(distribution.upperQuantile(p), x) < 1e-12, "\(row)")
            #expect(relativeError(distribution.quantile(p), -x) < 1e-12, "\(row)")
        }
    }

    @Test("tails, masses and quantiles of discrete distributions equal mpmath's", arguments: discreteTables)
    func discrete(table: DistributionRow<any DiscreteDistribution>) throws {
        #expect(table.rows.count >= 40)
        for row in table.rows {
            let distribution = try table.make(row)
            let point = Point(row)
            let k = Int(point.x)
            for (kind, ours, theirs) in [
                ("cdf", distribution.cdf(k), point.cdf),
                ("survival", distribution.survival(k), point.survival),
                ("mass", distribution.mass(k), point.density),
            ] {
                #expect(relativeError(ours, theirs) < 1e-11, "\(table.name) \(row) \(kind) \(ours)")
            }
            // The smallest k that reaches the probability: just below cdf(k) it is k, just above no more.
            if point.cdf < 0.999, point.density > 1e-9 * point.cdf {
                #expect(distribution.quantile(point.cdf * (1 - 1e-10)) == k, "\(table.name) \(row)")
                #expect(distribution.quantile(point.cdf * (1 + 1e-10)) > k, "\(table.name) \(row)")
            }
        }
    }
}

struct DistributionFile: Decodable, Sendable {
    struct Table: Decodable, Sendable { var rows: [[Double]] }
    var normal, studentT, noncentralT, noncentralTFar, chiSquared, farQuantiles: Table
    var binomial, hypergeometric: Table
}

/// A name, its rows of the fixture, and how the first numbers of a row make the distribution.
struct DistributionRow<Distribution>: Sendable, CustomTestStringConvertible {
    var name: String
    var rows: [[Double]]
    var make: @Sendable ([Double]) throws -> Distribution

    init(
        _ name: String, _ table: DistributionFile.Table,
        _ make: @escaping @Sendable ([Double]) throws -> Distribution
    ) {
        (self.name, self.rows, self.make) = (name, table.rows, make)
    }

    var testDescription: String { name }
}
