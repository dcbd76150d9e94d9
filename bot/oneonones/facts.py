"""What the views of one-on-ones show, as one of the two may see it, and what their forms give back. Values only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.actions import Action
from bot.domain.one_on_ones import Meeting, OneOnOne, Point
from bot.domain.periods import Period
from bot.domain.schedules import Rule
from bot.domain.scoreboard import KpiLine


@dataclass(frozen=True, slots=True)
class PairFacts:
    """A one-on-one as `viewer` sees it: `zone` and `today` are theirs, `points` those they may see, `names` of both by
    id. `coming` is the next meeting that is not skipped, `latest` the last one that has begun, `last_held` the last
    that took place. `actions` are the open ones."""

    pair: OneOnOne
    rule: Rule
    viewer: str
    zone: str
    today: date
    names: Mapping[str, str]
    points: Sequence[Point] = ()
    actions: Sequence[Action] = ()
    coming: Meeting | None = None
    latest: Meeting | None = None
    last_held: Meeting | None = None
    has_lapsed: bool = False

    @property
    def next_at(self) -> datetime | None:
        return self.coming.starts_at if self.coming else None

    @property
    def partner(self) -> str:
        return self.pair.partner_of(self.viewer)


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A KPI's line on an agenda; `whose` is the member whose own numbers it tells, "" where it tells everybody's."""

    line: KpiLine
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Blocker:
    """What somebody said in a check-in is in their way, as typed (to be escaped), and on which date."""

    member_id: str
    text: str
    on: date


@dataclass(frozen=True, slots=True)
class AgendaFacts:
    """What two people talk about at a meeting: `actions` are those that are open or were settled since they last met,
    `period` the days of the KPIs."""

    of: PairFacts
    meeting: Meeting
    kpis: Sequence[OwnLine]
    period: Period
    blockers: Sequence[Blocker]
    actions: Sequence[Action]
    prompts: Sequence[str]
    currency: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """An action two people agreed on: what, who of them, and until when (a local date of theirs)."""

    text: str
    owner_id: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What somebody writes down of a meeting: `done` are the ids of the points that were talked about."""

    took_place: bool
    notes: str = ""
    done: Collection[str] = ()
    actions: Sequence[Agreed] = ()
