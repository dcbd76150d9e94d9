"""XLSX in: cells as the sheet shows them, of the sheet that is meant, and none of what is made to do harm."""

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.domain.errors import DomainError, FileRefused
from bot.spreadsheets import Cell, NotComputed, Percentage, Table, TableKind, read_table, workbook_archive, xlsx_files

SHEET = "xl/worksheets/sheet1.xml"


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(*cells: Any, formats: str = "") -> bytes:
    """A workbook whose second row has these cells, all in one number format if one is given."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append([f"column {place}" for place in range(max(2, len(cells)))])
    sheet.append(list(cells))
    for cell in sheet[2] if formats else ():
        cell.number_format = formats
    return saved(book)


def cells_of(data: bytes) -> list[tuple[Cell, ...]]:
    with read_table(data) as table:
        return [row.cells for row in table.rows]


def read_all(data: bytes | Path, is_header: Callable[..., bool] | None = None) -> Table:
    with read_table(data, is_header) if is_header else read_table(data) as table:
        list(table.rows)
    return table


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part rewritten (or added)."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys((*old.namelist(), part)):
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(DomainError) as caught:
        read_all(data)
    return caught.value.key


def outcome(data: bytes) -> str:
    """What becomes of a file: a table, none, or the key of its refusal."""
    try:
        return "a table" if read_all(data).header else "no table"
    except (DomainError, FileRefused) as refused:
        return refused.key if isinstance(refused, DomainError) else f"spreadsheets.{refused}"


def sharing(place: str, texts: bytes) -> bytes:
    """A workbook whose first cell is the shared text of this number, of these."""
    own, shared = (
        b'<c r="A2" t="inlineStr"><is><t>plain</t></is></c>',
        b'<c r="A2" t="s"><v>%b</v></c>' % place.encode(),
    )
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    told = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%b" /></Types>' % kind
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    def change(xml: bytes) -> bytes:
        assert own in xml
        return xml.replace(own, shared)

    data = changed(sheet_of("plain", "x"), SHEET, change)
    data = changed(data, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", told))
    return changed(data, "xl/sharedStrings.xml", lambda _xml: b'<sst xmlns="%b">%b</sst>' % (main, texts))


class TestCells:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            (0.1, Decimal("0.1")),
            (0.1 + 0.2, Decimal("0.3")),
            (12500000, Decimal(12500000)),
            (-3.25, Decimal("-3.25")),
            (1e-7, Decimal("1E-7")),
            (999999999999999, Decimal(999999999999999)),
            ("1.234,56", "1.234,56"),
            (" two\nlines ", " two\nlines "),
            ("=", "="),
            (True, "TRUE"),
            (date(2026, 11, 20), date(2026, 11, 20)),
            (datetime(2026, 11, 20, 23, 59), date(2026, 11, 20)),  # noqa: DTZ001  a workbook knows no zones
            (time(3, 20), timedelta(hours=3, minutes=20)),
            (timedelta(hours=30, minutes=5), timedelta(hours=30, minutes=5)),
        ],
    )
    def test_they_are_read_as_the_sheet_has_them(self, written: Any, read: Cell) -> None:
        ((cell, last),) = cells_of(sheet_of(written, "x"))
        assert (cell, last) == (read, "x")

    @pytest.mark.parametrize(
        ("written", "formats", "read"),
        [
            (0.45, "0%", Percentage(Decimal(45))),
            (0.1234, "0.00%", Percentage(Decimal("12.34"))),
            (46346, "dd/mm/yyyy", date(2026, 11, 20)),
            (46346, "[$-421]dd mmmm yyyy;@", date(2026, 11, 20)),
            (46346.5, "d-mmm-yy h:mm", date(2026, 11, 20)),
            (0.5, "[h]:mm:ss", timedelta(hours=12)),
            (1500, '"Rp"#,##0', Decimal(1500)),
            (1500, "[$Rp-421]#,##0.00_);[Red]\\-#,##0", Decimal(1500)),
            (1500, '0 "days"', Decimal(1500)),
            (1500, "General", Decimal(1500)),
            (1e9, "dd/mm/yyyy", "#VALUE!"),
        ],
    )
    def test_a_number_is_what_its_format_makes_of_it(self, written: float, formats: str, read: Cell) -> None:
        assert cells_of(sheet_of(written, written, formats=formats)) == [(read, read)]

    def test_days_of_the_other_calendar_are_the_same_days(self) -> None:
        book = Workbook()
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001  a workbook knows no zones
        sheet: Any = book.active
        sheet.append(["a", "b"])
        sheet.append([date(2026, 11, 20), 1])
        assert cells_of(saved(book)) == [(date(2026, 11, 20), Decimal(1))]

    def test_a_formula_has_the_value_it_came_to(self) -> None:
        def computed(xml: bytes) -> bytes:
            assert b"<f>1+1</f><v />" in xml
            return xml.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")

        data = sheet_of("=1+1", "=2+2")
        open_one = NotComputed.FORMULA
        assert cells_of(data) == [(open_one, open_one)]
        assert cells_of(changed(data, SHEET, computed)) == [(Decimal(2), open_one)]

    def test_a_formula_may_come_to_nothing(self) -> None:
        data = changed(sheet_of("=A9", 1), SHEET, lambda xml: xml.replace(b'<c r="A2">', b'<c r="A2" t="str">'))
        assert cells_of(data) == [("", Decimal(1))]

    def test_shared_texts_are_read_without_their_formatting_and_hints(self) -> None:
        rich = b'<si><r><t>two </t></r><r><t>_x0070_arts</t></r><rPh sb="0" eb="1"><t>hint</t></rPh></si>'
        assert cells_of(sharing("0", rich)) == [("two parts", "x")]

    @pytest.mark.parametrize("place", ["1", "x"])
    def test_a_shared_text_that_is_not_there_is_damage(self, place: str) -> None:
        one = b"<si><t>only</t></si>"
        assert cells_of(sharing("0", one)) == [("only", "x")]
        assert refusal(sharing(place, one)) == "spreadsheets.damaged"

    def test_gaps_and_empty_rows_keep_places_and_line_numbers(self) -> None:
        book = Workbook()
        sheet: Any = book.active
        sheet["A1"], sheet["B1"], sheet["A4"], sheet["C9"] = "a", "b", "x", "y"
        with read_table(saved(book)) as table:
            assert [(row.line, row.cells) for row in table.rows] == [(4, ("x",)), (9, ("", "", "y"))]


class TestSheets:
    def test_the_first_visible_sheet_with_the_head_is_read(self) -> None:
        book = Workbook()
        first: Any = book.active
        first.append(["About this file", "by me"])
        for title, state in (("hidden", "hidden"), ("gone", "veryHidden"), ("wanted", "visible"), ("later", "visible")):
            sheet: Any = book.create_sheet(title)
            sheet.append(["day", "value"])
            sheet.append([title, 1])
            sheet.sheet_state = state
        with read_table(saved(book), lambda cells: "value" in cells) as table:
            assert (table.found.kind, table.found.sheet) == (TableKind.XLSX, "wanted")
            assert [row.cells[0] for row in table.rows] == ["wanted"]

    def test_without_the_head_there_is_no_table(self) -> None:
        assert read_all(sheet_of(1, 2), lambda cells: "value" in cells).header == ()


class TestHarm:
    def test_half_a_workbook_is_refused(self) -> None:
        data = sheet_of(*range(50))
        assert cells_of(data)
        for share in (0.1, 0.5, 0.9, 0.99):
            assert refusal(data[: int(len(data) * share)]) == "spreadsheets.damaged"

    @pytest.mark.parametrize(
        ("part", "change"),
        [
            (SHEET, lambda xml: xml[: len(xml) // 2]),
            (SHEET, lambda xml: xml.replace(b"<row r=", b"<row x='&nope;' r=")),
            (SHEET, lambda xml: xml.replace(b"<v>1</v>", b"<v>one</v>")),
            (SHEET, lambda xml: xml.replace(b"<v>1</v>", b"<v>1e999</v>")),
            (SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999999"')),
            (SHEET, lambda xml: xml.replace(b'r="B2"', b'r="2B"')),
            ("[Content_Types].xml", lambda xml: xml.replace(b"main+xml", b"other+xml")),
            ("xl/_rels/workbook.xml.rels", lambda xml: b"<x/>"),
            ("xl/workbook.xml", lambda xml: b""),
        ],
    )
    def test_a_damaged_part_is_refused_or_passed_over(self, part: str, change: Callable[[bytes], bytes]) -> None:
        data = changed(sheet_of(1, 2), part, change)
        assert outcome(data) in ("spreadsheets.damaged", "no table")

    @pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
    def test_entities_are_not_expanded(self, part: str) -> None:
        """Ten entities, each ten times the one before, would come to ten billion letters."""
        entities = b"".join(b'<!ENTITY e%d "%s">' % (place, b"&e%d;" % (place - 1) * 10) for place in range(1, 10))
        bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">' + entities + b"]>"

        def armed(xml: bytes) -> bytes:
            root = re.search(rb"<[A-Za-z]", xml)
            assert root
            return bomb + xml[root.start() :].replace(b">x<", b">&e9;<")

        assert refusal(changed(sheet_of("x", "y"), part, armed)) == "spreadsheets.damaged"

    def test_a_row_without_end_is_not_built_up(self) -> None:
        def endless(xml: bytes) -> bytes:
            return xml.replace(b"</sheetData>", b'<row r="3">' + b"<c/>" * 300_000 + b"</row></sheetData>")

        assert refusal(changed(sheet_of(1, 2), SHEET, endless)) == "spreadsheets.too_large_piece"

    def test_rows_may_be_many_where_each_is_small(self) -> None:
        def long(xml: bytes) -> bytes:
            rows = b"".join(b'<row r="%d"><c><v>1</v></c></row>' % line for line in range(3, 120_003))
            return xml.replace(b"</sheetData>", rows + b"</sheetData>")

        assert len(cells_of(changed(sheet_of(1, 2), SHEET, long))) == 120_001

    def test_one_part_for_very_many_sheets_is_not_read_for_each(self) -> None:
        def many(xml: bytes) -> bytes:
            sheet = re.search(rb"<sheet [^>]*/>", xml)
            assert sheet
            more = (sheet[0].replace(b'"Sheet"', b'"S%d"' % place) for place in range(200))
            return xml.replace(sheet[0], b"".join(more))

        data = changed(sheet_of(1, 2), SHEET, lambda xml: xml.replace(b"</worksheet>", b" " * 90_000 + b"</worksheet>"))
        assert cells_of(data)
        with pytest.raises(DomainError, match="unpacks_too_large"):
            read_all(changed(data, "xl/workbook.xml", many), lambda cells: "nowhere" in cells)

    def test_a_row_far_below_is_refused_and_not_looked_for(self) -> None:
        data = changed(sheet_of(1, 2), SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="99999999999"'))
        assert refusal(data) == "spreadsheets.damaged"

    def test_what_is_left_out_of_a_workbook_is_left_out_quietly(self) -> None:
        """Lists to choose from, colours by rule: openpyxl warns of them, and nobody who imports numbers needs that."""
        extension = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
        data = changed(sheet_of(1, 2), SHEET, lambda xml: xml.replace(b"</worksheet>", extension))
        assert cells_of(data) == [(Decimal(1), Decimal(2))]

    def test_what_unpacks_to_too_much_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        blown_up = changed(
            sheet_of(1, 2), SHEET, lambda xml: xml.replace(b"</worksheet>", b" " * 1_000_000 + b"</worksheet>")
        )
        assert cells_of(blown_up) == [(Decimal(1), Decimal(2))]
        monkeypatch.setattr(workbook_archive, "ALWAYS_UNPACKED", 500_000)
        monkeypatch.setattr(workbook_archive, "MOST_TIMES", 20)
        assert refusal(blown_up) == "spreadsheets.unpacks_too_large"

    def test_an_archive_that_lies_about_its_size_gives_no_more_than_it_says(self) -> None:
        """The declared size is what the limit looks at; whatever is beyond it is not unpacked."""
        data = bytearray(changed(sheet_of(1, 2), SHEET, lambda xml: xml + b" " * 5_000_000))
        with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
            size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
        assert data.count(size) >= 1
        lying = bytes(data).replace(size, (1_000).to_bytes(4, "little"))
        assert refusal(lying) == "spreadsheets.damaged"

    def test_a_sheet_may_claim_any_size_and_costs_only_what_is_in_it(self) -> None:
        def claiming(xml: bytes) -> bytes:
            return xml.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1:XFD1048576"')

        data = changed(sheet_of(1, 2), SHEET, claiming)
        assert cells_of(data) == [(Decimal(1), Decimal(2))]

    def test_a_cell_far_to_the_right_is_refused(self) -> None:
        data = changed(sheet_of(1, 2), SHEET, lambda xml: xml.replace(b'r="B2"', b'r="XFD2"'))
        assert refusal(data) == "spreadsheets.too_many_columns"

    def test_more_rows_than_allowed_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(xlsx_files, "MOST_ROWS", 1)
        assert refusal(sheet_of(1, 2)) == "spreadsheets.too_many_rows"

    def test_a_password_is_no_crash(self) -> None:
        data = bytearray(sheet_of(1, 2))
        at = 0
        while (at := data.find(b"PK\x01\x02", at)) >= 0:
            data[at + 8] |= 1  # says of each part that it is encrypted
            at += 4
        assert refusal(bytes(data)) == "spreadsheets.damaged"

    @pytest.mark.parametrize(
        ("names", "key"),
        [
            ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "spreadsheets.ods"),
            ({"mimetype": "application/vnd.oasis.opendocument.text"}, "spreadsheets.document"),
            ({"word/document.xml": ""}, "spreadsheets.document"),
            ({"xl/workbook.bin": ""}, "spreadsheets.xls"),
            ({"Index/Document.iwa": ""}, "spreadsheets.xls"),
            ({"data.csv": "a,b"}, "spreadsheets.packed"),
        ],
    )
    def test_other_archives_are_refused_by_what_they_are(self, names: dict[str, str], key: str) -> None:
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, content in names.items():
                archive.writestr(name, content)
        assert refusal(out.getvalue()) == key

    @given(flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), min_size=1, max_size=8))
    def test_a_file_with_wrong_bytes_is_read_or_refused(self, flips: list[tuple[int, int]]) -> None:
        data = bytearray(GOOD)
        for place, change in flips:
            data[place % len(data)] ^= change
        assert outcome(bytes(data)) in ("a table", "no table") or outcome(bytes(data)).startswith("spreadsheets.")


PIECES = [
    b"",
    b"<",
    b'"',
    b'"-1"',
    b'"x"',
    b'"1e999"',
    b'"99999999999999999999"',
    b'"A0"',
    b'"ZZZZ9"',
    b"/>",
    b"&",
    b"1",
]
"""What a broken program might have written somewhere."""


@given(
    name=st.sampled_from(
        ["[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", SHEET]
    ),
    place=st.floats(0, 1),
    length=st.integers(0, 30),
    piece=st.sampled_from(PIECES),
)
def test_a_workbook_with_a_wrong_part_is_read_or_refused(name: str, place: float, length: int, piece: bytes) -> None:
    def spoil(xml: bytes) -> bytes:
        at = int(place * len(xml))
        return xml[:at] + piece + xml[at + length :]

    said = outcome(changed(GOOD, name, spoil))
    assert said in ("a table", "no table") or said.startswith("spreadsheets.")


GOOD = sheet_of("text", 1.5, date(2026, 11, 20), "=1+1")
