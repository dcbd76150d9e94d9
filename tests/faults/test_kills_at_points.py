"""kill -9 at every named point, for every kind of message, on both databases: whoever starts next finishes the work,
and nobody sees anything twice.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot import notices
from bot.domain.deliveries import DeliveryState, NewDelivery, Verb
from bot.domain.members import Member
from bot.domain.schedules import Cadence, Rule, Schedule, ScheduleKind
from storage import Storage
from tests.conftest import Database
from tests.faults.crash_jobs import (
    DRAW,
    LOOKING_POINTS,
    NOW,
    PLANNING_POINTS,
    SAY,
    SENDING_POINTS,
    TYPING_POINTS,
)
from tests.faults.fork_server import KILLED, ForkServer, Job
from tests.faults.little_slack import LittleSlack, broken, served_apart
from tests.faults.reckoning import Books, all_of, integrity
from tests.soak import times

KINDS = ("post", "dm", "reply", "update", "chart", "notice")
MEMBERS = [Member("U9", "Ada", is_admin=True), Member("U1", "Budi"), Member("U2", "Citra"), Member("U3", "Dewi")]
ROUNDS = times(1, 100)


@dataclass
class Site:
    """A database, a Slack that survives, and a server of processes that do not."""

    database: Database
    slack: LittleSlack
    servers: list[ForkServer]
    storage: Storage
    now: datetime = NOW
    teams: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def team(self) -> str:
        name = f"T{next(self._numbers)}"
        self.storage.write_now(name, lambda db: db.workspace.ensure(name, NOW))
        self.storage.write_now(name, lambda db: db.members.refresh(MEMBERS))
        self.teams.append(name)
        return name

    def job(self, do: str, *teams: str, **given: object) -> Job:
        place = (self.database.url, str(self.database.folder), self.slack.url)
        return Job(do, list(teams), self.now.isoformat(), *place, **given)  # type: ignore[arg-type]

    def owe(self, team: str, kind: str) -> None:
        """A message of a kind; what it belongs to was sent before."""
        channel = "C1" if kind in ("post", "reply", "chart") else "U1"
        laid = None
        if kind in ("reply", "update"):
            place = "C1" if kind == "reply" else "D1"
            before = self.slack.add(team, place, "before")
            laid = self.storage.write_now(
                team,
                lambda db: db.deliveries.add(NewDelivery(SAY, "before", channel, NOW, facts={"laid": "before"})),
            )
            assert laid is not None
            self.storage.write_now(team, lambda db: db.deliveries.sent(laid, place, before.ts, NOW))
        verb = {"reply": Verb.REPLY, "update": Verb.UPDATE}.get(kind, Verb.POST)
        purpose = {"chart": DRAW, "notice": notices.UNDELIVERABLE}.get(kind, SAY)
        facts = {"purpose": "kpi.ask", "error": "not_in_channel", "receiver": "C7"} if kind == "notice" else {}
        owed = NewDelivery(purpose, kind, channel, NOW, verb=verb, target_id=laid, facts=facts)
        assert self.storage.write_now(team, lambda db: db.deliveries.add(owed))

    @property
    def processes(self) -> ForkServer:
        return self.servers[0]

    def kill_at(self, jobs: Sequence[Job]) -> int:
        """A process for each job, killed at its point, some side by side; how many they were."""

        def one_after_the_other(lane: int) -> int:
            return sum(self.servers[lane].kill_at(job).code == KILLED for job in jobs[lane :: len(self.servers)])

        with ThreadPoolExecutor(len(self.servers)) as pool:
            return sum(pool.map(one_after_the_other, range(len(self.servers))))

    def plan(self, team: str, schedule: Schedule) -> None:
        self.storage.write_now(team, lambda db: db.schedules.add(schedule))

    def settle(self) -> None:
        """A fresh process takes over, a good while later."""
        self.now += timedelta(seconds=100)
        takes_over = self.database.backend == "sqlite"
        for at in range(0, len(self.teams), 60):
            self.processes.finish(self.job("settle", *self.teams[at : at + 60], passes=4, takes_over=takes_over))

    def faults(self) -> list[str]:
        found = [f"{team}: {each}" for team in self.teams for each in Books.of(self.storage, team, self.slack).faults()]
        return [*found, *integrity(self.database.url)]


@pytest.fixture
def site(database: Database, fork_servers: list[ForkServer]) -> Iterator[Site]:
    slack = LittleSlack(clock=lambda: made.now.timestamp())
    storage = Storage.open(database.url, database.folder)
    with served_apart(slack):
        made = Site(database, slack, fork_servers, storage)
        yield made
    storage.close()


def test_killed_anywhere_on_its_way_a_message_is_seen_exactly_once(site: Site) -> None:
    jobs = []
    for kind, point in itertools.product(KINDS * ROUNDS, SENDING_POINTS):
        team = site.team()
        site.owe(team, kind)
        jobs.append(site.job("send", team, point=point))
    killed = site.kill_at(jobs)
    site.settle()
    assert site.faults() == []
    assert killed == ROUNDS * len(KINDS) * len(SENDING_POINTS)
    states = {
        delivery.state
        for team in site.teams
        for delivery in site.storage.read_now(team, lambda db: all_of(db.deliveries))
    }
    assert states == {DeliveryState.SENT}


@pytest.mark.parametrize("has_arrived", [True, False])
def test_killed_while_it_is_looked_for_a_message_is_seen_exactly_once(site: Site, has_arrived: bool) -> None:
    points = {}
    for kind, point in itertools.product(("post", "dm", "reply") * ROUNDS, LOOKING_POINTS):
        team = site.team()
        points[team] = point
        site.owe(team, kind)
    post = broken(has_arrived)
    site.slack.misbehave = lambda method, _, __: post if method == "chat.postMessage" else None
    site.processes.finish(site.job("send", *site.teams))
    site.slack.misbehave = lambda _, __, ___: None
    site.now += timedelta(seconds=6)
    assert site.kill_at([site.job("send", team, point=point) for team, point in points.items()]) == len(points)
    site.settle()
    assert site.faults() == []


def test_killed_while_planning_a_date_is_planned_once_and_whole(site: Site) -> None:
    for point in PLANNING_POINTS * ROUNDS:
        site.now = NOW
        team = site.team()
        rule = Rule(Cadence.WEEKLY, NOW.date(), NOW.time(), "UTC")
        schedule = Schedule(f"s{team}", ScheduleKind.SUMMARY, f"s{team}", rule, "U1", NOW - timedelta(hours=1))
        site.plan(team, schedule)
        site.now = NOW + timedelta(seconds=1)
        site.processes.kill_at(site.job("plan", team, point=point))
        site.processes.finish(site.job("plan", team))
    site.settle()
    assert site.faults() == []
    for team in site.teams:
        assert sorted(m.channel for m in site.slack.visible(team)) == ["C1", "D1", "D2"]
        assert site.storage.read_now(team, lambda db: db.schedules.active()[0].kind) is ScheduleKind.SUMMARY


@pytest.mark.parametrize("point", TYPING_POINTS)
def test_what_a_person_was_told_is_recorded_is(site: Site, point: str) -> None:
    for value in range(11, 11 + ROUNDS):
        team = site.team()
        end = site.processes.kill_at(site.job("type", team, point=point, seed=value))
        told = [word for word in end.said if word.startswith("logged")]
        kept = site.storage.read_now(team, lambda db: [int(e.value) for e in db.kpis.history("leads", "U1", limit=9)])
        assert told == ([f"logged {value}"] if point == "told" else [])
        assert kept == ([] if point == "within the write" else [value])
    assert integrity(site.database.url) == []


Break = Callable[[Site, str], None]


def post_again_unseen(site: Site, team: str) -> None:
    """As if a dead sender's message were simply due again."""
    delivery = site.storage.read_now(team, lambda db: all_of(db.deliveries)[-1])
    site.storage.write_now(team, lambda db: db.deliveries.postpone(delivery.id, NOW))


def record_before_sending(site: Site, team: str) -> None:
    """As if it were recorded first, and sent then."""
    delivery = site.storage.read_now(team, lambda db: all_of(db.deliveries)[-1])
    site.storage.write_now(team, lambda db: db.deliveries.sent(delivery.id, "C1", "1.1", NOW))


@pytest.mark.parametrize(
    ("point", "break_it", "found"),
    [
        ("after the answer", post_again_unseen, "is there 2 times"),
        ("before the request", record_before_sending, "counts as sent and is nowhere"),
    ],
)
def test_an_engine_that_does_it_wrong_is_found_out(site: Site, point: str, break_it: Break, found: str) -> None:
    team = site.team()
    site.owe(team, "post")
    site.processes.kill_at(site.job("send", team, point=point))
    break_it(site, team)
    site.settle()
    assert any(found in fault for fault in site.faults()), site.faults()
