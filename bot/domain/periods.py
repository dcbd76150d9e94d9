"""Reading the periods people type, in English and Indonesian at once: "this week", "bulan lalu", "Q3", "sejak 1 sep".

The periods themselves and their arithmetic live in `calendar_periods` and are imported from here. Showing a period to
people does not belong here.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from bot.domain.calendar_periods import Period, PeriodKind, before, comparable, containing, through
from bot.domain.dates import EARLIEST_YEAR, LATEST_YEAR, AmbiguousDate, parse_date, parse_period_kind
from bot.domain.errors import DomainError
from bot.domain.words import COUNTS, MONTHS, shown, tidy

__all__ = ["Period", "PeriodKind", "before", "comparable", "containing", "parse_period", "through"]

_MONTHS_IN = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}

_ENGLISH_NOUN = "(week|month|quarter|year)"
_INDONESIAN_NOUN = "(minggu|pekan|bulan|kuartal|triwulan|tahun)"
_THIS = re.compile(rf"(?:this|current) {_ENGLISH_NOUN}|{_INDONESIAN_NOUN} ini")
_PREVIOUS = re.compile(rf"(?:last|previous) {_ENGLISH_NOUN}|{_INDONESIAN_NOUN} (?:(?:yang )?lalu|kemarin)")
_RECENT = re.compile(
    r"(?:the )?(?:last|past) ([0-9]{1,4}|[a-z]+) (day|week|month|quarter|year)s?"
    r"|([0-9]{1,4}|[a-z]+) (hari|minggu|pekan|bulan|kuartal|triwulan|tahun) (?:terakhir|belakangan(?: ini)?)"
    r"|se(hari|minggu|pekan|bulan|tahun) terakhir"
)
_QUARTER = re.compile(r"(?:q|tw|quarter|kuartal|triwulan) ?([1-4]|iii|ii|iv|i)(?:[ /-]?([0-9]{4}))?")
_YEAR_QUARTER = re.compile(r"([0-9]{4})[ /-]?q([1-4])")
_MONTH_NAME = re.compile(r"(?:bulan )?([a-z]+)\.?(?:[ -]?([0-9]{4}))?")
_YEAR_MONTH = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
_YEAR = re.compile(r"(?:tahun |year )?([0-9]{4})")
_FROM_TO = re.compile(r"(?:from |dari |sejak )?(.+) (?:to|until|till|through|sampai|hingga|s/d) (.+)")
_SINCE = re.compile(r"(?:since|from|sejak|dari|mulai) (.+)")


def parse_period(words: str, today: date) -> Period:
    """The period a person typed on their local date `today`.

    "This week" is the whole week, also its days to come. "Last 6 weeks" are the 42 days that end today, "last 3 months"
    run from the day after this date three months ago; both are CUSTOM. A month or quarter without a year is the latest
    one that has begun. "Since" something runs from its first day until today, "1 sep to 15 sep" includes both. A single
    day of the calendar is a period too. DomainError `dates.period_unclear` for anything else, also for "since 3/4",
    which is two days at once.
    """
    wanted = tidy(words)
    try:
        found = _from_to(wanted, today) or _since(wanted, today) or _named(wanted, today)
    except (ValueError, OverflowError):  # the 13th month; days before the calendar begins
        found = None
    if found is None or found.first.year < EARLIEST_YEAR or found.last.year > LATEST_YEAR:
        raise DomainError("dates.period_unclear", text=shown(words))
    return found


def _from_to(wanted: str, today: date) -> Period | None:
    found = _FROM_TO.fullmatch(wanted)
    beginning, end = (_named(found[1], today), _named(found[2], today)) if found else (None, None)
    return Period(beginning.first, end.last, PeriodKind.CUSTOM) if beginning and end else None


def _since(wanted: str, today: date) -> Period | None:
    found = _SINCE.fullmatch(wanted)
    beginning = _named(found[1], today) if found else None
    return Period(beginning.first, today, PeriodKind.CUSTOM) if beginning else None


def _named(wanted: str, today: date) -> Period | None:
    return (
        _around_today(wanted, today)
        or _recent(wanted, today)
        or _quarter(wanted, today)
        or _month_or_year(wanted, today)
        or _single_day(wanted, today)
    )


def _around_today(wanted: str, today: date) -> Period | None:
    if wanted in ("today", "hari ini"):
        return containing(today, PeriodKind.DAY)
    if wanted in ("yesterday", "kemarin"):
        return before(containing(today, PeriodKind.DAY))
    this = _THIS.fullmatch(wanted)
    if this:
        return containing(today, _kind(this[1] or this[2]))
    previous = _PREVIOUS.fullmatch(wanted)
    return before(containing(today, _kind(previous[1] or previous[2]))) if previous else None


def _kind(noun: str) -> PeriodKind:
    kind = parse_period_kind(noun)
    assert kind is not None, f"the patterns above name a period that parse_period_kind does not know: {noun}"
    return kind


def _recent(wanted: str, today: date) -> Period | None:
    """ "Last 6 weeks", "6 minggu terakhir", "sebulan terakhir": so many, ending today."""
    found = _RECENT.fullmatch(wanted)
    if not found:
        return None
    count = found[1] or found[3] or "one"
    number = int(count) if count.isdecimal() else COUNTS.get(count, 0)
    kind = _kind(found[2] or found[4] or found[5])
    if number == 0:
        return None
    if kind in _MONTHS_IN:
        first = _months_back(today, number * _MONTHS_IN[kind]) + timedelta(days=1)
    else:
        first = today - timedelta(days=number * (7 if kind is PeriodKind.WEEK else 1) - 1)
    return Period(first, today, PeriodKind.CUSTOM)


def _months_back(day: date, months: int) -> date:
    """The same day of the month so many months ago; the month's last day where it is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def _quarter(wanted: str, today: date) -> Period | None:
    year_first = _YEAR_QUARTER.fullmatch(wanted)
    found = _QUARTER.fullmatch(wanted)
    if year_first:
        year, quarter = year_first[1], int(year_first[2])
    elif found:
        year, quarter = found[2], _ROMAN.get(found[1]) or int(found[1])
    else:
        return None
    return _beginning_in(quarter * 3 - 2, year, today, PeriodKind.QUARTER)


def _month_or_year(wanted: str, today: date) -> Period | None:
    named = _MONTH_NAME.fullmatch(wanted)
    if named and named[1] in MONTHS:
        return _beginning_in(MONTHS[named[1]], named[2], today, PeriodKind.MONTH)
    numeric = _YEAR_MONTH.fullmatch(wanted)
    if numeric:
        return _beginning_in(int(numeric[2]), numeric[1], today, PeriodKind.MONTH)
    year = _YEAR.fullmatch(wanted)
    return _beginning_in(1, year[1], today, PeriodKind.YEAR) if year else None


def _beginning_in(month: int, year: str | None, today: date, kind: PeriodKind) -> Period:
    """The period that begins in a month; without a year, the latest that has begun by today."""
    if year:
        return containing(date(int(year), month, 1), kind)
    return containing(date(today.year if month <= today.month else today.year - 1, month, 1), kind)


def _single_day(wanted: str, today: date) -> Period | None:
    """A day of the calendar: it has a number in it and is not told from today ("2 weeks ago" could be a week)."""
    if not any(sign.isdecimal() for sign in wanted) or wanted.endswith((" ago", " lalu")):
        return None
    try:
        day = parse_date(wanted, today, "en", days_ahead=0)
    except DomainError:
        return None
    return None if isinstance(day, AmbiguousDate) else containing(day, PeriodKind.DAY)
