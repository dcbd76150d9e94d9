"""What a summary says, as values: what is read for it, and which sentence its numbers call for. Pure; reading is in
`reading`, wording in `views`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.domain.drivers import Pair
from bot.domain.enps import Change, Interval
from bot.domain.kpi_notes import KpiNote
from bot.domain.kpis import Direction, Kpi
from bot.domain.pacing import Pace, Status
from bot.domain.periods import Period, PeriodKind, containing, through
from bot.domain.privacy import Publication
from bot.domain.schedules import Cadence, Rule
from bot.domain.scoreboard import KpiLine, is_in_points
from bot.domain.summaries import Summary
from bot.domain.surveys import Round
from bot.domain.targets import Aim, aim_of

KINDS = {Cadence.DAILY: PeriodKind.DAY, Cadence.WEEKLY: PeriodKind.WEEK, Cadence.MONTHLY: PeriodKind.MONTH}
"""The rhythms a summary can have, and the kind of period each is about."""

NOT_GOOD = (Status.MISSED, Status.AT_RISK, Status.BEHIND)
"""The statuses a summary speaks of first, the worst first."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One KPI over the latest periods, oldest first. `target` is today's target for such a period, if there is one."""

    kpi: Kpi
    periods: tuple[Period, ...]
    values: tuple[Decimal | None, ...]
    target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """What may be published of a survey's newest closed round. `interval` comes with a published tally; `change` is
    the one since the round before, where the two can be compared."""

    channel_id: str
    round: Round
    publication: Publication
    interval: Interval | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody noted about a KPI in these days: why it is where it is, or what is done about it. `person` is their
    name; neither it nor the note's text is escaped."""

    kpi: Kpi
    note: KpiNote
    person: str


@dataclass(frozen=True, slots=True)
class Beside:
    """An outcome that got worse, on its line, and the driver that did so with it or before it."""

    line: KpiLine
    pair: Pair


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """Everything a summary says. `period` is whole also while it is still running; `today` is the local date the
    summary was due. `owing` are the names of people whose numbers are missing."""

    period: Period
    today: date
    zone: str
    lines: tuple[KpiLine, ...]
    trend: Trend | None
    pulses: tuple[Pulse, ...]
    owing: tuple[str, ...]
    currency: str
    beside: tuple[Beside, ...] = ()
    notes: tuple[Noted, ...] = ()

    @property
    def is_running(self) -> bool:
        return self.today <= self.period.last

    @property
    def shown(self) -> Period:
        """The days it speaks of: the whole period, or what has gone by of it."""
        return through(self.period, self.today)

    @property
    def has_numbers(self) -> bool:
        return any(line.figure.value is not None for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.has_numbers or self.pulses or self.owing)


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel's summary and when it comes. `next_at` is UTC, None when it never comes again. `changed` says that the
    channel had one before; `may_stop` that whoever asks may stop it."""

    summary: Summary
    rule: Rule
    next_at: datetime | None
    changed: bool = False
    may_stop: bool = True


@dataclass(frozen=True, slots=True)
class Against:
    """The sentence about targets: the line to name, and how many others share its verdict (not good, or good)."""

    line: KpiLine
    pace: Pace
    status: Status
    others: int

    @property
    def is_good(self) -> bool:
        return self.status not in NOT_GOOD


@dataclass(frozen=True, slots=True)
class Mover:
    """The sentence about change: the line that moved most in proportion, among `compared` lines that can be compared.
    `rose` says which way. None moved: `line` is None."""

    line: KpiLine | None
    compared: int

    @property
    def rose(self) -> bool:
        return self.line is not None and (self.line.change or 0) > 0

    @property
    def lower_is_better(self) -> bool:
        return self.line is not None and self.line.kpi.direction is Direction.LOWER


def period_of(rule_kind: PeriodKind, local_date: date) -> Period:
    """The period a summary of a local date is about: the one containing the day before. On a Monday morning that is
    last week, on a Friday this week so far."""
    return containing(local_date - timedelta(days=1), rule_kind)


def against(lines: Sequence[KpiLine]) -> Against | None:
    """Which target to speak of: the first of those worst off, else the first with a status; None where none has one."""
    judged = [(line, line.pace, line.pace.status) for line in lines if line.pace and line.pace.status]
    not_good = [each for each in judged if each[2] in NOT_GOOD]
    chosen = min(not_good, key=lambda each: NOT_GOOD.index(each[2])) if not_good else next(iter(judged), None)
    if chosen is None:
        return None
    return Against(*chosen, others=len(not_good or judged) - 1)


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


def mover(lines: Sequence[KpiLine]) -> Mover | None:
    """What moved most in proportion to what it was; None where nothing can be compared."""
    compared = [(abs(share), line) for line in lines if (share := relative_change(line)) is not None]
    if not compared:
        return None
    moved = [(share, line) for share, line in compared if line.change is not None and round(line.change, 1)]
    most = max(moved, key=lambda each: each[0], default=None)
    return Mover(most[1] if most else None, len(compared))


def relative_change(line: KpiLine) -> Decimal | None:
    """A line's change in percent of what it was, also where the change itself is told in points."""
    if line.change is None or line.before is None or not line.before.value:
        return None
    return line.change * 100 / abs(line.before.value) if is_in_points(line.kpi) else line.change
