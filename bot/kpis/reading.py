"""What the KPI commands read: one KPI with its past weeks, all KPIs, targets, history. Nothing is changed here."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.domain.entries import Entry, Totals
from bot.domain.figures import FIRST_DAY, days_of, earlier, figure
from bot.domain.kpis import KPIS, Kpi, terms_of
from bot.domain.members import Member
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.scoreboard import KpiLine, Progress, seen_from
from bot.domain.targets import Target
from bot.domain.workdays import Workdays
from bot.kpis.grammar import ShowRequest
from bot.kpis.outcomes import FormRow, PartFigure, Shown
from bot.kpis.vocabulary import Split
from bot.scoreboard import read_figures, read_progress, read_scoreboard
from storage import UnitOfWork

CHART_WEEKS = 8
HISTORY_ENTRIES = 15
FORM_KPIS = 10
"""Inputs of the form: more is no longer one look. The others can be logged as text."""
MOST_ROWS = 99


def read_shown(db: UnitOfWork, request: ShowRequest, today: date, workdays: Workdays) -> Shown:
    """The KPI asked for. A breakdown by week or month without a period covers the last eight weeks or six months."""
    kpi = request.kpi
    assert kpi is not None
    period = request.period
    if request.split in (Split.WEEK, Split.MONTH) and not request.has_period:
        first = containing(today - timedelta(weeks=CHART_WEEKS - 1), PeriodKind.WEEK).first
        if request.split is Split.MONTH:
            first = containing(containing(today, PeriodKind.MONTH).first - timedelta(days=150), PeriodKind.MONTH).first
        period = Period(first, today, PeriodKind.CUSTOM)
    line = read_scoreboard(db, period, today, workdays, [kpi.key])[0]
    weeks = _weeks(db, kpi, seen_from(period, today), today)
    return Shown(period, line, weeks, request.split, _parts(db, kpi, period, request.split, today))


def _weeks(db: UnitOfWork, kpi: Kpi, last_day: date, today: date) -> tuple[PartFigure, ...]:
    last = containing(last_day, PeriodKind.WEEK).last
    weeks = Period(last - timedelta(weeks=CHART_WEEKS, days=-1), last, PeriodKind.CUSTOM)
    return _by_period(db, kpi, weeks, PeriodKind.WEEK, today)


def _parts(db: UnitOfWork, kpi: Kpi, period: Period, split: Split | None, today: date) -> tuple[PartFigure, ...]:
    match split:
        case None:
            return ()
        case Split.PERSON:
            return _by_member(db, kpi, period, today)
        case Split.WEEK | Split.MONTH:
            kind = PeriodKind.WEEK if split is Split.WEEK else PeriodKind.MONTH
            return _by_period(db, kpi, _begun(period, kind, today), kind, today)[-MOST_ROWS:]


def _begun(period: Period, kind: PeriodKind, today: date) -> Period:
    """The period without the weeks or months of it that have not begun; the current one is whole."""
    if not period.first <= today <= period.last:
        return period
    return Period(period.first, containing(today, kind).last, PeriodKind.CUSTOM)


def _by_period(db: UnitOfWork, kpi: Kpi, period: Period, kind: PeriodKind, today: date) -> tuple[PartFigure, ...]:
    parts = tuple(period.split(kind))
    figures = read_figures(db, kpi, parts, today)
    return tuple(PartFigure(figure, period=part) for part, figure in zip(parts, figures, strict=True))


def _by_member(db: UnitOfWork, kpi: Kpi, period: Period, today: date) -> tuple[PartFigure, ...]:
    """By person, by name: a list to look somebody up in, not a ranking."""
    totals: dict[str, dict[str, Totals]] = {}
    compared = earlier(period, today)
    for term in terms_of(kpi):
        days = days_of(term.span, period, compared)
        for member_id, own in db.kpis.totals_by_member(term.kpi_key, days.first, days.last).items():
            totals.setdefault(member_id, {})[term.totals_key] = own
    members = names_of(db, totals)
    rows = [PartFigure(figure(kpi, own), member=members[member_id]) for member_id, own in totals.items()]
    return tuple(sorted(rows, key=lambda row: row.member.name.casefold() if row.member else ""))[:MOST_ROWS]


def names_of(db: UnitOfWork, member_ids: Mapping[str, object] | Sequence[str]) -> dict[str, Member]:
    """The people with these ids; somebody we know nothing of goes by the id."""
    ids = list(dict.fromkeys(member_ids))
    known = db.members.get_many(ids)
    return {each: known.get(each) or Member(each, name=each) for each in ids}


def read_overview(
    db: UnitOfWork, period: Period, today: date, workdays: Workdays, member_id: str | None = None
) -> list[KpiLine]:
    """Every KPI with data or a target, of everybody or of one person. Without a figure or a target there is no line."""
    board = read_scoreboard(db, period, today, workdays, member_id=member_id)
    return [line for line in board if line.target or line.figure.count or (line.before and line.before.count)]


def read_history(db: UnitOfWork, kpi: Kpi) -> tuple[list[Entry], dict[str, Member]]:
    """The latest entries, undone ones included, and the people in them. A derived KPI has none of its own."""
    entries = db.kpis.history(kpi.key, limit=HISTORY_ENTRIES)
    ids = [each for entry in entries for each in (entry.member_id, entry.logged_by, entry.changed_by) if each]
    return entries, names_of(db, ids)


def read_targets(db: UnitOfWork, member_id: str, today: date, workdays: Workdays) -> list[Progress]:
    """The team's targets and one's own, with where they stand, in the order of the catalogue."""
    order = list(KPIS)
    mine = [each for each in db.targets.active() if each.owner_id in ("", member_id) and each.kpi_key in KPIS]
    return read_progress(db, sorted(mine, key=lambda target: order.index(target.kpi_key)), today, workdays)


def read_team_targets(db: UnitOfWork) -> dict[str, list[Target]]:
    """The team's targets by KPI, for the list."""
    found: dict[str, list[Target]] = {}
    for target in db.targets.active():
        if not target.owner_id:
            found.setdefault(target.kpi_key, []).append(target)
    return found


def read_form(db: UnitOfWork, member_id: str) -> list[FormRow]:
    """The KPIs one can log, at most FORM_KPIS: those this person has logged before, then those that anybody has, then
    the others, inputs of formulas last."""
    own = db.kpis.totals(FIRST_DAY, date.max, member_id)
    used = db.kpis.keys_used()

    def place(kpi: Kpi) -> tuple[bool, bool, bool]:
        return kpi.key not in own, kpi.key not in used, kpi.is_input

    kpis = sorted((kpi for kpi in KPIS.values() if not kpi.is_derived), key=place)
    return [FormRow(kpi, own[kpi.key].last if kpi.key in own else None) for kpi in kpis[:FORM_KPIS]]


def read_logged(db: UnitOfWork, entry_ids: Sequence[str]) -> list[Entry]:
    """Entries by id, in that order; what is unknown is left out."""
    return [entry for entry in map(db.kpis.get, entry_ids) if entry is not None]
