"""What entries add up to is kept beside them: whatever is done to entries, in whichever order, what is read is what
they add up to, now and at earlier moments, and the comparison finds what is not. More of it with `DENYUT_SOAK=1`."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.domain.entries import Entry, EntryState, Totals
from storage import Storage, UnitOfWork, entry_changes, kpis, migrate, new_id
from storage.personal_data import PersonalData
from tests.conftest import Database
from tests.storage import samples
from tests.storage.samples import NOW, TODAY

KPIS, PEOPLE = ("leads", "revenue"), ("U1", "U2", "U3")
FIRST = TODAY - timedelta(days=24)  # a Friday: 3 days, 3 whole weeks and a Monday
HOUR = timedelta(hours=1)
ENDED = (EntryState.UNDONE, EntryState.CORRECTED, EntryState.DELETED)
LARGEST = Decimal("9999999999999.9999")
some_days = st.integers(0, 24).map(lambda number: FIRST + timedelta(days=number))
values = st.one_of(st.integers(-3, 3).map(Decimal), st.decimals(-LARGEST, LARGEST, places=4, allow_nan=False))
made = st.fixed_dictionaries(
    {"kpi_key": st.sampled_from(KPIS), "member_id": st.sampled_from(PEOPLE), "value": values, "on": some_days}
)
acts = st.one_of(
    st.tuples(st.just("add"), made),
    st.tuples(st.just("many"), st.lists(made, min_size=2, max_size=6)),
    st.tuples(st.just("some known"), st.lists(made, min_size=2, max_size=4)),
    st.tuples(st.just("import"), st.lists(made, min_size=1, max_size=6)),
    st.tuples(st.just("stage"), st.lists(made, min_size=1, max_size=3)),
    st.tuples(st.just("end"), st.integers(0, 50)),
    st.tuples(st.just("erase"), st.sampled_from(PEOPLE)),
)
on_one_storage = settings(
    max_examples=300 if os.environ.get("DENYUT_SOAK") else 12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kpis, "_AT_A_TIME", 4)
    monkeypatch.setattr(entry_changes, "MOST_CHANGED", 3)


class Company:
    """A workspace in which things are done to entries, each an hour after the one before."""

    def __init__(self, storage: Storage) -> None:
        self.storage, self.workspace, self.now = storage, new_id(), NOW
        self.write(lambda db: db.workspace.ensure("Acme", NOW))

    def write(self, work: Callable[[UnitOfWork], Any]) -> Any:
        return self.storage.write_now(self.workspace, work)

    def read(self, work: Callable[[UnitOfWork], Any]) -> Any:
        return self.storage.read_now(self.workspace, work)

    def do(self, what: str, given: Any) -> None:
        self.now += HOUR
        {
            "add": self.add, "many": self.many, "some known": self.many_some_known, "import": self.bring_in,
            "stage": self.stage, "end": self.end, "erase": self.erase,
        }[what](given)  # fmt: skip

    def add(self, given: dict[str, Any]) -> None:
        self.write(lambda db: db.kpis.add(samples.entry(**given, logged_at=self.now)))

    def many(self, given: Iterable[dict[str, Any]]) -> None:
        entries = [samples.entry(**each, logged_at=self.now) for each in given]
        self.write(lambda db: db.kpis.add_many(entries))

    def many_some_known(self, given: list[dict[str, Any]]) -> None:
        """An import in which some lines were there before."""
        entries = [samples.entry(**each, logged_at=self.now) for each in given]
        self.write(lambda db: db.kpis.add(entries[0]))
        again = [samples.entry(**each, logged_at=self.now, source=entries[0].source) for each in given[1:2]]
        self.write(lambda db: db.kpis.add_many([*again, *entries]))

    def stage(self, given: Iterable[dict[str, Any]]) -> list[Entry]:
        staged = [samples.entry(**each, logged_by="U9", logged_at=self.now) for each in given]
        self.write(lambda db: db.kpis.stage(staged))
        return staged

    def bring_in(self, given: Iterable[dict[str, Any]]) -> None:
        began = self.now
        keys = {each.kpi_key for each in self.stage(given)}
        self.now += HOUR
        self.write(lambda db: db.kpis.publish("U9", began, keys, self.now))

    def end(self, number: int) -> None:
        there = [each for each in self.entries() if each.state is EntryState.ACTIVE]
        if there:
            entry, state = there[number % len(there)], ENDED[number % 3]
            self.write(lambda db: db.kpis.end(entry.id, state, "U1", self.now))

    def erase(self, member_id: str) -> None:
        self.storage.erase_now(self.workspace, member_id, self.now)

    def entries(self) -> list[Entry]:
        """Every entry, each read by itself."""
        return self.read(lambda db: [each for key in KPIS for each in db.kpis.history(key, None, 10_000)])

    def is_right(self) -> bool:
        return self.read(
            lambda db: all(db.kept_totals.is_right(each) is not False for each in db.kept_totals.kpi_keys())
        )


def added_up(entries: Iterable[Entry], by: Callable[[Entry], Any]) -> dict[Any, Totals]:
    """The same in plain Python."""
    groups: dict[Any, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(by(entry), []).append(entry)
    return {key: Totals(sum((each.value for each in those), Decimal(0)), len(those), last_of(those).value)
            for key, those in groups.items()}  # fmt: skip


def last_of(entries: Iterable[Entry]) -> Entry:
    return max(entries, key=lambda each: (each.on, each.logged_at, each.id))


def without_last(totals: dict[Any, Totals]) -> dict[Any, Totals]:
    return {key: Totals(each.sum, each.count) for key, each in totals.items()}


def counted_at(entries: Iterable[Entry], moment: datetime) -> list[Entry]:
    return [
        each for each in entries
        if each.logged_at <= moment and (each.changed_at is None or each.changed_at > moment)
    ]  # fmt: skip


def check(company: Company, first: date, last: date, moment: datetime) -> None:
    """What is read of some days is what the entries of these days add up to."""
    everything = company.entries()
    within = [each for each in everything if first <= each.on <= last]
    there = [each for each in within if each.state is EntryState.ACTIVE]
    people = sorted({each.member_id for each in everything})
    totals = company.read(lambda db: db.kpis.totals(first, last))
    assert totals == added_up(there, lambda each: each.kpi_key)
    assert company.read(lambda db: db.kpis.totals(first, last, None, KPIS, ())) == without_last(totals)
    for one in people:
        own = added_up((each for each in there if each.member_id == one), lambda each: each.kpi_key)
        assert company.read(lambda db, one=one: db.kpis.totals(first, last, one, KPIS)) == own
        assert company.read(lambda db, one=one: db.kpis.totals(first, last, one, KPIS, ())) == without_last(own)
    some = added_up((each for each in there if each.member_id in people[:2]), lambda each: each.kpi_key)
    assert company.read(lambda db: db.kpis.totals(first, last, people[:2], latest_of=["leads"])) == {
        key: each if key == "leads" else Totals(each.sum, each.count) for key, each in some.items()
    }
    by_day = added_up(there, lambda each: (each.kpi_key, each.on))
    days = company.read(lambda db: db.kpis.totals_by_day(KPIS, first, last))
    assert {(key, on): each for key, found in days.items() for on, each in found.items()} == by_day
    of_kpi = [each for each in there if each.kpi_key == "revenue"]
    by_member = company.read(lambda db: db.kpis.totals_by_member("revenue", first, last))
    assert by_member == added_up(of_kpi, lambda each: each.member_id)
    loggers = {key: {each.member_id for each in there if each.kpi_key == key} for key in KPIS}
    found = company.read(lambda db: db.kpis.loggers(KPIS, first, last))
    assert found == {key: those for key, those in loggers.items() if those}
    # and at a moment of before
    then = added_up(counted_at(within, moment), lambda each: each.kpi_key)
    assert company.read(lambda db: db.totals_at(moment).kpis.totals(first, last)) == then
    assert company.read(lambda db: db.totals_at(moment).kpis.totals(first, last, None, KPIS, ())) == without_last(then)
    changed = any(max(each.logged_at, each.changed_at or each.logged_at) > moment for each in within)
    assert company.read(lambda db: db.entry_changes.any_since(moment, first, last, KPIS)) is changed


@on_one_storage
@given(st.lists(acts, min_size=1, max_size=9), st.tuples(some_days, some_days), st.integers(0, 9))
def test_whatever_is_done_to_entries_their_totals_are_what_they_add_up_to(
    storage: Storage, done: list[tuple[str, Any]], days: tuple[date, date], back: int
) -> None:
    company = Company(storage)
    for what, with_what in done:
        company.do(what, with_what)
    check(company, min(days), max(days), company.now - back * HOUR)
    check(company, FIRST, TODAY, company.now)
    assert company.is_right()
    there = [each for each in company.entries() if each.state is EntryState.ACTIVE]
    days_of = {key: [each.on for each in there if each.kpi_key == key] for key in KPIS}
    assert company.read(lambda db: db.kpis.keys_used()) == {key for key, found in days_of.items() if found}
    firsts = {key: min(found) for key, found in days_of.items() if found}
    assert company.read(lambda db: db.kpis.first_days(KPIS)) == firsts
    since = {key: min(days) for key in KPIS}
    counts = {key: sum(on >= min(days) for on in found) for key, found in days_of.items()}
    assert company.read(lambda db: db.kpis.counts(since)) == counts


def test_what_a_transaction_logs_counts_in_what_it_reads(storage: Storage) -> None:
    company = Company(storage)
    company.many([{"value": Decimal(1), "on": TODAY - timedelta(days=number)} for number in range(20)])

    def work(db: UnitOfWork) -> list[object]:
        new = [samples.entry(value=Decimal(number), on=TODAY - timedelta(days=number)) for number in (7, 9)]
        for entry in new:
            db.kpis.add(entry)
        first = [
            db.kpis.totals(FIRST, TODAY),
            db.kpis.totals(FIRST, TODAY, "U1", ["revenue"]),
            db.kpis.totals(FIRST, TODAY, "U1", ["revenue"], ()),
            db.kpis.totals_by_day("revenue", new[0].on, new[0].on)["revenue"],
            db.kpis.totals_by_member("revenue", FIRST, TODAY)["U1"],
        ]
        db.kpis.add(samples.entry(kpi_key="leads", on=FIRST))
        second = [db.kpis.first_days(["leads"]), db.kpis.counts({"leads": FIRST})]
        db.kpis.add(samples.entry(kpi_key="leads", on=FIRST))
        db.kpis.undo(new[0].id, "U1", company.now)
        return [*first, *second, db.kpis.totals(FIRST, TODAY)]

    everything = {"revenue": Totals(Decimal(36), 22, Decimal(1))}
    assert company.write(work) == [
        everything,
        everything,
        {"revenue": Totals(Decimal(36), 22)},
        {TODAY - timedelta(days=7): Totals(Decimal(8), 2, company.read(lambda db: last_of_day(db)))},
        everything["revenue"],
        {"leads": FIRST},
        {"leads": 1},
        {"leads": Totals(Decimal(20), 2, Decimal(10)), "revenue": Totals(Decimal(29), 21, Decimal(1))},
    ]
    assert company.is_right()


def last_of_day(db: UnitOfWork) -> Decimal:
    """Of two values logged in one moment for that day, the one with the later id."""
    found = [each for each in db.kpis.history("revenue", None, 100) if each.on == TODAY - timedelta(days=7)]
    return found[0].value


async def test_many_who_change_the_same_day_at_once_lose_and_double_nothing(storage: Storage) -> None:
    """On PostgreSQL each in a transaction of its own, beside the others: who logs, who undoes, who imports."""
    company = Company(storage)
    first = [samples.entry(member_id=PEOPLE[number % 3], logged_at=NOW) for number in range(24)]
    company.write(lambda db: db.kpis.add_many(first))
    staged = [samples.entry(logged_by="U9", logged_at=NOW, member_id=PEOPLE[number % 3]) for number in range(12)]
    company.write(lambda db: db.kpis.stage(staged))

    def works() -> Iterator[Callable[[UnitOfWork], object]]:
        for number, each in enumerate(first):
            state, later = ENDED[number % 3], NOW + timedelta(minutes=number)
            yield lambda db, each=each, state=state, later=later: db.kpis.end(each.id, state, "U1", later)
            new = samples.entry(member_id=PEOPLE[number % 3], logged_at=later, value=Decimal(number))
            yield lambda db, new=new: db.kpis.add(new)
        yield lambda db: db.kpis.publish("U9", NOW, {"revenue"}, NOW + HOUR)

    await asyncio.gather(*(storage.write(company.workspace, each) for each in works()))
    assert company.is_right()
    totals = company.read(lambda db: db.kpis.totals(TODAY, TODAY))["revenue"]
    assert (totals.sum, totals.count) == (sum(range(24)) + 12 * Decimal(10), 36)


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_what_is_logged_while_somebody_is_erased_counts(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """By another replica, just after their entries were looked up for the last time: it is there, and so it counts."""
    company = Company(storage)
    company.many([{"on": FIRST}, {"on": FIRST, "member_id": "U2"}])
    erase = PersonalData.erase

    def somebody_logs(db: PersonalData, member_id: str, instead: str, now: datetime) -> None:
        company.add({"on": FIRST, "value": Decimal(7), "member_id": member_id})
        erase(db, member_id, instead, now)

    monkeypatch.setattr(PersonalData, "erase", somebody_logs)
    company.erase("U1")
    assert company.is_right()
    assert company.read(lambda db: db.kpis.totals(FIRST, FIRST, "U1", KPIS)) == {
        "revenue": Totals(Decimal(7), 1, Decimal(7))
    }
    monkeypatch.undo()
    company.erase("U1")
    assert company.read(lambda db: db.kpis.totals(FIRST, FIRST, "U1", KPIS)) == {}
    assert not storage.read_now(company.workspace, _weeks_of_u1), "and then nothing is left that names them"
    assert company.is_right()


def _weeks_of_u1(db: UnitOfWork) -> list[Any]:
    return list(db._scope.connection.execute(text("SELECT 1 FROM entry_weeks WHERE member_id = 'U1'")))


def test_an_upgrade_adds_up_what_was_there(storage: Storage, database: Database) -> None:
    company = Company(storage)
    company.many(
        [{"value": Decimal(number) - LARGEST, "on": TODAY - timedelta(days=number % 9)} for number in range(30)]
    )
    company.many([{"member_id": each, "value": Decimal("0.0001"), "on": FIRST} for each in PEOPLE])
    company.stage([{"value": Decimal(7)}])
    for number in range(12):
        company.now += HOUR
        company.end(number)
    company.write(lambda db: db._scope.connection.execute(text("DROP TABLE entry_days")))
    company.write(lambda db: db._scope.connection.execute(text("DROP TABLE entry_weeks")))
    company.write(lambda db: db._scope.connection.execute(text("UPDATE alembic_version SET version_num = '0005'")))
    migrate.upgrade(database.url)
    assert company.is_right()
    check(company, FIRST, TODAY, company.now - 3 * HOUR)


WRONG = {
    "a sum": "UPDATE entry_days SET low = low + 1",
    "a count": "UPDATE entry_weeks SET times = times + 1",
    "a latest value": "UPDATE entry_days SET last = last + 1",
    "a moment": "UPDATE entry_days SET changed_at = last_at WHERE changed_at > last_at",
    "a day that is missing": "DELETE FROM entry_days",
    "a week of somebody else": "UPDATE entry_weeks SET member_id = 'U7'",
    "entries behind our back": "UPDATE entries SET value = value + 1 WHERE state = 'active'",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_totals_that_are_wrong_are_found_and_made_anew(storage: Storage, wrong: str) -> None:
    company = Company(storage)
    company.many([{"value": Decimal(number), "on": TODAY - timedelta(days=number % 9)} for number in range(20)])
    company.now += HOUR
    company.end(3)
    assert company.is_right()
    company.write(lambda db: db._scope.connection.execute(text(WRONG[wrong])))
    assert company.read(lambda db: db.kept_totals.is_right("revenue")) is False
    company.write(lambda db: db.kept_totals.rebuild("revenue"))
    assert company.is_right()
    check(company, FIRST, TODAY, company.now - HOUR)
