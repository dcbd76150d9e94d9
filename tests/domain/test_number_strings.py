"""Ten thousand amounts as people write them, in both languages: each is read as the number its writer meant, or asked
about with that number among the choices. Written by one and read by the other, it is never silently a number that no
reading of the text gives."""

import random
import re
from decimal import Decimal

from bot.domain.errors import DomainError
from bot.domain.kpis import Unit
from bot.domain.values import MAX_VALUE, AmbiguousValue, parse_value

STRINGS = 10_000
SIGNS = {"en": (",", "."), "id": (".", ",")}
SIZES = {
    "en": {"k": 3, "thousand": 3, "M": 6, "mn": 6, "million": 6, "bn": 9, "B": 9, "billion": 9, "T": 12},
    "id": {"rb": 3, "ribu": 3, "jt": 6, "juta": 6, "M": 9, "miliar": 9, "milyar": 9, "T": 12, "triliun": 12},
}
ONE_LANGUAGES = {"en": ("thousand", "million", "mn", "bn", "billion"), "id": ("rb", "ribu", "jt", "juta", "mil", "tri")}
MONEY = {"en": ("Rp", "Rp ", "IDR ", "$", "US$"), "id": ("Rp", "Rp ", "Rp. ", "rp", "IDR ")}


def grouped(whole: int, sign: str) -> str:
    return f"{whole:,}".replace(",", sign)


def written(chance: random.Random, language: str) -> tuple[str, Decimal, Unit]:
    """A number as somebody writes it, with what they meant by it."""
    grouping, decimal = SIGNS[language]
    size = chance.choice(["", "", "", *SIZES[language]])
    power = SIZES[language].get(size, 0)
    places = chance.choice([0, 0, 1, 2] if not size else [0, 1, 2, 3])
    value = Decimal(chance.randint(0, 10 ** chance.randint(1, 12 - power if power < 12 else 1) * 10**places))
    value = value.scaleb(-places)
    whole, _, parts = f"{value:f}".partition(".")
    is_grouped = chance.random() < 0.7
    text = (grouped(int(whole), grouping) if is_grouped else whole) + (decimal + parts if parts else "")
    unit = Unit.NUMBER
    if size:
        text += chance.choice(["", " "]) + (size if chance.random() < 0.8 else size.upper())
    if chance.random() < 0.5:
        unit, text = Unit.CURRENCY, chance.choice(MONEY[language]) + text
    elif not size and chance.random() < 0.2:
        unit, text = Unit.PERCENT, text + chance.choice(["%", " %"])
    meant = value.scaleb(power)
    if chance.random() < 0.1 and meant:
        text, meant = chance.choice([f"-{text}", f"({text})", f"−{text}"]), -meant
    return chance.choice(["", " "]) + text, meant, unit


def readings(text: str, unit: Unit, language: str) -> tuple[Decimal, ...]:
    try:
        found = parse_value(text, unit, language)
    except DomainError:
        return ()
    return found.readings if isinstance(found, AmbiguousValue) else (found,)


def strings(language: str) -> list[tuple[str, Decimal, Unit]]:
    chance = random.Random(f"numbers in {language}")
    return [each for each in (written(chance, language) for _ in range(STRINGS)) if abs(each[1]) < MAX_VALUE]


def wrong(language: str, read=readings) -> list[tuple[str, Decimal, tuple[Decimal, ...]]]:
    """What is refused, or read without the number that was meant."""
    return [
        (text, meant, found)
        for text, meant, unit in strings(language)
        if meant not in (found := read(text, unit, language))
    ]


def test_what_somebody_writes_in_their_own_way_is_read_or_asked_about():
    for language in SIGNS:
        assert wrong(language) == []
        known = [len(readings(text, unit, language)) for text, _, unit in strings(language)]
        assert sum(count == 1 for count in known) > 0.85 * len(known), "asking about everything would be no reading"


def test_what_the_other_reads_as_one_number_is_meant_or_in_their_own_signs():
    """A text in the signs of the other language: one number is concluded only where it is the one that was meant, or
    where it is written just as the reader writes, with nothing of the other language beside it."""
    for language, other in (("en", "id"), ("id", "en")):
        grouping, decimal = SIGNS[other]
        as_the_other_writes = rf"[0-9]{{1,3}}(\{grouping}[0-9]{{3}})+(\{decimal}[0-9]+)?|[0-9]+(\{decimal}[0-9]+)?"
        for text, meant, unit in strings(language):
            found = readings(text, unit, other)
            if len(found) != 1 or found[0] == meant:
                continue
            number, beside = re.search(r"[0-9][0-9.,]*", text)[0], re.sub(r"[0-9.,]|Rp", "", text)
            assert re.fullmatch(as_the_other_writes, number), (text, meant, found)
            assert not [word for word in ONE_LANGUAGES[language] if word in beside.lower()], (text, meant, found)


def test_a_reader_who_takes_every_point_for_a_decimal_is_found_out():
    def careless(text: str, unit: Unit, language: str) -> tuple[Decimal, ...]:
        return readings(text.replace(",", ""), unit, "en")

    assert len(wrong("id", careless)) > STRINGS / 10
