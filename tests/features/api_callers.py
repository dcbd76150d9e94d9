"""Other systems that call the HTTP API: the real ASGI app behind a real uvicorn on loopback, and a client. Only the
routes of the API are registered, and there is no Slack."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn

from bot.commands import Registry
from bot.domain.api_tokens import ApiToken
from bot.domain.entries import Entry
from bot.domain.members import Member
from bot.i18n import load
from bot.kpis.api import endpoints
from bot.kpis.api.budget import Budget
from bot.kpis.api.description import ENTRIES_PATH
from bot.kpis.api.tokens import digest_of, new_token
from bot.services import Services
from bot.settings import Settings
from bot.transports import HttpWayIn, Routes
from storage import Storage, new_id

TEAM = "T0TEST"
NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)  # in Jakarta already Friday the 27th, 03:00
TODAY, TOMORROW = "2026-11-27", "2026-11-28"
AYU, BOB, GUEST = "U0AYU", "U0BOB", "U0GUEST"
TEXTS = load("en")
MEMBERS = (
    Member(AYU, "Ayu Lestari", "id-ID", "Asia/Jakarta", is_admin=True),
    Member(BOB, "Bob Tan", "en-US", "Asia/Makassar"),
    Member(GUEST, "Gus Guest", is_guest=True),
    Member("U0GONE", "Gone Person", is_deleted=True),
    Member("U0OUT", "Otto Outsider", is_outsider=True),
    Member("U0ROBOT", "Robot", is_bot=True),
)


@dataclass(frozen=True)
class Answered:
    """What a request was answered with."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.body.get("errors", ())]

    @property
    def details(self) -> str:
        return " ".join([self.body.get("detail", ""), *(error["detail"] for error in self.body.get("errors", ()))])


class Api:
    """The API of one workspace. `now` may be set; `token` is Ayu's, who is an admin."""

    def __init__(self, storage: Storage, folder: Path, session: aiohttp.ClientSession) -> None:
        self.storage = storage
        self.now = NOW
        settings = Settings(data_dir=folder, slack_bot_token="xoxb-test")
        self.services = Services(settings, storage, TEXTS, None, lambda: self.now)  # type: ignore[arg-type]
        registry = Registry(TEXTS)
        self.budget = Budget()
        endpoints.register(registry, self.budget)
        self.way_in = HttpWayIn(None, routes=Routes(registry, self.services))
        self.port = 0
        self._session = session
        self.do(lambda db: db.workspace.ensure("Test", NOW))
        self.do(lambda db: db.members.refresh(MEMBERS))
        self.token = self.made_token()

    def do(self, work: Any) -> Any:
        """A work on the storage, directly."""
        return self.storage.write_now(TEAM, work)

    def made_token(self, maker: str = AYU, name: str = "CRM") -> str:
        token = new_token(TEAM)
        self.do(lambda db: db.api_tokens.add(ApiToken(new_id(), name, maker, NOW), digest_of(token)))
        return token

    async def post(self, body: Any, key: str = "k1", *, token: str | None = None, **headers: str) -> Answered:
        """Sends a body (JSON unless it is bytes) with this idempotency key, none if it is ""."""
        given = {"authorization": f"Bearer {self.token if token is None else token}", "idempotency-key": key}
        given = {name: each for name, each in given.items() if each} | {"content-type": "application/json"}
        given |= {name.replace("_", "-"): each for name, each in headers.items()}
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.send("POST", ENTRIES_PATH, sent, given)

    async def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answered:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self._session.request(method, url, data=body, headers=headers or {}) as answer:
            text = await answer.text()
            assert answer.content_type == ("application/json" if answer.status < 400 else "application/problem+json")
            return Answered(answer.status, json.loads(text), {k.lower(): v for k, v in answer.headers.items()})

    def entries(self, kpi_key: str = "revenue") -> list[Entry]:
        """All entries of a KPI, in whatever state."""
        found: list[Entry] = self.do(lambda db: db.kpis.history(kpi_key, limit=100_000))
        return found


@contextlib.asynccontextmanager
async def serving(storage: Storage, folder: Path) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50)) as session:
        api = Api(storage, folder, session)
        async with listening(api.way_in) as api.port:
            yield api


@contextlib.asynccontextmanager
async def listening(way_in: HttpWayIn) -> AsyncIterator[int]:
    """Serves a way in; its port. Stops in the order in which the bot does."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(way_in, lifespan="off", ws="none", log_config=None))
    server.capture_signals = contextlib.nullcontext
    task = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        yield bound.getsockname()[1]
    finally:
        way_in.stop()
        server.should_exit = True
        await task
        bound.close()
