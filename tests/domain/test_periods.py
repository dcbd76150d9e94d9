"""Periods tile the calendar; people name them in English and Indonesian at once."""

from datetime import date, timedelta

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DomainError
from bot.domain.periods import (
    Period,
    PeriodKind,
    before,
    comparable,
    containing,
    parse_period,
    through,
    year_before,
)

TODAY = date(2026, 11, 18)  # a Wednesday
WORDS = [
    "last",
    "this",
    "since",
    "sejak",
    "3",
    "9999",
    "minggu",
    "weeks",
    "bulan",
    "terakhir",
    "lalu",
    "ini",
    "q3",
    "sep",
    "to",
    "-",
    "1-15",
    "semester",
    "week",
    "2026",
    "antara",
    "dan",
    "lats",
]
ONE_DAY = timedelta(days=1)
CALENDAR_KINDS = [kind for kind in PeriodKind if kind is not PeriodKind.CUSTOM]

days = st.dates(date(1975, 1, 1), date(2190, 12, 31))
kinds = st.sampled_from(CALENDAR_KINDS)
customs = st.builds(
    lambda first, more: Period(first, first + timedelta(more), PeriodKind.CUSTOM), days, st.integers(0, 800)
)
calendar_periods = st.builds(containing, days, kinds)
any_period = st.one_of(customs, calendar_periods)


