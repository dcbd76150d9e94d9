"""Summaries: set by one line, posted on time and once, true to the database, and stopped by whoever may."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.enps import SCALE_0_10, Tally, score
from bot.domain.entries import Entry
from bot.domain.members import Absence
from bot.domain.periods import PeriodKind
from bot.domain.schedules import Due, OccurrenceState, ScheduleKind
from bot.domain.surveys import Round, RoundState, Survey
from bot.domain.targets import Target
from bot.i18n import MINUS
from bot.slack.gateway import ChannelInfo
from storage import new_id
from tests.features.conftest import THURSDAY
from tests.features.harness import TEAM, Answer, Bench, Posted

WEEKLY = "/kpi summary <#C0SALES|sales> weekly mon 09:00"
MONDAY_9 = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)  # 09:00 in Jakarta
MONDAY_9_MAKASSAR = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
THIS_WEEK = date(2026, 11, 23)
WEEK_BEFORE = date(2026, 11, 16)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def log(denyut: Bench, kpi: str, on: date, value: Decimal | int, member: str = "U0BOB") -> None:
    entry = Entry(new_id(), kpi, member, Decimal(value), on, member, denyut.now, source=new_id())
    denyut.do(lambda db: db.kpis.add(entry))


def set_target(denyut: Bench, kpi: str, value: int, period: PeriodKind = PeriodKind.WEEK) -> None:
    target = Target(new_id(), kpi, Decimal(value), period, None, "", "U0AYU", denyut.now, THIS_WEEK)
    denyut.do(lambda db: db.targets.set(target))


def close_round(
    denyut: Bench, channel: str, *rounds: Mapping[int, int], closed: datetime, asked: int = 30
) -> list[Round]:
    """A survey of a channel with closed rounds, a week apart, the last one closed at a moment."""
    survey = Survey(new_id(), f"enps-{channel.lower()}", channel, SCALE_0_10, "U0AYU", THURSDAY)
    denyut.do(lambda db: db.surveys.add(survey))
    made = []
    for number, counts in enumerate(rounds, 1):
        at = closed - timedelta(weeks=len(rounds) - number)
        times = {"opened_at": at - timedelta(days=5), "closes_at": at, "closed_at": at}
        limits = {"asked": asked, "min_score": 5, "min_comments": 10, "started_by": "U0AYU"}
        past = Round(new_id(), survey.id, number, RoundState.CLOSED, SCALE_0_10, **times, **limits)
        denyut.do(lambda db, past=past: db.rounds.add(past))
        denyut.do(lambda db, past=past, counts=counts: db.answers.import_counts(past.id, "enps", counts))
        made.append(past)
    return made


def lines_of(posted: Posted) -> list[str]:
    return posted.message.text.split("\n")


def table_of(posted: Posted) -> dict[str, list[str]]:
    block = next(block for block in posted.message.blocks if block["type"] == "table")
    rows = [[cell["text"].replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in block["rows"]]
    return {row[0]: row[1:] for row in rows[1:]}


def kinds(posted: Posted) -> list[str]:
    return [block["type"] for block in posted.message.blocks]


def summaries(denyut: Bench) -> list[Any]:
    return denyut.do(lambda db: db.summaries.all())  # type: ignore[no-any-return]


async def test_one_line_sets_a_summary_and_says_when_the_next_one_comes(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0BOB")
    assert "<#C0SALES> gets a summary every Monday at 09:00." in answer.text
    assert "Next: Mon 30 Nov, 09:00 (Asia/Makassar)." in answer.text
    (summary,) = summaries(denyut)
    assert (summary.channel_id, summary.language, summary.created_by) == ("C0SALES", "en", "U0BOB")
    schedule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SUMMARY, summary.id))
    assert schedule.rule.zone == "Asia/Makassar"


async def test_monday_at_nine_is_the_default(denyut: Bench) -> None:
    answer = await denyut.command("/kpi summary <#C0SALES|sales>", user="U0BOB")
    assert "every Monday at 09:00" in answer.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("mingguan jumat jam 16", "setiap Jumat pukul 16.00"),
        ("weekly fri 16:00", "setiap Jumat pukul 16.00"),
        ("setiap senin", "setiap Senin pukul 09.00"),
        ("harian pukul 17.30", "setiap hari pukul 17.30"),
        ("monthly", "setiap tanggal 1 pukul 09.00"),
        ("bulanan tanggal 31 08:15", "setiap tanggal 31, atau hari terakhir bulan itu, pukul 08.15"),
    ],
)
async def test_words_of_both_languages_are_understood_and_the_answer_is_the_authors(
    denyut: Bench, words: str, said: str
) -> None:
    answer = await denyut.command(f"/kpi ringkasan <#C0SALES|sales> {words}", user="U0CITRA")
    assert said in answer.text
    assert summaries(denyut)[0].language == "id"


@pytest.mark.parametrize(
    "words",
    [
        "weekly blursday 09:00",
        "weekly 25:00",
        "weekly mon tue",
        "weekly monthly",
        "weekly 09:00 10:00",
        "weekly 9",
        "daily mon",
        "monthly mon",
        "monthly 32",
        "quarterly",
        "every 2 weeks",
        "once",
        "<#C0PAIR|pair>",
        "<!channel>",
        "now",
        "x" * 3000,
    ],
)
async def test_what_is_not_understood_gets_one_sentence_and_stores_nothing(denyut: Bench, words: str) -> None:
    answer = await denyut.command(f"/kpi summary <#C0SALES|sales> {words}", user="U0BOB")
    assert answer.text.endswith("Nothing was changed.")
    assert "\n" not in answer.text
    assert len(answer.text) < 300
    assert summaries(denyut) == []


@pytest.mark.parametrize("words", ["weekly mon 09:00", "#sales weekly", "tomorrow", "now please", "-"])
async def test_a_summary_needs_a_channel(denyut: Bench, words: str) -> None:
    answer = await denyut.command(f"/kpi summary {words}", user="U0BOB")
    assert answer.text.endswith("Nothing was changed.")
    assert summaries(denyut) == []


async def test_it_is_posted_on_time_and_once_however_often_the_clock_ticks(denyut: Bench) -> None:
    await denyut.command(WEEKLY)
    log(denyut, "revenue", THIS_WEEK, 1000)
    await denyut.tick(MONDAY_9 - MINUTE)
    assert denyut.posts("C0SALES") == []
    for _ in range(5):
        await denyut.tick(MONDAY_9)
    await denyut.ticks(MONDAY_9 + timedelta(hours=12), every=timedelta(hours=3))
    assert len(denyut.posts("C0SALES")) == 1
    await denyut.tick(MONDAY_9 + timedelta(weeks=1))
    assert len(denyut.posts("C0SALES")) == 2


async def test_after_two_days_of_silence_it_is_made_up_but_not_later(denyut: Bench) -> None:
    await denyut.command(WEEKLY)
    log(denyut, "revenue", THIS_WEEK, 1000)
    await denyut.tick(MONDAY_9 + timedelta(hours=47, minutes=59))
    (made_up,) = denyut.posts("C0SALES")
    assert "23–29 Nov" in lines_of(made_up)[0]
    await denyut.tick(MONDAY_9 + timedelta(weeks=1, hours=48, minutes=1))
    assert len(denyut.posts("C0SALES")) == 1
    (summary,) = summaries(denyut)
    schedule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SUMMARY, summary.id))
    decided = denyut.do(lambda db: db.schedules.occurrences(schedule.id))
    assert [(each.local_date.isoformat(), each.state, each.reason) for each in decided] == [
        ("2026-11-30", OccurrenceState.PLANNED, ""),
        ("2026-12-07", OccurrenceState.SKIPPED, "late"),
    ]


async def test_after_weeks_of_silence_only_the_latest_is_posted(denyut: Bench) -> None:
    await denyut.command(WEEKLY)
    log(denyut, "revenue", date(2026, 12, 8), 7000)
    for _ in range(3):
        await denyut.tick(MONDAY_9 + timedelta(weeks=2, hours=5))
    (posted,) = denyut.posts("C0SALES")
    assert "7–13 Des" in lines_of(posted)[0]


async def test_again_for_the_same_channel_changes_it(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    answer = await denyut.command("/kpi summary <#C0SALES|sales> weekly fri 16:00", user="U0BOB")
    assert "Changed: the summary of <#C0SALES> now comes every Friday at 16:00." in answer.text
    assert "Next: Fri 27 Nov, 16:00" in answer.text
    assert len(summaries(denyut)) == 1
    log(denyut, "revenue", THIS_WEEK, 1000)
    await denyut.ticks(MONDAY_9 + HOUR, every=timedelta(hours=4))
    (posted,) = denyut.posts("C0SALES")
    assert lines_of(posted)[0] == "This week so far, 23–27 Nov"


async def test_a_date_that_was_posted_is_not_posted_again_under_a_new_rule(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    await denyut.tick(MONDAY_9_MAKASSAR)
    assert len(denyut.posts("C0SALES")) == 1
    answer = await denyut.command("/kpi summary <#C0SALES|sales> weekly mon 11:00", user="U0BOB")
    assert "Next: Mon 7 Dec, 11:00" in answer.text
    await denyut.tick(MONDAY_9_MAKASSAR + 3 * HOUR)
    assert len(denyut.posts("C0SALES")) == 1
    await denyut.tick(MONDAY_9_MAKASSAR + timedelta(weeks=1, hours=2))
    assert len(denyut.posts("C0SALES")) == 2


async def test_the_same_command_delivered_twice_has_its_effect_once(denyut: Bench) -> None:
    first = await denyut.command(WEEKLY, user="U0BOB", trigger="t1")
    second = await denyut.command(WEEKLY, user="U0BOB", trigger="t1")
    assert first.text == second.text
    third = await denyut.command(WEEKLY, user="U0BOB", trigger="t2")
    assert "Changed" in third.text
    assert len(summaries(denyut)) == 1


async def test_it_keeps_the_authors_wall_clock_across_daylight_saving(denyut: Bench) -> None:
    denyut.now = datetime(2027, 3, 24, 12, 0, tzinfo=UTC)  # the Wednesday before Amsterdam's clocks go forward
    await denyut.command("/kpi summary <#C0SALES|sales> weekly mon 09:00", user="U0EMMA")
    await denyut.tick(datetime(2027, 3, 29, 6, 59, tzinfo=UTC))
    assert denyut.posts("C0SALES") == []
    await denyut.tick(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    assert len(denyut.posts("C0SALES")) == 1


async def test_a_time_that_the_clocks_skip_comes_once_after_the_gap(denyut: Bench) -> None:
    denyut.now = datetime(2027, 3, 24, 12, 0, tzinfo=UTC)
    await denyut.command("/kpi summary <#C0SALES|sales> weekly sun 02:30", user="U0EMMA")
    await denyut.tick(datetime(2027, 3, 28, 1, 29, tzinfo=UTC))
    assert denyut.posts("C0SALES") == []
    for minute in (30, 45, 59):
        await denyut.tick(datetime(2027, 3, 28, 1, minute, tzinfo=UTC))
    assert len(denyut.posts("C0SALES")) == 1


async def test_the_post_says_what_the_database_says(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    for day, value in ((WEEK_BEFORE, 600_000_000), (THIS_WEEK, 300_000_000), (date(2026, 11, 29), 112_500_000)):
        log(denyut, "revenue", day, value)
    for day, value in ((WEEK_BEFORE, 100), (THIS_WEEK, 112)):
        log(denyut, "leads", day, value)
    log(denyut, "leads", date(2026, 11, 30), 999)  # of the new week, and none of this post's business
    set_target(denyut, "revenue", 1_200_000_000)
    await denyut.tick(MONDAY_9_MAKASSAR)
    (posted,) = denyut.posts("C0SALES")
    title, headline, *_ = lines_of(posted)
    headline = headline.replace("\N{NO-BREAK SPACE}", " ")
    assert title == "Week of 23–29 Nov"
    assert headline == (
        "Revenue missed its target: Rp 412.5M against Rp 1.2B. Revenue fell most, −31.2% against the week before."
    )
    assert table_of(posted)["Revenue"] == ["Rp 412.5M", "Rp 1.2B", "missed", "−31.2%"]
    assert table_of(posted)["Leads"] == ["112", "–", "–", "+12%"]
    figures = denyut.do(lambda db: db.kpis.totals(date(2026, 11, 23), date(2026, 11, 29)))
    assert figures["revenue"].sum == Decimal("412500000")
    assert figures["leads"].sum == 112


async def test_friday_compares_the_week_so_far_with_the_same_days(denyut: Bench) -> None:
    await denyut.command("/kpi summary <#C0SALES|sales> weekly fri 16:00", user="U0BOB")
    log(denyut, "leads", THIS_WEEK, 30)
    log(denyut, "leads", date(2026, 11, 20), 20)
    log(denyut, "leads", date(2026, 11, 21), 500)  # a Saturday: not among the same days
    await denyut.tick(datetime(2026, 11, 27, 8, 0, tzinfo=UTC))
    (posted,) = denyut.posts("C0SALES")
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
    (monthly,), (daily,) = denyut.posts("C0SALES"), denyut.posts("C0PAIR")
    assert lines_of(monthly)[0] == "Summary of November 2026"
    assert table_of(monthly)["Leads"][0] == "11"
    assert lines_of(daily)[0] == "Summary of Mon 30 Nov"
    assert table_of(daily)["Leads"][0] == "6"


async def test_a_post_is_in_the_language_of_its_author(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0CITRA")
    log(denyut, "revenue", WEEK_BEFORE, 2_000_000)
    log(denyut, "revenue", THIS_WEEK, 2_500_000)
    await denyut.tick(MONDAY_9)
    (posted,) = denyut.posts("C0SALES")
    assert lines_of(posted)[:2] == [
        "Pekan 23–29 Nov",
        "Pendapatan naik, +25% dibanding pekan sebelumnya.",
    ]


async def test_it_draws_the_last_eight_weeks_with_the_target(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    for weeks in range(10):
        log(denyut, "revenue", THIS_WEEK - timedelta(weeks=weeks), (10 - weeks) * 1_000_000)
    set_target(denyut, "revenue", 8_000_000)
    await denyut.tick(MONDAY_9_MAKASSAR)
    (posted,) = denyut.posts("C0SALES")
    chart = next(block for block in posted.message.blocks if block["type"] == "data_visualization")
    assert chart["title"] == "Revenue, last 8 weeks"
    result, target = chart["chart"]["series"]
    assert [point["value"] for point in result["data"]] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert {point["value"] for point in target["data"]} == {8}
    assert chart["chart"]["axis_config"]["y_label"] == "IDR, in millions"
    assert result["data"][-1]["label"] == "23 Nov"


async def test_enps_comes_with_its_interval_answers_and_whether_it_changed(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    before, after = {9: 10, 7: 6, 3: 6}, {10: 11, 8: 6, 2: 5}
    close_round(denyut, "C0PAIR", before, after, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    await denyut.tick(MONDAY_9_MAKASSAR)
    (posted,) = denyut.posts("C0SALES")
    (line,) = [line for line in lines_of(posted) if line.startswith("eNPS")]
    found = re.search(r"closed Fri 27 Nov: \+(\d+), 95% interval (\S+) to (\S+), 22 of 30 answered", line)
    assert found is not None, line
    assert int(found[1]) == round(score(Tally(11, 6, 5)))
    low, high = (int(each.replace(MINUS, "-")) for each in found.groups()[1:])
    assert low < int(found[1]) < high
    assert line.endswith("+9 points since the round before, no clear change.")


async def test_a_big_change_of_enps_is_called_clear(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    close_round(denyut, "C0PAIR", {2: 20, 9: 5}, {2: 5, 9: 20}, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    await denyut.tick(MONDAY_9_MAKASSAR)
    (posted,) = denyut.posts("C0SALES")
    assert "+120 points since the round before, a clear change." in posted.message.text


@pytest.mark.parametrize(
    ("counts", "said"),
    [({9: 2, 3: 2}, "too few answers to show a score, 4 of 30"), ({9: 3, 10: 4}, ": 90 or higher, 7 of 30 answered")],
)
async def test_enps_that_may_not_be_published_stays_hidden(denyut: Bench, counts: Mapping[int, int], said: str) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    close_round(denyut, "C0PAIR", counts, closed=datetime(2026, 11, 27, 3, tzinfo=UTC))
    await denyut.tick(MONDAY_9_MAKASSAR)
    (posted,) = denyut.posts("C0SALES")
    assert said in posted.message.text
    assert "interval" not in posted.message.text
    assert "+" not in posted.message.text


async def test_enps_of_long_ago_or_still_open_is_no_news(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    close_round(denyut, "C0PAIR", {9: 10, 3: 6}, closed=MONDAY_9_MAKASSAR - timedelta(days=36))
    (running,) = close_round(denyut, "C0SALES", {9: 10, 3: 6}, closed=MONDAY_9_MAKASSAR + timedelta(days=2))
    denyut.do(lambda db: db.rounds.update(replace(running, state=RoundState.OPEN, closed_at=None)))
    await denyut.tick(MONDAY_9_MAKASSAR)
    (posted,) = denyut.posts("C0SALES")
    assert "eNPS" not in posted.message.text


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
    (posted,) = denyut.posts("C0SALES")
    assert "numbers from Citra Halim and Dewi Anggraini." in posted.message.text
    assert "<@" not in posted.message.text
    button = next(block for block in posted.message.blocks if block["type"] == "actions")["elements"][0]
    assert (button["action_id"], button["text"]["text"]) == ("kpi.log_opened", "Log my numbers")


async def test_nobody_is_named_while_the_week_has_working_days_ahead(denyut: Bench) -> None:
    await denyut.command("/kpi summary <#C0SALES|sales> weekly wed 09:00", user="U0BOB")
    for back in (1, 2):
        log(denyut, "leads", THIS_WEEK - timedelta(weeks=back), 5, "U0CITRA")
    log(denyut, "leads", date(2026, 11, 30), 5, "U0BOB")
    await denyut.tick(datetime(2026, 12, 2, 1, 0, tzinfo=UTC))
    (posted,) = denyut.posts("C0SALES")
    assert "Citra" not in posted.message.text


async def test_nothing_to_say_is_one_line(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    await denyut.tick(MONDAY_9_MAKASSAR)
    (posted,) = denyut.posts("C0SALES")
    assert posted.message.text == "Week of 23–29 Nov: nothing was logged."
    assert kinds(posted) == ["section"]


async def test_show_it_to_me_now_is_private_and_in_the_posts_language(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0CITRA")
    log(denyut, "leads", THIS_WEEK, 12)
    await denyut.press(answer, "Tampilkan untukku", user="U0BOB")
    ((_, message, replaces),) = denyut.slack.responses
    assert message.text.startswith("Pekan ini sejauh ini, 23–26 Nov")
    assert not replaces
    assert denyut.slack.posted == []


@pytest.mark.parametrize("words", ["summary now", "summary now <#C0SALES|sales>", "ringkasan sekarang"])
async def test_now_shows_the_week_to_the_person_alone(denyut: Bench, words: str) -> None:
    log(denyut, "leads", THIS_WEEK, 12)
    answer = await denyut.command(f"/kpi {words}", user="U0BOB")
    assert answer.text.startswith("This week so far, 23–26 Nov")
    assert "Leads: 12" in answer.text
    assert denyut.slack.posted == []
    assert summaries(denyut) == []


async def test_alone_it_lists_every_summary_and_how_to_set_one(denyut: Bench) -> None:
    nothing = await denyut.command("/kpi summary", user="U0BOB")
    assert "No channel gets a summary yet." in nothing.text
    assert "`/kpi summary #sales weekly mon 09:00`" in nothing.text
    await denyut.command(WEEKLY, user="U0BOB")
    await denyut.command("/kpi summary <#C0PAIR|pair> daily 08:00", user="U0EMMA")
    listed = await denyut.command("/kpi summary", user="U0BOB")
    assert "<#C0SALES> every Monday at 09:00. Next: Mon 30 Nov, 09:00 (Asia/Makassar)." in listed.text
    assert "<#C0PAIR> every day at 08:00. Next: Fri 27 Nov, 15:00 (Asia/Makassar)." in listed.text
    assert [block["accessory"]["text"]["text"] for block in listed.blocks if "accessory" in block] == ["Stop"]


def _stop_id(answer: Answer) -> str:
    elements = next(block for block in answer.blocks if block["type"] == "actions")["elements"]
    return str(elements[1]["action_id"])


async def test_only_its_author_or_an_admin_may_stop_or_change_it(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0BOB")
    await denyut.press(answer, _stop_id(answer), user="U0EMMA")
    changed = await denyut.command("/kpi summary <#C0SALES|sales> daily 08:00", user="U0EMMA")
    refusals = [denyut.slack.responses[0][1].text, changed.text]
    assert all(text.startswith("Only the person who set up this summary or an admin") for text in refusals)
    assert len(summaries(denyut)) == 1
    await denyut.press(answer, _stop_id(answer), user="U0AYU")  # an admin
    assert summaries(denyut) == []


async def test_a_stopped_summary_is_not_posted_and_the_channel_can_get_a_new_one(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0BOB")
    await denyut.press(answer, _stop_id(answer), user="U0BOB")
    assert "Stopped: <#C0SALES> gets no more summaries." in denyut.slack.responses[-1][1].text
    await denyut.ticks(MONDAY_9 + timedelta(weeks=1), every=timedelta(days=1))
    assert denyut.posts("C0SALES") == []
    again = await denyut.command(WEEKLY, user="U0BOB")
    assert "<#C0SALES> gets a summary" in again.text
    await denyut.tick(MONDAY_9 + timedelta(weeks=2))
    assert len(denyut.posts("C0SALES")) == 1


async def test_one_stopped_between_its_moment_and_its_sending_is_not_sent(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0BOB")
    (summary,) = summaries(denyut)
    schedule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SUMMARY, summary.id))
    plan = denyut.registry.schedules[ScheduleKind.SUMMARY]
    due = Due(date(2026, 11, 30), MONDAY_9)
    denyut.do(lambda db: plan(db, schedule, due, MONDAY_9))
    await denyut.press(answer, _stop_id(answer), user="U0BOB")
    await denyut.tick(MONDAY_9)
    assert denyut.posts("C0SALES") == []
    (delivery,) = denyut.do(lambda db: db.deliveries.of("summaries.post", f"{summary.id}:2026-11-30"))
    assert delivery.state == "skipped"
    assert delivery.facts["owner"] == "U0BOB"


@pytest.mark.parametrize("user", ["U0GUEST", "U0OUT"])
@pytest.mark.parametrize("words", ["<#C0SALES|sales> weekly", "now", ""])
async def test_guests_and_outsiders_see_and_set_nothing(denyut: Bench, user: str, words: str) -> None:
    log(denyut, "leads", THIS_WEEK, 12)
    answer = await denyut.command(f"/kpi summary {words}".rstrip(), user=user)
    assert "members of this workspace only" in answer.text
    assert "12" not in answer.text
    assert summaries(denyut) == []


async def test_a_channel_the_bot_cannot_see_is_told_to_its_author_at_once(denyut: Bench) -> None:
    await denyut.command("/kpi summary <#C0SECRET|secret> weekly", user="U0BOB")
    await denyut.tick()
    (note,) = denyut.dms("U0BOB")
    assert "I cannot see <#C0SECRET>" in note.message.text
    assert "`/invite`" in note.message.text
    await denyut.command(WEEKLY, user="U0EMMA")  # a channel it is in
    await denyut.tick()
    assert denyut.dms("U0EMMA") == []


@pytest.mark.parametrize(
    ("is_member", "is_archived", "said"),
    [(False, False, "I am not in <#C0SALES> yet"), (True, True, "<#C0SALES> is archived")],
)
async def test_a_channel_the_bot_cannot_post_to_is_told_with_the_fix(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch, is_member: bool, is_archived: bool, said: str
) -> None:
    async def channel(channel_id: str) -> ChannelInfo:
        return ChannelInfo(channel_id, "sales", is_member, is_archived, is_private=False)

    monkeypatch.setattr(denyut.slack, "channel", channel)
    await denyut.command(WEEKLY, user="U0BOB")
    await denyut.tick()
    (note,) = denyut.dms("U0BOB")
    assert said in note.message.text


async def test_a_post_that_slack_refuses_reaches_its_author(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    denyut.slack.refusals["C0SALES"] = "is_archived"
    await denyut.ticks(MONDAY_9 + HOUR, every=timedelta(hours=12))
    await denyut.tick()
    assert denyut.posts("C0SALES") == []
    assert len([note for note in denyut.dms("U0BOB") if "C0SALES" in note.message.text]) == 1


async def test_a_button_we_did_not_make_is_refused(denyut: Bench) -> None:
    await denyut.click("summary.test", '{"v":1,"summary":"nonsense"}', user="U0BOB")
    await denyut.click("summary.stop:nonsense", '{"v":1,"summary":"nonsense"}', user="U0BOB")
    assert all("older version" in message.text for _, message, _ in denyut.slack.responses)
    assert len(denyut.slack.responses) == 2


async def test_the_workspace_is_the_only_one_it_speaks_of(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    stranger = Entry(new_id(), "leads", "U1", Decimal(5), THIS_WEEK, "U1", denyut.now, source="other")
    denyut.storage.write_now("T0OTHER", lambda db: db.workspace.ensure("Other", denyut.now))
    denyut.storage.write_now("T0OTHER", lambda db: db.kpis.add(stranger))
    await denyut.tick(MONDAY_9_MAKASSAR)
    (posted,) = denyut.posts("C0SALES")
    assert "nothing was logged" in posted.message.text
    assert TEAM != "T0OTHER"
