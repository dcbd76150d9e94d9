"""The form that sets a summary up or changes it. Pure: what is in it so far goes in, blocks come out. What was chosen
is read in `forms_reading`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.schedules import Cadence
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    SELECT_OPTIONS,
    Block,
    Message,
    actions,
    button,
    checkboxes,
    context,
    date_input,
    divider,
    form,
    multi_select,
    option,
    plain,
    radio,
    section,
    select,
    text_input,
    time_input,
)
from bot.slack.blocks import field as input_field
from bot.slack.elements import channel_select, person_select
from bot.summaries.wishes import CADENCES

CHANNEL, PRESET, CADENCE, WEEKDAY, DAY, FIRST, TIME, ZONE = (
    "channel", "preset", "cadence", "weekday", "day", "first", "time", "zone",
)  # fmt: skip
LANGUAGE, KPIS, SURVEYS, EXTRAS, LEAD = "language", "kpis", "surveys", "extras", "lead"
LAST_WEEK, THIS_WEEK, OWN = "last_week", "this_week", "own"
PRESETS = (LAST_WEEK, THIS_WEEK, OWN)
SHOWS_SURVEYS, SILENT = "shows_surveys", "silent"
LONGEST_ZONE = 64
SURVEYS_LISTED = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form, as typed and chosen: texts, so that nothing is lost that is not understood yet. `day` is
    a day of the month, `first` and `at` as Slack writes dates and times. `summary_id` "" is a new one."""

    summary_id: str = ""
    channel_id: str = ""
    preset: str = LAST_WEEK
    cadence: Cadence = Cadence.WEEKLY
    weekday: str = "0"
    day: str = "1"
    first: str = ""
    at: str = "09:00"
    zone: str = ""
    language: str = ""
    kpi_keys: tuple[str, ...] = ()
    survey_ids: tuple[str, ...] = ()
    shows_surveys: bool = True
    silent: bool = False
    lead_id: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from, by what it stands for: KPIs that every member sees, the surveys of the draft's
    channel, languages by their own names, weekdays."""

    kpis: Mapping[str, str] = field(default_factory=dict)
    surveys: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    weekdays: Mapping[str, str] = field(default_factory=dict)


def setup_form(draft: Draft, choices: Choices, t: Translator, said: Sequence[str] = ()) -> Block:
    """The form. `said` is what became of a test post, or what hinders it."""
    blocks = [
        *_where_and_when(draft, choices, t),
        divider(),
        *_what(draft, choices, t),
        divider(),
        *([section("\n".join(said))] if said else []),
        actions([button(t("summaries.form.try"), ids.SUMMARY_TRIED, ids.pack())]),
        context(t("summaries.form.try_hint")),
    ]
    title = t("summaries.form.title_change" if draft.summary_id else "summaries.form.title")
    carried = ids.pack(summary=draft.summary_id)
    return form(
        ids.SUMMARY_FORM, title, blocks, submit=t("summaries.form.save"), close=t("core.cancel"), metadata=carried
    )


def saved_form(message: Message, t: Translator) -> Block:
    """What was saved. Without buttons: a note cannot turn into their outcome."""
    blocks = [each for each in message.blocks if each["type"] != "actions"]
    return form(
        ids.SUMMARY_SAVED_NOTE, t("summaries.form.saved"), [*blocks, context(t("summaries.how_to_change"))],
        close=t("core.close"),
    )  # fmt: skip


def _where_and_when(draft: Draft, choices: Choices, t: Translator) -> list[Block]:
    presets = {
        each: option(t(f"summaries.form.preset.{each}"), each, t(f"summaries.form.about.{each}")) for each in PRESETS
    }
    blocks = [
        input_field(
            CHANNEL, t("summaries.form.channel"),
            channel_select(_changed(CHANNEL), draft.channel_id, t("summaries.form.channel_missing")),
            hint=t("summaries.form.channel_hint"), dispatch=True,
        ),
        input_field(
            PRESET, t("summaries.form.when"), radio(_changed(PRESET), list(presets.values()), presets[draft.preset]),
            dispatch=True,
        ),
    ]  # fmt: skip
    if draft.preset == OWN:
        blocks += _own_times(draft, choices, t)
    zone = text_input("typed", initial=draft.zone, max_length=LONGEST_ZONE)
    return [*blocks, input_field(ZONE, t("summaries.form.zone"), zone, hint=t("summaries.form.zone_hint"))]


def _own_times(draft: Draft, choices: Choices, t: Translator) -> list[Block]:
    cadences = {each: option(t(f"summaries.form.cadence.{each}"), each.value) for each in CADENCES}
    rhythm = select(_changed(CADENCE), list(cadences.values()), initial=cadences[draft.cadence])
    blocks = [input_field(CADENCE, t("summaries.form.cadence"), rhythm, dispatch=True)]
    if draft.cadence is Cadence.WEEKLY:
        days = {value: option(name, value) for value, name in choices.weekdays.items()}
        weekday = select("chosen", list(days.values()), initial=days.get(draft.weekday))
        blocks.append(input_field(WEEKDAY, t("summaries.form.weekday"), weekday))
    elif draft.cadence is Cadence.TWO_WEEKS:
        first = date_input("chosen", draft.first)
        blocks.append(input_field(FIRST, t("summaries.form.first"), first, hint=t("summaries.form.first_hint")))
    elif draft.cadence in (Cadence.MONTHLY, Cadence.QUARTERLY):
        hint = t(f"summaries.form.day_hint.{draft.cadence}")
        options = {str(day): option(str(day), str(day)) for day in range(1, 32)}
        day = select("chosen", list(options.values()), initial=options.get(draft.day))
        blocks.append(input_field(DAY, t("summaries.form.day"), day, hint=hint))
    return [*blocks, input_field(TIME, t("summaries.form.time"), time_input("chosen", draft.at))]


def _what(draft: Draft, choices: Choices, t: Translator) -> list[Block]:
    languages = {code: option(name, code) for code, name in choices.languages.items()}
    extras = {each: option(t(f"summaries.form.extra.{each}"), each) for each in (SHOWS_SURVEYS, SILENT)}
    ticked = [SHOWS_SURVEYS] * draft.shows_surveys + [SILENT] * draft.silent
    lead = person_select("chosen", draft.lead_id, t("summaries.form.lead_author"))
    return [
        input_field(
            LANGUAGE, t("summaries.form.language"),
            select("chosen", list(languages.values()), initial=languages.get(draft.language)),
        ),
        *_kpis_field(draft, choices, t),
        *_surveys_field(draft, choices, t),
        input_field(
            EXTRAS, t("summaries.form.extras"),
            checkboxes("chosen", list(extras.values()), [extras[each] for each in ticked]), optional=True,
        ),
        input_field(LEAD, t("summaries.form.lead"), lead, optional=True, hint=t("summaries.form.lead_hint")),
    ]  # fmt: skip


def _kpis_field(draft: Draft, choices: Choices, t: Translator) -> list[Block]:
    options = {key: option(name, key) for key, name in choices.kpis.items()}
    if not options:
        return []
    chosen = [options[key] for key in draft.kpi_keys if key in options]
    return [
        input_field(
            KPIS,
            t("summaries.form.kpis"),
            _several(options, chosen, t),
            optional=True,
            hint=t("summaries.form.kpis_hint"),
        )
    ]


def _surveys_field(draft: Draft, choices: Choices, t: Translator) -> list[Block]:
    """The surveys of the channel that is chosen; with none it says why there is nothing to choose."""
    options = {key: option(name, key) for key, name in [*choices.surveys.items()][:SURVEYS_LISTED]}
    if not options:
        return [context(t("summaries.form.no_surveys"))]
    chosen = [options[key] for key in draft.survey_ids if key in options]
    element = multi_select("chosen", list(options.values()), chosen, t("summaries.form.surveys_all"))
    block_id = ids.sub_id(SURVEYS, draft.channel_id)  # another channel's choice must not stay in it
    return [
        input_field(
            block_id, t("summaries.form.surveys"), element, optional=True, hint=t("summaries.form.surveys_hint")
        )
    ]


def _several(options: Mapping[str, Block], chosen: Sequence[Block], t: Translator) -> Block:
    """A list to choose several from. Slack takes a hundred options, and a hundred in each of several groups."""
    every = list(options.values())
    if len(every) <= SELECT_OPTIONS:
        return multi_select("chosen", every, chosen, t("summaries.form.kpis_all"))
    hundreds = [every[start : start + SELECT_OPTIONS] for start in range(0, len(every), SELECT_OPTIONS)]
    groups = [
        {"label": plain(t("summaries.form.kpis_group", first=some[0]["text"]["text"]), 75), "options": some}
        for some in hundreds
    ]
    element: Block = {"type": "multi_static_select", "action_id": "chosen", "option_groups": groups}
    return {**element, "initial_options": list(chosen)} if chosen else element


def _changed(name: str) -> str:
    """The action of an input whose choice changes the form."""
    return ids.sub_id(ids.SUMMARY_FORM_CHANGED, name)
