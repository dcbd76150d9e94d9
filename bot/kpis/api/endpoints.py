"""What the HTTP API answers: recognise the token, keep to its budget, read the request, one service call, one answer.
Tokens and bodies are never logged."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import structlog

from bot.commands import Registry, Request, Response
from bot.domain.entries import Entry
from bot.kpis.api import service
from bot.kpis.api.budget import REQUESTS, Budget
from bot.kpis.api.description import DESCRIPTION_PATH, ENTRIES_PATH, description
from bot.kpis.api.orders import Order, Refused, SentEntry, read_order
from bot.kpis.api.tokens import sent_token

log = structlog.get_logger(__name__)


def register(registry: Registry, budget: Budget) -> None:
    async def on_entries(request: Request) -> Response:
        return await post_entries(request, budget)

    registry.route("POST", ENTRIES_PATH, on_entries)
    registry.route("GET", DESCRIPTION_PATH, on_description)


async def on_description(_request: Request) -> Response:
    return Response(200, description())


async def post_entries(request: Request, budget: Budget) -> Response:
    try:
        return await _record(request, budget)
    except Refused as refusal:
        log.info("refused", action="api_refused", status=refusal.status, errors=len(refusal.errors))
        return refusal.response


async def _record(request: Request, budget: Budget) -> Response:
    sent = sent_token(request.headers)
    if sent is None:
        raise service.unknown_token()
    workspace_id, digest = sent
    services, now = request.services, request.now
    caller = await services.storage.read(workspace_id, lambda db: service.recognise(db, digest, services, now))
    seconds = budget.spend(caller.token.id, now)
    if seconds:
        detail = f"This token may send {REQUESTS} requests a minute; go on in {seconds} s."
        raise Refused(429, detail, headers={"retry-after": str(seconds)})
    order = read_order(request)
    recorded = await services.storage.write(workspace_id, lambda db: service.record(db, order, digest, services, now))
    if recorded.is_new:
        services.wake(workspace_id)
    log.info("recorded", action="api_recorded", token=caller.token.id, entries=len(recorded.entries))
    return Response(201 if recorded.is_new else 200, answer(recorded.entries, order))


def answer(entries: Sequence[Entry], order: Order) -> dict[str, Any]:
    """The stored entries in the order in which they were sent. It says nothing that changes later, so that a request
    sent again is answered the same."""
    both = zip(entries, order.entries, strict=True)
    return {"entries": [_told(entry, sent) for entry, sent in both]}


def _told(entry: Entry, sent: SentEntry) -> dict[str, str]:
    """Whose value it is, is answered as it was sent: of a member who was erased nobody is told the made-up id."""
    told = {
        "entry": entry.id,
        "kpi": entry.kpi_key,
        "value": _plain(entry.value),
        "on": entry.on.isoformat(),
        "member": sent.member_id or entry.member_id,
    }
    if entry.note:
        told["note"] = entry.note
    return told if sent.own_id is None else {**told, "id": sent.own_id}


def _plain(value: Decimal) -> str:
    """Digits and a point, without zeros at the end of decimals."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
