// Least squares with standard errors that allow for dependence within clusters, such as the answers to one
// prompt. It knows no plan.

/// Ordinary least squares with an intercept and cluster-robust (sandwich) standard errors.
///
/// Source: Liang & Zeger, Biometrika 73 (1986), with the correction G/(G − 1)·(n − 1)/(n − k) and G − 1
/// degrees of freedom: statsmodels' `cov_type='cluster'` with `use_t`. With few clusters (below about 30) it
/// rejects too often.
public struct ClusterRobustRegression: Sendable {
    /// One coefficient per covariate, with its standard error.
    public let coefficients: [MeanEstimate]
    /// The outcome expected where all covariates are 0. Without an error: an arm of one value fits it
    /// exactly.
    public let intercept: Double
    /// The number of clusters G.
    public let clusterCount: Int

    /// The difference of two arms: mean A − mean B is `coefficients[0]`, its covariate 1 for A and 0 for B.
    /// `clusters` names the cluster of each value of A and of B; a cluster may hold values of both arms.
    public init(_ a: [Double], _ b: [Double], clusters: (a: [Int], b: [Int])) throws(StatisticsError) {
        try require(a, atLeast: 1, for: "a mean", "arm A", in: Self.name)
        try require(b, atLeast: 1, for: "a mean", "arm B", in: Self.name)
        try requireSameCount(
            clusters.a.count, a.count, "the values of arm A and their clusters", in: Self.name)
        try requireSameCount(
            clusters.b.count, b.count, "the values of arm B and their clusters", in: Self.name)
        let arm = [Double](repeating: 1, count: a.count) + [Double](repeating: 0, count: b.count)
        try self.init(outcome: a + b, covariates: [arm], clusters: clusters.a + clusters.b)
    }

    /// The regression of `outcome` on an intercept and `covariates`, a list of columns as long as the
    /// outcome.
    ///
    /// Needs at least 2 clusters and more values than coefficients. Throws `degenerate` if a covariate is
    /// constant or a combination of others, or if a covariate's standard error is 0.
    public init(outcome: [Double], covariates: [[Double]], clusters: [Int]) throws(StatisticsError) {
        try require(outcome, atLeast: 1, for: "a regression", "the outcome", in: Self.name)
        try requireSameCount(clusters.count, outcome.count, "the outcome and its clusters", in: Self.name)
        for (index, column) in covariates.enumerated() {
            try requireSameCount(
                column.count, outcome.count, "covariate \(index + 1) and the outcome", in: Self.name)
            try require(column, atLeast: 1, for: "a regression", "covariate \(index + 1)", in: Self.name)
        }
        let (n, k) = (outcome.count, covariates.count + 1)
        let members = Dictionary(grouping: outcome.indices) { clusters[$0] }
        clusterCount = members.count
        guard clusterCount >= 2, n > k else {
            throw StatisticsError(
                .tooFewValues, in: Self.name, "\(n) values in \(clusterCount) clusters for \(k) coefficients",
                fix: "give at least 2 clusters and more values than coefficients")
        }

        let design = try Orthogonalized(covariates, count: n)
        // Centred and scaled: the digits of a large common level, or an overflow of squares, would be lost.
        let (centered, level, scale) = Self.centered(outcome)
        let projections = design.columns.map { dot($0, centered) }
        let residuals = outcome.indices.map { row in
            var residual = StableSum([centered[row]])
            for (column, projection) in zip(design.columns, projections) {
                residual.add(-projection * column[row])
            }
            return residual.value
        }
        // Σ over clusters of (Qᵀu)(Qᵀu)ᵀ, the meat of the sandwich; clusters in the order of their names.
        var meat = [[Double]](repeating: [Double](repeating: 0, count: k), count: k)
        for (_, rows) in members.sorted(by: { $0.key < $1.key }) {
            let score = design.columns.map { column in
                StableSum(rows.lazy.map { column[$0] * residuals[$0] }).value
            }
            for i in 0..<k {
                for j in 0..<k { meat[i][j] += score[i] * score[j] }
            }
        }
        let g = Double(clusterCount)
        let correction = g / (g - 1) * Double(n - 1) / Double(n - k)
        let solved = design.solve(projections)
        let inverse = (0..<k).map { row in design.solveTransposed(unit: row) }

        // Residuals of an exact fit are rounding: what stands for 0.
        let magnitude = centered.reduce(0) { max($0, abs($1)) }
        let noise = 1e-13 * magnitude
        var estimates: [MeanEstimate] = []
        for i in 1..<k {
            let weights = inverse[i]
            var variance = 0.0
            for p in 0..<k {
                for q in 0..<k { variance += weights[p] * meat[p][q] * weights[q] }
            }
            let unit = scale / design.scales[i]
            let reach = weights.reduce(0) { max($0, abs($1)) }
            let error = (correction * max(0, variance)).squareRoot()
            estimates.append(
                try MeanEstimate(
                    solved[i] * unit, standardError: error > noise * reach ? error * unit : 0,
                    degreesOfFreedom: g - 1,
                    constant: "covariate \(i) fits every cluster exactly", in: Self.name))
        }
        intercept = solved[0] * scale / design.scales[0] + level
        coefficients = estimates
    }

