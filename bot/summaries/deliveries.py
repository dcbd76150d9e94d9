"""What this feature's deliveries say, made from the database at the moment they are sent."""

from datetime import date, datetime

from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.services import Services
from bot.slack.blocks import Message
from bot.summaries import command_views, service, views
from bot.summaries.facts import KINDS
from bot.summaries.reading import Place, read_facts
from storage import UnitOfWork


def post(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """A channel's summary; None when it was stopped meanwhile."""
    summary = db.summaries.get(delivery.subject.split(":", 1)[0])
    if summary is None or not summary.active:
        return None
    rule = service.rule_of(db, summary)
    place = place_of(services, summary.channel_id, rule.zone)
    facts = read_facts(db, KINDS[rule.cadence], date.fromisoformat(delivery.facts["day"]), now, place)
    return views.summary_message(facts, services.texts.t(summary.language))


def not_in_channel(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message:
    """The note to the author of a summary, in their language."""
    t = services.language_of(db.members.get(delivery.receiver) or Member(delivery.receiver))
    bot = services.slack.identity.bot_user_id
    return command_views.unreachable_message(delivery.facts["channel"], delivery.facts["why"], bot, t)


def place_of(services: Services, channel_id: str, zone: str) -> Place:
    """The place a summary is made for, with what the settings say of it."""
    return Place(channel_id, zone, services.settings.country, services.settings.currency)
