"""Somebody adds Denyut to their Slack in a browser, uses it, removes it, and adds it again; the bot is a real process
that serves many workspaces over HTTP, and is restarted with another key in between.
"""

import html
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.playground.actor import Actor, text_of
from bot.playground.server import Playground
from tests.e2e.conftest import READY, ROOT, STORY, Process, free_port, until

KEY, NEWER = "the-first-secret-key-of-this-server-1", "the-next-secret-key-of-this-server-22"
SALES = "C0SALES"


class Server:
    """A bot for many workspaces, and a Slack into which nobody has let it yet."""

    def __init__(self, playground: Playground, folder: Path, port: int) -> None:
        self.playground = playground
        self.folder = folder
        self.port = port
        self.bot = Process(folder, {}, "run")
        self.said = ""

    def settings(self, key: str) -> dict[str, str]:
        return {
            "SLACK_CLIENT_ID": "playground-client",
            "SLACK_CLIENT_SECRET": "playground-client-secret",
            "SLACK_SIGNING_SECRET": "playground-signing-secret",
            "SLACK_API_URL": self.playground.api_url,
            "DENYUT_CLOCK_URL": self.playground.clock_url,
            "DENYUT_DATA_DIR": str(self.folder / "data"),
            "DENYUT_HTTP_PORT": str(self.port),
            "DENYUT_SECRET_KEY": key,
        }

    async def start(self, key: str = KEY) -> None:
        self.bot = Process(self.folder, self.settings(key), "run")
        await self.bot.start()
        await self.bot.line(READY)
        await until(lambda: self.playground.connections > 0, "the request URL to be verified")

    async def denyut(self, *arguments: str, key: str = KEY) -> tuple[int, str]:
        folder = self.folder / f"beside{len(list(self.folder.glob('beside*')))}"
        folder.mkdir()
        process = await Process(folder, self.settings(key), *arguments).start()
        code, output = await process.end()
        return code, output + process.stderr

    async def install(self, answer: str = "allow", language: str = "en") -> tuple[int, str]:
        """What a person does in their browser, from the first page to the last; its status and title."""
        ours = f"http://127.0.0.1:{self.port}"
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
            spoken = {"accept-language": language}
            async with browser.get(f"{ours}/slack/install", headers=spoken) as page:
                assert page.status == 200
                assert "default-src 'none'" in page.headers["content-security-policy"]
                cookie = page.headers["set-cookie"].partition(";")[0]
                (link,) = re.findall(r'href="([^"]+)"', await page.text())
            async with browser.get(link.replace("&amp;", "&")) as asked:
                form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', await asked.text()))
            fields = {**form, "as": "U0AYU", "answer": answer}
            url = f"{self.playground.url}/oauth/v2/authorize"
            async with browser.post(url, data=fields, allow_redirects=False) as sent_back:
                back = sent_back.headers["location"]
            async with browser.get(back, headers={"cookie": cookie, **spoken}) as done:
                return done.status, title(await done.text())

    async def back(self, **query: str) -> tuple[int, str]:
        """The last page alone."""
        url = f"http://127.0.0.1:{self.port}/slack/oauth_redirect?{urlencode(query)}"
        async with aiohttp.request("GET", url) as answer:
            return answer.status, title(await answer.text())

    async def control(self, what: str, **given: Any) -> None:
        url = f"{self.playground.url}/control/{what}"
        async with aiohttp.request("POST", url, json=given) as answer:
            assert answer.status == 200, await answer.text()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder}/data/denyut.db?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    port = free_port()
    ours = f"http://127.0.0.1:{port}/slack"
    playground = Playground(
        manifest=ROOT / "manifest.yml", workspace=ROOT / "examples" / "workspace.yml", now=STORY,
        request_url=f"{ours}/events", is_installed=False, redirect_url=f"{ours}/oauth_redirect",
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(playground)
        made = Server(playground, tmp_path, port)
        stack.push_async_callback(lambda: made.bot.kill())
        yield made
        assert [(entry.name, entry.violation) for entry in playground.violations] == []
        assert "Traceback" not in made.bot.stderr, made.bot.stderr
        assert "action=bug" not in made.bot.stderr, made.bot.stderr


async def test_added_used_removed_and_added_again(server: Server) -> None:
    await server.start()
    name = server.playground.workspace.team["name"]
    async with Actor(server.playground.url, "U0AYU") as ayu:
        assert (await ayu.command("/kpi log revenue 5", SALES))["error"] == "no_such_command"
        assert (await server.back(code="x", state="y")) == (400, "This link no longer works")
        assert (await server.install("deny", "id")) == (200, "Denyut tidak jadi ditambahkan")
        assert (await server.install()) == (200, f"Denyut is in {name}")
        welcome = await ayu.wait_for_dm(lambda message: "Denyut" in message["text"])
        assert "Halo, saya Denyut" in text_of(welcome), "in the language Slack says she has"
        await logged(server, ayu, "/kpi catat pendapatan 5 jt", 1)
        # the next start, with another key in front: what was stored is sealed anew
        before = server.ask("SELECT sealed_token FROM installations")
        assert await server.bot.stop() == 0
        await server.start(f"{NEWER},{KEY}")
        assert server.ask("SELECT sealed_token FROM installations") != before
        assert "action=tokens_resealed" in server.bot.stderr
        await logged(server, ayu, "/kpi catat pendapatan 6 jt", 2)
        code, said = await server.denyut("doctor", key=KEY)
        assert (code, "was sealed under a key that is not in DENYUT_SECRET_KEY" in said) == (1, True), said
        await server.control("uninstall")
        await until(lambda: server.ask("SELECT ended_at FROM installations")[0][0], "the end of the installation")
        assert server.ask("SELECT length(sealed_token) FROM installations") == [(0,)]
        await server.control("clock", advance_seconds=14 * 86400)
        assert (await server.install()) == (200, f"Denyut is in {name}")
        back = await ayu.wait_for_dm(lambda message: "Saya kembali" in message["text"], timeout=20)
        assert "tidak dikirim belakangan" in text_of(back)
        await logged(server, ayu, "/kpi catat pendapatan 7 jt", 3)
    stored = (server.folder / "data" / "denyut.db").read_bytes()
    code, said = await server.denyut("doctor", key=NEWER)
    assert (code, "Denyut is in 1 workspaces" in said) == (0, True), said
    assert await server.bot.stop() == 0
    for secret in ("xoxb-playground", "playground-client-secret", KEY, NEWER):
        assert secret not in server.bot.stderr
        assert secret.encode() not in stored


async def test_without_a_secret_key_it_does_not_start(server: Server) -> None:
    settings = {name: value for name, value in server.settings(KEY).items() if name != "DENYUT_SECRET_KEY"}
    process = await Process(server.folder, settings, "run").start()
    code, _ = await process.end()
    assert code == 2
    assert process.stderr.strip().startswith("denyut: DENYUT_SECRET_KEY is missing: ")
    assert len(process.stderr.strip().splitlines()) == 1


def title(page: str) -> str:
    return html.unescape(re.findall(r"<h1>(.*?)</h1>", page)[0])


async def logged(server: Server, person: Actor, line: str, entries: int) -> None:
    """Typed, acknowledged, and stored."""
    outcome = await person.command(line, SALES)
    assert outcome["ok"], outcome
    await until(lambda: server.ask("SELECT count(*) FROM entries") == [(entries,)], "the value")
