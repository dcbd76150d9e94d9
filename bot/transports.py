"""The way in: a parsed payload is handed to Bolt, and nothing behind it knows how it came. Signed HTTP is here, Socket
Mode in `bot.socket_mode`; running and stopping in order lies in `bot.run`.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from yarl import URL

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
MAX_BODY = 4 * 1024 * 1024
READ_SECONDS = 10.0
SIGNED_FOR_SECONDS = 300


def parse_body(content_type: str, body: bytes) -> dict[str, Any]:
    """Slack's request body as the payload Socket Mode would have brought. Raises ValueError for anything else.

    yarl decodes the form in C: urllib's decoding is two thirds of the cost of a request.
    """
    if content_type.lower().startswith("application/json"):
        return parse_json(body.decode())
    fields = dict(URL.build(query_string=body.decode(), encoded=True).query)
    return parse_json(fields["payload"]) if "payload" in fields else fields


def parse_json(text: str) -> dict[str, Any]:
    """A JSON object whose texts can be stored. Raises ValueError for anything else."""
    try:
        payload = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(payload, dict):
        raise ValueError("not an object")
    if "\\ud" in text or "\\uD" in text:  # half of a surrogate pair is no text: no database takes it
        json.dumps(payload, ensure_ascii=False).encode()
    return payload


async def dispatch(bolt: AsyncApp, payload: dict[str, Any], headers: dict[str, Any]) -> BoltResponse:
    """The one way in: a parsed payload to Bolt. Its mode "socket_mode" means that the body is parsed already and needs
    no signature check there; over HTTP the check was made before."""
    if payload.get("type") == "block_actions" and not (payload.get("actions") or [{}])[0].get("action_id"):
        return BoltResponse(status=200)  # a click on nothing, over which Bolt's matching would stumble
    return await bolt.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode", headers=headers))


class HttpWayIn:
    """The ASGI app that uvicorn serves: verifies the signature over the raw body, parses, asks Bolt, answers."""

    def __init__(self, bolt: AsyncApp, signing_secret: str) -> None:
        self._bolt = bolt
        self._secret = signing_secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == HEALTH_PATH:
            await _answer(send, 200, b"ok")
        elif scope["path"] != EVENTS_PATH:
            await _answer(send, 404, b"not found")
        elif scope["method"] == "GET" and b"ssl_check=1" in scope.get("query_string", b""):
            await _answer(send, 200, b"")  # Slack looks at the certificate this way now and then
        elif scope["method"] != "POST":
            await _answer(send, 405, b"method not allowed")
        else:
            await self._slack(scope, receive, send)

    async def _slack(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(receive)
        except TimeoutError:
            await _answer(send, 408, b"too slow")
            return
        except ConnectionAbortedError:
            return
        if body is None:
            await _answer(send, 413, b"too large")
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._is_signed(body, headers):
            await _answer(send, 401, b"invalid signature")
            return
        try:
            payload = parse_body(headers.get("content-type", ""), body)
        except ValueError:
            await _answer(send, 400, b"not a payload")
            return
        if payload.get("type") == "url_verification":
            await _answer(send, 200, str(payload.get("challenge", "")).encode())
        elif payload.get("ssl_check"):
            await _answer(send, 200, b"")
        else:
            await self._dispatch(payload, headers, send)

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Slack's v0 signature over the raw body, and no older than five minutes, so that none can be replayed."""
        second = headers.get("x-slack-request-timestamp", "")
        if not (second.isascii() and second.isdigit() and abs(time.time() - int(second[:16])) <= SIGNED_FOR_SECONDS):
            return False
        expected = hmac.new(self._secret, b"v0:" + second.encode() + b":" + body, hashlib.sha256).hexdigest()
        given = headers.get("x-slack-signature", "")
        return hmac.compare_digest(b"v0=" + expected.encode(), given.encode("latin-1"))

    async def _dispatch(self, payload: dict[str, Any], headers: Mapping[str, str], send: Send) -> None:
        retry = {name: [headers[name]] for name in ("x-slack-retry-num", "x-slack-retry-reason") if name in headers}
        response = await dispatch(self._bolt, payload, retry)
        text = response.body or ""
        content_type = response.first_headers().get("content-type", "application/json; charset=utf-8")
        await _answer(send, response.status, text.encode(), content_type)


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None if it is too large, which is read to its end all the same: a sender who is cut off in the
    middle would not see the answer. Raises ConnectionAbortedError when the sender goes away."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
        elif size > 8 * MAX_BODY:
            return None
        if not message.get("more_body"):
            return b"".join(chunks) if size <= MAX_BODY else None


async def _answer(send: Send, status: int, body: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
