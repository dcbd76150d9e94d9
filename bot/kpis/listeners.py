"""What happens when somebody logs a KPI or takes it back: parse, one service call, one view. No SQL and no arithmetic
here; the other KPI commands are in the packages beside, and registered from here."""

from datetime import date
from decimal import Decimal, InvalidOperation

from bot.commands import Registry
from bot.domain.dates import AmbiguousDate
from bot.domain.entries import Confidence, Entry
from bot.domain.errors import DomainError
from bot.domain.values import AmbiguousValue
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Replace, Reply, Say, Submission, UpdateForm
from bot.kpis import grammar, reading, service, views
from bot.kpis.acting import Acting, acting_in, carried_kpi, vocabulary_in, wording_in
from bot.kpis.alerting import listeners as alerting
from bot.kpis.api import listeners as api
from bot.kpis.asking import listeners as asking
from bot.kpis.correcting import listeners as correcting
from bot.kpis.defining import listeners as defining
from bot.kpis.deliveries import render_logged_for_you
from bot.kpis.filing import listeners as filing
from bot.kpis.grammar import LogRequest
from bot.kpis.outcomes import SaidBefore
from bot.kpis.reviewing import listeners as reviewing
from bot.kpis.showing import listeners as showing
from bot.kpis.targets import listeners as targets
from bot.kpis.wording import Wording
from bot.logging_values import latest_of
from bot.slack import ids
from bot.slack.blocks import Message
from bot.typed_values import read_entry


def register(registry: Registry) -> None:
    registry.command("/kpi", "log", "kpis", on_log)
    showing.register(registry)
    targets.register(registry)
    alerting.register(registry)
    defining.register(registry)
    reviewing.register(registry)
    api.register(registry)
    filing.register(registry)
    correcting.register(registry)
    registry.command("/kpi", "undo", "kpis", on_undo)
    registry.click(ids.VALUE_CHOSEN, on_value_chosen)
    registry.click(ids.DATE_CHOSEN, on_value_chosen)
    registry.click(ids.KPI_SAME_AGAIN, on_same_again)
    registry.click(ids.KPI_SAME_KEPT, on_same_kept)
    registry.click(ids.ENTRY_UNDO, on_undo_clicked)
    registry.click(ids.KPI_LOG_OPENED, on_log_opened)
    registry.form(ids.KPI_LOG_FORM, on_log_submitted)
    registry.delivery(service.LOGGED_FOR_YOU, render_logged_for_you)
    asking.register(registry)


async def on_log(command: Command) -> Reply:
    if not command.words:
        return await _log_form(command)
    acting = await acting_in(command)
    request = grammar.parse_log(command.words, vocabulary_in(command, acting), command.today)
    return Say(await _log(command, request, command.key, acting))


async def on_log_opened(click: Click) -> Reply:
    return await _log_form(click)


async def _log_form(ctx: Context) -> Reply:
    acting = await acting_in(ctx)
    rows = await ctx.services.storage.read(
        ctx.workspace_id, lambda db: reading.read_form(db, acting.kpis, ctx.member.id, ctx.today)
    )
    return OpenForm(views.log_form(rows, wording_in(ctx, acting)))


async def on_value_chosen(click: Click) -> Reply:
    """An answer to "which number" or "which day": the rest of what was typed is in the button."""
    acting = await acting_in(click)
    return Replace(await _log(click, _carried_request(click, acting), str(click.value.get("key", "")), acting))


async def _log(ctx: Context, request: LogRequest, key: str, acting: Acting) -> Message:
    """Asks what is still open, else records it under the key of the command that began it."""
    w = wording_in(ctx, acting)
    if isinstance(request.value, Decimal) and not isinstance(request.on, AmbiguousDate):
        logged = await ctx.services.storage.write(
            ctx.workspace_id, lambda db: service.log_typed(db, request, f"slack:{key}", acting)
        )
        if isinstance(logged, SaidBefore):
            return views.same_question(logged, _carried(request, key), w)
        return await _logged_message(ctx, logged, acting)
    await ctx.services.storage.read(
        ctx.workspace_id, lambda db: service.check_may_log(db, acting, request.kpi, request.member_id)
    )
    carried = _carried(request, key)
    if isinstance(request.value, AmbiguousValue):
        return views.value_question(request.kpi, request.value, ids.VALUE_CHOSEN, carried, w)
    assert isinstance(request.on, AmbiguousDate)
    return views.day_question(request.kpi, request.on, carried, w)


async def _logged_message(ctx: Context, entry: Entry, acting: Acting) -> Message:
    logged = await ctx.services.storage.read(ctx.workspace_id, lambda db: service.standing(db, entry, acting))
    return views.logged_message(logged, wording_in(ctx, acting))


def _carried(request: LogRequest, key: str) -> dict[str, str]:
    """A request as its question's buttons carry it; the answer clicked replaces its part. Days are separated by a
    slash while the day is still a question."""
    days = request.on.readings if isinstance(request.on, AmbiguousDate) else (request.on,)
    carried = {"kpi": request.kpi.key, "on": "/".join(day.isoformat() for day in days), "key": key}
    if isinstance(request.value, Decimal):
        carried["value"] = views.plain_number(request.value)
    if request.member_id:
        carried["for"] = request.member_id
    if request.note:
        carried["note"] = request.note
    if request.confidence:
        carried["sure"] = request.confidence
    return carried


