"""What people write behind `/pulse enps #channel`, in both languages, and what it means."""

from datetime import UTC, date, datetime, time

import pytest

from bot.domain.enps import SCALE_0_10, SCALE_1_10
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence
from bot.i18n import load
from bot.surveys.authoring.wishes import read_wish

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # a Thursday, 15:00 in Jakarta
ZONE = "Asia/Jakarta"
MONDAY = date(2026, 11, 30)
SCALE_WORDS = load("en").all_words("surveys.scale_words")


def wish(words: str, language: str = "en"):
    return read_wish(words, NOW, ZONE, language, SCALE_WORDS)


@pytest.mark.parametrize(
    ("words", "cadence", "first", "at"),
    [
        ("weekly", Cadence.WEEKLY, MONDAY, time(9)),
        ("mingguan", Cadence.WEEKLY, MONDAY, time(9)),
        ("weekly fri 16:30", Cadence.WEEKLY, date(2026, 11, 27), time(16, 30)),
        ("16:30 fri weekly", Cadence.WEEKLY, date(2026, 11, 27), time(16, 30)),
        ("mingguan jumat jam 4 sore", Cadence.WEEKLY, date(2026, 11, 27), time(16)),
        ("every monday at 10:00", Cadence.WEEKLY, MONDAY, time(10)),
        ("every 2 weeks tue", Cadence.TWO_WEEKS, date(2026, 12, 1), time(9)),
        ("setiap 2 minggu selasa", Cadence.TWO_WEEKS, date(2026, 12, 1), time(9)),
        ("monthly 15", Cadence.MONTHLY, date(2026, 12, 15), time(9)),
        ("monthly on the 15th", Cadence.MONTHLY, date(2026, 12, 15), time(9)),
        ("bulanan tanggal 15", Cadence.MONTHLY, date(2026, 12, 15), time(9)),
        ("bulanan", Cadence.MONTHLY, MONDAY, time(9)),
        ("quarterly 2027-01-04 8:00", Cadence.QUARTERLY, date(2027, 1, 4), time(8)),
        ("once 20 dec 10:00", Cadence.ONCE, date(2026, 12, 20), time(10)),
        ("sekali 5 januari", Cadence.ONCE, date(2027, 1, 5), time(9)),
        ("thu 14:00", Cadence.ONCE, date(2026, 12, 3), time(14)),
        ("thu 16:00", Cadence.ONCE, date(2026, 11, 26), time(16)),
    ],
)
def test_a_rhythm_is_understood_in_any_order_and_language(words: str, cadence: Cadence, first: date, at: time) -> None:
    rule = wish(words).rule

    assert rule is not None
    assert (rule.cadence, rule.anchor, rule.at, rule.zone) == (cadence, first, at, ZONE)


@pytest.mark.parametrize("words", ["", "once", "sekali", "1-10", "once 0-10"])
def test_without_cadence_and_day_nothing_is_scheduled(words: str) -> None:
    assert wish(words).rule is None


@pytest.mark.parametrize(
    ("words", "scale"),
    [("", SCALE_0_10), ("0-10", SCALE_0_10), ("1–10 weekly", SCALE_1_10), ("mingguan skala 1-10", SCALE_1_10)],
)
def test_the_scale_is_nought_to_ten_unless_said_otherwise(words: str, scale: object) -> None:
    assert wish(words).scale == scale


@pytest.mark.parametrize(
    ("words", "key", "named"),
    [
        ("weekly mon 09:00 banana", "dates.word_unknown", "banana"),
        ("weekly 25:00", "dates.word_unknown", "25:00"),
        ("weekly 15", "dates.word_unknown", "15"),
        ("once 15th", "dates.word_unknown", "15th"),
        ("2-7", "dates.word_unknown", "2-7"),
        ("weekly monthly", "dates.said_twice", "monthly"),
        ("mon tue", "dates.said_twice", "tue"),
        ("09:00 10:00", "dates.said_twice", "10:00"),
        ("0-10 1-10", "dates.said_twice", "1-10"),
        ("once 3/4", "dates.date_ambiguous", "3/4"),
    ],
)
def test_a_word_that_cannot_be_meant_is_named(words: str, key: str, named: str) -> None:
    with pytest.raises(DomainError) as refusal:
        wish(words)

    assert (refusal.value.key, refusal.value.values) == (key, {"word": named})


def test_an_indonesian_date_is_day_first_without_asking() -> None:
    rule = wish("sekali 3/4", "id").rule

    assert rule is not None
    assert rule.anchor == date(2027, 4, 3)


@pytest.mark.parametrize(("words", "key"), [("daily", "surveys.too_often"), ("once 2026-11-25", "surveys.in_the_past")])
def test_what_makes_no_sense_is_refused(words: str, key: str) -> None:
    with pytest.raises(DomainError) as refusal:
        wish(words)

    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("words", "first", "until"),
    [
        ("weekly mon until 31 dec", MONDAY, date(2026, 12, 31)),
        ("mingguan senin sampai 31 desember", MONDAY, date(2026, 12, 31)),
        ("weekly mon from 15 dec until 2027-01-31", date(2026, 12, 21), date(2027, 1, 31)),
        ("mulai 14 des mingguan senin 09.00 hingga tanggal 31 jan 2027", date(2026, 12, 14), date(2027, 1, 31)),
        ("monthly 15 from 16 dec", date(2027, 1, 15), None),
        ("weekly from tomorrow", date(2026, 11, 27), None),
        ("weekly from monday", MONDAY, None),
        ("from mon weekly until 30 nov", MONDAY, MONDAY),
    ],
)
def test_the_first_and_the_last_day_are_heard(words: str, first: date, until: date | None) -> None:
    rule = signalled(words).rule

    assert rule is not None
    assert (rule.anchor, rule.until) == (first, until)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("weekly mon until", "dates.word_unknown"),
        ("weekly until banana", "dates.word_unknown"),
        ("weekly until 3/4", "dates.date_ambiguous"),
        ("weekly 1 dec from 2 dec", "dates.said_twice"),
        ("once until 31 dec", "surveys.until_what"),
        ("until 31 dec", "surveys.until_what"),
        ("weekly mon until 29 nov", "surveys.ends_too_early"),
        ("weekly from 2026-11-25", "surveys.in_the_past"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(words: str, key: str) -> None:
    with pytest.raises(DomainError) as refusal:
        signalled(words)

    assert refusal.value.key == key


def signalled(words: str, language: str = "en"):
    spoken = [load("en").all_words(key) for key in ("surveys.from_words", "surveys.until_words")]
    return read_wish(words, NOW, ZONE, language, SCALE_WORDS, *spoken)
