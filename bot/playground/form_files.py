"""Files that a person chooses in a form: taking them in from the page, and putting them into the form's values."""

import secrets
from typing import Any

from aiohttp import web

from bot.playground.element_state import blocks_within, elements_of
from bot.playground.file_kinds import file_fault
from bot.playground.file_shapes import slack_file
from bot.playground.limits import FILE_INPUT_BYTES
from bot.playground.local_slack import LocalSlack
from bot.playground.page_error import PageError
from bot.playground.workspace import StoredFile, User

Json = dict[str, Any]


def file_input(blocks: list[Json], block_id: str, action_id: str) -> Json:
    """The input for files with these ids; raises PageError."""
    for block in blocks_within(blocks):
        for element in elements_of(block):
            if (block["block_id"], element["action_id"], element["type"]) == (block_id, action_id, "file_input"):
                return element
    raise PageError("no_such_element", f"no input for files {action_id} in block {block_id}")


async def take_in(slack: LocalSlack, user: User, element: Json, name: str, body: web.Request) -> StoredFile:
    """Stores what the person chose, as their own file; raises PageError for one that the input does not take."""
    announced = body.content_length
    if announced is not None and announced > FILE_INPUT_BYTES:
        raise PageError("file_not_allowed", file_fault(element, name, announced) or "")
    content = await body.read()
    fault = file_fault(element, name, len(content))
    if fault is not None:
        raise PageError("file_not_allowed", fault)
    file_id = "F" + secrets.token_hex(5).upper()
    created = int(slack.clock.timestamp())
    stored = StoredFile(file_id, name, name, len(content), content, user=user.id, created=created, completed=True)
    slack.workspace.files[file_id] = stored
    return stored


def with_own_files(slack: LocalSlack, user: User, values: Json) -> Json:
    """The values of a form with the files' ids replaced by Slack's file objects.

    Raises PageError for anything that is not an upload of this person.
    """
    for by_action in values.values():
        for entry in by_action.values():
            if entry["type"] == "file_input":
                entry["files"] = [_own_file(slack, user, each) for each in entry["files"] or []]
    return values


def _own_file(slack: LocalSlack, user: User, named: Any) -> Json:
    file_id = named.get("id") if isinstance(named, dict) else named
    stored = slack.workspace.files.get(str(file_id))
    if stored is None or stored.user != user.id:
        raise PageError("no_such_file", f"{file_id} is not a file of this person")
    return slack_file(stored, slack.workspace)


def hand_over(slack: LocalSlack, values: Json) -> None:
    """Lets the app read the files in these values, because they are about to be sent to it."""
    for by_action in values.values():
        for entry in by_action.values():
            for each in entry["files"] if entry["type"] == "file_input" else []:
                slack.workspace.files[each["id"]].given_to_app = True
