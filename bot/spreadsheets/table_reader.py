"""openpyxl's reader, asked for no more of a workbook than a table needs: its sheets, texts and number formats. Names,
print areas, authors and themes are not looked at, so that a slip in them costs nobody their table; and no sheet is read
to its end just to know how large it says it is. Imported where a workbook is read: openpyxl takes its time to load.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from bot.spreadsheets.cells import NotComputed
from bot.spreadsheets.workbook_archive import WorkbookArchive


class _Parser(WorkSheetParser):
    """Reads what formulas came to, and tells those that came to nothing yet from empty cells. One that came to an empty
    text says that it is a text."""

    def parse_cell(self, element: Any) -> Any:
        cell: Any = super().parse_cell(element)
        is_open = cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None
        return {**cell, "value": NotComputed.FORMULA} if is_open else cell


class _Sheet(ReadOnlyWorksheet):
    """A sheet whose claim of its size is never asked for: some bytes can claim billions of cells."""

    def _get_size(self) -> None: ...

    def iter_rows(self) -> Iterator[tuple[Any, ...]]:  # type: ignore[override]  # all of it, always
        """The cells of every row, also of those that are left out of the file."""
        sheet: Any = self  # what its stubs leave out is used
        book, line = sheet.parent, 1
        with sheet._get_source() as source:
            parser = _Parser(
                source,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, row in parser.parse():
                for _ in range(line, number):
                    line += 1
                    yield ()
                if line <= number:
                    line += 1
                    yield sheet._get_row(row, 1, None, False)


class TableReader(ExcelReader):
    """Reads the `sheets` of a workbook. Whatever openpyxl meets in a file that is none comes out as it is."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        super().__init__(stream, read_only=True, data_only=True, keep_links=False)
        self.archive: Any = WorkbookArchive(stream, size)
        self.sheets: list[Any] = []

    def read(self) -> None:
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        self.read_worksheets()

    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                found: Any = _Sheet(self.wb, sheet.name, relation.target, self.shared_strings)
                found.sheet_state = sheet.state
                self.sheets.append(found)
