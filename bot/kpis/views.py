"""What a person sees when logging, undoing and setting targets: echoes, questions, forms. Pure: values in, blocks out.
Figures and lists are in `boards`."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bot.domain.dates import AmbiguousDate
from bot.domain.entries import Entry, EntryState
from bot.domain.kpis import KPIS, Kpi
from bot.domain.periods import PeriodKind
from bot.domain.values import AmbiguousValue
from bot.kpis.grammar import LogRequest, TargetRequest
from bot.kpis.outcomes import FormRow, Logged, TargetSet, Undone
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
    option,
    plain_section,
    section,
    select,
    text_input,
)

ON_FIELD = "on"
VALUE_FIELD = "value"
KPI_FIELD = "kpi"
PERIOD_FIELD = "period"
MAX_TYPED = 64
FAR = 10
"""So many times the best so far is told without the number: it says nothing any more."""
RECORDED_VIEW = "kpi.recorded"
"""A view that has nothing to submit, and so no handler."""
TARGET_PERIODS = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)


def value_field(kpi_key: str) -> str:
    """The block id of a KPI's input in the form."""
    return f"{VALUE_FIELD}.{kpi_key}"


def logged_message(logged: Logged, w: Wording) -> Message:
    """What was understood, in full, where the KPI stands, and the way back."""
    entry = logged.entry
    sentence = w.t("kpis.logged", what=entry_words(entry, w))
    if entry.state is not EntryState.ACTIVE:
        return undone_message(Undone(entry, already=True), w)
    lines = [standing_sentence(logged, w)]
    if logged.was_there:
        lines.append(w.t("kpis.was_there"))
    blocks: list[Block] = [section(sentence)]
    if entry.note:
        blocks.append(plain_section(w.t("kpis.note", note=entry.note)))
    blocks += [context("\n".join(lines)), actions([undo_button(entry, w)])]
    note = [w.t("kpis.note", note=escape(entry.note))] if entry.note else []
    return Message("\n".join((sentence, *note, *lines)), tuple(blocks))


def entry_words(entry: Entry, w: Wording) -> str:
    """ "Revenue: Rp 12,500,000 for Thu 26 Nov", with whose it is where somebody else logged it."""
    kpi = KPIS[entry.kpi_key]
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
    label = w.t("kpis.undo_label", what=w.name(KPIS[entry.kpi_key]))
    return button(w.t("kpis.undo"), ids.sub_id(ids.ENTRY_UNDO, entry.id), ids.pack(entry=entry.id), label=label)


def undone_message(undone: Undone, w: Wording) -> Message:
    """What the entry's message turns into."""
    text = undone_sentence(undone, w)
    return Message(text, (section(text),))


def undone_sentence(undone: Undone, w: Wording) -> str:
    entry = undone.entry
    if not undone.already:
        return w.t("kpis.undone", what=entry_words(entry, w))
    when = w.t.moment(entry.changed_at, w.zone) if entry.changed_at else ""
    return w.t("kpis.already_undone", what=entry_words(entry, w), person=f"<@{entry.changed_by}>", when=when)


def logged_for_you_message(entry: Entry, w: Wording) -> Message:
    """The note to a person for whom somebody else logged a value."""
    kpi = KPIS[entry.kpi_key]
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
    blocks += [context(w.t("kpis.logged_for_you_hint")), actions([undo_button(entry, w)])]
    note = [w.t("kpis.note", note=escape(entry.note))] if entry.note else []
    return Message("\n".join((sentence, *note, w.t("kpis.logged_for_you_hint"))), tuple(blocks))


def value_question(request: LogRequest | TargetRequest, carried: Mapping[str, str], w: Wording) -> Message:
    """Which number was meant: a button for each reading, with everything else that was said inside."""
    assert isinstance(request.value, AmbiguousValue)
    action = ids.VALUE_CHOSEN if isinstance(request, LogRequest) else ids.TARGET_VALUE_CHOSEN
    labels = [w.full(value, request.kpi.unit) for value in request.value.readings]
    question = w.t("kpis.value_question", kpi=w.name(request.kpi), readings=either(labels, w))
    buttons = [
        button(label, ids.sub_id(action, place), ids.pack(**{**carried, "value": plain_number(value)}))
        for place, (label, value) in enumerate(zip(labels, request.value.readings, strict=True))
    ]
    return Message(question, (section(question), actions(buttons)))


