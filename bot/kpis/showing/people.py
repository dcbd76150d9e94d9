"""A KPI by person: a kind board. Who reached their own target comes first and everybody else by name; nobody has a
rank, and who has nothing there is not named."""

from collections.abc import Iterable, Mapping
from datetime import date

from bot.domain.catalogue import Catalogue
from bot.domain.entries import Totals
from bot.domain.figures import days_of, earlier, figure, latest_wanted
from bot.domain.kpis import Kpi, terms_of
from bot.domain.members import Member
from bot.domain.pacing import Status, Thresholds
from bot.domain.periods import Period
from bot.domain.scoreboard import Progress, chosen_target, progress, seen_from
from bot.domain.targets import OwnerKind, Target, target_period
from bot.domain.workdays import Workdays
from bot.kpis.reading import names_of
from bot.kpis.showing.outcomes import Board, PersonRow
from bot.scoreboard import targets_of, thresholds_of
from storage import UnitOfWork

MOST_PEOPLE = 90
"""Rows of the table: Slack takes a hundred."""

MemberTotals = Mapping[str, Mapping[str, Totals]]


def read_board(
    db: UnitOfWork, kpis: Catalogue, kpi: Kpi, period: Period, today: date, workdays: Workdays, viewer_id: str
) -> Board:
    """The people with a number in the period, and the person who looks in any case. Targets are those people set for
    themselves or were given, the one of the period's own kind first."""
    kpi = kpis.on(seen_from(period, today))[kpi.key]
    totals = _by_member(db, kpi, period, today)
    standing = _standing(db, kpi, period, today, workdays, thresholds_of(kpis, kpi.key))
    members = names_of(db, [*totals, *([viewer_id] if viewer_id else [])])
    rows = {
        member_id: _row(kpi, member, totals.get(member_id, {}), standing.get(member_id))
        for member_id, member in members.items()
    }
    mine = rows.get(viewer_id)
    listed = _listed(rows.values(), mine)
    return Board(tuple(listed[:MOST_PEOPLE]), mine, len(listed[MOST_PEOPLE:]))


def _row(kpi: Kpi, member: Member, totals: Mapping[str, Totals], standing: Progress | None) -> PersonRow:
    has_won = standing is not None and standing.pace.status is Status.MET
    return PersonRow(member, figure(kpi, totals), standing, has_won)


def _listed(rows: Iterable[PersonRow], mine: PersonRow | None) -> list[PersonRow]:
    """Winners first, then by name. Of more than fit, the one who looks is among those that do."""
    told = (row for row in rows if row.figure.value is not None or row is mine)
    ordered = sorted(told, key=lambda row: (not row.has_won, row.member.name.casefold(), row.member.id))
    if mine is not None and mine in ordered[MOST_PEOPLE:]:
        ordered.remove(mine)
        ordered.insert(MOST_PEOPLE - 1, mine)
    return ordered


def _by_member(db: UnitOfWork, kpi: Kpi, period: Period, today: date) -> dict[str, dict[str, Totals]]:
    """What each person's figure is made from: one query for each term of the formula."""
    found: dict[str, dict[str, Totals]] = {}
    compared = earlier(period, today)
    latest = latest_wanted([kpi])
    for term in terms_of(kpi):
        days = days_of(term.span, period, compared)
        for member_id, own in db.kpis.totals_by_member(term.kpi_key, days.first, days.last, latest).items():
            found.setdefault(member_id, {})[term.totals_key] = own
    return found


def _standing(
    db: UnitOfWork, kpi: Kpi, period: Period, today: date, workdays: Workdays, edges: Thresholds
) -> dict[str, Progress]:
    """How each person's own target stands in its period around the days shown."""
    own: dict[str, list[Target]] = {}
    seen = seen_from(period, today)
    for target in targets_of(db, period, today):
        if target.kpi_key == kpi.key and target.owner_kind is OwnerKind.PERSON:
            own.setdefault(target.owner_id, []).append(target)
    read: dict[Period, MemberTotals] = {}
    found: dict[str, Progress] = {}
    for member_id, targets in own.items():
        chosen = chosen_target(kpi.key, targets, period.kind)
        if chosen is None:
            continue
        days = target_period(chosen, seen)
        if days not in read:
            read[days] = _by_member(db, kpi, days, today)
        found[member_id] = progress(kpi, chosen, read[days].get(member_id, {}), seen, today, workdays, edges)
    return found
