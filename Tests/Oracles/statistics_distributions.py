#!/usr/bin/env python3
"""Makes Tests/StatisticsTests/Fixtures/distributions.json: both tails and the density of every distribution.

Needs: mpmath, numpy, scipy. Run: statistics_distributions.py --out Tests/StatisticsTests/Fixtures/distributions.json
The values are mpmath's, with at least 40 digits, because scipy loses digits in far tails (noncentral t most of all).
scipy must agree where it is good: each row is compared with it, and the share within 1e-8 is written beside the rows
and must not be below the floor in FLOORS.
"""
import argparse
import json
import math
import sys

import mpmath
import numpy as np
import scipy
from mpmath import mp, mpf
from scipy import stats

mp.dps = 40
SMALLEST = mpf("1e-300")

# To add a distribution: a function that yields rows (parameters…, x, cdf, survival, density or mass) and scipy's
# (cdf, survival), and its floor: the share of rows in which scipy keeps 1e-8 in both tails.
FLOORS = {"normal": 1, "studentT": 0.98, "noncentralT": 0.9, "chiSquared": 0.98, "binomial": 0.98,
          "hypergeometric": 0.98, "noncentralTFar": 0}  # in those tails scipy is often NaN or 0


def normal(random):
    for _ in range(400):
        mean, deviation = float(np.round(random.normal() * 100, 3)), float(np.exp(random.normal() * 3))
        x = float(mean + deviation * random.choice([random.uniform(-3, 3), random.uniform(-37, 37)]))
        z = (mpf(x) - mpf(mean)) / mpf(deviation)
        yield ([mean, deviation, x, mp.ncdf(z), mp.ncdf(-z), mp.npdf(z) / mpf(deviation)],
               (stats.norm.cdf(x, mean, deviation), stats.norm.sf(x, mean, deviation)))


def t_tail(nu, t):
    """P(T > t) for t >= 0."""
    return mp.betainc(nu / 2, mpf(1) / 2, 0, nu / (nu + t * t), regularized=True) / 2


def student_t(random):
    for i in range(250):
        nu = [1, 2, float(random.integers(3, 200)), float(np.exp(random.uniform(-2, 8))),
              float(np.exp(random.uniform(8, 16)))][i % 5]
        t = float(random.choice([random.normal() * 2, random.uniform(-37, 37), np.exp(random.uniform(-30, 30)),
                                 -np.exp(random.uniform(0, 300))]))
        m, x = mpf(nu), mpf(t)
        if nu > 20000:  # mpmath's series would take minutes: integrate the density instead
            density = lambda y: mp.exp(mp.loggamma((m + 1) / 2) - mp.loggamma(m / 2) - mp.log(m * mp.pi) / 2
                                       - (m + 1) / 2 * mp.log1p(y * y / m))
            a = abs(x)
            # quad stops at an absolute error, so the integrand is scaled to start at 1.
            tail = (density(a) * mp.quad(lambda y: density(y) / density(a), [a + 4 * k / a for k in range(26)])
                    if a > 0.7
                    else mpf(1) / 2 - mp.quad(density, [0, a]))
        else:
            tail = t_tail(m, abs(x))
        if tail < SMALLEST:
            continue
        upper, lower = (tail, 1 - tail) if t >= 0 else (1 - tail, tail)
        pdf = mp.exp(mp.loggamma((m + 1) / 2) - mp.loggamma(m / 2) - mp.log(m * mp.pi) / 2
                     - (m + 1) / 2 * mp.log1p(x * x / m))
        yield [nu, t, lower, upper, pdf], (stats.t.cdf(t, nu), stats.t.sf(t, nu))


