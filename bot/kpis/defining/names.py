"""What a KPI of one's own may be called, and the key it gets. Whether somebody else took a name meanwhile is decided in
the transaction that defines it (`service`)."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date

from bot.domain.catalogue import Catalogue
from bot.domain.errors import DomainError
from bot.domain.formula_texts import FUNCTIONS
from bot.domain.kpis import KPIS, Kpi, Unit
from bot.domain.periods import parse_period
from bot.domain.values import AmbiguousValue, parse_value
from bot.domain.words import CONVENTIONS
from bot.i18n import Catalogues, Translator
from bot.kpis.vocabulary import Vocabulary, normal

SHORTEST_NAME, LONGEST_NAME = 2, 40
LONGEST_MEANING = 150
LONGEST_KEY = 40
FORBIDDEN = "<>&*_~`"
"""What Slack's markup is made of: a name without it can stand in any message as it is."""

_NO_KEY = re.compile(r"[^a-z0-9]+")


def clean(text: str) -> str:
    """A name or meaning as it is kept: composed, with single blanks, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def check_signs(text: str) -> None:
    """DomainError `kpis.define.signs` for text with markup or control characters."""
    if any(sign in FORBIDDEN or unicodedata.category(sign).startswith("C") for sign in text):
        raise DomainError("kpis.define.signs", signs=" ".join(FORBIDDEN))


def check_name(name: str, today: date, vocabulary: Vocabulary) -> None:
    """DomainError for a cleaned name that no KPI can have: `kpis.define.name_length`, `kpis.define.signs`,
    `kpis.define.name_digits`, and `kpis.define.name_reserved` for one that already means something in a command: a
    keyword, a period, a number, a function."""
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        raise DomainError("kpis.define.name_length", least=SHORTEST_NAME, most=LONGEST_NAME)
    check_signs(name)
    if not any(sign.isalpha() for sign in name):
        raise DomainError("kpis.define.name_digits")
    keywords = {word for words in vocabulary.keywords.values() for word in words} | set(vocabulary.splits)
    functions = {word for words in FUNCTIONS.values() for each in words.values() for word in each}
    plain = normal(name)
    if plain in keywords or plain in {normal(each) for each in functions} or _means_something(name, today):
        raise DomainError("kpis.define.name_reserved")


def _means_something(name: str, today: date) -> bool:
    """Whether it is read as a period or a value where a command expects one."""
    try:
        parse_period(name, today)
    except DomainError:
        return any(_is_value(name, unit, language) for unit in Unit for language in CONVENTIONS)
    return True


def _is_value(name: str, unit: Unit, language: str) -> bool:
    try:
        found = parse_value(name, unit, language)
    except DomainError as refusal:
        return refusal.key == "values.wrong_unit"
    return isinstance(found, AmbiguousValue) or found is not None


def check_free(
    names: Mapping[str, str], key: str, everyone: Catalogue, seen: Catalogue, texts: Catalogues, t: Translator
) -> None:
    """DomainError where a name in any language belongs to another KPI than `key`: `kpis.define.name_taken` names it
    where the person may see it. Of one that they may not see nothing is said but that the name cannot be had."""
    vocabulary = Vocabulary.of(texts, t, everyone)
    for language, name in names.items():
        taken = vocabulary.names.get(normal(name))
        if taken is None or taken == key:
            continue
        if taken not in seen:
            raise DomainError("kpis.define.name_reserved", language=language)
        raise DomainError("kpis.define.name_taken", name=name, kpi=t.kpi(seen[taken]), language=language)


def key_for(names: Mapping[str, str], taken: Collection[str]) -> str:
    """A key for a new KPI, of a-z, 0-9 and "_", which none has or ever had (`taken`): the English name's, else the
    other one's, with a number where that is taken."""
    name = names.get("en") or next(iter(names.values()))
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = _NO_KEY.sub("_", plain).strip("_")
    if not slug or not slug[0].isalpha():
        slug = f"kpi_{slug}".strip("_")
    used = {*KPIS, *taken}
    wanted, number = slug[:LONGEST_KEY].strip("_"), 2
    found = wanted
    while found in used:
        ending = f"_{number}"
        found, number = wanted[: LONGEST_KEY - len(ending)] + ending, number + 1
    return found


def material(kpi: Kpi) -> tuple[object, ...]:
    """What of a definition can change a figure or what it is called: a change of these needs a reason."""
    return kpi.names, kpi.unit, kpi.has_parts, kpi.direction, kpi.aggregation, kpi.formula
