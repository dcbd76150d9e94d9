"""The App Home is drawn anew whenever somebody opens it."""

from bot.commands import Registry
from bot.home import service, views
from bot.interactions import Happened, Reply, ShowHome
from bot.waiting import waiting_for

HOME_TAB = "home"


def register(registry: Registry) -> None:
    registry.event("app_home_opened", on_home_opened)


async def on_home_opened(event: Happened) -> Reply:
    if event.event.get("tab") != HOME_TAB:
        return None  # the messages tab, which Slack reports in the same way
    if event.member.left_out:
        surveys = await event.services.storage.read(
            event.workspace_id, lambda db: waiting_for(db, event.member.id, event.t)
        )
        return ShowHome(views.visitor_view(surveys, event.zone, event.t))
    settings = event.services.settings
    facts = await event.services.storage.read(
        event.workspace_id,
        lambda db: service.read_home(
            db, event.member, event.now, event.today, event.zone, settings.country, settings.currency, event.t
        ),
    )
    return ShowHome(views.home_view(facts, event.t))
