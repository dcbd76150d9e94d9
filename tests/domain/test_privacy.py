"""What is published of a round, and what never is."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audiences import Audience
from bot.domain.enps import SCALE_0_10, SCALE_1_10, EnpsClass, Interval, Tally, score, tally
from bot.domain.privacy import (
    FLOOR,
    EarlierRound,
    Hidden,
    Thresholds,
    category_of,
    publication,
    publish,
    publish_named,
    range_of,
    same_question,
    thresholds,
    value_range,
)
from bot.domain.questions import Question, QuestionKind, enps_question
from bot.domain.surveys import Definition, NamedAnswer, Round, RoundFacts, RoundState, SegmentFacts

MONDAY = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
MIXED = {10: 6, 8: 4, 3: 2}
ENPS = enps_question(SCALE_0_10)
AGREEMENT = Question("q1", QuestionKind.AGREEMENT, bank="goals", low=1, high=5)
STARS = Question("q2", QuestionKind.STARS, {"en": "Stars?"}, low=1, high=5)
YES_NO = Question("q3", QuestionKind.YES_NO, {"en": "Yes?"}, low=0, high=1)
CHOICE = Question("q4", QuestionKind.CHOICE, {"en": "Which?"}, options=({"en": "A"}, {"en": "B"}, {"en": "C"}))
CHOICES = replace(CHOICE, id="q5", kind=QuestionKind.CHOICES)
NUMBER = Question("q6", QuestionKind.NUMBER, {"en": "How many?"})
TEXT = Question("q7", QuestionKind.TEXT, {"en": "What else?"})


def round_of(asked=20, questions=(ENPS,), state=RoundState.CLOSED, limits=None, named=False, number=1, survey="S1"):
    limits = limits or thresholds(asked)
    closed = MONDAY + timedelta(days=30 * number)
    return Round(
        id=f"{survey}-{number}",
        survey_id=survey,
        number=number,
        state=state,
        definition=Definition(Audience(channels=("C1",)), tuple(questions), is_named=named),
        opened_at=closed - timedelta(days=5),
        closes_at=closed,
        asked=asked,
        min_score=limits.min_score,
        min_comments=limits.min_comments,
        started_by="U1",
    )


def facts(counts, asked=20, answered=None, question=ENPS, **how):
    launched = round_of(asked, (question,), **how)
    answered = sum(counts.values()) if answered is None else answered
    return RoundFacts(launched, answered, {question.id: counts}, {question.id: ("because",)} if counts else {})


def only(known, groups=(), earlier=()):
    """The one question of a round as it is published."""
    return publish(known, groups, earlier).questions[0]


def read(known):
    """The eNPS question as it is read from what was published."""
    return publication(replace(known, round=replace(known.round, published=publish(known, (), ()))))


def shows_nothing(one) -> bool:
    return not one.counts and one.alike is None and not one.texts_shown


class TestThresholds:
    @pytest.mark.parametrize(
        ("asked", "limits"),
        [(3, Thresholds(5, 5)), (9, Thresholds(5, 5)), (10, Thresholds(5, 10)), (500, Thresholds(5, 10))],
    )
    def test_a_score_needs_5_answers_and_comments_10_or_5_in_a_small_group(self, asked, limits):
        assert thresholds(asked) == limits

    def test_four_answers_are_too_few_and_five_are_enough(self):
        four, five = only(facts({10: 3, 2: 1})), only(facts({10: 4, 2: 1}))
        assert (four.hidden, four.answers) == (Hidden.TOO_FEW, 4)
        assert shows_nothing(four)
        assert five.hidden is None
        assert five.counts == {10: 4, 2: 1}

    def test_texts_wait_for_more_respondents_of_the_round_than_the_score(self):
        assert not only(facts({10: 6, 2: 3})).texts_shown
        assert only(facts({10: 6, 2: 4})).texts_shown
        assert only(facts({10: 4, 2: 1}, asked=9)).texts_shown
        assert only(facts({10: 4, 2: 2}, answered=12)).texts_shown

    def test_below_the_floor_they_do_not_count(self):
        careless = Thresholds(min_score=0, min_comments=0)
        assert only(facts({10: 1, 2: 1}, limits=careless)).hidden is Hidden.TOO_FEW
        assert only(facts({10: 2, 2: 1}, limits=careless)).counts == {10: 2, 2: 1}
        assert FLOOR == 3


class TestWholeRound:
    @pytest.mark.parametrize("state", [state for state in RoundState if state is not RoundState.CLOSED])
    def test_nothing_is_published_before_the_close_but_how_many_answered(self, state):
        published = publish(facts(MIXED, state=state), (), ())
        assert (published.answered, published.asked) == (12, 20)
        assert published.questions[0].hidden is Hidden.STILL_OPEN
        assert shows_nothing(published.questions[0])
        assert published.segments == ()

    @pytest.mark.parametrize(
        "broken",
        [
            facts({11: 8, 5: 4}),
            facts({0: 8, 9: 4}, question=enps_question(SCALE_1_10)),
            facts({9: 12, 5: -2}),
            facts({"9": 8, 5: 4}),
            facts({True: 8, 5: 4}),
            facts({9: 12, 5: 9}, asked=20),
            facts({9: 8, 5: 4}, answered=11),
            facts({9: 8, 5: 4}, answered=21),
            facts({9: 3, 5: 3}, asked=0),
            facts({0: 8, 1: 4}, question=CHOICES),
        ],
        ids=lambda known: f"{known.counts} of {known.answered} of {known.round.asked}",
    )
    def test_numbers_that_cannot_be_right_are_hidden(self, broken):
        assert only(broken).hidden is Hidden.UNSOUND
        assert shows_nothing(only(broken))

    @pytest.mark.parametrize(
        ("question", "counts", "category"),
        [
            (ENPS, {10: 8, 9: 7}, 2),
            (ENPS, {8: 8, 7: 7}, 1),
            (ENPS, {0: 8, 6: 7}, 0),
            (AGREEMENT, {4: 12}, 4),
            (STARS, {5: 12}, 5),
            (YES_NO, {1: 12}, 1),
            (CHOICE, {2: 12}, 2),
            (NUMBER, {250: 12}, 250),
        ],
    )
    def test_where_all_answered_alike_there_is_only_the_category_and_no_texts(self, question, counts, category):
        one = only(facts(counts, question=question))
        assert (one.alike, one.hidden, dict(one.counts), one.texts_shown) == (category, None, {}, False)
        assert {category_of(question, value) for value in counts} == {category}

    def test_one_other_answer_makes_it_a_distribution(self):
        assert only(facts({4: 11, 5: 1}, question=AGREEMENT)).counts == {4: 11, 5: 1}

    def test_several_choices_tell_how_often_each_was_chosen_and_not_which_together(self):
        one = only(facts({0b011: 4, 0b101: 3, 0b010: 2}, question=CHOICES))
        assert (one.answers, one.counts) == (9, {0b001: 7, 0b010: 6, 0b100: 3})

    def test_an_option_that_everybody_chose_hides_the_question_and_one_nobody_chose_does_not(self):
        assert only(facts({0b011: 6, 0b001: 6}, question=CHOICES)).hidden is Hidden.TOO_CLOSE
        assert only(facts({0b010: 6, 0b001: 6}, question=CHOICES)).counts == {0b010: 6, 0b001: 6}

    def test_a_text_question_has_texts_from_as_many_respondents_as_comments_need(self):
        known = RoundFacts(round_of(20, (TEXT,)), 10, {}, {"q7": ("one", "two")})
        one, fewer = only(known), only(replace(known, answered=9))
        assert (one.answers, one.hidden, one.texts_shown) == (2, None, True)
        assert (fewer.hidden, fewer.texts_shown) == (Hidden.TOO_FEW, False)

    def test_a_round_with_names_publishes_what_an_anonymous_one_would(self):
        group = SegmentFacts("Sales", frozenset({"U1"}), 1, {"enps": {10: 1}})
        rest = SegmentFacts("", frozenset({"U2", "U3"}), 0, {})
        for counts, asked, groups in (({10: 1}, 3, (group, rest)), ({10: 7}, 9, ()), (MIXED, 20, ())):
            anonymous, named = (facts(counts, asked=asked, named=named) for named in (False, True))
            assert publish(named, groups, ()) == publish(anonymous, groups, ())
        few = publish(facts({10: 1}, asked=3, named=True), (group, rest), ())
        assert (few.questions[0].hidden, few.segments) == (Hidden.TOO_FEW, ())

    def test_who_was_announced_to_see_names_sees_everything(self):
        known = facts({10: 1}, asked=3, named=True)
        group = SegmentFacts("Sales", frozenset({"U1"}), 1, {"enps": {10: 1}})
        rest = SegmentFacts("", frozenset({"U2", "U3"}), 0, {})
        seen = publish_named(known, (group, rest))
        assert seen.questions[0].counts == {10: 1}
        assert seen.questions[0].texts_shown
        assert [each.segment for each in seen.segments] == ["Sales"]
        assert seen.segments[0].questions[0].counts == {10: 1}

    def test_but_nothing_before_the_close_nor_of_an_anonymous_round(self):
        running = facts(MIXED, named=True, state=RoundState.OPEN)
        assert publish_named(running, ()).questions[0].hidden is Hidden.STILL_OPEN
        with pytest.raises(ValueError, match="was not asked with names"):
            publish_named(facts(MIXED), ())


class TestReading:
    def test_a_closed_round_shows_its_tally_and_comments(self):
        shown = read(facts(MIXED))
        assert shown.tally == Tally(6, 4, 2)
        assert (shown.answers, shown.asked, shown.hidden, shown.alike) == (12, 20, None, None)
        assert shown.comments_shown

    @pytest.mark.parametrize(
        ("counts", "alike", "shown"),
        [
            ({10: 8, 9: 7}, EnpsClass.PROMOTER, Interval(90, 100)),
            ({8: 8, 7: 7}, EnpsClass.PASSIVE, Interval(-10, 10)),
            ({0: 8, 6: 7}, EnpsClass.DETRACTOR, Interval(-100, -90)),
        ],
    )
    def test_a_group_that_answered_all_alike_is_a_range(self, counts, alike, shown):
        found = read(facts(counts))
        assert (found.alike, found.hidden, found.tally, found.comments_shown) == (alike, None, None, False)
        assert range_of(alike) == shown
        assert shown.low <= score(tally(counts, SCALE_0_10)) <= shown.high

    def test_what_is_hidden_stays_hidden(self):
        assert read(facts({10: 3, 2: 1})).hidden is Hidden.TOO_FEW
        assert read(facts({11: 8, 5: 4})).hidden is Hidden.UNSOUND

    def test_it_is_open_until_it_is_closed_and_decided(self):
        known = facts(MIXED)
        assert publication(known).hidden is Hidden.STILL_OPEN
        still = replace(known.round, state=RoundState.OPEN, published=publish(known, (), ()))
        assert publication(replace(known, round=still)).hidden is Hidden.STILL_OPEN
        assert publication(known).answers == 12

    def test_a_round_without_the_enps_question_has_no_answers_to_it(self):
        found = read(facts({4: 6, 5: 6}, question=AGREEMENT))
        assert (found.answers, found.asked, found.hidden, found.tally) == (0, 20, Hidden.TOO_FEW, None)

    @pytest.mark.parametrize(
        ("question", "category", "shown"),
        [
            (AGREEMENT, 1, (1, 2)),
            (AGREEMENT, 3, (2, 4)),
            (STARS, 5, (4, 5)),
            (YES_NO, 1, None),
            (CHOICE, 1, None),
            (CHOICES, 1, None),
            (NUMBER, 100, None),
            (ENPS, 2, None),
        ],
    )
    def test_a_scale_that_is_alike_is_shown_with_its_neighbours(self, question, category, shown):
        assert value_range(question, category) == shown


def broken_down(groups, question=ENPS, silent=None, **how):
    """A round whose groups are {"name": counts}, everybody having answered but `silent` of each group."""
    silent = silent or {}
    parts = []
    for name, counts in groups.items():
        size = sum(counts.values()) + silent.get(name, 0)
        people = frozenset(f"{name or 'none'}{number}" for number in range(size))
        parts.append(SegmentFacts(name, people, sum(counts.values()), {question.id: counts}))
    total = Counter()
    for counts in groups.values():
        total.update(counts)
    return facts(total, asked=sum(len(each.asked) for each in parts), question=question, **how), parts


def shown_groups(groups, **how):
    published = publish(*broken_down(groups, **how), ())
    return {each.segment: each.questions[0].counts for each in published.segments}


class TestGroups:
    FIVE, SIX, SEVEN = {10: 3, 3: 2}, {10: 3, 3: 3}, {10: 4, 8: 3}

    def test_groups_of_five_and_more_are_shown_beside_the_whole(self):
        groups = {"Ops": self.FIVE, "Sales": self.SIX}
        published = publish(*broken_down(groups), ())
        assert {each.segment: each.questions[0].counts for each in published.segments} == groups
        assert (published.segments_hidden, published.hidden_asked) == (0, 0)
        assert not any(each.texts_shown for group in published.segments for each in group.questions)

    def test_a_small_group_hides_the_next_smallest_too(self):
        known, parts = broken_down({"IT": {10: 2, 2: 1}, "Ops": self.FIVE, "Sales": self.SIX, "Lab": self.SEVEN})
        published = publish(known, parts, ())
        assert [each.segment for each in published.segments] == ["Lab", "Sales"]
        assert (published.segments_hidden, published.hidden_asked) == (2, 8)

    def test_people_without_a_group_are_a_remainder_as_well(self):
        assert set(shown_groups({"": {10: 1}, "Ops": self.FIVE, "Sales": self.SIX})) == {"Sales"}
        assert set(shown_groups({"": self.FIVE, "Ops": self.FIVE, "Sales": self.SIX})) == {"Ops", "Sales"}

    def test_a_remainder_of_silent_people_must_be_large_too(self):
        groups = {"IT": {}, "Ops": self.FIVE, "Sales": self.SIX}
        assert set(shown_groups(groups, silent={"IT": 2})) == {"Sales"}
        assert set(shown_groups(groups, silent={"IT": 6})) == {"Ops", "Sales"}

    @pytest.mark.parametrize("sided", [{10: 5}, {9: 4, 10: 1}, {10: 5, 2: 1}])
    def test_where_a_group_is_one_sided_nothing_is_broken_down(self, sided):
        assert shown_groups({"Ops": sided, "Sales": self.SIX, "Lab": self.SEVEN}) == {}
        assert set(shown_groups({"Ops": self.FIVE, "Sales": self.SIX, "Lab": self.SEVEN})) == {"Ops", "Sales", "Lab"}

    def test_nor_where_subtraction_would_show_a_remainder_as_alike(self):
        groups = {"": {10: 6}, "Ops": self.FIVE, "Sales": self.SIX}
        assert shown_groups(groups) == {}
        assert set(shown_groups({**groups, "": {10: 4, 1: 2}})) == {"Ops", "Sales"}

    def test_one_group_that_is_everybody_adds_nothing(self):
        assert shown_groups({"Ops": self.SEVEN}) == {}
        assert set(shown_groups({"Ops": self.SEVEN, "": self.SIX})) == {"Ops"}

    def test_nothing_is_broken_down_where_the_whole_is_a_range(self):
        assert shown_groups({"Ops": {10: 6}, "Sales": {10: 6}}) == {}

    def test_groups_that_do_not_add_up_are_not_shown(self):
        known, parts = broken_down({"Ops": self.FIVE, "Sales": self.SIX})
        for wrong in (
            parts[:1],
            [*parts, parts[0]],
            [replace(parts[0], answered=4), parts[1]],
            [replace(parts[0], counts={"enps": self.SIX}), parts[1]],
            [replace(parts[0], asked=parts[1].asked), parts[1]],
        ):
            assert publish(known, wrong, ()).segments == ()
        assert len(publish(known, parts, ()).segments) == 2

    def test_each_question_is_judged_by_itself(self):
        known, parts = broken_down({"Ops": self.FIVE, "Sales": self.SIX})
        questions = (ENPS, YES_NO, STARS, TEXT)
        known = replace(
            known,
            round=replace(known.round, definition=replace(known.round.definition, questions=questions)),
            counts={**known.counts, "q3": {1: 7, 0: 2}, "q2": {1: 6, 5: 5}},
        )
        parts = [
            replace(parts[0], counts={**parts[0].counts, "q3": {1: 3}, "q2": {1: 4, 5: 1}}),
            replace(parts[1], counts={**parts[1].counts, "q3": {1: 4, 0: 2}, "q2": {1: 2, 5: 4}}),
        ]
        first, second = publish(known, parts, ()).segments
        assert [each.hidden for each in first.questions] == [None, Hidden.TOO_FEW, Hidden.TOO_CLOSE]
        assert [each.hidden for each in second.questions] == [None, Hidden.TOO_CLOSE, Hidden.TOO_CLOSE]


def told(counts, people, question=ENPS, published=True, **how):
    """An earlier round and the facts of it, with the people it asked."""
    known = facts(counts, asked=len(people), question=question, **how)
    group = SegmentFacts("", frozenset(people), known.answered, known.counts)
    decided = publish(known, (group,), ()) if published else None
    return EarlierRound(replace(known.round, published=decided), dict.fromkeys(people, "")), known, (group,)


class TestBetweenRounds:
    TEAM = tuple(f"U{number}" for number in range(10))

    def after(self, counts, people, earlier, **how):
        _, known, groups = told(counts, people, **{"number": 2, **how})
        return only(known, groups, earlier)

    def test_the_answer_of_somebody_who_joined_is_not_the_difference_of_two_rounds(self):
        before, *_ = told({10: 5, 2: 5}, self.TEAM)
        assert self.after({10: 6, 2: 5}, (*self.TEAM, "U99"), [before]).hidden is Hidden.TOO_CLOSE
        assert self.after({10: 6, 2: 5}, (*self.TEAM, "U99"), []).hidden is None
        assert self.after({10: 6, 2: 4}, self.TEAM, [before]).hidden is None

    def test_nor_that_of_somebody_who_left(self):
        before, *_ = told({10: 5, 2: 5}, self.TEAM)
        assert self.after({10: 5, 2: 4}, self.TEAM[:9], [before]).hidden is Hidden.TOO_CLOSE

    def test_while_somebody_did_not_answer_nobody_knows_whose_answers_they_are(self):
        before, *_ = told({10: 5, 2: 5}, self.TEAM)
        people = (*self.TEAM, "U98", "U99")
        assert self.after({10: 6, 2: 5}, people, [before]).hidden is None
        assert self.after({10: 6, 2: 6}, people, [before]).hidden is Hidden.TOO_CLOSE

    def test_a_round_of_another_question_or_of_long_ago_does_not_count(self):
        people, counts = (*self.TEAM, "U99"), {10: 6, 2: 5}
        before, *_ = told({10: 5, 2: 5}, self.TEAM)
        other, *_ = told({1: 5, 2: 5}, self.TEAM, question=AGREEMENT)
        hidden = EarlierRound(replace(before.round, published=None), before.asked)
        for each in (other, hidden):
            assert self.after(counts, people, [each]).hidden is None
        assert self.after(counts, people, [before], number=14).hidden is Hidden.TOO_CLOSE
        assert self.after(counts, people, [before], number=15).hidden is None
        assert self.after(counts, people, [before], survey="S2").hidden is Hidden.TOO_CLOSE

    def test_what_everybody_saw_of_a_round_with_names_counts_like_any_other(self):
        named, *_ = told({10: 5, 2: 5}, self.TEAM, named=True)
        assert self.after({10: 6, 2: 5}, (*self.TEAM, "U99"), [named]).hidden is Hidden.TOO_CLOSE

    def test_who_saw_names_does_not_learn_what_the_others_said(self):
        """Three of a team were asked with names: those who saw them could take their answers from the team's."""
        named, *_ = told({10: 2, 2: 1}, self.TEAM[:3], named=True)
        told_names = tuple(NamedAnswer(who, "enps", 2 if at else 10) for at, who in enumerate(self.TEAM[:3]))
        seven, six = (*self.TEAM[:7],), {10: 4, 2: 3}
        assert shows_nothing(named.round.published.questions[0])
        assert self.after(six, seven, [named]).hidden is None
        assert self.after(six, seven, [replace(named, told=told_names)]).hidden is Hidden.TOO_CLOSE
        assert self.after({10: 5, 2: 5}, self.TEAM, [replace(named, told=told_names)]).hidden is None

    def test_nor_what_who_was_silent_then_says_now(self):
        named, *_ = told({10: 5, 2: 4}, self.TEAM, named=True)
        told_names = tuple(NamedAnswer(who, "enps", 10 if at < 5 else 2) for at, who in enumerate(self.TEAM[:9]))
        assert self.after({10: 5, 2: 5}, self.TEAM, [named]).hidden is None
        assert self.after({10: 5, 2: 5}, self.TEAM, [replace(named, told=told_names)]).hidden is Hidden.TOO_CLOSE

    def test_people_who_are_not_known_are_too_close(self):
        before, *_ = told({10: 5, 2: 5}, self.TEAM)
        forgotten = EarlierRound(before.round, dict.fromkeys(self.TEAM[:9], ""))
        assert self.after({10: 5, 2: 5}, self.TEAM, [forgotten]).hidden is Hidden.TOO_CLOSE
        known = facts({10: 5, 2: 5}, asked=10, number=2)
        assert only(known, (), [before]).hidden is Hidden.TOO_CLOSE
        assert only(known, (), []).hidden is None

    def test_groups_go_before_the_question_does(self):
        """A whole new team beside the old one: the old one's counts may be shown once, not as a group of 11 as well."""
        before, *_ = told({10: 5, 2: 5}, self.TEAM)
        others = frozenset(f"N{number}" for number in range(8))
        old = SegmentFacts("old", frozenset({*self.TEAM, "U99"}), 11, {"enps": {10: 6, 2: 5}})
        new = SegmentFacts("new", others, 8, {"enps": {10: 4, 8: 4}})
        known = facts({10: 10, 8: 4, 2: 5}, asked=19, number=2)
        assert len(publish(known, (old, new), ()).segments) == 2
        published = publish(known, (old, new), (before,))
        assert published.segments == ()
        assert published.questions[0].hidden is None

    def test_the_same_question_is_that_of_the_bank_or_of_the_survey(self):
        assert same_question("S1", ENPS, "S2", enps_question(SCALE_1_10))
        assert same_question("S1", STARS, "S1", replace(STARS, wording={"en": "Reworded"}))
        assert not same_question("S1", STARS, "S2", STARS)
        assert not same_question("S1", AGREEMENT, "S1", replace(AGREEMENT, bank="growth"))
        assert not same_question("S1", AGREEMENT, "S2", replace(AGREEMENT, high=7))


