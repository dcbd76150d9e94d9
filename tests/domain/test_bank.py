"""The question bank and its rotation: nothing comes again before everything was asked, and no driver is favoured."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bank import BANK, DRIVERS, bank_question, draw, of_driver
from bot.domain.enps import SCALE_0_10
from bot.domain.questions import Question, QuestionKind, Why, check_question, enps_question

Draw = Callable[[Sequence[str], int, Sequence[str]], tuple[Question, ...]]

TEXT = QuestionKind.TEXT
WITHOUT_TEXTS = [driver for driver in DRIVERS if all(each.kind is not TEXT for each in of_driver(driver))]

some_drivers = st.lists(st.sampled_from(DRIVERS), min_size=1, max_size=6, unique=True)
some_counts = st.lists(st.integers(1, 12), min_size=1, max_size=20)


def pool_of(drivers: Sequence[str]) -> list[Question]:
    return [each for each in BANK.values() if each.driver in drivers]


def keys(questions: Sequence[Question]) -> list[str]:
    return [each.id for each in questions]


def rounds(how: Draw, drivers: Sequence[str], counts: Sequence[int]) -> list[tuple[Question, ...]]:
    """What the rounds of a survey draw, one after the other."""
    asked: list[str] = []
    drawn = []
    for count in counts:
        drawn.append(how(drivers, count, tuple(asked)))
        asked += keys(drawn[-1])
    return drawn


def early_repeats(drivers: Sequence[str], drawn: Sequence[Sequence[Question]]) -> list[str]:
    """The questions that came again while another of the drivers' had been asked less often."""
    times = Counter({each.id: 0 for each in pool_of(drivers)})
    found = []
    for each in [question for one in drawn for question in one]:
        if times[each.id] > min(times.values()):
            found.append(each.id)
        times[each.id] += 1
    return found


def crowded(drivers: Sequence[str], drawn: Sequence[Sequence[Question]]) -> list[str]:
    """The drivers that came twice in one draw while one that did not come had a question as fresh left."""
    times = Counter({each.id: 0 for each in pool_of(drivers)})
    found = []
    for one in drawn:
        present = {each.driver for each in one}
        has_text = any(each.kind is TEXT for each in one)
        passed_over = [
            times[each.id]
            for each in pool_of(drivers)
            if each.driver not in present and not (has_text and each.kind is TEXT)
        ]
        for driver in present:
            second = sorted(times[each.id] for each in one if each.driver == driver)[1:]
            if second and passed_over and min(passed_over) <= second[0]:
                found.append(driver)
        times.update(keys(one))
    return found


def first_ones(drivers: Sequence[str], count: int, asked: Sequence[str]) -> tuple[Question, ...]:
    """A naive draw: always the beginning of the bank."""
    return tuple(pool_of(drivers)[:count])


def not_the_last_ones(drivers: Sequence[str], count: int, asked: Sequence[str]) -> tuple[Question, ...]:
    """A naive draw: looks back one round only."""
    return tuple(each for each in pool_of(drivers) if each.id not in asked[-count:])[:count]


def least_asked(drivers: Sequence[str], count: int, asked: Sequence[str]) -> tuple[Question, ...]:
    """A naive draw: rotates, and takes one driver after the other."""
    times = Counter(asked)
    return tuple(sorted(pool_of(drivers), key=lambda each: times[each.id])[:count])


