"""Reading the days, times and rhythms people type, in every language at once: "20/11", "jumat lalu", "jam 9".

Periods ("this month", "Q3") belong to `periods`; when something is due belongs to `schedules`. `today` is the person's
own local date, always an argument.
"""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.domain.calendar_periods import PeriodKind
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence
from bot.domain.words import (
    CONVENTIONS,
    COUNTS,
    DAYS_FROM_TODAY,
    EVERY,
    MONTHS,
    ORDINAL_ENDINGS,
    PARTS_OF_DAY,
    PER,
    WEEKDAYS,
    shown,
    tidy,
)

EARLIEST_YEAR = 1970
LATEST_YEAR = 2199
"""Years outside of these are slips of the finger, and no calendar arithmetic runs off its end within them."""
DAYS_AHEAD = 31
"""A day without a year may be this far ahead; else it was the year before."""

_ORDINAL = rf"(?:{'|'.join(ORDINAL_ENDINGS)})?"
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_NUMERIC = re.compile(r"([0-9]{1,2})/([0-9]{1,2})|([0-9]{1,2})([-/.])([0-9]{1,2})\4([0-9]{4}|[0-9]{2})")
_DAY_MONTH = re.compile(rf"([0-9]{{1,2}}){_ORDINAL}[ -]?([a-z]+)\.?(?:,? |-)?([0-9]{{4}})?")
_MONTH_DAY = re.compile(rf"([a-z]+)\.?[ -]?([0-9]{{1,2}}){_ORDINAL}(?:(?:,? |,)([0-9]{{4}}))?")
_AGO = re.compile(r"(?:([0-9]{1,4}|[a-z]+) )?(days?|hari|weeks?|minggu|seminggu|sehari) (?:ago|lalu|yang lalu)")
_LAST_WEEKDAY = re.compile(r"last (.+)|(.+?) (?:yang )?lalu")
_TIME = re.compile(
    r"(?P<prefix>jam |pukul |at )?(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?"
    r"(?: ?(?P<half>[ap])\.?m\.?| (?P<part>[a-z]+))?"
)
_EVERY = rf"(?:{'|'.join((*EVERY, *PER))}) "
_SUNDAY_OR_WEEK = "minggu"

_CADENCES: dict[Cadence, str] = {
    Cadence.ONCE: r"once|one time|just once|sekali|satu kali|sekali saja",
    Cadence.DAILY: rf"daily|harian|once a day|(?:sekali )?sehari(?: sekali)?|{_EVERY}hari|(?:{_EVERY})?day",
    Cadence.WEEKLY: rf"weekly|mingguan|once a week|(?:sekali )?seminggu(?: sekali)?"
    rf"|{_EVERY}(?:minggu|pekan)|(?:{_EVERY})?week",
    Cadence.TWO_WEEKS: rf"fortnightly|(?:2|two)[ -]?weekly|(?:{_EVERY})?(?:(?:2|two) weeks|other week)"
    rf"|(?:2|dua|dwi)[ -]?mingguan|(?:{_EVERY})?(?:2|dua) minggu(?: sekali)?|two_weeks",
    Cadence.MONTHLY: rf"monthly|bulanan|once a month|(?:sekali )?sebulan(?: sekali)?|(?:{_EVERY})?(?:month|bulan)",
    Cadence.QUARTERLY: rf"quarterly|triwulanan|kuartalan|(?:3|tiga|tri)[ -]?bulanan"
    rf"|(?:{_EVERY})?(?:quarter|kuartal|triwulan|(?:3|three) months|(?:3|tiga) bulan(?: sekali)?)",
}
_PERIOD_KINDS: dict[PeriodKind, str] = {
    PeriodKind.DAY: "days?|daily|hari|harian|sehari",
    PeriodKind.WEEK: "weeks?|weekly|minggu|mingguan|seminggu|pekan|sepekan",
    PeriodKind.MONTH: "months?|monthly|bulan|bulanan|sebulan",
    PeriodKind.QUARTER: "quarters?|quarterly|kuartal|kuartalan|triwulan|triwulanan",
    PeriodKind.YEAR: "years?|yearly|annually|tahun|tahunan|setahun",
}


@dataclass(frozen=True, slots=True)
class AmbiguousDate:
    """A text like "3/4" that can honestly mean two different days: as day/month, and as month/day."""

    readings: tuple[date, date]


def parse_date(text: str, today: date, language: str, *, days_ahead: int = DAYS_AHEAD) -> date | AmbiguousDate:
    """The day a person who writes `language` typed on their local date `today`.

    Without a year it is the latest such day not after `today` + `days_ahead`. A weekday is the latest one not after
    today, "last friday" the one before today. DomainError `dates.date_unclear` for anything else, for days the
    calendar lacks and for years outside EARLIEST_YEAR..LATEST_YEAR.
    """
    wanted = tidy(text)
    try:
        found = _spoken_day(wanted, today) or _written_day(wanted, today + timedelta(days=days_ahead), language)
    except (ValueError, OverflowError):  # the 31st of February; days before the calendar begins
        found = None
    if found is None:
        raise DomainError("dates.date_unclear", text=shown(text))
    days = found.readings if isinstance(found, AmbiguousDate) else (found,)
    if not all(EARLIEST_YEAR <= day.year <= LATEST_YEAR for day in days):
        raise DomainError("dates.date_unclear", text=shown(text))
    return found


