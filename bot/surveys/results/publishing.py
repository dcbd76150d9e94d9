"""Deciding, once and for good, what may be shown of a round: after its close, while the round key is still there.

The rules are the domain's (`bot.domain.privacy`); here the facts they need are put together, and the outcome is kept in
the round. Whoever shows results reads that, and nothing else.

It takes three steps, as the comparison with earlier rounds may take seconds, in which nobody who answers elsewhere
should have to wait: closing is one short transaction, considering is reading alone, keeping is another short
transaction. That one is for one at a time in a workspace, and refuses what was considered before something else was
decided: of two rounds that close at the same moment the second is compared with the first. The seal waits for it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import privacy
from bot.domain.comparisons import LOOK_BACK
from bot.domain.privacy import EarlierRound
from bot.domain.publications import Published
from bot.domain.surveys import Invitation, Round, RoundFacts, RoundState, SegmentFacts
from bot.surveys.results.owing import results_owed
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be shown of a round, and beside which earlier ones (their ids) that was found."""

    round_id: str
    published: Published
    beside: frozenset[str]


def close(db: UnitOfWork, now: datetime, running: Round) -> Round:
    """Close a round; the round as it is stored now. One transaction with whatever closes it.

    First it is closed, then it is counted: on PostgreSQL closing waits for the answers that are just being stored, and
    a count from before would contradict them.
    """
    db.answers.carry_over(running.id)
    closed = replace(running, state=RoundState.CLOSED, closed_at=now, answered=None)
    db.rounds.update(closed)
    counted = replace(closed, answered=db.rounds.answered_count(closed.id))
    db.rounds.update(counted)
    return counted


def consider(db: UnitOfWork, closed: Round) -> Decision:
    """What may be shown of a round that is closed. Reads alone."""
    facts = db.rounds.facts(closed.id)
    invited = db.rounds.invitations(closed.id)
    # Of a round that was taken over from elsewhere it is not known who was asked: there is nobody to compare.
    rounds = _comparable(db, closed) if invited else []
    asked = {each.id: {one.member_id: one.segment for one in db.rounds.invitations(each.id)} for each in rounds}
    earlier = [
        EarlierRound(each, asked[each.id], tuple(db.answers.named(each.id))) for each in rounds if asked[each.id]
    ]
    published = privacy.publish(facts, _segments(db, facts, invited), earlier)
    return Decision(closed.id, published, frozenset(each.id for each in rounds))


def keep(db: UnitOfWork, now: datetime, decision: Decision) -> bool:
    """Keep what was decided, and owe the results to those who were announced. False, and nothing changes, where the
    round is decided already, or another one was meanwhile that it has to be compared with."""
    db.workspace.lock()
    closed = db.rounds.get(decision.round_id)
    if closed is None or closed.state is not RoundState.CLOSED or closed.published is not None:
        return False
    is_known = bool(db.rounds.invitations(closed.id))
    if is_known and frozenset(each.id for each in _comparable(db, closed)) != decision.beside:
        return False
    decided = replace(closed, published=decision.published)
    db.rounds.update(decided)
    survey = db.surveys.get(closed.survey_id)
    if survey is not None and closed.closed_at is not None and not closed.sealed:
        db.deliveries.add_many(results_owed(db, now, survey, decided))
    return True


def decide(db: UnitOfWork, now: datetime, closed: Round) -> bool:
    """Both in one transaction, for rounds that are quickly decided: those that came from elsewhere."""
    return keep(db, now, consider(db, closed))


def _segments(db: UnitOfWork, facts: RoundFacts, invited: Sequence[Invitation]) -> list[SegmentFacts]:
    """The groups of the breakdown, the empty name for who is in none: everybody, where nothing is broken down."""
    closed = facts.round
    if not invited:
        return []
    if not closed.definition.breakdown:
        everybody = frozenset(each.member_id for each in invited)
        return [SegmentFacts("", everybody, facts.answered, facts.counts)]
    people: defaultdict[str, list[str]] = defaultdict(list)
    answered: defaultdict[str, int] = defaultdict(int)
    for each in invited:
        people[each.segment].append(each.member_id)
        answered[each.segment] += each.answered
    counts = db.answers.counts_of(closed.id, people, [each.id for each in closed.questions])
    return [
        SegmentFacts(segment, frozenset(members), answered[segment], counts[segment])
        for segment, members in sorted(people.items())
    ]


def _comparable(db: UnitOfWork, closed: Round) -> list[Round]:
    """The rounds something was shown of before, and that could be compared with this one."""
    since = (closed.closed_at or closed.closes_at) - LOOK_BACK
    return [
        each
        for each in db.rounds.closed_since(since)
        if each.id != closed.id and each.published is not None and _can_be_compared(each, closed)
    ]


def _can_be_compared(before: Round, closed: Round) -> bool:
    """Whether they asked one question in common."""
    return any(
        privacy.asks_alike(before.survey_id, one, closed.survey_id, other)
        for one in before.questions
        for other in closed.questions
    )
