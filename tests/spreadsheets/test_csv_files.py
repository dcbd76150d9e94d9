"""CSV as people and programs write it: every encoding and delimiter, the right line numbers, and no half files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DomainError, FileRefused
from bot.spreadsheets import Row, Table, TableKind, csv_files, read_table


def rows_of(table: Table) -> list[Row]:
    with table:
        return list(table.rows)


def refusal(data: bytes | Path, **limits: int) -> str:
    with pytest.raises(DomainError) as caught:
        rows_of(read_table(data, **limits))
    return caught.value.key


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("codec", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_encoding_and_delimiter_are_found(delimiter: str, codec: str, found: str) -> None:
    text = delimiter.join(("hari", "nilai", "catatan")) + "\r\n" + delimiter.join(("1", "2", "café – naïve")) + "\r\n"
    table = read_table(text.encode(codec))
    assert (table.found.kind, table.found.delimiter, table.found.encoding) == (TableKind.CSV, delimiter, found)
    assert table.header == ("hari", "nilai", "catatan")
    assert rows_of(table) == [Row(2, ("1", "2", "café – naïve"))]


def test_a_decimal_comma_does_not_make_commas_the_delimiter() -> None:
    table = read_table(b"day;value\n1;1,5\n2;2,5\n")
    assert [row.cells for row in rows_of(table)] == [("1", "1,5"), ("2", "2,5")]


def test_a_file_may_name_its_delimiter() -> None:
    table = read_table(b"sep=|\na|b,c,d\n1|2\n")
    assert (table.header, rows_of(table)) == (("a", "b,c,d"), [Row(3, ("1", "2"))])


def test_the_head_is_the_first_row_that_is_one() -> None:
    table = read_table(b"Report;;\n\nnot;this;\nday;value;note\n1;2;3\n", lambda cells: "value" in cells)
    assert (table.header, rows_of(table)) == (("day", "value", "note"), [Row(5, ("1", "2", "3"))])


@pytest.mark.parametrize("data", [b"", b"\n\n", b"hello", b"1\n2\n"])
def test_what_has_no_head_is_a_table_without_one(data: bytes) -> None:
    table = read_table(data)
    assert (table.header, rows_of(table)) == ((), [])


def test_line_numbers_count_lines_of_the_file() -> None:
    data = b'a,b\n1,"two\nlines\nmore"\n\n2,x\r\n3,"y\r\nz"\r4,w\n'
    assert [row.line for row in rows_of(read_table(data))] == [2, 6, 7, 9]


@pytest.mark.parametrize(
    ("data", "line", "key"),
    [
        (b'a,b\n1,2\n3,"cut off\nhere\n', 3, "spreadsheets.open_quote"),
        (b'a,b\n1,2\n3,"' + b"x" * 200_000, 3, "spreadsheets.open_quote"),
        (b'a,b\n1,"2"x\n', 2, "core.file_broken"),
    ],
)
def test_a_half_or_broken_record_is_refused_with_its_line(data: bytes, line: int, key: str) -> None:
    with pytest.raises(FileRefused) as caught:
        rows_of(read_table(data))
    assert [(error.line, error.key) for error in caught.value.errors] == [(line, key)]


def test_a_letter_cut_in_two_at_the_end_is_half_a_file() -> None:
    whole = "a,b\ncafé,café".encode()
    assert rows_of(read_table(whole)) == [Row(2, ("café", "café"))]
    assert refusal(whole[:-1]) == "spreadsheets.half"


@pytest.mark.parametrize(
    ("beginning", "key"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheets.xls"),
        (b"%PDF-1.7\n", "spreadsheets.pdf"),
        (b"\x1f\x8b\x08", "spreadsheets.packed"),
        (b"{\\rtf1", "spreadsheets.document"),
        (b"<html><table>", "spreadsheets.web_page"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "spreadsheets.web_page"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "spreadsheets.not_text"),
        (b"a,b\n\0\0", "spreadsheets.not_text"),
        (b"a,b\n\x81\x8d", "spreadsheets.not_text"),
        (b"\xff\xfea\0,\0\0\xd8,\0", "spreadsheets.not_text"),
    ],
)
def test_other_files_are_refused_by_what_they_are(beginning: bytes, key: str) -> None:
    assert refusal(beginning) == key


def test_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as out:
        out.truncate(1_000_000_000)  # a sparse file: it takes no room
    assert refusal(huge) == "spreadsheets.too_large"
    assert refusal(b"a,b\n1,2\n", most_bytes=7) == "spreadsheets.too_large"
    assert rows_of(read_table(b"a,b\n1,2\n", most_bytes=8))


def test_more_rows_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "MOST_ROWS", 3)
    assert len(rows_of(read_table(b"a,b\n1,2\n3,4\n"))) == 2
    assert refusal(b"a,b\n1,2\n3,4\n5,6\n") == "spreadsheets.too_many_rows"


def test_a_file_on_disk_is_let_go_of(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    with read_table(path) as table:
        assert next(table.rows) == Row(2, ("1", "2"))
    with pytest.raises(ValueError, match="closed"):
        next(table.rows)


@given(data=st.binary(max_size=300) | st.text(alphabet='a,;"\n\r\t|1é\0', max_size=60).map(lambda text: text.encode()))
def test_no_bytes_are_met_with_anything_but_rows_or_a_refusal(data: bytes) -> None:
    try:
        rows = rows_of(read_table(data))
    except (DomainError, FileRefused):
        return
    assert all(isinstance(cell, str) for row in rows for cell in row.cells)
