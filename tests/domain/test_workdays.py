"""Working days: weekends, Indonesian public holidays, days away, and the next moment within working hours."""

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.members import Absence
from bot.domain.workdays import Workdays

INDONESIA = Workdays("ID")
ANYWHERE = Workdays("")


def away(first: date, last: date) -> Absence:
    return Absence("U1", first, last)


def jakarta(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)


class TestDays:
    @pytest.mark.parametrize("holiday", [date(2026, 1, 1), date(2026, 8, 17), date(2026, 12, 25), date(2026, 6, 1)])
    def test_indonesian_public_holidays_are_days_off(self, holiday):
        assert holiday.weekday() < 5
        assert not INDONESIA.is_working_day(holiday)
        assert ANYWHERE.is_working_day(holiday)

    def test_joint_leave_is_no_public_holiday(self):
        assert INDONESIA.is_working_day(date(2026, 12, 24))

    @pytest.mark.parametrize("country", ["ID", "id", " ID ", "", "ZZ", "X", "HolidayBase", "os"])
    def test_saturday_and_sunday_are_days_off(self, country):
        days = Workdays(country)
        week = [date(2026, 11, 23) + timedelta(days=ahead) for ahead in range(7)]
        assert [days.is_working_day(day) for day in week] == [True] * 5 + [False] * 2

    def test_a_country_is_known_by_its_code_in_any_spelling(self):
        assert not Workdays(" id ").is_working_day(date(2026, 8, 17))
        assert Workdays("ZZ").is_working_day(date(2026, 8, 17))

    def test_other_countries_have_their_own_weekend_and_make_up_days(self):
        assert not Workdays("SA").is_working_day(date(2026, 11, 27))  # a Friday in Riyadh
        assert Workdays("SA").is_working_day(date(2026, 11, 29))
        assert Workdays("CN").is_working_day(date(2025, 1, 26))  # a Sunday worked before the Spring Festival

    def test_days_away_are_days_off_both_ends_included(self):
        absences = (away(date(2026, 11, 24), date(2026, 11, 25)),)
        week = [date(2026, 11, 23) + timedelta(days=ahead) for ahead in range(4)]
        assert [INDONESIA.is_working_day(day, absences) for day in week] == [True, False, False, True]


class TestCount:
    @pytest.mark.parametrize(
        ("first", "last", "number"),
        [
            (date(2026, 8, 1), date(2026, 8, 31), 19),  # 21 weekdays, 17 and 25 August are holidays
            (date(2026, 8, 17), date(2026, 8, 17), 0),
            (date(2026, 8, 18), date(2026, 8, 18), 1),
            (date(2026, 8, 15), date(2026, 8, 16), 0),
            (date(2026, 8, 18), date(2026, 8, 17), 0),
            (date(2026, 12, 30), date(2027, 1, 4), 3),  # over the new year, which is a Friday off
        ],
    )
    def test_both_ends_count(self, first, last, number):
        assert INDONESIA.count(first, last) == number

    @given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(0, 90), st.integers(0, 90))
    def test_a_count_is_the_number_of_working_days_however_it_is_cut(self, first, one, other):
        middle, last = first + timedelta(days=one), first + timedelta(days=one + other)
        days = [first + timedelta(days=ahead) for ahead in range(one + other + 1)]
        assert INDONESIA.count(first, last) == sum(map(INDONESIA.is_working_day, days))
        parts = INDONESIA.count(first, middle) + INDONESIA.count(middle + timedelta(days=1), last)
        assert parts == INDONESIA.count(first, last)


