"""Whether a change is news or noise: how far a KPI moves from one period to the next anyway, and whether this time it
moved further. The words for it are the views'.

Source: Wheeler 2000, Understanding Variation: The Key to Managing Chaos, 2nd edition (charts of individual values and
their moving ranges, "XmR"): a value is expected within the mean of the earlier ones plus and minus 2.66 times their
mean moving range, a moving range within 3.268 times that mean (2.66 = 3/d2, 3.268 = D4, for ranges of two values).
Limits from fewer than six values move about too much to be of use.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

LEAST_PERIODS = 6
"""So many earlier periods must have a value before anything is called usual or unusual."""

PERIODS = 12
"""At most so many earlier periods are looked at: what was usual years ago says little."""

_LEVEL = Decimal("2.66")
_RANGE = Decimal("3.268")


class Swing(StrEnum):
    """USUAL: a change like those that come and go without any reason. UNUSUAL: worth asking why."""

    USUAL = "usual"
    UNUSUAL = "unusual"


def swing(earlier: Sequence[Decimal | None], value: Decimal | None, before: Decimal | None) -> Swing | None:
    """What the change from `before` to `value` is, judged by the `earlier` values (consecutive periods, oldest first,
    without `value`; None for a period without one). None where there are too few of them to say.

    UNUSUAL is a change that is larger than the mean one, and either beyond the limit of such changes or ends beyond the
    limits of the values. The first condition keeps a small step of a KPI that has long been climbing from being news.
    """
    known = [each for each in earlier if each is not None]
    ranges = [abs(now - then) for then, now in pairwise(earlier) if now is not None and then is not None]
    if value is None or before is None or len(known) < LEAST_PERIODS or len(ranges) < LEAST_PERIODS - 1:
        return None
    usual = sum(ranges, Decimal(0)) / len(ranges)
    centre = sum(known, Decimal(0)) / len(known)
    change = abs(value - before)
    if change <= usual:
        return Swing.USUAL
    return Swing.UNUSUAL if change > _RANGE * usual or abs(value - centre) > _LEVEL * usual else Swing.USUAL


def best_of(earlier: Sequence[Decimal | None], value: Decimal | None, *, lower_is_better: bool) -> int | None:
    """Of how many consecutive periods, this one included, `value` is the best, if it is better than each of those
    before it and those are at least LEAST_PERIODS; else None. `earlier` as for `swing`; they are counted back to the
    first gap."""
    run: list[Decimal] = []
    for each in reversed(earlier):
        if each is None:
            break
        run.append(each)
    if value is None or len(run) < LEAST_PERIODS:
        return None
    is_best = value < min(run) if lower_is_better else value > max(run)
    return len(run) + 1 if is_best else None