def attempt(words, today):
    try:
        return parse_period(words, today)
    except DomainError as refusal:
        return refusal


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (PeriodKind.DAY, date(2026, 11, 18), date(2026, 11, 18)),
        (PeriodKind.WEEK, date(2026, 11, 16), date(2026, 11, 22)),
        (PeriodKind.MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        (PeriodKind.QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
        (PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_period_a_day_lies_in(kind, first, last):
    assert containing(TODAY, kind) == Period(first, last, kind)


def test_months_end_where_the_calendar_says():
    assert containing(date(2028, 2, 3), PeriodKind.MONTH).last == date(2028, 2, 29)
    assert containing(date(2026, 2, 3), PeriodKind.MONTH).last == date(2026, 2, 28)
    assert containing(date.max, PeriodKind.YEAR).last == date.max


@given(days, kinds)
def test_periods_tile_the_calendar(day, kind):
    period = containing(day, kind)
    assert period.contains(day)
    assert all(containing(other, kind) == period for other in (period.first, period.last))
    after = containing(period.last + ONE_DAY, kind)
    assert after.first == period.last + ONE_DAY
    assert before(after) == period


@given(any_period)
def test_the_period_before_is_adjacent_and_of_the_same_kind(period):
    earlier = before(period)
    assert earlier.last + ONE_DAY == period.first
    assert earlier.kind is period.kind
    if period.kind is PeriodKind.CUSTOM:
        assert earlier.days == period.days


@given(any_period)
def test_its_days_are_counted_and_listed_both_ends_included(period):
    listed = list(period.each_day())
    assert (len(listed), listed[0], listed[-1]) == (period.days, period.first, period.last)
    assert all(map(period.contains, listed))
    assert not period.contains(period.first - ONE_DAY)
    assert not period.contains(period.last + ONE_DAY)


@given(any_period, kinds)
def test_a_period_splits_into_others_without_gap_or_overlap(period, kind):
    pieces = list(period.split(kind))
    assert [day for piece in pieces for day in piece.each_day()] == list(period.each_day())
    assert all(piece == containing(piece.first, kind) for piece in pieces if piece.kind is kind)
    assert all(piece.kind in (kind, PeriodKind.CUSTOM) for piece in pieces)
    assert all(piece.kind is kind for piece in pieces[1:-1])


def test_a_month_by_week_is_cut_at_its_ends():
    pieces = list(containing(date(2026, 10, 15), PeriodKind.MONTH).split(PeriodKind.WEEK))
    assert [piece.days for piece in pieces] == [4, 7, 7, 7, 6]
    assert pieces[0].kind is PeriodKind.CUSTOM
    assert pieces[1].kind is PeriodKind.WEEK


def test_cutting_at_a_day():
    week = containing(TODAY, PeriodKind.WEEK)
    assert through(week, TODAY) == Period(week.first, TODAY, PeriodKind.CUSTOM)
    assert through(week, week.last) == through(week, week.last + ONE_DAY) == week
    with pytest.raises(ValueError):
        through(week, week.first - ONE_DAY)


def test_a_running_period_compares_with_as_many_leading_days_of_the_one_before():
    week = containing(TODAY, PeriodKind.WEEK)
    assert comparable(week, TODAY) == Period(date(2026, 11, 9), date(2026, 11, 11), PeriodKind.CUSTOM)
    march = containing(date(2026, 3, 1), PeriodKind.MONTH)
    assert comparable(march, date(2026, 3, 30)) == containing(date(2026, 2, 1), PeriodKind.MONTH)
    with pytest.raises(ValueError):
        comparable(week, week.first - ONE_DAY)


def test_a_period_that_is_over_compares_with_the_whole_one_before():
    november = containing(TODAY, PeriodKind.MONTH)
    for day in (date(2026, 11, 30), date(2027, 3, 1)):
        assert comparable(november, day) == containing(date(2026, 10, 1), PeriodKind.MONTH)
    assert comparable(november, date(2026, 11, 29)).last == date(2026, 10, 29)


@given(any_period, st.integers(0, 900))
def test_what_is_compared_never_reaches_into_the_period_itself(period, later):
    found = comparable(period, period.first + timedelta(later))
    assert found.first == before(period).first
    assert found.last < period.first


def test_impossible_periods_are_refused():
    with pytest.raises(ValueError):
        Period(TODAY, TODAY - ONE_DAY, PeriodKind.CUSTOM)
    with pytest.raises(ValueError):
        containing(TODAY, PeriodKind.CUSTOM)
    with pytest.raises(ValueError):
        list(containing(TODAY, PeriodKind.WEEK).split(PeriodKind.CUSTOM))


NOUNS = {
    PeriodKind.WEEK: ("week", "minggu", "pekan"),
    PeriodKind.MONTH: ("month", "bulan"),
    PeriodKind.QUARTER: ("quarter", "kuartal", "triwulan"),
    PeriodKind.YEAR: ("year", "tahun"),
}


@pytest.mark.parametrize(("kind", "noun"), [(kind, noun) for kind, nouns in NOUNS.items() for noun in nouns])
def test_this_and_last_of_every_noun_in_its_language(kind, noun):
    english = noun == NOUNS[kind][0]
    this = [f"this {noun}", f"current {noun}"] if english else [f"{noun} ini", f"{noun.upper()} INI"]
    last = [f"last {noun}", f"previous {noun}"] if english else [f"{noun} lalu", f"{noun} yang lalu", f"{noun} kemarin"]
    for words in this:
        assert parse_period(words, TODAY) == containing(TODAY, kind)
    for words in last:
        assert parse_period(words, TODAY) == before(containing(TODAY, kind))


@pytest.mark.parametrize(("words", "day"), [("today", 18), ("hari ini", 18), ("yesterday", 17), ("kemarin", 17)])
def test_single_days_told_from_today(words, day):
    assert parse_period(words, TODAY) == containing(date(2026, 11, day), PeriodKind.DAY)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("last 6 weeks", date(2026, 10, 5), date(2026, 11, 15)),
        ("6 minggu terakhir", date(2026, 10, 5), date(2026, 11, 15)),
        ("past six weeks", date(2026, 10, 5), date(2026, 11, 15)),
        ("enam pekan terakhir", date(2026, 10, 5), date(2026, 11, 15)),
        ("6 weeks", date(2026, 10, 5), date(2026, 11, 15)),
        ("last 3 months", date(2026, 8, 1), date(2026, 10, 31)),
        ("3 bulan terakhir", date(2026, 8, 1), date(2026, 10, 31)),
        ("last 12 months", date(2025, 11, 1), date(2026, 10, 31)),
        ("last 2 quarters", date(2026, 4, 1), date(2026, 9, 30)),
        ("2 triwulan terakhir", date(2026, 4, 1), date(2026, 9, 30)),
        ("last 2 years", date(2024, 1, 1), date(2025, 12, 31)),
        ("dua tahun terakhir", date(2024, 1, 1), date(2025, 12, 31)),
    ],
)
def test_so_many_weeks_or_months_are_whole_ones_up_to_the_last_complete_one(words, first, last):
    assert parse_period(words, TODAY) == Period(first, last, PeriodKind.CUSTOM)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("last 1 week", PeriodKind.WEEK),
        ("seminggu terakhir", PeriodKind.WEEK),
        ("last one month", PeriodKind.MONTH),
        ("sebulan terakhir", PeriodKind.MONTH),
        ("last 1 quarter", PeriodKind.QUARTER),
        ("setahun terakhir", PeriodKind.YEAR),
    ],
)
def test_the_last_single_one_is_what_the_last_week_or_month_is(words, kind):
    assert parse_period(words, TODAY) == before(containing(TODAY, kind))


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("last 7 days", date(2026, 11, 12)),
        ("7 hari terakhir", date(2026, 11, 12)),
        ("last 30 days", date(2026, 10, 20)),
        ("last 1 day", TODAY),
    ],
)
def test_so_many_days_end_today(words, first):
    assert parse_period(words, TODAY) == Period(first, TODAY, PeriodKind.CUSTOM)


