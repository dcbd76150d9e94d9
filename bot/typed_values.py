"""Reading a KPI's value from what a person typed, and saying in full what was understood: the same wherever values are
typed. Pure; keeping them is in `bot.logging_values`, the grammar of numbers in `bot.domain.values`.
"""

from decimal import Decimal

from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi, Unit
from bot.domain.values import AmbiguousValue, named_currency, parse_value
from bot.domain.words import shown
from bot.i18n import Translator

DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS = 86_400, 3_600, 60


def read_value(text: str, unit: Unit, language: str, currency: str) -> Decimal | AmbiguousValue:
    """`parse_value`, and DomainError("kpis.other_currency") where money of another currency than ours is named: "$5" is
    not five rupiah, and nobody here knows the rate."""
    value = parse_value(text, unit, language)
    if named_currency(text) not in (None, currency):
        raise DomainError("kpis.other_currency", text=shown(text), currency=currency)
    return value


def read_entry(text: str, kpi: Kpi, t: Translator, currency: str) -> Decimal | AmbiguousValue:
    """A value typed for a KPI, by `read_value`. Of several readings only those the KPI takes are left: 1.500 leads are
    fifteen hundred. DomainError `kpis.not_a_count` or `kpis.too_low` where it takes none."""
    value = read_value(text, kpi.unit, t.language, currency)
    readings = value.readings if isinstance(value, AmbiguousValue) else (value,)
    taken = tuple(filter(kpi.takes, readings))
    if not taken:
        key = "kpis.not_a_count" if kpi.whole else "kpis.too_low"
        name = t.kpi(kpi)
        raise DomainError(key, kpi=name, text=shown(text), example=kpi.example, least=kpi.least)
    return taken[0] if len(taken) == 1 else AmbiguousValue(taken)


def full(value: Decimal, unit: Unit, t: Translator, currency: str) -> str:
    """A value with nothing rounded away: what was understood."""
    if unit is Unit.DURATION:
        return whole_duration(int(value), t)
    if unit is Unit.CURRENCY and value != round(value, 2):
        sign = t.money(Decimal(0), currency).removesuffix("0")
        return f"{sign}{t.number(value)}"
    if unit is Unit.CURRENCY:
        return t.money(value, currency)
    return t.percent(value, 4) if unit is Unit.PERCENT else t.number(value)


def whole_duration(seconds: int, t: Translator) -> str:
    days, rest = divmod(seconds, DAY_SECONDS)
    hours, rest = divmod(rest, HOUR_SECONDS)
    minutes, rest = divmod(rest, MINUTE_SECONDS)
    parts = (days * DAY_SECONDS, hours * HOUR_SECONDS, minutes * MINUTE_SECONDS, rest)
    return " ".join(t.duration(part) for part in parts if part) or t.duration(0)


def example_of(kpi: Kpi, t: Translator) -> str:
    """A value as one types it in this language: "12.500.000", "4,6", "3 j 20 mnt"; "" where nobody types it in."""
    value = parse_value(kpi.example, kpi.unit, "en") if kpi.example else None
    if value is None or isinstance(value, AmbiguousValue):
        return kpi.example
    return whole_duration(int(value), t) if kpi.unit is Unit.DURATION else t.number(value)


def typed_as(value: Decimal, unit: Unit, t: Translator, currency: str) -> str:
    """A value as it stands in an input."""
    return full(value, unit, t, currency) if unit is Unit.DURATION else t.number(value)


def ambiguous_words(value: AmbiguousValue, kpi: Kpi, t: Translator, currency: str) -> str:
    """Said under an input whose number can be read in several ways: how to write each."""
    return t("kpis.form_ambiguous", readings=either([full(each, kpi.unit, t, currency) for each in value.readings], t))


def either(labels: list[str], t: Translator) -> str:
    *others, last = labels
    return t("kpis.either", first=", ".join(others), last=last)
