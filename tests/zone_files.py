"""Time zones read without `zoneinfo`: TZif files as RFC 8536 lays them down, their closing POSIX rule included, and the
instants that RFC 5545 section 3.3.5 gives a wall-clock time. The reference that schedules are compared with.

All seconds are integers since 1970: UTC ones, or "wall" ones, which count as if the wall clock showed UTC.
"""

import re
import struct
import zoneinfo
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

DAY = 86400
FIRST_YEAR, LAST_YEAR = 1999, 2038
_OFFSET = re.compile(r"([+-]?)(\d{1,3})(?::(\d\d))?(?::(\d\d))?")
_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_TIME = r"[+-]?\d{1,3}(?::\d\d){0,2}"
_RULE = re.compile(rf"{_NAME}({_TIME})(?:{_NAME}({_TIME})?,([^,]+),([^,]+))?")


@dataclass(frozen=True)
class Change:
    """A change of the offset: when (UTC), and the offsets before and after it."""

    at: int
    before: int
    after: int


@dataclass(frozen=True)
class Zone:
    """A zone from 1999 to 2038: its first offset and its changes."""

    first: int
    changes: tuple[Change, ...]

    def instant(self, wall: int) -> int | None:
        """The UTC second of a wall second: the first in an overlap; in a gap, what the offset before it says; None on
        a date that a gap swallowed whole."""
        near = bisect_right(self.changes, wall - 2 * DAY, key=lambda change: change.at)
        known = self.first if near == 0 else self.changes[near - 1].after
        for change in self.changes[near:]:
            if wall - known < change.at:
                break  # this offset is in force then
            if wall - change.after < change.at:  # behind the offset before, ahead of the one after: a gap
                midnight = wall - wall % DAY
                swallowed = midnight >= change.at + change.before and midnight + DAY <= change.at + change.after
                return None if swallowed else wall - change.before
            known = change.after
        return wall - known

    def wall(self, second: int) -> int:
        """What the wall clock shows at a UTC second."""
        near = bisect_right(self.changes, second, key=lambda change: change.at)
        return second + (self.first if near == 0 else self.changes[near - 1].after)


def all_zones() -> list[str]:
    """Every zone of the tz database, links included, sorted."""
    return sorted((files("tzdata") / "zones").read_text().split())


@cache
def zone(name: str) -> Zone:
    """A zone from the file that `zoneinfo` takes it from: the system's, else the tzdata wheel's."""
    for folder in zoneinfo.TZPATH:
        path = Path(folder) / name
        if path.is_file():
            return _read(path.read_bytes())
    return _read((files("tzdata") / "zoneinfo" / name).read_bytes())


def wall_of(day: date, at: time) -> int:
    """A date and a time of day as a wall second."""
    return int(datetime.combine(day, at, UTC).timestamp())


@cache
def _read(data: bytes) -> Zone:
    counts = struct.unpack(">4sc15x6l", data[:44])
    assert counts[0] == b"TZif"
    assert counts[1] >= b"2"
    start = 44 + _size(counts[2:], 4)
    isutc, isstd, leaps, number, kinds, letters = struct.unpack(">20x6l", data[start : start + 44])
    at = start + 44
    moments = struct.unpack(f">{number}q", data[at : at + 8 * number])
    which = data[at + 8 * number : at + 9 * number]
    types = at + 9 * number
    offsets = [struct.unpack(">l", data[types + 6 * n : types + 6 * n + 4])[0] for n in range(kinds)]
    closing = data[start + 44 + _size((isutc, isstd, leaps, number, kinds, letters), 8) :].decode().strip()
    known = [(moment, offsets[kind]) for moment, kind in zip(moments, which, strict=True)]
    last = known[-1][0] if known else -(2**62)
    return _zone(offsets[0], known + [each for each in _by_rule(closing) if each[0] > last])


def _size(counts: tuple[int, ...], width: int) -> int:
    isutc, isstd, leaps, number, kinds, letters = counts
    return number * (width + 1) + kinds * 6 + letters + leaps * (width + 4) + isstd + isutc


def _zone(first: int, known: list[tuple[int, int]]) -> Zone:
    since, until = _second(FIRST_YEAR), _second(LAST_YEAR + 1)
    first = next((offset for moment, offset in reversed(known) if moment <= since), first)
    steps = [(since, first), *((moment, offset) for moment, offset in known if since < moment < until)]
    return Zone(first, tuple(Change(b[0], a[1], b[1]) for a, b in _real(steps)))


def _real(steps: list[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Those steps at which the offset, and not only its name, changes."""
    return [(before, after) for before, after in pairwise(steps) if before[1] != after[1]]


def _by_rule(closing: str) -> list[tuple[int, int]]:
    """The changes that a POSIX rule ("EST5EDT,M3.2.0,M11.1.0") makes in each year, in order; one without changes is in
    force from the beginning."""
    found = _RULE.fullmatch(closing)
    if found is None:
        assert closing == "", closing
        return []
    standard = -_seconds(found[1])
    if found[3] is None:
        return [(-(2**62) + 1, standard)]
    summer = -_seconds(found[2]) if found[2] else standard + 3600
    years = range(FIRST_YEAR - 1, LAST_YEAR + 2)
    begins = [(_when(found[3], year) - standard, summer) for year in years]
    ends = [(_when(found[4], year) - summer, standard) for year in years]
    return sorted(begins + ends)


def _when(rule: str, year: int) -> int:
    """The wall second of "M3.2.0/2" (the second Sunday of March at 02:00) or "J60" in a year."""
    day, _, at = rule.partition("/")
    clock = _seconds(at) if at else 7200
    if day.startswith("J"):  # 1 to 365; never 29 February
        leaps = _is_leap(year) and int(day[1:]) >= 60
        return _second(year) + (int(day[1:]) - 1 + leaps) * DAY + clock
    if not day.startswith("M"):
        return _second(year) + int(day) * DAY + clock
    month, week, weekday = (int(part) for part in day[1:].split("."))
    first = date(year, month, 1)
    ordinal = first.toordinal() + (weekday - first.isoweekday() % 7) % 7 + (week - 1) * 7
    following = date(year + month // 12, month % 12 + 1, 1).toordinal()
    while ordinal >= following:
        ordinal -= 7
    return (ordinal - date(1970, 1, 1).toordinal()) * DAY + clock


def _seconds(text: str) -> int:
    found = _OFFSET.fullmatch(text)
    assert found is not None, text
    amount = int(found[2]) * 3600 + int(found[3] or 0) * 60 + int(found[4] or 0)
    return -amount if found[1] == "-" else amount


def _second(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
