"""How the numbers of a file are written: 1.234,56 or 1,234.56 is decided by all numbers of the file together. Where
nothing decides and it matters, the person is asked; a number is never read on a guess.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi, Unit
from bot.domain.numerals import WRITTEN_NUMBER, readings
from bot.domain.values import MAX_DECIMALS, MAX_VALUE, AmbiguousValue, named_currency, parse_value
from bot.domain.words import CONVENTIONS, shown
from bot.kpis.vocabulary import Vocabulary
from bot.spreadsheets import Cell, Percentage


class DecimalSign(StrEnum):
    """The sign before the decimals; the other one parts the thousands."""

    POINT = "."
    COMMA = ","

    @property
    def example(self) -> str:
        return "1,234.56" if self is DecimalSign.POINT else "1.234,56"


_LANGUAGE = {sign: next(code for code, each in CONVENTIONS.items() if each.decimal == sign) for sign in DecimalSign}
_WHOLE = re.compile(r"-?[0-9]{1,13}")
_POINT_ONLY = re.compile(r"-?(?:[0-9]{1,13}\.(?:[0-9]{1,2}|[0-9]{4})|(?:0|[0-9]{4,13})\.[0-9]{3})")
_SIGNS = str.maketrans({"−": "-", "’": "'", "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " "})
_NUMBER = re.compile(WRITTEN_NUMBER)
_SMALLEST = Decimal(1).scaleb(-MAX_DECIMALS)
_SECONDS = timedelta(seconds=1)

Outcome = Decimal | DomainError


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """The value in a cell under either sign, or the refusal. `proves` is the only sign under which it is a number at
    all, `hints` the only one under which the KPI takes it. `was_rounded` says that a sheet held more decimals."""

    point: Outcome
    comma: Outcome
    proves: DecimalSign | None = None
    hints: DecimalSign | None = None
    was_rounded: bool = False

    def by(self, sign: DecimalSign) -> Outcome:
        return self.point if sign is DecimalSign.POINT else self.comma

    @property
    def is_open(self) -> bool:
        """Whether it is two different values."""
        both = isinstance(self.point, Decimal) and isinstance(self.comma, Decimal)
        return both and self.point != self.comma


class NumberReader:
    """Reads the values of one file. What a text means for a KPI is worked out once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[tuple[str, str], ReadNumber] = {}

    def read(self, cell: Cell, kpi: Kpi) -> ReadNumber:
        """The value in a cell for a KPI. A bare number for a duration is in seconds, for a percentage in points."""
        if isinstance(cell, str):
            text = cell.strip()
            if _WHOLE.fullmatch(text):
                return self._same(Decimal(text), kpi, text)
            key = (text, kpi.key)
            if key not in self._known:
                self._known[key] = self._text(text, kpi)
            return self._known[key]
        return self._of_sheet(cell, kpi)

    def _of_sheet(self, cell: Cell, kpi: Kpi) -> ReadNumber:
        if isinstance(cell, Decimal):
            value, is_right = cell, True
        elif isinstance(cell, Percentage):
            value, is_right = cell.points, kpi.unit is Unit.PERCENT
        elif isinstance(cell, timedelta):
            value, is_right = Decimal(cell // _SECONDS), kpi.unit is Unit.DURATION
        else:
            return _refused(DomainError("kpis.import.value", text=str(cell)))
        if not is_right:
            return _refused(DomainError("kpi_files.unit", text=said(cell), kpi=self._vocabulary.name(kpi)))
        rounded = value.quantize(_SMALLEST, ROUND_HALF_EVEN) if abs(value) < MAX_VALUE else value
        return self._same(rounded, kpi, said(cell), was_rounded=rounded != value)

    def _same(self, value: Decimal, kpi: Kpi, text: str, *, was_rounded: bool = False) -> ReadNumber:
        outcome = self._taken(value, kpi, text)
        return ReadNumber(outcome, outcome, was_rounded=was_rounded)

    def _taken(self, value: Decimal, kpi: Kpi, text: str) -> Outcome:
        if abs(value) >= MAX_VALUE:
            return DomainError("kpi_files.too_large", text=shown(text))
        if kpi.takes(value):
            return value
        key = "kpis.import.count" if kpi.whole else "kpis.import.too_low"
        return DomainError(key, kpi=self._vocabulary.name(kpi), text=shown(text), least=kpi.least)

    def _text(self, text: str, kpi: Kpi) -> ReadNumber:
        point, comma = (self._under(sign, text, kpi) for sign in DecimalSign)
        if point is None and comma is None:
            return _refused(DomainError("kpis.import.value", text=shown(text)))
        unreadable = DomainError("kpis.import.value", text=shown(text))
        proves = None
        if point is None or comma is None:
            proves = DecimalSign.COMMA if point is None else DecimalSign.POINT
        taken = [
            self._taken(each, kpi, text) if isinstance(each, Decimal) else each or unreadable for each in (point, comma)
        ]
        fits = [isinstance(each, Decimal) for each in taken]
        hints = None if fits[0] == fits[1] else (DecimalSign.POINT if fits[0] else DecimalSign.COMMA)
        return ReadNumber(taken[0], taken[1], proves, hints)

    def _under(self, sign: DecimalSign, text: str, kpi: Kpi) -> Outcome | None:
        """The value under one sign; None where it is no number under it."""
        if _POINT_ONLY.fullmatch(text):
            return Decimal(text) if sign is DecimalSign.POINT else None
        rewritten = _unmistakable(text.translate(_SIGNS), sign)
        if rewritten is None:
            return None
        if kpi.unit is Unit.DURATION and re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?", rewritten):
            value: Decimal | AmbiguousValue = Decimal(rewritten.replace(",", "."))
        else:
            try:
                value = parse_value(rewritten, kpi.unit, _LANGUAGE[sign])
            except DomainError as refusal:
                return self._worded(refusal, text, kpi)
        if named_currency(rewritten) not in (None, self._vocabulary.currency):
            return DomainError("kpi_files.other_currency", text=shown(text), currency=self._vocabulary.currency)
        if isinstance(value, AmbiguousValue):
            return DomainError("kpis.import.value", text=shown(text))
        if abs(value) >= MAX_VALUE:
            return DomainError("kpi_files.too_large", text=shown(text))
        return value if value == value.quantize(_SMALLEST) else DomainError("kpi_files.too_precise", text=shown(text))

    def _worded(self, refusal: DomainError, text: str, kpi: Kpi) -> DomainError | None:
        match refusal.key:
            case "values.too_large":
                return DomainError("kpi_files.too_large", text=shown(text))
            case "values.too_precise":
                return DomainError("kpi_files.too_precise", text=shown(text))
            case "values.wrong_unit":
                return DomainError("kpi_files.unit", text=shown(text), kpi=self._vocabulary.name(kpi))
            case _:
                return None


def said(cell: Cell) -> str:
    """A cell as an answer names it."""
    match cell:
        case Decimal():
            return shown(f"{cell:f}")
        case Percentage():
            return f"{cell.points:f}%"
        case str():
            return shown(cell)
        case _:
            return str(cell)


def _refused(why: DomainError) -> ReadNumber:
    return ReadNumber(why, why)


def _unmistakable(text: str, sign: DecimalSign) -> str | None:
    """The text with each number written so that it can be read in one way only: without groups, and with at least four
    decimals where there are any. None where one of them is no number under this sign."""
    language = _LANGUAGE[sign]
    pieces: list[str] = []
    end = 0
    for found in _NUMBER.finditer(text):
        if not any(reading.own for reading in readings(found[0], language)):
            return None
        whole, has_decimals, decimals = found[0].partition(sign)
        digits = re.sub(r"[^0-9]", "", whole)
        pieces += [text[end : found.start()], f"{digits}{sign}{decimals:0<4}" if has_decimals else digits]
        end = found.end()
    return "".join((*pieces, text[end:])) if pieces else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the numbers of a file prove of the decimal sign, by the first line and its text for each; and the first
    number that is open, with its two values."""

    point: tuple[int, str] | None
    comma: tuple[int, str] | None
    hint: DecimalSign | None
    open: tuple[int, str, Decimal, Decimal] | None

    @property
    def contradicts_itself(self) -> bool:
        return self.point is not None and self.comma is not None

    @property
    def sign(self) -> DecimalSign | None:
        """The sign that is proved; if none is, the only one that leaves the KPIs values they take."""
        if self.point or self.comma:
            return DecimalSign.POINT if self.point else DecimalSign.COMMA
        return self.hint


def evidence_of(numbers: Iterable[tuple[int, Cell, ReadNumber]]) -> Evidence:
    """What the numbers of a file (line, cell, reading) prove together."""
    proofs: dict[DecimalSign, tuple[int, str]] = {}
    hints: set[DecimalSign] = set()
    first_open = None
    for line, cell, number in numbers:
        if number.proves:
            proofs.setdefault(number.proves, (line, said(cell)))
        elif number.hints:
            hints.add(number.hints)
        elif first_open is None and number.is_open:
            assert isinstance(number.point, Decimal)
            assert isinstance(number.comma, Decimal)
            first_open = (line, said(cell), number.point, number.comma)
    hint = hints.pop() if len(hints) == 1 else None
    return Evidence(proofs.get(DecimalSign.POINT), proofs.get(DecimalSign.COMMA), hint, first_open)
