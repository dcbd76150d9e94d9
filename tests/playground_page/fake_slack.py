"""A small stand-in for the playground's `/page` and `/control`, for tests of how the page renders and behaves.

It serves canned content, records what the page sends, and lets a test push any event, also one that the real
server would refuse (an unknown block).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.playground_page import block_samples as samples
from tests.playground_page import canned

Json = dict[str, Any]
WEB = Path(__file__).parents[2] / "bot" / "playground" / "web"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}


class FakeSlack:
    """Canned content, the requests the page made, and the streams of open pages."""

    def __init__(self) -> None:
        self.url = ""
        self.messages = canned.conversations()
        self.views: list[Json] = []
        self.home: Json | None = canned.HOME
        self.now = datetime.fromtimestamp(samples.START, UTC)
        self.unread = {"D0APP": 1, "C0LEADS": 1}
        self.entries: list[Json] = []
        self.answers: dict[str, Json] = {}
        self.asked: list[tuple[str, Json]] = []
        self.connections = 1
        self._news = asyncio.Condition()
        self._streams: dict[asyncio.Queue[Json | None], str] = {}

    def bootstrap(self) -> Json:
        """The workspace."""
        app = {
            "id": "A0DENYUT",
            "name": "Denyut",
            "bot_user_id": samples.APP,
            "commands": canned.COMMANDS,
            "home_tab": True,
        }
        return {
            "team": {"id": "T0", "name": "Sentosa Coffee"},
            "app": app,
            "users": canned.USERS,
            "channels": canned.CHANNELS,
            "groups": canned.GROUPS,
            "clock": self.clock(),
            "transport": "socket",
            "connections": self.connections,
        }

    def clock(self) -> Json:
        """The clock as the server tells it."""
        return {"now": self.now.isoformat(), "offset_seconds": 0, "version": 1}

    def rows(self, person: str) -> list[Json]:
        """The sidebar of a person."""
        channels = [
            {
                "id": each["id"],
                "kind": "private" if each["is_private"] else "channel",
                "name": each["name"],
                "user": None,
                "is_app": False,
                "unread": self.unread.get(each["id"], 0),
                "last_ts": None,
                "is_archived": each["is_archived"],
            }
            for each in canned.CHANNELS
            if person in each["members"]
        ]
        direct = [("D0BOB", "U0BOB" if person == "U0AYU" else "U0AYU", False), ("D0APP", samples.APP, True)]
        return channels + [
            {
                "id": id_,
                "kind": "im",
                "name": "",
                "user": other,
                "is_app": app,
                "unread": self.unread.get(id_, 0),
                "last_ts": None,
                "is_archived": False,
            }
            for id_, other, app in direct
        ]

    async def emit(self, event: Json) -> None:
        """Sends an event to every open page."""
        for queue in self._streams:
            queue.put_nowait(event)

    async def show_views(self, *views: Json) -> None:
        """Sets the stack of open modals and tells the page."""
        self.views = list(views)
        await self.emit({"type": "views", "views": self.views})

    async def sent(self, name: str, count: int = 1) -> Json:
        """The body of the count-th request of this name, once the page has made it."""

        def found() -> list[Json]:
            return [body for asked, body in self.asked if asked == name]

        async with self._news:
            async with asyncio.timeout(5):
                await self._news.wait_for(lambda: len(found()) >= count)
        return found()[count - 1]

    async def note(self, name: str, body: Json) -> None:
        """Remembers a request."""
        async with self._news:
            self.asked.append((name, body))
            self._news.notify_all()

    @asynccontextmanager
    async def stream(self, person: str) -> AsyncIterator[asyncio.Queue[Json | None]]:
        """One open page."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._streams[queue] = person
        try:
            yield queue
        finally:
            self._streams.pop(queue, None)

    def end_streams(self) -> None:
        """Closes every open stream, as a server that goes away does."""
        for queue in self._streams:
            queue.put_nowait(None)


def _routes(fake: FakeSlack) -> list[web.RouteDef]:
    async def read(request: web.Request) -> web.Response:
        name, query = request.match_info["name"], request.query
        if name == "messages":
            thread = query.get("thread_ts")
            found = fake.messages.get(query["channel"], [])
            picked = (
                [each for each in found if thread in (each["ts"], each["thread_ts"])]
                if thread
                else [each for each in found if each["thread_ts"] in (None, each["ts"])]
            )
            return web.json_response({"messages": picked})
        person = query.get("as", "")
        answers = {
            "bootstrap": fake.bootstrap,
            "conversations": lambda: {"conversations": fake.rows(person)},
            "home": lambda: {"view": fake.home},
            "views": lambda: {"views": fake.views},
            "traffic": lambda: {"entries": fake.entries},
        }
        return web.json_response(answers[name]())

    async def write(request: web.Request) -> web.Response:
        name, body = request.match_info["name"], await request.json()
        if name == "read":
            fake.unread.pop(body["channel"], None)
        if name == "close":
            fake.views = [] if body.get("all") else fake.views[:-1]
        if name == "message":
            ts = f"{fake.now.timestamp() + len(fake.asked):.6f}"
            said = {
                **canned.message(0, body["as"], body["text"]),
                "ts": ts,
                "channel": body["channel"],
                "thread_ts": body.get("thread_ts"),
            }
            fake.messages[body["channel"]].append(said)
            await fake.emit({"type": "message", "channel": body["channel"], "message": said})
        answer = fake.answers.get(name, {"ok": True, "ack_ms": 12, "error": None})
        await fake.note(name, body)
        return web.json_response(answer)

    async def control(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        body = json.loads(await request.text() or "{}")
        if name == "clock":
            if "set" in body:
                fake.now = datetime.fromisoformat(body["set"])
            fake.now += timedelta(seconds=body.get("advance_seconds", 0))
            await fake.emit({"type": "clock", "clock": fake.clock()})
        await fake.note(f"control/{name}", body)
        return web.json_response({**fake.clock(), "ok": True})

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        async with fake.stream(request.query["as"]) as queue:
            await response.prepare(request)
            await response.write(b": connected\n\n")
            with suppress(ConnectionError):  # the page has gone
                while (event := await queue.get()) is not None:
                    await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        return response

    async def page(request: web.Request) -> web.Response:
        path = WEB / (request.match_info.get("file") or "index.html")
        if not path.is_file():
            return web.Response(status=404)
        return web.Response(body=path.read_bytes(), content_type=KINDS[path.suffix], charset="utf-8")

    return [
        web.get("/page/events", events),
        web.get("/page/{name}", read),
        web.post("/page/{name}", write),
        web.route("*", "/control/{name}", control),
        web.get("/", page),
        web.get("/web/{file}", page),
    ]


@asynccontextmanager
async def serving(fake: FakeSlack) -> AsyncIterator[FakeSlack]:
    """Serves the stand-in on a free port of loopback."""
    app = web.Application()
    app.add_routes(_routes(fake))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield fake
    finally:
        fake.end_streams()
        await runner.cleanup()