@pytest.mark.parametrize("day", [date(2026, 11, 16), date(2026, 11, 18), date(2026, 11, 22)])
def test_which_weeks_they_are_is_the_same_on_every_day_of_a_week(day):
    assert parse_period("last 6 weeks", day) == parse_period("last 6 weeks", TODAY)
    assert parse_period("last 6 weeks", day + timedelta(days=7)).last == day + timedelta(days=6 - day.weekday())


def test_months_back_across_a_new_year_keep_to_the_calendar():
    assert parse_period("last 2 months", date(2026, 3, 31)).first == date(2026, 1, 1)
    assert parse_period("last 3 months", date(2026, 1, 31)).first == date(2025, 10, 1)
    assert parse_period("last 5 quarters", date(2026, 1, 1)).first == date(2024, 10, 1)


@pytest.mark.parametrize(
    ("words", "kind", "first"),
    [
        ("2026-10", PeriodKind.MONTH, date(2026, 10, 1)),
        ("2027-02", PeriodKind.MONTH, date(2027, 2, 1)),
        ("2025", PeriodKind.YEAR, date(2025, 1, 1)),
        ("tahun 2025", PeriodKind.YEAR, date(2025, 1, 1)),
        ("Q3", PeriodKind.QUARTER, date(2026, 7, 1)),
        ("q4", PeriodKind.QUARTER, date(2026, 10, 1)),
        ("Q3 2025", PeriodKind.QUARTER, date(2025, 7, 1)),
        ("2025-Q3", PeriodKind.QUARTER, date(2025, 7, 1)),
        ("kuartal 2", PeriodKind.QUARTER, date(2026, 4, 1)),
        ("triwulan III 2025", PeriodKind.QUARTER, date(2025, 7, 1)),
        ("TW IV", PeriodKind.QUARTER, date(2026, 10, 1)),
        ("october", PeriodKind.MONTH, date(2026, 10, 1)),
        ("bulan oktober", PeriodKind.MONTH, date(2026, 10, 1)),
        ("november", PeriodKind.MONTH, date(2026, 11, 1)),
        ("desember", PeriodKind.MONTH, date(2025, 12, 1)),
        ("Mei 2024", PeriodKind.MONTH, date(2024, 5, 1)),
        ("20 nov 2025", PeriodKind.DAY, date(2025, 11, 20)),
        ("20 nov", PeriodKind.DAY, date(2025, 11, 20)),
        ("2026-11-20", PeriodKind.DAY, date(2026, 11, 20)),
    ],
)
def test_named_periods_without_a_year_are_the_latest_begun(words, kind, first):
    assert parse_period(words, TODAY) == containing(first, kind)


