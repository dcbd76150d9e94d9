"""Random small companies, and somebody who knows all that is published, who was asked and in which group, and, within a
round, who answered: of nobody may they be certain whether they are promoter, passive or detractor. The attacker counts
people by hand and shares no code with the audit; variants without the rules must not get past it.

300 companies in a normal run; DENYUT_COMPANIES=100000 for more.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from math import comb, prod

import pytest

from bot.domain.audiences import Audience
from bot.domain.enps import SCALE_0_10
from bot.domain.privacy import EarlierRound, publish, thresholds
from bot.domain.publications import Published, PublishedQuestion, PublishedSegment
from bot.domain.questions import enps_question
from bot.domain.surveys import Definition, Round, RoundFacts, RoundState, SegmentFacts

COMPANIES = int(os.environ.get("DENYUT_COMPANIES", "300"))
FIRST = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
DEFINITION = Definition(Audience(channels=("C1",)), (enps_question(SCALE_0_10),), breakdown="channel")
VALUES = {2: (9, 10), 1: (7, 8), 0: (0, 3, 5, 6)}
MOST_WORLDS = 4_000
MOST_STEPS = 20_000


@dataclass(frozen=True)
class Told:
    """A round as the attacker knows it: who was asked, in which group, who answered, and what was published."""

    asked: dict[str, str]
    respondents: frozenset[str]
    published: Published


@dataclass(frozen=True)
class Set:
    """People, how many of each class answered, and how many did not."""

    people: frozenset[str]
    counts: tuple[int, int, int]
    alike: bool = False

    @property
    def silent(self) -> int:
        return len(self.people) - sum(self.counts)


def class_of(value: int) -> int:
    return 2 if value >= 9 else 1 if value >= 7 else 0


def facts_of(number, survey, asked, answers, published=None):
    limits = thresholds(len(asked))
    closed = FIRST + timedelta(days=30 * number)
    launched = Round(
        id=f"R{number}",
        survey_id=f"S{survey}",
        number=number,
        state=RoundState.CLOSED,
        definition=DEFINITION,
        opened_at=closed - timedelta(days=5),
        closes_at=closed,
        asked=len(asked),
        min_score=limits.min_score,
        min_comments=limits.min_comments,
        started_by="U1",
        closed_at=closed,
        answered=len(answers),
        published=published,
    )
    groups = [
        SegmentFacts(
            group,
            frozenset(each for each in asked if asked[each] == group),
            sum(asked[each] == group for each in answers),
            {"enps": Counter(value for each, value in answers.items() if asked[each] == group)},
        )
        for group in sorted(set(asked.values()))
    ]
    return RoundFacts(launched, len(answers), {"enps": Counter(answers.values())}, {"enps": ("because",)}), groups


def company(chance, publishing):
    """Rounds of one company, each published by `publishing(facts, groups, earlier)`."""
    people = [f"U{each}" for each in range(chance.randint(2, 40))]
    liking = chance.choice([(1, 1, 1), (1, 2, 6), (6, 2, 1), (2, 6, 2), (1, 4, 4)])
    opinions, dimensions = {}, [{} for _ in range(chance.randint(1, 3))]
    widths = [chance.randint(1, 5) for _ in dimensions]
    response, steadiness = chance.choice([0.4, 0.6, 0.8, 0.95, 1.0, 1.0]), chance.choice([1.0, 1.0, 0.9])
    joined, told, earlier = len(people), [], []
    for number in range(chance.randint(1, 6)):
        if number:
            for _ in range(chance.choice([0, 0, 1, 2, 6])):
                people.append(f"U{joined}")
                joined += 1
            for _ in range(min(len(people) - 2, chance.choice([0, 0, 1, 2, 5]))):
                people.remove(chance.choice(people))
        for each in people:
            for dimension, width in zip(dimensions, widths, strict=True):
                if each not in dimension or chance.random() < 0.02:
                    dimension[each] = chance.choice(["", *"ABCDE"[:width], *"ABCDE"[:width]])
            if each not in opinions or chance.random() > steadiness:
                opinions[each] = chance.choices([0, 1, 2], liking)[0]
        survey = number % len(dimensions)
        asked = {each: dimensions[survey][each] for each in people}
        answers = {each: chance.choice(VALUES[opinions[each]]) for each in people if chance.random() < response}
        facts, groups = facts_of(number, survey, asked, answers)
        published = publishing(facts, groups, tuple(earlier))
        told.append(Told(asked, frozenset(answers), published))
        earlier.append(EarlierRound(replace(facts.round, published=published), asked))
    return told


def sets_of(told):
    """What is shown of a round, and what is left when the groups are taken off the whole."""
    whole = told.published.questions[0]
    everybody = frozenset(told.asked)
    if whole.alike is not None:
        counts = [0, 0, 0]
        counts[whole.alike] = whole.answers
        return [Set(everybody, tuple(counts), alike=True)]
    if whole.hidden:
        return []
    found, rest = [], Set(everybody, classes(whole.counts))
    found.append(rest)
    for segment in told.published.segments:
        if segment.questions and segment.questions[0].counts:
            one = Set(
                frozenset(each for each, group in told.asked.items() if group == segment.segment),
                classes(segment.questions[0].counts),
            )
            found.append(one)
            left = tuple(a - b for a, b in zip(rest.counts, one.counts, strict=True))
            rest = Set(rest.people - one.people, left)
    return [*found, rest] if len(found) > 1 and rest.people else found


def classes(counts):
    sizes = Counter()
    for value, count in counts.items():
        sizes[class_of(value)] += count
    return sizes[0], sizes[1], sizes[2]


def certain_within(told):
    """The people of whom a colleague who knows who answered can tell the class from this round alone."""
    found = set()
    for each in sets_of(told):
        alike = [
            position for position in range(3) if each.counts[position] and each.counts[position] == sum(each.counts)
        ]
        if alike and not each.alike:
            found |= {(person, alike[0]) for person in each.people & told.respondents}
    return found


def certain_between(sets):
    """The people of whom somebody who does not know who answered, but takes it that nobody changed their mind, can tell
    the class: by trying everything where that is possible, else by counting overlaps and differences. Sets that
    contradict each other tell them that somebody did change their mind, and nothing else."""
    sets = list(dict.fromkeys(sets))
    atoms = Counter()
    members = {}
    for person in frozenset().union(*(each.people for each in sets)):
        key = tuple(person in each.people for each in sets)
        atoms[key] += 1
        members.setdefault(key, []).append(person)
    tried = prod(comb(size + 2, 2) for size in atoms.values()) <= MOST_WORLDS
    if tried:
        return by_trying(sets, atoms, members)
    found = by_counting(sets)
    return set() if found and contradict(sets, atoms) else found


def by_trying(sets, atoms, members):
    keys = list(atoms)
    last = [max(at for at, key in enumerate(keys) if key[place]) for place in range(len(sets))]
    possible = {key: set() for key in keys}

    def go_on(at, sums, chosen):
        if at == len(keys):
            for key, mix in zip(keys, chosen, strict=True):
                possible[key] |= {
                    c for c in range(3) if mix[c] and any(key[k] and sets[k].counts[c] for k in range(len(sets)))
                }
            return
        size, key = atoms[keys[at]], keys[at]
        for low in range(size + 1):
            for middle in range(size - low + 1):
                mix = (low, middle, size - low - middle)
                after = [tuple(map(sum, zip(one, mix, strict=True))) if key[k] else one for k, one in enumerate(sums)]
                if all(fits(sets[k], after[k], done=last[k] <= at) for k in range(len(sets)) if key[k]):
                    go_on(at + 1, after, [*chosen, mix])

    go_on(0, [(0, 0, 0)] * len(sets), [])
    return {(person, c) for key, found in possible.items() if len(found) == 1 for person in members[key] for c in found}


def fits(one, sums, done):
    """Whether so many people of each class can have given these answers."""
    too_many = any(have > want + one.silent for have, want in zip(sums, one.counts, strict=True))
    return not too_many and (not done or all(have >= want for have, want in zip(sums, one.counts, strict=True)))


def contradict(sets, atoms):
    """Whether it is proven that no people can have given all these answers without changing their minds."""
    keys = list(atoms)
    inside = [[at for at, key in enumerate(keys) if key[place]] for place in range(len(sets))]
    waiting = [([[0] * 3 for _ in keys], [[atoms[key]] * 3 for key in keys])]
    for _ in range(MOST_STEPS):
        if not waiting:
            return True
        low, high = waiting.pop()
        if not agree(sets, atoms, keys, inside, low, high):
            continue
        still = [
            (high[at][c] - low[at][c], at, c) for at in range(len(keys)) for c in range(3) if high[at][c] > low[at][c]
        ]
        if not still:
            return False
        _, at, c = min(still)
        middle = (low[at][c] + high[at][c]) // 2
        for least, most in ((low[at][c], middle), (middle + 1, high[at][c])):
            lower, higher = [list(each) for each in low], [list(each) for each in high]
            lower[at][c], higher[at][c] = least, most
            waiting.append((lower, higher))
    return False


def agree(sets, atoms, keys, inside, low, high):
    """Narrows, in place, how many of each atom are of each class; False where nothing is left."""
    sums = [([(at, c) for c in range(3)], atoms[key], atoms[key]) for at, key in enumerate(keys)]
    for each, places in zip(sets, inside, strict=True):
        sums += [([(at, c) for at in places], each.counts[c], each.counts[c] + each.silent) for c in range(3)]
    changed = True
    while changed:
        changed = False
        for places, least, most in sums:
            have, room = sum(low[at][c] for at, c in places), sum(high[at][c] for at, c in places)
            if have > most or room < least:
                return False
            for at, c in places:
                up, down = least - (room - high[at][c]), most - (have - low[at][c])
                if up > low[at][c]:
                    have, low[at][c], changed = have + up - low[at][c], up, True
                if down < high[at][c]:
                    room, high[at][c], changed = room - high[at][c] + down, down, True
                if low[at][c] > high[at][c]:
                    return False
    return True


def by_counting(sets):
    limits = {}
    for each in sets:
        narrow(limits, each.people, [(count, count + each.silent) for count in each.counts])
    for _ in range(2):
        for a, b in combinations(list(limits), 2):
            both, only_a, only_b = a & b, a - b, b - a
            if not both:
                continue
            for part, size in ((both, len(both)), (only_a, len(only_a)), (only_b, len(only_b))):
                if part:
                    limits.setdefault(part, [(0, size)] * 3)
            for whole, rest in ((a, only_a), (b, only_b)):
                if rest:
                    narrow(limits, rest, [minus(x, y) for x, y in zip(limits[whole], limits[both], strict=True)])
                    narrow(limits, both, [minus(x, y) for x, y in zip(limits[whole], limits[rest], strict=True)])
                else:
                    narrow(limits, both, limits[whole])
        if len(limits) > 60:
            break
    if any(low > high for bounds in limits.values() for low, high in bounds):
        return set()  # somebody changed their mind: nothing follows
    found = set()
    for person in frozenset().union(*limits):
        possible = {
            c
            for c in range(3)
            if any(person in each.people and each.counts[c] for each in sets)
            and all(bounds[c][1] > 0 for people, bounds in limits.items() if person in people)
        }
        certainly = {
            c for people, bounds in limits.items() if person in people for c in range(3) if bounds[c][0] == len(people)
        }
        if len(possible) == 1 or certainly:
            found.add((person, min(certainly or possible)))
    return found


def minus(whole, part):
    return whole[0] - part[1], whole[1] - part[0]


def narrow(limits, people, bounds):
    known = limits.get(people, [(0, len(people))] * 3)
    limits[people] = [(max(a, c), min(b, d)) for (a, b), (c, d) in zip(known, bounds, strict=True)]


def certain_of(told):
    """Everybody whose class the attacker is sure of, less those who were shown as a range, all alike."""
    shown = [sets_of(each) for each in told]
    found = set().union(*(certain_within(each) for each in told))
    for size in (2, 3):
        for some in combinations(shown, size):
            if all(some):
                found |= certain_between([each for sets in some for each in sets])
    together = [each for sets in shown for each in sets]
    if together:
        found |= certain_between(together)
    ranges = {
        (person, c) for each in together if each.alike for person in each.people for c in range(3) if each.counts[c]
    }
    return found - ranges


def leaking(publishing, companies, seed=0):
    """The numbers of the companies in which the attacker is certain of somebody."""
    return [number for number in range(companies) if certain_of(company(random.Random(f"{seed}-{number}"), publishing))]


def thresholds_only(facts, groups, earlier):
    """What the usual rule shows: whatever has five answers."""
    counts = facts.counts["enps"]
    hidden = PublishedQuestion("enps", counts.total())
    whole = replace(hidden, counts=counts) if counts.total() >= 5 else replace(hidden, hidden="too_few")
    shown = [
        PublishedSegment(
            each.segment,
            len(each.asked),
            each.answered,
            (PublishedQuestion("enps", each.answered, each.counts["enps"]),),
        )
        for each in groups
        if each.segment and each.answered >= 5
    ]
    return Published(facts.answered, facts.round.asked, (whole,), tuple(shown))


def each_round_alone(facts, groups, earlier):
    """The rules without the one between rounds."""
    return publish(facts, groups, ())


def test_of_nobody_in_any_small_company_is_the_class_certain():
    assert leaking(publish, COMPANIES) == []


def test_rounds_that_contradict_each_other_hide_nothing_that_some_of_them_tell():
    """Four rounds of a company in which somebody changed their mind: three of them agree, and name people."""
    assert certain_of(company(random.Random("0-8352"), publish)) == set()


def test_cells_that_are_too_many_to_be_searched_hide_nothing_that_some_of_them_tell():
    """Three rounds name somebody; all six together are too much to be searched, and in one of the three many were
    silent."""
    assert certain_of(company(random.Random("0-57304"), publish)) == set()


def test_who_contradicts_themselves_tells_nothing():
    """Two rounds that cannot both be true of the same people, as by counting alone nobody would notice."""
    told = company(random.Random("0-72610"), each_round_alone)
    sets = [each for number in (0, 2) for each in sets_of(told[number])]
    assert by_counting(sets)
    assert certain_between(sets) == set()


def test_results_are_shown_all_the_same():
    rounds = [told for number in range(30) for told in company(random.Random(f"0-{number}"), publish)]
    enough = [each for each in rounds if each.published.answered >= 5]
    assert sum(each.published.questions[0].hidden is None for each in enough) > 0.5 * len(enough)
    assert sum(bool(each.published.segments) for each in enough) > 0.1 * len(enough)


@pytest.mark.parametrize(("leaky", "most"), [(thresholds_only, 60), (each_round_alone, 60)])
def test_without_the_rules_the_same_attacker_is_certain_of_somebody(leaky, most):
    assert leaking(leaky, most)
