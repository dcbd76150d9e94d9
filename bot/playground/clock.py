"""The playground's clock: real time plus an offset that a person or a test can change. No waiting for the bot here."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LATEST: Final = 10_000_000_000
"""Epoch second from which message timestamps would have one digit more, and no longer sort as text."""
_WHEN = re.compile(r"^(?:(?:next\s+)?(?P<day>[a-z]+)\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})$")


class ClockError(ValueError):
    """The clock was asked for something it does not do, in words for a person."""


class Clock:
    """Real time plus an offset. `version` grows with every move, so that a follower can wait for the next one."""

    def __init__(self, now: datetime | None = None, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self.offset_seconds = 0.0 if now is None else now.timestamp() - real()
        self.version = 1
        self._moved = asyncio.Event()

    def timestamp(self) -> float:
        """Seconds since the epoch on this clock."""
        return self._real() + self.offset_seconds

    def now(self) -> datetime:
        """The moment on this clock, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def as_json(self) -> dict[str, Any]:
        """What `/control/clock` answers."""
        return {"now": self.now().isoformat(), "offset_seconds": self.offset_seconds, "version": self.version}

    def move_to(self, moment: datetime, allow_back: bool = False) -> None:
        """Sets the clock to an aware moment; raises ClockError for an earlier one unless `allow_back`."""
        self._shift(moment.timestamp() - self.timestamp(), allow_back)

    def advance(self, seconds: float, allow_back: bool = False) -> None:
        """Moves the clock by seconds; raises ClockError for a negative number unless `allow_back`."""
        self._shift(seconds, allow_back)

    def _shift(self, seconds: float, allow_back: bool) -> None:
        if seconds < 0 and not allow_back:
            raise ClockError("the clock does not go back without allow_back")
        if not 0 <= self.timestamp() + seconds < LATEST:  # also false for NaN
            raise ClockError("the clock goes from 1970 to 2286")
        self.offset_seconds += seconds
        self.version += 1
        self._wake()

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def release_waiters(self) -> None:
        """Lets every waiting follower go, as when the server stops."""
        self._wake()

    async def wait_for_move(self, since: int, seconds: float) -> None:
        """Returns at once when the version is not `since`, else at the next move or after `seconds` of real time."""
        if self.version != since:
            return
        try:
            await asyncio.wait_for(self._moved.wait(), seconds)
        except TimeoutError:
            return


def moment_named(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The first moment after `now` that `text` names in `zone`, in UTC.

    Understands `HH:MM`, `today HH:MM`, `tomorrow HH:MM`, `monday HH:MM` and `next monday HH:MM`; the last two mean the
    same: the first such moment still ahead. A wall-clock time skipped by daylight saving moves forward by the gap.
    Raises ClockError for anything else, and for a `today` that is over.
    """
    found = _WHEN.match(text.strip().lower())
    if found is None or int(found["hour"]) > 23 or int(found["minute"]) > 59:
        raise ClockError(f"not a moment: {text!r}; try 'next monday 09:00', 'tomorrow 09:00' or '09:00'")
    local = now.astimezone(zone)
    day = found["day"]
    hour, minute = int(found["hour"]), int(found["minute"])
    for days in _days_ahead(day, local.date()):
        moment = _at(local.date() + timedelta(days=days), hour, minute, zone)
        if moment > now:
            return moment
    raise ClockError(f"{text!r} is already over")


def _days_ahead(day: str | None, today: date) -> tuple[int, ...]:
    if day is None:
        return (0, 1)
    if day in ("today", "tomorrow"):
        return (("today", "tomorrow").index(day),)
    if day not in WEEKDAYS:
        raise ClockError(f"not a day: {day!r}")
    ahead = (WEEKDAYS.index(day) - today.weekday()) % 7
    return (ahead, ahead + 7)


def _at(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    return wall.astimezone(UTC)
