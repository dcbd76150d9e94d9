"""The two ways in, Socket Mode and signed HTTP: both hand Bolt the same parsed payload. Nothing behind them knows which
one it was. Running and stopping in order lies in `bot.run`.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
MAX_BODY = 4 * 1024 * 1024
SILENCE_SECONDS = 40.0
PING_SECONDS = 10


def parse_body(content_type: str, body: bytes) -> dict[str, Any]:
    """Slack's request body as the payload Socket Mode would have brought. Raises ValueError for anything else.

    yarl decodes the form in C: urllib's decoding is two thirds of the cost of a request.
    """
    if content_type.startswith("application/json"):
        payload = json.loads(body)
    else:
        fields = dict(URL.build(query_string=body.decode(), encoded=True).query)
        payload = json.loads(fields["payload"]) if "payload" in fields else fields
    if not isinstance(payload, dict):
        raise ValueError("not an object")
    return payload


async def dispatch(bolt: AsyncApp, payload: dict[str, Any], headers: dict[str, Any]) -> BoltResponse:
    """The one way in: a parsed payload to Bolt. Its mode "socket_mode" means that the body is parsed already and needs
    no signature check there; over HTTP the check was made before."""
    return await bolt.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode", headers=headers))


class HttpWayIn:
    """The ASGI app that uvicorn serves: verifies the signature over the raw body, parses, asks Bolt, answers."""

    def __init__(self, bolt: AsyncApp, signing_secret: str) -> None:
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["path"] == HEALTH_PATH:
            await _answer(send, 200, b"ok")
        elif scope["path"] != EVENTS_PATH:
            await _answer(send, 404, b"not found")
        elif scope["method"] != "POST":
            await _answer(send, 405, b"method not allowed")
        else:
            await self._slack(scope, receive, send)

    async def _slack(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            await _answer(send, 413, b"too large")
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._is_signed(body, headers):
            await _answer(send, 401, b"invalid signature")
            return
        try:
            payload = parse_body(headers.get("content-type", ""), body)
        except (ValueError, UnicodeDecodeError, RecursionError):
            await _answer(send, 400, b"not a payload")
            return
        if payload.get("type") == "url_verification":
            await _answer(send, 200, str(payload.get("challenge", "")).encode())
        elif payload.get("ssl_check"):
            await _answer(send, 200, b"")
        else:
            await self._dispatch(payload, headers, send)

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except ValueError:
            return False

    async def _dispatch(self, payload: dict[str, Any], headers: Mapping[str, str], send: Send) -> None:
        retry = {name: [headers[name]] for name in ("x-slack-retry-num", "x-slack-retry-reason") if name in headers}
        response = await dispatch(self._bolt, payload, retry)
        text = response.body or ""
        content_type = response.first_headers().get("content-type", "application/json; charset=utf-8")
        await _answer(send, response.status, text.encode(), content_type)


async def _read(receive: Receive) -> bytes | None:
    chunks, size = [], 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


async def _answer(send: Send, status: int, body: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


class SocketWayIn:
    """Socket Mode through slack_sdk's aiohttp client (the builtin one loses everything at 600 envelopes in flight).

    The client pings and reconnects by itself; the watchdog is for when that fails: nothing heard for `SILENCE_SECONDS`,
    neither a frame nor the answer to a ping, and the connection is opened anew.
    """

    def __init__(self, bolt: AsyncApp, app_token: str, slack: AsyncWebClient, silence: float = SILENCE_SECONDS) -> None:
        self._bolt = bolt
        self._client = SocketModeClient(app_token, web_client=slack, ping_interval=PING_SECONDS, logger=_quiet_logger())
        self._client.socket_mode_request_listeners.append(self._on_envelope)
        self._client.on_message_listeners.append(self._on_frame)
        self._silence = silence
        self._heard = 0.0
        self._running: set[asyncio.Task[Any]] = set()
        self._watching: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connects. Raises slack_sdk's SlackApiError when the app token is refused, instead of trying for ever."""
        self._client.wss_uri = await self._client.issue_new_wss_url()
        await self._client.connect()  # type: ignore[no-untyped-call]
        self._heard = time.time()
        self._watching = asyncio.create_task(self._watch())

    async def close(self, timeout: float = 10) -> None:
        """Finishes and acknowledges what was accepted, then hangs up."""
        if self._watching:
            self._watching.cancel()
        self._client.socket_mode_request_listeners.clear()
        if self._running:
            await asyncio.wait(self._running, timeout=timeout)
        await self._client.close()  # type: ignore[no-untyped-call]

    async def is_connected(self) -> bool:
        return bool(await self._client.is_connected())

    async def _on_frame(self, _: Any) -> None:
        self._heard = time.time()

    async def _on_envelope(self, _: Any, envelope: SocketModeRequest) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        response = await dispatch(self._bolt, envelope.payload, _retry_headers(envelope))
        if response.status != 200:
            log.warning("not acknowledged", action="not_acknowledged", status=response.status)
            return
        payload = json.loads(response.body) if response.body else None
        await self._client.send_socket_mode_response(SocketModeResponse(envelope.envelope_id, payload))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._silence / 8)
            heard = max(self._heard, self._client.last_ping_pong_time or 0.0)
            if time.time() - heard > self._silence:
                await self._connect_anew()

    async def _connect_anew(self) -> None:
        log.warning("the socket is silent, connecting anew", action="socket_reconnect")
        try:
            await self._client.connect_to_new_endpoint(force=True)
            self._heard = time.time()
        except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as trouble:
            log.warning("could not reconnect yet", action="socket_reconnect_failed", error=type(trouble).__name__)


def _retry_headers(envelope: SocketModeRequest) -> dict[str, Any]:
    if not envelope.retry_attempt:
        return {}
    return {"x-slack-retry-num": [str(envelope.retry_attempt)], "x-slack-retry-reason": [envelope.retry_reason or ""]}


def _quiet_logger() -> logging.Logger:
    """slack_sdk's client logs whole tracebacks while Slack is away, and payloads at debug level: neither is wanted."""
    logger = logging.getLogger("denyut.socket")
    logger.setLevel(logging.CRITICAL)
    return logger
