"""A workspace's own days off as people write them: one day or range a line. Pure."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from bot.domain.dates import AmbiguousDate, parse_date
from bot.domain.errors import DomainError
from bot.domain.words import shown

LONGEST_RANGE = timedelta(days=366)
MOST_DAYS = 1000
DAYS_AHEAD = 366

_BETWEEN = re.compile(r"\s+(?:-|–|—|to|until|sampai|hingga|s/d)\s+|\s*[–—]\s*|\s*\.\.+\s*", re.IGNORECASE)
_ONE_DAY = timedelta(days=1)


def parse_days_off(text: str, today: date, language: str) -> frozenset[date]:
    """The days in a text: "2026-12-24", "24 Dec 2026 - 31 Dec 2026", one of them a line. Without a year it is the next
    such day.

    DomainErrors with the line (`line`, from 1) and its `text`: `kpis.rights.day_unclear`, `kpis.rights.day_two_ways`
    with the ISO form, `kpis.rights.range_wrong` for one that ends before it begins or is longer than a year; and
    `kpis.rights.too_many_days`.
    """
    found: set[date] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            found |= _days_in(line.strip(), number, today, language)
    if len(found) > MOST_DAYS:
        raise DomainError("kpis.rights.too_many_days", most=MOST_DAYS)
    return frozenset(found)


def _days_in(line: str, number: int, today: date, language: str) -> set[date]:
    ends = _BETWEEN.split(line)
    if len(ends) > 2:
        raise DomainError("kpis.rights.day_unclear", line=number, text=shown(line))
    first, last = (_day(end, line, number, today, language) for end in (ends[0], ends[-1]))
    if last < first or last - first > LONGEST_RANGE:
        raise DomainError("kpis.rights.range_wrong", line=number, text=shown(line))
    return {first + each * _ONE_DAY for each in range((last - first).days + 1)}


def _day(text: str, line: str, number: int, today: date, language: str) -> date:
    try:
        day = parse_date(text, today, language, days_ahead=DAYS_AHEAD)
    except DomainError:
        raise DomainError("kpis.rights.day_unclear", line=number, text=shown(line)) from None
    if isinstance(day, AmbiguousDate):
        iso = day.readings[0].isoformat()
        raise DomainError("kpis.rights.day_two_ways", line=number, text=shown(line), iso=iso)
    return day


def runs_of(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days as runs, both ends included, in order."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == _ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def written(days: Iterable[date]) -> str:
    """Days as the form shows them: `parse_days_off` reads them again."""
    return "\n".join(
        first.isoformat() if first == last else f"{first.isoformat()} - {last.isoformat()}"
        for first, last in runs_of(days)
    )