counts_of_rounds = st.dictionaries(st.integers(-1, 11), st.integers(-1, 6), max_size=13)


@given(counts_of_rounds, st.integers(0, 60), st.sampled_from(RoundState), st.integers(0, 60))
def test_nothing_of_fewer_than_5_answers_carries_a_result(counts, asked, state, answered):
    one = only(facts(counts, asked=asked, state=state, answered=answered))
    given_answers = sum(counts.values())
    if given_answers < 5 or state is not RoundState.CLOSED:
        assert one.hidden is not None
    if one.hidden is not None:
        assert shows_nothing(one)
    if one.counts:
        assert sum(one.counts.values()) == given_answers >= 5
        assert tally(one.counts, SCALE_0_10).all_alike is None
    if one.texts_shown:
        assert one.counts
        assert answered >= (10 if asked >= 10 else 5)


@given(st.dictionaries(st.integers(0, 10), st.integers(1, 6), min_size=1))
def test_a_sound_closed_round_with_5_answers_always_says_something(counts):
    one = only(facts(counts, asked=100))
    assert (one.hidden is None) is (sum(counts.values()) >= 5)
    assert [bool(one.counts), one.alike is not None, one.hidden is not None].count(True) == 1


groups_of_rounds = st.dictionaries(
    st.sampled_from(["", "A", "B", "C", "D"]),
    st.dictionaries(st.sampled_from([2, 8, 10]), st.integers(1, 6), max_size=3),
    min_size=1,
)