def test_a_quarter_yet_to_begin_this_year_is_last_years():
    assert parse_period("Q3", date(2026, 6, 30)).first == date(2025, 7, 1)
    assert parse_period("Q3", date(2026, 7, 1)).first == date(2026, 7, 1)


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_month_is_understood_as_the_languages_calendar_names_it(language):
    for width in ("wide", "abbreviated"):
        for month, name in get_month_names(width, locale=language).items():
            assert parse_period(f"{name} 2025", TODAY) == containing(date(2025, month, 1), PeriodKind.MONTH)
            assert parse_period(name, TODAY) == containing(date(2026 - (month == 12), month, 1), PeriodKind.MONTH)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("since 1 sep", date(2026, 9, 1), TODAY),
        ("sejak 1 sep", date(2026, 9, 1), TODAY),
        ("Sejak 1 September 2025", date(2025, 9, 1), TODAY),
        ("since 1 dec", date(2025, 12, 1), TODAY),
        ("since september", date(2026, 9, 1), TODAY),
        ("sejak bulan lalu", date(2026, 10, 1), TODAY),
        ("since Q3", date(2026, 7, 1), TODAY),
        ("since 2026-11-18", TODAY, TODAY),
        ("1 sep to 15 sep", date(2026, 9, 1), date(2026, 9, 15)),
        ("dari 1 sep sampai 15 okt", date(2026, 9, 1), date(2026, 10, 15)),
        ("1 sep s/d 15 sep", date(2026, 9, 1), date(2026, 9, 15)),
        ("from october 2025 to march 2026", date(2025, 10, 1), date(2026, 3, 31)),
    ],
)
def test_from_one_day_until_another_or_today(words, first, last):
    assert parse_period(words, TODAY) == Period(first, last, PeriodKind.CUSTOM)


@pytest.mark.parametrize(
    "words",
    [
        "", " ", "x", "week", "minggu", "last", "next week", "ini minggu", "last 0 weeks",
        "0 minggu terakhir", "last 9999 years",
        "last many weeks", "Q5", "q0", "triwulan v", "2026-13", "2026-00", "1969", "2200", "0000",
        "9999-12", "week 0", "week 54", "semester 3", "h3", "5 - 7", "1-15", "0-3 oct", "30-31 feb",
        "since", "since 2027", "since tomorrow", "31 feb", "15 sep to 1 sep", "1 sep to", "2 weeks ago",
        "2 minggu lalu", "２０２６",
        "today\x00", "1" * 65, "this week please", "mon", "oktober oktober", "sehari", "per week",
    ],
)  # fmt: skip
def test_anything_else_is_no_period(words):
    with pytest.raises(DomainError) as caught:
        parse_period(words, TODAY)
    assert caught.value.key == "dates.period_unclear"
    assert caught.value.values == {"text": words.strip()}


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("1-15 oct", date(2026, 10, 1), date(2026, 10, 15)),
        ("1 - 15 okt 2025", date(2025, 10, 1), date(2025, 10, 15)),
        ("1 sd 15 oktober", date(2026, 10, 1), date(2026, 10, 15)),
        ("tanggal 1 sampai 15 okt", date(2026, 10, 1), date(2026, 10, 15)),
        ("1 sep - 15 okt", date(2026, 9, 1), date(2026, 10, 15)),
        ("1 sep – 15 okt", date(2026, 9, 1), date(2026, 10, 15)),
        ("1 sep–15 okt", date(2026, 9, 1), date(2026, 10, 15)),
        ("2026-09-01 - 2026-10-15", date(2026, 9, 1), date(2026, 10, 15)),
        ("between 1 sep and 15 oct", date(2026, 9, 1), date(2026, 10, 15)),
        ("antara 1 sep dan 15 okt", date(2026, 9, 1), date(2026, 10, 15)),
        ("sep-okt", date(2026, 9, 1), date(2026, 10, 31)),
        ("jan - mar 2025", date(2025, 1, 1), date(2025, 3, 31)),
        ("Q2 to Q3", date(2026, 4, 1), date(2026, 9, 30)),
        ("15 dec - 10 jan", date(2025, 12, 15), date(2026, 1, 10)),
        ("15 dec - 10 jan 2026", date(2025, 12, 15), date(2026, 1, 10)),
        ("1 sep to 15 dec", date(2026, 9, 1), date(2026, 12, 15)),
        ("semester 1", date(2026, 1, 1), date(2026, 6, 30)),
        ("semester II 2025", date(2025, 7, 1), date(2025, 12, 31)),
        ("H1 2025", date(2025, 1, 1), date(2025, 6, 30)),
        ("semester ini", date(2026, 7, 1), date(2026, 12, 31)),
        ("last semester", date(2026, 1, 1), date(2026, 6, 30)),
        ("semester lalu", date(2026, 1, 1), date(2026, 6, 30)),
    ],
)
def test_runs_of_days(words, first, last):
    assert parse_period(words, TODAY) == Period(first, last, PeriodKind.CUSTOM)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PeriodKind.YEAR, ("ytd", "year to date", "tahun berjalan")),
        (PeriodKind.QUARTER, ("qtd", "quarter to date", "kuartal berjalan", "triwulan berjalan")),
        (PeriodKind.MONTH, ("mtd", "Month to date", "bulan berjalan")),
        (PeriodKind.WEEK, ("wtd", "week to date", "minggu berjalan")),
    ],
)
def test_to_date_is_the_running_period(kind, words):
    assert {parse_period(each, TODAY) for each in words} == {containing(TODAY, kind)}


