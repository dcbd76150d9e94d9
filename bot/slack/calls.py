"""One call of the Web API, an answer to a click, or a list that comes in pages: made once, with what goes wrong as one
of the four errors of `bot.slack.errors`. Which calls there are is the matter of `bot.slack.gateway`.
"""

import json
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeGuard

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from yarl import URL

from bot.settings import is_loopback
from bot.slack.errors import (
    TOKEN_CODES,
    SlackBusy,
    SlackRefused,
    SlackUnclear,
    TooMuchToRead,
    from_answer,
    from_connection,
    from_parts,
)

# Not `connect`: it would count waiting for a free connection, and take a busy moment for an unreachable Slack.
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=5)
# Far more than are ever under way at once: a form that is to open does not queue behind slower calls.
CONNECTIONS = 500
PAGE = 200
MOST_PAGES = 2500
"""Half a million people. Whoever hands out page after page without end would hold up all else in the workspace."""
LONGEST_PAUSE_SECONDS = 60.0
LARGEST_ANSWER = 32 * 1024 * 1024
"""Bytes, unpacked; the largest that Slack gives, a page of long messages, are a third of that."""
CHUNK_BYTES = 64 * 1024
OK_STATUS = 200

# What the SDK stumbles over when an answer is none of Slack's: plain text, no object, letters or numbers of no known
# kind, nested without end.
_UNREADABLE = (AttributeError, LookupError, RecursionError, ValueError)

_TS = re.compile(r"\d+\.\d+")

Call = Callable[..., Coroutine[Any, Any, AsyncSlackResponse]]

_OTHER_TOKENS = frozenset({"apps.connections.open", "auth.test", "oauth.v2.access"})
"""Methods that are called with another secret, or to find out."""


_READING = frozenset(
    {
        "conversations.info", "conversations.members", "usergroups.list", "usergroups.users.list", "users.info",
        "users.list",
    }
)  # fmt: skip
"""Methods that are asked again on every pass, and any click may cause one. Of what is sent, each message knows when to
come back."""


class Client(AsyncWebClient):
    """The SDK's client, which says when Slack does not take its token: `on_refused` is told Slack's code. It does not
    let itself be sent elsewhere, and reads nothing before the time that Slack said to wait is over; `clock` counts its
    seconds."""

    on_refused: Callable[[str], None] | None = None

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, **given: Any) -> None:
        super().__init__(**given)
        self._clock = clock
        self._busy_until: dict[str, float] = {}

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        """Follows nobody elsewhere: a post would be made once more there, and the token told to whoever it is."""
        stay: dict[str, Any] = {**req_args, "allow_redirects": False}
        return await super()._request(http_verb=http_verb, api_url=api_url, req_args=stay)

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        left = self._busy_until.get(api_method, 0.0) - self._clock()
        if left > 0:
            raise SlackBusy(left, api_method)
        try:
            return await super().api_call(api_method, **arguments)
        except SlackApiError as error:
            busy = from_answer(error, api_method)
            if isinstance(busy, SlackBusy) and api_method in _READING:
                self._busy_until[api_method] = self._clock() + busy.retry_after
            data = getattr(error.response, "data", None)
            code = str(data.get("error") or "") if isinstance(data, dict) else ""
            if code in TOKEN_CODES and api_method not in _OTHER_TOKENS and self.on_refused is not None:
                self.on_refused(code)
            raise


class _Answer(aiohttp.ClientResponse):
    """An answer that is not read on for ever: in the seconds that a call may take, gigabytes can arrive."""

    async def read(self) -> bytes:
        if self._body is None:
            content = bytearray()
            async for chunk in self.content.iter_chunked(CHUNK_BYTES):
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    self.close()
                    raise aiohttp.ClientPayloadError("larger than any answer of Slack's")
            self._body = bytes(content)
        return await super().read()


def session() -> aiohttp.ClientSession:
    """Connections to Slack, reused by whoever shares them."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    return aiohttp.ClientSession(timeout=TIMEOUT, connector=connector, response_class=_Answer)


def client_of(token: str, api_url: str, session: aiohttp.ClientSession) -> Client:
    """The SDK's client over this session. It repeats nothing by itself and writes no payloads into the log."""
    quiet = logging.getLogger("bot.slack.sdk")
    quiet.setLevel(logging.WARNING)  # below it the SDK writes whole payloads into the log
    client = Client(
        token=token, base_url=api_url, timeout=int(TIMEOUT.total or 0), session=session, retry_handlers=[], logger=quiet
    )
    if is_loopback(api_url):
        client.proxy = None  # the SDK would send this machine's own traffic through a proxy
    return client


