"""auth, apps, team and bots: who the app is and where it stands."""

from typing import Final

from bot.playground.app_manifest import APP_ID, BOT_ID, BOT_USER_ID
from bot.playground.slack_error import SlackError
from bot.playground.socket_mode import SocketMode
from bot.playground.web_api.call import Call, Json, Method


def auth_test(call: Call) -> Json:
    """Whose token this is."""
    workspace = call.slack.workspace
    return {
        "url": f"https://{workspace.team['domain']}.slack.com/",
        "team": workspace.team["name"],
        "user": workspace.users[BOT_USER_ID].name,
        "team_id": workspace.team_id,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """An address for one Socket Mode connection; refused while payloads go over HTTP."""
    transport = call.slack.dispatcher.transport
    if not isinstance(transport, SocketMode):
        raise SlackError("socket_mode_not_enabled")
    address = call.slack.url.replace("http://", "ws://", 1)
    return {"url": f"{address}/socket?ticket={transport.new_ticket()}&app_id={APP_ID}"}


def team_info(call: Call) -> Json:
    """The workspace's name and address."""
    team = call.slack.workspace.team
    return {"team": {"id": team["id"], "name": team["name"], "domain": team["domain"], "email_domain": "", "icon": {}}}


def bots_info(call: Call) -> Json:
    """The app's bot."""
    if call.text("bot") not in (None, BOT_ID):
        raise SlackError("bot_not_found")
    bot = call.slack.workspace.users[BOT_USER_ID]
    shape = {"id": BOT_ID, "deleted": False, "name": bot.real_name, "app_id": APP_ID, "user_id": BOT_USER_ID}
    return {"bot": {**shape, "updated": int(call.slack.clock.timestamp()), "icons": {}}}


METHODS: Final[dict[str, Method]] = {
    "auth.test": auth_test,
    "apps.connections.open": connections_open,
    "team.info": team_info,
    "bots.info": bots_info,
}
