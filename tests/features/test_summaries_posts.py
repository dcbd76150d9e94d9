"""What a summary's post says: true to the database, no more than may be published, in its author's language."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.enps import SCALE_0_10, Tally, score
from bot.domain.entries import Entry
from bot.domain.members import Absence
from bot.domain.periods import PeriodKind
from bot.domain.surveys import Round, RoundState, Survey, enps_definition
from bot.domain.targets import Target
from bot.i18n import MINUS
from storage import new_id
from tests.features.conftest import THURSDAY
from tests.features.harness import TEAM, Bench, Posted

WEEKLY = "/kpi summary <#C0SALES|sales> weekly mon 09:00"
MONDAY_9 = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)  # 09:00 in Jakarta
MONDAY_9_MAKASSAR = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
THIS_WEEK = date(2026, 11, 23)
WEEK_BEFORE = date(2026, 11, 16)
OWN_DAY_OFF = date(2026, 11, 27)


def log(denyut: Bench, kpi: str, on: date, value: Decimal | int, member: str = "U0BOB") -> None:
    entry = Entry(new_id(), kpi, member, Decimal(value), on, member, denyut.now, source=new_id())
    denyut.do(lambda db: db.kpis.add(entry))


def set_target(
    denyut: Bench, kpi: str, value: int, period: PeriodKind = PeriodKind.WEEK, starts: date = THIS_WEEK
) -> None:
    target = Target(new_id(), kpi, Decimal(value), period, None, "", "U0AYU", denyut.now, starts)
    denyut.do(lambda db: db.targets.set(target))


def close_round(
    denyut: Bench, channel: str, *rounds: Mapping[int, int], closed: datetime, asked: int = 30
) -> list[Round]:
    """A survey of a channel with closed rounds, a week apart, the last one closed at a moment."""
    survey = Survey(new_id(), f"enps-{channel.lower()}", enps_definition(channel, SCALE_0_10), "U0AYU", THURSDAY)
    denyut.do(lambda db: db.surveys.add(survey))
    made = []
    for number, counts in enumerate(rounds, 1):
        at = closed - timedelta(weeks=len(rounds) - number)
        times = {"opened_at": at - timedelta(days=5), "closes_at": at, "closed_at": at}
        limits = {"asked": asked, "min_score": 5, "min_comments": 10, "started_by": "U0AYU"}
        past = Round(new_id(), survey.id, number, RoundState.CLOSED, survey.definition, **times, **limits)
        denyut.do(lambda db, past=past: db.rounds.add(past))
        denyut.do(lambda db, past=past, counts=counts: db.answers.import_counts(past.id, "enps", counts))
        made.append(past)
    return made


def post_in(denyut: Bench, channel: str) -> Posted:
    """The one summary in a channel, without what follows in its thread."""
    (posted,) = [each for each in denyut.posts(channel) if each.thread_ts is None]
    return posted


def posts(denyut: Bench, channel: str) -> list[Posted]:
    """The summaries in a channel, without what follows in their threads."""
    return [each for each in denyut.posts(channel) if each.thread_ts is None]


def lines_of(posted: Posted) -> list[str]:
    return posted.message.text.split("\n")


def table_of(posted: Posted) -> dict[str, list[str]]:
    block = next(block for block in posted.message.blocks if block["type"] == "table")
    rows = [[cell["text"].replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in block["rows"]]
    return {row[0]: row[1:] for row in rows[1:]}


def kinds(posted: Posted) -> list[str]:
    return [block["type"] for block in posted.message.blocks]


async def test_the_post_says_what_the_database_says(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    for day, value in ((WEEK_BEFORE, 600_000_000), (THIS_WEEK, 300_000_000), (date(2026, 11, 29), 112_500_000)):
        log(denyut, "revenue", day, value)
    for day, value in ((WEEK_BEFORE, 100), (THIS_WEEK, 112)):
        log(denyut, "leads", day, value)
    log(denyut, "leads", date(2026, 11, 30), 999)  # of the new week, and none of this post's business
    set_target(denyut, "revenue", 1_200_000_000)
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    title, headline, *_ = lines_of(posted)
    headline = headline.replace("\N{NO-BREAK SPACE}", " ")
    assert title == "Week of 23–29 Nov"
    assert headline == (
        "Revenue missed its target (Rp 412.5M against Rp 1.2B). Revenue fell most, −31.2% against the week before."
    )
    assert table_of(posted)["Revenue"] == ["Rp 412.5M · −31.2%", "Rp 1.2B, missed"]
    assert table_of(posted)["Leads"] == ["112 · +12%", "–"]
    figures = denyut.do(lambda db: db.kpis.totals(date(2026, 11, 23), date(2026, 11, 29)))
    assert figures["revenue"].sum == Decimal("412500000")
    assert figures["leads"].sum == 112


async def test_friday_compares_the_week_so_far_with_the_same_days(denyut: Bench) -> None:
    await denyut.command("/kpi summary <#C0SALES|sales> weekly fri 16:00", user="U0BOB")
    log(denyut, "leads", THIS_WEEK, 30)
    log(denyut, "leads", date(2026, 11, 9), 7)  # it did not begin in the week that is compared
    log(denyut, "leads", date(2026, 11, 20), 20)
    log(denyut, "leads", date(2026, 11, 21), 500)  # a Saturday: not among the same days
    await denyut.tick(datetime(2026, 11, 27, 8, 0, tzinfo=UTC))
    posted = post_in(denyut, "C0SALES")
    assert lines_of(posted)[:2] == [
        "This week so far, 23–27 Nov",
        "Leads rose, +50% against the same days of the week before.",
    ]


async def test_monthly_and_daily_posts_speak_of_their_own_periods(denyut: Bench) -> None:
    await denyut.command("/kpi summary <#C0SALES|sales> monthly", user="U0BOB")
    await denyut.command("/kpi summary <#C0PAIR|pair> daily 08:00", user="U0BOB")
    log(denyut, "leads", date(2026, 11, 3), 5)
    log(denyut, "leads", date(2026, 11, 30), 6)
    await denyut.tick(datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
    monthly, daily = post_in(denyut, "C0SALES"), post_in(denyut, "C0PAIR")
    assert lines_of(monthly)[0] == "Summary of November 2026"
    assert table_of(monthly)["Leads"][0] == "11"
    assert lines_of(daily)[0] == "Summary of Mon 30 Nov"
    assert table_of(daily)["Leads"][0] == "6"


async def test_a_post_is_in_the_language_of_its_author(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0CITRA")
    log(denyut, "revenue", WEEK_BEFORE, 2_000_000)
    log(denyut, "revenue", THIS_WEEK, 2_500_000)
    await denyut.tick(MONDAY_9)
    posted = post_in(denyut, "C0SALES")
    assert lines_of(posted)[:2] == [
        "Ringkasan minggu 23–29 Nov",
        "Pendapatan naik, +25% dibanding minggu sebelumnya.",
    ]


async def test_it_draws_the_last_eight_weeks_with_the_target(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    for weeks in range(10):
        log(denyut, "revenue", THIS_WEEK - timedelta(weeks=weeks), (10 - weeks) * 1_000_000)
    set_target(denyut, "revenue", 8_000_000, starts=date(2026, 1, 1))
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    chart = next(block for block in posted.message.blocks if block["type"] == "data_visualization")
    assert chart["title"] == "Revenue, last 8 weeks"
    result, target = chart["chart"]["series"]
    assert [point["value"] for point in result["data"]] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert {point["value"] for point in target["data"]} == {8}
    assert chart["chart"]["axis_config"]["y_label"] == "Rp million"
    assert result["data"][-1]["label"] == "23 Nov"


async def test_enps_comes_with_its_interval_answers_and_whether_it_changed(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    before, after = {9: 10, 7: 6, 3: 6}, {10: 11, 8: 6, 2: 5}
    close_round(denyut, "C0SALES", before, after, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    (line,) = [line for line in lines_of(posted) if line.startswith("eNPS")]
    found = re.search(
        r"closed Fri 27 Nov: \+(\d+), between (\S+) and (\S+) with 95% certainty, 22 of 30 answered \(73%\)", line
    )
    assert found is not None, line
    assert int(found[1]) == round(score(Tally(11, 6, 5)))
    low, high = (int(each.replace(MINUS, "-")) for each in found.groups()[1:])
    assert low < int(found[1]) < high
    assert line.endswith("+9 points since the round before, no clear change.")


async def test_a_big_change_of_enps_is_called_clear(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    close_round(denyut, "C0SALES", {2: 20, 9: 5}, {2: 5, 9: 20}, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    assert "+120 points since the round before, a clear change." in posted.message.text


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({9: 2, 3: 2}, "no score can be shown, 4 of 30 answered (13%)"),
        ({9: 3, 10: 4}, ": 90 or higher, 7 of 30 answered"),
    ],
)
async def test_enps_that_may_not_be_published_stays_hidden(denyut: Bench, counts: Mapping[int, int], said: str) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    close_round(denyut, "C0SALES", counts, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    assert said in posted.message.text
    assert "interval" not in posted.message.text
    assert "+" not in posted.message.text


async def test_enps_of_long_ago_or_still_open_is_no_news(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    long_ago = MONDAY_9_MAKASSAR - timedelta(days=36)
    later = MONDAY_9_MAKASSAR + timedelta(days=2)
    *_, running = close_round(denyut, "C0SALES", {9: 10, 3: 6}, {9: 10, 3: 6}, closed=long_ago)
    denyut.do(lambda db: db.rounds.update(replace(running, state=RoundState.OPEN, closed_at=None, closes_at=later)))
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    assert "eNPS" not in posted.message.text


async def test_enps_of_another_channel_is_not_told_here(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    close_round(denyut, "C0PAIR", {9: 10, 3: 6}, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    assert "eNPS" not in posted.message.text
    looked = await denyut.command("/kpi summary now <#C0PAIR|pair>", user="U0CITRA", channel="C0SALES")
    assert "eNPS" not in looked.text
    there = await denyut.command("/kpi summary now", user="U0BOB", channel="C0PAIR")
    assert "eNPS" in there.text, "in its own channel it is told"


async def test_it_says_kindly_who_still_owes_a_number(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    for member, weeks in (("U0CITRA", (1, 2)), ("U0DEWI", (1, 2)), ("U0BOB", (0, 1, 2)), ("U0EMMA", (1,))):
        for back in weeks:
            log(denyut, "leads", THIS_WEEK - timedelta(weeks=back), 5, member)
    for back in (1, 2, 3):
        for member in ("U0GONE", "U0FAJAR"):
            log(denyut, "leads", THIS_WEEK - timedelta(weeks=back), 5, member)
    away = Absence("U0FAJAR", date(2026, 11, 20), date(2026, 12, 4))
    denyut.do(lambda db: db.members.add_absence(away))
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    assert "2 people have yet to log their numbers, whenever it suits." in posted.message.text
    assert "Citra" not in str(denyut.posts("C0SALES")), "their names are for the lead"
    (note,) = denyut.dms("U0BOB")
    assert "• Citra Halim: Leads\n• Dewi Anggraini: Leads\n" in note.message.text
    assert "<@" not in note.message.text
    button = next(block for block in posted.message.blocks if block["type"] == "actions")["elements"][0]
    assert (button["action_id"], button["text"]["text"]) == ("kpi.log_opened", "Log my KPIs")


async def test_nobody_is_named_while_the_week_has_working_days_ahead(denyut: Bench) -> None:
    await denyut.command("/kpi summary <#C0SALES|sales> weekly wed 09:00", user="U0BOB")
    for back in (1, 2):
        log(denyut, "leads", THIS_WEEK - timedelta(weeks=back), 5, "U0CITRA")
    log(denyut, "leads", date(2026, 11, 30), 5, "U0BOB")
    await denyut.tick(datetime(2026, 12, 2, 1, 0, tzinfo=UTC))
    assert "yet to log" not in post_in(denyut, "C0SALES").message.text
    assert denyut.dms("U0BOB") == []


async def test_nothing_to_say_is_one_line(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    assert posted.message.text == "Week of 23–29 Nov: nothing was logged."
    assert kinds(posted) == ["section"]


async def test_the_workspace_is_the_only_one_it_speaks_of(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    stranger = Entry(new_id(), "leads", "U1", Decimal(5), THIS_WEEK, "U1", denyut.now, source="other")
    denyut.storage.write_now("T0OTHER", lambda db: db.workspace.ensure("Other", denyut.now))
    denyut.storage.write_now("T0OTHER", lambda db: db.kpis.add(stranger))
    await denyut.tick(MONDAY_9_MAKASSAR)
    posted = post_in(denyut, "C0SALES")
    assert "nothing was logged" in posted.message.text
    assert TEAM != "T0OTHER"


async def test_a_round_is_told_to_the_channel_it_asked_also_after_its_survey_asks_another(denyut: Bench) -> None:
    for command in (WEEKLY, "/kpi summary <#C0PAIR|pair> weekly mon 09:00"):
        await denyut.command(command, user="U0BOB")
    close_round(denyut, "C0SALES", {9: 10, 7: 6, 3: 6}, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    (survey,) = denyut.do(lambda db: db.surveys.all())
    moved = replace(survey, definition=enps_definition("C0PAIR", SCALE_0_10))
    denyut.do(lambda db: db.surveys.update(moved))

    await denyut.tick(MONDAY_9_MAKASSAR)

    posted, other = post_in(denyut, "C0SALES"), post_in(denyut, "C0PAIR")
    assert "eNPS" in posted.message.text
    assert "eNPS" not in other.message.text


@pytest.mark.parametrize("asked_before", ["C0SALES", "C0PAIR"])
async def test_a_round_is_compared_only_with_one_that_asked_the_same_channel(denyut: Bench, asked_before: str) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    counts = ({9: 10, 7: 6, 3: 14}, {9: 24, 7: 6})
    first, _ = close_round(denyut, "C0SALES", *counts, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    elsewhere = replace(first, definition=enps_definition(asked_before, SCALE_0_10), published=None)
    denyut.do(lambda db: db.rounds.update(elsewhere))

    await denyut.tick(MONDAY_9_MAKASSAR)

    posted = post_in(denyut, "C0SALES")
    (line,) = [line for line in lines_of(posted) if "eNPS" in line]
    assert ("since the round before" in line) is (asked_before == "C0SALES")


async def test_a_daily_post_comes_on_working_days_and_tells_the_days_off_before_too(denyut: Bench) -> None:
    await denyut.command("/kpi summary <#C0PAIR|pair> daily 08:00", user="U0BOB")
    denyut.do(lambda db: db.catalogue.set_policy(replace(db.catalogue.policy(), days_off=frozenset({OWN_DAY_OFF}))))
    for day, value in ((25, 4), (26, 3), (28, 2), (30, 9)):
        log(denyut, "leads", date(2026, 11, day), value)
    await denyut.ticks(datetime(2026, 12, 1, 4, tzinfo=UTC), every=timedelta(hours=12))
    friday_is_free = posts(denyut, "C0PAIR")
    assert [lines_of(each)[0] for each in friday_is_free] == [
        "Summary of Thu 26 Nov – Sun 29 Nov",
        "Summary of Mon 30 Nov",
    ]
    assert table_of(friday_is_free[0])["Leads"][0] == "5 · +25%"
    assert "+25% against the working day before" in friday_is_free[0].message.text
    assert "+80% against Thu 26 Nov – Sun 29 Nov" in friday_is_free[1].message.text
    (schedule,) = denyut.do(lambda db: db.schedules.active())
    skipped = [each for each in denyut.do(lambda db: db.schedules.occurrences(schedule.id)) if each.reason]
    assert [(each.local_date.day, each.reason) for each in skipped] == [
        (27, "day_off"), (28, "day_off"), (29, "day_off"),
    ]  # fmt: skip


async def test_a_day_s_target_is_held_against_the_working_day_and_not_the_weekend(denyut: Bench) -> None:
    await denyut.command("/kpi summary <#C0PAIR|pair> daily 08:00", user="U0BOB")
    await denyut.command("/kpi target leads 5 per day", user="U0AYU")
    log(denyut, "leads", date(2026, 11, 27), 6)
    log(denyut, "leads", date(2026, 11, 28), 1)
    await denyut.ticks(datetime(2026, 11, 30, 4, tzinfo=UTC), every=timedelta(hours=12))
    monday = posts(denyut, "C0PAIR")[-1]
    assert table_of(monday)["Leads"][0] == "7"
    assert "Leads met its target" in monday.message.text
    assert "missed" not in monday.message.text


async def test_the_day_a_daily_summary_comes_next_is_said_with_its_days_off_in_mind(denyut: Bench) -> None:
    denyut.now = datetime(2026, 11, 27, 8, tzinfo=UTC)
    answer = await denyut.command("/kpi summary <#C0PAIR|pair> daily 08:00", user="U0AYU")
    assert "setiap hari kerja pukul 08.00" in answer.text
    assert "Berikutnya: Sen 30 Nov" in answer.text


async def test_a_correction_tells_no_round_that_was_closed_after_the_post(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    log(denyut, "leads", THIS_WEEK, 4)
    close_round(denyut, "C0SALES", {10: 8, 7: 8, 2: 4}, closed=MONDAY_9_MAKASSAR - timedelta(days=3))
    await denyut.tick(MONDAY_9_MAKASSAR)
    told = [line for line in lines_of(post_in(denyut, "C0SALES")) if line.startswith("eNPS")]
    assert told
    (survey,) = denyut.do(lambda db: db.surveys.all())
    later = MONDAY_9_MAKASSAR + timedelta(hours=1)
    times = {"opened_at": later - timedelta(days=5), "closes_at": later, "closed_at": later}
    limits = {"asked": 30, "min_score": 5, "min_comments": 10, "started_by": "U0AYU"}
    newer = Round(new_id(), survey.id, 2, RoundState.CLOSED, survey.definition, **times, **limits)
    denyut.do(lambda db: db.rounds.add(newer))
    denyut.do(lambda db: db.answers.import_counts(newer.id, "enps", {10: 20}))
    denyut.now = later + timedelta(hours=1)
    log(denyut, "leads", THIS_WEEK, 5)
    await denyut.tick(denyut.now + timedelta(minutes=1))
    corrected = post_in(denyut, "C0SALES")
    assert len(corrected.history) == 1
    assert [line for line in lines_of(corrected) if line.startswith("eNPS")] == told


async def test_what_is_mostly_missing_is_neither_a_win_nor_a_worry(denyut: Bench) -> None:
    """Fewer complaints because nobody has logged them yet are no success."""
    await denyut.command(WEEKLY, user="U0BOB")
    for weeks in range(1, 9):
        for member in ("U0BOB", "U0DEWI", "U0EMMA"):
            log(denyut, "new_customers", THIS_WEEK - timedelta(weeks=weeks), 20, member)
            log(denyut, "calls_held", THIS_WEEK - timedelta(weeks=weeks), 20, member)
    set_target(denyut, "new_customers", 50)
    set_target(denyut, "calls_held", 15)
    log(denyut, "new_customers", THIS_WEEK, 3)
    log(denyut, "calls_held", THIS_WEEK, 16)
    await denyut.tick(MONDAY_9_MAKASSAR)
    bullets = [line for line in lines_of(post_in(denyut, "C0SALES")) if line.startswith("• ")]
    assert [line for line in bullets if "Calls held" in line and "met its target" in line], "more cannot undo it"
    assert not [line for line in bullets if "New customers" in line]


async def test_after_its_author_was_erased_a_summary_goes_on_and_an_admin_hears_of_failures(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    log(denyut, "leads", THIS_WEEK, 4, "U0DEWI")
    await denyut.storage.erase("T0TEST", "U0BOB", denyut.now)
    await denyut.tick(MONDAY_9_MAKASSAR)
    assert "Leads: 4" in post_in(denyut, "C0SALES").message.text
    listed = await denyut.command("/kpi summary", user="U0DEWI")
    assert "U0BOB" not in listed.text
    denyut.slack.refusals["C0SALES"] = "is_archived"
    await denyut.tick(MONDAY_9_MAKASSAR + timedelta(weeks=1))
    assert [each for each in denyut.dms("U0AYU") if "C0SALES" in each.message.text]
    assert not [each for each in denyut.slack.posted if each.channel.startswith("UERASED")]
