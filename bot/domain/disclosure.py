"""The audit of published counts: can anybody's answer be worked out from all that is shown together? Pure combinatorics
over sets of people; what is published, and what follows from a finding, belongs to `privacy`.

What is looked for: complements, overlaps and trackers (Denning, Denning and Schwartz 1979, "The Tracker", ACM TODS
4(1), 76-96); small sets in the row space of the published sums, the exact linear audit of cell suppression (Chin and
Özsoyoğlu 1982, "Auditing and Inference Control in Statistical Databases", IEEE TSE 8(6), 574-582); and bounds that meet
(Dobra and Fienberg 2000, "Bounds for cell entries in contingency tables", PNAS 97(22), 11885-11892).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product

from bot.domain.worlds import OverBudget, Sum, Worlds

BUDGET = 4_000
"""Steps (branchings) that one audit may take before it is given up as unsafe."""
FEW_ROUNDS = 6
"""Of so many earlier rounds that contradict each other every two and three are looked at together."""

SMALL = 60
"""Among more people than this, cells in which many were silent are left out of the comparison of rounds."""
MOST_PIVOTS = 24
"""More small atoms that vary independently of each other than this are not searched for small sets."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A published set of people who were asked, and how many of them answered in which category.

    Raises ValueError for counts that are negative or do not add up to the answers, and for more answers than people.
    """

    people: frozenset[str]
    counts: Mapping[int, int]
    answers: int

    def __post_init__(self) -> None:
        if min(self.counts.values(), default=0) < 0 or sum(self.counts.values()) != self.answers:
            raise ValueError("the counts of a cell are its answers, and none is negative")
        if self.answers > len(self.people):
            raise ValueError(f"{self.answers} answers of {len(self.people)} people")

    @property
    def is_complete(self) -> bool:
        """Whether everybody answered, so that it is known whose answers the counts are."""
        return self.answers == len(self.people)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the audit found: whose category is `certain`, and which it is. `has_world` is False where no assignment of
    one category to each person agrees with all cells (somebody changed their mind); `is_finished` is False where the
    budget did not suffice, so that nothing may be concluded; `is_partial` says that it sufficed only without the cells
    in which many were silent."""

    certain: Mapping[str, int]
    has_world: bool = True
    is_finished: bool = True
    is_partial: bool = False


def exposed(cells: Sequence[Cell], budget: int = BUDGET) -> frozenset[str]:
    """The people whose category, if they answered at all, is the same in every world that agrees with all cells.

    A world gives each person one category for all cells: people who did not change their minds are the worst case. In
    cells that are not complete it leaves open who answered. Over budget everybody counts as exposed. Where the cells
    contradict each other, at least one person changed their mind and the cells together prove nothing; what any two of
    them prove still counts.
    """
    finding = audit(cells, budget)
    if not finding.is_finished:
        return frozenset().union(*(each.people for each in cells))
    if finding.has_world:
        return frozenset(finding.certain)
    found: set[str] = set()
    for pair in combinations(cells, 2):
        together = audit(pair, budget)
        found |= set(together.certain) if together.is_finished else pair[0].people | pair[1].people
    return frozenset(found)


def audit(cells: Sequence[Cell], budget: int = BUDGET) -> Finding:
    """Whose category is the same in every world that agrees with all cells (see `exposed`).

    People who are in exactly the same cells are interchangeable, so worlds are counted by such groups (atoms): `x` of
    an atom have a category. A cell says that at least as many of its people have a category as answered in it; where
    everybody answered, exactly as many. Depth-first search with bounds propagation; each world that is found rules out
    certainty for all atoms in it that are mixed, so that few searches are needed.
    """
    problem = _Problem.of(cells)
    if not problem.categories:
        return Finding({})
    try:
        return _search(problem, budget)
    except OverBudget:
        return Finding({}, is_finished=False)


