"""What a person answers, changes and adds in a round: one transaction each.

Nothing here is remembered about when or in which order people answered: the same click twice just stores the same
again, so no key of it is kept either.
"""

from dataclasses import dataclass

from bot.domain.enps import EnpsClass, classify
from bot.domain.errors import DomainError
from bot.domain.surveys import Round, RoundState, Survey
from bot.surveys.service import QUESTION
from storage import UnitOfWork

COMMENT_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """The round a person was asked in, and its survey."""

    survey: Survey
    round: Round


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What a person answered so far, to be shown to them alone, in a form."""

    asked: Asked
    score: int | None
    comment: str

    @property
    def enps_class(self) -> EnpsClass | None:
        return None if self.score is None else classify(self.score, self.asked.round.scale)


def record_answer(db: UnitOfWork, round_id: str, member_id: str, score: int) -> Asked:
    """Record or change a person's score.

    Raises DomainError `surveys.round_closed`, `surveys.not_invited`, `surveys.key_lost`, and `core.stale` for a score
    that this round never offered.
    """
    asked = open_asked(db, round_id)
    try:
        classify(score, asked.round.scale)
    except ValueError:
        raise DomainError("core.stale") from None
    db.answers.record_score(round_id, member_id, QUESTION, score)
    return asked


def record_comment(db: UnitOfWork, round_id: str, member_id: str, text: str) -> Asked:
    """Record, change or (with nothing in it) remove a person's comment. Raises as `record_answer` does, and
    `surveys.comment_too_long`."""
    asked = open_asked(db, round_id)
    comment = text.strip()
    if len(comment) > COMMENT_LENGTH:
        raise DomainError("surveys.comment_too_long", most=COMMENT_LENGTH)
    db.answers.record_comment(round_id, member_id, comment)
    return asked


def own_answer(db: UnitOfWork, round_id: str, member_id: str) -> OwnAnswer:
    """A person's own answer while the round is open. Raises DomainError `surveys.round_closed`,
    `surveys.not_invited`."""
    asked = open_asked(db, round_id)
    if db.rounds.invitation(round_id, member_id) is None:
        raise DomainError("surveys.not_invited")
    score = db.answers.score_of(round_id, member_id, QUESTION)
    return OwnAnswer(asked, score, db.answers.comment_of(round_id, member_id) or "")


def asked_in(db: UnitOfWork, round_id: str) -> Asked:
    """A round and its survey, open or not. Raises DomainError `core.stale` when there is no such round."""
    found = db.rounds.get(round_id)
    survey = db.surveys.get(found.survey_id) if found else None
    if found is None or survey is None:
        raise DomainError("core.stale")
    return Asked(survey, found)


def open_asked(db: UnitOfWork, round_id: str) -> Asked:
    """As `asked_in`, but only while people may answer; else DomainError `surveys.round_closed`."""
    asked = asked_in(db, round_id)
    if asked.round.state is not RoundState.OPEN:
        raise DomainError("surveys.round_closed")
    return asked