@pytest.mark.parametrize(
    ("words", "monday"),
    [
        ("week 42", date(2026, 10, 12)),
        ("W42 2025", date(2025, 10, 13)),
        ("2026-W01", date(2025, 12, 29)),
        ("week 50", date(2025, 12, 8)),
        ("week 53 2020", date(2020, 12, 28)),
    ],
)
def test_weeks_by_their_number(words, monday):
    assert parse_period(words, TODAY) == containing(monday, PeriodKind.WEEK)


@pytest.mark.parametrize("today", [date(2027, 1, 3), date(2027, 1, 10), date(2030, 7, 1)])
def test_the_53rd_week_is_the_latest_there_was(today):
    """2026 has 53 weeks, and 2027 to 2031 have 52."""
    assert parse_period("week 53", today).first == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("lats week", "last week"),
        ("bulan lau", "bulan lalu"),
        ("oktobr 2026", "oktober 2026"),
        ("sicne 1 sep", "since 1 sep"),
        ("6 mingu terakhir", "6 minggu terakhir"),
    ],
)
def test_a_slip_of_the_finger_is_asked_about(words, meant):
    refusal = attempt(words, TODAY)
    assert isinstance(refusal, DomainError)
    assert (refusal.key, refusal.values) == ("dates.period_did_you_mean", {"text": words, "meant": meant})
    assert isinstance(parse_period(meant, TODAY), Period)


@pytest.mark.parametrize("words", ["3/4", "since 3/4", "3/4 - 20 oct", "20 jan to 3/4"])
def test_a_day_that_can_be_two_is_asked_about_unless_the_language_says_which(words):
    refusal = attempt(words, TODAY)
    assert isinstance(refusal, DomainError)
    assert refusal.key == "dates.period_two_days"
    assert {refusal.values["first"], refusal.values["other"]} == {date(2026, 4, 3), date(2026, 3, 4)}
    period = parse_period(words, TODAY, "id")
    assert date(2026, 4, 3) in (period.first, period.last)


COUNTED = {
    "day": ("last {} days", "past {} days", "{} hari terakhir", "{} days", "{} hari"),
    "week": (
        "last {} weeks",
        "the last {} weeks",
        "{} minggu terakhir",
        "{} pekan terakhir",
        "{} minggu belakangan ini",
    ),
    "month": ("last {} months", "{} bulan terakhir", "{} bulan"),
    "quarter": ("last {} quarters", "{} kuartal terakhir", "{} triwulan terakhir"),
    "year": ("last {} years", "{} tahun terakhir"),
}