def too_close(now: Sequence[Cell], earlier: Sequence[Sequence[Cell]], minimum: int) -> bool:
    """Whether the cells of a round, beside those of earlier rounds (newest first), would tell somebody's category, or
    the counts of fewer than `minimum` people.

    What the earlier cells tell by themselves is told already, and so is the category of people in a cell that is all
    alike: it was shown so on purpose. Among more than SMALL people, and where all the cells are too many to be
    searched, those decide in which fewer than `minimum` people were silent; of the others it is not known whose answers
    they are. What is then still too much to be searched is too close. Where cells contradict each other, people changed
    their minds, and where some were left out, others may tell more: then this round is looked at beside each earlier
    one, beside as many of the newest as agree with it, and beside every two or three of the newest `FEW_ROUNDS`: nobody
    can tell which of the rounds are the ones to believe.
    """
    before = [cell for cells in earlier for cell in cells]
    if recoverable([*now, *before], minimum) - recoverable(before, minimum):
        return True
    finding = _audited([*now, *before], minimum)
    if not finding.is_finished:
        return True
    if finding.has_world and _tells_more(finding, [*now, *before], before):
        return True
    if finding.has_world and not finding.is_partial:
        return False
    agreeing = list(now)
    for cells in earlier:
        if _tells_more(_audited([*now, *cells], minimum), [*now, *cells], cells):
            return True
        if _audited([*agreeing, *cells], minimum).has_world:
            agreeing += cells
    if _tells_more(_audited(agreeing, minimum), agreeing, agreeing[len(now) :]):
        return True
    newest = earlier[:FEW_ROUNDS]
    return any(_tells_beside(now, some, minimum) for size in (2, 3) for some in combinations(newest, size))


def _tells_beside(now: Sequence[Cell], rounds: Sequence[Sequence[Cell]], minimum: int) -> bool:
    before = [cell for cells in rounds for cell in cells]
    return _tells_more(_audited([*now, *before], minimum), [*now, *before], before)


def _audited(cells: Sequence[Cell], minimum: int) -> Finding:
    loud = [each for each in cells if len(each.people) - each.answers < minimum]
    if len(frozenset().union(*(each.people for each in cells))) > SMALL:
        return audit(loud)
    finding = audit(cells)
    return finding if finding.is_finished else replace(audit(loud), is_partial=True)


def _tells_more(finding: Finding, cells: Sequence[Cell], before: Sequence[Cell]) -> bool:
    """Whether somebody is certain of whom neither the cells before nor a cell that is all alike tell the same."""
    if not finding.is_finished:
        return True
    new = set(finding.certain.items()) - _told_as_alike(cells)
    return bool(new) and bool(new - set(audit(before).certain.items()))


def _told_as_alike(cells: Sequence[Cell]) -> set[tuple[str, int]]:
    alike = [(each, next(iter(+Counter(each.counts)))) for each in cells if len(+Counter(each.counts)) == 1]
    return {(person, category) for each, category in alike for person in each.people}


def recoverable(cells: Sequence[Cell], minimum: int) -> frozenset[frozenset[str]]:
    """The sets of fewer than `minimum` people whose counts, or the difference between the counts of whose parts, can be
    computed from the complete cells by adding and subtracting them, whatever the answers were: a vector of 0, 1 and -1
    that names no more people lies in the row space of the cells. Two complete cells that differ in one to
    `minimum` - 1 people are the simplest case.

    Exact (rational arithmetic). In reduced rows such a vector is told by its pivots, so that only sets of pivots with
    fewer than `minimum` people are tried, and large atoms are made pivots first. If there are too many to be tried,
    everybody in a complete cell counts as recoverable.
    """
    complete = [each for each in cells if each.is_complete and each.people]
    atoms = _atoms(complete)
    signatures = sorted(atoms, key=lambda each: (-len(atoms[each]), each))
    rows = _reduced([[Fraction(int(k in signature)) for signature in signatures] for k in range(len(complete))])
    sizes = [len(atoms[signature]) for signature in signatures]
    small = [(row, sizes[_pivot(row)]) for row in rows if sizes[_pivot(row)] < minimum]
    if len(small) > MOST_PIVOTS:
        return frozenset(frozenset({person}) for people in atoms.values() for person in people)
    found = set()
    for total in _combined(small, minimum):
        if all(each in (-1, 0, 1) for each in total):
            inside = [atoms[signature] for signature, each in zip(signatures, total, strict=True) if each]
            people = frozenset[str]().union(*inside)
            if len(people) < minimum:
                found.add(people)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Problem:
    """Atoms, the categories that occur, and what the cells say, as sums over the unknowns `x[atom, category]`, which
    are numbered atom by atom. `answerable[atom]` are the positions of the categories in which one of it may have
    answered."""

    atoms: tuple[frozenset[str], ...]
    categories: tuple[int, ...]
    sums: tuple[Sum, ...]
    answerable: tuple[frozenset[int], ...]

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> "_Problem":
        atoms = _atoms(cells)
        signatures = sorted(atoms)
        categories = sorted({category for each in cells for category, count in each.counts.items() if count})
        width = len(categories)
        sums = [
            Sum(tuple(range(at * width, (at + 1) * width)), len(atoms[signature]), len(atoms[signature]))
            for at, signature in enumerate(signatures)
        ]
        for k, cell in enumerate(cells):
            inside = [at for at, signature in enumerate(signatures) if k in signature]
            silent = len(cell.people) - cell.answers
            for position, category in enumerate(categories):
                given = cell.counts.get(category, 0)
                sums.append(Sum(tuple(at * width + position for at in inside), given, given + silent))
        answerable = tuple(
            frozenset(
                p for p, category in enumerate(categories) if any(cells[k].counts.get(category) for k in signature)
            )
            for signature in signatures
        )
        return cls(tuple(atoms[each] for each in signatures), tuple(categories), tuple(sums), answerable)

    @property
    def sizes(self) -> list[int]:
        """The largest that each unknown may be."""
        return [len(atom) for atom in self.atoms for _ in self.categories]


