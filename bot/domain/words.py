"""The words and signs people type for numbers, durations, days, periods and rhythms: one vocabulary for all languages.

Reading whole texts, and the phrases these words stand in, belong to `values`, `dates`, `schedule_words` and `periods`;
words shown to people belong to the catalogues. Adding a language: its Convention, its words in each table below, its
phrases there.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

MAX_LENGTH = 64
"""A text longer than this many characters is no number, date or period that anybody typed."""
MOST_QUOTED = 80
"""Characters of somebody's own words that an answer repeats."""


@dataclass(frozen=True, slots=True)
class Convention:
    """How a language writes numbers. `million_sign` is the power of ten that a bare "M" stands for (in Indonesian
    miliar, 9). `day_first` says that 3/4 is the third of April beyond doubt."""

    grouping: str
    decimal: str
    million_sign: int
    day_first: bool


CONVENTIONS: Mapping[str, Convention] = {
    "en": Convention(grouping=",", decimal=".", million_sign=6, day_first=False),
    "id": Convention(grouping=".", decimal=",", million_sign=9, day_first=True),
}


def _numbered(*groups: str, start: int) -> Mapping[str, int]:
    """Each group's words (separated by blanks) to the group's number."""
    return {word: number for number, words in enumerate(groups, start) for word in words.split()}


def _valued(table: Mapping[int, str]) -> Mapping[str, int]:
    return {word: number for number, words in table.items() for word in words.split()}


MILLION_SIGN = "m"

POWERS_OF_TEN: Mapping[str, int] = _valued(
    {
        3: "rb ribu k thousand",
        6: "jt juta mio mn million",
        9: "miliar milyar bn b billion",
        12: "t tn triliun trilyun trillion",
    }
)

SIZES_OF_ONE: Mapping[str, frozenset[str]] = {
    "en": frozenset({"thousand", "mn", "million", "bn", "b", "billion", "trillion"}),
    "id": frozenset({"rb", "ribu", "jt", "juta", "mio", "miliar", "milyar", "tn", "triliun", "trilyun"}),
}
"""Words of size that belong to one language alone."""

CURRENCIES: Mapping[str, str] = {
    "rp.": "IDR",
    "rp": "IDR",
    "idr": "IDR",
    "rupiah": "IDR",
    "us$": "USD",
    "$": "USD",
    "usd": "USD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
}

PERCENT = ("%", "percent", "persen")

SECONDS: Mapping[str, int] = _valued(
    {
        604_800: "w week weeks minggu pekan",
        86_400: "d day days hari",
        3_600: "h hr hrs hour hours j jam",
        60: "m min mins minute minutes mnt menit",
        1: "s sec secs second seconds dtk detik",
    }
)

MONTHS: Mapping[str, int] = _numbered(
    "jan january januari",
    "feb february februari pebruari",
    "mar march maret",
    "apr april",
    "may mei",
    "jun june juni",
    "jul july juli",
    "aug august agu agt ags agustus",
    "sep sept september",
    "oct october okt oktober",
    "nov november nop nopember",
    "dec december des desember",
    start=1,
)

WEEKDAYS: Mapping[str, int] = _numbered(
    "mon monday sen senin",
    "tue tues tuesday sel selasa",
    "wed weds wednesday rab rabu",
    "thu thur thurs thursday kam kamis",
    "fri friday jum jumat jum'at",
    "sat saturday sab sabtu",
    "sun sunday min minggu ahad",
    start=0,
)
"""0 is Monday. "minggu" is Sunday here; where a week is meant as well, the reader of the whole text decides."""

DAYS_FROM_TODAY: Mapping[str, int] = {
    "today": 0,
    "hari ini": 0,
    "yesterday": -1,
    "kemarin": -1,
    "kemaren": -1,
    "day before yesterday": -2,
    "the day before yesterday": -2,
    "kemarin lusa": -2,
    "kemarin dulu": -2,
    "tomorrow": 1,
    "besok": 1,
    "lusa": 2,
}

PARTS_OF_DAY: Mapping[str, range] = {
    "pagi": range(12),
    "siang": range(10, 16),
    "sore": range(15, 19),
    "malam": range(18, 28),
}
"""The hours each part of the day covers; "malam" runs past midnight, into the small hours."""

COUNTS: Mapping[str, int] = _numbered(
    "one satu a an",
    "two dua",
    "three tiga",
    "four empat",
    "five lima",
    "six enam",
    "seven tujuh",
    "eight delapan",
    "nine sembilan",
    "ten sepuluh",
    start=1,
)


EVERY = ("every", "each", "setiap", "tiap", "tiap-tiap")
PER = ("per",)
"""What else may stand before a period ("per week"), but not before a weekday: "per senin" is since Monday."""

ORDINAL_ENDINGS = ("st", "nd", "rd", "th")

LITTLE_WORDS = frozenset({"on", "at", "the", "and", "from", "pada", "di", "dan", "mulai", "tanggal", "tgl"})
"""What may stand between a rhythm, a day and a time without saying anything."""

BEFORE_PERIODS = frozenset({"in", "for", "on", "during", "di", "pada", "untuk", "selama"})
"""What may stand before a period without saying anything."""


def tidy(text: str) -> str:
    """The text in lower case, trimmed, blanks of any kind (also the unbreakable ones) as single blanks, one kind of
    apostrophe. A text over MAX_LENGTH becomes "", which nothing understands."""
    trimmed = text.strip()
    if len(trimmed) > MAX_LENGTH:
        return ""
    return " ".join(trimmed.replace("’", "'").lower().split())


_MENTION = re.compile(r"<(@|#|!subteam\^)([A-Z0-9]+)(?:\|([^>]*))?>")


_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
_BLANK = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters that are drawn as nothing."""


def without_invisible(text: str) -> str:
    """The text without the signs of no width that come along where it was copied from a page."""
    return _INVISIBLE.sub("", text)


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return all(unicodedata.category(sign) in _BLANK or sign in _FILLERS for sign in text)


def named(text: str) -> str:
    """The text with the people, channels and user groups mentioned in it (`<@U…|budi>`) by name: "@budi"."""
    return _MENTION.sub(_by_name, text)


def _by_name(mention: re.Match[str]) -> str:
    sign, mentioned, name = mention.groups()
    name = (name or mentioned).lstrip("@")  # Slack writes a group's name with its sign, a person's without
    return f"#{name}" if sign == "#" else f"@{name}"


def shown(text: str) -> str:
    """A person's own words as an answer may repeat them: mentions by name, no longer than MOST_QUOTED."""
    words = named(text).strip()
    return words if len(words) <= MOST_QUOTED else words[: MOST_QUOTED - 1].rstrip() + "…"
