"""How the messages that are owed about targets are worded at the moment they are sent."""

from datetime import datetime

from bot.domain.deliveries import Delivery
from bot.kpis.deliveries import wording_for
from bot.kpis.targets.views import target_for_you_message
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def render_target_for_you(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Tells a person which target somebody set for them; nothing if it was replaced or taken back meanwhile."""
    target = db.targets.get(delivery.subject)
    w = wording_for(db, delivery.receiver, services, now)
    if target is None or target.replaced_at is not None or target.kpi_key not in w.kpis:
        return None
    return target_for_you_message(target, w)
