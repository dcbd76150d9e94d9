"""The eNPS score, its interval and its changes: against published vectors, and against exact fractions."""

import json
import os
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb, erfc, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.enps import (
    SCALE_0_10,
    SCALE_1_10,
    Certainty,
    EnpsClass,
    Interval,
    Scale,
    Tally,
    certainty,
    classify,
    compare,
    interval,
    score,
    shares,
    tally,
    worst_case,
)

VECTORS = json.loads((Path(__file__).parent / "data" / "nps_vectors.json").read_text())
MILLIONTH = 1e-6
COUNTS = int(os.environ.get("DENYUT_COUNTS", "10000"))
"""A million with DENYUT_COUNTS=1000000, which takes some minutes."""
Z95 = Decimal("1.959963984540054235524594430520551527955550")

sizes = st.integers(0, 400)
tallies = st.builds(Tally, sizes, sizes, sizes).filter(lambda each: each.answers > 0)
shown = tallies.filter(lambda each: each.answers >= 5)


def of(row: dict[str, int]) -> Tally:
    return Tally(row["promoters"], row["passives"], row["detractors"])


def exact_adjusted(counted: Tally) -> tuple[Fraction, Fraction]:
    """Centre and squared standard error of the adjusted Wald interval, in exact fractions."""
    size = counted.answers + 3
    up = (counted.promoters + Fraction(3, 4)) / size
    down = (counted.detractors + Fraction(3, 4)) / size
    return up - down, (up + down - (up - down) ** 2) / size


