"""What is known about a KPI when it is reviewed: how much it was used, its last value, how often its targets were met,
how often its definition changed, who logs it. Only read here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.domain.catalogue import Catalogue
from bot.domain.entries import EntryState
from bot.domain.kpi_notes import KpiNote, Usage
from bot.domain.kpis import Kpi, inputs_of
from bot.domain.pacing import Status, Thresholds, pace
from bot.domain.periods import Period, before
from bot.domain.scoreboard import seen_from
from bot.domain.targets import Target, target_period
from bot.kpis.acting import Acting
from bot.kpis.defining.service import may_change
from bot.kpis.reviewing.dates import review_date
from bot.kpis.reviewing.outcomes import OUTCOMES, Facts
from bot.scoreboard import read_figures, whose_numbers
from storage import UnitOfWork

LOOK_BACK = 12
"""Ended periods of a target that are looked at."""
LATEST = 20


def read_facts(db: UnitOfWork, kpi: Kpi, acting: Acting) -> Facts:
    """The facts of a KPI that this person sees."""
    return read_all_facts(db, [kpi], acting)[0]


def read_all_facts(db: UnitOfWork, kpis: Sequence[Kpi], acting: Acting, shown: int = 1) -> list[Facts]:
    """The facts of several KPIs; of those after the first `shown` only what was decided, as nobody is told more."""
    reviews = {kpi.key: [note for note in db.catalogue.notes(kpi.key) if note.kind in OUTCOMES] for kpi in kpis}
    since = {key: notes[0].at.date() if notes else date.min for key, notes in reviews.items()}
    counts = _counts(db, kpis[:shown], since)
    found = []
    for place, kpi in enumerate(kpis):
        facts = _decided(db, kpi, acting, reviews[kpi.key])
        found.append(_counted(db, facts, acting, counts[kpi.key], since[kpi.key]) if place < shown else facts)
    return found


def _counts(db: UnitOfWork, kpis: Iterable[Kpi], since: Mapping[str, date]) -> dict[str, int]:
    """How many values each KPI, or what it is computed from, has for a date of its own and later ones."""
    by_day: defaultdict[date, set[str]] = defaultdict(set)
    for kpi in kpis:
        by_day[since[kpi.key]].update(inputs_of(kpi))
    found = {day: db.kpis.counts(dict.fromkeys(keys, day)) for day, keys in by_day.items()}
    return {kpi.key: sum(found[since[kpi.key]][key] for key in set(inputs_of(kpi))) for kpi in kpis}


def _decided(db: UnitOfWork, kpi: Kpi, acting: Acting, reviews: Sequence[KpiNote]) -> Facts:
    settings = acting.kpis.settings(kpi.key)
    # Only where no date was decided on does it matter when the first of perhaps many entries was typed.
    used = {} if settings.review_on else db.kpis.usage([kpi.key])
    used_since = first_used(db, kpi.key, acting.kpis, used)
    return Facts(
        kpi=kpi,
        settings=settings,
        due_on=None if settings.retired_on or used_since is None else review_date(settings, used_since),
        since=reviews[0].at if reviews else None,
        changes=max(0, len(acting.kpis.versions(kpi.key)) - 1),
        reviews=tuple(reviews),
        may_decide=may_change(db, kpi.key, acting),
    )


def _counted(db: UnitOfWork, facts: Facts, acting: Acting, count: int, since: date) -> Facts:
    """The facts with what entries and targets tell."""
    kpi = facts.kpi
    latest = [
        entry
        for key in dict.fromkeys(inputs_of(kpi))
        for entry in db.kpis.history(key, limit=LATEST)
        if entry.state is EntryState.ACTIVE
    ]
    hits = [_met(db, target, acting) for target in db.targets.active(kpi.key)]
    return replace(
        facts,
        count=count,
        loggers=tuple(dict.fromkeys(entry.logged_by for entry in latest if entry.on >= since)),
        last=latest[0] if latest and not kpi.is_derived else None,
        met=sum(met for met, _ in hits),
        ended=sum(ended for _, ended in hits),
    )


def first_used(db: UnitOfWork, kpi_key: str, kpis: Catalogue, used: Mapping[str, Usage]) -> date | None:
    """The day since which a KPI is used: when it was defined here, first logged, or first had a target. None for one
    that nobody uses; one with a review date is used in any case."""
    versions = kpis.versions(kpi_key)
    days = [versions[0].starts] if versions else []
    if kpi_key in used:
        days.append(used[kpi_key].first_at.date())
    days += [target.set_at.date() for target in db.targets.active(kpi_key)]
    review_on = kpis.settings(kpi_key).review_on
    return min(days) if days else review_on


def _met(db: UnitOfWork, target: Target, acting: Acting) -> tuple[int, int]:
    """In how many of the ended periods since a target was set it was met, and how many were decided."""
    settings = acting.kpis.settings(target.kpi_key)
    thresholds = Thresholds(settings.on_track, settings.behind)
    periods = _ended(target, acting.today)
    if not periods:
        return 0, 0
    whose = whose_numbers(db, target.owner_id)
    figures = read_figures(db, acting.kpis, target.kpi_key, periods, acting.today, whose)
    statuses = [
        pace(
            acting.kpis.on(seen_from(period, acting.today))[target.kpi_key],
            target.value, found.value, period, acting.today, acting.workdays, target.aim, target.upper, thresholds,
        ).status
        for period, found in zip(periods, figures, strict=True)
    ]  # fmt: skip
    return statuses.count(Status.MET), sum(status in (Status.MET, Status.MISSED) for status in statuses)


def _ended(target: Target, today: date) -> list[Period]:
    """The latest of a target's periods that have ended since it was set, oldest first."""
    if target.period is None:
        return []
    period, ended = before(target_period(target, today)), list[Period]()
    while period.last >= target.starts and len(ended) < LOOK_BACK:
        ended.append(period)
        period = before(period)
    return ended[::-1]
