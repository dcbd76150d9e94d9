"""What happens when somebody sends a file with KPI values, or asks for one. Slack is answered at once; reading,
recording and sending go on after that. Nothing is stored before the click that confirms it, so that a dry run lost in a
crash needs no more than the file again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256

from bot.commands import Registry
from bot.domain.errors import DomainError, FileRefused
from bot.interactions import Click, Command, FormErrors, OpenForm, Reply, Say, Submission, Then, UpdateForm
from bot.kpis.acting import Acting, acting_in, vocabulary_in, wording_in
from bot.kpis.filing import grammar, service, views
from bot.kpis.filing.deliveries import render_imported_for_you
from bot.kpis.filing.places import Place, fetch, send, show
from bot.kpis.filing.requests import ExportRequest, ImportRequest, Recorded
from bot.kpis.filing.views import Page
from bot.kpis.importing.days import DayOrder
from bot.kpis.importing.numbers import DecimalSign
from bot.kpis.importing.plans import ImportPlan, Wishes
from bot.kpis.importing.recording import record
from bot.kpis.importing.telling import IMPORTED_FOR_YOU, Brought
from bot.slack import ids
from bot.slack.blocks import escape
from storage import UnitOfWork

Asked = Command | Click | Submission
_DIGEST = 16


def register(registry: Registry) -> None:
    registry.command("/kpi", "import", "kpis", on_import)
    registry.command("/kpi", "export", "kpis", on_export)
    registry.form(ids.KPI_IMPORT_FORM, on_file_sent)
    registry.click(ids.KPI_IMPORT_NUMBERS, on_numbers_chosen)
    registry.form(ids.KPI_IMPORT_PLAN_FORM, on_record_submitted)
    registry.click(ids.KPI_IMPORT_RECORDED, on_record_clicked)
    registry.click(ids.KPI_IMPORT_REPORT, on_report_clicked)
    registry.form(ids.KPI_EXPORT_FORM, on_export_submitted)
    registry.delivery(IMPORTED_FOR_YOU, render_imported_for_you)


async def on_import(command: Command) -> Reply:
    acting = await acting_in(command)
    if command.words:
        raise DomainError("kpis.filing.import_alone")
    return OpenForm(views.import_form(command.member.id, wording_in(command, acting)))


async def on_file_sent(sent: Submission) -> Reply:
    acting = await acting_in(sent)
    w = wording_in(sent, acting)
    file = next(iter(sent.files.get(views.FILE_FIELD, ())), None)
    if file is None:
        return FormErrors({views.FILE_FIELD: sent.t("kpis.filing.no_file")})
    if file.size > service.LARGEST_SENT:
        most = service.LARGEST_SENT // 1_000_000
        return FormErrors({views.FILE_FIELD: sent.t("spreadsheets.too_large", most=most)})
    request = ImportRequest(file.id, file.name, _wishes(sent), sent.key, sent.now)
    reading = UpdateForm(views.page_form(views.reading_page(file.name, w), w))
    return Then(reading, _working(sent, acting, request, lambda: _plan_page(sent, acting, request, file.url)))


def _wishes(sent: Submission) -> Wishes:
    days, sign = sent.inputs.get(views.DAYS_FIELD, ""), sent.inputs.get(views.NUMBERS_FIELD, "")
    return Wishes(
        sent.inputs.get(views.MEMBER_FIELD, ""),
        DayOrder(days) if days in tuple(DayOrder) else None,
        DecimalSign(sign) if sign in tuple(DecimalSign) else None,
    )


async def on_numbers_chosen(click: Click) -> Reply:
    """An answer to how the numbers of a file are written: it is read again so."""
    acting = await acting_in(click)
    request = ImportRequest.of(click.value)
    return Then(None, _working(click, acting, request, lambda: _plan_page(click, acting, request)))


async def _plan_page(ctx: Asked, acting: Acting, request: ImportRequest, address: str = "") -> Page:
    plan, read = await _plan(ctx, acting, request, address)
    return views.plan_page(plan, read, wording_in(ctx, acting))


async def _plan(
    ctx: Asked, acting: Acting, request: ImportRequest, address: str = ""
) -> tuple[ImportPlan, ImportRequest]:
    """The plan of a file as it is now, and the request with what marks its content. DomainError where that is not what
    it was when it was read first."""
    content = await fetch(ctx, address or request.file)
    digest = sha256(content).hexdigest()[:_DIGEST]
    if request.digest not in ("", digest):
        raise DomainError("kpis.filing.changed")
    vocabulary = vocabulary_in(ctx, acting)
    plan = await ctx.services.storage.read(
        ctx.workspace_id, lambda db: service.plan_file(db, content, request, vocabulary, acting)
    )
    return plan, replace(request, digest=digest)


async def on_record_submitted(sent: Submission) -> Reply:
    acting = await acting_in(sent)
    request, w = ImportRequest.of(sent.carried), wording_in(sent, acting)
    recording = UpdateForm(views.page_form(views.recording_page(request.name, w), w))
    return Then(recording, _working(sent, acting, request, lambda: _record(sent, acting, request)))


async def on_record_clicked(click: Click) -> Reply:
    acting = await acting_in(click)
    request, w = ImportRequest.of(click.value), wording_in(click, acting)

    async def work() -> None:
        await show(click, Place.of(click), views.recording_page(request.name, w), w)
        await _working(click, acting, request, lambda: _record(click, acting, request))()

    return Then(None, work)


async def _record(ctx: Asked, acting: Acting, request: ImportRequest) -> Page:
    """Plans once more, as others may have logged meanwhile, and records all of it or nothing."""
    plan, read = await _plan(ctx, acting, request)
    w = wording_in(ctx, acting)
    if not plan.is_ready:
        return views.plan_page(plan, read, w)

    def publish(db: UnitOfWork, brought: Brought) -> Recorded:
        return service.record_plan(db, plan, brought, request, acting, ctx.services.now())

    work = partial(record, ctx.services.storage, ctx.workspace_id, plan, acting.now, publish, acting.by.id)
    done = await asyncio.to_thread(work)
    ctx.services.wake()
    return views.recorded_page(done, request, w)


async def on_report_clicked(click: Click) -> Reply:
    """All wrong lines as a file, beside the first ones, which stay where they are."""
    acting = await acting_in(click)
    request, w = ImportRequest.of(click.value), wording_in(click, acting)

    async def page() -> Page:
        plan, read = await _plan(click, acting, request)
        report = service.wrong_lines_file(plan, click.t)
        comment = click.t("kpis.filing.report_comment", name=escape(request.name), count=len(plan.errors))
        await send(click, "denyut-import.csv", report, comment)
        if click.view is None:
            return views.plan_page(plan, read, w)
        return views.report_page(request.name, w)

    return Then(None, _working(click, acting, request, page))


def _working(
    ctx: Asked, acting: Acting, request: ImportRequest, make: Callable[[], Awaitable[Page]]
) -> Callable[[], Awaitable[None]]:
    """Work that goes on after Slack was answered, and ends in a page whatever the file is like."""

    async def work() -> None:
        w = wording_in(ctx, acting)
        try:
            page = await make()
        except DomainError as refusal:
            page = views.refused_page(request.name, ctx.t(refusal.key, **refusal.values), w)
        except FileRefused as refused:
            page = views.refused_page(request.name, " ".join(views.wrong_lines(refused.errors, w)), w)
        await show(ctx, Place.of(ctx), page, w)

    return work


async def on_export(command: Command) -> Reply:
    acting = await acting_in(command)
    w = wording_in(command, acting)
    if not command.words:
        return OpenForm(views.export_form(w))
    request = grammar.parse_export(command.words, vocabulary_in(command, acting), command.today)
    said = Say(views.page_message(views.exporting_page(request, w)))
    return Then(said, lambda: _export(command, acting, request))


async def on_export_submitted(sent: Submission) -> Reply:
    acting = await acting_in(sent)
    w = wording_in(sent, acting)
    fields = (views.KPIS_FIELD, views.PERIOD_FIELD, views.KIND_FIELD)
    try:
        request = grammar.chosen_export(sent.inputs, fields, acting, sent.t.language)
    except DomainError as refusal:
        return FormErrors({views.PERIOD_FIELD: sent.t(refusal.key, **refusal.values)})
    return Then(
        UpdateForm(views.page_form(views.exporting_page(request, w), w)), lambda: _export(sent, acting, request)
    )


async def _export(ctx: Asked, acting: Acting, request: ExportRequest) -> None:
    """Sends the file, and says so where the person looks; who typed a command sees it come."""
    w = wording_in(ctx, acting)
    # reading takes long, and SQLite has one writer: that it was done is written down apart, before anything is sent
    content, count = await ctx.services.storage.read(
        ctx.workspace_id, lambda db: service.export_file(db, request, acting)
    )
    await ctx.services.storage.write(ctx.workspace_id, lambda db: service.note_export(db, count, acting))
    page = views.exported_page(request, count, w)
    try:
        if count:
            await send(ctx, f"denyut-kpi-{ctx.today.isoformat()}.{request.kind}", content, escape(page.head))
    except DomainError as refusal:
        page = views.export_refused_page(ctx.t(refusal.key, **refusal.values), w)
    else:
        if count and isinstance(ctx, Command):
            return
    await show(ctx, Place.of(ctx), page, w)
