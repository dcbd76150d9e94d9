"""Targets, and what their owners were last told. How far one is reached is the matter of `bot.domain.pacing`."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, or_, select

from bot.domain.periods import PeriodKind
from bot.domain.standings import Standing
from bot.domain.targets import Target
from storage.kpi_tables import StandingRow, TargetRow
from storage.prepared import Prepared
from storage.scope import Scope
from storage.tables import table

TARGETS, STANDINGS = table(TargetRow), table(StandingRow)
_ORDER = (TARGETS.c.kpi_key, TARGETS.c.owner_id, TARGETS.c.set_at, TARGETS.c.id)
# Read with every value that is logged, and so made once.
_ACTIVE = select(*TARGETS.c).where(TARGETS.c.workspace_id == bindparam("workspace"), TARGETS.c.replaced_at.is_(None))
_ALL_ACTIVE = Prepared(_ACTIVE.order_by(*_ORDER))
_ACTIVE_OF_ONE = Prepared(_ACTIVE.where(TARGETS.c.kpi_key == bindparam("kpi")).order_by(*_ORDER))


class Targets:
    """The targets of a workspace. A replaced one stays, with when that was."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def set(self, target: Target) -> None:
        """Make a target the active one of its KPI, owner and kind of period; the one before is replaced as of then."""
        period = target.period.value if target.period else ""
        before = self._scope.update(
            TARGETS,
            TARGETS.c.kpi_key == target.kpi_key,
            TARGETS.c.owner_id == target.owner_id,
            TARGETS.c.period == period,
            TARGETS.c.replaced_at.is_(None),
        )
        self._scope.change(before.values(replaced_at=target.set_at))
        values = {
            "id": target.id,
            "kpi_key": target.kpi_key,
            "value": target.value,
            "period": period,
            "deadline": target.deadline,
            "owner_id": target.owner_id,
            "set_by": target.set_by,
            "set_at": target.set_at,
            "starts": target.starts,
            "replaced_at": target.replaced_at,
            "aim": target.aim,
            "upper": target.upper,
            "because": target.because or None,
        }
        self._scope.insert(TARGETS, values)

    def get(self, target_id: str) -> Target | None:
        row = self._scope.first(self._scope.select(TARGETS, TARGETS.c.id == target_id))
        return _target(row) if row else None

    def end(self, target_id: str, at: datetime) -> bool:
        """Take a target back: it is replaced by nothing. False if it was before."""
        live = self._scope.update(TARGETS, TARGETS.c.id == target_id, TARGETS.c.replaced_at.is_(None))
        return self._scope.change(live.values(replaced_at=at)) == 1

    def held_on(self, day: date) -> list[Target]:
        """The targets that held at the end of a past day: set by then, and replaced later if at all. Days end in UTC
        here, as targets know no zone. In the order of `active`."""
        later = datetime.combine(day + timedelta(days=1), time(), UTC)
        return self._in_order(
            TARGETS.c.starts <= day, or_(TARGETS.c.replaced_at.is_(None), TARGETS.c.replaced_at >= later)
        )

    def teams(self) -> frozenset[str]:
        """The user groups (Slack's ids, "S…") that have a target which is not replaced."""
        theirs = (TARGETS.c.replaced_at.is_(None), TARGETS.c.owner_id.startswith("S"))
        found = self._scope.select(TARGETS, *theirs, columns=[TARGETS.c.owner_id]).distinct()
        return frozenset(row.owner_id for row in self._scope.rows(found))

    def standings(self) -> dict[str, Standing]:
        """What was last told of each target, by target id."""
        return {
            row.target_id: Standing(row.target_id, row.period_first, row.status, row.told_on)
            for row in self._scope.rows(self._scope.select(STANDINGS))
        }

    def note_standing(self, standing: Standing) -> None:
        """Remember what was told of a target now."""
        fields = ("target_id", "period_first", "status", "told_on")
        self._scope.upsert(STANDINGS, [{name: getattr(standing, name) for name in fields}])

    def active(self, kpi_key: str | None = None) -> list[Target]:
        """Targets that are not replaced, of all KPIs or one: the team's first, then by owner, by when they were set."""
        if kpi_key is None:
            return [_target(row) for row in self._scope.prepared(_ALL_ACTIVE).rows]
        return [_target(row) for row in self._scope.prepared(_ACTIVE_OF_ONE, kpi=kpi_key).rows]

    def _in_order(self, *where: ColumnElement[bool]) -> list[Target]:
        return [_target(row) for row in self._scope.rows(self._scope.select(TARGETS, *where).order_by(*_ORDER))]


def _target(row: Row[Any]) -> Target:
    return Target(
        id=row.id,
        kpi_key=row.kpi_key,
        value=row.value,
        period=PeriodKind(row.period) if row.period else None,
        deadline=row.deadline,
        owner_id=row.owner_id,
        set_by=row.set_by,
        set_at=row.set_at,
        starts=row.starts,
        replaced_at=row.replaced_at,
        aim=row.aim,
        upper=row.upper,
        because=row.because or "",
    )
