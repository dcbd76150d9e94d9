"""What readings give to the views of `/kpi show`: plain values. How they come about is in `reading` and `people`."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.domain.entries import Figure
from bot.domain.members import Member
from bot.domain.periods import Period, PeriodKind
from bot.domain.scoreboard import KpiLine, Progress
from bot.domain.targets import Target
from bot.kpis.vocabulary import Split


@dataclass(frozen=True, slots=True)
class Bucket:
    """A KPI's figure in one stretch of a chart or table. One that is cut off at its ends is a CUSTOM period.
    `is_running` says that today lies in it: its figure is not the last word."""

    period: Period
    figure: Figure
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A KPI's figures over time, oldest first, all by the same `kind` of period, and the team's target for such periods
    where there is one: that of a longer or shorter period is never cut up for it."""

    kind: PeriodKind
    buckets: tuple[Bucket, ...] = ()
    target: Target | None = None

    @property
    def drawn(self) -> tuple[Bucket, ...]:
        """The stretches that a chart can have: those with a figure."""
        return tuple(each for each in self.buckets if each.figure.value is not None)

    @property
    def drawn_target(self) -> Target | None:
        """The target, if it held in any of the stretches drawn."""
        if self.target is None or not self.drawn or self.drawn[-1].period.last < self.target.starts:
            return None
        return self.target

    @property
    def target_since(self) -> date | None:
        """From when on the target held, where a stretch is drawn that was over by then."""
        target = self.drawn_target
        return target.starts if target is not None and self.drawn[0].period.last < target.starts else None


@dataclass(frozen=True, slots=True)
class YearAgo:
    """The same period a year earlier, as many days of it while the period is running: its figure by the definition of
    then, and the change since (None where the earlier figure is zero). `is_redefined`: the KPI is defined differently
    now."""

    period: Period
    figure: Figure
    change: Decimal | None
    is_redefined: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person's own figure, and how their own target stands where they have one."""

    member: Member
    figure: Figure
    progress: Progress | None = None
    has_won: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """A KPI by person: who reached their own target comes first, all others by name. `mine` is the row of the person
    who looks, who alone is told about it; None for everybody's eyes. `more` people are not listed."""

    rows: tuple[PersonRow, ...]
    mine: PersonRow | None = None
    more: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """One KPI over a period: its line, the same period a year ago, its course, and its breakdown if one was asked for
    (`board` by person, `table` by week or month). `is_named`: the person said which period."""

    period: Period
    line: KpiLine
    course: Course
    is_named: bool = False
    year_ago: YearAgo | None = None
    split: Split | None = None
    table: Course | None = None
    board: Board | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list of KPIs knows beside the catalogue: the team's targets, and the keys of the KPIs that are of the
    person who looks and of those that others track here. In `tracked` is nothing of `mine`."""

    targets: Mapping[str, Sequence[Target]] = field(default_factory=dict)
    mine: Set[str] = frozenset()
    tracked: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Together:
    """Several KPIs over a period, in the order they were asked for, and a year ago by KPI where there is data."""

    period: Period
    lines: tuple[KpiLine, ...]
    years_ago: dict[str, YearAgo]
