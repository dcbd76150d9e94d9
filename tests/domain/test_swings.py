"""News and noise: the limits of Wheeler's charts, worked out by hand."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.swings import Swing, best_of, swing

UP_AND_DOWN = (100, 110, 100, 110, 100, 110, 100)
"""Mean of the ranges 10; mean of the values 730/7 = 104.29, so natural limits 77.69 and 130.89; ranges up to 32.68."""


def numbers(values: Sequence[int | None]) -> list[Decimal | None]:
    return [None if value is None else Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (100, Swing.USUAL),
        (110, Swing.USUAL),  # as large as the mean range
        (111, Swing.USUAL),
        (130, Swing.USUAL),  # within the upper limit, 130.89
        (131, Swing.UNUSUAL),
        (78, Swing.USUAL),  # within the lower limit, 77.69
        (77, Swing.UNUSUAL),
    ],
)
def test_a_change_beyond_the_natural_limits_is_news(value: int, said: Swing) -> None:
    earlier = numbers(UP_AND_DOWN)
    assert swing(earlier, Decimal(value), earlier[-1]) is said


def test_a_change_beyond_the_limit_of_ranges_is_news_also_within_those_of_values() -> None:
    """From 120, outside already, back to 87: 33 is beyond 3.268 times the mean range of 10, and 87 is within limits."""
    earlier = numbers((*UP_AND_DOWN[:-1], 120))
    assert swing(earlier, Decimal(87), Decimal(120)) is Swing.UNUSUAL
    assert swing(earlier, Decimal(88), Decimal(120)) is Swing.USUAL


def test_a_small_step_of_a_long_climb_is_no_news() -> None:
    climbing = numbers(range(100, 200, 10))
    assert swing(climbing, Decimal(200), Decimal(190)) is Swing.USUAL
    assert swing(climbing, Decimal(230), Decimal(190)) is Swing.UNUSUAL


@pytest.mark.parametrize("earlier", [(), (1, 2, 3, 4, 5), (1, None, 2, None, 3, None, 4, None, 5, None, 6)])
def test_of_too_few_periods_nothing_is_said(earlier: Sequence[int | None]) -> None:
    assert swing(numbers(earlier), Decimal(1000), Decimal(1)) is None


def test_what_never_moved_makes_news_of_any_move() -> None:
    still = numbers([5] * 8)
    assert swing(still, Decimal(5), Decimal(5)) is Swing.USUAL
    assert swing(still, Decimal(6), Decimal(5)) is Swing.UNUSUAL


@given(
    st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=7, max_size=12),
    st.decimals(-(10**6), 10**6, places=2),
    st.sampled_from([Decimal(2), Decimal("0.01"), Decimal(1000)]),
    st.decimals(-1000, 1000, places=0),
)
def test_neither_the_unit_nor_the_zero_matters(
    values: list[Decimal], value: Decimal, factor: Decimal, moved: Decimal
) -> None:
    once = swing(values, value, values[-1])
    again = swing([each * factor + moved for each in values], value * factor + moved, values[-1] * factor + moved)
    assert once is again


def test_the_best_is_better_than_all_before_it() -> None:
    assert best_of(numbers((1, 2, 3, 4, 5, 6)), Decimal(7), lower_is_better=False) == 7
    assert best_of(numbers((1, 2, 3, 4, 5, 6)), Decimal(6), lower_is_better=False) is None
    assert best_of(numbers((3, 2, 3, 4, 5, 6)), Decimal(1), lower_is_better=True) == 7
    assert best_of(numbers((9, None, 2, 3, 4, 5, 6, 1)), Decimal(8), lower_is_better=False) == 7, "back to the gap"
    assert best_of(numbers((1, 2, 3, 4, 5)), Decimal(7), lower_is_better=False) is None, "of so few it says little"
    assert best_of(numbers((1, 2, 3, 4, 5, 6)), None, lower_is_better=False) is None
