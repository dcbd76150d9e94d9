"""Routes of other systems than Slack: what is there, within which limits, and what is said while the bot stops."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot import transports
from bot.commands import Registry, Request, Response
from bot.i18n import Catalogues
from bot.transports import MAX_API_BODY, HttpWayIn, Routes
from tests.features.api_callers import listening
from tests.transports.conftest import EVENT, SECRET, Handed, signed

PATH = "/api/v1/kpi-entries"  # one that programs may call: to what stands in no table nobody gets
NOW = datetime(2026, 11, 26, tzinfo=UTC)


class Echo:
    """A way in with one route that tells the size of what it was sent, and may take its time."""

    def __init__(self, handed: Handed | None) -> None:
        self.seen: list[Request] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fault: Exception | None = None
        self.body: dict[str, Any] = {}
        registry = Registry(Catalogues({}, "en"))
        registry.route("POST", PATH, self.answer)
        services: Any = SimpleNamespace(now=lambda: NOW)
        routes = Routes(registry, services)
        self.way_in = HttpWayIn(handed.bolt if handed else None, SECRET if handed else "", routes)
        self.port = 0

    async def answer(self, request: Request) -> Response:
        self.seen.append(request)
        await self.go_on.wait()
        if self.fault is not None:
            raise self.fault
        return Response(201, {"size": len(request.body), **self.body}, {"x-echo": "yes"})

    async def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Any, Any]:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.request(method, url, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers

    async def raw(self, text: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(text)
        await writer.drain()
        return reader, writer


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    served = Echo(None)
    async with listening(served.way_in) as served.port:
        yield served


async def test_a_route_gets_the_request_as_it_came(echo: Echo) -> None:
    status, text, headers = await echo.send("POST", PATH, b"\x00\xff", authorization="Bearer x")
    (request,) = echo.seen
    assert (status, json.loads(text), headers["content-type"]) == (201, {"size": 2}, "application/json")
    assert (headers["cache-control"], headers["x-echo"]) == ("no-store", "yes")
    assert headers["x-content-type-options"] == "nosniff"
    assert (request.method, request.path, request.body, request.now) == ("POST", PATH, b"\x00\xff", NOW)
    assert request.headers["authorization"] == "Bearer x"
    assert "Bearer" not in repr(request)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/other", 404),
        ("POST", f"{PATH}/", 404),
        ("GET", "/api/", 404),
        ("GET", PATH, 405),
        ("PUT", PATH, 405),
    ],
)
async def test_what_is_not_there_is_a_problem(echo: Echo, method: str, path: str, status: int) -> None:
    answered, text, headers = await echo.send(method, path)
    assert (answered, json.loads(text)["status"]) == (status, status)
    assert headers["content-type"] == "application/problem+json"
    assert headers.get("allow") == ("POST" if status == 405 else None)
    assert echo.seen == []


class TestFaults:
    """What nobody expected: programs are told in the form of every other refusal, and the log tells the rest."""

    async def refused(self, echo: Echo) -> tuple[dict[str, Any], dict[str, Any]]:
        """The problem that a fault is answered with, and the log's entry about it."""
        with capture_logs() as logs:
            status, text, headers = await echo.send("POST", PATH, b"a secret body", authorization="Bearer secret")
        assert (status, headers["content-type"]) == (500, "application/problem+json")
        assert headers["cache-control"] == "no-store"
        (entry,) = [each for each in logs if each["event"] == "bug"]
        return json.loads(text), dict(entry)

    async def test_it_is_a_problem_with_a_reference_that_is_in_the_log(self, echo: Echo) -> None:
        echo.fault = KeyError("leads")
        told, entry = await self.refused(echo)
        reference = entry["reference"]
        assert told == {
            "type": "urn:denyut:problem:internal-server-error",
            "title": "Internal Server Error",
            "status": 500,
            "detail": f"Something went wrong on this side; its log tells more under {reference}. Send the same request "
            "again later: what was stored is not stored twice.",
            "reference": reference,
        }
        assert (entry["what"], entry["exc_info"], entry["log_level"]) == (f"POST {PATH}", True, "error")
        assert "leads" not in json.dumps(told), "what went wrong inside is for the log"
        assert "secret" not in str(entry)

    async def test_every_fault_has_its_own_and_the_next_request_is_served(self, echo: Echo) -> None:
        echo.fault = RuntimeError("x")
        (first, _), (second, _) = await self.refused(echo), await self.refused(echo)
        assert first["reference"] != second["reference"]
        echo.fault = None
        assert (await echo.send("POST", PATH, b"x"))[0] == 201

    async def test_an_answer_that_is_no_json_is_a_fault_too(self, echo: Echo) -> None:
        echo.body = {"when": NOW}
        told, entry = await self.refused(echo)
        assert told["reference"] == entry["reference"]


