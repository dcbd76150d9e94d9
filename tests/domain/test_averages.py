"""Means, their intervals and changes: against published t tables, worked examples, and exact fractions."""

from collections import Counter
from fractions import Fraction
from math import atan, comb, inf, pi, sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.averages import Shares, compare, incomplete_beta, mean, mean_interval, shares, t_quantile, t_tail

AGREEMENT = (1, 5)
counted = st.dictionaries(st.integers(1, 5), st.integers(1, 60), min_size=1)
spread = counted.filter(lambda counts: len(counts) > 1)


class TestStudent:
    @pytest.mark.parametrize(
        ("freedom", "p90", "p95", "p975", "p99", "p995"),
        [
            (1, 3.077683537, 6.313751515, 12.70620474, 31.82051595, 63.65674116),
            (2, 1.885618083, 2.919985580, 4.302652730, 6.964556734, 9.924843201),
            (4, 1.533206274, 2.131846786, 2.776445105, 3.746947388, 4.604094871),
            (5, 1.475884049, 2.015048373, 2.570581836, 3.364929997, 4.032142983),
            (10, 1.372183641, 1.812461123, 2.228138852, 2.763769458, 3.169272667),
            (30, 1.310415025, 1.697260887, 2.042272456, 2.457261542, 2.749995654),
            (120, 1.288646240, 1.657650899, 1.979930405, 2.357824663, 2.617421145),
        ],
    )
    def test_the_quantiles_are_those_of_the_tables(self, freedom, p90, p95, p975, p99, p995):
        for p, expected in ((0.90, p90), (0.95, p95), (0.975, p975), (0.99, p99), (0.995, p995)):
            assert t_quantile(p, freedom) == pytest.approx(expected, abs=1e-6)

    def test_with_many_degrees_of_freedom_it_is_the_normal_distribution(self):
        assert t_quantile(0.975, 1e7) == pytest.approx(1.959963985, abs=1e-6)

    @given(st.floats(-50, 50))
    @example(1e-5)
    @example(-3e-9)
    def test_the_closed_forms_for_1_and_2_degrees_of_freedom(self, t):
        assert t_tail(t, 1) == pytest.approx(0.5 - atan(t) / pi, abs=1e-12)
        assert t_tail(t, 2) == pytest.approx(0.5 - t / (2 * sqrt(2 + t * t)), abs=1e-12)

    @given(st.floats(0, 20), st.floats(1, 500))
    def test_both_tails_are_one(self, t, freedom):
        assert t_tail(t, freedom) + t_tail(-t, freedom) == pytest.approx(1, abs=1e-12)

    @given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 20))
    def test_the_incomplete_beta_function_is_a_binomial_tail(self, a, b, twentieths):
        x, n = Fraction(twentieths, 20), a + b - 1
        tail = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
        assert incomplete_beta(a, b, float(x)) == pytest.approx(float(tail), abs=1e-12)

    @pytest.mark.parametrize("wrong", [(0, 1, 0.5), (1, -1, 0.5), (1, 1, 1.5), (1, 1, -0.1)])
    def test_what_is_not_defined_is_refused(self, wrong):
        with pytest.raises(ValueError):
            incomplete_beta(*wrong)

    @pytest.mark.parametrize("p", [0.4, 1, inf])
    def test_a_quantile_is_of_a_probability(self, p):
        with pytest.raises(ValueError):
            t_quantile(p, 5)


