"""Reading when somebody may be written to, as they type it: "10:00 16:00", "jam 10 sampai jam 4 sore", "off fri sat".
Pure: no storage, no answer to anybody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from bot.domain.dates import parse_time, parse_weekday
from bot.domain.errors import DomainError
from bot.domain.words import shown, tidy
from bot.i18n import Catalogues

_BETWEEN = re.compile(
    r"\s*[–—]\s*|\s+-\s+|(?<=[0-9])-(?=[0-9])|\s+(?:to|till|until|and|sampai|hingga|s/d|dan)\s+", re.I
)
_SEPARATORS = re.compile(r"[\s,;]+")
_LITTLE = frozenset(
    {"on", "and", "dan", "every", "setiap", "tiap", "hari", "from", "between", "dari", "antara", "mulai"}
)


@dataclass(frozen=True, slots=True)
class Hours:
    """Between two local times."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class FreeWeekdays:
    """Weekdays (0 is Monday) on which somebody never works."""

    weekdays: frozenset[int]


def read_hours(words: str, texts: Catalogues) -> Hours | FreeWeekdays:
    """What somebody wished for, in any language of the catalogue. Whether it makes sense is not looked at here.

    Raises DomainError `checkins.hours_unclear`, `checkins.weekday_unclear`.
    """
    first, _, rest = tidy(words).partition(" ")
    if first in texts.all_words("checkins.hours_off_words"):
        return FreeWeekdays(_weekdays(rest, texts))
    return _hours(words)


def _weekdays(words: str, texts: Catalogues) -> frozenset[int]:
    named = [word for word in _SEPARATORS.split(words) if word and word not in _LITTLE]
    if len(named) == 1 and named[0] in texts.all_words("checkins.hours_none_words"):
        return frozenset()
    found = [parse_weekday(word) for word in named]
    known = frozenset(day for day in found if day is not None)
    if not found or None in found:
        raise DomainError("checkins.weekday_unclear", words=shown(words))
    return known


def _hours(words: str) -> Hours:
    parts = _BETWEEN.split(_without_little(tidy(words)))
    pairs: Iterable[tuple[str, str]] = [(parts[0], parts[1])] if len(parts) == 2 else []
    if len(parts) == 1:
        said = parts[0].split()
        pairs = ((" ".join(said[:at]), " ".join(said[at:])) for at in range(1, len(said)))
    for first, last in pairs:
        starts, ends = _time(first), _time(last)
        if starts is not None and ends is not None:
            return Hours(starts, ends)
    raise DomainError("checkins.hours_unclear", words=shown(words))


def _without_little(words: str) -> str:
    first, _, rest = words.partition(" ")
    return rest if first in _LITTLE else words


def _time(text: str) -> time | None:
    """ "9" alone is an hour here."""
    return parse_time(text) or (parse_time(f"{text}:00") if re.fullmatch(r"[0-9]{1,2}", text.strip()) else None)
