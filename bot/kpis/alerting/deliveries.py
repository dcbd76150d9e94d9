"""How alerts are worded at the moment they are sent, in the language of who reads them."""

from datetime import datetime

from bot.domain.deliveries import Delivery
from bot.domain.kpi_notes import KpiNote
from bot.kpis.alerting import service
from bot.kpis.alerting.views import alert_message
from bot.kpis.deliveries import wording_for
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def render_alert(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What changed; nothing for who may not see the KPI any more, and where no target is left to speak of."""
    return _worded(db, delivery, delivery.id, services, now)


def render_noted(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """The alert again, with what its receiver noted."""
    return _worded(db, delivery, delivery.target_id or "", services, now)


def _worded(db: UnitOfWork, delivery: Delivery, alert_id: str, services: Services, now: datetime) -> Message | None:
    w = wording_for(db, delivery.receiver, services, now)
    kpi_key = delivery.facts.get("kpi", "")
    told = service.read_told(db, delivery) if kpi_key in w.kpis else []
    if not told:
        return None
    since = datetime.fromisoformat(delivery.facts["at"])
    notes: list[KpiNote] = service.read_notes(db, kpi_key, since)
    names = db.members.get_many({each.by for each in notes})
    return alert_message(told, notes, alert_id, delivery.receiver, w, {each: names[each].name for each in names})
