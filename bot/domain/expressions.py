"""The little language in which people write the formula of a KPI of their own: "(revenue - cost of goods) / revenue",
"terakhir(pelanggan aktif) − pelanggan baru", "omzet × 10%". Names of KPIs, + − × /, brackets, numbers, and the
functions of `formula_texts.FUNCTIONS`; nothing of it is ever run as code.

Whose names they are is the caller's business (`Naming`). Keeping formulas, putting them into each other and looking at
their units is in modules of their own, of which this one hands out the names.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from bot.domain.errors import DomainError
from bot.domain.formula_expansion import check_cycles, expand, expanded
from bot.domain.formula_texts import FUNCTIONS, SIGNS, formula_text, read_formula, spoken_formula, unmistakable
from bot.domain.formula_units import check_units, never_divides, unit_of
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
    named_keys,
)
from bot.domain.kpis import Kpi, Unit
from bot.domain.numerals import WRITTEN_NUMBER
from bot.domain.values import AmbiguousValue, parse_value
from bot.domain.words import CURRENCIES, MILLION_SIGN, PERCENT, POWERS_OF_TEN, shown

__all__ = [
    "check_cycles", "check_units", "expand", "expanded", "formula_text", "parse_formula", "read_formula",
    "spoken_formula", "unit_of",
]  # fmt: skip

MAX_LENGTH, MAX_TERMS, MAX_NESTING = 300, 20, 10
"""In characters; in names and numbers; in brackets within brackets."""

LONGEST_NAME = 100
"""In characters, as it is typed."""

Naming = Callable[[Sequence[str]], tuple[Kpi, Sequence[str]] | None]
"""The KPI that words name in full at their beginning, longest name first, and the words after it; None for no KPI."""
Unknown = Callable[[Sequence[str]], DomainError]

_ADDING: Mapping[str, type[Operation]] = {"+": Sum} | dict.fromkeys("-−–—", Difference)
_SCALING: Mapping[str, type[Operation]] = dict.fromkeys("*×·", Product) | dict.fromkeys("/÷∕:", Ratio)
_QUOTES = {'"': '"”“', "“": '”“"', "„": '“”"', "”": '”“"', "«": "»", "[": "]", "'": "'’", "‘": "’'"}
_WORDS: Mapping[str, Reading | Span] = {
    word: what for words in FUNCTIONS.values() for what, each in words.items() for word in each
}


def _any_of(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_LETTER = r"[^\W\d_]"
_FUNCTION = re.compile(rf"({_any_of([*_WORDS])})\s*\(", re.IGNORECASE | re.ASCII)
_FUNCTION_ALONE = re.compile(rf"(?:{_any_of([*_WORDS])})\s", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(
    rf"([.,]?{WRITTEN_NUMBER}(?:\s?(?:{_any_of([*POWERS_OF_TEN, MILLION_SIGN])})(?!{_LETTER}))?)"
    rf"(\s?(?:{_any_of(PERCENT)})(?!{_LETTER}))?",
    re.IGNORECASE,
)
_MONEY = re.compile(rf"(?:{_any_of([*CURRENCIES])})\s?[0-9]", re.IGNORECASE)
_APART = re.compile(rf"\s[{re.escape(SIGNS)}]\s|\s[-−–—]|[-−–—]\s|--")
"""A sign that stands apart, and so is no part of a name that is not in quotes."""
_NAMES_END = re.compile(rf"\s[x{re.escape(SIGNS)}]\s|[()\[\]\"“”„«»+*×·/÷∕:]", re.IGNORECASE)


def parse_formula(text: str, match: Naming, language: str, unknown: Unknown | None = None) -> Expression:
    """The formula that a person who writes `language` typed; functions and names count in all languages at once.

    A name is the longest one that fits, also over signs within it ("in-store sales"); a sign between blanks is always
    a sign, unless nothing else would give a KPI; in quotes or square brackets stands nothing but a name. A KPI by
    itself is read by its aggregation (the sum, the last, the mean of the period), a derived one becomes a Reference;
    "10%" is 1/10. Limits: MAX_LENGTH, MAX_TERMS, MAX_NESTING. Units and circles are not looked at: see `check_units`,
    `check_cycles`.

    DomainErrors: `kpis.formula.*`, those about one place with `place` (the number of the character, from 1) and `text`
    (what stands there), or what `unknown` says to a name that nobody knows; what `match` raises passes through. A
    language without a Convention is a KeyError.
    """
    if len(text) > MAX_LENGTH:
        raise DomainError("kpis.formula.too_long", most=MAX_LENGTH)
    if not text.strip():
        raise DomainError("kpis.formula.empty")
    expression = _Reader(text, match, language, unknown).whole()
    if not named_keys(expression):
        raise DomainError("kpis.formula.no_kpi", text=shown(text))
    return expression


class _Reader:
    """Reads a text from left to right, by recursive descent; `at` is the place reached."""

    def __init__(self, text: str, match: Naming, language: str, unknown: Unknown | None) -> None:
        self.text = "".join(" " if sign.isspace() else sign for sign in text)
        self.match, self.language, self.unknown = match, language, unknown
        self.at = self.parts = self.depth = 0

    def whole(self) -> Expression:
        expression = self.sums()
        if self.ahead == ")":
            raise self.refused("bracket_not_opened")
        if self.ahead:
            raise self.refused("sign_missing")
        return expression

    @property
    def ahead(self) -> str:
        """The next character that is no blank, which is then reached; "" at the end."""
        while self.text.startswith(" ", self.at):
            self.at += 1
        return self.text[self.at : self.at + 1]

    def refused(self, what: str, place: int | None = None, **values: object) -> DomainError:
        start = self.at if place is None else place
        said = {"place": start + 1, "text": shown(self.text[start:]), **values}
        return DomainError(f"kpis.formula.{what}", **said)

    def sums(self) -> Expression:
        left = self.products()
        while kind := _ADDING.get(self.ahead):
            self.at += 1
            left = kind(left, self.products())
        return left

    def products(self) -> Expression:
        left = self.operand()
        while kind := _SCALING.get(self.ahead) or self.spelled_times():
            self.at += 1
            _ = self.ahead
            start = self.at
            right = self.operand()
            if kind is Ratio and never_divides(right):
                raise self.refused("divides_by_zero", start, text=self.text[start : self.at])
            left = kind(left, right)
        return left

    def spelled_times(self) -> type[Operation] | None:
        return Product if self.text[self.at - 1 : self.at + 2].lower() == " x " else None

    def operand(self) -> Expression:
        sign = self.ahead
        if not sign:
            raise self.refused("ends_early")
        if sign in "-−–—(":
            return self.deeper(self.bracketed if sign == "(" else self.negative)
        if sign in _QUOTES:
            return self.term(self.at, self.quoted())
        end = self.name_end()
        function = self.function_ahead()
        if function and (end is None or end <= function.end(1)):
            return self.applied(function, None, None)
        if end is None and (number := _NUMBER.match(self.text, self.at)):
            return self.number(number)
        return self.term(self.at, self.named(end))

    def deeper(self, read: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.refused("too_nested", most=MAX_NESTING)
        self.at += 1
        found = read()
        self.depth -= 1
        return found

    def negative(self) -> Expression:
        inner = self.operand()
        return Constant(-inner.value) if isinstance(inner, Constant) else Product(Constant(Fraction(-1)), inner)

    def bracketed(self) -> Expression:
        start = self.at - 1
        inner = self.sums()
        if not self.ahead:
            raise self.refused("bracket_not_closed", start)
        if self.ahead != ")":
            raise self.refused("sign_missing")
        self.at += 1
        return inner

    def function_ahead(self) -> re.Match[str] | None:
        return _FUNCTION.match(self.text, self.at)

    def applied(self, function: re.Match[str], reading: Reading | None, span: Span | None) -> Expression:
        """A function around a name, or around another one that says something else."""
        start, what = self.at, _WORDS[function[1].casefold()]
        if (reading if isinstance(what, Reading) else span) is not None:
            raise self.refused("function_twice", word=shown(function[1]))
        reading, span = (what, span) if isinstance(what, Reading) else (reading, what)
        self.at = function.end()
        sign = self.ahead
        inner, end = self.function_ahead(), self.name_end() if sign else None
        if inner and (end is None or end <= inner.end(1)):
            found = self.applied(inner, reading, span)
        elif sign in _QUOTES:
            found = self.term(self.at, self.quoted(), reading, span, function[1])
        elif end is None and (not sign or not sign.isalpha()):
            raise self.refused("bracket_not_closed" if not sign else "function_of_one", start, word=function[1])
        else:
            found = self.term(self.at, self.named(end), reading, span, function[1])
        if self.ahead != ")":
            raise self.refused("function_of_one" if self.ahead else "bracket_not_closed", start, word=function[1])
        self.at += 1
        return found

    def number(self, found: re.Match[str]) -> Constant:
        start, self.at = self.at, found.end()
        self.counted(start)
        try:
            value = parse_value(found[1], Unit.NUMBER, self.language)
        except DomainError as refused:
            raise self.refused(f"number_{refused.key.removeprefix('values.')}", start, text=found[0]) from None
        if isinstance(value, AmbiguousValue):
            ways = [unmistakable(Fraction(each), self.language) + (found[2] or "") for each in value.readings]
            raise self.refused("number_ambiguous", start, text=found[0], ways=" · ".join(ways))
        return Constant(Fraction(value) / (100 if found[2] else 1))

    def counted(self, start: int) -> None:
        self.parts += 1
        if self.parts > MAX_TERMS:
            raise self.refused("too_many_terms", start, most=MAX_TERMS)

    def term(
        self, start: int, kpi: Kpi, reading: Reading | None = None, span: Span | None = None, word: str = ""
    ) -> Expression:
        """A KPI whose name has just been read, within the function `word`, if any."""
        self.counted(start)
        if not kpi.is_derived:
            return Term(kpi.key, reading or Reading(kpi.aggregation.value), span or Span.PERIOD)
        if word:
            raise self.refused("function_of_derived", start, text=self.text[start : self.at], word=word)
        return Reference(kpi.key)

    def quoted(self) -> Kpi:
        start, closing = self.at, _QUOTES[self.text[self.at]]
        end = next((at for at in range(start + 1, len(self.text)) if self.text[at] in closing), None)
        if end is None:
            raise self.refused("quote_not_closed")
        found = self.whole_name(start + 1, end)
        if found is None:
            raise self.nobody(self.text[start + 1 : end], start)
        self.at = end + 1
        return found

    def named(self, end: int | None) -> Kpi:
        """The KPI whose name ends there; where none was found, one with signs between blanks in its name."""
        start = self.at
        end = end or self.name_end(over_signs=True)
        found = self.whole_name(start, end) if end else None
        if end is None or found is None:
            raise self.nobody(_NAMES_END.split(self.text[start:], maxsplit=1)[0], start)
        self.at = end
        return found

    def whole_name(self, start: int, end: int) -> Kpi | None:
        words = self.text[start:end].split()
        found = self.match(words) if words else None
        return found[0] if found and not found[1] else None

    def name_end(self, *, over_signs: bool = False) -> int | None:
        """Where the longest name ends that begins here."""
        return next((end for end in self.ends(over_signs=over_signs) if self.whole_name(self.at, end)), None)

    def ends(self, *, over_signs: bool) -> list[int]:
        """Where a name that begins here can end, the farthest first: before a blank, a sign or a bracket."""
        found, opened, has_letter = [], 0, False
        for end in range(self.at + 1, min(len(self.text), self.at + LONGEST_NAME) + 1):
            last, following = self.text[end - 1], self.text[end : end + 1]
            opened += (last == "(") - (last == ")")
            has_letter = has_letter or last.isalpha()
            if opened < 0 or last in '"“”„«»[]':
                break
            if not over_signs and _APART.search(self.text, self.at, end):
                break
            is_end = not following or not (following.isalnum() or following == "_")
            if is_end and has_letter and not opened and last not in " -−–—":
                found.append(end)
        return found[::-1]

    def nobody(self, words: str, start: int) -> DomainError:
        """What is said to a name that nobody knows, or to what cannot be a name at all."""
        said = words.split()
        if not any(sign.isalnum() for sign in words):
            return self.refused("not_understood", start)
        if _MONEY.match(self.text, start):
            return self.refused("currency", start)
        function = _FUNCTION_ALONE.match(words)
        if function and self.whole_name(start + function.end(), start + len(words)):
            return self.refused("function_brackets", start, word=function[0].strip())
        return self.unknown(said) if self.unknown else self.refused("unknown_kpi", start, text=shown(" ".join(said)))
