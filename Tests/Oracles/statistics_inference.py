#!/usr/bin/env python3
"""Makes Tests/StatisticsTests/Fixtures/inference.json: proportions, multiplicity, power, censored lengths, trends and
group-sequential boundaries.

Needs: numpy, scipy, statsmodels. Run: statistics_inference.py --out Tests/StatisticsTests/Fixtures/inference.json
The inputs of each case are drawn by statistics_stream.Inputs and again in InferenceTests.swift; a row holds answers.
null: undefined, and Swift must refuse.
"""
import argparse
import json
import warnings
from fractions import Fraction

import numpy as np
import scipy
import statsmodels
from scipy import integrate, optimize, stats
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower, TTestPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from statistics_stream import KINDS, Inputs

CASES = 1000


def mcnemar_exact(x, y):
    """Exact and mid-p value, summed in whole numbers: statsmodels answers 0 where p is 2.7e-273, and elsewhere the same."""
    tail = mass = 1
    for k in range(min(x, y)):
        mass = mass * (x + y - k) // (k + 1)
        tail += mass
    exact, mass = min(Fraction(1), Fraction(2 * tail, 1 << (x + y))), Fraction(mass, 1 << (x + y))
    theirs = mcnemar([[0, x], [y, 0]], exact=True).pvalue
    assert abs(theirs - exact) <= 1e-9 * exact or exact < 1e-250, (x, y, theirs, float(exact))
    middle = 1 if x + y == 0 else 1 - mass / 2 if x == y else exact - mass
    return [float(exact), float(middle)]


def proportions(inputs, number):
    """Wilson, Newcombe, ratio, Fisher (three), McNemar exact, mid-p."""
    most = [1, 2, 20, 200, 5000][number % 5]
    n, m = 1 + inputs.below(most), 1 + inputs.below(most)
    x, y = inputs.below(n + 1), inputs.below(m + 1)
    table = [[x, n - x], [y, m - y]]
    ratio = (confint_proportions_2indep(x, n, y, m, compare="ratio", method="log", alpha=0.1)
             if x and y else (None, None))
    fisher = [stats.fisher_exact(table, alternative=a)[1] for a in ("two-sided", "less", "greater")]
    return [*proportion_confint(x, n, 0.1, "wilson"),
            *confint_proportions_2indep(x, n, y, m, compare="diff", method="newcomb", alpha=0.1), *ratio, *fisher,
            *mcnemar_exact(x, y)]


def multiplicity(inputs, number):
    """Bonferroni, Holm, Benjamini-Hochberg of up to 12 p-values; half of the cases with ties."""
    count, parts = 1 + inputs.below(12), 1 << (3 if number % 2 else 20)
    p = [inputs.below(parts + 1) / parts for _ in range(count)]
    return [float(q) for method in ("bonferroni", "holm", "fdr_bh") for q in multipletests(p, method=method)[1]]


def over_spread(degrees, probability, top=np.inf):
    """The mean of `probability(S)` over the S up to `top`, where degrees · S² is chi-squared: by Simpson's rule in ln S,
    because with 1 degree of freedom much happens near 0."""
    spread = stats.chi(degrees, scale=1 / np.sqrt(degrees))
    low, top = spread.ppf(1e-18), min(top, spread.isf(1e-18))
    if top <= low:
        return 0.0
    u = np.linspace(np.log(low), np.log(top), 20001)
    s = np.exp(u)
    return float(integrate.simpson(s * spread.pdf(s) * probability(s), x=u))


def tost_power(margin, effect, degrees, variance, alpha):
    error, critical = np.sqrt(variance), stats.t.isf(alpha, degrees)

    def inside(s):
        return (stats.norm.cdf((margin - effect) / error - critical * s)
                - stats.norm.cdf(-(margin + effect) / error + critical * s))

    return over_spread(degrees, inside, margin / (error * critical))


