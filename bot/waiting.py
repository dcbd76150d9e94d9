"""Which open questions wait for a member, for every feature that says so. No words and no layout here."""

from dataclasses import dataclass
from datetime import datetime

from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open question that a member has not answered: the channel whose survey asks and until when (UTC)."""

    channel_id: str
    closes_at: datetime


def waiting_for(db: UnitOfWork, member_id: str) -> list[Waiting]:
    """The open rounds in which the member is asked and has not answered; the one that closes first comes first."""
    found = []
    for survey_round in db.rounds.open_for(member_id):
        invitation = db.rounds.invitation(survey_round.id, member_id)
        survey = db.surveys.get(survey_round.survey_id)
        if invitation and not invitation.answered and survey:
            found.append(Waiting(survey.channel_id, survey_round.closes_at))
    return found
