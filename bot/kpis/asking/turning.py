"""Messages that asked for a value turn into what became of it: whatever is logged, corrected or undone for their
period, by whom and in whichever way. What they then say is decided when they are changed (`deliveries`)."""

from datetime import datetime

from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.entries import Entry
from bot.domain.schedules import ScheduleKind
from bot.waiting import KPI_ASK_CHANGED, KPI_ASKED, KPI_REMINDED, ask_subject
from storage import UnitOfWork

_IN_SLACK = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)
"""Those on their way may have been worded before the change."""


def turn_asks(db: UnitOfWork, entry: Entry, now: datetime) -> None:
    """Owes every message that asks for the period an entry counts for its new wording."""
    schedule = db.schedules.of_subject(ScheduleKind.KPI, entry.kpi_key)
    made = db.schedules.latest(schedule.id) if schedule else None
    if made is None:
        return
    for ask in asks_of(db, ask_subject(entry.kpi_key, made.local_date)):
        if ask.facts["first"] <= entry.on.isoformat() <= ask.facts["last"]:
            turn(db, ask, f"{entry.id}:{entry.state}", now)


def turn(db: UnitOfWork, ask: Delivery, why: str, now: datetime, **facts: str) -> None:
    """Owes one message its new wording, once for each `why`."""
    if ask.state not in _IN_SLACK:
        return
    db.deliveries.add(
        NewDelivery(
            KPI_ASK_CHANGED,
            f"{ask.subject}:{why}:{ask.purpose}",
            ask.receiver,
            now,
            verb=Verb.UPDATE,
            target_id=ask.id,
            facts={**ask.facts, **facts},
        )
    )


def asks_of(db: UnitOfWork, subject: str) -> list[Delivery]:
    """The questions and reminders of one date of a KPI's schedule, sent or not."""
    return [*db.deliveries.of(KPI_ASKED, subject), *db.deliveries.of(KPI_REMINDED, subject)]
