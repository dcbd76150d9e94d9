"""What moves together: correlations worked out by hand, and what must hold of any."""

from collections.abc import Sequence
from statistics import correlation as stdlib_correlation

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.comovement import Paired, Strength, correlation, holm, p_value, together

ONE_TO_EIGHT = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


def paired(xs: Sequence[float], ys: Sequence[float], key: str = "x") -> Paired[str]:
    return Paired(key, tuple(xs), tuple(ys))


class TestCorrelation:
    def test_by_hand(self) -> None:
        """Distances from the means -2 -1 0 1 2 and -2 0 -1 1 2 (ys 2 4 3 5 6): 4 + 0 + 0 + 1 + 4 = 9, of 10 and 10."""
        found = correlation((1, 2, 3, 4, 5), (2, 4, 3, 5, 6))
        assert found == pytest.approx(0.9)

    def test_a_line_is_one(self) -> None:
        assert correlation(ONE_TO_EIGHT, [3 * x + 2 for x in ONE_TO_EIGHT]) == pytest.approx(1)
        assert correlation(ONE_TO_EIGHT, [-x for x in ONE_TO_EIGHT]) == pytest.approx(-1)

    @pytest.mark.parametrize("xs", [(5.0,) * 8, (0.0,) * 8])
    def test_what_never_moves_moves_with_nothing(self, xs: Sequence[float]) -> None:
        assert correlation(xs, ONE_TO_EIGHT) is None
        assert correlation(ONE_TO_EIGHT, xs) is None

    @pytest.mark.parametrize(("xs", "ys"), [((1.0,), (1.0, 2.0)), ((1.0, float("nan")), (1.0, 2.0))])
    def test_what_is_no_pair_is_refused(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        with pytest.raises(ValueError, match="for every period"):
            correlation(xs, ys)

    @given(st.lists(st.tuples(VALUES, VALUES), min_size=3, max_size=40))
    def test_is_symmetric_bounded_and_as_the_standard_library_has_it(self, pairs: list[tuple[float, float]]) -> None:
        xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
        found = correlation(xs, ys)
        assert found == correlation(ys, xs)
        assume(found is not None)
        assert found is not None
        assert -1 <= found <= 1
        spread = min(max(each) - min(each) for each in (xs, ys))
        if spread > 0.01:
            assert found == pytest.approx(stdlib_correlation(xs, ys), abs=1e-6)

    @given(
        st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=3, max_size=40),
        st.sampled_from([1e-9, 0.5, 3.0, 1e9, -2.0]),
        st.integers(-1000, 1000),
    )
    def test_the_unit_does_not_matter(self, pairs: list[tuple[int, int]], factor: float, moved: int) -> None:
        xs, ys = [float(x) for x, _ in pairs], [float(y) for _, y in pairs]
        once, again = correlation(xs, ys), correlation([factor * (x + moved) for x in xs], ys)
        assume(once is not None)
        assert once is not None
        assert again == pytest.approx(once if factor > 0 else -once, abs=1e-6)


class TestChance:
    @pytest.mark.parametrize(
        ("r", "n"),
        # critical values of r at p = 0.05, two-sided: Fisher and Yates 1938, Statistical Tables, table VI
        [(0.7067, 8), (0.6319, 10), (0.4438, 20), (0.3494, 32)],
    )
    def test_agrees_with_the_tables(self, r: float, n: int) -> None:
        assert p_value(r, n) == pytest.approx(0.05, abs=0.0001)
        assert p_value(-r, n) == p_value(r, n)

    def test_two_degrees_of_freedom_by_hand(self) -> None:
        """Of t with two degrees of freedom the tail is 1/2 - t / (2 sqrt(2 + t^2)): for n = 4, p is 1 - |r|."""
        for r in (0.0, 0.3, 0.5, 0.95):
            assert p_value(r, 4) == pytest.approx(1 - r)
        assert p_value(1.0, 4) == 0

    def test_two_points_say_nothing(self) -> None:
        with pytest.raises(ValueError, match="always lie on a line"):
            p_value(0.5, 2)

    def test_holm_by_hand(self) -> None:
        """Of four: 0.005 * 4, 0.01 * 3, 0.03 * 2, 0.04 * 1 (not below the one before it)."""
        assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
        assert holm([0.6, 0.7]) == pytest.approx([1.0, 1.0])
        assert holm([]) == []


class TestTogether:
    ENPS = (10.0, 30.0, 20.0, 50.0, 40.0, 60.0, 30.0, 70.0)
    SALES = (110.0, 310.0, 190.0, 520.0, 420.0, 590.0, 280.0, 690.0)

    def test_says_how_closely_and_over_how_long(self) -> None:
        (found,) = together([paired(self.ENPS, self.SALES)])
        assert found.key == "x"
        assert found.periods == 8
        assert found.r == pytest.approx(stdlib_correlation(self.ENPS, self.SALES))
        assert found.strength is Strength.STRONG
        assert found.p < 0.05

    def test_the_other_way_round_too(self) -> None:
        (found,) = together([paired(self.ENPS, [-each for each in self.SALES])])
        assert found.r < -0.8

    def test_a_loose_one_is_moderate(self) -> None:
        ys = (300.0, 290.0, 250.0, 470.0, 250.0, 560.0, 370.0, 440.0)
        (found,) = together([paired(self.ENPS, ys)])
        assert found.r == pytest.approx(stdlib_correlation(self.ENPS, ys))
        assert found.strength is Strength.MODERATE

    def test_seven_periods_are_too_few(self) -> None:
        assert together([paired(self.ENPS[:7], self.SALES[:7])]) == []

    def test_two_that_only_climb_are_not_said_to_move_together(self) -> None:
        """Both grow, but whenever one takes a large step the other takes a small one."""
        steps = (1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)
        xs = [float(sum(steps[:n])) for n in range(12)]
        ys = [float(sum(4 - step for step in steps[:n])) for n in range(12)]
        r = correlation(xs, ys)
        assert r is not None
        assert r > 0.9
        assert together([paired(xs, ys)]) == []

    def test_among_many_pairs_one_that_fits_is_taken_for_chance(self) -> None:
        """Alone its p is 0.007; of 21 pairs, at least one as close is to be expected now and then."""
        ys = (200.0, 290.0, 250.0, 470.0, 250.0, 560.0, 450.0, 540.0)
        assert len(together([paired(self.ENPS, ys)])) == 1
        noise = [paired(self.ENPS, (1.0, -1.0) * 4, f"noise {number}") for number in range(20)]
        assert together([paired(self.ENPS, ys), *noise]) == []

    def test_the_closest_comes_first(self) -> None:
        loose = (120.0, 290.0, 250.0, 470.0, 450.0, 560.0, 370.0, 640.0)
        ps = together([paired(self.ENPS, loose, "loose"), paired(self.ENPS, self.ENPS, "same")])
        assert [each.key for each in ps] == ["same", "loose"]
