"""Reading what a summary says: the scoreboard, one KPI's trend, eNPS that may be published, and who owes a number.
One read transaction; no words and no layout here."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import enps, privacy
from bot.domain.catalogue import Catalogue
from bot.domain.enps import Change
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.members import Absence, Member
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.privacy import Publication
from bot.domain.scoreboard import KpiLine, chosen_target
from bot.domain.surveys import Round, RoundFacts, RoundState
from bot.domain.workdays import Workdays
from bot.scoreboard import read_figures, read_pair, read_scoreboard, workdays_in
from bot.summaries.facts import Beside, Noted, Pulse, SummaryFacts, Trend, period_of
from storage import UnitOfWork

TREND_PERIODS = 8
MAX_LINES = 12
MAX_BESIDE = 2
MAX_NOTES = 5
PULSE_DAYS = 35
"""A round that closed longer ago than this many days is no news any more."""
RATES_APART = 20
"""Rounds whose response rates lie further apart than this (in percentage points) are not compared."""
LOOK_BACK = 4
REGULARLY = 2
"""Who logged a KPI in at least so many of the latest LOOK_BACK periods is expected to log it again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and with what a summary is made: the channel whose people's eNPS it may tell, its zone, the country's code
    for holidays, the currency's code."""

    channel_id: str
    zone: str
    country: str
    currency: str


def read_facts(db: UnitOfWork, kind: PeriodKind, local_date: date, now: datetime, place: Place) -> SummaryFacts:
    """What the summary of a local date says, from the numbers as they are at `now` (aware)."""
    workdays, kpis = workdays_in(place.country, db.catalogue.policy().days_off), db.catalogue.read().public()
    period = period_of(kind, local_date)
    lines = tuple(read_scoreboard(db, kpis, period, local_date, workdays)[:MAX_LINES])
    return SummaryFacts(
        period=period,
        today=local_date,
        zone=place.zone,
        lines=lines,
        trend=_trend(db, kpis, lines, period, local_date),
        pulses=tuple(_pulses(db, now, place.channel_id)),
        owing=tuple(_owing(db, kpis, period, local_date, workdays)),
        currency=place.currency,
        beside=tuple(_beside(db, kpis, lines, period, local_date, workdays)),
        notes=tuple(_notes(db, lines, period, local_date, place.zone)),
    )


def _beside(
    db: UnitOfWork,
    kpis: Catalogue,
    lines: Sequence[KpiLine],
    period: Period,
    local_date: date,
    workdays: Workdays,
) -> list[Beside]:
    """The outcomes that got worse together with, or after, a process KPI they are tied to."""
    found = [(line, read_pair(db, kpis, line, period, local_date, workdays)) for line in lines]
    return [Beside(line, pair) for line, pair in found if pair is not None][:MAX_BESIDE]


def _notes(db: UnitOfWork, lines: Sequence[KpiLine], period: Period, local_date: date, zone: str) -> list[Noted]:
    """The reasons and actions that were noted for the KPIs shown, from the first day of the period until the summary,
    the latest ones, in the order of the lines."""
    found = [
        (line.kpi, note)
        for line in lines
        for note in reversed(db.catalogue.notes(line.kpi.key))
        if note.kind in (KpiNoteKind.REASON, KpiNoteKind.ACTION)
        and period.first <= note.at.astimezone(ZoneInfo(zone)).date() <= local_date
    ]
    latest = sorted(found, key=lambda each: each[1].at)[-MAX_NOTES:]
    people = db.members.get_many({note.by for _, note in latest})
    names = {note.by: people[note.by].name if note.by in people else "" for _, note in latest}
    return [Noted(kpi, note, names[note.by] or note.by) for kpi, note in found if (kpi, note) in latest]


def _trend(db: UnitOfWork, kpis: Catalogue, lines: Sequence[KpiLine], period: Period, local_date: date) -> Trend | None:
    """The KPI to draw: one with a target for such a period, else one with any target, else the first (revenue) that
    has numbers. None where fewer than two periods have a number."""
    filled = [line for line in lines if line.figure.value is not None]
    targeted = [line for line in filled if line.target is not None]
    same_period = [line for line in targeted if line.target and line.target.period is period.kind]
    chosen = next(iter(same_period or targeted or filled), None)
    if chosen is None:
        return None
    periods = _latest(period, TREND_PERIODS)
    values = tuple(figure.value for figure in read_figures(db, kpis, chosen.kpi.key, periods, local_date))
    if sum(value is not None for value in values) < REGULARLY:
        return None
    targets = [target for target in db.targets.active(chosen.kpi.key) if not target.owner_id]
    target = chosen_target(chosen.kpi.key, targets, period.kind)
    own = target.value if target is not None and target.period is period.kind else None
    return Trend(chosen.kpi, periods, values, own)


