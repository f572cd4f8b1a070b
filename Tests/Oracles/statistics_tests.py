#!/usr/bin/env python3
"""Makes Tests/StatisticsTests/Fixtures/tests.json: what scipy and statsmodels say of 1,000 generated cases.

Needs: numpy, scipy, statsmodels. Run: statistics_tests.py --out Tests/StatisticsTests/Fixtures/tests.json
The cases come from seeds (statistics_inputs.py), so the fixture holds only what is expected: one list of numbers per
method and case, or the code of the error that our documentation promises. scipy gets the data without their common level
and unit, which is exact and which no test statistic depends on: on the raw values its sums overflow or cancel.
By their definitions, because neither package has them: permutations of sums (in whole numbers, so that ties are ties),
Cliff's delta with its interval, the interval of Hedges' g (by scipy's noncentral t).
"""
import argparse
import itertools
import json
import math
import sys
import warnings
from fractions import Fraction

import numpy as np
import scipy
import statsmodels
from scipy import optimize, special, stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from statistics_inputs import KINDS, Case

warnings.filterwarnings("ignore")
ALTERNATIVES = ["two-sided", "less", "greater"]
SIZES = [1, 2, 3, 5, 8, 12, 20, 45]


class Refused(Exception):
    """The documented error code of a case."""


def need(values, count):
    if len(values) < count:
        raise Refused("tooFewValues")


def degenerate(condition):
    if condition:
        raise Refused("degenerate")


def constant(values):
    return len(set(values)) == 1


def pairs(case, limit=10**9):
    count = min(len(case.a), len(case.b), limit)
    return case.normal(case.a[:count]), case.normal(case.b[:count])


def differences(case, limit=10**9):
    # The rounding of a − b is part of the input, so it is done on the raw values.
    count = min(len(case.a), len(case.b), limit)
    return [(x - y) / case.unit for x, y in zip(case.a[:count], case.b[:count])]


def interval(result, level, unit):
    ci = result.confidence_interval(level)
    return [ci.low * unit, ci.high * unit]


# To add a method: a function of (case, alternative, variant) here, and a row of the same name in OracleTests.swift.

def welch(case, alternative, variant):
    a, b = case.normal(case.a), case.normal(case.b)
    need(a, 2), need(b, 2), degenerate(constant(a) and constant(b))
    r = stats.ttest_ind(a, b, equal_var=False, alternative=alternative)
    return [r.statistic, r.df, r.pvalue] + interval(r, 0.95, case.unit)


def stratified_welch(case, alternative, variant):
    """By the definition: neither package has it. Three strata of weights 1/6, 2/6, 3/6 against two of 1/4 and 3/4."""
    parts = [(case.normal(case.a[i::3]), (i + 1) / 6, 1) for i in range(3)]
    parts += [(case.normal(case.b[i::2]), (2 * i + 1) / 4, -1) for i in range(2)]
    for values, _, _ in parts:
        need(values, 2)
    degenerate(all(constant(values) for values, _, _ in parts))
    difference = sum(sign * weight * np.mean(values) for values, weight, sign in parts)
    v = np.array([weight**2 * np.var(values, ddof=1) / len(values) for values, weight, _ in parts])
    df = v.sum() ** 2 / (v**2 / [len(values) - 1 for values, _, _ in parts]).sum()
    t = difference / math.sqrt(v.sum())
    p = {"less": stats.t.cdf(t, df), "greater": stats.t.sf(t, df), "two-sided": 2 * stats.t.sf(abs(t), df)}[alternative]
    return [difference * case.unit, t, df, p]


def paired(case, alternative, variant):
    d = differences(case)
    need(d, 2), degenerate(constant(d))
    r = stats.ttest_1samp(d, 0, alternative=alternative)
    return [r.statistic, r.df, r.pvalue] + interval(r, 0.9, case.unit)


def one_sample(case, alternative, variant):
    a = case.normal(case.a)
    need(a, 2), degenerate(constant(a))
    r = stats.ttest_1samp(a, 0.25, alternative=alternative)
    ci = r.confidence_interval(0.95)
    return [r.statistic, r.df, r.pvalue, ci.low * case.unit + case.level, ci.high * case.unit + case.level]


