"""Replicas on a PostgreSQL of their own, and who gets in their way: processes stopped for longer than a lease, killed
and started again, connections ended, the server brought down at once. What it must come to is said in the tests.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from bot.domain.schedules import Cadence, Rule, Schedule, ScheduleKind
from bot.sender import LEASE
from storage import Storage, migrate
from tests.faults.little_slack import LittleSlack, served_apart, slow
from tests.faults.replica import EPOCH, TEAM, WINDOW, FastClock
from tests.faults.resources_postgres import MortalServer

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "replicas"
ZONES = ("Asia/Jakarta", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC")
START_SECONDS = 60.0
WAVE_SECONDS = 150.0
Deed = Callable[["Replicas"], Awaitable[None]]


class Replica:
    """One process."""

    def __init__(self, orders: dict[str, Any], folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._orders = {**orders, "folder": str(folder)}
        self._folder = folder
        self.process: asyncio.subprocess.Process | None = None
        self.is_busy = False
        """Somebody is at it just now."""

    async def start(self) -> None:
        with (self._folder / "stderr.txt").open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.replica", json.dumps(self._orders),
                cwd=self._folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=asyncio.subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            assert await self.process.stdout.readline() == b"ready\n", self.said

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def said(self) -> str:
        return (self._folder / "stderr.txt").read_text()

    async def stop_for(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later; not in the moment in which nothing can be guaranteed (see `bot.sender`)."""
        while True:
            os.kill(self.pid, signal.SIGSTOP)
            while _state(self.pid) != "T":
                await asyncio.sleep(0.001)
            if (self._folder / WINDOW).read_bytes() == b"\0":
                break
            os.kill(self.pid, signal.SIGCONT)
            await asyncio.sleep(0.005)
        await asyncio.sleep(seconds)
        os.kill(self.pid, signal.SIGCONT)

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def end(self) -> int:
        """Asks it to end in order; its exit code."""
        assert self.process is not None
        self.process.terminate()
        async with asyncio.timeout(START_SECONDS):
            return await self.process.wait()


class Replicas:
    """Some replicas at work, their server and their Slack."""

    def __init__(self, server: MortalServer, slack: LittleSlack, clock: FastClock, replicas: list[Replica]) -> None:
        self.server = server
        self.slack = slack
        self.clock = clock
        self.replicas = replicas
        self.done: Counter[str] = Counter()
        self.seed = 0

    async def wave(self, occurrences: int, true_seconds: float, deeds: list[Deed]) -> None:
        """Lets so many occurrences fall due within a time while the deeds are done, and waits until all was sent."""
        self.seed += 1
        chance = random.Random(self.seed)
        first = self.clock.now() + timedelta(seconds=1.5 * self.clock.speed)
        spread = timedelta(seconds=true_seconds * self.clock.speed)
        schedules = [
            _once(f"{self.seed}-{number}", first + spread * chance.random(), chance.choice(ZONES))
            for number in range(occurrences)
        ]
        self._store(schedules)
        chance.shuffle(deeds)
        under_way = []
        for deed in deeds:
            await asyncio.sleep(true_seconds / (len(deeds) + 1) * chance.uniform(0.5, 1.5))
            under_way.append(asyncio.create_task(deed(self)))
        await asyncio.gather(*under_way)
        await self._all_sent(occurrences)

    async def free(self) -> Replica:
        """One that nobody is at, as soon as there is one."""
        while not (free := [each for each in self.replicas if not each.is_busy]):
            await asyncio.sleep(0.05)
        return random.choice(free)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with self.server.connected(DATABASE) as connection:
            return connection.execute(statement).fetchall()

    def clear(self) -> None:
        """Forgets the schedules of the last wave, so that passes stay short."""
        with self.server.connected(DATABASE) as connection:
            connection.execute("TRUNCATE schedules, occurrences, deliveries CASCADE")
        self.slack.clear()

    def _store(self, schedules: list[Schedule]) -> None:
        storage = Storage.open(self.server.url(DATABASE), self._folder)
        storage.write_now(TEAM, lambda db: [db.schedules.add(each) for each in schedules])
        storage.close()

    @property
    def _folder(self) -> Path:
        return self.replicas[0]._folder

    async def _all_sent(self, occurrences: int) -> None:
        states: list[tuple[Any, ...]] = []
        deadline = time.monotonic() + WAVE_SECONDS
        while states != [("sent", occurrences)]:
            said = "\n".join(each.said[-2000:] for each in self.replicas)
            assert time.monotonic() < deadline, f"{states} of {occurrences}\n{said}"
            await asyncio.sleep(0.2)
            with suppress(psycopg.Error):
                states = self.ask("SELECT state, count(*) FROM deliveries GROUP BY state")


