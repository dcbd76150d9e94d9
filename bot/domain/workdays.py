"""Working days of a country: neither weekend nor public holiday, nor the company's own day off, nor a day the person is
away. Schedules and time zones in general are in `schedules`."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.members import Absence
from bot.domain.schedules import instant

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_END = datetime.max.replace(tzinfo=UTC)


class Workdays:
    """The working days of a country (ISO 3166 code such as "ID"; unknown or empty: every Monday to Friday).

    Public holidays and the country's own weekend and make-up working days come from the `holidays` package, which is
    loaded at the first question. Answers are kept per year. Safe to share between threads. `days_off` are the company's
    own days off on top of those; a day that the country has off anyway changes nothing.
    """

    def __init__(self, country: str, days_off: frozenset[date] = frozenset()) -> None:
        self._country = country.strip().upper()
        self._own_days_off = days_off
        self._days_off: dict[int, frozenset[date]] = {}

    def is_working_day(self, day: date, absences: Iterable[Absence] = ()) -> bool:
        """Whether people work on a local date; `absences` are those of the one person it is asked for."""
        return not self._is_day_off(day) and not any(absence.covers(day) for absence in absences)

    def count(self, first: date, last: date) -> int:
        """The number of working days from `first` to `last`, both included; 0 if they are the wrong way round."""
        days = (date.fromordinal(each) for each in range(first.toordinal(), last.toordinal() + 1))
        return sum(not self._is_day_off(day) for day in days)

    def next_moment(
        self,
        now: datetime,
        zone: str,
        absences: Iterable[Absence] = (),
        start: time = time(9),
        end: time = time(17),
    ) -> datetime:
        """The first moment not before `now` (aware) within working hours of a working day in the zone, in UTC.

        That is `now` itself during working hours (`start` included, `end` not), else the next start. It is the end of
        the calendar for somebody who is away until then. Raises ValueError for a naive `now` or hours that end before
        they start, zoneinfo.ZoneInfoNotFoundError for an unknown zone.
        """
        if now.tzinfo is None:
            raise ValueError("a moment needs a zone")
        if start >= end:
            raise ValueError(f"working hours from {start} to {end}")
        away = tuple(absences)
        day = now.astimezone(ZoneInfo(zone)).date()
        while (working_day := self._first_working_day(day, away)) is not None:
            opens, closes = instant(working_day, start, zone), instant(working_day, end, zone)
            if opens is not None and closes is not None and now < closes:
                return max(now, opens).astimezone(UTC)
            day = working_day + _ONE_DAY
        return _END

    def next_day(
        self,
        now: datetime,
        zone: str,
        absences: Iterable[Absence] = (),
        start: time = time(9),
        end: time = time(17),
    ) -> datetime:
        """The start of working hours on the first working day after the local date of `now`, in UTC. Errors and the end
        of the calendar as in `next_moment`."""
        if now.tzinfo is None:
            raise ValueError("a moment needs a zone")
        tomorrow = now.astimezone(ZoneInfo(zone)).date() + _ONE_DAY
        return self.next_moment(instant(tomorrow, time.min, zone) or now + _ONE_DAY, zone, absences, start, end)

    def days_later(self, moment: datetime, zone: str, days: int, absences: Iterable[Absence] = ()) -> datetime:
        """The wall-clock time of `moment` (aware) again, `days` working days later (1 or more), in UTC. The end of the
        calendar for somebody who is away until then."""
        away = tuple(absences)
        later = moment
        for _ in range(days):
            later = self.next_day(later, zone, away)
            if later == _END:
                return _END
        there = ZoneInfo(zone)
        return instant(later.astimezone(there).date(), moment.astimezone(there).time(), zone) or later

    def _first_working_day(self, day: date, absences: tuple[Absence, ...]) -> date | None:
        """The first working day not before `day`. Jumps over absences, which people may make as long as they like."""
        while True:
            back = max((absence.last for absence in absences if absence.covers(day)), default=None)
            if back is None and not self._is_day_off(day):
                return day
            last = back or day
            if last >= date.max - 2 * _ONE_DAY:  # leaves room for the zones' offsets from UTC
                return None
            day = last + _ONE_DAY

    def _is_day_off(self, day: date) -> bool:
        days_off = self._days_off.get(day.year)
        if days_off is None:
            days_off = self._days_off[day.year] = _days_off(self._country, day.year)
        return day in days_off or day in self._own_days_off


def _days_off(country: str, year: int) -> frozenset[date]:
    """Weekends and public holidays of one year. A calendar of its own for each year, because `holidays` would fill a
    shared one while others may be reading it."""
    days = [date.fromordinal(each) for each in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)]
    weekends = frozenset(day for day in days if day.weekday() >= _SATURDAY)
    if len(country) != 2:
        return weekends
    import holidays  # takes a while to load, and most processes never ask

    try:
        calendar = holidays.country_holidays(country, years=year, expand=False)
    except NotImplementedError:
        return weekends
    return frozenset(day for day in days if not calendar.is_working_day(day))
