"""The edges of the way in that no payload of its own kind shows: signatures, sockets, what is meant for others."""

import asyncio
import json
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from bot.slack.payloads import fault_in, read_json
from bot.transports import dispatch
from tests.hostile.company import LEAVING, renewed
from tests.hostile.conftest import SECRET, Sender, signed
from tests.hostile.mutations import Claim, Real
from tests.hostile.seed import SEED
from tests.soak import times
from tests.transports.conftest import (
    CLICK,
    COMMAND,
    EVENT,
    Connect,
    Handed,
    Served,
    SmallSlack,
    connect,
    eventually,
    handed,
    http,
    small_slack,
)

__all__ = ["connect", "handed", "http", "small_slack"]
FRAMES = times(1_500, 50_000)
KINDS = (COMMAND, CLICK, EVENT)


class TestSignatures:
    @pytest.mark.parametrize(
        "made",
        [
            dict,
            lambda: {"x-slack-signature": "v0=" + "0" * 64, "x-slack-request-timestamp": "0"},
            lambda: {**signed(b"{}", second=int(time.time()) - 900)},
            lambda: {**signed(b"{}", second=int(time.time()) + 900)},
            lambda: {**signed(b"{}", secret="another")},
            lambda: {**signed(b"{}"), "x-slack-signature": signed(b"{}")["x-slack-signature"].upper()},
            lambda: {**signed(b"{}"), "x-slack-signature": signed(b"{}")["x-slack-signature"][:-1]},
            lambda: {**signed(b"{}"), "x-slack-request-timestamp": f" {int(time.time())}"},
            lambda: {**signed(b"{}"), "x-slack-request-timestamp": f"-{int(time.time())}"},
            lambda: {**signed(b"{}"), "x-slack-request-timestamp": "١٢٣"[:1].encode("utf-8").decode("latin-1")},
            lambda: {f"x-{number}": "x" for number in range(500)},
        ],
        ids=range(11),
    )
    async def test_only_fresh_ones_of_ours_are_taken(self, made: Callable[[], dict[str, str]], handed: Handed) -> None:
        from bot.transports import HttpWayIn

        status, _ = await Sender(HttpWayIn(handed.bolt, SECRET)).send(b"{}", "application/json", made())
        assert (status, handed.payloads) == (401, [])


@pytest.mark.parametrize(
    ("lines", "rest"),
    [
        ("content-length: -1", b"{}"),
        ("content-length: 5\r\ncontent-length: 9", b"12345"),
        ("content-length: 999999", b"{}"),
        ("transfer-encoding: chunked", b"ZZ\r\nnot a chunk\r\n"),
        ("transfer-encoding: chunked", b"5\r\n{}"),
        ("transfer-encoding: chunked\r\ncontent-length: 3", b"0\r\n\r\n"),
        ("\r\n".join(f"x-{number}: {'y' * 100}" for number in range(2000)), b""),
        ("x: " + "y" * 200_000, b""),
    ],
    ids=range(8),
)
async def test_requests_that_are_none_end_in_4xx_or_in_nothing(
    lines: str, rest: bytes, http: Served, handed: Handed
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", http.port)
    writer.write(f"POST /slack/events HTTP/1.1\r\nhost: x\r\n{lines}\r\n\r\n".encode() + rest)
    writer.write_eof()
    with_answer = await reader.read()
    writer.close()
    assert not with_answer or with_answer.startswith(b"HTTP/1.1 4"), with_answer[:100]
    assert handed.payloads == []
    assert (await http.send_signed(json.dumps(EVENT).encode(), "application/json"))[0] == 200


async def test_frames_of_a_socket_are_acknowledged_whatever_they_hold(
    small_slack: SmallSlack, connect: Connect, handed: Handed
) -> None:
    await connect(small_slack.url)
    real, random = Real(KINDS), Random(SEED)
    expected = set()
    for seed in range(FRAMES):
        hostile = real.mutated(seed, renewed)
        payload: Any = hostile.payload if random.random() < 0.9 else random.choice((None, 1, [], "x", {}, {"type": {}}))
        name = f"E{seed % (FRAMES - 50)}"  # some come twice
        frame = {
            "envelope_id": name, "type": random.choice(("events_api", "interactive", "nothing", None, {}, 1)),
            "payload": payload, "accepts_response_payload": random.choice((True, False, None, "x")),
            "retry_attempt": random.choice((0, 1, "x", [], -1)), "retry_reason": random.choice(("", [], {}, None)),
        }  # fmt: skip
        await small_slack.sockets[-1].send_str(json.dumps(frame))
        if "\\ud" not in json.dumps(frame):
            expected.add(name)
        if seed % 20 == 0:
            garbage = random.choice(
                ("", "{", "[]", "x" * 1000, '{"envelope_id":5}', '{"type":"hello"}', "[" * 5000, "null")
            )
            await small_slack.sockets[-1].send_str(garbage)
    await eventually(lambda: expected <= small_slack.acks.keys(), timeout=60)
    assert handed.payloads, "what is right gets through"


async def test_what_is_meant_for_another_app_is_left_alone(handed: Handed) -> None:
    for payload, gets_through in ((CLICK, True), ({**CLICK, "api_app_id": "A0OTHER"}, False)):
        handed.payloads.clear()
        response = await dispatch(handed.bolt, dict(payload), {}, app_id="A0TEST")
        assert (response.status, bool(handed.payloads)) == (200, gets_through)


@pytest.mark.parametrize("event", LEAVING, ids=lambda event: str(event["type"]))
@pytest.mark.parametrize("changes", [{"event_id": None}, {"event_id": ["E"]}, {"type": "nothing"}, {"event": None}])
def test_nobody_leaves_by_an_event_that_is_none(event: dict[str, Any], changes: dict[str, Any]) -> None:
    payload = {"type": "event_callback", "team_id": "T0TEST", "event_id": "E1", "event": event}
    assert not fault_in(payload)
    assert fault_in({**payload, **changes})


def test_what_claims_to_be_broken_is_and_the_real_ones_are_not() -> None:
    real = Real(KINDS)
    assert not [fault_in(payload) for payload in KINDS if fault_in(payload)]
    found = [real.mutated(seed, renewed) for seed in range(2000)]
    assert len([each for each in found if each.claim is Claim.BROKEN]) > 200


@pytest.mark.parametrize("text", ['{"a":"b\\u0000c"}', '{"a":"b\\u0000c","d":["\\u0000"]}', '{"a\\u0000":"bc"}'])
def test_characters_that_no_database_takes_are_left_out(text: str) -> None:
    assert "\0" not in str(read_json(text))
    assert read_json(text)["a"] == "bc"
