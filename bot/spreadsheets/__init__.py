"""Tables in and out of files, CSV and XLSX alike: what cells hold, not what they mean. It knows nothing of KPIs,
storage or Slack; whatever cannot be read is refused with one sentence (`spreadsheets.po`).
"""

from bot.spreadsheets.cells import Cell, FormatFound, NotComputed, Percentage, Row, Table, TableKind
from bot.spreadsheets.reading import LARGEST_FILE, read_table
from bot.spreadsheets.writing import write_table

__all__ = [
    "LARGEST_FILE",
    "Cell",
    "FormatFound",
    "NotComputed",
    "Percentage",
    "Row",
    "Table",
    "TableKind",
    "read_table",
    "write_table",
]
