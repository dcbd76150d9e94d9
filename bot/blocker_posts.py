"""The post of a team check-in follows what becomes of a blocker in it: taken, given another date or to somebody else,
done or let go, wherever that happens. No words here; how the post is worded belongs to `bot.checkins.team`.
"""

from datetime import datetime

from bot.domain.actions import Action, ActionSource
from bot.domain.deliveries import Delivery, NewDelivery, Verb
from storage import UnitOfWork

POST = "checkins.team_post"
"""What came together: Verb.POST into the channel, subject: the run's id."""

PART = "checkins.team_part"
"""What did not fit there: Verb.REPLY into the thread of the POST, facts `part` (1, 2, …) and `blocked`: whose blockers
it tells."""

POST_CHANGED = "checkins.team_post_changed"
"""A POST or PART once a blocker in it was picked up or settled: Verb.UPDATE of it, fact `part` (0 is the POST)."""


def turn_post(db: UnitOfWork, action: Action, now: datetime) -> None:
    """Owes the message in which a blocker is told its new wording, after the promise to take it has changed; nothing
    for other promises. `now` (UTC) tells one change from the next."""
    if action.source is not ActionSource.CHECKIN:
        return
    run_id, _, blocked_id = action.source_id.partition(":")
    told = _telling(db, run_id, blocked_id, action.channel_id)
    if told is None:
        return
    became = f"{action.state}:{action.owner_id}:{action.due_on}"
    subject = f"{run_id}:{blocked_id}:{became}:{now.isoformat()}"
    facts = {"part": told.facts.get("part", "0")}
    db.deliveries.add(
        NewDelivery(POST_CHANGED, subject, told.receiver, now, verb=Verb.UPDATE, target_id=told.id, facts=facts)
    )


def _telling(db: UnitOfWork, run_id: str, blocked_id: str, channel_id: str) -> Delivery | None:
    number = 1
    while part := db.deliveries.find(PART, f"{run_id}:{number}", channel_id):
        if blocked_id in part.facts.get("blocked", "").split(","):
            return part
        number += 1
    return db.deliveries.find(POST, run_id, channel_id)