def parse_weekday(text: str) -> int | None:
    """The weekday a text names, 0 for Monday; None if it names none. "minggu" alone is Sunday."""
    return WEEKDAYS.get(tidy(text).removeprefix("hari ").removesuffix("."))


def parse_time(text: str) -> time | None:
    """The wall-clock time a text names; None if it names none. A bare hour needs a word beside it: "jam 9", "9am"."""
    found = _TIME.fullmatch(tidy(text))
    if not found:
        return None
    minute = int(found["minute"] or 0)
    bare = not (found["minute"] or found["prefix"] or found["half"] or found["part"])
    hour = _hour(int(found["hour"]), found["half"], found["part"])
    if bare or hour is None or hour > 23 or minute > 59:
        return None
    return time(hour, minute)


def parse_cadence(text: str) -> Cadence | None:
    """How often, as typed; None if the text says nothing of it. "minggu" alone is not weekly: it is also Sunday."""
    wanted = tidy(text)
    return next((cadence for cadence, words in _CADENCES.items() if re.fullmatch(words, wanted)), None)


def parse_period_kind(text: str) -> PeriodKind | None:
    """The period of a target as typed after its number ("per minggu", "month"); None if the text names none."""
    wanted = re.sub(rf"^{_EVERY}", "", tidy(text))
    return next((kind for kind, words in _PERIOD_KINDS.items() if re.fullmatch(words, wanted)), None)


def _spoken_day(wanted: str, today: date) -> date | None:
    """Days told from today: "kemarin", "fri", "last fri", "2 hari lalu"."""
    if wanted in DAYS_FROM_TODAY:
        return today + timedelta(days=DAYS_FROM_TODAY[wanted])
    weekday = parse_weekday(wanted)
    if weekday is not None:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    return _days_ago(wanted, today) or _last_weekday(wanted, today)


def _days_ago(wanted: str, today: date) -> date | None:
    """ "2 weeks ago", "seminggu yang lalu". Not "minggu lalu": that is last week, and no day of it."""
    found = _AGO.fullmatch(wanted)
    if not found:
        return None
    count, unit = found.groups()
    if bool(count) == unit.startswith("se"):
        return None
    number = int(count) if count and count.isdecimal() else COUNTS.get(count or "one")
    if not number:
        return None
    return today - timedelta(days=number * (7 if "week" in unit or "minggu" in unit else 1))


def _last_weekday(wanted: str, today: date) -> date | None:
    found = _LAST_WEEKDAY.fullmatch(wanted)
    name = (found[1] or found[2]) if found else _SUNDAY_OR_WEEK
    weekday = None if name == _SUNDAY_OR_WEEK else parse_weekday(name)
    if weekday is None:
        return None
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def _written_day(wanted: str, latest: date, language: str) -> date | AmbiguousDate | None:
    """Days of the calendar: "2026-11-20", "20/11", "20 nov 2026", "Nov 20"."""
    iso = _ISO.fullmatch(wanted)
    if iso:
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    numeric = _NUMERIC.fullmatch(wanted)
    if numeric:
        first, second = int(numeric[1] or numeric[3]), int(numeric[2] or numeric[5])
        return _numeric_day(first, second, numeric[6] or "", latest, language)
    day_month = _DAY_MONTH.fullmatch(wanted)
    if day_month and day_month[2] in MONTHS:
        return _dated(int(day_month[1]), MONTHS[day_month[2]], day_month[3], latest)
    month_day = _MONTH_DAY.fullmatch(wanted)
    if month_day and month_day[1] in MONTHS:
        return _dated(int(month_day[2]), MONTHS[month_day[1]], month_day[3], latest)
    return None


def _numeric_day(first: int, second: int, year: str, latest: date, language: str) -> date | AmbiguousDate:
    """Day first where the month cannot be, or where the language leaves no doubt; else both ways are asked about."""
    full_year = f"20{year}" if len(year) == 2 else year
    if second > 12:
        return _dated(second, first, full_year, latest)
    day_first = _dated(first, second, full_year, latest)
    if first > 12 or first == second or CONVENTIONS[language].day_first:
        return day_first
    return AmbiguousDate((day_first, _dated(second, first, full_year, latest)))


def _dated(day: int, month: int, year: str | None, latest: date) -> date:
    """ValueError where the calendar has no such day. Without a year, the latest such day not after `latest`."""
    if year:
        return date(int(year), month, day)
    date(2000, month, day)  # a leap year: refuses what no year has
    for past in range(9):  # at most eight years lie between two leap days
        try:
            candidate = date(latest.year - past, month, day)
        except ValueError:
            continue
        if candidate <= latest:
            return candidate
    raise ValueError("no such day before the calendar begins")


def _hour(hour: int, half: str | None, part: str | None) -> int | None:
    """The hour of 24 from an hour with "am"/"pm" or a part of the day ("sore"), None where they contradict."""
    if half:
        return hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else None
    if part:
        covered = PARTS_OF_DAY.get(part, range(0))
        return next((later % 24 for later in (hour, hour + 12, hour + 24) if later in covered), None)
    return hour
