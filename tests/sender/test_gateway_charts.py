"""Messages with charts on their way out: Slack's own chart, a picture where Slack refuses it, or neither."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import Charts
from bot.slack import chart_pictures
from bot.slack.blocks import Message, plain_section
from bot.slack.gateway import Gateway, SlackBusy, SlackError, SlackRefused, SlackUnclear
from tests.sender.conftest import SmallSlack, busy, drop, refuse

DAY_SECONDS = 24 * 3600


def chart(title: str = "Mood", latest: float = 3.9) -> dict[str, Any]:
    points = [{"label": "W1", "value": 3.4}, {"label": "W2", "value": latest}]
    axes = {"categories": ["W1", "W2"]}
    drawn = {"type": "line", "series": [{"name": "Team", "data": points}], "axis_config": axes}
    return {"type": "data_visualization", "title": title, "chart": drawn}


HELLO = plain_section("Hello")
WITH_CHART = Message("Hello", (HELLO, chart(), plain_section("Bye")))
PLAIN = [HELLO, plain_section("Bye")]
EMPTY_CHART = {"type": "data_visualization", "title": "Mood", "chart": {}}


@dataclass
class ChartlessSlack(SmallSlack):
    """A SmallSlack that takes no charts, keeps files, and shows one in blocks once it was asked about `looks` times.
    What is tried with blocks is in `tried`; response_urls are `respond/…`."""

    knows_charts: bool = False
    takes_pictures: bool = True
    looks: int = 1
    root: str = ""
    stored: list[bytes] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    tried: list[list[str]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)

    async def file(self, request: web.Request) -> web.StreamResponse:
        self.stored.append(await request.read())
        return web.Response(text="OK")

    async def respond(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if self.refusal(body):
            return web.Response(status=400, text="invalid_blocks")
        self.replies.append(body)
        return web.Response(text="ok")

    def refusal(self, arguments: dict[str, Any]) -> bool:
        blocks = arguments.get("blocks") or []
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        kinds = [block["type"] for block in blocks]
        self.tried.append(kinds)
        pictures = [block["slack_file"]["id"] for block in blocks if block["type"] == "image"]
        ready = self.takes_pictures and all(self.asked.get(each, 0) >= self.looks for each in pictures)
        return ("data_visualization" in kinds and not self.knows_charts) or not ready

    def on_files_getUploadURLExternal(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  Slack's name
        return {"upload_url": f"{self.root}/upload/1", "file_id": f"F{len(self.stored)}"}

    def on_files_completeUploadExternal(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  Slack's name
        assert not arguments.keys() & {"channel_id", "channels", "initial_comment"}, "it is shared with nobody"
        files = arguments["files"]
        self.titles += [each["title"] for each in (json.loads(files) if isinstance(files, str) else files)]
        return {"files": [{"id": "F"}]}

    def on_files_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        file_id = arguments["file"]
        self.asked[file_id] = self.asked.get(file_id, 0) + 1
        return {"file": {"id": file_id, "mimetype": "image/png" if self.asked[file_id] >= self.looks else ""}}

    def on_chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  Slack's name
        if self.refusal(arguments):
            return {"ok": False, "error": "invalid_blocks"}
        return super().on_chat_postMessage(arguments)

    def on_chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if self.refusal(arguments):
            return {"ok": False, "error": "invalid_blocks"}
        next(m for m in self.messages if m["ts"] == arguments["ts"])["blocks"] = arguments["blocks"]
        return super().on_chat_update(arguments)

    def blocks(self, at: int = -1) -> list[dict[str, Any]]:
        """The blocks of a message as it stands."""
        given = self.messages[at]["blocks"]
        found: list[dict[str, Any]] = json.loads(given) if isinstance(given, str) else given
        return found


@pytest.fixture
async def slack() -> AsyncIterator[ChartlessSlack]:
    small = ChartlessSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", small.handle)
    app.router.add_post("/upload/{id}", small.file)
    app.router.add_post("/respond/{id}", small.respond)
    async with TestServer(app, host="127.0.0.1") as server:
        small.root = str(server.make_url("")).rstrip("/")
        small.url = f"{small.root}/api/"
        yield small


@dataclass
class Time:
    """A clock that stands still but for pauses, which take no time and are written down."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@asynccontextmanager
async def connected(slack: ChartlessSlack, charts: Charts, time: Time) -> AsyncIterator[Gateway]:
    made = await Gateway.connect("xoxb-x", slack.url, charts)
    made._pause = made._charts._pause = time.pause
    made._charts._clock = lambda: time.now
    yield made
    await made.close()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def gateway(slack: ChartlessSlack, time: Time) -> AsyncIterator[Gateway]:
    async with connected(slack, Charts.AUTO, time) as made:
        yield made


CHART_KINDS, PICTURE_KINDS = ["section", "data_visualization", "section"], ["section", "image", "section"]
PLAIN_KINDS = ["section", "section"]


