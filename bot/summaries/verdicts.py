"""Which sentence a summary's numbers call for: what to say against targets, and what of the changes is news. Pure; how
it is said is in `sentences`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.kpis import Direction
from bot.domain.pacing import Pace, Status
from bot.domain.scoreboard import KpiLine, is_in_points
from bot.domain.swings import Swing
from bot.domain.targets import Aim, aim_of

NOT_GOOD = (Status.MISSED, Status.AT_RISK, Status.BEHIND)
"""The statuses that need attention, the worst first."""

GOOD = (Status.MET, Status.ON_TRACK)
"""The statuses that are good news, the best first."""


@dataclass(frozen=True, slots=True)
class Against:
    """A target to speak of, and how many others share its verdict."""

    line: KpiLine
    pace: Pace
    status: Status
    others: int


@dataclass(frozen=True, slots=True)
class Targets:
    """What is said against targets: what is met (else on track), and what is not good enough. `on_track` is how many
    more are on track where `good` is one that is met."""

    good: Against | None
    bad: Against | None
    on_track: int = 0


@dataclass(frozen=True, slots=True)
class Mover:
    """What is said of the changes of `compared` lines: the one that is news (None: none of them), with what is known of
    its `swing`, whether it moved most of all, how many others moved within their usual swing (`usual`), and how many
    others beyond it (`unusual`). What was 0 before has no share to be compared by: it is told as it is (`from_zero`)
    where nothing else is."""

    line: KpiLine | None
    compared: int
    swing: Swing | None = None
    is_most: bool = False
    usual: int = 0
    unusual: int = 0
    from_zero: bool = False

    @property
    def rose(self) -> bool:
        return self.line is not None and (self.line.change or 0) > 0

    @property
    def lower_is_better(self) -> bool:
        return self.line is not None and self.line.kpi.direction is Direction.LOWER


def against(lines: Sequence[KpiLine]) -> Targets:
    """Which targets to speak of: the first of those that are met (else on track), and the first of those worst off."""
    judged = [(line, line.pace, line.pace.status) for line in lines if line.pace and line.pace.status]
    good, bad = _first(judged, GOOD), _first(judged, NOT_GOOD)
    on_track = sum(status is Status.ON_TRACK for _, _, status in judged)
    if good is not None and good.status is Status.ON_TRACK:
        on_track = 0
    return Targets(good, bad, on_track)


def in_need(lines: Sequence[KpiLine]) -> list[KpiLine]:
    """The lines that are not good enough by now, and of which it is known how much each working day must bring. What a
    limit still allows is no such thing."""
    return [
        line
        for line in lines
        if line.pace is not None
        and line.target is not None
        and line.pace.status in NOT_GOOD
        and line.pace.needed_per_day is not None
        and aim_of(line.target, line.kpi) is not Aim.BELOW
    ]


def not_good(lines: Sequence[KpiLine]) -> list[KpiLine]:
    """The lines that need attention, the worst first."""
    found = [line for line in lines if line.pace is not None and line.pace.status in NOT_GOOD]
    return sorted(found, key=lambda line: NOT_GOOD.index(_status(line)))


def mover(lines: Sequence[KpiLine], swings: Mapping[str, Swing]) -> Mover | None:
    """Which change to speak of: the largest, in proportion to what it was, of those beyond their usual swing; else of
    those of which no swing is known; else none. None where nothing can be compared."""
    compared = [(abs(share), line) for line in lines if (share := relative_change(line)) is not None]
    begun = [line for line in lines if _is_from_zero(line) and swings.get(line.kpi.key) is not Swing.USUAL]
    if not (compared or begun):
        return None
    moved = [(share, line) for share, line in compared if line.change is not None and round(line.change, 1)]
    usual = sum(swings.get(line.kpi.key) is Swing.USUAL for _, line in moved)
    for wanted in (Swing.UNUSUAL, None):
        news = [(share, line) for share, line in moved if swings.get(line.kpi.key) is wanted]
        if news:
            share, line = max(news, key=lambda each: each[0])
            is_most = len(compared) > 1 and share == max(each[0] for each in moved)
            others = len(news) - 1 if wanted is Swing.UNUSUAL else 0
            return Mover(line, len(compared), wanted, is_most, usual, others)
    if begun:
        return Mover(begun[0], len(compared), usual=usual, from_zero=True)
    return Mover(None, len(compared), usual=usual)


def shown_first(lines: Sequence[KpiLine], named: Collection[str], count: int) -> tuple[KpiLine, ...]:
    """The lines that have a place where only so many have one: the first, and in place of the last of them those whose
    KPI is `named` (at most `count`) and would have none. In the given order."""
    kept = [line for line in lines if line.kpi.key in named][:count]
    others = [line for line in lines if line.kpi.key not in named][: count - len(kept)]
    chosen = {line.kpi.key for line in (*kept, *others)}
    return tuple(line for line in lines if line.kpi.key in chosen)


def relative_change(line: KpiLine) -> Decimal | None:
    """A line's change in percent of what it was, also where the change itself is told in points."""
    if line.change is None or line.before is None or not line.before.value:
        return None
    return line.change * 100 / abs(line.before.value) if is_in_points(line.kpi) else line.change


def _is_from_zero(line: KpiLine) -> bool:
    """Whether a figure that was 0 is not any more, of a KPI whose changes are told in percent."""
    was_zero = line.before is not None and line.before.value is not None and not line.before.value
    return was_zero and bool(line.figure.value) and not is_in_points(line.kpi)


def _first(judged: Sequence[tuple[KpiLine, Pace, Status]], order: Sequence[Status]) -> Against | None:
    """The first with the foremost of these statuses that any has. The others are those with that status for good news,
    and with any of them for bad."""
    having = [each for each in judged if each[2] in order]
    if not having:
        return None
    chosen = min(having, key=lambda each: order.index(each[2]))
    same = having if order is NOT_GOOD else [each for each in having if each[2] is chosen[2]]
    return Against(*chosen, others=len(same) - 1)


def _status(line: KpiLine) -> Status:
    assert line.pace is not None  # chosen by its status
    assert line.pace.status is not None
    return line.pace.status