def t_power(theirs, noncentrality, degrees, alpha, alternative):
    """statsmodels' power, or the integral where that is NaN: scipy's noncentral t (1.17) does not find the side opposite
    to a large noncentrality, below about 1e-17. Where both are there they must agree."""
    critical = stats.t.isf(alpha / 2 if alternative == "two-sided" else alpha, degrees)
    ours = 0.0
    if alternative != "smaller":
        ours += over_spread(degrees, lambda s: stats.norm.sf(critical * s - noncentrality))
    if alternative != "larger":
        ours += over_spread(degrees, lambda s: stats.norm.cdf(-critical * s - noncentrality))
    if np.isnan(theirs):
        missing["power"] += 1
        return ours
    assert abs(ours - theirs) <= 1e-9 * theirs, (noncentrality, degrees, alpha, alternative, theirs, ours)
    return theirs


missing = {"power": 0}


def power(inputs, number):
    """Two-sample, paired; three alternatives; then TOST. Effects in the test's direction."""
    n, ratio = 2 + inputs.below(200), 0.5 + inputs.below(8) / 4
    d, alpha = (1 + inputs.below(1000)) / 1000, [0.05, 0.01, 0.001][number % 3]
    name = ["two-sided", "larger", "smaller"][inputs.below(3)]
    if name == "smaller":
        d = -d
    margin = (1 + inputs.below(1000)) / 1000
    degrees, variance = n + ratio * n - 2, 1 / n + 1 / (ratio * n)
    return [t_power(TTestIndPower().power(d, n, alpha, ratio=ratio, alternative=name), d / np.sqrt(variance), degrees,
                    alpha, name),
            t_power(TTestPower().power(d, n, alpha, alternative=name), d * np.sqrt(n), n - 1, alpha, name),
            tost_power(margin, margin * d / 2, degrees, variance, alpha)]


def censored(inputs, number):
    """Log-rank χ², Gehan-Breslow χ²; of the first sample: last S, sum of S, sum of errors, restricted mean and error."""
    kind = number % KINDS
    n, m = 1 + inputs.below(30), 1 + inputs.below(30)
    cut = 1 + inputs.below(4)  # about one in `cut` is complete where cut > 1
    rows = [(inputs.value(kind), inputs.below(cut) == 0) for _ in range(n + m)]
    time = np.array([t for t, _ in rows])
    status = np.array([int(s) for _, s in rows])
    group = np.array([0] * n + [1] * m)
    tests = []
    for weights in (None, "gb"):
        try:
            value = float(survdiff(time, status, group, weight_type=weights)[0])
        except np.linalg.LinAlgError:
            value = None
        tests.append(None if value is None or np.isnan(value) or np.isinf(value) else value)
    time, status = time[:n], status[:n]
    curve = SurvfuncRight(time, status) if status.any() else None
    s = curve.surv_prob if curve else np.array([1.0])
    errors = np.nansum(np.where(s > 1e-12, curve.surv_prob_se, 0)) if curve else 0.0
    cap = float(time.max())
    area, variance = cap, 0.0
    if curve:  # by the definition, interval by interval
        ends, surv = np.append(curve.surv_times, cap), curve.surv_prob
        pieces = surv * np.diff(ends)
        area = ends[0] + pieces.sum()
        for i in range(len(surv)):
            risk, ended = float(curve.n_risk[i]), float(curve.n_events[i])
            if risk > ended:
                variance += pieces[i:].sum() ** 2 * ended / (risk * (risk - ended))
    return [*tests, float(s[-1]), float(s.sum()), float(errors), float(area), float(np.sqrt(variance))]


