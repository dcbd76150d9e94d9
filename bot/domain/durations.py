"""Reading written durations: "3h 20m", "3 jam 20 menit", "03:20". A bare number is none: `values` asks what it is."""

import re
from fractions import Fraction
from itertools import pairwise, product

from bot.domain.numerals import WRITTEN_NUMBER, readings
from bot.domain.words import SECONDS

_CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])(?::([0-5][0-9]))?")
_PART = re.compile(rf"({WRITTEN_NUMBER}) ?([a-z]+) ?")


def duration_readings(text: str, language: str) -> tuple[Fraction, ...]:
    """The seconds a tidied text can mean, the likeliest first; none if it is not a duration.

    Units go from large to small, each at most once. "03:20" is hours and minutes, "0:03:20" also seconds.
    """
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return (Fraction(hours * 3600 + minutes * 60 + seconds),)
    parts = _parts(text)
    sizes = [size for _, size in parts]
    if not parts or any(later >= earlier for earlier, later in pairwise(sizes)):
        return ()
    choices = [[reading.number * size for reading in readings(number, language)] for number, size in parts]
    return tuple(sum(choice, Fraction(0)) for choice in product(*choices))


def _parts(text: str) -> list[tuple[str, int]]:
    """Each number with the seconds of its unit; empty if anything in the text is something else."""
    parts: list[tuple[str, int]] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if not found or found[2] not in SECONDS:
            return []
        parts.append((found[1], SECONDS[found[2]]))
        position = found.end()
    return parts
