"""What the owner and an admin are told when a message could not be delivered: what, where, and what to do about it.
When a delivery counts as failed is decided by the sender.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.commands import Registry
from bot.domain.deliveries import Delivery, NewDelivery
from bot.domain.members import Member
from bot.i18n import Translator
from bot.services import Services
from bot.slack.blocks import Message, section
from bot.slack.people import is_person
from storage import UnitOfWork

UNDELIVERABLE = "notices.undeliverable"
UNCLEAR = "unclear"

# The first letters of a purpose, and the sentence part that says what kind of message it was.
_KINDS = {"survey": "survey", "pulse": "survey", "summar": "summary", "kpi": "kpi", "checkin": "checkin"}

# Slack's many words for the same thing to do.
_SAME_FIX = {
    "invalid_auth": "account_inactive",
    "not_authed": "account_inactive",
    "token_revoked": "account_inactive",
    "token_expired": "account_inactive",
    "not_allowed_token_type": "missing_scope",
    "user_not_found": "channel_not_found",
    "restricted_action_read_only_channel": "restricted_action",
    "restricted_action_thread_only_channel": "restricted_action",
    "restricted_action_non_threadable_channel": "restricted_action",
}


def register(registry: Registry) -> None:
    registry.delivery(UNDELIVERABLE, render_undeliverable)


def add_undeliverable(db: UnitOfWork, failed: Delivery, error: str, now: datetime) -> None:
    """Owes the owner of a failed delivery (`facts["owner"]`) and one admin a notice; once for a purpose, subject and
    error, however many receivers it failed for. A notice that failed brings no further notice."""
    if failed.purpose == UNDELIVERABLE:
        return
    admins = db.members.admins()
    receivers = [failed.facts.get("owner") or "", *(admin.id for admin in admins[:1])]
    facts = {"purpose": failed.purpose, "error": error, "receiver": failed.receiver}
    subject = f"{failed.purpose}:{failed.subject}:{error}"
    db.deliveries.add_many(
        NewDelivery(purpose=UNDELIVERABLE, subject=subject, receiver=receiver, due_at=now, facts=facts)
        for receiver in dict.fromkeys(receivers)
        if receiver
    )


def render_undeliverable(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message:
    """The notice in its reader's language."""
    reader = db.members.get(delivery.receiver) or Member(delivery.receiver)
    return undeliverable_message(delivery.facts, services.language_of(reader))


def undeliverable_message(facts: Mapping[str, str], t: Translator) -> Message:
    """`facts` are the failed delivery's purpose and receiver and Slack's error."""
    text = t("notices.undeliverable", what=_what(facts["purpose"], t), place=_place(facts["receiver"]))
    fix = _fix(facts["error"], t)
    return Message(f"{text} {fix}", (section(f"{text}\n{fix}"),))


def _what(purpose: str, t: Translator) -> str:
    kind = next((kind for start, kind in _KINDS.items() if purpose.startswith(start)), "message")
    return t(f"notices.what.{kind}")


def _fix(error: str, t: Translator) -> str:
    key = f"notices.fix.{_SAME_FIX.get(error, error)}"
    return t(key) if key in t else t("notices.fix.other", error=error)


def _place(receiver: str) -> str:
    return f"<@{receiver}>" if is_person(receiver) else f"<#{receiver}>"