class TestTheBank:
    def test_a_question_has_its_key_as_id_and_words(self):
        assert all(key == each.id == each.bank for key, each in BANK.items())

    def test_every_question_can_be_asked(self):
        for each in BANK.values():
            check_question(each)

    def test_every_driver_has_at_least_three_questions_named_after_it(self):
        for driver in DRIVERS:
            assert len(of_driver(driver)) >= 3, driver
            assert all(each.id.startswith(f"{driver}_") for each in of_driver(driver))

    def test_there_is_more_about_selling(self):
        assert len(of_driver("sales_enablement")) >= 6

    def test_every_question_but_enps_is_of_a_driver(self):
        assert [each.id for each in BANK.values() if each.driver not in DRIVERS] == ["enps"]

    def test_the_enps_question_is_the_usual_one(self):
        assert bank_question("enps") == enps_question(SCALE_0_10)

    def test_most_are_agreed_with_and_none_has_options_or_a_number(self):
        kinds = Counter(each.kind for each in BANK.values())
        assert kinds[QuestionKind.AGREEMENT] > len(BANK) / 2
        assert set(kinds) == {
            QuestionKind.AGREEMENT,
            QuestionKind.STARS,
            QuestionKind.YES_NO,
            QuestionKind.TEXT,
            QuestionKind.ENPS,
        }

    def test_no_driver_has_two_texts(self):
        assert all(sum(each.kind is TEXT for each in of_driver(driver)) <= 1 for driver in DRIVERS)

    def test_the_reason_is_asked_after_a_low_answer(self):
        assert {each.why for each in BANK.values() if each.kind not in (TEXT, QuestionKind.ENPS)} == {Why.LOW}

    def test_an_unknown_key_or_driver_is_an_error(self):
        with pytest.raises(KeyError):
            bank_question("recognition_unheard_of")
        with pytest.raises(ValueError, match="astrology"):
            of_driver("astrology")


class TestNothingComesAgainBeforeAllWereAsked:
    @given(some_drivers, some_counts)
    def test_whatever_the_rounds_ask_for(self, drivers, counts):
        assert early_repeats(drivers, rounds(draw, drivers, counts)) == []

    @pytest.mark.parametrize("naive", [first_ones, not_the_last_ones])
    def test_a_naive_draw_is_found_out(self, naive):
        assert early_repeats(["goals", "peers"], rounds(naive, ["goals", "peers"], [3, 3, 3]))

    @pytest.mark.parametrize("drivers", [("goals",), ("workload",), ("goals", "workload", "peers"), DRIVERS])
    def test_all_are_asked_before_the_second_time_begins(self, drivers):
        size = len(pool_of(drivers))
        asked = keys([each for one in rounds(draw, drivers, [3] * size) for each in one])
        for start in range(0, size * 2, size):
            assert set(asked[start : start + size]) == set(keys(pool_of(drivers)))

    def test_the_second_time_begins_with_what_was_asked_longest_ago(self):
        first, second = rounds(draw, ["goals"], [4, 2])
        assert keys(second) == keys(first)[:2]
        assert keys(draw(["goals"], 2, list(reversed(keys(first))))) == list(reversed(keys(first)))[:2]

    def test_a_draw_may_end_one_cycle_and_begin_the_next_without_asking_anything_twice(self):
        first, second = rounds(draw, ["goals"], [3, 3])
        assert keys(second) == ["goals_say", *keys(first)[:2]]

    @given(some_drivers, st.integers(1, 100))
    def test_no_question_stands_twice_in_one_draw(self, drivers, count):
        for one in rounds(draw, drivers, [count, count]):
            assert len(set(keys(one))) == len(one)

    def test_a_driver_chosen_later_catches_up_once(self):
        asked = keys([each for one in rounds(draw, ["goals"], [4, 4, 4]) for each in one])
        four_new = keys(draw(["goals", "peers"], 4, asked))
        assert set(four_new) == set(keys(of_driver("peers")))
        assert {each.driver for each in draw(["goals", "peers"], 4, [*asked, *four_new])} == {"goals", "peers"}

    def test_what_was_asked_of_other_drivers_does_not_matter(self):
        asked = ["peers_help", "enps", "weekly_mood", "goals_clear", "a_key_of_another_version"]
        assert draw(["goals"], 2, asked) == draw(["goals"], 2, ["goals_clear"])

    def test_what_the_survey_asks_anyway_is_not_drawn(self):
        assert "goals_clear" in keys(draw(["goals"], 10, ()))
        assert keys(draw(["goals"], 10, (), besides=("goals_clear", "enps"))) == [
            "goals_realistic",
            "goals_progress",
            "goals_say",
        ]


