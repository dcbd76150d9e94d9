"""A year of the clock: every rhythm in two zones, through daylight saving, holidays, and outages of an hour to a month,
with exactly the posts expected. The dates expected come from dateutil, not from our own rules."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from holidays import HolidayBase, country_holidays

from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.domain.schedules import OccurrenceState, ScheduleKind
from bot.sender import Sender
from bot.services import Services
from bot.slack.blocks import Message
from bot.summaries import purposes
from storage import UnitOfWork
from tests.features.harness import Bench

BEGINS, ENDS = datetime(2026, 11, 26, 8, tzinfo=UTC), datetime(2027, 11, 26, 8, tzinfo=UTC)
PULSE = timedelta(hours=12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

OUTAGES = (
    (datetime(2026, 11, 30, 7, 30, tzinfo=UTC), HOUR),
    (datetime(2026, 12, 24, 20, tzinfo=UTC), 14 * HOUR),
    (datetime(2027, 1, 31, 22, tzinfo=UTC), 47 * HOUR),
    (datetime(2027, 3, 13, 20, tzinfo=UTC), 23 * HOUR),  # the clocks of New York go forward
    (datetime(2027, 3, 28, 0, tzinfo=UTC), 13 * HOUR),  # ... and those of Amsterdam
    (datetime(2027, 4, 30, 12, tzinfo=UTC), 51 * HOUR),
    (datetime(2027, 6, 10, 12, tzinfo=UTC), 9 * DAY),
    (datetime(2027, 8, 20, 12, tzinfo=UTC), 30 * DAY),
    (datetime(2027, 10, 31, 0, tzinfo=UTC), 3 * DAY),  # ... and back
)
"""When nothing runs, and for how long."""

ZONES = {"A": "Europe/Amsterdam", "N": "America/New_York"}
DAYS = {
    "daily": (time(9), {"freq": rrule.DAILY}),  # on working days
    "weekly fri 16:00": (time(16), {"freq": rrule.WEEKLY, "byweekday": rrule.FR}),
    "weekly sun 02:30": (time(2, 30), {"freq": rrule.WEEKLY, "byweekday": rrule.SU}),  # skipped, or there twice
    "every 2 weeks wed": (time(9), {"freq": rrule.WEEKLY, "interval": 2, "byweekday": rrule.WE}),
    "monthly on the 31st": (time(9), {"freq": rrule.MONTHLY, "bymonthday": -1}),
    "monthly on the 12th 23:30": (time(23, 30), {"freq": rrule.MONTHLY, "bymonthday": 12}),
    "quarterly": (time(9), {"freq": rrule.MONTHLY, "bymonthday": 1, "bymonth": (1, 4, 7, 10)}),
}


@cache
def passes() -> list[datetime]:
    """When the bot looks at the clock: twice a day, and as an outage ends."""
    moments = {BEGINS + number * PULSE for number in range(1, (ENDS - BEGINS) // PULSE + 1)}
    for start, length in OUTAGES:
        moments = {each for each in moments if not start <= each < start + length} | {start + length}
    return sorted(moments)


@cache
def calendar() -> HolidayBase:
    return country_holidays("ID", years=(2026, 2027))


def is_worked(day: date) -> bool:
    return bool(calendar().is_working_day(day))


@cache
def instants(words: str, zone: str) -> dict[date, datetime]:
    """The dates of a rule and their UTC instants, by dateutil's calendar. A time that the clocks skip comes as much
    later, one that is there twice counts the first time: both are what fold=0 means (PEP 495)."""
    at, rule = DAYS[words]
    # dateutil counts wall-clock dates; every two weeks begins with the first Wednesday ahead
    start = datetime(2026, 12, 2) if "interval" in rule else datetime(2026, 11, 26)  # noqa: DTZ001
    days = [each.date() for each in rrule.rrule(dtstart=start, until=datetime(2027, 11, 27), **rule)]  # noqa: DTZ001
    there = {day: datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC) for day in days}
    return {day: moment for day, moment in there.items() if BEGINS < moment <= ENDS}


def expected(words: str, zone: str) -> set[date]:
    """The dates that are posted: at the first pass after its moment the latest of those that came since the pass
    before, if that is not longer ago than it is useful, and of the daily ones not on a day off."""
    useful = 12 * HOUR if words.startswith("daily") else 48 * HOUR
    posted, before = set(), BEGINS
    for moment in passes():
        due = {at: day for day, at in instants(words, zone).items() if before < at <= moment}
        if due and moment - max(due) <= useful and (words != "daily" or is_worked(due[max(due)])):
            posted.add(due[max(due)])
        before = moment
    return posted


def test_the_outages_matter() -> None:
    """Control: each of them costs or delays some post."""
    for start, length in OUTAGES:
        inside = [
            at
            for words in DAYS
            for zone in ZONES.values()
            for at in instants(words, zone).values()
            if start <= at < start + length
        ]
        assert inside, start
    lost = {
        words: len(set(instants(words, "Europe/Amsterdam")) - expected(words, "Europe/Amsterdam")) for words in DAYS
    }
    assert lost["daily"] > 30
    assert lost["weekly fri 16:00"] >= 4


@pytest.fixture
async def world(denyut: Bench) -> Bench:
    """What a post says is not the matter here, and seconds between messages are not waited out."""

    async def pause(_seconds: float) -> None:
        return None

    def post(_db: UnitOfWork, delivery: Delivery, _services: Services, _now: datetime) -> Message:
        return Message(delivery.subject)

    def nothing(_db: UnitOfWork, _delivery: Delivery, _services: Services, _now: datetime) -> None:
        return None

    denyut.registry.renders[purposes.POST] = post
    for silent in (purposes.DETAILS, purposes.OWING):
        denyut.registry.renders[silent] = nothing
    denyut.now = BEGINS
    denyut.sender = Sender(denyut.services, denyut.registry, pause=pause)
    people = [Member(f"U0{name}", name, "en-US", zone) for name, zone in ZONES.items()]
    denyut.do(lambda db: db.members.refresh(people))
    return denyut


async def test_a_year_has_exactly_the_posts_expected(world: Bench) -> None:
    channels = {}
    for zone in ZONES:
        for number, words in enumerate(DAYS):
            channel = f"C0{zone}{number}"
            world.slack.channels[channel] = [f"U0{zone}"]
            await world.command(f"/kpi summary <#{channel}|x> {words}", user=f"U0{zone}")
            channels[channel] = (words, ZONES[zone])

    for moment in passes():
        await world.tick(moment)

    posted = defaultdict(list)
    for each in world.do(lambda db: db.deliveries.of_purposes((purposes.POST,), BEGINS)):
        if each.state == "sent":
            posted[each.receiver].append(date.fromisoformat(each.facts["day"]))
    for channel, (words, zone) in channels.items():
        assert sorted(posted[channel]) == sorted(expected(words, zone)), (words, zone)
        in_slack = [each for each in world.posts(channel) if each.thread_ts is None]
        assert len(in_slack) == len(posted[channel]), "each of them once"
    for summary in world.do(lambda db: db.summaries.all()):
        words, zone = channels[summary.channel_id]
        schedule = world.do(lambda db, of=summary.id: db.schedules.of_subject(ScheduleKind.SUMMARY, of))
        decided = world.do(lambda db, of=schedule.id: db.schedules.occurrences(of))
        assert {each.local_date: each.due_at for each in decided} == instants(words, zone), "every date was decided"
        planned = {each.local_date for each in decided if each.state is OccurrenceState.PLANNED}
        assert planned >= expected(words, zone)
        free = {each.local_date for each in decided if each.reason == "day_off"}
        assert {is_worked(day) for day in free} <= {False}
        assert len(free) > 80 if words == "daily" else not free