def _latest(period: Period, count: int) -> tuple[Period, ...]:
    """A period and those before it, oldest first."""
    found = [period]
    while len(found) < count:
        found.append(before(found[-1]))
    return tuple(reversed(found))


def _pulses(db: UnitOfWork, now: datetime, channel_id: str) -> Iterator[Pulse]:
    """The newest closed round of each survey, where it asked this channel alone, closed lately and asked the eNPS
    question. Another channel's result belongs to those who asked there: so it was promised to those who answered
    (`surveys.why.summary`). Whom a round asked is frozen in it; the survey may ask others by now."""
    for survey in db.surveys.all():
        closed = next((each for each in db.rounds.of_survey(survey.id) if each.state is RoundState.CLOSED), None)
        if closed is None or closed.published is None or closed.definition.enps is None:
            continue
        if _channel_of(closed) != channel_id:
            continue
        if now - timedelta(days=PULSE_DAYS) <= _closed_at(closed) <= now:
            yield _pulse(db, closed)


def _channel_of(closed: Round) -> str:
    """The channel whose members it asked, if they were exactly whom it asked; else ""."""
    return closed.definition.audience.only_channel


def _closed_at(closed: Round) -> datetime:
    return closed.closed_at or closed.closes_at


def _pulse(db: UnitOfWork, closed: Round) -> Pulse:
    published = _published(closed)
    if published.tally is None:
        return Pulse(_channel_of(closed), closed, published)
    change = _change(db, closed, published)
    return Pulse(_channel_of(closed), closed, published, enps.interval(published.tally), change)


def _change(db: UnitOfWork, closed: Round, published: Publication) -> Change | None:
    """The change since the round before, where both asked the same channel and are published, on one scale, and
    answered by like shares."""
    earlier = db.rounds.previous_closed(closed.survey_id, closed.number)
    if earlier is None or _channel_of(earlier) != _channel_of(closed):
        return None
    if earlier.scale != closed.scale or published.tally is None:
        return None
    compared = _published(earlier)
    if compared.tally is None or abs(_rate(compared) - _rate(published)) > RATES_APART:
        return None
    return enps.compare(compared.tally, published.tally)


def _published(closed: Round) -> Publication:
    """What was decided at its close."""
    return privacy.publication(RoundFacts(closed, closed.answered or 0))


def _rate(published: Publication) -> float:
    return 100 * published.answers / published.asked if published.asked else 0.0


def _owing(db: UnitOfWork, kpis: Catalogue, period: Period, local_date: date, workdays: Workdays) -> list[str]:
    """The names of people who log one of `kpis` that is not retired regularly and have not done so for this period.
    Nobody while it still has working days ahead, and nobody who was away for all of it."""
    if local_date < period.last and workdays.count(local_date + timedelta(days=1), period.last):
        return []
    earlier = _earlier(period, workdays)
    missing: set[str] = set()
    for key in sorted(db.kpis.keys_used() & {kpi.key for kpi in kpis.current}):
        times = Counter(member for each in earlier for member in db.kpis.loggers(key, each.first, each.last))
        regulars = {member for member, count in times.items() if count >= REGULARLY}
        missing |= regulars - db.kpis.loggers(key, period.first, period.last)
    absences = db.members.absences(period.first, period.last, missing) if missing else []
    people = db.members.get_many(missing).values()
    expected = [each for each in people if not each.left_out and _was_there(each, period, absences, workdays)]
    return sorted((each.name or each.id for each in expected), key=str.casefold)


def _earlier(period: Period, workdays: Workdays) -> list[Period]:
    """The latest periods before this one; for a day, the latest working days. A day off asks nothing of anybody."""
    if period.kind is not PeriodKind.DAY:
        return list(_latest(before(period), LOOK_BACK))
    found: list[Period] = []
    day = period.first
    while workdays.is_working_day(period.first) and len(found) < LOOK_BACK:
        day -= timedelta(days=1)
        if workdays.is_working_day(day):
            found.append(containing(day, PeriodKind.DAY))
    return found


def _was_there(member: Member, period: Period, absences: Sequence[Absence], workdays: Workdays) -> bool:
    own = [absence for absence in absences if absence.member_id == member.id]
    return not own or any(workdays.is_working_day(day, own) for day in period.each_day())
