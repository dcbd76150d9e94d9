"""When schedules are due: local dates, clock changes, month ends, outages.

The reference for clock changes is independent of how `instant` computes: it knows a zone only as the offsets that were
in force between two UTC transitions, and applies RFC 5545 section 3.3.5 to them.
"""

from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import schedules
from bot.domain.schedules import (
    Cadence,
    Due,
    Plan,
    Rule,
    Schedule,
    ScheduleKind,
    dates,
    due_between,
    first_anchor,
    instant,
    next_due,
    plan,
)

ZONES = (
    "America/New_York",
    "America/Havana",  # changes at midnight
    "America/Asuncion",
    "America/St_Johns",  # changed at 00:01
    "America/Nuuk",  # a gap that ends at midnight
    "Europe/Berlin",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Tehran",
    "Asia/Jakarta",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",  # half an hour
    "Antarctica/Troll",  # two hours
    "Pacific/Apia",  # had no 2011-12-30
)
TIMES = (time(0), time(0, 30), time(2, 30), time(9), time(23, 30))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, DAY = 3600, 86400


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


# --- the reference ------------------------------------------------------------------------------------------------


def offset_at(zone: str, second: int) -> int:
    found = datetime.fromtimestamp(second, ZoneInfo(zone)).utcoffset()
    return int(found.total_seconds())


@cache
def transitions(zone: str) -> tuple[tuple[int, int, int], ...]:
    """(UTC second, offset before, offset after) of every change from 2000 to 2037."""
    found = []
    second, last = int(utc(2000, 1, 1).timestamp()), int(utc(2038, 1, 1).timestamp())
    while second < last:
        following = second + 5 * DAY
        if offset_at(zone, second) != offset_at(zone, following):
            low, high = second, following
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(zone, middle) == offset_at(zone, second):
                    low = middle
                else:
                    high = middle
            found.append((high, offset_at(zone, low), offset_at(zone, high)))
        second = following
    return tuple(found)


def reference(day: date, at: time, zone: str) -> datetime | None:
    wall = int(datetime.combine(day, at, UTC).timestamp())
    midnight = int(datetime.combine(day, time(), UTC).timestamp())
    known = transitions(zone)
    near = bisect_right([each[0] for each in known], wall)
    nearby = known[max(0, near - 2) : near + 2]
    for second, before, after in nearby:
        if second + before <= midnight and second + after >= midnight + DAY:
            return None  # the gap swallows the date
    for second, before, after in nearby:
        if second + before <= wall < second + after:
            return EPOCH + timedelta(seconds=wall - before)  # a gap: the offset before it
    offsets = {offset for _, *both in nearby for offset in both} or {offset_at(zone, wall)}
    instants = [wall - offset for offset in offsets if offset_at(zone, wall - offset) == offset]
    return EPOCH + timedelta(seconds=min(instants))  # an overlap: the first of the two


# --- one instant --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_transition_of_a_zone_instants_are_those_of_rfc_5545(zone):
    for second, before, _ in transitions(zone):
        middle = (EPOCH + timedelta(seconds=second + before)).date()
        for day in (middle + timedelta(days=ahead) for ahead in range(-3, 4)):
            for at in TIMES:
                assert instant(day, at, zone) == reference(day, at, zone), (day, at)


