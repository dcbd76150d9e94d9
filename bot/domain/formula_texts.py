"""Formulas as text: the one form in which they are kept, over the keys of KPIs ("(revenue - cost_of_goods) / revenue"),
and the form in which people find their own formula again, with names and words of their language.

Reading what people write belongs to `expressions`. In the kept form a KPI's key alone is the sum of the period, other
readings and days are functions around it ("before(last(stock_value))"), and a derived KPI is "{key}".
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from bot.domain.formulas import (
    Constant,
    Difference,
    Expression,
    Operation,
    Product,
    Ratio,
    Reading,
    Reference,
    Span,
    Sum,
    Term,
)
from bot.domain.kpis import Kpi
from bot.domain.words import CONVENTIONS

FUNCTIONS: Mapping[str, Mapping[Reading | Span, tuple[str, ...]]] = {
    "en": {
        Reading.SUM: ("sum", "total"),
        Reading.LAST: ("last", "latest"),
        Reading.MEAN: ("mean", "average", "avg"),
        Span.BEFORE: ("before", "previous"),
        Span.START: ("start", "opening"),
        Span.UNTIL: ("until", "so far"),
    },
    "id": {
        Reading.SUM: ("total", "jumlah"),
        Reading.LAST: ("terakhir",),
        Reading.MEAN: ("rata-rata", "rata rata", "rerata"),
        Span.BEFORE: ("sebelumnya", "sebelum"),
        Span.START: ("awal",),
        Span.UNTIL: ("sampai", "hingga"),
    },
}
"""The words of the functions in every language, lower case; the first of each is the one we write ourselves."""

SIGNS = "+-−–—*×·/÷∕:"
"""What can stand between two parts of a formula, besides an x between blanks."""

MAX_KEPT_LENGTH, MAX_KEPT_TERMS, MAX_KEPT_NESTING = 4_000, 100, 60
_MAX_PLACES, _STORABLE_PLACES, _GROUP = 12, 4, 3
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,99}")
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40}|/[1-9][0-9]{0,39})?")
_USUAL: Mapping[Span, Reading] = {
    Span.PERIOD: Reading.SUM,
    Span.BEFORE: Reading.SUM,
    Span.START: Reading.LAST,
    Span.UNTIL: Reading.LAST,
}
"""The reading that is not written out in the kept form."""
_KEPT_SIGNS: Mapping[type[Operation], str] = {Sum: "+", Difference: "-", Product: "*", Ratio: "/"}
_SPOKEN_SIGNS: Mapping[type[Operation], str] = {Sum: "+", Difference: "−", Product: "×", Ratio: "/"}


def formula_text(expression: Expression) -> str:
    """The form in which a formula is kept; `read_formula` is its inverse. ValueError for a key that cannot be written:
    one is of ASCII letters, digits and ``_.:-``, begins with a letter or "_", and has at most 100 characters."""
    return _written(expression, _KEPT_SIGNS, _kept)


def spoken_formula(expression: Expression, kpis: Mapping[str, Kpi], named: Callable[[Kpi], str], language: str) -> str:
    """A formula as somebody who writes `language` would have typed it; `expressions.parse_formula` reads it again.
    Names with signs in them stand in quotes; a KPI that is not among `kpis` is named by its key."""

    def name(key: str) -> str:
        text = named(kpis[key]) if key in kpis else key
        if not _needs_quotes(text):
            return text
        return f"[{text}]" if '"' in text else f'"{text}"'

    def leaf(part: Term | Constant | Reference) -> str:
        match part:
            case Constant(value):
                return _spoken_number(value, language)
            case Reference(kpi_key):
                return name(kpi_key)
        usual = kpis[part.kpi_key].aggregation if part.kpi_key in kpis else Reading.SUM
        words = FUNCTIONS[language]
        text = name(part.kpi_key)
        if part.reading.value != usual.value:
            text = f"{words[part.reading][0]}({text})"
        return text if part.span is Span.PERIOD else f"{words[part.span][0]}({text})"

    return _written(expression, _SPOKEN_SIGNS, leaf)


def _written(
    expression: Expression,
    signs: Mapping[type[Operation], str],
    leaf: Callable[[Term | Constant | Reference], str],
) -> str:
    """A formula with brackets only where they are needed to read it as the same one again."""
    if isinstance(expression, Term | Constant | Reference):
        return leaf(expression)
    left, right = (_written(part, signs, leaf) for part in (expression.left, expression.right))
    is_sum = isinstance(expression, Sum | Difference)
    if not is_sum and isinstance(expression.left, Sum | Difference):
        left = f"({left})"
    if isinstance(expression.right, Sum | Difference if is_sum else Operation):
        right = f"({right})"
    return f"{left} {signs[type(expression)]} {right}"


def _kept(part: Term | Constant | Reference) -> str:
    if isinstance(part, Constant):
        return _decimal_text(part.value) or f"{part.value.numerator}/{part.value.denominator}"
    if not _KEY.fullmatch(part.kpi_key):
        raise ValueError(f"no formula can name the key {part.kpi_key!r}")
    if isinstance(part, Reference):
        return f"{{{part.kpi_key}}}"
    text = part.kpi_key if part.reading is _USUAL[part.span] else f"{part.reading}({part.kpi_key})"
    return text if part.span is Span.PERIOD else f"{part.span}({text})"


def _decimal_text(value: Fraction) -> str:
    """The digits of a number that has at most _MAX_PLACES decimals, "" for any other."""
    places = next((places for places in range(_MAX_PLACES + 1) if (value * 10**places).denominator == 1), None)
    if places is None:
        return ""
    digits = str(abs(int(value * 10**places))).zfill(places + 1)
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def unmistakable(value: Fraction, language: str) -> str:
    """A number with the decimal sign of a language, so that nobody can take it for another one: never with exactly
    three decimals, which elsewhere would be a group of three. "" where that takes too many decimals."""
    whole, _, decimals = _decimal_text(value).partition(".")
    if len(decimals) == _GROUP:
        decimals += "0"
    return f"{whole}{CONVENTIONS[language].decimal}{decimals}" if decimals else whole


def _spoken_number(value: Fraction, language: str) -> str:
    for text, sign in ((unmistakable(value, language), ""), (unmistakable(value * 100, language), "%")):
        if text and len(text.partition(CONVENTIONS[language].decimal)[2]) <= _STORABLE_PLACES:
            return text + sign
    return f"({value.numerator} / {value.denominator})"


def _needs_quotes(name: str) -> bool:
    words = name.casefold().split()
    return not name[:1].isalpha() or "x" in words or any(sign in f'{SIGNS}()[]"“”' for sign in name)


def read_formula(text: str) -> Expression:
    """The formula that `formula_text` wrote. ValueError for every other text, whatever it is."""
    reader = _KeptReader(text)
    expression = reader.sums()
    if reader.at < len(text) or formula_text(expression) != text:
        raise ValueError("not the form in which formulas are kept")
    return expression


class _KeptReader:
    """Reads the kept form, by recursive descent; blanks stand around the signs between two parts and nowhere else."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_KEPT_LENGTH:
            raise ValueError("too long for a formula")
        self.text, self.at, self.count, self.depth = text, 0, 0, 0

    def sums(self) -> Expression:
        left = self.products()
        while sign := self.taken(" + ", " - "):
            left = (Sum if sign == " + " else Difference)(left, self.products())
        return left

    def products(self) -> Expression:
        left = self.operand()
        while sign := self.taken(" * ", " / "):
            left = (Product if sign == " * " else Ratio)(left, self.operand())
        return left

    def taken(self, *texts: str) -> str:
        found = next((text for text in texts if self.text.startswith(text, self.at)), "")
        self.at += len(found)
        return found

    def required(self, text: str) -> None:
        if not self.taken(text):
            raise ValueError(f"{text} is missing at {self.at}")

    def operand(self) -> Expression:
        if not self.taken("("):
            return self.leaf()
        self.depth += 1
        if self.depth > MAX_KEPT_NESTING:
            raise ValueError("too many brackets")
        inner = self.sums()
        self.required(")")
        self.depth -= 1
        return inner

    def leaf(self) -> Term | Constant | Reference:
        self.count += 1
        if self.count > MAX_KEPT_TERMS:
            raise ValueError("too many terms")
        number = _NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return Constant(Fraction(number[0]))
        if self.taken("{"):
            reference = Reference(self.key())
            self.required("}")
            return reference
        return self.term()

    def term(self) -> Term:
        span = next((each for each in Span if self.taken(f"{each}(")), Span.PERIOD)
        reading = next((each for each in Reading if self.taken(f"{each}(")), None)
        term = Term(self.key(), reading or _USUAL[span], span)
        for _ in filter(None, (reading, span is not Span.PERIOD)):
            self.required(")")
        return term

    def key(self) -> str:
        found = _KEY.match(self.text, self.at)
        if not found:
            raise ValueError(f"no key at {self.at}")
        self.at = found.end()
        return found[0]
