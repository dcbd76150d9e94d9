"""A post whose figures were put right since is said again, marked, for as long as it is the latest one; otherwise it is
left alone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.entries import Entry, EntryState
from bot.domain.periods import PeriodKind
from bot.domain.targets import Target
from storage import new_id
from tests.features.harness import Bench, Posted

MONDAY = datetime(2026, 11, 30, 2, tzinfo=UTC)  # 09:00 in Jakarta
OTHERS = ("orders", "meetings_held", "revenue", "new_customers", "deals_won", "deals_lost", "website_traffic")
MINUTE = timedelta(minutes=1)
LAST_WEEK = date(2026, 11, 23)
WEEKLY = "/kpi summary <#C0SALES|sales> weekly mon 09:00"


def log(denyut: Bench, value: int, at: datetime, kpi: str = "leads", on: date = LAST_WEEK, **more: Any) -> Entry:
    entry = Entry(new_id(), kpi, "U0BOB", Decimal(value), on, "U0BOB", at, source=new_id(), **more)
    denyut.do(lambda db: db.kpis.add(entry))
    return entry


async def posted(denyut: Bench, *others: str) -> Entry:
    """A summary of last week, posted on Monday: leads with 40, and 7 of each of the others."""
    await denyut.command(WEEKLY, user="U0AYU")
    entry = log(denyut, 40, denyut.now)
    for kpi in others:
        log(denyut, 7, denyut.now, kpi)
    await denyut.tick(MONDAY)
    return entry


def post(denyut: Bench) -> Posted:
    (found,) = [each for each in denyut.posts("C0SALES") if each.thread_ts is None]
    return found


def first_line(denyut: Bench) -> str:
    return post(denyut).message.text.splitlines()[0]


async def test_a_figure_that_was_corrected_is_told_with_what_it_was(denyut: Bench) -> None:
    entry = await posted(denyut)
    later = MONDAY + timedelta(minutes=72)
    denyut.do(lambda db: db.kpis.end(entry.id, EntryState.CORRECTED, "U0BOB", later - MINUTE))
    log(denyut, 41, later - MINUTE, corrects=entry.id)
    await denyut.tick(later)
    assert first_line(denyut) == "Dikoreksi Sen 30 Nov, 10.12: Jumlah prospek tadinya 40, sekarang 41."
    assert "Jumlah prospek: 41" in post(denyut).message.text
    assert len(post(denyut).history) == 1


async def test_nothing_is_said_again_where_nothing_changed(denyut: Bench) -> None:
    await posted(denyut)
    log(denyut, 5, MONDAY + MINUTE, on=date(2026, 11, 30))  # the new week's
    log(denyut, 0, MONDAY + MINUTE)  # changes nothing that is shown
    for hours in (1, 5, 30):
        await denyut.tick(MONDAY + timedelta(hours=hours))
    assert post(denyut).history == []
    log(denyut, 1, denyut.now)
    await denyut.tick(denyut.now + MINUTE)
    assert len(post(denyut).history) == 1, "one more is told"


async def test_what_comes_late_what_is_undone_and_what_is_deleted_count_too(denyut: Bench) -> None:
    entry = await posted(denyut)
    log(denyut, 3, MONDAY + MINUTE)
    await denyut.tick(MONDAY + 2 * MINUTE)
    assert "tadinya 40, sekarang 43" in first_line(denyut)
    denyut.do(lambda db: db.kpis.end(entry.id, EntryState.DELETED, "U0AYU", MONDAY + 3 * MINUTE, "twice"))
    await denyut.tick(MONDAY + 20 * MINUTE)
    assert "tadinya 40, sekarang 3" in first_line(denyut)


async def test_it_is_said_at_most_every_ten_minutes(denyut: Bench) -> None:
    await posted(denyut)
    for minutes in range(1, 31):
        log(denyut, 1, MONDAY + minutes * MINUTE - timedelta(seconds=1))
        await denyut.tick(MONDAY + minutes * MINUTE)
    assert len(post(denyut).history) == 3
    await denyut.tick(MONDAY + 45 * MINUTE)
    assert "sekarang 70" in first_line(denyut), "in the end it says what is true"


async def test_what_is_as_it_was_again_says_so(denyut: Bench) -> None:
    await posted(denyut)
    wrong = log(denyut, 3, MONDAY + MINUTE)
    await denyut.tick(MONDAY + 2 * MINUTE)
    denyut.do(lambda db: db.kpis.undo(wrong.id, "U0BOB", MONDAY + 3 * MINUTE))
    await denyut.tick(MONDAY + 20 * MINUTE)
    assert first_line(denyut) == "Dikoreksi Sen 30 Nov, 09.20: angkanya kembali seperti saat pertama dikirim."
    assert "Jumlah prospek: 40" in post(denyut).message.text


async def test_a_post_is_not_touched_once_the_next_one_has_come_or_the_summary_ends(denyut: Bench) -> None:
    await posted(denyut)
    await denyut.tick(MONDAY + timedelta(weeks=1))
    log(denyut, 3, denyut.now + MINUTE)
    await denyut.tick(denyut.now + 2 * MINUTE)
    first, second = (each for each in denyut.posts("C0SALES") if each.thread_ts is None)
    assert first.history == second.history == []
    (summary,) = denyut.do(lambda db: db.summaries.all())
    log(denyut, 9, denyut.now + MINUTE, on=date(2026, 11, 30))
    denyut.do(lambda db: db.summaries.deactivate(summary.id))
    await denyut.tick(denyut.now + timedelta(hours=1))
    assert second.history == []


async def test_the_reply_in_the_thread_is_put_right_too(denyut: Bench) -> None:
    await posted(denyut, *OTHERS)
    (reply,) = [each for each in denyut.posts("C0SALES") if each.thread_ts]
    assert ": 7." in reply.message.text
    for kpi in OTHERS:
        log(denyut, 2, MONDAY + MINUTE, kpi)
    await denyut.tick(MONDAY + 2 * MINUTE)
    assert len(reply.history) == 1
    assert "tadinya 7, sekarang 9" in reply.message.text
    assert ": 9." in reply.message.text
    assert ": 7." not in reply.message.text


async def test_a_post_that_failed_or_was_silent_is_not_corrected(denyut: Bench) -> None:
    denyut.slack.refusals["C0SALES"] = "is_archived"
    await posted(denyut)
    denyut.slack.refusals.clear()
    log(denyut, 3, MONDAY + MINUTE)
    await denyut.tick(MONDAY + 2 * MINUTE)
    assert denyut.posts("C0SALES") == []


async def test_a_target_set_later_is_no_correction(denyut: Bench) -> None:
    await posted(denyut)
    target = Target(new_id(), "leads", Decimal(10), PeriodKind.WEEK, None, "", "U0AYU", denyut.now, LAST_WEEK)
    denyut.do(lambda db: db.targets.set(target))
    await denyut.tick(MONDAY + MINUTE)
    assert post(denyut).history == []
