"""users.*: who is in the workspace."""

from typing import Final

from bot.playground.app_manifest import BOT_USER_ID
from bot.playground.scopes import READ, require
from bot.playground.shapes import slack_channel, slack_user
from bot.playground.slack_error import SlackError
from bot.playground.web_api.call import Call, Json, Method
from bot.playground.web_api.conversations import wanted_kinds
from bot.playground.workspace import User


def users_info(call: Call) -> Json:
    """One user; somebody the app shares no channel with is `user_not_visible` only to guests, so not here."""
    return {"user": _shape(call, call.user())}


def users_list(call: Call) -> Json:
    """Everybody of this workspace, the deactivated and the bots included, people of other workspaces not."""
    team_id = call.slack.workspace.team_id
    members = [each for each in call.slack.workspace.users.values() if each.team_id == team_id]
    page, cursor = call.page(members, default=len(members) or 1)
    shapes = [_shape(call, each) for each in page]
    return {
        "members": shapes,
        "cache_ts": int(call.slack.clock.timestamp()),
        "response_metadata": {"next_cursor": cursor},
    }


def _shape(call: Call, user: User) -> Json:
    with_email = "users:read.email" in call.slack.manifest.bot_scopes
    return slack_user(user, call.slack.clock.now(), call.flag("include_locale"), with_email)


def users_conversations(call: Call) -> Json:
    """The conversations a user (the app itself by default) is in, as far as the app may know."""
    kinds = wanted_kinds(call)
    require(call.slack.manifest, *(READ[kind] for kind in kinds))
    user_id = call.text("user") or BOT_USER_ID
    if user_id not in call.slack.workspace.users:
        raise SlackError("user_not_found")
    found = [
        each
        for each in call.slack.workspace.channels_of(user_id)
        if each.kind in kinds and (each.kind == "channel" or each.has_bot)
    ]
    if call.flag("exclude_archived"):
        found = [each for each in found if not each.is_archived]
    page, cursor = call.page(found, default=100)
    shapes = [slack_channel(each, call.slack.workspace.team_id) for each in page]
    return {"channels": shapes, "response_metadata": {"next_cursor": cursor}}


METHODS: Final[dict[str, Method]] = {
    "users.info": users_info,
    "users.list": users_list,
    "users.conversations": users_conversations,
}
