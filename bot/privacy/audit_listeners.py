"""`/checkin audit`: what people with special rights did in the workspace, for admins. The gate lets nobody else through
(`bot.permissions`)."""

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.words import shown
from bot.interactions import Click, Command, Context, Replace, Reply, Say
from bot.privacy import audit_views
from bot.slack import ids
from bot.slack.blocks import Message
from storage import UnitOfWork

PAGES = 50


def register(registry: Registry) -> None:
    registry.command("/checkin", "audit", "privacy", on_audit)
    registry.click(ids.AUDIT_PAGE, on_page_turned)


async def on_audit(command: Command) -> Reply:
    if command.words:
        raise DomainError("core.word_unknown", word=shown(command.words))
    return Say(await _page(command, 0))


async def on_page_turned(click: Click) -> Reply:
    page = click.value.get("page")
    if not isinstance(page, int) or not 0 <= page < PAGES:
        raise DomainError("core.stale")
    return Replace(await _page(click, page))


async def _page(ctx: Context, page: int) -> Message:
    """A page of acts, the newest first. A KPI is called what it is called now."""

    def read(db: UnitOfWork) -> Message:
        count = audit_views.ON_A_PAGE
        found = db.audit.latest((page + 1) * count + 1)[page * count :]
        has_more = len(found) > count and page + 1 < PAGES
        kpis = {key: ctx.t.kpi(kpi) for key, kpi in db.catalogue.read().items()}
        return audit_views.acts_message(found[:count], kpis, page, ctx.t, ctx.zone, has_more=has_more)

    return await ctx.services.storage.read(ctx.workspace_id, read)
