"""The messages surveys owe, worded at the moment they are sent: by then a round may have closed."""

from datetime import datetime

from bot.commands import Registry
from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.domain.surveys import Round, RoundState, Survey
from bot.i18n import Translator
from bot.services import Services
from bot.slack.blocks import Message
from bot.surveys import author_views, results_views, views
from bot.surveys.launching import LAUNCHED, NOT_LAUNCHED
from bot.surveys.results import round_results
from bot.surveys.service import ASK, ASK_CLOSED, RESULTS
from storage import UnitOfWork


def register(registry: Registry) -> None:
    registry.delivery(ASK, question)
    registry.delivery(ASK_CLOSED, question_closed)
    registry.delivery(LAUNCHED, launched)
    registry.delivery(NOT_LAUNCHED, not_launched)
    registry.delivery(RESULTS, results)


def question(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Nothing once the round is closed, or when the member was left out after all."""
    found = _round(db, delivery)
    if found is None or found[1].state is not RoundState.OPEN or found[1].closes_at <= now:
        return None
    survey, asking = found
    if db.rounds.invitation(asking.id, delivery.receiver) is None:
        return None
    t, zone = _reader(db, delivery.receiver, services)
    return views.question_message(survey, asking, t, zone)


def question_closed(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    t, _ = _reader(db, delivery.receiver, services)
    return views.closed_message(t)


def launched(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    found = _round(db, delivery)
    if found is None:
        return None
    t, zone = _reader(db, delivery.receiver, services)
    return author_views.launched_message(*found, delivery.facts, t, zone)


def not_launched(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    found = _round(db, delivery)
    if found is None:
        return None
    t, _ = _reader(db, delivery.receiver, services)
    return author_views.not_launched_message(found[0], delivery.facts, t)


def results(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    found = _round(db, delivery)
    if found is None or found[1].state is not RoundState.CLOSED:
        return None
    t, zone = _reader(db, delivery.receiver, services)
    return results_views.results_message(round_results(db, *found), t, zone)


def _round(db: UnitOfWork, delivery: Delivery) -> tuple[Survey, Round] | None:
    found = db.rounds.get(delivery.subject)
    survey = db.surveys.get(found.survey_id) if found else None
    return (survey, found) if survey and found else None


def _reader(db: UnitOfWork, member_id: str, services: Services) -> tuple[Translator, str]:
    """The language and the zone of the one who reads it."""
    member = db.members.get(member_id) or Member(member_id)
    return services.language_of(member), services.zone_of(member)