@given(st.data(), st.dates(date(1990, 1, 1), date(2190, 12, 31)))
def test_the_last_so_many_of_anything_are_that_many_and_end_before_the_running_one(data, today):
    kind = data.draw(st.sampled_from([PeriodKind(name) for name in COUNTED]))
    phrase = data.draw(st.sampled_from(COUNTED[kind]))
    count = data.draw(st.integers(1, 15))
    period = parse_period(phrase.format(count), today)
    assert [each.kind for each in period.split(kind)] == [kind] * count
    assert period.last == (today if kind is PeriodKind.DAY else before(containing(today, kind)).last)


SAID = (
    "q3", "q3 2025", "tw2", "semester 1", "h2", "week 42", "w7 2025", "october", "mei 2024", "2025", "2026-10",
    "this month", "bulan lalu", "ytd", "since q1", "sejak 1 feb", "1-15 oct", "1 sep - 15 okt", "jan-mar",
    "antara 1 jan dan 3 feb 2024", "yesterday", "20 nov", "semester lalu", "tahun berjalan", "15 dec - 10 jan",
)  # fmt: skip


@given(st.sampled_from(SAID), st.dates(date(1990, 1, 1), date(2190, 12, 31)))
def test_what_is_said_without_a_year_has_begun_on_any_day_of_the_calendar(words, today):
    period = attempt(words, today)
    if isinstance(period, DomainError):  # week 53, or the 29th of a February that has none
        return
    assert period.first <= period.last
    if not any(year in words for year in ("2024", "2025", "2026")):
        assert period.first <= today


class TestAYearBefore:
    @pytest.mark.parametrize(
        ("period", "then"),
        [
            (containing(date(2026, 10, 5), PeriodKind.MONTH), containing(date(2025, 10, 1), PeriodKind.MONTH)),
            (containing(date(2025, 2, 5), PeriodKind.MONTH), containing(date(2024, 2, 1), PeriodKind.MONTH)),
            (containing(date(2026, 8, 5), PeriodKind.QUARTER), containing(date(2025, 7, 1), PeriodKind.QUARTER)),
            (containing(date(2026, 8, 5), PeriodKind.YEAR), containing(date(2025, 7, 1), PeriodKind.YEAR)),
            (containing(date(2024, 2, 29), PeriodKind.DAY), containing(date(2023, 2, 28), PeriodKind.DAY)),
            (containing(TODAY, PeriodKind.WEEK), containing(date(2025, 11, 17), PeriodKind.WEEK)),
            (containing(date(2020, 12, 30), PeriodKind.WEEK), containing(date(2019, 12, 23), PeriodKind.WEEK)),
            (
                Period(date(2024, 2, 29), date(2024, 3, 5), PeriodKind.CUSTOM),
                Period(date(2023, 2, 28), date(2023, 3, 5), PeriodKind.CUSTOM),
            ),
        ],
    )
    def test_it_is_the_same_of_the_calendar(self, period, then):
        assert year_before(period) == then

    @given(any_period)
    def test_it_is_of_the_same_kind_and_nearly_as_long(self, period):
        then = year_before(period)
        assert then.kind is period.kind
        assert abs(then.days - period.days) <= 1
        assert 357 <= (period.first - then.first).days <= 371


@given(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet="0123456789-/q ", max_size=12),
        st.lists(st.sampled_from(WORDS)).map(" ".join),
    ),
    st.dates(),
)
def test_any_text_is_one_period_or_a_refusal(words, today):
    period = attempt(words, today)
    if isinstance(period, DomainError):
        assert period.key in ("dates.period_unclear", "dates.period_did_you_mean", "dates.period_two_days")
        return
    assert period.first <= period.last
    assert 1970 <= period.first.year <= period.last.year <= 2199
    if period.kind is not PeriodKind.CUSTOM:
        assert period == containing(period.first, period.kind)
