"""Reading the periods people type, in English and Indonesian at once: "this week", "bulan lalu", "Q3", "sejak 1 sep".

The periods themselves and their arithmetic live in `calendar_periods` and are imported from here. Showing a period to
people does not belong here.
"""

import re
from datetime import date, timedelta
from difflib import get_close_matches

from bot.domain.calendar_periods import (
    Period,
    PeriodKind,
    before,
    comparable,
    containing,
    latest_week,
    through,
    whole_before,
    year_before,
)
from bot.domain.dates import EARLIEST_YEAR, LATEST_YEAR, AmbiguousDate, parse_date, parse_period_kind
from bot.domain.errors import DomainError
from bot.domain.words import COUNTS, MONTHS, shown, tidy

__all__ = ["Period", "PeriodKind", "before", "comparable", "containing", "parse_period", "through", "year_before"]

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}

_ENGLISH_NOUN = "(week|month|quarter|year)"
_INDONESIAN_NOUN = "(minggu|pekan|bulan|kuartal|triwulan|tahun)"
_THIS = re.compile(rf"(?:this|current) {_ENGLISH_NOUN}|{_INDONESIAN_NOUN} (?:ini|berjalan)|{_ENGLISH_NOUN} to date")
_TO_DATE = {"wtd": "week", "mtd": "month", "qtd": "quarter", "ytd": "year"}
_PREVIOUS = re.compile(rf"(?:last|previous) {_ENGLISH_NOUN}|{_INDONESIAN_NOUN} (?:(?:yang )?lalu|kemarin)")
_RECENT = re.compile(
    r"(?:the )?(?:last|past) ([0-9]{1,4}|[a-z]+) (day|week|month|quarter|year)s?"
    r"|([0-9]{1,4}|[a-z]+) (hari|minggu|pekan|bulan|kuartal|triwulan|tahun) (?:terakhir|belakangan(?: ini)?)"
    r"|se(hari|minggu|pekan|bulan|tahun) terakhir"
    r"|([0-9]{1,4}) (day|week|month|quarter|year|hari|minggu|pekan|bulan|kuartal|triwulan|tahun)s?"
)
_QUARTER = re.compile(r"(?:q|tw|quarter|kuartal|triwulan) ?([1-4]|iii|ii|iv|i)(?:[ /-]?([0-9]{4}))?")
_YEAR_QUARTER = re.compile(r"([0-9]{4})[ /-]?q([1-4])")
_HALF = re.compile(r"(?:semester|smt|half|h) ?([12]|ii|i)(?:[ /-]?([0-9]{4}))?")
_THIS_HALF = re.compile(r"(this|current|last|previous) semester|semester (ini|berjalan|(?:yang )?lalu)")
_WEEK_NUMBER = re.compile(r"(?:week|wk|w) ?([0-9]{1,2})(?:[ /-]([0-9]{4}))?")
_YEAR_WEEK = re.compile(r"([0-9]{4})[ -]?w([0-9]{1,2})")
_MONTH_NAME = re.compile(r"(?:bulan )?([a-z]+)\.?(?:[ -]?([0-9]{4}))?")
_YEAR_MONTH = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
_YEAR = re.compile(r"(?:tahun |year )?([0-9]{4})")
_FROM_TO = re.compile(
    r"(?:from |dari |sejak |tanggal |tgl )?(.+?) (?:to|until|till|through|sampai(?: dengan)?|hingga|s/d|sd|-|–|—) (.+)"
)
_BETWEEN = re.compile(r"(?:between|antara) (.+) (?:and|dan) (.+)")
_TIGHT = re.compile(r"([a-z0-9 ]+?)[–—]([a-z0-9 ]+)|([a-z]{3,9})-([a-z]{3,9}(?: [0-9]{4})?)")
_DAYS_OF_MONTH = re.compile(
    r"(?:from |dari |tanggal |tgl )?([0-9]{1,2}) ?(?:-|–|—|to|until|sampai|hingga|s/d|sd) ?"
    r"([0-9]{1,2}) ([a-z]+\.?(?: [0-9]{4})?)"
)
_SINCE = re.compile(r"(?:since|from|sejak|dari|mulai) (.+)")
_ENDS_IN_YEAR = re.compile(r".*\b([0-9]{4})")