def root(number: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        return (Decimal(number.numerator) / Decimal(number.denominator)).sqrt()


class TestClasses:
    @pytest.mark.parametrize("row", VECTORS["classification"], ids=lambda row: str(row["raw"]))
    def test_each_score_from_0_to_10_has_its_class(self, row):
        assert classify(row["raw"], SCALE_0_10) == row["category"]

    @pytest.mark.parametrize("given_score", range(1, 11))
    def test_the_scale_from_1_to_10_has_the_same_cut_points(self, given_score):
        assert classify(given_score, SCALE_1_10) is classify(given_score, SCALE_0_10)

    @pytest.mark.parametrize("nonsense", [*VECTORS["must_reject"], 9.0, False, float("nan"), Decimal(9)], ids=repr)
    def test_anything_but_a_whole_number_of_the_scale_is_refused(self, nonsense):
        with pytest.raises(ValueError):
            classify(nonsense, SCALE_0_10)

    def test_zero_is_not_on_the_scale_from_1(self):
        assert classify(0, SCALE_0_10) is EnpsClass.DETRACTOR
        with pytest.raises(ValueError):
            classify(0, SCALE_1_10)

    def test_a_scale_offers_its_scores(self):
        assert SCALE_0_10.scores == (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
        assert SCALE_1_10.scores == (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)

    @pytest.mark.parametrize(("low", "high"), [(0, 5), (1, 5), (2, 10), (10, 0), (0, 11)])
    def test_no_other_scale_is_an_enps(self, low, high):
        with pytest.raises(ValueError):
            Scale(low, high)


class TestTallies:
    def test_counts_are_sorted_into_classes(self):
        assert tally({10: 2, 9: 1, 8: 4, 7: 3, 6: 5, 0: 6}, SCALE_0_10) == Tally(3, 7, 11)

    def test_nobody_answered(self):
        assert tally({}, SCALE_0_10) == Tally(0, 0, 0)

    @pytest.mark.parametrize("counts", [{11: 1}, {-1: 1}, {9: -1}, {"9": 1}])
    def test_counts_that_cannot_be_are_refused(self, counts):
        with pytest.raises(ValueError):
            tally(counts, SCALE_0_10)

    def test_a_tally_is_never_negative(self):
        with pytest.raises(ValueError):
            Tally(3, -1, 0)

    def test_all_alike_names_the_only_class(self):
        assert Tally(5, 0, 0).all_alike is EnpsClass.PROMOTER
        assert Tally(0, 6, 0).all_alike is EnpsClass.PASSIVE
        assert Tally(0, 0, 1).all_alike is EnpsClass.DETRACTOR

    @pytest.mark.parametrize("counted", [Tally(0, 0, 0), Tally(5, 1, 0), Tally(1, 0, 5)])
    def test_a_mixed_or_empty_round_is_not_all_alike(self, counted):
        assert counted.all_alike is None


class TestScore:
    @pytest.mark.parametrize("row", VECTORS["one_sample"], ids=lambda row: row["nps_fraction"])
    def test_published_scores(self, row):
        assert score(of(row)) == pytest.approx(float(100 * Fraction(row["nps_fraction"])), abs=1e-9)

    @given(tallies)
    def test_the_score_is_the_exact_fraction(self, counted):
        exact = Fraction(100 * (counted.promoters - counted.detractors), counted.answers)
        assert score(counted) == pytest.approx(float(exact), abs=1e-11)

    @given(tallies)
    def test_the_shares_make_the_whole_and_their_difference_is_the_score(self, counted):
        promoters, passives, detractors = shares(counted)
        assert promoters + passives + detractors == pytest.approx(100)
        assert promoters - detractors == pytest.approx(score(counted), abs=1e-9)

    @pytest.mark.parametrize("ask", [score, shares, interval])
    def test_no_answers_no_score(self, ask):
        with pytest.raises(ValueError):
            ask(Tally(0, 0, 0))


class TestInterval:
    @pytest.mark.parametrize("row", VECTORS["one_sample"], ids=lambda row: row["nps_fraction"])
    def test_published_intervals(self, row):
        low, high = row["adj_wald95_clipped"]
        found = interval(of(row))
        assert (found.low / 100, found.high / 100) == pytest.approx((low, high), abs=1e-9)

    def test_it_is_cut_at_the_ends_of_the_scale(self):
        assert interval(Tally(0, 0, 3)).low == -100
        assert interval(Tally(25, 0, 0)).high == 100

    @given(tallies)
    def test_it_is_the_adjusted_wald_interval_in_exact_arithmetic(self, counted):
        centre, squared_error = exact_adjusted(counted)
        half = float(Z95 * root(squared_error))
        found = interval(counted)
        assert found.low == pytest.approx(max(-100, 100 * (float(centre) - half)), abs=1e-9)
        assert found.high == pytest.approx(min(100, 100 * (float(centre) + half)), abs=1e-9)

    @given(shown)
    def test_it_holds_the_score(self, counted):
        assert interval(counted).low - 1e-9 <= score(counted) <= interval(counted).high + 1e-9


class TestIntervalOfOneGroup:
    """With the number of people asked, the interval is about exactly that group (finite-population correction)."""

    @given(shown, st.integers(0, 400))
    def test_it_holds_the_score_and_stays_within_the_worst_case(self, counted, silent):
        asked = counted.answers + silent
        found, bounds = interval(counted, asked), worst_case(counted, asked)
        assert bounds.low - 1e-9 <= found.low <= score(counted) + 1e-9
        assert score(counted) - 1e-9 <= found.high <= bounds.high + 1e-9

    @given(shown, st.integers(0, 400))
    def test_knowing_the_group_never_makes_it_less_sure(self, counted, silent):
        _, squared_error = exact_adjusted(counted)
        uncut = 200 * float(Z95 * root(squared_error))
        found = interval(counted, counted.answers + silent)
        assert found.high - found.low <= uncut + 1e-9

    def test_nothing_is_uncertain_when_everybody_answered(self):
        assert interval(Tally(6, 3, 1), 10) == Interval(50.0, 50.0)

    def test_in_a_large_group_it_is_the_plain_interval(self):
        plain, found = interval(Tally(12, 10, 8)), interval(Tally(12, 10, 8), 10_000_000)
        assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=1e-3)

    def test_in_large_samples_it_is_the_textbook_correction(self):
        counted, asked = Tally(480, 1120, 2400), 6000
        up, down = 480 / 4000, 2400 / 4000
        error = sqrt((up + down - (up - down) ** 2) / 4000) * sqrt((6000 - 4000) / (6000 - 1))
        found = interval(counted, asked)
        assert (found.high - found.low) / 2 == pytest.approx(100 * 1.96 * error, abs=0.01)
        assert (found.high + found.low) / 2 == pytest.approx(score(counted), abs=0.1)

    @pytest.mark.parametrize("group", [Tally(6, 8, 6), Tally(8, 8, 4), Tally(2, 6, 12), Tally(15, 4, 1)], ids=str)
    @pytest.mark.parametrize("answers", [8, 12, 16])
    def test_it_holds_the_true_score_of_the_group_about_as_often_as_it_says(self, group, answers):
        """Every possible choice of who answers out of a group of 20, weighed by its probability."""
        held = 0
        for up in range(max(0, answers - 20), min(group.promoters, answers) + 1):
            for down in range(min(group.detractors, answers - up) + 1):
                neutral = answers - up - down
                if neutral > group.passives:
                    continue
                ways = comb(group.promoters, up) * comb(group.detractors, down) * comb(group.passives, neutral)
                found = interval(Tally(up, neutral, down), group.answers)
                held += ways * (found.low - 1e-9 <= score(group) <= found.high + 1e-9)
        assert held / comb(20, answers) >= 0.9

    @pytest.mark.parametrize("ask", [interval, worst_case])
    def test_more_answers_than_people_asked_cannot_be(self, ask):
        ask(Tally(3, 2, 1), 6)
        with pytest.raises(ValueError):
            ask(Tally(3, 2, 1), 5)

    def test_the_worst_case_counts_the_silent_both_ways(self):
        assert worst_case(Tally(30, 24, 6), 100) == Interval(-16.0, 64.0)


class TestChange:
    @pytest.mark.parametrize("row", VECTORS["two_sample"], ids=lambda row: f"p={row['p']}")
    def test_published_tests_of_two_rounds(self, row):
        found = compare(of(row["y"]), of(row["x"]))
        assert found.p == pytest.approx(row["p"], abs=1e-6)
        assert found.is_clear is (row["p"] < 0.05)
        adjusted = exact_adjusted(of(row["x"]))[0] - exact_adjusted(of(row["y"]))[0]
        assert float(adjusted) == pytest.approx(row["delta_adjusted"], abs=1e-9)

    def test_the_points_are_the_difference_of_the_scores_as_shown(self):
        assert compare(Tally(50, 0, 50), Tally(60, 10, 30)).points == pytest.approx(30)

    def test_a_small_change_among_few_is_not_called_a_change(self):
        few, many = (Tally(3, 3, 4), Tally(5, 3, 2)), (Tally(300, 300, 400), Tally(500, 300, 200))
        assert compare(*few).points == compare(*many).points == pytest.approx(40)
        assert not compare(*few).is_clear
        assert compare(*many).is_clear

    def test_the_line_is_at_5_percent(self):
        just_not, just_so = compare(Tally(10, 10, 10), Tally(16, 10, 4)), compare(Tally(10, 10, 10), Tally(17, 10, 3))
        assert just_not.p == pytest.approx(0.0535, abs=1e-4)
        assert just_so.p == pytest.approx(0.0215, abs=1e-4)
        assert (just_not.is_clear, just_so.is_clear) == (False, True)

    @given(tallies, tallies)
    def test_the_other_way_round_it_is_the_opposite_change(self, before, after):
        there, back = compare(before, after), compare(after, before)
        assert there.points == pytest.approx(-back.points, abs=1e-9)
        assert there.p == pytest.approx(back.p, abs=1e-12)

    @given(tallies)
    def test_the_same_round_twice_is_no_change(self, counted):
        same = compare(counted, counted)
        assert (same.points, same.p, same.is_clear) == (0, 1, False)

    def test_a_round_without_answers_cannot_be_compared(self):
        with pytest.raises(ValueError):
            compare(Tally(1, 1, 1), Tally(0, 0, 0))


def test_random_counts_agree_with_exact_fractions_to_a_millionth():
    """From the counts of single scores on: score, shares, interval, worst case and change. COUNTS of them."""
    chance = random.Random(20261126)
    before, given_before = None, {}
    for _ in range(COUNTS):
        given = {each: chance.randint(0, 9) for each in range(11) if chance.random() < 0.7}
        given[chance.randrange(11)] = 1
        up, neutral = sum(given.get(each, 0) for each in (9, 10)), sum(given.get(each, 0) for each in (7, 8))
        answers = sum(given.values())
        down, counted = answers - up - neutral, tally(given, SCALE_0_10)
        assert abs(score(counted) - Fraction(100 * (up - down), answers)) < MILLIONTH
        assert all(
            abs(found - Fraction(100 * part, answers)) < MILLIONTH
            for found, part in zip(shares(counted), (up, neutral, down), strict=True)
        )
        centre, squared = exact_adjusted(Tally(up, neutral, down))
        half = float(Z95) * sqrt(squared)
        found = interval(counted)
        assert abs(found.low - max(-100, 100 * (float(centre) - half))) < MILLIONTH
        assert abs(found.high - min(100, 100 * (float(centre) + half))) < MILLIONTH
        silent = chance.randint(0, 50)
        bounds = worst_case(counted, answers + silent)
        assert abs(bounds.low - Fraction(100 * (up - down - silent), answers + silent)) < MILLIONTH
        assert abs(bounds.high - Fraction(100 * (up - down + silent), answers + silent)) < MILLIONTH
        if before is not None:
            exact = Fraction(100 * (up - down), answers) - given_before["score"]
            z = float(centre - given_before["centre"]) / sqrt(squared + given_before["squared"])
            change = compare(before, counted)
            assert abs(change.points - exact) < MILLIONTH
            assert abs(change.p - erfc(abs(z) / sqrt(2))) < MILLIONTH
        before = counted
        given_before = {"score": Fraction(100 * (up - down), answers), "centre": centre, "squared": squared}


@pytest.mark.parametrize(
    ("answers", "label"),
    [
        (5, Certainty.VERY_UNCERTAIN),
        (9, Certainty.VERY_UNCERTAIN),
        (10, Certainty.INDICATIVE),
        (29, Certainty.INDICATIVE),
        (30, Certainty.PLAIN),
        (1000, Certainty.PLAIN),
    ],
)
def test_a_score_is_labelled_by_its_answers(answers, label):
    assert certainty(answers) is label
