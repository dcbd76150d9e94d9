"""The gateway against a small Slack on loopback: what it sends, what it understands, and which of the four errors each
misbehaviour is."""

import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.domain.members import Member
from bot.slack import calls
from bot.slack.blocks import Message, plain_section
from bot.slack.gateway import (
    Gateway,
    Identity,
    Sent,
    SlackBusy,
    SlackError,
    SlackRefused,
    SlackUnclear,
    SlackUnreachable,
    TooMuchToRead,
    UserGroup,
)
from bot.slack.people import member_from
from tests.sender.conftest import NOW, TEAM, Fault, SmallSlack, busy, drop, refuse, status

HELLO = Message("Hello", (plain_section("Hello"),))
CHART = {"type": "data_visualization", "title": "Mood", "chart": {}}
WITH_CHART = Message("Hello", (plain_section("Hello"), CHART))
METADATA = {"event_type": "denyut_delivery", "event_payload": {"delivery_id": "d1"}}


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


class TestConnecting:
    async def test_tells_who_the_bot_is_and_what_it_may(self, gateway: Gateway) -> None:
        assert gateway.identity == Identity(TEAM, "Small", "B0BOT", "U0BOT", frozenset({"chat:write", "users:read"}))
        assert gateway.token == "xoxb-secret"
        assert gateway.client.retry_handlers == []

    async def test_a_wrong_token_is_refused(self, slack: SmallSlack) -> None:
        slack.fail("auth.test", refuse("invalid_auth"))
        with pytest.raises(SlackRefused) as refused:
            await Gateway.connect("xoxb-wrong", slack.url)
        assert refused.value.code == "invalid_auth"

    async def test_nobody_there(self, closed_port: int) -> None:
        with pytest.raises(SlackUnreachable):
            await Gateway.connect("xoxb-x", f"http://127.0.0.1:{closed_port}/api/")

    async def test_traffic_of_this_machine_goes_through_no_proxy(
        self, slack: SmallSlack, monkeypatch: pytest.MonkeyPatch, closed_port: int
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
        gateway = await Gateway.connect("xoxb-x", slack.url)
        await gateway.close()
        assert slack.called("auth.test")

    async def test_all_calls_share_one_connection(self, slack: SmallSlack, gateway: Gateway) -> None:
        for _ in range(10):
            await gateway.post("C1", HELLO)
        assert len(slack.calls) == 11
        assert len(slack.connections) == 1


class TestPosting:
    async def test_a_message_with_its_metadata(self, slack: SmallSlack, gateway: Gateway) -> None:
        sent = await gateway.post("U7", HELLO, metadata=METADATA, thread_ts="1.2")
        assert sent == Sent("D7", slack.messages[0]["ts"])
        assert slack.called("chat.postMessage") == [
            {
                "channel": "U7",
                "text": "Hello",
                "blocks": [plain_section("Hello")],
                "metadata": METADATA,
                "thread_ts": "1.2",
                "unfurl_links": False,
                "unfurl_media": False,
            }
        ]

    @pytest.mark.parametrize("code", ["invalid_blocks", "invalid_blocks_format"])
    async def test_a_refused_chart_is_left_out(self, slack: SmallSlack, gateway: Gateway, code: str) -> None:
        slack.fail("chat.postMessage", refuse(code))
        await gateway.post("C1", WITH_CHART, metadata=METADATA)
        first, second = slack.called("chat.postMessage")
        assert (first["blocks"], second["blocks"]) == (list(WITH_CHART.blocks), [plain_section("Hello")])
        assert second["metadata"] == METADATA
        assert slack.texts("C1") == ["Hello"]

    async def test_a_chart_is_left_out_once_only(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("chat.postMessage", refuse("invalid_blocks"), refuse("invalid_blocks"))
        with pytest.raises(SlackRefused):
            await gateway.post("C1", WITH_CHART)
        assert len(slack.called("chat.postMessage")) == 2

    async def test_other_refused_blocks_are_not_tried_again(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("chat.postMessage", refuse("invalid_blocks", response_metadata={"messages": ["[ERROR] /blocks/0"]}))
        with pytest.raises(SlackRefused, match="/blocks/0"):
            await gateway.post("C1", HELLO)
        assert len(slack.called("chat.postMessage")) == 1

    async def test_a_chart_is_not_blamed_for_something_else(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("chat.postMessage", refuse("not_in_channel"))
        with pytest.raises(SlackRefused):
            await gateway.post("C1", WITH_CHART)
        assert len(slack.called("chat.postMessage")) == 1


class TestMisbehaviour:
    async def test_too_many_calls(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("chat.postMessage", busy(7))
        with pytest.raises(SlackBusy) as error:
            await gateway.post("C1", HELLO)
        assert (error.value.retry_after, error.value.method, error.value.channel) == (7, "chat.postMessage", "C1")

    @pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
    async def test_too_many_calls_without_the_status(self, slack: SmallSlack, gateway: Gateway, code: str) -> None:
        slack.fail("users.info", refuse(code))
        with pytest.raises(SlackBusy) as error:
            await gateway.user("U1")
        assert (error.value.method, error.value.retry_after > 0) == ("users.info", True)

    @pytest.mark.parametrize(
        "fault",
        [
            drop(),
            drop(after=True),
            status(500),
            status(503, after=True),
            status(200),
            *(refuse(c) for c in ("fatal_error", "internal_error", "request_timeout", "service_unavailable")),
        ],
    )
    async def test_nobody_knows_and_nothing_is_sent_again(
        self, slack: SmallSlack, gateway: Gateway, fault: Fault
    ) -> None:
        slack.fail("chat.postMessage", fault)
        with pytest.raises(SlackUnclear):
            await gateway.post("C1", WITH_CHART)
        assert len(slack.called("chat.postMessage")) == 1

    async def test_a_missing_scope_is_named(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("conversations.info", refuse("missing_scope", needed="channels:read"))
        with pytest.raises(SlackRefused, match="channels:read") as refused:
            await gateway.channel("C1")
        assert refused.value.code == "missing_scope"

    async def test_neither_payload_nor_token_is_logged(
        self, slack: SmallSlack, gateway: Gateway, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        slack.fail("chat.postMessage", drop())
        with pytest.raises(SlackError) as error:
            await gateway.post("C1", Message("the secret words"))
        await gateway.update_patiently("C1", (await gateway.post("C1", Message("the secret words"))).ts, HELLO)
        output = capsys.readouterr()
        seen = caplog.text + output.out + output.err + str(error.value)
        assert caplog.records, "the control: something is logged at this level"
        assert "the secret words" not in seen
        assert "xoxb-secret" not in seen


class TestUpdating:
    async def test_a_message_turns_into_another(self, slack: SmallSlack, gateway: Gateway) -> None:
        sent = await gateway.post("C1", HELLO)
        await gateway.update(sent.channel, sent.ts, Message("Bye"))
        assert slack.texts("C1") == ["Bye"]

    async def test_patience_waits_out_what_passes(self, slack: SmallSlack, gateway: Gateway) -> None:
        waits = Waits(gateway)
        sent = await gateway.post("C1", HELLO)
        slack.fail("chat.update", busy(7), status(500), drop())
        await gateway.update_patiently(sent.channel, sent.ts, Message("Bye"))
        assert slack.texts("C1") == ["Bye"]
        assert waits.seconds == [7, 1, 2]

    async def test_patience_ends_after_a_minute(self, slack: SmallSlack, gateway: Gateway) -> None:
        waits = Waits(gateway)
        sent = await gateway.post("C1", HELLO)
        slack.fail("chat.update", *[status(500)] * 20)
        await gateway.update_patiently(sent.channel, sent.ts, Message("Bye"))
        assert slack.texts("C1") == ["Hello"]
        assert 0 < sum(waits.seconds) <= 60

    async def test_a_refusal_is_not_waited_out(self, slack: SmallSlack, gateway: Gateway) -> None:
        waits = Waits(gateway)
        slack.fail("chat.update", refuse("message_not_found"))
        await gateway.update_patiently("C1", "1.0", HELLO)
        assert (len(slack.called("chat.update")), waits.seconds) == (1, [])

    @pytest.mark.parametrize("trouble", [refuse("message_not_found"), status(500)])
    @pytest.mark.parametrize(("channel", "told"), [("C1", "C1"), ("D0BOB", "")])
    async def test_what_went_wrong_is_logged_without_whose_message_it_was(
        self, slack: SmallSlack, gateway: Gateway, trouble: Any, channel: str, told: str
    ) -> None:
        Waits(gateway)
        slack.fail("chat.update", *[trouble] * 20)
        with capture_logs() as log:  # a prompt changes when somebody has answered: the line would tell who, and when
            await gateway.update_patiently(channel, "1.0", HELLO)
        assert [each["channel"] for each in log if each["event"] == "message not updated"] == [told]
        assert ("D0BOB" in str(log)) is False


class Waits:
    """Takes the place of waiting in a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self.seconds: list[float] = []
        gateway._pause = self.wait

    async def wait(self, seconds: float) -> None:
        self.seconds.append(seconds)


class TestResponding:
    """Through the address that came with a click."""

    @pytest.mark.parametrize("replace", [True, False])
    async def test_says_it_to_that_person(self, slack: SmallSlack, gateway: Gateway, replace: bool) -> None:
        slack.fail("response", lambda *_: web.Response(text="ok"))
        await gateway.respond(f"{slack.url}response", HELLO, replace=replace)
        assert slack.called("response") == [
            {
                "text": "Hello",
                "blocks": [plain_section("Hello")],
                "response_type": "ephemeral",
                "replace_original": replace,
            }
        ]

    async def test_a_refused_chart_is_left_out(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("response", refuse("invalid_blocks"), lambda *_: web.json_response({"ok": True}))
        await gateway.respond(f"{slack.url}response", WITH_CHART)
        assert slack.called("response")[1]["blocks"] == [plain_section("Hello")]

    async def test_an_address_that_is_used_up(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("response", lambda *_: web.Response(status=404, text="used_url"))
        with pytest.raises(SlackRefused, match="used_url"):
            await gateway.respond(f"{slack.url}response", HELLO)

    @pytest.mark.parametrize("address", ["http://192.0.2.1/x", "https://hooks.slack.com.example/x", "http://[", "x"])
    async def test_an_address_that_is_not_slacks_is_told_nothing(self, gateway: Gateway, address: str) -> None:
        with pytest.raises(SlackRefused, match="not_slacks_address"):
            await gateway.respond(address, HELLO)

    @pytest.mark.parametrize(
        ("address", "is_slacks"),
        [
            ("https://hooks.slack.com/actions/T1/2/x", True),
            ("https://slack.com/x", True),
            ("https://hooks.slack-gov.com/x", False),
            ("http://hooks.slack.com/x", False),
            ("https://slack.com.example/x", False),
            ("https://example/?.slack.com", False),
            ("https://hooks.slack.com@example/x", False),
            ("https://example#.slack.com", False),
            ("https://notslack.com/x", False),
            ("https://127.0.0.1/x", False),
        ],
    )
    def test_slacks_addresses_are_told_by_their_host(self, address: str, is_slacks: bool) -> None:
        assert calls._is_slacks(address, "https://slack.com/api/") is is_slacks

    async def test_nobody_is_led_elsewhere(self, slack: SmallSlack, gateway: Gateway) -> None:
        elsewhere = {"Location": f"{slack.url}elsewhere"}
        slack.fail("response", lambda *_: web.Response(status=307, headers=elsewhere))
        with pytest.raises(SlackError):
            await gateway.respond(f"{slack.url}response", HELLO)
        assert slack.called("elsewhere") == []

    async def test_a_dropped_connection(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("response", drop())
        with pytest.raises(SlackUnclear):
            await gateway.respond(f"{slack.url}response", HELLO)


class TestViews:
    async def test_forms_and_home(self, slack: SmallSlack, gateway: Gateway) -> None:
        view = {"type": "modal", "blocks": []}
        await gateway.open_view("t1", view)
        await gateway.open_view("t2", view, pushed=True)
        await gateway.update_view("V1", view)
        await gateway.publish_home("U1", view)
        assert slack.calls[1:] == [
            ("views.open", {"trigger_id": "t1", "view": view}),
            ("views.push", {"trigger_id": "t2", "view": view}),
            ("views.update", {"view_id": "V1", "view": view}),
            ("views.publish", {"user_id": "U1", "view": view}),
        ]

    async def test_an_old_trigger_is_refused(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.fail("views.open", refuse("expired_trigger_id"))
        with pytest.raises(SlackRefused):
            await gateway.open_view("t1", {})


class TestPeople:
    async def test_a_list_that_leads_in_a_circle_is_not_read_for_ever(
        self, slack: SmallSlack, gateway: Gateway
    ) -> None:
        cursors = ["a", "b", "a", "b"]
        pages = [{"ok": True, "members": [], "response_metadata": {"next_cursor": each}} for each in cursors]
        slack.fail("users.list", *(lambda *_, page=page: web.json_response(page) for page in pages))
        with pytest.raises(SlackUnclear, match="in a circle"):
            await gateway.users()
        assert len(slack.called("users.list")) == 3

    async def test_everybody_over_short_and_empty_pages(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.users = [{"id": f"U{n}", "name": f"p{n}", "locale": "id-ID"} for n in range(7)]
        people = await gateway.users()
        assert [person.id for person in people] == [f"U{n}" for n in range(7)]
        assert people[0].slack_locale == "id-ID"
        assert slack.called("users.list")[0]["include_locale"] in ("1", "true")
        assert await gateway.channel_members("C1") == [f"U{n}" for n in range(7)]
        assert (await gateway.user("U3")).name == "p3"

    async def test_groups_one_can_mention(self, slack: SmallSlack, gateway: Gateway) -> None:
        groups = [
            {"id": "S1", "handle": "sales-leads", "name": "Sales leads", "date_delete": 0},
            {"id": "S2", "handle": "support", "name": ""},
            {"id": "S3", "handle": "old", "name": "Old", "date_delete": 1760000000},
        ]
        slack.fail("usergroups.list", lambda *_: web.json_response({"ok": True, "usergroups": groups}))
        slack.fail("usergroups.users.list", lambda *_: web.json_response({"ok": True, "users": ["U1", "U2"]}))
        assert await gateway.user_groups() == [
            UserGroup("S1", "sales-leads", "Sales leads"),
            UserGroup("S2", "support", "support"),
        ]
        assert await gateway.group_members("S1") == ["U1", "U2"]
        assert slack.called("usergroups.users.list")[0]["usergroup"] == "S1"

    @pytest.mark.parametrize("code", ["missing_scope", "plan_upgrade_required"])
    async def test_groups_we_may_not_see(self, slack: SmallSlack, gateway: Gateway, code: str) -> None:
        slack.fail("usergroups.list", refuse(code))
        slack.fail("usergroups.users.list", refuse(code))
        for asked in (gateway.user_groups(), gateway.group_members("S1")):
            with pytest.raises(SlackRefused) as refused:
                await asked
            assert refused.value.code == code

    async def test_a_channel(self, gateway: Gateway) -> None:
        channel = await gateway.channel("C1")
        assert (channel.id, channel.name, channel.is_member, channel.is_archived, channel.is_private) == (
            "C1",
            "sales",
            True,
            False,
            True,
        )

    @pytest.mark.parametrize(
        ("user", "expected"),
        [
            ({"id": "U1"}, Member("U1", "U1")),
            (
                {
                    "id": "U1",
                    "name": "ayu",
                    "profile": {"display_name": "Ayu", "real_name": "Ayu L"},
                    "locale": "id-ID",
                    "tz": "Asia/Jakarta",
                    "is_admin": True,
                },
                Member("U1", "Ayu", "id-ID", "Asia/Jakarta", is_admin=True),
            ),
            ({"id": "U1", "profile": {"display_name": "", "real_name": "Ayu L"}}, Member("U1", "Ayu L")),
            ({"id": "U1", "name": "ayu", "tz": None, "locale": None, "profile": None}, Member("U1", "ayu")),
            ({"id": "U1", "name": "x", "tz": "Nowhere/Land"}, Member("U1", "x")),
            ({"id": "USLACKBOT", "name": "slackbot"}, Member("USLACKBOT", "slackbot", is_bot=True)),
            ({"id": "U1", "name": "x", "is_bot": True}, Member("U1", "x", is_bot=True)),
            ({"id": "U1", "name": "x", "deleted": True}, Member("U1", "x", is_deleted=True)),
            ({"id": "U1", "name": "x", "is_restricted": True}, Member("U1", "x", is_guest=True)),
            ({"id": "U1", "name": "x", "is_ultra_restricted": True}, Member("U1", "x", is_guest=True)),
            ({"id": "U1", "name": "x", "is_stranger": True}, Member("U1", "x", is_outsider=True)),
            ({"id": "U1", "name": "x", "team_id": "T2"}, Member("U1", "x", is_outsider=True)),
            ({"id": "U1", "name": "x", "team_id": TEAM}, Member("U1", "x")),
            ({"id": "W1", "name": "x", "team_id": "T2", "enterprise_user": {"teams": ["T2", TEAM]}}, Member("W1", "x")),
            ({"id": "U1", "name": "x", "is_owner": True}, Member("U1", "x", is_admin=True)),
        ],
    )
    def test_a_person_as_the_domain_knows_them(self, user: dict[str, Any], expected: Member) -> None:
        assert member_from(user, TEAM) == expected


class TestFinding:
    async def test_a_message_by_its_metadata_among_many(self, slack: SmallSlack, gateway: Gateway) -> None:
        await gateway.post("C1", HELLO)
        for number in range(6):
            payload = {"event_type": "denyut_delivery", "event_payload": {"delivery_id": f"d{number}"}}
            await gateway.post("C1", HELLO, metadata=payload)
        assert await gateway.find_posted("C1", "d5", NOW) == slack.messages[6]["ts"]
        assert await gateway.find_posted("C1", "d9", NOW) is None
        assert await gateway.find_posted("C2", "d5", NOW) is None

    async def test_a_reply_is_found_in_its_thread_and_nowhere_else(self, slack: SmallSlack, gateway: Gateway) -> None:
        post = await gateway.post("C1", HELLO)
        reply = await gateway.post("C1", HELLO, metadata=METADATA, thread_ts=post.ts)
        assert await gateway.find_posted("C1", "d1", NOW, post.ts) == reply.ts
        assert await gateway.find_posted("C1", "d1", NOW) is None

    @pytest.mark.parametrize(
        ("later", "found"), [(timedelta(minutes=1), True), (timedelta(days=1), True), (timedelta(hours=26), False)]
    )
    async def test_a_clock_that_is_fast_by_a_day_at_most_does_not_hide_it(
        self, slack: SmallSlack, gateway: Gateway, later: timedelta, found: bool
    ) -> None:
        slack.now = datetime.now(UTC) - timedelta(days=2)
        sent = await gateway.post("C1", HELLO, metadata=METADATA)
        assert await gateway.find_posted("C1", "d1", slack.now + later) == (sent.ts if found else None)

    async def test_a_pass_made_for_a_moment_to_come_does_not_hide_it(self, slack: SmallSlack, gateway: Gateway) -> None:
        slack.now = datetime.now(UTC)
        sent = await gateway.post("C1", HELLO, metadata=METADATA)
        assert await gateway.find_posted("C1", "d1", slack.now + timedelta(days=7)) == sent.ts

    async def test_more_than_can_be_read_is_no_proof_of_absence(self, slack: SmallSlack, gateway: Gateway) -> None:
        for _ in range(120):
            slack.on_chat_postMessage({"channel": "C1", "text": "chatter"})
        with pytest.raises(TooMuchToRead):
            await gateway.find_posted("C1", "d1", NOW)

    async def test_the_conversation_with_a_person(self, gateway: Gateway) -> None:
        assert await gateway.open_dm("U7") == "D7"