def _search(problem: _Problem, budget: int) -> Finding:
    """Looks for a second category for each atom, world by world. Raises OverBudget."""
    width = len(problem.categories)
    worlds = Worlds(problem.sums, problem.sizes, budget)
    bounds = worlds.tightened([0] * len(problem.sizes), problem.sizes)
    world = bounds and worlds.find(*bounds)
    if bounds is None or world is None:
        return Finding({}, has_world=False)
    seen: list[set[int]] = [set() for _ in problem.atoms]
    _note(problem, world, seen)
    for at in range(len(problem.atoms)):
        for position in sorted(problem.answerable[at]):
            if len(seen[at]) > 1:
                break
            unknown = at * width + position
            if position in seen[at] or bounds[1][unknown] < 1:
                continue
            wished = list(bounds[0])
            wished[unknown] = max(1, wished[unknown])
            if other := worlds.find(wished, bounds[1]):
                _note(problem, other, seen)
    return Finding(
        {
            person: problem.categories[next(iter(categories))]
            for atom, categories in zip(problem.atoms, seen, strict=True)
            if len(categories) == 1
            for person in atom
        }
    )


def _note(problem: _Problem, world: list[int], seen: list[set[int]]) -> None:
    """Notes which categories the people of each atom may have answered in, in that world."""
    width = len(problem.categories)
    for at, categories in enumerate(seen):
        categories |= {each for each in problem.answerable[at] if world[at * width + each]}


def _atoms(cells: Sequence[Cell]) -> dict[tuple[int, ...], frozenset[str]]:
    """The people by the numbers of the cells they are in."""
    signatures: dict[str, list[int]] = defaultdict(list)
    for k, cell in enumerate(cells):
        for person in cell.people:
            signatures[person].append(k)
    found: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for person, signature in signatures.items():
        found[tuple(signature)].add(person)
    return {signature: frozenset(people) for signature, people in found.items()}


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """The rows in reduced echelon form, without the empty ones."""
    done: list[list[Fraction]] = []
    for row in rows:
        rest = row
        for other in done:
            factor = rest[_pivot(other)]
            if factor:
                rest = [mine - factor * its for mine, its in zip(rest, other, strict=True)]
        if not any(rest):
            continue
        lead = rest[_pivot(rest)]
        rest = [each / lead for each in rest]
        at = _pivot(rest)
        done = [[mine - other[at] * its for mine, its in zip(other, rest, strict=True)] for other in done]
        done.append(rest)
    return done


def _pivot(row: Sequence[Fraction]) -> int:
    return next(at for at, each in enumerate(row) if each)


def _combined(rows: Sequence[tuple[list[Fraction], int]], minimum: int) -> Iterator[list[Fraction]]:
    """The sums and differences of rows whose pivots together stand for fewer than `minimum` people."""
    for count in range(1, min(len(rows), minimum - 1) + 1):
        for chosen in combinations(rows, count):
            if sum(size for _, size in chosen) >= minimum:
                continue
            for signs in product((1, -1), repeat=count - 1):
                signed = list(zip((1, *signs), (row for row, _ in chosen), strict=True))
                yield [sum((sign * row[at] for sign, row in signed), Fraction(0)) for at in range(len(rows[0][0]))]
