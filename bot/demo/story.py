"""Plays a story to a running playground: what people typed, clicked and filled in before somebody opens the demo, and
how the clock went on meanwhile. The story itself is `examples/story.yml`; nothing here knows what it tells.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp
import yaml

from bot.terminal import CannotStart

Json = dict[str, Any]
Found = TypeVar("Found")

POLL_SECONDS: Final = 0.03
WAIT_SECONDS: Final = 15.0
TEXT_OF_A_FIELD: Final = {"plain_text_input": "value", "datepicker": "selected_date"}
"""What holds the value of an element that takes a text; every other one takes one of its options."""


@dataclass(frozen=True, slots=True)
class Story:
    """`begins` is the moment at which the clock starts, as ISO 8601 with an offset; `steps` are told in order, those of
    one list by everybody at once."""

    begins: str
    steps: tuple[Json | list[Json], ...]


def read_story(file: Path) -> Story:
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Story(told["begins"], tuple(told["steps"]))


class Teller:
    """Tells the steps of a story through the addresses that the playground's page uses."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address
        self._direct: dict[str, str] = {}

    async def tell(self, story: Story) -> None:
        """Raises CannotStart for a step that did not work, or whose outcome did not come."""
        for step in story.steps:
            together = step if isinstance(step, list) else [step]
            await asyncio.gather(*(self._step(each) for each in together))

    async def _step(self, step: Json) -> None:
        try:
            if "clock" in step:
                await self._post("/control/clock", {"set": step["clock"]})
                return
            person = str(step["as"])
            if "types" in step:
                body = {"channel": await self._place(person, step), "text": step["types"]}
                await self._post("/page/command", {"as": person, **body})
            elif "clicks" in step:
                await self._click(person, step)
            else:
                await self._awaited(lambda: self._message(person, step))
            if "fills" in step:
                await self._fill(person, step["fills"])
        except (aiohttp.ClientError, TimeoutError) as trouble:
            raise CannotStart(f"The demo's story came to a halt ({step}: {trouble}): run it again.") from trouble

    async def _click(self, person: str, step: Json) -> None:
        message = await self._awaited(lambda: self._message(person, step))
        block, element = next(each for each in _elements(message["blocks"]) if _is_meant(each[1], step["clicks"]))
        await self._post(
            "/page/action",
            {
                "as": person,
                "container": {"type": "message", "channel": message["channel"], "ts": message["ts"]},
                "block_id": block["block_id"],
                "action_id": element["action_id"],
                "value": None,
                "state": None,
            },
        )

    async def _fill(self, person: str, wanted: Mapping[str, str]) -> None:
        """Fills in the form that opens, by its blocks; what is not named keeps the value it starts with."""

        async def opened() -> Json | None:
            views: list[Json] = (await self._get("/page/views", person))["views"]
            return views[-1] if views else None

        form = await self._awaited(opened)
        inputs = {block["block_id"]: element for block, element in _elements(form["blocks"])}
        values = {name: {inputs[name]["action_id"]: _filled(inputs[name], value)} for name, value in wanted.items()}
        await self._post("/page/submit", {"as": person, "view_id": form["id"], "values": values})
        for view in (await self._get("/page/views", person))["views"]:  # one that only says what was done
            await self._post("/page/close", {"as": person, "view_id": view["id"]})

    async def _message(self, person: str, step: Json) -> Json | None:
        """The newest message that the step is about: with the button it clicks, the block it waits for, and its
        replies."""
        query = {"channel": await self._place(person, step)}
        for message in reversed((await self._get("/page/messages", person, **query))["messages"]):
            blocks = message["blocks"] or []
            has_button = "clicks" not in step or any(_is_meant(each, step["clicks"]) for _, each in _elements(blocks))
            has_block = "block" not in step or any(each["type"] == step["block"] for each in blocks)
            has_words = str(step.get("says", "")) in str(blocks)
            if has_button and has_block and has_words and message.get("reply_count", 0) >= step.get("replies", 0):
                return {**message, "channel": query["channel"]}
        return None

    async def _place(self, person: str, step: Json) -> str:
        """The channel of a step, or else somebody's direct messages with the app."""
        if "in" in step:
            return str(step["in"])
        if person not in self._direct:
            listed = (await self._get("/page/conversations", person))["conversations"]
            self._direct[person] = next(each["id"] for each in listed if each["is_app"])
        return self._direct[person]

    async def _awaited(self, look: Callable[[], Awaitable[Found | None]]) -> Found:
        """Raises TimeoutError when it does not come."""
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(POLL_SECONDS)
        raise TimeoutError("what should follow did not come")

    async def _get(self, path: str, person: str, **query: str) -> Json:
        async with self._session.get(self._address + path, params={"as": person, **query}) as answer:
            answer.raise_for_status()
            found: Json = await answer.json()
            return found

    async def _post(self, path: str, body: Json) -> None:
        async with self._session.post(self._address + path, json=body) as answer:
            outcome = await answer.json()
        if answer.status != 200 or outcome.get("ok") is False:
            raise CannotStart(f"The demo's own {path} {body} did not work ({outcome}): run it again.")


def _elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element of some blocks with its block."""
    for block in blocks:
        for element in (*block.get("elements", ()), block.get("element"), block.get("accessory")):
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def _is_meant(element: Json, action: str) -> bool:
    return str(element["action_id"]).split(":", 1)[0] == action


def _filled(element: Json, value: str) -> Json:
    """The state of an input with this text, or with this one of its options."""
    field = TEXT_OF_A_FIELD.get(element["type"])
    if field is not None:
        return {"type": element["type"], field: value}
    chosen = next(each for each in element["options"] if each["value"] == value)
    return {"type": element["type"], "selected_option": chosen}
