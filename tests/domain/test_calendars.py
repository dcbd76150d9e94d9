"""One person's calendar: their own hours and weekdays off on top of what the country has off."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendars import OwnCalendar
from bot.domain.members import Absence
from bot.domain.workdays import Workdays

WORKDAYS = Workdays("ID")
ZONE = "Asia/Jakarta"
THURSDAY = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # 15:00 in Jakarta
FRIDAY = 4
moments = st.integers(0, 700 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(ZONE))


def test_who_chose_nothing_is_written_to_from_nine_to_five() -> None:
    usual = OwnCalendar(WORKDAYS, ZONE)
    assert usual.next_moment(THURSDAY) == THURSDAY
    assert usual.next_moment(THURSDAY + timedelta(hours=2)) == datetime(2026, 11, 27, 2, tzinfo=UTC)


def test_own_hours_are_kept() -> None:
    own = OwnCalendar(WORKDAYS, ZONE, starts=time(10), ends=time(14))
    assert own.next_moment(THURSDAY) == datetime(2026, 11, 27, 3, tzinfo=UTC)


def test_weekdays_off_are_kept_and_whoever_has_none_of_them_is_written_to() -> None:
    off = OwnCalendar(WORKDAYS, ZONE, free_weekdays=frozenset({FRIDAY}))
    assert local(off.next_day(THURSDAY)).date() == date(2026, 11, 30)
    assert local(OwnCalendar(WORKDAYS, ZONE).next_day(THURSDAY)).date() == date(2026, 11, 27)
    assert off.days_later(THURSDAY, 2) == datetime(2026, 12, 1, 8, tzinfo=UTC)


@given(
    moments,
    st.frozensets(st.integers(0, 4), max_size=4),
    st.integers(0, 20),
    st.integers(1, 3),
    st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2027, 12, 1)), st.integers(0, 20)), max_size=3),
)
def test_nobody_is_ever_written_to_outside_of_it(
    now: datetime, free: frozenset[int], starts: int, hours: int, away: list[tuple[date, int]]
) -> None:
    absences = tuple(Absence("U1", first, first + timedelta(days=days)) for first, days in away)
    own = OwnCalendar(WORKDAYS, ZONE, absences, time(starts), time(starts + hours), free)
    for moment in (own.next_moment(now), own.next_day(now), own.next_moment(own.days_later(now, 2))):
        there = local(moment)
        assert moment >= now
        assert own.is_working_day(there.date())
        assert time(starts) <= there.time() < time(starts + hours)
