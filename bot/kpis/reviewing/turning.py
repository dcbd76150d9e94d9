"""Messages that ask for a review turn into what became of each KPI, whoever decided it and in whichever way. What they
then say is decided when they are changed (`deliveries`)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.deliveries import DeliveryState, NewDelivery, Verb
from bot.kpis.reviewing.outcomes import DUE, FORGOTTEN, TURNED
from storage import UnitOfWork

STILL_TURNED = timedelta(days=200)
"""Older messages stay as they are: there were newer ones since."""

_IN_SLACK = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)
"""Those on their way may have been worded before the change."""


def keys_in(facts: Mapping[str, str]) -> list[str]:
    """The KPIs that a message asks about."""
    return [key for key in facts.get("kpis", "").split(",") if key]


def turn_messages(db: UnitOfWork, kpi_key: str, now: datetime) -> None:
    """Owes every message that asks about a KPI its new wording."""
    for asked in db.deliveries.of_purposes((DUE, FORGOTTEN), now - STILL_TURNED):
        if asked.state not in _IN_SLACK or kpi_key not in keys_in(asked.facts):
            continue
        db.deliveries.add(
            NewDelivery(
                TURNED,
                f"{asked.id}:{kpi_key}:{now.isoformat()}",
                asked.receiver,
                now,
                verb=Verb.UPDATE,
                target_id=asked.id,
                facts={**asked.facts, "asked": asked.purpose},
            )
        )
