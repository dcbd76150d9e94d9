"""Socket Mode: every envelope is acknowledged, whatever happens to the connection meanwhile."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot import socket_mode
from bot.playground.actor import Actor, text_of
from bot.playground.server import Playground
from bot.slack.errors import SlackRefused, SlackUnreachable
from tests.transports.conftest import CLICK, COMMAND, EVENT, Connect, Handed, Json, SmallSlack, envelope, eventually

CHANNEL = "C0GENERAL"
WORKSPACE = {
    "team": {"id": "T0TEST", "name": "Testers", "domain": "testers"},
    "users": [{"id": "U0AYU", "name": "ayu", "real_name": "Ayu Lestari", "tz": "Asia/Jakarta", "locale": "id-ID"}],
    "channels": [{"id": CHANNEL, "name": "general", "members": ["U0AYU"], "bot": True}],
}


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground(workspace=WORKSPACE) as opened:
        yield opened


@pytest.fixture
async def ayu(playground: Playground) -> AsyncIterator[Actor]:
    async with Actor(playground.url, "U0AYU") as actor:
        yield actor


def traffic_of(playground: Playground, name: str) -> int:
    return [entry["name"] for entry in playground.slack.traffic.after(0)].count(name)


async def test_the_answer_to_a_command_comes_with_its_acknowledgement(
    playground: Playground, ayu: Actor, connect: Connect, handed: Handed
) -> None:
    handed.answer = {"text": "Tercatat: 12,5 jt", "response_type": "ephemeral"}
    await connect(playground.url)
    outcome = await ayu.command("/kpi catat pendapatan 12,5 jt", CHANNEL)
    assert outcome["ok"]
    message = await ayu.wait_for_message(CHANNEL)
    assert text_of(message).startswith("Tercatat: 12,5 jt")
    assert handed.payloads[0]["text"] == "catat pendapatan 12,5 jt"
    assert playground.violations == []


async def test_a_payload_goes_back_only_where_slack_takes_one(
    small_slack: SmallSlack, connect: Connect, handed: Handed
) -> None:
    handed.answer = {"text": "Noted."}
    await connect(small_slack.url)
    await small_slack.send("E1", "slash_commands", COMMAND)
    await small_slack.send("E2", "slash_commands", COMMAND, accepts_response_payload=False)
    await eventually(lambda: len(small_slack.acks) == 2)
    assert small_slack.acks["E1"]["payload"] == {"text": "Noted."}
    assert small_slack.acks["E2"] == {"envelope_id": "E2"}


async def test_a_redelivered_event_says_that_it_is_one(
    small_slack: SmallSlack, connect: Connect, handed: Handed
) -> None:
    await connect(small_slack.url)
    await small_slack.send("E1", "events_api", EVENT, retry_attempt=2, retry_reason="timeout")
    await small_slack.send("E2", "events_api", EVENT, retry_attempt=0, retry_reason="")
    await eventually(lambda: len(small_slack.acks) == 2)
    assert handed.headers[0]["x-slack-retry-num"] == ["2"]
    assert handed.headers[0]["x-slack-retry-reason"] == ["timeout"]
    assert "x-slack-retry-num" not in handed.headers[1]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_no_command_is_lost_when_slack_asks_to_reconnect(
    reason: str, playground: Playground, ayu: Actor, connect: Connect, handed: Handed
) -> None:
    async def take_a_while(_: Json) -> None:
        await asyncio.sleep(0.05)

    handed.work = take_a_while
    await connect(playground.url, linger=0.5)
    playground.slack.faults.add({"method": "apps.connections.open", "kind": "slow", "seconds": 0.3})
    stop = asyncio.Event()
    outcomes: list[Json] = []

    async def type_one() -> None:
        outcomes.append(await ayu.command("/kpi show", CHANNEL))

    async def go_on_typing() -> None:
        """A command every hundredth of a second, whether the ones before were answered or not."""
        async with asyncio.TaskGroup() as commands:
            while not stop.is_set():
                commands.create_task(type_one())
                await asyncio.sleep(0.01)

    typing = asyncio.create_task(go_on_typing())
    await eventually(lambda: len(outcomes) > 10)
    assert await playground.slack.dispatcher.transport.disconnect(reason) == 1
    await eventually(lambda: traffic_of(playground, "hello") == 2)
    so_far = len(outcomes)
    await eventually(lambda: playground.connections == 1 and len(outcomes) > so_far + 20)
    stop.set()
    await typing
    assert {outcome["ok"] for outcome in outcomes} == {True}
    assert playground.violations == []


@pytest.mark.parametrize("reason", ["link_disabled", "drop"])
async def test_what_was_accepted_is_acknowledged_over_the_next_connection(
    reason: str, playground: Playground, ayu: Actor, connect: Connect, handed: Handed
) -> None:
    going_on = asyncio.Event()

    async def wait(_: Json) -> None:
        await going_on.wait()

    handed.work = wait
    await connect(playground.url)
    typing = asyncio.create_task(ayu.command("/kpi show", CHANNEL))
    await eventually(lambda: handed.payloads)
    await playground.slack.dispatcher.transport.disconnect(reason)
    await eventually(lambda: traffic_of(playground, "hello") == 2)
    going_on.set()
    assert (await typing)["ok"]
    assert (await ayu.command("/kpi show", CHANNEL))["ok"]
    assert playground.connections == 1


async def test_what_slack_sends_while_we_say_goodbye_is_acknowledged_over_the_next_connection(
    small_slack: SmallSlack, connect: Connect
) -> None:
    await connect(small_slack.url, linger=0.1)
    small_slack.last_words = envelope("E1", "interactive", CLICK)
    await small_slack.sockets[0].send_json({"type": "disconnect", "reason": "warning"})
    await eventually(lambda: "E1" in small_slack.acks)
    assert small_slack.last_words is None
    await eventually(lambda: len(small_slack.sockets) == 1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok": true}',
        b'{"ok": true, "url": null}',
        b'{"ok": true, "url": 5}',
        b'{"ok": true, "url": "ws://%s/"}' % (b"a" * 300),
        b'{"ok": true, "url": "ws://["}',
        b'"ok"',
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=lambda body: str(body[:24]),
)
async def test_an_answer_without_an_address_is_not_the_last_try(
    small_slack: SmallSlack, connect: Connect, body: bytes
) -> None:
    way_in = await connect(small_slack.url)
    small_slack.odd_answers = [web.Response(body=body, content_type="application/json")]
    await small_slack.sockets[0].close()
    await eventually(lambda: small_slack.opened == 2)
    assert small_slack.odd_answers == []
    await small_slack.send("E1", "slash_commands", COMMAND)
    await eventually(lambda: "E1" in small_slack.acks)
    assert way_in.is_connected


async def test_a_silent_connection_is_replaced(small_slack: SmallSlack, connect: Connect, handed: Handed) -> None:
    small_slack.is_silent = True
    way_in = await connect(small_slack.url, silence=0.3)
    await eventually(lambda: small_slack.opened > 1)
    small_slack.is_silent = False
    await eventually(lambda: way_in.is_connected)
    await small_slack.send("E1", "interactive", CLICK)
    await eventually(lambda: "E1" in small_slack.acks)


async def test_a_quiet_connection_that_answers_its_pings_stays(small_slack: SmallSlack, connect: Connect) -> None:
    await connect(small_slack.url, silence=0.3)
    await eventually(lambda: small_slack.pings > 5)
    assert small_slack.opened == 1


async def test_a_connection_that_hangs_is_given_up(
    small_slack: SmallSlack, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack takes the connection and says no more."""
    monkeypatch.setattr(socket_mode, "OPENING_SECONDS", 0.2)
    await connect(small_slack.url)
    small_slack.hangs = hanging = asyncio.Event()
    await small_slack.sockets[0].close()
    await eventually(lambda: small_slack.asked >= 3)
    assert small_slack.opened == 1
    small_slack.hangs = None
    await eventually(lambda: small_slack.opened == 2, 3)
    await small_slack.send("E1", "interactive", CLICK)
    await eventually(lambda: "E1" in small_slack.acks)
    hanging.set()


