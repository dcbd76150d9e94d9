"""KPI entries: exact to the last decimal, recorded once, added up by the database, many at a time."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.entries import EntryState, Totals
from storage import Storage, new_id
from tests.storage import samples
from tests.storage.samples import NOW, TODAY

LARGEST = Decimal("9999999999999.9999")
values = st.decimals(-LARGEST, LARGEST, places=4, allow_nan=False)
on_one_storage = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@on_one_storage
@given(st.lists(values, min_size=1, max_size=120))
def test_values_and_their_sums_are_exact(storage: Storage, given_values: list[Decimal]) -> None:
    workspace = new_id()
    entries = [samples.entry(value=value) for value in given_values]
    assert storage.write_now(workspace, lambda db: db.kpis.add_many(entries)) == len(entries)
    totals = storage.read_now(workspace, lambda db: db.kpis.totals(TODAY, TODAY))["revenue"]
    assert (totals.sum, totals.count) == (sum(given_values), len(given_values))
    back = {
        entry.id: entry.value for entry in storage.read_now(workspace, lambda db: db.kpis.history("revenue", None, 200))
    }
    assert back == {entry.id: entry.value for entry in entries}


def test_a_sum_beyond_what_sqlite_can_add_is_exact_too(storage: Storage) -> None:
    entries = [samples.entry(value=LARGEST) for _ in range(500)]
    storage.write_now("T1", lambda db: db.kpis.add_many(entries))
    assert storage.read_now("T1", lambda db: db.kpis.totals(TODAY, TODAY))["revenue"].sum == LARGEST * 500


@pytest.mark.parametrize(
    "value", ["0.00001", "10000000000000", "-10000000000000", "1.0000000000000000000000000000000001", "NaN", "Infinity"]
)
def test_a_value_that_would_not_come_back_the_same_is_refused(storage: Storage, value: str) -> None:
    with pytest.raises(Exception, match="stored"):
        storage.write_now("T1", lambda db: db.kpis.add(samples.entry(value=Decimal(value))))
    assert storage.read_now("T1", lambda db: db.kpis.history("revenue")) == []


@pytest.mark.parametrize(
    ("value", "shown"), [("12.5000", "12.5"), ("1E+6", "1000000"), ("0.0001", "0.0001"), ("-0", "0")]
)
def test_a_value_comes_back_in_its_plainest_form(storage: Storage, value: str, shown: str) -> None:
    entry = samples.entry(value=Decimal(value))
    storage.write_now("T1", lambda db: db.kpis.add(entry))
    assert str(storage.read_now("T1", lambda db: db.kpis.get(entry.id)).value) == shown


def test_the_same_source_is_recorded_once(storage: Storage) -> None:
    first, again = samples.entry(source="trigger-1"), samples.entry(source="trigger-1", value=Decimal(99))
    assert storage.write_now("T1", lambda db: db.kpis.add(first)) is True
    assert storage.write_now("T1", lambda db: db.kpis.add(again)) is False
    assert storage.write_now("T1", lambda db: db.kpis.add_many([again, samples.entry(), samples.entry()])) == 2
    assert storage.read_now("T1", lambda db: db.kpis.by_source("trigger-1")) == first
    assert storage.read_now("T1", lambda db: db.kpis.by_source("trigger-2")) is None


def test_two_thousand_entries_are_imported_in_a_blink(storage: Storage) -> None:
    entries = [samples.entry(source=f"line-{number}", on=TODAY - timedelta(days=number)) for number in range(2000)]
    began = time.perf_counter()
    assert storage.write_now("T1", lambda db: db.kpis.add_many(entries)) == 2000
    assert time.perf_counter() - began < 3  # about 0.1 s here; row by row it would be many times that
    assert storage.write_now("T1", lambda db: db.kpis.add_many(entries)) == 0
    assert storage.write_now("T1", lambda db: db.kpis.add_many([])) == 0


def test_totals_are_told_by_kpi_member_and_day(storage: Storage) -> None:
    yesterday, longer_ago = TODAY - timedelta(days=1), TODAY - timedelta(days=9)
    entries = [
        samples.entry(value=Decimal("1.5"), on=yesterday, logged_at=NOW + timedelta(hours=5)),
        samples.entry(value=Decimal("2.5"), on=TODAY),
        samples.entry(value=Decimal(4), on=TODAY, member_id="U2", logged_at=NOW + timedelta(hours=1)),
        samples.entry(value=Decimal(100), on=longer_ago),
        samples.entry(value=Decimal(7), on=TODAY, kpi_key="leads"),
        samples.entry(value=Decimal(1000), on=TODAY, state=EntryState.UNDONE),
    ]
    storage.write_now("T1", lambda db: db.kpis.add_many(entries))

    def ask(db):
        return (
            db.kpis.totals(yesterday, TODAY),
            db.kpis.totals(yesterday, TODAY, member_id="U1", kpi_keys=["revenue"]),
            db.kpis.totals_by_member("revenue", yesterday, TODAY),
            db.kpis.totals_by_day(["revenue", "orders"], yesterday, TODAY),
            db.kpis.loggers(["revenue", "orders"], yesterday, TODAY),
            db.kpis.keys_used(),
        )

    by_kpi, mine, by_member, by_day, loggers, keys = storage.read_now("T1", ask)
    assert by_kpi == {
        "revenue": Totals(Decimal(8), 3, Decimal(4)),  # the latest day wins, then what was logged last
        "leads": Totals(Decimal(7), 1, Decimal(7)),
    }
    assert mine == {"revenue": Totals(Decimal(4), 2, Decimal("2.5"))}
    assert by_member == {"U1": Totals(Decimal(4), 2, Decimal("2.5")), "U2": Totals(Decimal(4), 1, Decimal(4))}
    assert by_day == {
        "revenue": {
            yesterday: Totals(Decimal("1.5"), 1, Decimal("1.5")),
            TODAY: Totals(Decimal("6.5"), 2, Decimal(4)),
        },
        "orders": {},
    }
    assert loggers == {"revenue": {"U1", "U2"}}
    assert keys == {"revenue", "leads"}


def test_the_latest_entry_is_the_one_of_the_latest_day_or_the_one_typed_last(storage: Storage) -> None:
    today = samples.entry(on=TODAY, logged_at=NOW)
    corrected = samples.entry(on=TODAY - timedelta(days=3), logged_at=NOW + timedelta(hours=1))
    for_another = samples.entry(member_id="U2", logged_by="U2", kpi_key="leads")
    storage.write_now("T1", lambda db: db.kpis.add_many([today, corrected, for_another]))
    assert storage.read_now("T1", lambda db: db.kpis.last_value("revenue", "U1")) == today
    assert storage.read_now("T1", lambda db: db.kpis.last_value("revenue", "U2")) is None
    assert storage.read_now("T1", lambda db: db.kpis.latest_by("U1")) == corrected
    assert storage.read_now("T1", lambda db: db.kpis.history("revenue")) == [today, corrected]
    assert storage.read_now("T1", lambda db: db.kpis.history("revenue", limit=1)) == [today]
    assert storage.read_now("T1", lambda db: db.kpis.history("leads", "U1")) == []
