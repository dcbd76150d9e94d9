"""Sharing an answer: what was asked for travels in the button, and whoever presses it owes the channel one message,
whose figures are read anew with everybody's eyes when it is sent. One transaction; wording it is in `deliveries`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.deliveries import DeliveryState, NewDelivery
from bot.domain.errors import DomainError
from bot.domain.periods import Period, PeriodKind
from bot.kpis.acting import Acting
from bot.kpis.showing.grammar import MOST_TOGETHER, ShowRequest
from bot.kpis.vocabulary import Split
from bot.slack import ids
from storage import UnitOfWork

SHARED = "kpis.shared"
_UNSENT = (DeliveryState.FAILED, DeliveryState.SKIPPED)
_CHANNELS = ("C", "G")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to `/kpi show` that can be shared: what was asked for, and `key`, the same for every press on it."""

    request: ShowRequest
    key: str


def is_channel(conversation_id: str) -> bool:
    """Whether others read along: not in a conversation of two, with the bot or without it."""
    return conversation_id.startswith(_CHANNELS)


def may_be_shared(request: ShowRequest, kpis: Catalogue) -> bool:
    """Whether every member may see what is in the answer. The overview leaves out what they may not."""
    public = kpis.public()
    return all(kpi.key in public for kpi in request.kpis)


def carried(answer: Answer) -> str:
    """An answer as its button carries it."""
    return ids.pack(**packed(answer.request), key=answer.key)


def packed(request: ShowRequest) -> dict[str, str]:
    """A request as small values: for a button, and for the facts of a delivery."""
    return {
        "kpis": ",".join(kpi.key for kpi in request.kpis),
        "first": request.period.first.isoformat(),
        "last": request.period.last.isoformat(),
        "kind": request.period.kind.value,
        "named": "1" if request.has_period else "",
        "split": request.split.value if request.split else "",
    }


def unpacked(value: Mapping[str, Any], kpis: Catalogue) -> ShowRequest:
    """The request that was packed. DomainError("core.stale") for what we did not pack, or with a KPI that is not among
    `kpis`."""
    keys = [key for key in str(value.get("kpis", "")).split(",") if key]
    try:
        period = Period(
            date.fromisoformat(str(value["first"])),
            date.fromisoformat(str(value["last"])),
            PeriodKind(str(value["kind"])),
        )
        split = Split(str(value["split"])) if value.get("split") else None
        found = tuple(kpis[key] for key in keys)
    except (KeyError, ValueError):
        raise DomainError("core.stale") from None
    if len(found) > MOST_TOGETHER or (split is not None and len(found) != 1):
        raise DomainError("core.stale")
    return ShowRequest(found, period, bool(value.get("named")), split)


def answer_in(value: Mapping[str, Any], kpis: Catalogue) -> Answer:
    """The answer that a button stands under. DomainError("core.stale") as in `unpacked`."""
    key = str(value.get("key", ""))
    if not key:
        raise DomainError("core.stale")
    return Answer(unpacked(value, kpis), key)


def share(db: UnitOfWork, answer: Answer, channel_id: str, acting: Acting) -> None:
    """Owes the channel this answer, once, however often it is shared by the same person; what could not be posted is
    tried anew by the next press.

    DomainErrors `kpis.showing.share_private` where not every member may see it, `kpis.showing.share_in_channel`.
    """
    if not is_channel(channel_id):
        raise DomainError("kpis.showing.share_in_channel")
    if not may_be_shared(answer.request, acting.kpis):
        raise DomainError("kpis.showing.share_private")
    facts = {**packed(answer.request), "owner": acting.by.id}
    subject = _next_attempt(db, f"{acting.by.id}:{answer.key}", channel_id)
    db.deliveries.add(NewDelivery(SHARED, subject, channel_id, acting.now, facts=facts))


def _next_attempt(db: UnitOfWork, subject: str, channel_id: str) -> str:
    """The subject of the first attempt that has not failed. Deliveries are unique by it, so that several presses after
    a failure owe one message."""
    attempt, number = subject, 0
    while (before := db.deliveries.find(SHARED, attempt, channel_id)) is not None and before.state in _UNSENT:
        number += 1
        attempt = f"{subject}:{number}"
    return attempt
