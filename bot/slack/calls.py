"""One call of the Web API, an answer to a click, or a list that comes in pages: made once, with what goes wrong as one
of the four errors of `bot.slack.errors`. Which calls there are is the matter of `bot.slack.gateway`.
"""

import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings import is_loopback
from bot.slack.errors import SlackUnclear, from_answer, from_connection, from_parts

# Not `connect`: it would count waiting for a free connection, and take a busy moment for an unreachable Slack.
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=5)
# Far more than are ever under way at once: a form that is to open does not queue behind slower calls.
CONNECTIONS = 500
PAGE = 200
OK_STATUS = 200

Call = Callable[..., Coroutine[Any, Any, AsyncSlackResponse]]


def client_of(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The SDK's client over this session. It repeats nothing by itself and writes no payloads into the log."""
    quiet = logging.getLogger("bot.slack.sdk")
    quiet.setLevel(logging.WARNING)  # below it the SDK writes whole payloads into the log
    client = AsyncWebClient(
        token=token, base_url=api_url, timeout=int(TIMEOUT.total or 0), session=session, retry_handlers=[], logger=quiet
    )
    if is_loopback(api_url):
        client.proxy = None  # the SDK would send this machine's own traffic through a proxy
    return client


async def ask(call: Call, **arguments: Any) -> AsyncSlackResponse:
    """One call of the SDK's, made once. Raises a SlackError."""
    method = call.__name__.replace("_", ".")
    try:
        return await call(**arguments)
    except SlackApiError as error:
        raise from_answer(error, method, str(arguments.get("channel", ""))) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise from_connection(error) from error


async def answer_through(
    session: aiohttp.ClientSession, response_url: str, payload: Mapping[str, Any], proxy: str | None
) -> None:
    """One answer to the address that came with a click or command, which is no method of the Web API and takes no
    token. Raises a SlackError."""
    try:
        async with session.post(response_url, json=payload, proxy=proxy) as answer:
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


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def pages_of(
    call: Call, key: str, *, page: int = PAGE, pages: int | None = None, **arguments: Any
) -> AsyncIterator[Any]:
    """Everything of a list that comes in pages. A page may be short, or empty, although more follow."""
    cursor, read = "", 0
    while pages is None or read < pages:
        answer = await ask(call, limit=page, cursor=cursor or None, **arguments)
        read += 1
        for item in answer.get(key) or ():
            yield item
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return
    raise SlackUnclear(f"{call.__name__} has more than {pages} pages")
