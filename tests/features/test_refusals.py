"""A command that was refused stays refused, however late Slack brings it once more: what stood in its way may be gone,
and people have gone on since."""

from collections.abc import Callable
from datetime import date

import pytest

from storage import CannotWrite, UnitOfWork
from tests.features.harness import Bench


def entries(db: UnitOfWork) -> int:
    return len(list(db.kpis.between(date.min, date.max)))


def targets(db: UnitOfWork) -> int:
    return len(db.targets.active())


LATER: dict[str, tuple[str, str, Callable[[UnitOfWork], int]]] = {
    "/kpi undo": ("nothing of yours", "/kpi log leads 3", entries),
    "/kpi target remove leads": ("There is no such target", "/kpi target leads 5 per week", targets),
}
"""By the command: how it is refused, what is done afterwards, and what must still count then."""


@pytest.mark.parametrize("line", LATER)
async def test_it_does_not_undo_what_was_done_since(denyut: Bench, line: str) -> None:
    refusal, since, counted = LATER[line]
    assert refusal in (await denyut.command(line, user="U0BOB", trigger="same")).text
    await denyut.command(since, user="U0BOB")

    again = await denyut.command(line, user="U0BOB", trigger="same")

    assert "twice" in again.text
    assert "type it again" in again.text
    assert denyut.do(counted) == 1
    await denyut.command(line, user="U0BOB")
    assert denyut.do(counted) == 0, "typed anew it does"


async def test_the_reason_is_told_again_as_long_as_it_holds(denyut: Bench) -> None:
    told = [(await denyut.command("/kpi undo", user="U0BOB", trigger="same")).text for _ in range(3)]
    assert set(told) == {"There is nothing of yours to undo."}


async def test_it_is_told_although_nothing_can_be_written(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise CannotWrite("disk full")

    monkeypatch.setattr(denyut.services.storage, "write", full)
    assert "There is no such target" in (await denyut.command("/kpi target remove leads", user="U0BOB")).text
