"""The load: a number of connections, each sending its next request as soon as it has the answer to the last (closed
loop). Which requests they are does not belong here."""

import asyncio
import gc
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class NotAnswered(Exception):  # noqa: N818  it reads as what happened
    """A request was not answered with 200, so that nothing measured here would mean anything."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one load measured: requests a second, and the time to the answer in milliseconds. `afterwards` is how many
    seconds it took until the messages that follow the answers were all sent, `cpu` how many microseconds of processor
    time the server used for each request and what follows it."""

    rate: float
    p50: float
    p99: float
    afterwards: float = 0.0
    cpu: float = float("nan")


async def load(port: int, requests: Iterable[bytes], connections: int) -> Sample:
    """Sends all requests over that many connections. Raises NotAnswered."""
    waiting = list(requests)
    todo = iter(waiting)
    latencies: list[float] = []
    loop = asyncio.get_running_loop()
    opened: list[_Connection] = [
        (await loop.create_connection(lambda: _Connection(todo, latencies), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    gc.collect()
    gc.disable()
    try:
        begin = time.perf_counter()
        for connection in opened:
            connection.send_next()
        await asyncio.gather(*(connection.done for connection in opened))
        seconds = time.perf_counter() - begin
    finally:
        gc.enable()
    assert len(latencies) == len(waiting)
    latencies.sort()
    return Sample(len(waiting) / seconds, _at(latencies, 0.50), _at(latencies, 0.99))


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class _Connection(asyncio.Protocol):
    def __init__(self, todo: Iterator[bytes], latencies: list[float]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._todo = todo
        self._latencies = latencies
        self._received = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send_next(self) -> None:
        request = next(self._todo, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
        else:
            self._sent = time.perf_counter()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        length = LENGTH.search(self._received, 0, head) if head >= 0 else None
        if length is None or len(self._received) < head + 4 + int(length[1]):
            return
        self._latencies.append(time.perf_counter() - self._sent)
        answer, self._received = self._received, b""
        if answer.startswith(b"HTTP/1.1 200"):
            self.send_next()
        else:
            self._fail(answer[:200].decode("latin-1"))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._fail(f"the connection was lost ({exc})")

    def _fail(self, why: str) -> None:
        self.done.set_exception(NotAnswered(why))
        self._transport.abort()