def _once(name: str, at: datetime, zone: str) -> Schedule:
    local = at.astimezone(ZoneInfo(zone))
    rule = Rule(Cadence.ONCE, local.date(), local.time(), zone)
    return Schedule(f"S{name}", ScheduleKind.SUMMARY, name, rule, "U1", EPOCH)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


# --- deeds --------------------------------------------------------------------------------------------------------


async def stop_beyond_its_lease(replicas: Replicas) -> None:
    """What it had taken is looked up and sent by others before it wakes."""
    seconds = LEASE.total_seconds() / replicas.clock.speed * 1.8
    await _to_a_free_one(replicas, "stopped beyond its lease", lambda one: one.stop_for(seconds))


async def stop_a_little(replicas: Replicas) -> None:
    await _to_a_free_one(replicas, "stopped", lambda one: one.stop_for(random.uniform(0.1, 1.0)))


async def kill_and_start_again(replicas: Replicas) -> None:
    async def again(one: Replica) -> None:
        await one.kill()
        for _ in range(20):
            with suppress(AssertionError):  # it does not start while the server is down
                await one.start()
                return
        raise AssertionError(one.said[-2000:])

    await _to_a_free_one(replicas, "killed", again)


async def end_connections(replicas: Replicas) -> None:
    """All that are open, in whatever they are; where the server is just down, those that are open after it."""
    mine = "pid <> pg_backend_pid() AND datname = current_database()"
    ended: list[tuple[Any, ...]] = []
    async with asyncio.timeout(START_SECONDS):
        while not ended:
            with suppress(psycopg.Error):
                ended = replicas.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")
            await asyncio.sleep(0.05)
    replicas.done["connections ended"] += len(ended)


async def bring_the_server_down(replicas: Replicas) -> None:
    await asyncio.to_thread(replicas.server.die, at_once=True)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(replicas.server.rise)
    replicas.done["server brought down"] += 1


async def _to_a_free_one(replicas: Replicas, what: str, deed: Callable[[Replica], Awaitable[None]]) -> None:
    one = await replicas.free()
    one.is_busy = True
    await deed(one)
    one.is_busy = False
    replicas.done[what] += 1


@asynccontextmanager
async def at_work(number: int, speed: float, folder: Path, careless: bool = False) -> AsyncIterator[Replicas]:
    """So many replicas at work on a server of their own. At the end those that live end in order."""
    clock = FastClock(time.time(), speed)
    slack = LittleSlack(lambda: clock.now().timestamp(), lambda method, _team, _arguments: _takes_time(method, speed))
    with MortalServer.started() as server, served_apart(slack):
        server.execute(f"CREATE DATABASE {DATABASE}")
        migrate.upgrade(server.url(DATABASE))
        storage = Storage.open(server.url(DATABASE), folder)
        storage.write_now(TEAM, lambda db: db.workspace.ensure("Test", EPOCH))
        storage.close()
        orders = {
            "url": server.url(DATABASE),
            "slack": slack.url,
            "began": clock._began,
            "speed": speed,
            "careless": careless,
        }
        replicas = [Replica(orders, folder / f"replica{each}") for each in range(number)]
        try:
            await asyncio.gather(*(each.start() for each in replicas))
            yield Replicas(server, slack, clock, replicas)
            codes = await asyncio.gather(*(each.end() for each in replicas))
            assert codes == [0] * number, "\n".join(each.said[-3000:] for each in replicas)
        finally:
            for each in replicas:
                await each.kill()


def _takes_time(method: str, speed: float) -> Any:
    """A post takes a moment; one in fifteen is accepted when its sender has given up waiting for the answer."""
    if method != "chat.postMessage":
        return None
    return slow(15 / speed if random.random() < 1 / 15 else random.uniform(0.005, 0.06))
