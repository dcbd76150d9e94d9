"""What happens when somebody looks at the history of a KPI, and changes an entry of it."""

from collections.abc import Mapping

from bot.commands import Registry
from bot.domain.entries import Entry, EntryState
from bot.domain.errors import DomainError
from bot.domain.kpis import inputs_of
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Reply, Say, Submission, UpdateForm
from bot.kpis import reading
from bot.kpis.acting import Acting, acting_in, vocabulary_in, wording_in
from bot.kpis.correcting import deliveries, service, views
from bot.kpis.correcting.one_value import one_value_typed
from bot.kpis.grammar import clean_note, split_clauses
from bot.kpis.service import may_change
from bot.kpis.vocabulary import Part
from bot.slack import ids


def register(registry: Registry) -> None:
    registry.command("/kpi", "history", "kpis", on_history)
    registry.click(ids.KPI_CORRECT_OPENED, on_correct_opened)
    registry.click(ids.KPI_CHANGE_OPENED, on_change_opened)
    registry.form(ids.KPI_PICK_FORM, on_picked)
    registry.form(ids.KPI_CORRECT_FORM, on_corrected)
    registry.form(ids.KPI_DELETE_FORM, on_deleted)
    deliveries.register(registry)


async def on_history(command: Command) -> Reply:
    acting = await acting_in(command)
    vocabulary = vocabulary_in(command, acting)
    clauses = split_clauses(command.words, vocabulary, (Part.FOR,), may_lead=True)
    if not clauses.head:
        raise DomainError("kpis.history_of_what")
    w = wording_in(command, acting)
    kpi = vocabulary.whole(" ".join(clauses.head))
    if kpi.is_derived:
        inputs = command.t.listing(w.name(acting.kpis[key]) for key in inputs_of(kpi))
        raise DomainError("kpis.no_own_history", kpi=w.name(kpi), inputs=inputs)
    found = await command.services.storage.read(
        command.workspace_id, lambda db: reading.read_history(db, kpi, clauses.member_id)
    )
    message = views.history_message(
        kpi,
        found.entries,
        found.members,
        w,
        after=found.after,
        through=found.through,
        member_id=clauses.member_id or "",
        may_change=bool(_changeable(found.entries, acting)),
    )
    return Say(message)


def _changeable(entries: list[Entry], acting: Acting) -> list[Entry]:
    return [each for each in entries if each.state is EntryState.ACTIVE and may_change(each, acting)]


async def on_change_opened(click: Click) -> Reply:
    """From the history: which of the latest entries."""
    acting = await acting_in(click)
    kpi = acting.kpis.get(str(click.value.get("kpi", "")))
    if kpi is None:
        raise DomainError("core.stale")
    member_id = str(click.value.get("member", "")) or None
    found = await click.services.storage.read(click.workspace_id, lambda db: reading.read_history(db, kpi, member_id))
    entries = _changeable(found.entries, acting)
    if not entries:
        raise DomainError("kpis.correcting.nothing_to_change")
    w = wording_in(click, acting)
    return OpenForm(views.pick_form(kpi, entries, found.members, w, admin=acting.by.is_admin))


async def on_picked(submission: Submission) -> Reply:
    acting = await acting_in(submission)
    entry = await _entry(submission, submission.inputs.get(ids.KPI_ENTRY_INPUT, ""), acting)
    w = wording_in(submission, acting)
    if submission.inputs.get(ids.KPI_WAY_INPUT) == views.DELETE:
        return UpdateForm(views.delete_form(entry, w))
    return UpdateForm(views.correct_form(entry, w))


async def on_correct_opened(click: Click) -> Reply:
    """From the message of a recorded value; of a corrected one it is the latest correction that is shown."""
    acting = await acting_in(click)
    entry = await _entry(click, str(click.value.get("entry", "")), acting)
    return OpenForm(views.correct_form(entry, wording_in(click, acting)))


async def _entry(ctx: Context, entry_id: str, acting: Acting) -> Entry:
    return await ctx.services.storage.read(ctx.workspace_id, lambda db: service.entry_to_change(db, entry_id, acting))


async def on_corrected(submission: Submission) -> Reply:
    acting = await acting_in(submission)
    w = wording_in(submission, acting)
    entry_id = str(submission.carried.get("entry", ""))
    was = await submission.services.storage.read(submission.workspace_id, lambda db: db.kpis.get(entry_id))
    if was is None or was.kpi_key not in acting.kpis:
        raise DomainError("kpis.unknown_entry")
    typed = one_value_typed(submission.inputs, acting.kpis[was.kpi_key], w, was)
    because, wrong = _why(submission)
    if isinstance(typed, Mapping):
        return FormErrors({**typed, **wrong})
    if wrong:
        return FormErrors(wrong)
    corrected = await submission.services.storage.write(
        submission.workspace_id,
        lambda db: service.correct_entry(db, entry_id, typed, because, f"slack:{submission.key}", acting),
    )
    return UpdateForm(views.corrected_form(corrected, w))


async def on_deleted(submission: Submission) -> Reply:
    acting = await acting_in(submission)
    entry_id = str(submission.carried.get("entry", ""))
    because, wrong = _why(submission)
    if wrong:
        return FormErrors(wrong)
    deleted = await submission.services.storage.write(
        submission.workspace_id, lambda db: service.delete_entry(db, entry_id, because, acting)
    )
    return Say(views.deleted_message(deleted, wording_in(submission, acting)))


def _why(submission: Submission) -> tuple[str, dict[str, str]]:
    """The reason, or what is wrong with it."""
    try:
        because = clean_note(submission.inputs.get(ids.KPI_WHY_INPUT, ""))
    except DomainError as refusal:
        return "", {ids.KPI_WHY_INPUT: submission.t(refusal.key, **refusal.values)}
    missing = {} if because else {ids.KPI_WHY_INPUT: submission.t("kpis.correcting.why_missing")}
    return because, missing
