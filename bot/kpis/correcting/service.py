"""Correcting and deleting entries: each function is one transaction. Nothing that was logged is lost: an entry that was
changed stays, with who changed it, when and why."""

from bot.domain.audit import Deed
from bot.domain.entries import Entry, EntryState
from bot.domain.errors import DomainError
from bot.kpis.acting import Acting
from bot.kpis.correcting.one_value import OneValue
from bot.kpis.grammar import check_day
from bot.kpis.outcomes import Corrected
from bot.kpis.service import end_entry, may_change, note, note_change, tell_change
from bot.logging_values import latest_of, turn_asks
from storage import UnitOfWork, new_id


def entry_to_change(db: UnitOfWork, entry_id: str, acting: Acting) -> Entry:
    """The entry that counts today for one of these buttons: of a corrected one, its latest correction.

    DomainErrors: `kpis.unknown_entry`, `kpis.correcting.not_yours`, `kpis.correcting.gone` for one that was undone or
    deleted.
    """
    found = db.kpis.get(entry_id)
    entry = latest_of(db, found) if found else None
    if entry is None or entry.kpi_key not in acting.kpis:
        raise DomainError("kpis.unknown_entry")
    if not may_change(entry, acting):
        raise DomainError("kpis.correcting.not_yours")
    if entry.state is not EntryState.ACTIVE:
        raise DomainError("kpis.correcting.gone")
    return entry


def correct_entry(
    db: UnitOfWork, entry_id: str, change: OneValue, because: str, source: str, acting: Acting
) -> Corrected:
    """Puts another entry in the place of one that is wrong. The same source again changes nothing and tells the same.

    DomainErrors as of `entry_to_change`, and `kpis.correcting.nothing_changed`, `kpis.correcting.meanwhile` where
    somebody else changed it first, `kpis.day_ahead` and `kpis.day_too_old` for another day.
    """
    done = db.kpis.by_source(source)
    replaced = db.kpis.get(done.corrects) if done and done.corrects else None
    if done and replaced:
        return Corrected(replaced, done)
    before = entry_to_change(db, entry_id, acting)
    if before.id != entry_id:
        raise DomainError("kpis.correcting.meanwhile")
    if (change.value, change.on, change.note, change.confidence) == (
        before.value, before.on, before.note, before.confidence,
    ):  # fmt: skip
        raise DomainError("kpis.correcting.nothing_changed")
    if change.on != before.on:
        check_day(change.on, acting.today)
    after = Entry(
        id=new_id(),
        kpi_key=before.kpi_key,
        member_id=before.member_id,
        value=change.value,
        on=change.on,
        logged_by=acting.by.id,
        logged_at=acting.now,
        source=source,
        note=change.note,
        confidence=change.confidence,
        corrects=before.id,
    )
    ended = _end(db, before, EntryState.CORRECTED, because, acting)
    db.kpis.add(after)
    tell_change(db, ended, acting)
    note_change(db, ended, acting)
    turn_asks(db, after, acting.now)
    return Corrected(ended, after)


def delete_entry(db: UnitOfWork, entry_id: str, because: str, acting: Acting) -> Entry:
    """Takes an entry out for good, with the reason: admins only. Doing it again changes nothing.

    DomainErrors: `kpis.correcting.only_admins_delete`, and as of `entry_to_change`.
    """
    if not acting.by.is_admin:
        raise DomainError("kpis.correcting.only_admins_delete")
    found = db.kpis.get(entry_id)
    if found is not None and found.state is EntryState.DELETED and found.kpi_key in acting.kpis:
        return found
    entry = entry_to_change(db, entry_id, acting)
    if entry.id != entry_id:
        raise DomainError("kpis.correcting.meanwhile")
    ended = _end(db, entry, EntryState.DELETED, because, acting)
    tell_change(db, ended, acting)
    note(db, Deed.VALUE_DELETED, ended, acting)
    return ended


def _end(db: UnitOfWork, entry: Entry, state: EntryState, because: str, acting: Acting) -> Entry:
    ended = end_entry(db, entry, state, acting, because)
    if ended is None:
        raise DomainError("kpis.correcting.meanwhile")
    return ended
