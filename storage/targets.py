"""Targets. How far one is reached is the domain's matter (`bot.domain.pacing`)."""

from typing import Any

from sqlalchemy import ColumnElement, Row

from bot.domain.periods import PeriodKind
from bot.domain.targets import Target
from storage.scope import Scope
from storage.tables import TargetRow, table

TARGETS = table(TargetRow)


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
        }
        self._scope.insert(TARGETS, values)

    def active(self, kpi_key: str | None = None) -> list[Target]:
        """Targets that are not replaced, of all KPIs or one: the team's first, then by owner, by when they were set."""
        where: list[ColumnElement[bool]] = [TARGETS.c.replaced_at.is_(None)]
        if kpi_key is not None:
            where.append(TARGETS.c.kpi_key == kpi_key)
        order = (TARGETS.c.kpi_key, TARGETS.c.owner_id, TARGETS.c.set_at, TARGETS.c.id)
        return [_target(row) for row in self._scope.rows(self._scope.select(TARGETS, *where).order_by(*order))]


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
    )
