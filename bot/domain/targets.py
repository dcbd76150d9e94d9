"""Targets: what a KPI should reach, by when, whose it is and why; whether that is a SMART goal, and whether the targets
of people and teams add up to that of everybody. How far along a target is belongs to `pacing`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.kpis import Aggregation, Direction, Kpi, Objective
from bot.domain.periods import Period, PeriodKind, containing

FAR_BEYOND = 3
"""A target of more than this many times the best period so far is doubted, not refused."""


LONG_PAST = 31
"""So many days after its deadline a target is looked at no more, but in what happened before."""


class Aim(StrEnum):
    """What the number of a target asks for. REACH: to have got to at least this by the end. ABOVE: to stay at or above
    it. BELOW: to stay at or below it; for what adds up it is a limit, like a budget. INSIDE: to stay between it and an
    upper edge, both allowed."""

    REACH = "reach"
    ABOVE = "above"
    BELOW = "below"
    INSIDE = "inside"


class OwnerKind(StrEnum):
    """Whose target it is: EVERYBODY together, a TEAM (a user group), or one PERSON."""

    EVERYBODY = "everybody"
    TEAM = "team"
    PERSON = "person"


class SmartLetter(StrEnum):
    """What makes a goal SMART: specific (which KPI), measurable (a number), attainable, relevant (what it is good for),
    time-bound (per period or by a date)."""

    SPECIFIC = "specific"
    MEASURABLE = "measurable"
    ATTAINABLE = "attainable"
    RELEVANT = "relevant"
    TIME_BOUND = "time_bound"


@dataclass(frozen=True, slots=True)
class Target:
    """A number to reach, in the KPI's unit, in every period of a kind or by one deadline: exactly one of the two.

    `owner_id` is a member ("U…", "W…"), a user group ("S…"), "" everybody together. `aim` is None where the KPI says it
    (`aim_of`). `upper` is the upper edge of a range, with INSIDE and only there. `because` is why this goal, in its
    setter's words. `starts` is the local date it counts from, `set_at` is UTC. A replaced target stays, with when it
    was replaced. ValueError for what cannot be a target.
    """

    id: str
    kpi_key: str
    value: Decimal
    period: PeriodKind | None
    deadline: date | None
    owner_id: str
    set_by: str
    set_at: datetime
    starts: date
    replaced_at: datetime | None = None
    aim: Aim | None = None
    upper: Decimal | None = None
    because: str = ""

    def __post_init__(self) -> None:
        if (self.period is None) == (self.deadline is None):
            raise ValueError("a target has either a period or a deadline")
        if self.period is PeriodKind.CUSTOM:
            raise ValueError("a target recurs in calendar periods")
        if self.deadline is not None and self.deadline < self.starts:
            raise ValueError("a target cannot end before it starts")
        check_range(self.aim, self.value, self.upper)

    @property
    def owner_kind(self) -> OwnerKind:
        if not self.owner_id:
            return OwnerKind.EVERYBODY
        return OwnerKind.TEAM if self.owner_id.startswith("S") else OwnerKind.PERSON

    def is_long_past(self, today: date) -> bool:
        """Whether its deadline was more than LONG_PAST days ago."""
        return self.deadline is not None and (today - self.deadline).days > LONG_PAST

    @property
    def is_team(self) -> bool:
        """Whether it is that of a user group."""
        return self.owner_kind is OwnerKind.TEAM


@dataclass(frozen=True, slots=True)
class SmartGaps:
    """What a goal lacks, in the order of the letters. `missing` must be filled in before it is one; `doubtful` only
    deserves a second look. `times` is how many times better than the best period so far it is (`attainability`)."""

    missing: tuple[SmartLetter, ...]
    doubtful: tuple[SmartLetter, ...] = ()
    times: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The targets of one kind of owner. `gap` is what they leave of the whole, in the KPI's unit: above zero nobody has
    taken it on (of a limit: nobody was given it), below zero they are more than the whole."""

    owner_kind: OwnerKind
    count: int
    sum: Decimal
    gap: Decimal


@dataclass(frozen=True, slots=True)
class PartsGap:
    """Everybody's target, and what those of people and of teams add up to, each for themselves: people are in teams, so
    both together would count twice. A kind of owner without any target is left out."""

    whole: Target
    parts: tuple[Parts, ...]


def check_range(aim: Aim | None, value: Decimal, upper: Decimal | None) -> None:
    """ValueError unless exactly INSIDE has an upper edge, and that is above the value."""
    if (aim is Aim.INSIDE) != (upper is not None):
        raise ValueError("a range has an upper edge, and nothing else has")
    if upper is not None and not (value.is_finite() and upper.is_finite() and upper > value):
        raise ValueError(f"no range from {value} to {upper}")


def usual_aim(kpi: Kpi) -> Aim:
    """What a target of this KPI asks for if nobody says: to reach it where higher is better and values add up, to stay
    above it where they do not, to stay below it where lower is better."""
    if kpi.direction is Direction.LOWER:
        return Aim.BELOW
    return Aim.REACH if kpi.aggregation is Aggregation.SUM else Aim.ABOVE


