"""The open views: each person's stack of modals and published App Home. Checking views is in block_kit."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from bot.playground.app_manifest import APP_ID, BOT_ID
from bot.playground.block_kit.whole import with_ids
from bot.playground.current_conversation import current_conversation_values
from bot.playground.element_state import merged_values
from bot.playground.slack_error import SlackError
from bot.playground.workspace import Channel

Json = dict[str, Any]
STACK: Final = 3


@dataclass
class View:
    """One open view. `given` is what the bot sent, with ids filled in; `values` what the person has typed so far;
    `current` is the conversation they were in when it opened."""

    id: str
    user_id: str
    team_id: str
    given: Json
    root_view_id: str
    previous_view_id: str | None = None
    hash: str = ""
    values: Json = field(default_factory=dict)
    current: Channel | None = None

    def replace(self, given: Json, moment: float) -> None:
        """Puts a new content in; what was typed stays where block_id and action_id are the same."""
        blocks = with_ids(given["blocks"])
        self.given = {**given, "blocks": blocks}
        self.values = merged_values(blocks, current_conversation_values(blocks, self.current), self.values)
        self.hash = f"{int(moment)}.{secrets.token_hex(4)}"

    def as_slack(self) -> Json:
        """The view as Slack sends it."""
        modal = self.given["type"] == "modal"
        shape: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "type": self.given["type"],
            "blocks": self.given["blocks"],
            "private_metadata": self.given.get("private_metadata") or "",
            "callback_id": self.given.get("callback_id") or "",
            "external_id": self.given.get("external_id") or "",
            "state": {"values": self.values},
            "hash": self.hash,
            "title": self.given.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(self.given.get("clear_on_close")),
            "notify_on_close": bool(self.given.get("notify_on_close")),
            "close": self.given.get("close"),
            "submit": self.given.get("submit"),
            "previous_view_id": self.previous_view_id,
            "root_view_id": self.root_view_id,
            "app_id": APP_ID,
            "app_installed_team_id": self.team_id,
            "bot_id": BOT_ID,
        }
        if modal:
            shape["submit_disabled"] = bool(self.given.get("submit_disabled"))
        return shape


class OpenViews:
    """Every person's modals, lowest first, and App Home."""

    def __init__(self) -> None:
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def stack(self, user_id: str) -> list[View]:
        """The person's open modals, lowest first; the list itself."""
        return self.stacks.setdefault(user_id, [])

    def find(self, view_id: str) -> View | None:
        """An open modal or a home view by its id."""
        modals = (view for stack in self.stacks.values() for view in stack)
        return next((view for view in [*modals, *self.homes.values()] if view.id == view_id), None)

    def find_external(self, external_id: str) -> View | None:
        """An open modal or a home view by the bot's own id for it."""
        modals = (view for stack in self.stacks.values() for view in stack)
        return next(
            (view for view in [*modals, *self.homes.values()] if view.given.get("external_id") == external_id), None
        )

    def open(self, user_id: str, team_id: str, given: Json, moment: float, current: Channel | None = None) -> View:
        """Opens a modal as the only one of the person."""
        self._refuse_double(given)
        view = self._new(user_id, team_id, given, moment, current)
        self.stacks[user_id] = [view]
        return view

    def push(self, user_id: str, team_id: str, given: Json, moment: float, current: Channel | None = None) -> View:
        """Puts a modal on top; raises `push_limit_reached` above three, `not_found` when there is none below."""
        stack = self.stack(user_id)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        self._refuse_double(given)
        view = self._new(user_id, team_id, given, moment, current)
        view.root_view_id, view.previous_view_id = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def publish(self, user_id: str, team_id: str, given: Json, moment: float) -> View:
        """Sets the person's App Home."""
        home = self.homes.get(user_id)
        if home is None:
            home = self.homes[user_id] = self._new(user_id, team_id, given, moment)
        else:
            home.replace(given, moment)
        return home

    def close(self, view: View) -> None:
        """Takes one modal out of its person's stack; one that is gone already is no error."""
        stack = self.stack(view.user_id)
        if view in stack:
            stack.remove(view)

    def _refuse_double(self, given: Json) -> None:
        external_id = given.get("external_id")
        if external_id and self.find_external(external_id) is not None:
            raise SlackError("duplicate_external_id")

    def _new(self, user_id: str, team_id: str, given: Json, moment: float, current: Channel | None = None) -> View:
        view_id = "V" + secrets.token_hex(5).upper()
        view = View(view_id, user_id, team_id, {}, root_view_id=view_id, current=current)
        view.replace(given, moment)
        return view
