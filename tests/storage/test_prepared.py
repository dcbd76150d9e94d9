"""Statements made beforehand do what SQLAlchemy would: the same rows, the same types, the same refusals."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from storage import Storage, UnitOfWork
from storage.kpi_tables import EntryRow
from storage.prepared import Prepared
from storage.tables import MemberRow, RoundRow, table
from storage.team_tables import CheckinRunRow
from tests.storage import samples
from tests.storage.test_workspaces_apart import fill

MEMBERS, ROUNDS, ENTRIES, RUNS = table(MemberRow), table(RoundRow), table(EntryRow), table(CheckinRunRow)


def within(storage: Storage, work: Callable[[UnitOfWork], Any]) -> Any:
    return storage.write_now("T1", work)


@pytest.fixture
def filled(storage: Storage) -> Storage:
    storage.write_now("T1", fill)
    return storage


@pytest.mark.parametrize("rows", [MEMBERS, ROUNDS, ENTRIES, RUNS], ids=lambda each: each.name)
def test_rows_are_those_sqlalchemy_reads_type_by_type(filled: Storage, rows: Any) -> None:
    """Booleans, times, moments, decimals, enums, JSON and what is missing."""

    def both(db: UnitOfWork) -> tuple[list[Any], list[Any]]:
        connection = db._scope.connection
        statement = select(*rows.c).where(rows.c.workspace_id == bindparam("workspace")).order_by(rows.c.id)
        expected = connection.execute(statement, {"workspace": "T1"}).all()
        return [each._asdict() for each in expected], list(
            Prepared(statement).run(connection, {"workspace": "T1"}).rows
        )

    expected, found = within(filled, both)
    assert expected, "there is something to read"
    assert [each._asdict() for each in found] == expected
    assert [list(map(type, each)) for each in found] == [list(map(type, each.values())) for each in expected]


def test_what_a_statement_brings_along_needs_no_value(filled: Storage) -> None:
    statement = select(MEMBERS.c.id, literal("here").label("where")).where(MEMBERS.c.id == bindparam("member")).limit(1)
    found = within(filled, lambda db: Prepared(statement).run(db._scope.connection, {"member": "U1"}))
    assert (found.first().id, found.first().where, found.value()) == ("U1", "here", "U1")
    nobody = within(filled, lambda db: Prepared(statement).run(db._scope.connection, {"member": "U0NOBODY"}))
    assert (nobody.first(), nobody.value()) == (None, None)


def test_a_change_says_how_many_rows_it_touched(filled: Storage) -> None:
    rename = Prepared(update(MEMBERS).where(MEMBERS.c.id == bindparam("member")).values(name=bindparam("called")))

    def change(member: str) -> int:
        return int(
            within(filled, lambda db: rename.run(db._scope.connection, {"member": member, "called": "New"}).touched)
        )

    assert (change("U1"), change("U0NOBODY")) == (1, 0)
    assert within(filled, lambda db: db.members.get("U1")).name == "New"


def test_what_the_database_refuses_is_raised_as_sqlalchemy_would_and_undone(filled: Storage) -> None:
    entry = samples.entry(id="twice", source="twice")
    filled.write_now("T1", lambda db: db.kpis.add(entry))
    columns = [column.name for column in ENTRIES.c]
    again = Prepared(insert(ENTRIES), columns)

    def twice(db: UnitOfWork) -> None:
        db.members.set_language("U1", "id")
        row = db._scope.connection.execute(select(*ENTRIES.c).where(ENTRIES.c.id == "twice")).one()
        again.run(db._scope.connection, row._asdict())

    with pytest.raises(IntegrityError):
        within(filled, twice)
    assert within(filled, lambda db: db.members.get("U1")).language != "id"


def test_a_value_that_is_missing_is_a_fault_of_ours(filled: Storage) -> None:
    one = Prepared(select(MEMBERS.c.id).where(MEMBERS.c.id == bindparam("member")))
    with pytest.raises(KeyError, match="member"):
        within(filled, lambda db: one.run(db._scope.connection, {}))