def nct_integral(nu, delta, t, kernel):
    """E kernel(tS − δ, S) over S = chi_nu/sqrt(nu), by tanh-sinh quadrature in S, piecewise around the peak."""
    constant = mp.log(2) + nu / 2 * mp.log(nu / 2) - mp.loggamma(nu / 2)

    # quad stops at an absolute error, so the integrand is scaled to a peak of 1.
    def integrand(s):
        return mp.exp(-top + (nu - 1) * mp.log(s) - nu * s * s / 2) * kernel(t * s - delta, s)

    # Where the integrand lives, on a grid in doubles: for a large t far below 1.
    grid = np.exp(np.linspace(-60 / min(float(nu), 60) - math.log(max(1, abs(float(t)))), 4, 40001))
    z = float(t) * grid - float(delta)
    logs = (float(nu) * np.log(grid) - float(nu) * grid**2 / 2
            + (stats.norm.logcdf(z) if kernel is lower else stats.norm.logsf(z) if kernel is upper
               else stats.norm.logpdf(z) + np.log(grid)))
    live = np.flatnonzero(logs > logs.max() - 60)
    top = mpf(logs.max())
    low, high = grid[live[0]], grid[min(live[-1] + 1, len(grid) - 1)]
    start = 0 if nu < 3 else low
    return mp.exp(constant + top) * mp.quad(
        integrand, [mpf(start)] + [mpf(low + (high - low) * k / 16) for k in range(1, 17)])


def lower(z, s):
    return mp.ncdf(z)


def upper(z, s):
    return mp.ncdf(-z)


def middle_kernel(z, s):
    return s * mp.npdf(z)


def noncentral_t(random):
    mp.dps = 20
    for i in range(120):
        nu = [float(random.integers(1, 30)), float(random.integers(30, 2000)), float(np.exp(random.uniform(0, 11))),
              float(np.exp(random.uniform(9, 16)))][i % 4]
        delta = float(random.choice([random.normal() * 3, random.uniform(-10, 40), random.uniform(40, 300)]))
        spread = math.sqrt(1 + delta * delta / (2 * nu))
        t = float(delta + spread * random.choice([random.normal() * 1.5, random.uniform(-8, 8)]))
        if i % 10 == 0:
            t = float(random.normal() * 2)
        m, d, x = mpf(nu), mpf(delta), mpf(t)
        below, above = nct_integral(m, d, x, lower), nct_integral(m, d, x, upper)
        if abs(below + above - 1) > mpf("1e-15") or min(below, above) < SMALLEST:
            continue
        yield ([nu, delta, t, below, above, nct_integral(m, d, x, middle_kernel)],
               (stats.nct.cdf(t, nu, delta), stats.nct.sf(t, nu, delta)))
    mp.dps = 40


def nct_density(nu, delta, x):
    """By a parabolic cylinder function (DLMF 12.5.1), not by the integral."""
    square = nu + x * x
    z = -delta * x / mp.sqrt(square)
    logs = (nu / 2 * mp.log(nu / 2) - mp.loggamma(nu / 2) + mp.loggamma(nu + 1) - (nu + 1) / 2 * mp.log(square)
            + z * z / 4 - delta * delta / 2 + mp.log(2 / mp.pi) / 2)
    return mp.exp(logs) * mp.pcfu(nu + mpf(1) / 2, z)


def nct_lower_tail(nu, delta, x):
    """P(T <= x) by integrating that density from x downwards, in pieces of four e-foldings."""
    if x > 0:  # P(T <= 0) is known; between 0 and x the density rises
        top = nct_density(nu, delta, x)
        length = 1 / mp.diff(lambda y: mp.log(nct_density(nu, delta, y)), x)
        ends = [mpf(0)] + [x - 4 * length * k for k in range(20, -1, -1) if x > 4 * length * k]
        return mp.ncdf(-delta) + top * mp.quad(lambda y: nct_density(nu, delta, y) / top, ends)
    # In v = ln(-y), where the tail is a straight line at last.
    integrand = lambda v: nct_density(nu, delta, -mp.exp(v)) * mp.exp(v)
    start = mp.log(-x)
    top, rate = integrand(start), -mp.diff(lambda v: mp.log(integrand(v)), start)
    return top * mp.quad(lambda v: integrand(v) / top, [start + 4 * k / rate for k in range(21)])


