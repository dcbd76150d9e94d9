"""The head of an HTTP request: within which time and size it has to come, while nobody knows yet who sends it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot import http_protocol
from bot.http_protocol import MAX_HEAD, ImpatientProtocol

Say = Callable[..., Awaitable[bytes]]
REQUEST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n%s\r\n"
BODY = b"y" * 300_000


async def tell_the_size(_scope: Any, receive: Any, send: Any) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    text = b"%d" % size
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(text))]})
    await send({"type": "http.response.body", "body": text})


@contextlib.asynccontextmanager
async def served(protocol: Any) -> AsyncIterator[int]:
    async with serving(protocol) as (port, _):
        yield port


@contextlib.asynccontextmanager
async def serving(protocol: Any) -> AsyncIterator[tuple[int, uvicorn.Server]]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(tell_the_size, http=protocol, lifespan="off", ws="none", log_config=None)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1], server
    finally:
        server.should_exit = True
        await task
        listening.close()


async def answered(port: int, *parts: bytes, seconds: float = 3.0) -> bytes:
    """What comes back for some bytes, until the other side hangs up or, with b"" for it, for so long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    try:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        async with asyncio.timeout(seconds):
            while more := await reader.read(65536):
                said += more
        return said + b"<hung up>"
    except TimeoutError:
        return said
    except ConnectionError:
        return said + b"<hung up>"
    finally:
        writer.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served(ImpatientProtocol) as port:
        yield port


class TestSize:
    async def test_headers_without_end_are_not_kept(self, port: int) -> None:
        many = b"".join(b"x-%d: %s\r\n" % (number, b"y" * 500) for number in range(400))
        assert b"<hung up>" in await answered(port, b"GET / HTTP/1.1\r\nhost: x\r\n", many)
        assert b"<hung up>" in await answered(port, b"GET / HTTP/1.1\r\nx: ", b"y" * 70_000, b"y" * 70_000)

    async def test_by_itself_the_server_would_keep_them(self) -> None:
        async with served("httptools") as port:
            assert await answered(port, b"GET / HTTP/1.1\r\nx: ", b"y" * 70_000, b"y" * 70_000, seconds=0.5) == b""

    async def test_those_of_a_request_as_it_should_be_are(self, port: int) -> None:
        large = b"x-large: %s\r\n" % (b"y" * (MAX_HEAD // 2))
        assert b"\r\n\r\n300000" in await answered(port, REQUEST % (len(BODY), large), BODY, seconds=0.5)

    async def test_bodies_do_not_count_nor_do_requests_before(self, port: int) -> None:
        said = await answered(port, *[REQUEST % (len(BODY), b"") + BODY] * 3, seconds=0.5)
        assert said.count(b"\r\n\r\n300000") == 3
        assert b"<hung up>" not in said


class TestTime:
    @pytest.mark.parametrize("first", [b"", b"\r\n", b"POST / HTT", b"POST / HTTP/1.1\r\nhost: x\r\n"])
    async def test_a_head_that_does_not_come_is_not_waited_for(
        self, port: int, monkeypatch: pytest.MonkeyPatch, first: bytes
    ) -> None:
        monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.1)
        assert await answered(port, first) == b"<hung up>"

    async def test_nor_is_that_of_a_later_request(self, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST % (0, b""))
        assert await reader.readuntil(b"\r\n\r\n0")
        writer.write(b"POST / HTT")
        async with asyncio.timeout(3):
            assert await reader.read() == b""
        writer.close()

    async def test_by_itself_the_server_would_wait(self) -> None:
        async with served("httptools") as port:
            assert await answered(port, b"POST / HTT", seconds=0.5) == b""

    async def test_a_body_may_take_longer(self, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """How long is the matter of who reads it."""
        monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST % (4, b"") + b"yy")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await reader.read(1)
        writer.write(b"yy")
        assert b"200 OK" in await reader.readline()
        writer.close()


@pytest.mark.parametrize(("protocol", "is_answered"), [(ImpatientProtocol, True), (HttpToolsProtocol, False)])
async def test_whoever_has_just_come_is_answered_although_the_server_stops(protocol: Any, is_answered: bool) -> None:
    """A click that is not answered is not sent again. uvicorn by itself would hang up."""
    async with serving(protocol) as (port, server):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while not server.server_state.connections:
            await asyncio.sleep(0)
        server.should_exit = True
        while any(each.is_serving() for each in server.servers):
            await asyncio.sleep(0.01)
        said = b""
        with contextlib.suppress(ConnectionError):
            writer.write(REQUEST % (1, b"connection: close\r\n") + b"y")
            said = await reader.read()
        writer.close()
        assert said.startswith(b"HTTP/1.1 200") is is_answered
