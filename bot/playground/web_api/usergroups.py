"""usergroups.*: the groups of people one can mention, and who is in them."""

from typing import Final

from bot.playground.slack_error import SlackError
from bot.playground.web_api.call import Call, Json, Method
from bot.playground.workspace import SLACKBOT_ID, UserGroup


def usergroups_list(call: Call) -> Json:
    """The groups, disabled ones only where asked for; numbers and ids of people only where asked for."""
    with_disabled = call.flag("include_disabled")
    groups = [each for each in call.slack.workspace.groups.values() if with_disabled or not each.disabled]
    return {"usergroups": [_shape(call, each) for each in groups]}


def usergroups_users_list(call: Call) -> Json:
    """Who is in a group, the deactivated left out; a disabled group is found only where asked for."""
    group = call.slack.workspace.groups.get(call.required("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": _members(call, group)}


def _members(call: Call, group: UserGroup) -> list[str]:
    users = call.slack.workspace.users
    return [each for each in group.members if not users[each].deleted]


def _shape(call: Call, group: UserGroup) -> Json:
    made = int(call.slack.clock.timestamp())
    shape: Json = {
        "id": group.id,
        "team_id": call.slack.workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": made,
        "date_update": made,
        "date_delete": made if group.disabled else 0,
        "auto_type": None,
        "created_by": SLACKBOT_ID,
        "updated_by": SLACKBOT_ID,
        "deleted_by": SLACKBOT_ID if group.disabled else None,
        "prefs": {"channels": [], "groups": []},
    }
    if call.flag("include_users"):
        shape["users"] = _members(call, group)
    if call.flag("include_count"):
        shape["user_count"] = len(_members(call, group))
    return shape


METHODS: Final[dict[str, Method]] = {
    "usergroups.list": usergroups_list,
    "usergroups.users.list": usergroups_users_list,
}
