"""The payloads of interactions, exactly as Slack shapes them. Pure assembling: who may do what is decided before."""

from typing import Any

from bot.playground.app_manifest import APP_ID
from bot.playground.local_slack import LocalSlack
from bot.playground.modals import View
from bot.playground.shapes import slack_message
from bot.playground.workspace import Channel, Message, User

Json = dict[str, Any]

_DIRECT_NAMES = {"im": "directmessage", "mpim": "mpdm", "private": "privategroup"}


def command_payload(
    slack: LocalSlack, user: User, channel: Channel, command: str, text: str, response_id: str
) -> dict[str, str]:
    """The fields of a slash command."""
    team = slack.workspace.team
    return {
        "token": "playground",
        "team_id": team["id"],
        "team_domain": team["domain"],
        "channel_id": channel.id,
        "channel_name": _DIRECT_NAMES.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": f"{slack.url}/response/{response_id}",
        "trigger_id": slack.triggers.issue(user.id, channel.id),
    }


def _interaction(slack: LocalSlack, user: User, kind: str) -> Json:
    team = slack.workspace.team
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id or team["id"]},
        "api_app_id": APP_ID,
        "token": "playground",
        "team": {"id": team["id"], "domain": team["domain"]},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_action_payload(slack: LocalSlack, user: User, message: Message, action: Json, values: Json) -> Json:
    """A click or choice in a message; an ephemeral message is not sent along, as in Slack."""
    channel = slack.workspace.channels[message.channel]
    ephemeral = message.for_user is not None
    response_id = slack.response_urls.issue(channel.id, user.id, message.ts, ephemeral, message.thread_ts)
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_interaction(slack, user, "block_actions"),
        "container": container,
        "trigger_id": slack.triggers.issue(user.id, channel.id),
        "channel": {"id": channel.id, "name": _DIRECT_NAMES.get(channel.kind, channel.name)},
        "state": {"values": values},
        "response_url": f"{slack.url}/response/{response_id}",
        "actions": [action],
    }
    if not ephemeral:
        payload["message"] = slack_message(message, slack.workspace, slack.manifest)
    return payload


def view_action_payload(slack: LocalSlack, user: User, view: View, action: Json) -> Json:
    """A click or choice in a modal or App Home."""
    return {
        **_interaction(slack, user, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.triggers.issue(user.id, view.current.id if view.current else None),
        "view": view.as_slack(),
        "actions": [action],
    }


def submission_payload(slack: LocalSlack, user: User, view: View) -> Json:
    """A submitted modal."""
    return {
        **_interaction(slack, user, "view_submission"),
        "trigger_id": slack.triggers.issue(user.id, view.current.id if view.current else None),
        "view": view.as_slack(),
        "response_urls": [],
    }


def closed_payload(slack: LocalSlack, user: User, view: View, is_cleared: bool) -> Json:
    """A closed modal; `is_cleared` when the whole stack went with it."""
    return {**_interaction(slack, user, "view_closed"), "view": view.as_slack(), "is_cleared": is_cleared}


def action_entry(slack: LocalSlack, block_id: str, element: Json, fields: Json) -> Json:
    """One entry of `actions`: what was clicked or chosen, and when."""
    entry: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": f"{slack.clock.timestamp():.6f}",
        **fields,
    }
    for name in ("text", "style", "url", "placeholder"):
        if name in element:
            entry[name] = element[name]
    return entry
