"""What a person decided about themselves: as Home says it, and the forms in which they change it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time

from bot.domain.errors import DomainError
from bot.domain.members import Absence
from bot.domain.preferences import SHORTEST_HOURS, Preferences
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    actions,
    button,
    checkboxes,
    context,
    date_input,
    field,
    form,
    header,
    option,
    section,
    select,
    text_input,
    time_input,
)

LANGUAGE, ZONE, STARTS, ENDS, FREE, NAMED = "language", "zone", "starts", "ends", "free_weekdays", "named"
FIRST, LAST = "first", "last"
MOST_ABSENCES = 5
MAX_ZONE = 60
MAY = "yes"

FIELDS: Mapping[str, str] = {
    "checkins.zone_unknown": ZONE,
    "checkins.hours_backwards": ENDS,
    "checkins.hours_short": ENDS,
    "checkins.no_weekday_left": FREE,
    "checkins.away_backwards": LAST,
    "checkins.away_past": LAST,
    "checkins.away_long": LAST,
}
"""The input that each refusal is about."""


def settings_blocks(preferences: Preferences, absences: Sequence[Absence], t: Translator) -> Iterator[Block]:
    yield header(t("home.settings_title"))
    yield section("\n".join(preference_lines(preferences, t)))
    for number, each in enumerate(absences[:MOST_ABSENCES]):
        days = absence_words(each, t)
        remove = button(
            t("home.away.remove"),
            ids.sub_id(ids.AWAY_REMOVED, number),
            ids.pack(first=each.first.isoformat(), last=each.last.isoformat()),
            label=t("home.away.remove_label", days=days),
        )
        yield section(t("home.away.days", days=days), accessory=remove)
    if len(absences) > MOST_ABSENCES:
        left = len(absences) - MOST_ABSENCES
        yield context(t("home.away.more", count=left, n=left))
    yield actions(
        [
            button(t("home.settings.change"), ids.SETTINGS_OPENED, ids.pack()),
            button(t("home.away.add"), ids.AWAY_OPENED, ids.pack()),
        ]
    )


def preference_lines(preferences: Preferences, t: Translator) -> list[str]:
    """Each thing that was decided, in one line."""
    free = [t.weekday_name(day) for day in sorted(preferences.free_weekdays)]
    hours = {"starts": t.time(preferences.starts), "ends": t.time(preferences.ends)}
    return [
        t("home.settings.language", language=t("checkins.language_name")),
        t("home.settings.zone", zone=preferences.zone),
        t("home.settings.hours", **hours),
        t("home.settings.free", days=t.listing(free)) if free else t("home.settings.no_free"),
        t("home.settings.named") if preferences.may_be_named else t("home.settings.unnamed"),
    ]


def absence_words(absence: Absence, t: Translator) -> str:
    first, last = t.date(absence.first), t.date(absence.last)
    return first if first == last else f"{first} – {last}"


def settings_form(preferences: Preferences, languages: Sequence[tuple[str, str]], t: Translator) -> Block:
    """Everything at once, as it holds now. `languages` pairs a code with the language's own name."""
    names = {code: option(name, code) for code, name in languages}
    weekdays = [option(t.weekday_name(day), str(day)) for day in range(7)]
    may = option(t("home.settings.may_be_named"), MAY, t("home.settings.may_be_named_hint"))
    blocks = [
        field(
            LANGUAGE,
            t("home.settings.ask_language"),
            select("chosen", list(names.values()), initial=names.get(preferences.language)),
        ),
        field(
            ZONE,
            t("home.settings.ask_zone"),
            text_input("typed", initial=preferences.zone, max_length=MAX_ZONE),
            hint=t("home.settings.zone_hint"),
        ),
        field(STARTS, t("home.settings.ask_starts"), time_input("chosen", preferences.starts.strftime("%H:%M"))),
        field(
            ENDS,
            t("home.settings.ask_ends"),
            time_input("chosen", preferences.ends.strftime("%H:%M")),
            hint=t("home.settings.hours_hint", hours=SHORTEST_HOURS),
        ),
        field(
            FREE,
            t("home.settings.ask_free"),
            checkboxes("chosen", weekdays, [weekdays[day] for day in sorted(preferences.free_weekdays)]),
            optional=True,
            hint=t("home.settings.free_hint"),
        ),
        field(
            NAMED,
            t("home.settings.ask_named"),
            checkboxes("chosen", [may], [may] if preferences.may_be_named else []),
            optional=True,
        ),
    ]
    title, save = t("home.settings_title"), t("core.save")
    return form(ids.SETTINGS_FORM, title, blocks, submit=save, close=t("core.cancel"), metadata=ids.pack())


def preferences_chosen(inputs: Mapping[str, str], languages: Sequence[str]) -> Preferences:
    """What was chosen. DomainError `core.stale` for what the form does not offer."""
    try:
        starts, ends = time.fromisoformat(inputs[STARTS]), time.fromisoformat(inputs[ENDS])
        free = frozenset(int(day) for day in inputs.get(FREE, "").split(",") if day)
        language = inputs[LANGUAGE]
    except (KeyError, ValueError):
        raise DomainError("core.stale") from None
    if language not in languages or not free <= set(range(7)):
        raise DomainError("core.stale")
    return Preferences(language, inputs.get(ZONE, ""), starts, ends, free, inputs.get(NAMED, "") == MAY)


def saved_form(preferences: Preferences, t: Translator) -> Block:
    """What holds now, in the language that was chosen."""
    blocks = [section(t("home.settings.saved")), section("\n".join(preference_lines(preferences, t)))]
    return form(ids.SETTINGS_DONE_NOTE, t("home.settings_title"), blocks, close=t("core.close"), metadata=ids.pack())


def away_form(today: date, t: Translator) -> Block:
    """From when to when somebody is away."""
    blocks = [
        field(FIRST, t("home.away.ask_first"), date_input("chosen", today.isoformat())),
        field(LAST, t("home.away.ask_last"), date_input("chosen", today.isoformat()), hint=t("home.away.hint")),
    ]
    return form(
        ids.AWAY_FORM,
        t("home.away.title"),
        blocks,
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(),
    )


def away_saved_form(absence: Absence, t: Translator) -> Block:
    if absence.first == absence.last:
        text = t("checkins.away_one_day", day=absence.first)
    else:
        text = t("checkins.away_set", first=absence.first, last=absence.last)
    blocks = [section(text)]
    return form(ids.SETTINGS_DONE_NOTE, t("home.away.title"), blocks, close=t("core.close"), metadata=ids.pack())
