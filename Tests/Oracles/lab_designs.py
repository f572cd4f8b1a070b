#!/usr/bin/env python3
"""Makes Tests/LabTests/Fixtures/designs.json: the designs that lab_analysis.py leaves out, and what other programs say.

Needs: numpy, pandas, scipy, statsmodels. Run: lab_designs.py --out Tests/LabTests/Fixtures/designs.json
Answers are drawn here as a table of (model, date, tone, prompt, repetition, value), with rows missing where a case says
so. What is expected comes from data frames of that table:

fixed   Prompts that are all of interest: statsmodels' OLS of one dummy per cell with HC2 covariance, which is s²/n per
        cell, Satterthwaite's degrees of freedom by his formula, p and interval by scipy's t; with one prompt and one cell
        per arm scipy's and statsmodels' own Welch tests instead. Brunner-Munzel by scipy, of answers less the mean of
        their prompt's two arms.
always  Always-valid looks: the mixture's likelihood ratio integrated numerically, and the confidence sequence's ends
        where that ratio is 1/α, by root finding; not the closed formulas.
trends  Friedman and Page by scipy; with ties Page's variance over all orders of each block's midranks, by numpy.
"""
import argparse
import itertools
import json

import numpy as np
import pandas as pd
import scipy
import statsmodels
from scipy import integrate, optimize, stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.weightstats import ttost_ind

COLUMNS = ["model", "date", "tone", "prompt", "repetition", "value"]


def table(rng, models, dates, tones, prompts, samples, effects, missing=(), digits=3, spread=0.4):
    """effects: by date. missing: (date, tone, prompt, repetition) without an answer."""
    base = rng.normal(5, 0.6, prompts)
    rows = []
    for model, date, tone, prompt, repetition in itertools.product(
        models, dates, tones, range(prompts), range(samples)
    ):
        # Arms differ in spread, so that Welch's test is not the pooled one.
        noise = rng.normal(0, spread * (1.6 if date == dates[-1] else 1))
        value = float(np.round(np.exp(base[prompt] + effects[dates.index(date)] + noise), digits))
        if (date, tone, prompt, repetition) not in missing:
            rows.append((model, date, tone, f"p{prompt}", repetition, value))
    return pd.DataFrame(rows, columns=COLUMNS)


def answers(frame):
    return {"/".join(map(str, row[:5])): row[5] for row in frame.itertuples(index=False)}


def prompt_means(frame, levels):
    """[prompt, level]: means of cell means; prompts with an empty cell are left out."""
    cells = frame.groupby(["prompt", "date", "tone"])["value"].mean().unstack(["date", "tone"])
    cells = cells.reindex(columns=list(itertools.product(levels, sorted(frame["tone"].unique())))).dropna()
    return cells.T.groupby(level=0).mean().T[levels]


def satterthwaite(variances, degrees):
    return sum(variances) ** 2 / sum(v * v / d for v, d in zip(variances, degrees))


def welch(frame, control, treatment):
    """Estimate, standard error and degrees of freedom of the mean over prompts of the cells' means."""
    frame = frame[frame["date"].isin([control, treatment])].copy()
    frame["cell"] = frame["prompt"] + "/" + frame["date"] + "/" + frame["tone"]
    dummies = pd.get_dummies(frame["cell"]).astype(float)
    fit = OLS(frame["value"], dummies).fit(cov_type="HC2")
    prompts, tones = frame["prompt"].nunique(), frame["tone"].nunique()
    weights = np.array([
        (1 if cell.split("/")[1] == treatment else -1) / (prompts * tones) for cell in dummies.columns
    ])
    contrast = fit.t_test(weights)
    groups = frame.groupby("cell")["value"]
    variances = [
        w * w * groups.get_group(cell).var(ddof=1) / len(groups.get_group(cell))
        for w, cell in zip(weights, dummies.columns)
    ]
    degrees = satterthwaite(variances, [len(groups.get_group(cell)) - 1 for cell in dummies.columns])
    return float(contrast.effect[0]), float(contrast.sd[0, 0]), float(degrees)


