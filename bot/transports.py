"""The way in: a parsed payload is handed to Bolt, and nothing behind it knows how it came. Signed HTTP is here, and the
HTTP routes of other systems, which Bolt never sees; Socket Mode is in `bot.socket_mode`. Running and stopping in order
lies in `bot.run`.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from yarl import URL

from bot.commands import API_PREFIX, PageHandler, Registry, Request, Response, Visit, problem
from bot.health import HEALTH_PATH, PATHS, Health
from bot.metrics import MeasuredBolt
from bot.middleware import served
from bot.pages import Page
from bot.services import Services
from bot.slack.payloads import fault_in, read_json, storable

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

EVENTS_PATH = "/slack/events"
MAX_BODY = 4 * 1024 * 1024
MAX_API_BODY = 1024 * 1024
STOPPING_SECONDS = 5
"""When to come again, as told to who comes while the process stops: another will have taken over, or this one again."""
FAULT = (
    "Something went wrong on this side; its log tells more under {reference}. Send the same request again later: what "
    "was stored is not stored twice."
)
AWAY = (
    "What is stored cannot be reached or written just now. Send the same request again in a minute: what was stored is "
    "not stored twice."
)
AWAY_SECONDS = 60
PAGE_FAULT = (
    "Something went wrong on this side. Please try again in a minute. / Ada yang salah di sini. Coba lagi sebentar ya. "
    "({reference})"
)
READ_SECONDS = 10.0
SIGNED_FOR_SECONDS = 300
LONGEST_SECOND = 16
CLOSE = {"connection": "close"}
"""What is still to come of a request that was refused would otherwise be read without end."""
AT_A_TIME = 2047
"""Bytes hashed at a time: for more Python gives up its lock, and would wait for the other threads to get it back, which
takes longer than to hash them."""


def parse_body(content_type: str, body: bytes) -> dict[str, Any]:
    """Slack's request body as the payload Socket Mode would have brought. Raises ValueError for anything else.

    yarl decodes the form in C: urllib's decoding is two thirds of the cost of a request.
    """
    if content_type.lower().startswith("application/json"):
        return read_json(body.decode())
    fields: dict[str, Any] = dict(URL.build(query_string=body.decode(), encoded=True).query)
    if "payload" in fields:
        return read_json(fields["payload"])
    return {storable(name): storable(value) for name, value in fields.items()}


async def dispatch(
    bolt: AsyncApp | MeasuredBolt, payload: dict[str, Any], headers: dict[str, Any], app_id: str = ""
) -> BoltResponse:
    """The one way in: a parsed payload to Bolt. Its mode "socket_mode" means that the body is parsed already and needs
    no signature check there; over HTTP the check was made before.

    What is not as Slack sends it ends here, acknowledged: sent again it would be no better, and nobody waits for words.
    So does what is meant for another app, where we know by `app_id` which one we are.
    """
    wrong = fault_in(payload) or _of_another_app(payload, app_id)
    if wrong:
        log.info("not as Slack sends it", action="payload_refused", where=wrong)
        return BoltResponse(status=200)
    if payload.get("type") == "block_actions" and not payload["actions"][0].get("action_id"):
        return BoltResponse(status=200)  # a click on nothing, over which Bolt's matching would stumble
    return await bolt.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode", headers=headers))


def _of_another_app(payload: Mapping[str, Any], app_id: str) -> str:
    return "api_app_id" if app_id and payload.get("api_app_id") not in (None, "", app_id) else ""


class Routes:
    """The HTTP routes that the features registered, for other systems than Slack: a request is read, within limits of
    size and time, handed to its handler, and answered in JSON."""

    def __init__(self, registry: Registry, services: Services) -> None:
        self._routes = registry.routes
        self._services = services
        self.is_stopping = False

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request. A program that meets a fault of ours is told so in the form that it reads, with the
        reference id under which the traceback is in the log."""
        what = f"{scope['method']} {scope['path']}"
        response, body = await served(lambda: self._worded(scope, receive), _fault, away=_away(), what=what)
        if response is not None:
            headers = {"cache-control": "no-store", "x-content-type-options": "nosniff", **response.headers}
            await _answer(send, response.status, body, response.content_type, headers)

    async def _worded(self, scope: Scope, receive: Receive) -> tuple[Response | None, bytes]:
        response = await self._response(scope, receive)
        return response, b"" if response is None else _json(response)

    async def _response(self, scope: Scope, receive: Receive) -> Response | None:
        """None where nobody waits for an answer any more."""
        methods = self._routes.get(scope["path"])
        if methods is None:
            return problem(404, "There is nothing at this address; see /api/v1/openapi.json.")
        handler = methods.get(scope["method"])
        if handler is None:
            allowed = ", ".join(sorted(methods))
            return problem(405, f"Only {allowed} is answered here.", headers={"allow": allowed})
        headers = _headers(scope)
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read_small(receive, headers.get("content-length", ""))
        except TimeoutError:
            return problem(408, f"The request did not arrive within {READ_SECONDS:.0f} seconds.", headers=CLOSE)
        except ConnectionAbortedError:
            return None
        if body is None:
            return problem(413, "The body is larger than 1 MB; send it in several requests.")
        if self.is_stopping:
            detail = "This server is stopping. Nothing was stored; send the same request again in a moment."
            return problem(503, detail, headers={"retry-after": str(STOPPING_SECONDS), "connection": "close"})
        services = self._services
        return await handler(Request(scope["method"], scope["path"], headers, body, services, services.now()))


