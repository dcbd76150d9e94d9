"""The fields of a form about one value (how much, for which day, how sure, why), and what was typed into them. Whose
form it is does not belong here: the question for a value and the correction share them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.domain.entries import Confidence, Entry
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi, Unit
from bot.domain.values import AmbiguousValue
from bot.kpis import views
from bot.kpis.grammar import MAX_NOTE, check_day, clean_note
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import Block, date_input, field, option, select, text_input
from bot.slack.chosen import chosen_day
from bot.typed_values import read_entry

NOT_SAID = "none"


@dataclass(frozen=True, slots=True)
class OneValue:
    """What was typed: a value in the KPI's unit for a local date, with what the person said about it."""

    value: Decimal
    on: date
    note: str
    confidence: Confidence | None


def typed_as(value: Decimal, kpi: Kpi, w: Wording) -> str:
    """A value as it stands in an input."""
    return w.full(value, kpi.unit) if kpi.unit is Unit.DURATION else w.t.number(value)


def one_value_fields(kpi: Kpi, on: date, w: Wording, entry: Entry | None = None) -> list[Block]:
    """The inputs; with those of an entry already in them."""
    typed = typed_as(entry.value, kpi, w) if entry else ""
    box = text_input(
        "typed",
        initial=typed,
        placeholder=w.t("kpis.form_example", example=w.example(kpi)),
        max_length=views.MAX_TYPED,
    )
    sure = [option(w.t(f"kpis.logging.sure.{each}"), each) for each in (*Confidence, NOT_SAID)]
    said = (entry.confidence or NOT_SAID) if entry else None
    initial = next((each for each in sure if each["value"] == said), None)
    confidence = select("chosen", sure, initial=initial, placeholder=w.t("kpis.logging.field_confidence_empty"))
    note = text_input("typed", initial=entry.note if entry else "", multiline=True, max_length=MAX_NOTE)
    return [
        field(ids.KPI_VALUE_INPUT, w.t("kpis.logging.field_value", unit=views.unit_words(kpi, w)), box),
        field(ids.KPI_DAY_INPUT, w.t("kpis.logging.field_day"), date_input("chosen", on.isoformat())),
        field(ids.KPI_CONFIDENCE_INPUT, w.t("kpis.logging.field_confidence"), confidence, optional=True),
        field(ids.KPI_NOTE_INPUT, w.t("kpis.logging.field_note"), note, optional=True),
    ]


def one_value_typed(
    inputs: Mapping[str, str], kpi: Kpi, w: Wording, was: Entry | None = None
) -> OneValue | Mapping[str, str]:
    """What was typed, or what is wrong with it by input. `was` is the entry that stood in the inputs: what it has may
    stay, however old or however it can be read."""
    errors: dict[str, str] = {}
    value, on, note = Decimal(0), w.today, ""
    try:
        value = _value(inputs.get(ids.KPI_VALUE_INPUT, ""), kpi, w, was)
    except _Unclear as unclear:
        errors[ids.KPI_VALUE_INPUT] = views.ambiguous_typed(unclear.readings, kpi, w)
    except DomainError as refusal:
        errors[ids.KPI_VALUE_INPUT] = w.t(refusal.key, **refusal.values)
    try:
        on = chosen_day(inputs.get(ids.KPI_DAY_INPUT, "")) or w.today
        if was is None or was.on != on:
            check_day(on, w.today)
    except DomainError as refusal:
        errors[ids.KPI_DAY_INPUT] = w.t(refusal.key, **refusal.values)
    try:
        note = clean_note(inputs.get(ids.KPI_NOTE_INPUT, ""))
    except DomainError as refusal:
        errors[ids.KPI_NOTE_INPUT] = w.t(refusal.key, **refusal.values)
    said = inputs.get(ids.KPI_CONFIDENCE_INPUT, "")
    sure = Confidence(said) if said in list(Confidence) else None
    return errors or OneValue(value, on, note, sure)


class _Unclear(Exception):  # noqa: N818 (a question, as people read it)
    """A number that can be read in several ways."""

    def __init__(self, readings: AmbiguousValue) -> None:
        self.readings = readings
        super().__init__()


def _value(typed: str, kpi: Kpi, w: Wording, was: Entry | None) -> Decimal:
    if was is not None and typed.strip() == typed_as(was.value, kpi, w):
        return was.value
    if not typed.strip():
        raise DomainError("kpis.value_missing", kpi=w.name(kpi), example=kpi.example)
    value = read_entry(typed.strip(), kpi, w.t, w.currency)
    if isinstance(value, AmbiguousValue):
        raise _Unclear(value)
    return value
