"""Stands where Slack's Web API is, in a process of its own, as lightly as can be: it answers every call alike, below
`/slow/` after 100 ms and elsewhere at once, and counts what was asked. Who wants a Socket Mode connection is sent
below SOCKET_URL, to the first part of the path they asked at. `python -m benchmarks.slack_stand_in PORT SOCKET_URL`.
"""

import asyncio
import json
import re
import sys
from typing import cast

import uvloop

SLOW_SECONDS = 0.1
COUNT_PATH = b"/count"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
ANSWER = {
    "ok": True, "url": "https://bench.example/", "team": "Bench", "team_id": "T0BENCH", "user": "denyut",
    "user_id": "U0DENYUT", "bot_id": "B0DENYUT", "members": [], "channel": "D0BENCH", "ts": "1764000000.000100",
}  # fmt: skip


class _Connection(asyncio.Protocol):
    updates = 0

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        length = LENGTH.search(self._received, 0, head)
        if len(self._received) < head + 4 + (int(length[1]) if length else 0):
            return
        path = self._received.split(b" ", 2)[1]
        self._received = b""
        if path.startswith(b"/slow/"):
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._answer, path)
        else:
            self._answer(path)

    def _answer(self, path: bytes) -> None:
        if path.endswith(b"/chat.update"):
            _Connection.updates += 1
        body = json.dumps(self._said(path)).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)

    def _said(self, path: bytes) -> dict[str, object]:
        if path == COUNT_PATH:
            return {"updates": _Connection.updates}
        if path.endswith(b"/apps.connections.open"):
            return {"ok": True, "url": f"{sys.argv[2]}/{path.split(b'/')[1].decode()}"}
        return ANSWER


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
