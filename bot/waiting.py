"""Which open surveys wait for a member, for every feature that says so. No layout here."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.surveys import Invitation, Round, Survey
from bot.i18n import Translator
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open round that a member has not finished: what its survey is called (as its author wrote it, to be escaped),
    the channel whose members it asks ("" if it asks others), how many questions it has, and until when (UTC)."""

    round_id: str
    title: str
    channel_id: str
    questions: int
    closes_at: datetime


def waiting_for(db: UnitOfWork, member_id: str, t: Translator) -> list[Waiting]:
    """The open rounds in which the member is asked and has not answered, or not everything that has to be; the one that
    closes first comes first. Named in the member's language."""
    found = []
    for asking in db.rounds.open_for(member_id):
        invitation = db.rounds.invitation(asking.id, member_id)
        survey = db.surveys.get(asking.survey_id)
        if invitation and survey and not has_finished(db, asking, invitation):
            title = _title(survey, asking, t)
            closes_at, questions = asking.closes_at, len(asking.questions)
            found.append(Waiting(asking.id, title, asking.definition.audience.only_channel, questions, closes_at))
    return found


def has_finished(db: UnitOfWork, asking: Round, invitation: Invitation) -> bool:
    """Whether somebody has answered everything that has to be answered in an open round. Who took all answers back has
    nothing left to do. Where the round key is lost nobody counts as finished."""
    if not invitation.answered:
        return False
    own = db.answers.own(asking.id, invitation.member_id, [each.id for each in asking.questions])
    return not (own.values or own.texts) or own.is_finished(asking.questions)


def _title(survey: Survey, asking: Round, t: Translator) -> str:
    """As people read it above the questions."""
    definition = asking.definition
    if definition.title or definition.template in ("", "blank"):
        return definition.title or survey.handle
    return t(f"templates.{definition.template}.name")
