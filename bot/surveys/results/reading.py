"""What came out of a round, put together from what was decided at its close (`publishing`), for one reader. No wording.

Who may see it: the survey's author, those whom the respondents were told would get the results, and admins. Names, in a
round that shows them: only those of whom the respondents were told, and never a channel.
"""

from hashlib import sha256

from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.publications import Published
from bot.domain.questions import Question
from bot.domain.surveys import NamedAnswer, Round, RoundState, Survey
from bot.surveys.outcomes import QuestionResult, RoundResults, SurveyResults
from bot.surveys.results.courses import comparison, course
from storage import UnitOfWork


def survey_results(db: UnitOfWork, member: Member, survey: Survey) -> SurveyResults:
    """The results for somebody who may see them. Raises DomainError `surveys.members_only`, `surveys.not_yours`,
    `surveys.no_round_yet`."""
    closed = newest_closed(db, survey)
    require_reader(survey, closed, member)
    running = db.rounds.open_of(survey.id)
    if running is None and closed is None:
        raise DomainError("surveys.no_round_yet", handle=survey.handle)
    newest = None
    if closed is not None:
        newest = round_results(db, survey, closed, member.id, is_admin=member.is_admin)
    return SurveyResults(survey, newest, running, db.rounds.answered_count(running.id) if running else 0)


def round_results(
    db: UnitOfWork, survey: Survey, closed: Round, reader: str = "", *, is_admin: bool = False
) -> RoundResults:
    """All that may be shown of a round to a reader: a member's id, or a channel's, or nobody in particular. LookupError
    when nothing is decided yet."""
    if closed.published is None:
        raise LookupError(f"what may be shown of round {closed.id} is not decided")
    earlier = [each for each in closed_rounds(db, survey) if each.number < closed.number]
    sees_names = closed.definition.is_named and reader in told_names(survey, closed)
    texts = _texts(db, closed) if sees_names or not closed.definition.is_named else {}
    return RoundResults(
        survey,
        closed,
        closed.published,
        tuple(_question(closed, closed.published, each, earlier, texts) for each in closed.questions),
        trend=course(closed, earlier),
        people=_people(db, closed) if sees_names else (),
        action=db.rounds.action_of(closed.id),
        may_act=bool(reader) and (reader == survey.created_by or is_admin),
    )


def closed_rounds(db: UnitOfWork, survey: Survey) -> list[Round]:
    """The closed rounds of a survey of which it is decided what may be shown, newest first."""
    rounds = db.rounds.of_survey(survey.id)
    return [each for each in rounds if each.state is RoundState.CLOSED and each.published is not None]


def newest_closed(db: UnitOfWork, survey: Survey) -> Round | None:
    return next(iter(closed_rounds(db, survey)), None)


def told_names(survey: Survey, closed: Round) -> frozenset[str]:
    """Those whom the respondents of a named round were told would see their names, as it was frozen at launch."""
    receivers = closed.definition.receivers
    author = [survey.created_by] if receivers.author and survey.created_by else []
    return frozenset((*receivers.people, *author))


def require_reader(survey: Survey, closed: Round | None, member: Member) -> None:
    """Raises DomainError `surveys.members_only`, `surveys.not_yours` for who may not see the results."""
    if member.left_out:
        raise DomainError("surveys.members_only")
    receivers = closed.definition.receivers.people if closed else ()
    if member.id not in (survey.created_by, *receivers) and not member.is_admin:
        raise DomainError("surveys.not_yours", handle=survey.handle)


def _question(
    closed: Round, published: Published, question: Question, earlier: list[Round], texts: dict[str, tuple[str, ...]]
) -> QuestionResult:
    one = published.question(question.id)
    if one is None:
        raise LookupError(f"nothing is decided of question {question.id}")
    return QuestionResult(question, one, comparison(closed, question, earlier), texts.get(question.id, ()))


def _texts(db: UnitOfWork, closed: Round) -> dict[str, tuple[str, ...]]:
    """The comments that may be shown, by question. Their order is made from nothing but the words themselves, so
    that it tells nothing, and is the same in each message that goes on with them."""
    shown = {each.question_id for each in closed.published.questions if each.texts_shown} if closed.published else set()
    if not shown:
        return {}
    texts = db.rounds.facts(closed.id).texts
    return {
        question_id: tuple(sorted(said, key=lambda text: sha256(f"{closed.id} {text}".encode()).digest()))
        for question_id, said in texts.items()
        if question_id in shown
    }


def _people(db: UnitOfWork, closed: Round) -> tuple[NamedAnswer, ...]:
    """Who answered what, person by person, the questions in their order."""
    order = {each.id: at for at, each in enumerate(closed.questions)}
    answers = [each for each in db.answers.named(closed.id) if each.question_id in order]
    return tuple(sorted(answers, key=lambda each: (each.member_id, order[each.question_id])))
