"""Features through Bolt itself: payloads as Slack sends them go into `AsyncApp.async_dispatch`, on real storage; only
Slack's Web API is replaced by something that records what would have been sent, and refuses what Slack would refuse.
"""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Denyut, build_registry
from bot.domain.members import Member
from bot.i18n import load
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.scheduler import run_due
from bot.sender import Sender
from bot.services import Services
from bot.settings import Settings
from bot.slack.blocks import Message
from bot.slack.gateway import ChannelInfo, Identity, Sent, SlackRefused, UserGroup
from bot.slack.scopes import SCOPES
from bot.transports import dispatch
from storage import Storage
from tests.features.form_elements import Chosen, choice, elements, states

TEAM = "T0TEST"


def checked(message: Message) -> Message:
    """A message Slack would take: within every limit, and with a text that says something."""
    assert message.text.strip(), "screen readers read the text"
    if message.blocks:
        check_message_blocks(list(message.blocks), file_ready=lambda _: True)
    return message


def checked_view(view: dict[str, Any]) -> dict[str, Any]:
    """A modal or Home that Slack would take."""
    check_view(view, view["type"], file_ready=lambda _: True)
    return view


@dataclass
class Posted:
    """A message as the recording Slack keeps it; `history` holds what it said before each update, `thread_ts` the
    message it replies to."""

    channel: str
    ts: str
    message: Message
    metadata: Mapping[str, Any] | None = None
    history: list[Message] = field(default_factory=list)
    thread_ts: str | None = None


