"""What a person sees of what was logged, and of changing it: the history, the forms, the outcome, the note to whose
value it was. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.entries import Entry, EntryState
from bot.domain.kpis import Kpi
from bot.domain.members import Member
from bot.kpis.api.views import through_token
from bot.kpis.correcting.one_value import one_value_fields
from bot.kpis.outcomes import IMPORTED, Corrected
from bot.kpis.views import change_buttons, entry_words, is_told_late, recorded_form
from bot.kpis.wording import Wording, capital
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    cut,
    escape,
    field,
    form,
    option,
    plain_section,
    radio,
    section,
    select,
    table,
    text_input,
)

MAX_WHY = 300
CORRECT, DELETE = "correct", "delete"
OPTION = 75


def history_message(
    kpi: Kpi,
    entries: Sequence[Entry],
    members: Mapping[str, Member],
    w: Wording,
    *,
    after: Mapping[str, Entry] | None = None,
    through: Mapping[str, str] | None = None,
    member_id: str = "",
    may_change: bool = False,
) -> Message:
    """The latest entries, of everybody or of one person: whose they are, and who changed what, when and why. `after`
    are the entries that stand for corrected ones, by the id of those; `through` the names of API tokens, by entry."""
    whose = f"<@{member_id}>" if member_id else ""
    if not entries:
        key = "kpis.correcting.no_history_of" if member_id else "kpis.no_history"
        text = w.t(key, kpi=w.name(kpi), **({"person": whose} if member_id else {}))
        return Message(text, (section(text),))
    key = "kpis.correcting.history_title_of" if member_id else "kpis.history_title"
    title = w.t(key, kpi=w.name(kpi), **({"person": whose} if member_id else {}))
    head = tuple(w.t(f"kpis.column.{name}") for name in ("day", "value", "person", "logged"))
    rows = [
        _history_row(entry, (after or {}).get(entry.id), (through or {}).get(entry.id), kpi, members, w)
        for entry in entries
    ]
    told = [escape(" · ".join(row)) for row in rows]
    blocks: list[Block] = [
        section(f"*{title}*"),
        table([head, *rows], align=("left", "right", "left", "left")),
    ]
    if may_change:
        carried = ids.pack(kpi=kpi.key, member=member_id)
        blocks.append(actions([button(w.t("kpis.correcting.change"), ids.KPI_CHANGE_OPENED, carried)]))
    return Message("\n".join((title, *told)), tuple(blocks))


def _history_row(
    entry: Entry, after: Entry | None, token: str | None, kpi: Kpi, members: Mapping[str, Member], w: Wording
) -> tuple[str, ...]:
    def name(member_id: str) -> str:
        if member_id == IMPORTED:
            return capital(w.t("kpis.file"))
        return members[member_id].name or member_id if member_id in members else member_id

    value = w.full(entry.value, kpi.unit)
    if after is not None:
        value = change_words(entry, after, kpi, w)
    logged = w.t("kpis.logged_by", person=name(entry.logged_by), when=w.t.moment(entry.logged_at, w.zone))
    if token is not None:
        logged += f", {through_token(token, w)}"
    if is_told_late(entry) and entry.logged_by != IMPORTED:
        logged += f", {w.t('kpis.logging.late_mark')}"
    if entry.confidence:
        logged += f", {w.t(f'kpis.logging.sure.{entry.confidence}')}"
    if entry.state is not EntryState.ACTIVE:
        logged += f" ({_ended_words(entry, name(entry.changed_by), w)})"
    if entry.note:
        logged += f" “{entry.note}”"
    return w.day(entry.on), value, name(entry.member_id), logged


def _ended_words(entry: Entry, person: str, w: Wording) -> str:
    """ "corrected by Ayu, Thu 26 Nov, 10:02: typed the wrong month"."""
    said = w.t(f"kpis.correcting.ended.{entry.state}", person=person, when=_when(entry.changed_at, w))
    return f"{said}: {entry.because}" if entry.because else said


def _when(at: datetime | None, w: Wording) -> str:
    return w.t.moment(at, w.zone) if at else ""


def change_words(before: Entry, after: Entry, kpi: Kpi, w: Wording) -> str:
    """ "12,500,000 → 12,000,000", with the days where they differ."""
    old, new = (w.full(each.value, kpi.unit) for each in (before, after))
    if before.on == after.on:
        return f"{old} → {new}"
    return f"{old}, {w.day(before.on)} → {new}, {w.day(after.on)}"


def pick_form(kpi: Kpi, entries: Sequence[Entry], members: Mapping[str, Member], w: Wording, *, admin: bool) -> Block:
    """Which entry to change; admins also choose whether to correct or to delete it."""
    options = [option(cut(_option_words(entry, kpi, members, w), OPTION), entry.id) for entry in entries]
    chosen = select("chosen", options, initial=options[0])
    blocks = [field(ids.KPI_ENTRY_INPUT, w.t("kpis.correcting.which"), chosen)]
    if admin:
        ways = [option(w.t(f"kpis.correcting.way.{way}"), way) for way in (CORRECT, DELETE)]
        blocks.append(field(ids.KPI_WAY_INPUT, w.t("kpis.correcting.what"), radio("chosen", ways, ways[0])))
    return form(
        ids.KPI_PICK_FORM,
        w.t("kpis.correcting.title"),
        blocks,
        submit=w.t("kpis.correcting.next"),
        close=w.t("core.cancel"),
    )


def _option_words(entry: Entry, kpi: Kpi, members: Mapping[str, Member], w: Wording) -> str:
    owner = members.get(entry.member_id)
    name = (owner.name if owner else "") or entry.member_id
    return f"{w.day(entry.on)} · {w.full(entry.value, kpi.unit)} · {name}"


def correct_form(entry: Entry, w: Wording) -> Block:
    """The entry as it is, to be written over, and why."""
    kpi = w.kpis[entry.kpi_key]
    return form(
        ids.KPI_CORRECT_FORM,
        w.t("kpis.correcting.title"),
        [section(entry_words(entry, w)), *one_value_fields(kpi, entry.on, w, entry), _why_input(w)],
        submit=w.t("kpis.correcting.submit"),
        close=w.t("core.cancel"),
        metadata=ids.pack(entry=entry.id),
    )


def delete_form(entry: Entry, w: Wording) -> Block:
    return form(
        ids.KPI_DELETE_FORM,
        w.t("kpis.correcting.delete_title"),
        [section(w.t("kpis.correcting.delete_intro", what=entry_words(entry, w))), _why_input(w, "why_delete")],
        submit=w.t("kpis.correcting.delete"),
        close=w.t("core.cancel"),
        metadata=ids.pack(entry=entry.id),
    )


def _why_input(w: Wording, asked: str = "why") -> Block:
    return field(ids.KPI_WHY_INPUT, w.t(f"kpis.correcting.{asked}"), text_input("typed", max_length=MAX_WHY))


def corrected_form(corrected: Corrected, w: Wording) -> Block:
    """What the form turns into: the new value, with its Undo."""
    return recorded_form([corrected.after], w, corrected_sentence(corrected, w))


def corrected_sentence(corrected: Corrected, w: Wording) -> str:
    kpi = w.kpis[corrected.after.kpi_key]
    return w.t("kpis.correcting.done", kpi=w.name(kpi), change=change_words(corrected.before, corrected.after, kpi, w))


def deleted_message(deleted: Entry, w: Wording) -> Message:
    text = w.t("kpis.correcting.deleted", what=entry_words(deleted, w))
    return Message(text, (section(text),))


def changed_for_you_message(ended: Entry, after: Entry | None, w: Wording) -> Message:
    """The note to a person whose value somebody else corrected, undid or deleted: what it was, what it is now, why."""
    kpi = w.kpis[ended.kpi_key]
    change = change_words(ended, after, kpi, w) if after else w.full(ended.value, kpi.unit)
    key = "restored" if after and ended.state is EntryState.UNDONE else str(ended.state)
    sentence = w.t(
        f"kpis.correcting.told.{key}",
        person=f"<@{ended.changed_by}>",
        kpi=w.name(kpi),
        change=change,
        day=w.day(ended.on),
    )
    blocks: list[Block] = [section(sentence)]
    why = w.t("kpis.correcting.because", because=ended.because) if ended.because else ""
    if why:
        blocks.append(plain_section(why))
    if after is not None:
        blocks.append(actions(change_buttons(after, w)))
    return Message("\n".join(filter(None, (sentence, escape(why)))), tuple(blocks))
