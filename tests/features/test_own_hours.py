"""Somebody with hours of their own and a weekday off hears from Denyut only then, whatever it is about; somebody
without hears as everybody does."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain.catalogue import KpiSettings
from bot.domain.entries import Entry
from bot.domain.periods import PeriodKind
from bot.domain.schedules import Cadence
from bot.domain.targets import Target
from bot.kpis.acting import read_acting
from bot.kpis.asking.service import keep_schedule
from storage import new_id
from tests.features.conftest import THURSDAY
from tests.features.harness import Bench

FRIDAY = 4
OWN, AS_EVERYBODY = "U0BOB", "U0CITRA"
ZONES = {OWN: ZoneInfo("Asia/Makassar"), AS_EVERYBODY: ZoneInfo("Asia/Jakarta")}
THURSDAY_NIGHT = datetime(2026, 11, 26, 20, tzinfo=UTC)
"""Before anybody's Friday morning."""


def choose(denyut: Bench) -> None:
    """Bob is at work from 10:00 to 15:00, and never on Fridays."""
    denyut.do(lambda db: db.members.set_hours(OWN, time(10), time(15), frozenset({FRIDAY})))


async def heard(denyut: Bench, until: datetime, step: timedelta = timedelta(minutes=30)) -> dict[str, list[datetime]]:
    """When the two were written to, in their own wall-clock time, while the clock moves on."""
    found: dict[str, list[datetime]] = {OWN: [], AS_EVERYBODY: []}
    seen = {user: len(denyut.dms(user)) for user in found}
    while denyut.now < until:
        await denyut.tick(min(denyut.now + step, until))
        for user, times in found.items():
            times += [denyut.now.astimezone(ZONES[user])] * (len(denyut.dms(user)) - seen[user])
            seen[user] = len(denyut.dms(user))
    return found


def clock(times: Sequence[datetime]) -> list[str]:
    return [f"{at:%a %H:%M}" for at in times]


def are_within(times: Sequence[datetime]) -> bool:
    return all(time(10) <= at.time() < time(15) and at.weekday() != FRIDAY for at in times)


async def test_survey_invitations_and_reminders(denyut: Bench) -> None:
    choose(denyut)
    denyut.now = THURSDAY_NIGHT
    await denyut.command("/pulse enps <#C0SALES|sales>")
    await denyut.command("/pulse send")
    found = await heard(denyut, datetime(2026, 12, 4, 12, tzinfo=UTC))
    assert clock(found[OWN])[0] == "Mon 10:00"
    assert len(found[OWN]) >= 3, "the invitation and two reminders"
    assert are_within(found[OWN])
    assert clock(found[AS_EVERYBODY])[0] == "Fri 09:00", "who chose nothing is asked on Friday at nine"
    assert not are_within(found[AS_EVERYBODY])


async def test_questions_for_kpi_values_and_their_reminders(denyut: Bench) -> None:
    choose(denyut)
    denyut.now = datetime(2026, 11, 26, 8, tzinfo=UTC)
    settings = KpiSettings(owners=(OWN, AS_EVERYBODY), cadence=Cadence.WEEKLY, ask_on=FRIDAY)
    acting = denyut.do(lambda db: read_acting(db, db.members.get("U0AYU"), denyut.now, date(2026, 11, 26), "ID"))
    denyut.do(lambda db: db.catalogue.set_settings("leads", settings))
    denyut.do(lambda db: keep_schedule(db, "leads", settings, acting))
    found = await heard(denyut, datetime(2026, 12, 3, 12, tzinfo=UTC))
    assert clock(found[OWN])[:2] == ["Mon 10:00", "Tue 10:00"]
    assert are_within(found[OWN])
    assert clock(found[AS_EVERYBODY])[:2] == ["Fri 09:00", "Mon 09:00"]


async def test_hours_chosen_after_the_question_was_planned_count_too(denyut: Bench) -> None:
    settings = KpiSettings(owners=(OWN, AS_EVERYBODY), cadence=Cadence.WEEKLY, ask_on=FRIDAY)
    acting = denyut.do(lambda db: read_acting(db, db.members.get("U0AYU"), denyut.now, date(2026, 11, 26), "ID"))
    denyut.do(lambda db: db.catalogue.set_settings("leads", settings))
    denyut.do(lambda db: keep_schedule(db, "leads", settings, acting))
    await denyut.tick(THURSDAY_NIGHT)
    choose(denyut)
    found = await heard(denyut, datetime(2026, 12, 1, 12, tzinfo=UTC))
    assert clock(found[OWN])[0] == "Mon 10:00"
    assert clock(found[AS_EVERYBODY])[0] == "Fri 09:00"


async def test_alerts_when_a_target_falls_behind(denyut: Bench) -> None:
    choose(denyut)
    denyut.now = THURSDAY_NIGHT
    for user in (OWN, AS_EVERYBODY):
        goal = Target(
            new_id(), "leads", Decimal(1000), PeriodKind.MONTH, None, user, "U0AYU", THURSDAY, date(2026, 11, 1)
        )
        entry = Entry(new_id(), "leads", user, Decimal(1), date(2026, 11, 25), user, THURSDAY, source=new_id())
        denyut.do(lambda db, new=goal: db.targets.set(new))
        denyut.do(lambda db, new=entry: db.kpis.add(new))
    found = await heard(denyut, datetime(2026, 12, 1, 12, tzinfo=UTC))
    assert found[OWN]
    assert are_within(found[OWN])
    assert found[AS_EVERYBODY][0].weekday() == FRIDAY


async def test_reviews_of_kpis(denyut: Bench) -> None:
    choose(denyut)
    denyut.now = THURSDAY_NIGHT
    for user, kpi in ((OWN, "leads"), (AS_EVERYBODY, "deals_won")):
        entry = Entry(new_id(), kpi, user, Decimal(1), date(2026, 11, 25), user, THURSDAY, source=new_id())
        due = KpiSettings(owners=(user,), review_on=date(2026, 11, 27))
        denyut.do(lambda db, new=entry: db.kpis.add(new))
        denyut.do(lambda db, key=kpi, due=due: db.catalogue.set_settings(key, due))
    found = await heard(denyut, datetime(2026, 12, 1, 12, tzinfo=UTC))
    assert found[OWN]
    assert are_within(found[OWN])
    assert clock(found[AS_EVERYBODY])[0] == "Fri 09:00"