class RecordingSlack:
    """Stands where the gateway stands, and remembers. `refusals` are error codes by channel, or by the group's id, or
    by "user_groups" for their list, or by "download" and "upload"; `groups` are (handle, name, members) by id; `shown`
    is every form a person was shown, by whichever way, the newest last; `files` are the contents of files by id and by
    address; `uploads` are the files people were sent: (user, name, content, comment)."""

    def __init__(self, members: Sequence[Member], channels: Mapping[str, Sequence[str]]) -> None:
        self.identity = Identity(TEAM, "Test", "B0DENYUT", "U0DENYUT", frozenset(SCOPES))
        self.token = "xoxb-test"
        self.client = AsyncWebClient(token=self.token)
        self.members = {member.id: member for member in members}
        self.channels = {channel: list(ids) for channel, ids in channels.items()}
        self.posted: list[Posted] = []
        self.groups: dict[str, tuple[str, str, Sequence[str]]] = {}
        self.views: list[dict[str, Any]] = []
        self.shown: list[dict[str, Any]] = []
        self.updated_views: list[tuple[str, dict[str, Any]]] = []
        self.responses: list[tuple[str, Message, bool]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.refusals: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.uploads: list[tuple[str, str, bytes, str]] = []
        self._ts = itertools.count(1)

    def _refuse(self, place: str) -> None:
        if place in self.refusals:
            raise SlackRefused(self.refusals[place], "")

    async def post(self, channel: str, message: Message, *, metadata: Any = None, thread_ts: Any = None) -> Sent:
        self._refuse(channel)
        place = f"D{channel[1:]}" if channel.startswith("U") else channel
        posted = Posted(place, f"1700000000.{next(self._ts):06}", checked(message), metadata, thread_ts=thread_ts)
        self.posted.append(posted)
        return Sent(place, posted.ts)

    async def update(self, channel: str, ts: str, message: Message) -> None:
        for posted in self.posted:
            if (posted.channel, posted.ts) == (channel, ts):
                posted.history.append(posted.message)
                posted.message = checked(message)
                return
        raise SlackRefused("message_not_found", "")

    async def update_patiently(self, channel: str, ts: str, message: Message) -> None:
        await self.update(channel, ts, message)

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        self.responses.append((response_url, checked(message), replace))

    async def open_view(self, trigger_id: str, view: dict[str, Any], *, pushed: bool = False) -> None:
        self.views.append(checked_view(view))
        self.shown.append(view)

    async def update_view(self, view_id: str, view: dict[str, Any]) -> None:
        self.updated_views.append((view_id, checked_view(view)))
        self.shown.append(view)

    async def publish_home(self, user_id: str, view: dict[str, Any]) -> None:
        self.homes[user_id] = checked_view(view)

    async def channel_members(self, channel: str) -> list[str]:
        self._refuse(channel)
        if channel not in self.channels:
            raise SlackRefused("channel_not_found", "")
        return list(self.channels[channel])

    async def users(self, *, patiently: bool = False) -> list[Member]:
        return list(self.members.values())

    async def user(self, user_id: str) -> Member:
        if user_id not in self.members:
            raise SlackRefused("user_not_found", "")
        return self.members[user_id]

    async def channel(self, channel: str) -> ChannelInfo:
        self._refuse(channel)
        if channel not in self.channels:
            raise SlackRefused("channel_not_found", "")
        return ChannelInfo(channel, channel.lower(), is_member=True, is_archived=False, is_private=False)

    async def user_groups(self) -> list[UserGroup]:
        self._refuse("user_groups")
        return [UserGroup(group_id, handle, name) for group_id, (handle, name, _) in self.groups.items()]

    async def group_members(self, group_id: str) -> list[str]:
        self._refuse(group_id)
        if group_id not in self.groups:
            raise SlackRefused("no_such_subteam", "")
        return list(self.groups[group_id][2])

    async def find_posted(
        self, channel: str, delivery_id: str, since: datetime, thread_ts: str | None = None
    ) -> str | None:
        for posted in self.posted:
            payload = (posted.metadata or {}).get("event_payload", {})
            here = (posted.channel, posted.thread_ts) == (channel, thread_ts)
            if here and payload.get("delivery_id") == delivery_id:
                return posted.ts
        return None

    async def download(self, file: str, limit_bytes: int) -> bytes:
        self._refuse("download")
        content = self.files[file]
        if len(content) > limit_bytes:
            raise SlackRefused("file_too_large", "")
        return content

    async def upload(self, user_id: str, name: str, data: bytes, comment: str) -> None:
        self._refuse("upload")
        assert data, "Slack takes no empty file"
        self.uploads.append((user_id, name, data, comment))

    async def open_dm(self, user_id: str) -> str:
        return f"D{user_id[1:]}"


@dataclass(frozen=True)
class Answer:
    """What Slack gets back: the acknowledgement's status and its body, parsed."""

    status: int
    body: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.body.get("text", ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return list(self.body.get("blocks", ()))

    @property
    def errors(self) -> dict[str, str]:
        return dict(self.body.get("errors", {}))


class Bench:
    """The bot on the test bench. `now` may be set; every method that talks to the bot waits for all that follows.
    Nobody is too fast, unless `is_limited`: the clock stands still here."""

    def __init__(
        self, storage: Storage, slack: RecordingSlack, now: datetime, settings: Settings, *, is_limited: bool = False
    ) -> None:
        settings = settings.model_copy(update={"rate_limits": is_limited})
        self.now = now
        self.slack = slack
        self.storage = storage
        self.services = Services(settings, storage, load("en"), slack, lambda: self.now)  # type: ignore[arg-type]
        self.registry = build_registry(self.services.texts)
        self.denyut = Denyut(self.services, self.registry)
        self.sender = Sender(self.services, self.registry)
        self._keys = itertools.count(1)

    async def start(self) -> "Bench":
        await self.storage.write(TEAM, lambda db: db.workspace.ensure("Test", self.now))
        await self.storage.write(TEAM, lambda db: db.members.refresh(self.slack.members.values()))
        return self

    def do(self, work: Any) -> Any:
        """A work on the storage, read and written directly."""
        return self.storage.write_now(TEAM, work)

    async def command(
        self, line: str, *, user: str = "U0AYU", channel: str = "C0SALES", trigger: str | None = None
    ) -> Answer:
        """`/kpi log revenue 5`, as the person typed it (mentions as Slack escapes them)."""
        command, _, text = line.partition(" ")
        return await self.dispatch(
            {
                "command": command,
                "text": text,
                "team_id": TEAM,
                "user_id": user,
                "channel_id": channel,
                "trigger_id": trigger or self._key(),
                "response_url": "http://127.0.0.1/response/1",
                "api_app_id": "A0DENYUT",
            }
        )

    async def press(
        self,
        message: Message | Answer | Posted | Mapping[str, Any],
        button: str,
        *,
        user: str = "U0AYU",
        ts: str = "",
        block_id: str | None = None,
    ) -> Answer:
        """Presses the first button with this text, or this action id, in a message or form (or in one block of it); or
        picks the item with this text of an overflow menu."""
        blocks, place = _place(message, ts)
        for block, element in elements(blocks):
            if block_id not in (None, block.get("block_id")):
                continue
            if element["type"] == "button" and button in (element["action_id"], element["text"]["text"]):
                return await self.click(element["action_id"], element.get("value", ""), user=user, **place)
            if element["type"] == "overflow":
                found = next((each for each in element["options"] if each["text"]["text"] == button), None)
                if found is not None:
                    own = block.get("block_id")
                    return await self.choose(
                        message, element["action_id"], found["value"], user=user, ts=ts, block_id=own
                    )
        raise AssertionError(f"nothing to press is called {button}")

    async def choose(
        self,
        message: Message | Answer | Posted | Mapping[str, Any],
        action_id: str,
        value: Chosen,
        *,
        inputs: Mapping[str, Chosen] | None = None,
        user: str = "U0AYU",
        ts: str = "",
        block_id: str | None = None,
    ) -> Answer:
        """Chooses in the menu, radio buttons, checkboxes, picker or dispatching input with this action id: an option's
        value, an id, a date, a text; a list of them where several can be chosen, None to take the choice back.
        `inputs` is what stands in the other inputs by then, by block id; the rest keeps its initial value. `block_id`
        says which one, where several elements have that action id."""
        blocks, place = _place(message, ts)
        found = [
            (block, element)
            for block, element in elements(blocks)
            if element["action_id"] == action_id and block_id in (None, block.get("block_id"))
        ]
        assert len(found) == 1, f"{len(found)} elements are called {action_id}"
        block, element = found[0]
        if block["type"] == "input":
            assert block.get("dispatch_action"), f"Slack tells of the input {block['block_id']} only with the form"
        chosen = choice(element, value)
        own = block.get("block_id", "b")
        values = states(blocks, inputs or {})
        if element["type"] != "overflow":
            values.setdefault(own, {})[action_id] = {"type": element["type"], **chosen}
        action = {"type": element["type"], "action_id": action_id, "block_id": own, **chosen}
        return await self._act(action, user=user, state=values, **place)

    async def click(
        self,
        action_id: str,
        value: str = "",
        *,
        user: str = "U0AYU",
        channel: str = "C0SALES",
        ts: str = "",
        view: Mapping[str, Any] | None = None,
        trigger: str | None = None,
        home: str = TEAM,
    ) -> Answer:
        """A click. `home` is the workspace the person belongs to, another one for people of other organisations."""
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
        values = states(view.get("blocks", ()), {}) if view is not None else {}
        return await self._act(
            action, user=user, channel=channel, ts=ts, view=view, trigger=trigger, home=home, state=values
        )

    async def _act(
        self,
        action: Mapping[str, Any],
        *,
        user: str,
        channel: str,
        ts: str,
        view: Mapping[str, Any] | None,
        state: Mapping[str, Any],
        trigger: str | None = None,
        home: str = TEAM,
    ) -> Answer:
        payload: dict[str, Any] = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": home},
            "trigger_id": trigger or self._key(),
            "actions": [{**action, "action_ts": self._key()}],
            "api_app_id": "A0DENYUT",
        }
        if view is not None:
            payload["view"] = {"id": "V1", "hash": "1.a", **view, "state": {"values": state}}
            payload["container"] = {"type": "view", "view_id": "V1"}
        else:
            payload["state"] = {"values": state}
            payload["channel"] = {"id": channel}
            payload["response_url"] = "http://127.0.0.1/response/2"
            payload["container"] = {
                "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": not ts,
            }  # fmt: skip
        return await self.dispatch(payload)

    async def submit(
        self,
        view: Mapping[str, Any],
        inputs: Mapping[str, Chosen],
        *,
        user: str = "U0AYU",
        files: Mapping[str, Sequence[tuple[str, bytes]]] | None = None,
    ) -> Answer:
        """Submits a form with these inputs by block id (a list where several can be chosen); what is left out keeps
        its initial value. `files` are the names and contents of those in inputs that take files, by block id."""
        values = states(view["blocks"], inputs)
        for block, element in elements(view["blocks"]):
            if element["type"] == "file_input":
                given = [self._given(name, content, user) for name, content in (files or {}).get(block["block_id"], ())]
                values[block["block_id"]] = {element["action_id"]: {"type": "file_input", "files": given}}
        sent = {"id": "V1", **view, "hash": self._key(), "state": {"values": values}}
        return await self.dispatch(
            {
                "type": "view_submission",
                "team": {"id": TEAM},
                "user": {"id": user, "team_id": TEAM},
                "trigger_id": self._key(),
                "view": sent,
                "api_app_id": "A0DENYUT",
            }
        )

    def _given(self, name: str, content: bytes, user: str) -> dict[str, Any]:
        """A file somebody put into a form, as Slack tells of it; the gateway can fetch it."""
        file_id = f"F{len(self.slack.files):09}"
        address = f"https://files.slack.com/files-pri/{TEAM}-{file_id}/download/{quote(name, safe='')}"
        self.slack.files |= {address: content, file_id: content}
        told = {"id": file_id, "name": name, "title": name, "size": len(content), "user": user}
        return {**told, "url_private": address.replace("/download/", "/"), "url_private_download": address}

    async def event(self, event: Mapping[str, Any]) -> Answer:
        return await self.dispatch(
            {"type": "event_callback", "team_id": TEAM, "event_id": self._key(), "event": dict(event)}
        )

    async def dispatch(self, payload: dict[str, Any]) -> Answer:
        response = await dispatch(self.denyut.bolt, payload, {})
        answered = len(self.slack.responses)
        await self.denyut.drain()
        body = json.loads(response.body) if response.body else {}
        if payload.get("command") and not body and len(self.slack.responses) > answered:
            # a reply with a chart follows the acknowledgement
            _, message, _ = self.slack.responses[answered]
            body = {"response_type": "ephemeral", "text": message.text, "blocks": list(message.blocks)}
        if "text" in body:
            checked(Message(body["text"], tuple(body.get("blocks", ()))))
        if "view" in body:
            self.slack.shown.append(checked_view(body["view"]))
        return Answer(response.status, body)

    async def tick(self, at: datetime | None = None) -> None:
        """One pass of the scheduler, at a moment if given."""
        if at is not None:
            self.now = at
        await run_due(self.services, self.registry, self.sender, self.now)

    async def ticks(self, until: datetime, every: timedelta = timedelta(hours=1)) -> None:
        """Passes all the way to a moment, as a running bot would make them."""
        while self.now < until:
            await self.tick(min(self.now + every, until))

    async def go_to(self, until: datetime) -> None:
        """Lets the days before what a test is about go by: a pass every half day, and every hour of the last one."""
        await self.ticks(until - timedelta(hours=12), timedelta(hours=12))
        await self.ticks(until)

    def form(self) -> dict[str, Any]:
        """The form that was shown last: opened, put on top or updated, by a call or by the answer to a submit."""
        assert self.slack.shown, "no form was shown"
        return self.slack.shown[-1]

    def dms(self, user: str) -> list[Posted]:
        """The messages in a person's conversation with the bot."""
        return [posted for posted in self.slack.posted if posted.channel == f"D{user[1:]}"]

    def posts(self, channel: str) -> list[Posted]:
        return [posted for posted in self.slack.posted if posted.channel == channel]

    def _key(self) -> str:
        return f"key{next(self._keys)}"


def _place(
    message: Message | Answer | Posted | Mapping[str, Any], ts: str
) -> tuple[Sequence[Mapping[str, Any]], dict[str, Any]]:
    """The blocks of a message or view, and where a click in it comes from."""
    if isinstance(message, Mapping):
        return message.get("blocks", ()), {"channel": "C0SALES", "ts": ts, "view": message}
    if isinstance(message, Posted):
        return message.message.blocks, {"channel": message.channel, "ts": message.ts, "view": None}
    return message.blocks, {"channel": "C0SALES", "ts": ts, "view": None}