def mann_whitney(case, alternative, variant):
    degenerate(constant(case.a + case.b))
    r = stats.mannwhitneyu(case.a, case.b, use_continuity=variant % 2 == 0, alternative=alternative,
                           method=["auto", "asymptotic"][variant // 2 % 2])
    return [r.statistic, r.pvalue]


def mann_whitney_exact(case, alternative, variant):
    both = case.a + case.b
    degenerate(constant(both))
    if len(set(both)) < len(both):
        raise Refused("outOfRange")
    r = stats.mannwhitneyu(case.a, case.b, alternative=alternative, method="exact")
    return [r.statistic, r.pvalue]


def brunner_munzel(case, alternative, variant):
    a, b = case.a, case.b
    need(a, 2), need(b, 2)
    n, m = len(a), len(b)
    ofA = [sum((y < x) + 0.5 * (y == x) for y in b) for x in a]
    ofB = [sum((x < y) + 0.5 * (x == y) for x in a) for y in b]
    degenerate(constant(ofA) and constant(ofB))
    r = stats.brunnermunzel(a, b, alternative=alternative, distribution=["t", "normal"][variant % 2])
    sa, sb = np.var(ofA, ddof=1) / n / m**2, np.var(ofB, ddof=1) / m / n**2
    df = (sa + sb) ** 2 / (sa**2 / (n - 1) + sb**2 / (m - 1))
    reach = (stats.t.isf(0.025, df) if variant % 2 == 0 else stats.norm.isf(0.025)) * math.sqrt(sa + sb)
    p = sum(ofB) / (n * m)
    return [r.statistic, r.pvalue, p, max(0, p - reach), min(1, p + reach)]


def wilcoxon(case, alternative, variant):
    d = differences(case)
    degenerate(all(v == 0 for v in d))
    r = stats.wilcoxon(d, zero_method=["wilcox", "pratt", "zsplit"][variant % 3], correction=variant % 2 == 1,
                       alternative=alternative, method=["auto", "approx"][variant // 3 % 2])
    return [r.statistic, r.pvalue]


def tails(observed, values, alternative):
    lower = sum(v <= observed for v in values) / len(values)
    upper = sum(v >= observed for v in values) / len(values)
    return {"less": lower, "greater": upper, "two-sided": min(1, 2 * min(lower, upper))}[alternative]


def whole(values):
    """The same numbers times one power of two, as integers."""
    fractions = [Fraction(v) for v in values]
    common = max(f.denominator for f in fractions)
    return [int(f * common) for f in fractions]


def sign_flip(case, alternative, variant):
    d = differences(case, 10)
    degenerate(all(v == 0 for v in d))
    w = whole(d)
    sums = [0]
    for v in w:
        sums = [s + v for s in sums] + [s - v for s in sums]
    return [float(np.mean(d)) * case.unit, tails(sum(w), sums, alternative)]


def permutation(case, alternative, variant):
    a, b = case.normal(case.a[:6]), case.normal(case.b[:5])
    degenerate(constant(a + b))
    w = whole(a + b)
    sums = [sum(c) for c in itertools.combinations(w, len(a))]
    return [float(np.mean(a) - np.mean(b)) * case.unit, tails(sum(w[: len(a)]), sums, alternative)]


def permutation_blocks(case, alternative, variant):
    a, b = case.normal(case.a[:7]), case.normal(case.b[:6])
    w = whole(a + b)
    wa, wb = w[: len(a)], w[len(a):]
    observed, sums, weight, statistic, varies = 0, [0], 0, 0, False
    for block in range(2):
        xa, xb = wa[block::2], wb[block::2]
        if not xa or not xb:
            continue
        varies = varies or not constant(xa + xb)
        share = Fraction(len(xa) * len(xb), len(xa) + len(xb))
        weight += share
        statistic += share * (sum(map(Fraction, a[block::2])) / len(xa) - sum(map(Fraction, b[block::2])) / len(xb))
        observed += sum(xa)
        sums = [s + sum(c) for s in sums for c in itertools.combinations(xa + xb, len(xa))]
    degenerate(not varies)
    return [float(statistic / weight) * case.unit, tails(observed, sums, alternative)]


def cliff(case, alternative, variant):
    a, b = case.a, case.b
    need(a, 2), need(b, 2)
    n, m = len(a), len(b)
    d = np.sign(np.subtract.outer(a, b))
    delta = d.mean()
    t = stats.t.isf(0.025, n + m - 2)
    if abs(delta) == 1:
        inner = max(-1, (min(n, m) - t * t) / (min(n, m) + t * t))
        return [delta, inner, 1] if delta > 0 else [delta, -1, -inner]
    sa, sb = np.var(d.mean(axis=1), ddof=1), np.var(d.mean(axis=0), ddof=1)
    sab = ((d - delta) ** 2).sum() / ((n - 1) * (m - 1))
    s = math.sqrt(((m - 1) * sa + (n - 1) * sb + sab) / (n * m))
    root = t * s * math.sqrt((1 - delta**2) ** 2 + t * t * s * s)
    bottom = 1 - delta**2 + t * t * s * s
    return [delta, max(-1, (delta - delta**3 - root) / bottom), min(1, (delta - delta**3 + root) / bottom)]


def noncentrality(tail, t, nu):
    """The δ under which `tail` at t is 0.025."""
    spread = math.sqrt(1 + t * t / (2 * nu))
    excess = lambda c: tail(t, nu, c) - 0.025
    reach = 2.5 * spread
    while excess(t - reach) * excess(t + reach) > 0 and reach < 100 * spread:
        reach *= 1.5
    return optimize.brentq(excess, t - reach, t + reach, xtol=1e-13 * spread, rtol=1e-14)


def hedges(case, alternative, variant):
    a, b = case.normal(case.a), case.normal(case.b)
    need(a, 2), need(b, 2), degenerate(constant(a) and constant(b))
    r = stats.ttest_ind(a, b)
    nu, factor = len(a) + len(b) - 2, math.sqrt(1 / len(a) + 1 / len(b))
    j = math.exp(special.gammaln(nu / 2) - special.gammaln((nu - 1) / 2)) / math.sqrt(nu / 2) if nu > 1 else 0
    d = r.statistic * factor
    try:
        ends = [noncentrality(f, r.statistic, nu) for f in (stats.nct.sf, stats.nct.cdf)]
    except ValueError:
        # scipy's noncentral t is NaN on the way: our interval has no second opinion here.
        return [d, j * d]
    return [d, j * d, j * ends[0] * factor, j * ends[1] * factor]


def cluster(case, alternative, variant):
    a, b = case.normal(case.a), case.normal(case.b)
    groups = case.clusters_a + case.clusters_b
    columns = [[1.0] * len(a) + [0.0] * len(b)] + ([case.covariate] if variant % 2 else [])
    if len(set(groups)) < 2 or len(groups) <= 1 + len(columns):
        raise Refused("tooFewValues")
    x = np.column_stack([np.ones(len(groups))] + columns)
    y = np.array(a + b)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    u = y - x @ beta
    scores = np.array([(x * u[:, None])[np.array(groups) == g].sum(axis=0) for g in sorted(set(groups))])
    bread = np.linalg.inv(x.T @ x)
    errors = np.sqrt(np.diag(bread @ scores.T @ scores @ bread))
    # An exact fit within the clusters: what is left is rounding, and the test refuses.
    degenerate((errors[1:] <= 1e-11 * max(abs(y).max(), 1e-300)).any() or np.ptp(y) == 0)
    r = OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    ci = r.conf_int()
    return [r.params[1] * case.unit, r.bse[1] * case.unit, r.pvalues[1], ci[1][0] * case.unit, ci[1][1] * case.unit]


def equivalence(paired_design, usevar):
    def method(case, alternative, variant):
        low, high = -0.5 - variant, 0.75 + variant
        if paired_design:
            a = differences(case)
            b = [0.0] * len(a)
            need(a, 2), degenerate(constant(a))
            p, one, two = ttost_paired(np.array(a), np.array(b), low, high)
        else:
            a, b = case.normal(case.a), case.normal(case.b)
            need(a, 2), need(b, 2), degenerate(constant(a) and constant(b))
            p, one, two = ttost_ind(a, b, low, high, usevar=usevar)
        return [p, one[0], one[1], two[0], two[1], one[2]]

    return method


METHODS = {
    "welch": welch, "stratifiedWelch": stratified_welch, "paired": paired, "oneSample": one_sample, "mannWhitney": mann_whitney,
    "mannWhitneyExact": mann_whitney_exact, "brunnerMunzel": brunner_munzel, "wilcoxon": wilcoxon,
    "signFlip": sign_flip, "permutation": permutation, "permutationBlocks": permutation_blocks, "cliffsDelta": cliff,
    "hedgesG": hedges, "clusterRobust": cluster, "equivalenceWelch": equivalence(False, "unequal"),
    "equivalencePooled": equivalence(False, "pooled"), "equivalencePaired": equivalence(True, None),
}


def cases():
    kinds = list(KINDS)
    for i in range(1000):
        n, m = SIZES[i * 5 % 8], SIZES[i * 7 // 8 % 8]
        if i % 50 == 0:
            n, m = 2, 300
        yield [i, kinds[i % len(kinds)], n, m, [0.0, 0.5, 0.0, 3.0, -40.0][i // 3 % 5]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    rows = list(cases())
    expected = {}
    for name, method in METHODS.items():
        expected[name] = []
        for i, row in enumerate(rows):
            try:
                values = [float(v) for v in method(Case(*row), ALTERNATIVES[i % 3], i // 3 % 6)]
                if any(math.isnan(v) for v in values):
                    sys.exit(f"statistics_tests: {name} {row}: NaN is neither documented nor refused: {values}")
                expected[name].append([("inf" if v > 0 else "-inf") if math.isinf(v) else float(f"{v:.14g}")
                                       for v in values])
            except Refused as refused:
                expected[name].append(str(refused))
        refused = sum(isinstance(v, str) for v in expected[name])
        print(f"{name}: {len(rows) - refused} values, {refused} refused", file=sys.stderr)
    with open(arguments.out, "w") as file:
        json.dump({"provenance": {
            "command": "Tests/Oracles/statistics_tests.py", "numpy": np.__version__, "scipy": scipy.__version__,
            "statsmodels": statsmodels.__version__}, "cases": rows, "expected": expected}, file,
            separators=(",", ":"))
        file.write("\n")


main()
