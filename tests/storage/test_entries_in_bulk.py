"""Entries by the thousand: recorded in pieces and yet as a whole, and read back as they are asked for."""

from datetime import timedelta

import pytest

from bot.domain.entries import Entry
from bot.domain.errors import DomainError
from storage import Storage, UnitOfWork, kpis
from tests.storage import samples
from tests.storage.samples import NOW, TODAY


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kpis, "_AT_A_TIME", 3)


def made(count: int) -> list[Entry]:
    return [samples.entry(source=f"s{place}", on=TODAY - timedelta(days=place % 4)) for place in range(count)]


def test_many_are_counted_across_pieces_and_known_ones_left_out(storage: Storage) -> None:
    assert storage.write_now("T1", lambda db: db.kpis.add_many(made(7))) == 7
    again = [samples.entry(source=entry.source) for entry in made(11)]
    assert storage.write_now("T1", lambda db: db.kpis.add_many(again)) == 4


def test_a_failure_in_a_later_piece_takes_the_earlier_ones_back(storage: Storage) -> None:
    def work(db: UnitOfWork) -> None:
        db.kpis.add_many(made(7))
        raise DomainError("kpis.unknown_entry")

    with pytest.raises(DomainError):
        storage.write_now("T1", work)
    assert storage.read_now("T1", lambda db: list(db.kpis.between(TODAY - timedelta(days=9), TODAY))) == []


def test_sources_are_found_in_any_state_and_in_their_workspace(storage: Storage) -> None:
    entries = made(8)
    storage.write_now("T1", lambda db: db.kpis.add_many(entries))
    storage.write_now("T1", lambda db: db.kpis.undo(entries[5].id, "U1", NOW))
    wanted = [entry.source for entry in entries[1:]] + ["unheard of"]
    found = storage.read_now("T1", lambda db: db.kpis.by_sources(wanted))
    assert set(found) == {entry.source for entry in entries[1:]}
    assert found["s6"] == entries[6]
    assert storage.read_now("T2", lambda db: db.kpis.by_sources(wanted)) == {}


def test_entries_between_days_come_by_day_without_undone_ones(storage: Storage) -> None:
    entries = [*made(8), samples.entry(source="other", kpi_key="leads")]
    storage.write_now("T1", lambda db: db.kpis.add_many(entries))
    storage.write_now("T1", lambda db: db.kpis.undo(entries[0].id, "U1", NOW))
    first = TODAY - timedelta(days=2)

    def found(*kpi_keys: str) -> list[str]:
        return storage.read_now(
            "T1", lambda db: [entry.source for entry in db.kpis.between(first, TODAY, kpi_keys or None)]
        )

    days = {entry.source: entry.on for entry in entries}
    assert sorted(found()) == ["other", "s1", "s2", "s4", "s5", "s6"]
    assert [days[source] for source in found()] == sorted(days[source] for source in found())
    assert found("leads") == ["other"]
