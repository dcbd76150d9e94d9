"""Surveys: definitions only. Their rounds are in `storage.rounds`."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.domain.enps import Scale
from bot.domain.errors import DomainError
from bot.domain.surveys import Survey, SurveyState
from storage.scope import Scope
from storage.tables import SurveyRow, table

SURVEYS = table(SurveyRow)
# Read for every answer, and so made once.
_ONE = select(*SURVEYS.c).where(SURVEYS.c.workspace_id == bindparam("workspace"), SURVEYS.c.id == bindparam("survey"))


class Surveys:
    """The surveys of a workspace. A deleted one can still be read by id, for its rounds; its handle is free again."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, survey: Survey) -> None:
        """Add a survey. Raises DomainError `surveys.handle_taken` when another one, not deleted, has its handle."""
        values = {
            "id": survey.id,
            "handle": survey.handle,
            "channel_id": survey.channel_id,
            "scale_low": survey.scale.low,
            "scale_high": survey.scale.high,
            "created_by": survey.created_by,
            "created_at": survey.created_at,
            "state": survey.state,
        }
        self._scope.insert(SURVEYS, values, DomainError("surveys.handle_taken", handle=survey.handle))

    def get(self, survey_id: str) -> Survey | None:
        row = self._scope.prepared(_ONE, survey=survey_id).first()
        return _survey(row) if row else None

    def by_handle(self, handle: str) -> Survey | None:
        """The survey people mean by a handle; deleted ones do not count."""
        here = (SURVEYS.c.handle == handle, SURVEYS.c.state != SurveyState.DELETED)
        row = self._scope.first(self._scope.select(SURVEYS, *here))
        return _survey(row) if row else None

    def all(self) -> list[Survey]:
        """All surveys that are not deleted, by handle."""
        statement = self._scope.select(SURVEYS, SURVEYS.c.state != SurveyState.DELETED)
        return [_survey(row) for row in self._scope.rows(statement.order_by(SURVEYS.c.handle))]

    def set_state(self, survey_id: str, state: SurveyState) -> None:
        self._scope.change(self._scope.update(SURVEYS, SURVEYS.c.id == survey_id).values(state=state))


def _survey(row: Row[Any]) -> Survey:
    return Survey(
        id=row.id,
        handle=row.handle,
        channel_id=row.channel_id,
        scale=Scale(row.scale_low, row.scale_high),
        created_by=row.created_by,
        created_at=row.created_at,
        state=row.state,
    )
