"""What changes the values of KPIs: log one or several, undo. Each function is one transaction; reading is in `reading`,
correcting and deleting in `correcting`, whom the bot asks for values in `asking`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot.domain.audit import Act, Deed
from bot.domain.catalogue import Catalogue
from bot.domain.dates import AmbiguousDate
from bot.domain.deliveries import DeliveryState, NewDelivery
from bot.domain.entries import Entry, EntryState
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.members import LeftOut
from bot.domain.periods import PeriodKind, containing
from bot.domain.policies import Who, allows
from bot.kpis.acting import Acting
from bot.kpis.grammar import LogRequest, check_day
from bot.kpis.outcomes import Logged, SaidBefore, Undone
from bot.logging_values import RESTORED, TWICE_WITHIN, TYPED_SOURCES, end, turn_asks
from bot.scoreboard import read_scoreboard
from storage import UnitOfWork, new_id

LOGGED_FOR_YOU = "kpis.logged_for_you"
CHANGED_FOR_YOU = "kpis.changed_for_you"


def check_may_log(db: UnitOfWork, acting: Acting, kpi: Kpi, member_id: str | None) -> None:
    """DomainError when nothing is logged for the KPI (any more), when somebody logs for another person without being
    allowed to (`Policy.log_for_others`), or for nobody who works here."""
    check_is_logged(kpi, acting.kpis)
    if member_id is None or member_id == acting.by.id:
        return
    who = acting.policy.log_for_others
    if not allows(who, acting.by, acting.kpis.settings(kpi.key).owners):
        raise DomainError("kpis.logging.only_owners" if who is Who.OWNERS else "kpis.only_admins_log")
    check_works_here(db, member_id)


def check_is_logged(kpi: Kpi, kpis: Catalogue) -> None:
    """DomainError for a KPI that was retired, or is computed by now, since a button or form for it was made."""
    retired_on = kpis.settings(kpi.key).retired_on
    if retired_on is not None:
        raise DomainError("kpis.logging.retired", day=retired_on)
    if kpi.is_derived:
        raise DomainError("core.stale")


def check_works_here(db: UnitOfWork, member_id: str | None) -> None:
    """DomainError for bots, deactivated people and people of other organisations (in shared channels people can be
    mentioned who are in nobody's list of members): nothing is kept for them."""
    if not member_id:
        return
    member = db.members.get(member_id)
    if member is None or member.left_out in (LeftOut.BOT, LeftOut.DEACTIVATED, LeftOut.OUTSIDER):
        raise DomainError("kpis.not_for_them")


def log_value(db: UnitOfWork, request: LogRequest, source: str, acting: Acting) -> Entry:
    """Records one value whose readings are settled. The same source again records nothing and tells the same. Where its
    KPI stands then is read afterwards (`standing`): adding up must not hold up others who write.

    DomainErrors: `kpis.logging.retired`, `kpis.logging.only_owners`, `kpis.only_admins_log`, `kpis.not_for_them`,
    `kpis.day_ahead`, `kpis.day_too_old`.
    """
    check_may_log(db, acting, request.kpi, request.member_id)
    entry = _entry(request, source, acting)
    if db.kpis.add(entry):
        if entry.member_id != entry.logged_by:
            told = NewDelivery(LOGGED_FOR_YOU, subject=entry.id, receiver=entry.member_id, due_at=acting.now)
            db.deliveries.add(told)
            note(db, Deed.VALUE_LOGGED_FOR, entry, acting)
        turn_asks(db, entry, acting.now)
        return entry
    return db.kpis.by_source(source) or entry


def log_typed(db: UnitOfWork, request: LogRequest, source: str, acting: Acting) -> Entry | SaidBefore:
    """Like `log_value`, for what somebody typed: where they logged exactly this within a day, nothing is recorded, and
    they are to be asked. The same source again is no second time."""
    check_may_log(db, acting, request.kpi, request.member_id)
    before = _said_before(db, request, source, acting)
    return SaidBefore(before, request) if before else log_value(db, request, source, acting)


def log_form(
    db: UnitOfWork, values: Mapping[str, Decimal], on: date, source: str, acting: Acting
) -> list[Entry] | list[SaidBefore]:
    """Records one value for each of several KPIs, all of the same day, all or none. None where one of them was typed
    before: those come back."""
    requests = [LogRequest(acting.kpis[key], value, on) for key, value in values.items()]
    sources = {request.kpi.key: f"{source}:{request.kpi.key}" for request in requests}
    twice = [
        SaidBefore(before, request)
        for request in requests
        if (before := _said_before(db, request, sources[request.kpi.key], acting))
    ]
    return twice or [log_value(db, request, sources[request.kpi.key], acting) for request in requests]


def _entry(request: LogRequest, source: str, acting: Acting) -> Entry:
    assert isinstance(request.value, Decimal)
    assert not isinstance(request.on, AmbiguousDate)
    return Entry(
        id=new_id(),
        kpi_key=request.kpi.key,
        member_id=request.member_id or acting.by.id,
        value=request.value,
        on=check_day(request.on, acting.today),
        logged_by=acting.by.id,
        logged_at=acting.now,
        source=source,
        note=request.note,
        confidence=request.confidence,
    )


def _said_before(db: UnitOfWork, request: LogRequest, source: str, acting: Acting) -> Entry | None:
    if db.kpis.by_source(source) is not None:
        return None  # Slack delivered it twice
    return db.kpis.said_before(_entry(request, source, acting), acting.now - TWICE_WITHIN)


def standing(db: UnitOfWork, entry: Entry, acting: Acting) -> Logged:
    """An entry, and where its KPI stands in its week: by the owner's own target if there is one, else the team's."""
    week = containing(entry.on, PeriodKind.WEEK)
    has_own = any(target.owner_id == entry.member_id for target in db.targets.active(entry.kpi_key))
    owner = entry.member_id if has_own else None
    line = read_scoreboard(db, acting.kpis, week, acting.today, acting.workdays, [entry.kpi_key], owner)[0]
    return Logged(entry, week, line, owner or "")


def may_change(entry: Entry, acting: Acting) -> bool:
    """Whether this person may undo or correct an entry: who logged it, whose it is, the KPI's owners, admins."""
    owners = acting.kpis.settings(entry.kpi_key).owners
    return acting.by.is_admin or acting.by.id in (entry.logged_by, entry.member_id, *owners)


def undo_entry(db: UnitOfWork, entry_id: str, acting: Acting) -> Undone:
    """Takes an entry back: by who logged it, whose it is, the KPI's owners or an admin. Of a correction, the value it
    stood for counts again. Doing it again changes nothing.

    DomainErrors: `kpis.unknown_entry`, `kpis.not_yours`.
    """
    entry = db.kpis.get(entry_id)
    if entry is None or entry.kpi_key not in acting.kpis:
        raise DomainError("kpis.unknown_entry")
    if not may_change(entry, acting):
        raise DomainError("kpis.not_yours")
    if entry.state is not EntryState.ACTIVE:
        return Undone(entry, already=True)
    undone = end_entry(db, entry, EntryState.UNDONE, acting)
    if undone is None:
        return Undone(db.kpis.get(entry.id) or entry, already=True)
    restored = _restore(db, undone)
    tell_change(db, undone, acting)
    note_change(db, undone, acting)
    if restored is not None:
        turn_asks(db, restored, acting.now)
    return Undone(undone, already=False, restored=restored)


def end_entry(
    db: UnitOfWork, entry: Entry, state: EntryState, acting: Acting, because: str | None = None
) -> Entry | None:
    """The entry as it is once it counts no more; None where another replica was faster, and it is ended already."""
    return end(db, entry, state, acting.by.id, acting.now, because)


def note(db: UnitOfWork, deed: Deed, entry: Entry, acting: Acting) -> None:
    """Writes into the audit log what somebody did about a value, and not the value."""
    db.audit.note(Act(acting.now, acting.by.id, deed, entry.kpi_key, {"member": entry.member_id, "on": f"{entry.on}"}))


def note_change(db: UnitOfWork, entry: Entry, acting: Acting) -> None:
    """The same for a change of another's value; one's own is nobody's matter."""
    if entry.member_id != acting.by.id:
        note(db, Deed.VALUE_CHANGED_FOR, entry, acting)


def _restore(db: UnitOfWork, undone: Entry) -> Entry | None:
    """What a correction stood for counts again, as it was."""
    before = db.kpis.get(undone.corrects) if undone.corrects else None
    if before is None:
        return None
    again = replace(
        before,
        id=new_id(),
        source=f"{RESTORED}{undone.id}",
        state=EntryState.ACTIVE,
        changed_by="",
        changed_at=None,
        because=None,
    )
    return again if db.kpis.add(again) else db.kpis.by_source(again.source)


def tell_change(db: UnitOfWork, ended: Entry, acting: Acting) -> None:
    """What follows when an entry counts no more: the person whose value it was hears of it where somebody else did it,
    unless it is gone before they heard of it at all; and what was asked for it is asked again where nothing else is
    there."""
    told = db.deliveries.find(LOGGED_FOR_YOU, ended.id, ended.member_id)
    never_heard = told is not None and told.state is DeliveryState.DUE and ended.state is not EntryState.CORRECTED
    if ended.member_id != acting.by.id and not never_heard:
        db.deliveries.add(NewDelivery(CHANGED_FOR_YOU, ended.id, ended.member_id, acting.now))
    turn_asks(db, ended, acting.now)


def undo_latest(db: UnitOfWork, key: str, acting: Acting) -> Undone:
    """Takes back what this person typed last, whatever they imported since. The same command (`key`) twice takes back
    one entry.

    DomainErrors: `kpis.nothing_to_undo`, `kpis.undone_already`.
    """
    latest = db.kpis.latest_by(acting.by.id, TYPED_SOURCES, acting.kpis)
    if not db.handled.first_time(f"kpi-undo:{key}", acting.now):
        raise DomainError("kpis.undone_already")
    if latest is None:
        raise DomainError("kpis.nothing_to_undo")
    return undo_entry(db, latest.id, acting)
