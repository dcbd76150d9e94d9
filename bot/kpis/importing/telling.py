"""What follows once an import is recorded: messages that ask for a value turn into what became of it, and everybody
else whose numbers came hears of it once. How that is worded is in `bot.kpis.filing`."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from bot.domain.deliveries import NewDelivery
from bot.domain.members import LeftOut
from bot.domain.schedules import ScheduleKind
from bot.kpis.importing.plans import ParsedLine
from bot.logging_values import asks_of, turn
from bot.waiting import ask_subject
from storage import UnitOfWork

IMPORTED_FOR_YOU = "kpis.imported_for_you"
_NOT_TOLD = (LeftOut.BOT, LeftOut.DEACTIVATED, LeftOut.OUTSIDER)


@dataclass(frozen=True, slots=True)
class Brought:
    """What comes with some lines: the days there is a value for, by KPI, and how many values of each KPI a member gets.
    To be added up before anything is written: of very many lines it takes a while."""

    days: Mapping[str, Set[date]]
    counts: Mapping[str, Mapping[str, int]]

    @classmethod
    def by(cls, lines: Sequence[ParsedLine]) -> Self:
        days: defaultdict[str, set[date]] = defaultdict(set)
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for line in lines:
            days[line.kpi_key].add(line.on)
            counts[line.member_id][line.kpi_key] += 1
        return cls(days, counts)


def tell_and_turn(db: UnitOfWork, brought: Brought, now: datetime, by: str, key: str) -> None:
    """Owes what follows from lines that were recorded; `key` is of the import, and does it once."""
    _turn_asks(db, brought.days, now, key)
    _tell(db, brought.counts, now, by, key)


def _turn_asks(db: UnitOfWork, days: Mapping[str, Set[date]], now: datetime, key: str) -> None:
    """One look for each KPI, however many of its values came."""
    for kpi_key, of_kpi in days.items():
        schedule = db.schedules.of_subject(ScheduleKind.KPI, kpi_key)
        made = db.schedules.latest(schedule.id) if schedule else None
        for ask in asks_of(db, ask_subject(kpi_key, made.local_date)) if made else ():
            if any(ask.facts["first"] <= day.isoformat() <= ask.facts["last"] for day in of_kpi):
                turn(db, ask, f"import:{key}", now)


def _tell(db: UnitOfWork, counts: Mapping[str, Mapping[str, int]], now: datetime, by: str, key: str) -> None:
    """One message for each person; nobody is written to who does not work here, or whom a file alone knows."""
    known = db.members.get_many(list(counts))
    for member_id, of_member in counts.items():
        if member_id != by and member_id in known and known[member_id].left_out not in _NOT_TOLD:
            facts = {"by": by, **{f"count.{kpi_key}": str(count) for kpi_key, count in of_member.items()}}
            db.deliveries.add(NewDelivery(IMPORTED_FOR_YOU, key, member_id, now, facts=facts))


def counts_in(facts: Mapping[str, str]) -> dict[str, int]:
    """How many values of each KPI a message tells of."""
    return {name.removeprefix("count."): int(count) for name, count in facts.items() if name.startswith("count.")}
