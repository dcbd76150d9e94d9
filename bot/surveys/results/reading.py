"""What came out of a round, put together from what was decided at its close (`publishing`), for one reader. No wording.

Who may see it: the survey's author, those whom the respondents were told would get the results, and admins. Names, in a
round that shows them: only those of whom the respondents were told, and never a channel. For them everything is put
together as they read it, and kept nowhere; everybody else sees of such a round what an anonymous one would show.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from bot.domain import privacy
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.publications import Published
from bot.domain.questions import Question
from bot.domain.surveys import NamedAnswer, Round, RoundState, SegmentFacts, Survey
from bot.surveys.outcomes import QuestionResult, RoundResults, SurveyResults
from bot.surveys.results.courses import comparison, course
from storage import UnitOfWork


def survey_results(db: UnitOfWork, member: Member, survey: Survey) -> SurveyResults:
    """The results for somebody who may see them. Raises DomainError `surveys.members_only`, `surveys.not_yours`,
    `surveys.no_round_yet`, and `surveys.results_soon` for the moment after a close."""
    closed = newest_closed(db, survey)
    require_reader(survey, closed, member)
    running = db.rounds.open_of(survey.id)
    if any(each.published is None for each in db.rounds.of_survey(survey.id) if each.state is RoundState.CLOSED):
        raise DomainError("surveys.results_soon", handle=survey.handle)
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
    earlier = [_seen(db, survey, each, reader) for each in closed_rounds(db, survey) if each.number < closed.number]
    sees_names = _sees_names(survey, closed, reader)
    people = _people(db, closed) if sees_names else ()
    seen = _seen(db, survey, closed, reader, people)
    published = seen.published or closed.published
    texts = _texts(db, seen) if sees_names or not closed.definition.is_named else {}
    return RoundResults(
        survey,
        seen,
        published,
        tuple(_question(seen, published, each, earlier, texts) for each in closed.questions),
        trend=course(seen, earlier),
        people=people,
        action=db.rounds.follow_up_of(closed.id),
        may_act=bool(reader and closed.published.answered) and (reader == survey.created_by or is_admin),
        in_channel=bool(reader) and reader == closed.definition.receivers.channel_id,
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


def _sees_names(survey: Survey, closed: Round, reader: str) -> bool:
    return closed.definition.is_named and reader in told_names(survey, closed)


def _seen(db: UnitOfWork, survey: Survey, closed: Round, reader: str, people: Sequence[NamedAnswer] = ()) -> Round:
    """A round as a reader sees it: with what was published, or, where they see names, with everything. `people`, who
    answered what, are for the groups: without them there are none."""
    if not _sees_names(survey, closed, reader):
        return closed
    facts = db.rounds.facts(closed.id)
    if not (facts.counts or facts.texts):  # nobody answered, or it is past its time (`storage.retention`)
        return closed
    everything = privacy.publish_named(facts, _groups(db, closed, people))
    return replace(closed, published=everything)


def _groups(db: UnitOfWork, closed: Round, people: Sequence[NamedAnswer]) -> list[SegmentFacts]:
    """The groups of a round with names, also of a sealed one: who answered is known from what they said."""
    if not closed.definition.breakdown or not people:
        return []
    answered = {each.member_id for each in people}
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for each in db.rounds.invitations(closed.id):
        asked[each.segment].add(each.member_id)
    counts = db.answers.counts_of(closed.id, asked, [each.id for each in closed.questions])
    return [
        SegmentFacts(segment, frozenset(members), len(members & answered), counts[segment])
        for segment, members in sorted(asked.items())
    ]


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
    texts = db.rounds.texts(closed.id)
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
