"""Reading the values people type: "12,5 jt", "Rp 12.500.000", "45%", "3h 20m", "(5)". Either exactly one number, or a
question with every honest reading, or a refusal; never a guess.

Whether a value makes sense for a KPI, and showing values, do not belong here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bot.domain.durations import duration_readings
from bot.domain.errors import DomainError
from bot.domain.kpis import Unit
from bot.domain.numerals import WRITTEN_NUMBER, readings
from bot.domain.words import (
    CONVENTIONS,
    CURRENCIES,
    MAX_LENGTH,
    MILLION_SIGN,
    PERCENT,
    POWERS_OF_TEN,
    SIZES_OF_ONE,
    shown,
)

MAX_VALUE = Decimal(10**13)
"""A value's magnitude stays below this."""
MAX_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class AmbiguousValue:
    """A text that can honestly mean several numbers: two or more different ones, this person's likeliest first."""

    readings: tuple[Decimal, ...]


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_AMOUNT = re.compile(
    rf"""(?P<minus>-)?\ ?
    (?P<before>{_any_of(CURRENCIES)})?\ ?
    (?P<inner_minus>-)?\ ?
    (?P<number>{WRITTEN_NUMBER})
    (?P<dash>,-)?\ ?
    (?P<size>{_any_of([*POWERS_OF_TEN, MILLION_SIGN])})?\ ?
    (?P<after>{_any_of(CURRENCIES)})?
    (?P<percent>{_any_of(PERCENT)})?""",
    re.VERBOSE,
)
_SIGNS = str.maketrans({"−": "-", "’": "'", "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " "})
_LARGE_UNITS = (Unit.NUMBER, Unit.CURRENCY)


@dataclass(frozen=True, slots=True)
class _Amount:
    """The parts of a written amount. `size` is a word like "jt", `currency` an ISO 4217 code, or ""."""

    number: str
    negative: bool
    size: str
    currency: str
    has_dash: bool
    has_percent: bool


def parse_value(text: str, unit: Unit, language: str) -> Decimal | AmbiguousValue:
    """The value a person who writes `language` typed for a KPI in `unit` (percentage points, seconds for durations).

    An AmbiguousValue must be asked about before anything is stored. DomainErrors: `values.not_a_number`,
    `values.wrong_unit` (a percentage where money is meant, and the like), `values.too_large` (MAX_VALUE or more),
    `values.too_precise` (over MAX_DECIMALS decimals). A negative duration is not a number. The currency named is not
    compared with the workspace's: see `named_currency`. A language without a Convention is a KeyError.
    """
    written = _written(text)
    amount = _amount(written)
    durations = duration_readings(written, language)
    if unit is Unit.DURATION:
        found = durations or _bare_duration(amount, text, language)
    elif amount is None and durations:
        raise DomainError("values.wrong_unit", text=shown(text))
    else:
        found = _amount_readings(amount, unit, text, language)
    if not found:
        raise DomainError("values.not_a_number", text=shown(text))
    return _settled(found, text)


def named_currency(text: str) -> str | None:
    """The ISO 4217 code of the currency that a typed value names ("Rp 5.000" is IDR), None if it names none."""
    amount = _amount(_written(text))
    return (amount.currency or None) if amount else None


def _written(text: str) -> str:
    trimmed = text.strip()
    return trimmed.lower().translate(_SIGNS) if len(trimmed) <= MAX_LENGTH else ""


def _amount(written: str) -> _Amount | None:
    in_brackets = written.startswith("(") and written.endswith(")")
    found = _AMOUNT.fullmatch(written[1:-1].strip() if in_brackets else written)
    if found is None:
        return None
    minuses = (in_brackets, found["minus"], found["inner_minus"])
    currencies = [word for word in (found["before"], found["after"]) if word]
    if sum(map(bool, minuses)) > 1 or len(currencies) > 1:
        return None
    return _Amount(
        number=found["number"],
        negative=any(minuses),
        size=found["size"] or "",
        currency=CURRENCIES[currencies[0]] if currencies else "",
        has_dash=bool(found["dash"]),
        has_percent=bool(found["percent"]),
    )


def _bare_duration(amount: _Amount | None, text: str, language: str) -> tuple[Fraction, ...]:
    """A number without a unit is hours or minutes: both readings, hours first."""
    if amount is None or amount.negative:
        return ()
    if amount.currency or amount.has_dash or amount.has_percent or amount.size:
        raise DomainError("values.wrong_unit", text=shown(text))
    numbers = [reading.number for reading in readings(amount.number, language)]
    return tuple(number * seconds for seconds in (3600, 60) for number in numbers)


def _amount_readings(amount: _Amount | None, unit: Unit, text: str, language: str) -> tuple[Fraction, ...]:
    if amount is None:
        return ()
    is_money = bool(amount.currency) or amount.has_dash
    if (
        (is_money and unit is not Unit.CURRENCY)
        or (amount.has_percent and unit is not Unit.PERCENT)
        or (amount.size and unit not in _LARGE_UNITS)
    ):
        raise DomainError("values.wrong_unit", text=shown(text))
    sign = -1 if amount.negative else 1
    return tuple(
        sign * reading.number * 10**power
        for reading in readings(amount.number, language, beside_foreign=_is_foreign(amount.size, language))
        for power in _powers(amount.size, reading.own, language)
    )


def _is_foreign(size: str, language: str) -> bool:
    return any(size in words for name, words in SIZES_OF_ONE.items() if name != language)


def _powers(size: str, own_signs: bool, language: str) -> tuple[int, ...]:
    """The powers of ten that a word of size can mean. A bare "M" is the member's own (million, or miliar) as long as
    the number beside it is written in their own way; beside foreign signs it can be anybody's, their own first."""
    if size != MILLION_SIGN:
        return (POWERS_OF_TEN.get(size, 0),)
    own = CONVENTIONS[language].million_sign
    if own_signs:
        return (own,)
    return (own, *(other.million_sign for name, other in CONVENTIONS.items() if name != language))


def _settled(found: Iterable[Fraction], text: str) -> Decimal | AmbiguousValue:
    """One value or the question. What cannot be stored is no choice to offer, but the likeliest reading must be one."""
    likeliest, *others = dict.fromkeys(found)
    trouble = _trouble(likeliest)
    if trouble:
        raise DomainError(trouble, text=shown(text))
    values = tuple(_decimal(number) for number in (likeliest, *others) if not _trouble(number))
    return values[0] if len(values) == 1 else AmbiguousValue(values)


def _trouble(number: Fraction) -> str:
    if abs(number) >= int(MAX_VALUE):
        return "values.too_large"
    if (number * 10**MAX_DECIMALS).denominator != 1:
        return "values.too_precise"
    return ""


def _decimal(number: Fraction) -> Decimal:
    """Exact: within the limits a value has at most 17 digits, fewer than any usual decimal context keeps."""
    return Decimal(int(number * 10**MAX_DECIMALS)) / Decimal(10**MAX_DECIMALS)
