"""Reading from when to when somebody is away, as they type it: "24/12 5/1", "24 dec to 2 jan", "senin jumat". Pure: no
storage, no answer to anybody."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bot.domain.dates import AmbiguousDate, parse_date, parse_weekday
from bot.domain.errors import DomainError
from bot.domain.words import shown

DAYS_AHEAD = 364
"""A day without a year is one of the coming year."""
_TO = frozenset({"to", "till", "until", "through", "sampai", "hingga", "s/d", "sd", "-", "–", "—"})
_WEEK = 7


def read_days(words: str, today: date, language: str) -> tuple[date, date]:
    """The first day and the last, one and the same where a single day is said. They are days to come; only the first
    may be over, where the last is not: somebody who is away already. `today` is the person's.

    Raises DomainError `dates.date_unclear`, `checkins.day_ambiguous`."""
    whole = _day(words, today, language, DAYS_AHEAD)
    if whole is not None:
        return whole, whole
    for begins, ends in _halves(words.split()):
        found = _between(begins, ends, today, language)
        if found is not None:
            return found
    raise DomainError("dates.date_unclear", text=shown(words))


def read_noted(words: str, today: date, language: str) -> Sequence[tuple[date, date | None]]:
    """The days away that words may mean which were noted before, the likeliest first: by their first day, and by their
    last where that is said. Raises as `read_days`."""
    first, last = read_days(words, today, language)
    if _day(words, today, language, DAYS_AHEAD) is None:
        return [(first, last)]
    begun = _day(words, today, language, 0)  # away since then
    return [(day, None) for day in dict.fromkeys((first, begun or first))]


def _halves(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where one day may end and the other begin."""
    for place in range(1, len(words)):
        begins, ends = words[:place], words[place:]
        if ends[0].casefold() in _TO:
            ends = ends[1:]
        if ends:
            yield " ".join(begins), " ".join(ends)


def _between(begins: str, ends: str, today: date, language: str) -> tuple[date, date] | None:
    """Both days, None where one of the texts names none."""
    weekday = parse_weekday(begins)
    first = _next(weekday, today) if weekday is not None else None
    last = _day(ends, first or today, language, DAYS_AHEAD)
    if last is None:
        return None
    first = first or _day(begins, today, language, max((last - today).days, 0))
    return None if first is None else (first, last)


def _day(text: str, today: date, language: str, days_ahead: int) -> date | None:
    """The day, the latest such not further ahead; of weekdays the next one. None where the text names none."""
    weekday = parse_weekday(text)
    if weekday is not None:
        return _next(weekday, today)
    try:
        day = parse_date(shown(text), today, language, days_ahead=days_ahead)
    except DomainError:
        return None
    if isinstance(day, AmbiguousDate):
        raise DomainError("checkins.day_ambiguous", text=shown(text), example=today.isoformat())
    return day


def _next(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % _WEEK)
