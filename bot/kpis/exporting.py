"""KPI entries as tables: imported elsewhere they give the same figures, imported here they add nothing. How files are
written is `bot.spreadsheets`'.
"""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import groupby
from typing import BinaryIO

from bot.domain.entries import Entry
from bot.kpis.importing.columns import Column
from bot.spreadsheets import TableKind, write_table
from bot.spreadsheets.writing import Writable
from storage import UnitOfWork

COLUMNS = tuple(column.value for column in Column)
WIDTHS = (12, 24, 18, 14, 40, 24)
"""Of the columns of a sheet, in characters."""


def export_rows(
    db: UnitOfWork, first: date, last: date, kpi_keys: Collection[str] | None = None
) -> Iterator[tuple[Writable, ...]]:
    """Every entry that counts from `first` to `last`, of these KPIs or all, by day; one row each, under COLUMNS. They
    are read as they are asked for: within the transaction."""
    entries = db.kpis.between(first, last, kpi_keys)
    for _day, of_day in groupby(entries, key=lambda entry: entry.on):
        for entry in sorted(of_day, key=_order):
            yield entry.on, entry.kpi_key, entry.value, entry.member_id, entry.note, entry.source


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry.kpi_key, entry.member_id, entry.source


def export_table(
    db: UnitOfWork,
    out: BinaryIO,
    kind: TableKind,
    first: date = date.min,
    last: date = date.max,
    kpi_keys: Collection[str] | None = None,
) -> int:
    """Write the entries of `export_rows` into a file; how many there are."""
    return write_table(kind, out, COLUMNS, export_rows(db, first, last, kpi_keys), WIDTHS)
