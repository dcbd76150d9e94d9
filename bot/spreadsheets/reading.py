"""Files that people send: which kind one is, whether it is whole and small enough, and its table. Wrong files are
refused by what they are, with what to save them as, before anything of them is read.
"""

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from bot.domain.errors import DomainError
from bot.spreadsheets.cells import IsHeader, Table
from bot.spreadsheets.csv_files import read_csv
from bot.spreadsheets.xlsx_files import read_xlsx

LARGEST_FILE = 200_000_000
"""Bytes of a file on the command line."""

_BEGINNING = 4096
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "spreadsheets.xls"),
    (b"%PDF", "spreadsheets.pdf"),
    (b"{\\rtf", "spreadsheets.document"),
    (b"\x1f\x8b", "spreadsheets.packed"),
    (b"7z\xbc\xaf", "spreadsheets.packed"),
    (b"Rar!", "spreadsheets.packed"),
)
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)


def _any_header(cells: Sequence[str]) -> bool:
    return sum(map(bool, cells)) > 1


def read_table(source: bytes | Path, is_header: IsHeader = _any_header, most_bytes: int = LARGEST_FILE) -> Table:
    """The table in a file: its head is the first row that `is_header` takes. Rows are read as they are asked for; the
    file stays open until the table is closed.

    DomainError `spreadsheets.*` for a file that is too large (nothing of it is read then), of another kind, cut off or
    damaged. OSError where the file cannot be read. The kind is told from the content, never from the name.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > most_bytes:
        raise DomainError("spreadsheets.too_large", most=most_bytes // 1_000_000)
    stream: BinaryIO = BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    try:
        return _table(stream, is_header)
    except (DomainError, OSError):
        stream.close()
        raise


def _table(stream: BinaryIO, is_header: IsHeader) -> Table:
    beginning = stream.read(_BEGINNING)
    stream.seek(0)
    if beginning.startswith(b"PK"):
        _check_kind(stream)
        return read_xlsx(stream, is_header)
    for signature, key in _SIGNATURES:
        if beginning.startswith(signature):
            raise DomainError(key)
    if _WEB_PAGE.match(beginning.removeprefix(b"\xef\xbb\xbf")):
        raise DomainError("spreadsheets.web_page")
    return read_csv(stream, is_header)


def _check_kind(stream: BinaryIO) -> None:
    """DomainError for a ZIP file that is no workbook. What says which files are in it comes last, so a half file has
    none."""
    try:
        with ZipFile(stream) as archive:
            names = archive.namelist()
            is_open_document = "mimetype" in names and archive.getinfo("mimetype").file_size < 200
            kind = archive.read("mimetype") if is_open_document else b""
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise DomainError("spreadsheets.damaged") from None
    if "xl/workbook.xml" not in names:
        raise DomainError(_other_archive(names, kind))


def _other_archive(names: Iterable[str], open_document: bytes) -> str:
    folders = {name.split("/")[0] for name in names}
    if b"opendocument.spreadsheet" in open_document:
        return "spreadsheets.ods"
    if "xl" in folders or "Index" in folders:  # a binary workbook; Numbers
        return "spreadsheets.xls"
    if open_document or folders & {"word", "ppt"}:
        return "spreadsheets.document"
    return "spreadsheets.packed"
