"""Reading what a summary says: the scoreboard, how its figures usually move, one KPI's trend, what was noted. Who owes
a number is read in `loggers`, what people said in `pulses`, wins, worries and promises in `highlights`. One read
transaction; no words and no layout here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from bot.domain.catalogue import Catalogue
from bot.domain.figures import earlier
from bot.domain.formulas import Span
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.kpis import terms_of
from bot.domain.periods import Period, PeriodKind, through
from bot.domain.scoreboard import KpiLine, chosen_target
from bot.domain.summaries import SummaryDefinition
from bot.domain.swings import PERIODS, Swing, swing
from bot.domain.targets import Target
from bot.domain.workdays import Workdays
from bot.scoreboard import read_figures, read_pair, read_scoreboard, workdays_in
from bot.summaries.comparing import Beginnings, read_beginnings, read_own_days, without_halves
from bot.summaries.days import earlier_periods, judged_on, period_before, period_of
from bot.summaries.facts import IN_POST, Beside, Noted, SummaryFacts, Trend
from bot.summaries.highlights import attention, owners_of, promised, wins
from bot.summaries.loggers import incomplete, owing, read_logging
from bot.summaries.pulses import read_enps_trend, read_means, read_pulses, read_together, told_surveys
from storage import UnitOfWork

TREND_PERIODS = 8
TREND_FROM = 2
TARGET_FROM = 4
"""From so many periods with a target on, the chart shows just those; with fewer it shows none of it."""
MAX_LINES = 24
MAX_BESIDE = 2
MAX_NOTES = 5
_NOTHING: Sequence[Decimal | None] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and with what a summary is made: the channel whose people's answers it may tell, its zone, the country's
    code for holidays, the currency's code."""

    channel_id: str
    zone: str
    country: str
    currency: str


def read_facts(
    db: UnitOfWork,
    kind: PeriodKind,
    local_date: date,
    now: datetime,
    place: Place,
    definition: SummaryDefinition | None = None,
    since: datetime | None = None,
) -> SummaryFacts:
    """What the summary of a local date says, from the numbers as `db` has them and the rounds that were closed by `now`
    (aware). Actions that were settled after `since` (UTC; None: the start of its period) are told once more."""
    shown = definition or SummaryDefinition()
    workdays, kpis = workdays_in(place.country, db.catalogue.policy().days_off), db.catalogue.read().public()
    period = period_of(kind, local_date, workdays)
    board = read_lines(db, kpis, period, local_date, workdays, shown)
    lines, own_days = read_own_days(db, kpis, board[:MAX_LINES], period, local_date)
    begun = read_beginnings(db, kpis, (each.kpi for each in lines if each.kpi.key not in own_days), workdays)
    compared = period_before(period, workdays)
    lines, logged_since = without_halves(lines, begun, compared, _compared_until(period, compared, local_date))
    usual = [line for line in lines if line.kpi.key not in own_days]
    history = dict.fromkeys(own_days, _NOTHING) | {
        line.kpi.key: _history(db, kpis, line, period, local_date, workdays, begun) for line in usual
    }
    wanted = {key for key in shown.kpi_keys if key in kpis} or {kpi.key for kpi in kpis.current}
    logging = read_logging(db, kpis, wanted, period, local_date, workdays, place.zone)
    surveys = told_surveys(db, place.channel_id, shown, now)
    missing = incomplete(logging, usual)
    awaited = tuple(each for each in missing if each.is_mostly_missing)
    unjudged = {each.kpi.key for each in awaited}
    judged = [line for line in lines if line.kpi.key not in unjudged]
    settled_from = since or datetime.combine(period.first, datetime.min.time(), ZoneInfo(place.zone))
    return SummaryFacts(
        period=period,
        today=local_date,
        zone=place.zone,
        lines=tuple(lines),
        trend=_trend(db, kpis, usual, period, local_date, workdays),
        pulses=tuple(read_pulses(db, surveys, now, place.channel_id, period)),
        owing=owing(logging, kpis, period, local_date, workdays),
        currency=place.currency,
        beside=tuple(_beside(db, kpis, lines, period, local_date, workdays)),
        notes=tuple(_notes(db, lines, period, local_date, place.zone)),
        more_kpis=len(board) - len(lines),
        swings=_swings(lines, history),
        coming=awaited,
        partly=tuple(each for each in missing if not each.is_mostly_missing),
        wins=tuple(wins(db, kpis, lines, unjudged, history, period, local_date, workdays)),
        attention=tuple(attention(db, kpis, judged, period, local_date, place.zone)),
        actions=tuple(promised(db, place.channel_id, settled_from)),
        means=tuple(read_means(surveys, now, place.channel_id, period)),
        enps_trend=read_enps_trend(surveys, now, place, period),
        together=tuple(read_together(db, kpis, surveys, lines, place, local_date)),
        owners=owners_of(db, kpis, lines),
        compared=compared,
        own_days=own_days,
        since=logged_since,
    )


