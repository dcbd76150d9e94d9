"""How the note to somebody whose value was changed is worded at the moment it is sent."""

from datetime import datetime

from bot.commands import Registry
from bot.domain.deliveries import Delivery
from bot.domain.entries import EntryState
from bot.kpis.correcting.views import changed_for_you_message
from bot.kpis.deliveries import wording_for
from bot.kpis.service import CHANGED_FOR_YOU
from bot.logging_values import latest_of
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def register(registry: Registry) -> None:
    registry.delivery(CHANGED_FOR_YOU, render_changed_for_you)


def render_changed_for_you(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What became of a value. Of one corrected several times before the note went out, what it is now."""
    ended = db.kpis.get(delivery.subject)
    w = wording_for(db, delivery.receiver, services, now)
    if ended is None or ended.state is EntryState.ACTIVE or ended.kpi_key not in w.kpis:
        return None
    after = latest_of(db, ended)
    is_there = after.id != ended.id and after.state is EntryState.ACTIVE
    return changed_for_you_message(ended, after if is_there else None, w)
