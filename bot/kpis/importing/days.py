"""How the days of a file are written. Whether 3/4 is in March or April is decided by all days of the file together: a
25 in the first place proves it. Where nothing proves it the day comes first, and that is said.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.dates import EARLIEST_YEAR, LATEST_YEAR
from bot.domain.words import MONTHS, ORDINAL_ENDINGS, WEEKDAYS, tidy
from bot.spreadsheets import Cell


class DayOrder(StrEnum):
    """Which of day and month comes first in 3/4/2026."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True, slots=True)
class EitherDay:
    """A day in numbers, read both ways; None where the calendar has no such day."""

    day_first: date | None
    month_first: date | None

    def by(self, order: DayOrder) -> date | None:
        return self.day_first if order is DayOrder.DAY_FIRST else self.month_first

    @property
    def proves(self) -> DayOrder | None:
        """The only order in which it is a day."""
        if self.day_first and self.month_first:
            return None
        return DayOrder.DAY_FIRST if self.day_first else DayOrder.MONTH_FIRST


ReadDay = date | EitherDay | None

_TIME = re.compile(
    r"[ t,]+[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)? ?(?:[ap]m)?(?:z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_DAY_MONTH = re.compile(
    rf"([0-9]{{1,2}})(?:{'|'.join(ORDINAL_ENDINGS)})?[ -/]?([a-z]+)\.?,?[ -/]?([0-9]{{4}}|[0-9]{{2}})"
)
_MONTH_DAY = re.compile(rf"([a-z]+)\.?[ -]?([0-9]{{1,2}})(?:{'|'.join(ORDINAL_ENDINGS)})?,?[ -]([0-9]{{4}})")


def read_day(cell: Cell) -> ReadDay:
    """The day in a cell, with its year always: files are read again later, when "yesterday" is another day. A time of
    the day beside it is left out. None where it is no day."""
    if isinstance(cell, date):
        return cell if EARLIEST_YEAR <= cell.year <= LATEST_YEAR else None
    if not isinstance(cell, str):
        return None
    text = _TIME.sub("", tidy(cell))
    before, _, rest = text.partition(" ")
    if before.rstrip(",.") in WEEKDAYS:
        text = rest
    numeric = _NUMERIC.fullmatch(text)
    if numeric is None:
        return _plain_day(text)
    first, second, year = int(numeric[1]), int(numeric[3]), _year(numeric[4])
    day_first = _day(year, second, first)
    if numeric[2] == "." or first == second:  # nobody writes the month first with points
        return day_first
    either = EitherDay(day_first, _day(year, first, second))
    return either if either.day_first or either.month_first else None


def _plain_day(text: str) -> date | None:
    """A day that can be read in one way only: 2026-11-20, 20 Nov 2026, Nov 20, 2026."""
    if iso := _ISO.fullmatch(text):
        return _day(int(iso[1]), int(iso[3]), int(iso[4]))
    if (found := _DAY_MONTH.fullmatch(text)) and found[2] in MONTHS:
        return _day(_year(found[3]), MONTHS[found[2]], int(found[1]))
    if (found := _MONTH_DAY.fullmatch(text)) and found[1] in MONTHS:
        return _day(_year(found[3]), MONTHS[found[1]], int(found[2]))
    return None


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _day(year: int, month: int, day: int) -> date | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What lines prove of an order, by the first line and its text for each. `is_asked` where any day can be read both
    ways, or proves something: without such days there is nothing to decide."""

    day_first: tuple[int, str] | None
    month_first: tuple[int, str] | None
    is_asked: bool

    @property
    def contradicts_itself(self) -> bool:
        return self.day_first is not None and self.month_first is not None

    @property
    def order(self) -> DayOrder | None:
        """The order that is proved, if one is."""
        if self.day_first:
            return DayOrder.DAY_FIRST
        return DayOrder.MONTH_FIRST if self.month_first else None


def evidence_of(days: Iterable[tuple[int, str, ReadDay]]) -> Evidence:
    """What the days of a file (line, text, reading) prove together."""
    first: dict[DayOrder, tuple[int, str]] = {}
    is_asked = False
    for line, text, day in days:
        if isinstance(day, EitherDay):
            is_asked = True
            if day.proves:
                first.setdefault(day.proves, (line, text))
    return Evidence(first.get(DayOrder.DAY_FIRST), first.get(DayOrder.MONTH_FIRST), is_asked)