async def test_a_connection_that_nobody_greets_is_replaced(
    small_slack: SmallSlack, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers its pings, and would bring nothing for hours."""
    monkeypatch.setattr(socket_mode, "HELLO_SECONDS", 0.2)
    small_slack.is_greeting = False
    await connect(small_slack.url, silence=0.1)
    await eventually(lambda: small_slack.opened == 2)
    small_slack.is_greeting = True
    await eventually(lambda: small_slack.opened == 3)
    await small_slack.send("E1", "interactive", CLICK)
    await eventually(lambda: "E1" in small_slack.acks)
    pings = small_slack.pings
    await eventually(lambda: small_slack.pings > pings + 10)  # far longer than it waits for a greeting
    assert small_slack.opened == 3


async def test_who_is_sent_away_again_and_again_comes_back_ever_later(
    small_slack: SmallSlack, connect: Connect
) -> None:
    small_slack.stands_for = 0.06
    await connect(small_slack.url)
    await eventually(lambda: small_slack.opened >= 5)
    fourth, fifth = small_slack.opened_at[3:5]
    assert fifth - fourth > 0.05 * 2**3
    small_slack.stands_for = 0.0
    await eventually(lambda: small_slack.opened >= 6)
    await small_slack.send("E1", "interactive", CLICK)
    await eventually(lambda: "E1" in small_slack.acks)


async def test_it_comes_back_when_slack_does(
    small_slack: SmallSlack, connect: Connect, handed: Handed, caplog: pytest.LogCaptureFixture
) -> None:
    way_in = await connect(small_slack.url)
    small_slack.is_down = True
    await small_slack.sockets[0].close()
    await eventually(lambda: not way_in.is_connected)
    assert small_slack.opened == 1
    small_slack.is_down = False
    await eventually(lambda: way_in.is_connected)
    await small_slack.send("E1", "interactive", CLICK)
    await eventually(lambda: "E1" in small_slack.acks)
    assert "Traceback" not in caplog.text


async def test_a_wrong_app_token_is_refused_once_and_for_all(playground: Playground, connect: Connect) -> None:
    with pytest.raises(SlackRefused) as refusal:
        await connect(playground.url, token="xapp-wrong")
    assert refusal.value.code == "invalid_auth"
    assert traffic_of(playground, "apps.connections.open") == 1


async def test_where_nobody_listens_the_start_says_so(connect: Connect) -> None:
    with pytest.raises(SlackUnreachable):
        await connect("http://127.0.0.1:9")


async def test_closing_finishes_and_acknowledges_what_was_accepted(
    small_slack: SmallSlack, connect: Connect, handed: Handed
) -> None:
    going_on = asyncio.Event()

    async def wait(_: Json) -> None:
        await going_on.wait()

    handed.work = wait
    way_in = await connect(small_slack.url)
    await small_slack.send("E1", "slash_commands", COMMAND)
    await eventually(lambda: handed.payloads)
    closing = asyncio.create_task(way_in.close(10))
    await small_slack.send("E2", "slash_commands", COMMAND)  # what still comes is not left lying either
    await eventually(lambda: len(handed.payloads) == 2)
    assert not closing.done()
    going_on.set()
    await closing
    await eventually(lambda: set(small_slack.acks) == {"E1", "E2"})
    assert not way_in.is_connected


async def test_what_arrives_while_it_hangs_up_is_not_begun(
    small_slack: SmallSlack, connect: Connect, handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind it the database is about to be closed: begun now, it would be lost in the middle."""
    way_in = await connect(small_slack.url)
    await small_slack.send("E1", "interactive", CLICK)
    await eventually(lambda: "E1" in small_slack.acks)
    (connection,) = way_in._open
    hang_up = connection.socket.close

    async def close_late() -> None:
        way_in._on_frame(connection, json.dumps({"envelope_id": "E2", "type": "interactive", "payload": CLICK}))
        await hang_up()

    monkeypatch.setattr(connection.socket, "close", close_late)
    await way_in.close(5)
    assert not way_in._answering
    assert len(handed.payloads) == 1, "the first was served, the second not begun"


async def test_closing_does_not_wait_for_ever(small_slack: SmallSlack, connect: Connect, handed: Handed) -> None:
    ended = asyncio.Event()

    async def never_end(_: Json) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        ended.set()

    handed.work = never_end
    way_in = await connect(small_slack.url)
    await small_slack.send("E1", "slash_commands", COMMAND)
    await eventually(lambda: handed.payloads)
    async with asyncio.timeout(5):
        await way_in.close(0.1)
    assert ended.is_set()


@pytest.mark.parametrize(
    "frame",
    ["no json", "[]", "{", '{"type": "whatever"}', '{"envelope_id": "E0", "payload": "text"}', '{"a":' * 50_000],
    ids=lambda frame: frame[:20],
)
async def test_a_frame_that_makes_no_sense_does_no_harm(
    frame: str, small_slack: SmallSlack, connect: Connect, handed: Handed
) -> None:
    await connect(small_slack.url)
    await small_slack.sockets[0].send_str(frame)
    await small_slack.send("E1", "interactive", CLICK)
    await eventually(lambda: "E1" in small_slack.acks)
    assert handed.payloads == [CLICK]


async def test_200_interactions_at_once_are_each_acknowledged_within_slacks_3_seconds(
    small_slack: SmallSlack, connect: Connect, handed: Handed
) -> None:
    async def take_a_while(_: Json) -> None:
        await asyncio.sleep(0.5)

    handed.work = take_a_while
    await connect(small_slack.url)
    for number in range(200):
        await small_slack.send(f"E{number}", "interactive", CLICK)
    await eventually(lambda: len(small_slack.acks) == 200)
    longest = max(small_slack.acked_at[each] - sent for each, sent in small_slack.sent_at.items())
    assert longest < 3


async def test_an_answer_nobody_waits_for_any_more_is_let_go(
    small_slack: SmallSlack, connect: Connect, handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.socket_mode.ACK_SECONDS", 0.1)
    way_in = await connect(small_slack.url)
    small_slack.is_down = True

    async def lose_the_connection(_: Json) -> None:
        await small_slack.sockets[0].close()
        await eventually(lambda: not way_in.is_connected)

    handed.work = lose_the_connection
    await small_slack.send("E1", "slash_commands", COMMAND)
    await eventually(lambda: handed.payloads and not way_in.is_connected)
    began = time.monotonic()
    await way_in.close(10)
    assert time.monotonic() - began < 5
    assert small_slack.acks == {}
