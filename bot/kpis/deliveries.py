"""How the messages this feature owes to people are worded at the moment they are sent."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.catalogue import Viewer
from bot.domain.deliveries import Delivery
from bot.domain.entries import EntryState
from bot.domain.members import Member
from bot.kpis.views import logged_for_you_message
from bot.kpis.wording import Wording
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def render_logged_for_you(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Tells a person what somebody logged for them; nothing if it was undone meanwhile."""
    entry = db.kpis.get(delivery.subject)
    w = wording_for(db, delivery.receiver, services, now)
    if entry is None or entry.state is not EntryState.ACTIVE or entry.kpi_key not in w.kpis:
        return None
    return logged_for_you_message(entry, w)


def wording_for(db: UnitOfWork, member_id: str, services: Services, now: datetime) -> Wording:
    """The wording for a person we write to."""
    member = db.members.get(member_id) or Member(member_id)
    zone = services.zone_of(member)
    today = now.astimezone(ZoneInfo(zone)).date()
    kpis = db.catalogue.read().seen_by(Viewer.of(member, db.teams.of(member_id)))
    return Wording(services.language_of(member), services.settings.currency, today, zone, kpis)