def trends(inputs, number):
    """Friedman χ², p; Page L, p ignoring ties, exact p; slope, intercept, r, p, error; Cochran-Armitage z."""
    kind = number % KINDS
    blocks, levels = 2 + inputs.below(5), 3 + inputs.below(4)
    data = np.array([inputs.sample(levels, kind) for _ in range(blocks)])
    friedman = stats.friedmanchisquare(*data.T) if kind != 2 else (None, None)
    page = stats.page_trend_test(data, method="asymptotic")
    untied = all(len(set(row)) == levels for row in data)
    exact = stats.page_trend_test(data, method="exact").pvalue if untied else None
    x, y = np.array([float(inputs.below(12)) for _ in range(levels + 2)]), inputs.sample(levels + 2, kind)
    line = [None] * 5
    if len(set(x)) > 1 and kind not in (1, 2, 5):
        fit = stats.linregress(x, y)
        line = [fit.slope, fit.intercept, fit.rvalue, fit.pvalue, fit.stderr]
    counts = [(inputs.below(9), 8) for _ in range(levels)]
    score = np.repeat(np.arange(levels), 8)
    success = np.concatenate([[1] * c + [0] * (n - c) for c, n in counts])
    z = np.corrcoef(score, success)[0, 1] * np.sqrt(len(score)) if 0 < success.sum() < len(success) else None
    return [*map(lambda v: None if v is None or np.isnan(v) else float(v), friedman), float(page.statistic),
            float(page.pvalue), exact, *line, z]


def spent(kind, t, alpha):
    if kind == 0:
        return 2 * stats.norm.sf(stats.norm.isf(alpha / 2) / np.sqrt(t))
    return alpha * np.log1p((np.e - 1) * t)


def boundaries(times, alpha, two_sided, kind):
    """Armitage, McPherson and Rowe's recursion by Simpson's rule on 4,001 even points: no code of the tested kind."""
    side = alpha / 2 if two_sided else alpha
    cumulative = [spent(kind, t, side) if t < 1 else side for t in times]
    grid, mass, before, found = np.array([0.0]), np.array([1.0]), 0.0, []
    for look, t in enumerate(times):
        step = t - before
        target = cumulative[look] - (cumulative[look - 1] if look else 0)
        cross = lambda c: np.log((mass * stats.norm.sf((c * np.sqrt(t) - grid) / np.sqrt(step))).sum()) - np.log(target)
        bound = optimize.brentq(cross, -5, 25, xtol=1e-13)
        found.append(bound)
        top = min(bound, 9) * np.sqrt(t)
        low = -top if two_sided else -9 * np.sqrt(t)
        points = np.linspace(low, top, 4001)
        weights = np.full(4001, 2.0)
        weights[1::2], weights[0], weights[-1] = 4, 1, 1
        density = (mass * stats.norm.pdf((points[:, None] - grid) / np.sqrt(step))).sum(axis=1) / np.sqrt(step)
        grid, mass, before = points, density * weights * (points[1] - points[0]) / 3, t
    return found


def sequential(inputs, number):
    """Boundaries at 2 to 5 looks, the last at time 1: in uneven tenths of the information; from case 12 on even ones."""
    looks = 2 + inputs.below(4)
    tenths = set()
    while len(tenths) < looks - 1:
        tenths.add(1 + inputs.below(9))
    times = [tenth / 10 for tenth in sorted(tenths)] + [1.0]
    if number >= 12:
        looks = 2 + number % 4
        times = [(look + 1) / looks for look in range(looks)]
    return boundaries(times, 0.05, number % 2 == 0, number // 2 % 2)


# To add a method: a function of (inputs, number) that returns a row, and its test in InferenceTests.swift.
SECTIONS = {"multiplicity": (multiplicity, CASES), "censored": (censored, CASES), "trends": (trends, CASES),
            "sequential": (sequential, 28), "proportions": (proportions, CASES), "power": (power, CASES)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    warnings.simplefilter("ignore")
    file = {"made": f"Tests/Oracles/statistics_inference.py, scipy {scipy.__version__}, statsmodels "
                    f"{statsmodels.__version__}, numpy {np.__version__}"}
    for name, (function, count) in SECTIONS.items():
        rows = [function(Inputs(2000 + number), number) for number in range(count)]
        file[name] = [[v if v is not None and np.isfinite(v) else None for v in row] for row in rows]
        print(f"{name}: {count} cases", flush=True)
    print(f"power: {missing['power']} values that statsmodels leaves out, by integration")
    with open(parser.parse_args().out, "w") as out:
        out.write(json.dumps(file, default=float, allow_nan=False).replace("], [", "],\n["))


main()
