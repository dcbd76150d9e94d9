"""What happens when somebody logs a KPI, takes it back or looks at it: parse, one service call, one view. No SQL and no
arithmetic here; targets are in `target_listeners`."""

from datetime import date
from decimal import Decimal, InvalidOperation

from bot.commands import Registry
from bot.domain.dates import AmbiguousDate
from bot.domain.errors import DomainError
from bot.domain.kpis import KPIS, inputs_of
from bot.domain.periods import PeriodKind, containing
from bot.domain.values import AmbiguousValue
from bot.domain.words import shown
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Replace, Reply, Say, Submission, UpdateForm
from bot.kpis import boards, grammar, reading, service, target_listeners, views
from bot.kpis.acting import acting_in, carried_kpi, vocabulary_in, wording_in
from bot.kpis.deliveries import render_logged_for_you
from bot.kpis.grammar import LogRequest
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import Message


def register(registry: Registry) -> None:
    registry.command("/kpi", "log", "kpis", on_log)
    registry.command("/kpi", "show", "kpis", on_show)
    registry.command("/kpi", "list", "kpis", on_list)
    target_listeners.register(registry)
    registry.command("/kpi", "history", "kpis", on_history)
    registry.command("/kpi", "undo", "kpis", on_undo)
    registry.opening("/kpi", on_opening)
    registry.guess("/kpi", guess)
    registry.click(ids.VALUE_CHOSEN, on_value_chosen)
    registry.click(ids.DATE_CHOSEN, on_value_chosen)
    registry.click(ids.ENTRY_UNDO, on_undo_clicked)
    registry.click(ids.KPI_LOG_OPENED, on_log_opened)
    registry.click(ids.KPI_SHOW, on_show_clicked)
    registry.form(ids.KPI_LOG_FORM, on_log_submitted)
    registry.delivery(service.LOGGED_FOR_YOU, render_logged_for_you)


async def on_opening(command: Command) -> Reply:
    """`/kpi` alone: my KPIs this week, and where to go from here."""
    acting, week = acting_in(command), containing(command.today, PeriodKind.WEEK)
    board = await command.services.storage.read(
        command.workspace_id,
        lambda db: reading.read_overview(db, week, acting.today, acting.workdays, command.member.id),
    )
    return Say(boards.overview_message(board, week, command.t("kpis.my_week"), wording_in(command)))


def guess(command: Command) -> str | None:
    """`/kpi revenue 3M` means `log revenue 3M`, `/kpi revenue last month` means `show`."""
    meant = grammar.wanted_of(command.words, vocabulary_in(command), command.today)
    if meant is None:
        return None
    return f"{command.t.words(f'kpis.words.{meant}')[0]} {shown(command.words)}"


async def on_log(command: Command) -> Reply:
    if not command.words:
        return await _log_form(command)
    request = grammar.parse_log(command.words, vocabulary_in(command), command.today)
    return Say(await _log(command, request, command.key))


async def on_log_opened(click: Click) -> Reply:
    return await _log_form(click)


async def _log_form(ctx: Context) -> Reply:
    acting_in(ctx)
    rows = await ctx.services.storage.read(ctx.workspace_id, lambda db: reading.read_form(db, ctx.member.id))
    return OpenForm(views.log_form(rows, wording_in(ctx)))


async def on_value_chosen(click: Click) -> Reply:
    """An answer to "which number" or "which day": the rest of what was typed is in the button."""
    return Replace(await _log(click, _carried_request(click), str(click.value.get("key", ""))))


async def _log(ctx: Context, request: LogRequest, key: str) -> Message:
    """Asks what is still open, else records it under the key of the command that began it."""
    acting, w = acting_in(ctx), wording_in(ctx)
    if isinstance(request.value, Decimal) and not isinstance(request.on, AmbiguousDate):
        logged = await ctx.services.storage.write(
            ctx.workspace_id, lambda db: service.log_value(db, request, f"slack:{key}", acting)
        )
        return views.logged_message(logged, w)
    await ctx.services.storage.read(
        ctx.workspace_id, lambda db: service.check_may_log(db, acting.by, request.member_id)
    )
    carried = _carried(request, key)
    if isinstance(request.value, AmbiguousValue):
        return views.value_question(request, carried, w)
    assert isinstance(request.on, AmbiguousDate)
    return views.day_question(request.kpi, request.on, carried, w)


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
    return carried


