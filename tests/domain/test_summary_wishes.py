"""What is wished for of a summary in a line of words, and the dates that follow."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, Rule, due_between
from bot.summaries.wishes import (
    LAST_WEEK,
    THIS_WEEK,
    Phrases,
    Wish,
    has_same_dates,
    read_wish,
    read_zone,
    rule_of,
)

ZONE = "Asia/Jakarta"
THURSDAY = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # 15:00 in Jakarta
PHRASES = Phrases(
    ("last week", "minggu lalu"),
    ("this week", "minggu ini"),
    {"en": ("english", "bahasa inggris"), "id": ("indonesian", "bahasa indonesia", "indonesia")},
)


def wish(words: str, language: str = "en") -> Wish:
    return read_wish(words, THURSDAY, ZONE, language, PHRASES)


def rule(words: str, before: Rule | None = None, now: datetime = THURSDAY) -> Rule:
    return rule_of(read_wish(words, now, ZONE, "en", PHRASES), now, ZONE, before)


def days(of: Rule, until: date, now: datetime = THURSDAY) -> list[str]:
    end = datetime.combine(until, time(23), ZoneInfo(of.zone)).astimezone(UTC)
    return [each.local_date.isoformat() for each in due_between(of, now, end)]


class TestWords:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("", Wish()),
            ("last week", LAST_WEEK),
            ("Minggu Lalu", LAST_WEEK),
            ("this week", THIS_WEEK),
            ("minggu ini 17:00", Wish(at=time(17), weekday=4)),
            ("every 2 weeks thu 10:00", Wish(Cadence.TWO_WEEKS, time(10), 3)),
            ("dua mingguan kamis jam 10", Wish(Cadence.TWO_WEEKS, time(10), 3)),
            ("quarterly on the 5th", Wish(Cadence.QUARTERLY, day_of_month=5)),
            ("triwulanan tanggal 5", Wish(Cadence.QUARTERLY, day_of_month=5)),
            ("weekly fri in English", Wish(weekday=4, language="en")),
            ("bahasa indonesia mingguan", Wish(language="id")),
            ("last week dalam bahasa inggris", Wish(language="en")),
            ("every 2 weeks 7 dec", Wish(Cadence.TWO_WEEKS, first=date(2026, 12, 7))),
        ],
    )
    def test_both_languages_are_understood(self, words: str, expected: Wish) -> None:
        assert wish(words) == expected

    @pytest.mark.parametrize(
        ("words", "key"),
        [
            ("last week this week", "dates.word_unknown"),
            ("last week fri", "dates.said_twice"),
            ("this week monthly", "dates.said_twice"),
            ("once", "summaries.no_such_cadence"),
            ("daily mon", "summaries.daily_day"),
            ("every 2 weeks on the 5th", "summaries.two_weeks_day"),
            ("every 2 weeks 3/4", "summaries.two_weeks_day"),
            ("every 2 weeks 20 nov 2026", "summaries.first_past"),
            ("quarterly mon", "summaries.monthly_day"),
            ("in klingon", "dates.word_unknown"),
            ("englishness", "dates.word_unknown"),
        ],
    )
    def test_what_makes_no_sense_is_named(self, words: str, key: str) -> None:
        with pytest.raises(DomainError) as refused:
            wish(words)
        assert refused.value.key == key

    @pytest.mark.parametrize(
        ("typed", "zone"),
        [("asia/jakarta", ZONE), ("WITA", "Asia/Makassar"), ("America/New York", "America/New_York")],
    )
    def test_zones_are_typed_in_many_ways(self, typed: str, zone: str) -> None:
        assert read_zone(typed) == zone

    @pytest.mark.parametrize("typed", ["", "Jakarta/Asia", "x" * 500])
    def test_a_zone_nobody_has_is_refused(self, typed: str) -> None:
        with pytest.raises(DomainError, match="no_such_zone"):
            read_zone(typed)


class TestDates:
    def test_a_quarter_s_summary_comes_in_the_first_month_of_calendar_quarters(self) -> None:
        assert days(rule("quarterly"), date(2027, 11, 1)) == ["2027-01-01", "2027-04-01", "2027-07-01", "2027-10-01"]

    def test_the_31st_is_the_end_of_every_month_from_this_one_on(self) -> None:
        assert days(rule("monthly on the 31st"), date(2027, 3, 1)) == [
            "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28",
        ]  # fmt: skip

    def test_every_two_weeks_stays_in_its_weeks_when_its_day_changes(self) -> None:
        mondays = rule("every 2 weeks mon")
        assert days(mondays, date(2026, 12, 31)) == ["2026-11-30", "2026-12-14", "2026-12-28"]
        for now in (THURSDAY, THURSDAY + timedelta(weeks=1), THURSDAY + timedelta(weeks=2)):
            thursdays = rule("every 2 weeks thu", mondays, now)
            assert days(thursdays, date(2026, 12, 31), datetime(2026, 11, 27, tzinfo=UTC))[:1] in (
                ["2026-12-03"], ["2026-12-17"],
            )  # fmt: skip
            assert set(days(thursdays, date(2026, 12, 31), now)) <= {"2026-12-03", "2026-12-17", "2026-12-31"}

    def test_a_first_date_moves_it_into_the_other_weeks(self) -> None:
        mondays = rule("every 2 weeks mon")
        assert days(rule("every 2 weeks 7 dec", mondays), date(2026, 12, 31)) == ["2026-12-07", "2026-12-21"]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("weekly mon", "weekly mon", True),
            ("weekly mon", "weekly tue", False),
            ("weekly mon", "weekly mon 10:00", False),
            ("every 2 weeks 30 nov", "every 2 weeks 14 dec", True),
            ("every 2 weeks 30 nov", "every 2 weeks 7 dec", False),
            ("monthly on the 3rd", "monthly on the 3rd", True),
            ("monthly on the 3rd", "monthly on the 4th", False),
            ("quarterly", "quarterly", True),
            ("daily", "daily", True),
            ("daily", "weekly", False),
        ],
    )
    def test_rules_with_the_same_dates_are_known_as_such(self, one: str, other: str, same: bool) -> None:
        first = rule(one)
        second = rule(other, now=THURSDAY + timedelta(hours=1))
        assert has_same_dates(first, second) is same
        seen = days(first, date(2027, 6, 1), THURSDAY + timedelta(days=20))
        assert (seen == days(second, date(2027, 6, 1), THURSDAY + timedelta(days=20)) and first.at == second.at) is same
