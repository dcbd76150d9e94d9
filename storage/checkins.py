"""Team check-ins, their runs and answers. When one comes is its schedule's matter."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_

from bot.domain.checkins import Checkin, CheckinAnswer, Run, RunState
from bot.domain.entries import Confidence
from storage.definitions import checkin_definition_of, checkin_definition_text
from storage.scope import Scope
from storage.tables import table
from storage.team_tables import CheckinAnswerRow, CheckinRow, CheckinRunRow

CHECKINS, RUNS, ANSWERS = table(CheckinRow), table(CheckinRunRow), table(CheckinAnswerRow)


class Checkins:
    """The check-ins of a workspace. One that was stopped stays, with its runs."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, checkin: Checkin) -> None:
        values = {
            "id": checkin.id,
            "definition": checkin_definition_text(checkin.definition),
            "created_by": checkin.created_by,
            "created_at": checkin.created_at,
            "active": checkin.active,
        }
        self._scope.insert(CHECKINS, values)

    def update(self, checkin: Checkin) -> None:
        """Definition and whether it is active become these. Runs keep the definition they began with."""
        values = {"definition": checkin_definition_text(checkin.definition), "active": checkin.active}
        self._scope.change(self._scope.update(CHECKINS, CHECKINS.c.id == checkin.id).values(values))

    def get(self, checkin_id: str) -> Checkin | None:
        """A check-in by id, active or not."""
        row = self._scope.first(self._scope.select(CHECKINS, CHECKINS.c.id == checkin_id))
        return _checkin(row) if row else None

    def all(self) -> list[Checkin]:
        """All active check-ins, in the order they were set up."""
        statement = self._scope.select(CHECKINS, CHECKINS.c.active).order_by(CHECKINS.c.created_at, CHECKINS.c.id)
        return [_checkin(row) for row in self._scope.rows(statement)]

    def begin(self, run: Run) -> bool:
        """Record a date's run. False, and nothing changes, where that date has one."""
        values = {
            "id": run.id,
            "checkin_id": run.checkin_id,
            "local_date": run.local_date,
            "definition": checkin_definition_text(run.definition),
            "closes_at": run.closes_at,
            "asked": sorted(run.asked),
            "state": run.state,
        }
        return self._scope.insert_new(RUNS, [values]) == 1

    def run(self, run_id: str) -> Run | None:
        row = self._scope.first(self._scope.select(RUNS, RUNS.c.id == run_id))
        return _run(row) if row else None

    def run_on(self, checkin_id: str, local_date: date) -> Run | None:
        return next(iter(self._runs(RUNS.c.checkin_id == checkin_id, RUNS.c.local_date == local_date)), None)

    def runs_of(self, checkin_id: str) -> list[Run]:
        """All runs of a check-in, by date."""
        return self._runs(RUNS.c.checkin_id == checkin_id)

    def open(self) -> list[Run]:
        """Runs that can be answered, the one that closes first first."""
        return self._runs(RUNS.c.state == RunState.OPEN)

    def closing(self, now: datetime) -> list[Run]:
        """Runs that are over at a moment (UTC) and not shown yet."""
        return self._runs(RUNS.c.state == RunState.OPEN, RUNS.c.closes_at <= now)

    def ask(self, run_id: str, asked: frozenset[str]) -> None:
        """Who is asked in a run becomes these."""
        self._scope.change(self._scope.update(RUNS, RUNS.c.id == run_id).values(asked=sorted(asked)))

    def hold(self, run_id: str) -> bool:
        """Whether a run can be answered; if so, nobody else closes it before this transaction is over."""
        live = self._scope.update(RUNS, RUNS.c.id == run_id, RUNS.c.state == RunState.OPEN)
        return self._scope.change(live.values(state=RunState.OPEN)) == 1

    def end(self, run_id: str, state: RunState) -> bool:
        """Close an open run. False where it was closed before, here or by another replica."""
        live = self._scope.update(RUNS, RUNS.c.id == run_id, RUNS.c.state == RunState.OPEN)
        return self._scope.change(live.values(state=state)) == 1

    def answer(self, answer: CheckinAnswer) -> None:
        """Record what somebody answered; answered again, the later answer counts."""
        values = {
            "run_id": answer.run_id,
            "member_id": answer.member_id,
            "answered_at": answer.answered_at,
            "confidence": answer.confidence,
            "texts": dict(answer.texts),
        }
        self._scope.upsert(ANSWERS, [values])

    def answers(self, run_id: str) -> list[CheckinAnswer]:
        """What was answered in a run, by when."""
        statement = self._scope.select(ANSWERS, ANSWERS.c.run_id == run_id)
        rows = self._scope.rows(statement.order_by(ANSWERS.c.answered_at, ANSWERS.c.member_id))
        return [_answer(row) for row in rows]

    def posted_answers(self, member_ids: Collection[str], since: datetime) -> list[tuple[Run, CheckinAnswer]]:
        """What some people answered in runs that were posted and closed at `since` (UTC) or later, by when."""
        mine = (ANSWERS.c.workspace_id == RUNS.c.workspace_id, ANSWERS.c.run_id == RUNS.c.id)
        posted = (RUNS.c.state == RunState.POSTED, RUNS.c.closes_at >= since)
        columns = [*RUNS.c, *(column for column in ANSWERS.c if column.name not in RUNS.c)]
        statement = self._scope.select(RUNS, *posted, columns=columns).join(ANSWERS, and_(*mine))
        theirs = statement.where(ANSWERS.c.member_id.in_(list(member_ids)))
        rows = self._scope.rows(theirs.order_by(RUNS.c.closes_at, RUNS.c.id, ANSWERS.c.member_id))
        return [(_run(row), CheckinAnswer(row.id, *_said(row))) for row in rows]

    def begun(self, checkin_ids: Collection[str], since: date) -> set[tuple[str, date]]:
        """The check-ins and local dates, from `since` on, that have a run, however it ended."""
        these = (RUNS.c.checkin_id.in_(list(checkin_ids)), RUNS.c.local_date >= since)
        rows = self._scope.rows(self._scope.select(RUNS, *these, columns=[RUNS.c.checkin_id, RUNS.c.local_date]))
        return {(row.checkin_id, row.local_date) for row in rows}

    def answer_of(self, run_id: str, member_id: str) -> CheckinAnswer | None:
        here = (ANSWERS.c.run_id == run_id, ANSWERS.c.member_id == member_id)
        row = self._scope.first(self._scope.select(ANSWERS, *here))
        return _answer(row) if row else None

    def _runs(self, *where: ColumnElement[bool]) -> list[Run]:
        order = (RUNS.c.closes_at, RUNS.c.id)
        return [_run(row) for row in self._scope.rows(self._scope.select(RUNS, *where).order_by(*order))]


def _checkin(row: Row[Any]) -> Checkin:
    return Checkin(row.id, checkin_definition_of(row.definition), row.created_by, row.created_at, row.active)


def _run(row: Row[Any]) -> Run:
    definition, asked = checkin_definition_of(row.definition), frozenset(row.asked)
    return Run(row.id, row.checkin_id, row.local_date, definition, row.closes_at, asked, row.state)


def _answer(row: Row[Any]) -> CheckinAnswer:
    return CheckinAnswer(row.run_id, *_said(row))


def _said(row: Row[Any]) -> tuple[str, datetime, Confidence | None, dict[str, str]]:
    return row.member_id, row.answered_at, row.confidence, dict(row.texts)
