"""What a person sees when logging and undoing: echoes, questions, forms. Pure: values in, blocks out. The history and
corrections are in `correcting`, figures and lists in `showing`."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bot.domain.dates import AmbiguousDate
from bot.domain.entries import Entry, EntryState
from bot.domain.kpis import Kpi
from bot.domain.values import AmbiguousValue
from bot.kpis.outcomes import FormRow, Logged, SaidBefore, Undone
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    field,
    form,
    plain_section,
    section,
    text_input,
)
from bot.slack.chosen import chosen_day
from bot.typed_values import ambiguous_words, either

ON_FIELD = "on"
VALUE_FIELD = "value"
MAX_TYPED = 64
RECORDED_VIEW = "kpi.recorded"
"""A view that has nothing to submit, and so no handler."""


def value_field(kpi_key: str) -> str:
    """The block id of a KPI's input in the form."""
    return f"{VALUE_FIELD}.{kpi_key}"


def logged_message(logged: Logged, w: Wording) -> Message:
    """What was understood, in full, where the KPI stands, and the way back."""
    entry = logged.entry
    sentence = w.t("kpis.logged", what=entry_words(entry, w))
    if entry.state is not EntryState.ACTIVE:
        return undone_message(Undone(entry, already=True), w)
    lines = [*_said_with(entry, w), standing_sentence(logged, w)]
    blocks: list[Block] = [section(sentence)]
    if entry.note:
        blocks.append(plain_section(w.t("kpis.note", note=entry.note)))
    blocks += [context("\n".join(lines)), actions(change_buttons(entry, w))]
    note = [w.t("kpis.note", note=escape(entry.note))] if entry.note else []
    return Message("\n".join((sentence, *note, *lines)), tuple(blocks))


def _said_with(entry: Entry, w: Wording) -> list[str]:
    """How sure they are, and that it comes late."""
    said = []
    if entry.confidence:
        said.append(w.t("kpis.logging.confidence", how=w.t(f"kpis.logging.sure.{entry.confidence}")))
    if is_told_late(entry):
        said.append(w.t("kpis.logging.late"))
    return said


def is_told_late(entry: Entry) -> bool:
    """Whether an entry is marked as late. Of a correction, the value it stands for says it."""
    return entry.is_late and entry.corrects is None


def entry_words(entry: Entry, w: Wording) -> str:
    """ "Revenue: Rp 12,500,000 for Thu 26 Nov", with whose it is where somebody else logged it."""
    kpi = w.kpis[entry.kpi_key]
    key = "kpis.entry" if entry.member_id == entry.logged_by else "kpis.entry_of"
    return w.t(
        key, kpi=w.name(kpi), value=w.full(entry.value, kpi.unit), day=w.day(entry.on), person=f"<@{entry.member_id}>"
    )


def standing_sentence(logged: Logged, w: Wording) -> str:
    """The week's figure, against the target of the week, or beside that of the target's own period."""
    line, said = logged.line, w.whose(logged.week, logged.owner_id)
    plain = w.t("kpis.so_far", period=said, value=w.figure(line.figure))
    if line.target is None or line.pace is None or line.target_period is None:
        return plain
    if line.target_period == logged.week:
        return w.target_sentence(line.target, line.target_period, line.pace, logged.kpi, said)
    return f"{plain} {w.target_sentence(line.target, line.target_period, line.pace, logged.kpi)}"


def undo_button(entry: Entry, w: Wording) -> Block:
    label = w.t("kpis.undo_label", what=w.name(w.kpis[entry.kpi_key]))
    return button(w.t("kpis.undo"), ids.sub_id(ids.ENTRY_UNDO, entry.id), ids.pack(entry=entry.id), label=label)


def change_buttons(entry: Entry, w: Wording) -> list[Block]:
    """Undo and Correct."""
    label = w.t("kpis.correcting.label", what=w.name(w.kpis[entry.kpi_key]))
    carried = ids.pack(entry=entry.id)
    action = ids.sub_id(ids.KPI_CORRECT_OPENED, entry.id)
    return [undo_button(entry, w), button(w.t("kpis.correcting.button"), action, carried, label=label)]


def same_question(said: SaidBefore, carried: Mapping[str, str], w: Wording) -> Message:
    """Whether what was typed twice is meant twice; everything that was said is in the button that records it."""
    question = w.t("kpis.logging.same_question", what=entry_words(said.before, w))
    buttons = [
        button(w.t("kpis.logging.same_yes"), ids.KPI_SAME_AGAIN, ids.pack(**carried)),
        button(w.t("kpis.logging.same_no"), ids.KPI_SAME_KEPT, ids.pack(entry=said.before.id)),
    ]
    return Message(question, (section(question), actions(buttons)))


def same_kept_message(entry: Entry, w: Wording) -> Message:
    text = w.t("kpis.logging.same_kept", what=entry_words(entry, w))
    return Message(text, (section(text),))


def said_before_words(said: SaidBefore, w: Wording) -> str:
    """Said under the input of a form."""
    before = said.before
    value = w.full(before.value, w.kpis[before.kpi_key].unit)
    return w.t("kpis.logging.same_in_form", value=value, day=w.day(before.on))


def undone_message(undone: Undone, w: Wording) -> Message:
    """What the entry's message turns into; where a correction was undone, the value that counts again can be changed
    from here."""
    text = undone_sentence(undone, w)
    if undone.restored is None:
        return Message(text, (section(text),))
    return Message(text, (section(text), actions(change_buttons(undone.restored, w))))