def fixed(name, rng, smallest, dates, tones, prompts, samples, effects, missing=(), digits=3):
    frame = table(rng, ["m"], dates, tones, prompts, samples, effects, missing, digits)
    control, treatment = dates[0], dates[-1]
    estimate, error, degrees = welch(frame, control, treatment)
    t = estimate / error
    p = 2 * stats.t.sf(abs(t), degrees)
    reach = stats.t.ppf(0.975, degrees) * error
    low, high = estimate - reach, estimate + reach
    tost = max(
        stats.t.sf((estimate + smallest) / error, degrees), stats.t.cdf((estimate - smallest) / error, degrees)
    )
    arms = {date: frame[frame["date"] == date] for date in (control, treatment)}
    if prompts == 1:
        aligned = {date: arm["value"].to_numpy() for date, arm in arms.items()}
        if len(tones) == 1:
            # The textbook's own case: there the packages' tests take over.
            whole = stats.ttest_ind(aligned[treatment], aligned[control], equal_var=False)
            interval = whole.confidence_interval(0.95)
            assert np.allclose([whole.statistic, whole.df], [t, degrees], rtol=1e-12)
            t, degrees, p, low, high = whole.statistic, whole.df, whole.pvalue, interval.low, interval.high
            tost = ttost_ind(
                aligned[treatment], aligned[control], -smallest, smallest, usevar="unequal"
            )[0]
    else:
        centers = prompt_means(frame, [control, treatment]).mean(axis=1)
        aligned = {
            date: (arm["value"] - arm["prompt"].map(centers)).to_numpy() for date, arm in arms.items()
        }
        # Ties of aligned values would hang on the last bit of a center.
        assert np.diff(np.sort(np.concatenate(list(aligned.values())))).min() > 1e-9
    ranks = stats.brunnermunzel(aligned[treatment], aligned[control])
    return {
        "name": name, "dates": dates, "tones": tones, "prompts": prompts, "samples": samples,
        "smallest": smallest, "answers": answers(frame),
        "expected": {
            "estimate": estimate, "standardError": error, "degrees": float(degrees), "t": float(t),
            "p": float(p), "low": float(low), "high": float(high), "tost": float(tost),
            "ranks": float(ranks.statistic), "ranksP": float(ranks.pvalue),
            "controlAnswers": len(arms[control]), "treatmentAnswers": len(arms[treatment]),
        },
    }


def ratio(estimate, error, tau, center):
    """Likelihood of the estimate under N(center + θ, error²), θ from N(0, tau²), over that under center."""
    posterior = (estimate - center) * tau**2 / (tau**2 + error**2)
    width = tau * error / np.hypot(tau, error)

    def density(theta):
        return np.exp(
            stats.norm.logpdf(estimate, center + theta, error) + stats.norm.logpdf(theta, 0, tau)
            - stats.norm.logpdf(estimate, center, error)
        )

    value, _ = integrate.quad(
        density, posterior - 12 * width, posterior + 12 * width, points=[posterior], epsabs=0, epsrel=1e-12,
        limit=500,
    )
    return value


def confidence_end(estimate, error, tau, alpha, side):
    """The center on one side of the estimate that the mixture rejects at the level 1/α."""
    reach = error
    while ratio(estimate, error, tau, estimate + side * reach) < 1 / alpha:
        reach *= 2
    return optimize.brentq(
        lambda center: ratio(estimate, error, tau, center) - 1 / alpha,
        estimate, estimate + side * reach, xtol=1e-12, rtol=1e-13)


def always(name, rng, smallest, relative, models, prompts, samples, effects, effect="random", reached=None):
    dates = ["may", "december"]
    frame = table(rng, models, dates, ["plain"], prompts, samples, effects, spread=0.25)
    frame = frame[frame["repetition"] < (reached or samples)]
    alpha = 0.05 / len(models)
    paths = []
    for model in models:
        own = frame[frame["model"] == model]
        tau, p, looks, stopped = None, 1.0, [], None
        for look in range(1, (reached or samples) + 1):
            seen = own[own["repetition"] < look]
            means = prompt_means(seen, dates)
            differences = means["december"] - means["may"]
            estimate = float(differences.mean())
            if effect == "random":
                error = float(stats.sem(differences))
            else:
                error = welch(seen, *dates)[1] if look > 1 else None
            found = {"estimate": estimate, "p": None, "low": None, "high": None}
            if error is not None:
                tau = tau or (smallest * float(means["may"].mean()) if relative else smallest)
                p = min(p, 1 / ratio(estimate, error, tau, 0))
                ends = [confidence_end(estimate, error, tau, alpha, side) for side in (-1, 1)]
                found |= {"p": p, "low": ends[0], "high": ends[1]}
            looks.append(found)
            if p <= alpha:
                stopped = look
                break
        bound = smallest * float(means["may"].mean()) if relative else smallest
        paths.append({
            "model": model, "looks": looks, "stoppedAt": stopped, "adjustedP": min(1, p * len(models)),
            "isEquivalent": bool(looks[-1]["low"] > -bound and looks[-1]["high"] < bound),
            "controlAnswers": len(looks) * prompts,
        })
    return {
        "name": name, "models": models, "dates": dates, "prompts": prompts, "samples": samples, "effect": effect,
        "smallest": smallest, "isRelative": relative, "alpha": alpha, "reached": reached or samples,
        "answers": answers(frame), "paths": paths,
    }


