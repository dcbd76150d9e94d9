"""What services and readings give to the views: plain values. How they come about is in `service` and `reading`."""

from dataclasses import dataclass
from decimal import Decimal

from bot.domain.entries import Entry, Figure
from bot.domain.kpis import KPIS, Kpi
from bot.domain.members import Member
from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine, Progress
from bot.kpis.vocabulary import Split

IMPORTED = "import"
"""Who logged what came from a file: nobody in Slack, so that a person's undo never reaches into an import."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A recorded value, and where its KPI stands in the value's week. `owner_id` says whose numbers `line` are ("" for
    everybody's); `was_there` that the same value was already recorded for that day."""

    entry: Entry
    week: Period
    line: KpiLine
    owner_id: str
    was_there: bool = False

    @property
    def kpi(self) -> Kpi:
        return KPIS[self.entry.kpi_key]


@dataclass(frozen=True, slots=True)
class Undone:
    """An entry that counts no more. `already` says that somebody had undone it before, and nothing changed now."""

    entry: Entry
    already: bool


@dataclass(frozen=True, slots=True)
class TargetSet:
    """A target as set: where it stands today, the value it replaced, and how it compares with the best period so far
    (`times` better than `best`; None where there is no history)."""

    progress: Progress
    replaced: Decimal | None
    best: Decimal | None
    times: Decimal | None


@dataclass(frozen=True, slots=True)
class PartFigure:
    """One row of a breakdown: a person or a period, and the KPI's figure there."""

    figure: Figure
    member: Member | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One KPI over a period: its line, its last weeks (oldest first), and its breakdown if one was asked for."""

    period: Period
    line: KpiLine
    weeks: tuple[PartFigure, ...]
    split: Split | None = None
    parts: tuple[PartFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class FormRow:
    """A KPI in the form, with the value this person logged last."""

    kpi: Kpi
    last: Decimal | None
