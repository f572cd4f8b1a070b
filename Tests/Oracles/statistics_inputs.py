"""The samples of statistics_tests.py, from seeds: Tests/StatisticsTests/GeneratedCase.swift makes the same ones, so the
fixture holds no data. Only additions, multiplications, divisions and floor of doubles, each rounded once and in the
order written, so both languages give the same bits. No packages.
"""
import math

MASK = (1 << 64) - 1

# name: (common level, unit of the values); what the oracle takes off and divides by, without rounding, because numpy's
# sums of squares overflow or lose their digits. The unit is a power of two.
KINDS = {
    "lengths": (0, 1), "bell": (0, 1), "skewed": (0, 1), "ties": (0, 1), "offset": (1e9, 1), "huge": (0, 2.0**500),
    "tiny": (0, 2.0**-500), "largest": (0, 2.0**1000), "bimodal": (0, 1), "constant": (0, 1), "almostConstant": (0, 1),
}


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        """In [0, 1), 53 bits."""
        return (self.next() >> 11) * 2.0**-53

    def bell(self):
        """Nearly normal: twelve uniform numbers less 6."""
        total = -6.0
        for _ in range(12):
            total += self.uniform()
        return total


def value(random, kind):
    if kind == "lengths":
        return float(math.floor(4000.0 + 600.0 * random.bell()))
    if kind == "skewed":
        u = random.uniform()
        return 1000.0 * u * u * u / (1.01 - u)
    if kind == "ties":
        return float(math.floor(5.0 * random.uniform()))
    if kind == "offset":
        return 1e9 + random.bell()
    if kind == "bimodal":
        center = 0.0 if random.uniform() < 0.5 else 50.0
        return center + random.bell()
    if kind == "constant":
        return 7.0
    if kind == "almostConstant":
        return 8.0 if random.uniform() < 0.1 else 7.0
    return random.bell() * KINDS[kind][1]


class Case:
    """Arms a and b of a kind; b is moved by `shift` units. Clusters are drawn after the values."""

    def __init__(self, seed, kind, n, m, shift):
        random = SplitMix64(seed)
        self.seed, self.kind = seed, kind
        self.level, self.unit = KINDS[kind]
        self.a = [value(random, kind) for _ in range(n)]
        self.b = [value(random, kind) + shift * self.unit for _ in range(m)]
        self.clusters_a = [random.next() % 7 for _ in range(n)]
        self.clusters_b = [random.next() % 7 for _ in range(m)]
        self.covariate = [random.bell() for _ in range(n + m)]

    def normal(self, values):
        """Without level and unit: exact."""
        return [(v - self.level) / self.unit for v in values]
