"""Which targets' owners are to be told something now: read from the database, decided by the domain. Nothing is changed
here; what is decided is kept by `service`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.calendars import calendar_of
from bot.domain.calendars import OwnCalendar
from bot.domain.catalogue import Catalogue, Viewer
from bot.domain.members import Member
from bot.domain.periods import Period
from bot.domain.scoreboard import Progress, seen_from
from bot.domain.standings import (
    LONGEST_PAUSE,
    Followed,
    Standing,
    follow,
    last_day_before,
    owed_verdict,
    running_period,
    verdict_period,
)
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
    periods: tuple[Period, ...]
    """Those in which it is looked at, the earlier one first."""


def read_decisions(db: UnitOfWork, now: datetime, country: str, default_zone: str) -> list[Decision]:
    """The decisions to be made at `now` (aware): once for each target on a local date, as soon as one of those who are
    told works that day. Not on the day on which it was set, as its setter has just read where it stands."""
    kpis = db.catalogue.read()
    targets = [each for each in db.targets.active() if each.kpi_key in kpis and not kpis.is_retired(each.kpi_key)]
    if not targets:
        return []
    workdays = workdays_in(country, db.catalogue.policy().days_off)
    successors = _read_successors(db, targets, now)
    people = _People(db, kpis, [*targets, *(replaced for replaced, _ in successors)], now, workdays, default_zone)
    due = [each for target in targets if (each := people.due(target)) is not None]
    due += [each for replaced, by in successors if (each := people.due(replaced, by)) is not None and each.periods]
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


def _read_successors(db: UnitOfWork, targets: Sequence[Target], now: datetime) -> list[tuple[Target, Target]]:
    """The targets that were replaced so lately that nobody may have heard how they ended, each with the one in its
    place. What was replaced on the day before by the clock of UTC is looked for as well: where people are further east
    it was morning already."""
    oldest = now.date() - timedelta(days=LONGEST_PAUSE + 1)
    wanted = [each for each in targets if last_day_before(each) >= oldest]
    last_days = {last_day_before(each) for each in wanted}
    held = {day: db.targets.held_on(day) for last in last_days for day in (last - timedelta(days=1), last)}
    found = []
    for by in wanted:
        last = last_day_before(by)
        theirs = [each for each in held[last] if _in_place_of(each, by)]
        theirs = theirs or [
            each for each in held[last - timedelta(days=1)] if _in_place_of(each, by) and each.replaced_at == by.set_at
        ]
        found += [(each, by) for each in theirs[-1:]]
    return found


def _in_place_of(replaced: Target, by: Target) -> bool:
    is_same = (replaced.kpi_key, replaced.owner_id, replaced.period) == (by.kpi_key, by.owner_id, by.period)
    return is_same and replaced.replaced_at is not None


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
        self._workdays = workdays
        ids = {each for target in targets for each in _concerned(target, kpis)}
        found = db.members.get_many(ids) if ids else {}
        self._members = {each.id: each for each in found.values() if each.left_out is None}
        day = now.date()
        away = db.members.absences(day - timedelta(days=1), day + timedelta(days=1), ids) if ids else []
        self._calendars: dict[str, OwnCalendar] = {
            each.id: calendar_of(each, [one for one in away if one.member_id == each.id], workdays, default_zone)
            for each in self._members.values()
        }
        self._seen: dict[str, Catalogue] = {}

    def due(self, target: Target, replaced_by: Target | None = None) -> _Due | None:
        """Who is told of a target today, and which day that is; None while nobody who is told is at work. One that was
        replaced is looked at only for how it ended."""
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
        periods = (
            (verdict_period(target, day, self._workdays), running_period(target, day, self._workdays))
            if replaced_by is None
            else (owed_verdict(target, replaced_by, day, self._workdays),)
        )
        return _Due(target, day, receivers, tuple(each for each in periods if each is not None))

    def _is_today(self, member: Member, at: datetime) -> bool:
        return at <= self._now + timedelta(days=1) and self._local(at, member) == self._local(self._now, member)

    def _free_at(self, member: Member) -> datetime:
        return self._calendars[member.id].next_moment(self._now)

    def _local(self, moment: datetime, member: Member) -> date:
        return self._calendars[member.id].today(moment)

    def _may_hear(self, member: Member, target: Target) -> bool:
        if member.id not in self._seen:
            self._seen[member.id] = self._kpis.seen_by(Viewer.of(member, self._db.teams.of(member.id)))
        return target.kpi_key in self._seen[member.id]


def _read_found(db: UnitOfWork, kpis: Catalogue, due: Sequence[_Due], workdays: Workdays) -> dict[str, list[Progress]]:
    """Where each target stands in its periods, the earlier one first, by the definitions by which it is shown. What has
    the same day to be seen from is read together."""
    wanted = [(each.day, seen_from(period, each.day), each.target) for each in due for period in each.periods]
    found: dict[str, list[Progress]] = {}
    ordered = sorted(wanted, key=lambda each: each[:2])
    for (day, seen), group in groupby(ordered, key=lambda each: each[:2]):
        targets = [target for _, _, target in group]
        for progress in read_progress(db, kpis.on(seen), targets, day, workdays, seen):
            found.setdefault(progress.target.id, []).append(progress)
    return found


def _key(target: Target, day: date) -> str:
    return f"kpi-alert:{target.id}:{day}"