def page(blocks):
    """L and its one-sided p: scipy's exact one; with ties a normal one over all orders of each block's midranks."""
    if all(len(set(block)) == len(block) for block in blocks):
        test = stats.page_trend_test(blocks, method="exact")
        return float(test.statistic), float(test.pvalue)
    ranks = stats.rankdata(blocks, axis=1)
    levels = np.arange(1, blocks.shape[1] + 1)
    orders = np.array(list(itertools.permutations(range(blocks.shape[1]))))
    moments = [(levels * block[orders]).sum(axis=1) for block in ranks]
    mean, variance = sum(m.mean() for m in moments), sum(m.var() for m in moments)
    statistic = float((levels * ranks).sum())
    return statistic, float(stats.norm.sf((statistic - mean) / np.sqrt(variance)))


def trend(name, rng, dates, tones, prompts, samples, effects, missing=(), digits=3):
    frame = table(rng, ["m"], dates, tones, prompts, samples, effects, missing, digits, spread=0.3)
    means = prompt_means(frame, dates)
    blocks = means.to_numpy()
    friedman = stats.friedmanchisquare(*blocks.T)
    rising, falling = page(blocks), page(blocks[:, ::-1])
    side = rising if rising[1] <= falling[1] else falling
    return {
        "name": name, "dates": dates, "tones": tones, "prompts": prompts, "samples": samples,
        "answers": answers(frame),
        "expected": {
            "prompts": len(blocks), "friedman": float(friedman.statistic), "friedmanP": float(friedman.pvalue),
            "direction": "rise" if side is rising else "fall", "page": side[0],
            "pageP": min(1.0, 2 * min(rising[1], falling[1])),
        },
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    rng = np.random.default_rng(20261124)
    two, four = ["may", "december"], ["march", "june", "september", "december"]
    content = {
        "command": "lab_designs.py",
        "versions": {m.__name__: m.__version__ for m in (np, pd, scipy, statsmodels)},
        "fixed": [
            fixed("one prompt, whole numbers with ties", rng, 60, two, ["plain"], 1, 24, [0, 0.2], digits=-1),
            fixed("eight prompts", rng, 25, two, ["plain"], 8, 6, [0, -0.15]),
            fixed("two cells in each arm", rng, 80, two, ["plain", "kind"], 5, 4, [0, 0.02]),
            fixed(
                "cells that lost answers weigh as much", rng, 40, two, ["plain", "kind"], 4, 5, [0, 0.3],
                missing={("may", "kind", 0, 1), ("may", "kind", 0, 2), ("may", "kind", 0, 4),
                         ("december", "plain", 2, 0), ("december", "kind", 3, 3), ("december", "kind", 3, 4)}),
        ],
        "always": [
            always("an effect is found on the way", rng, 40, False, ["m"], 20, 8, [0, 0.35]),
            always("no effect, wide bounds: equivalent", rng, 60, False, ["m"], 30, 6, [0, 0.0]),
            always("no effect, narrow bounds", rng, 4, False, ["m"], 20, 5, [0, 0.0]),
            always("two models share the error", rng, 0.1, True, ["m", "n"], 16, 6, [0, -0.12]),
            always("the run ended before its last look", rng, 10, False, ["m"], 12, 8, [0, 0.02], reached=3),
            always("fixed prompts: one answer is no spread", rng, 40, False, ["m"], 6, 7, [0, 0.3], "fixed"),
        ],
        "trends": [
            trend("rising", rng, four, ["plain"], 9, 3, [0, 0.05, 0.2, 0.3]),
            trend("falling, two cells each", rng, four, ["plain", "kind"], 7, 2, [0.3, 0.1, 0.05, 0]),
            trend("no order", rng, ["may", "june", "july"], ["plain"], 10, 2, [0, 0.3, 0]),
            trend("ties", rng, ["may", "june", "july", "august"], ["plain"], 8, 1, [0, 0, 0.1, 0.2], digits=-2),
            trend(
                "a prompt without a level", rng, four, ["plain"], 6, 2, [0, 0.1, 0.2, 0.3],
                missing={("june", "plain", 4, 0), ("june", "plain", 4, 1), ("march", "plain", 2, 0)}),
        ],
    }
    with open(out, "w") as file:
        json.dump(content, file, indent=None)
        file.write("\n")


if __name__ == "__main__":
    main()
