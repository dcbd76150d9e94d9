"""What people do that reaches the bot: commands, clicks and choices, opening App Home. Submitting is in submissions."""

import time
from typing import Any

from bot.playground.app_manifest import BOT_USER_ID
from bot.playground.command_text import escaped
from bot.playground.delivery import Delivery, Outcome
from bot.playground.element_state import blocks_within, elements_of, merged_values, with_value
from bot.playground.form_files import hand_over, with_own_files
from bot.playground.handles import ResponseUrl
from bot.playground.local_slack import LocalSlack
from bot.playground.modals import View
from bot.playground.page_error import PageError
from bot.playground.payloads import action_entry, command_payload, message_action_payload, view_action_payload
from bot.playground.responses import apply_response, body_of
from bot.playground.slack_error import SlackError
from bot.playground.workspace import Channel, Message, User

Json = dict[str, Any]


def answer(outcome: Outcome, started: float) -> Json:
    """What the page hears of an interaction."""
    ms = round((time.monotonic() - started) * 1000, 1)
    return {"ok": outcome.error is None, "ack_ms": ms, "error": outcome.error}


async def run_command(slack: LocalSlack, user: User, channel: Channel, line: str) -> Json:
    """Runs a slash command as this person in this channel and shows the reply."""
    name, _, text = line.strip().partition(" ")
    command = slack.manifest.command(name)
    outsider = user.is_stranger or user.team_id not in ("", slack.workspace.team_id)
    if command is None or outsider or not slack.installs.is_installed:
        return {"ok": False, "ack_ms": 0, "error": "no_such_command"}
    started = time.monotonic()
    text = escaped(text.strip(), slack.workspace) if command.should_escape else text.strip()
    response_id = slack.response_urls.issue(channel.id, user.id)
    payload = command_payload(slack, user, channel, command.command, text, response_id)
    outcome = await slack.dispatcher.deliver(Delivery("command", command.command, payload, accepts_response=True))
    said = answer(outcome, started)
    if outcome.error is None and outcome.response:
        target = ResponseUrl(channel.id, user.id, slack.clock.timestamp())
        _show_reply(slack, command.command, target, outcome.response)
    return said


def _show_reply(slack: LocalSlack, name: str, target: ResponseUrl, response: Any) -> None:
    try:
        warnings = apply_response(slack, target, body_of(response))
    except SlackError as error:
        slack.traffic.record("in", "ack", name, "reply refused", request=response, violation=str(error))
    else:
        if warnings:
            slack.traffic.record("in", "ack", name, "reply", request=response, violation="; ".join(warnings))


def _element(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json]:
    for block in blocks_within(blocks):
        if block.get("block_id") == block_id:
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
    raise PageError("no_such_element", f"no element {action_id} in block {block_id}")


def _fields(element: Json, value: Any) -> Json:
    try:
        return with_value(element, value)
    except ValueError as error:
        raise PageError("no_such_option", str(error)) from error


async def act_in_message(slack: LocalSlack, user: User, message: Message, asked: Json) -> Json:
    """A click or choice in a message; `asked` is the page's request."""
    _, element = _element(message.blocks, asked["block_id"], asked["action_id"])
    fields = _fields(element, asked.get("value"))
    chosen = {asked["block_id"]: {asked["action_id"]: fields}}
    values = merged_values(message.blocks, asked.get("state"), chosen)
    action = action_entry(slack, asked["block_id"], element, fields)
    return await _send_action(slack, message_action_payload(slack, user, message, action, values), element)


async def act_in_view(slack: LocalSlack, user: User, view: View, asked: Json) -> Json:
    """A click or choice in a modal or App Home."""
    blocks = view.given["blocks"]
    block, element = _element(blocks, asked["block_id"], asked["action_id"])
    fields = _fields(element, asked.get("value"))
    chosen = {asked["block_id"]: {asked["action_id"]: fields}}
    values = merged_values(blocks, view.values, asked.get("state"), chosen)
    view.values = with_own_files(slack, user, values)
    if block["type"] == "input" and not block.get("dispatch_action"):
        return {"ok": True, "ack_ms": 0, "error": None}
    hand_over(slack, view.values)
    action = action_entry(slack, asked["block_id"], element, fields)
    return await _send_action(slack, view_action_payload(slack, user, view, action), element)


async def _send_action(slack: LocalSlack, payload: Json, element: Json) -> Json:
    if not slack.manifest.interactivity:
        return {"ok": False, "ack_ms": 0, "error": "interactivity_not_enabled"}
    started = time.monotonic()
    return answer(await slack.dispatcher.deliver(Delivery("interactive", element["action_id"], payload)), started)


def open_home(slack: LocalSlack, user: User, tab: str) -> None:
    """The person opened the app's home; tells the bot, with the view it published last."""
    channel = slack.workspace.direct_channel(user.id, BOT_USER_ID)
    event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab}
    home = slack.views.homes.get(user.id)
    if home is not None and tab == "home":
        event["view"] = home.as_slack()
    slack.send_event("app_home_opened", event)
