#!/usr/bin/env python3
"""Makes Tests/StatisticsTests/Fixtures/bootstrap.json: scipy's percentile and BCa intervals, from the same resamples.

Needs: numpy, scipy. Run: statistics_bootstrap.py --out Tests/StatisticsTests/Fixtures/bootstrap.json
scipy.stats.bootstrap draws its indices from `Indices` below, which replays the stream that Bootstrap.swift draws: for each
resample the first sample's indices, then the second's. So both sides see the same resamples and must agree to rounding.
A row: value, BCa ends, percentile ends, standard error; null where scipy refuses or answers NaN.
"""
import argparse
import json
import warnings

import numpy as np
import scipy
from scipy import stats

from statistics_stream import KINDS, Inputs

CASES = 1000


class Indices(np.random.Generator):
    """Replays SplitMix64 as whole numbers below each sample's size."""

    def __init__(self, seed, sizes, resamples):
        super().__init__(np.random.PCG64(0))
        steps = np.arange(1, sum(sizes) * resamples + 1, dtype=np.uint64)
        with np.errstate(over="ignore"):
            z = np.uint64(seed) + steps * np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z = (z ^ (z >> np.uint64(31))).reshape(resamples, sum(sizes))
        self.blocks = []
        for size, block in zip(sizes, np.split(z, np.cumsum(sizes)[:-1], axis=1)):
            n = np.uint64(size)
            high, low = block >> np.uint64(32), block & np.uint64(0xFFFFFFFF)
            self.blocks.append((((high * n) + ((low * n) >> np.uint64(32))) >> np.uint64(32)).astype(np.int64))

    def integers(self, low, high=None, size=None, **_):
        block = self.blocks.pop(0)
        assert block.shape == tuple(size) and block.max() < high
        return block


def difference(x, y, axis):
    return np.mean(x, axis=axis) - np.mean(y, axis=axis)


def distance(x, axis):
    """Mean absolute distance from the median: exact on these inputs up to one division, as a variance is not, so that
    resamples that are permutations of each other tie on both sides."""
    return np.mean(np.abs(x - np.median(x, axis=axis, keepdims=True)), axis=axis)


def ratio(x, y, axis):
    return (np.sum(x, axis=axis) + 1) / (np.sum(y, axis=axis) + 1)


# To add a statistic: one row here, by the case's number, and in BootstrapTests.swift.
STATISTICS = ["mean", "median", "distance", "difference", "ratio of pairs", "cluster means", "cluster values",
              "cluster median"]


def case(number):
    """The data as scipy wants them, the statistic, and scipy's options."""
    inputs = Inputs(1000 + number)
    name = STATISTICS[number % len(STATISTICS)]
    kind = (number // len(STATISTICS)) % KINDS
    count = 1 + inputs.below(30) if number % 5 else 1 + inputs.below(3)
    if name in ("mean", "median", "distance"):
        function = {"mean": np.mean, "median": np.median, "distance": distance}[name]
        return (inputs.sample(count, kind),), function, {}
    if name == "difference":
        return (inputs.sample(count, kind), inputs.sample(1 + inputs.below(30), kind)), difference, {}
    if name == "ratio of pairs":
        return (inputs.sample(count, kind), inputs.sample(count, kind)), ratio, {"paired": True}
    clusters = [[inputs.sample(1 << inputs.below(3), kind) for _ in range(2)] for _ in range(count)]

    def of_clusters(chosen):
        chosen = [clusters[int(i)] for i in chosen]
        if name == "cluster means":
            return float(np.sum([np.mean(a) - np.mean(b) for a, b in chosen]) / len(chosen))
        a, b = (np.concatenate([cluster[arm] for cluster in chosen]) for arm in (0, 1))
        if name == "cluster values":
            return np.mean(a) - np.mean(b)
        return np.median(a) - np.median(b)

    return (np.arange(count),), of_clusters, {"vectorized": False}


def without_influence(data, statistic, options):
    """Whether leaving any unit out changes nothing. BCa's acceleration is then 0/0; but numpy's mean of equal numbers may be
    one bit off (26 times 0.48 in case 658), and scipy makes an acceleration of 1/(6 √n) from the bits."""
    axis = {} if options.get("vectorized") is False else {"axis": -1}
    if options.get("paired"):
        strata = [[[np.delete(sample, unit) for sample in data] for unit in range(len(data[0]))]]
    else:
        strata = [[[*data[:j], np.delete(sample, unit), *data[j + 1:]] for unit in range(len(sample))]
                  for j, sample in enumerate(data)]
    return all(len({float(statistic(*left, **axis)) for left in stratum}) == 1 for stratum in strata)


def row(number):
    data, statistic, options = case(number)
    resamples = 100 + number % 100
    sizes = [len(data[0])] if options.get("paired") else [len(sample) for sample in data]
    if min(sizes) < 2:
        return None
    result = {}
    for method in ("BCa", "percentile"):
        answer = stats.bootstrap(data, statistic, n_resamples=resamples, method=method, confidence_level=0.9,
                                 rng=Indices(number, sizes, resamples), **options)
        result[method] = [float(end) for end in answer.confidence_interval]
        error = float(answer.standard_error)
    value = statistic(data[0]) if options.get("vectorized") is False else statistic(*data, axis=-1)
    constant = result["percentile"][0] == result["percentile"][1]
    undefined = not constant and without_influence(data, statistic, options)
    ends = [None if undefined or np.isnan(end) else end for end in result["BCa"]]
    return [float(value), *ends, *result["percentile"], error]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    warnings.simplefilter("ignore")
    rows = [row(number) for number in range(CASES)]
    made = f"Tests/Oracles/statistics_bootstrap.py, scipy {scipy.__version__}, numpy {np.__version__}"
    with open(parser.parse_args().out, "w") as file:
        file.write(json.dumps({"made": made, "rows": rows}).replace("], [", "],\n["))
    degenerate = sum(r is not None and r[1] is None for r in rows)
    print(f"bootstrap: {len(rows)} cases, {sum(r is None for r in rows)} refused, {degenerate} without BCa")


main()
