"""What the bot needs is taken from it while it runs, and given back: whoever asks gets one kind sentence, `/readyz`
turns red and green again, the log has a line and not a thousand, and nobody restarts anything."""

import asyncio
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.i18n import load
from bot.playground.actor import Actor, text_of
from tests.e2e.conftest import SALES, Company, Json, Open, Process, buttons, deliveries, ephemeral, free_port, until
from tests.e2e.test_health import ask
from tests.faults.resources_postgres import MortalServer

NOT_SAVED = {language: load("id").t(language)("core.cannot_write") for language in ("id", "en")}
NOT_READ = {language: load("id").t(language)("core.cannot_read") for language in ("id", "en")}
SCORE = "survey.score"


@contextmanager
def limited(company: Company, what: int, value: int) -> Iterator[None]:
    """The system gives the running bot no more than this of something."""
    pid = company.bot.process.pid
    soft, hard = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (value, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, what, (soft, hard))


async def ready(company: Company) -> int:
    return (await ask(company.bot_port, "/readyz"))[0]


async def turns(company: Company, status: int) -> None:
    async def is_it() -> bool:
        return await ready(company) == status

    await until(is_it, f"/readyz {status}", 40)


@pytest.fixture
async def http(new_company: Open) -> Company:
    company = await new_company("http")
    await company.bot.start()
    await company.bot.line("Denyut is running")
    await turns(company, 200)
    return company


async def told(person: Actor, text: str) -> str:
    return str((await ephemeral(person, text))["text"])


def lines(company: Company, words: str) -> int:
    return sum(words in line for line in company.bot.stderr.splitlines())


async def test_disk_and_files_run_out_and_come_back(http: Company) -> None:
    ayu = await http.person("U0AYU")
    await ephemeral(ayu, "/pulse enps #sales")
    await ephemeral(ayu, "/pulse send enps-sales")
    question = await ayu.wait_for_dm(lambda message: any(SCORE in each for each in buttons(message)), 20)
    assert "21" in await told(ayu, "/kpi catat leads 21")
    await until(lambda: set(deliveries(http)) == {"sent"}, "that everybody was asked")

    await _full_disk_where_the_log_is_elsewhere(http)
    await _full_disk_where_the_log_is_too(http, question)
    await _too_many_open_files(http)

    assert (await ayu.click(question, f"{SCORE}:9"))["ok"]
    await ephemeral(ayu, "/pulse tutup enps-sales")
    await until(lambda: http.ask("SELECT sealed FROM rounds") == [(1,)], "that the scheduler goes on")
    assert lines(http, "job_failed") == lines(http, "storage_trouble") == 0, "not a line for each who was refused"
    assert len(http.bot.stderr.splitlines()) < 60


async def _full_disk_where_the_log_is_elsewhere(http: Company) -> None:
    """Files may grow to a size that the log has not, and the journal has."""
    ayu, before = await http.person("U0AYU"), http.rows()
    assert (http.folder / "data" / "denyut.db-wal").stat().st_size > 100_000 > len(http.bot.stderr) + 50_000
    with limited(http, resource.RLIMIT_FSIZE, 100_000):
        for number in range(10):
            assert await told(ayu, f"/kpi catat leads {100 + number}") == NOT_SAVED["id"]
        await turns(http, 503)
        await http.control("clock", advance_seconds=60)  # and the scheduler tries as well
    await turns(http, 200)
    assert http.rows() == before
    await until(lambda: lines(http, "can write again") > 0, "the line that it is over")
    assert [lines(http, each) for each in ("cannot write", "can write again")] == [1, 1], http.bot.stderr


async def _full_disk_where_the_log_is_too(http: Company, question: Json) -> None:
    """No file may grow at all."""
    ayu, gita, before = await http.person("U0AYU"), await http.person("U0GITA"), http.rows()
    with limited(http, resource.RLIMIT_FSIZE, 64):
        for number in range(5):
            assert await told(ayu, f"/kpi catat leads {100 + number}") == NOT_SAVED["id"]
        assert await told(gita, "/kpi log leads 7") == NOT_SAVED["en"], "each in their own language"
        assert (await ayu.click(question, f"{SCORE}:9"))["ok"]
        assert "21" in text_of(await ephemeral(ayu, "/kpi lihat leads")), "reading goes on"
        await turns(http, 503)
        assert '"takes no writes"' in (await ask(http.bot_port, "/readyz"))[1]
        assert (await ask(http.bot_port, "/healthz"))[0] == 200
        assert "denyut_database_up 0.0" in (await ask(http.bot_port, "/metrics"))[1]
    await turns(http, 200)
    assert "denyut_database_up 1.0" in (await ask(http.bot_port, "/metrics"))[1]
    assert http.rows() == before, "nothing half done, and nothing lost"
    assert "22" in await told(ayu, "/kpi catat leads 22")


