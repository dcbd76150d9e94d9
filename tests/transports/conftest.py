"""A tiny Bolt app that notes what it is handed, the HTTP way in served by uvicorn, and a small Slack for sockets."""

import asyncio
import contextlib
import hashlib
import hmac
import io
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
import uvicorn
from aiohttp import WSMsgType, web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot import socket_mode
from bot.app import ANYTHING
from bot.playground.actor import Actor
from bot.socket_mode import SocketWayIn
from bot.transports import HttpWayIn

Json = dict[str, Any]
SECRET = "a-signing-secret"


class Handed:
    """What Bolt was handed, and how it answers: `answer` goes into the acknowledgement, `work` comes before it."""

    def __init__(self) -> None:
        self.payloads: list[Json] = []
        self.headers: list[Json] = []
        self.answer: Json = {}
        self.work: Callable[[Json], Awaitable[None]] | None = None
        self.bolt = self._bolt()

    async def _listen(self, ack: AsyncAck, body: Json, request: AsyncBoltRequest) -> None:
        self.payloads.append(body)
        self.headers.append(dict(request.headers))
        if self.work is not None:
            await self.work(body)
        await ack(**self.answer)

    def _bolt(self) -> AsyncApp:
        async def authorize(**_: Any) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T0TEST", bot_token="xoxb-x", bot_user_id="U0BOT")

        app = AsyncApp(
            signing_secret="verified-by-the-transport",
            authorize=authorize,
            process_before_response=True,
            request_verification_enabled=False,
            url_verification_enabled=False,
            ssl_check_enabled=False,
        )
        for register in (app.command, app.action, app.view, app.event, app.view_closed, app.shortcut, app.options):
            register(ANYTHING)(self._listen)
        return app


@pytest.fixture
def handed() -> Handed:
    return Handed()


COMMAND = {
    "token": "t", "team_id": "T0TEST", "team_domain": "testers", "channel_id": "C0SALES", "channel_name": "sales",
    "user_id": "U0AYU", "user_name": "ayu", "command": "/kpi",
    "text": "log pendapatan 12,5 jt + 1 & 2 = 100% \u00fc \U0001f600",
    "api_app_id": "A0TEST", "is_enterprise_install": "false", "response_url": "http://127.0.0.1:9/response/x?a=b",
    "trigger_id": "1.2.3",
}  # fmt: skip
CLICK = {
    "type": "block_actions", "team": {"id": "T0TEST", "domain": "testers"}, "user": {"id": "U0AYU"},
    "api_app_id": "A0TEST", "container": {"type": "message", "message_ts": "1.2", "channel_id": "D0AYU"},
    "trigger_id": "1.2.3", "actions": [{"type": "button", "action_id": "survey.answer:9", "block_id": "b",
    "value": '{"round":"r","score":9}', "action_ts": "1.2"}], "state": {"values": {}}, "response_url": "http://x/é",
}  # fmt: skip
EVENT = {
    "token": "t", "team_id": "T0TEST", "api_app_id": "A0TEST", "type": "event_callback", "event_id": "Ev1",
    "event_time": 1, "event": {"type": "app_home_opened", "user": "U0AYU", "channel": "D0AYU", "tab": "home"},
}  # fmt: skip
KINDS: dict[str, Json] = {"slash_commands": COMMAND, "interactive": CLICK, "events_api": EVENT}


def signed(body: bytes, secret: str = SECRET, second: int | str | None = None) -> dict[str, str]:
    """Slack's signature headers."""
    moment = str(int(time.time()) if second is None else second)
    digest = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": moment, "x-slack-signature": f"v0={digest}"}


class Served:
    """The HTTP way in on a port of loopback, and a client that sends what it is told."""

    def __init__(self, port: int, client: aiohttp.ClientSession) -> None:
        self.port = port
        self._client = client

    async def send(
        self, body: bytes, content_type: str, method: str = "POST", path: str = "/slack/events", **headers: str
    ) -> tuple[int, str]:
        """Sends exactly these headers beside the content type; the status and the answer's text."""
        given = {"content-type": content_type, **{name.replace("_", "-"): each for name, each in headers.items()}}
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self._client.request(method, url, data=io.BytesIO(body), headers=given) as answer:
            return answer.status, await answer.text()

    async def send_signed(self, body: bytes, content_type: str, **headers: str) -> tuple[int, str]:
        return await self.send(body, content_type, **signed(body), **headers)


