"""Two people set the same target in the same moment, on two replicas: the later one replaces the other."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bot.domain.members import Member
from bot.domain.periods import PeriodKind
from bot.kpis.targets.grammar import TargetRequest
from bot.kpis.targets.service import set_target
from storage import Storage, UnitOfWork
from tests.features.replicas import TEAM, at_once
from tests.features.test_kpis_correcting_replicas import AYU, BOB, acting, backend, replicas

__all__ = ["backend", "replicas"]


def sets(by: Member, value: int) -> Callable[[UnitOfWork], Any]:
    def work(db: UnitOfWork) -> Any:
        who = acting(db, by)
        return set_target(db, TargetRequest(who.kpis["leads"], Decimal(value), PeriodKind.WEEK, None), str(value), who)

    return work


def test_the_later_of_two_replaces_the_other_and_nobody_meets_an_error(replicas: tuple[Storage, Storage]) -> None:
    (first, replaced), (second, replaced_then) = at_once(replicas, sets(BOB, 50), sets(AYU, 60))
    assert (replaced, replaced_then) == (None, first)
    assert replicas[0].read_now(TEAM, lambda db: db.targets.active("leads")) == [second]
