"""What Slack delivers once more, long after something else was done, does not win over it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.slack import ids
from storage import UnitOfWork
from storage.handled import Handled
from storage.tables import Row
from tests.features.harness import TEAM, Bench

Does = Callable[[Bench, str], Awaitable[Any]]
"""Somebody does something, under the key that Slack gives it."""
SALES = "<#C0SALES|sales>"
CITRA = "<@U0CITRA|citra>"


def types(line: str) -> Does:
    return lambda bench, key: bench.command(line, trigger=key)


def settles(button: str) -> Does:
    def does(bench: Bench, key: str) -> Awaitable[Any]:
        own = bench.do(lambda db: db.actions.in_channel("", bench.now - timedelta(days=1)))
        return bench.click(button, ids.pack(action=own[0].id), trigger=key)

    return does


def mutes(button: str) -> Does:
    return lambda bench, key: bench.click(button, ids.pack(kpi="leads"), trigger=key)


CASES: dict[str, tuple[list[Does], Does, Does]] = {
    "an action dropped, and opened again": (
        [types("/checkin actions call them")],
        settles(ids.ACTION_DROPPED),
        settles(ids.ACTION_REOPENED),
    ),
    "an action opened again, and done": (
        [types("/checkin actions call them"), settles(ids.ACTION_DONE)],
        settles(ids.ACTION_REOPENED),
        settles(ids.ACTION_DONE),
    ),
    "a check-in paused, and resumed": (
        [types(f"/checkin team {SALES} standup 09:00")],
        types(f"/checkin team {SALES} pause"),
        types(f"/checkin team {SALES} resume"),
    ),
    "a survey paused, and resumed": (
        [types(f"/pulse enps {SALES} monthly")],
        types("/pulse pause enps-sales"),
        types("/pulse resume enps-sales"),
    ),
    "a target removed, and another one set": (
        [types("/kpi target leads 20 per week")],
        types("/kpi target remove leads"),
        types("/kpi target leads 30 per week"),
    ),
    "a summary stopped, and set up again": (
        [types(f"/kpi summary {SALES} weekly mon 09:00")],
        types(f"/kpi summary stop {SALES}"),
        types(f"/kpi summary {SALES} weekly mon 09:00"),
    ),
    "a one-on-one ended, and begun again": (
        [types(f"/checkin 1on1 {CITRA} every week thu 17:00")],
        types(f"/checkin 1on1 {CITRA} end"),
        types(f"/checkin 1on1 {CITRA} every week thu 17:00"),
    ),
    "a one-on-one skipped, and moved": (
        [types(f"/checkin 1on1 {CITRA} every week fri 10:00")],
        types(f"/checkin 1on1 {CITRA} skip"),
        types(f"/checkin 1on1 {CITRA} move fri 11:00"),
    ),
    "alerts of a KPI muted, and not any more": (
        [],
        mutes(ids.ALERT_MUTED),
        mutes(ids.ALERT_UNMUTED),
    ),
    "a language chosen, and another one": (
        [],
        types("/checkin language id"),
        types("/checkin language en"),
    ),
}


def held(bench: Bench) -> dict[str, list[str]]:
    """Every row there is."""

    def read(db: UnitOfWork) -> dict[str, list[str]]:
        tables = Row.metadata.tables.items()
        return {name: sorted(map(str, db._scope.connection.execute(select(*each.c)))) for name, each in tables}

    return bench.storage.read_now(TEAM, read)


async def live(bench: Bench, case: str) -> tuple[dict[str, list[str]], ...]:
    """What was there before the first of two things was done, between them, after them, and after the first came once
    more."""
    before, first, second = CASES[case]
    for number, each in enumerate(before):
        await each(bench, f"before-{number}")
    states = [held(bench)]
    for does, key in ((first, "first"), (second, "second"), (first, "first")):
        bench.now += timedelta(seconds=1)
        await does(bench, key)
        states.append(held(bench))
    return tuple(states)


@pytest.mark.parametrize("case", CASES)
class TestTheFirstOfTwoComesOnceMore:
    async def test_nothing_changes(self, denyut: Bench, case: str) -> None:
        before, between, after, late = await live(denyut, case)
        assert before != between != after
        assert late == after

    async def test_without_a_memory_of_what_was_handled_it_would(
        self, denyut: Bench, case: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Handled, "first_time", lambda *_: True)
        _, _, after, late = await live(denyut, case)
        assert late != after
