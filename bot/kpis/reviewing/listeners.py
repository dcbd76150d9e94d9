"""`/kpi review` and the buttons of a review: parse, one service call, one view."""

from collections.abc import Callable

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Replace, Reply, Say, Submission, UpdateForm
from bot.kpis.acting import Acting, acting_in, vocabulary_in, wording_in
from bot.kpis.defining.listeners import definition_view, settings_view
from bot.kpis.defining.names import clean
from bot.kpis.defining.service import computed_from, require_may_change
from bot.kpis.reviewing import reading, service, views
from bot.kpis.reviewing.deliveries import render_asking, render_turned
from bot.kpis.reviewing.facts import read_facts
from bot.kpis.reviewing.jobs import asking
from bot.kpis.reviewing.outcomes import DUE, FORGOTTEN, TURNED, Facts
from bot.slack import ids
from storage import UnitOfWork

Decide = Callable[[UnitOfWork, str, str, Acting, str], None]
REASONS = frozenset({"kpis.review.reason_missing", "kpis.review.reason_length"})


def register(registry: Registry) -> None:
    registry.command("/kpi", "review", "kpis", on_review)
    registry.click(ids.KPI_REVIEW_KEEP, on_keep)
    registry.click(ids.KPI_REVIEW_CHANGE, on_change)
    registry.click(ids.KPI_REVIEW_RETIRE, on_retire)
    registry.click(ids.KPI_REVIEW_BACK, on_back)
    registry.form(ids.KPI_REVIEW_KEEP_FORM, on_keep_form)
    registry.form(ids.KPI_REVIEW_RETIRE_FORM, on_retire_form)
    registry.delivery(DUE, render_asking)
    registry.delivery(FORGOTTEN, render_asking)
    registry.delivery(TURNED, render_turned)
    registry.job("kpis.reviews", asking())


async def on_review(command: Command) -> Reply:
    """What is due, or one KPI with its facts."""
    acting = await acting_in(command)
    w = wording_in(command, acting)
    if command.words:
        kpi = vocabulary_in(command, acting).whole(command.words)
        return Say(views.review_message(await _facts(command, kpi, acting), w))
    found = await command.services.storage.read(command.workspace_id, lambda db: reading.read_reviews(db, acting))
    return Say(views.overview_message(found.due, found.waiting, found.upcoming, w))


async def on_keep(click: Click) -> Reply:
    acting, kpi = await _decidable(click)
    return OpenForm(views.keep_form(kpi, wording_in(click, acting)))


async def on_retire(click: Click) -> Reply:
    acting, kpi = await _decidable(click)
    computed = [each for each in computed_from(kpi.key, acting.kpis) if not acting.kpis.is_retired(each.key)]
    return OpenForm(views.retire_form(kpi, computed, wording_in(click, acting)))


async def on_change(click: Click) -> Reply:
    """An own KPI's definition, a built-in one's owners and rhythm."""
    acting, kpi = await _decidable(click)
    if acting.kpis.is_own(kpi.key):
        return OpenForm(await definition_view(click, kpi, acting))
    return OpenForm(await settings_view(click, kpi, acting, is_review=True))


async def on_back(click: Click) -> Reply:
    acting, kpi = await _decidable(click)
    await click.services.storage.write(
        click.workspace_id, lambda db: service.bring_back(db, kpi.key, acting, click.key)
    )
    after = await acting_in(click)
    return Replace(views.review_message(await _facts(click, kpi, after), wording_in(click, after)))


async def on_keep_form(sent: Submission) -> Reply:
    return await _decided(sent, service.keep)


async def on_retire_form(sent: Submission) -> Reply:
    return await _decided(sent, service.retire)


async def _decided(sent: Submission, decide: Decide) -> Reply:
    acting = await acting_in(sent)
    kpi = _kpi(str(sent.carried.get("kpi", "")), acting)
    reason = clean(sent.inputs.get(views.REASON_FIELD, ""))
    try:
        await sent.services.storage.write(sent.workspace_id, lambda db: decide(db, kpi.key, reason, acting, sent.key))
    except DomainError as refusal:
        if refusal.key not in REASONS:
            raise
        return FormErrors({views.REASON_FIELD: sent.t(refusal.key, **refusal.values)})
    after = await acting_in(sent)
    return UpdateForm(views.done_form(await _facts(sent, kpi, after), wording_in(sent, after)))


async def _decidable(click: Click) -> tuple[Acting, Kpi]:
    """Who clicked and the KPI that the button carries, where they may decide about it."""
    acting = await acting_in(click)
    kpi = _kpi(str(click.value.get("kpi", "")), acting)
    await click.services.storage.read(click.workspace_id, lambda db: require_may_change(db, kpi.key, acting))
    return acting, kpi


def _kpi(key: str, acting: Acting) -> Kpi:
    kpi = acting.kpis.get(key)
    if kpi is None:
        raise DomainError("core.stale")
    return kpi


async def _facts(ctx: Context, kpi: Kpi, acting: Acting) -> Facts:
    return await ctx.services.storage.read(ctx.workspace_id, lambda db: read_facts(db, kpi, acting))
