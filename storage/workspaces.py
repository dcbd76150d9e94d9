"""The workspace a unit of work belongs to. Its members and what they own are in their own modules."""

from datetime import datetime

from bot.domain.workspaces import Workspace
from storage.scope import Scope
from storage.tables import WorkspaceRow, table

WORKSPACES = table(WorkspaceRow)


class CurrentWorkspace:
    """The one workspace of this unit of work."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self) -> Workspace | None:
        """The workspace, or None before it was seen for the first time."""
        row = self._scope.first(self._scope.select(WORKSPACES))
        return Workspace(row.workspace_id, row.name) if row else None

    def lock(self) -> bool:
        """Let nobody else into what is for one at a time in a workspace, until this transaction ends (SQLite has one
        writer anyhow). False for a workspace that nobody has seen."""
        return self._scope.first(self._scope.select(WORKSPACES).with_for_update()) is not None

    def ensure(self, name: str, now: datetime) -> None:
        """Make the workspace known, or take its new name. `now` counts as first seen only the first time."""
        self._scope.upsert(WORKSPACES, [{"name": name, "first_seen": now}], keep=["first_seen"])
