"""Surveys: definitions only. Their rounds are in `storage.rounds`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.domain.errors import DomainError
from bot.domain.surveys import Survey, SurveyState
from storage.definitions import definition_of, definition_text
from storage.prepared import Prepared
from storage.scope import Scope
from storage.tables import SurveyRow, table

SURVEYS = table(SurveyRow)
# Read for every answer, and so made once.
_ONE = Prepared(
    select(*SURVEYS.c).where(SURVEYS.c.workspace_id == bindparam("workspace"), SURVEYS.c.id == bindparam("survey"))
)
_UNSEEN = (SurveyState.DELETED, SurveyState.DRAFT)


class Surveys:
    """The surveys of a workspace. A deleted one can still be read by id, for its rounds; its handle is free again.
    Drafts have no handle of their own yet."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, survey: Survey) -> None:
        """Add a survey. Raises DomainError `surveys.handle_taken` when another one, neither deleted nor a draft, has
        its handle."""
        values = {"id": survey.id, **_values(survey), "created_by": survey.created_by, "created_at": survey.created_at}
        self._scope.insert(SURVEYS, values, DomainError("surveys.handle_taken", handle=survey.handle))

    def update(self, survey: Survey) -> None:
        """Store handle, definition and state of a survey; LookupError if there is none. DomainError
        `surveys.handle_taken` when another one has the handle."""
        there = self.by_handle(survey.handle)
        if there is not None and there.id != survey.id and survey.state not in _UNSEEN:
            raise DomainError("surveys.handle_taken", handle=survey.handle)
        if self._scope.change(self._scope.update(SURVEYS, SURVEYS.c.id == survey.id).values(_values(survey))) == 0:
            raise LookupError(f"no survey {survey.id} in this workspace")

    def get(self, survey_id: str) -> Survey | None:
        row = self._scope.prepared(_ONE, survey=survey_id).first()
        return _survey(row) if row else None

    def by_handle(self, handle: str) -> Survey | None:
        """The survey people mean by a handle; deleted ones and drafts do not count."""
        here = (SURVEYS.c.handle == handle, SURVEYS.c.state.not_in(_UNSEEN))
        row = self._scope.first(self._scope.select(SURVEYS, *here))
        return _survey(row) if row else None

    def all(self) -> list[Survey]:
        """All surveys that are neither deleted nor drafts, by handle."""
        statement = self._scope.select(SURVEYS, SURVEYS.c.state.not_in(_UNSEEN))
        return [_survey(row) for row in self._scope.rows(statement.order_by(SURVEYS.c.handle))]

    def set_state(self, survey_id: str, state: SurveyState) -> None:
        self._scope.change(self._scope.update(SURVEYS, SURVEYS.c.id == survey_id).values(state=state))

    def remove_drafts(self, before: datetime) -> int:
        """Remove drafts begun before a moment (UTC) and never finished; how many there were."""
        old = (SURVEYS.c.state == SurveyState.DRAFT, SURVEYS.c.created_at < before)
        return self._scope.change(self._scope.delete(SURVEYS, *old))


def _values(survey: Survey) -> dict[str, Any]:
    return {"handle": survey.handle, "definition": definition_text(survey.definition), "state": survey.state}


def _survey(row: Row[Any]) -> Survey:
    return Survey(
        id=row.id,
        handle=row.handle,
        definition=definition_of(row.definition),
        created_by=row.created_by,
        created_at=row.created_at,
        state=row.state,
    )
