"""KPI entries in and out as CSV: all or nothing, the same line once, and nothing a spreadsheet program would run."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entries import Entry
from bot.domain.errors import DomainError, FileRefused
from bot.domain.members import Member
from bot.files import line_words
from bot.i18n import load
from bot.kpis.service import undo_entry, undo_latest
from bot.kpis.transfer import (
    ImportReport,
    ParsedLine,
    export_rows,
    guarded,
    import_lines,
    parse,
    plain,
    unguarded,
)
from bot.kpis.vocabulary import Vocabulary
from storage import Storage, migrate

TEXTS = load("en")
VOCABULARY = Vocabulary.of(TEXTS, TEXTS.t("en"))
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
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
def ledger(tmp_path: Path) -> Iterator[Storage]:
    migrate.upgrade(f"sqlite:///{tmp_path}/denyut.db")
    storage = Storage.open(f"sqlite:///{tmp_path}/denyut.db", tmp_path)
    yield storage
    storage.close()


def lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


def imported(storage: Storage, text: str, workspace: str = "T0TEST") -> ImportReport:
    return storage.write_now(workspace, lambda db: import_lines(db, lines(text), VOCABULARY, NOW))


def exported(storage: Storage, workspace: str = "T0TEST") -> str:
    out = io.StringIO(newline="")
    rows = storage.read_now(workspace, lambda db: list(export_rows(db, FIRST, LAST)))
    csv.writer(out).writerows(rows)
    return out.getvalue()


def test_a_file_is_imported_and_run_again_adds_nothing(ledger: Storage) -> None:
    assert imported(ledger, SAMPLE) == ImportReport(read=5, added=5, known=0)
    assert imported(ledger, SAMPLE) == ImportReport(read=5, added=0, known=5)
    totals = ledger.read_now("T0TEST", lambda db: db.kpis.totals(FIRST, LAST))
    assert totals["revenue"].sum == Decimal("24999499.75")
    assert totals["customer_satisfaction"].sum == Decimal("4.6")
    (slow,) = ledger.read_now("T0TEST", lambda db: db.kpis.history("lead_response_time"))
    assert slow.note == 'slow, "very" slow\non two lines'


def test_lines_that_say_the_same_count_each(ledger: Storage) -> None:
    """Two equal lines are two sales; a file with one more of them adds just that one."""
    line = "2026-11-20,leads,1,U0BOB,\n"
    assert imported(ledger, "date,kpi,value,member,note\n" + line * 2).added == 2
    assert imported(ledger, "date,kpi,value,member,note\n" + line * 3) == ImportReport(3, 1, 2)


def test_a_name_in_either_language_is_the_same_line(ledger: Storage) -> None:
    imported(ledger, "date,kpi,value,member\n2026-11-20,revenue,1.50,U0BOB\n")
    again = imported(ledger, "member,value,kpi,date\nU0BOB,1.5,Pendapatan,2026-11-20\n")
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
        "20/11/2026,revenue,5,U0BOB,,\n"
        "2026-02-30,revenue,5,U0BOB,,\n"
        "2026-11-20,sales figure,5,U0BOB,,\n"
        "2026-11-20,conversion rate,5,U0BOB,,\n"
        '2026-11-20,revenue,"12.500,00",U0BOB,,\n'
        "2026-11-20,revenue,1e5,U0BOB,,\n"
        "2026-11-20,revenue,NaN,U0BOB,,\n"
        "2026-11-20,revenue,1.23456,U0BOB,,\n"
        "2026-11-20,revenue,9999999999999.99999,U0BOB,,\n"
        "2026-11-20,revenue,5,Bob,,\n"
        "\n"
        "2026-11-20,revenue,5\n"
        f"2026-11-20,revenue,5,U0BOB,{'x' * 301},\n"
        "2026-11-20,revenue,6,U0BOB,,a\n"
    )
    with pytest.raises(FileRefused) as refused:
        imported(ledger, text)
    assert [error.line for error in refused.value.errors] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16]
    for language in ("en", "id"):
        assert all(str(error.line) in line_words(error, TEXTS.t(language)) for error in refused.value.errors)
    assert line_words(refused.value.errors[2], TEXTS.t("en")) == "line 5: “sales figure” is not a KPI"
    assert ledger.read_now("T0TEST", lambda db: db.kpis.totals(FIRST, LAST)) == {}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "kpi,value\nrevenue,5\n", "hello", 'date,kpi,value,member\n2026-11-20,revenue,5,"U0BOB\n']
)
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FileRefused):
        parse(lines(text), VOCABULARY)


def test_line_numbers_count_lines_of_the_file_not_records() -> None:
    text = 'date,kpi,value,member,note\n2026-11-20,leads,1,U0BOB,"two\nlines"\n2026-11-20,leads,x,U0BOB,\n'
    with pytest.raises(FileRefused) as refused:
        parse(lines(text), VOCABULARY)
    assert [error.line for error in refused.value.errors] == [4]


def test_what_is_exported_imports_to_the_same(ledger: Storage) -> None:
    imported(ledger, SAMPLE)
    live = Entry("e1", "leads", "U0BOB", Decimal(3), date(2026, 11, 20), "U0BOB", NOW, "slack:=1", "=1+1")
    ledger.write_now("T0TEST", lambda db: db.kpis.add(live))
    first = exported(ledger)
    assert imported(ledger, first) == ImportReport(6, 0, 6)
    assert imported(ledger, first, "T0OTHER") == ImportReport(6, 6, 0)
    assert exported(ledger, "T0OTHER") == first
    notes = ledger.read_now("T0OTHER", lambda db: [entry.note for entry in db.kpis.history("leads")])
    assert notes == ["=1+1"]
    assert "'=1+1" in first


def test_what_was_undone_is_not_exported(ledger: Storage) -> None:
    entry = Entry("e1", "leads", "U0BOB", Decimal(3), date(2026, 11, 20), "U0BOB", NOW, "slack:1")
    ledger.write_now("T0TEST", lambda db: db.kpis.add(entry))
    assert len(exported(ledger).splitlines()) == 2
    ledger.write_now("T0TEST", lambda db: undo_entry(db, "e1", Member("U0BOB"), NOW))
    assert len(exported(ledger).splitlines()) == 1


def test_a_persons_undo_does_not_reach_into_an_import(ledger: Storage) -> None:
    imported(ledger, SAMPLE)
    with pytest.raises(DomainError, match="nothing_to_undo"):
        ledger.write_now("T0TEST", lambda db: undo_latest(db, Member("U0BOB"), "k", NOW))


@given(text=st.text(alphabet="'=+-@\t\r\n ＝aB1", max_size=8))
def test_no_cell_begins_with_what_a_spreadsheet_runs(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert unguarded(cell) == text


@given(value=st.decimals(min_value=-(10**12), max_value=10**12, places=4))
def test_values_are_written_plainly(value: Decimal) -> None:
    assert Decimal(plain(value)) == value
    assert "e" not in plain(value).lower()


@given(text=st.text(max_size=200))
def test_no_file_is_met_with_anything_but_lines_or_a_refusal(text: str) -> None:
    for body in (
        text,
        "date,kpi,value,member,note,source\n" + text,
        "date,kpi,value,member\n2026-11-20,leads,1," + text,
    ):
        answer = understood_or_refused(body)
        if isinstance(answer, FileRefused):
            assert all(line_words(error, TEXTS.t("id")) for error in answer.errors)
        else:
            assert all(isinstance(line, ParsedLine) for line in answer)


def understood_or_refused(body: str) -> list[ParsedLine] | FileRefused:
    try:
        return parse(lines(body), VOCABULARY)
    except FileRefused as refused:
        return refused
