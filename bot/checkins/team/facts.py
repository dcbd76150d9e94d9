"""What this feature's services and readings give to its views: plain values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.domain.actions import Action
from bot.domain.calendar_periods import Period
from bot.domain.catalogue import Catalogue
from bot.domain.checkins import Checkin, CheckinAnswer, CheckinDefinition, Run
from bot.domain.entries import Confidence, Entry
from bot.domain.kpis import Kpi
from bot.domain.schedules import Rule
from bot.domain.scoreboard import KpiLine


@dataclass(frozen=True, slots=True)
class Standing:
    """A check-in as its people meet it. `next_at` is when people are asked next, `then_at` the time after it, both in
    the schedule's zone (UTC; None: paused or stopped); `open_run` is the date that is being answered now."""

    checkin: Checkin
    rule: Rule
    next_at: datetime | None
    then_at: datetime | None
    is_paused: bool
    may_change: bool
    open_run: Run | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A check-in as it is wished for. `checkin_id` is that of the one to change, "" for a new one; `seen_at` the moment
    (UTC) at which it was as the form showed it, None where no form did."""

    definition: CheckinDefinition
    rule: Rule
    checkin_id: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a form tells of a KPI beside its input: the value this person gave in this very run, what they logged in the
    period so far (of what adds up), and their last value."""

    given: Decimal | None = None
    so_far: Decimal | None = None
    last: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """A run as one person answers it: the KPIs they may be asked for by item id, what is known of each, the day for
    which values count, and what they answered before."""

    run: Run
    zone: str
    kpis: Mapping[str, Kpi]
    known: Mapping[str, Known]
    period: Period
    day: date
    before: CheckinAnswer | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody typed into the form, read: values by KPI key (None: taken back), how sure, sentences by item id."""

    values: Mapping[str, Decimal | None] = field(default_factory=dict)
    confidence: Confidence | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is kept, with the values recorded for it that count now."""

    run: Run
    zone: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Twice:
    """A value that the same person logged a short while ago for the same day. Nothing was kept."""

    before: Entry


@dataclass(frozen=True, slots=True)
class Said:
    """What one person wrote, with the name they go by; `action` is the promise of who took the blocker."""

    member_id: str
    name: str
    text: str
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What came together in a run. `asked` is how many the question reached, `sure` counts how sure those are who said
    so; `lines` are figures as of `read_at` (UTC), of `period`."""

    run: Run
    zone: str
    currency: str
    read_at: datetime
    asked: int
    answered: int
    sure: Mapping[Confidence, int]
    lines: tuple[KpiLine, ...]
    period: Period
    kpis: Catalogue
    blockers: tuple[Said, ...] = ()
    progress: tuple[Said, ...] = ()
    others: tuple[tuple[str, tuple[Said, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A blocker that somebody promised to take. `already`: it was taken before, perhaps by somebody else."""

    action: Action
    blocked_id: str
    already: bool
