"""The search for whole numbers that satisfy many sums at once. What they stand for is `disclosure`'s matter."""

from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

ATTEMPTS = (60, 60, 60, 60, 60, 900)
"""How many steps each attempt of one search may take, one after the other, beside one for each unknown."""

MOST_SUMS = 400
"""Of more sums than this it is not looked at what any two of them imply."""


class OverBudget(Exception):  # noqa: N818 (nothing went wrong: the search was given up)
    """The search took more steps than it was allowed; nothing is known."""


class Sum(NamedTuple):
    """The unknowns at these positions add up to at least `low` and at most `high`."""

    unknowns: tuple[int, ...]
    low: int
    high: int


class Worlds:
    """Finds solutions depth first, with bounds propagation, within a `budget` of steps for all searches together."""

    def __init__(self, sums: Sequence[Sum], largest: Sequence[int], budget: int) -> None:
        self._sums = _Sums(sums, len(largest))
        more = _implied(sums, largest) if len(sums) <= MOST_SUMS else []
        self._implied = _Sums([*sums, *more], len(largest))
        self._left = budget

    def find(self, low: Sequence[int], high: Sequence[int]) -> list[int] | None:
        """A solution within the bounds, or None if there is none. Raises OverBudget, also where this one search would
        take too large a part of the budget.

        Depth-first searches either end soon or go astray for long, so that it starts anew a few times in another order
        (Gomes, Selman and Kautz 1998, "Boosting Combinatorial Search Through Randomization", AAAI, 431-437).
        """
        bounds = self.tightened(low, high)
        if bounds is None:
            return None
        for attempt, steps in enumerate(ATTEMPTS):
            try:
                return self._search(*bounds, attempt, steps + len(bounds[0]))
            except OverBudget:
                if self._left <= 0:
                    raise
        raise OverBudget

    def _search(self, low: list[int], high: list[int], attempt: int, steps: int) -> list[int] | None:
        waiting: list[tuple[list[int], list[int], int | None]] = [(low, high, None)]
        while waiting:
            if self._left <= 0 or steps <= 0:
                raise OverBudget
            self._left, steps = self._left - 1, steps - 1
            bounds = self._sums.tightened(*waiting.pop())
            if bounds is None:
                continue
            least, most = bounds
            chosen = self._promising(least, most, attempt)
            if chosen is None:
                return least
            at, value = chosen
            for first, last in ((least[at], value - 1), (value + 1, most[at]), (value, value)):
                if first <= last:
                    waiting.append(([*least[:at], first, *least[at + 1 :]], [*most[:at], last, *most[at + 1 :]], at))
        return None

    def tightened(self, low: Sequence[int], high: Sequence[int]) -> tuple[list[int], list[int]] | None:
        """The bounds that follow from the sums, from what overlaps and differences of any two imply, and from these
        bounds; None if they contradict each other."""
        return self._implied.tightened(low, high)

    def _promising(self, least: Sequence[int], most: Sequence[int], attempt: int) -> tuple[int, int] | None:
        """The open unknown whose sums say most clearly whether it should be large or small, and the value to try first;
        None if none is open. Each attempt weighs the unknowns differently."""
        filled = []
        for unknowns, low, high in self._sums.all:
            have, room = sum(least[at] for at in unknowns), sum(most[at] - least[at] for at in unknowns)
            filled.append(((low + high) / 2 - have) / room if room else 0.5)
        best = None
        for at, (lowest, highest) in enumerate(zip(least, most, strict=True)):
            if lowest == highest:
                continue
            shares = [min(1.0, max(0.0, filled[one])) for one in self._sums.touching[at]]
            share = sum(shares) / len(shares)
            weight = abs(share - 0.5) * (1 - (at * 37 % 101 * attempt % 101) / 101)
            if best is None or weight > best[0]:
                best = (weight, at, lowest + round(share * (highest - lowest)))
        return best and best[1:]


class _Sums:
    """Sums, and which of them each unknown is in."""

    def __init__(self, sums: Sequence[Sum], unknowns: int) -> None:
        self.all = sums
        self.touching: list[list[int]] = [[] for _ in range(unknowns)]
        for at, each in enumerate(sums):
            for unknown in each.unknowns:
                self.touching[unknown].append(at)

    def tightened(
        self, low: Sequence[int], high: Sequence[int], changed_one: int | None = None
    ) -> tuple[list[int], list[int]] | None:
        """The bounds that follow from each sum and these bounds; None if they contradict each other. With
        `changed_one`, everything but the bounds of this unknown is known to be tight already."""
        least, most = list(low), list(high)
        waiting = list(range(len(self.all))) if changed_one is None else list(self.touching[changed_one])
        queued = set(waiting)
        while waiting:
            at = waiting.pop()
            queued.discard(at)
            changed = _tighten(self.all[at], least, most)
            if changed is None:
                return None
            fresh = {other for unknown in changed for other in self.touching[unknown]} - queued
            waiting.extend(sorted(fresh))
            queued |= fresh
        return least, most


def _tighten(one: Sum, least: list[int], most: list[int]) -> list[int] | None:
    """Tightens the bounds of the unknowns in one sum; which of them changed, or None for a contradiction."""
    sum_least, sum_most = sum(least[at] for at in one.unknowns), sum(most[at] for at in one.unknowns)
    if sum_least > one.high or sum_most < one.low:
        return None
    changed = []
    for at in one.unknowns:
        up = max(least[at], one.low - (sum_most - most[at]))
        down = min(most[at], one.high - (sum_least - least[at]))
        if up > down:
            return None
        if (up, down) != (least[at], most[at]):
            sum_least, sum_most = sum_least + up - least[at], sum_most + down - most[at]
            least[at], most[at] = up, down
            changed.append(at)
    return changed


def _implied(sums: Sequence[Sum], largest: Sequence[int]) -> list[Sum]:
    """What any two sums say of the unknowns they share, and of those that only one of them has."""
    found: dict[tuple[int, ...], tuple[int, int]] = {}
    wide = [(frozenset(each.unknowns), each.low, each.high) for each in sums if len(each.unknowns) > 1]
    for (one, low, high), (other, other_low, other_high) in permutations(wide, 2):
        shared, own = one & other, one - other
        if not shared:
            continue
        room = sum(largest[at] for at in shared)
        others = sum(largest[at] for at in other - one)
        mine = sum(largest[at] for at in own)
        least = max(0, low - mine, other_low - others)
        most = min(room, high, other_high)
        for unknowns, lowest, highest, all_of_it in (
            (shared, least, most, room),
            (own, low - most, high - least, mine),
        ):
            key = tuple(sorted(unknowns))
            if key and (lowest > 0 or highest < all_of_it):
                known = found.get(key, (0, all_of_it))
                found[key] = max(known[0], lowest), min(known[1], highest)
    return [Sum(unknowns, low, high) for unknowns, (low, high) in found.items()]
