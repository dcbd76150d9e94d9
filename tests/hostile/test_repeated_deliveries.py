"""What comes twice, late, or to two replicas at once is done once: after everything the tables hold what they hold
where each thing was delivered a single time, in the order in which it came first."""

import asyncio
import copy
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from bot.settings import Settings
from storage import Storage
from storage.handled import Handled
from tests.conftest import Database
from tests.features.asked_rounds import ask
from tests.features.conftest import MEMBERS, THURSDAY
from tests.features.harness import Bench, RecordingSlack
from tests.features.survey_rounds import ENPS
from tests.hostile.company import Json, handler_in
from tests.hostile.conftest import CHANNELS
from tests.hostile.deliveries import DOINGS, SALES, captured
from tests.hostile.seed import SEED
from tests.soak import times

SECONDS = re.compile(r"(\d\d:\d\d):\d\d(?:\.\d+)?")
"""How long a message took to be sent is not the same twice."""
WEIGHTS = [weight for _, weight in DOINGS]
LOOK_EVERY = int(os.environ.get("DENYUT_LOOK_EVERY", "150"))
REFUSED = "'refused:"
"""How the marks of refusals begin: what is done already is refused when it comes again, and that is remembered too."""
DELIVERIES = {"sqlite": times(1_000, 140_000), "postgres": times(500, 60_000)}
OF_OURS = re.compile(r"\b[0-9a-f]{16,64}\b|\b1700000000\.\d{6}\b")
"""What is drawn at random, and the order in which messages went out."""
LISTED = re.compile(r'(?<="actions": ")[^"]*')


class World:
    """One database, and the replicas on it. They share what Slack knows."""

    def __init__(self, benches: Sequence[Bench], database: Database) -> None:
        self.benches = benches
        self.database = database

    @property
    def first(self) -> Bench:
        return self.benches[0]

    async def begin(self) -> None:
        await self.first.start()
        await ask(self.first, [ENPS])
        await self.first.command(f"/checkin team {SALES} standup 09:00 post 11:00", user="U0AYU")
        await self.first.command("/checkin 1on1 <@U0CITRA|citra> every 2 weeks thu 14:00", user="U0BOB")

    async def goes_on(self, to: datetime) -> None:
        for bench in self.benches:
            await bench.tick(to)

    def rows(self) -> dict[str, list[str]]:
        """Of every table its rows, without what is drawn at random, in an order of their own."""
        engine = create_engine(self.database.url)
        with engine.connect() as connection:
            found = {}
            for name in inspect(engine).get_table_names():
                rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()
                found[name] = sorted(each for each in map(_plain, rows) if REFUSED not in each)
        engine.dispose()
        return found


@pytest.fixture
def worlds(new_database: Any, backend: str) -> Iterator[Any]:
    """Makes a world with some replicas."""
    with ExitStack() as afterwards:

        def make(replicas: int) -> World:
            database: Database = new_database()
            slack = RecordingSlack(MEMBERS, CHANNELS)
            settings = Settings(data_dir=database.folder, slack_bot_token="xoxb-test")
            storages: list[Storage] = []
            for _ in range(replicas if backend == "postgres" else 1):
                storages.append(Storage.open(database.url, database.folder))
                afterwards.callback(storages[-1].close)
            benches = [Bench(storages[at % len(storages)], slack, THURSDAY, settings) for at in range(replicas)]
            return World(benches, database)

        yield make


def _plain(row: Any) -> str:
    cells = str(["#" if isinstance(cell, bytes | memoryview) else str(cell) for cell in row])
    return LISTED.sub(_in_order, OF_OURS.sub("#", SECONDS.sub(r"\1", cells)))


def _in_order(listed: re.Match[str]) -> str:
    """A list that is kept in the order of ids, which are drawn at random."""
    return ",".join(sorted(listed[0].split(",")))


