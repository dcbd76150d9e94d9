"""A tiny Slack on loopback that can misbehave, and the bot's parts on a real database and a clock that stands still."""

import itertools
import shutil
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import notices
from bot.commands import Registry
from bot.domain.deliveries import Delivery, NewDelivery
from bot.domain.members import Member
from bot.i18n import load
from bot.sender import Sender
from bot.services import Services
from bot.settings import Settings
from bot.slack.blocks import Message
from bot.slack.gateway import Gateway
from storage import Storage

TEAM = "T1"
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
Fault = Callable[["SmallSlack", web.Request, dict[str, Any]], web.StreamResponse | None]


@dataclass
class SmallSlack:
    """Keeps messages and calls. A fault queued under a method, or under method and channel, meets its next call: it
    answers in the method's place, or returns None and lets it go on."""

    now: datetime = NOW
    messages: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    users: list[dict[str, Any]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    page: int = 2
    url: str = ""
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def called(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    def texts(self, channel: str) -> list[str]:
        return [message["text"] for message in self.messages if message["channel"] == channel]

    def fail(self, where: str, *faults: Fault) -> None:
        self.faults[where].extend(faults)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        arguments: dict[str, Any] = await request.json() if is_json else {**request.query, **await request.post()}
        self.calls.append((method, arguments))
        assert request.transport is not None
        self.connections.add(request.transport.get_extra_info("peername"))
        for where in (f"{method} {arguments.get('channel')}", method):
            if self.faults[where]:
                answered = self.faults[where].popleft()(self, request, arguments)
                if answered is not None:
                    return answered
        answer = getattr(self, f"on_{method.replace('.', '_')}")(arguments)
        return web.json_response({"ok": True, **answer}, headers={"X-OAuth-Scopes": "chat:write, users:read"})

    def on_auth_test(self, _: Any) -> dict[str, Any]:
        return {"team_id": TEAM, "team": "Small", "user_id": "U0BOT", "bot_id": "B0BOT"}

    def on_chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  Slack's name
        to = arguments["channel"]
        ts = f"{int(self.now.timestamp())}.{next(self._numbers):06}"
        message = {**arguments, "channel": f"D{to[1:]}" if to.startswith("U") else to, "ts": ts}
        self.messages.append(message)
        return {"channel": message["channel"], "ts": ts}

    def on_chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = next(m for m in self.messages if (m["channel"], m["ts"]) == (arguments["channel"], arguments["ts"]))
        message["text"] = arguments["text"]
        return {"channel": arguments["channel"], "ts": arguments["ts"]}

    def on_conversations_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": f"D{arguments['users'][1:]}"}}

    def on_conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        assert arguments["include_all_metadata"] in ("1", "true")
        here = [m for m in self.messages if m["channel"] == arguments["channel"] and not m.get("thread_ts")]
        return self._paged("messages", [m for m in here if float(m["ts"]) >= float(arguments["oldest"])], arguments)

    def on_conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        in_thread = [m for m in self.messages if arguments["ts"] in (m["ts"], m.get("thread_ts"))]
        return self._paged("messages", in_thread, arguments)

    def on_conversations_members(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._paged("members", [user["id"] for user in self.users], arguments)

    def on_conversations_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": arguments["channel"], "name": "sales", "is_member": True, "is_private": True}}

    def on_users_list(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._paged("members", self.users, arguments)

    def on_users_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"user": next(user for user in self.users if user["id"] == arguments["user"])}

    def on_views_open(self, _: Any) -> dict[str, Any]:
        return {"view": {}}

    on_views_push = on_views_update = on_views_publish = on_views_open

    def _paged(self, key: str, items: list[Any], arguments: dict[str, Any]) -> dict[str, Any]:
        """Short pages, and an empty one in the middle, as Slack may give."""
        start, empty = (int(part) for part in (arguments.get("cursor") or "0:0").split(":"))
        if start and not empty:
            return {key: [], "response_metadata": {"next_cursor": f"{start}:1"}}
        more = start + self.page < len(items)
        return {
            key: items[start : start + self.page],
            "response_metadata": {"next_cursor": f"{start + self.page}:0" if more else ""},
        }


def refuse(code: str, **more: Any) -> Fault:
    return lambda slack, request, arguments: web.json_response({"ok": False, "error": code, **more})


def busy(seconds: int) -> Fault:
    return lambda slack, request, arguments: web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)}
    )


