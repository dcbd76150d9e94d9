"""Answers that are none of Slack's: whatever comes back to whichever call, it is one of the four errors or something
that can be used. Anything else would end the work that asked, and what waits behind it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from aiohttp import web

from bot.slack import calls, granting
from bot.slack.blocks import Message
from bot.slack.gateway import Gateway, SlackBusy, SlackError, SlackUnclear, TooMuchToRead
from bot.slack.people import member_from
from tests.sender.conftest import NOW, TEAM, Fault, SmallSlack, busy, status

HELLO = Message("Hello")
Call = Callable[[Gateway], Awaitable[object]]

CALLS: Mapping[str, Call] = {
    "auth.test": lambda gateway: Gateway.connect("xoxb-secret", gateway.client.base_url),
    "bots.info": lambda gateway: granting.app_of(gateway.client, "B1"),
    "auth.teams.list": lambda gateway: granting.teams_of(gateway.client, "xoxb-secret"),
    "oauth.v2.access": lambda gateway: granting.exchange(gateway.client, "id", "secret", "code"),
    "chat.postMessage": lambda gateway: gateway.post("C1", HELLO),
    "chat.update": lambda gateway: gateway.update("C1", "1.2", HELLO),
    "views.open": lambda gateway: gateway.open_view("1.2", {}),
    "conversations.members": lambda gateway: gateway.channel_members("C1"),
    "conversations.info": lambda gateway: gateway.channel("C1"),
    "conversations.open": lambda gateway: gateway.open_dm("U1"),
    "conversations.history": lambda gateway: gateway.find_posted("C1", "d1", NOW),
    "users.list": lambda gateway: gateway.users(),
    "users.info": lambda gateway: gateway.user("U1"),
    "usergroups.list": lambda gateway: gateway.user_groups(),
    "usergroups.users.list": lambda gateway: gateway.group_members("S1"),
    "files.info": lambda gateway: gateway.download("F1", 100),
    "files.getUploadURLExternal": lambda gateway: gateway.upload("U1", "a.csv", b"a", "a"),
}

STRANGE: Mapping[str, tuple[bytes, str]] = {
    "a charset that is none": (b'{"ok": true}', "application/json; charset=hex"),
    "a charset nobody can read": (b'{"ok": true}', "application/json; charset=undefined"),
    "plain in such a charset": (b"ok", "text/plain; charset=rot13"),
    "a number without end": (b'{"ok": true, "ts": ' + b"1" * 5000 + b"}", "application/json"),
    "an error that is an object": (b'{"ok": false, "error": {"a": 1}, "response_metadata": [1]}', "application/json"),
    "details that are none": (b'{"ok": false, "error": "odd", "response_metadata": "a"}', "application/json"),
    "details that are a number": (
        b'{"ok": false, "error": "odd", "response_metadata": {"messages": 5}}',
        "application/json",
    ),
}
KEYS = (
    "team_id", "user_id", "bot", "teams", "team", "authed_user", "channel", "ts", "view", "members", "messages", "user",
    "usergroups", "users", "file", "upload_url", "file_id", "access_token", "enterprise",
)  # fmt: skip
ODD = (
    None, 5, "s", True, [], [1], [None], [{}], [[]], {}, {"id": None}, {"id": 5}, [{"id": {}}],
    {"id": "U1", "profile": "x", "tz": 5, "locale": [1], "enterprise_user": 5}, [{"id": "U1", "profile": "x"}],
    {"id": "U1", "tz": "\0", "enterprise_user": {"teams": 5}},
)  # fmt: skip


def says(body: bytes, content_type: str) -> Fault:
    return lambda *_: web.Response(body=body, headers={"Content-Type": content_type})


async def settled(call: Awaitable[object]) -> str:
    """What came of it, where it is something that whoever asked can deal with."""
    try:
        got = await call
    except SlackError as trouble:
        return type(trouble).__name__
    if isinstance(got, Gateway):
        await got.close()
    return "taken"


class TestEveryCall:
    @pytest.mark.parametrize("strange", STRANGE)
    @pytest.mark.parametrize("method", CALLS)
    async def test_that_is_answered_strangely_fails_as_calls_fail(
        self, slack: SmallSlack, gateway: Gateway, method: str, strange: str
    ) -> None:
        slack.fail(method, says(*STRANGE[strange]))
        assert await settled(CALLS[method](gateway)) in ("SlackUnclear", "SlackRefused")

    @pytest.mark.parametrize("method", CALLS)
    async def test_that_is_answered_with_something_else_is_dealt_with(
        self, slack: SmallSlack, gateway: Gateway, method: str
    ) -> None:
        for value in ODD:
            answer = json.dumps({"ok": True, **dict.fromkeys(KEYS, value)}).encode()
            slack.fail(method, says(answer, "application/json"))
            await settled(CALLS[method](gateway))
            assert not slack.faults[method]

    async def test_through_a_response_address_too(self, slack: SmallSlack, gateway: Gateway) -> None:
        for strange in STRANGE.values():
            slack.fail("respond", says(*strange))
            outcome = await settled(gateway.respond(f"{slack.url}respond", HELLO))
            assert outcome in ("SlackUnclear", "SlackRefused") or strange[0] == b'{"ok": true}'
        slack.fail("respond", says(b"[" * 200_000, "application/json"))
        assert await settled(gateway.respond(f"{slack.url}respond", HELLO)) == "SlackRefused"


class TestPeople:
    @pytest.mark.parametrize("answer", [{}, {"users": None}, {"users": 5}, {"users": {"U1": 1}}, {"users": [None]}])
    async def test_a_group_is_not_taken_for_empty(
        self, slack: SmallSlack, gateway: Gateway, answer: dict[str, Any]
    ) -> None:
        """A round would be asked of nobody, and its author told that there are too few."""
        slack.fail("usergroups.users.list", lambda *_: web.json_response({"ok": True, **answer}))
        with pytest.raises(SlackUnclear):
            await gateway.group_members("S1")

    async def test_an_empty_group_is_empty(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("usergroups.users.list", lambda *_: web.json_response({"ok": True, "users": []}))
        assert await gateway.group_members("S1") == []

    async def test_what_is_nobody_hides_nobody(self, slack: SmallSlack, gateway: Gateway) -> None:
        odd = [None, 5, [], {}, {"id": 7}, {"id": "U1", "profile": "x"}, {"id": "U2", "name": "budi"}]
        slack.fail("users.list", lambda *_: web.json_response({"ok": True, "members": odd}))
        assert [(member.id, member.name) for member in await gateway.users()] == [("U1", "U1"), ("U2", "budi")]

    def test_names_that_no_database_takes_are_mended(self) -> None:
        profile = {"display_name": "Ay\ud800u\0", "real_name": "x"}
        assert member_from({"id": "U1", "profile": profile}, TEAM).name == "Ayu"


class TestTooMuch:
    async def test_a_list_without_end_is_not_read_for_ever(
        self, slack: SmallSlack, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(calls, "MOST_PAGES", 20)

        def page(small: SmallSlack, *_: Any) -> web.StreamResponse:
            cursor = {"next_cursor": f"c{len(small.calls)}"}
            return web.json_response({"ok": True, "members": [], "response_metadata": cursor})

        slack.fail("users.list", *[page] * 40)
        with pytest.raises(TooMuchToRead):
            await gateway.users()
        assert len(slack.called("users.list")) == 20

    @pytest.mark.parametrize("is_packed", [False, True])
    async def test_an_answer_without_end_does_not_fill_the_memory(
        self, slack: SmallSlack, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, is_packed: bool
    ) -> None:
        monkeypatch.setattr(calls, "LARGEST_ANSWER", 1_000_000)

        def answer(small: SmallSlack, request: web.Request, _: Any) -> web.StreamResponse:
            members = [{"id": "U1", "name": "x" * size}]
            response = web.json_response({"ok": True, "members": members})
            if is_packed:
                response.enable_compression(web.ContentCoding.gzip)
            return response

        size = 900_000
        slack.fail("users.list", answer)
        assert len(await gateway.users()) == 1
        size = 1_100_000
        slack.fail("users.list", answer)
        with pytest.raises(SlackUnclear):
            await gateway.users()


class TestBusy:
    async def test_what_slack_said_to_wait_for_is_not_asked_before(
        self, slack: SmallSlack, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A round that waits for its people asks on every pass, and every click causes one."""
        seconds = 1000.0
        monkeypatch.setattr(gateway.client, "_clock", lambda: seconds)
        slack.fail("conversations.members", busy(600))
        for _ in range(5):
            with pytest.raises(SlackBusy) as told:
                await gateway.channel_members("C1")
            assert told.value.retry_after == 600
            await gateway.channel("C1")  # another method is not meant
        assert len(slack.called("conversations.members")) == 1
        seconds += 599
        with pytest.raises(SlackBusy) as told:
            await gateway.channel_members("C2")
        assert told.value.retry_after == 1
        seconds += 1
        await gateway.channel_members("C1")
        assert len(slack.called("conversations.members")) == 2

    async def test_a_long_list_goes_on_where_slack_wanted_a_pause(self, slack: SmallSlack, gateway: Gateway) -> None:
        """Slack gives twenty pages of people a minute: begun anew each time, more would never be read."""
        slack.users = [{"id": f"U{n}", "name": f"p{n}"} for n in range(10)]
        pauses, taken = [], 0

        async def pause(seconds: float) -> None:
            nonlocal taken
            pauses.append(seconds)
            taken, seconds_gone[0] = 0, seconds_gone[0] + seconds

        def limited(small: SmallSlack, request: web.Request, arguments: dict[str, Any]) -> web.StreamResponse | None:
            nonlocal taken
            taken += 1
            return busy(30)(small, request, arguments) if taken > 3 else None

        seconds_gone = [0.0]
        gateway._pause = pause
        gateway.client._clock = lambda: seconds_gone[0]
        slack.fail("users.list", *[limited] * 40)
        with pytest.raises(SlackBusy):
            await gateway.users()
        await pause(30)
        assert len(await gateway.users(patiently=True)) == 10
        assert set(pauses) == {30}

    async def test_a_list_that_may_not_begin_says_so_at_once(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("users.list", busy(600))
        with pytest.raises(SlackBusy):
            await gateway.users(patiently=True)


class TestUpdates:
    async def test_an_older_look_does_not_come_back(self, slack: SmallSlack, gateway: Gateway) -> None:
        """Two clicks while Slack was away for a moment: the message says what came of the second."""
        waits, goes_on = asyncio.Event(), asyncio.Event()

        async def pause(_: float) -> None:
            waits.set()
            await goes_on.wait()

        gateway._pause = pause
        sent = await gateway.post("C1", HELLO)
        slack.fail("chat.update", status(503))
        first = asyncio.create_task(gateway.update_patiently(sent.channel, sent.ts, Message("You said 3")))
        await waits.wait()
        await gateway.update_patiently(sent.channel, sent.ts, Message("You said 8"))
        goes_on.set()
        await first
        assert slack.texts("C1") == ["You said 8"]

    async def test_a_later_look_is_waited_for_too(self, slack: SmallSlack, gateway: Gateway) -> None:
        async def pause(_: float) -> None:
            await asyncio.sleep(0)

        gateway._pause = pause
        sent = await gateway.post("C1", HELLO)
        for text in ("You said 3", "You said 8"):
            slack.fail("chat.update", status(503), status(503))
            await gateway.update_patiently(sent.channel, sent.ts, Message(text))
            assert slack.texts("C1") == [text]
