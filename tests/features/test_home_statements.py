"""How much Home asks of the database: as much with many KPIs as with few, so that it opens as quickly."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from bot.domain.catalogue import KpiSettings, KpiVersion
from bot.domain.deliveries import NewDelivery
from bot.domain.entries import Entry
from bot.domain.kpis import KPIS
from bot.domain.periods import Period, PeriodKind
from bot.domain.schedules import Cadence, Occurrence, OccurrenceState, Rule, Schedule, ScheduleKind
from bot.domain.targets import Target
from bot.domain.waiting import AskedKpi
from bot.home.facts import Defaults, HomeFacts, Visit
from bot.home.service import read_home
from bot.waiting import KPI_ASKED, ask_subject, facts_of, kpis_waiting_for
from storage import UnitOfWork, new_id
from tests.features.harness import Bench
from tests.statements import counted

TODAY = date(2026, 11, 26)
MONDAY = date(2026, 11, 23)
LAST_WEEK = Period(date(2026, 11, 16), date(2026, 11, 22), PeriodKind.WEEK)
KINDS = (PeriodKind.WEEK, PeriodKind.MONTH)


def fill(denyut: Bench, count: int) -> None:
    """So many KPIs that Bob owns, is asked for and has a target for; every fourth has the value he is asked for."""
    denyut.do(lambda db: [_add(db, denyut, f"own{number}", number) for number in range(count)])


def _add(db: UnitOfWork, denyut: Bench, key: str, number: int) -> None:
    kpi = replace(KPIS["leads"], key=key, names={"en": key})
    db.catalogue.add_version(KpiVersion(kpi, 1, date(2026, 1, 1), "U0AYU", denyut.now))
    db.catalogue.set_settings(key, KpiSettings(owners=("U0BOB",), cadence=Cadence.WEEKLY))
    owner = "U0BOB" if number // 2 % 2 else ""
    kind = KINDS[number % 2]
    db.targets.set(Target(new_id(), key, Decimal(60), kind, None, owner, "U0AYU", denyut.now, date(2026, 1, 1)))
    for weeks in range(1 if number % 4 == 0 else 2, 10):
        on = MONDAY - timedelta(weeks=weeks)
        db.kpis.add(Entry(new_id(), key, "U0BOB", Decimal(weeks), on, "U0BOB", denyut.now, source=new_id()))
    schedule = Schedule(
        new_id(), ScheduleKind.KPI, key, Rule(Cadence.WEEKLY, MONDAY, time(), "UTC"), "U0AYU", denyut.now
    )
    db.schedules.add(schedule)
    for on in (MONDAY - timedelta(weeks=1), MONDAY):
        db.schedules.record(Occurrence(schedule.id, on, denyut.now, OccurrenceState.PLANNED))
    asked = facts_of(AskedKpi(kpi, MONDAY, LAST_WEEK))
    owed = db.deliveries.add(NewDelivery(KPI_ASKED, ask_subject(key, MONDAY), "U0BOB", denyut.now, facts=asked))
    assert owed
    db.deliveries.sent(owed, "D0BOB", "1.2", denyut.now)


def read(denyut: Bench) -> tuple[HomeFacts, int]:
    member = denyut.do(lambda db: db.members.get("U0BOB"))
    visit = Visit(member, denyut.now, TODAY, "Asia/Makassar", "en")
    t, defaults = denyut.services.texts.t("en"), Defaults("en", "Asia/Jakarta", "ID", "IDR")
    with counted() as asked:
        facts = denyut.do(lambda db: read_home(db, visit, defaults, t))
    return facts, len(asked)


async def test_home_asks_no_more_of_the_database_for_sixty_kpis_than_for_twelve(denyut: Bench) -> None:
    fill(denyut, 12)
    few, statements = read(denyut)
    assert (few.kpis.total, len(few.waiting.asked)) == (12, 9)
    denyut.do(lambda db: [_add(db, denyut, f"more{number}", number) for number in range(48)])
    many, as_many = read(denyut)
    assert (many.kpis.total, len(many.waiting.asked)) == (60, 45)
    assert as_many <= statements


async def test_what_is_asked_for_each_kpi_would_be_counted(denyut: Bench) -> None:
    """Control: the counter hears every single question."""
    fill(denyut, 5)
    with counted() as asked:
        denyut.do(lambda db: [db.kpis.last_value(f"own{number}", "U0BOB") for number in range(5)])
    assert len(asked) >= 5


@pytest.mark.parametrize(("user", "count"), [("U0BOB", 3), ("U0EMMA", 0)])
async def test_many_are_read_as_one_by_one(denyut: Bench, user: str, count: int) -> None:
    fill(denyut, 4)
    kpis = denyut.do(lambda db: db.catalogue.read())
    found = denyut.do(lambda db: kpis_waiting_for(db, user, kpis, denyut.now))
    assert [each.kpi.key for each in found] == [f"own{number}" for number in range(1, 4)][:count]