def status(code: int, after: bool = False) -> Fault:
    """An answer without a word of Slack; with `after` the message was posted all the same."""

    def fault(slack: SmallSlack, request: web.Request, arguments: dict[str, Any]) -> web.StreamResponse:
        if after:
            slack.on_chat_postMessage(arguments)
        return web.Response(status=code, text="<html>down</html>", content_type="text/html")

    return fault


def drop(after: bool = False) -> Fault:
    """The connection breaks before an answer; with `after` the message was posted all the same."""

    def fault(slack: SmallSlack, request: web.Request, arguments: dict[str, Any]) -> web.StreamResponse:
        if after:
            slack.on_chat_postMessage(arguments)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return fault


@pytest.fixture
async def slack() -> AsyncIterator[SmallSlack]:
    small = SmallSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", small.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        small.url = str(server.make_url("/api/"))
        yield small


@pytest.fixture
async def gateway(slack: SmallSlack) -> AsyncIterator[Gateway]:
    connected = await Gateway.connect("xoxb-secret", slack.url)
    yield connected
    await connected.close()


@dataclass
class Bench:
    """The sender on a clock that only tests move; a wait moves it too, and is written down in `pauses`."""

    slack: SmallSlack
    services: Services
    registry: Registry
    storage: Storage
    now: datetime = NOW
    elapsed: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sender = self.new_sender()

    def new_sender(self) -> Sender:
        """Another process, as it were."""
        return Sender(self.services, self.registry, pause=self.pause, clock=lambda: self.elapsed)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.elapsed += seconds

    async def send(self, after: float = 0) -> int:
        """Sends what is due, `after` some seconds."""
        self.now += timedelta(seconds=after)
        self.elapsed += after
        self.slack.now = self.now
        return await self.sender.send_due(self.now)

    def do(self, work: Any) -> Any:
        return self.storage.write_now(TEAM, work)

    def owe(self, receiver: str = "C1", subject: str = "s1", purpose: str = "test.message", **more: Any) -> str:
        new = NewDelivery(purpose, subject, receiver, **{"due_at": self.now, **more})
        added = self.do(lambda db: db.deliveries.add(new))
        assert added is not None
        return str(added)

    def delivery(self, delivery_id: str) -> Delivery:
        found = self.do(lambda db: db.deliveries.get(delivery_id))
        assert isinstance(found, Delivery)
        return found

    def state(self, delivery_id: str) -> str:
        return str(self.delivery(delivery_id).state)

    def notices(self, subject: str, error: str, purpose: str = "test.message") -> list[Delivery]:
        """What was owed to tell of a failure."""
        of_it = f"{purpose}:{subject}:{error}"
        return list(self.do(lambda db: db.deliveries.of(notices.UNDELIVERABLE, of_it)))


def say(db: Any, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What tests send: the subject itself; nothing for "silent", and a bug for "broken"."""
    if delivery.subject == "broken":
        raise RuntimeError("a bug in a renderer")
    return None if delivery.subject == "silent" else Message(f"about {delivery.subject}")


@pytest.fixture
async def bench(slack: SmallSlack, gateway: Gateway, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Bench]:
    url = f"sqlite:///{tmp_path / 'denyut.db'}"
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    storage = Storage.open(url, tmp_path)
    texts = load("en")
    registry = Registry(texts)
    notices.register(registry)
    registry.delivery("test.message", say)
    services = Services(Settings(data_dir=tmp_path), storage, texts, gateway, lambda: made.now)
    made = Bench(slack, services, registry, storage)
    made.do(lambda db: db.workspace.ensure("Small", NOW))
    made.do(lambda db: db.members.refresh([Member("U9", "Ada", "id-ID", is_admin=True), Member("U1", "Budi")]))
    yield made
    storage.close()
