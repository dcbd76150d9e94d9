"""XLSX read row by row by openpyxl: the first visible sheet with the head that is looked for. No formula, link or macro
is run; what a formula came to is its value. How archives are kept from doing harm is in `workbook_archive`, writing in
`writing`.
"""

import re
import warnings
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import SEEK_END
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from bot.domain.errors import DomainError
from bot.spreadsheets.cells import Cell, FormatFound, IsHeader, NotComputed, Percentage, Row, Table, TableKind, texts
from bot.spreadsheets.csv_files import HEADER_WITHIN, MOST_ROWS

MOST_COLUMNS = 1_000
LAST_ROW = 1_048_576
"""Of any sheet (ECMA-376). A row that claims to be further down would be reached through billions of empty ones."""
_DAMAGED = (
    *(BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError),  # the archive, or a password
    *(ParseError, LookupError, ValueError, ArithmeticError),  # XML, parts and texts that are not there, numbers
    *(TypeError, AttributeError),  # what openpyxl ends in where an element or attribute is missing
)
"""What reading a file that is no proper workbook ends in."""
_ESCAPED = re.compile(r"_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
"""But not half a character (a surrogate), which is no text that could be kept."""


def read_xlsx(stream: BinaryIO, is_header: IsHeader) -> Table:
    """The table of a workbook. DomainError `spreadsheets.damaged`, `.unpacks_too_large`, `.too_large_piece`; also
    while rows are read, and then `.too_many_rows` and `.too_many_columns` too."""
    try:
        sheets = _visible_sheets(stream)
    except _DAMAGED:
        raise DomainError("spreadsheets.damaged") from None
    for sheet in sheets:
        rows = _rows(sheet)
        for row in islice(rows, HEADER_WITHIN):
            header = texts(row.cells)
            if is_header(header):
                return Table(FormatFound(TableKind.XLSX, sheet=sheet.title), header, rows, stream.close)
    name = sheets[0].title if sheets else ""
    return Table(FormatFound(TableKind.XLSX, sheet=name), (), iter(()), stream.close)


def _visible_sheets(stream: BinaryIO) -> list[Any]:
    """The sheets of a workbook that people see."""
    from bot.spreadsheets.table_reader import TableReader

    # openpyxl says of much that real workbooks have (colours by rule, lists to choose from) that it leaves it out
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    reader = TableReader(stream, stream.seek(0, SEEK_END))
    reader.read()
    if not reader.sheets:
        raise DomainError("spreadsheets.damaged")
    return [sheet for sheet in reader.sheets if sheet.sheet_state == "visible"]


def _rows(sheet: Any) -> Iterator[Row]:
    count = 0
    try:
        for line, written in enumerate(sheet.iter_rows(), start=1):
            if line > LAST_ROW:
                raise DomainError("spreadsheets.damaged")
            if len(written) > MOST_COLUMNS:
                raise DomainError("spreadsheets.too_many_columns", most=MOST_COLUMNS)
            cells = tuple(map(_cell, written))
            if any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in cells):
                count += 1
                if count > MOST_ROWS:
                    raise DomainError("spreadsheets.too_many_rows", most=MOST_ROWS)
                yield Row(line, cells)
    except _DAMAGED:
        raise DomainError("spreadsheets.damaged") from None


def _cell(written: Any) -> Cell:
    """What a cell shows. One without a value is ""."""
    value = written.value
    match value:
        case NotComputed():
            return value
        case None:
            return ""
        case str():
            return _unescaped(value)
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            number = _decimal(value)
            return Percentage(number * 100) if "%" in written.number_format else number
        case datetime():
            return value.date()
        case time():
            return timedelta(
                hours=value.hour, minutes=value.minute, seconds=round(value.second + value.microsecond / 1e6)
            )
        case timedelta():
            return timedelta(seconds=round(value.total_seconds()))
        case date():
            return value
    raise ValueError("no kind of cell")


def _decimal(value: float) -> Decimal:
    """A number of at most 15 digits: further ones are noise of the binary numbers that spreadsheets compute with, and
    no program shows them (0.30000000000000004 is 0.3). ValueError where it is no number."""
    number = Decimal(value) if isinstance(value, int) and abs(value) < 10**15 else Decimal(f"{value:.15g}")
    if not number.is_finite():
        raise ValueError("not a number")
    return number


def _unescaped(text: str) -> str:
    """A text as it is meant: characters that XML cannot hold are written `_x000D_` (ECMA-376, ST_Xstring)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