class Pages:
    """The pages that features show in a person's browser."""

    def __init__(self, pages: Mapping[str, PageHandler], services: Services) -> None:
        self.paths = frozenset(pages)
        self._pages = pages
        self._services = services

    async def serve(self, scope: Scope, send: Send) -> None:
        """Answers a GET. A fault is told with the reference id under which the log has it."""
        if scope["method"] != "GET":
            await _answer(send, 405, b"method not allowed", headers={"allow": "GET"})
            return
        query = URL.build(query_string=scope.get("query_string", b"").decode("latin-1"), encoded=True).query
        visit = Visit(dict(query), _headers(scope), self._services, self._services.now())
        away = Page(503, PAGE_FAULT.format(reference="503"))
        page = await served(lambda: self._pages[scope["path"]](visit), _faulty_page, away=away, what=scope["path"])
        await _answer(send, page.status, page.html.encode(), "text/html; charset=utf-8", page.headers)


def _faulty_page(reference: str) -> Page:
    return Page(500, PAGE_FAULT.format(reference=reference))


class HttpWayIn:
    """The ASGI app that uvicorn serves. For Slack it verifies the signature over the raw body, parses, asks Bolt,
    answers; without `bolt` it is not there for Slack. Everything below `/api/` goes to the `routes`, if any,
    questions about how the process is doing to its `health`, and a person's browser to the `pages`."""

    def __init__(
        self,
        bolt: AsyncApp | MeasuredBolt | None,
        signing_secret: str = "",
        routes: Routes | None = None,
        health: Health | None = None,
        pages: Pages | None = None,
    ) -> None:
        self._pages = pages
        self._bolt = bolt
        self._secret = signing_secret.encode()
        self._routes = routes
        self._health = health

    def stop(self) -> None:
        """From now on other systems are told to come again. Slack's requests are answered to the last: it does not send
        a click again."""
        if self._routes is not None:
            self._routes.is_stopping = True
        if self._health is not None:
            self._health.is_stopping = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._health is not None and scope["path"] in PATHS:
            said = await self._health.answer(scope["path"])
            await _answer(send, said.status, said.body, said.content_type, {"cache-control": "no-store"})
        elif scope["path"] == HEALTH_PATH:
            await _answer(send, 200, b"ok")
        elif self._routes is not None and scope["path"].startswith(API_PREFIX):
            await self._routes.serve(scope, receive, send)
        elif self._pages is not None and scope["path"] in self._pages.paths:
            await self._pages.serve(scope, send)
        elif scope["path"] != EVENTS_PATH or self._bolt is None:
            await _answer(send, 404, b"not found")
        elif scope["method"] == "GET" and b"ssl_check=1" in scope.get("query_string", b""):
            await _answer(send, 200, b"")  # Slack looks at the certificate this way now and then
        elif scope["method"] != "POST":
            await _answer(send, 405, b"method not allowed")
        else:
            await self._slack(self._bolt, scope, receive, send)

    async def _slack(self, bolt: AsyncApp | MeasuredBolt, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(receive)
        except TimeoutError:
            await _answer(send, 408, b"too slow", headers=CLOSE)
            return
        except ConnectionAbortedError:
            return
        if body is None:
            await _answer(send, 413, b"too large", headers=CLOSE)
            return
        headers = _headers(scope)
        if not self._is_signed(body, headers):
            await _answer(send, 401, b"invalid signature")
            return
        try:
            payload = parse_body(headers.get("content-type", ""), body)
        except ValueError:
            await _answer(send, 400, b"not a payload")
            return
        if payload.get("type") == "url_verification":
            challenge = payload.get("challenge")
            await _answer(send, 200, challenge.encode() if isinstance(challenge, str) else b"")
        elif payload.get("ssl_check"):
            await _answer(send, 200, b"")
        else:
            await self._dispatch(bolt, payload, headers, send)

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Slack's v0 signature over the raw body, and no older than five minutes, so that none can be replayed."""
        second = headers.get("x-slack-request-timestamp", "")
        if not (second.isascii() and second.isdigit() and len(second) <= LONGEST_SECOND):
            return False
        if abs(time.time() - int(second)) > SIGNED_FOR_SECONDS:
            return False
        mac = hmac.new(self._secret, b"v0:" + second.encode() + b":", hashlib.sha256)
        for start in range(0, len(body), AT_A_TIME):
            mac.update(body[start : start + AT_A_TIME])
        expected = mac.hexdigest()
        given = headers.get("x-slack-signature", "")
        return hmac.compare_digest(b"v0=" + expected.encode(), given.encode("latin-1"))

    async def _dispatch(
        self, bolt: AsyncApp | MeasuredBolt, payload: dict[str, Any], headers: Mapping[str, str], send: Send
    ) -> None:
        retry = {name: [headers[name]] for name in ("x-slack-retry-num", "x-slack-retry-reason") if name in headers}
        response = await dispatch(bolt, payload, retry)
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


async def _read_small(receive: Receive, announced: str) -> bytes | None:
    """The body of another system's request; None as soon as it is known to be too large. What comes after the answer is
    dropped by the server, unread. Raises ConnectionAbortedError when the sender goes away."""
    if announced.isdecimal() and int(announced[:16]) > MAX_API_BODY:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        body += message.get("body", b"")
        if len(body) > MAX_API_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _fault(reference: str) -> tuple[Response, bytes]:
    response = problem(500, FAULT.format(reference=reference), reference=reference)
    return response, _json(response)


def _away() -> tuple[Response | None, bytes]:
    response = problem(503, AWAY, headers={"retry-after": str(AWAY_SECONDS)})
    return response, _json(response)


def _json(response: Response) -> bytes:
    return json.dumps(response.body, ensure_ascii=False).encode()


def _headers(scope: Scope) -> dict[str, str]:
    """By name in small letters. Of one that is there several times, or once more behind a body, all values: were it the
    last, somebody in between could have checked another than the one that counts."""
    found: dict[str, str] = {}
    for raw_name, raw in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw.decode("latin-1")
        between = "; " if name == "cookie" else ", "
        found[name] = f"{found[name]}{between}{value}" if name in found else value
    return found


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    content_type: str = "text/plain; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> None:
    known = {"content-type": content_type, "content-length": str(len(body)), **(headers or {})}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in known.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
