"""What logging reads: the form's KPIs, entries, history. Nothing is changed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.catalogue import Catalogue
from bot.domain.entries import Entry, EntryState
from bot.domain.kpis import Kpi
from bot.domain.members import Member
from bot.kpis.api.service import token_names
from bot.kpis.outcomes import FormRow
from storage import UnitOfWork

HISTORY_ENTRIES = 15
FORM_KPIS = 10
"""Inputs of the form: more is no longer one look. The others can be logged as text."""
FORM_BACK = timedelta(days=200)
"""How far back the form looks for a person's values: two quarters, as it must be open before the click is too old."""


def names_of(db: UnitOfWork, member_ids: Mapping[str, object] | Sequence[str]) -> dict[str, Member]:
    """The people with these ids; somebody we know nothing of goes by the id."""
    ids = list(dict.fromkeys(member_ids))
    known = db.members.get_many(ids)
    return {each: known.get(each) or Member(each, name=each) for each in ids}


@dataclass(frozen=True, slots=True)
class History:
    """The latest entries of a KPI, ended ones included, the people in them by id, the entries that stand for corrected
    ones by the id of those, and the names of the API tokens through which entries came, by the entry's id."""

    entries: list[Entry]
    members: dict[str, Member]
    after: dict[str, Entry]
    through: dict[str, str]


def read_history(db: UnitOfWork, kpi: Kpi, member_id: str | None = None) -> History:
    """Of everybody, or of one person. A derived KPI has no history of its own."""
    entries = db.kpis.history(kpi.key, member_id, limit=HISTORY_ENTRIES)
    ids = [each for entry in entries for each in (entry.member_id, entry.logged_by, entry.changed_by) if each]
    corrected = (entry.id for entry in entries if entry.state is EntryState.CORRECTED)
    after = {each: following for each in corrected if (following := db.kpis.correction_of(each))}
    return History(entries, names_of(db, ids), after, token_names(db, entries))


def last_entry(db: UnitOfWork, kpi_key: str) -> Entry | None:
    """What was logged for the latest day, by whomever."""
    return next(iter(entry for entry in db.kpis.history(kpi_key) if entry.state is EntryState.ACTIVE), None)


def read_form(db: UnitOfWork, kpis: Catalogue, member_id: str, today: date) -> list[FormRow]:
    """The KPIs one can log, at most FORM_KPIS: those with values of this person, then those they own, then those that
    anybody has logged, then the others, inputs of formulas last."""
    typed = [kpi for kpi in kpis.current if not kpi.is_derived]
    own = db.kpis.totals(today - FORM_BACK, today, member_id, [kpi.key for kpi in typed])
    used = db.kpis.keys_used()

    def place(kpi: Kpi) -> tuple[bool, bool, bool, bool]:
        is_owner = member_id in kpis.settings(kpi.key).owners
        return kpi.key not in own, not is_owner, kpi.key not in used, kpi.is_input

    logged = sorted(typed, key=place)
    return [FormRow(kpi, own[kpi.key].last if kpi.key in own else None) for kpi in logged[:FORM_KPIS]]


def read_logged(db: UnitOfWork, entry_ids: Sequence[str]) -> list[Entry]:
    """Entries by id, in that order; what is unknown is left out."""
    return [entry for entry in map(db.kpis.get, entry_ids) if entry is not None]
