"""How the messages that ask for reviews are worded at the moment they are sent, and when they are changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.kpis.acting import Acting, read_acting
from bot.kpis.reviewing.facts import read_all_facts
from bot.kpis.reviewing.outcomes import MOST_KPIS, OUTCOMES
from bot.kpis.reviewing.turning import keys_in
from bot.kpis.reviewing.views import Item, asking_message
from bot.kpis.wording import Wording
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def render_asking(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Nothing once everything in it was decided, or where the receiver sees or may decide none of it any more."""
    acting, w = _reader(db, delivery, services, now)
    items = _items(db, delivery, acting)
    is_open = any(item.outcome is None and item.facts.may_decide for item in items)
    return asking_message(items, delivery.purpose, w) if is_open else None


def render_turned(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """A message that was sent, with what became of its KPIs."""
    acting, w = _reader(db, delivery, services, now)
    items = _items(db, delivery, acting)
    return asking_message(items, delivery.facts.get("asked", ""), w) if items else None


def _reader(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> tuple[Acting, Wording]:
    member = db.members.get(delivery.receiver) or Member(delivery.receiver)
    zone = services.zone_of(member)
    today = now.astimezone(ZoneInfo(zone)).date()
    acting = read_acting(db, member, now, today, services.settings.country)
    return acting, Wording(services.language_of(member), services.settings.currency, today, zone, acting.kpis)


def _items(db: UnitOfWork, delivery: Delivery, acting: Acting) -> list[Item]:
    asked_at = datetime.fromisoformat(delivery.facts["at"])
    kpis = [acting.kpis[key] for key in keys_in(delivery.facts) if key in acting.kpis]
    items = []
    for facts in read_all_facts(db, kpis, acting, MOST_KPIS):
        since = [note for note in facts.reviews if note.at >= asked_at and note.kind in OUTCOMES]
        items.append(Item(facts, since[0] if since else None))
    return items
