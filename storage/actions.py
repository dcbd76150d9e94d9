"""Promised actions. Who may change one, and who is reminded when, is the features' matter."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_

from bot.domain.actions import Action, ActionSource, ActionState, by_urgency
from storage.scope import Scope
from storage.tables import table
from storage.team_tables import ActionRow

ACTIONS = table(ActionRow)


class Actions:
    """The actions of a workspace. None is ever removed: a settled one says when and by whom."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, action: Action) -> bool:
        """Add an action. False, and nothing changes, where one with this id is there: who picks something up that may
        be picked up once gives it an id made of what it is."""
        return self._scope.insert_new(ACTIONS, [asdict(action)]) == 1

    def get(self, action_id: str) -> Action | None:
        row = self._scope.first(self._scope.select(ACTIONS, ACTIONS.c.id == action_id))
        return _action(row) if row else None

    def open_of(self, owner_id: str) -> list[Action]:
        """What somebody promised and has not settled, the most urgent first."""
        return by_urgency(self._many(ACTIONS.c.owner_id == owner_id, ACTIONS.c.state == ActionState.OPEN))

    def open_for_others(self, created_by: str) -> list[Action]:
        """What others promised somebody and have not settled, the most urgent first."""
        return by_urgency(
            self._many(
                ACTIONS.c.created_by == created_by,
                ACTIONS.c.owner_id != created_by,
                ACTIONS.c.state == ActionState.OPEN,
            )
        )

    def of_source(self, source: ActionSource, source_ids: Collection[str]) -> list[Action]:
        """What followed from some rounds, KPIs, blockers or one-on-ones, whether settled or not, by when it was
        promised."""
        return self._many(ACTIONS.c.source == source, ACTIONS.c.source_id.in_(list(source_ids)))

    def in_channel(self, channel_id: str, since: datetime) -> list[Action]:
        """What was promised in a channel and is open, or was settled after a moment (UTC), by when it was promised."""
        recent = or_(ACTIONS.c.state == ActionState.OPEN, ACTIONS.c.settled_at > since)
        return self._many(ACTIONS.c.channel_id == channel_id, recent)

    def due_by(self, day: date) -> list[Action]:
        """What is open and due by a date, by when it was promised."""
        return self._many(ACTIONS.c.state == ActionState.OPEN, ACTIONS.c.due_on <= day)

    def change(self, action: Action) -> None:
        """Text, owner, partner, date and state become these; where an action came from stays."""
        fields = ("text", "owner_id", "partner_id", "due_on", "state", "settled_at", "settled_by")
        values = {name: getattr(action, name) for name in fields}
        self._scope.change(self._scope.update(ACTIONS, ACTIONS.c.id == action.id).values(values))

    def _many(self, *where: ColumnElement[bool]) -> list[Action]:
        order = (ACTIONS.c.created_at, ACTIONS.c.id)
        return [_action(row) for row in self._scope.rows(self._scope.select(ACTIONS, *where).order_by(*order))]


def _action(row: Row[Any]) -> Action:
    values = dict(row._mapping)
    del values["workspace_id"]
    return Action(**values)