def read_lines(
    db: UnitOfWork,
    kpis: Catalogue,
    period: Period,
    local_date: date,
    workdays: Workdays,
    definition: SummaryDefinition,
) -> list[KpiLine]:
    """The scoreboard of a summary: the KPIs it names, in that order; else those that speak for themselves, where there
    are too many for the post those with a target first."""
    compared = period_before(period, workdays) if period.kind is PeriodKind.DAY else None
    read = partial(read_scoreboard, compared=compared, seen=judged_on(period, local_date))
    if definition.kpi_keys:
        wanted = [key for key in definition.kpi_keys if key in kpis and not kpis.is_retired(key)]
        return read(db, kpis, period, local_date, workdays, wanted) if wanted else []
    board = read(db, kpis, period, local_date, workdays)
    return board if len(board) <= IN_POST else sorted(board, key=lambda line: line.target is None)


def _compared_until(period: Period, compared: Period, local_date: date) -> date:
    """The last day of `compared` that the figures are compared with."""
    return compared.last if period.kind is PeriodKind.DAY else min(compared.last, earlier(period, local_date).last)


def _history(
    db: UnitOfWork,
    kpis: Catalogue,
    line: KpiLine,
    period: Period,
    local_date: date,
    workdays: Workdays,
    begun: Beginnings,
) -> Sequence[Decimal | None]:
    """The KPI's figures in the periods before this one, oldest first; of each as many days as have gone by of this one.
    None for the one in which it began to be logged: a part of it says nothing of the whole. Nothing where its formula
    looks back by itself: a part of a period would look back by as much too little."""
    is_running = local_date <= period.last
    if is_running and any(term.span is not Span.PERIOD for term in terms_of(line.kpi)):
        return _NOTHING
    whole = earlier_periods(period, PERIODS, workdays)
    gone_by = local_date - period.first
    parts = [through(each, each.first + gone_by) for each in whole] if is_running else whole
    return [
        None if begun.within(line.kpi, each, part.last) else figure.value
        for each, part, figure in zip(
            whole, parts, read_figures(db, kpis, line.kpi.key, parts, local_date), strict=True
        )
    ]


def _swings(lines: Sequence[KpiLine], history: Mapping[str, Sequence[Decimal | None]]) -> dict[str, Swing]:
    found = {
        line.kpi.key: swing(history[line.kpi.key], line.figure.value, line.before.value if line.before else None)
        for line in lines
    }
    return {key: each for key, each in found.items() if each is not None}


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


def _trend(
    db: UnitOfWork, kpis: Catalogue, lines: Sequence[KpiLine], period: Period, local_date: date, workdays: Workdays
) -> Trend | None:
    """The KPI to draw: one with a target for such a period, else one with any target, else the first that has numbers.
    None where fewer than two periods have a number."""
    filled = [line for line in lines if line.figure.value is not None]
    targeted = [line for line in filled if line.target is not None]
    same_period = [line for line in targeted if line.target and line.target.period is period.kind]
    chosen = next(iter(same_period or targeted or filled), None)
    if chosen is None:
        return None
    key = chosen.kpi.key
    periods = [*earlier_periods(period, TREND_PERIODS - 1, workdays), period]
    values = [figure.value for figure in read_figures(db, kpis, key, periods, local_date)]
    if sum(value is not None for value in values) < TREND_FROM:
        return None
    targets = [_target_in(db, key, each, local_date) for each in periods]
    held = TREND_PERIODS - max((at + 1 for at, target in enumerate(targets) if target is None), default=0)
    if held < TARGET_FROM or sum(value is not None for value in values[-held:]) < TREND_FROM:
        return Trend(chosen.kpi, tuple(periods), tuple(values))
    asked = tuple(target.value for target in targets[-held:] if target is not None)
    return Trend(chosen.kpi, tuple(periods[-held:]), tuple(values[-held:]), asked)


def _target_in(db: UnitOfWork, kpi_key: str, period: Period, local_date: date) -> Target | None:
    """Everybody's target for just such a period, as it was held then."""
    held = db.targets.active(kpi_key) if period.last >= local_date else db.targets.held_on(period.last)
    own = [each for each in held if each.kpi_key == kpi_key and not each.owner_id and each.starts <= period.last]
    target = chosen_target(kpi_key, own, period.kind)
    return target if target is not None and target.period is period.kind else None
