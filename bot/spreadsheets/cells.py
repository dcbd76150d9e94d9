"""What a table is once it is read: its cells, its rows with their line numbers, and how the file was written. Which
files there are and how to read them is in `reading`, `csv_files` and `xlsx_files`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Self


class TableKind(StrEnum):
    """The kinds of files that are read and written; the value is the ending of the file's name."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Percentage:
    """A number that its sheet shows as a percentage: 45 points where the cell holds 0.45 and shows 45 %."""

    points: Decimal


class NotComputed(Enum):
    """A formula without a result in the file: what wrote it computes nothing, and no spreadsheet program has since."""

    FORMULA = "formula"


Cell = str | Decimal | date | timedelta | Percentage | NotComputed
"""Of a CSV file all cells are texts. Of a sheet they are what the sheet says: a Decimal has at most 15 digits (what
spreadsheet programs keep), a timedelta is a time of the day or a length of time, and an empty cell is ""."""

IsHeader = Callable[[Sequence[str]], bool]
"""Whether the texts of a row are the head of the table that is looked for."""


@dataclass(frozen=True, slots=True)
class FormatFound:
    """How a file is written: of CSV the delimiter and the encoding (a Python codec), of XLSX the sheet."""

    kind: TableKind
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty. `line` is the line of the file it begins on, or the row of the sheet, from 1."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its head (empty where none was found; then there are no rows), and the rows below, read as they are
    asked for and only once. Reading them may raise FileRefused, with the line, or DomainError where a limit is met.
    `close` lets go of the file, as does leaving the table's context."""

    found: FormatFound
    header: tuple[str, ...]
    rows: Iterator[Row]
    close: Callable[[], None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()


def texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The texts of a row as a head has them: numbers and dates name no column."""
    return tuple(cell.strip() if isinstance(cell, str) else "" for cell in cells)
