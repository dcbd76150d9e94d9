"""The results as they are sent, and what the author is asked about them; worded at the moment they are sent."""

from datetime import datetime

from bot.commands import Registry
from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.domain.surveys import Round, RoundState, Survey, SurveyState
from bot.i18n import Translator
from bot.services import Services
from bot.slack.blocks import Message, section
from bot.slack.people import is_person
from bot.surveys.results import action_views, results_views
from bot.surveys.results.actions import ACTION_WANTED, RESULTS_ACTED, WANTED_SETTLED, is_unsaid
from bot.surveys.results.owing import AUTHOR_LEFT, PAGE, RESULTS, RESULTS_GO_ON
from bot.surveys.results.reading import round_results
from storage import UnitOfWork


def register(registry: Registry) -> None:
    for purpose in (RESULTS, RESULTS_GO_ON, RESULTS_ACTED):
        registry.delivery(purpose, results)
    registry.delivery(ACTION_WANTED, action_wanted)
    registry.delivery(WANTED_SETTLED, action_settled)
    registry.delivery(AUTHOR_LEFT, author_left)


def results(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    """A page of the results for a person, in their language, or for a channel, in the workspace's, without buttons.
    Nothing to who is no longer a member here."""
    found = _closed(db, delivery)
    reader = _reader(db, delivery.receiver, services)
    if found is None or reader is None:
        return None
    t, zone, is_admin = reader
    shown = round_results(db, *found, delivery.receiver, is_admin=is_admin)
    page = int(delivery.facts.get(PAGE, "0"))
    if page >= results_views.page_count(shown):
        return None
    return results_views.results_message(
        shown, t, zone, page, is_private=is_person(delivery.receiver), is_last=bool(delivery.facts.get("last"))
    )


def action_wanted(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    """Nothing once it was said what follows, the next round has closed too, or the survey was removed."""
    found = _closed(db, delivery)
    reader = _reader(db, delivery.receiver, services)
    if found is None or reader is None or found[0].state is SurveyState.DELETED or not is_unsaid(db, found[1]):
        return None
    return action_views.wanted_message(found[0], found[1].id, reader[0])


def action_settled(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    found = _closed(db, delivery)
    reader = _reader(db, delivery.receiver, services)
    action = db.rounds.follow_up_of(found[1].id) if found else None
    if found is None or reader is None or action is None:
        return None
    return action_views.said_message(found[0], action, reader[0])


def author_left(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    """For an admin: the survey's author is no longer here to read its results."""
    survey, reader = db.surveys.get(delivery.subject), _reader(db, delivery.receiver, services)
    if survey is None or reader is None or survey.state is SurveyState.DELETED:
        return None
    text = reader[0]("surveys.results.author_left", person=f"<@{survey.created_by}>", handle=survey.handle)
    return Message(text, (section(text),))


def _closed(db: UnitOfWork, delivery: Delivery) -> tuple[Survey, Round] | None:
    """The round a delivery is about, once it is decided what may be shown of it."""
    found = db.rounds.get(delivery.subject.split(":", 1)[0])
    survey = db.surveys.get(found.survey_id) if found else None
    if survey is None or found is None or found.state is not RoundState.CLOSED or found.published is None:
        return None
    return survey, found


def _reader(db: UnitOfWork, receiver: str, services: Services) -> tuple[Translator, str, bool] | None:
    """Language, zone, and whether it is an admin; None for people who may not see results any more."""
    if not is_person(receiver):
        return services.texts.t(services.settings.locale), services.settings.timezone, False
    member = db.members.get(receiver) or Member(receiver)
    return None if member.left_out else (services.language_of(member), services.zone_of(member), member.is_admin)
