"""A year of the clock (in a soak; else the weeks of it in which most happens): every rhythm in two zones, through
daylight saving, holidays, and outages of an hour to a month, with exactly the posts expected. The dates expected come
from dateutil, not from our own rules."""

from collections import defaultdict
from dataclasses import dataclass
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
from tests.soak import IS_SOAK


@dataclass(frozen=True)
class Stretch:
    """Some time that is lived through, from a Thursday on, so that "every 2 weeks wed" begins six days later."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, first: date, last: date) -> "Stretch":
        assert first.weekday() == 3
        return cls(datetime.combine(first, time(8), UTC), datetime.combine(last, time(8), UTC))


YEAR = Stretch.of(date(2026, 11, 26), date(2027, 11, 26))
WEEKS = (
    Stretch.of(date(2027, 3, 11), date(2027, 4, 3)),  # both clocks go forward, a month and a quarter end, days off
    Stretch.of(date(2027, 6, 3), date(2027, 6, 24)),  # nine days without the bot
    Stretch.of(date(2027, 10, 21), date(2027, 11, 13)),  # both clocks go back
)
STRETCHES = (YEAR,) if IS_SOAK else WEEKS
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
def passes(of: Stretch) -> list[datetime]:
    """When the bot looks at the clock: twice a day, and as an outage ends."""
    moments = {of.begins + number * PULSE for number in range(1, (of.ends - of.begins) // PULSE + 1)}
    for start, length in OUTAGES:
        if not of.begins < start < start + length < of.ends:
            continue
        moments = {each for each in moments if not start <= each < start + length} | {start + length}
    return sorted(moments)


@cache
def calendar() -> HolidayBase:
    return country_holidays("ID", years=(2026, 2027))


def is_worked(day: date) -> bool:
    return bool(calendar().is_working_day(day))


@cache
def instants(of: Stretch, words: str, zone: str) -> dict[date, datetime]:
    """The dates of a rule and their UTC instants, by dateutil's calendar. A time that the clocks skip comes as much
    later, one that is there twice counts the first time: both are what fold=0 means (PEP 495)."""
    at, rule = DAYS[words]
    # dateutil counts wall-clock dates; every two weeks begins with the first Wednesday ahead
    start = of.begins.replace(hour=0, tzinfo=None) + (6 * DAY if "interval" in rule else timedelta())
    until = of.ends.replace(hour=0, tzinfo=None) + DAY
    days = [each.date() for each in rrule.rrule(dtstart=start, until=until, **rule)]
    there = {day: datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC) for day in days}
    return {day: moment for day, moment in there.items() if of.begins < moment <= of.ends}


def expected(of: Stretch, words: str, zone: str) -> set[date]:
    """The dates that are posted: at the first pass after its moment the latest of those that came since the pass
    before, if that is not longer ago than it is useful, and of the daily ones not on a day off."""
    useful = 12 * HOUR if words.startswith("daily") else 48 * HOUR
    posted, before = set(), of.begins
    for moment in passes(of):
        due = {at: day for day, at in instants(of, words, zone).items() if before < at <= moment}
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
            for at in instants(YEAR, words, zone).values()
            if start <= at < start + length
        ]
        assert inside, start
    lost = {
        words: len(set(instants(YEAR, words, "Europe/Amsterdam")) - expected(YEAR, words, "Europe/Amsterdam"))
        for words in DAYS
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
    denyut.sender = Sender(denyut.services, denyut.registry, pause=pause)
    people = [Member(f"U0{name}", name, "en-US", zone) for name, zone in ZONES.items()]
    denyut.do(lambda db: db.members.refresh(people))
    return denyut


@pytest.mark.parametrize("stretch", STRETCHES, ids=lambda each: f"{each.begins:%Y-%m-%d}")
async def test_every_rhythm_has_exactly_the_posts_expected(world: Bench, stretch: Stretch) -> None:
    world.now = stretch.begins
    channels = {}
    for zone in ZONES:
        for number, words in enumerate(DAYS):
            channel = f"C0{zone}{number}"
            world.slack.channels[channel] = [f"U0{zone}"]
            await world.command(f"/kpi summary <#{channel}|x> {words}", user=f"U0{zone}")
            channels[channel] = (words, ZONES[zone])

    for moment in passes(stretch):
        await world.tick(moment)

    posted = defaultdict(list)
    for each in world.do(lambda db: db.deliveries.of_purposes((purposes.POST,), stretch.begins)):
        if each.state == "sent":
            posted[each.receiver].append(date.fromisoformat(each.facts["day"]))
    for channel, (words, zone) in channels.items():
        assert sorted(posted[channel]) == sorted(expected(stretch, words, zone)), (words, zone)
        in_slack = [each for each in world.posts(channel) if each.thread_ts is None]
        assert len(in_slack) == len(posted[channel]), "each of them once"
    for summary in world.do(lambda db: db.summaries.all()):
        words, zone = channels[summary.channel_id]
        schedule = world.do(lambda db, of=summary.id: db.schedules.of_subject(ScheduleKind.SUMMARY, of))
        decided = world.do(lambda db, of=schedule.id: db.schedules.occurrences(of))
        assert {each.local_date: each.due_at for each in decided} == instants(stretch, words, zone), (
            "every date was decided"
        )
        planned = {each.local_date for each in decided if each.state is OccurrenceState.PLANNED}
        assert planned >= expected(stretch, words, zone)
        free = {each.local_date for each in decided if each.reason == "day_off"}
        assert {is_worked(day) for day in free} <= {False}
        assert len(free) > len(passes(stretch)) / 10 if words == "daily" else not free
