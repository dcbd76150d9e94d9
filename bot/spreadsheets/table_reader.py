"""openpyxl's reader, asked for no more of a workbook than a table needs: its sheets, texts and number formats. Names,
print areas, authors and themes are not looked at, so that a slip in them costs nobody their table; and no sheet is read
to its end just to know how large it says it is. Imported where a workbook is read: openpyxl takes its time to load.
"""

from typing import Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from bot.spreadsheets.workbook_archive import WorkbookArchive


class _Sheet(ReadOnlyWorksheet):
    """A sheet whose claim of its size is never asked for: some bytes can claim billions of cells."""

    def _get_size(self) -> None: ...


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
