"""Charts as pictures, for where Slack refuses the chart block: when a message gets which, and remembering what was
refused and uploaded. A picture is made in `bot.slack.chart_png`; every call to Slack is the gateway's.
"""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from bot.settings import Charts
from bot.slack.blocks import Block, Message, cut, without
from bot.slack.chart_figures import chart_of, in_words
from bot.slack.chart_png import has_font, png_of
from bot.slack.errors import SlackError, SlackRefused

log = structlog.get_logger(__name__)

CHART: Final = "data_visualization"
REFUSAL_SECONDS: Final = 24 * 3600.0
REMEMBERED: Final = 500
# A delivery has a lease; a picture that takes longer is not worth losing it for.
MAKING_SECONDS: Final = 8.0
TRIES: Final = 3
# An address that comes with a click or command takes five posts in all.
TRIES_OF_REPLY: Final = 2
PAUSE_SECONDS: Final = 0.5
FILE_TITLE: Final = 200

Answer = TypeVar("Answer")
Upload = Callable[[str, bytes, str], Awaitable[str]]
Pause = Callable[[float], Awaitable[None]]


class ChartPictures:
    """What one workspace's messages with charts are sent as. `upload` takes a file's name, bytes and title, and gives
    its id once it can stand in a message."""

    def __init__(
        self,
        wish: Charts,
        upload: Upload,
        pause: Pause = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wish = wish
        self._upload = upload
        self._pause = pause
        self._clock = clock
        self._refused_until = 0.0
        self._files: OrderedDict[str, str] = OrderedDict()

    async def sent(self, send: Callable[[Message], Awaitable[Answer]], message: Message, tries: int = TRIES) -> Answer:
        """Sends a message: with its charts, with pictures of them, or without, as the settings say and as Slack takes
        it. What Slack refuses for another reason, and every other error of `send`, is raised as it is."""
        plain = Message(message.text, without(message.blocks, CHART))
        if len(plain.blocks) == len(message.blocks):
            return await send(message)
        if self._wish is Charts.OFF:
            return await send(plain)
        if self._wish is Charts.IMAGE:
            return await self._as_pictures(send, message, plain, tries)
        if self._clock() < self._refused_until:
            return await self._plainer(send, message, plain, tries)
        try:
            return await send(message)
        except SlackRefused as refusal:
            if not _is_of_blocks(refusal):
                raise
        answer = await self._plainer(send, message, plain, tries)
        self._refused_until = self._clock() + REFUSAL_SECONDS  # only now is it known that it was the chart
        log.info("Slack takes no charts here", action="charts_refused")
        return answer

    async def _plainer(
        self, send: Callable[[Message], Awaitable[Answer]], message: Message, plain: Message, tries: int
    ) -> Answer:
        if self._wish is Charts.NATIVE:
            return await send(plain)
        return await self._as_pictures(send, message, plain, tries)

    async def _as_pictures(
        self, send: Callable[[Message], Awaitable[Answer]], message: Message, plain: Message, tries: int
    ) -> Answer:
        pictured = await self._pictured(message)
        if pictured is None:
            return await send(plain)
        # Slack may refuse a picture that it says it has processed, for a moment.
        for again in range(tries):
            if again:
                await self._pause(PAUSE_SECONDS)
            try:
                return await send(pictured)
            except SlackRefused as refusal:
                if not _is_of_blocks(refusal):
                    raise
                log.warning("chart picture refused", action="picture_refused", error=str(refusal))
        self._forget(message)
        return await send(plain)

    async def _pictured(self, message: Message) -> Message | None:
        """The message with pictures in place of its charts; None when they cannot be had. Never raises: a message
        without its charts still says everything."""
        try:
            async with asyncio.timeout(MAKING_SECONDS):
                if not await asyncio.to_thread(has_font):
                    log.warning("no font for chart pictures", action="no_font")
                    return None
                blocks = [await self._picture(block) if _is_chart(block) else block for block in message.blocks]
        except (SlackError, ValueError, TimeoutError) as error:
            log.warning("chart not drawn", action="picture_failed", error=f"{type(error).__name__} {error}")
            return None
        return Message(message.text, tuple(blocks))

    async def _picture(self, block: Block) -> Block:
        chart = chart_of(block)
        key = _key(block)
        file_id = self._files.get(key)
        if file_id is None:
            png = await asyncio.to_thread(png_of, block)
            file_id = await self._upload("chart.png", png, cut(chart.title or "–", FILE_TITLE))
            self._files[key] = file_id
            if len(self._files) > REMEMBERED:
                self._files.popitem(last=False)
        self._files.move_to_end(key)
        picture: Block = {"type": "image", "slack_file": {"id": file_id}, "alt_text": in_words(chart)}
        return {**picture, "block_id": block["block_id"]} if block.get("block_id") else picture

    def _forget(self, message: Message) -> None:
        """Files that Slack does not show (somebody may have deleted them) are uploaded anew the next time."""
        for block in message.blocks:
            if _is_chart(block):
                self._files.pop(_key(block), None)


def _is_chart(block: Block) -> bool:
    return block.get("type") == CHART


def _is_of_blocks(refusal: SlackRefused) -> bool:
    return refusal.code.startswith("invalid_blocks")


def _key(block: Block) -> str:
    """The same for the same chart."""
    return hashlib.sha256(json.dumps(block, sort_keys=True).encode()).hexdigest()
