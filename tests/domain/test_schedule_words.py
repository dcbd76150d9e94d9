"""What is heard in "[rhythm] [day] [time]", in any order and language, and what is left to the caller."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import AmbiguousDate
from bot.domain.errors import DomainError
from bot.domain.schedule_words import Heard, hear
from bot.domain.schedules import Cadence
from bot.domain.words import BEFORE_PERIODS, CONVENTIONS, DAYS_FROM_TODAY, EVERY, LITTLE_WORDS, MONTHS, PER, WEEKDAYS

TODAY = date(2026, 11, 26)  # a Thursday
LANGUAGES = tuple(CONVENTIONS)
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("english", "indonesian", "heard"),
    [
        ("", "", Heard()),
        ("on the", "pada tanggal", Heard()),
        ("daily 17:30", "harian 17.30", Heard(Cadence.DAILY, time(17, 30))),
        ("every day at 5pm", "setiap hari jam 5 sore", Heard(Cadence.DAILY, time(17))),
        ("weekly mon 09:00", "mingguan senin 09:00", Heard(Cadence.WEEKLY, time(9), MON, day_said="mon")),
        ("09:00 Mon weekly", "09:00 Senin mingguan", Heard(Cadence.WEEKLY, time(9), MON, day_said="Mon")),
        ("every monday", "tiap senin", Heard(Cadence.WEEKLY, weekday=MON, day_said="monday")),
        ("weekly on sunday", "setiap minggu minggu", Heard(Cadence.WEEKLY, weekday=SUN, day_said="sunday")),
        ("every 2 weeks tue", "setiap 2 minggu selasa", Heard(Cadence.TWO_WEEKS, weekday=TUE, day_said="tue")),
        ("once a week on friday", "seminggu sekali hari jumat", Heard(Cadence.WEEKLY, weekday=FRI, day_said="friday")),
        ("monthly 15", "bulanan tanggal 15", Heard(Cadence.MONTHLY, day_of_month=15, day_said="15")),
        ("quarterly from 2027-01-04", "triwulanan mulai 2027-01-04", Heard(Cadence.QUARTERLY, day=date(2027, 1, 4))),
        ("once 20 dec 10:00", "sekali 20 des 10:00", Heard(Cadence.ONCE, time(10), day=date(2026, 12, 20))),
        ("tomorrow", "besok", Heard(day=date(2026, 11, 27))),
        ("every 15", "setiap 15", Heard(day_of_month=15, day_said="15")),
    ],
)
def test_both_languages_say_the_same_whichever_one_the_person_writes(
    english: str, indonesian: str, heard: Heard, language: str
) -> None:
    for words in (english, indonesian):
        found = hear(words, TODAY, language)
        wished = (heard.cadence, heard.at, heard.weekday, heard.day_of_month, heard.day)
        assert (found.cadence, found.at, found.weekday, found.day_of_month, found.day) == wished, words
        assert found.others == []
    if heard.day_said:
        assert hear(english, TODAY, language).day_said == heard.day_said


@pytest.mark.parametrize(("words", "day"), [("1st", 1), ("the 2nd", 2), ("3rd", 3), ("on the 31st", 31), ("15TH", 15)])
def test_a_day_of_the_month_may_end_as_an_ordinal_does(words: str, day: int) -> None:
    assert hear(f"monthly {words}", TODAY, "en").day_of_month == day


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("weekly banana mon split", ["banana", "split"]),
        ("scale 1-10 weekly", ["scale", "1-10"]),
        ("weekly 25:00", ["25:00"]),
        ("monthly 32", ["32"]),
        ("monthly 0", ["0"]),
        ("monthly 15st1", ["15st1"]),
        ("x" * 3000, ["x" * 3000]),
    ],
)
def test_what_means_nothing_here_is_left_to_the_caller_in_order(words: str, others: list[str]) -> None:
    assert hear(words, TODAY, "en").others == others


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("weekly monthly", "monthly"),
        ("daily every 2 weeks", "every 2 weeks"),
        ("09:00 jam 10", "jam 10"),
        ("mon tue", "tue"),
        ("mon 15", "15"),
        ("15 besok", "besok"),
        ("20 dec 2026-12-21", "2026-12-21"),
        ("mon mon", "mon"),
    ],
)
def test_each_thing_is_said_once_and_the_second_is_named(words: str, named: str) -> None:
    with pytest.raises(DomainError) as refusal:
        hear(words, TODAY, "en")
    assert (refusal.value.key, refusal.value.values) == ("dates.said_twice", {"word": named})


def test_a_date_that_can_be_two_days_is_left_open_unless_the_language_is_sure() -> None:
    assert hear("once 3/4", TODAY, "en").day == AmbiguousDate((date(2027, 4, 3), date(2027, 3, 4)))
    assert hear("once 3/4", TODAY, "id").day == date(2027, 4, 3)


FURTHER = """
    weekly mingguan 2 weeks minggu once sekali hari jam pukul 9 9am 09:00 25:00 sore 3/4 31/2 2026-11-20 1st
"""
VOCABULARY = {*EVERY, *PER, *LITTLE_WORDS, *BEFORE_PERIODS, *WEEKDAYS, *MONTHS, *" ".join(DAYS_FROM_TODAY).split()}
known = st.sampled_from(sorted({*VOCABULARY, *FURTHER.split()}))
typed = st.lists(known | st.text(max_size=8), max_size=8).map(" ".join)


@given(typed | st.text(), st.dates(date(1970, 1, 1), date(2199, 12, 31)), st.sampled_from(LANGUAGES))
def test_whatever_is_typed_is_heard_or_refused(words: str, today: date, language: str) -> None:
    try:
        heard = hear(words, today, language)
    except DomainError as refusal:
        assert refusal.key == "dates.said_twice"  # noqa: PT017
        return
    days = [each for each in (heard.weekday, heard.day_of_month, heard.day) if each is not None]
    assert len(days) == bool(heard.day_said)
    assert set(heard.others) <= set(words.split())