def day_question(kpi: Kpi, on: AmbiguousDate, carried: Mapping[str, str], w: Wording) -> Message:
    """Which day was meant, in the same way."""
    labels = [w.t.date(day) for day in on.readings]
    question = w.t("kpis.day_question", kpi=w.name(kpi), readings=either(labels, w))
    buttons = [
        button(label, ids.sub_id(ids.DATE_CHOSEN, place), ids.pack(**{**carried, "on": day.isoformat()}))
        for place, (label, day) in enumerate(zip(labels, on.readings, strict=True))
    ]
    return Message(question, (section(question), actions(buttons)))


def either(labels: Sequence[str], w: Wording) -> str:
    *others, last = labels
    return w.t("kpis.either", first=", ".join(others), last=last)


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
        else w.t(f"kpi.{row.kpi.key}.meaning")
    )
    label = w.t("kpis.form_label", kpi=w.name(row.kpi), unit=unit_words(row.kpi, w))
    example = w.t("kpis.form_example", example=row.kpi.example)
    box = text_input("typed", placeholder=example, max_length=MAX_TYPED)
    return field(value_field(row.kpi.key), label, box, optional=True, hint=hint)


def unit_words(kpi: Kpi, w: Wording) -> str:
    return w.currency if kpi.unit == "currency" else w.t(f"kpi.unit.{kpi.unit}")


def recorded_form(entries: Sequence[Entry], w: Wording) -> Block:
    """What the form turns into: each recorded value with its Undo."""
    blocks: list[Block] = [section(w.t("kpis.form_done"))]
    for entry in entries:
        if entry.state is EntryState.ACTIVE:
            blocks.append(section(entry_words(entry, w), accessory=undo_button(entry, w)))
        else:
            blocks.append(section(w.t("kpis.undone", what=entry_words(entry, w))))
    carried = ids.pack(entries=",".join(entry.id for entry in entries))
    return form(RECORDED_VIEW, w.t("kpis.form_title"), blocks, close=w.t("core.close"), metadata=carried)


def target_form(w: Wording) -> Block:
    """A target in three answers: which KPI, how much, for which period."""
    kpis = [option(w.name(kpi), kpi.key) for kpi in KPIS.values()]
    periods = [option(w.t(f"kpis.per.{kind}"), kind.value) for kind in TARGET_PERIODS]
    box = text_input("typed", placeholder=w.t("kpis.form_example", example="12500000"), max_length=MAX_TYPED)
    blocks = [
        section(w.t("kpis.target_intro")),
        field(KPI_FIELD, w.t("kpis.target_kpi"), select("chosen", kpis)),
        field(VALUE_FIELD, w.t("kpis.target_value"), box, hint=w.t("kpis.target_value_hint")),
        field(PERIOD_FIELD, w.t("kpis.target_period"), select("chosen", periods, initial=periods[1])),
    ]
    return form(ids.TARGET_FORM, w.t("kpis.target_title"), blocks, submit=w.t("core.save"), close=w.t("core.cancel"))


def target_message(set_: TargetSet, w: Wording) -> Message:
    """The target as set, how ambitious it is, and where it stands today."""
    progress = set_.progress
    target, kpi = progress.target, progress.figure.kpi
    sentence = w.t(
        "kpis.target_set",
        kpi=w.name(kpi),
        value=w.goal(target),
        whose=w.owner(target.owner_id),
    )
    lines = [w.t("kpis.target_replaced", value=w.full(set_.replaced, kpi.unit))] if set_.replaced is not None else []
    lines += [attainability_sentence(set_, w), w.target_sentence(target, progress.period, progress.pace, kpi)]
    return Message("\n".join((sentence, *lines)), (section(sentence), context("\n".join(lines))))


def attainability_sentence(set_: TargetSet, w: Wording) -> str:
    """SMART's A: how the target compares with the best period so far."""
    kpi, target = set_.progress.figure.kpi, set_.progress.target
    if set_.times is None or set_.best is None:
        return w.t("kpis.attain_unknown")
    kind = target.period or PeriodKind.CUSTOM
    best = w.value(set_.best, kpi.unit)
    if set_.times <= 1:
        return w.t("kpis.attain_reached", best=best, period=w.t(f"kpis.best.{kind}"))
    is_far = "far_" if set_.times >= FAR else ""
    key = f"kpis.attain_{is_far}{kpi.direction}"
    return w.t(key, times=round(set_.times, 1), best=best, period=w.t(f"kpis.best.{kind}"))


def ambiguous_typed(value: AmbiguousValue, kpi: Kpi, w: Wording) -> str:
    """Said under an input whose number can be read in several ways: how to write each."""
    return w.t("kpis.form_ambiguous", readings=either([w.full(each, kpi.unit) for each in value.readings], w))


def form_day(inputs: Mapping[str, str], today: date) -> date:
    """The day chosen in the form; today where Slack sends none."""
    return date.fromisoformat(inputs.get(ON_FIELD) or today.isoformat())
