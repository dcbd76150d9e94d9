"""What a person sees of reviews: the message that asks, one KPI with its facts, what is due, the forms of keeping and
retiring. Pure: values in, blocks out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.kpi_notes import KpiNote
from bot.domain.kpis import Kpi
from bot.i18n import Translator
from bot.kpis.reviewing.outcomes import FORGOTTEN, MOST_KPIS, MOST_REASON, Facts
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    cut,
    escape,
    field,
    form,
    section,
    text_input,
)

REASON_FIELD = "reason"
MOST_LOGGERS = 5
MOST_REVIEWS = 10
MOST_UPCOMING = 20


@dataclass(frozen=True, slots=True)
class Item:
    """A KPI in a message, and what became of it since it was asked about (None: nothing yet)."""

    facts: Facts
    outcome: KpiNote | None = None


def asking_message(items: Sequence[Item], purpose: str, w: Wording) -> Message:
    """Several KPIs to be kept, changed or retired; those that are decided say so."""
    is_open = any(item.outcome is None for item in items)
    count = len(items)
    if not is_open:
        intro = w.t("kpis.review.all_done", count=count)
    else:
        intro = w.t("kpis.review.forgotten" if purpose == FORGOTTEN else "kpis.review.due", count=count)
    blocks, text = [section(intro)], [intro]
    for item in items[:MOST_KPIS]:
        added, lines = _item(item, w)
        blocks += added
        text += lines
    if count > MOST_KPIS:
        more = w.t("kpis.review.more", count=count - MOST_KPIS)
        blocks.append(context(more))
        text.append(more)
    return Message("\n".join(text), tuple(blocks))


def _item(item: Item, w: Wording) -> tuple[list[Block], list[str]]:
    kpi = item.facts.kpi
    if item.outcome is not None:
        line = w.t("kpis.review.outcome", kpi=w.name(kpi), what=note_words(item.outcome, w))
        return [section(line)], [line]
    lines = [f"*{w.name(kpi)}*", *fact_lines(item.facts, w)]
    return [section("\n".join(lines)), _buttons(item.facts, w.t)], [w.name(kpi), *lines[1:]]


def _buttons(facts: Facts, t: Translator) -> Block:
    """Keep, change, retire; of a retired one, bring back."""
    kpi = facts.kpi
    carried = ids.pack(kpi=kpi.key)
    if facts.is_retired:
        return actions([button(t("kpis.review.button_back"), ids.sub_id(ids.KPI_REVIEW_BACK, kpi.key), carried)])
    choices = (
        ("kpis.review.button_keep", ids.KPI_REVIEW_KEEP),
        ("kpis.review.button_change", ids.KPI_REVIEW_CHANGE),
        ("kpis.review.button_retire", ids.KPI_REVIEW_RETIRE),
    )
    return actions(
        [
            button(t(words), ids.sub_id(action, kpi.key), carried, label=f"{t(words)}: {t.kpi(kpi)}")
            for words, action in choices
        ]
    )


def fact_lines(facts: Facts, w: Wording) -> list[str]:
    """How a KPI was used, one sentence a line."""
    t, count = w.t, facts.count
    since = t("kpis.review.since", day=w.day(facts.since.date())) if facts.since else t("kpis.review.since_ever")
    if count:
        lines = [t("kpis.review.entries", count=count, since=since, who=_people(facts.loggers, t))]
    else:
        lines = [t("kpis.review.no_entries", since=since)]
    if facts.last is not None:
        value = w.value(facts.last.value, facts.kpi.unit)
        lines.append(t("kpis.review.last_value", value=value, day=w.day(facts.last.on)))
    if facts.ended:
        lines.append(t("kpis.review.targets_met", met=facts.met, count=facts.ended))
    if facts.changes:
        lines.append(t("kpis.review.definition_changes", count=facts.changes))
    return lines


def _people(loggers: Sequence[str], t: Translator) -> str:
    named = dict.fromkeys(f"<@{each}>" if each.startswith(("U", "W")) else t("kpis.file") for each in loggers)
    return t.listing(list(named)[:MOST_LOGGERS])


def note_words(note: KpiNote, w: Wording) -> str:
    """ "kept by @Bob on Thu 26 Nov: still what we look at"."""
    text = w.t(f"kpis.review.was.{note.kind}", person=f"<@{note.by}>", day=w.day(note.at.date()))
    return f"{text}: {escape(note.text)}" if note.text else text


def review_message(facts: Facts, w: Wording) -> Message:
    """One KPI: whether it is due, its facts, the reviews it had."""
    t, kpi = w.t, facts.kpi
    head = t("kpis.review.title", kpi=w.name(kpi))
    lines = [_standing(facts, w), *fact_lines(facts, w)]
    past = [note_words(note, w) for note in facts.reviews[:MOST_REVIEWS]]
    blocks = [section("\n".join((f"*{head}*", *lines)))]
    if past:
        blocks.append(context(cut("\n".join((t("kpis.review.past"), *past)), 3000)))
    if facts.may_decide:
        blocks.append(_buttons(facts, t))
    return Message("\n".join((head, *lines, *past)), tuple(blocks))


def _standing(facts: Facts, w: Wording) -> str:
    if facts.settings.retired_on is not None:
        because = escape(facts.settings.retired_because)
        return w.t("kpis.review.is_retired_since", day=w.t.date(facts.settings.retired_on), because=because)
    if facts.due_on is None:
        return w.t("kpis.review.not_used")
    key = "kpis.review.is_due" if facts.due_on <= w.today else "kpis.review.next_on"
    return w.t(key, day=w.t.date(facts.due_on))


def overview_message(
    due: Sequence[Facts], waiting: Sequence[Kpi], upcoming: Sequence[tuple[Kpi, date]], w: Wording
) -> Message:
    """What is due: those this person decides about (`due`), those that others do (`waiting`), and what comes next."""
    t = w.t
    if due:
        message = asking_message([Item(facts) for facts in due], "", w)
    else:
        nothing = t("kpis.review.nothing_due")
        message = Message(nothing, (section(nothing),))
    lines = []
    if waiting:
        lines.append(t("kpis.review.others_decide", kpis=t.listing(w.name(kpi) for kpi in waiting[:MOST_UPCOMING])))
    if upcoming:
        told = ", ".join(f"{w.name(kpi)} ({t.date(day)})" for kpi, day in upcoming[:MOST_UPCOMING])
        lines.append(t("kpis.review.upcoming", kpis=told))
    lines.append(t("kpis.review.hint"))
    return Message("\n".join((message.text, *lines)), (*message.blocks, context("\n".join(lines))))


def keep_form(kpi: Kpi, w: Wording) -> Block:
    """Why it is kept, if anybody wants to say so."""
    box = text_input("typed", multiline=True, max_length=MOST_REASON)
    blocks = [
        section(w.t("kpis.review.keep_intro", kpi=w.name(kpi))),
        field(REASON_FIELD, w.t("kpis.review.keep_why"), box, optional=True, hint=w.t("kpis.review.keep_hint")),
    ]
    return _form(
        ids.KPI_REVIEW_KEEP_FORM, w.t("kpis.review.keep_title"), blocks, w.t("kpis.review.button_keep"), kpi, w
    )


def retire_form(kpi: Kpi, computed: Sequence[Kpi], w: Wording) -> Block:
    """Why it is retired; `computed` are the KPIs that will have no data without it."""
    intro = [w.t("kpis.review.retire_intro", kpi=w.name(kpi))]
    if computed:
        intro.append(w.t("kpis.review.retire_needed", kpis=w.t.listing(w.name(each) for each in computed[:10])))
    box = text_input("typed", multiline=True, max_length=MOST_REASON)
    blocks = [
        section("\n".join(intro)),
        field(REASON_FIELD, w.t("kpis.review.retire_why"), box, hint=w.t("kpis.define.because_hint")),
    ]
    submit = w.t("kpis.review.button_retire")
    return _form(ids.KPI_REVIEW_RETIRE_FORM, w.t("kpis.review.retire_title"), blocks, submit, kpi, w)


def _form(callback_id: str, title: str, blocks: Sequence[Block], submit: str, kpi: Kpi, w: Wording) -> Block:
    return form(callback_id, title, blocks, submit=submit, close=w.t("core.cancel"), metadata=ids.pack(kpi=kpi.key))


def done_form(facts: Facts, w: Wording) -> Block:
    """What became of it, and when it is looked at again."""
    t, kpi = w.t, facts.kpi
    if facts.due_on is None:
        text = t("kpis.review.done_retired", kpi=w.name(kpi))
    else:
        text = t("kpis.review.done_kept", kpi=w.name(kpi), day=t.date(facts.due_on))
    return form(ids.KPI_REVIEW_DONE_NOTE, t("kpis.review.keep_title"), [section(text)], close=t("core.close"))
