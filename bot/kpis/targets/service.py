"""What changes targets: set one, take one back. Each function is one transaction."""

from dataclasses import replace
from decimal import Decimal

from bot.domain.audit import Act, Deed
from bot.domain.deliveries import NewDelivery
from bot.domain.errors import DomainError
from bot.domain.periods import PeriodKind
from bot.domain.policies import Who, allows
from bot.domain.targets import Aim, Target
from bot.kpis.acting import Acting
from bot.kpis.service import check_works_here
from bot.kpis.targets.grammar import RemovalRequest, TargetRequest, check_range
from bot.kpis.targets.outcomes import TargetSet
from bot.kpis.targets.reading import read_set
from storage import UnitOfWork, new_id

TARGET_FOR_YOU = "kpis.target_for_you"
GROUP = "S"
"""What the id of a user group begins with."""
ASKED_PERIODS = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
"""What is offered to who named no period."""


def set_target(db: UnitOfWork, request: TargetRequest, key: str, acting: Acting) -> tuple[Target, Target | None]:
    """Sets a target, replacing the one of the same KPI, owner and kind of period, and tells the person whose it is. The
    same `key` sets it once. Returns it and the one it replaced; where it stands is read afterwards (`read_set`), as
    that adds up years of entries while others wait to log theirs.

    DomainErrors: those of `check_target`, `kpis.smart_time_missing`, `kpis.not_for_them` for who does not work here.
    """
    db.workspace.lock()  # an owner has one target for a kind of period: of two at once the later replaces the other
    target, current = _wanted(db, request, acting)
    if not db.handled.first_time(f"kpi-target:{key}", acting.now):
        return _set_before(db, target, acting) or current or target, None
    db.targets.set(target)
    note(db, Deed.TARGET_SET, target, acting)
    if _is_person(target.owner_id) and target.owner_id != acting.by.id:
        db.deliveries.add(NewDelivery(TARGET_FOR_YOU, target.id, target.owner_id, acting.now))
    return target, current


def _set_before(db: UnitOfWork, target: Target, acting: Acting) -> Target | None:
    """What this person set last in the same place: of two answers to one question the first holds, whichever the
    period."""
    theirs = [each for each in _of_owner(db, target.kpi_key, target.owner_id) if each.set_by == acting.by.id]
    return max(theirs, key=lambda each: each.set_at, default=None)


def _of_owner(db: UnitOfWork, kpi_key: str, owner_id: str) -> list[Target]:
    return [each for each in db.targets.active(kpi_key) if each.owner_id == owner_id]


def running_period(db: UnitOfWork, request: TargetRequest) -> PeriodKind | None:
    """The kind of period that is meant where nobody said one: that of the owner's only active target of the KPI that
    has one. None where there are several, or none."""
    periods = [each.period for each in _of_owner(db, request.kpi.key, request.owner_id or "") if each.period]
    return periods[0] if len(periods) == 1 else None


def possible(request: TargetRequest, acting: Acting) -> list[Target]:
    """The targets that a request without a period may mean."""
    return [as_target(replace(request, period=period), acting) for period in ASKED_PERIODS]


def look_at(db: UnitOfWork, request: TargetRequest, acting: Acting) -> TargetSet:
    """What a target would be if it were set now. Changes nothing; DomainErrors as in `set_target`."""
    target, current = _wanted(db, request, acting)
    return read_set(db, target, current, acting)


def _wanted(db: UnitOfWork, request: TargetRequest, acting: Acting) -> tuple[Target, Target | None]:
    """The target that is asked for, checked, and the active one in its place."""
    check_target(request, acting)
    if not request.has_time:
        raise DomainError("kpis.smart_time_missing")
    owner = request.owner_id or ""
    check_works_here(db, owner if _is_person(owner) else None)
    current = next((each for each in _of_owner(db, request.kpi.key, owner) if each.period is request.period), None)
    return as_target(request, acting), current


