"""Days, times and rhythms as people type them, in English and Indonesian at once."""

from datetime import date, time, timedelta
from time import perf_counter

import pytest
from babel.dates import format_date, get_day_names, get_month_names
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar_periods import PeriodKind
from bot.domain.dates import (
    AmbiguousDate,
    parse_cadence,
    parse_date,
    parse_period_kind,
    parse_time,
    parse_weekday,
)
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence
from bot.domain.words import CONVENTIONS

LANGUAGES = tuple(CONVENTIONS)
TODAY = date(2026, 11, 18)  # a Wednesday


def attempt(text, today, language):
    try:
        return parse_date(text, today, language)
    except DomainError as refusal:
        return refusal


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026/1/2", date(2026, 1, 2)),
        ("20/11", date(2026, 11, 20)),
        ("11/20", date(2026, 11, 20)),
        ("20/11/2026", date(2026, 11, 20)),
        ("20-11-2026", date(2026, 11, 20)),
        ("20.11.2026", date(2026, 11, 20)),
        ("20/11/25", date(2025, 11, 20)),
        ("11/11", date(2026, 11, 11)),
        ("20 nov", date(2026, 11, 20)),
        ("20nov", date(2026, 11, 20)),
        ("nov 20", date(2026, 11, 20)),
        ("Nov 20, 2025", date(2025, 11, 20)),
        ("20 November 2026", date(2026, 11, 20)),
        ("20-Nov-2026", date(2026, 11, 20)),
        ("20th November", date(2026, 11, 20)),
        ("17 Agustus 2026", date(2026, 8, 17)),
        ("1 Okt", date(2026, 10, 1)),
        ("3 mei", date(2026, 5, 3)),
        ("today", TODAY),
        ("  Hari   Ini ", TODAY),
        ("yesterday", date(2026, 11, 17)),
        ("kemarin", date(2026, 11, 17)),
        ("kemarin lusa", date(2026, 11, 16)),
        ("day before yesterday", date(2026, 11, 16)),
        ("tomorrow", date(2026, 11, 19)),
        ("besok", date(2026, 11, 19)),
        ("lusa", date(2026, 11, 20)),
        ("wed", TODAY),
        ("rabu", TODAY),
        ("tuesday", date(2026, 11, 17)),
        ("selasa", date(2026, 11, 17)),
        ("thu", date(2026, 11, 12)),
        ("hari kamis", date(2026, 11, 12)),
        ("minggu", date(2026, 11, 15)),
        ("last fri", date(2026, 11, 13)),
        ("jumat lalu", date(2026, 11, 13)),
        ("Jum’at yang lalu", date(2026, 11, 13)),
        ("last wednesday", date(2026, 11, 11)),
        ("rabu lalu", date(2026, 11, 11)),
        ("hari minggu lalu", date(2026, 11, 15)),
        ("2 days ago", date(2026, 11, 16)),
        ("2 hari lalu", date(2026, 11, 16)),
        ("dua hari yang lalu", date(2026, 11, 16)),
        ("a week ago", date(2026, 11, 11)),
        ("seminggu lalu", date(2026, 11, 11)),
        ("2 minggu lalu", date(2026, 11, 4)),
    ],
)
def test_a_day_with_one_honest_reading_means_the_same_in_every_language(text, day, language):
    assert parse_date(text, TODAY, language) == day


def test_a_day_and_month_that_could_be_swapped_is_asked_in_english_and_day_first_in_indonesian():
    assert parse_date("3/4", TODAY, "en") == AmbiguousDate((date(2026, 4, 3), date(2026, 3, 4)))
    assert parse_date("3/4/2026", TODAY, "en") == AmbiguousDate((date(2026, 4, 3), date(2026, 3, 4)))
    assert parse_date("3/4", TODAY, "id") == date(2026, 4, 3)
    assert parse_date("3/4/2026", TODAY, "id") == date(2026, 4, 3)