async def ask(call: Call, **arguments: Any) -> AsyncSlackResponse:
    """One call of the SDK's, made once. Raises a SlackError."""
    method = call.__name__.replace("_", ".")
    try:
        answer = await call(**arguments)
    except SlackApiError as error:
        raise from_answer(error, method, str(arguments.get("channel", ""))) from None
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        raise from_connection(error) from error
    except _UNREADABLE as error:
        raise _unreadable(error) from error
    if not isinstance(answer.data, dict):
        raise SlackUnclear("an answer that is no JSON object")
    return answer


def _unreadable(error: Exception) -> SlackUnclear:
    return SlackUnclear(f"an answer that cannot be read ({type(error).__name__})")


def is_ts(value: object) -> TypeGuard[str]:
    """Whether this is where a message stands, as Slack writes it."""
    return isinstance(value, str) and _TS.fullmatch(value) is not None


def ids_of(message: object) -> tuple[str, str]:
    """The ts of a message of a history, and the id of the delivery it carries in its metadata ("" where it carries
    none). Raises SlackUnclear for what is no message."""
    if not isinstance(message, dict) or not is_ts(ts := message.get("ts")):
        raise SlackUnclear("a history with something else than messages")
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    of_delivery = payload.get("delivery_id") if isinstance(payload, dict) else None
    return ts, of_delivery if isinstance(of_delivery, str) else ""


def _is_slacks(address: str, api_url: str) -> bool:
    """Whether an address is Slack's own; or on this machine, where the stand-in for Slack is. Taken apart by the
    library that makes the request, so that both see the same host in it."""
    try:
        url, api = URL(address), URL(api_url)
    except ValueError:
        return False
    if is_loopback(api_url):
        return is_loopback(str(url))
    return url.scheme == "https" and f".{url.host}".endswith((".slack.com", f".{api.host}"))


def is_unmarked(message: Mapping[str, Any], bot_id: str, bot_user_id: str) -> bool:
    """Whether a message of a history, in which no delivery was found, is one of ours all the same. What Slack writes
    about the bot has a subtype; files come without metadata anyhow."""
    is_ours = message.get("bot_id") == bot_id if bot_id else message.get("user") == bot_user_id
    return is_ours and not (message.get("files") or message.get("subtype"))


async def answer_through(
    session: aiohttp.ClientSession, response_url: str, payload: Mapping[str, Any], proxy: str | None, api_url: str
) -> None:
    """One answer to the address that came with a click or command, which is no method of the Web API and takes no
    token. It goes to nobody but Slack, whatever address a payload carries, and is not led elsewhere. Raises a
    SlackError; SlackRefused("not_slacks_address")."""
    if not _is_slacks(response_url, api_url):
        raise SlackRefused("not_slacks_address")
    try:
        async with session.post(response_url, json=payload, proxy=proxy, allow_redirects=False) as answer:
            text = await answer.text()
            if answer.status == OK_STATUS and text.strip() in ("", "ok"):
                return
            body = _json_object(text)
            if answer.status == OK_STATUS and body.get("ok"):
                return
            code = body.get("error") or (text.strip()[:60] if answer.status < 500 else "")
            raise from_parts(answer.status, answer.headers, {"error": code}, "response_url")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise from_connection(error) from error
    except _UNREADABLE as error:
        raise _unreadable(error) from error


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


async def pages_of(
    call: Call,
    key: str,
    *,
    page: int = PAGE,
    pages: int | None = None,
    pause: Callable[[float], Awaitable[None]] | None = None,
    **arguments: Any,
) -> AsyncIterator[Any]:
    """Everything of a list that comes in pages. A page may be short, or empty, although more follow. Raises
    TooMuchToRead where there are more than so many `pages`, MOST_PAGES where nothing is said.

    With a `pause` (seconds) it waits where Slack takes no more calls in the middle of a list: begun anew, a long one
    would come just as far the next time.
    """
    cursor, read, met, pages = "", 0, {""}, pages or MOST_PAGES
    while read < pages:
        try:
            answer = await ask(call, limit=page, cursor=cursor or None, **arguments)
        except SlackBusy as busy:
            if pause is None or not cursor or busy.retry_after > LONGEST_PAUSE_SECONDS:
                raise
            await pause(busy.retry_after)
            continue
        read += 1
        items, metadata = answer.get(key), answer.get("response_metadata") or {}
        if not isinstance(items, list | tuple) or not isinstance(metadata, dict):
            raise SlackUnclear(f"{call.__name__} answered with something else than a list")
        for item in items:
            yield item
        cursor = str(metadata.get("next_cursor") or "")
        if not cursor and answer.get("has_more") is True:
            raise SlackUnclear(f"{call.__name__} has more, and does not say where")
        if not cursor:
            return
        if cursor in met:
            raise SlackUnclear(f"{call.__name__} leads in a circle")
        met.add(cursor)
    raise TooMuchToRead(f"{call.__name__} has more than {pages} pages")