class TestNextMoment:
    ZONE = "Asia/Jakarta"

    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            (jakarta(2026, 11, 25, 10, 30), jakarta(2026, 11, 25, 10, 30)),
            (jakarta(2026, 11, 25, 9), jakarta(2026, 11, 25, 9)),
            (jakarta(2026, 11, 25, 6), jakarta(2026, 11, 25, 9)),
            (jakarta(2026, 11, 25, 16, 59), jakarta(2026, 11, 25, 16, 59)),
            (jakarta(2026, 11, 25, 17), jakarta(2026, 11, 26, 9)),
            (jakarta(2026, 11, 27, 18), jakarta(2026, 11, 30, 9)),
            (jakarta(2026, 11, 28, 10), jakarta(2026, 11, 30, 9)),
            (jakarta(2026, 8, 14, 20), jakarta(2026, 8, 18, 9)),
        ],
        ids=["at work", "just started", "early", "last minute", "evening", "friday evening", "saturday", "holiday"],
    )
    def test_now_if_at_work_else_the_next_start(self, now, expected):
        found = INDONESIA.next_moment(now, self.ZONE)
        assert found == expected
        assert found.tzinfo is UTC

    def test_in_each_members_own_zone(self):
        now = jakarta(2026, 11, 25, 9)
        assert INDONESIA.next_moment(now, "Asia/Jayapura") == now  # 11:00 there
        assert INDONESIA.next_moment(now, "Europe/Berlin") == datetime(2026, 11, 25, 8, tzinfo=UTC)

    def test_after_the_days_away(self):
        absences = (away(date(2026, 11, 25), date(2026, 11, 26)), away(date(2026, 11, 27), date(2026, 12, 1)))
        assert INDONESIA.next_moment(jakarta(2026, 11, 25, 10), self.ZONE, absences) == jakarta(2026, 12, 2, 9)

    def test_own_working_hours(self):
        found = INDONESIA.next_moment(jakarta(2026, 11, 25, 9), self.ZONE, start=time(13), end=time(15))
        assert found == jakarta(2026, 11, 25, 13)

    def test_over_a_clock_change_the_start_is_still_nine(self):
        friday_evening = datetime(2026, 3, 6, 23, tzinfo=UTC)
        found = ANYWHERE.next_moment(friday_evening, "America/New_York")
        assert found == datetime(2026, 3, 9, 13, tzinfo=UTC)

    def test_in_a_repeated_hour_it_is_never_before_now(self):
        second_time = datetime(2026, 11, 1, 6, 15, tzinfo=UTC)  # 01:15 for the second time, a Sunday in New York
        found = Workdays("SA").next_moment(second_time, "America/New_York", start=time(1), end=time(3))
        assert found == second_time

    def test_away_for_good_is_the_end_of_the_calendar(self):
        absences = (away(date(2026, 1, 1), date.max),)
        assert INDONESIA.next_moment(jakarta(2026, 11, 25, 9), self.ZONE, absences).year == 9999

    def test_a_long_absence_is_jumped_over(self):
        asked = []

        class Counting(Absence):
            def covers(self, day):
                asked.append(day)
                return super().covers(day)

        absences = (Counting("U1", date(2026, 1, 1), date(2999, 12, 31)),)
        assert INDONESIA.next_moment(jakarta(2026, 11, 25, 9), self.ZONE, absences).year == 3000
        assert len(asked) <= 10

    @pytest.mark.parametrize(("start", "end"), [(time(17), time(9)), (time(9), time(9))])
    def test_hours_that_end_before_they_start_are_refused(self, start, end):
        with pytest.raises(ValueError):
            INDONESIA.next_moment(jakarta(2026, 11, 25, 9), self.ZONE, start=start, end=end)

    def test_a_naive_now_is_refused(self):
        with pytest.raises(ValueError):
            INDONESIA.next_moment(jakarta(2026, 11, 25, 9).replace(tzinfo=None), self.ZONE)

    @given(
        st.timedeltas(timedelta(0), timedelta(days=1400)).map(lambda since: datetime(2024, 1, 1, tzinfo=UTC) + since),
        st.sampled_from(["Asia/Jakarta", "America/New_York", "Pacific/Apia", "Europe/Berlin"]),
        st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=3),
    )
    def test_it_is_always_within_working_hours_of_a_working_day_and_nothing_earlier_is(self, now, zone, leaves):
        absences = [
            away(now.date() + timedelta(days=ahead), now.date() + timedelta(days=ahead + length))
            for ahead, length in leaves
        ]
        found = INDONESIA.next_moment(now, zone, absences)
        there = found.astimezone(ZoneInfo(zone))
        assert found >= now
        assert INDONESIA.is_working_day(there.date(), absences)
        assert time(9) <= there.time() < time(17)
        if found > now:
            assert there.time() == time(9)
            day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
            while day < there.date():
                assert not INDONESIA.is_working_day(day, absences)
                day += timedelta(days=1)


