"""What is published of a round, and what never is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.enps import SCALE_0_10, SCALE_1_10, EnpsClass, Interval, Tally, score, tally
from bot.domain.privacy import FLOOR, Hidden, Thresholds, publication, range_of, thresholds
from bot.domain.surveys import Round, RoundFacts, RoundState

MONDAY = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
MIXED = {10: 6, 8: 4, 3: 2}


def facts(counts, asked=20, state=RoundState.CLOSED, scale=SCALE_0_10, answered=None, limits=None):
    limits = limits or thresholds(asked)
    launched = Round(
        id="R1",
        survey_id="S1",
        number=1,
        state=state,
        scale=scale,
        opened_at=MONDAY,
        closes_at=MONDAY + timedelta(days=5),
        asked=asked,
        min_score=limits.min_score,
        min_comments=limits.min_comments,
        started_by="U1",
    )
    return RoundFacts(launched, sum(counts.values()) if answered is None else answered, counts, ("because",))


def shows_nothing(published) -> bool:
    return published.tally is None and published.alike is None and not published.comments_shown


@pytest.mark.parametrize(
    ("asked", "limits"),
    [(3, Thresholds(5, 5)), (9, Thresholds(5, 5)), (10, Thresholds(5, 10)), (500, Thresholds(5, 10))],
)
def test_a_score_needs_5_answers_and_comments_10_or_5_in_a_small_group(asked, limits):
    assert thresholds(asked) == limits


def test_a_closed_round_shows_its_tally_and_comments():
    published = publication(facts(MIXED))
    assert published.tally == Tally(6, 4, 2)
    assert (published.answers, published.asked) == (12, 20)
    assert published.hidden is None
    assert published.alike is None
    assert published.comments_shown


@pytest.mark.parametrize("state", [state for state in RoundState if state is not RoundState.CLOSED])
def test_nothing_is_published_of_a_round_that_is_not_closed_but_how_many_answered(state):
    published = publication(facts(MIXED, state=state))
    assert published.hidden is Hidden.STILL_OPEN
    assert (published.answers, published.asked) == (12, 20)
    assert shows_nothing(published)


def test_four_answers_are_too_few_and_five_are_enough():
    four, five = publication(facts({10: 3, 2: 1})), publication(facts({10: 4, 2: 1}))
    assert four.hidden is Hidden.TOO_FEW
    assert four.answers == 4
    assert shows_nothing(four)
    assert five.hidden is None
    assert five.tally == Tally(4, 0, 1)


def test_comments_wait_for_more_answers_than_the_score():
    assert not publication(facts({10: 6, 2: 3})).comments_shown
    assert publication(facts({10: 6, 2: 4})).comments_shown
    assert publication(facts({10: 4, 2: 1}, asked=9)).comments_shown


@pytest.mark.parametrize(
    ("counts", "alike", "shown"),
    [
        ({10: 8, 9: 7}, EnpsClass.PROMOTER, Interval(90, 100)),
        ({8: 8, 7: 7}, EnpsClass.PASSIVE, Interval(-10, 10)),
        ({0: 8, 6: 7}, EnpsClass.DETRACTOR, Interval(-100, -90)),
    ],
)
def test_a_group_that_answered_all_alike_is_a_range_without_tally_and_comments(counts, alike, shown):
    published = publication(facts(counts))
    assert published.alike is alike
    assert published.hidden is None
    assert published.tally is None
    assert not published.comments_shown
    assert range_of(alike) == shown
    assert shown.low <= score(tally(counts, SCALE_0_10)) <= shown.high


@pytest.mark.parametrize(
    "broken",
    [
        facts({11: 8, 5: 4}),
        facts({0: 8, 9: 4}, scale=SCALE_1_10),
        facts({9: 12, 5: -2}),
        facts({"9": 8, 5: 4}),
        facts({9: 12, 5: 9}, asked=20),
        facts({9: 3, 5: 3}, asked=0),
    ],
    ids=["off the scale", "zero on 1-10", "negative", "not a number", "more answers than asked", "nobody asked"],
)
def test_counts_that_cannot_be_right_are_hidden(broken):
    published = publication(broken)
    assert published.hidden is Hidden.TOO_FEW
    assert shows_nothing(published)


def test_thresholds_below_the_floor_do_not_count():
    careless = Thresholds(min_score=0, min_comments=0)
    assert publication(facts({10: 1, 2: 1}, limits=careless)).hidden is Hidden.TOO_FEW
    assert publication(facts({10: 2, 2: 1}, limits=careless)).tally == Tally(2, 0, 1)
    assert FLOOR == 3


counts_of_rounds = st.dictionaries(st.integers(-1, 11), st.integers(-1, 6), max_size=13)


@given(counts_of_rounds, st.integers(0, 60), st.sampled_from(RoundState), st.integers(0, 60))
def test_no_publication_of_fewer_than_5_answers_carries_a_result(counts, asked, state, answered):
    published = publication(facts(counts, asked=asked, state=state, answered=answered))
    given_answers = sum(counts.values())
    if given_answers < 5 or state is not RoundState.CLOSED:
        assert published.hidden is not None
    if published.hidden is not None:
        assert shows_nothing(published)
    if published.tally is not None:
        assert published.tally.answers == given_answers >= 5
        assert published.tally.all_alike is None
    if published.comments_shown:
        assert published.tally is not None
        assert given_answers >= (10 if asked >= 10 else 5)


@given(st.dictionaries(st.integers(0, 10), st.integers(1, 6), min_size=1))
def test_a_sound_closed_round_with_5_answers_always_says_something(counts):
    published = publication(facts(counts, asked=100))
    assert (published.hidden is None) is (sum(counts.values()) >= 5)
    assert [published.tally, published.alike, published.hidden].count(None) == 2