def test_the_sample_of_zones_has_transitions_of_every_kind():
    changes = [change for zone in ZONES for change in transitions(zone)]
    assert len(changes) > 500
    assert {after - before for _, before, after in changes} >= {HOUR, -HOUR, HOUR // 2, -HOUR // 2, 2 * HOUR, DAY}


def test_in_a_gap_the_time_moves_forward_by_the_gap():
    moved = instant(date(2026, 3, 8), time(2, 30), "America/New_York")
    assert moved == utc(2026, 3, 8, 7, 30)
    assert moved.astimezone(ZoneInfo("America/New_York")).time() == time(3, 30)


def test_in_an_overlap_the_first_of_the_two_counts():
    assert instant(date(2026, 11, 1), time(1, 30), "America/New_York") == utc(2026, 11, 1, 5, 30)
    assert instant(date(2026, 11, 1), time(1, 30, fold=1), "America/New_York") == utc(2026, 11, 1, 5, 30)


def test_a_gap_may_carry_the_time_into_the_next_date():
    assert instant(date(2024, 3, 30), time(23, 30), "America/Nuuk") == utc(2024, 3, 31, 1, 30)


@pytest.mark.parametrize("at", TIMES)
def test_samoa_had_no_30_december_2011(at):
    assert instant(date(2011, 12, 29), at, "Pacific/Apia") is not None
    assert instant(date(2011, 12, 30), at, "Pacific/Apia") is None
    assert instant(date(2011, 12, 31), at, "Pacific/Apia") is not None


def test_the_ends_of_the_calendar_have_no_instant():
    assert instant(date.max, time(23), "America/New_York") is None
    assert instant(date.min, time(1), "Asia/Jakarta") is None


@pytest.mark.parametrize("zone", ["Mars/Olympus_Mons", "../etc/passwd", ""])
def test_a_name_that_is_no_zone_is_refused(zone):
    with pytest.raises((ZoneInfoNotFoundError, ValueError)):
        instant(date(2026, 1, 1), time(9), zone)


# --- dates --------------------------------------------------------------------------------------------------------


def jakarta(cadence: Cadence, anchor: date, at: time = time(9)) -> Rule:
    return Rule(cadence, anchor, at, "Asia/Jakarta")


def some(cadence: Cadence, anchor: date, first: date, number: int = 5) -> list[str]:
    return [day.isoformat() for day in islice(dates(jakarta(cadence, anchor), first), number)]


def test_once_is_just_the_anchor():
    assert some(Cadence.ONCE, date(2026, 11, 30), date(2026, 1, 1)) == ["2026-11-30"]
    assert some(Cadence.ONCE, date(2026, 11, 30), date(2026, 11, 30)) == ["2026-11-30"]
    assert some(Cadence.ONCE, date(2026, 11, 30), date(2026, 12, 1)) == []


def test_nothing_recurs_before_the_anchor():
    for cadence in Cadence:
        assert some(cadence, date(2026, 11, 30), date(2020, 1, 1), 1) == ["2026-11-30"]


def test_daily_and_weekly():
    assert some(Cadence.DAILY, date(2026, 2, 27), date(2026, 2, 28), 3) == ["2026-02-28", "2026-03-01", "2026-03-02"]
    assert some(Cadence.WEEKLY, date(2026, 11, 2), date(2026, 12, 1), 2) == ["2026-12-07", "2026-12-14"]


def test_two_weeks_keep_their_parity_over_the_year_end():
    # 2026 has 53 ISO weeks: counting odd and even weeks would post in two weeks running.
    found = list(islice(dates(jakarta(Cadence.TWO_WEEKS, date(2026, 12, 14)), date(2026, 12, 20)), 60))
    assert found[0] == date(2026, 12, 28)
    assert found[1] == date(2027, 1, 11)
    assert {(after - before).days for before, after in pairwise(found)} == {14}


def test_month_ends_clamp_and_come_back():
    assert some(Cadence.MONTHLY, date(2026, 12, 31), date(2026, 12, 31), 6) == [
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
    ]
    assert some(Cadence.MONTHLY, date(2026, 12, 31), date(2028, 2, 1), 1) == ["2028-02-29"]


def test_a_leap_day_every_month_and_every_quarter():
    assert some(Cadence.MONTHLY, date(2028, 2, 29), date(2029, 2, 1), 2) == ["2029-02-28", "2029-03-29"]
    assert some(Cadence.QUARTERLY, date(2028, 2, 29), date(2028, 12, 1), 3) == [
        "2029-02-28",
        "2029-05-29",
        "2029-08-29",
    ]


def test_quarters_are_three_months_from_the_anchor():
    assert some(Cadence.QUARTERLY, date(2026, 11, 30), date(2026, 12, 1), 4) == [
        "2027-02-28",
        "2027-05-30",
        "2027-08-30",
        "2027-11-30",
    ]


def test_dates_end_with_the_calendar():
    for cadence in Cadence:
        found = list(dates(jakarta(cadence, date(9999, 11, 5)), date(9999, 12, 20)))
        assert all(date(9999, 12, 20) <= day <= date.max for day in found)
        assert bool(found) is (cadence in (Cadence.DAILY, Cadence.WEEKLY, Cadence.TWO_WEEKS))


# --- the last date ------------------------------------------------------------------------------------------------

LAST = {
    Cadence.ONCE: date(2026, 11, 30),
    Cadence.DAILY: date(2026, 12, 5),
    Cadence.WEEKLY: date(2026, 12, 21),
    Cadence.TWO_WEEKS: date(2026, 12, 28),
    Cadence.MONTHLY: date(2027, 2, 28),
    Cadence.QUARTERLY: date(2027, 5, 30),
}
ONE_DAY = timedelta(days=1)


def ending(cadence: Cadence, until: date | None, anchor: date = date(2026, 11, 30)) -> Rule:
    return replace(jakarta(cadence, anchor), until=until)


@pytest.mark.parametrize("cadence", Cadence)
def test_the_last_date_still_counts_and_nothing_after_it_does(cadence):
    on_it = list(dates(ending(cadence, LAST[cadence]), date(2026, 1, 1)))
    assert on_it[-1] == LAST[cadence]
    assert list(dates(ending(cadence, LAST[cadence] + ONE_DAY), date(2026, 1, 1)))[: len(on_it)] == on_it
    assert list(dates(ending(cadence, LAST[cadence] - ONE_DAY), date(2026, 1, 1))) == on_it[:-1]


@pytest.mark.parametrize("cadence", Cadence)
def test_a_rule_that_ends_before_it_begins_has_no_dates(cadence):
    rule = ending(cadence, date(2026, 11, 29))
    assert list(dates(rule, date(2020, 1, 1))) == []
    assert next_due(rule, utc(2020, 1, 1)) is None
    assert due_between(rule, utc(2020, 1, 1), utc(2030, 1, 1)) == []


@pytest.mark.parametrize("cadence", Cadence)
def test_looking_from_after_the_last_date_finds_nothing(cadence):
    assert list(dates(ending(cadence, LAST[cadence]), LAST[cadence])) == [LAST[cadence]]
    assert list(dates(ending(cadence, LAST[cadence]), LAST[cadence] + ONE_DAY)) == []


def test_the_last_date_is_one_of_the_rules_own_zone():
    # 23:00 of the last day in New York is the day after it in UTC.
    rule = Rule(Cadence.DAILY, date(2026, 11, 23), time(23), "America/New_York", date(2026, 11, 24))
    assert next_due(rule, utc(2026, 11, 24, 12)) == Due(date(2026, 11, 24), utc(2026, 11, 25, 4))
    assert next_due(rule, utc(2026, 11, 25, 4)) is None


def test_what_a_gap_carries_past_the_last_date_is_still_due():
    rule = Rule(Cadence.DAILY, date(2024, 1, 1), time(23, 30), "America/Nuuk", date(2024, 3, 30))
    assert next_due(rule, utc(2024, 3, 31, 1, 10)) == Due(date(2024, 3, 30), utc(2024, 3, 31, 1, 30))
    assert next_due(rule, utc(2024, 3, 31, 1, 30)) is None


def test_an_outage_over_the_last_date_makes_up_that_one():
    rule = Rule(Cadence.WEEKLY, date(2026, 11, 2), time(9), "Asia/Jakarta", date(2026, 11, 16))
    ended = Schedule("S1", ScheduleKind.SURVEY, "survey-1", rule, "U1", utc(2026, 11, 1))
    decided = plan(ended, utc(2026, 11, 16, 4), timedelta(hours=12))
    assert decided.make == Due(date(2026, 11, 16), utc(2026, 11, 16, 2))
    assert [due.local_date.day for due, _ in decided.skip] == [2, 9]
    weeks_after = plan(ended, utc(2026, 11, 30, 3), timedelta(hours=12))
    assert weeks_after.make is None
    assert [(due.local_date.day, reason) for due, reason in weeks_after.skip] == [
        (2, "missed"),
        (9, "missed"),
        (16, "late"),
    ]


@pytest.mark.parametrize("cadence", [each for each in Cadence if each is not Cadence.ONCE])
def test_a_rule_that_ended_long_ago_costs_nothing(cadence, monkeypatch):
    asked = []

    def counting(day, at, zone):
        asked.append(day)
        return instant(day, at, zone)

    monkeypatch.setattr(schedules, "instant", counting)
    rule = ending(cadence, date(1950, 1, 1), anchor=date(1900, 1, 31))
    assert next_due(rule, utc(2026, 11, 30)) is None
    assert due_between(rule, utc(2026, 1, 1), utc(2027, 1, 1)) == []
    assert asked == []
    assert next_due(replace(rule, until=None), utc(2026, 11, 30)) is not None
    assert asked != []


# --- due ----------------------------------------------------------------------------------------------------------

NEW_YORK = Rule(Cadence.DAILY, date(2026, 1, 1), time(9), "America/New_York")


def test_nine_o_clock_stays_nine_o_clock_over_a_clock_change():
    found = due_between(NEW_YORK, utc(2026, 3, 7), utc(2026, 3, 9, 23))
    assert [each.at for each in found] == [utc(2026, 3, 7, 14), utc(2026, 3, 8, 13), utc(2026, 3, 9, 13)]
    assert [each.local_date.day for each in found] == [7, 8, 9]


def test_in_the_repeated_hour_it_is_due_once():
    rule = Rule(Cadence.DAILY, date(2026, 10, 31), time(1, 30), "America/New_York")
    found = due_between(rule, utc(2026, 10, 31), utc(2026, 11, 3))
    assert [each.at for each in found] == [utc(2026, 10, 31, 5, 30), utc(2026, 11, 1, 5, 30), utc(2026, 11, 2, 6, 30)]


def test_just_after_midnight_is_not_lost_when_the_clock_skips_it():
    rule = Rule(Cadence.DAILY, date(2024, 1, 1), time(0, 15), "Asia/Beirut")
    found = due_between(rule, utc(2024, 3, 29, 12), utc(2024, 4, 1, 12))
    assert [each.local_date for each in found] == [date(2024, 3, 30), date(2024, 3, 31), date(2024, 4, 1)]
    assert found[1].at == utc(2024, 3, 30, 22, 15)


def test_a_date_that_does_not_exist_is_left_out():
    rule = Rule(Cadence.DAILY, date(2011, 12, 1), time(9), "Pacific/Apia")
    found = due_between(rule, utc(2011, 12, 29), utc(2012, 1, 1))
    assert [each.local_date for each in found] == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_what_a_gap_carried_into_the_next_date_is_still_ahead_then():
    rule = Rule(Cadence.DAILY, date(2024, 1, 1), time(23, 30), "America/Nuuk")
    ten_past_midnight = utc(2024, 3, 31, 1, 10)
    assert ten_past_midnight.astimezone(ZoneInfo("America/Nuuk")).date() == date(2024, 3, 31)
    assert next_due(rule, ten_past_midnight) == Due(date(2024, 3, 30), utc(2024, 3, 31, 1, 30))


def test_the_bounds_are_after_and_up_to():
    nine = utc(2026, 3, 7, 14)
    second = timedelta(seconds=1)
    assert due_between(NEW_YORK, nine - second, nine) == [Due(date(2026, 3, 7), nine)]
    assert due_between(NEW_YORK, nine, nine + second) == []
    assert next_due(NEW_YORK, nine - second) == Due(date(2026, 3, 7), nine)
    assert next_due(NEW_YORK, nine) == Due(date(2026, 3, 8), utc(2026, 3, 8, 13))


def test_once_is_due_once():
    rule = jakarta(Cadence.ONCE, date(2026, 11, 30))
    assert next_due(rule, utc(2020, 1, 1)) == Due(date(2026, 11, 30), utc(2026, 11, 30, 2))
    assert next_due(rule, utc(2026, 11, 30, 2)) is None


def test_nothing_is_due_at_the_end_of_the_calendar():
    rule = jakarta(Cadence.QUARTERLY, date(2026, 1, 1))
    assert next_due(rule, utc(9999, 9, 1)) is not None
    assert next_due(rule, utc(9999, 12, 1)) is None


@pytest.mark.parametrize("cadence", [each for each in Cadence if each is not Cadence.ONCE])
def test_a_rule_that_began_long_ago_costs_no_more_than_a_new_one(cadence, monkeypatch):
    asked = []

    def counting(day, at, zone):
        asked.append(day)
        return instant(day, at, zone)

    monkeypatch.setattr(schedules, "instant", counting)
    rule = jakarta(cadence, date(1900, 1, 31))
    assert next_due(rule, utc(2026, 11, 30)) is not None
    assert len(asked) <= 5
    asked.clear()
    found = due_between(rule, utc(2026, 1, 1), utc(2027, 1, 1))
    assert len(found) >= 4
    assert len(asked) <= len(found) + 5


def test_naive_moments_are_refused():
    aware = utc(2026, 1, 1)
    naive = aware.replace(tzinfo=None)
    for ask in (
        lambda: next_due(NEW_YORK, naive),
        lambda: due_between(NEW_YORK, naive, aware),
        lambda: due_between(NEW_YORK, aware, naive),
        lambda: first_anchor(Cadence.DAILY, None, None, time(9), "Asia/Jakarta", naive),
    ):
        with pytest.raises(ValueError):
            ask()


zones = st.sampled_from(ZONES)
days = st.dates(date(2000, 1, 1), date(2037, 12, 31))
rules = st.builds(Rule, st.sampled_from(Cadence), days, st.times(), zones, st.none() | days)
moments = st.timedeltas(timedelta(0), timedelta(days=38 * 365)).map(lambda since: utc(2000, 1, 1) + since)
spans = st.timedeltas(timedelta(0), timedelta(days=500))


@given(rules, moments, spans)
def test_occurrences_strictly_increase_and_lie_within_the_bounds(rule, after, span):
    found = due_between(rule, after, after + span)
    for earlier, later in pairwise(found):
        assert earlier.at < later.at
        assert earlier.local_date < later.local_date
    assert all(after < each.at <= after + span for each in found)
    assert all(each.at == instant(each.local_date, rule.at, rule.zone) for each in found)


@given(rules, moments, spans)
def test_the_next_one_is_the_first_of_all_that_follow(rule, after, span):
    found = due_between(rule, after, after + span)
    following = next_due(rule, after)
    if found:
        assert following == found[0]
    else:
        assert following is None or following.at > after + span
    chain, moment = [], after
    while (each := next_due(rule, moment)) is not None and each.at <= after + span:
        chain.append(each)
        moment = each.at
    assert chain == found


@given(rules, moments, spans, days)
def test_an_end_only_takes_away_what_falls_after_it(rule, after, span, until):
    rule = replace(rule, until=None)
    whole = due_between(rule, after, after + span)
    found = due_between(replace(rule, until=until), after, after + span)
    assert found == [each for each in whole if each.local_date <= until]
    assert next_due(replace(rule, until=until), after) in (None, next_due(rule, after))


@given(rules, moments, spans, spans)
def test_however_time_is_cut_nothing_is_lost_or_doubled(rule, after, first, second):
    middle, until = after + first, after + first + second
    parts = due_between(rule, after, middle) + due_between(rule, middle, until)
    assert parts == due_between(rule, after, until)


@given(zones, st.times(), moments)
def test_every_local_date_that_exists_is_due_once(zone, at, after):
    rule = Rule(Cadence.DAILY, date(1999, 1, 1), at, zone)
    found = [each.local_date for each in due_between(rule, after, after + timedelta(days=40))]
    whole = [found[0] + timedelta(days=ahead) for ahead in range((found[-1] - found[0]).days + 1)]
    assert found == [day for day in whole if (zone, day) != ("Pacific/Apia", date(2011, 12, 30))]


# --- planning -----------------------------------------------------------------------------------------------------

GRACE = timedelta(hours=12)


NOVEMBER = utc(2026, 11, 1)


def schedule(planned_until: datetime = NOVEMBER, active: bool = True) -> Schedule:
    rule = jakarta(Cadence.DAILY, date(2026, 1, 5))
    return Schedule("S1", ScheduleKind.SUMMARY, "summary-1", rule, "U1", planned_until, active)


def test_nothing_due_nothing_planned():
    assert plan(schedule(), utc(2026, 11, 1, 1, 59), GRACE) == Plan(None, ())


def test_what_is_due_now_is_made():
    assert plan(schedule(), utc(2026, 11, 1, 2), GRACE) == Plan(Due(date(2026, 11, 1), utc(2026, 11, 1, 2)), ())


def test_after_an_outage_only_the_latest_is_made_up():
    back = utc(2026, 11, 4, 8)
    decided = plan(schedule(), back, GRACE)
    assert decided.make == Due(date(2026, 11, 4), utc(2026, 11, 4, 2))
    assert [(due.local_date.day, reason) for due, reason in decided.skip] == [
        (1, "missed"),
        (2, "missed"),
        (3, "missed"),
    ]


def test_the_latest_is_made_up_until_its_grace_has_passed():
    due = utc(2026, 11, 1, 2)
    assert plan(schedule(), due + GRACE, GRACE).make == Due(date(2026, 11, 1), due)
    late = plan(schedule(), due + GRACE + timedelta(seconds=1), GRACE)
    assert late == Plan(None, ((Due(date(2026, 11, 1), due), "late"),))


def test_years_of_outage_are_no_storm():
    decided = plan(schedule(planned_until=utc(2026, 1, 1)), utc(2029, 1, 1, 3), GRACE)
    assert decided.make is not None
    assert decided.make.local_date == date(2029, 1, 1)
    assert len(decided.skip) > 1000
    assert {reason for _, reason in decided.skip} == {"missed"}


def test_a_paused_schedule_plans_nothing():
    assert plan(schedule(), utc(2026, 11, 2, 3), GRACE).make is not None
    assert plan(schedule(active=False), utc(2026, 11, 2, 3), GRACE) == Plan(None, ())


def test_a_clock_that_went_back_plans_nothing_again():
    assert plan(schedule(planned_until=utc(2026, 11, 5)), utc(2026, 11, 2, 3), GRACE) == Plan(None, ())


@given(rules, moments, st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=60)), max_size=12))
def test_ticks_decide_every_occurrence_exactly_once_whatever_the_outages(rule, start, pauses):
    decided, now, until = [], start, start
    for pause in pauses:
        now += pause
        found = plan(Schedule("S1", ScheduleKind.SURVEY, "survey-1", rule, "U1", until), now, GRACE)
        until = now
        assert all(due.at < found.make.at for due, _ in found.skip if found.make)
        assert [reason for _, reason in found.skip].count("late") <= (found.make is None)
        decided += [due for due, _ in found.skip] + ([found.make] if found.make else [])
    assert decided == due_between(rule, start, now)


