"""When each person of a round is asked: in their own working hours, spread if that is wished, and within what one
person may be asked over all surveys. The rules themselves are the domain's (`bot.domain.prompting`); here is what
people were sent and are owed.

Reminders to come take nobody's place: they give way when their turn comes (`prompts.day_is_full`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.calendars import OwnCalendar
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.prompting import WEEK, Prompt, Slot, Spread, next_free, spread_moment
from bot.domain.surveys import Round
from bot.surveys.asking.prompts import ASK, PROMPTS, WEIGHTY, reached_at
from storage import UnitOfWork

LOOKED_BACK = timedelta(days=WEEK + 1)
"""What was sent before that shares no week with anything from now on, wherever somebody lives."""

Owed = Mapping[str, Sequence[Prompt]]
"""What was sent to people lately and is still to come, by member id."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A round's question to be planned: `size` questions, spread over a while or not, before an aware moment. `seed`
    makes the spread come out the same when it is planned again."""

    size: int
    spread: Spread
    before: datetime
    seed: str

    @classmethod
    def of(cls, opened: Round) -> "Asking":
        return cls(opened.definition.size, opened.definition.spread, opened.closes_at, opened.id)


def owed_to(db: UnitOfWork, people: Collection[str], now: datetime) -> dict[str, list[Prompt]]:
    """What these people were sent in the last week and are owed, of whatever survey. Reminders and questions asked once
    more count as prompts without questions of their own."""
    since = now - LOOKED_BACK
    sizes = {each.id: each.definition.size for each in (*db.rounds.open(), *db.rounds.closed_since(since))}
    owed: defaultdict[str, list[Prompt]] = defaultdict(list)
    for each in db.deliveries.to_many(people, sizes, PROMPTS, since):
        at = _counts_at(each)
        if at is not None:
            owed[each.receiver].append(Prompt(at, sizes[each.subject] if each.purpose == ASK else 0))
    return owed


def moments(asking: Asking, calendars: Mapping[str, OwnCalendar], owed: Owed, now: datetime) -> dict[str, Slot]:
    """When each person is asked, by member id, from an aware moment on. Who is not at work before the close gets no
    slot. People who share a calendar and are owed the same share their moment too, unless it is spread."""
    slots: dict[str, Slot] = {}
    shared: dict[tuple[OwnCalendar, tuple[Prompt, ...]], Slot | None] = {}
    for member_id, own in calendars.items():
        prompts = tuple(owed.get(member_id, ()))
        if asking.spread is not Spread.NONE:
            slot = _slot(asking, member_id, own, prompts, now)
        else:
            if (own, prompts) not in shared:
                shared[own, prompts] = _slot(asking, member_id, own, prompts, now)
            slot = shared[own, prompts]
        if slot is not None:
            slots[member_id] = slot
    return slots


def _slot(asking: Asking, member_id: str, own: OwnCalendar, prompts: Sequence[Prompt], now: datetime) -> Slot | None:
    first = own.next_moment(now)
    if first >= asking.before:
        return None
    wished = spread_moment(first, asking.spread, f"{asking.seed}:{member_id}", own.zone, own.next_day, asking.before)
    keeps_time = asking.spread is not Spread.NONE
    return next_free(wished, asking.size, prompts, own.zone, own.next_day, asking.before, keeps_time=keeps_time)


def _counts_at(prompt: Delivery) -> datetime | None:
    """When a prompt takes a place; None for one that takes none."""
    if prompt.state is DeliveryState.SENDING:
        return prompt.started_at or prompt.due_at
    if prompt.state is DeliveryState.DUE:
        return prompt.due_at if prompt.purpose in WEIGHTY else None
    return reached_at(prompt)
