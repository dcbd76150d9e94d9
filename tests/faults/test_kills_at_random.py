"""kill -9 at random moments, one process after the other, while people type, messages become owed and go out: what was
confirmed stays, and what is owed is seen exactly once. 500 kills over both databases; 10,000 in a soak.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.domain.members import Member
from storage import Storage
from tests.conftest import Database
from tests.faults.conftest import LANES
from tests.faults.crash_jobs import NOW
from tests.faults.fork_server import KILLED, ForkServer, Job
from tests.faults.little_slack import LittleSlack, served_apart
from tests.faults.reckoning import Books, all_of, integrity
from tests.soak import times

KILLS = times(500, 10_000) // 2 // LANES
BETWEEN = timedelta(seconds=35)
LONGEST_LIFE = 0.02  # seconds after a random number of words
MEMBERS = [Member("U9", "Ada", is_admin=True), *(Member(f"U{n}", f"Person {n}") for n in (1, 2, 3))]


@dataclass
class Lane:
    """A bot that dies again and again, and starts again: a database, a Slack, and what it said to people."""

    database: Database
    processes: ForkServer
    number: int
    now: datetime = NOW
    told: list[str] = field(default_factory=list)
    killed: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.team = f"T{self.number}"
        self.slack = LittleSlack(clock=lambda: self.now.timestamp())

    def job(self, do: str, **given: object) -> Job:
        place = (self.database.url, str(self.database.folder), self.slack.url)
        takes_over = self.database.backend == "sqlite"
        return Job(do, [self.team], self.now.isoformat(), *place, takes_over=takes_over, **given)  # type: ignore[arg-type]

    def run(self) -> None:
        rng = random.Random(self.number)
        storage = Storage.open(self.database.url, self.database.folder)
        storage.write_now(self.team, lambda db: db.workspace.ensure(self.team, NOW))
        storage.write_now(self.team, lambda db: db.members.refresh(MEMBERS))
        with served_apart(self.slack):
            for number in range(KILLS):
                end = self.processes.run(
                    self.job("work", seed=number + 1), after=(rng.randrange(1, 9), rng.random() * LONGEST_LIFE)
                )
                assert end.code == KILLED, end
                self.killed += 1
                self.told += end.said
                self.now += BETWEEN
            self.now += timedelta(minutes=5)
            self.processes.finish(self.job("settle", passes=6))
        self.reckon(storage)
        storage.close()

    def reckon(self, storage: Storage) -> None:
        self.faults = [*Books.of(storage, self.team, self.slack).faults(), *integrity(self.database.url)]
        owed = {each.subject for each in storage.read_now(self.team, lambda db: all_of(db.deliveries))}
        logged = storage.read_now(self.team, lambda db: db.kpis.history("leads", "U1", limit=100_000))
        kept = {int(entry.value) for entry in logged}
        self.faults += [f"{word} is lost" for word in self.told_of("owed") if word not in owed]
        self.faults += [f"the value {word} is lost" for word in self.told_of("logged") if int(word) not in kept]

    def told_of(self, what: str) -> list[str]:
        return [word.removeprefix(f"{what} ") for word in self.told if word.startswith(f"{what} ")]


@pytest.fixture
def lanes(new_database: Callable[[], Database], fork_servers: list[ForkServer]) -> list[Lane]:
    return [Lane(new_database(), processes, number) for number, processes in enumerate(fork_servers, 1)]


def test_however_often_it_is_killed_nothing_is_lost_or_doubled(lanes: list[Lane]) -> None:
    threads = [threading.Thread(target=lane.run) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [lane.faults for lane in lanes] == [[]] * LANES
    assert sum(lane.killed for lane in lanes) == KILLS * LANES
    assert all(lane.told_of("owed") for lane in lanes), "the children lived too short to do anything"
    assert all(lane.told_of("logged") for lane in lanes)
    assert all(lane.slack.visible(lane.team) for lane in lanes)


def test_what_is_lost_after_all_is_found(lanes: list[Lane]) -> None:
    lane = lanes[0]
    storage = Storage.open(lane.database.url, lane.database.folder)
    storage.write_now(lane.team, lambda db: db.workspace.ensure(lane.team, NOW))
    lane.told = ["owed 7", "logged 8"]
    lane.reckon(storage)
    storage.close()
    assert lane.faults == ["7 is lost", "the value 8 is lost"]
