"""Many KPIs are due at once, over very many entries: what is told of them is read from the index alone, and of those
that no message has room for nothing is added up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.catalogue import KpiSettings
from bot.domain.entries import Entry
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import KPIS
from bot.domain.members import Member
from bot.kpis.acting import Acting, read_acting
from bot.kpis.reviewing.facts import read_facts
from bot.kpis.reviewing.outcomes import MOST_KPIS
from bot.kpis.reviewing.reading import Reviews, read_reviews
from storage import Storage, UnitOfWork
from tests.statements import counted

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = NOW.date()
AYU, BOB = Member("U0AYU", "Ayu", is_admin=True), Member("U0BOB", "Bob")
TYPED = [kpi.key for kpi in KPIS.values() if not kpi.is_derived]


def entry(number: int, kpi_key: str = "leads", **more: object) -> Entry:
    first = Entry(
        f"e{number}", kpi_key, BOB.id, Decimal(number), TODAY - timedelta(days=number), BOB.id, NOW, f"s{number}"
    )
    return replace(first, **more)  # type: ignore[arg-type]


@pytest.fixture
def acting(storage: Storage) -> Acting:
    def begin(db: UnitOfWork) -> Acting:
        db.workspace.ensure("Test", NOW)
        db.members.refresh([AYU, BOB])
        for key in KPIS:
            db.catalogue.set_settings(key, KpiSettings(owners=(AYU.id,), review_on=TODAY))
        db.kpis.add_many([entry(number, TYPED[number % len(TYPED)]) for number in range(300)])
        return read_acting(db, AYU, NOW, TODAY, "ID")

    return storage.write_now("T1", begin)


def test_entries_are_counted_once_for_all_of_them(storage: Storage, acting: Acting) -> None:
    def read(db: UnitOfWork) -> tuple[Reviews, list[str]]:
        with counted() as said:
            return read_reviews(db, acting), said

    found, said = storage.read_now("T1", read)
    counting = [each for each in said if "sum(entry_days.times)" in each]
    assert len(found.due) == len(KPIS)
    assert len(counting) == 1, "all of them were never reviewed: one query"
    assert [facts.count > 0 for facts in found.due[:3]] == [True] * 3
    assert not any(facts.count for facts in found.due[MOST_KPIS:])
    assert sum("ORDER BY entries" in each for each in said) <= 2 * MOST_KPIS


def test_what_is_told_is_what_one_kpi_alone_is_told(storage: Storage, acting: Acting) -> None:
    found = storage.read_now("T1", lambda db: read_reviews(db, acting)).due[:MOST_KPIS]
    assert list(found) == [
        storage.read_now("T1", lambda db, kpi=each.kpi: read_facts(db, kpi, acting)) for each in found
    ]


def test_only_values_since_the_last_review_count(storage: Storage, acting: Acting) -> None:
    def reviewed(db: UnitOfWork) -> None:
        at = NOW - timedelta(days=100)
        db.catalogue.add_note(KpiNote("n", "leads", KpiNoteKind.KEPT, "", AYU.id, at))
        late = entry(999, on=TODAY, logged_by=AYU.id)
        db.kpis.add(late)

    storage.write_now("T1", reviewed)
    expected = sum(TYPED[number % len(TYPED)] == "leads" for number in range(101)) + 1
    facts = storage.read_now("T1", lambda db: read_facts(db, KPIS["leads"], acting))
    assert (facts.count, facts.loggers[0]) == (expected, AYU.id)


class TestOnSqlite:
    @pytest.fixture
    def backend(self) -> str:
        return "sqlite"

    def test_the_kept_totals_answer_alone(self, storage: Storage, acting: Acting) -> None:
        def plan(db: UnitOfWork) -> str:
            with counted() as said:
                db.kpis.counts({"leads": TODAY, "revenue": TODAY})
            values = ("T1", "leads", "revenue", "2026-11-26")
            rows = db.kpis._scope.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said[0]}", values).all()
            return " ".join(row[-1] for row in rows)

        assert "entry_days USING PRIMARY KEY" in storage.read_now("T1", plan)
        assert "kpi_key=? AND first>?" in storage.read_now("T1", plan)