# --- the first date -----------------------------------------------------------------------------------------------

WEDNESDAY = utc(2026, 11, 25, 3)  # 10:00 in Jakarta


@pytest.mark.parametrize(
    ("cadence", "weekday", "day_of_month", "at", "expected"),
    [
        (Cadence.WEEKLY, 0, None, time(9), date(2026, 11, 30)),
        (Cadence.WEEKLY, 2, None, time(10, 1), date(2026, 11, 25)),
        (Cadence.WEEKLY, 2, None, time(10), date(2026, 12, 2)),
        (Cadence.TWO_WEEKS, 1, None, time(9), date(2026, 12, 1)),
        (Cadence.DAILY, None, None, time(17), date(2026, 11, 25)),
        (Cadence.DAILY, None, None, time(9), date(2026, 11, 26)),
        (Cadence.ONCE, 4, None, time(9), date(2026, 11, 27)),
        (Cadence.MONTHLY, None, None, time(9), date(2026, 11, 26)),
        (Cadence.MONTHLY, 0, None, time(9), date(2026, 11, 30)),
        (Cadence.MONTHLY, None, 1, time(9), date(2026, 12, 1)),
        (Cadence.MONTHLY, None, 25, time(9), date(2026, 12, 25)),
        (Cadence.QUARTERLY, 3, 15, time(9), date(2026, 12, 15)),
        (Cadence.WEEKLY, 3, 15, time(9), date(2026, 11, 26)),
    ],
)
def test_the_first_date_is_the_next_wished_day_whose_time_is_still_ahead(cadence, weekday, day_of_month, at, expected):
    assert first_anchor(cadence, weekday, day_of_month, at, "Asia/Jakarta", WEDNESDAY) == expected


