"""What people chose in a form, as Slack sends it: days, times and numbers. What no form of ours offers is stale. What a
button or form carries is read in `bot.slack.ids`.
"""

from collections.abc import Container
from datetime import date, time

from bot.domain.errors import DomainError

YEARS = range(1900, 2200)
LONGEST_NUMBER = 10


def chosen_day(text: str) -> date | None:
    """The day of a date picker; None where none was chosen. Raises DomainError("core.stale") for what is no day, or one
    from which nobody could count on: Slack lets nobody choose that."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise DomainError("core.stale") from None
    if day is not None and day.year not in YEARS:
        raise DomainError("core.stale")
    return day


def chosen_time(text: str, otherwise: time) -> time:
    """The time of a time picker, `otherwise` where none was chosen. Raises DomainError("core.stale") for what is no
    time."""
    if not text:
        return otherwise
    try:
        chosen = time.fromisoformat(text)
    except ValueError:
        raise DomainError("core.stale") from None
    if chosen.tzinfo is not None:
        raise DomainError("core.stale")
    return chosen


def chosen_number(text: str, among: Container[int], otherwise: int) -> int:
    """The number that an option stands for, `otherwise` where none was chosen. Raises DomainError("core.stale") for
    what is none `among` those offered."""
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER and int(text) in among):
        raise DomainError("core.stale")
    return int(text)