def log_lower_tail(nu, delta, x):
    """ln P(T <= x) in doubles, on a grid of ln S: to choose an x only."""
    u = np.linspace(-700, 4, 60001)
    with np.errstate(over="ignore"):
        logs = nu * (u - np.exp(2 * u) / 2) + stats.norm.logcdf(x * np.exp(u) - delta)
    return (scipy.special.logsumexp(logs) + math.log(u[1] - u[0]) + math.log(2) + nu / 2 * math.log(nu / 2)
            - scipy.special.gammaln(nu / 2))


def noncentral_t_far(random):
    """Tails from 1e-10 to 1e-250, averaged over S; every fourth by integrating the closed density as well, which must
    agree."""
    for i in range(64):
        nu = [float(random.integers(1, 12)), float(random.integers(12, 100)), float(np.exp(random.uniform(0, 6)))][i % 3]
        delta = float(random.choice([random.normal() * 3, random.uniform(-10, 30)]))
        target = -random.uniform(10, 250) * math.log(10)
        low, high = -700.0, 700.0  # asinh x
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if log_lower_tail(nu, delta, math.sinh(middle)) < target else (low, middle)
        if abs(low) > 650:
            continue
        m, d, x = mpf(nu), mpf(delta), mpf(float(f"{math.sinh(low):.6g}"))
        mp.dps = 20
        tail, density = nct_integral(m, d, x, lower), nct_integral(m, d, x, middle_kernel)
        checks = [(density, nct_density(m, d, x))]
        if i % 4 == 0:  # takes ten seconds
            checks.append((tail, nct_lower_tail(m, d, x)))
        for value, other in checks:
            if abs(other - value) > mpf("1e-14") * value:
                sys.exit(f"statistics_distributions: noncentral t {nu} {delta} {x}: {value} is not {other}")
        mp.dps = 40
        if i % 2 == 0:
            yield [nu, delta, x, tail, 1 - tail, density], (stats.nct.cdf(float(x), nu, delta), 1.0)
        else:  # its mirror image
            yield [nu, -delta, -x, 1 - tail, tail, density], (1.0, stats.nct.sf(-float(x), nu, -delta))


def far_quantiles():
    """[degrees of freedom (0: normal), p, the x with P(X > x) = p]."""
    for nu in [0, 0.5, 1, 2, 3.5, 30, 477, 4000]:
        for p in ["1e-10", "1e-20", "1e-50", "1e-100", "1e-150", "1e-200", "1e-250", "1e-300"]:
            p = mpf(float(p))
            tail = (lambda v: mp.ncdf(-mp.exp(v))) if nu == 0 else (lambda v: t_tail(mpf(nu), mp.exp(v)))
            start = math.log(stats.norm.isf(float(p))) if nu == 0 else float(-mp.log(p) / nu) if nu < 4 else \
                math.log(nu**0.5 * math.sqrt(math.expm1(2 * float(-mp.log(p)) / nu)))
            v = mp.findroot(lambda v: mp.log(tail(v)) - mp.log(p), (mpf(start), mpf(start) + mpf("0.01")), solver="secant")
            if v < 700:
                yield [nu, p, mp.exp(v)]


def chi_squared(random):
    for i in range(400):
        nu = [1, 2, float(random.integers(3, 200)), float(np.exp(random.uniform(-3, 5))),
              float(np.exp(random.uniform(5, 7)))][i % 5]
        x = float(random.choice([random.chisquare(nu), nu * random.uniform(0, 4), random.uniform(0, 1400)]))
        m, y = mpf(nu) / 2, mpf(x) / 2
        above, below = (mp.gammainc(m, y, mp.inf, regularized=True),
                        mp.gammainc(m, 0, y, regularized=True))
        if not (SMALLEST < above and SMALLEST < below):
            continue
        pdf = mp.exp((m - 1) * mp.log(y) - y - mp.loggamma(m)) / 2
        yield [nu, x, below, above, pdf], (stats.chi2.cdf(x, nu), stats.chi2.sf(x, nu))