    /// (outcome − level)/scale, with the level their mean and the scale a power of two near the largest
    /// difference.
    private static func centered(_ outcome: [Double]) -> (values: [Double], level: Double, scale: Double) {
        let level = Moments(checked: outcome).mean
        let differences = outcome.map { $0 / 2 - level / 2 }
        let scale = powerOfTwo(near: differences)
        return (differences.map { $0 / scale }, level, 2 * scale)
    }

    fileprivate static let name = "cluster-robust regression"
}

/// An intercept and covariates as orthonormal columns Q and a triangle R: modified Gram-Schmidt, twice, which
/// is as good as Householder's reflections for a handful of columns.
private struct Orthogonalized {
    /// Q, k columns of length n.
    private(set) var columns: [[Double]] = []
    /// R, upper triangular: the scaled design is Q·R.
    private var triangle: [[Double]] = []
    /// What each column was divided by before.
    private(set) var scales: [Double] = []

    /// For covariates of length `count`.
    init(_ covariates: [[Double]], count: Int) throws(StatisticsError) {
        let intercept = [Double](repeating: 1, count: count)
        for (index, original) in ([intercept] + covariates).enumerated() {
            let scale = powerOfTwo(near: original)
            var column = original.map { $0 / scale }
            var row = [Double](repeating: 0, count: covariates.count + 1)
            let length = dot(column, column).squareRoot()
            for _ in 0..<2 {
                for (other, basis) in columns.enumerated() {
                    let share = dot(basis, column)
                    row[other] += share
                    for i in column.indices { column[i] -= share * basis[i] }
                }
            }
            let rest = dot(column, column).squareRoot()
            guard rest > 1e-12 * length else {
                throw StatisticsError(
                    .degenerate, in: ClusterRobustRegression.name,
                    "covariate \(index) is constant or a combination of those before it",
                    fix: "leave it out")
            }
            row[index] = rest
            columns.append(column.map { $0 / rest })
            triangle.append(row)
            scales.append(scale)
        }
    }

    /// x with R·x = `right`. triangle[j][i] is R's row i, column j.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        for i in right.indices.reversed() {
            for j in right.indices where j > i { x[i] -= triangle[j][i] * x[j] }
            x[i] /= triangle[i][i]
        }
        return x
    }

    /// Row `row` of R⁻¹: x with Rᵀ·x = e.
    func solveTransposed(unit row: Int) -> [Double] {
        var x = [Double](repeating: 0, count: columns.count)
        x[row] = 1
        for i in x.indices {
            for j in 0..<i { x[i] -= triangle[i][j] * x[j] }
            x[i] /= triangle[i][i]
        }
        return x
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = StableSum()
    for (x, y) in zip(a, b) { sum.add(x * y) }
    return sum.value
}

/// The power of two at or below the largest absolute value; 1 for zeros.
private func powerOfTwo(near values: [Double]) -> Double {
    let largest = values.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return 1 }
    return Double(sign: .plus, exponent: max(Int(largest.exponent), -1000), significand: 1)
}
