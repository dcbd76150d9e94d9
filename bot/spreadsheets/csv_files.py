"""CSV as people and programs write it: finds out encoding and delimiter, and reads the rows with their line numbers."""

import codecs
import csv
from collections.abc import Iterator
from io import SEEK_SET, TextIOWrapper
from itertools import islice
from typing import BinaryIO

from bot.domain.errors import DomainError, FileRefused, LineError
from bot.spreadsheets.cells import FormatFound, IsHeader, Row, Table, TableKind, texts

DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 20
"""The head of a table is one of its first rows: a title may stand above it."""
MOST_ROWS = 1_000_000
_SAMPLE_LINES = 60
_LONGEST_SAMPLE_LINE = 20_000
_CHUNK = 1 << 20
_TEXT_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAID_DELIMITER = "sep="


def read_csv(stream: BinaryIO, is_header: IsHeader) -> Table:
    """The table of a CSV file (RFC 4180, with any of DELIMITERS). DomainError `spreadsheets.not_text` or `.half`;
    reading the rows raises FileRefused with the line where a quote stays open, and `spreadsheets.too_many_rows`."""
    encoding = _encoding(stream)
    stream.seek(0, SEEK_SET)
    lines = TextIOWrapper(stream, encoding=encoding, newline="")
    sample = list(islice(iter(lambda: lines.readline(_LONGEST_SAMPLE_LINE), ""), _SAMPLE_LINES))
    delimiter = _delimiter(sample, is_header)
    stream.seek(0, SEEK_SET)
    rows = _rows(TextIOWrapper(stream, encoding=encoding, newline=""), delimiter)
    lines.detach()
    found = FormatFound(TableKind.CSV, delimiter=delimiter, encoding=encoding)
    for row in islice(rows, HEADER_WITHIN):
        header = texts(row.cells)
        if is_header(header):
            return Table(found, header, rows, stream.close)
    return Table(found, (), iter(()), stream.close)


def _encoding(stream: BinaryIO) -> str:
    """UTF-8, UTF-16 where the file says so, else what Windows wrote before. A byte of zero is in no text."""
    beginning = stream.read(4)
    stream.seek(0, SEEK_SET)
    for bom, encoding in _TEXT_BOMS:
        if beginning.startswith(bom):
            if not _decodes(stream, encoding):
                raise DomainError("spreadsheets.not_text")
            return encoding
    if _decodes(stream, "utf-8"):
        return "utf-8"
    stream.seek(0, SEEK_SET)
    if _decodes(stream, "cp1252"):
        return "cp1252"
    raise DomainError("spreadsheets.not_text")


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    """Whether the whole stream is text in this encoding. DomainError for a character cut in two at its very end: the
    rest of the file is missing."""
    decoder = codecs.getincrementaldecoder(encoding)()
    is_plain = True
    try:
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            is_plain = is_plain and text.isascii()
            if "\0" in text:
                raise DomainError("spreadsheets.not_text")
    except UnicodeDecodeError:
        return False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if is_plain and encoding == "utf-8":
            return False  # a single foreign letter at the end may well be a whole one of another encoding
        raise DomainError("spreadsheets.half") from None
    return True


def _delimiter(sample: list[str], is_header: IsHeader) -> str:
    """The delimiter the first line names ("sep=;"), or that makes the sample a table: one with the head that is looked
    for, the nearest to the top, then one whose rows are as wide as its head, then the widest."""
    first = sample[0].strip() if sample else ""
    if first.startswith(_SAID_DELIMITER) and first.removeprefix(_SAID_DELIMITER) in DELIMITERS:
        return first.removeprefix(_SAID_DELIMITER)
    return max(DELIMITERS, key=lambda delimiter: _fitness(sample, delimiter, is_header))


def _fitness(sample: list[str], delimiter: str, is_header: IsHeader) -> tuple[bool, int, float, int]:
    records: list[list[str]] = []
    try:
        records.extend(record for record in csv.reader(sample, delimiter=delimiter) if any(record))
    except csv.Error:
        return (False, 0, 0.0, 0)
    place = next((place for place, record in enumerate(records) if is_header(texts(record))), None)
    below = records[place or 0 :]
    width = len(below[0]) if below else 0
    alike = sum(len(record) == width for record in below) / len(below) if below else 0.0
    return (place is not None, -(place or 0), alike if width > 1 else 0.0, width)


def _rows(lines: TextIOWrapper, delimiter: str) -> Iterator[Row]:
    records = csv.reader(lines, delimiter=delimiter, strict=True)
    start, count = 1, 0
    with lines:
        while True:
            try:
                record = next(records, None)
            except csv.Error as trouble:
                # what the csv module says where the file ends within quotes
                is_cut = str(trouble) == "unexpected end of data" or "field limit" in str(trouble)
                key = "spreadsheets.open_quote" if is_cut else "core.file_broken"
                raise FileRefused([LineError(start, key)]) from None
            if record is None:
                return
            if any(cell and not cell.isspace() for cell in record) and not (start == 1 and _is_said(record, delimiter)):
                count += 1
                if count > MOST_ROWS:
                    raise DomainError("spreadsheets.too_many_rows", most=MOST_ROWS)
                yield Row(start, tuple(record))
            start = records.line_num + 1


def _is_said(record: list[str], delimiter: str) -> bool:
    return delimiter.join(record).strip() == _SAID_DELIMITER + delimiter