def binomial(random):
    for i in range(400):
        n = int([random.integers(1, 12), random.integers(12, 300), random.integers(300, 20000)][i % 3])
        p = float(random.choice([random.uniform(), 0.5, 10 ** random.uniform(-6, 0), 1 - 10 ** random.uniform(-6, 0)]))
        k = int(random.choice([random.binomial(n, p), random.integers(0, n + 1)]))
        q, odds = mpf(p), mpf(p) / (1 - mpf(p))
        mass = mp.exp(mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
                      + k * mp.log(q) + (n - k) * mp.log1p(-q))
        # The term at j over the term at k, in both directions; those below 1e-60 of the sum are left out.
        below, term, j = mpf(1), mpf(1), k
        while j > 0 and (term > below * mpf("1e-60") or j > n * p):
            term *= mpf(j) / ((n - j + 1) * odds)
            below, j = below + term, j - 1
        above, term, j = mpf(0), mpf(1), k
        while j < n and (term > above * mpf("1e-60") or j < n * p):
            term *= (n - j) * odds / (j + 1)
            above, j = above + term, j + 1
        below, above = below * mass, above * mass
        if mass < SMALLEST or below < SMALLEST or (k < n and above < SMALLEST):
            continue
        yield [n, p, k, below, above, mass], (stats.binom.cdf(k, n, p), stats.binom.sf(k, n, p))


def hypergeometric(random):
    for i in range(400):
        population = int([random.integers(0, 20), random.integers(20, 400), random.integers(400, 3000)][i % 3])
        successes, draws = (int(v) for v in random.integers(0, population + 1, 2))
        low, high = max(0, draws - population + successes), min(draws, successes)
        k = int(random.choice([random.integers(low, high + 1),
                               random.hypergeometric(successes, population - successes, draws)]))
        total = math.comb(population, draws)
        masses = [math.comb(successes, j) * math.comb(population - successes, draws - j) for j in range(low, high + 1)]
        below, above = (mpf(sum(masses[: k - low + 1])) / total, mpf(sum(masses[k - low + 1:])) / total)
        mass = mpf(masses[k - low]) / total
        if mass < SMALLEST or (k < high and above < SMALLEST):
            continue
        yield ([population, successes, draws, k, below, above, mass],
               (stats.hypergeom.cdf(k, population, successes, draws),
                stats.hypergeom.sf(k, population, successes, draws)))


def agrees(row, theirs):
    ours = [float(v) for v in row[-3:-1]]
    return all(abs(a - b) <= 1e-8 * abs(a) for a, b in zip(ours, theirs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    out = {"provenance": {
        "command": "Tests/Oracles/statistics_distributions.py", "mpmath": mpmath.__version__,
        "numpy": np.__version__, "scipy": scipy.__version__}}
    for name, make in [("normal", normal), ("studentT", student_t), ("noncentralT", noncentral_t),
                       ("chiSquared", chi_squared), ("binomial", binomial), ("hypergeometric", hypergeometric),
                       ("noncentralTFar", noncentral_t_far)]:
        # A generator of its own, so that a change in one distribution leaves the others.
        rows = list(make(np.random.default_rng([20231212, list(FLOORS).index(name)])))
        share = float(np.mean([agrees(row, theirs) for row, theirs in rows]))
        print(f"{name}: {len(rows)} rows, scipy within 1e-8 in {share:.1%}", file=sys.stderr)
        if share < FLOORS[name]:
            sys.exit(f"statistics_distributions: {name}: scipy agrees in {share:.1%} only; look before you trust")
        out[name] = {"scipyAgrees": round(share, 4), "rows": [[float(v) for v in row] for row, _ in rows]}
    out["farQuantiles"] = {"rows": [[float(v) for v in row] for row in far_quantiles()]}
    print(f"farQuantiles: {len(out['farQuantiles']['rows'])} rows", file=sys.stderr)
    with open(arguments.out, "w") as file:
        json.dump(out, file, separators=(",", ":"))
        file.write("\n")


main()
