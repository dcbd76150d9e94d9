"""What came out of a round, put together from what may be published. No wording, no arithmetic of its own."""

from bot.domain import enps, privacy
from bot.domain.enps import Change, Tally
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.privacy import Publication
from bot.domain.surveys import Round, RoundState, Survey
from bot.surveys.outcomes import LOW_RATE, RoundResults, SurveyResults, TrendPoint, response_rate
from bot.surveys.service import require_owner
from storage import UnitOfWork

RATES_APART = 20
"""Rounds whose response rates lie further apart than this (in percentage points) are not compared."""
TREND_ROUNDS = 12


def survey_results(db: UnitOfWork, member: Member, survey: Survey) -> SurveyResults:
    """The results for somebody who may see them. Raises DomainError `surveys.not_yours`, `surveys.no_round_yet`."""
    require_owner(survey, member)
    running = db.rounds.open_of(survey.id)
    closed = next((each for each in db.rounds.of_survey(survey.id) if each.state is RoundState.CLOSED), None)
    if running is None and closed is None:
        raise DomainError("surveys.no_round_yet", handle=survey.handle)
    newest = round_results(db, survey, closed) if closed else None
    return SurveyResults(survey, newest, running, db.rounds.answered_count(running.id) if running else 0)


def round_results(db: UnitOfWork, survey: Survey, closed: Round) -> RoundResults:
    """All that may be published of a round."""
    facts = db.rounds.facts(closed.id)
    published = privacy.publication(facts)
    trend = _trend(db, closed)
    if published.tally is None:
        return RoundResults(survey, closed, published, trend=trend)
    before = db.rounds.previous_closed(survey.id, closed.number)
    change, rates_differ = _change(db, before, closed, published, published.tally)
    low = response_rate(published) < LOW_RATE
    return RoundResults(
        survey,
        closed,
        published,
        interval=enps.interval(published.tally),
        certainty=enps.certainty(published.answers),
        worst_case=enps.worst_case(published.tally, published.asked) if low else None,
        compared_with=before,
        change=change,
        rates_differ=rates_differ,
        comments=facts.comments if published.comments_shown else (),
        trend=trend,
    )


def _change(
    db: UnitOfWork, before: Round | None, closed: Round, published: Publication, counted: Tally
) -> tuple[Change | None, bool]:
    """The change since the round before, if the two can be compared, and whether their response rates forbid it."""
    if before is None or before.scale != closed.scale:
        return None, False
    earlier = privacy.publication(db.rounds.facts(before.id))
    if earlier.tally is None:
        return None, False
    if abs(response_rate(earlier) - response_rate(published)) > RATES_APART:
        return None, True
    return enps.compare(earlier.tally, counted), False


def _trend(db: UnitOfWork, closed: Round) -> tuple[TrendPoint, ...]:
    """The published scores up to this round, oldest first, of rounds on the same scale."""
    rounds = [
        each
        for each in db.rounds.of_survey(closed.survey_id)
        if each.state is RoundState.CLOSED and each.number <= closed.number and each.scale == closed.scale
    ]
    points = []
    for each in reversed(rounds[:TREND_ROUNDS]):
        counted = privacy.publication(db.rounds.facts(each.id)).tally
        if counted is not None:
            points.append(TrendPoint(each, enps.score(counted)))
    return tuple(points)
