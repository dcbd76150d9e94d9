"""Whether what people say and a KPI move together, period by period. Two things that move together are two things that
move together: which of them moves the other, or whether a third one moves both, nobody can tell from that. What is put
side by side is the features' matter, and so are the words.

Sources: Pearson 1895, Proceedings of the Royal Society 58, 240-242 (the correlation r); Student 1908, Biometrika 6(2),
302-310 (t = r * sqrt((n - 2) / (1 - r^2)) with n - 2 degrees of freedom, where there is none); Holm 1979, Scandinavian
Journal of Statistics 6(2), 65-70 (of many pairs some fit by chance); Yule 1926, Journal of the Royal Statistical
Society 89(1), 1-63 (two series that both just climb correlate: so the steps from period to period must agree as well).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isfinite, sqrt
from typing import Generic, TypeVar

from bot.domain.averages import t_tail

LEAST_PERIODS = 8
"""So many periods must have both numbers."""

LEAST_R = 0.5
"""From this on the effect is called large (Cohen 1988, Statistical Power Analysis, 2nd edition, chapter 3)."""

_STRONG_R = 0.8
_CLEAR = 0.05

K = TypeVar("K")


class Strength(StrEnum):
    """MODERATE from |r| = 0.5, STRONG from 0.8."""

    MODERATE = "moderate"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Paired(Generic[K]):
    """Two series with a number each for the same periods, oldest first; periods in which either is missing are left
    out. `key` says what they are."""

    key: K
    xs: tuple[float, ...]
    ys: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Comovement(Generic[K]):
    """Two series that move together: the correlation `r` over `periods`, and its `p` after Holm's correction."""

    key: K
    r: float
    p: float
    periods: int

    @property
    def strength(self) -> Strength:
        return Strength.STRONG if abs(self.r) >= _STRONG_R else Strength.MODERATE


def together(examined: Sequence[Paired[K]]) -> list[Comovement[K]]:
    """Those of all pairs `examined` that may be said to move together, the closest first.

    That is: at least LEAST_PERIODS periods, |r| of at least LEAST_R, p below 0.05 (two-sided) after Holm's correction
    over every pair long enough to be examined, and steps from one period to the next that go the same way as the whole.
    """
    found = [(each, r) for each in examined if (r := _of_enough(each)) is not None]
    corrected = holm([p_value(r, len(each.xs)) for each, r in found])
    moving = [
        Comovement(each.key, r, p, len(each.xs))
        for (each, r), p in zip(found, corrected, strict=True)
        if abs(r) >= LEAST_R and p < _CLEAR and _steps_agree(each, r)
    ]
    return sorted(moving, key=lambda each: -abs(each.r))


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's r, from -1 to 1; None where either series never changes, or has fewer than two numbers. ValueError for
    series of different lengths, and for what is no number."""
    if len(xs) != len(ys) or not all(map(isfinite, (*xs, *ys))):
        raise ValueError("a correlation needs a number of each for every period")
    a, b = _scaled(xs), _scaled(ys)
    if a is None or b is None:
        return None
    return max(-1.0, min(1.0, sum(x * y for x, y in zip(a, b, strict=True))))


def p_value(r: float, n: int) -> float:
    """How likely a correlation of at least |r| over `n` periods is by chance, where there is none. ValueError for fewer
    than three periods."""
    if n < 3:
        raise ValueError("two points always lie on a line")
    if abs(r) >= 1:
        return 0.0
    return min(1.0, 2 * t_tail(abs(r) * sqrt((n - 2) / (1 - r * r)), n - 2))


def holm(ps: Sequence[float]) -> list[float]:
    """Holm's corrected p of each, in the given order: the smallest times their number, the next times one less, and so
    on; none smaller than one before it, none above 1."""
    order = sorted(range(len(ps)), key=lambda at: ps[at])
    corrected, highest = [0.0] * len(ps), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, ps[at] * (len(ps) - rank)))
        corrected[at] = highest
    return corrected


def _of_enough(each: Paired[K]) -> float | None:
    return correlation(each.xs, each.ys) if len(each.xs) >= LEAST_PERIODS else None


def _steps_agree(each: Paired[K], r: float) -> bool:
    steps = correlation(_steps(each.xs), _steps(each.ys))
    return steps is not None and steps * r > 0


def _steps(values: Sequence[float]) -> list[float]:
    return [now - then for then, now in pairwise(values)]


def _scaled(values: Sequence[float]) -> list[float] | None:
    """The distances from the mean, in units of their own length together; None where there are none. First in units of
    the largest, so that neither huge nor tiny numbers lose what they differ in."""
    largest = max(map(abs, values), default=0.0)
    if len(values) < 2 or not largest or min(values) == max(values):
        return None
    relative = [value / largest for value in values]
    middle = sum(relative) / len(relative)
    distances = [value - middle for value in relative]
    length = sqrt(sum(distance * distance for distance in distances))
    return [distance / length for distance in distances] if length else None