def test_each_way_of_reading_a_swappable_day_finds_its_own_year():
    assert parse_date("12/1", date(2026, 12, 15), "en") == AmbiguousDate((date(2027, 1, 12), date(2026, 12, 1)))


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("19 dec", TODAY, date(2026, 12, 19)),
        ("20 dec", TODAY, date(2025, 12, 20)),
        ("5 jan", date(2026, 12, 20), date(2027, 1, 5)),
        ("31 dec", date(2026, 1, 2), date(2025, 12, 31)),
        ("29 feb", date(2026, 6, 1), date(2024, 2, 29)),
        ("29/2", date(2103, 6, 1), date(2096, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_latest_one_up_to_a_month_ahead(text, today, day):
    assert parse_date(text, today, "id") == day


def test_how_far_ahead_such_a_day_may_be_is_the_callers_choice():
    assert parse_date("19 nov", TODAY, "en", days_ahead=0) == date(2025, 11, 19)
    assert parse_date("18 nov", TODAY, "en", days_ahead=0) == TODAY


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "x", "20", "2026", "31/2", "30 feb", "29 feb 2025", "0/5", "5/0", "13/13", "32 jan",
        "2026-13-01", "20/11/026",
        "0001-01-01", "9999-12-31", "1969-12-31", "2200-01-01", "20 foo", "foo 20", "last", "lalu",
        "last week", "minggu lalu",
        "this week", "0 days ago", "9999 years ago", "many days ago", "days ago", "2 seminggu lalu",
        "last last fri", "２０/１１",
        "20/11\x00", "\x00", "1" * 65, "20 nov 20266", "nov", "1e5", "20//11", "tomorrow 5",
    ],
)  # fmt: skip
def test_anything_else_is_no_day(text, language):
    with pytest.raises(DomainError) as caught:
        parse_date(text, TODAY, language)
    assert caught.value.key == "dates.date_unclear"
    assert caught.value.values == {"text": text.strip()}


def test_at_the_ends_of_the_calendar_it_is_a_refusal_and_no_crash():
    for today in (date.min, date.max):
        for text in ("5 jan", "9999 days ago", "last mon", "29 feb"):
            with pytest.raises(DomainError):
                parse_date(text, today, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_and_weekday_is_understood_as_the_languages_calendar_names_it(language):
    for width in ("wide", "abbreviated"):
        for month, name in get_month_names(width, locale=language).items():
            assert parse_date(f"5 {name} 2026", TODAY, "en") == date(2026, month, 5)
        for weekday, name in get_day_names(width, locale=language).items():
            assert parse_weekday(name) == parse_weekday(name.upper()) == weekday


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)), st.sampled_from(LANGUAGES))
def test_a_day_written_in_the_persons_own_way_is_read_back(day, language):
    for width in ("medium", "long"):
        assert parse_date(format_date(day, width, locale=language), TODAY, language) == day
    assert parse_date(day.isoformat(), TODAY, language) == day
    numeric = parse_date(f"{day.day}/{day.month}/{day.year}", TODAY, language)
    assert day in (numeric.readings if isinstance(numeric, AmbiguousDate) else (numeric,))


@given(st.dates(date(1980, 1, 1), date(2190, 1, 1)), st.integers(0, 6))
def test_a_weekday_is_within_the_last_seven_days_and_the_last_one_before_today(today, weekday):
    name = get_day_names("wide", locale="en")[weekday]
    plain, last = parse_date(name, today, "en"), parse_date(f"last {name}", today, "en")
    assert plain.weekday() == last.weekday() == weekday
    assert timedelta(0) <= today - plain < timedelta(7)
    assert timedelta(1) <= today - last <= timedelta(7)


@given(
    st.one_of(st.text(max_size=80), st.text(alphabet="0123456789/-. novfriagolalu\x00", max_size=20)),
    st.dates(),
    st.sampled_from(LANGUAGES),
)
def test_any_text_is_a_day_or_two_days_or_a_refusal(text, today, language):
    found = attempt(text, today, language)
    if isinstance(found, DomainError):
        assert found.key == "dates.date_unclear"
    elif isinstance(found, AmbiguousDate):
        assert len(set(found.readings)) == 2
    else:
        assert type(found) is date


@given(st.text(max_size=80))
def test_any_text_is_a_weekday_a_time_a_rhythm_or_none(text):
    assert parse_weekday(text) in {None, *range(7)}
    assert parse_time(text) is None or isinstance(parse_time(text), time)
    assert parse_cadence(text) in {None, *Cadence}
    assert parse_period_kind(text) in {None, *PeriodKind}


def test_a_text_over_sixty_four_characters_is_not_read_at_all():
    padded = "20" + " " * 59 + "nov"
    assert parse_date(f"   {padded}   ", TODAY, "en") == date(2026, 11, 20)
    with pytest.raises(DomainError):
        parse_date(padded.replace(" ", "  ", 1), TODAY, "en")