def _carried_request(click: Click) -> LogRequest:
    value = click.value
    kpi = carried_kpi(value)
    try:
        days = [date.fromisoformat(each) for each in str(value["on"]).split("/")]
        number = Decimal(str(value["value"]))
    except (KeyError, ValueError, InvalidOperation):
        raise DomainError("core.stale") from None
    if not kpi.takes(number):
        raise DomainError("core.stale")
    on = grammar.likely_day(AmbiguousDate((days[0], days[1])) if len(days) == 2 else days[0], click.today)
    return LogRequest(kpi, number, on, value.get("for"), str(value.get("note", "")))


async def on_log_submitted(submission: Submission) -> Reply:
    """The form with all KPIs: every value is right, or nothing is recorded."""
    acting, w = acting_in(submission), wording_in(submission)
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
        lambda db: service.log_several(db, values, on, f"slack:{submission.key}", acting),
    )
    return UpdateForm(views.recorded_form([each.entry for each in logged], w))


def _typed_values(submission: Submission, w: Wording) -> tuple[dict[str, Decimal], dict[str, str]]:
    """The values typed into the form by KPI, and what is wrong by input."""
    values: dict[str, Decimal] = {}
    errors: dict[str, str] = {}
    for kpi in KPIS.values():
        block_id = views.value_field(kpi.key)
        typed = submission.inputs.get(block_id, "").strip()
        if not typed or kpi.is_derived:
            continue
        try:
            value = grammar.read_entry(typed, kpi, submission.t, w.currency)
        except DomainError as refusal:
            errors[block_id] = submission.t(refusal.key, **refusal.values)
            continue
        if isinstance(value, AmbiguousValue):
            errors[block_id] = views.ambiguous_typed(value, kpi, w)
        else:
            values[kpi.key] = value
    return values, errors


async def on_undo(command: Command) -> Reply:
    acting = acting_in(command)
    if command.words:
        raise DomainError("kpis.undo_alone")
    undone = await command.services.storage.write(
        command.workspace_id, lambda db: service.undo_latest(db, acting.by, command.key, command.now)
    )
    return Say(views.undone_message(undone, wording_in(command)))


async def on_undo_clicked(click: Click) -> Reply:
    acting, w = acting_in(click), wording_in(click)
    entry_id = str(click.value.get("entry", ""))
    undone = await click.services.storage.write(
        click.workspace_id, lambda db: service.undo_entry(db, entry_id, acting.by, click.now)
    )
    if click.view is None:
        return Replace(views.undone_message(undone, w))
    listed = str(ids.unpack(click.view.get("private_metadata")).get("entries", entry_id)).split(",")
    entries = await click.services.storage.read(click.workspace_id, lambda db: reading.read_logged(db, listed))
    return UpdateForm(views.recorded_form(entries, w))


async def on_show(command: Command) -> Reply:
    acting, w = acting_in(command), wording_in(command)
    request = grammar.parse_show(command.words, vocabulary_in(command), command.today)
    if request.kpi is None:
        if request.split is not None:
            raise DomainError("kpis.split_needs_kpi")
        return Say(await _overview(command, request))
    seen = await command.services.storage.read(
        command.workspace_id, lambda db: reading.read_shown(db, request, acting.today, acting.workdays)
    )
    return Say(boards.shown_message(seen, w))


async def on_show_clicked(click: Click) -> Reply:
    overview = await _overview(click, grammar.parse_show("", vocabulary_in(click), click.today))
    if click.view is None:
        return Say(overview)
    return OpenForm(boards.overview_form(overview, click.t("kpis.all_title"), wording_in(click)))


async def _overview(ctx: Context, request: grammar.ShowRequest) -> Message:
    acting, w = acting_in(ctx), wording_in(ctx)
    board = await ctx.services.storage.read(
        ctx.workspace_id, lambda db: reading.read_overview(db, request.period, acting.today, acting.workdays)
    )
    title = ctx.t("kpis.all_kpis", period=w.period(request.period))
    return boards.overview_message(board, request.period, title, w)


async def on_list(command: Command) -> Reply:
    acting_in(command)
    if command.words:
        raise DomainError("kpis.list_alone")
    targets = await command.services.storage.read(command.workspace_id, reading.read_team_targets)
    return Say(boards.list_message(targets, wording_in(command)))


async def on_history(command: Command) -> Reply:
    acting_in(command)
    if not command.words:
        raise DomainError("kpis.history_of_what")
    w = wording_in(command)
    kpi = vocabulary_in(command).whole(command.words)
    if kpi.is_derived:
        inputs = command.t.listing(w.name(KPIS[key]) for key in inputs_of(kpi))
        raise DomainError("kpis.no_own_history", kpi=w.name(kpi), inputs=inputs)
    entries, members = await command.services.storage.read(
        command.workspace_id, lambda db: reading.read_history(db, kpi)
    )
    return Say(boards.history_message(kpi, entries, members, w))
