"""Two replicas behind a balancer are restarted one after the other while people go on typing and posts fall due: what
was confirmed is there once, every post is seen once, and nobody is told of an error."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count

import aiohttp
import psycopg
import pytest
from aiohttp import web

from bot.playground.actor import text_of
from tests.conftest import Database
from tests.e2e.conftest import READY, SALES, Company, Open, Process, ephemeral, free_port, until

TYPING = ("U0BUDI", "U0CITRA", "U0GITA", "U0LARS", "U0DEWI")
HOUR = 3600


class Balancer:
    """Hands each request to a replica that takes the connection, in turn. It tries another one only where none was
    taken; `statuses` are what replicas answered, and `broken` counts those that took a request and never answered."""

    def __init__(self, ports: list[int]) -> None:
        self.statuses: Counter[int] = Counter()
        self.broken = 0
        self._ports = ports
        self._turns = count()

    async def hand_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name not in ("Host", "Content-Length")}
        first = next(self._turns)
        for port in (self._ports[(first + more) % len(self._ports)] for more in range(len(self._ports))):
            address = f"http://127.0.0.1:{port}{request.path}"
            try:
                async with self._session.post(address, data=body, headers=headers) as answer:
                    self.statuses[answer.status] += 1
                    said = await answer.read()
                    return web.Response(status=answer.status, body=said, content_type=answer.content_type)
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                self.broken += 1
                break
        return web.Response(status=502)

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator["Balancer"]:
        app = web.Application()
        app.router.add_post("/{path:.*}", self.hand_on)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield self
        finally:
            await self._session.close()
            await runner.cleanup()


class Rolled:
    """A company on PostgreSQL with two replicas in HTTP mode and a balancer."""

    def __init__(self, company: Company, database: Database, stack: AsyncExitStack) -> None:
        self.company = company
        self.database = database
        self.replicas: list[Process] = []
        self.ports = [free_port(), free_port()]
        self.balancer = Balancer(self.ports)
        self._stack = stack

    async def start(self) -> None:
        for number, port in enumerate(self.ports):
            folder = self.company.folder / f"replica{number}"
            folder.mkdir()
            own = {"DATABASE_URL": self.database.url, "DENYUT_HTTP_PORT": str(port), "DENYUT_RATE_LIMITS": "off"}
            settings = {**self.company.settings, **own}
            replica = Process(folder, settings, "run")
            self._stack.push_async_callback(replica.kill)
            self.replicas.append(replica)
            await self.up(replica)
        await self._stack.enter_async_context(self.balancer.listening(self.company.bot_port))
        await until(lambda: self.company.playground.connections > 0, "that Slack reaches them")

    async def up(self, replica: Process) -> None:
        await replica.start()
        await replica.line(READY)

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.url) as connection:
            return connection.execute(statement).fetchall()

    async def posts(self) -> list[str]:
        ayu = await self.company.person("U0AYU")
        return [text_of(each) for each in await ayu.messages(SALES) if not each["ephemeral"] and each["bot_id"]]


@pytest.fixture
def backend() -> str:
    return "postgres"


@pytest.fixture
async def rolled(database: Database, new_company: Open) -> AsyncIterator[Rolled]:
    company = await new_company("http")
    async with AsyncExitStack() as stack:
        made = Rolled(company, database, stack)
        await made.start()
        yield made
        for replica in made.replicas:
            assert "Traceback" not in replica.stderr, replica.stderr


@pytest.mark.postgres
async def test_a_rolling_restart_loses_nothing_and_doubles_nothing(rolled: Rolled) -> None:
    ayu = await rolled.company.person("U0AYU")
    people = [await rolled.company.person(each) for each in TYPING]
    await ephemeral(ayu, "/kpi summary #sales daily 09:00")
    values, confirmed, ended = count(1), set[int](), asyncio.Event()
    unconfirmed: list[object] = []

    async def go_on_typing(number: int) -> None:
        while not ended.is_set():
            value = next(values)
            outcome = await people[number].command(f"/kpi log leads {value}")
            if outcome["ok"]:
                confirmed.add(value)
            else:
                unconfirmed.append(outcome)
            await asyncio.sleep(0.02)

    typing = [asyncio.create_task(go_on_typing(number)) for number in range(len(people))]
    for replica in rolled.replicas:
        before = len(confirmed)
        assert await replica.stop(signal.SIGTERM) == 0
        await rolled.company.control("clock", to="next monday 09:00", tz="Asia/Jakarta")
        await until(lambda before=before: len(confirmed) > before + 20, "commands while one is away")
        await rolled.up(replica)
        await until(rolled.posts, "a post")
    await rolled.company.control("clock", advance_seconds=24 * HOUR)
    await until(lambda: len(confirmed) > 100, "commands when both are back")
    ended.set()
    await asyncio.gather(*typing)

    stored = Counter(int(value) for (value,) in rolled.ask("SELECT value / 10000 FROM entries"))
    assert max(stored.values()) == 1, "logged twice"
    assert confirmed <= set(stored), "confirmed and lost"
    assert len(set(stored) - confirmed) <= rolled.balancer.broken
    assert {status for status in rolled.balancer.statuses if status >= 500} == set()
    assert len(unconfirmed) <= rolled.balancer.broken, unconfirmed
    violations = rolled.company.playground.slack.traffic.violations
    assert {each.violation for each in violations} <= {"answered 502"}, "what the balancer says of those"
    assert len(violations) <= rolled.balancer.broken
    violations.clear()

    async def all_posted() -> bool:
        sent = "SELECT count(*) FROM deliveries WHERE purpose = 'summaries.post' AND state = 'sent'"
        return rolled.ask(sent) == rolled.ask("SELECT count(*) FROM occurrences WHERE state = 'planned'") != [(0,)]

    await until(all_posted, "every post")
    assert (
        len(await rolled.posts()) == rolled.ask("SELECT count(*) FROM occurrences WHERE state = 'planned'")[0][0] >= 2
    )


async def test_a_second_process_on_the_same_file_is_refused_until_the_first_is_gone(new_company: Open) -> None:
    company = await new_company()
    await company.start()
    code, output, errors = await company.denyut("run")
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert "Another process already runs on" in errors
    assert "use PostgreSQL" in errors
    await ephemeral(await company.person("U0AYU"), "/kpi log leads 7")

    await company.bot.kill()
    await company.start()
    assert company.ask("SELECT count(*) FROM entries") == [(1,)]
    assert (await company.denyut("run"))[0] == 2, "the one that runs now holds it"