def undone_sentence(undone: Undone, w: Wording) -> str:
    entry = undone.entry
    if undone.restored is not None:
        return w.t("kpis.correcting.restored", what=entry_words(undone.restored, w))
    if not undone.already:
        return w.t("kpis.undone", what=entry_words(entry, w))
    when = w.t.moment(entry.changed_at, w.zone) if entry.changed_at else ""
    key = "kpis.already_undone" if entry.state is EntryState.UNDONE else f"kpis.correcting.already.{entry.state}"
    return w.t(key, what=entry_words(entry, w), person=f"<@{entry.changed_by}>", when=when)


def logged_for_you_message(entry: Entry, w: Wording) -> Message:
    """The note to a person for whom somebody else logged a value."""
    kpi = w.kpis[entry.kpi_key]
    sentence = w.t(
        "kpis.logged_for_you",
        person=f"<@{entry.logged_by}>",
        kpi=w.name(kpi),
        value=w.full(entry.value, kpi.unit),
        day=w.day(entry.on),
    )
    blocks: list[Block] = [section(sentence)]
    if entry.note:
        blocks.append(plain_section(w.t("kpis.note", note=entry.note)))
    lines = [*_said_with(entry, w), w.t("kpis.logged_for_you_hint")]
    blocks += [context("\n".join(lines)), actions(change_buttons(entry, w))]
    note = [w.t("kpis.note", note=escape(entry.note))] if entry.note else []
    return Message("\n".join((sentence, *note, *lines)), tuple(blocks))


def value_question(kpi: Kpi, typed: AmbiguousValue, action: str, carried: Mapping[str, str], w: Wording) -> Message:
    """Which number was meant: a button for each reading, with everything else that was said inside."""
    labels = [w.full(value, kpi.unit) for value in typed.readings]
    question = w.t("kpis.value_question", kpi=w.name(kpi), readings=either(labels, w.t))
    buttons = [
        button(label, ids.sub_id(action, place), ids.pack(**{**carried, "value": plain_number(value)}))
        for place, (label, value) in enumerate(zip(labels, typed.readings, strict=True))
    ]
    return Message(question, (section(question), actions(buttons)))


def day_question(kpi: Kpi, on: AmbiguousDate, carried: Mapping[str, str], w: Wording) -> Message:
    """Which day was meant, in the same way."""
    labels = [w.t.date(day) for day in on.readings]
    question = w.t("kpis.day_question", kpi=w.name(kpi), readings=either(labels, w.t))
    buttons = [
        button(label, ids.sub_id(ids.DATE_CHOSEN, place), ids.pack(**{**carried, "on": day.isoformat()}))
        for place, (label, day) in enumerate(zip(labels, on.readings, strict=True))
    ]
    return Message(question, (section(question), actions(buttons)))


def plain_number(value: Decimal) -> str:
    """A value as buttons carry it: digits and a point, never an exponent."""
    return f"{value:f}"


def log_form(rows: Sequence[FormRow], w: Wording) -> Block:
    """One form for all KPIs of a person. Inputs are optional; what is left empty is not recorded."""
    picker = {"type": "datepicker", "action_id": ON_FIELD, "initial_date": w.today.isoformat()}
    blocks = [section(w.t("kpis.form_intro")), field(ON_FIELD, w.t("kpis.form_day"), picker)]
    blocks += [_value_input(row, w) for row in rows]
    return form(
        ids.KPI_LOG_FORM, w.t("kpis.form_title"), blocks, submit=w.t("kpis.form_submit"), close=w.t("core.cancel")
    )


def _value_input(row: FormRow, w: Wording) -> Block:
    hint = (
        w.t("kpis.form_last", value=w.full(row.last, row.kpi.unit))
        if row.last is not None
        else w.t.kpi_meaning(row.kpi)
    )
    label = w.t("kpis.form_label", kpi=w.name(row.kpi), unit=unit_words(row.kpi, w))
    example = w.t("kpis.form_example", example=w.example(row.kpi))
    box = text_input("typed", placeholder=example, max_length=MAX_TYPED)
    return field(value_field(row.kpi.key), label, box, optional=True, hint=hint)


def unit_words(kpi: Kpi, w: Wording) -> str:
    return w.currency if kpi.unit == "currency" else w.t(f"kpi.unit.{kpi.unit}")


def recorded_form(entries: Sequence[Entry], w: Wording, done: str = "") -> Block:
    """What the form turns into: each recorded value with its Undo and Correct. `done` are other words above them."""
    blocks: list[Block] = [section(done or w.t("kpis.form_done"))]
    for entry in entries:
        if entry.state is EntryState.ACTIVE:
            blocks.append(section("\n".join((entry_words(entry, w), *_said_with(entry, w)))))
            blocks.append(actions(change_buttons(entry, w)))
        else:
            key = "kpis.undone" if entry.state is EntryState.UNDONE else "kpis.correcting.changed_since"
            blocks.append(section(w.t(key, what=entry_words(entry, w))))
    carried = ids.pack(entries=",".join(entry.id for entry in entries))
    return form(RECORDED_VIEW, w.t("kpis.form_title"), blocks, close=w.t("core.close"), metadata=carried)


def ambiguous_typed(value: AmbiguousValue, kpi: Kpi, w: Wording) -> str:
    """Said under an input whose number can be read in several ways: how to write each."""
    return ambiguous_words(value, kpi, w.t, w.currency)


def form_day(inputs: Mapping[str, str], today: date) -> date:
    """The day chosen in the form; today where Slack sends none."""
    return chosen_day(inputs.get(ON_FIELD, "")) or today
