"""Tables into files, CSV and XLSX, so that a spreadsheet program opens them and runs nothing, and `reading` reads back
the same cells."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import TextIOWrapper
from typing import Any, BinaryIO

from bot.spreadsheets.cells import TableKind

Writable = str | Decimal | date

MOST_DIGITS = 15
"""Digits that a number of a spreadsheet keeps."""

# What a spreadsheet program would run as a formula, at the beginning of a text, and also after whatever another program
# takes for the end of a cell: where lists are parted by semicolons, "a;=1" are two cells. Our own quotes before it are
# counted, so that they come off again. Blanks before a sign keep nothing from running: some programs leave them out.
_SIGNS = "=+\\-@＝＋－＠"
_BLANKS = r"(?:(?![\t\r\n])[\s\x00\u200b\u200e\u200f\u2060\ufeff])*"
_FIRST = rf"(\A)('*)(?={_BLANKS}[{_SIGNS}\t\r\n])"
_LATER = rf"([;,|\t\r\n])('*)(?={_BLANKS}[{_SIGNS}])"
_LIVE = (re.compile(_LATER), re.compile(_FIRST))
_GUARDED = tuple(re.compile(pattern.replace("('*)", "'('*)")) for pattern in (_FIRST, _LATER))
# What XML cannot hold or does not keep, and texts that look like such a character already written out.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def guarded(text: str) -> str:
    """A text cell of a CSV file that no spreadsheet program runs: a quote before what looks like a formula."""
    for live in _LIVE:
        text = live.sub(r"\1'\2", text)
    return text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    for quoted in _GUARDED:
        text = quoted.sub(r"\1\2", text)
    return text


def plain(value: Decimal) -> str:
    """A number as files have it: digits, a point, no zeros at the end, never an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_table(
    kind: TableKind,
    out: BinaryIO,
    header: Sequence[str],
    rows: Iterable[Sequence[Writable]],
    widths: Sequence[int],
    tell: Callable[[int], None] | None = None,
) -> int:
    """Write a table, row by row; how many rows it has. `widths` are those of the columns in characters, for XLSX;
    `tell` is told the number of rows written, now and then."""
    counted = _Counted(rows, tell)
    if kind is TableKind.CSV:
        _write_csv(out, header, counted)
    else:
        _write_xlsx(out, header, counted, widths)
    return counted.count


class _Counted:
    """Rows that are counted as they go by."""

    def __init__(self, rows: Iterable[Sequence[Writable]], tell: Callable[[int], None] | None) -> None:
        self._rows, self._tell = rows, tell
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Writable]]:
        for row in self._rows:
            self.count += 1
            if self._tell and self.count % 1_000 == 0:
                self._tell(self.count)
            yield row


def _write_csv(out: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Writable]]) -> None:
    """UTF-8 with a mark in front, without which Excel takes it for something else."""
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="")
    lines = csv.writer(text)
    lines.writerow(header)
    lines.writerows([_csv_cell(cell) for cell in row] for row in rows)
    text.flush()
    text.detach()


def _csv_cell(cell: Writable) -> str:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    text = plain(cell)
    # "4.125" can also be four thousand; with a fourth decimal it cannot
    return f"{text}0" if re.fullmatch(r"-?[0-9]+\.[0-9]{3}", text) else text


def _write_xlsx(
    out: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Writable]], widths: Sequence[int]
) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.creator = "Denyut"
    sheet: Any = book.create_sheet()  # what its stubs leave out is used
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width

    def made(cell: Writable) -> Any:
        if isinstance(cell, date):
            day = WriteOnlyCell(sheet, datetime.combine(cell, time()))
            day.number_format = "yyyy-mm-dd"
            return day
        if isinstance(cell, Decimal):
            if len(cell.normalize().as_tuple().digits) <= MOST_DIGITS:
                return cell
            cell = plain(cell)
        text = WriteOnlyCell(sheet, _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", cell))
        text.data_type = "s"  # whatever it looks like: "=1+1" is a text
        return text

    head = [made(name) for name in header]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        sheet.append([made(cell) for cell in row])
    book.save(out)
    book.close()
