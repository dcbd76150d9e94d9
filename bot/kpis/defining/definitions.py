"""The form of a definition as it was filled in, and the KPI it describes. Pure: nothing is read or stored here; that a
name is still free and a formula goes round in no circle is decided with the transaction (`service`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.domain.catalogue import Catalogue
from bot.domain.errors import DomainError
from bot.domain.expressions import check_units, parse_formula, spoken_formula
from bot.domain.formulas import Expression
from bot.domain.kpis import Aggregation, Direction, Kind, Kpi, Objective, Unit
from bot.i18n import Translator, own_words
from bot.kpis.defining.names import LONGEST_MEANING, check_name, check_signs, clean
from bot.kpis.vocabulary import Vocabulary

MEANING_FIELD = "meaning"
MEASURE_FIELD = "measure"
DIRECTION_FIELD = "direction"
SOURCE_FIELD = "source"
AGGREGATION_FIELD = "aggregation"
FORMULA_FIELD = "formula"
KIND_FIELD = "kind"
OBJECTIVE_FIELD = "objective"
BECAUSE_FIELD = "because"

TYPED_IN = (Aggregation.SUM, Aggregation.LAST, Aggregation.MEAN)


def name_field(language: str) -> str:
    """The block id of the name in a language."""
    return f"name.{language}"


class Measure(StrEnum):
    """What a KPI is counted in, as the form offers it: a COUNT is of whole things, a NUMBER may have parts."""

    COUNT = "count"
    NUMBER = "number"
    CURRENCY = "currency"
    PERCENT = "percent"
    DURATION = "duration"
    SCORE = "score"


class Source(StrEnum):
    """Where the value comes from: people type it in, or it is computed from other KPIs."""

    TYPED = "typed"
    COMPUTED = "computed"


_EXAMPLES: Mapping[Measure, str] = {
    Measure.COUNT: "12",
    Measure.NUMBER: "2.5",
    Measure.CURRENCY: "1250000",
    Measure.PERCENT: "45%",
    Measure.DURATION: "3h 20m",
    Measure.SCORE: "4.6",
}
"""A value as one types it, understood alike in every language."""


class NotAccepted(Exception):  # noqa: N818  (a refusal, as people read it)
    """What was filled in is no definition yet: what is wrong, by input."""

    def __init__(self, refusals: Mapping[str, DomainError]) -> None:
        super().__init__(", ".join(f"{field}: {refusal}" for field, refusal in refusals.items()))
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Typed:
    """A definition as it stands in the form, finished or not."""

    names: Mapping[str, str] = field(default_factory=dict)
    meaning: str = ""
    measure: Measure = Measure.COUNT
    direction: Direction = Direction.HIGHER
    source: Source = Source.TYPED
    aggregation: Aggregation = Aggregation.SUM
    formula: str = ""
    kind: Kind = Kind.OUTCOME
    objective: Objective = Objective.NET_SALES
    because: str = ""


def measure_of(kpi: Kpi) -> Measure:
    if kpi.unit is Unit.NUMBER:
        return Measure.COUNT if kpi.whole and not kpi.is_derived else Measure.NUMBER
    return Measure(kpi.unit.value)


def typed_of(kpi: Kpi, kpis: Catalogue, t: Translator) -> Typed:
    """A KPI as its form shows it; `kpi` has its formula as it was written."""
    formula = "" if kpi.formula is None else spoken_formula(kpi.formula, kpis, t.kpi, t.language)
    return Typed(
        names=kpi.names,
        meaning=own_words(kpi.meanings, t.language),
        measure=measure_of(kpi),
        direction=kpi.direction,
        source=Source.COMPUTED if kpi.is_derived else Source.TYPED,
        aggregation=Aggregation.SUM if kpi.is_derived else kpi.aggregation,
        formula=formula,
        kind=kpi.kind,
        objective=kpi.objective,
    )


def typed_from(inputs: Mapping[str, str], languages: tuple[str, ...], before: Typed) -> Typed:
    """What the form's inputs say; what it has no input for stays as it was. DomainError `core.stale` for a choice that
    the form does not offer."""
    try:
        return Typed(
            names={
                language: name
                for language in languages
                if (name := clean(inputs.get(name_field(language), before.names.get(language, ""))))
            },
            meaning=clean(inputs.get(MEANING_FIELD, before.meaning)),
            measure=Measure(inputs.get(MEASURE_FIELD) or before.measure),
            direction=Direction(inputs.get(DIRECTION_FIELD) or before.direction),
            source=Source(inputs.get(SOURCE_FIELD) or before.source),
            aggregation=Aggregation(inputs.get(AGGREGATION_FIELD) or before.aggregation),
            formula=inputs.get(FORMULA_FIELD, before.formula).strip(),
            kind=Kind(inputs.get(KIND_FIELD) or before.kind),
            objective=Objective(inputs.get(OBJECTIVE_FIELD) or before.objective),
            because=clean(inputs.get(BECAUSE_FIELD, before.because)),
        )
    except ValueError:
        raise DomainError("core.stale") from None


def kpi_from(typed: Typed, key: str, before: Kpi | None, today: date, vocabulary: Vocabulary) -> Kpi:
    """The KPI that was described, its formula as it was written. `before` is its definition so far. Raises NotAccepted
    with everything that is wrong at once."""
    refusals: dict[str, DomainError] = {}
    _check_words(typed, today, vocabulary, refusals)
    unit = Unit.NUMBER if typed.measure is Measure.COUNT else Unit(typed.measure.value)
    formula: Expression | None = None
    if typed.source is Source.COMPUTED:
        formula = _formula(typed, unit, vocabulary, refusals)
    elif typed.aggregation is Aggregation.SUM and unit in (Unit.PERCENT, Unit.SCORE):
        refusals[AGGREGATION_FIELD] = DomainError(f"kpis.define.no_sum.{unit}")
    if refusals:
        raise NotAccepted(refusals)
    language = vocabulary.t.language
    meanings = dict(before.meanings) if before else {}
    if typed.meaning != own_words(meanings, language):
        meanings = {**meanings, language: typed.meaning} if typed.meaning else {}
    is_computed = formula is not None
    return Kpi(
        key=key,
        unit=unit,
        direction=typed.direction,
        aggregation=Aggregation.RATIO if is_computed else typed.aggregation,
        kind=typed.kind,
        objective=typed.objective,
        example="" if is_computed else _EXAMPLES[typed.measure],
        formula=formula,
        has_parts=typed.measure is Measure.NUMBER or (is_computed and unit is Unit.NUMBER),
        per_hundred=bool(before and before.per_hundred and is_computed),
        names=dict(typed.names),
        meanings=meanings,
    )


def _check_words(typed: Typed, today: date, vocabulary: Vocabulary, refusals: dict[str, DomainError]) -> None:
    if not typed.names:
        refusals[name_field(vocabulary.t.language)] = DomainError("kpis.define.name_missing")
    for language, name in typed.names.items():
        try:
            check_name(name, today, vocabulary)
        except DomainError as refusal:
            refusals[name_field(language)] = refusal
    try:
        check_signs(typed.meaning)
    except DomainError as refusal:
        refusals[MEANING_FIELD] = refusal
    if len(typed.meaning) > LONGEST_MEANING:
        refusals[MEANING_FIELD] = DomainError("kpis.define.meaning_length", most=LONGEST_MEANING)


def _formula(typed: Typed, unit: Unit, vocabulary: Vocabulary, refusals: dict[str, DomainError]) -> Expression | None:
    t = vocabulary.t
    try:
        formula = parse_formula(typed.formula, vocabulary.naming, t.language, vocabulary.unknown)
    except DomainError as refusal:
        refusals[FORMULA_FIELD] = refusal
        return None
    try:
        check_units(formula, unit, vocabulary.kpis, t.kpi, t.language)
    except DomainError as refusal:
        refusals[MEASURE_FIELD if refusal.key.startswith("kpis.formula.gives_") else FORMULA_FIELD] = refusal
        return None
    return formula
