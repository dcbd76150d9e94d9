"""A company at work: the playground, the bot as a process of its own, and people. Nothing here looks inside the bot."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from bot.playground.actor import Actor
from bot.playground.server import Playground

Json = dict[str, Any]
Found = TypeVar("Found")

ROOT = Path(__file__).resolve().parents[2]
STORY = datetime.fromisoformat("2026-11-26T15:00+07:00")  # a Thursday
READY = "Denyut is running"
START_SECONDS = 30.0
DEADLINE_SECONDS = 20.0
SALES = "C0SALES"
# of #sales in the sample company; Gita, Lars and Maya have English, the others Indonesian
SALES_PEOPLE = (
    "U0AYU", "U0BUDI", "U0CITRA", "U0DEWI", "U0EKO", "U0FAJAR", "U0GITA", "U0HADI", "U0INDAH", "U0RINA", "U0LARS",
    "U0MAYA", "U0RIZKY", "U0SINTA",
)  # fmt: skip


def environment(**given: str) -> dict[str, str]:
    """This process's environment without anybody's settings, and what is given."""
    ours = {name: each for name, each in os.environ.items() if not name.startswith(("SLACK_", "DENYUT_", "DATABASE_"))}
    return {**ours, "PYTHONPATH": str(ROOT), **given}


class Process:
    """`python -m bot ARGUMENTS` in a folder of its own; what it says on stderr goes into a file."""

    def __init__(self, folder: Path, settings: dict[str, str], *arguments: str) -> None:
        self.arguments = arguments
        self._folder = folder
        self._settings = settings
        self._errors = folder / "stderr.txt"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> "Process":
        with self._errors.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", *self.arguments,
                cwd=self._folder, env=environment(**self._settings), stdout=asyncio.subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        return self

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started"
        return self._process

    async def line(self, beginning: str) -> str:
        """The first line of its output that begins so; fails with its stderr when it ends before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            while line := (await self.process.stdout.readline()).decode():
                if line.strip().startswith(beginning):
                    return line.strip()
        raise AssertionError(f"{self.arguments} ended without {beginning!r}:\n{self.stderr}")

    async def end(self) -> tuple[int, str]:
        """Waits for its end; the exit code and the rest of its output."""
        async with asyncio.timeout(START_SECONDS):
            output, _ = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, output.decode()

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends it a signal and waits for its exit code."""
        self.process.send_signal(number)
        return (await self.end())[0]

    async def kill(self) -> None:
        """Ends it at once, whatever it does, unless it has ended."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self.end()

    @property
    def stderr(self) -> str:
        return self._errors.read_text() if self._errors.exists() else ""


