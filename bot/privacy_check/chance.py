"""How likely it is that an order or a number of hits came about by chance. Pure arithmetic.

Attackers who guess are right once in a while; a method has found something only when chance hardly explains it.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

SURPRISING = 1e-6
"""Below this an outcome is not taken for chance: one false alarm in a million looks."""
DEVIATIONS = 5.0
"""A standard score beyond this is as surprising, about (two-sided p = 6e-7)."""


def matching_tail(hits: int, rounds: int) -> float:
    """The probability that random matchings, one a round, hit at least so often. The hits of one have mean 1 and
    variance 1 whatever its size (de Montmort 1708); those of many are Poisson to within 1/n! for n people a round."""
    if hits <= rounds:
        return 1.0
    terms = (k * math.log(rounds) - rounds - math.lgamma(k + 1) for k in range(hits, hits + 40 * rounds + 400))
    return min(1.0, sum(math.exp(each) for each in terms))


def runs_score(labels: Sequence[Hashable]) -> float:
    """How far the number of runs of equal labels is from that of a random order, as a standard score. Rows that were
    written person by person alternate between the questions: many runs. 0 where it cannot be told.

    Mean and variance of the number of runs for several kinds: Wald and Wolfowitz 1940, Barton and David 1957.
    """
    n, counts = len(labels), Counter(labels).values()
    if n < 6 or len(counts) < 2:
        return 0.0
    runs = 1 + sum(a != b for a, b in pairwise(labels))
    squares, cubes = sum(each**2 for each in counts), sum(each**3 for each in counts)
    mean = (n * (n + 1) - squares) / n
    variance = (squares * (squares + n * (n + 1)) - 2 * n * cubes - n**3) / (n**2 * (n - 1))
    return (runs - mean) / math.sqrt(variance) if variance > 0 else 0.0


def alike_starts(keys: Sequence[bytes]) -> float:
    """The probability that so many random keys share their first two bytes with another one, or more: keys made of a
    time or a counter do."""
    pairs = sum(count * (count - 1) // 2 for count in Counter(key[:2] for key in keys).values())
    expected = len(keys) * (len(keys) - 1) / 2 / 65_536
    if pairs == 0 or expected == 0:
        return 1.0
    below = sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(min(pairs, 1000)))
    return max(0.0, 1.0 - below)
