"""Random worlds for the tests of summaries: what was logged, aimed at, promised and answered, written to the database
and kept beside it, so that every figure can be added up once more by other means."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from bot.domain import privacy
from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.catalogue import KpiSettings
from bot.domain.enps import SCALE_0_10
from bot.domain.entries import Entry
from bot.domain.members import Member
from bot.domain.periods import PeriodKind
from bot.domain.schedules import Cadence
from bot.domain.surveys import Round, RoundFacts, RoundState, Survey, enps_definition
from bot.domain.targets import Target
from storage import UnitOfWork, new_id

ZONE = "Asia/Jakarta"
KPIS = ("revenue", "sales_volume", "leads", "new_customers", "meetings_held", "calls_held", "website_traffic")
"""KPIs that add up, so that a figure is a sum that can be made by hand."""
PEOPLE = ("U1", "U2", "U3", "U4")
KIND_OF = {
    Cadence.DAILY: PeriodKind.DAY,
    Cadence.WEEKLY: PeriodKind.WEEK,
    Cadence.TWO_WEEKS: PeriodKind.CUSTOM,
    Cadence.MONTHLY: PeriodKind.MONTH,
    Cadence.QUARTERLY: PeriodKind.QUARTER,
}
LENGTHS = {
    PeriodKind.DAY: 1, PeriodKind.WEEK: 7, PeriodKind.CUSTOM: 14, PeriodKind.MONTH: 30, PeriodKind.QUARTER: 91,
}  # fmt: skip
NAMES = {"U1": "Ayu", "U2": "Budi", "U3": "Citra", "U4": "Dewi"}


@dataclass
class World:
    """What was written, and which days are asked about."""

    kind: PeriodKind
    today: date
    first: date
    last: date
    logged: dict[str, list[tuple[date, str, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    cadences: dict[str, Cadence] = field(default_factory=dict)
    targets: dict[str, Decimal] = field(default_factory=dict)
    own_targets: list[tuple[str, str, Decimal]] = field(default_factory=list)
    named: frozenset[str] = frozenset()
    actions: list[Action] = field(default_factory=list)
    rounds: list[tuple[date, dict[int, int], int]] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        return self.today <= self.last

    def sum(self, kpi: str, first: date, last: date, member: str | None = None) -> Decimal | None:
        values = [v for on, who, v in self.logged[kpi] if first <= on <= last and member in (None, who)]
        return sum(values, Decimal(0)) if values else None

    def value(self, kpi: str) -> Decimal | None:
        """What a row shows: the figure of the period, or of what the KPI itself is about."""
        own = self.own(kpi)
        return self.sum(kpi, *(own or (self.first, self.last)))

    def is_rarer(self, kpi: str) -> bool:
        """Whether it is logged less often than the summary comes."""
        return LENGTHS[self.cycle(kpi)] > LENGTHS[self.kind]

    def cycle(self, kpi: str) -> PeriodKind:
        return KIND_OF[self.cadences.get(kpi, Cadence.DAILY)]

    def own(self, kpi: str) -> tuple[date, date] | None:
        """The latest days of its own with a number, at most two periods ago, of a KPI that is logged less often."""
        if not self.is_rarer(kpi):
            return None
        day = min(self.last, self.today)
        first, last = _first_of(self.cycle(kpi), day), day
        for _ in range(3):
            if self.sum(kpi, first, last) is not None:
                return first, last
            first, last = _before(self.cycle(kpi), first)
        return None

    def begun(self, kpi: str) -> date | None:
        return min((on for on, _, _ in self.logged[kpi]), default=None)

    def is_half(self, kpi: str, first: date, last: date) -> bool:
        """Whether it was logged first in the middle of these days, a working day or more after they began."""
        begun = self.begun(kpi)
        if begun is None:
            return False
        whole_from = _first_of(self.cycle(kpi), begun)
        before = ((first + timedelta(days=n)) for n in range((whole_from - first).days))
        return whole_from <= last and any(day.weekday() < 5 for day in before)

    def logged_since(self, kpi: str) -> date | None:
        """The day to be told in place of a change, where the days before are only known in part."""
        if self.value(kpi) is None or self.is_rarer(kpi) or not self.is_half(kpi, *self.earlier(1)):
            return None
        return self.begun(kpi)

    def is_comparable(self, kpi: str) -> bool:
        return not self.is_rarer(kpi) and not self.is_half(kpi, *self.earlier(1))

    def earlier(self, back: int) -> tuple[date, date]:
        """The period so many before this one; as much of it as has gone by of this one."""
        first, last = self.first, self.last
        for _ in range(back):
            first, last = _before(self.kind, first)
        return (first, min(last, first + (self.today - self.first))) if self.is_running else (first, last)

    def then(self, kpi: str) -> Decimal | None:
        return self.sum(kpi, *self.earlier(1))

    def change(self, kpi: str) -> Decimal | None:
        now, then = self.value(kpi), self.then(kpi)
        return None if now is None or not then or not self.is_comparable(kpi) else (now - then) * 100 / abs(then)

    def usual(self, kpi: str) -> bool | None:
        """Wheeler's limits in floats; None where there are too few periods."""
        days = [self.earlier(back) for back in range(12, 0, -1)]
        values = [None if self.is_half(kpi, *each) else self.sum(kpi, *each) for each in days]
        known = [float(each) for each in values if each is not None]
        ranges = [abs(float(b) - float(a)) for a, b in pairwise(values) if a is not None and b is not None]
        now, then = self.value(kpi), self.then(kpi)
        if not self.is_comparable(kpi) or now is None or then is None or len(known) < 6 or len(ranges) < 5:
            return None
        mean_range, centre, moved = sum(ranges) / len(ranges), sum(known) / len(known), abs(float(now - then))
        if moved <= mean_range + 1e-9:
            return True
        return not (moved > 3.268 * mean_range or abs(float(now) - centre) > 2.66 * mean_range)

    def regulars(self, kpi: str) -> set[str]:
        if self.is_rarer(kpi):
            return set()
        days = [self.whole(back) for back in range(1, 5)]
        times = {who: sum(self.sum(kpi, *each, who) is not None for each in days) for who in PEOPLE}
        return {who for who, count in times.items() if count >= 2}

    def missing(self, kpi: str) -> set[str]:
        return {who for who in self.regulars(kpi) if self.sum(kpi, self.first, self.last, who) is None}

    def owing(self) -> dict[str, set[str]]:
        """Whose numbers for what are missing; nobody's while working days are ahead."""
        ahead = (self.today + timedelta(days=n) for n in range(1, (self.last - self.today).days + 1))
        if any(day.weekday() < 5 for day in ahead):
            return {}
        found: dict[str, set[str]] = defaultdict(set)
        for kpi in KPIS:
            for who in self.missing(kpi):
                found[NAMES[who]].add(kpi)
        return dict(found)

    def judged(self, kpi: str, member: str | None = None) -> Decimal | None:
        """What a target of the world's own kind is held against: of a day the working day itself."""
        return self.sum(kpi, self.first, self.first if self.kind is PeriodKind.DAY else self.last, member)

    def is_coming(self, kpi: str) -> bool:
        usual = len(self.regulars(kpi))
        return usual > 0 and 2 * (usual - len(self.missing(kpi))) < usual

    @property
    def told_actions(self) -> list[Action]:
        """Those of the channel that are not between two, open or settled within the period."""
        begins = datetime.combine(self.first, datetime.min.time(), ZoneInfo(ZONE))
        return [
            each
            for each in self.actions
            if not each.is_private and (each.settled_at is None or each.settled_at > begins)
        ]

    def whole(self, back: int) -> tuple[date, date]:
        first, last = self.first, self.last
        for _ in range(back):
            first, last = _before(self.kind, first)
        return first, last