class TestSpreadOverTheDrivers:
    @given(some_drivers, some_counts)
    def test_none_comes_twice_while_another_has_a_question_as_fresh(self, drivers, counts):
        assert crowded(drivers, rounds(draw, drivers, counts)) == []

    def test_a_draw_that_takes_one_driver_after_the_other_is_found_out(self):
        drawn = rounds(least_asked, ["goals", "peers"], [3, 3])
        assert early_repeats(["goals", "peers"], drawn) == []
        assert crowded(["goals", "peers"], drawn)

    @given(st.lists(st.sampled_from(WITHOUT_TEXTS), min_size=2, max_size=6, unique=True), some_counts)
    def test_over_the_rounds_each_has_its_turn(self, drivers, counts):
        """Until a driver has nothing fresh left, no other is ahead of it by more than one question."""
        asked = [each.driver for one in rounds(draw, drivers, counts) for each in one][: len(pool_of(drivers))]
        times = Counter(dict.fromkeys(drivers, 0))
        for driver in asked:
            times[driver] += 1
            behind = [each for each in drivers if times[each] < len(of_driver(each))]
            assert all(max(times.values()) - times[each] <= 1 for each in behind)

    def test_the_next_round_goes_on_with_the_drivers_that_have_waited(self):
        first, second = rounds(draw, ["goals", "peers", "meaning", "reward"], [2, 2])
        assert [each.driver for each in (*first, *second)] == ["goals", "peers", "meaning", "reward"]


class TestTexts:
    @given(some_drivers, some_counts)
    def test_a_draw_has_at_most_one(self, drivers, counts):
        for one in rounds(draw, drivers, counts):
            assert sum(each.kind is TEXT for each in one) <= 1

    def test_they_come_early_enough_not_to_pile_up_at_the_end(self):
        drivers = ["workload", "growth", "customer_focus"]
        drawn = rounds(draw, drivers, [5, 5, 5])
        assert [sum(each.kind is TEXT for each in one) for one in drawn] == [1, 1, 1]
        assert [len(one) for one in drawn] == [5, 5, 5]

    def test_a_text_is_asked_last(self):
        assert [each.kind is TEXT for each in draw(["workload"], 5, ())] == [False] * 4 + [True]

    def test_a_draw_is_shorter_where_only_texts_are_left(self):
        everything = draw(["workload", "growth"], 50, ())
        assert len(everything) == len(pool_of(["workload", "growth"])) - 1
        following = draw(["workload", "growth"], 50, keys(everything))
        assert following[0].id in ("workload_time_eater", "growth_next_skill")
        assert following[0] not in everything


class TestHowMany:
    @pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
    def test_as_many_as_wished_round_after_round(self, count):
        assert {len(one) for one in rounds(draw, DRIVERS, [count] * 60)} == {count}

    def test_as_many_as_there_are_when_more_are_wished(self):
        assert keys(draw(["goals"], 50, ())) == keys(of_driver("goals"))
        assert keys(draw(["goals"], 50, ["goals_clear"])) == [*keys(of_driver("goals"))[1:], "goals_clear"]

    @given(some_drivers, some_counts)
    def test_never_none_and_never_more(self, drivers, counts):
        for count, one in zip(counts, rounds(draw, drivers, counts), strict=True):
            assert 1 <= len(one) <= count

    def test_none_when_none_is_wished_or_no_driver_is_chosen(self):
        assert draw(["goals"], 0, ()) == ()
        assert draw([], 3, ()) == ()


class TestWhatIsDrawnDependsOnTheArgumentsAlone:
    @given(some_drivers, some_counts, st.randoms(use_true_random=False))
    def test_the_order_and_repetition_of_the_drivers_do_not_matter(self, drivers, counts, random):
        shuffled = random.sample(drivers, len(drivers)) + drivers[:1]
        assert rounds(draw, shuffled, counts) == rounds(draw, drivers, counts)

    def test_it_is_the_same_every_time(self):
        assert all(one == other for one, other in pairwise(draw(DRIVERS, 5, ["goals_clear"]) for _ in range(5)))

    def test_the_enps_question_is_never_drawn(self):
        drawn = rounds(draw, DRIVERS, [10] * 20)
        assert "enps" not in {each.id for one in drawn for each in one}

    @pytest.mark.parametrize("driver", ["astrology", "enps", ""])
    def test_an_unknown_driver_is_an_error(self, driver):
        with pytest.raises(ValueError, match="no such driver"):
            draw(["goals", driver], 3, ())
