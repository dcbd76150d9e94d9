"""Tables out: read back they are the same, and no spreadsheet program runs anything in them."""

import csv
import re
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.spreadsheets import Cell, Row, TableKind, read_table, write_table
from bot.spreadsheets.writing import Writable, guarded, plain, unguarded

HEAD = ("day", "number", "text")
DAY = date(2026, 11, 20)
LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'=+-@;,|\t\r\n_x0041"), max_size=40)


def written(kind: TableKind, *rows: tuple[Writable, ...]) -> bytes:
    out = BytesIO()
    assert write_table(kind, out, HEAD, rows, (12, 18, 40)) == len(rows)
    return out.getvalue()


def back(data: bytes) -> list[tuple[Cell, ...]]:
    with read_table(data) as table:
        return [row.cells for row in table.rows]


@given(text=texts)
def test_any_text_comes_back_from_a_sheet(text: str) -> None:
    ((_, _, *rest),) = back(written(TableKind.XLSX, (DAY, Decimal(1), text)))
    assert "".join(map(str, rest)) == text


@given(text=texts.filter(lambda text: "\0" not in text))
def test_any_text_comes_back_from_csv(text: str) -> None:
    ((_, _, cell),) = back(written(TableKind.CSV, (DAY, Decimal(1), text)))
    assert isinstance(cell, str)
    assert unguarded(cell) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "#N/A", "{=1}", '=HYPERLINK("http://x")']
)
def test_a_sheet_holds_texts_and_no_formula(text: str) -> None:
    data = written(TableKind.XLSX, (DAY, Decimal(1), text))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert not any("external" in name.lower() or "vba" in name.lower() for name in archive.namelist())
    assert b"<f" not in sheet
    assert sheet.count(b't="inlineStr"') == 4, "the head and the text"
    assert back(data)[0][2] == text


def test_a_sheet_has_real_days_and_numbers() -> None:
    data = written(TableKind.XLSX, (DAY, Decimal("0.1"), ""), (DAY, Decimal("-1234567890.1234"), "x"))
    assert back(data) == [(DAY, Decimal("0.1"), ""), (DAY, Decimal("-1234567890.1234"), "x")]
    sheet = load_workbook(BytesIO(data)).worksheets[0]
    assert [sheet["A2"].is_date, sheet["B2"].data_type, sheet["C3"].data_type] == [True, "n", "s"]
    assert (sheet.freeze_panes, sheet["A1"].font.bold, sheet.column_dimensions["C"].width) == ("A2", True, 40)


def test_more_digits_than_a_sheet_keeps_are_a_text() -> None:
    kept, beyond = Decimal("12345678901.2345"), Decimal("9999999999999.9999")
    assert [row[1] for row in back(written(TableKind.XLSX, (DAY, kept, "x"), (DAY, beyond, "x")))] == [
        kept,
        "9999999999999.9999",
    ]


@given(value=st.decimals(min_value=-(10**12), max_value=10**12, places=4))
def test_numbers_are_written_plainly(value: Decimal) -> None:
    assert Decimal(plain(value)) == value
    assert "e" not in plain(value).lower()
    ((_, cell, _),) = back(written(TableKind.CSV, (DAY, value, "")))
    assert isinstance(cell, str)
    assert Decimal(cell) == value
    assert len(cell.partition(".")[2]) != 3, "three decimals could be thousands"


@pytest.mark.parametrize("text", [" =1+1", "\u00a0@SUM(A1)", "\ufeff=1", " \u200b-1", "a; =1+1", "\x0b＝1"])
def test_blanks_before_it_hide_no_formula(text: str) -> None:
    """Some programs leave them out before they look."""
    for cell in re.split("[;,|]", guarded(text)):
        assert not cell.strip("\x0b\ufeff\u200b\u00a0 ").startswith(LIVE)
    assert unguarded(guarded(text)) == text


@given(text=st.text(alphabet="'=+-@\t\r\n ;,|＝aB1", max_size=8))
def test_no_cell_begins_with_what_a_spreadsheet_runs(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(LIVE)
    assert unguarded(cell) == text


@given(text=st.text(alphabet="'=+-@\t\r\n ;,|＝aB1", max_size=8))
def test_nor_where_another_delimiter_begins_a_cell(text: str) -> None:
    """Where lists are parted by semicolons, spreadsheet programs open every CSV file so."""
    data = written(TableKind.CSV, (DAY, Decimal(1), f"a{text}")).decode("utf-8-sig")
    for delimiter in (";", "\t", "|"):
        for record in csv.reader(StringIO(data, newline=""), delimiter=delimiter):
            assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for cell in record)


def test_csv_says_that_it_is_utf_8() -> None:
    data = written(TableKind.CSV, (DAY, Decimal("12.5"), "Rp – é"))
    assert data.startswith(b"\xef\xbb\xbfday,number,text\r\n")
    with read_table(data) as table:
        assert list(table.rows) == [Row(2, ("2026-11-20", "12.5", "Rp – é"))]


def test_how_far_it_is_is_told() -> None:
    told: list[int] = []
    rows = ((DAY, Decimal(1), "x") for _ in range(2_500))
    assert write_table(TableKind.CSV, BytesIO(), HEAD, rows, (1, 1, 1), told.append) == 2_500
    assert told == [1_000, 2_000]
