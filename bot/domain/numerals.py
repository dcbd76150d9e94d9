"""Reading one written number under the conventions of every language: which numbers can "1.500" mean to this person?

Signs, currencies, words of size and units belong to `values` and `durations`. Numbers are exact fractions here.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.words import CONVENTIONS, Convention

WRITTEN_NUMBER = r"[0-9](?:[0-9., ']*[0-9])?"
"""A pattern for what may be a number. Only ASCII digits: others are refused, never guessed at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that a text can mean. `own` says that it agrees with the signs of the member's own language."""

    number: Fraction
    own: bool


def readings(text: str, language: str, *, beside_foreign: bool = False) -> tuple[Reading, ...]:
    """The numbers `text` can honestly mean to somebody who writes `language`, the likeliest first; none if it is not
    a number.

    What the member's own convention reads as grouped ("1.500" in Indonesian) is not put in doubt; a decimal that
    another language would read as grouped ("1.500" in English) is. What only another convention can read is read by it.
    `beside_foreign`: a word of another language stands beside it ("52,332 juta"), so that its signs may be that one's.
    A language without a Convention is a KeyError.
    """
    convention = CONVENTIONS[language]
    own = _read(text, convention)
    others = (_read(text, other) for name, other in CONVENTIONS.items() if name != language)
    foreign = [Reading(number, own=False) for number in dict.fromkeys(others) if number is not None and number != own]
    if own is None:
        return tuple(foreign)
    if convention.grouping in text and not beside_foreign:
        return (Reading(own, own=True),)
    return (Reading(own, own=True), *foreign)


def _read(text: str, convention: Convention) -> Fraction | None:
    """The one number a text is under one convention. Groups are of three digits, never led by a zero, with one sign
    throughout: the language's own, a blank or an apostrophe."""
    point, group = re.escape(convention.decimal), re.escape(convention.grouping)
    grouped = rf"[1-9][0-9]{{0,2}}([{group} '])[0-9]{{3}}(?:\1[0-9]{{3}})*(?:{point}[0-9]+)?"
    with_decimals = rf"(?:0|[1-9][0-9]*){point}[0-9]+"
    if not re.fullmatch(rf"[0-9]+|{with_decimals}|{grouped}", text):
        return None
    digits = re.sub(rf"[{group} ']", "", text)
    return Fraction(digits.replace(convention.decimal, "."))
