"""Schedules and what was decided for each of their dates. When a rule is due is the domain's matter."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select

from bot.domain.schedules import Occurrence, OccurrenceState, Rule, Schedule, ScheduleKind
from storage.prepared import Prepared
from storage.scope import Scope
from storage.tables import OccurrenceRow, ScheduleRow, table

SCHEDULES, OCCURRENCES = table(ScheduleRow), table(OccurrenceRow)
# Read with every value that is logged, and so made once.
_OF_SUBJECT = Prepared(
    select(*SCHEDULES.c).where(
        SCHEDULES.c.workspace_id == bindparam("workspace"),
        SCHEDULES.c.kind == bindparam("kind"),
        SCHEDULES.c.subject_id == bindparam("subject"),
    )
)


class Schedules:
    """The schedules of a workspace: one for each survey or summary that recurs."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, schedule: Schedule) -> None:
        """Add a schedule. A subject has one: to change it, replace its rule."""
        values = {
            "id": schedule.id,
            "kind": schedule.kind,
            "subject_id": schedule.subject_id,
            **asdict(schedule.rule),
            "created_by": schedule.created_by,
            "planned_until": schedule.planned_until,
            "active": schedule.active,
        }
        self._scope.insert(SCHEDULES, values)

    def of_subject(self, kind: ScheduleKind, subject_id: str) -> Schedule | None:
        """The schedule of a survey or summary, active or not."""
        row = self._scope.prepared(_OF_SUBJECT, kind=kind, subject=subject_id).first()
        return _schedule(row) if row else None

    def active(self) -> list[Schedule]:
        statement = self._scope.select(SCHEDULES, SCHEDULES.c.active).order_by(SCHEDULES.c.id)
        return [_schedule(row) for row in self._scope.rows(statement)]

    def set_active(self, schedule_id: str, active: bool) -> None:
        self._change(schedule_id, active=active)

    def remove(self, schedule_id: str) -> None:
        """Remove a schedule, and what was decided for its dates: its subject has no dates any more."""
        self._scope.change(self._scope.delete(OCCURRENCES, OCCURRENCES.c.schedule_id == schedule_id))
        self._scope.change(self._scope.delete(SCHEDULES, SCHEDULES.c.id == schedule_id))

    def replace_rule(self, schedule_id: str, rule: Rule, planned_until: datetime) -> None:
        """Give a schedule another rule, planned from `planned_until` (UTC) on. Dates already decided stay decided."""
        self._change(schedule_id, **asdict(rule), planned_until=planned_until)

    def planned_until(self, schedule_id: str, moment: datetime) -> None:
        """Remember that everything due up to this moment (UTC) is decided. It never goes back."""
        here = (SCHEDULES.c.id == schedule_id, SCHEDULES.c.planned_until < moment)
        self._scope.change(self._scope.update(SCHEDULES, *here).values(planned_until=moment))

    def record(self, occurrence: Occurrence) -> bool:
        """Record what is decided for a schedule's local date. False, and nothing changes, if that date was decided
        before, here or by another replica: whoever hears True makes it happen."""
        return self._scope.insert_new(OCCURRENCES, [asdict(occurrence)]) == 1

    def occurrences(self, schedule_id: str) -> list[Occurrence]:
        """All decided dates of a schedule, in order."""
        statement = self._scope.select(OCCURRENCES, OCCURRENCES.c.schedule_id == schedule_id)
        return [_occurrence(row) for row in self._scope.rows(statement.order_by(OCCURRENCES.c.local_date))]

    def latest(self, schedule_id: str) -> Occurrence | None:
        """The last date of a schedule for which something was made; None before the first."""
        made = (OCCURRENCES.c.schedule_id == schedule_id, OCCURRENCES.c.state == OccurrenceState.PLANNED)
        row = self._scope.first(self._scope.select(OCCURRENCES, *made).order_by(OCCURRENCES.c.local_date.desc()))
        return _occurrence(row) if row else None

    def latest_of(self, schedule_ids: Collection[str]) -> dict[str, Occurrence]:
        """The last date of each of these schedules for which something was made, by schedule; those without any are
        left out."""
        made = (OCCURRENCES.c.schedule_id.in_(list(schedule_ids)), OCCURRENCES.c.state == OccurrenceState.PLANNED)
        last = [OCCURRENCES.c.schedule_id, func.max(OCCURRENCES.c.local_date).label("local_date")]
        newest = self._scope.select(OCCURRENCES, *made, columns=last).group_by(OCCURRENCES.c.schedule_id).subquery()
        same = (OCCURRENCES.c.schedule_id == newest.c.schedule_id, OCCURRENCES.c.local_date == newest.c.local_date)
        rows = self._scope.rows(self._scope.select(OCCURRENCES).join(newest, and_(*same)))
        return {row.schedule_id: _occurrence(row) for row in rows}

    def _change(self, schedule_id: str, **values: Any) -> None:
        self._scope.change(self._scope.update(SCHEDULES, SCHEDULES.c.id == schedule_id).values(values))


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(
        id=row.id,
        kind=row.kind,
        subject_id=row.subject_id,
        rule=Rule(cadence=row.cadence, anchor=row.anchor, at=row.at, zone=row.zone, until=row.until),
        created_by=row.created_by,
        planned_until=row.planned_until,
        active=row.active,
    )


def _occurrence(row: Row[Any]) -> Occurrence:
    return Occurrence(row.schedule_id, row.local_date, row.due_at, row.state, row.reason)
