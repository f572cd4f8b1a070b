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


def proportions(inputs, number):
    """Wilson, Newcombe, ratio, Fisher (three), McNemar exact, mid-p."""
    most = [1, 2, 20, 200, 5000][number % 5]
    n, m = 1 + inputs.below(most), 1 + inputs.below(most)
    x, y = inputs.below(n + 1), inputs.below(m + 1)
    table = [[x, n - x], [y, m - y]]
    ratio = (confint_proportions_2indep(x, n, y, m, compare="ratio", method="log", alpha=0.1)
             if x and y else (None, None))
    fisher = [stats.fisher_exact(table, alternative=a)[1] for a in ("two-sided", "less", "greater")]
    exact = mcnemar([[0, x], [y, 0]], exact=True).pvalue
    mass = stats.binom.pmf(min(x, y), x + y, 0.5)
    middle = 1 if x + y == 0 else 1 - mass / 2 if x == y else exact - mass
    return [*proportion_confint(x, n, 0.1, "wilson"),
            *confint_proportions_2indep(x, n, y, m, compare="diff", method="newcomb", alpha=0.1), *ratio, *fisher,
            exact, middle]


def multiplicity(inputs, number):
    """Bonferroni, Holm, Benjamini-Hochberg of up to 12 p-values; half of the cases with ties."""
    count, parts = 1 + inputs.below(12), 1 << (3 if number % 2 else 20)
    p = [inputs.below(parts + 1) / parts for _ in range(count)]
    return [float(q) for method in ("bonferroni", "holm", "fdr_bh") for q in multipletests(p, method=method)[1]]


def tost_power(margin, effect, n, degrees, variance, alpha):
    error, critical = np.sqrt(variance), stats.t.isf(alpha, degrees)
    spread = stats.chi(degrees, scale=1 / np.sqrt(degrees))
    top = min(margin / (error * critical), spread.isf(1e-18))
    low = spread.ppf(1e-18)
    if top <= low:
        return 0.0
    s = np.linspace(low, top, 40001)
    inside = (stats.norm.cdf((margin - effect) / error - critical * s)
              - stats.norm.cdf(-(margin + effect) / error + critical * s))
    return float(integrate.simpson(spread.pdf(s) * inside, x=s))


def power(inputs, number):
    """Two-sample, paired; three alternatives; then TOST. Effects in the test's direction."""
    n, ratio = 2 + inputs.below(200), 0.5 + inputs.below(8) / 4
    d, alpha = (1 + inputs.below(1000)) / 1000, [0.05, 0.01, 0.001][number % 3]
    name = ["two-sided", "larger", "smaller"][inputs.below(3)]
    if name == "smaller":
        d = -d
    margin = (1 + inputs.below(1000)) / 1000
    return [TTestIndPower().power(d, n, alpha, ratio=ratio, alternative=name),
            TTestPower().power(d, n, alpha, alternative=name),
            tost_power(margin, margin * d / 2, n, n + ratio * n - 2, 1 / n + 1 / (ratio * n), alpha)]


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
    """Boundaries at 2 to 5 uneven looks, in tenths of the information, the last of them at 1."""
    looks = 2 + inputs.below(4)
    tenths = set()
    while len(tenths) < looks - 1:
        tenths.add(1 + inputs.below(9))
    return boundaries([tenth / 10 for tenth in sorted(tenths)] + [1.0], 0.05, number % 2 == 0, number // 2 % 2)


# To add a method: a function of (inputs, number) that returns a row, and its test in InferenceTests.swift.
SECTIONS = {"multiplicity": (multiplicity, CASES), "censored": (censored, CASES), "trends": (trends, CASES),
            "sequential": (sequential, 12), "proportions": (proportions, CASES), "power": (power, CASES)}


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
    with open(parser.parse_args().out, "w") as out:
        out.write(json.dumps(file, default=float, allow_nan=False).replace("], [", "],\n["))


main()
