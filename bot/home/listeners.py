"""The App Home is drawn anew whenever somebody opens it, turns a page of it, or has done something on it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.home import service, settings_listeners, views
from bot.home.facts import Defaults, Visit
from bot.interactions import Click, Context, Happened, Reply, ShowHome
from bot.services import Services
from bot.slack import ids
from bot.slack.blocks import Block
from bot.waiting import waiting_for
from storage import UnitOfWork

HOME_TAB = "home"


def register(registry: Registry) -> None:
    registry.event("app_home_opened", on_home_opened)
    registry.click(ids.HOME_KPIS_PAGE, on_page_turned)
    registry.home(drawn)
    settings_listeners.register(registry)


async def on_home_opened(event: Happened) -> Reply:
    if event.event.get("tab") != HOME_TAB:
        return None  # the messages tab, which Slack reports in the same way
    return ShowHome(await drawn(event, 0))


async def on_page_turned(click: Click) -> Reply:
    page = click.value.get("page")
    if not isinstance(page, int) or page < 0:
        raise DomainError("core.stale")
    return ShowHome(await drawn(click, page))


async def drawn(ctx: Context, page: int) -> Block:
    """The Home of whoever acts, as it is now: what they have just changed about themselves counts."""
    return await ctx.services.storage.read(ctx.workspace_id, lambda db: _drawn(db, ctx, page))


def _drawn(db: UnitOfWork, ctx: Context, page: int) -> Block:
    services = ctx.services
    member = replace(db.members.get(ctx.member.id) or ctx.member, is_outsider=ctx.member.is_outsider)
    t, zone = services.language_of(member), services.zone_of(member)
    if member.left_out:
        return views.visitor_view(waiting_for(db, member.id, t), db.privacy.stored(member.id), zone, t)
    visit = Visit(member, ctx.now, ctx.now.astimezone(ZoneInfo(zone)).date(), zone, t.language, page)
    return views.home_view(service.read_home(db, visit, defaults_of(services), t), t)


def defaults_of(services: Services) -> Defaults:
    settings = services.settings
    return Defaults(settings.locale, settings.timezone, settings.country, settings.currency)
