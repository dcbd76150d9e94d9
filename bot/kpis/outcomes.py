"""What services and readings give to the views: plain values. How they come about is in `service` and `reading`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from bot.domain.entries import Entry
from bot.domain.kpis import Kpi
from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine
from bot.kpis.grammar import LogRequest

IMPORTED = "import"
"""Who logged what came from a file on the command line: nobody in Slack."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A recorded value, and where its KPI stands in the value's week. `owner_id` says whose numbers `line` are ("" for
    everybody's)."""

    entry: Entry
    week: Period
    line: KpiLine
    owner_id: str

    @property
    def kpi(self) -> Kpi:
        return self.line.kpi


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """A value that was typed, and the entry in which the same person said the same a short while ago. Nothing was
    recorded."""

    before: Entry
    request: LogRequest


@dataclass(frozen=True, slots=True)
class Corrected:
    """An entry that counts no more, and the one that stands for it."""

    before: Entry
    after: Entry


class AskedValue(Protocol):
    """A KPI value that its owner is asked for: on which date of its schedule, and for which period."""

    @property
    def kpi(self) -> Kpi: ...

    @property
    def on(self) -> date: ...

    @property
    def period(self) -> Period: ...


@dataclass(frozen=True, slots=True)
class Undone:
    """An entry that counts no more. `already` says that it did not before, and nothing changed now; `restored` is the
    value that counts again, where a correction was undone."""

    entry: Entry
    already: bool
    restored: Entry | None = None


@dataclass(frozen=True, slots=True)
class FormRow:
    """A KPI in the form, with the value this person logged last."""

    kpi: Kpi
    last: Decimal | None