def _before(kind: PeriodKind, first: date) -> tuple[date, date]:
    last = first - timedelta(days=1)
    if kind is PeriodKind.DAY:  # a working day with the weekend after it
        return last - timedelta(days=max(0, last.weekday() - 4)), last
    if kind in (PeriodKind.WEEK, PeriodKind.CUSTOM):
        return first - timedelta(days=7 if kind is PeriodKind.WEEK else 14), last
    months = 1 if kind is PeriodKind.MONTH else 3
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1), last


def _first_of(kind: PeriodKind, day: date) -> date:
    """The day on which such a period that a day lies in begins; of two weeks those that end with its week."""
    monday = day - timedelta(days=day.weekday())
    return {
        PeriodKind.DAY: day,
        PeriodKind.WEEK: monday,
        PeriodKind.CUSTOM: monday - timedelta(days=7),
        PeriodKind.MONTH: date(day.year, day.month, 1),
        PeriodKind.QUARTER: date(day.year, [1, 4, 7, 10][(day.month - 1) // 3], 1),
    }[kind]


def made(random: Random) -> World:
    """A world: a rhythm, entries, targets, actions and rounds."""
    kind, today, first, last = random.choice(
        [
            (PeriodKind.WEEK, date(2026, 11, 30), date(2026, 11, 23), date(2026, 11, 29)),
            (PeriodKind.WEEK, date(2026, 11, 27), date(2026, 11, 23), date(2026, 11, 29)),
            (PeriodKind.CUSTOM, date(2026, 11, 30), date(2026, 11, 16), date(2026, 11, 29)),
            (PeriodKind.CUSTOM, date(2026, 11, 27), date(2026, 11, 16), date(2026, 11, 29)),
            (PeriodKind.MONTH, date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 30)),
            (PeriodKind.QUARTER, date(2027, 1, 1), date(2026, 10, 1), date(2026, 12, 31)),
            (PeriodKind.DAY, date(2026, 12, 1), date(2026, 11, 30), date(2026, 11, 30)),
            (PeriodKind.DAY, date(2026, 11, 30), date(2026, 11, 27), date(2026, 11, 29)),
        ]
    )
    world = World(kind, today, first, last, named=frozenset(who for who in PEOPLE if random.random() < 0.5))
    longest = 400 if kind is PeriodKind.QUARTER else 200
    for kpi in random.sample(KPIS, random.randint(0, len(KPIS))):
        scale = random.choice([1, 10, 1000]) * (10**7 if kpi == "revenue" and random.random() < 0.7 else 1)
        share, calm = random.choice([0.2, 0.9]), random.random() < 0.5
        spans = [world.whole(back) for back in range(14)]
        for begins, ends in spans:
            for who in random.sample(PEOPLE, random.randint(0, len(PEOPLE))):
                if random.random() < share:
                    on = begins + timedelta(days=random.randint(0, (min(ends, today) - begins).days))
                    value = Decimal(random.randint(90, 110) if calm else random.randint(0, 300)) * scale
                    if (today - on).days <= longest or kind is PeriodKind.QUARTER:
                        world.logged[kpi].append((on, who, value))
        if random.random() < 0.3:
            world.cadences[kpi] = random.choice([*KIND_OF])
        if random.random() < 0.3:  # it began a period or two ago, or has not been logged lately
            day = today - timedelta(days=random.randint(1, 2 * LENGTHS[kind] + 5))
            is_new = random.random() < 0.7
            world.logged[kpi] = [each for each in world.logged[kpi] if (each[0] >= day) is is_new]
    if kind is not PeriodKind.CUSTOM:
        for kpi in random.sample(KPIS, random.randint(0, 4)):
            world.targets[kpi] = Decimal(random.choice([1, 50, 400, 10**9]))
        for kpi in random.sample(KPIS, random.randint(0, 2)):
            world.own_targets.append((kpi, random.choice(PEOPLE), Decimal(random.choice([1, 200]))))
    moment = datetime.combine(first, datetime.min.time(), ZoneInfo(ZONE)).astimezone(UTC)
    for number in range(random.randint(0, 6)):
        state = random.choice([ActionState.OPEN, ActionState.OPEN, ActionState.DONE, ActionState.DROPPED])
        settled = None if state is ActionState.OPEN else moment + timedelta(hours=random.choice([-5, 5]))
        due = random.choice([None, today - timedelta(days=3), today + timedelta(days=4)])
        source = random.choice([ActionSource.ALERT, ActionSource.OWN, ActionSource.ONE_ON_ONE])
        world.actions.append(
            Action(f"a{number}", f"do {'abcdefg'[number]}", random.choice(PEOPLE), due, source, "x", "U1", moment,
                   channel_id="C1", state=state, settled_at=settled)
        )  # fmt: skip
    for back in range(random.choice([0, 0, 1, 4])):
        counts = {10: random.randint(0, 9), 7: random.randint(0, 9), 2: random.randint(0, 9)}
        world.rounds.insert(0, (today - timedelta(days=2 + 7 * back), counts, sum(counts.values()) + 3))
    return world


def write(db: UnitOfWork, world: World, now: datetime) -> None:
    db.workspace.ensure("World", now)
    db.members.refresh([Member(who, name) for who, name in NAMES.items()])
    for who in world.named:
        db.members.set_may_be_named(who, True)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    for kpi, entries in world.logged.items():
        db.kpis.add_many(Entry(new_id(), kpi, who, v, on, who, at, source=new_id()) for on, who, v in entries)
    for kpi, cadence in world.cadences.items():
        db.catalogue.set_settings(kpi, KpiSettings(cadence=cadence))
    starts = date(2025, 1, 1)
    for kpi, value in world.targets.items():
        db.targets.set(Target(new_id(), kpi, value, world.kind, None, "", "U1", at, starts))
    for kpi, who, value in world.own_targets:
        db.targets.set(Target(new_id(), kpi, value, world.kind, None, who, "U1", at, starts))
    for action in world.actions:
        db.actions.add(action)
    if world.rounds:
        survey = Survey(new_id(), "enps", enps_definition("C1", SCALE_0_10), "U1", at)
        db.surveys.add(survey)
        for number, (day, counts, asked) in enumerate(world.rounds, 1):
            closed = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
            known = {value: count for value, count in counts.items() if count}
            new = Round(new_id(), survey.id, number, RoundState.CLOSED, survey.definition, closed - timedelta(days=3),
                        closed, asked, 5, 10, "U1", closed, True, sum(known.values()))  # fmt: skip
            facts = RoundFacts(new, sum(known.values()), {"enps": known})
            db.rounds.add(new)
            db.rounds.update(replace(new, published=privacy.publish(facts, (), ())))
