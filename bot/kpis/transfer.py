"""KPI entries in and out as CSV. One line is one entry: `date,kpi,value,member` and optionally `note,source`.

Dates are ISO, values plain digits with a point, members Slack ids; a KPI is its key or any of its names. Reading and
writing the file itself, and progress, belong to the command line.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from bot.domain.dates import EARLIEST_YEAR, LATEST_YEAR
from bot.domain.entries import Entry, EntryState
from bot.domain.errors import DomainError, FileRefused, LineError
from bot.domain.kpis import KPIS
from bot.domain.values import MAX_VALUE
from bot.domain.words import shown
from bot.kpis.grammar import clean_note
from bot.kpis.outcomes import IMPORTED
from bot.kpis.vocabulary import Vocabulary
from storage import UnitOfWork, new_id

COLUMNS = ("date", "kpi", "value", "member", "note", "source")
REQUIRED = COLUMNS[:4]
ALL_ENTRIES = 1 << 31

_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,4})?")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,}")
# What a spreadsheet program would run as a formula; our own quotes before it are counted, so that they come off again.
_LIVE = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many lines were read, how many entries are new, and how many were known from an earlier import."""

    read: int
    added: int
    known: int


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """One line, understood. `source` identifies it, so that the same line is never recorded twice."""

    on: date
    kpi_key: str
    value: Decimal
    member_id: str
    note: str
    source: str


def import_lines(
    db: UnitOfWork, lines: Iterable[str], vocabulary: Vocabulary, now: datetime, by: str = IMPORTED
) -> ImportReport:
    """Records the entries of a CSV file in one transaction. Run again it adds nothing. Raises FileRefused with every
    wrong line, and then nothing is stored."""
    parsed = parse(lines, vocabulary)
    added = db.kpis.add_many(_entry(line, by, now) for line in parsed)
    return ImportReport(len(parsed), added, len(parsed) - added)


def _entry(line: ParsedLine, by: str, now: datetime) -> Entry:
    return Entry(new_id(), line.kpi_key, line.member_id, line.value, line.on, by, now, line.source, line.note)


def parse(lines: Iterable[str], vocabulary: Vocabulary) -> list[ParsedLine]:
    """The lines of a file (text, opened with newline=""). Raises FileRefused with all errors at once."""
    reader = _Reader(vocabulary)
    records = csv.reader(lines, strict=True)
    start = 1
    while True:
        try:
            record = next(records, None)
        except csv.Error:
            reader.wrong(start, "core.file_broken")
            break
        if record is None:
            break
        reader.take(start, record)
        start = records.line_num + 1
    if not reader.columns:
        reader.wrong(1, "kpis.import.no_header")
    if reader.errors:
        raise FileRefused(reader.errors.values())
    return reader.parsed


class _Reader:
    """The state of reading one file: its columns, what was understood, what is wrong (the first error of each line)."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.columns: list[str] = []
        self.parsed: list[ParsedLine] = []
        self.errors: dict[int, LineError] = {}
        self._sources: set[str] = set()
        self._equal_lines: dict[str, int] = {}

    def wrong(self, line: int, key: str, **values: object) -> None:
        self.errors.setdefault(line, LineError(line, key, values))

    def take(self, line: int, record: list[str]) -> None:
        if not any(cell.strip() for cell in record):
            return
        if not self.columns:
            names = [cell.strip().lstrip("\ufeff").casefold() for cell in record]
            if line == 1 and set(REQUIRED) <= set(names):
                self.columns = names
            else:
                self.wrong(1, "kpis.import.no_header")
                self.columns = list(COLUMNS)
            return
        if len(record) != len(self.columns):
            self.wrong(line, "kpis.import.columns", count=len(record), expected=len(self.columns))
            return
        cells = {name: cell.strip() for name, cell in zip(self.columns, record, strict=True)}
        try:
            self.parsed.append(self._line(cells))
        except DomainError as refusal:
            self.wrong(line, refusal.key, **refusal.values)

    def _line(self, cells: Mapping[str, str]) -> ParsedLine:
        kpi = self._vocabulary.exactly(cells["kpi"])
        if kpi is None:
            raise DomainError("kpis.import.kpi", text=shown(cells["kpi"]))
        if kpi.is_derived:
            raise DomainError("kpis.import.derived", kpi=self._vocabulary.name(kpi))
        on, value = _day(cells["date"]), _number(cells["value"])
        if not kpi.takes(value):
            key = "kpis.import.count" if kpi.whole else "kpis.import.too_low"
            name = self._vocabulary.name(kpi)
            raise DomainError(key, kpi=name, text=shown(cells["value"]), least=kpi.least)
        member_id = cells["member"]
        if not _MEMBER.fullmatch(member_id):
            raise DomainError("kpis.import.member", text=shown(member_id))
        note = clean_note(unguarded(cells.get("note", "")))
        source = unguarded(cells.get("source", "")) or self._own_source(on, kpi.key, value, member_id, note)
        if source in self._sources:
            raise DomainError("kpis.import.source", text=shown(source))
        self._sources.add(source)
        return ParsedLine(on, kpi.key, value, member_id, note, source)

    def _own_source(self, on: date, kpi_key: str, value: Decimal, member_id: str, note: str) -> str:
        """A line without a source is known by what it says, and by its place among lines that say just the same."""
        content = "\x1f".join((on.isoformat(), kpi_key, plain(value), member_id, note))
        ordinal = self._equal_lines[content] = self._equal_lines.get(content, 0) + 1
        fingerprint = sha256(f"{content}\x1f{ordinal}".encode()).hexdigest()
        return f"csv:{fingerprint[:32]}"


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise DomainError("kpis.import.date", text=shown(text))
    return day


def _number(text: str) -> Decimal:
    value = Decimal(text) if _PLAIN_NUMBER.fullmatch(text) else None
    if value is None or abs(value) >= MAX_VALUE:
        raise DomainError("kpis.import.value", text=shown(text))
    return value


def plain(value: Decimal) -> str:
    """A value as files have it: digits, a point, no zeros at the end, never an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def export_rows(db: UnitOfWork, first: date, last: date) -> Iterator[tuple[str, ...]]:
    """The header, then every entry that counts from `first` to `last`, by day. Imported elsewhere it gives the same
    figures; imported here it adds nothing."""
    yield COLUMNS
    found = [
        entry
        for key in KPIS
        for entry in db.kpis.history(key, limit=ALL_ENTRIES)
        if entry.state is EntryState.ACTIVE and first <= entry.on <= last
    ]
    for entry in sorted(found, key=lambda each: (each.on, each.kpi_key, each.member_id, each.source)):
        yield (
            entry.on.isoformat(),
            entry.kpi_key,
            plain(entry.value),
            entry.member_id,
            guarded(entry.note),
            guarded(entry.source),
        )


def guarded(text: str) -> str:
    """A text cell that no spreadsheet program runs as a formula: a quote before what looks like one."""
    return f"'{text}" if _LIVE.match(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if _GUARDED.match(text) else text
