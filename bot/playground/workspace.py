"""The state of one Slack workspace in memory: people, groups, channels, messages, files. No rules of the API here."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.playground.app_manifest import BOT_USER_ID

Json = dict[str, Any]
Kind = Literal["channel", "private", "im", "mpim"]
SLACKBOT_ID = "USLACKBOT"


@dataclass
class User:
    """A person, the app's bot user or Slackbot. `tz` is an IANA name or None, as for people Slack knows little of."""

    id: str
    name: str
    real_name: str
    display_name: str = ""
    tz: str | None = None
    locale: str = "en-US"
    team_id: str = ""
    title: str = ""
    email: str = ""
    is_bot: bool = False
    is_app: bool = False
    deleted: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False


@dataclass
class Message:
    """One message; times are `ts` of the playground's clock. `for_user` marks an ephemeral one and its only reader."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    bot_id: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    edited: Json | None = None
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    for_user: str | None = None

    @property
    def is_reply(self) -> bool:
        """True for a message inside a thread, other than its parent."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Channel:
    """A channel or a direct conversation. `members` holds everybody, the bot user included where it is in."""

    id: str
    name: str
    kind: Kind
    members: list[str]
    is_archived: bool = False
    topic: str = ""
    created: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: dict[str, Message] = field(default_factory=dict)
    read_to: dict[str, str] = field(default_factory=dict)
    last_ts: str = "0"

    @property
    def has_bot(self) -> bool:
        """True when the app's bot user is in the conversation."""
        return BOT_USER_ID in self.members

    def thread(self, parent_ts: str) -> list[Message]:
        """The replies to a message, oldest first."""
        return [each for each in self.messages.values() if each.thread_ts == parent_ts and each.ts != parent_ts]

    def unread(self, user_id: str) -> int:
        """How many messages of others in the channel itself came after the last one this person read."""
        since = self.read_to.get(user_id, "0")
        return sum(
            1 for each in self.messages.values() if each.ts > since and each.user != user_id and not each.is_reply
        )


@dataclass
class StoredFile:
    """An uploaded file of `user`. Blocks may use it from `ready_at` (real monotonic seconds) on, as Slack processes
    late. `shares` has the message's ts by conversation; `given_to_app` marks one that came to the app with a form."""

    id: str
    name: str
    title: str
    length: int
    content: bytes | None = None
    alt_text: str = ""
    user: str = BOT_USER_ID
    created: int = 0
    completed: bool = False
    given_to_app: bool = False
    ready_at: float = 0.0
    channels: list[str] = field(default_factory=list)
    shares: dict[str, str] = field(default_factory=dict)

    @property
    def is_processed(self) -> bool:
        """True once Slack is done with it."""
        return self.completed and time.monotonic() >= self.ready_at


@dataclass
class UserGroup:
    """A group of people one can mention as `@handle`; nobody can mention a disabled one."""

    id: str
    handle: str
    name: str
    members: list[str]
    description: str = ""
    disabled: bool = False


class Workspace:
    """The people, groups, channels, messages and files of one team; `url` is where files can be fetched."""

    def __init__(
        self, team: Json, users: Iterable[User], channels: Iterable[Channel], groups: Iterable[UserGroup] = ()
    ) -> None:
        self.team = team
        self.url = ""
        self.users = {each.id: each for each in users}
        self.channels = {each.id: each for each in channels}
        self.groups = {each.id: each for each in groups}
        self.files: dict[str, StoredFile] = {}

    @property
    def team_id(self) -> str:
        """The workspace's own id, T…"""
        return str(self.team["id"])

    @property
    def people(self) -> list[User]:
        """The people one can act as: everybody but bots and Slackbot."""
        return [each for each in self.users.values() if not each.is_bot and each.id != SLACKBOT_ID]

    def user_named(self, name: str) -> User | None:
        """The user with this handle or display name, ignoring case."""
        wanted = name.lower()
        named = (each for each in self.users.values() if wanted in (each.name.lower(), each.display_name.lower()))
        return next(named, None)

    def group_named(self, handle: str) -> UserGroup | None:
        """The group with this handle, ignoring case; not a disabled one."""
        wanted = handle.lower()
        return next((each for each in self.groups.values() if each.handle == wanted and not each.disabled), None)

    def channel_named(self, name: str) -> Channel | None:
        """The channel (not a direct conversation) with this name, without '#'."""
        return next((each for each in self._named_channels() if each.name == name.lower()), None)

    def _named_channels(self) -> Iterator[Channel]:
        return (each for each in self.channels.values() if each.kind in ("channel", "private"))

    def channels_of(self, user_id: str) -> list[Channel]:
        """Every conversation the user is in, in the order of the workspace."""
        return [each for each in self.channels.values() if user_id in each.members]

    def direct_channel(self, *members: str) -> Channel:
        """The direct conversation of exactly these people, made when it is not there yet."""
        wanted = set(members)
        for each in self.channels.values():
            if each.kind in ("im", "mpim") and set(each.members) == wanted:
                return each
        channel = Channel(self._direct_id(members), "", "im" if len(wanted) <= 2 else "mpim", sorted(wanted))
        if channel.kind == "mpim":
            channel.name = "mpdm-" + "--".join(self.users[each].name for each in channel.members) + "-1"
        self.channels[channel.id] = channel
        return channel

    def _direct_id(self, members: tuple[str, ...]) -> str:
        others = [each for each in members if each != BOT_USER_ID]
        if len(others) == 1 and BOT_USER_ID in members:
            return "D" + others[0][1:]
        return ("D0" if len(members) <= 2 else "G0") + f"{len(self.channels):06d}"

    def next_ts(self, channel: Channel, moment: float) -> str:
        """A timestamp for a new message: the moment in microseconds, always later than the channel's last one."""
        ticks = round(moment * 1_000_000)
        last_seconds, _, last_micro = channel.last_ts.partition(".")
        ticks = max(ticks, int(last_seconds) * 1_000_000 + int(last_micro or 0) + 1)
        channel.last_ts = f"{ticks // 1_000_000}.{ticks % 1_000_000:06d}"
        return channel.last_ts
