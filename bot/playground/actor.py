"""One person in the playground, for end-to-end tests: acts and looks through the same addresses as the page.

It knows nothing of the server's inside, so it also works against a playground in another process.
"""

import asyncio
import io
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import aiohttp

from bot.playground.element_state import VALUE_FIELD, blocks_within, elements_of, with_value

Json = dict[str, Any]
Files = Mapping[str, Sequence[tuple[str, bytes]]]
Found = TypeVar("Found")

POLL_SECONDS: Final = 0.02
TIMEOUT_SECONDS: Final = 5.0


class ActorError(AssertionError):
    """The person could not do it, or did not see it in time."""


class Actor:
    """A person of the workspace; open it with `async with Actor(playground.url, "U0AYU") as ayu`."""

    def __init__(self, url: str, user_id: str) -> None:
        self.url = url
        self.user_id = user_id
        self._session: aiohttp.ClientSession | None = None
        self._app_channel: str | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def _get(self, path: str, **query: str) -> Json:
        assert self._session is not None, "use `async with Actor(...)`"
        async with self._session.get(self.url + path, params={"as": self.user_id, **query}) as answer:
            return await _body(answer, path)

    async def _post(self, path: str, body: Json) -> Json:
        assert self._session is not None, "use `async with Actor(...)`"
        async with self._session.post(self.url + path, json={"as": self.user_id, **body}) as answer:
            return await _body(answer, path)

    # What the person sees

    async def conversations(self) -> list[Json]:
        """The sidebar."""
        found: list[Json] = (await self._get("/page/conversations"))["conversations"]
        return found

    async def app_channel(self) -> str:
        """The id of this person's direct messages with the app."""
        if self._app_channel is None:
            self._app_channel = next(each["id"] for each in await self.conversations() if each["is_app"])
        return self._app_channel

    async def messages(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """The messages of a conversation or a thread, oldest first, ephemeral ones to this person included."""
        query = {"channel": channel} | ({"thread_ts": thread_ts} if thread_ts else {})
        found: list[Json] = (await self._get("/page/messages", **query))["messages"]
        return found

    async def dm(self) -> list[Json]:
        """The direct messages with the app, oldest first."""
        return await self.messages(await self.app_channel())

    async def home(self) -> Json | None:
        """The published App Home, or None."""
        view: Json | None = (await self._get("/page/home"))["view"]
        return view

    async def views(self) -> list[Json]:
        """The open modals, lowest first."""
        found: list[Json] = (await self._get("/page/views"))["views"]
        return found

    async def view(self) -> Json | None:
        """The modal on top, or None."""
        return next(reversed(await self.views()), None)

    # What the person does

    async def say(self, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Posts a message and returns its ts."""
        body = {"channel": channel, "text": text} | ({"thread_ts": thread_ts} if thread_ts else {})
        return str((await self._post("/page/message", body))["ts"])

    async def command(self, text: str, channel: str | None = None) -> Json:
        """Runs a slash command, in the app's direct messages unless told otherwise; `{ok, ack_ms, error}`."""
        return await self._post("/page/command", {"channel": channel or await self.app_channel(), "text": text})

    async def open_home(self, tab: str = "home") -> None:
        """Opens App Home on this tab."""
        await self._post("/page/home", {"tab": tab})

    async def click(self, where: Json, target: str, block_id: str | None = None) -> Json:
        """Clicks a button of a message or view, named by its action_id or its text (and by its block where several are
        called so); `{ok, ack_ms, error}`. On Home, what it shows by now: it may have been drawn anew meanwhile."""
        if where.get("type") == "home":
            where = await self.home() or where
        block, element = find_element(where, target, block_id)
        return await self._act(where, block, element, None, None)

    async def choose(
        self, where: Json, target: str, value: Any, state: Json | None = None, block_id: str | None = None
    ) -> Json:
        """Chooses or types in an element with an action of its own, named by action_id (and by its block where several
        are called so).

        `value` is an option's value, a date, a user id, a text, or a list of them where several may be chosen. `state`
        is what stands in the other inputs of a view by now, in the shape of `state.values`.
        """
        block, element = find_element(where, target, block_id)
        return await self._act(where, block, element, with_value(element, value), state)

    async def _act(self, where: Json, block: Json, element: Json, value: Any, state: Json | None) -> Json:
        container = {"type": "message", "channel": where.get("channel"), "ts": where.get("ts")}
        if "ts" not in where:
            container = {"type": "view", "view_id": where["id"]}
        body = {"container": container, "block_id": block["block_id"], "action_id": element["action_id"]}
        return await self._post("/page/action", body | {"value": value, "state": state})

    async def submit(self, view: Json, values: Json | None = None, files: Files | None = None) -> Json:
        """Submits a modal with values by block_id, in the forms `choose` takes; `{ok, errors, error}`.

        What is not given keeps the value it starts with. `files` are names and contents by the block_id or the
        action_id of an input for files; raises ActorError for a file that it does not take.
        """
        state = {block_id: _entry(view, block_id, value) for block_id, value in (values or {}).items()}
        for target, chosen in (files or {}).items():
            block_id, action_id = _file_input(view, target)
            uploaded = [await self._upload(view, block_id, action_id, name, content) for name, content in chosen]
            state[block_id] = {action_id: {"type": "file_input", "files": uploaded}}
        return await self._post("/page/submit", {"view_id": view["id"], "values": state})

    async def _upload(self, view: Json, block_id: str, action_id: str, name: str, content: bytes) -> Json:
        assert self._session is not None, "use `async with Actor(...)`"
        place = {"view_id": view["id"], "block_id": block_id, "action_id": action_id}
        query = {"as": self.user_id, **place, "name": name}
        async with self._session.post(f"{self.url}/page/upload", params=query, data=io.BytesIO(content)) as answer:
            return {"id": (await _body(answer, "/page/upload"))["file"]["id"]}

    async def download(self, file: Json) -> bytes:
        """What the person gets who downloads a file of a message; raises ActorError when they cannot see it."""
        assert self._session is not None, "use `async with Actor(...)`"
        query = {"as": self.user_id, "download": "1"}
        async with self._session.get(f"{self.url}/files/{file['id']}", params=query) as answer:
            if answer.status != 200:
                raise ActorError(f"{file['id']} answered {answer.status}")
            return await answer.read()

    async def close(self, view: Json) -> None:
        """Closes a modal."""
        await self._post("/page/close", {"view_id": view["id"]})

    async def read(self, channel: str) -> None:
        """Marks a conversation as read."""
        await self._post("/page/read", {"channel": channel})

    # Waiting

    async def wait_for(
        self, look: Callable[[], Awaitable[Found | None]], timeout: float = TIMEOUT_SECONDS, what: str = "it"
    ) -> Found:
        """Looks until there is something (not None, False or empty); raises ActorError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            found = await look()
            if found:
                return found
            if time.monotonic() >= deadline:
                raise ActorError(f"{self.user_id} did not see {what} within {timeout:g} s")
            await asyncio.sleep(POLL_SECONDS)

    async def wait_for_message(
        self, channel: str, wanted: Callable[[Json], bool] = lambda _message: True, timeout: float = TIMEOUT_SECONDS
    ) -> Json:
        """The newest message of a conversation that is wanted, once there is one."""

        async def look() -> Json | None:
            return next((each for each in reversed(await self.messages(channel)) if wanted(each)), None)

        return await self.wait_for(look, timeout, f"the message in {channel}")

    async def wait_for_dm(
        self, wanted: Callable[[Json], bool] = lambda _message: True, timeout: float = TIMEOUT_SECONDS
    ) -> Json:
        """The newest direct message of the app that is wanted, once there is one."""
        return await self.wait_for_message(
            await self.app_channel(), lambda each: bool(each["bot_id"]) and wanted(each), timeout
        )

    async def wait_for_view(
        self, wanted: Callable[[Json], bool] = lambda _view: True, timeout: float = TIMEOUT_SECONDS
    ) -> Json:
        """The modal on top, once it is one that is wanted."""

        async def look() -> Json | None:
            view = await self.view()
            return view if view is not None and wanted(view) else None

        return await self.wait_for(look, timeout, "the modal")

    async def wait_for_home(
        self, wanted: Callable[[Json], bool] = lambda _view: True, timeout: float = TIMEOUT_SECONDS
    ) -> Json:
        """App Home, once it is one that is wanted."""

        async def look() -> Json | None:
            view = await self.home()
            return view if view is not None and wanted(view) else None

        return await self.wait_for(look, timeout, "App Home")


async def _body(answer: aiohttp.ClientResponse, path: str) -> Json:
    if answer.status != 200:
        raise ActorError(f"{path} answered {answer.status}: {await answer.text()}")
    body: Json = await answer.json()
    return body


def find_element(where: Json, target: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The block and the element of a message or view with this action_id or button text, in this block if one is
    given; raises ActorError."""
    seen = []
    for block in blocks_within(where["blocks"]):
        for element in elements_of(block):
            text = (element.get("text") or {}).get("text")
            if target in (element["action_id"], text) and block_id in (None, block["block_id"]):
                return block, element
            seen.append(text or element["action_id"])
    raise ActorError(f"no {target!r} here, only {seen}")


def _entry(view: Json, block_id: str, value: Any) -> Json:
    for block in view["blocks"]:
        if block["block_id"] == block_id:
            element = next(elements_of(block))
            fields = {VALUE_FIELD[element["type"]]: value} if value is None else with_value(element, value)
            return {element["action_id"]: {"type": element["type"], **fields}}
    raise ActorError(f"no block {block_id!r} in the view, only {[each['block_id'] for each in view['blocks']]}")


def _file_input(view: Json, target: str) -> tuple[str, str]:
    for block in view["blocks"]:
        for element in elements_of(block):
            if element["type"] == "file_input" and target in (block["block_id"], element["action_id"]):
                return block["block_id"], element["action_id"]
    raise ActorError(f"no input for files {target!r} in the view")


def text_of(shown: Json) -> str:
    """All text of a message or view in one string, for looking into."""
    parts: list[str] = [str(shown.get("text") or "")] if isinstance(shown.get("text"), str) else []
    _gather({name: each for name, each in shown.items() if name in ("blocks", "title", "submit", "attachments")}, parts)
    return "\n".join(parts)


def _gather(value: Any, parts: list[str]) -> None:
    if isinstance(value, list):
        for each in value:
            _gather(each, parts)
    elif isinstance(value, dict):
        text = value.get("text")
        if isinstance(text, str):
            parts.append(text)
        for each in value.values():
            _gather(each, parts)
