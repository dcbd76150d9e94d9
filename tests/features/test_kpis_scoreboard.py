"""The scoreboard behind `/kpi show` and the weekly summary: figures, changes, and targets in their own periods."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.domain.catalogue import Catalogue
from bot.domain.entries import Entry, Totals
from bot.domain.kpis import KPIS
from bot.domain.pacing import Status, Thresholds
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.scoreboard import chosen_target, earlier, lines
from bot.domain.targets import Aim, Target
from bot.domain.workdays import Workdays
from bot.scoreboard import read_scoreboard
from storage import Storage

TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
WEEK = containing(TODAY, PeriodKind.WEEK)
WEEKENDS = Workdays("")


def totals(**sums: int) -> dict[str, Totals]:
    return {key: Totals(Decimal(value), 1, Decimal(value)) for key, value in sums.items()}


def target(kpi: str, value: int, period: PeriodKind | None = PeriodKind.WEEK, **other: object) -> Target:
    deadline = None if period else date(2026, 12, 31)
    fields = {"id": f"{kpi}-{period}", "owner_id": "", **other}
    return Target(kpi_key=kpi, value=Decimal(value), period=period, deadline=deadline, set_by="U1", set_at=NOW,
                  starts=date(2026, 11, 1), **fields)  # type: ignore[arg-type]  # fmt: skip


def test_a_change_is_in_percent_or_in_points_where_the_kpi_is_a_rate() -> None:
    now, then = totals(revenue=120, leads=40, deals_won=10), totals(revenue=100, leads=50, deals_won=10)
    shown = [KPIS["revenue"], KPIS["conversion_rate"], KPIS["orders"]]
    revenue, conversion, orders = lines(shown, now, then, (), {}, WEEK, TODAY, WEEKENDS)
    assert revenue.change == 20
    assert (conversion.figure.value, conversion.change) == (25, 5)
    assert (orders.figure.value, orders.change) == (None, None)


def test_from_nothing_there_is_no_change_in_percent() -> None:
    (line,) = lines([KPIS["revenue"]], totals(revenue=5), totals(revenue=0), (), {}, WEEK, TODAY, WEEKENDS)
    assert line.change is None


def test_a_running_week_compares_with_the_same_days_and_a_past_one_with_the_whole_week_before() -> None:
    assert earlier(WEEK, TODAY) == Period(date(2026, 11, 16), date(2026, 11, 19), PeriodKind.CUSTOM)
    last_week = containing(date(2026, 11, 16), PeriodKind.WEEK)
    assert earlier(last_week, TODAY) == containing(date(2026, 11, 9), PeriodKind.WEEK)
    assert earlier(containing(date(2027, 1, 4), PeriodKind.WEEK), TODAY).first == date(2026, 12, 28)


def test_the_target_of_the_same_kind_of_period_is_shown_else_the_shortest_else_a_deadline() -> None:
    week, month, end = (target("leads", 5, kind) for kind in (PeriodKind.WEEK, PeriodKind.MONTH, None))
    assert chosen_target("leads", [end, month, week], PeriodKind.MONTH) is month
    assert chosen_target("leads", [end, month, week], PeriodKind.CUSTOM) is week
    assert chosen_target("leads", [end], PeriodKind.WEEK) is end
    assert chosen_target("revenue", [end], PeriodKind.WEEK) is None


def test_a_monthly_target_is_paced_over_its_month_also_on_a_weekly_line() -> None:
    monthly = target("leads", 100, PeriodKind.MONTH)
    (line,) = lines(
        [KPIS["leads"]], totals(leads=10), {}, [monthly], {monthly.id: totals(leads=85)}, WEEK, TODAY, WEEKENDS
    )
    assert line.figure.value == 10
    assert line.target_period == containing(TODAY, PeriodKind.MONTH)
    assert line.pace is not None
    assert (line.pace.actual, line.pace.status) == (85, Status.ON_TRACK)


def test_a_kpis_own_thresholds_and_the_targets_own_aim_decide_its_status() -> None:
    """85 of 100 on the 26th, where 18 of 21 working days have gone by: 99.2 % of what is expected."""
    monthly = target("leads", 100, PeriodKind.MONTH)
    board = ([KPIS["leads"]], totals(leads=10), {}, [monthly], {monthly.id: totals(leads=85)}, WEEK, TODAY, WEEKENDS)
    (line,) = lines(*board)
    (strict,) = lines(*board, {"leads": Thresholds(Decimal(100), Decimal(90))})
    limit = replace(monthly, aim=Aim.BELOW)
    (below,) = lines(*board[:3], [limit], {limit.id: totals(leads=101)}, WEEK, TODAY, WEEKENDS)
    found = [each.pace.status for each in (line, strict, below) if each.pace]
    assert found == [Status.ON_TRACK, Status.BEHIND, Status.MISSED]


def test_a_past_week_is_judged_by_its_own_week() -> None:
    weekly = target("leads", 10)
    last_week = containing(date(2026, 11, 16), PeriodKind.WEEK)
    (line,) = lines(
        [KPIS["leads"]], totals(leads=9), {}, [weekly], {weekly.id: totals(leads=9)}, last_week, TODAY, WEEKENDS
    )
    assert line.target_period == last_week
    assert line.pace is not None
    assert line.pace.status is Status.MISSED


def test_what_is_read_is_everybodys_with_the_teams_targets_or_one_persons_with_their_own(storage: Storage) -> None:
    def fill(db: object) -> None:
        for number, (member, day, value) in enumerate(
            [("U1", TODAY, 4), ("U2", TODAY, 6), ("U1", date(2026, 11, 17), 5), ("U1", date(2026, 11, 20), 50)]
        ):
            db.kpis.add(Entry(f"e{number}", "leads", member, Decimal(value), day, member, NOW, f"s{number}"))  # type: ignore[attr-defined]
        db.targets.set(target("leads", 100, id="team"))  # type: ignore[attr-defined]
        db.targets.set(target("leads", 7, id="own", owner_id="U1"))  # type: ignore[attr-defined]

    storage.write_now("T1", fill)
    (team,) = storage.read_now("T1", lambda db: read_scoreboard(db, Catalogue(), WEEK, TODAY, WEEKENDS))
    (own,) = storage.read_now("T1", lambda db: read_scoreboard(db, Catalogue(), WEEK, TODAY, WEEKENDS, member_id="U1"))
    assert (team.figure.value, team.change, team.target and team.target.value) == (10, 100, 100)
    assert (own.figure.value, own.change, own.target and own.target.value) == (4, -20, 7)
    assert own.pace is not None
    assert own.pace.actual == 4
    asked = storage.read_now(
        "T1", lambda db: read_scoreboard(db, Catalogue(), WEEK, TODAY, WEEKENDS, ["revenue", "leads"])
    )
    assert [line.kpi.key for line in asked] == ["revenue", "leads"]
    assert storage.read_now("T2", lambda db: read_scoreboard(db, Catalogue(), WEEK, TODAY, WEEKENDS)) == []
