"""A little Slack on loopback for the fault harnesses: messages with their metadata, histories in pages, and every way
to misbehave that a method or a connection has. Its clock is whoever's asks for it; many workspaces live in it side by
side, one for each token. It knows nothing of the bot but the id of the delivery in a message's metadata.
"""

import asyncio
import contextlib
import itertools
import json
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Do = Callable[[], Json]
Fault = Callable[[web.BaseRequest, Do], Awaitable[web.StreamResponse]]
Misbehave = Callable[[str, str, Json], Fault | None]
"""What befalls a call, by its method, workspace and arguments; None lets it go on."""


@dataclass
class Posted:
    """A message as the little Slack keeps it; `at` is when it was accepted, on its clock."""

    channel: str
    ts: str
    text: str
    delivery_id: str
    at: float
    metadata: Any = None
    thread_ts: str = ""
    is_deleted: bool = False


@dataclass
class LittleSlack:
    """`clock` gives its time as a timestamp; `page` is the most messages in one page of a history, and `lag` so many
    seconds a message is not yet in it."""

    clock: Callable[[], float]
    misbehave: Misbehave = lambda _method, _team, _arguments: None
    page: int = 100
    lag: float = 0.0
    url: str = ""
    posted: dict[str, list[Posted]] = field(default_factory=lambda: defaultdict(list))
    _in_channel: dict[tuple[str, str], list[Posted]] = field(default_factory=lambda: defaultdict(list))
    calls: Counter[str] = field(default_factory=Counter)
    first_tried: dict[str, float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def visible(self, team: str, channel: str | None = None) -> list[Posted]:
        """What people see, in its order."""
        among = self.posted[team] if channel is None else self._in_channel[team, channel]
        return [m for m in among if not m.is_deleted]

    def add(self, team: str, channel: str, text: str) -> Posted:
        """A message that is there already."""
        return self._keep(team, Posted(channel, self._ts(), text, "", self.clock()))

    def clear(self) -> None:
        """As if nothing had been posted yet."""
        self.posted.clear()
        self._in_channel.clear()

    def _keep(self, team: str, message: Posted) -> Posted:
        """Histories are read from what is kept by channel: as one list they took ever longer, the more was posted."""
        self.posted[team].append(message)
        self._in_channel[team, message.channel].append(message)
        return message

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.removeprefix("/api/")
        team = request.headers.get("Authorization", "").removeprefix("Bearer xoxb-")
        arguments = await _arguments(request)
        self.calls[method] += 1
        do = self._doing(method, team, arguments)
        if method == "chat.postMessage" and (delivery := _delivery_of(arguments)):
            self.first_tried.setdefault(delivery, self.clock())
        fault = self.misbehave(method, team, arguments)
        return await fault(request, do) if fault is not None else answer(do())

    def _doing(self, method: str, team: str, arguments: Json) -> Do:
        if not method.startswith("upload/"):
            return lambda: getattr(self, f"_{method.replace('.', '_')}")(team, arguments)
        return lambda: {"ok": True}

    def _ts(self) -> str:
        return f"{int(self.clock())}.{next(self._numbers):06}"

    def _auth_test(self, team: str, _: Json) -> Json:
        return {"ok": True, "team_id": team, "team": team, "user_id": "U0BOT", "bot_id": "B0BOT"}

    def _chat_postMessage(self, team: str, arguments: Json) -> Json:  # noqa: N802  Slack's name
        if any(block["type"] == "data_visualization" for block in _json(arguments.get("blocks")) or ()):
            return {"ok": False, "error": "invalid_blocks"}
        to = str(arguments["channel"])
        channel = f"D{to[1:]}" if to.startswith("U") else to
        message = Posted(
            channel,
            self._ts(),
            str(arguments.get("text")),
            _delivery_of(arguments),
            self.clock(),
            _json(arguments.get("metadata")),
            str(arguments.get("thread_ts") or ""),
        )
        self._keep(team, message)
        return {"ok": True, "channel": channel, "ts": message.ts, "message": {"ts": message.ts}}

    def _chat_update(self, team: str, arguments: Json) -> Json:
        for message in self.visible(team, arguments["channel"]):
            if message.ts == arguments["ts"]:
                message.text = arguments["text"]
                return {"ok": True, "channel": message.channel, "ts": message.ts}
        return {"ok": False, "error": "message_not_found"}

    def _conversations_open(self, _: str, arguments: Json) -> Json:
        return {"ok": True, "channel": {"id": f"D{arguments['users'][1:]}"}}

    def _conversations_history(self, team: str, arguments: Json) -> Json:
        here = [m for m in self._shown(team, arguments) if not m.thread_ts]
        return self._paged(list(reversed(here)), arguments)

    def _conversations_replies(self, team: str, arguments: Json) -> Json:
        thread = arguments["ts"]
        if not any(m.ts == thread for m in self.visible(team, arguments["channel"])):
            return {"ok": False, "error": "thread_not_found"}
        return self._paged([m for m in self._shown(team, arguments) if thread in (m.ts, m.thread_ts)], arguments)

    def _shown(self, team: str, arguments: Json) -> list[Posted]:
        oldest, latest = float(arguments.get("oldest") or 0), self.clock() - self.lag
        return [m for m in self.visible(team, arguments["channel"]) if float(m.ts) > oldest and m.at <= latest]

    def _paged(self, messages: list[Posted], arguments: Json) -> Json:
        start = int(arguments.get("cursor") or 0)
        end = start + min(self.page, int(arguments.get("limit") or 100))
        has_more = end < len(messages)
        shown = [{"ts": m.ts, "text": m.text, "metadata": m.metadata or {}} for m in messages[start:end]]
        cursor = {"next_cursor": str(end) if has_more else ""}
        return {"ok": True, "messages": shown, "has_more": has_more, "response_metadata": cursor}

    def _users_info(self, _: str, arguments: Json) -> Json:
        return {"ok": True, "user": {"id": arguments["user"], "name": "somebody", "profile": {}}}

    def _files_getUploadURLExternal(self, _: str, __: Json) -> Json:  # noqa: N802  Slack's name
        number = next(self._numbers)
        return {"ok": True, "upload_url": f"{self.url}upload/{number}", "file_id": f"F{number}"}

    def _files_completeUploadExternal(self, _: str, __: Json) -> Json:  # noqa: N802  Slack's name
        return {"ok": True, "files": []}

    def _files_info(self, _: str, arguments: Json) -> Json:
        return {"ok": True, "file": {"id": arguments["file"], "mimetype": "image/png"}}


@contextlib.asynccontextmanager
async def served(slack: LittleSlack) -> AsyncIterator[LittleSlack]:
    """The little Slack, answering in this event loop."""
    runner = web.ServerRunner(web.Server(slack.handle), shutdown_timeout=0.01)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        yield slack
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def served_apart(slack: LittleSlack) -> Iterator[LittleSlack]:
    """The little Slack, answering in a thread of its own: it outlives the processes that are killed."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        async with served(slack):
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(20)
        yield slack
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()


def answer(body: Mapping[str, Any]) -> web.Response:
    return web.json_response(dict(body), headers={"X-OAuth-Scopes": "chat:write"})


def broken(after: bool) -> Fault:
    """The connection breaks before an answer; `after` the call had its effect."""

    async def fault(request: web.BaseRequest, do: Do) -> web.StreamResponse:
        if after:
            do()
        _transport(request).abort()
        return web.Response()

    return fault


def hangs(after: bool) -> Fault:
    """No answer comes until the caller has gone."""

    async def fault(request: web.BaseRequest, do: Do) -> web.StreamResponse:
        if after:
            do()
        while request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(0.01)
        return web.Response()

    return fault


def says(body: bytes, status: int = 200, kind: str = "application/json", *, after: bool, **headers: str) -> Fault:
    """An answer that is none; `after` the call had its effect."""

    async def fault(_: web.BaseRequest, do: Do) -> web.StreamResponse:
        if after:
            do()
        return web.Response(body=body, status=status, headers={"Content-Type": kind, **headers})

    return fault


def refuses(code: str, after: bool = False) -> Fault:
    return says(json.dumps({"ok": False, "error": code}).encode(), after=after)


def busy(seconds: int) -> Fault:
    body = json.dumps({"ok": False, "error": "ratelimited"}).encode()
    return says(body, 429, after=False, **{"Retry-After": str(seconds)})


def written(raw: Callable[[bytes], bytes]) -> Fault:
    """The call has its effect, and what stands on the wire is made of the answer's JSON; then the line is closed."""

    async def fault(request: web.BaseRequest, do: Do) -> web.StreamResponse:
        _transport(request).write(raw(json.dumps(do()).encode()))
        _transport(request).close()
        return web.Response()

    return fault


def with_head(body: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (size, body)


def changed(change: Callable[[Json], object]) -> Fault:
    """The call has its effect, and its answer is another one."""

    async def fault(_: web.BaseRequest, do: Do) -> web.StreamResponse:
        body = do()
        change(body)
        return answer(body)

    return fault


def slow(seconds: float) -> Fault:
    async def fault(_: web.BaseRequest, do: Do) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return answer(do())

    return fault


def _transport(request: web.BaseRequest) -> asyncio.Transport:
    assert isinstance(request.transport, asyncio.Transport)
    return request.transport


async def _arguments(request: web.BaseRequest) -> Json:
    if request.content_type == "application/json":
        found: Json = await request.json()
        return found
    if request.path.startswith("/api/upload/"):
        await request.read()
        return {}
    return {**request.query, **await request.post()}


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _delivery_of(arguments: Json) -> str:
    metadata = _json(arguments.get("metadata")) or {}
    return str((metadata.get("event_payload") or {}).get("delivery_id", ""))
