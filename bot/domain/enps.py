"""The eNPS question: scales, classes, the score and how sure it is. Pure arithmetic over counts.

What may be published of it belongs to `privacy`; how it is worded and drawn belongs to the features' views. Scores of
different scales are never pooled or compared: callers keep them apart by `Scale`.

Sources: Reichheld 2003 (score, classes); Rocks 2016, The American Statistician 70(4), 365-372 (adjusted Wald interval
with 3/4, 1 1/2, 3/4 pseudo-observations); Cochran 1977, Sampling Techniques, chapter 2 (finite population).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import erfc, sqrt

_Z95 = 1.959963984540054  # the 97.5 % quantile of the standard normal distribution
_CLEAR = 0.05
_EXTRA_EXTREME = 0.75  # pseudo-observations added to promoters and to detractors
_EXTRA_PASSIVE = 1.5
_EXTRA = 2 * _EXTRA_EXTREME + _EXTRA_PASSIVE
_PROMOTER_FROM = 9
_PASSIVE_FROM = 7


class EnpsClass(StrEnum):
    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"


class Certainty(StrEnum):
    """The label of a score by its number of answers: VERY_UNCERTAIN below 10, INDICATIVE 10-29, PLAIN from 30."""

    VERY_UNCERTAIN = "very_uncertain"
    INDICATIVE = "indicative"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole numbers a person chooses from: 0-10, or 1-10 as in the Indonesian literature. No other (ValueError)."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if (self.low, self.high) not in ((0, 10), (1, 10)):
            raise ValueError(f"not an eNPS scale: {self.low}-{self.high}")

    @property
    def scores(self) -> tuple[int, ...]:
        return tuple(range(self.low, self.high + 1))


SCALE_0_10 = Scale(0, 10)
SCALE_1_10 = Scale(1, 10)
SCALES: Mapping[str, Scale] = {"0-10": SCALE_0_10, "1-10": SCALE_1_10}
"""The scales by the names they have in commands, forms and files."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answered as what. Skips count nowhere."""

    promoters: int
    passives: int
    detractors: int

    def __post_init__(self) -> None:
        if min(self.promoters, self.passives, self.detractors) < 0:
            raise ValueError("a tally counts people, it cannot be negative")

    @property
    def answers(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def all_alike(self) -> EnpsClass | None:
        """The class that everybody fell into, or None (also when nobody answered)."""
        if not self.answers:
            return None
        sizes = {
            EnpsClass.PROMOTER: self.promoters,
            EnpsClass.PASSIVE: self.passives,
            EnpsClass.DETRACTOR: self.detractors,
        }
        return next((each for each, size in sizes.items() if size == self.answers), None)


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both in points of the score (-100 to 100)."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change:
    """From one round to the next: the difference of the two scores in points, the p-value of the two-sided test that
    nothing changed, and whether that is clear enough to be called a change (p < 0.05)."""

    points: float
    p: float
    is_clear: bool


def classify(score: int, scale: Scale) -> EnpsClass:
    """Promoter 9-10, passive 7-8, detractor below, on either scale.

    Raises ValueError for anything but a whole number of the scale (also for True, "9" and 9.0).
    """
    if not isinstance(score, int) or isinstance(score, bool):
        raise ValueError(f"a score is a whole number, not {score!r}")
    if not scale.low <= score <= scale.high:
        raise ValueError(f"{score} is not on the scale {scale.low}-{scale.high}")
    if score >= _PROMOTER_FROM:
        return EnpsClass.PROMOTER
    return EnpsClass.PASSIVE if score >= _PASSIVE_FROM else EnpsClass.DETRACTOR


def tally(counts: Mapping[int, int], scale: Scale) -> Tally:
    """Sort the counts of a round (score -> how many gave it) into classes.

    Raises ValueError for a score that is not on the scale and for a negative count.
    """
    sizes = dict.fromkeys(EnpsClass, 0)
    for given, count in counts.items():
        if count < 0:
            raise ValueError(f"{count} answers of {given}")
        sizes[classify(given, scale)] += count
    return Tally(sizes[EnpsClass.PROMOTER], sizes[EnpsClass.PASSIVE], sizes[EnpsClass.DETRACTOR])


def score(tally: Tally) -> float:
    """100·(promoters - detractors)/answers, -100 to 100. Raises ValueError when nobody answered."""
    _require_answers(tally)
    return 100 * (tally.promoters - tally.detractors) / tally.answers


def shares(tally: Tally) -> tuple[float, float, float]:
    """Promoters, passives and detractors in percent of the answers. Raises ValueError when nobody answered."""
    _require_answers(tally)
    promoters, passives, detractors = (
        100 * size / tally.answers for size in (tally.promoters, tally.passives, tally.detractors)
    )
    return promoters, passives, detractors


def interval(tally: Tally, asked: int | None = None) -> Interval:
    """The 95 % interval of the score, in points: adjusted Wald, cut at ±100.

    Without `asked` it is about people like these, and is the one to show by default. With `asked`, the size of the
    whole group, it is about exactly this group now (say so where it is shown): those who answered are known, only the
    rest is uncertain. The rest's mean is estimated by the adjusted Wald centre with variance v/(n+3) + v/(N-n), which
    is the finite-population correction (N-n)/N of the squared standard error; the interval shrinks to the score itself
    when everybody answered, and never leaves what the missing answers could still make of it.

    Raises ValueError when nobody answered, or when more answered than were asked.
    """
    _require_answers(tally)
    centre, variance = _adjusted(tally)
    if asked is None:
        half = _Z95 * sqrt(variance / (tally.answers + _EXTRA))
        return Interval(max(-100.0, 100 * (centre - half)), min(100.0, 100 * (centre + half)))
    bounds = worst_case(tally, asked)
    rest = asked - tally.answers
    if not rest:
        return bounds
    middle = (tally.promoters - tally.detractors + rest * centre) / asked
    half = _Z95 * rest / asked * sqrt(variance * (1 / (tally.answers + _EXTRA) + 1 / rest))
    return Interval(max(bounds.low, 100 * (middle - half)), min(bounds.high, 100 * (middle + half)))


def worst_case(tally: Tally, asked: int) -> Interval:
    """What the score of all who were asked could be: the silent ones all detractors, or all promoters.

    Raises ValueError when nobody answered, or when more answered than were asked.
    """
    _require_answers(tally)
    silent = asked - tally.answers
    if silent < 0:
        raise ValueError(f"{tally.answers} answers of {asked} people asked")
    balance = tally.promoters - tally.detractors
    return Interval(100 * (balance - silent) / asked, 100 * (balance + silent) / asked)


def compare(before: Tally, after: Tally) -> Change:
    """The change between two rounds on the same scale: adjusted Wald two-sample z test, two-sided.

    `points` is the difference of the two scores as shown. The rounds are treated as independent (anonymous answers
    cannot be paired), which errs on the side of "no clear change". Raises ValueError when a round has no answers.
    """
    points = score(after) - score(before)
    centre_before, variance_before = _adjusted(before)
    centre_after, variance_after = _adjusted(after)
    error = sqrt(variance_before / (before.answers + _EXTRA) + variance_after / (after.answers + _EXTRA))
    p = erfc(abs(centre_after - centre_before) / error / sqrt(2))
    return Change(points, p, p < _CLEAR)


def certainty(answers: int) -> Certainty:
    """The label for a score of that many answers (fewer than 5 are not published at all: see `privacy`)."""
    if answers >= 30:
        return Certainty.PLAIN
    return Certainty.INDICATIVE if answers >= 10 else Certainty.VERY_UNCERTAIN


def _require_answers(tally: Tally) -> None:
    if not tally.answers:
        raise ValueError("no answers, no score")


def _adjusted(tally: Tally) -> tuple[float, float]:
    """Centre and variance, as shares of 1, after adding the pseudo-observations. The variance is never zero."""
    size = tally.answers + _EXTRA
    promoters = (tally.promoters + _EXTRA_EXTREME) / size
    detractors = (tally.detractors + _EXTRA_EXTREME) / size
    centre = promoters - detractors
    return centre, promoters + detractors - centre * centre
