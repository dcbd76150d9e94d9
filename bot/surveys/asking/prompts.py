"""The messages that ask somebody in a round: the question, reminders, the question again. Which of them are in the
conversation, and which keeps silent because another one speaks. When they are due: `launching` and `reminding`.

What their rows tell is what the conversation itself tells: which messages went to a person. A reminder that was skipped
shows that its receiver had finished by then (or was away, or gone). In a sealed database that joins with nothing: the
answers have no time. With copies from around that moment it does, which docs/privacy.md says.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.members import Member
from bot.domain.prompting import MOST_A_DAY
from bot.domain.surveys import Round
from storage import UnitOfWork

ASK = "surveys.question"
FIRST_REMINDER = "surveys.reminder_1"
SECOND_REMINDER = "surveys.reminder_2"
BY_HAND = ("surveys.reminder_by_hand_1", "surveys.reminder_by_hand_2")
ASK_AGAIN = "surveys.question_again"
PROMPT_CLOSED = "surveys.question_closed"

PROMPTS = (FIRST_REMINDER, SECOND_REMINDER, *BY_HAND, ASK_AGAIN, ASK)
"""Those that ask, the weightier the later: of two that come together the weightier one is sent."""

WEIGHTY = (ASK, ASK_AGAIN, *BY_HAND)
"""Those that take their place in a day before they are sent. The two usual reminders give way to them."""

APART = timedelta(hours=12)
"""More than a working day, less than the night between two: nobody gets two prompts of a round on one day."""

_OUT = (DeliveryState.SENT, DeliveryState.AMBIGUOUS)
_GOING_OUT = (DeliveryState.DUE, DeliveryState.SENDING)


def prompts_to(db: UnitOfWork, round_id: str, member_id: str) -> list[Delivery]:
    """Everything that asks this member in this round, sent or not, by when it is due."""
    return db.deliveries.to(member_id, round_id, PROMPTS)


def places(db: UnitOfWork, round_id: str, member_id: str, besides: str) -> list[tuple[str, str]]:
    """Where in Slack (channel, ts) this member's prompts of this round are, but for the message `besides` (its ts)."""
    return [
        (each.channel, each.ts)
        for each in prompts_to(db, round_id, member_id)
        if each.channel and each.ts and each.ts != besides
    ]


def has_tomorrow(asking: Round, now: datetime) -> bool:
    """Whether "ask me tomorrow" makes sense at all: on its last day a round has no tomorrow."""
    return asking.closes_at - now > timedelta(days=1)


def reached_at(prompt: Delivery) -> datetime | None:
    """When a prompt reached its receiver, or might have; None for one that did not, or not yet."""
    return (prompt.started_at or prompt.due_at) if prompt.state in _OUT else None


def gives_way(reminder: Delivery, others: Iterable[Delivery], now: datetime) -> bool:
    """Whether a reminder keeps silent: another prompt just reached the same person, or a weightier one is about to; and
    always while the question itself is still to come, as for those who wished to be asked later."""
    return any(_silences(other, reminder, now) for other in others if other.id != reminder.id)


def is_still_asked(asking: Round, member: Member | None) -> bool:
    """Whether somebody who was invited may still be asked and reminded: not once they were deactivated, or became
    somebody whom the round leaves out. Of who is unknown nothing speaks against it."""
    return member is None or member.left_out is None or member.left_out in asking.definition.audience.included


def day_is_full(db: UnitOfWork, reminder: Delivery, zone: str, now: datetime) -> bool:
    """Whether a reminder keeps silent because its receiver has as many prompts as a day may bring, of whatever survey:
    those they got on their local date (`zone`) already, and what is still to come and weightier."""
    today = now.astimezone(ZoneInfo(zone)).date()
    yesterday = now - timedelta(days=1)
    rounds = {each.id for each in (*db.rounds.open_for(reminder.receiver), *db.rounds.closed_since(yesterday))}
    prompts = db.deliveries.to_many([reminder.receiver], rounds, PROMPTS, yesterday)
    taken = sum(
        at is not None and at.astimezone(ZoneInfo(zone)).date() == today
        for at in (_taken_at(each, reminder) for each in prompts if each.id != reminder.id)
    )
    return taken >= MOST_A_DAY


def _taken_at(other: Delivery, reminder: Delivery) -> datetime | None:
    """When another prompt takes a place before this reminder, None if it does not. Of reminders that are being sent
    together, the one due first is sent first."""
    if other.state not in _GOING_OUT:
        return reached_at(other)
    if other.purpose in WEIGHTY:
        return other.due_at
    is_first = (other.due_at, other.id) < (reminder.due_at, reminder.id)
    return other.due_at if other.state is DeliveryState.SENDING and is_first else None


def _silences(other: Delivery, reminder: Delivery, now: datetime) -> bool:
    reached = reached_at(other)
    if reached is not None:
        return now - reached < APART
    if other.state not in _GOING_OUT or PROMPTS.index(other.purpose) <= PROMPTS.index(reminder.purpose):
        return False
    return other.purpose in (ASK, ASK_AGAIN) or other.state is DeliveryState.SENDING or other.due_at - now < APART
