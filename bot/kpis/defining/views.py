"""What a person sees when defining a KPI: the form, and in words what was understood. Pure: values in, views out."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.domain.kpis import Direction, Kind, Kpi, Objective
from bot.i18n import Translator
from bot.kpis.defining.definitions import (
    AGGREGATION_FIELD,
    BECAUSE_FIELD,
    DIRECTION_FIELD,
    FORMULA_FIELD,
    KIND_FIELD,
    MEANING_FIELD,
    MEASURE_FIELD,
    OBJECTIVE_FIELD,
    SOURCE_FIELD,
    TYPED_IN,
    Measure,
    Source,
    Typed,
    measure_of,
    name_field,
)
from bot.kpis.defining.names import LONGEST_MEANING, LONGEST_NAME
from bot.kpis.defining.outcomes import MOST_BECAUSE, Defined
from bot.kpis.views import unit_words
from bot.kpis.wording import Wording, capital
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    field,
    form,
    option,
    radio,
    section,
    select,
    text_input,
)

MAX_FORMULA = 300


def define_form(
    typed: Typed, languages: Sequence[str], w: Wording, kpi: Kpi | None = None, number: int = 0, is_fixed: bool = False
) -> Block:
    """The definition of a new KPI, or of `kpi`, whose version `number` is shown. With `is_fixed` unit and source can
    change no more and are not asked for."""
    t = w.t
    blocks: list[Block] = [section(t("kpis.define.intro_change" if kpi else "kpis.define.intro"))]
    if kpi is not None:
        blocks.append(actions([settings_button(kpi, t)]))
    blocks += _words(typed, languages, t)
    if is_fixed:
        blocks.append(context(t("kpis.define.fixed", unit=t(f"kpis.define.measure.{typed.measure}"))))
    else:
        blocks.append(_measure(typed, w))
        blocks.append(_source(typed, t))
    blocks += _computed(typed, t) if typed.source is Source.COMPUTED else _typed_in(typed, t)
    blocks += _qualities(typed, t)
    if kpi is not None:
        because = text_input("typed", initial=typed.because, max_length=MOST_BECAUSE)
        hint = t("kpis.define.because_hint")
        blocks.append(field(BECAUSE_FIELD, t("kpis.define.because"), because, optional=True, hint=hint))
    return form(
        ids.KPI_DEFINE_FORM,
        t("kpis.define.title_change" if kpi else "kpis.define.title"),
        blocks,
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(kpi=kpi.key, number=number) if kpi else ids.pack(),
    )


def settings_button(kpi: Kpi, t: Translator) -> Block:
    return button(t("kpis.define.button_settings"), ids.KPI_SETTINGS_OPENED, ids.pack(kpi=kpi.key))


def _words(typed: Typed, languages: Sequence[str], t: Translator) -> list[Block]:
    own_first = sorted(languages, key=lambda language: language != t.language)
    names = [
        field(
            name_field(language),
            t(f"kpis.define.name.{language}"),
            text_input("typed", initial=typed.names.get(language, ""), max_length=LONGEST_NAME),
            optional=True,
            hint=t("kpis.define.name_hint") if language == t.language else "",
        )
        for language in own_first
    ]
    meaning = text_input("typed", initial=typed.meaning, max_length=LONGEST_MEANING)
    hint = t("kpis.define.meaning_hint")
    return [*names, field(MEANING_FIELD, t("kpis.define.meaning"), meaning, optional=True, hint=hint)]


def _measure(typed: Typed, w: Wording) -> Block:
    options = {
        each: option(
            w.t(f"kpis.define.measure.{each}") + (f" ({w.currency})" if each is Measure.CURRENCY else ""), each
        )
        for each in Measure
    }
    chosen = select("chosen", list(options.values()), initial=options[typed.measure])
    return field(MEASURE_FIELD, w.t("kpis.define.unit"), chosen)


def _source(typed: Typed, t: Translator) -> Block:
    chosen = radio(
        ids.KPI_DEFINE_SOURCE, *_options({each: t(f"kpis.define.source.{each}") for each in Source}, typed.source)
    )
    return field(SOURCE_FIELD, t("kpis.define.where_from"), chosen, dispatch=True)


def _typed_in(typed: Typed, t: Translator) -> list[Block]:
    options = {each: option(t(f"kpis.define.aggregation.{each}"), each.value) for each in TYPED_IN}
    chosen = radio("chosen", list(options.values()), options[typed.aggregation])
    hint = t("kpis.define.aggregation_hint")
    return [field(AGGREGATION_FIELD, t("kpis.define.how_adds_up"), chosen, hint=hint)]


def _computed(typed: Typed, t: Translator) -> list[Block]:
    box = text_input("typed", initial=typed.formula, multiline=True, max_length=MAX_FORMULA)
    return [field(FORMULA_FIELD, t("kpis.define.formula"), box, hint=t("kpis.define.formula_hint"))]


def _qualities(typed: Typed, t: Translator) -> list[Block]:
    direction = radio(
        "chosen", *_options({each: t(f"kpis.define.direction.{each}") for each in Direction}, typed.direction)
    )
    kind = radio("chosen", *_options({each: t(f"kpis.define.kind.{each}") for each in Kind}, typed.kind))
    objectives = {each: option(t(f"kpi.objective.{each}"), each.value) for each in Objective}
    objective = select("chosen", list(objectives.values()), initial=objectives[typed.objective])
    return [
        field(DIRECTION_FIELD, t("kpis.define.which_way"), direction),
        field(KIND_FIELD, t("kpis.define.what_kind"), kind),
        field(OBJECTIVE_FIELD, t("kpis.define.objective"), objective),
    ]


def _options(words: Mapping[StrEnum, str], chosen: StrEnum) -> tuple[list[Block], Block]:
    options = {each: option(text, each.value) for each, text in words.items()}
    return list(options.values()), options[chosen]


def done_form(defined: Defined, w: Wording) -> Block:
    """What was understood, in words, and what can be done next."""
    blocks: list[Block] = [section("\n".join(done_lines(defined, w)))]
    example = example_lines(defined, w)
    if example:
        blocks.append(context("\n".join(example)))
    kpi = defined.kpi
    if kpi.key in w.kpis:
        log = [] if kpi.is_derived else [button(w.t("kpis.button_log"), ids.KPI_LOG_OPENED, ids.pack(kpi=kpi.key))]
        target = button(w.t("kpis.button_new_target"), ids.TARGET_OPENED, ids.pack(kpi=kpi.key))
        blocks.append(actions([*log, target, settings_button(kpi, w.t)]))
    return form(ids.KPI_DEFINE_DONE_NOTE, w.t("kpis.define.done_title"), blocks, close=w.t("core.close"))


def done_lines(defined: Defined, w: Wording) -> list[str]:
    """The definition as it was understood, and from when on it holds."""
    kpi, t = defined.kpi, w.t
    if defined.was == kpi:
        return [t("kpis.define.unchanged", kpi=t.kpi(kpi))]
    first = t("kpis.define.changed" if defined.was else "kpis.define.defined", kpi=t.kpi(kpi))
    lines = [first, *definition_lines(kpi, w)]
    if defined.was:
        lines.append(t("kpis.define.from_today", day=w.today))
    return lines


def definition_lines(kpi: Kpi, w: Wording) -> list[str]:
    """A definition in words: unit and direction, how it comes about, what it means. `kpi` is as it was written."""
    t = w.t
    measured = t(
        "kpis.define.is_measured",
        unit=unit_words(kpi, w) if measure_of(kpi) is Measure.CURRENCY else t(f"kpis.define.measure.{measure_of(kpi)}"),
        direction=t(f"kpis.define.direction.{kpi.direction}"),
    )
    if kpi.is_derived:
        made = t("kpis.define.is_computed", formula=w.formula_in(kpi, w.term))
    else:
        made = t(f"kpis.define.adds_up.{kpi.aggregation}")
    meaning = t.kpi_meaning(kpi)
    return [measured, made, *([capital(meaning) + "."] if meaning else [])]


def example_lines(defined: Defined, w: Wording) -> list[str]:
    """How it computes this month, or what to type."""
    kpi, figure = defined.kpi, defined.figure
    if not kpi.is_derived:
        example = w.t("kpis.log_command", kpi=w.t.kpi(kpi), example=kpi.example)
        return [w.t("kpis.define.how_to_log", command=example)]
    if figure is None:
        return []
    if figure.value is not None:
        return [w.t("kpis.define.this_month", formula=w.formula(figure))]
    return [w.t("kpis.define.nothing_yet"), *filter(None, [w.missing(figure)])]
