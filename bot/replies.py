"""What a listener gave back, as Slack takes it: in the acknowledgement itself, or as a form of its own; how a refusal
is worded; and which interactions change the Home they came from. Calls to Slack are made in `bot.app`; here only what
somebody is told when all else was done."""

import re
from collections.abc import Mapping
from typing import Any

import structlog

from bot.domain.errors import LiveMention
from bot.i18n import Translator
from bot.interactions import (
    Click,
    Context,
    FormErrors,
    OpenForm,
    Replace,
    Reply,
    Say,
    ShowHome,
    Submission,
    Then,
    UpdateForm,
)
from bot.slack import ids
from bot.slack.blocks import Block, Message, escape, form, plain, section, unmarked
from bot.slack.errors import SlackError
from bot.slack.gateway import CHART

log = structlog.get_logger(__name__)
Payload = Mapping[str, Any]
_OF_AN_ID = re.compile(r"<[@#][A-Z0-9]+>")

ONLY_IN_MESSAGES = frozenset({"table", CHART})
"""Blocks that Slack does not take in a form."""


def said(reply: Reply) -> Message | None:
    """The message in a reply."""
    inner = innermost(reply)
    return inner.message if isinstance(inner, Say | Replace) else None


def innermost(reply: Reply) -> Reply:
    """A reply without the work that goes on after it."""
    return reply.reply if isinstance(reply, Then) else reply


def has_chart(message: Message) -> bool:
    return any(block.get("type") == CHART for block in message.blocks)


def form_answer(reply: Reply, sent: Payload, t: Translator) -> dict[str, Any]:
    """How the submission of a form (`sent`) is acknowledged."""
    match innermost(reply):
        case FormErrors(errors):
            told = {block_id: unmarked(error) for block_id, error in errors.items()}
            return {"response_action": "errors", "errors": told}
        case UpdateForm(view):
            return {"response_action": "update", "view": following(view, sent)}
        case OpenForm(view):
            return {"response_action": "push", "view": following(view, sent)}
        case Say(message):
            return {"response_action": "update", "view": note(message, t)}
        case _:
            return {}


def note(message: Message, t: Translator) -> Block:
    """A message shown where only a form can be: its blocks under a neutral title."""
    blocks = [block for block in message.blocks if block.get("type") not in ONLY_IN_MESSAGES]
    blocks = blocks or [{"type": "section", "text": plain(message.text)}]
    return form("core.note", t("core.note_title"), list(blocks), close=t("core.close"))


def is_in_modal(view: Payload | None) -> bool:
    """Was the button in a modal? From there a form goes on top; from App Home, which is a view too, it opens."""
    return (view or {}).get("type") == "modal"


def following(view: Block, shown: Payload | None) -> Block:
    """A form that follows what is `shown`: opened on Home, or from a form that was, it remembers so. Then Home is drawn
    anew once something was done in it, in whichever process that happens."""
    page = ids.home_page((shown or {}).get("private_metadata"))
    if page is None:
        return view
    return {**view, "private_metadata": ids.with_home(str(view.get("private_metadata") or ""), page)}


def page_to_redraw(reply: Reply, context: Context | None, body: Payload) -> int | None:
    """The page of Home that is to be drawn anew after an interaction, None for none: something was done on it, or in a
    form that was opened there. Forms that only open, turn a page or ask again change nothing."""
    inner = innermost(reply)
    if isinstance(inner, OpenForm | ShowHome | FormErrors):
        return None
    if not (isinstance(context, Submission) or (isinstance(context, Click) and not isinstance(inner, UpdateForm))):
        return None
    return ids.home_page((body.get("view") or {}).get("private_metadata"))


def worded(t: Translator, key: str, values: Mapping[str, Any]) -> Message:
    """A refusal as a message. This is the one place where people's own words get into one."""
    sentence = t(key, **{name: _harmless(value) for name, value in values.items()})
    return Message(sentence, (section(sentence),))


def _harmless(value: Any) -> Any:
    """What people typed is escaped, also where it looks like a mention; one that we made of an id stays one."""
    is_ours = isinstance(value, LiveMention) and _OF_AN_ID.fullmatch(value)
    return escape(value) if isinstance(value, str) and not is_ours else value


async def tell_alone(context: Context, answered: Reply, message: Message) -> None:
    """Says something to one person after they were answered: where they asked, on the page that told them to wait, or,
    where that is gone, as a direct message. Raises a SlackError where even that fails."""
    slack = context.services.slack
    is_waiting = isinstance(answered, UpdateForm) and "submit" not in answered.view
    try:
        if context.response_url:
            await slack.respond(context.response_url, message)
            return
        if is_waiting and isinstance(context, Submission):
            await slack.update_view(str(context.view["id"]), note(message, context.t))
            return
    except SlackError as trouble:
        log.info("told by direct message", action="told_by_message", error=str(trouble))
    await slack.post(context.member.id, message)
