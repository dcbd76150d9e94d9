"""Deciding, once and for good, what may be shown of a round: at its close, while the round key is still there.

The rules are the domain's (`bot.domain.privacy`); here the facts they need are put together, and the outcome is kept in
the round. Whoever shows results reads that, and nothing else.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.domain import privacy
from bot.domain.comparisons import LOOK_BACK
from bot.domain.privacy import EarlierRound
from bot.domain.surveys import Invitation, Round, RoundFacts, RoundState, SegmentFacts
from storage import UnitOfWork

EPOCH = datetime.fromtimestamp(0, UTC)


def publish(db: UnitOfWork, now: datetime, running: Round) -> Round:
    """Close a round and decide what may be shown of it; the round as it is stored now. One transaction with whatever
    closes it."""
    answered = db.rounds.answered_count(running.id)
    closed = replace(running, state=RoundState.CLOSED, closed_at=now, answered=answered)
    db.rounds.update(closed)
    return decide(db, closed)


def decide(db: UnitOfWork, closed: Round) -> Round:
    """What may be shown of a round that is closed."""
    facts = db.rounds.facts(closed.id)
    invited = db.rounds.invitations(closed.id)
    # Of a round that was taken over from elsewhere it is not known who was asked: there is nobody to compare.
    earlier = _earlier(db, closed) if invited else []
    published = privacy.publish(facts, _segments(db, facts, invited), earlier)
    decided = replace(closed, answered=facts.answered, published=published)
    db.rounds.update(decided)
    return decided


def undecided(db: UnitOfWork) -> list[Round]:
    """Closed rounds of which nothing is decided yet, oldest first: those that were closed before this was kept."""
    return [each for each in db.rounds.closed_since(EPOCH) if each.published is None]


def decide_all(db: UnitOfWork) -> int:
    """Decide what is undecided, the oldest first, as later ones are compared with it; how many there were."""
    waiting = undecided(db)
    for closed in waiting:
        decide(db, closed)
    return len(waiting)


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


def _earlier(db: UnitOfWork, closed: Round) -> list[EarlierRound]:
    """Everything that was shown before and could be compared with this."""
    since = (closed.closed_at or closed.closes_at) - LOOK_BACK
    rounds = [
        each
        for each in db.rounds.closed_since(since)
        if each.id != closed.id and each.published is not None and _can_be_compared(each, closed)
    ]
    asked = {each.id: {one.member_id: one.segment for one in db.rounds.invitations(each.id)} for each in rounds}
    return [EarlierRound(each, asked[each.id]) for each in rounds if asked[each.id]]


def _can_be_compared(before: Round, closed: Round) -> bool:
    """Whether they asked one question in common."""
    return any(
        privacy.same_question(before.survey_id, one, closed.survey_id, other)
        for one in before.questions
        for other in closed.questions
    )
