"""Stands where Slack is at the other end of Socket Mode, in a process of its own: it greets whoever connects, and sends
loads over their newest connection. Each of those who are measured connects below a name.
`python -m benchmarks.socket_stand_in PORT`.

POST /load/NAME?at_once=N with one envelope a line keeps N of them under way until each is acknowledged, and answers
with the rate and the times to the acknowledgement. GET /connections/NAME says how many there have been.
"""

import asyncio
import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator

import uvloop
from aiohttp import WSMsgType, web

LARGEST_LOAD = 1 << 28
SILENCE_SECONDS = 30.0
HELLO = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0DENYUT"}}


class Load:
    """Envelopes under way: the next is sent when one is acknowledged (closed loop). `done` has what was measured."""

    def __init__(self, socket: web.WebSocketResponse, envelopes: list[str]) -> None:
        self._socket = socket
        self._count = len(envelopes)
        self._todo: Iterator[str] = iter(envelopes)
        self._sent: dict[str, float] = {}
        self._latencies: list[float] = []
        self._moved = asyncio.Event()
        self._begin = 0.0

    async def run(self, at_once: int) -> dict[str, float]:
        """Raises TimeoutError when no acknowledgement comes for too long."""
        self._begin = time.perf_counter()
        for _ in range(at_once):
            await self._send_next()
        while len(self._latencies) < self._count:
            self._moved.clear()
            await asyncio.wait_for(self._moved.wait(), SILENCE_SECONDS)
        seconds = time.perf_counter() - self._begin
        ordered = sorted(self._latencies)
        p50, p99 = (ordered[int(self._count * share)] * 1000 for share in (0.50, 0.99))
        return {"rate": self._count / seconds, "p50": p50, "p99": p99}

    async def acknowledged(self, envelope_id: str) -> None:
        self._latencies.append(time.perf_counter() - self._sent.pop(envelope_id))
        await self._send_next()
        if len(self._latencies) % 100 == 0 or len(self._latencies) == self._count:
            self._moved.set()

    async def _send_next(self) -> None:
        envelope = next(self._todo, None)
        if envelope is not None:
            _, _, rest = envelope.partition('"envelope_id":"')
            self._sent[rest[: rest.index('"')]] = time.perf_counter()
            await self._socket.send_str(envelope)


class Sockets:
    """The connections of those who are measured, by name; one load at a time."""

    def __init__(self) -> None:
        self._opened: Counter[str] = Counter()
        self._newest: dict[str, web.WebSocketResponse] = {}
        self._load: Load | None = None

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str(json.dumps(HELLO))
        name = request.match_info["name"]
        self._opened[name] += 1
        self._newest[name] = socket
        async for message in socket:
            if message.type is WSMsgType.TEXT and self._load is not None:
                await self._load.acknowledged(json.loads(message.data)["envelope_id"])
        return socket

    async def load(self, request: web.Request) -> web.Response:
        envelopes = (await request.text()).splitlines()
        self._load = Load(self._newest[request.match_info["name"]], envelopes)
        gc.collect()
        gc.disable()
        try:
            return web.json_response(await self._load.run(int(request.query["at_once"])))
        finally:
            self._load = None
            gc.enable()

    async def connections(self, request: web.Request) -> web.Response:
        return web.json_response({"connections": self._opened[request.match_info["name"]]})


async def serve(port: int) -> None:
    sockets = Sockets()
    app = web.Application(client_max_size=LARGEST_LOAD)
    app.add_routes([web.get("/socket/{name}", sockets.connect), web.post("/load/{name}", sockets.load)])
    app.add_routes([web.get("/connections/{name}", sockets.connections)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
