"""Answering one question after the other: which comes next, and what is recorded on the way. One transaction each.

Every answer is recorded at once, so that a half-finished walk loses nothing. Where a person stands is not stored: it is
in the buttons of the message, as a position and how `far` they have come. Neither tells what was answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import DomainError
from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import OwnAnswers, Round
from bot.surveys.answers.answer_values import orphaned
from bot.surveys.answers.answering import Asked, own_answers, record
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody stands in a round: at a position, having come `far` (positions, from 0 on)."""

    round_id: str
    at: int
    far: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a step led. `at` is the position to ask next, None at the end; then `is_finished` says whether anything at
    all was answered. `own` are the person's answers by now, for forms only."""

    asked: Asked
    at: int | None
    far: int
    own: OwnAnswers
    is_finished: bool


def start(db: UnitOfWork, round_id: str, member_id: str) -> Moved:
    """Where to begin, or to go on: at the first question that has to be answered and is not. Raises as `own_answers`
    does."""
    own = own_answers(db, round_id, member_id)
    missing = _missing(own.asked.round, own.answers)
    if missing is None and own.answers.is_finished(own.asked.round.questions):
        return Moved(own.asked, None, 0, own.answers, is_finished=True)
    at = missing if missing is not None and (own.answers.values or own.answers.texts) else 0
    return Moved(own.asked, at, at, own.answers, is_finished=False)


def look(db: UnitOfWork, step: Step, member_id: str) -> Moved:
    """The question at a step, without recording anything. Raises as `own_answers` does, and DomainError `core.stale`
    for a position that the round does not have."""
    own = own_answers(db, step.round_id, member_id)
    question_at(own.asked.round, step)
    return Moved(own.asked, step.at, max(step.far, step.at), own.answers, is_finished=False)


def answer(
    db: UnitOfWork,
    step: Step,
    member_id: str,
    values: Mapping[str, int | None],
    texts: Mapping[str, str],
) -> Moved:
    """Record the answer to the question at a step and go on. Raises as `answering.record` does."""
    asked = record(db, step.round_id, member_id, values, texts)
    return _onwards(db, asked, step, member_id)


def choose(db: UnitOfWork, step: Step, member_id: str, value: int) -> Moved:
    """Record a value for the question at a step and go on; a reason that it is not asked for goes."""
    question = question_at(own_answers(db, step.round_id, member_id).asked.round, step)
    return answer(db, step, member_id, {question.id: value}, orphaned(question, value))


def skip(db: UnitOfWork, step: Step, member_id: str) -> Moved:
    """Take back what was answered at a step, if anything, and go on. Raises DomainError `surveys.answer.needed` for a
    question that has to be answered."""
    question = question_at(own_answers(db, step.round_id, member_id).asked.round, step)
    if question.required:
        raise DomainError("surveys.answer.needed")
    if question.kind is QuestionKind.TEXT:
        return answer(db, step, member_id, {}, {question.id: ""})
    return answer(db, step, member_id, {question.id: None}, {question.id: ""})


def question_at(asking: Round, step: Step) -> Question:
    """Raises DomainError `core.stale` for a position that the round does not have."""
    if not 0 <= step.at < len(asking.questions):
        raise DomainError("core.stale")
    return asking.questions[step.at]


def _onwards(db: UnitOfWork, asked: Asked, step: Step, member_id: str) -> Moved:
    """The next question; after the last one the first that has to be answered and is not, or the end."""
    questions = asked.round.questions
    own = db.answers.own(step.round_id, member_id, [each.id for each in questions])
    following = step.at + 1
    if following < len(questions):
        return Moved(asked, following, max(step.far, following), own, is_finished=False)
    missing = _missing(asked.round, own)
    return Moved(asked, missing, len(questions) - 1, own, is_finished=own.is_finished(questions))


def _missing(asking: Round, own: OwnAnswers) -> int | None:
    given = {*own.values, *own.texts}
    required = (at for at, each in enumerate(asking.questions) if each.required and each.id not in given)
    return next(required, None)
