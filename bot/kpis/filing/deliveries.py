"""How the one message about an import, to somebody whose numbers came with it, is worded at the moment it is sent."""

from datetime import datetime

from bot.domain.deliveries import Delivery
from bot.kpis.deliveries import wording_for
from bot.kpis.filing.views import imported_for_you_message
from bot.kpis.importing.telling import counts_in
from bot.kpis.outcomes import IMPORTED
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def render_imported_for_you(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Tells a person how many of their values somebody imported; nothing where they may see none of the KPIs."""
    w = wording_for(db, delivery.receiver, services, now)
    counts = {w.kpis[key]: count for key, count in counts_in(delivery.facts).items() if key in w.kpis}
    by = delivery.facts["by"]
    return imported_for_you_message(counts, "" if by == IMPORTED else by, w) if counts else None
