"""A course of numbers as one short line of characters. What it says in words stands beside it, in the views."""

from collections.abc import Sequence
from decimal import Decimal

BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""Where there is no number."""


def sparkline(values: Sequence[Decimal | None]) -> str:
    """One bar for each value, from the lowest to the highest of them; all of them half high where they are the same."""
    known = [value for value in values if value is not None]
    if not known:
        return GAP * len(values)
    low, high = min(known), max(known)
    return "".join(GAP if value is None else _bar(value, low, high) for value in values)


def _bar(value: Decimal, low: Decimal, high: Decimal) -> str:
    if low == high:
        return BARS[len(BARS) // 2 - 1]
    return BARS[int((value - low) * (len(BARS) - 1) / (high - low) + Decimal("0.5"))]