def as_target(request: TargetRequest, acting: Acting) -> Target:
    """A request whose readings are settled, as the target it asks for."""
    assert isinstance(request.value, Decimal)
    return Target(
        id=new_id(),
        kpi_key=request.kpi.key,
        value=request.value,
        period=request.period,
        deadline=request.deadline,
        owner_id=request.owner_id or "",
        set_by=acting.by.id,
        set_at=acting.now,
        starts=acting.today,
        aim=request.aim,
        upper=request.upper,
        because=request.because,
    )


def check_target(request: TargetRequest, acting: Acting) -> None:
    """DomainError where this person may not set this target, or no number of it could be a goal:
    `kpis.targets.retired`, those of `check_may_set`, `kpis.smart_positive`, `kpis.targets.range_reversed`,
    `kpis.deadline_past` (a form or a question may stay open for days)."""
    if acting.kpis.is_retired(request.kpi.key):
        raise DomainError("kpis.targets.retired")
    check_may_set(request.kpi.key, request.owner_id or "", acting)
    if request.deadline is not None and request.deadline < acting.today:
        raise DomainError("kpis.deadline_past", day=request.deadline)
    if not isinstance(request.value, Decimal):
        return
    if request.aim is Aim.INSIDE:
        if request.upper is None:
            raise DomainError("kpis.targets.upper_missing")
        check_range(request.value, request.upper)
    elif request.value <= 0:
        raise DomainError("kpis.smart_positive")


def check_may_set(kpi_key: str, owner_id: str, acting: Acting) -> None:
    """DomainError where somebody may not decide on targets of this owner: `kpis.only_admins_target` for another
    person's, `kpis.targets.not_allowed` for those of everybody and of groups. One's own is always one's own."""
    owners = acting.kpis.settings(kpi_key).owners
    if owner_id == acting.by.id:
        return
    if _is_person(owner_id):
        if not allows(Who.OWNERS, acting.by, owners):
            raise DomainError("kpis.only_admins_target")
    elif not allows(acting.policy.target, acting.by, owners):
        raise DomainError(f"kpis.targets.not_allowed.{acting.policy.target}")


def find_targets(db: UnitOfWork, request: RemovalRequest, acting: Acting) -> list[Target]:
    """The active targets that a removal may be about: where nobody was named, the team's and one's own. DomainErrors of
    `check_may_set`, `kpis.targets.none_such`."""
    owners = (request.owner_id,) if request.owner_id else ("", acting.by.id)
    theirs = [each for each in db.targets.active(request.kpi.key) if each.owner_id in owners]
    found = [each for each in theirs if request.period is None or each.period is request.period]
    if not found:
        raise DomainError("kpis.targets.none_such")
    mine = [each for each in found if each.owner_id == acting.by.id]
    if mine and not _may_set(found[0], acting):
        return mine
    check_may_set(request.kpi.key, found[0].owner_id, acting)
    return found


def _may_set(target: Target, acting: Acting) -> bool:
    try:
        check_may_set(target.kpi_key, target.owner_id, acting)
    except DomainError:
        return False
    return True


def remove_target(db: UnitOfWork, target_id: str, acting: Acting) -> Target:
    """Takes a target back; it stays in the history. Doing it twice is the same as once.

    DomainErrors: those of `check_may_set`, and `core.stale` for a target nobody knows or may not see (any more).
    """
    target = db.targets.get(target_id)
    if target is None or target.kpi_key not in acting.kpis:
        raise DomainError("core.stale")
    check_may_set(target.kpi_key, target.owner_id, acting)
    if db.targets.end(target.id, acting.now):
        note(db, Deed.TARGET_REMOVED, target, acting)
    return target


def note(db: UnitOfWork, deed: Deed, target: Target, acting: Acting) -> None:
    """Writes into the audit log who set or removed a target of others; one's own is nobody's matter."""
    if target.owner_id != acting.by.id:
        db.audit.note(Act(acting.now, acting.by.id, deed, target.kpi_key, {"of": target.owner_id}))


def _is_person(owner_id: str) -> bool:
    return bool(owner_id) and not owner_id.startswith(GROUP)