class TestARefusedChart:
    async def test_becomes_a_picture_in_its_place(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        metadata = {"event_type": "denyut_delivery", "event_payload": {"delivery_id": "d1"}}
        sent = await gateway.post("C1", WITH_CHART, metadata=metadata)
        assert slack.blocks() == [
            HELLO,
            {"type": "image", "slack_file": {"id": "F0"}, "alt_text": "Mood. 3.9 (W2)"},
            plain_section("Bye"),
        ]
        assert sent.ts == slack.messages[-1]["ts"]
        assert len(slack.messages) == 1
        assert all(call["metadata"] for call in slack.called("chat.postMessage"))
        assert slack.stored[0].startswith(b"\x89PNG")
        assert slack.titles == ["Mood"]

    async def test_is_not_tried_again_for_a_day(self, slack: ChartlessSlack, gateway: Gateway, time: Time) -> None:
        await gateway.post("C1", WITH_CHART)
        time.now = DAY_SECONDS - 1
        await gateway.post("C2", Message("Other", (chart("Other"),)))
        time.now = DAY_SECONDS + 1
        await gateway.post("C3", WITH_CHART)
        assert slack.tried == [CHART_KINDS, PICTURE_KINDS, ["image"], CHART_KINDS, PICTURE_KINDS]

    async def test_is_uploaded_once_while_it_is_the_same(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        sent = await gateway.post("C1", WITH_CHART)
        await gateway.update("C1", sent.ts, WITH_CHART)
        await gateway.update("C1", sent.ts, WITH_CHART)
        assert len(slack.stored) == 1
        await gateway.update("C1", sent.ts, Message("Hello", (chart(latest=4.2),)))
        assert len(slack.stored) == 2, "the control: another chart"
        assert slack.blocks()[0]["alt_text"] == "Mood. 4.2 (W2)"

    async def test_becomes_one_in_an_update_too(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        sent = await gateway.post("C1", Message("Hello", (HELLO,)))
        await gateway.update_patiently("C1", sent.ts, WITH_CHART)
        assert [block["type"] for block in slack.blocks()] == PICTURE_KINDS

    @pytest.mark.parametrize("replace", [False, True])
    async def test_becomes_one_in_a_reply_too(self, slack: ChartlessSlack, gateway: Gateway, replace: bool) -> None:
        await gateway.respond(f"{slack.root}/respond/1", WITH_CHART, replace=replace)
        (reply,) = slack.replies
        assert [block["type"] for block in reply["blocks"]] == PICTURE_KINDS
        assert (reply["response_type"], reply["replace_original"]) == ("ephemeral", replace)

    async def test_two_charts_are_two_pictures(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        await gateway.post("C1", Message("Both", (chart("One"), chart("Two"))))
        assert [block["slack_file"]["id"] for block in slack.blocks()] == ["F0", "F1"]
        assert slack.titles == ["One", "Two"]

    async def test_keeps_its_block_id(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        await gateway.post("C1", Message("Hello", ({**chart(), "block_id": "trend"},)))
        assert slack.blocks()[0]["block_id"] == "trend"

    async def test_waits_until_slack_has_processed_it(
        self, slack: ChartlessSlack, gateway: Gateway, time: Time
    ) -> None:
        slack.looks = 3
        await gateway.post("C1", WITH_CHART)
        assert slack.tried == [CHART_KINDS, PICTURE_KINDS]
        assert len(time.pauses) == 2

    async def test_is_tried_again_while_slack_is_not_ready(
        self, slack: ChartlessSlack, gateway: Gateway, time: Time
    ) -> None:
        slack.fail("chat.postMessage", refuse("invalid_blocks"), refuse("invalid_blocks"))
        await gateway.post("C1", WITH_CHART)
        assert slack.tried == [PICTURE_KINDS], "after the two that were refused before"
        assert len(slack.called("chat.postMessage")) == 3
        assert len(time.pauses) == 1


class TestWithoutAPicture:
    async def test_a_picture_that_slack_refuses_is_left_out(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        slack.takes_pictures = False
        with pytest.raises(SlackRefused):
            await gateway.post("C1", WITH_CHART)  # the control: this Slack refuses everything
        slack.looks = 99
        slack.takes_pictures = True
        await gateway.post("C1", WITH_CHART)
        assert slack.tried[-5:] == [CHART_KINDS, PICTURE_KINDS, PICTURE_KINDS, PICTURE_KINDS, PLAIN_KINDS]
        assert slack.blocks() == PLAIN

    async def test_a_reply_spares_its_address(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        """It can be posted to five times in all."""
        slack.looks = 99
        await gateway.respond(f"{slack.root}/respond/1", WITH_CHART)
        assert slack.tried == [CHART_KINDS, PICTURE_KINDS, PICTURE_KINDS, PLAIN_KINDS]
        assert slack.replies[0]["blocks"] == PLAIN

    async def test_a_picture_that_was_refused_is_uploaded_anew_the_next_time(
        self, slack: ChartlessSlack, gateway: Gateway
    ) -> None:
        slack.looks = 99
        await gateway.post("C1", WITH_CHART)
        slack.looks = 1
        await gateway.post("C1", WITH_CHART)
        assert slack.blocks()[1]["slack_file"] == {"id": "F1"}

    @pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
    @pytest.mark.parametrize("fault", [refuse("missing_scope"), busy(7), drop()])
    async def test_an_upload_that_fails_does_not_hold_the_message_up(
        self, slack: ChartlessSlack, gateway: Gateway, method: str, fault: Any
    ) -> None:
        slack.fail(method, fault)
        await gateway.post("C1", WITH_CHART)
        assert slack.tried == [CHART_KINDS, PLAIN_KINDS]
        await gateway.post("C1", WITH_CHART)
        assert slack.tried[2:] == [PICTURE_KINDS], "the control: the next one has its picture"

    async def test_a_token_that_may_not_look_at_files_still_has_pictures(
        self, slack: ChartlessSlack, gateway: Gateway
    ) -> None:
        slack.looks = 0
        slack.fail("files.info", refuse("missing_scope"))
        await gateway.post("C1", WITH_CHART)
        assert slack.tried == [CHART_KINDS, PICTURE_KINDS]

    async def test_a_chart_with_nothing_in_it_is_left_out(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        await gateway.post("C1", Message("Hello", (HELLO, EMPTY_CHART)))
        assert slack.blocks() == [HELLO]
        assert slack.stored == []

    async def test_no_font_no_picture(
        self, slack: ChartlessSlack, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chart_pictures, "has_font", lambda: False)
        await gateway.post("C1", WITH_CHART)
        assert (slack.blocks(), slack.stored) == (PLAIN, [])

    async def test_a_picture_that_takes_too_long_is_left_out(
        self, slack: ChartlessSlack, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def never(*_: Any) -> str:
            await asyncio.Event().wait()
            return ""

        monkeypatch.setattr(chart_pictures, "MAKING_SECONDS", 0.05)
        gateway._charts._upload = never
        await gateway.post("C1", WITH_CHART)
        assert slack.blocks() == PLAIN


class TestOtherTroubleIsRaisedAsItIs:
    async def test_where_the_chart_is_refused_for_something_else(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        slack.fail("chat.postMessage", refuse("not_in_channel"))
        with pytest.raises(SlackRefused, match="not_in_channel"):
            await gateway.post("C1", WITH_CHART)
        assert len(slack.called("chat.postMessage")) == 1

    @pytest.mark.parametrize(
        ("fault", "error"), [(refuse("is_archived"), SlackRefused), (busy(9), SlackBusy), (drop(), SlackUnclear)]
    )
    async def test_where_the_picture_is(
        self, slack: ChartlessSlack, gateway: Gateway, fault: Any, error: type[SlackError]
    ) -> None:
        slack.fail("chat.postMessage", refuse("invalid_blocks"), fault)
        with pytest.raises(error):
            await gateway.post("C1", WITH_CHART)
        assert len(slack.called("chat.postMessage")) == 2

    async def test_blocks_that_are_wrong_otherwise_do_not_turn_charts_off(
        self, slack: ChartlessSlack, gateway: Gateway
    ) -> None:
        slack.knows_charts = True
        slack.fail("chat.postMessage", *[refuse("invalid_blocks")] * 5)
        with pytest.raises(SlackRefused):
            await gateway.post("C1", WITH_CHART)
        await gateway.post("C1", WITH_CHART)
        assert slack.tried == [CHART_KINDS]


class TestTheSetting:
    async def test_where_slack_takes_charts_nothing_is_drawn(self, slack: ChartlessSlack, gateway: Gateway) -> None:
        slack.knows_charts = True
        await gateway.post("C1", WITH_CHART)
        assert slack.tried == [CHART_KINDS]
        assert slack.stored == []

    async def test_native_has_no_pictures_ever(self, slack: ChartlessSlack, time: Time) -> None:
        async with connected(slack, Charts.NATIVE, time) as gateway:
            await gateway.post("C1", WITH_CHART)
            await gateway.post("C1", WITH_CHART)
        assert slack.tried == [CHART_KINDS, PLAIN_KINDS, PLAIN_KINDS]
        assert slack.stored == []

    async def test_image_has_pictures_always(self, slack: ChartlessSlack, time: Time) -> None:
        slack.knows_charts = True
        async with connected(slack, Charts.IMAGE, time) as gateway:
            await gateway.post("C1", WITH_CHART)
        assert slack.tried == [PICTURE_KINDS]

    async def test_off_has_words_only(self, slack: ChartlessSlack, time: Time) -> None:
        slack.knows_charts = True
        async with connected(slack, Charts.OFF, time) as gateway:
            await gateway.post("C1", WITH_CHART)
            await gateway.post("C1", Message("In words", (chart(),)))
        assert slack.tried == [PLAIN_KINDS, []]
        assert slack.texts("C1") == ["Hello", "In words"]


async def test_drawing_leaves_the_event_loop_alone(
    slack: ChartlessSlack, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn_in: list[threading.Thread] = []
    draw = chart_pictures.png_of

    def watched(block: Any) -> bytes:
        drawn_in.append(threading.current_thread())
        return draw(block)

    monkeypatch.setattr(chart_pictures, "png_of", watched)
    await gateway.post("C1", WITH_CHART)
    assert drawn_in
    assert threading.main_thread() not in drawn_in
