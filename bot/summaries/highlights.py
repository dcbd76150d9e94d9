"""Reading what went well, what needs attention and what was promised. No words here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain.actions import ActionState, by_urgency
from bot.domain.catalogue import Catalogue
from bot.domain.entries import EntryState
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.kpis import Aggregation, Direction, Kpi
from bot.domain.members import Member
from bot.domain.pacing import Status
from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine
from bot.domain.swings import best_of
from bot.domain.targets import Aim, OwnerKind, Target, aim_of
from bot.domain.workdays import Workdays
from bot.scoreboard import read_progress, targets_of
from bot.summaries.days import judged_on
from bot.summaries.facts import Attention, Comment, Promised, Win
from bot.summaries.verdicts import not_good
from storage import UnitOfWork


def wins(
    db: UnitOfWork,
    kpis: Catalogue,
    lines: Sequence[KpiLine],
    unjudged: Collection[str],
    history: Mapping[str, Sequence[Decimal | None]],
    period: Period,
    local_date: date,
    workdays: Workdays,
) -> Iterator[Win]:
    """What went well: everybody's targets that are met, the best figures for a long time, and what people reached for
    themselves who agreed to be named. Nobody else's own target is told, not even without a name. Of KPIs that are not
    to be judged yet (`unjudged`) only what more numbers can no longer undo: that enough was reached already."""
    for line in lines:
        if line.kpi.key in unjudged and not _is_for_good(line):
            continue
        value = line.pace.actual if line.pace is not None else None
        if line.pace is not None and line.pace.status is Status.MET and value is not None:
            yield Win(line.kpi, value, target=line.target)
        elif (count := _is_best(line, history[line.kpi.key], period, local_date)) and line.figure.value is not None:
            yield Win(line.kpi, line.figure.value, best_of=count)
    yield from _own_wins(db, kpis, {line.kpi.key for line in lines}, period, local_date, workdays)


def _is_for_good(line: KpiLine) -> bool:
    """Whether a target that is met stays met whatever else is logged: at least so much of what only adds up."""
    if line.target is None or line.pace is None or line.pace.status is not Status.MET:
        return False
    adds_up = not line.kpi.is_derived and line.kpi.aggregation is Aggregation.SUM
    return adds_up and aim_of(line.target, line.kpi) in (Aim.REACH, Aim.ABOVE)


def _is_best(line: KpiLine, history: Sequence[Decimal | None], period: Period, local_date: date) -> int | None:
    """Only of a period that is over, and not where better is to lie between two edges."""
    if local_date <= period.last or (line.target is not None and aim_of(line.target, line.kpi) is Aim.INSIDE):
        return None
    return best_of(history, line.figure.value, lower_is_better=line.kpi.direction is Direction.LOWER)


def _own_wins(
    db: UnitOfWork, kpis: Catalogue, shown: set[str], period: Period, local_date: date, workdays: Workdays
) -> Iterator[Win]:
    own = [
        target
        for target in targets_of(db, period, local_date)
        if target.owner_kind is OwnerKind.PERSON and target.kpi_key in shown and _is_of(target, period)
    ]
    people = db.members.get_many({target.owner_id for target in own})
    named = {member.id: member for member in people.values() if member.may_be_named and not member.left_out}
    told = [target for target in own if target.owner_id in named]
    if not told:
        return
    for each in read_progress(db, kpis, told, local_date, workdays, judged_on(period, local_date)):
        if each.pace.status is Status.MET and each.pace.actual is not None:
            member = named[each.target.owner_id]
            kpi = kpis[each.target.kpi_key]
            yield Win(kpi, each.pace.actual, target=each.target, person=member.name or member.id)


def _is_of(target: Target, period: Period) -> bool:
    """Whether a target is for just such a period, or for these very days: a month that is met by its first week would
    be told every week."""
    return target.period is period.kind or (target.deadline is not None and period.contains(target.deadline))


def attention(
    db: UnitOfWork, kpis: Catalogue, lines: Sequence[KpiLine], period: Period, local_date: date, zone: str
) -> list[Attention]:
    """The lines that are not good enough, the worst first."""
    found = not_good(lines)
    owners = owners_of(db, kpis, found)
    return [
        Attention(line, owners.get(line.kpi.key, ()), _comment(db, line.kpi, period, local_date, zone))
        for line in found
    ]


def owners_of(db: UnitOfWork, kpis: Catalogue, lines: Sequence[KpiLine]) -> dict[str, tuple[str, ...]]:
    """The names of the owners of each KPI that has any who are still here, in their order."""
    ids = {line.kpi.key: kpis.settings(line.kpi.key).owners for line in lines}
    people = db.members.get_many({member for those in ids.values() for member in those})
    present = {member.id: _name(member) for member in people.values() if not member.left_out}
    names = {key: tuple(present[each] for each in those if each in present) for key, those in ids.items()}
    return {key: those for key, those in names.items() if those}


def _comment(db: UnitOfWork, kpi: Kpi, period: Period, local_date: date, zone: str) -> Comment | None:
    """The last that somebody said about a KPI: as a reason or an action until the summary, or with a value of the
    period."""
    there = ZoneInfo(zone)
    notes = [
        (note.at, note.text, note.by, None)
        for note in db.catalogue.notes(kpi.key)
        if note.kind in (KpiNoteKind.REASON, KpiNoteKind.ACTION)
        and period.first <= note.at.astimezone(there).date() <= local_date
    ]
    values = [
        (entry.logged_at, entry.note, entry.logged_by, entry.confidence)
        for entry in db.kpis.history(kpi.key)
        if entry.state is EntryState.ACTIVE
        and period.contains(entry.on)
        and entry.on <= local_date
        and (entry.note or entry.confidence is not None)
    ]
    latest = max((*notes, *values), key=lambda each: each[0], default=None)
    if latest is None:
        return None
    _, text, by, confidence = latest
    author = db.members.get(by)
    return Comment(text, _name(author) if author is not None else by, confidence)


def promised(db: UnitOfWork, channel_id: str, since: datetime) -> list[Promised]:
    """What was promised in the channel: settled after a moment, or still open, the most urgent first. What only two
    people may know of is not among it."""
    if not channel_id:
        return []
    found = [each for each in db.actions.in_channel(channel_id, since) if not each.is_private]
    open_ones = by_urgency(each for each in found if each.state is ActionState.OPEN)
    settled = [each for each in found if each.state is not ActionState.OPEN]
    people = db.members.get_many({each.owner_id for each in found})
    names = {member.id: _name(member) for member in people.values()}
    return [Promised(each, names.get(each.owner_id, each.owner_id)) for each in (*settled, *open_ones)]


def _name(member: Member) -> str:
    return member.name or member.id
