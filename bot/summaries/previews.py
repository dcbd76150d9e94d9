"""A summary as it would be posted now, for one person: on request, and as a test before it is set up. eNPS, actions and
whatever else belongs to a channel's own people is in it only for one of them."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.schedules import Cadence
from bot.domain.summaries import SummaryDefinition
from bot.i18n import Translator
from bot.services import Services
from bot.slack.blocks import Message
from bot.summaries import deliveries, views
from bot.summaries.facts import KINDS
from bot.summaries.reading import read_facts
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Preview:
    """The post, and what would follow in its thread, if anything would."""

    post: Message
    details: Message | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make a preview of. `channel_id` is "" for somebody who is not in the channel: then it tells nothing of
    the channel's own. `day` is the local date in `zone`."""

    definition: SummaryDefinition
    cadence: Cadence
    channel_id: str
    zone: str
    day: date


def read_preview(db: UnitOfWork, services: Services, wanted: Wanted, now: datetime, t: Translator) -> Preview:
    """The post and its thread from the numbers as they are at `now` (aware), in the language of `t`."""
    place = deliveries.place_of(services, wanted.channel_id, wanted.zone)
    facts = read_facts(db, KINDS[wanted.cadence], wanted.day, now, place, wanted.definition)
    return Preview(views.summary_message(facts, t), views.details_message(facts, t))
