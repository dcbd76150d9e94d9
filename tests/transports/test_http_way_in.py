"""Signed HTTP: what Slack signed reaches Bolt, everything else is refused without a word in the log."""

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from bot import transports
from tests.transports.conftest import CLICK, COMMAND, EVENT, SECRET, Handed, Served, eventually, signed

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
EVENT_BODY = json.dumps(EVENT).encode()


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Any:
    yield
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    assert "Traceback" not in "".join(capfd.readouterr())


async def test_what_slack_signed_reaches_bolt(http: Served, handed: Handed) -> None:
    assert await http.send_signed(EVENT_BODY, JSON) == (200, "")
    assert handed.payloads == [EVENT]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(signed(EVENT_BODY, secret="another"), id="another secret"),
        pytest.param(signed(EVENT_BODY + b" "), id="another body"),
        pytest.param({}, id="no headers"),
        pytest.param({"x-slack-signature": signed(EVENT_BODY)["x-slack-signature"]}, id="no timestamp"),
        pytest.param({"x-slack-request-timestamp": str(int(time.time()))}, id="no signature"),
        pytest.param({**signed(EVENT_BODY), "x-slack-request-timestamp": "soon"}, id="timestamp in words"),
        pytest.param({**signed(EVENT_BODY), "x-slack-request-timestamp": "9" * 5000}, id="timestamp without end"),
        pytest.param(signed(EVENT_BODY, second=f"{int(time.time()):016}99"), id="timestamp longer than any"),
        pytest.param({**signed(EVENT_BODY), "x-slack-signature": "v0=é"}, id="signature beyond ASCII"),
        pytest.param({**signed(EVENT_BODY), "x-slack-signature": ""}, id="empty signature"),
    ],
)
async def test_what_slack_did_not_sign_never_reaches_bolt(
    headers: dict[str, str], http: Served, handed: Handed
) -> None:
    status, _ = await http.send(EVENT_BODY, JSON, **headers)
    assert (status, handed.payloads) == (401, [])


@pytest.mark.parametrize(("seconds", "status"), [(-310, 401), (310, 401), (-280, 200), (280, 200)])
async def test_a_signature_is_good_for_five_minutes(seconds: int, status: int, http: Served, handed: Handed) -> None:
    headers = signed(EVENT_BODY, SECRET, int(time.time()) + seconds)
    assert (await http.send(EVENT_BODY, JSON, **headers))[0] == status
    assert len(handed.payloads) == (status == 200)


async def test_a_command_comes_as_a_form_and_is_answered_in_the_acknowledgement(http: Served, handed: Handed) -> None:
    handed.answer = {"text": "Noted.", "response_type": "ephemeral"}
    status, text = await http.send_signed(urlencode(COMMAND).encode(), FORM)
    assert status == 200
    assert json.loads(text) == {"text": "Noted.", "response_type": "ephemeral"}
    assert handed.payloads == [COMMAND]


async def test_a_click_comes_as_json_in_a_form(http: Served, handed: Handed) -> None:
    assert await http.send_signed(urlencode({"payload": json.dumps(CLICK)}).encode(), FORM) == (200, "")
    assert handed.payloads == [CLICK]


async def test_the_address_is_verified_with_its_challenge(http: Served, handed: Handed) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "t"}).encode()
    assert await http.send_signed(body, JSON) == (200, "3eZbrw1a")
    assert (await http.send(body, JSON))[0] == 401
    assert handed.payloads == []


async def test_the_certificate_may_be_looked_at(http: Served, handed: Handed) -> None:
    assert await http.send_signed(b"ssl_check=1&token=t", FORM) == (200, "")
    assert await http.send(b"", FORM, method="GET", path="/slack/events?ssl_check=1&token=t") == (200, "")
    assert handed.payloads == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b""),
        (JSON, b"{"),
        (JSON, b"[]"),
        (JSON, b'"text"'),
        (JSON, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        (JSON, b'{"type": "event_callback", "event": {"text": "\\ud83d"}}'),
        (JSON, b'{"type": "\xff"}'),
        (JSON, b'{"n": ' + b"9" * 10_000 + b"}"),
        (FORM, b"payload=%7B"),
        (FORM, b"payload="),
        (FORM, b"payload=%5B1%5D"),
        (FORM, urlencode({"payload": '{"a":' * 100_000 + "1" + "}" * 100_000}).encode()),
        (FORM, urlencode({"payload": '{"type": "block_actions", "x": "\\uDC00"}'}).encode()),
        (FORM, b"command=\xff\xfe"),
    ],
    ids=lambda value: (value if isinstance(value, str) else repr(value))[:40],
)
async def test_what_is_no_payload_is_refused_though_signed(
    content_type: str, body: bytes, http: Served, handed: Handed
) -> None:
    status, _ = await http.send_signed(body, content_type)
    assert (status, handed.payloads) == (400, [])


async def test_an_emoji_in_two_escapes_is_a_payload(http: Served, handed: Handed) -> None:
    event = {**EVENT, "event": {"type": "message", "text": "\U0001f600", "user": "U0AYU"}}
    body = json.dumps(event).encode()
    assert b"\\ud83d\\ude00" in body
    assert (await http.send_signed(body, JSON))[0] == 200
    assert handed.payloads == [event]


async def test_a_body_of_5_mb_is_too_large(http: Served, handed: Handed) -> None:
    body = json.dumps({**EVENT, "more": "x" * 5_000_000}).encode()
    status, _ = await http.send_signed(body, JSON)
    assert (status, handed.payloads) == (413, [])


async def test_a_body_of_3_mb_is_not(http: Served, handed: Handed) -> None:
    body = json.dumps({**EVENT, "more": "x" * 3_000_000}).encode()
    status, _ = await http.send_signed(body, JSON)
    assert (status, len(handed.payloads)) == (200, 1)


async def test_a_body_that_never_ends_is_not_waited_for(http: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "READ_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", http.port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf")
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_sender_who_goes_away_in_the_middle_leaves_no_trace(http: Served, handed: Handed) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", http.port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await http.send_signed(EVENT_BODY, JSON))[0] == 200
    assert len(handed.payloads) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 404),
        ("POST", "/slack/event", 404),
        ("GET", "/slack/events/", 404),
        ("GET", "/slack/events", 405),
        ("PUT", "/slack/events", 405),
        ("GET", "/healthz", 200),
    ],
)
async def test_nothing_else_is_served(method: str, path: str, status: int, http: Served, handed: Handed) -> None:
    headers = signed(EVENT_BODY)
    assert (await http.send(EVENT_BODY, JSON, method=method, path=path, **headers))[0] == status
    assert handed.payloads == []


async def test_a_repeated_request_says_that_it_is_one(http: Served, handed: Handed) -> None:
    await http.send_signed(EVENT_BODY, JSON, x_slack_retry_num="2", x_slack_retry_reason="http_timeout")
    await http.send_signed(EVENT_BODY, JSON)
    assert handed.headers[0]["x-slack-retry-num"] == ["2"]
    assert handed.headers[0]["x-slack-retry-reason"] == ["http_timeout"]
    assert "x-slack-retry-num" not in handed.headers[1]


async def test_200_requests_at_once_are_all_answered_in_time(http: Served, handed: Handed) -> None:
    async def take_a_while(_: Any) -> None:
        await asyncio.sleep(0.3)

    handed.work = take_a_while
    began = time.monotonic()
    answers = await asyncio.gather(*(http.send_signed(EVENT_BODY, JSON) for _ in range(200)))
    assert {status for status, _ in answers} == {200}
    assert time.monotonic() - began < 3
    assert await eventually(lambda: len(handed.payloads) == 200)
