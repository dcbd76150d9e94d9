"""Since when a KPI is logged: the first day that counts, read from the index however many days follow."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event, text

from bot.domain.entries import EntryState
from storage import Storage, UnitOfWork
from tests.storage import samples
from tests.storage.samples import NOW, TODAY
from tests.storage.test_totals_of_many import DAYS, fill


def test_the_first_day_is_that_of_the_earliest_entry_that_counts(storage: Storage) -> None:
    days_ago = {"a": 3, "b": 9, "c": 30, "d": 90, "e": 5}
    entries = [samples.entry(id=each, on=TODAY - timedelta(days=days)) for each, days in days_ago.items()]
    storage.write_now("T1", lambda db: db.kpis.add_many([*entries, samples.entry(kpi_key="leads", id="f")]))
    storage.write_now("T1", lambda db: db.kpis.end("d", EntryState.DELETED, "U1", NOW))
    storage.write_now("T1", lambda db: db.kpis.end("c", EntryState.UNDONE, "U1", NOW))
    staged = samples.entry(on=TODAY - timedelta(days=300), logged_by="U9")
    storage.write_now("T1", lambda db: db.kpis.stage([staged]))
    found = storage.read_now("T1", lambda db: db.kpis.first_days(["revenue", "leads", "orders"]))
    assert found == {"revenue": TODAY - timedelta(days=9), "leads": TODAY}
    assert storage.read_now("T2", lambda db: db.kpis.first_days(["revenue"])) == {}


def plan_of(db: UnitOfWork, ask: Any) -> str:
    """How the database would run what `ask` asks."""
    connection = db._scope.connection
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    ask(db)
    event.remove(connection, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    ((statement, parameters),) = said
    return "\n".join(map(str, connection.exec_driver_sql(f"{explain} {statement}", parameters).all()))


def read_further(plan: str) -> list[str]:
    """What in a plan looks at more than the beginning of an index."""
    return [word for word in ("SCAN entries", "Seq Scan", "Bitmap", "Aggregate", "Sort", "TEMP B-TREE") if word in plan]


def test_it_is_found_in_the_index_without_looking_at_the_days_after_it(storage: Storage) -> None:
    storage.write_now("T1", fill)
    storage.write_now("T1", lambda db: db._scope.connection.execute(text("ANALYZE entries")))
    plan = storage.read_now("T1", lambda db: plan_of(db, lambda db: db.kpis.first_days(["revenue"])))
    assert "entry_days" in plan
    assert not read_further(plan), plan
    found = storage.read_now("T1", lambda db: db.kpis.first_days(["revenue"]))
    assert found == {"revenue": TODAY - timedelta(days=DAYS - 1)}
    sorted_first = storage.read_now("T1", lambda db: plan_of(db, lambda db: db.kpis.history("revenue")))
    assert read_further(sorted_first), "as where the order is not the index's"
