"""From the rows of a table to entries: every row is read first, then what all of them prove together (the order of
days, the decimal sign) settles what each one says. Nothing is looked up in storage here: the people are given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from bot.domain.errors import DomainError, FileRefused, LineError
from bot.domain.kpis import Kpi
from bot.domain.words import shown
from bot.kpis.grammar import clean_note
from bot.kpis.importing import days, numbers
from bot.kpis.importing.columns import Column, Layout
from bot.kpis.importing.kpi_names import KpiNames
from bot.kpis.importing.people import People
from bot.kpis.importing.plans import Detected, OpenNumbers, ParsedLine, Stage, Tell, Wishes
from bot.kpis.vocabulary import Vocabulary
from bot.spreadsheets import Cell, NotComputed, Row, Table, TableKind
from bot.spreadsheets.writing import plain, unguarded

_TELL_EVERY = 2_000
_NOTHING = ("", "-", "–", "—")
"""What people put where a day has no value, in a table with a column for each KPI."""
_LEFT_OUT = (*_NOTHING, NotComputed.FORMULA)
"""What may stand to the right of all titles."""


@dataclass(frozen=True, slots=True)
class _Read:
    """One value of a row, before days and numbers are settled."""

    line: int
    day_text: str
    day: date | days.EitherDay
    kpi: Kpi
    cell: Cell
    number: numbers.ReadNumber
    member_id: str
    note: str
    source: str


class Understanding:
    """One file being understood: `lines` and `errors` are there once `settle` has run."""

    def __init__(self, table: Table, layout: Layout, vocabulary: Vocabulary, people: People, wishes: Wishes) -> None:
        self._table, self._layout, self._wishes = table, layout, wishes
        self._vocabulary, self._names, self._people = vocabulary, KpiNames(vocabulary), people
        self._numbers = numbers.NumberReader(vocabulary)
        self._member = people.find(wishes.member) if wishes.member else ""
        self._read_places = (*layout.places.values(), *layout.kpis)
        self._is_csv = table.found.kind is TableKind.CSV
        self._days: dict[str, days.ReadDay] = {}
        self._read: list[_Read] = []
        self._sources: set[str] = set()
        self._equal_lines: dict[str, int] = {}
        self.lines: list[ParsedLine] = []
        self.errors: dict[int, LineError] = {}
        self.open_numbers: OpenNumbers | None = None
        self.rounded = 0

    def _wrong(self, line: int, refusal: DomainError) -> None:
        self.errors.setdefault(line, LineError(line, refusal.key, refusal.values))

    def read(self, tell: Tell) -> None:
        """Read every row. A file that breaks off keeps what is wrong before that, and where it breaks off."""
        try:
            for count, row in enumerate(self._table.rows, start=1):
                if count % _TELL_EVERY == 0:
                    tell(Stage.READING, count, 0)
                try:
                    self._read.extend(self._values(row))
                except DomainError as refusal:
                    self._wrong(row.line, refusal)
        except FileRefused as refused:
            self.errors.update((error.line, error) for error in refused.errors)

    def _values(self, row: Row) -> list[_Read]:
        """The values of a row: one, or one for each KPI that has any. DomainError for the first thing that is wrong."""
        cells = self._fitting(row)
        if NotComputed.FORMULA in cells:
            read = [cells[place] for place in self._read_places]
            if NotComputed.FORMULA in read:
                raise DomainError("kpi_files.not_computed")
            if not any(cell not in ("", NotComputed.FORMULA) for cell in cells):
                return []  # a column that nobody reads, filled in beforehand
        if not self._layout.is_wide:
            kpi = self._names.find(self._text(cells, Column.KPI))
            return [self._value(row, cells, kpi, cells[self._layout.places[Column.VALUE]])]
        return [
            self._value(row, cells, kpi, cells[place])
            for place, kpi in self._layout.kpis.items()
            if not (isinstance(cells[place], str) and str(cells[place]).strip() in _NOTHING)
        ]

    def _fitting(self, row: Row) -> tuple[Cell, ...]:
        """The cells of a row, as many as there are titles. Sheets leave out empty cells at the end; in CSV a row that
        is too short was cut off, or is written with another delimiter."""
        width, cells = len(self._layout.header), row.cells
        if any(cell not in _LEFT_OUT for cell in cells[width:]) or (len(cells) < width and self._is_csv):
            raise DomainError("kpis.import.columns", count=len(cells), expected=width)
        return (*cells[:width], *[""] * (width - len(cells)))

    def _value(self, row: Row, cells: tuple[Cell, ...], kpi: Kpi, cell: Cell) -> _Read:
        day_cell = cells[self._layout.places[Column.DATE]]
        day = self._day(day_cell)
        if day is None:
            raise DomainError("kpis.import.date", text=numbers.said(day_cell))
        if isinstance(cell, str) and not cell.strip():
            raise DomainError("kpi_files.no_value")
        number = self._numbers.read(cell, kpi)
        if isinstance(number.point, DomainError) and isinstance(number.comma, DomainError):
            raise number.comma if number.proves is numbers.DecimalSign.COMMA else number.point
        member = self._text(cells, Column.MEMBER)
        if not member and not self._member:
            raise DomainError("kpi_files.no_member")
        member_id = self._people.find(member) if member else self._member
        note = clean_note(self._text(cells, Column.NOTE))
        source = self._text(cells, Column.SOURCE)
        if source and self._layout.is_wide:
            source = f"{source}/{kpi.key}"
        return _Read(row.line, numbers.said(day_cell), day, kpi, cell, number, member_id, note, source)

    def _day(self, cell: Cell) -> days.ReadDay:
        if not isinstance(cell, str):
            return days.read_day(cell)
        if cell not in self._days:
            self._days[cell] = days.read_day(cell)
        return self._days[cell]

    def _text(self, cells: tuple[Cell, ...], column: Column) -> str:
        place = self._layout.places.get(column)
        cell = cells[place] if place is not None else ""
        if isinstance(cell, str):
            text = cell.replace("\0", "").strip()  # a sheet can spell out a zero, which PostgreSQL does not keep
            return unguarded(text) if self._is_csv else text
        return numbers.said(cell)

    def settle(self, today: date, tell: Tell) -> Detected:
        """Decide how days and numbers are written, and read all of them so."""
        of_days = days.evidence_of((each.line, each.day_text, each.day) for each in self._read)
        of_numbers = numbers.evidence_of((each.line, each.cell, each.number) for each in self._read)
        sign = self._wishes.sign or of_numbers.sign
        self._contradictions(of_days, of_numbers)
        order = self._wishes.days or of_days.order or days.DayOrder.DAY_FIRST
        open_lines: list[int] = []
        for count, each in enumerate(self._read, start=1):
            if count % _TELL_EVERY == 0:
                tell(Stage.CHECKING, count, len(self._read))
            if sign is None and each.number.is_open:
                open_lines.append(each.line)
            elif each.line not in self.errors:
                try:
                    self.lines.append(self._settled(each, order, sign or numbers.DecimalSign.POINT, today))
                except DomainError as refusal:
                    self._wrong(each.line, refusal)
        if of_numbers.open and open_lines:
            self.open_numbers = OpenNumbers(tuple(open_lines), *of_numbers.open)
        return Detected(
            self._table.found,
            self._layout,
            order if of_days.is_asked else None,
            self._wishes.days is not None or of_days.order is not None,
            sign,
        )

    def _contradictions(self, of_days: days.Evidence, of_numbers: numbers.Evidence) -> None:
        if of_days.day_first and of_days.month_first and not self._wishes.days:
            self._contradiction("kpi_files.days_contradict", of_days.day_first, of_days.month_first)
        if of_numbers.point and of_numbers.comma and not self._wishes.sign:
            self._contradiction("kpi_files.numbers_contradict", of_numbers.point, of_numbers.comma)

    def _contradiction(self, key: str, *proofs: tuple[int, str]) -> None:
        """The whole file is in doubt then: this is said, and no line is taken."""
        (line, text), (later, other) = sorted(proofs)
        self.errors[later] = LineError(later, key, {"text": text, "line": str(line), "other": other})
        self._read.clear()

    def _settled(self, each: _Read, order: days.DayOrder, sign: numbers.DecimalSign, today: date) -> ParsedLine:
        on = each.day if isinstance(each.day, date) else each.day.by(order)
        if on is None:
            raise DomainError(f"kpi_files.not_a_day.{order}", text=each.day_text)
        if on > today:
            raise DomainError("kpi_files.ahead", text=each.day_text, day=on)
        retired_on = self._vocabulary.kpis.settings(each.kpi.key).retired_on
        if retired_on is not None and on >= retired_on:
            raise DomainError("kpi_files.retired", kpi=self._vocabulary.name(each.kpi), day=retired_on)
        value = each.number.by(sign)
        if isinstance(value, DomainError):
            raise value
        source = each.source or self._own_source(on, each.kpi.key, value, each.member_id, each.note)
        if source in self._sources:
            raise DomainError("kpis.import.source", text=shown(source))
        self._sources.add(source)
        self.rounded += each.number.was_rounded
        return ParsedLine(each.line, on, each.kpi.key, value, each.member_id, each.note, source)

    def _own_source(self, on: date, kpi_key: str, value: Decimal, member_id: str, note: str) -> str:
        """A line without a source is known by what it says, and by its place among lines that say just the same."""
        content = "\x1f".join((on.isoformat(), kpi_key, plain(value), member_id, note))
        ordinal = self._equal_lines[content] = self._equal_lines.get(content, 0) + 1
        fingerprint = sha256(f"{content}\x1f{ordinal}".encode()).hexdigest()
        return f"csv:{fingerprint[:32]}"

    def kpis(self) -> Iterator[Kpi]:
        """The KPIs of the lines, in the order of the file."""
        return iter({each.kpi.key: each.kpi for each in self._read}.values())
