"""Submitting and closing modals: what Slack checks before it sends, and what the bot may answer."""

import re
from decimal import Decimal
from typing import Any, Final

from bot.playground.block_kit.whole import check_view
from bot.playground.delivery import Delivery
from bot.playground.element_state import VALUE_FIELD, merged_values
from bot.playground.file_kinds import files_fault
from bot.playground.form_files import hand_over, with_own_files
from bot.playground.local_slack import LocalSlack
from bot.playground.modals import View
from bot.playground.payloads import closed_payload, submission_payload
from bot.playground.scopes import require_for_view
from bot.playground.slack_error import SlackError
from bot.playground.workspace import User

Json = dict[str, Any]

_NUMBER: Final = re.compile(r"-?(\d+\.?\d*|\.\d+)", re.ASCII)
REQUIRED: Final = "This is a required field"
GENERIC_FAILURE: Final = "submission_failed"
"""Slack shows a general 'we had some trouble' when the bot's answer makes no sense."""


def input_faults(view: View) -> dict[str, str]:
    """What Slack says itself about the inputs of a view, by block_id, before it sends anything."""
    faults: dict[str, str] = {}
    for block in view.given["blocks"]:
        if block.get("type") == "input":
            fault = _input_fault(block, view.values)
            if fault:
                faults[block["block_id"]] = fault
    return faults


def _input_fault(block: Json, values: Json) -> str | None:
    element = block["element"]
    value = values[block["block_id"]][element["action_id"]].get(VALUE_FIELD[element["type"]])
    if value in (None, "", []):
        return None if block.get("optional") else REQUIRED
    if element["type"] == "file_input":
        return files_fault(element, value)
    if element["type"] == "number_input":
        return _number_fault(element, str(value))
    if isinstance(value, str):
        if len(value) < element.get("min_length", 0):
            return f"Enter at least {element['min_length']} characters"
        if len(value) > element.get("max_length", 3000):
            return f"Enter no more than {element.get('max_length', 3000)} characters"
    most = element.get("max_selected_items")
    if isinstance(value, list) and most is not None and len(value) > most:
        return f"Choose no more than {most}"
    return None


def _number_fault(element: Json, value: str) -> str | None:
    if not _NUMBER.fullmatch(value):
        return "Enter a number"
    number = Decimal(value)
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Enter a whole number"
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Enter a number no less than {element['min_value']}"
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Enter a number no more than {element['max_value']}"
    return None


async def submit(slack: LocalSlack, user: User, view: View, values: Json | None) -> Json:
    """Submits a modal with these values and does what the bot answers; `{ok, errors, error}`.

    Raises PageError when a file in them is not an upload of this person.
    """
    view.values = with_own_files(slack, user, merged_values(view.given["blocks"], view.values, values))
    faults = input_faults(view)
    if faults:
        return {"ok": False, "errors": faults, "error": None}
    hand_over(slack, view.values)
    payload = submission_payload(slack, user, view)
    name = view.given.get("callback_id") or "view_submission"
    outcome = await slack.dispatcher.deliver(Delivery("interactive", name, payload, accepts_response=True))
    if outcome.error is not None:
        return {"ok": False, "errors": {}, "error": outcome.error}
    try:
        errors = _apply(slack, user, view, outcome.response)
    except SlackError as error:
        slack.traffic.record("in", "ack", name, "answer refused", request=outcome.response, violation=str(error))
        return {"ok": False, "errors": {}, "error": GENERIC_FAILURE}
    slack.tell_views(user.id)
    return {"ok": not errors, "errors": errors, "error": None}


def _apply(slack: LocalSlack, user: User, view: View, response: Any) -> dict[str, str]:
    """Does what a submission's answer asks for; returns the errors to show. An empty answer closes the view."""
    if not response:
        slack.views.close(view)
        return {}
    action = response.get("response_action") if isinstance(response, dict) else None
    if action == "errors":
        return _errors(view, response.get("errors"))
    if action == "clear":
        slack.views.stacks[user.id] = []
    elif action == "update":
        _checked(slack, response)
        view.replace(response["view"], slack.clock.timestamp())
    elif action == "push":
        _checked(slack, response)
        slack.views.push(user.id, slack.workspace.team_id, response["view"], slack.clock.timestamp(), view.current)
    else:
        raise SlackError("invalid_response_action", ["an acknowledgement has an empty body or a response_action"])
    return {}


def _checked(slack: LocalSlack, response: Json) -> None:
    check_view(response.get("view"), "modal", slack.file_ready)
    require_for_view(slack.manifest, response["view"])
    warnings = slack.faults_shown("", response["view"])
    if warnings:
        slack.traffic.record("in", "ack", "view", request=response, violation="; ".join(warnings))


def _errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.given["blocks"] if block.get("type") == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_errors", ["errors must be an object from block_id to text"])
    strange = [block_id for block_id in errors if block_id not in inputs]
    if strange:
        raise SlackError("invalid_errors", [f"not an input block of the view: {', '.join(strange)}"])
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise SlackError("invalid_errors", ["every error must be a text"])
    return errors


def close(slack: LocalSlack, user: User, view: View, whole_stack: bool) -> None:
    """Closes a modal (with `whole_stack` all of them) and tells the bot where it asked to know."""
    stack = slack.views.stack(user.id)
    all_of_them = whole_stack or bool(view.given.get("clear_on_close"))
    going = list(reversed(stack)) if all_of_them else [view]
    for each in going:
        slack.views.close(each)
        if each.given.get("notify_on_close"):
            payload = closed_payload(slack, user, each, all_of_them)
            name = each.given.get("callback_id") or "view_closed"
            slack.background.start(slack.dispatcher.deliver(Delivery("interactive", name, payload)))
    slack.tell_views(user.id)