def _carried_request(click: Click, acting: Acting) -> LogRequest:
    value = click.value
    kpi = carried_kpi(value, acting.kpis)
    try:
        days = [date.fromisoformat(each) for each in str(value["on"]).split("/")]
        number = Decimal(str(value["value"]))
    except (KeyError, ValueError, InvalidOperation):
        raise DomainError("core.stale") from None
    if not kpi.takes(number):
        raise DomainError("core.stale")
    on = grammar.likely_day(AmbiguousDate((days[0], days[1])) if len(days) == 2 else days[0], click.today)
    said = str(value.get("sure", ""))
    sure = Confidence(said) if said in list(Confidence) else None
    member_id = str(value["for"]) if value.get("for") else None
    return LogRequest(kpi, number, on, member_id, str(value.get("note", "")), sure)


async def on_same_again(click: Click) -> Reply:
    """What was typed twice happened twice: recorded under the key of the command that said it the second time."""
    acting = await acting_in(click)
    request, key = _carried_request(click, acting), str(click.value.get("key", ""))
    logged = await click.services.storage.write(
        click.workspace_id, lambda db: service.log_value(db, request, f"slack:{key}", acting)
    )
    return Replace(await _logged_message(click, logged, acting))


async def on_same_kept(click: Click) -> Reply:
    acting = await acting_in(click)
    entry_id = str(click.value.get("entry", ""))
    entry = await click.services.storage.read(click.workspace_id, lambda db: db.kpis.get(entry_id))
    if entry is None or entry.kpi_key not in acting.kpis:
        raise DomainError("core.stale")
    return Replace(views.same_kept_message(entry, wording_in(click, acting)))


async def on_log_submitted(submission: Submission) -> Reply:
    """The form with all KPIs: every value is right, or nothing is recorded."""
    acting = await acting_in(submission)
    w = wording_in(submission, acting)
    values, errors = _typed_values(submission, w)
    on = views.form_day(submission.inputs, submission.today)
    try:
        grammar.check_day(on, submission.today)
    except DomainError as refusal:
        errors[views.ON_FIELD] = submission.t(refusal.key, **refusal.values)
    if not values and not errors:
        errors[views.ON_FIELD] = submission.t("kpis.form_empty")
    if errors:
        return FormErrors(errors)
    logged = await submission.services.storage.write(
        submission.workspace_id,
        lambda db: service.log_form(db, values, on, f"slack:{submission.key}", acting),
    )
    twice = [each for each in logged if isinstance(each, SaidBefore)]
    if twice:
        return FormErrors({views.value_field(each.before.kpi_key): views.said_before_words(each, w) for each in twice})
    return UpdateForm(views.recorded_form([each for each in logged if isinstance(each, Entry)], w))


def _typed_values(submission: Submission, w: Wording) -> tuple[dict[str, Decimal], dict[str, str]]:
    """The values typed into the form by KPI, and what is wrong by input."""
    values: dict[str, Decimal] = {}
    offered = {views.value_field(key) for key in w.kpis}
    errors = {
        block_id: submission.t("kpis.logging.gone")
        for block_id, typed in submission.inputs.items()
        if block_id.startswith(f"{views.VALUE_FIELD}.") and block_id not in offered and typed.strip()
    }
    for kpi in w.kpis.values():
        block_id = views.value_field(kpi.key)
        typed = submission.inputs.get(block_id, "").strip()
        if not typed:
            continue
        try:
            service.check_is_logged(kpi, w.kpis)
            value = read_entry(typed, kpi, submission.t, w.currency)
        except DomainError as refusal:
            errors[block_id] = submission.t(refusal.key, **refusal.values)
            continue
        if isinstance(value, AmbiguousValue):
            errors[block_id] = views.ambiguous_typed(value, kpi, w)
        else:
            values[kpi.key] = value
    return values, errors


async def on_undo(command: Command) -> Reply:
    acting = await acting_in(command)
    if command.words:
        raise DomainError("kpis.undo_alone")
    undone = await command.services.storage.write(
        command.workspace_id, lambda db: service.undo_latest(db, command.key, acting)
    )
    return Say(views.undone_message(undone, wording_in(command, acting)))


async def on_undo_clicked(click: Click) -> Reply:
    acting = await acting_in(click)
    w = wording_in(click, acting)
    entry_id = str(click.value.get("entry", ""))
    undone = await click.services.storage.write(click.workspace_id, lambda db: service.undo_entry(db, entry_id, acting))
    if click.view is None:
        return Replace(views.undone_message(undone, w))
    listed = str(ids.unpack(click.view.get("private_metadata")).get("entries", entry_id)).split(",")
    entries = await click.services.storage.read(
        click.workspace_id, lambda db: [latest_of(db, each) for each in reading.read_logged(db, listed)]
    )
    return UpdateForm(views.recorded_form([each for each in entries if each.kpi_key in acting.kpis], w))
