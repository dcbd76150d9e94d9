"""What logging a value always does, whichever feature was told the value: the entry is kept, and the messages that
asked for it turn into what became of them. Who may log what is decided before, by the feature; reading what was typed
is in `bot.typed_values`. Each function is part of its caller's transaction.

Messages that asked for a value turn whatever is logged, corrected or undone for their period, by whom and in whichever
way. What they then say is decided when they are changed (`bot.kpis.asking.deliveries`).
"""

from datetime import datetime, timedelta

from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.entries import Entry, EntryState
from bot.domain.schedules import ScheduleKind
from bot.waiting import KPI_ASK_CHANGED, KPI_ASKED, KPI_REMINDED, ask_subject
from storage import UnitOfWork

RESTORED = "restored:"
"""How the source begins of a value that counts again, since its correction was undone."""
TWICE_WITHIN = timedelta(hours=24)
"""The same value again within this time may be a slip: it is asked about."""
TYPED_SOURCES = ("slack:", RESTORED)
"""How the sources of values begin that somebody typed. A person's undo takes these back one by one; it never reaches
into a file they imported, nor into what another system sent."""

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


def record(db: UnitOfWork, entry: Entry) -> bool:
    """Keeps one value, and what asked for it turns. False, and nothing changes, where its source is there."""
    if not db.kpis.add(entry):
        return False
    turn_asks(db, entry, entry.logged_at)
    return True


def correct(db: UnitOfWork, before: Entry, after: Entry, because: str | None = None) -> bool:
    """Puts one value in the place of another, which stays with who changed it when. False, and nothing changes, where
    it counts no more: somebody else was faster."""
    ended = end(db, before, EntryState.CORRECTED, after.logged_by, after.logged_at, because)
    return ended is not None and record(db, after)


def end(
    db: UnitOfWork, entry: Entry, state: EntryState, by: str, now: datetime, because: str | None = None
) -> Entry | None:
    """The entry as it is once it counts no more; None where another replica was faster, and it is ended already."""
    return db.kpis.end(entry.id, state, by, now, because)


def latest_of(db: UnitOfWork, entry: Entry) -> Entry:
    """The entry that counts today for one that was corrected, however often; itself where it was not."""
    while True:
        if entry.state is EntryState.CORRECTED:
            following = db.kpis.correction_of(entry.id)
        elif entry.state is EntryState.UNDONE:
            following = db.kpis.by_source(f"{RESTORED}{entry.id}")
        else:
            return entry
        if following is None:
            return entry
        entry = following