class TestMeans:
    def test_a_worked_example(self):
        counts = {1: 1, 2: 2, 3: 3, 4: 3, 5: 1}  # mean 3.1, s = 1.19722
        shown = mean_interval(counts)
        assert mean(counts) == 3.1
        assert (shown.low, shown.high) == pytest.approx((2.243561, 3.956439), abs=1e-5)

    @given(counted)
    def test_the_mean_is_exact(self, counts):
        exact = Fraction(sum(value * count for value, count in counts.items()), sum(counts.values()))
        assert mean(counts) == pytest.approx(float(exact), rel=1e-15)

    @given(counted)
    def test_the_interval_holds_the_mean_and_stays_on_the_scale(self, counts):
        shown = mean_interval(counts, *AGREEMENT)
        assert 1 <= shown.low <= mean(counts) <= shown.high <= 5

    @given(spread)
    def test_more_answers_of_the_same_kind_make_it_narrower(self, counts):
        few, many = mean_interval(counts), mean_interval({value: 9 * count for value, count in counts.items()})
        assert many.high - many.low < few.high - few.low

    @pytest.mark.parametrize(("answers", "low"), [(5, 5 - 0.6 * 4), (30, 4.6), (300, 4.96), (2, 1)])
    def test_answers_that_are_all_the_same_are_not_sure_but_by_the_rule_of_three(self, answers, low):
        shown = mean_interval({5: answers}, *AGREEMENT)
        assert (shown.low, shown.high) == pytest.approx((low, 5))

    def test_without_a_scale_nothing_is_said_of_answers_that_are_all_the_same(self):
        assert mean_interval({7: 12}) is None
        assert mean_interval({7: 1}) is None

    def test_an_interval_is_cut_at_the_end_of_the_scale_and_only_there(self):
        counts = {5: 5, 1: 1}
        assert mean_interval(counts, *AGREEMENT).high == 5
        assert mean_interval(counts).high > 5

    @pytest.mark.parametrize("counts", [{}, {3: 0}, {3: 5, 4: -1}])
    def test_no_answers_have_no_mean(self, counts):
        for each in (mean, mean_interval, lambda none: shares(none, 1, 5), lambda none: compare(none, {3: 5})):
            with pytest.raises(ValueError):
                each(counts)


class TestShares:
    def test_below_in_and_above_the_middle(self):
        assert shares({1: 1, 2: 2, 3: 3, 4: 3, 5: 1}, 1, 5) == Shares(30, 30, 40)

    def test_a_scale_with_an_even_number_of_steps_has_no_middle(self):
        assert shares({0: 1, 1: 3}, 0, 1) == Shares(25, 0, 75)

    @given(counted)
    def test_they_add_up(self, counts):
        found = shares(counts, *AGREEMENT)
        assert found.low + found.middle + found.high == pytest.approx(100)


class TestChanges:
    def test_a_worked_example(self):
        """The usual textbook samples (in tenths): t = -2.46 with 25.0 degrees of freedom, p = 0.0214."""
        one = [275, 210, 190, 236, 170, 179, 169, 201, 219, 226, 231, 196, 190, 217, 214]
        two = [271, 220, 208, 234, 234, 235, 258, 220, 248, 202, 219, 221, 229, 205, 244]
        change = compare(Counter(one), Counter(two))
        t, freedom = by_hand(one, two)
        assert change.p == pytest.approx(2 * t_tail(abs(t), freedom), abs=1e-12)
        assert (round(t, 2), round(freedom, 1)) == (2.46, 25.0)
        assert change.p == pytest.approx(0.021378, abs=1e-6)
        assert change.is_clear
        assert change.points == pytest.approx(sum(two) / 15 - sum(one) / 15)

    @given(spread, spread)
    def test_forth_and_back_are_as_clear(self, a, b):
        forth, back = compare(a, b), compare(b, a)
        assert forth.points == -back.points
        assert forth.p == pytest.approx(back.p, abs=1e-12)
        assert 0 <= forth.p <= 1
        assert forth.is_clear is (forth.p < 0.05)

    @given(counted)
    def test_nothing_changed_is_no_change(self, counts):
        assert compare(counts, counts).p == pytest.approx(1)

    def test_a_round_without_spread_borrows_the_spread_of_the_other(self):
        assert not compare({4: 5}, {3: 1, 4: 3, 5: 1}).is_clear
        assert compare({1: 12}, {4: 6, 5: 6}).is_clear
        assert 0 < compare({1: 1}, {4: 6, 5: 6}).p <= 1

    def test_two_rounds_without_spread_say_nothing_clear(self):
        assert compare({5: 6}, {1: 6}).p == 1
        assert not compare({5: 6}, {1: 6}).is_clear


def by_hand(one, two):
    """Welch's t and its degrees of freedom from the values themselves."""
    parts = []
    for values in (one, two):
        middle = sum(values) / len(values)
        parts.append(
            (middle, sum((each - middle) ** 2 for each in values) / (len(values) - 1) / len(values), len(values))
        )
    (mean_one, error_one, n), (mean_two, error_two, m) = parts
    freedom = (error_one + error_two) ** 2 / (error_one**2 / (n - 1) + error_two**2 / (m - 1))
    return (mean_two - mean_one) / sqrt(error_one + error_two), freedom
