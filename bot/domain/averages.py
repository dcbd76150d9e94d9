"""Averages of scales and numbers: the mean and how sure it is, shares, and changes. Pure arithmetic over counts.

What may be published belongs to `privacy`, the eNPS score to `enps`. Values are plain numbers here; a caller whose
values stand for something else (the hundredths of `questions.number_of`) divides the results.

Sources: Student 1908, Biometrika 6(1), 1-25 (the interval of a mean); Welch 1947, Biometrika 34, 28-35, and
Satterthwaite 1946, Biometrics Bulletin 2(6), 110-114 (two means with unequal variances); Press et al. 2007, Numerical
Recipes, 3rd edition, section 6.4 (the incomplete beta function by Lentz's continued fraction); Hanley and Lippman-Hand
1983, JAMA 249(13), 1743-1745 (the rule of three: nothing seen in n answers still allows 3/n).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt

from bot.domain.enps import Change, Interval

_CLEAR = 0.05
_TINY = 1e-300
_PRECISION = 1e-15
_STEPS = 10_000
_UNSEEN = 3  # the rule of three


@dataclass(frozen=True, slots=True)
class Shares:
    """How many of the answers lie below, in and above the middle of a scale, in percent of the answers."""

    low: float
    middle: float
    high: float


def mean(counts: Mapping[int, int]) -> float:
    """The mean of the values, each as often as it was given. Raises ValueError when nobody answered, and for a negative
    count."""
    return sum(value * count for value, count in counts.items()) / _answers(counts)


def mean_interval(counts: Mapping[int, int], low: int | None = None, high: int | None = None) -> Interval | None:
    """The 95 % interval of the mean of people like these (Student's t), cut at the ends of the scale if it has any.

    Answers that are all the same have no spread, but that does not make the mean sure. On a scale the rule of three
    then says how many others may have gone unseen, 3 of n: were all of them at one end, the mean would lie there; that
    is the interval. (At fewer than 3 answers: the whole scale.) Without a scale nothing can be said: None, as for a
    single answer. Raises ValueError when nobody answered.
    """
    answers, middle = _answers(counts), mean(counts)
    variance = _variance(counts)
    if variance == 0:
        if low is None or high is None:
            return None
        unseen = min(1.0, _UNSEEN / answers)
        return Interval(middle - unseen * (middle - low), middle + unseen * (high - middle))
    half = t_quantile(0.975, answers - 1) * sqrt(variance / answers)
    return Interval(
        middle - half if low is None else max(float(low), middle - half),
        middle + half if high is None else min(float(high), middle + half),
    )


def shares(counts: Mapping[int, int], low: int, high: int) -> Shares:
    """The shares of a scale from `low` to `high`: below its middle, in it (none on a scale with an even number of
    steps), above it. "Favourable" is the share above. Raises ValueError when nobody answered."""
    answers = _answers(counts)
    below = sum(count for value, count in counts.items() if 2 * value < low + high)
    above = sum(count for value, count in counts.items() if 2 * value > low + high)
    return Shares(100 * below / answers, 100 * (answers - below - above) / answers, 100 * above / answers)


def compare(before: Mapping[int, int], after: Mapping[int, int]) -> Change:
    """The change of the mean between two rounds: Welch's two-sample t test, two-sided. `points` are in units of the
    values.

    The rounds are treated as independent (anonymous answers cannot be paired), which errs on the side of "no clear
    change". A round in which all answers were the same, or there was only one, has no spread to judge by; the spread of
    the other one then stands for both, and where there is none at all nothing is clear (p = 1). Raises ValueError when
    a round has no answers.
    """
    points = mean(after) - mean(before)
    sizes = _answers(before), _answers(after)
    variances = _variance(before) or _variance(after), _variance(after) or _variance(before)
    errors = [variance / size for variance, size in zip(variances, sizes, strict=True)]
    if not sum(errors):
        return Change(points, 1.0, is_clear=False)
    spread = [(error, size) for error, size in zip(errors, sizes, strict=True) if size > 1]
    freedom = sum(error for error, _ in spread) ** 2 / sum(error**2 / (size - 1) for error, size in spread)
    p = 2 * t_tail(abs(points) / sqrt(sum(errors)), freedom)
    return Change(points, p, p < _CLEAR)


def t_tail(t: float, freedom: float) -> float:
    """The probability that Student's t with that many degrees of freedom (above 0) is larger than `t`."""
    if t * t < freedom:  # near the middle the complement is the exact one: 1 - x would lose digits
        half = (1 - incomplete_beta(0.5, freedom / 2, t * t / (freedom + t * t))) / 2
    else:
        half = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
    return half if t >= 0 else 1 - half


def t_quantile(p: float, freedom: float) -> float:
    """The value that Student's t stays below with probability `p`, from 0.5 to less than 1 (ValueError)."""
    if not 0.5 <= p < 1:
        raise ValueError(f"{p} is not between 0.5 and 1")
    low, high = 0.0, 1.0
    while t_tail(high, freedom) > 1 - p:
        low, high = high, 2 * high
    while high - low > _PRECISION * max(1.0, high) * 4:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if t_tail(middle, freedom) > 1 - p else (low, middle)
    return (low + high) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for a and b above 0 and x from 0 to 1 (ValueError)."""
    if not 0 <= x <= 1 or a <= 0 or b <= 0:
        raise ValueError(f"I_{x}({a}, {b}) is not defined")
    if x in (0, 1):
        return float(x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a
    return 1 - front * _continued_fraction(b, a, 1 - x) / b


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Lentz's method, which keeps numerator and denominator from vanishing. ArithmeticError if it does not end."""
    upper, lower = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    found = lower
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            lower = 1 / _away_from_zero(1 + term * lower)
            upper = _away_from_zero(1 + term / upper)
            found *= upper * lower
        if abs(upper * lower - 1) < _PRECISION:
            return found
    raise ArithmeticError(f"the incomplete beta function of {a}, {b}, {x} did not converge")


def _away_from_zero(number: float) -> float:
    return number if abs(number) > _TINY else _TINY


def _answers(counts: Mapping[int, int]) -> int:
    answers = sum(counts.values())
    if not answers or min(counts.values()) < 0:
        raise ValueError("no answers, no mean; and nobody answers less than never")
    return answers


def _variance(counts: Mapping[int, int]) -> float:
    """The sample variance (divided by answers - 1), exactly 0 if all answers are the same or there is only one."""
    answers, total = _answers(counts), sum(value * count for value, count in counts.items())
    squares = sum(value * value * count for value, count in counts.items())
    return (answers * squares - total * total) / (answers * (answers - 1)) if answers > 1 else 0.0
