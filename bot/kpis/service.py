"""What changes KPIs: log a value, undo it, set a target. Each function is one transaction; reading is in `reading`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.domain.dates import AmbiguousDate
from bot.domain.deliveries import NewDelivery
from bot.domain.entries import Entry, EntryState
from bot.domain.errors import DomainError
from bot.domain.figures import figure
from bot.domain.kpis import KPIS, Direction
from bot.domain.members import LeftOut, Member
from bot.domain.periods import PeriodKind, before, containing
from bot.domain.targets import Target, attainability, target_period
from bot.domain.workdays import Workdays
from bot.kpis.grammar import LogRequest, TargetRequest, check_day
from bot.kpis.outcomes import Logged, TargetSet, Undone
from bot.scoreboard import read_progress, read_scoreboard, read_totals
from storage import UnitOfWork, new_id

LOGGED_FOR_YOU = "kpis.logged_for_you"
LOOK_BACK = 12
"""Periods of history that a new target is held against."""
SAME_DAY_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, when (UTC), on which local date, and the working days that count there."""

    by: Member
    now: datetime
    today: date
    workdays: Workdays


def check_may_log(db: UnitOfWork, by: Member, member_id: str | None) -> None:
    """DomainError when somebody logs for another person without being an admin, or for nobody who works here."""
    if member_id is None or member_id == by.id:
        return
    if not by.is_admin:
        raise DomainError("kpis.only_admins_log")
    check_works_here(db, member_id)


def check_works_here(db: UnitOfWork, member_id: str | None) -> None:
    """DomainError for bots, deactivated people and people of other organisations: nothing is kept for them."""
    member = db.members.get(member_id) if member_id else None
    if member and member.left_out in (LeftOut.BOT, LeftOut.DEACTIVATED, LeftOut.OUTSIDER):
        raise DomainError("kpis.not_for_them")


def log_value(db: UnitOfWork, request: LogRequest, source: str, acting: Acting) -> Logged:
    """Records one value whose readings are settled. The same source again records nothing and tells the same.

    DomainErrors: `kpis.only_admins_log`, `kpis.not_for_them`, `kpis.day_ahead`, `kpis.day_too_old`.
    """
    assert isinstance(request.value, Decimal)
    assert not isinstance(request.on, AmbiguousDate)
    check_may_log(db, acting.by, request.member_id)
    entry = Entry(
        id=new_id(),
        kpi_key=request.kpi.key,
        member_id=request.member_id or acting.by.id,
        value=request.value,
        on=check_day(request.on, acting.today),
        logged_by=acting.by.id,
        logged_at=acting.now,
        source=source,
        note=request.note,
    )
    if db.kpis.add(entry):
        _tell_owner(db, entry, acting.now)
    else:
        entry = db.kpis.by_source(source) or entry
    return standing(db, entry, acting)


def log_several(db: UnitOfWork, values: Mapping[str, Decimal], on: date, source: str, acting: Acting) -> list[Logged]:
    """Records one value for each of several KPIs, all of the same day, all or none."""
    requests = [LogRequest(KPIS[key], value, on) for key, value in values.items()]
    return [log_value(db, request, f"{source}:{request.kpi.key}", acting) for request in requests]


def _tell_owner(db: UnitOfWork, entry: Entry, now: datetime) -> None:
    if entry.member_id != entry.logged_by:
        db.deliveries.add(NewDelivery(LOGGED_FOR_YOU, subject=entry.id, receiver=entry.member_id, due_at=now))


def standing(db: UnitOfWork, entry: Entry, acting: Acting) -> Logged:
    """An entry, and where its KPI stands in its week: by the owner's own target if there is one, else the team's."""
    week = containing(entry.on, PeriodKind.WEEK)
    has_own = any(target.owner_id == entry.member_id for target in db.targets.active(entry.kpi_key))
    owner = entry.member_id if has_own else None
    line = read_scoreboard(db, week, acting.today, acting.workdays, [entry.kpi_key], owner)[0]
    twins = [
        each
        for each in db.kpis.history(entry.kpi_key, entry.member_id, SAME_DAY_ENTRIES)
        if each.id != entry.id and each.state is EntryState.ACTIVE and (each.on, each.value) == (entry.on, entry.value)
    ]
    return Logged(entry, week, line, owner or "", was_there=bool(twins))