class TestDaysLater:
    """Dates of November and December 2026; the 25th is a holiday in Indonesia, the 24th is not."""

    @pytest.mark.parametrize(
        ("asked", "days", "expected"),
        [
            (jakarta(2026, 11, 26, 15, 20), 1, jakarta(2026, 11, 27, 15, 20)),
            (jakarta(2026, 11, 26, 15, 20), 3, jakarta(2026, 12, 1, 15, 20)),
            (jakarta(2026, 12, 23, 10, 0), 1, jakarta(2026, 12, 24, 10, 0)),
            (jakarta(2026, 12, 23, 10, 0), 3, jakarta(2026, 12, 29, 10, 0)),
        ],
    )
    def test_the_same_time_of_day_that_many_working_days_later(self, asked, days, expected):
        assert INDONESIA.days_later(asked, "Asia/Jakarta", days) == expected

    def test_days_away_do_not_count(self):
        leave = away(date(2026, 11, 27), date(2026, 11, 30))
        later = INDONESIA.days_later(jakarta(2026, 11, 26, 15), "Asia/Jakarta", 1, [leave])
        assert later == jakarta(2026, 12, 1, 15)

    def test_over_a_clock_change_it_is_the_same_wall_clock_time(self):
        friday = datetime(2026, 10, 23, 7, 30, tzinfo=UTC)  # 09:30 in Amsterdam, in summer
        assert ANYWHERE.days_later(friday, "Europe/Amsterdam", 1) == datetime(2026, 10, 26, 8, 30, tzinfo=UTC)

    def test_away_for_good_is_the_end_of_the_calendar(self):
        for_good = away(date(2026, 1, 1), date.max)
        assert ANYWHERE.days_later(jakarta(2026, 11, 26, 15), "Asia/Jakarta", 3, [for_good]).year == 9999

    @pytest.mark.parametrize("hour", [0, 8, 12, 23])
    def test_the_next_day_begins_at_nine_whatever_the_hour(self, hour):
        friday = jakarta(2026, 11, 27, hour)
        assert INDONESIA.next_day(friday, "Asia/Jakarta") == jakarta(2026, 11, 30, 9)

    def test_the_date_is_that_of_the_members_own_zone(self):
        at = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # Thursday already in Jakarta
        assert INDONESIA.next_day(at, "Asia/Jakarta") == jakarta(2026, 11, 27, 9)
        assert ANYWHERE.next_day(at, "Europe/Amsterdam") == datetime(2026, 11, 26, 8, tzinfo=UTC)

    def test_a_naive_now_is_refused(self):
        with pytest.raises(ValueError, match="zone"):
            ANYWHERE.next_day(datetime(2026, 11, 26, 15), "Asia/Jakarta")  # noqa: DTZ001


class TestOwnDaysOff:
    """A company closes on days that its country works."""

    CLOSED = frozenset({date(2026, 11, 26), date(2026, 11, 28)})  # a Thursday, and a Saturday that is off anyway
    COMPANY = Workdays("ID", CLOSED)

    def test_they_are_off_beside_weekends_and_public_holidays(self):
        assert INDONESIA.is_working_day(date(2026, 11, 26))
        assert not self.COMPANY.is_working_day(date(2026, 11, 26))
        assert not self.COMPANY.is_working_day(date(2026, 8, 17))
        assert not self.COMPANY.is_working_day(date(2026, 11, 28))
        assert self.COMPANY.is_working_day(date(2026, 11, 27))

    def test_a_day_that_is_off_anyway_is_taken_away_once(self):
        assert INDONESIA.count(date(2026, 11, 23), date(2026, 11, 29)) == 5
        assert self.COMPANY.count(date(2026, 11, 23), date(2026, 11, 29)) == 4

    def test_nobody_is_asked_on_them(self):
        assert self.COMPANY.next_moment(jakarta(2026, 11, 26, 10), "Asia/Jakarta") == jakarta(2026, 11, 27, 9)
        assert self.COMPANY.next_day(jakarta(2026, 11, 25, 10), "Asia/Jakarta") == jakarta(2026, 11, 27, 9)

    def test_they_win_over_a_make_up_day(self):
        make_up = date(2025, 1, 26)
        assert Workdays("CN").is_working_day(make_up)
        assert not Workdays("CN", frozenset({make_up})).is_working_day(make_up)

    def test_calendars_with_other_days_off_are_kept_apart(self):
        kept = lru_cache(Workdays)
        assert kept("ID", self.CLOSED) is kept("ID", frozenset(self.CLOSED))
        assert kept("ID", self.CLOSED) is not kept("ID", frozenset())
        assert kept("ID", frozenset()).is_working_day(date(2026, 11, 26))
        assert len({self.COMPANY, INDONESIA, self.COMPANY}) == 2


def test_the_holidays_package_is_loaded_only_when_asked():
    code = (
        "import sys; from datetime import date; from bot.domain.workdays import Workdays; days = Workdays('ID');"
        "before = 'holidays' in sys.modules; days.is_working_day(date(2026, 1, 1));"
        "sys.exit(0 if (before, 'holidays' in sys.modules) == (False, True) else 1)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
