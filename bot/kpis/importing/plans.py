"""What an import would do, as values: shown before anything is recorded. How it comes about is in `planning`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.domain.errors import LineError
from bot.domain.kpis import Kpi
from bot.kpis.importing.columns import Layout
from bot.kpis.importing.days import DayOrder
from bot.kpis.importing.numbers import DecimalSign
from bot.spreadsheets import FormatFound


class Stage(StrEnum):
    """What long work is at."""

    READING = "reading"
    CHECKING = "checking"
    COMPARING = "comparing"
    RECORDING = "recording"


Tell = Callable[[Stage, int, int], None]
"""Told how far a stage is: done, of how many (0 where that is not known yet)."""


def quiet(_stage: Stage, _done: int, _whole: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who imports says beforehand: whose the lines without a member are (an id or a name), and how days
    and numbers are written where the file does not tell, or tells wrongly."""

    member: str = ""
    days: DayOrder | None = None
    sign: DecimalSign | None = None


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """One entry, understood; `line` is where it stands in the file. `source` identifies it, so that the same line is
    never recorded twice."""

    line: int
    on: date
    kpi_key: str
    value: Decimal
    member_id: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class OpenNumbers:
    """Numbers that can be read both ways, with nothing in the file to tell which: their lines, and the first one."""

    lines: tuple[int, ...]
    line: int
    text: str
    point: Decimal
    comma: Decimal


@dataclass(frozen=True, slots=True)
class Detected:
    """How the file was understood. `days` and `sign` are None where nothing depended on them; `days_are_proved` is
    False where the day was put first because nothing in the file tells."""

    format: FormatFound
    layout: Layout
    days: DayOrder | None
    days_are_proved: bool
    sign: DecimalSign | None


@dataclass(frozen=True, slots=True)
class KpiTotal:
    """What the lines of one KPI add up to."""

    kpi: Kpi
    count: int
    sum: Decimal


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file says and what importing it would do. It can be imported where `is_ready`.

    `known` are the sources recorded before; `changed` the lines among them that say something else by now (what was
    recorded stays); `twins` the new lines that repeat day, KPI, person and value of an entry from elsewhere; `rounded`
    counts numbers of a sheet that had more than four decimals. `errors` has the first error of every wrong line.
    """

    detected: Detected
    lines: tuple[ParsedLine, ...]
    errors: tuple[LineError, ...] = ()
    open_numbers: OpenNumbers | None = None
    totals: tuple[KpiTotal, ...] = ()
    known: frozenset[str] = frozenset()
    changed: tuple[int, ...] = ()
    twins: tuple[int, ...] = ()
    rounded: int = 0
    kpis: Mapping[str, Kpi] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return not self.errors and self.open_numbers is None

    @property
    def added(self) -> int:
        """How many entries are new."""
        return len(self.lines) - len(self.known)

    @property
    def new(self) -> tuple[ParsedLine, ...]:
        """The lines that are new."""
        return tuple(line for line in self.lines if line.source not in self.known)

    @property
    def first(self) -> date | None:
        """The first day there is a value for."""
        return min((line.on for line in self.lines), default=None)

    @property
    def last(self) -> date | None:
        return max((line.on for line in self.lines), default=None)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many entries were read, how many of them are new, and how many were known from an earlier import."""

    read: int
    added: int
    known: int