async def _too_many_open_files(http: Company) -> None:
    """What is open goes on; who cannot be let in hears so from Slack."""
    ayu = await http.person("U0AYU")
    with limited(http, resource.RLIMIT_NOFILE, 4):
        let_in = [(await ayu.command(f"/kpi catat leads {100 + n}", SALES))["ok"] for n in range(5)]
    await turns(http, 200)
    assert "23" in await told(ayu, "/kpi catat leads 23")
    kept = {value // 10000 for (value,) in http.ask("SELECT value FROM entries")}
    assert {21, 22, 23} <= kept <= {21, 22, 23} | {100 + number for number, ok in enumerate(let_in) if ok}
    http.playground.slack.traffic.violations.clear()  # who could not be let in is nobody's fault


@pytest.mark.parametrize("command", ["run", "migrate", "backup"])
async def test_a_database_that_cannot_be_opened_is_one_clear_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "data" / "denyut.db").mkdir(parents=True)
    settings = {"SLACK_BOT_TOKEN": "xoxb-x", "SLACK_SIGNING_SECRET": "s", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
    words = [command, "b.zip"] if command == "backup" else [command]
    process = await Process(tmp_path, settings, *words).start()
    code, output = await process.end()
    assert (code, output, process.stderr.count("\n")) == (2, "", 1), process.stderr
    assert "is a directory" in process.stderr


@pytest.mark.postgres
async def test_a_database_that_goes_and_comes_back(new_company: Open, tmp_path: Path) -> None:
    """PostgreSQL is shut down at once, in the middle of work, and later started again."""
    with MortalServer.started() as server:
        server.execute("CREATE DATABASE company")
        company = await new_company("http")
        await company.bot.kill()
        company.bot = Process(company.folder, {**company.settings, "DATABASE_URL": server.url("company")}, "run")
        await company.bot.start()
        await company.bot.line("Denyut is running")
        await turns(company, 200)
        ayu = await company.person("U0AYU")
        confirmed = [text_of(await ephemeral(ayu, f"/kpi catat leads {number}")) for number in (21, 22)]
        assert "21" in confirmed[0]
        for kill_first in (True, False):
            server.die(at_once=kill_first)
            try:
                for _ in range(3):
                    assert await told(ayu, "/kpi catat leads 99") in (*NOT_READ.values(), NOT_SAVED["id"])
                await turns(company, 503)
                assert (await ask(company.bot_port, "/healthz"))[0] == 200
            finally:
                server.rise()
            await turns(company, 200)
            assert "23" in text_of(await ephemeral(ayu, "/kpi catat leads 23 ")) or kill_first is False
        with server.connected("company") as connection:
            found = connection.execute("SELECT value / 10000 FROM entries ORDER BY logged_at").fetchall()
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'company' AND "
                               "pid <> pg_backend_pid()")  # fmt: skip
        assert [value for (value,) in found][:3] == [21, 22, 23]
        assert "99" not in str(found)
        assert "24" in text_of(await ephemeral(ayu, "/kpi catat leads 24")), "pools recover by themselves"
        assert lines(company, "cannot ") <= 4
        await company.bot.kill()


class Door:
    """A way to the playground that can be shut: connections are then refused."""

    def __init__(self, port: int, behind: int) -> None:
        self._port, self._behind = port, behind
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)

    async def shut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_connection("127.0.0.1", self._behind)
        self._writers |= {writer, to}
        await asyncio.gather(_pump(reader, to), _pump(there, writer), return_exceptions=True)
        self._writers -= {writer, to}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def test_slack_is_gone_for_an_hour(new_company: Open) -> None:
    """Its Web API refuses connections while people's clicks still come in: they are answered, what is owed waits, and
    is sent once when Slack is back."""
    company = await new_company("http")
    port = free_port()
    door = Door(port, int(company.playground.url.rpartition(":")[2]))
    await door.open()
    await company.bot.kill()
    settings = {**company.settings, "SLACK_API_URL": company.settings["SLACK_API_URL"].replace(
        company.playground.url, f"http://127.0.0.1:{port}")}  # fmt: skip
    company.bot = Process(company.folder, settings, "run")
    await company.bot.start()
    await company.bot.line("Denyut is running")
    await turns(company, 200)
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/pulse enps #sales")
    await door.shut()
    await ephemeral(ayu, "/pulse send enps-sales")
    for _ in range(6):
        await company.control("clock", advance_seconds=600)
        assert NOT_READ["id"] not in await told(ayu, "/kpi lihat leads")
        assert await ready(company) == 200
    assert deliveries(company).get("sent", 0) == 0
    await door.open()
    await company.control("clock", advance_seconds=301)

    async def all_asked() -> bool:
        await company.control("clock", advance_seconds=61)
        states = deliveries(company)
        under_way = states.get("sending", 0) + states.get("ambiguous", 0)
        return states.get("sent", 0) >= 10 and not under_way  # the others are asked on their next working day

    await until(all_asked, "that everybody was asked", 40)
    asked = Counter(
        entry.request["channel"] for entry in company.playground.slack.traffic.entries
        if entry.name == "chat.postMessage" and SCORE in str(entry.request)
    )  # fmt: skip
    assert asked
    assert set(asked.values()) == {1}
    assert lines(company, "delivery_error") < 120
    await door.shut()
