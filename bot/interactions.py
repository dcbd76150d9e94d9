"""What a listener gets and what it gives back. Contexts: who did what, in which language, when. Replies: what the
person sees. How they come from and go to Slack is the matter of `bot.middleware` and `bot.app`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from bot.domain.members import Member
from bot.i18n import Translator
from bot.services import Services
from bot.slack import ids
from bot.slack.blocks import Block, Message
from storage import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who acts, and when. `zone` is the member's IANA zone, `today` the date there, `now` UTC. `key` is the same when
    Slack delivers the same thing again: store it with the effect. What is found out only after a command or click was
    answered is said at `response_url`, "" where there is none."""

    services: Services
    workspace_id: str
    member: Member
    t: Translator
    now: datetime
    today: date
    zone: str
    key: str
    trigger_id: str = ""
    channel_id: str = ""
    response_url: str = ""

    async def write_once(self, work: Callable[[UnitOfWork], T]) -> T:
        """One transaction, whose value is given back. Where Slack delivers the same thing again, however late, it comes
        to something too but changes nothing: it would win over what was done since."""

        def once(db: UnitOfWork) -> T:
            return db.handled.once(f"once:{self.key}", self.now, lambda: work(db))

        return await self.services.storage.write(self.workspace_id, once)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Context):
    """A slash command: `name` of the sub-command and the rest of the line, `words`, as typed."""

    command: str
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Click(Context):
    """A button pressed or an option chosen. `message_ts` is the message it was in, empty inside a form; `state` holds
    the inputs around it by block id."""

    action_id: str
    raw: str
    message_ts: str = ""
    is_ephemeral: bool = False
    view: Mapping[str, Any] | None = None
    state: Mapping[str, str] = field(default_factory=dict)

    @property
    def value(self) -> ids.Carried:
        """What the element carried; `{"choice": …}` for a plain option, date or person. Raises
        DomainError("core.stale") for a button we did not make."""
        return ids.unpack(self.raw) if self.raw.startswith("{") else ids.Carried(choice=self.raw)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that somebody put into a form: Slack's `id`, the `name` as they called it, the `size` in bytes as Slack
    says, 0 where it does not. `url` is where its bytes are, empty where Slack tells only on asking for the id."""

    id: str
    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(Context):
    """A form sent: its inputs by block id (text, chosen value, date; comma-separated where several), and the files of
    those inputs that take files, by block id too."""

    inputs: Mapping[str, str]
    view: Mapping[str, Any]
    files: Mapping[str, tuple[UploadedFile, ...]] = field(default_factory=dict)

    @property
    def carried(self) -> ids.Carried:
        """What we put into the form's private_metadata. Raises DomainError("core.stale") if it is not ours."""
        return ids.unpack(self.view.get("private_metadata"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Context):
    """An event: `event` is Slack's inner event."""

    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """A reply only the person sees."""

    message: Message


@dataclass(frozen=True, slots=True)
class Replace:
    """The message that held the button turns into this one."""

    message: Message


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A modal opens (from inside a modal: on top of it)."""

    view: Block


@dataclass(frozen=True, slots=True)
class FormErrors:
    """The form stays open and says what to change, by block id of an input."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UpdateForm:
    """The form turns into this view."""

    view: Block


@dataclass(frozen=True, slots=True)
class ShowHome:
    """The person's App Home becomes this view."""

    view: Block


@dataclass(frozen=True, slots=True)
class Then:
    """A reply, and work that goes on after Slack has been answered, such as looking something up."""

    reply: "Reply"
    work: Callable[[], Awaitable[None]]


Reply = Say | Replace | OpenForm | FormErrors | UpdateForm | ShowHome | Then | None
CommandHandler = Callable[[Command], Awaitable[Reply]]
ClickHandler = Callable[[Click], Awaitable[Reply]]
SubmissionHandler = Callable[[Submission], Awaitable[Reply]]
EventHandler = Callable[[Happened], Awaitable[Reply]]