_WORDS = (
    *("this", "current", "last", "previous", "past", "week", "weeks", "month", "months", "quarter", "quarters", "year"),
    *(
        "years",
        "days",
        "semester",
        "half",
        "since",
        "from",
        "until",
        "through",
        "today",
        "yesterday",
        "date",
        "between",
    ),
    *("minggu", "pekan", "bulan", "kuartal", "triwulan", "tahun", "hari", "lalu", "terakhir", "berjalan", "sejak"),
    *("dari", "sampai", "hingga", "mulai", "antara", "kemarin"),
    *(month for month in MONTHS if len(month) > 3),
)
_SHORTEST_MISTYPED = 3
_CLOSE = 0.75


def parse_period(words: str, today: date, language: str = "en") -> Period:
    """The period a person who writes `language` typed on their local date `today`.

    "This week" is the whole week, also its days to come. "Last 6 weeks" are the six whole weeks before this one, and so
    with months, quarters and years: CUSTOM, but a single one is what "last month" is. "Last 30 days" end today. A month
    or quarter without a year is the latest one that has begun. "Since" something runs from its first day until today,
    "1 sep to 15 sep" includes both; a year said at the end counts for both. "Week 42" is that of the ISO calendar, a
    semester half a calendar year. A single day of the calendar is a period too. DomainErrors: `dates.period_two_days`
    for "since 3/4", which is two days at once to an English reader, `dates.period_did_you_mean` for what is nearly a
    period, else `dates.period_unclear`.
    """
    wanted = tidy(words)
    found = _read(wanted, today, language)
    if found is not None:
        return found
    meant = _nearly(wanted, today, language)
    if meant:
        raise DomainError("dates.period_did_you_mean", text=shown(words), meant=meant)
    raise DomainError("dates.period_unclear", text=shown(words))


def _read(wanted: str, today: date, language: str) -> Period | None:
    try:
        found = _from_to(wanted, today, language) or _since(wanted, today, language) or _named(wanted, today, language)
    except (ValueError, OverflowError):  # the 13th month; days before the calendar begins
        return None
    if found is None or found.first.year < EARLIEST_YEAR or found.last.year > LATEST_YEAR:
        return None
    return found


def _nearly(wanted: str, today: date, language: str) -> str:
    """The period that is meant by words with a slip of the finger in them; "" where there is none."""
    meant = " ".join(_nearest(word) for word in wanted.split(" "))
    if meant == wanted:
        return ""
    try:
        return meant if _read(meant, today, language) else ""
    except DomainError:
        return ""


def _nearest(word: str) -> str:
    if len(word) < _SHORTEST_MISTYPED or not word.isalpha() or word in (*_WORDS, *MONTHS, *COUNTS):
        return word
    return next(iter(get_close_matches(word, _WORDS, n=1, cutoff=_CLOSE)), word)


def _from_to(wanted: str, today: date, language: str) -> Period | None:
    days = _DAYS_OF_MONTH.fullmatch(wanted)
    if days:
        return _between(f"{days[1]} {days[3]}", f"{days[2]} {days[3]}", today, language)
    found = _BETWEEN.fullmatch(wanted) or _FROM_TO.fullmatch(wanted)
    tight = _TIGHT.fullmatch(wanted)
    if found:
        return _between(found[1], found[2], today, language)
    return _between((tight[1] or tight[3]).strip(), (tight[2] or tight[4]).strip(), today, language) if tight else None


def _between(begins: str, ends: str, today: date, language: str) -> Period | None:
    """From the first day of one period to the last of another. Where only the end says a year, the beginning is the
    last such before it; where neither does and the latest end lies before the beginning, it is that of the same
    year ("1 Sep to 15 Dec" in November)."""
    end = _named(ends, today, language)
    beginning = _named(begins, today, language)
    if beginning is None or end is None:
        return None
    year = _ENDS_IN_YEAR.fullmatch(ends)
    if year and not re.search(r"[0-9]{4}", begins):
        dated = [_named(f"{begins} {number}", today, language) for number in (int(year[1]), int(year[1]) - 1)]
        beginning = next((each for each in dated if each and each.first <= end.last), beginning)
    elif end.last < beginning.first and not year:
        end = _of_calendar(ends, date(beginning.first.year, 12, 31), language) or end
    return Period(beginning.first, end.last, PeriodKind.CUSTOM)


def _since(wanted: str, today: date, language: str) -> Period | None:
    found = _SINCE.fullmatch(wanted)
    beginning = _named(found[1], today, language) if found else None
    return Period(beginning.first, today, PeriodKind.CUSTOM) if beginning else None


