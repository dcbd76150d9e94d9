"""Around every listener: context in, replies and errors out. Slack's payloads become `Context`s here; the two kinds of
errors are sorted here and nowhere else: expected ones become a kind private sentence, bugs a short reference id. That a
payload has the shape it should have was seen to before, in `bot.slack.payloads`.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.words import is_blank, without_invisible
from bot.i18n import Translator
from bot.interactions import Click, Command, Context, FormErrors, Happened, Reply, Say, Submission, UploadedFile
from bot.permissions import Entry, Who, refusal
from bot.replies import worded
from bot.services import Services
from bot.slack.blocks import Message
from bot.slack.errors import SlackError
from storage import CannotRead, StorageTrouble, UnclearWrite
from storage.trouble import commits

log = structlog.get_logger(__name__)

LONGEST_COMMAND = 3000
"""Characters that are read of a slash command: finding words in a longer line would keep everybody else waiting."""

Payload = Mapping[str, Any]
C = TypeVar("C", bound=Context)
R = TypeVar("R")

_FOR_MEMBERS = Entry(Who.MEMBER)


async def command_context(services: Services, payload: Payload, name: str, words: str) -> Command:
    return Command(
        **await _who(services, payload, payload.get("user_id", "")),
        key=payload["trigger_id"],
        trigger_id=payload["trigger_id"],
        channel_id=payload.get("channel_id") or "",
        command=payload["command"],
        name=name,
        words=words,
        response_url=str(payload.get("response_url") or ""),
    )


async def too_long(_: Command) -> Reply:
    """What every command says to a line that is longer than anybody types."""
    raise DomainError("core.too_long", limit=LONGEST_COMMAND)


async def click_context(services: Services, payload: Payload) -> Click:
    action = payload["actions"][0]
    container = payload.get("container") or {}
    return Click(
        **await _who(services, payload, payload["user"]["id"]),
        key=_click_key(payload, action),
        trigger_id=payload.get("trigger_id") or "",
        channel_id=(payload.get("channel") or {}).get("id") or container.get("channel_id") or "",
        action_id=action["action_id"],
        raw=_input(action),
        message_ts=container.get("message_ts") or "",
        is_ephemeral=bool(container.get("is_ephemeral")),
        response_url=str(payload.get("response_url") or ""),
        view=payload.get("view"),
        state=_inputs((payload.get("view") or payload).get("state")),
    )


async def submission_context(services: Services, payload: Payload) -> Submission:
    view = payload["view"]
    return Submission(
        **await _who(services, payload, payload["user"]["id"]),
        key=f"{view['id']}:{view['hash']}",
        trigger_id=payload.get("trigger_id") or "",
        inputs=_inputs(view.get("state")),
        view=view,
        files=_files(view.get("state")),
    )


async def event_context(services: Services, payload: Payload) -> Happened:
    event = payload["event"]
    user = event.get("user") or ""
    user_id = user["id"] if isinstance(user, dict) else user
    return Happened(
        **await _who(services, payload, user_id),
        key=payload["event_id"],
        event=event,
        channel_id=event.get("channel", "") if isinstance(event.get("channel"), str) else "",
    )


async def heard(
    default: Translator,
    context_of: Callable[[], Awaitable[C]],
    listen: Callable[[C], Awaitable[Reply]],
    *,
    form: Payload | None = None,
    what: str,
    for_invited: bool = False,
) -> tuple[C | None, Reply]:
    """Makes the context and runs a listener; gives both the context (None if it could not even be made) and the reply.

    Expected refusals turn into a kind sentence (in a form: under its first input), and so does a full disk or a
    database that is gone, which is in the log already; everything else into a reference id whose traceback is in the
    log. This is one of the four places that catch every exception: a person must never be met with silence. `default`
    is the language of those we could not recognise; `for_invited` lets visitors through to a listener that asks for
    itself whether they were invited.
    """
    context: C | None = None
    durable: list[str] = []
    commits.set(durable)  # for this task alone
    try:
        context = await context_of()
        if not for_invited:
            _welcome(context)
        return context, await listen(context)
    except DomainError as refused:
        log.info("refused", action="refused", what=what, key=refused.key)
        t = context.t if context else default
        return context, _refusal(t, refused.key, refused.values, form)
    except StorageTrouble as trouble:
        log.debug("refused", action="storage_trouble", what=what)
        t = context.t if context else default
        return context, _refusal(t, _key_of(trouble, bool(durable)), {}, form)
    except Exception:
        t = context.t if context else default
        return context, _refusal(t, _bug(durable), {"reference": _noted_bug(what)}, form)


async def carried_on(work: Callable[[], Awaitable[None]], t: Translator, *, what: str) -> Message | None:
    """Runs the work that goes on after the answer of `heard`, in its context. What the person is to be told where it
    broke off, None where it did not: the same sentences as there, "nothing was recorded" only if that holds for the
    answer too. Raises a SlackError, which is for the caller."""
    try:
        await work()
    except SlackError:
        raise
    except DomainError as refused:
        log.info("refused", action="refused", what=what, key=refused.key)
        return worded(t, refused.key, refused.values)
    except StorageTrouble as trouble:
        log.warning("broke off after the answer", action="broke_off", what=what, error=trouble.reason)
        return worded(t, _key_of(trouble, bool(commits.get())), {})
    except Exception:
        return worded(t, _bug(commits.get()), {"reference": _noted_bug(what)})
    return None


def _bug(durable: list[str] | None) -> str:
    """What a person is told of a bug: "nothing was changed" only where that is certain."""
    return "core.bug_midway" if durable else "core.bug"


def _key_of(trouble: StorageTrouble, is_partly_durable: bool) -> str:
    """What a person is told of trouble with the machine: "nothing was recorded" only where that is certain."""
    if is_partly_durable or isinstance(trouble, UnclearWrite):
        return "core.unclear_write"
    return "core.cannot_read" if isinstance(trouble, CannotRead) else "core.cannot_write"


async def served(answer: Callable[[], Awaitable[R]], fault: Callable[[str], R], *, away: R, what: str) -> R:
    """The same for other systems that call over HTTP: their `answer`, `away` where what is stored cannot be got at, or
    for a bug what `fault` makes of its reference id."""
    try:
        return await answer()
    except StorageTrouble:
        log.debug("refused", action="storage_trouble", what=what)
        return away
    except Exception:
        return fault(_noted_bug(what))


def _noted_bug(what: str) -> str:
    """Writes the exception that is being handled into the log; the short id under which it is found there."""
    reference = secrets.token_hex(3)
    log.exception("bug", action="bug", what=what, reference=reference)
    return reference


def _welcome(context: Context) -> None:
    """Guests, and people of other organisations in shared channels, are told kindly whom to ask."""
    refused = None if isinstance(context, Happened) else visitor_refusal(context.member)
    if refused is not None:
        raise refused


def visitor_refusal(member: Member) -> DomainError | None:
    """What guests and people of other organisations are told, and bots and who is no member any more; None for
    members."""
    return refusal(_FOR_MEMBERS, member)


def _refusal(t: Translator, key: str, values: Payload, form: Payload | None) -> Reply:
    first = next((block["block_id"] for block in (form or {}).get("blocks", ()) if block.get("type") == "input"), None)
    if first is not None:
        return FormErrors({first: t(key, **values)})
    return Say(worded(t, key, values))


async def _who(services: Services, payload: Payload, user_id: str) -> dict[str, Any]:
    # one token, one workspace: what a payload says of it may be the visitor's own
    workspace_id = services.slack.identity.team_id
    member = await services.storage.read(workspace_id, lambda db: db.members.get(user_id)) if user_id else None
    person = member or Member(user_id)
    if _home_of(payload) not in ("", workspace_id) and not _is_of_our_organisation(services, member):
        person = replace(person, is_outsider=True)
    zone = services.zone_of(person)
    now = services.now()
    return {
        "services": services,
        "workspace_id": workspace_id,
        "member": person,
        "t": services.language_of(person),
        "now": now,
        "today": now.astimezone(ZoneInfo(zone)).date(),
        "zone": zone,
    }


def _is_of_our_organisation(services: Services, member: Member | None) -> bool:
    """In an organisation a person belongs to several workspaces, and the payload names only one of them; Slack told us
    who is in ours."""
    return bool(services.slack.identity.enterprise_id) and member is not None


def _home_of(payload: Payload) -> str:
    """The workspace a person belongs to, as far as the payload says: in shared channels people of other organisations
    see our buttons, and users.list does not know them."""
    user = payload.get("user") or (payload.get("event") or {}).get("user")
    own = user.get("team_id") if isinstance(user, Mapping) else payload.get("user_team")
    return str(own or (payload.get("event") or {}).get("user_team") or (payload.get("team_id") or ""))


def _click_key(payload: Payload, action: Payload) -> str:
    return str(payload.get("trigger_id") or f"{action.get('action_ts')}:{payload['user']['id']}:{action['action_id']}")


def _inputs(state: Payload | None) -> Mapping[str, str]:
    values: dict[str, str] = {}
    for block_id, elements in ((state or {}).get("values") or {}).items():
        for element in elements.values():
            given = _input(element)
            values[block_id] = "" if is_blank(given) else given
    return values


def _files(state: Payload | None) -> Mapping[str, tuple[UploadedFile, ...]]:
    """The files of every input that takes files, by block id; an input left empty has none."""
    found: dict[str, tuple[UploadedFile, ...]] = {}
    for block_id, elements in ((state or {}).get("values") or {}).items():
        for element in elements.values():
            if element.get("type") == "file_input":
                given = (each for each in element.get("files") or () if isinstance(each, Mapping) and each.get("id"))
                found[block_id] = tuple(_file(each) for each in given)
    return found


def _file(file: Payload) -> UploadedFile:
    """Of a file from another organisation Slack gives only the id."""
    size = file.get("size")
    return UploadedFile(
        id=str(file["id"]),
        name=str(file.get("name") or file.get("title") or file["id"]),
        size=size if isinstance(size, int) else 0,
        url=str(file.get("url_private_download") or file.get("url_private") or ""),
    )


_SINGLE = (
    "value",
    "selected_date",
    "selected_time",
    "selected_date_time",
    "selected_user",
    "selected_channel",
    "selected_conversation",
)
_SEVERAL = ("selected_users", "selected_channels", "selected_conversations")


def _input(element: Payload) -> str:
    """What an element of a form or a click carries: a button's value, what was typed or chosen. Several values or ids
    are joined by commas; nothing chosen is ""."""
    if element.get("selected_option"):
        return str(element["selected_option"]["value"])
    if "selected_options" in element:
        return ",".join(str(option["value"]) for option in element["selected_options"] or ())
    for name in _SEVERAL:
        if name in element:
            return ",".join(element[name] or ())
    return next((str(element[name]) for name in _SINGLE if element.get(name) is not None), "")


_TYPED_MENTION = re.compile(r"&lt;(?=[@#!])")
_LINK = re.compile(r"<((?:https?://|mailto:)[^|>\s]+)(?:\|[^>]*)?>")


def typed(text: str) -> str:
    """A command's text as the person typed it: Slack escapes three characters and wraps addresses. Mentions stay as
    Slack writes them, `<@U…|name>`; one that was typed out by hand does not become one: Slack lets people mention only
    channels they can see."""
    plain = _LINK.sub(lambda match: match[1].removeprefix("mailto:"), without_invisible(text))
    plain = _TYPED_MENTION.sub("‹", plain)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


_MENTION = re.compile(r"<([@#]|!subteam\^)([A-Z0-9]+)(?:\|([^>]*))?>")
GROUP = "!subteam^"


def mentioned(words: str, sign: str) -> tuple[str | None, str]:
    """The first `@person` or `#channel` in a command, written `<@U…|name>` by Slack, and the words without it."""
    for match in _MENTION.finditer(words):
        if match[1] == sign:
            return match[2], f"{words[: match.start()]} {words[match.end() :]}".strip()
    return None, words


@dataclass(frozen=True, slots=True)
class Mention:
    """A person ("@"), channel ("#") or user group (GROUP) that a command names; `name` as Slack writes it, without the
    "@" of groups, "" where it does not tell."""

    sign: str
    id: str
    name: str


def split_mentions(words: str) -> list[Mention | str]:
    """A command's words in order: each mention, and what stands between them."""
    parts: list[Mention | str] = []
    end = 0
    for match in _MENTION.finditer(words):
        parts += [*_between(words[end : match.start()]), Mention(match[1], match[2], (match[3] or "").lstrip("@"))]
        end = match.end()
    return [*parts, *_between(words[end:])]


def _between(text: str) -> list[str]:
    return [text.strip()] if text.strip() else []
