"""Summaries: which channel gets which. When one is due is its schedule's matter (`storage.schedules`)."""

from typing import Any

from sqlalchemy import ColumnElement, Row

from bot.domain.summaries import Summary, SummaryDefinition
from storage.definitions import summary_definition_of, summary_definition_text
from storage.scope import Scope
from storage.tables import SummaryRow, table

SUMMARIES = table(SummaryRow)


class Summaries:
    """The summaries of a workspace. A channel may have several that are active."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, summary: Summary) -> None:
        values = {
            "id": summary.id,
            "channel_id": summary.channel_id,
            "language": summary.language,
            "created_by": summary.created_by,
            "created_at": summary.created_at,
            "active": summary.active,
            "definition": summary_definition_text(summary.definition),
        }
        self._scope.insert(SUMMARIES, values)

    def get(self, summary_id: str) -> Summary | None:
        """A summary by id, active or not."""
        row = self._scope.first(self._scope.select(SUMMARIES, SUMMARIES.c.id == summary_id))
        return _summary(row) if row else None

    def all(self) -> list[Summary]:
        """All active summaries, by channel, then in the order they were set up."""
        return self._active()

    def in_channel(self, channel_id: str) -> list[Summary]:
        """The channel's active summaries, in the order they were set up."""
        return self._active(SUMMARIES.c.channel_id == channel_id)

    def change(self, summary_id: str, channel_id: str, language: str, definition: SummaryDefinition) -> None:
        """Where a summary goes, in which language, and what it shows, from now on."""
        text = summary_definition_text(definition)
        values = {"channel_id": channel_id, "language": language, "definition": text}
        self._scope.change(self._scope.update(SUMMARIES, SUMMARIES.c.id == summary_id).values(values))

    def deactivate(self, summary_id: str) -> None:
        self._scope.change(self._scope.update(SUMMARIES, SUMMARIES.c.id == summary_id).values(active=False))

    def _active(self, *where: ColumnElement[bool]) -> list[Summary]:
        order = (SUMMARIES.c.channel_id, SUMMARIES.c.created_at, SUMMARIES.c.id)
        statement = self._scope.select(SUMMARIES, SUMMARIES.c.active, *where).order_by(*order)
        return [_summary(row) for row in self._scope.rows(statement)]


def _summary(row: Row[Any]) -> Summary:
    values = dict(row._mapping)
    del values["workspace_id"]
    return Summary(**{**values, "definition": summary_definition_of(row.definition)})