def _named(wanted: str, today: date, language: str) -> Period | None:
    return _around_today(wanted, today) or _recent(wanted, today) or _of_calendar(wanted, today, language)


def _of_calendar(wanted: str, today: date, language: str) -> Period | None:
    """What has a name in the calendar; without a year the latest that has begun by `today`."""
    return (
        _quarter(wanted, today)
        or _half_year(wanted, today)
        or _numbered_week(wanted, today)
        or _month_or_year(wanted, today)
        or _single_day(wanted, today, language)
    )


def _around_today(wanted: str, today: date) -> Period | None:
    if wanted in ("today", "hari ini"):
        return containing(today, PeriodKind.DAY)
    if wanted in ("yesterday", "kemarin"):
        return before(containing(today, PeriodKind.DAY))
    this = _THIS.fullmatch(wanted)
    if this or wanted in _TO_DATE:
        return containing(today, _kind(_TO_DATE.get(wanted) or (this and (this[1] or this[2] or this[3])) or ""))
    previous = _PREVIOUS.fullmatch(wanted)
    return before(containing(today, _kind(previous[1] or previous[2]))) if previous else None


def _kind(noun: str) -> PeriodKind:
    kind = parse_period_kind(noun)
    assert kind is not None, f"the patterns above name a period that parse_period_kind does not know: {noun}"
    return kind


def _recent(wanted: str, today: date) -> Period | None:
    """ "Last 6 weeks", "6 minggu terakhir", "sebulan terakhir": so many whole ones, as a week that has just begun would
    hide what the others say; of days so many that end today."""
    found = _RECENT.fullmatch(wanted)
    if not found:
        return None
    count = found[1] or found[3] or found[6] or "one"
    number = int(count) if count.isdecimal() else COUNTS.get(count, 0)
    kind = _kind(found[2] or found[4] or found[5] or found[7])
    if number == 0:
        return None
    if kind is PeriodKind.DAY:
        return Period(today - timedelta(days=number - 1), today, PeriodKind.CUSTOM)
    return whole_before(today, kind, number)


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


def _half_year(wanted: str, today: date) -> Period | None:
    """A semester of the calendar year: January to June, or July to December."""
    around, named = _THIS_HALF.fullmatch(wanted), _HALF.fullmatch(wanted)
    if around:
        is_this = (around[1] or around[2]) in ("this", "current", "ini", "berjalan")
        half = _half_of(today)
        return half if is_this else _half_of(half.first - timedelta(days=1))
    if not named:
        return None
    month = 1 if named[1] in ("1", "i") else 7
    return _half_of(_beginning_in(month, named[2], today, PeriodKind.MONTH).first)


def _half_of(day: date) -> Period:
    if day.month <= 6:
        return Period(date(day.year, 1, 1), date(day.year, 6, 30), PeriodKind.CUSTOM)
    return Period(date(day.year, 7, 1), date(day.year, 12, 31), PeriodKind.CUSTOM)


def _numbered_week(wanted: str, today: date) -> Period | None:
    """A week by its number in the ISO calendar; without a year the latest that has begun. ValueError for the 54th, and
    for the 53rd of a year that has none."""
    year_first, found = _YEAR_WEEK.fullmatch(wanted), _WEEK_NUMBER.fullmatch(wanted)
    if year_first:
        return containing(date.fromisocalendar(int(year_first[1]), int(year_first[2]), 1), PeriodKind.WEEK)
    if not found:
        return None
    if found[2]:
        return containing(date.fromisocalendar(int(found[2]), int(found[1]), 1), PeriodKind.WEEK)
    return latest_week(int(found[1]), today)


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


def _single_day(wanted: str, today: date, language: str) -> Period | None:
    """A day of the calendar: it has a number in it and is not told from today ("2 weeks ago" could be a week). Raises
    DomainError `dates.period_two_days` for one that can honestly be two."""
    if not any(sign.isdecimal() for sign in wanted) or wanted.endswith((" ago", " lalu")):
        return None
    try:
        day = parse_date(wanted, today, language, days_ahead=0)
    except DomainError:
        return None
    if isinstance(day, AmbiguousDate):
        first, other = day.readings
        raise DomainError("dates.period_two_days", text=shown(wanted), first=first, other=other)
    return containing(day, PeriodKind.DAY)
