"""KPI entries in and out of files: all or nothing, the same line once, and the same figures wherever they arrive."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.catalogue import Catalogue
from bot.domain.entries import Entry
from bot.domain.errors import DomainError, FileRefused
from bot.domain.members import Member
from bot.domain.workdays import Workdays
from bot.files import line_words
from bot.i18n import load
from bot.kpis.exporting import export_table
from bot.kpis.grammar import clean_note
from bot.kpis.importing.planning import open_table, plan_import
from bot.kpis.importing.plans import ImportPlan, ImportReport
from bot.kpis.importing.recording import import_plan
from bot.kpis.service import Acting, undo_entry, undo_latest
from bot.kpis.vocabulary import Vocabulary
from bot.spreadsheets import TableKind
from storage import Storage, new_id

TEXTS = load("en")
VOCABULARY = Vocabulary.of(TEXTS, TEXTS.t("en"), Catalogue(), "IDR")
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
BOB = Acting(Member("U0BOB"), NOW, NOW.date(), Workdays(""))
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)

SAMPLE = """\
date,kpi,value,member,note
2026-11-20,revenue,12500000,U0BOB,
2026-11-20,Pendapatan,12500000,U0BOB,
2026-11-21,lead response time,12000,U0CITRA,"slow, ""very"" slow
on two lines"
2026-11-21,csat,4.60,U0CITRA,
2026-11-22,REV,-500.25,U0BOB,returned
"""


@pytest.fixture
def ledger(tmp_path: Path, sqlite_template: Path) -> Iterator[Storage]:
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    storage = Storage.open(f"sqlite:///{tmp_path}/denyut.db", tmp_path)
    yield storage
    storage.close()


def planned(storage: Storage, data: str | bytes, workspace: str = "T0TEST") -> ImportPlan:
    source = data.encode() if isinstance(data, str) else data
    with open_table(source, VOCABULARY) as table:
        return storage.read_now(workspace, lambda db: plan_import(db, table, VOCABULARY, NOW.date()))


def imported(storage: Storage, data: str | bytes, workspace: str = "T0TEST") -> ImportReport:
    plan = planned(storage, data, workspace)
    return storage.write_now(workspace, lambda db: import_plan(db, plan, NOW))


def exported(storage: Storage, kind: TableKind = TableKind.CSV, workspace: str = "T0TEST") -> bytes:
    out = BytesIO()
    storage.read_now(workspace, lambda db: export_table(db, out, kind, FIRST, LAST))
    return out.getvalue()


def entries(storage: Storage, workspace: str = "T0TEST") -> list[tuple[object, ...]]:
    def read(db: object) -> list[tuple[object, ...]]:
        found = db.kpis.between(FIRST, LAST)  # type: ignore[attr-defined]
        return sorted((e.on, e.kpi_key, e.member_id, e.value, e.note, e.source) for e in found)

    return storage.read_now(workspace, read)


def test_a_file_is_imported_and_run_again_adds_nothing(ledger: Storage) -> None:
    assert imported(ledger, SAMPLE) == ImportReport(read=5, added=5, known=0)
    assert imported(ledger, SAMPLE) == ImportReport(read=5, added=0, known=5)
    totals = ledger.read_now("T0TEST", lambda db: db.kpis.totals(FIRST, LAST))
    assert totals["revenue"].sum == Decimal("24999499.75")
    assert totals["customer_satisfaction"].sum == Decimal("4.6")
    (slow,) = ledger.read_now("T0TEST", lambda db: db.kpis.history("lead_response_time"))
    assert slow.note == 'slow, "very" slow\non two lines'


def test_lines_are_known_by_the_marks_they_always_had(ledger: Storage) -> None:
    """What was imported long ago is known under these: changing them would count it twice."""
    imported(ledger, SAMPLE)
    assert [source for *_, source in entries(ledger)] == [
        "csv:53d30bf1ee780d4797ee59efaa007a60",
        "csv:9ddb3c24611ab6164b3b2808135e4b33",
        "csv:ad599eae912cc80ac26816019476dff8",
        "csv:194042a8301a7330feb4706c2073b54a",
        "csv:98fd680f1f2f66732f8482142430aa33",
    ]


def test_lines_that_say_the_same_count_each(ledger: Storage) -> None:
    """Two equal lines are two sales; a file with one more of them adds just that one."""
    line = "2026-11-20,leads,1,U0BOB,\n"
    assert imported(ledger, "date,kpi,value,member,note\n" + line * 2).added == 2
    assert imported(ledger, "date,kpi,value,member,note\n" + line * 3) == ImportReport(3, 1, 2)


def test_a_name_in_either_language_is_the_same_line(ledger: Storage) -> None:
    imported(ledger, "date,kpi,value,member\n2026-11-20,revenue,1.50,U0BOB\n")
    again = imported(ledger, "anggota;nilai;kpi;tanggal\nU0BOB;1,5;Pendapatan;20/11/2026\n")
    assert again == ImportReport(1, 0, 1)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("2026-11-20,leads,1.5,U0BOB", "kpis.import.count"),
        ("2026-11-20,orders,-2,U0BOB", "kpis.import.count"),
        ("2026-11-20,customer_satisfaction,-1,U0BOB", "kpis.import.too_low"),
    ],
)
def test_a_value_that_the_kpi_does_not_take_is_refused(ledger: Storage, line: str, key: str) -> None:
    with pytest.raises(FileRefused) as caught:
        imported(ledger, f"date,kpi,value,member\n{line}\n")
    assert [error.key for error in caught.value.errors] == [key]


def test_every_wrong_line_is_named_and_nothing_is_stored(ledger: Storage) -> None:
    text = (
        "date,kpi,value,member,note,source\n"
        "2026-11-20,revenue,5,U0BOB,,a\n"
        "31/11/2026,revenue,5,U0BOB,,\n"
        "2026-02-30,revenue,5,U0BOB,,\n"
        "2026-11-20,sales figure,5,U0BOB,,\n"
        "2026-11-20,conversion rate,5,U0BOB,,\n"
        "2026-11-27,revenue,5,U0BOB,,\n"
        "2026-11-20,revenue,1e5,U0BOB,,\n"
        "2026-11-20,revenue,NaN,U0BOB,,\n"
        "2026-11-20,revenue,1.23456,U0BOB,,\n"
        "2026-11-20,revenue,9999999999999.99999,U0BOB,,\n"
        "2026-11-20,revenue,5,Bob,,\n"
        "\n"
        "2026-11-20,revenue,5\n"
        f"2026-11-20,revenue,5,U0BOB,{'x' * 301},\n"
        "2026-11-20,revenue,6,U0BOB,,a\n"
        "2026-11-20,revenue,,U0BOB,,\n"
        "2026-11-20,revenue,5,,,\n"
        "yesterday,revenue,5,U0BOB,,\n"
        "2026-11-20,revenue,$5,U0BOB,,\n"
        "2026-11-20,revenue,45%,U0BOB,,\n"
        "2026-11-20,revenue,99999999999999,U0BOB,,\n"
        "2026-11-20,reveneu,5,U0BOB,,\n"
    )
    with pytest.raises(FileRefused) as refused:
        imported(ledger, text)
    errors = refused.value.errors
    assert [error.line for error in errors] == [*range(3, 13), *range(14, 24)]
    for language in ("en", "id"):
        assert all(str(error.line) in line_words(error, TEXTS.t(language)) for error in errors)
    assert line_words(errors[2], TEXTS.t("en")) == "line 5: “sales figure” is not a KPI"
    assert line_words(errors[-1], TEXTS.t("en")) == "line 23: “reveneu” is not a KPI. Did you mean Revenue?"
    assert ledger.read_now("T0TEST", lambda db: db.kpis.totals(FIRST, LAST)) == {}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "kpi,value\nrevenue,5\n", "hello", 'date,kpi,value,member\n2026-11-20,revenue,5,"U0BOB\n']
)
def test_a_file_that_is_none_is_refused(ledger: Storage, text: str) -> None:
    with pytest.raises((DomainError, FileRefused)):
        imported(ledger, text)


def test_a_file_that_breaks_off_is_refused_with_what_is_wrong_before(ledger: Storage) -> None:
    plan = planned(ledger, 'date,kpi,value,member\n2026-11-20,leads,x,U0BOB\n2026-11-20,leads,5,"U0BO')
    assert [(error.line, error.key) for error in plan.errors] == [
        (2, "kpis.import.value"),
        (3, "spreadsheets.open_quote"),
    ]


def test_line_numbers_count_lines_of_the_file_not_records(ledger: Storage) -> None:
    text = 'date,kpi,value,member,note\n2026-11-20,leads,1,U0BOB,"two\nlines"\n2026-11-20,leads,x,U0BOB,\n'
    assert [error.line for error in planned(ledger, text).errors] == [4]


@pytest.mark.parametrize("kind", TableKind)
def test_what_is_exported_imports_to_the_same(ledger: Storage, kind: TableKind) -> None:
    imported(ledger, SAMPLE)
    live = Entry("e1", "leads", "U0BOB", Decimal(3), date(2026, 11, 20), "U0BOB", NOW, "slack:=1", "=1+1")
    fine = Entry("e2", "revenue", "U0BOB", Decimal("4.125"), date(2026, 11, 20), "U0BOB", NOW, "slack:2")
    most = Entry("e3", "revenue", "U0BOB", Decimal("9999999999999.9999"), date(2026, 11, 20), "U0BOB", NOW, "s:3")
    ledger.write_now("T0TEST", lambda db: db.kpis.add_many([live, fine, most]))
    first = exported(ledger, kind)
    assert imported(ledger, first) == ImportReport(8, 0, 8)
    assert imported(ledger, first, "T0OTHER") == ImportReport(8, 8, 0)
    assert entries(ledger, "T0OTHER") == entries(ledger)
    assert exported(ledger, TableKind.CSV, "T0OTHER") == exported(ledger, TableKind.CSV)
    notes = ledger.read_now("T0OTHER", lambda db: [entry.note for entry in db.kpis.history("leads")])
    assert notes == ["=1+1"]
    assert b"'=1+1" in exported(ledger, TableKind.CSV)


def test_three_decimals_alone_survive_the_way_out_and_in(ledger: Storage) -> None:
    """4.125 by itself could be four thousand; what is exported never leaves that open."""
    fine = Entry("e2", "revenue", "U0BOB", Decimal("4.125"), date(2026, 11, 20), "U0BOB", NOW, "slack:2")
    ledger.write_now("T0TEST", lambda db: db.kpis.add(fine))
    assert imported(ledger, exported(ledger), "T0OTHER").added == 1
    assert entries(ledger, "T0OTHER") == entries(ledger)


notes = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'=+-@;,|\t\r\n_x0041 "), max_size=40)
values = st.decimals(-(10**12), 10**12, places=4)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    logged=st.lists(st.tuples(notes.map(clean_note), values), min_size=1, max_size=8), kind=st.sampled_from(TableKind)
)
def test_any_note_and_value_comes_back(ledger: Storage, logged: list[tuple[str, Decimal]], kind: TableKind) -> None:
    here, there = new_id(), new_id()
    made = [
        Entry(new_id(), "revenue", "U0BOB", value, date(2026, 11, 20), "U0BOB", NOW, f"slack:{place}", note)
        for place, (note, value) in enumerate(logged)
    ]
    ledger.write_now(here, lambda db: db.kpis.add_many(made))
    first = exported(ledger, kind, here)
    assert imported(ledger, first, there).added == len(made)
    assert entries(ledger, there) == entries(ledger, here)
    assert exported(ledger, TableKind.CSV, there) == exported(ledger, TableKind.CSV, here)


def test_an_export_may_be_of_some_days_and_kpis(ledger: Storage) -> None:
    imported(ledger, SAMPLE)

    def lines(first: date, last: date, keys: list[str] | None) -> int:
        out = BytesIO()
        return ledger.read_now("T0TEST", lambda db: export_table(db, out, TableKind.CSV, first, last, keys))

    assert lines(FIRST, LAST, None) == 5
    assert lines(date(2026, 11, 21), date(2026, 11, 21), None) == 2
    assert lines(FIRST, LAST, ["revenue"]) == 3


def test_what_was_undone_is_not_exported(ledger: Storage) -> None:
    entry = Entry("e1", "leads", "U0BOB", Decimal(3), date(2026, 11, 20), "U0BOB", NOW, "slack:1")
    ledger.write_now("T0TEST", lambda db: db.kpis.add(entry))
    assert len(exported(ledger).splitlines()) == 2
    ledger.write_now("T0TEST", lambda db: undo_entry(db, "e1", BOB))
    assert len(exported(ledger).splitlines()) == 1


def test_a_persons_undo_does_not_reach_into_an_import(ledger: Storage) -> None:
    imported(ledger, SAMPLE)
    with pytest.raises(DomainError, match="nothing_to_undo"):
        ledger.write_now("T0TEST", lambda db: undo_latest(db, "k", BOB))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_file_is_met_with_anything_but_a_plan_or_a_refusal(ledger: Storage, text: str) -> None:
    for body in (
        text,
        "date,kpi,value,member,note,source\n" + text,
        "date,kpi,value,member\n2026-11-20,leads,1," + text,
        "date,kpi,value,member\n2026-11-20,revenue," + text + ",U0BOB\n",
        "date,revenue,leads,member\n" + text + ",5,5,U0BOB\n",
    ):
        assert all(said_of(ledger, body))


def said_of(storage: Storage, body: str) -> list[str]:
    """What a person reads of a file that is wrong."""
    t = TEXTS.t("id")
    try:
        return [line_words(error, t) for error in planned(storage, body).errors]
    except DomainError as refused:
        return [t(refused.key, **refused.values)]
