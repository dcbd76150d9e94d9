"""What the owner of a target sees when its status changed, and the form for a reason or an action. Pure: values in,
blocks out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import Aggregation, Kpi, Unit
from bot.domain.pacing import Status
from bot.domain.targets import Aim, aim_of
from bot.kpis.alerting.outcomes import Told
from bot.kpis.grammar import MAX_NOTE
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    date_input,
    escape,
    field,
    form,
    plain_section,
    section,
    text_input,
)

NOTE_FIELD = "note"
MOST_TOLD = 10
MOST_NOTES = 10
_BAD = (Status.BEHIND, Status.AT_RISK, Status.MISSED)
_DECIDED = (Status.MET, Status.MISSED)


def alert_message(
    told: Sequence[Told],
    notes: Sequence[KpiNote],
    alert_id: str,
    receiver: str,
    w: Wording,
    names: Mapping[str, str],
) -> Message:
    """What changed, what it takes from now on, what was noted about it, and where it goes from here. Bad news asks for
    a reason or an action; good news asks nothing. `names` are those of the people who noted something, by id."""
    kpi = w.kpis[told[0].target.kpi_key]
    said = ["\n".join(_told_lines(each, receiver, w)) for each in told[:MOST_TOLD]]
    more = len(told) - MOST_TOLD
    if more > 0:
        said.append(w.t("kpis.alerts.more", count=more, n=more))
    blocks: list[Block] = [section(each) for each in said]
    noted = [_note_words(note, receiver, names, w) for note in notes[-MOST_NOTES:]]
    blocks += [plain_section(each) for each in noted]
    if any(each.pace.status in _BAD for each in told):
        blocks.append(_buttons(kpi, alert_id, w))
    return Message("\n".join((*said, *map(escape, noted))), tuple(blocks))


def _told_lines(told: Told, receiver: str, w: Wording) -> list[str]:
    target, pace = told.target, told.pace
    kpi = w.kpis[target.kpi_key]
    headline = w.t(
        f"kpis.alerts.{told.transition}.{pace.status}",
        kpi=w.name(kpi),
        period=w.period(told.period),
        figures=_figures(told, kpi, w),
    )
    whose = w.t("kpis.alerts.yours") if target.owner_id == receiver else w.owner(target.owner_id)
    lines = [headline, w.t("kpis.alerts.target", value=w.goal(target), whose=whose)]
    needed = "" if pace.status in _DECIDED else w.needed(target, pace, kpi)
    return [*lines, needed] if needed else lines


def _figures(told: Told, kpi: Kpi, w: Wording) -> str:
    """Where it stands: beside what was expected by now, where it adds up and is still open; else alone, as the target
    follows in the next line."""
    pace, target = told.pace, told.target
    said = {
        "actual": _amount(pace.actual, kpi, w),
        "expected": _amount(pace.expected, kpi, w),
        "upper": _amount(pace.expected_upper, kpi, w),
    }
    if kpi.aggregation is not Aggregation.SUM or pace.status in _DECIDED:
        return said["actual"]
    match aim_of(target, kpi):
        case Aim.BELOW:
            return w.t("kpis.alerts.figures.limit", **said)
        case Aim.INSIDE:
            return w.t("kpis.alerts.figures.within", **said)
        case _:
            return w.t("kpis.alerts.figures.adding", **said)


def _amount(value: Decimal | None, kpi: Kpi, w: Wording) -> str:
    """What is expected is a share, and money of it is told without its cents."""
    if value is not None and kpi.unit is Unit.CURRENCY and abs(value) >= 1000:
        value = value.quantize(Decimal(1))
    return w.value(value, kpi.unit)


def _note_words(note: KpiNote, receiver: str, names: Mapping[str, str], w: Wording) -> str:
    if note.by == receiver:
        return w.t(f"kpis.alerts.note.{note.kind}", text=note.text)
    return w.t(f"kpis.alerts.note_by.{note.kind}", text=note.text, person=names.get(note.by) or note.by)


def _buttons(kpi: Kpi, alert_id: str, w: Wording) -> Block:
    notes = [
        button(
            w.t(f"kpis.alerts.button.{kind}"),
            ids.sub_id(ids.ALERT_NOTE_OPENED, kind.value),
            ids.pack(kpi=kpi.key, alert=alert_id, kind=kind.value),
        )
        for kind in (KpiNoteKind.REASON, KpiNoteKind.ACTION)
    ]
    return actions([*notes, button(w.t("kpis.alerts.button.mute"), ids.ALERT_MUTED, ids.pack(kpi=kpi.key))])


def note_form(kpi: Kpi, kind: KpiNoteKind, alert_id: str, w: Wording) -> Block:
    """One text, and who will read it."""
    element = text_input("typed", multiline=True, max_length=MAX_NOTE)
    label = w.t(f"kpis.alerts.form.label.{kind}", kpi=w.name(kpi))
    fields = [field(NOTE_FIELD, label, element, hint=w.t("kpis.alerts.form.hint"))]
    if kind is KpiNoteKind.ACTION:
        due, hint = date_input(ids.ACTION_DUE_INPUT), w.t("kpis.alerts.form.due_hint")
        fields.append(field(ids.ACTION_DUE_INPUT, w.t("kpis.alerts.form.due"), due, optional=True, hint=hint))
    return form(
        ids.ALERT_NOTE_FORM,
        w.t(f"kpis.alerts.form.title.{kind}"),
        fields,
        submit=w.t("core.save"),
        close=w.t("core.cancel"),
        metadata=ids.pack(kpi=kpi.key, alert=alert_id, kind=kind.value),
    )


def noted_message(kpi: Kpi, w: Wording) -> Message:
    text = w.t("kpis.alerts.noted", kpi=w.name(kpi))
    return Message(text, (section(text),))


def muted_message(kpi: Kpi, w: Wording) -> Message:
    """What the alert turns into when its receiver wants no more of them, with the way back."""
    text = w.t("kpis.alerts.muted", kpi=w.name(kpi))
    again = button(w.t("kpis.alerts.button.unmute"), ids.ALERT_UNMUTED, ids.pack(kpi=kpi.key))
    return Message(text, (section(text), actions([again])))


def unmuted_message(kpi: Kpi, w: Wording) -> Message:
    text = w.t("kpis.alerts.unmuted", kpi=w.name(kpi))
    return Message(text, (section(text),))
