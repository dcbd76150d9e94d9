"""What the owner and an admin are told when a message could not be delivered: what, where, and what to do about it.
When a delivery counts as failed is decided by the sender.

What recurs names its series in a fact. A series that fails the same way again is told at once, and then only weekly,
until it has worked in between.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.commands import Registry
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery
from bot.domain.members import Member
from bot.i18n import Translator
from bot.services import Services
from bot.slack.blocks import Message, context, section
from bot.slack.people import is_person
from storage import UnitOfWork

UNDELIVERABLE = "notices.undeliverable"
UNCLEAR, NOT_TAKEN = "unclear", "not_taken"
"""What is told where nobody knows whether a message arrived, and where Slack did not take it for too long."""
SERIES = "series"
"""The fact of a delivery that says to which recurring thing it belongs: an id."""

QUIET = timedelta(days=7) - timedelta(hours=1)
"""So long a series that fails the same way is not told again: a week, and the clock of a daily one may drift."""

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
    error, however many receivers it failed for, and of one series (`facts[SERIES]`) only weekly. An owner who is not
    there any more hears nothing: the admin does. A notice that failed brings no further notice."""
    if failed.purpose == UNDELIVERABLE:
        return
    series = failed.facts.get(SERIES, "")
    told = _told_lately(db, failed, series, error, now) if series else frozenset()
    facts = {"purpose": failed.purpose, "error": error, "receiver": failed.receiver}
    if series:
        facts[SERIES] = series
    subject = f"{failed.purpose}:{failed.subject}:{error}"
    db.deliveries.add_many(
        NewDelivery(purpose=UNDELIVERABLE, subject=subject, receiver=receiver, due_at=now, facts=facts)
        for receiver in _responsible(db, failed)
        if receiver not in told
    )


def _responsible(db: UnitOfWork, failed: Delivery) -> list[str]:
    """The owner, unless Slack says that they are gone, and an admin."""
    owner_id = failed.facts.get("owner", "")
    owner = db.members.get(owner_id) if owner_id else None
    if owner is not None and owner.left_out:
        owner_id = ""
    return list(dict.fromkeys(filter(None, (owner_id, *(admin.id for admin in db.members.admins()[:1])))))


def _told_lately(db: UnitOfWork, failed: Delivery, series: str, error: str, now: datetime) -> frozenset[str]:
    """Who has heard in the last week that this series fails this way in this place, and nothing of it arrived since."""
    same = {"purpose": failed.purpose, "error": error, "receiver": failed.receiver, SERIES: series}
    lately = db.deliveries.of_purposes((UNDELIVERABLE, failed.purpose), now - QUIET)
    worked_at = max((each.due_at for each in lately if _worked(each, failed, series)), default=None)
    return frozenset(
        each.receiver
        for each in lately
        if each.purpose == UNDELIVERABLE and dict(each.facts) == same and (worked_at is None or each.due_at > worked_at)
    )


def _worked(delivery: Delivery, failed: Delivery, series: str) -> bool:
    is_same = delivery.purpose == failed.purpose and delivery.facts.get(SERIES) == series
    return is_same and delivery.receiver == failed.receiver and delivery.state is DeliveryState.SENT


def render_undeliverable(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message:
    """The notice in its reader's language."""
    reader = db.members.get(delivery.receiver) or Member(delivery.receiver)
    return undeliverable_message(delivery.facts, services.language_of(reader))


def undeliverable_message(facts: Mapping[str, str], t: Translator) -> Message:
    """`facts` are the failed delivery's purpose and receiver, Slack's error, and the series it is of, if any."""
    text = t("notices.undeliverable", what=_what(facts["purpose"], t), place=_place(facts["receiver"]))
    fix = _fix(facts["error"], t)
    blocks = [section(f"{text}\n{fix}")]
    said = [text, fix]
    if facts.get(SERIES):
        again = t("notices.again")
        said += [t("notices.summary_place"), again] if _is_summary(facts["purpose"]) else [again]
        blocks.append(context(" ".join(said[2:])))
    return Message(" ".join(said), tuple(blocks))


def _is_summary(purpose: str) -> bool:
    return _kind(purpose) == "summary"


def _kind(purpose: str) -> str:
    return next((kind for start, kind in _KINDS.items() if purpose.startswith(start)), "message")


def _what(purpose: str, t: Translator) -> str:
    return t(f"notices.what.{_kind(purpose)}")


def _fix(error: str, t: Translator) -> str:
    key = f"notices.fix.{_SAME_FIX.get(error, error)}"
    return t(key) if key in t else t("notices.fix.other", error=error)


def _place(receiver: str) -> str:
    return f"<@{receiver}>" if is_person(receiver) else f"<#{receiver}>"
