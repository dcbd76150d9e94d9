"""How the note that a KPI was made private or retired is worded at the moment it is sent."""

from datetime import datetime

from bot.domain.catalogue import Visibility
from bot.domain.deliveries import Delivery
from bot.kpis.defining.outcomes import How, TakenAway
from bot.kpis.defining.taken_away_views import taken_away_message
from bot.kpis.deliveries import wording_for
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def render_taken_away(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Nothing where the KPI is open again, or back, or where nothing of theirs is left to speak of. It names the KPI
    also to who sees it no more: they saw it until then."""
    facts, everyone = delivery.facts, db.catalogue.read()
    w = wording_for(db, delivery.receiver, services, now)
    how, key = How(facts["how"]), facts["kpi"]
    settings, is_seen = everyone.settings(key), key in w.kpis
    is_hidden, is_retired = settings.visibility is not Visibility.ALL, settings.retired_on is not None and is_seen
    if key not in everyone or not (is_hidden if how is How.HIDDEN else is_retired):
        return None
    computed = [everyone[each] for each in _listed(facts["computed"]) if each in everyone]
    found = (db.targets.get(each) for each in _listed(facts["targets"]))
    taken = TakenAway(
        how,
        everyone[key],
        settings,
        facts["by"],
        is_seen,
        tuple(each for each in computed if not everyone.is_retired(each.key)),
        tuple(each for each in found if each is not None and each.replaced_at is None),
    )
    return taken_away_message(taken, w, everyone) if taken.computed or taken.targets else None


def _listed(text: str) -> list[str]:
    return [each for each in text.split(",") if each]
