"""What a summary says, as values: what is read for it. Pure; reading is in `reading` and its neighbours, which sentence
the numbers call for in `verdicts`, wording in `wording`, `sentences` and `pulse_wording`, layout in `views`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.domain.actions import Action
from bot.domain.comovement import Comovement
from bot.domain.drivers import Pair
from bot.domain.enps import Change, Interval
from bot.domain.entries import Confidence
from bot.domain.kpi_notes import KpiNote
from bot.domain.kpis import Kpi
from bot.domain.periods import Period, PeriodKind, through
from bot.domain.privacy import Publication
from bot.domain.questions import Question
from bot.domain.schedules import Cadence
from bot.domain.scoreboard import KpiLine
from bot.domain.surveys import Round
from bot.domain.swings import Swing
from bot.domain.targets import Target

KINDS = {
    Cadence.DAILY: PeriodKind.DAY,
    Cadence.WEEKLY: PeriodKind.WEEK,
    Cadence.TWO_WEEKS: PeriodKind.CUSTOM,
    Cadence.MONTHLY: PeriodKind.MONTH,
    Cadence.QUARTERLY: PeriodKind.QUARTER,
}
"""The rhythms a summary can have, and the kind of period each is about; CUSTOM is two whole weeks (`days`)."""

IN_POST = 6
"""So many KPIs stand in the post's table; a phone's first screen takes no more. The others are in the thread."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One KPI over the latest periods, oldest first. `targets` are what was asked of it in each: in all of them, or in
    none."""

    kpi: Kpi
    periods: tuple[Period, ...]
    values: tuple[Decimal | None, ...]
    targets: tuple[Decimal, ...] = ()


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
class QuestionMean:
    """What may be published of a question on a scale: its `mean` with the 95 % `interval`; or the `span` of values
    where all answered alike; or, with neither, nothing but how many answered."""

    question: Question
    answers: int
    mean: float | None = None
    interval: Interval | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PulseMeans:
    """The questions on a scale of agreement in a survey's newest closed round. `name` is the survey's."""

    name: str
    round: Round
    means: tuple[QuestionMean, ...]

    @property
    def told(self) -> list[QuestionMean]:
        """Those with a mean, the lowest share of their scale first."""
        return sorted((each for each in self.means if each.mean is not None), key=_height)


@dataclass(frozen=True, slots=True)
class EnpsTrend:
    """The published scores of a survey's rounds, in whole points by the local date they closed, oldest first."""

    days: tuple[date, ...]
    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """What people say (`question` None: the eNPS) and a KPI, which moved together over some rounds."""

    question: Question | None
    kpi: Kpi
    movement: Comovement[tuple[str, str]]


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
class Coming:
    """A KPI of which numbers are missing: of the `usual` people who log it, only `logged` have."""

    kpi: Kpi
    logged: int
    usual: int

    @property
    def is_mostly_missing(self) -> bool:
        return 2 * self.logged < self.usual


@dataclass(frozen=True, slots=True)
class Owing:
    """Somebody who usually logs these KPIs and has not yet. The name is not escaped."""

    name: str
    kpis: tuple[Kpi, ...]


@dataclass(frozen=True, slots=True)
class Win:
    """What went well: a line's target is met, or its figure is the best of the last `best_of` periods. `person` is
    somebody who agreed to be named, whose own target it is ("": everybody's)."""

    kpi: Kpi
    value: Decimal
    target: Target | None = None
    best_of: int = 0
    person: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """The last thing said about a KPI in these days, with a value or as a note; not escaped."""

    text: str
    person: str
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Attention:
    """A line that is not good enough, with the names of the KPI's owners and the last that was said about it."""

    line: KpiLine
    owners: tuple[str, ...]
    comment: Comment | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    """An action promised in the channel, and the name of who promised it; neither is escaped."""

    action: Action
    owner: str


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days that the figure of a KPI is about which is logged less often than the summary comes: those of its own
    `period` until `last`. `is_new` says whether any number of the summary's own days is in it."""

    period: Period
    last: date
    is_new: bool

    @property
    def shown(self) -> Period:
        return through(self.period, self.last)


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure that is not what the post first said, as figures of one KPI."""

    kpi: Kpi
    was: Decimal | None
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """Everything a summary says. `period` is whole also while it is still running, `compared` the one before;
    `today` is the local date the summary was due. `lines` are in the order they are told; `more_kpis` is how many
    others have no place. `swings` are the changes of which it is known whether they are news, by KPI; `coming` the
    KPIs that are not to be judged yet, as most of their numbers are missing, `partly` those of which fewer are. By
    KPI, and only of those whose figure is compared with nothing for that reason: `own_days` are the days it is
    about, `since` is the day it was logged first."""

    period: Period
    today: date
    zone: str
    lines: tuple[KpiLine, ...]
    trend: Trend | None
    pulses: tuple[Pulse, ...]
    owing: tuple[Owing, ...]
    currency: str
    beside: tuple[Beside, ...] = ()
    notes: tuple[Noted, ...] = ()
    more_kpis: int = 0
    swings: Mapping[str, Swing] = field(default_factory=dict)
    coming: tuple[Coming, ...] = ()
    partly: tuple[Coming, ...] = ()
    wins: tuple[Win, ...] = ()
    attention: tuple[Attention, ...] = ()
    actions: tuple[Promised, ...] = ()
    means: tuple[PulseMeans, ...] = ()
    enps_trend: EnpsTrend | None = None
    together: tuple[Together, ...] = ()
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compared: Period | None = None
    own_days: Mapping[str, OwnDays] = field(default_factory=dict)
    since: Mapping[str, date] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        return self.today <= self.period.last

    @property
    def shown(self) -> Period:
        """The days it speaks of: the whole period, or what has gone by of it."""
        return through(self.period, self.today)

    @property
    def has_numbers(self) -> bool:
        """Whether anything was logged for its days; what a KPI of longer periods was before is no such thing."""
        return any(line.figure.value is not None and self._is_new(line.kpi.key) for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.has_numbers or self.pulses or self.means or self.owing or self.actions)

    @property
    def judged(self) -> tuple[KpiLine, ...]:
        """The lines of which enough is known to speak of them first."""
        waiting = {each.kpi.key for each in self.coming}
        return tuple(line for line in self.lines if line.kpi.key not in waiting)

    @property
    def incomparable(self) -> tuple[KpiLine, ...]:
        """The lines with a figure that is compared with nothing, though there are others of the KPI."""
        keys = {*self.own_days, *self.since}
        return tuple(line for line in self.lines if line.kpi.key in keys and line.figure.value is not None)

    def _is_new(self, kpi_key: str) -> bool:
        own = self.own_days.get(kpi_key)
        return own is None or own.is_new


def _height(each: QuestionMean) -> float:
    question = each.question
    return ((each.mean or 0.0) - question.low) / (question.high - question.low)