async def test_without_bolt_slack_finds_nothing_though_it_signs(echo: Echo) -> None:
    """Socket Mode with a port: nobody could forge a click here, not even with an empty secret."""
    body = json.dumps(EVENT).encode()
    for secret in ("", SECRET):
        headers = {**signed(body, secret), "content-type": "application/json"}
        assert (await echo.send("POST", "/slack/events", body, **headers))[0] == 404
    assert (await echo.send("GET", "/healthz"))[:2] == (200, "ok")


async def test_with_bolt_both_are_there(handed: Handed) -> None:
    served = Echo(handed)
    body = json.dumps(EVENT).encode()
    async with listening(served.way_in) as served.port:
        headers = {**signed(body), "content-type": "application/json"}
        assert (await served.send("POST", "/slack/events", body, **headers))[0] == 200
        assert (await served.send("POST", PATH, b"x"))[0] == 201
    assert handed.payloads == [EVENT]
    assert len(served.seen) == 1


async def test_a_path_outside_the_api_cannot_be_registered() -> None:
    with pytest.raises(ValueError, match="/api/"):
        Registry(Catalogues({}, "en")).route("GET", "/healthz", Echo(None).answer)


class TestLimits:
    async def test_a_body_of_10_mb_is_refused_before_it_is_sent(self, echo: Echo) -> None:
        reader, writer = await echo.raw(
            f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: {10 * 1024 * 1024}\r\n\r\n".encode()
        )
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 413")
        writer.close()
        assert echo.seen == []

    async def test_whoever_sends_all_of_it_sees_the_refusal_too(self, echo: Echo) -> None:
        status, text, _ = await echo.send("POST", PATH, b"x" * 10 * 1024 * 1024)
        assert (status, json.loads(text)["detail"]) == (
            413,
            "The body is larger than 1 MB; send it in several requests.",
        )

    async def test_a_body_whose_length_nobody_announced_is_refused_when_it_is_too_long(self, echo: Echo) -> None:
        reader, writer = await echo.raw(
            f"POST {PATH} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        )
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for _ in range(17):
            writer.write(chunk)
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 413")
        writer.close()
        assert echo.seen == []

    async def test_the_largest_body_is_taken(self, echo: Echo) -> None:
        assert (await echo.send("POST", PATH, b"x" * MAX_API_BODY))[0] == 201
        assert (await echo.send("POST", PATH, b"x" * (MAX_API_BODY + 1)))[0] == 413

    async def test_a_body_that_trickles_in_is_not_waited_for(self, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transports, "READ_SECONDS", 0.1)
        reader, writer = await echo.raw(f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf".encode())
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        writer.close()
        assert echo.seen == []

    async def test_a_sender_who_goes_away_in_the_middle_is_forgotten(self, echo: Echo) -> None:
        _, writer = await echo.raw(f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf".encode())
        writer.close()
        await writer.wait_closed()
        assert (await echo.send("POST", PATH, b"x"))[0] == 201
        assert len(echo.seen) == 1


class TestStopping:
    async def test_a_request_that_is_complete_is_answered(self) -> None:
        served = Echo(None)
        served.go_on.clear()
        async with listening(served.way_in) as served.port:
            waiting = asyncio.create_task(served.send("POST", PATH, b"x"))
            async with asyncio.timeout(5):
                while not served.seen:
                    await asyncio.sleep(0.01)
            served.way_in.stop()
            served.go_on.set()
            assert (await waiting)[0] == 201

    async def test_one_that_is_still_coming_is_told_to_come_again(self, echo: Echo) -> None:
        reader, writer = await echo.raw(f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nhalf".encode())
        echo.way_in.stop()
        writer.write(b"half")
        async with asyncio.timeout(5):
            answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5" in answer
        assert echo.seen == []
        writer.close()


async def test_a_header_that_is_there_twice_says_both_and_not_the_last(echo: Echo) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n"
    for rest in (
        b"content-length: 0\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n0\r\nauthorization: Bearer c\r\n\r\n",
    ):
        reader, writer = await echo.raw(head.encode() + rest)
        assert (await reader.readline()).startswith(b"HTTP/1.1 201")
        writer.close()
        assert echo.seen[-1].headers["authorization"].startswith("Bearer a, Bearer b")