class Company:
    """The sample company with a running bot."""

    def __init__(
        self, playground: Playground, folder: Path, transport: str, bot_port: int, stack: AsyncExitStack
    ) -> None:
        self.playground = playground
        self.folder = folder
        self.transport = transport
        self.bot_port = bot_port
        self.bot = Process(folder, self.settings, "run")
        self._stack = stack
        self._people: dict[str, Actor] = {}

    @property
    def settings(self) -> dict[str, str]:
        ways = {"socket": {"SLACK_APP_TOKEN": "xapp-playground"}, "http": {"DENYUT_HTTP_PORT": str(self.bot_port)}}
        return {
            "SLACK_BOT_TOKEN": "xoxb-playground",
            "SLACK_SIGNING_SECRET": "playground-signing-secret",
            "SLACK_API_URL": self.playground.api_url,
            "DENYUT_CLOCK_URL": self.playground.clock_url,
            "DENYUT_DATA_DIR": str(self.folder / "data"),
            **ways[self.transport],
        }

    async def start(self) -> None:
        """Starts the bot and waits until Slack reaches it."""
        await self.bot.start()
        await self.bot.line(READY)
        await until(lambda: self.playground.connections > 0, "the connection")

    async def start_with(self, **settings: str) -> None:
        """Starts the bot with other settings beside its own."""
        self.bot = Process(self.folder, {**self.settings, **settings}, "run")
        await self.start()

    async def kill(self) -> None:
        """Ends whichever bot runs now."""
        await self.bot.kill()

    async def person(self, user_id: str) -> Actor:
        if user_id not in self._people:
            self._people[user_id] = await self._stack.enter_async_context(Actor(self.playground.url, user_id))
        return self._people[user_id]

    async def denyut(self, *arguments: str, **settings: str) -> tuple[int, str, str]:
        """Runs a command line beside the bot; exit code, output, and stderr of it alone."""
        folder = self.folder / f"beside{len(list(self.folder.glob('beside*')))}"
        folder.mkdir()
        process = await Process(folder, {**self.settings, **settings}, *arguments).start()
        code, output = await process.end()
        return code, output, process.stderr

    async def control(self, what: str, **given: Any) -> None:
        """Makes the playground do something to the workspace or the bot."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.playground.url}/control/{what}", json=given) as answer,
        ):
            assert answer.status == 200, await answer.text()

    def rows(self) -> dict[str, int]:
        """How many rows each table of the database has."""
        with closing(sqlite3.connect(f"file:{self.folder}/data/denyut.db?mode=ro", uri=True)) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder}/data/denyut.db?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()


async def until(look: Callable[[], Any], what: str = "what was expected", seconds: float = DEADLINE_SECONDS) -> Any:
    """Waits until there is something, and returns it. `look` may be a plain or an async function."""

    async def looked() -> Any:
        found = look()
        return await found if isinstance(found, Awaitable) else found

    return await Actor("", "somebody").wait_for(looked, seconds, what)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Open = Callable[..., Awaitable[Company]]


@pytest.fixture
async def new_company(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens companies whose bot has not started. At the end nothing may have been done that Slack would refuse, and no
    bug may have shown in the log."""
    opened: list[Company] = []
    async with AsyncExitStack() as stack:

        async def open_one(transport: str = "socket", manifest: Path = ROOT / "manifest.yml") -> Company:
            bot_port = free_port()
            request_url = f"http://127.0.0.1:{bot_port}/slack/events" if transport == "http" else None
            playground = Playground(
                manifest=manifest,
                workspace=ROOT / "examples" / "workspace.yml",
                now=STORY,
                request_url=request_url,
            )
            await stack.enter_async_context(playground)
            folder = tmp_path / f"company{len(opened)}"
            folder.mkdir()
            company = Company(playground, folder, transport, bot_port, stack)
            stack.push_async_callback(company.kill)
            opened.append(company)
            return company

        yield open_one
        for company in opened:
            assert [(entry.name, entry.violation) for entry in company.playground.violations] == []
            assert "Traceback" not in company.bot.stderr, company.bot.stderr
            assert "action=bug" not in company.bot.stderr, company.bot.stderr


@pytest.fixture
async def company(new_company: Open, request: pytest.FixtureRequest) -> Company:
    """A company whose bot runs; over Socket Mode unless the test is parametrised with a transport."""
    made = await new_company(getattr(request, "param", "socket"))
    await made.start()
    return made


both_transports = pytest.mark.parametrize("company", ["socket", "http"], indirect=True)


def buttons(message: Json) -> list[str]:
    """The action ids of a message's or form's buttons."""
    return [
        element["action_id"]
        for block in message["blocks"] or ()
        for element in block.get("elements", ())
        if element.get("type") == "button"
    ]


def deliveries(company: Company) -> dict[str, int]:
    """How many deliveries there are in each state, apart from the reminders, which wait for days."""
    counted = "SELECT state, count(*) FROM deliveries WHERE purpose NOT LIKE '%reminder%' GROUP BY state"
    return dict(company.ask(counted))


async def ephemeral(person: Actor, text: str, channel: str = SALES) -> Json:
    """Types a command and returns the one private answer to it."""
    before = {message["ts"] for message in await person.messages(channel)}
    outcome = await person.command(text, channel)
    assert outcome["ok"], (text, outcome)

    async def answers() -> list[Json]:
        return [each for each in await person.messages(channel) if each["ts"] not in before and each["ephemeral"]]

    new = await until(answers, f"an answer to {text}")  # one with a chart follows the acknowledgement
    assert len(new) == 1, (text, [each["text"] for each in new])
    return new[0]
