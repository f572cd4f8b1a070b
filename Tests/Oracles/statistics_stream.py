"""The inputs of the statistics' fixtures: drawn here and in Tests/StatisticsTests/Inputs.swift by the same steps, so that
a fixture holds answers only. Whole numbers and multiplications by powers of two: both sides get the same bits, and sums
are exact in any order."""
import numpy as np

MASK = (1 << 64) - 1


class Inputs:
    """SplitMix64 (Steele and others, 2014)."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, count):
        return (self.next() * count) >> 64

    def value(self, kind):
        """One value of a sample of a kind: to add a kind, one line here and in Inputs.swift."""
        if kind == 0:
            return self.below(1 << 20) / 1024  # continuous for all that matters
        if kind == 1:
            return float(self.below(6))  # ties
        if kind == 2:
            return 7.0  # constant
        if kind == 3:
            return float(self.below(100) * self.below(100) * self.below(100))  # skewed
        if kind == 4:
            return self.below(1 << 20) * 2.0**200  # huge
        if kind == 5:
            return float(self.below(2))  # two values
        return 2.0**30 + self.below(1 << 10) / 1024  # far from zero

    def sample(self, count, kind):
        return np.array([self.value(kind) for _ in range(count)])


KINDS = 7
