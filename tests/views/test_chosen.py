"""What was chosen in a form, read back: what no form of ours offers is stale, never a bug and never something else."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DomainError
from bot.slack.chosen import chosen_day, chosen_number, chosen_time

WEEKDAYS = range(7)


def is_stale(error: pytest.ExceptionInfo[DomainError]) -> bool:
    return error.value.key == "core.stale"


def test_a_day_a_time_and_a_number_are_read_as_chosen() -> None:
    assert chosen_day("2026-11-27") == date(2026, 11, 27)
    assert chosen_time("09:30", time(8)) == time(9, 30)
    assert chosen_number("4", WEEKDAYS, 0) == 4


def test_what_was_not_chosen_is_as_it_would_be_otherwise() -> None:
    assert chosen_day("") is None
    assert chosen_time("", time(8)) == time(8)
    assert chosen_number("", WEEKDAYS, 2) == 2


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "0001-01-01", "9999-12-31", "x", "27.11.2026"])
def test_a_day_that_no_calendar_has_or_nobody_plans_for_is_stale(text: str) -> None:
    with pytest.raises(DomainError) as error:
        chosen_day(text)
    assert is_stale(error)


@pytest.mark.parametrize("text", ["24:00", "25:61", "x", "-1:00", "09+01"])
def test_a_time_that_no_clock_shows_is_stale(text: str) -> None:
    with pytest.raises(DomainError) as error:
        chosen_time(text, time(8))
    assert is_stale(error)


@pytest.mark.parametrize("text", ["7", "-1", "x", "1e0", "٣", "1" * 5000, "4.0", " "])
def test_a_number_that_was_not_offered_is_stale(text: str) -> None:
    with pytest.raises(DomainError) as error:
        chosen_number(text, WEEKDAYS, 0)
    assert is_stale(error)


@given(st.text(max_size=30))
def test_whatever_stands_there_it_is_read_or_stale(text: str) -> None:
    for read in (
        chosen_day,
        lambda each: chosen_time(each, time(8)),
        lambda each: chosen_number(each, WEEKDAYS, 0),
    ):
        with suppress(DomainError):  # and nothing else
            read(text)
