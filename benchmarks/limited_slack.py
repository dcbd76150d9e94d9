"""Stands where Slack is that takes only so many messages a minute from a workspace: a bucket of tokens that holds what
one second brings, 429 with Retry-After when it is empty. It keeps what it accepted, shows it in histories, and counts
connections. `python -m benchmarks.limited_slack PORT PER_MINUTE`.

GET /count says what happened so far: when messages were accepted, in seconds of its clock (`times`), how many it
`refused`, `connections` open at once at most, how many messages were `doubled`, and the ids of their `deliveries`.
"""

import asyncio
import json
import math
import sys
import time
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

import uvloop
from aiohttp import web

SECONDS_HELD = 1.0
ANSWER = {
    "ok": True, "url": "https://bench.example/", "team": "Bench", "team_id": "T0BENCH", "user": "denyut",
    "user_id": "U0DENYUT", "bot_id": "B0DENYUT", "members": [],
}  # fmt: skip


class LimitedSlack:
    def __init__(self, per_minute: int) -> None:
        self._per_second = per_minute / 60
        self._most = self._per_second * SECONDS_HELD
        self._tokens, self._counted = self._most, time.monotonic()
        self._posted: dict[str, list[dict[str, Any]]] = {}
        self._deliveries: Counter[str] = Counter()
        self._refused = 0
        self._connections: set[asyncio.BaseTransport] = set()
        self._most_open = 0
        self._times: list[float] = []

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.removeprefix("/api/")
        if method == "/count":
            return web.json_response(self._count())
        self._notice(request.transport)
        asked = await _asked(request)
        if method == "chat.postMessage":
            return self._post(asked)
        if method == "conversations.open":
            return _said({"channel": {"id": f"D{asked['users'][1:]}"}})
        if method == "conversations.history":
            return _said({"messages": self._posted.get(asked["channel"], [])[::-1], "has_more": False})
        return _said({})

    def _notice(self, connection: asyncio.BaseTransport | None) -> None:
        self._connections = {each for each in self._connections if not each.is_closing()}
        if connection is not None:
            self._connections.add(connection)
        self._most_open = max(self._most_open, len(self._connections))

    def _post(self, asked: dict[str, str]) -> web.StreamResponse:
        now = time.monotonic()
        self._tokens = min(self._most, self._tokens + (now - self._counted) * self._per_second)
        self._counted = now
        if self._tokens < 1:
            self._refused += 1
            wait = math.ceil((1 - self._tokens) / self._per_second)
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": str(wait)})
        self._tokens -= 1
        self._times.append(now)
        metadata = json.loads(asked["metadata"])
        self._deliveries[metadata["event_payload"]["delivery_id"]] += 1
        channel, ts = f"D{asked['channel'][1:]}", f"{time.time():.6f}"
        self._posted.setdefault(channel, []).append({"ts": ts, "metadata": metadata, "bot_id": ANSWER["bot_id"]})
        return _said({"channel": channel, "ts": ts})

    def _count(self) -> dict[str, Any]:
        return {
            "times": self._times,
            "refused": self._refused,
            "connections": self._most_open,
            "doubled": sum(times - 1 for times in self._deliveries.values()),
            "deliveries": list(self._deliveries),
        }


def _said(body: dict[str, Any]) -> web.StreamResponse:
    return web.json_response({**ANSWER, **body}, headers={"X-OAuth-Scopes": "chat:write,im:write,im:history"})


async def _asked(request: web.BaseRequest) -> dict[str, str]:
    text = await request.text()
    if request.content_type == "application/json":
        return {name: each if isinstance(each, str) else json.dumps(each) for name, each in json.loads(text).items()}
    return dict(parse_qsl(text)) | dict(request.query)


async def serve(port: int, per_minute: int) -> None:
    runner = web.ServerRunner(web.Server(LimitedSlack(per_minute).handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    while True:
        await asyncio.sleep(3600)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
