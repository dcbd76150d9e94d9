"""views.*: modals and App Home."""

from typing import Final

from bot.playground.block_kit.whole import check_view
from bot.playground.modals import View
from bot.playground.scopes import require_for_view
from bot.playground.slack_error import SlackError
from bot.playground.web_api.call import Call, Json, Method


def _checked_view(call: Call, surface: str) -> Json:
    view = call.structure("view")
    if view is None:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view"])
    check_view(view, surface, call.slack.file_ready)
    require_for_view(call.slack.manifest, view)
    call.warnings += call.slack.faults_shown("", view)
    checked: Json = view
    return checked


def views_open(call: Call) -> Json:
    """Opens a modal for the person whose trigger this is."""
    given = _checked_view(call, "modal")
    trigger = call.slack.triggers.exchange(_trigger(call))
    slack = call.slack
    current = slack.workspace.channels.get(trigger.channel_id or "")
    moment = slack.clock.timestamp()
    return _shown(call, slack.views.open(trigger.user_id, slack.workspace.team_id, given, moment, current))


def views_push(call: Call) -> Json:
    """Puts a modal on top of the person's modals."""
    given = _checked_view(call, "modal")
    trigger = call.slack.triggers.exchange(_trigger(call))
    slack = call.slack
    current = slack.workspace.channels.get(trigger.channel_id or "")
    moment = slack.clock.timestamp()
    return _shown(call, slack.views.push(trigger.user_id, slack.workspace.team_id, given, moment, current))


def _trigger(call: Call) -> str:
    trigger_id = call.text("trigger_id") or call.text("interactivity_pointer")
    if trigger_id is None:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: trigger_id"])
    return trigger_id


def views_update(call: Call) -> Json:
    """Puts a new content into an open view, unless it changed since the `hash` given."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if (view_id is None) == (external_id is None):
        raise SlackError("invalid_arguments", ["[ERROR] exactly one of view_id and external_id is needed"])
    view = call.slack.views.find(view_id) if view_id else call.slack.views.find_external(external_id or "")
    if view is None:
        raise SlackError("not_found")
    given = _checked_view(call, view.given["type"])
    _check_hash(call, view)
    view.replace(given, call.slack.clock.timestamp())
    return _shown(call, view)


def views_publish(call: Call) -> Json:
    """Sets a person's App Home."""
    user = call.slack.workspace.users.get(call.required("user_id"))
    if user is None:
        raise SlackError("invalid_arguments", ["[ERROR] user_not_found [json-pointer:/user_id]"])
    if not call.slack.manifest.home_tab:
        raise SlackError("not_enabled")
    given = _checked_view(call, "home")
    slack = call.slack
    home = slack.views.homes.get(user.id)
    if home is not None:
        _check_hash(call, home)
    return _shown(call, slack.views.publish(user.id, slack.workspace.team_id, given, slack.clock.timestamp()))


def _check_hash(call: Call, view: View) -> None:
    given = call.text("hash")
    if given is not None and given != view.hash:
        raise SlackError("hash_conflict")


def _shown(call: Call, view: View) -> Json:
    shape = view.as_slack()
    if view.given["type"] == "home":
        call.slack.feeds.tell([view.user_id], {"type": "home", "view": shape})
    else:
        call.slack.tell_views(view.user_id)
    return {"view": shape}


METHODS: Final[dict[str, Method]] = {
    "views.open": views_open,
    "views.push": views_push,
    "views.update": views_update,
    "views.publish": views_publish,
}