@given(groups_of_rounds, st.dictionaries(st.sampled_from(["", "A", "B", "C", "D"]), st.integers(0, 6)))
def test_neither_a_group_nor_what_is_left_is_small_or_alike(groups, silent):
    known, parts = broken_down(groups, silent=silent)
    published = publish(known, parts, ())
    names = {each.segment for each in published.segments}
    assert publish(known, list(reversed(parts)), ()) == published
    assert (published.hidden_asked == 0 or published.hidden_asked >= 5) or not names
    left = Counter()
    for part in parts:
        if part.segment not in names:
            left.update(part.counts["enps"])
    if names:
        shown = [each.questions[0].counts for each in published.segments if each.questions[0].counts]
        assert len(shown) == len(names)
        for counts in (*shown, left):
            answers = sum(counts.values())
            assert answers == 0 or answers >= 5
            assert all(count < answers - 1 for count in counts.values()) or not answers


@given(st.lists(st.integers(0, 3), min_size=2, max_size=3), st.integers(0, 2**16))
@settings(max_examples=40, deadline=None)
def test_whoever_knows_the_rules_learns_nothing_from_what_is_left_out(extra, seed):
    """All ways in which groups could have answered that lead to the very same publication: in no group that is not
    shown have all people the same class in all of them."""
    sizes = {name: 5 + more for name, more in zip("ABC", extra, strict=False)}
    drawn = Counter({10: 0, 8: 0, 2: 0})
    answers = {}
    for place, (name, size) in enumerate(sizes.items()):
        first = (seed >> 4 * place) % (size + 1)
        answers[name] = {10: first, 2: size - first}
        drawn.update(answers[name])
    published = publish(*broken_down(answers), ())
    if not all(drawn[each] for each in (10, 2)):
        return
    classes = {name: set() for name in sizes}
    for other in ways(list(sizes.items()), drawn[10]):
        split = {name: {10: first, 2: sizes[name] - first} for name, first in other.items()}
        if publish(*broken_down(split), ()) == published:
            for name, counts in split.items():
                classes[name] |= {value for value, count in counts.items() if count}
    assert all(found == {10, 2} for found in classes.values())


def ways(sizes, promoters):
    """All ways to share the promoters out among groups of these sizes."""
    if not sizes:
        if not promoters:
            yield {}
        return
    (name, size), *others = sizes
    for first in range(min(size, promoters) + 1):
        for rest in ways(others, promoters - first):
            yield {name: first, **rest}
