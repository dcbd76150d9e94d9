"""Which targets' owners are to be told something now: read from the database, decided by the domain. Nothing is changed
here; what is decided is kept by `service`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.domain.catalogue import Catalogue, Viewer
from bot.domain.members import Absence, Member
from bot.domain.scoreboard import Progress, seen_from
from bot.domain.standings import Followed, Standing, follow, running_period, verdict_period
from bot.domain.targets import OwnerKind, Target
from bot.domain.workdays import Workdays
from bot.scoreboard import read_progress, workdays_in
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to be told, from `at` (UTC) on: within their own working hours, today."""

    member_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What is news of a target on `day`, for whom. `key` is the same for every replica that decides it; `before` is the
    standing it was decided from."""

    target: Target
    day: date
    receivers: tuple[Receiver, ...]
    before: Standing | None
    followed: Followed

    @property
    def key(self) -> str:
        return _key(self.target, self.day)


@dataclass(frozen=True, slots=True)
class _Due:
    target: Target
    day: date
    receivers: tuple[Receiver, ...]


def read_decisions(db: UnitOfWork, now: datetime, country: str, default_zone: str) -> list[Decision]:
    """The decisions to be made at `now` (aware): once for each target on a local date, as soon as one of those who are
    told works that day. Not on the day on which it was set, as its setter has just read where it stands."""
    kpis = db.catalogue.read()
    targets = [each for each in db.targets.active() if each.kpi_key in kpis and not kpis.is_retired(each.kpi_key)]
    if not targets:
        return []
    workdays = workdays_in(country, db.catalogue.policy().days_off)
    people = _People(db, kpis, targets, now, workdays, default_zone)
    due = [each for target in targets if (each := people.due(target)) is not None]
    done = db.handled.known({_key(each.target, each.day) for each in due})
    due = [each for each in due if _key(each.target, each.day) not in done]
    if not due:
        return []
    standings = db.targets.standings()
    found = _read_found(db, kpis, due, workdays)
    return [
        Decision(
            each.target,
            each.day,
            each.receivers,
            standings.get(each.target.id),
            follow(each.target.id, standings.get(each.target.id), found.get(each.target.id, ()), each.day),
        )
        for each in due
    ]


def told(target: Target, kpis: Catalogue, working: Collection[str]) -> tuple[str, ...]:
    """Who hears of a target: the person whose it is; of a group's or everybody's the KPI's owners, or who set it where
    none of them is (any more) among those `working` here. Nobody who does not want to."""
    settings = kpis.settings(target.kpi_key)
    if target.owner_kind is OwnerKind.PERSON:
        wanted = [target.owner_id]
    else:
        wanted = [each for each in settings.owners if each in working] or [target.set_by]
    return tuple(each for each in dict.fromkeys(wanted) if each not in settings.muted)


def _concerned(target: Target, kpis: Catalogue) -> Iterable[str]:
    """Everybody who could be told of a target."""
    return filter(None, (target.owner_id, target.set_by, *kpis.settings(target.kpi_key).owners))


class _People:
    """Those who work here and are told of some targets: whether they may see the KPI, and whether they are at work."""

    def __init__(
        self,
        db: UnitOfWork,
        kpis: Catalogue,
        targets: Iterable[Target],
        now: datetime,
        workdays: Workdays,
        default_zone: str,
    ) -> None:
        self._db, self._kpis, self._now = db, kpis, now
        self._workdays, self._default_zone = workdays, default_zone
        ids = {each for target in targets for each in _concerned(target, kpis)}
        found = db.members.get_many(ids) if ids else {}
        self._members = {each.id: each for each in found.values() if each.left_out is None}
        day = now.date()
        self._absences = db.members.absences(day - timedelta(days=1), day + timedelta(days=1), ids) if ids else []
        self._seen: dict[str, Catalogue] = {}

    def due(self, target: Target) -> _Due | None:
        """Who is told of a target today, and which day that is; None while nobody who is told is at work."""
        there = [
            (member, self._free_at(member))
            for member_id in told(target, self._kpis, self._members)
            if (member := self._members.get(member_id)) is not None and self._may_hear(member, target)
        ]
        at_work = next((member for member, at in there if at == self._now), None)
        if at_work is None:
            return None
        day = self._local(self._now, at_work)
        if day <= target.starts:
            return None
        receivers = tuple(Receiver(member.id, at) for member, at in there if self._is_today(member, at))
        return _Due(target, day, receivers)

    def _is_today(self, member: Member, at: datetime) -> bool:
        return at <= self._now + timedelta(days=1) and self._local(at, member) == self._local(self._now, member)

    def _free_at(self, member: Member) -> datetime:
        absences: list[Absence] = [each for each in self._absences if each.member_id == member.id]
        return self._workdays.next_moment(self._now, member.zone_or(self._default_zone), absences)

    def _local(self, moment: datetime, member: Member) -> date:
        return moment.astimezone(ZoneInfo(member.zone_or(self._default_zone))).date()

    def _may_hear(self, member: Member, target: Target) -> bool:
        if member.id not in self._seen:
            self._seen[member.id] = self._kpis.seen_by(Viewer.of(member, self._db.teams.of(member.id)))
        return target.kpi_key in self._seen[member.id]


def _read_found(db: UnitOfWork, kpis: Catalogue, due: Sequence[_Due], workdays: Workdays) -> dict[str, list[Progress]]:
    """Where each target stands in the latest period that may be judged and in the running one, in that order, by the
    definitions by which it is shown. What has the same day to be seen from is read together."""
    wanted: list[tuple[date, date, Target]] = []
    for each in due:
        judged = verdict_period(each.target, each.day, workdays)
        for period in (judged, running_period(each.target, each.day, workdays)):
            if period is not None:
                wanted.append((each.day, seen_from(period, each.day), each.target))
    found: dict[str, list[Progress]] = {}
    ordered = sorted(wanted, key=lambda each: each[:2])
    for (day, seen), group in groupby(ordered, key=lambda each: each[:2]):
        targets = [target for _, _, target in group]
        for progress in read_progress(db, kpis.on(seen), targets, day, workdays, seen):
            found.setdefault(progress.target.id, []).append(progress)
    return found


def _key(target: Target, day: date) -> str:
    return f"kpi-alert:{target.id}:{day}"