def aim_of(target: Target, kpi: Kpi) -> Aim:
    """What a target asks for: its own aim, else the KPI's usual one."""
    return target.aim or usual_aim(kpi)


def target_period(target: Target, today: date) -> Period:
    """The days a target is about as seen from `today`: the calendar period containing it, or from its start to its
    deadline."""
    if target.period is not None:
        return containing(today, target.period)
    assert target.deadline is not None  # __post_init__
    return Period(target.starts, target.deadline, PeriodKind.CUSTOM)


def attainability(
    target_value: Decimal, history: Sequence[Decimal], direction: Direction = Direction.HIGHER
) -> Decimal | None:
    """How many times better than the best period of `history` the target is ("2.4 times your best month"): above 1 it
    was never reached before. None when there is no history, or nothing positive to compare with."""
    best = None
    if history:
        best = max(history) if direction is Direction.HIGHER else min(history)
    if best is None or best <= 0 or target_value <= 0:
        return None
    return target_value / best if direction is Direction.HIGHER else best / target_value


def share_inside(lower: Decimal, upper: Decimal, history: Sequence[Decimal]) -> Decimal | None:
    """Which share (0 to 1) of the periods of `history` lay in a range, its edges included. None without history."""
    if not history:
        return None
    return Decimal(sum(lower <= each <= upper for each in history)) / len(history)


def smart_gaps(
    kpi: Kpi | None,
    value: Decimal | None,
    period: PeriodKind | None = None,
    deadline: date | None = None,
    because: str = "",
    *,
    aim: Aim | None = None,
    upper: Decimal | None = None,
    history: Sequence[Decimal] = (),
) -> SmartGaps:
    """Which letters of SMART a partly filled goal lacks. `history` are the figures of past periods like its own.

    It is relevant if it says why, or if its KPI serves an objective. Attainable is never missing, as nobody can know;
    it is doubtful from more than FAR_BEYOND times the best so far, and for a range in which no past period lay.
    """
    objective: Objective | None = None if kpi is None else kpi.objective
    lacks = {
        SmartLetter.SPECIFIC: kpi is None,
        SmartLetter.MEASURABLE: value is None or (aim is Aim.INSIDE and upper is None),
        SmartLetter.RELEVANT: objective is None and not because.strip(),
        SmartLetter.TIME_BOUND: period is None and deadline is None,
    }
    missing = tuple(letter for letter in SmartLetter if lacks.get(letter))
    if kpi is None or value is None:
        return SmartGaps(missing)
    wanted = aim or usual_aim(kpi)
    if wanted is Aim.INSIDE:
        is_far, times = upper is not None and share_inside(value, upper, history) == 0, None
    else:
        times = attainability(value, history, Direction.LOWER if wanted is Aim.BELOW else Direction.HIGHER)
        is_far = times is not None and times > FAR_BEYOND
    return SmartGaps(missing, (SmartLetter.ATTAINABLE,) if is_far else (), times)


def parts_of_whole(
    targets: Sequence[Target], kpi: Kpi, period: PeriodKind | None, deadline: date | None = None
) -> PartsGap | None:
    """Whether the active targets of people and teams add up to everybody's, for one kind of period or one deadline.

    Compared are targets that ask for the same: at least this (REACH and ABOVE), at most this, or a range, of which the
    lower edges are added up. Of an owner's targets the latest counts. None where there is nothing to compare: the KPI
    does not add up, everybody together has no target, or nobody else has one.
    """
    if kpi.aggregation is not Aggregation.SUM:
        return None
    asked = [each for each in targets if each.kpi_key == kpi.key and each.replaced_at is None]
    latest = _latest(each for each in asked if (each.period, each.deadline) == (period, deadline))
    whole = latest.get("")
    if whole is None:
        return None
    alike = [each for each in latest.values() if _asks(each, kpi) is _asks(whole, kpi)]
    found = (_parts(whole, kind, alike) for kind in (OwnerKind.PERSON, OwnerKind.TEAM))
    parts = tuple(each for each in found if each.count)
    return PartsGap(whole, parts) if parts else None


def _latest(targets: Iterable[Target]) -> dict[str, Target]:
    """Each owner's latest target, whatever the order they come in."""
    return {each.owner_id: each for each in sorted(targets, key=lambda each: (each.owner_id, each.set_at, each.id))}


def _asks(target: Target, kpi: Kpi) -> Aim:
    """Its aim, where reaching and staying above are the same: with what adds up, both ask for at least this."""
    aim = aim_of(target, kpi)
    return Aim.REACH if aim is Aim.ABOVE else aim


def _parts(whole: Target, kind: OwnerKind, targets: Iterable[Target]) -> Parts:
    values = [each.value for each in targets if each.owner_kind is kind]
    total = sum(values, Decimal(0))
    return Parts(kind, len(values), total, whole.value - total)
