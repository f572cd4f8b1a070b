#!/usr/bin/env python3
"""Makes Tests/LabTests/Fixtures/analysis.json: simulated answers, and what pandas, scipy and statsmodels make of them.

Needs: numpy, pandas, scipy, statsmodels. Run: lab_analysis.py --out Tests/LabTests/Fixtures/analysis.json
Values are drawn here, so that the analysis under test has no part in them. Everything expected comes from a data
frame of answers: means per prompt and arm by groupby, paired tests by scipy, equivalence and Holm by statsmodels.
"""
import argparse
import json

import numpy as np
import pandas as pd
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_paired


def case(name, rng, prompts, samples, levels, effects, smallest):
    base = rng.normal(6, 0.5, prompts)
    rows = []
    for p in range(prompts):
        for level, effect in zip(levels, effects):
            for r in range(samples):
                value = float(np.round(np.exp(base[p] + effect + rng.normal(0, 0.4))) + 1)
                rows.append((f"p{p}", level, r, value))
    frame = pd.DataFrame(rows, columns=["prompt", "level", "repetition", "value"])
    means = frame.groupby(["prompt", "level"])["value"].mean().unstack()
    control = means[levels[0]].to_numpy()
    expected = []
    for level in levels[1:]:
        treatment = means[level].to_numpy()
        test = stats.ttest_rel(treatment, control)
        interval = test.confidence_interval(0.95)
        wilcoxon = stats.wilcoxon(treatment, control)
        tost = ttost_paired(treatment, control, -smallest, smallest)[0]
        expected.append({
            "level": level, "estimate": float((treatment - control).mean()), "t": float(test.statistic),
            "p": float(test.pvalue), "low": float(interval.low), "high": float(interval.high),
            "tost": float(tost), "wilcoxon": float(wilcoxon.pvalue),
        })
    holm = multipletests([e["p"] for e in expected], method="holm")[1]
    for e, p in zip(expected, holm):
        e["holm"] = float(p)
    return {
        "name": name, "prompts": prompts, "samples": samples, "levels": levels, "smallest": smallest,
        "values": {f"{p}/{l}/{r}": v for p, l, r, v in rows}, "expected": expected,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    rng = np.random.default_rng(20251201)
    cases = [
        case("two arms", rng, 40, 5, ["may", "december"], [0, -0.05], 30.0),
        case("three arms", rng, 25, 4, ["may", "june", "december"], [0, 0.02, -0.25], 40.0),
        case("few prompts, one sample", rng, 6, 1, ["may", "december"], [0, 0.3], 100.0),
        case("hardly any effect", rng, 60, 12, ["may", "december"], [0, 0.0], 60.0),
    ]
    versions = {m.__name__: m.__version__ for m in (np, pd, scipy, statsmodels)}
    with open(out, "w") as file:
        json.dump({"command": "lab_analysis.py", "versions": versions, "cases": cases}, file, indent=None)
        file.write("\n")


if __name__ == "__main__":
    main()
