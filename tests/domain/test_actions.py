"""Promised actions: when one is overdue, whom it concerns, and which comes first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.actions import Action, ActionSource, ActionState, by_urgency

TODAY = date(2026, 11, 26)
ACTION = Action("a1", "call", "U1", TODAY, ActionSource.ALERT, "leads", "U2", datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("action", "overdue"),
    [
        (ACTION, False),
        (replace(ACTION, due_on=TODAY - timedelta(days=1)), True),
        (replace(ACTION, due_on=TODAY - timedelta(days=1), state=ActionState.DONE), False),
        (replace(ACTION, due_on=None), False),
    ],
)
def test_it_is_overdue_from_the_day_after_its_date_on(action: Action, overdue: bool) -> None:
    assert action.is_overdue(TODAY) is overdue


def test_it_concerns_those_it_is_between() -> None:
    private = replace(ACTION, source=ActionSource.ONE_ON_ONE, partner_id="U3")
    assert [private.concerns(each) for each in ("U1", "U2", "U3", "U4", "")] == [True, True, True, False, False]
    assert private.is_private
    assert not ACTION.is_private


def test_an_empty_partner_is_nobody() -> None:
    assert not ACTION.concerns("")


def test_the_nearest_date_comes_first_and_none_last() -> None:
    some_time = replace(ACTION, id="a0", due_on=None)
    sooner = replace(ACTION, id="a2", due_on=TODAY - timedelta(days=3))
    assert by_urgency([some_time, ACTION, sooner]) == [sooner, ACTION, some_time]
