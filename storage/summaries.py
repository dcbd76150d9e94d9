"""Summaries: which channel gets one. When it is due is its schedule's matter (`storage.schedules`)."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from bot.domain.errors import DomainError
from bot.domain.summaries import Summary
from storage.scope import Scope
from storage.tables import SummaryRow, table

SUMMARIES = table(SummaryRow)


class Summaries:
    """The summaries of a workspace. A channel has at most one that is active."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, summary: Summary) -> None:
        """Add a summary. Raises DomainError `summaries.already_there` when the channel has an active one."""
        self._scope.insert(SUMMARIES, asdict(summary), DomainError("summaries.already_there"))

    def get(self, summary_id: str) -> Summary | None:
        """A summary by id, active or not."""
        row = self._scope.first(self._scope.select(SUMMARIES, SUMMARIES.c.id == summary_id))
        return _summary(row) if row else None

    def all(self) -> list[Summary]:
        """All active summaries, by channel."""
        statement = self._scope.select(SUMMARIES, SUMMARIES.c.active).order_by(SUMMARIES.c.channel_id)
        return [_summary(row) for row in self._scope.rows(statement)]

    def for_channel(self, channel_id: str) -> Summary | None:
        """The channel's active summary."""
        here = (SUMMARIES.c.channel_id == channel_id, SUMMARIES.c.active)
        row = self._scope.first(self._scope.select(SUMMARIES, *here))
        return _summary(row) if row else None

    def set_language(self, summary_id: str, language: str) -> None:
        """The language the summary is written in from now on."""
        self._scope.change(self._scope.update(SUMMARIES, SUMMARIES.c.id == summary_id).values(language=language))

    def deactivate(self, summary_id: str) -> None:
        self._scope.change(self._scope.update(SUMMARIES, SUMMARIES.c.id == summary_id).values(active=False))


def _summary(row: Row[Any]) -> Summary:
    values = dict(row._mapping)
    del values["workspace_id"]
    return Summary(**values)
