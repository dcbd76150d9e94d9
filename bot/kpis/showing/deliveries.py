"""How a shared answer is worded at the moment it is posted: with the figures of that moment, as every member may see
them, in the language and at the date of the one who shared it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.deliveries import Delivery
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.kpis.acting import Acting
from bot.kpis.showing.answering import answer_message
from bot.kpis.showing.sharing import unpacked
from bot.kpis.showing.views import Sharing
from bot.kpis.wording import Wording
from bot.scoreboard import workdays_in
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def render_shared(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """The answer for everybody; nothing if a KPI of it is no longer everybody's to see."""
    sharer_id = delivery.facts["owner"]
    sharer = db.members.get(sharer_id) or Member(sharer_id)
    zone = services.zone_of(sharer)
    today = now.astimezone(ZoneInfo(zone)).date()
    kpis, policy = db.catalogue.read().public(), db.catalogue.policy()
    try:
        request = unpacked(delivery.facts, kpis)
    except DomainError:
        return None
    acting = Acting(sharer, now, today, workdays_in(services.settings.country, policy.days_off), kpis, policy)
    w = Wording(services.language_of(sharer), services.settings.currency, today, zone, kpis)
    return answer_message(db, request, acting, w, Sharing(by=sharer_id))
