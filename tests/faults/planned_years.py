"""A year of the real planner on a clock that only the simulation moves: outages, jumps, ticks; and a model of its own
that says what is to be decided. Local dates and instants of the model come from `tests.rrules`, nothing of it from
`bot.domain.schedules`.
"""

import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from bot.commands import Registry
from bot.domain.schedules import Cadence, Due, Rule, Schedule, ScheduleKind
from bot.i18n import load
from bot.scheduler import GRACE, Pass, PassReport, plan_schedules
from storage import Storage
from tests.rrules import due_dates
from tests.zone_files import all_zones

YEAR = timedelta(days=365)
DAY = timedelta(days=1)
ODD_TIMES = (time(0), time(0, 30), time(1, 30), time(2, 30), time(9), time(23, 59, 59))
ODD_ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Gaza",
)

Decision = tuple[str, str]
"""A state and a reason."""


@dataclass
class Modelled:
    """A schedule, all its occurrences in the year, and what the model decided about them."""

    schedule: Schedule
    due: list[tuple[date, datetime]]
    until: datetime
    decided: dict[date, Decision] = field(default_factory=dict)

    def tick(self, now: datetime) -> date | None:
        """Decides what fell due since the last tick; the date to make, if any."""
        if now <= self.until:
            return None
        first, last = (bisect_right(self.due, moment, key=lambda each: each[1]) for moment in (self.until, now))
        self.until = now
        fresh = self.due[first:last]
        for day, _ in fresh:
            assert day not in self.decided
            self.decided[day] = ("skipped", "missed")
        if not fresh:
            return None
        day, at = fresh[-1]
        is_useful = now - at <= GRACE[self.schedule.kind]
        self.decided[day] = ("planned", "") if is_useful else ("skipped", "late")
        return day if is_useful else None

    def next_due(self) -> datetime | None:
        """When it is due next, as far as the clock has shown it."""
        at = bisect_right(self.due, self.until, key=lambda each: each[1])
        return self.due[at][1] if at < len(self.due) else None


@dataclass(frozen=True)
class Made:
    """What the planner caused: a schedule's date, and what its clock showed."""

    schedule_id: str
    local_date: date
    due_at: datetime
    now: datetime


class PlannedYear:
    """Some schedules over a year, in a workspace of their own. Everything follows from the seed."""

    def __init__(self, storage: Storage, seed: int, schedules: int) -> None:
        self.workspace = f"T{seed}"
        self.made: list[Made] = []
        self.expected: list[tuple[str, date]] = []
        self.most_at_once = self.ticks = 0
        self._random = random.Random(seed)
        self._storage = storage
        self._start = datetime(self._random.randint(2004, 2035), 1, 1, tzinfo=UTC) + self._up_to(YEAR)
        self._step = timedelta(seconds=self._random.choice((30, 60, 300, 900)))
        self.modelled = [self._new(number) for number in range(schedules)]
        self._outages = self._spells(self._random.randint(2, 9), timedelta(minutes=1), timedelta(days=30))
        self._jumps = self._spells(self._random.randint(2, 6), timedelta(minutes=5), timedelta(days=3))

        def cause(_db: Any, schedule: Schedule, due: Due, now: datetime) -> None:
            self.made.append(Made(schedule.id, due.local_date, due.at, now))

        self._registry = Registry(load("en"))
        for kind in ScheduleKind:
            self._registry.schedule(kind, cause)
        storage.write_now(self.workspace, lambda db: db.workspace.ensure("Test", self._start))
        for each in self.modelled:
            storage.write_now(self.workspace, lambda db, each=each: db.schedules.add(each.schedule))

    async def run(self) -> None:
        """Lets the year pass. Ticks at which nothing can be due are mostly left out, as they do nothing."""
        now = self._start
        while now < self._start + YEAR:
            now = self._next_tick(now)
            await self._tick(now + self._jumped(now))
        await self._tick(max(each.until for each in self.modelled))  # in case the clock was put back at the end

    def decided(self) -> dict[str, dict[date, Decision]]:
        """What the database says was decided, by schedule."""
        return {
            each.schedule.id: {
                one.local_date: (str(one.state), one.reason)
                for one in self._storage.read_now(
                    self.workspace, lambda db, each=each: db.schedules.occurrences(each.schedule.id)
                )
            }
            for each in self.modelled
        }

    def wanted(self) -> dict[str, dict[date, Decision]]:
        """What the model says."""
        return {each.schedule.id: each.decided for each in self.modelled}

    async def _tick(self, shown: datetime) -> None:
        report = await self.tick_at(shown)
        assert report.failures == []

    async def tick_at(self, shown: datetime) -> PassReport:
        """One pass of the planner, and of the model, when the clock shows this."""
        self.ticks += 1
        report = PassReport(shown)
        services: Any = SimpleNamespace(storage=self._storage, workspace_id=self.workspace)
        sender: Any = None
        before = len(self.made)
        await plan_schedules(Pass(services, self._registry, sender, shown, report))
        ids = [made.schedule_id for made in self.made[before:]]
        self.most_at_once = max([self.most_at_once, *(ids.count(each) for each in ids)])
        for each in self.modelled:
            day = each.tick(shown)
            if day is not None:
                self.expected.append((each.schedule.id, day))
        return report

    def _next_tick(self, now: datetime) -> datetime:
        """The next tick at which there may be something to do; where that is in an outage, the first one after it."""
        shown = [moment for each in self.modelled if (moment := each.next_due()) is not None]
        wishes = [now + self._up_to(3 * DAY), *([min(shown) - self._jumped(now)] if shown else [])]
        wishes += [edge for begins, ends, _ in self._jumps for edge in (begins, ends) if edge > now]
        following = self._on_beat(max(min(wishes), now + self._step))
        for begins, ends, _ in self._outages:
            if begins <= following < ends:
                following = self._on_beat(ends)
        return following

    def _on_beat(self, moment: datetime) -> datetime:
        return self._start + -((self._start - moment) // self._step) * self._step

    def _jumped(self, now: datetime) -> timedelta:
        return sum((by for begins, ends, by in self._jumps if begins <= now < ends), timedelta())

    def _spells(self, number: int, least: timedelta, most: timedelta) -> list[tuple[datetime, datetime, timedelta]]:
        """Times of trouble, in order, with a day forward or back each: of any length from the least to the most."""
        found = []
        for _ in range(number):
            begins = self._start + self._up_to(YEAR)
            length = least * (most / least) ** self._random.random()
            found.append((begins, begins + length, self._random.choice((DAY, -DAY))))
        return sorted(found)

    def _new(self, number: int) -> Modelled:
        chance = self._random
        cadence = chance.choice(list(Cadence))
        anchor = (self._start + chance.choice((-1, 1)) * self._up_to(YEAR / 2)).date()
        at = chance.choice(ODD_TIMES) if chance.random() < 0.5 else time(chance.randrange(24), chance.randrange(60))
        zone = chance.choice(ODD_ZONES if chance.random() < 0.3 else all_zones())
        until = (self._start + self._up_to(2 * YEAR)).date() if chance.random() < 0.2 else None
        rule = Rule(cadence, anchor, at, zone, until)
        kind = chance.choice(list(ScheduleKind))
        schedule = Schedule(f"S{number}", kind, f"subject{number}", rule, "U1", self._start)
        due = due_dates(cadence.value, anchor, at, zone, until, (self._start + YEAR + 40 * DAY).date())
        return Modelled(schedule, due, self._start)

    def _up_to(self, most: timedelta) -> timedelta:
        return timedelta(seconds=self._random.randrange(int(most.total_seconds())))
