"""`/api/METHOD`: tokens, scopes, faults on demand, and the record of each call. The methods lie beside it."""

import asyncio
import base64
import json
import time
from typing import Any, Final

from aiohttp import web

from bot.playground.faults import Fault
from bot.playground.local_slack import LocalSlack
from bot.playground.scopes import METHOD_SCOPE, require
from bot.playground.slack_error import SlackError
from bot.playground.web_api import METHODS
from bot.playground.web_api.call import Call

Json = dict[str, Any]

SLACK: Final = web.AppKey("slack", LocalSlack)
_APP_TOKEN_METHODS: Final = frozenset({"apps.connections.open"})
_CLIENT_METHODS: Final = frozenset({"oauth.v2.access"})
"""Called with the app's client id and secret instead of a token."""


async def handle(request: web.Request) -> web.StreamResponse:
    """Answers one call of the Web API."""
    slack = request.app[SLACK]
    method = request.match_info["method"]
    started = time.monotonic()
    try:
        args = await _arguments(request)
    except SlackError as error:
        return _answer(slack, method, {}, error.as_json(), started, violation=str(error))
    token = _token(request, args)
    args |= _client(request)
    channel = next((str(args[name]) for name in ("channel", "channel_id", "user_id") if args.get(name)), None)
    fault = slack.faults.take(method, channel)
    if fault is not None and fault.kind != "drop_after":
        refused = await misbehave(slack, method, args, fault, request, started)
        if refused is not None:
            return refused
    body, violation = _run(slack, method, token, args)
    response = _answer(slack, method, args, body, started, violation)
    if fault is not None and fault.kind == "drop_after":
        abort(request)
    return response


async def _arguments(request: web.Request) -> Json:
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        try:
            given = json.loads(text) if text else {}
        except ValueError as error:
            raise SlackError("invalid_json") from error
        if not isinstance(given, dict):
            raise SlackError("json_not_object")
        return args | given
    form = await request.post()
    return args | {name: value for name, value in form.items() if isinstance(value, str)}


def _token(request: web.Request, args: Json) -> str:
    header = request.headers.get("Authorization", "")
    argument = args.pop("token", None)
    return header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else str(argument or "")


def _client(request: web.Request) -> Json:
    """The client id and secret of an Authorization header, as arguments."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return {}
    try:
        client_id, _, client_secret = base64.b64decode(given).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": client_secret}


def _run(slack: LocalSlack, method: str, token: str, args: Json) -> tuple[Json, str | None]:
    """The answer of a method, and what was wrong with the call."""
    call = Call(slack, args)
    try:
        if method not in METHODS:
            raise SlackError("unknown_method", req_method=method)
        if method not in _CLIENT_METHODS:
            _check_token(slack, method, token)
        if method in METHOD_SCOPE:
            require(slack.manifest, METHOD_SCOPE[method])
        body = {"ok": True, **METHODS[method](call)}
    except SlackError as error:
        return error.as_json(), error.violation
    return body, "; ".join(f"warning: {each}" for each in call.warnings) or None


def _check_token(slack: LocalSlack, method: str, token: str) -> None:
    if not token:
        raise SlackError("not_authed")
    if token != slack.tokens.app:
        slack.installs.check(token)
    if (token == slack.tokens.app) != (method in _APP_TOKEN_METHODS):
        raise SlackError("not_allowed_token_type")


async def misbehave(
    slack: LocalSlack, method: str, args: Json, fault: Fault, request: web.Request, started: float
) -> web.Response | None:
    """Goes wrong in the way asked for; None when the call is to be answered after all."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "ratelimit":
        headers = {"Retry-After": str(fault.retry_after)}
        body = {"ok": False, "error": "ratelimited"}
        return _answer(slack, method, args, body, started, status=429, headers=headers)
    if fault.kind == "error_500":
        return _answer(slack, method, args, {"ok": False, "error": "internal_error"}, started, status=500)
    if fault.kind == "error":
        return _answer(slack, method, args, {"ok": False, "error": fault.error}, started)
    slack.traffic.record("in", "web_api", method, "dropped", request=args, status="dropped", started=started)
    abort(request)
    return web.Response()


def abort(request: web.Request) -> None:
    """Cuts the connection of a request."""
    if request.transport is not None:
        request.transport.abort()


def _answer(
    slack: LocalSlack,
    method: str,
    args: Json,
    body: Json,
    started: float,
    violation: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> web.Response:
    where = args.get("channel") or args.get("channel_id") or args.get("user_id") or args.get("user") or ""
    summary = " ".join(str(each) for each in (where, args.get("text")) if each)
    secret = method in _CLIENT_METHODS or "client_secret" in args
    slack.traffic.record(
        "in", "web_api", method, summary, request={} if secret else args, response={} if secret else body,
        status=status, started=started, violation=violation,
    )  # fmt: skip
    scopes = {
        "x-oauth-scopes": ",".join(slack.manifest.bot_scopes),
        "x-accepted-oauth-scopes": METHOD_SCOPE.get(method, ""),
    }
    return web.json_response(body, status=status, headers=scopes | (headers or {}))
