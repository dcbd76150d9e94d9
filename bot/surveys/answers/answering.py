"""What a person answers, changes and adds in a round: one transaction each.

Nothing here is remembered about when or in which order people answered: the same click twice just stores the same
again, so that no key of it is kept either.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import DomainError
from bot.domain.questions import KINDS, TEXT_LENGTH, Question, accept
from bot.domain.surveys import FollowUp, OwnAnswers, Round, RoundState, Survey
from bot.surveys.answers.answer_values import orphaned
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Asked:
    """The round a person was asked in, and its survey."""

    survey: Survey
    round: Round


@dataclass(frozen=True, slots=True)
class Own:
    """What a person answered so far, to be shown to them alone, in a form."""

    asked: Asked
    answers: OwnAnswers


def record(
    db: UnitOfWork,
    round_id: str,
    member_id: str,
    values: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Asked:
    """Record or change a person's answers by question id: values as the question takes them (None takes one back), and
    texts (with nothing in it, taken back), which are answers to texts and the reasons given for the others.

    Raises DomainError `surveys.round_closed`, `surveys.not_invited`, `surveys.key_lost`, `surveys.comment_too_long`,
    and `core.stale` for a question or value that this round never offered. Then nothing is stored.
    """
    return _recorded(db, open_asked(db, round_id), member_id, values or {}, texts or {})


def _recorded(
    db: UnitOfWork, asked: Asked, member_id: str, values: Mapping[str, object], texts: Mapping[str, str]
) -> Asked:
    accepted = {
        question_id: None if value is None else accept(_counted(asked.round, question_id), value)
        for question_id, value in values.items()
    }
    said = {question_id: text.strip() for question_id, text in texts.items()}
    for question_id, text in said.items():
        _known(asked.round, question_id)
        if len(text) > TEXT_LENGTH:
            raise DomainError("surveys.comment_too_long", most=TEXT_LENGTH)
    db.answers.record(asked.round.id, member_id, accepted, said)
    return asked


def record_only(db: UnitOfWork, round_id: str, member_id: str, value: object) -> Asked:
    """Record or change the answer to the only question of a round; a reason that it is not asked for goes. Raises as
    `record` does, and DomainError `core.stale` for a round that asks more."""
    asked = open_asked(db, round_id)
    if len(asked.round.questions) != 1:
        raise DomainError("core.stale")
    question = asked.round.questions[0]
    accepted = accept(_counted(asked.round, question.id), value)
    return _recorded(db, asked, member_id, {question.id: accepted}, orphaned(question, accepted))


def own_answers(db: UnitOfWork, round_id: str, member_id: str) -> Own:
    """A person's own answers while the round is open. Raises DomainError `surveys.round_closed`,
    `surveys.not_invited`."""
    asked = open_asked(db, round_id)
    if db.rounds.invitation(round_id, member_id) is None:
        raise DomainError("surveys.not_invited")
    return Own(asked, db.answers.own(round_id, member_id, [each.id for each in asked.round.questions]))


def what_followed(db: UnitOfWork, asking: Round) -> FollowUp | None:
    """What followed from the round before, if its author said so; else what followed from the one before that, if that
    was said when the round before had asked already, so that nobody read it at its beginning."""
    before = db.rounds.previous_closed(asking.survey_id, asking.number)
    if before is None:
        return None
    said = db.rounds.follow_up_of(before.id)
    if said is not None:
        return said
    earlier = db.rounds.previous_closed(asking.survey_id, before.number)
    late = db.rounds.follow_up_of(earlier.id) if earlier else None
    return late if late and late.at >= before.opened_at else None


def asked_in(db: UnitOfWork, round_id: str) -> Asked:
    """A round and its survey, open or not. Raises DomainError `core.stale` when there is no such round."""
    found = db.rounds.get(round_id)
    survey = db.surveys.get(found.survey_id) if found else None
    if found is None or survey is None:
        raise DomainError("core.stale")
    return Asked(survey, found)


def asked_of(db: UnitOfWork, round_id: str, member_id: str) -> Asked:
    """As `asked_in`, for somebody whom the round asked; DomainError `surveys.not_invited` for everybody else."""
    asked = asked_in(db, round_id)
    if db.rounds.invitation(round_id, member_id) is None:
        raise DomainError("surveys.not_invited")
    return asked


def open_asked(db: UnitOfWork, round_id: str) -> Asked:
    """As `asked_in`, but only while people may answer; else DomainError `surveys.round_closed`."""
    asked = asked_in(db, round_id)
    if asked.round.state is not RoundState.OPEN:
        raise DomainError("surveys.round_closed")
    return asked


def _known(asking: Round, question_id: str) -> Question:
    question = asking.definition.question(question_id)
    if question is None:
        raise DomainError("core.stale")
    return question


def _counted(asking: Round, question_id: str) -> Question:
    question = _known(asking, question_id)
    if not KINDS[question.kind].is_counted:
        raise DomainError("core.stale")
    return question
