"""The audit of published counts finds the classic attacks, and does not cry wolf."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.disclosure import Cell, audit, exposed, recoverable, too_close

PROMOTER, PASSIVE, DETRACTOR = 2, 1, 0
TEAM, OTHERS = "abcdefghij", "klmnopqrst"


def cell(people, promoters=0, passives=0, detractors=0):
    counts = {PROMOTER: promoters, PASSIVE: passives, DETRACTOR: detractors}
    return Cell(frozenset(people), counts, promoters + passives + detractors)


def people(text):
    return frozenset(text)


class TestCells:
    def test_complete_is_when_everybody_answered(self):
        assert cell("abc", 2, 0, 1).is_complete
        assert not cell("abc", 1, 0, 1).is_complete

    @pytest.mark.parametrize(("counts", "answers"), [({1: 3}, 3), ({1: 1}, 2), ({1: -1, 2: 2}, 1)])
    def test_counts_that_cannot_be_are_refused(self, counts, answers):
        with pytest.raises(ValueError):
            Cell(people("ab"), counts, answers)


class TestAttacks:
    """Each with a control: the same people, with counts that tell nothing."""

    def test_a_mixed_group_exposes_nobody_and_one_that_is_alike_everybody(self):
        assert exposed([cell(TEAM, 9, 0, 1)]) == people("")
        assert exposed([cell(TEAM, 10)]) == people(TEAM)

    def test_complement(self):
        assert exposed([cell(TEAM, 6, 0, 4), cell(TEAM[:9], 6, 0, 3)]) == people("j")
        assert exposed([cell(TEAM, 6, 0, 4), cell(TEAM[:7], 5, 0, 2)]) == people("")

    def test_a_large_remainder_that_is_alike(self):
        assert exposed([cell(TEAM, 6, 0, 4), cell(TEAM[:5], 1, 0, 4)]) == people(TEAM[5:])
        assert exposed([cell(TEAM, 6, 0, 4), cell(TEAM[:5], 2, 0, 3)]) == people("")

    def test_overlap(self):
        """Two teams that share one person, beside everybody in either."""
        left, right = cell(TEAM, 5, 0, 5), cell("j" + OTHERS, 5, 1, 5)
        assert exposed([left, right, cell(TEAM + OTHERS, 9, 1, 10)]) == people("j")
        assert exposed([left, right]) == people("")

    def test_before_and_after(self):
        before = cell(TEAM, 5, 1, 4)
        assert exposed([before, cell(TEAM + "x", 5, 2, 4)]) == people("x")
        assert exposed([before, cell(TEAM[:9], 5, 1, 3)]) == people("j")
        assert exposed([before, cell(TEAM + "xyz", 6, 2, 5)]) == people("")

    def test_two_dimensions(self):
        """Rows and columns of a table leave one inner cell open, and a margin that is used up closes it."""
        rows = [cell("abcde", 4, 0, 1), cell("fghij", 1, 0, 4)]
        assert exposed([*rows, cell("abcdf", 5), cell("eghij", 0, 0, 5)]) == people(TEAM)
        assert exposed([*rows, cell("abcfg", 3, 0, 2), cell("dehij", 2, 0, 3)]) == people("")

    def test_tracker(self):
        """Somebody hidden behind padding: (them or T) + (them or not T) - everybody."""
        tracked = [cell("x" + TEAM, 6, 0, 5), cell("x" + OTHERS, 4, 1, 6), cell("x" + TEAM + OTHERS, 10, 1, 10)]
        assert exposed(tracked) == people("x")
        assert people("x") in recoverable(tracked, 5)
        assert exposed(tracked[1:]) == people("")
        assert recoverable(tracked[:2], 5) == frozenset()

    def test_a_chain_of_three_none_of_whose_pairs_tells_anything(self):
        chain = [cell(TEAM + OTHERS + "x", 11, 0, 10), cell(TEAM, 5, 0, 5), cell(OTHERS, 5, 0, 5)]
        assert exposed(chain) == people("x")
        for left_out in range(3):
            assert exposed(chain[:left_out] + chain[left_out + 1 :]) == people("")

    def test_nobody_is_sure_who_answered_an_incomplete_cell(self):
        almost = Cell(people(TEAM), {PROMOTER: 5, DETRACTOR: 4}, 9)
        assert exposed([almost, cell(TEAM + "x", 6, 0, 5)]) == people("")
        assert exposed([cell(TEAM, 6, 0, 4), cell(TEAM + "x", 6, 0, 5)]) == people("x")

    def test_an_incomplete_cell_still_tells_what_its_answers_need(self):
        """Nine of ten answered, five of them detractors: not the five who are known to be promoters."""
        almost = Cell(people(TEAM), {PROMOTER: 4, DETRACTOR: 5}, 9)
        assert exposed([almost, cell(TEAM[:5], 5)]) == people(TEAM)
        assert exposed([almost, cell(TEAM[:5], 4, 0, 1)]) == people("")


class TestChangedMinds:
    def test_cells_that_contradict_each_other_prove_nothing_together_but_any_two_still_do(self):
        before, after = cell(TEAM, 5, 0, 5), cell(TEAM, 6, 0, 4)
        assert not audit([before, after]).has_world
        assert exposed([before, after]) == people("")
        assert exposed([before, after, cell(TEAM + "x", 7, 0, 4)]) == people("x")


class TestBudget:
    def test_over_budget_everybody_counts_as_exposed(self):
        cells = [cell(TEAM, 6, 0, 4), cell(TEAM[:7], 5, 0, 2)]
        assert exposed(cells, budget=0) == people(TEAM)
        assert not audit(cells, budget=0).is_finished
        assert exposed(cells) == people("")


def worlds_by_hand(cells, everybody):
    for given_ in product((0, 1, 2), repeat=len(everybody)):
        world = dict(zip(everybody, given_, strict=True))
        if all(
            sum(world[person] == c for person in each.people) >= each.counts.get(c, 0)
            for each in cells
            for c in (0, 1, 2)
        ):
            yield world


def exposed_by_hand(cells):
    everybody = sorted(frozenset().union(*(each.people for each in cells)))
    seen = {person: set() for person in everybody}
    for world in worlds_by_hand(cells, everybody):
        for person, c in world.items():
            if any(person in each.people and each.counts.get(c) for each in cells):
                seen[person].add(c)
    return frozenset(person for person, found in seen.items() if len(found) == 1)


@st.composite
def told(draw):
    """Cells of up to 6 people with fixed minds, some of whom answered."""
    everybody = "abcdef"
    world = {person: draw(st.integers(0, 2)) for person in everybody}
    cells = []
    for _ in range(draw(st.integers(1, 4))):
        asked = draw(st.frozensets(st.sampled_from(everybody), min_size=1))
        silent = draw(st.frozensets(st.sampled_from(sorted(asked)), max_size=2))
        answers = [world[each] for each in asked - silent]
        cells.append(Cell(asked, {c: answers.count(c) for c in (0, 1, 2)}, len(answers)))
    return cells


@given(told())
@settings(max_examples=150, deadline=None)
def test_the_audit_agrees_with_trying_every_world(cells):
    assert exposed(cells) == exposed_by_hand(cells)


def rank(rows):
    rows, found = [list(map(Fraction, row)) for row in rows], 0
    for column in range(len(rows[0])):
        lead = next((at for at in range(found, len(rows)) if rows[at][column]), None)
        if lead is None:
            continue
        rows[found], rows[lead] = rows[lead], rows[found]
        for at in range(found + 1, len(rows)):
            factor = rows[at][column] / rows[found][column]
            rows[at] = [a - factor * b for a, b in zip(rows[at], rows[found], strict=True)]
        found += 1
    return found


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=4), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_recoverable_is_what_lies_in_the_row_space(sets, minimum):
    everybody = sorted(frozenset().union(*sets))
    rows = [[int(person in each) for person in everybody] for each in sets]
    expected = {
        frozenset(person for person, sign in zip(everybody, signs, strict=True) if sign)
        for signs in product((-1, 0, 1), repeat=len(everybody))
        if 0 < sum(map(abs, signs)) < minimum and rank([*rows, signs]) == rank(rows)
    }
    assert recoverable([Cell(each, {2: len(each)}, len(each)) for each in sets], minimum) == expected


def test_recoverable_looks_at_complete_cells_alone():
    assert recoverable([cell(TEAM, 10), cell(TEAM + "x", 11)], 5) == {people("x")}
    assert recoverable([cell(TEAM, 10), cell(TEAM + "x", 10)], 5) == frozenset()


def test_too_many_small_groups_that_vary_by_themselves_count_as_recoverable():
    names = [f"{letter}{number}" for letter in "ab" for number in range(30)]
    pairs = [cell(names[at : at + 2], 2) for at in range(0, 60, 2)]
    assert recoverable(pairs, 5) == {frozenset({each}) for each in names}
    assert recoverable(pairs[:3], 3) == {each.people for each in pairs[:3]}


class TestBetweenRounds:
    BEFORE = (cell(TEAM, 5, 1, 4),)

    def test_the_same_people_again_are_fine(self):
        assert not too_close([cell(TEAM, 4, 2, 4)], [self.BEFORE], 5)
        assert not too_close([cell(TEAM, 5, 1, 4)], [self.BEFORE], 5)

    @pytest.mark.parametrize("different", [1, 2, 3, 4])
    def test_one_to_four_people_more_less_or_other_are_too_close(self, different):
        more = cell(TEAM + OTHERS[:different], 6, 3, 1 + different)
        less = cell(TEAM[different:], 3, 1, 6 - different)
        assert too_close([more], [self.BEFORE], 5)
        assert too_close([less], [self.BEFORE], 5)
        if different % 2 == 0:
            half = different // 2
            assert too_close([cell(TEAM[half:] + OTHERS[:half], 4, 2, 4)], [self.BEFORE], 5)

    def test_five_people_more_are_far_enough_unless_they_are_all_alike(self):
        assert not too_close([cell(TEAM + OTHERS[:5], 7, 1, 7)], [self.BEFORE], 5)
        assert too_close([cell(TEAM + OTHERS[:5], 10, 1, 4)], [self.BEFORE], 5)

    def test_when_not_everybody_answered_it_is_not_known_whose_answers_are_missing(self):
        assert not too_close([Cell(people(TEAM + "x"), {2: 5, 1: 1, 0: 4}, 10)], [self.BEFORE], 5)
        assert too_close([cell(TEAM + "x", 5, 1, 5)], [self.BEFORE], 5)

    def test_what_was_shown_as_all_alike_was_shown_on_purpose(self):
        assert not too_close([cell(TEAM, 10)], [self.BEFORE], 5)
        assert not too_close([cell(TEAM, 10)], [(cell(TEAM, 10),)], 5)

    def test_what_earlier_rounds_told_already_is_not_told_by_this_one(self):
        earlier = [(cell(TEAM + "x", 5, 1, 5),), self.BEFORE]
        assert not too_close([cell(OTHERS, 5, 1, 4)], earlier, 5)
        assert too_close([cell(OTHERS + "y", 6, 1, 4), cell(OTHERS, 5, 1, 4)], earlier, 5)

    def test_a_chain_over_three_rounds(self):
        earlier = [(cell(TEAM, 5, 0, 5),), (cell(OTHERS, 5, 0, 5),)]
        assert too_close([cell(TEAM + OTHERS + "x", 11, 0, 10)], earlier, 5)
        assert not too_close([cell(TEAM + OTHERS + "x", 11, 0, 10)], earlier[:1], 5)

    def test_after_a_change_of_mind_each_earlier_round_is_compared_by_itself(self):
        changed = (cell(TEAM, 6, 0, 4),)
        now = [cell(TEAM + OTHERS[:5], 11, 0, 4)]
        assert too_close(now, [self.BEFORE, changed], 5)
        assert not too_close([cell(TEAM + OTHERS[:5], 7, 2, 6)], [self.BEFORE, changed], 5)
