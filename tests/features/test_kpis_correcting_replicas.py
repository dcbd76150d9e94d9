"""Two replicas on one PostgreSQL change the same entry in the same moment: one of them does, the other is told."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.entries import Entry, EntryState
from bot.domain.members import Member
from bot.kpis.acting import Acting, read_acting
from bot.kpis.correcting.one_value import OneValue
from bot.kpis.correcting.service import correct_entry
from bot.kpis.service import undo_entry
from storage import Storage, UnitOfWork
from tests.conftest import Database
from tests.features.replicas import TEAM, at_once

ENTRY = "e1"
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = date(2026, 11, 26)
BOB, AYU = Member("U0BOB", "Bob"), Member("U0AYU", "Ayu", is_admin=True)


@pytest.fixture
def backend() -> str:
    return "postgres"


@pytest.fixture
def replicas(storage: Storage, database: Database) -> Iterator[tuple[Storage, Storage]]:
    def begin(db: UnitOfWork) -> None:
        db.workspace.ensure("Test", NOW)
        db.members.refresh([BOB, AYU])
        db.kpis.add(Entry(ENTRY, "leads", BOB.id, Decimal(4), TODAY, BOB.id, NOW, "s1"))

    storage.write_now(TEAM, begin)
    other = Storage.open(database.url, database.folder)
    yield storage, other
    other.close()


def acting(db: UnitOfWork, by: Member) -> Acting:
    return read_acting(db, by, NOW, TODAY, "ID")


def corrects(by: Member, value: int) -> Callable[[UnitOfWork], Any]:
    change = OneValue(Decimal(value), TODAY, "", None)
    return lambda db: correct_entry(db, ENTRY, change, "miscounted", f"s{value}", acting(db, by))


def undoes(by: Member) -> Callable[[UnitOfWork], Any]:
    return lambda db: undo_entry(db, ENTRY, acting(db, by))


def active(storage: Storage) -> list[Decimal]:
    found = storage.read_now(TEAM, lambda db: db.kpis.history("leads"))
    return [each.value for each in found if each.state is EntryState.ACTIVE]


def test_of_two_corrections_one_counts(replicas: tuple[Storage, Storage]) -> None:
    came = at_once(replicas, corrects(BOB, 5), corrects(AYU, 6))
    assert came[1] == "kpis.correcting.meanwhile"
    assert active(replicas[0]) == [Decimal(5)]


def test_a_correction_is_not_undone_by_an_undo_of_what_it_stands_for(replicas: tuple[Storage, Storage]) -> None:
    came = at_once(replicas, corrects(BOB, 5), undoes(AYU))
    assert came[1].already
    assert active(replicas[0]) == [Decimal(5)]


def test_what_is_undone_is_not_corrected(replicas: tuple[Storage, Storage]) -> None:
    came = at_once(replicas, undoes(BOB), corrects(AYU, 6))
    assert came[1] == "kpis.correcting.meanwhile"
    assert active(replicas[0]) == []