def test_absurdly_long_texts_are_cheap():
    started = perf_counter()
    for text in ("9" * 1_000_000, "a " * 500_000, "tiap " * 12, "1 " * 32):
        assert parse_weekday(text) is parse_time(text) is parse_cadence(text) is parse_period_kind(text) is None
        with pytest.raises(DomainError):
            parse_date(text, TODAY, "en")
    assert perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("mon", 0), ("Monday", 0), ("senin", 0), ("sen", 0), ("hari Senin", 0), ("tues", 1), ("sel", 1),
        ("wed.", 2), ("rab", 2),
        ("thurs", 3), ("kamis", 3), ("jum'at", 4), ("Jum’at", 4), ("sab", 5), ("minggu", 6), ("ahad", 6),
        ("sun", 6),
        ("", None), ("hari", None), ("0", None), ("mond", None), ("mon tue", None),
    ],
)  # fmt: skip
def test_weekdays(text, weekday):
    assert parse_weekday(text) == weekday


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("09:00", time(9)), ("9.00", time(9)), ("9:05", time(9, 5)), ("0:00", time(0)), ("23:59", time(23, 59)),
        ("9am", time(9)), ("9 AM", time(9)), ("9:30 pm", time(21, 30)), ("12am", time(0)),
        ("12 p.m.", time(12)), ("12:30am", time(0, 30)),
        ("jam 9", time(9)), ("Jam 9.30", time(9, 30)), ("pukul 09.00", time(9)), ("pukul 21", time(21)),
        ("at 9:00", time(9)),
        ("jam 9 pagi", time(9)), ("jam 12 siang", time(12)), ("jam 2 siang", time(14)), ("jam 5 sore", time(17)),
        ("jam 8 malam", time(20)), ("8 malam", time(20)), ("jam 12 malam", time(0)),
        ("jam 1 malam", time(1)), ("20.00 malam", time(20)),
    ],
)  # fmt: skip
def test_times(text, moment):
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "9", "24:00", "9:60", "9.5", "13pm", "0am", "jam", "jam 25", "jam 9 kapan", "20 pagi", "９:００", "9:00\x00"],
)  # fmt: skip
def test_what_is_no_time(text):
    assert parse_time(text) is None


@given(st.times())
def test_a_time_written_either_way_is_read_back(moment):
    for separator in ":.":
        assert parse_time(f"{moment:%H}{separator}{moment:%M}") == time(moment.hour, moment.minute)
    assert parse_time(f"{moment:%I:%M %p}") == time(moment.hour, moment.minute)


@pytest.mark.parametrize(
    ("cadence", "words"),
    [
        (Cadence.ONCE, "once,one time,sekali,satu kali"),
        (Cadence.DAILY, "daily,Harian,every day,setiap hari,tiap hari"),
        (Cadence.WEEKLY, "weekly,mingguan,every week,week,setiap minggu,tiap minggu,seminggu sekali,once a week"),
        (Cadence.TWO_WEEKS, "every 2 weeks,two weeks,every other week,dua mingguan,2 minggu,tiap dua minggu"),
        (Cadence.MONTHLY, "monthly,bulanan,every month,month,setiap bulan,sebulan sekali"),
        (Cadence.QUARTERLY, "quarterly,triwulanan,kuartalan,every quarter,every 3 months,tiga bulanan,tiap triwulan"),
    ],
)  # fmt: skip
def test_rhythms(cadence, words):
    for text in words.split(","):
        assert parse_cadence(text) is cadence, text


def test_every_rhythms_own_name_is_understood():
    assert [parse_cadence(cadence.value) for cadence in Cadence] == list(Cadence)


@pytest.mark.parametrize(
    "text", ["", "minggu", "biweekly", "hourly", "every", "setiap", "5 weeks", "weekly monthly", "mon"]
)
def test_what_is_no_rhythm(text):
    assert parse_cadence(text) is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PeriodKind.DAY, "day,hari,per hari,daily"),
        (PeriodKind.WEEK, "week,per week,minggu,per minggu,seminggu,weekly,mingguan"),
        (PeriodKind.MONTH, "month,every month,bulan,per bulan,sebulan,tiap bulan"),
        (PeriodKind.QUARTER, "quarter,kuartal,triwulan,per triwulan"),
        (PeriodKind.YEAR, "year,tahun,per tahun,setahun,yearly"),
        (None, ",per,custom,10,fiscal year,per per week,weeks weeks"),
    ],
)
def test_the_periods_of_targets(kind, words):
    for text in words.split(","):
        assert parse_period_kind(text) is kind, text