def undo_entry(db: UnitOfWork, entry_id: str, by: Member, now: datetime) -> Undone:
    """Takes an entry back: by who logged it, whose it is, or an admin. Doing it again changes nothing.

    DomainErrors: `kpis.unknown_entry`, `kpis.not_yours`.
    """
    entry = db.kpis.get(entry_id)
    if entry is None:
        raise DomainError("kpis.unknown_entry")
    if by.id not in (entry.logged_by, entry.member_id) and not by.is_admin:
        raise DomainError("kpis.not_yours")
    if entry.state is not EntryState.ACTIVE:
        return Undone(entry, already=True)
    return Undone(db.kpis.undo(entry.id, by.id, now), already=False)


def undo_latest(db: UnitOfWork, by: Member, key: str, now: datetime) -> Undone:
    """Takes back what this person logged last. The same command (`key`) twice takes back one entry.

    DomainErrors: `kpis.nothing_to_undo`, `kpis.undone_already`.
    """
    latest = db.kpis.latest_by(by.id)
    if not db.handled.first_time(f"kpi-undo:{key}", now):
        raise DomainError("kpis.undone_already")
    if latest is None:
        raise DomainError("kpis.nothing_to_undo")
    return undo_entry(db, latest.id, by, now)


def set_target(db: UnitOfWork, request: TargetRequest, key: str, acting: Acting) -> TargetSet:
    """Sets a target, replacing the one of the same KPI, owner and kind of period. The same `key` sets it once.

    DomainErrors: `kpis.only_admins_target` for another person's, `kpis.not_for_them` for who does not work here,
    `kpis.smart_positive` for a number that is no goal.
    """
    assert isinstance(request.value, Decimal)
    check_target(request, acting)
    check_works_here(db, request.member_id)
    owner = request.member_id or ""
    target = Target(
        id=new_id(),
        kpi_key=request.kpi.key,
        value=request.value,
        period=request.period,
        deadline=request.deadline,
        owner_id=owner,
        set_by=acting.by.id,
        set_at=acting.now,
        starts=acting.today,
    )
    active = db.targets.active(request.kpi.key)
    current = next((each for each in active if (each.owner_id, each.period) == (owner, request.period)), None)
    replaced = current.value if current else None
    if db.handled.first_time(f"kpi-target:{key}", acting.now):
        db.targets.set(target)
    else:
        target, replaced = current or target, None
    best, times = _against_history(db, target, acting.today)
    progress = read_progress(db, [target], acting.today, acting.workdays)[0]
    return TargetSet(progress, replaced, best, times)


def check_target(request: TargetRequest, acting: Acting) -> None:
    """DomainError where this person may not set this target, or no number of it could be a goal."""
    if request.member_id not in (None, acting.by.id) and not acting.by.is_admin:
        raise DomainError("kpis.only_admins_target")
    if isinstance(request.value, Decimal) and request.value <= 0:
        raise DomainError("kpis.smart_positive")


def _against_history(db: UnitOfWork, target: Target, today: date) -> tuple[Decimal | None, Decimal | None]:
    """The best of the last complete periods like the target's own, and how many times better the target is."""
    kpi = KPIS[target.kpi_key]
    period = target_period(target, today)
    history = []
    for _ in range(LOOK_BACK):
        period = before(period)
        totals = read_totals(db, [kpi], period, before(period), target.owner_id or None)
        value = figure(kpi, totals).value
        if value is not None:
            history.append(value)
    times = attainability(target.value, history, kpi.direction)
    if times is None:
        return None, None
    return (max if kpi.direction is Direction.HIGHER else min)(history), times