def test_the_31st_begins_in_a_month_that_has_it_so_that_it_stays_the_month_end():
    anchor = first_anchor(Cadence.MONTHLY, None, 31, time(9), "Asia/Jakarta", utc(2027, 2, 1))
    assert anchor == date(2027, 3, 31)
    assert some(Cadence.MONTHLY, anchor, anchor, 3) == ["2027-03-31", "2027-04-30", "2027-05-31"]


def test_today_is_the_zones_today():
    late_evening_in_new_york = utc(2026, 11, 25, 3)
    anchor = first_anchor(Cadence.DAILY, None, None, time(23), "America/New_York", late_evening_in_new_york)
    assert anchor == date(2026, 11, 24)


@pytest.mark.parametrize(("weekday", "day_of_month"), [(7, None), (-1, None), (None, 0), (None, 32)])
def test_days_that_do_not_exist_are_refused(weekday, day_of_month):
    with pytest.raises(ValueError):
        first_anchor(Cadence.MONTHLY, weekday, day_of_month, time(9), "Asia/Jakarta", WEDNESDAY)


@given(
    st.sampled_from(Cadence),
    st.none() | st.integers(0, 6),
    st.none() | st.integers(1, 31),
    st.times(),
    zones,
    moments,
)
def test_the_first_date_is_always_found_and_is_the_first_occurrence(cadence, weekday, day_of_month, at, zone, now):
    anchor = first_anchor(cadence, weekday, day_of_month, at, zone, now)
    following = next_due(Rule(cadence, anchor, at, zone), now)
    assert following is not None
    assert following.local_date == anchor
    if weekday is not None and day_of_month is None:
        assert anchor.weekday() == weekday