class Life:
    """What people do in a world, each thing delivered up to `most` times. What is drawn is the same whatever `most` is,
    so that two worlds live the same life."""

    def __init__(self, world: World, most: int) -> None:
        self._world = world
        self._most = most
        self._random = Random(SEED)
        self._late: list[tuple[int, Json]] = []
        self._gone = timedelta()
        self.count = 0
        self.did: list[str] = []

    async def step(self, at: int) -> None:
        """One thing is done, and what is late arrives."""
        world = self._world
        life, fate = Random(self._random.getrandbits(32)), Random(self._random.getrandbits(32))
        for nth, bench in enumerate(world.benches):  # no two things happen in the same moment
            bench.now = THURSDAY + self._gone + timedelta(seconds=at, milliseconds=nth)
        doing = life.choices([each for each, _ in DOINGS], WEIGHTS)[0]
        payload = await captured(world.first, doing, life, at)
        if at % 60 == 59:
            self._gone += timedelta(hours=life.randrange(1, 20))
            await world.goes_on(THURSDAY + self._gone + timedelta(seconds=at))
        self.did.append(f"{at} {doing.__name__} {'' if payload is None else who_in(payload)}")
        if payload is not None:
            await self._deliver(at, payload, fate)
        for due in [each for each in self._late if each[0] <= at]:
            self._late.remove(due)
            self.did.append(f"  again {who_in(due[1])}")
            await fate.choice(world.benches).dispatch(copy.deepcopy(due[1]))

    async def _deliver(self, at: int, payload: Json, fate: Random) -> None:
        copies = min(fate.choice((1, 2, 3, 3, 4, 5)), self._most)
        at_once = fate.randrange(1, copies + 1)
        where = [fate.choice(self._world.benches) for _ in range(copies)]
        await asyncio.gather(*(each.dispatch(copy.deepcopy(payload)) for each in where[:at_once]))
        self._late += [(at + fate.randrange(1, 40), payload) for _ in range(copies - at_once)]
        self.count += copies

    async def end(self) -> None:
        for _, payload in self._late:
            await self._world.first.dispatch(copy.deepcopy(payload))
        for _ in range(3):
            await self._world.goes_on(self._world.first.now + timedelta(hours=9))


def who_in(payload: Json) -> str:
    who = payload.get("user_id") or payload["user"]["id"]
    return f"{who} {handler_in(payload)} {payload.get('text', '')}"


async def compared(worlds: Any, deliveries: int) -> tuple[int, dict[str, Any], list[str]]:
    """How many deliveries there were; what differs between the world in which things come again and the one in which
    they do not; and what was done last."""
    repeated, once = worlds(2), worlds(1)
    for world in (repeated, once):
        await world.begin()
    often, alone = Life(repeated, 5), Life(once, 1)
    at, differing = 0, {}
    while often.count < deliveries and not differing:
        await often.step(at)
        await alone.step(at)
        at += 1
        if at % LOOK_EVERY == 0:
            differing = difference(repeated.rows(), once.rows())
    if not differing:
        await often.end()
        await alone.end()
        differing = difference(repeated.rows(), once.rows())
    return often.count, differing, often.did[-LOOK_EVERY - 10 :]


def difference(there: dict[str, list[str]], here: dict[str, list[str]]) -> dict[str, Any]:
    """By table: rows that are only there, and rows that are only here."""
    return {
        name: (_only(there[name], here[name]), _only(here[name], there[name]))
        for name in there
        if there[name] != here[name]
    }


def _only(rows: list[str], others: list[str]) -> list[str]:
    return list((Counter(rows) - Counter(others)).elements())[:5]


async def test_what_is_delivered_again_changes_nothing(worlds: Any, backend: str) -> None:
    count, differing, did = await compared(worlds, DELIVERIES[backend])
    assert not differing, "\n".join([f"seed {SEED}", *did, *map(str, differing.items())])
    assert count >= DELIVERIES[backend]


async def test_without_the_memory_of_what_was_handled_it_would(
    worlds: Any, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handled, "first_time", lambda *_: True)
    _, differing, _ = await compared(worlds, 150)
    assert differing