@contextlib.asynccontextmanager
async def serving(bolt: AsyncApp) -> AsyncIterator[Served]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(HttpWayIn(bolt, SECRET), lifespan="off", ws="none", log_config=None))
    server.capture_signals = contextlib.nullcontext
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with aiohttp.ClientSession() as client:
            yield Served(listening.getsockname()[1], client)
    finally:
        server.should_exit = True
        await task
        listening.close()


@pytest.fixture
async def http(handed: Handed) -> AsyncIterator[Served]:
    async with serving(handed.bolt) as served:
        yield served


class SmallSlack:
    """Socket Mode from the other side. It can be told to go silent, to be down, and to say anything; to greet nobody,
    to wish every connection replaced after some seconds (`stands_for`), to leave who comes waiting until it `hangs` no
    more, and to send something just as somebody says goodbye (`last_words`)."""

    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self.opened = 0
        self.pings = 0
        self.is_silent = False
        self.is_down = False
        self.asked = 0
        self.opened_at: list[float] = []
        self.is_greeting = True
        self.stands_for = 0.0
        self.hangs: asyncio.Event | None = None
        self.last_words: Json | None = None
        self.odd_answers: list[web.Response] = []
        self.acks: dict[str, Json] = {}
        self.sent_at: dict[str, float] = {}
        self.acked_at: dict[str, float] = {}
        self.url = ""

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.add_routes([web.post("/api/apps.connections.open", self._open), web.get("/socket", self._socket)])
        runner = web.AppRunner(app, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _open(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.odd_answers:
            return self.odd_answers.pop(0)
        if self.is_down:
            return web.json_response({"ok": False, "error": "internal_error"}, status=503)
        return web.json_response({"ok": True, "url": self.url.replace("http", "ws") + "/socket"})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        if self.hangs is not None:
            await self.hangs.wait()
            return web.WebSocketResponse()
        websocket = web.WebSocketResponse(autoping=False, autoclose=False)
        await websocket.prepare(request)
        self.sockets.append(websocket)
        self.opened += 1
        self.opened_at.append(time.monotonic())
        if self.is_greeting:
            await websocket.send_json({"type": "hello", "num_connections": 1})
        if self.stands_for:
            await asyncio.sleep(self.stands_for)
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
        async for message in websocket:
            if message.type is WSMsgType.PING:
                self.pings += 1
                if not self.is_silent:
                    await websocket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                ack = json.loads(message.data)
                self.acks[ack["envelope_id"]] = ack
                self.acked_at[ack["envelope_id"]] = time.monotonic()
        if self.last_words is not None and not websocket.closed:
            said, self.last_words = self.last_words, None
            await websocket.send_json(said)
        await websocket.close()
        self.sockets.remove(websocket)
        return websocket

    async def send(self, envelope_id: str, kind: str, payload: Json, **more: Any) -> None:
        self.sent_at[envelope_id] = time.monotonic()
        await self.sockets[-1].send_json(envelope(envelope_id, kind, payload, **more))


def envelope(envelope_id: str, kind: str, payload: Json, **more: Any) -> Json:
    accepts = {"accepts_response_payload": kind != "events_api"}
    return {"envelope_id": envelope_id, "type": kind, "payload": payload, **accepts, **more}


@pytest.fixture
async def small_slack() -> AsyncIterator[SmallSlack]:
    slack = SmallSlack()
    runner = await slack.start()
    yield slack
    for websocket in list(slack.sockets):
        await websocket.close()
    await runner.cleanup()


Connect = Callable[..., Awaitable[SocketWayIn]]


@pytest.fixture
async def connect(handed: Handed, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connect]:
    """Opens the socket way in to an address; closes it with the test."""
    monkeypatch.setattr(socket_mode, "FIRST_PAUSE_SECONDS", 0.05)
    async with AsyncExitStack() as stack:

        async def open_one(url: str, token: str = "xapp-playground", **options: float) -> SocketWayIn:
            client = AsyncWebClient(base_url=f"{url}/api/", retry_handlers=[])
            client.proxy = None
            way_in = SocketWayIn(handed.bolt, token, client, **options)
            await way_in.open()
            stack.push_async_callback(way_in.close, 0.2)
            return way_in

        yield open_one


async def eventually(condition: Callable[[], Any], timeout: float = 10.0) -> Any:
    """Waits until the condition holds and returns what it gave."""

    async def look() -> Any:
        return condition()

    return await Actor("", "").wait_for(look, timeout, "what was expected")
