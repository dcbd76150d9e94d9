"""Summaries: set by one line, posted on time and once, shown on request, and stopped by whoever may."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.deliveries import Verb
from bot.domain.entries import Entry
from bot.domain.schedules import Due, OccurrenceState, ScheduleKind
from bot.domain.summaries import SummaryDefinition
from bot.sender import Sender
from bot.slack.gateway import ChannelInfo
from bot.summaries import purposes
from storage import new_id
from tests.features.harness import Answer, Bench, Posted

WEEKLY = "/kpi summary <#C0SALES|sales> weekly mon 09:00"
MONDAY_9 = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)  # 09:00 in Jakarta
MONDAY_9_MAKASSAR = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
THIS_WEEK = date(2026, 11, 23)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def log(denyut: Bench, kpi: str, on: date, value: Decimal | int, member: str = "U0BOB") -> None:
    entry = Entry(new_id(), kpi, member, Decimal(value), on, member, denyut.now, source=new_id())
    denyut.do(lambda db: db.kpis.add(entry))


def lines_of(posted: Posted) -> list[str]:
    return posted.message.text.split("\n")


def posts(denyut: Bench, channel: str) -> list[Posted]:
    """The posts of a channel, without what is in their threads."""
    return [posted for posted in denyut.posts(channel) if posted.thread_ts is None]


def without_waiting(denyut: Bench) -> None:
    """Days go by in no time: the second between two messages of a channel is not waited out."""

    async def pause(_seconds: float) -> None:
        return None

    denyut.sender = Sender(denyut.services, denyut.registry, pause=pause)


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
        ("harian pukul 17.30", "setiap hari kerja pukul 17.30"),
        ("monthly", "setiap tanggal 1 pukul 09.00"),
        ("monthly on the 3rd", "setiap tanggal 3 pukul 09.00"),
        ("bulanan tanggal 31 08:15", "setiap tanggal 31, atau hari terakhir bulan itu, pukul 08.15"),
        ("minggu lalu", "setiap Senin pukul 09.00"),
        ("this week", "setiap Jumat pukul 16.00"),
        ("dua mingguan kamis", "setiap dua minggu, Kamis pukul 09.00"),
        ("every 2 weeks 3 dec", "setiap dua minggu, Kamis pukul 09.00"),
        ("triwulanan", "setiap kuartal, tanggal 1 di bulan pertamanya, pukul 09.00"),
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
        "quarterly mon",
        "every 2 weeks on the 3rd",
        "last week weekly",
        "this week mon",
        "in klingon",
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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("daily tomorrow", "A daily summary comes every working day, so leave out “tomorrow”."),
        ("weekly 20 dec", "A weekly summary needs a day of the week, such as Monday, instead of “20 dec”"),
        ("weekly 3/4", "A weekly summary needs a day of the week, such as Monday, instead of “3/4”"),
        ("2026-12-01", "A weekly summary needs a day of the week, such as Monday, instead of “2026-12-01”"),
        (
            "monthly 2026-12-01",
            "A monthly or quarterly summary needs a day of the month from 1 to 31 instead of “2026-12-01”.",
        ),
        ("weekly <@U0CITRA|citra>", "I do not understand “@citra” here."),
    ],
)
async def test_a_summary_has_no_date_of_its_own_and_says_what_it_needs(denyut: Bench, words: str, said: str) -> None:
    answer = await denyut.command(f"/kpi summary <#C0SALES|sales> {words}", user="U0BOB")
    assert answer.text.startswith(said)
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
    assert posts(denyut, "C0SALES") == []
    for _ in range(5):
        await denyut.tick(MONDAY_9)
    await denyut.ticks(MONDAY_9 + timedelta(hours=12), every=timedelta(hours=3))
    assert len(posts(denyut, "C0SALES")) == 1
    await denyut.tick(MONDAY_9 + timedelta(weeks=1))
    assert len(posts(denyut, "C0SALES")) == 2


async def test_after_two_days_of_silence_it_is_made_up_but_not_later(denyut: Bench) -> None:
    await denyut.command(WEEKLY)
    log(denyut, "revenue", THIS_WEEK, 1000)
    await denyut.tick(MONDAY_9 + timedelta(hours=47, minutes=59))
    (made_up,) = posts(denyut, "C0SALES")
    assert "23–29 Nov" in lines_of(made_up)[0]
    await denyut.tick(MONDAY_9 + timedelta(weeks=1, hours=48, minutes=1))
    assert len(posts(denyut, "C0SALES")) == 1
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
    (posted,) = posts(denyut, "C0SALES")
    assert "7–13 Des" in lines_of(posted)[0]


async def test_again_for_the_same_channel_changes_it(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    answer = await denyut.command("/kpi summary <#C0SALES|sales> weekly fri 16:00", user="U0BOB")
    assert "Changed: the summary of <#C0SALES> now comes every Friday at 16:00." in answer.text
    assert "Next: Fri 27 Nov, 16:00" in answer.text
    assert len(summaries(denyut)) == 1
    log(denyut, "revenue", THIS_WEEK, 1000)
    await denyut.ticks(MONDAY_9 + HOUR, every=timedelta(hours=4))
    (posted,) = posts(denyut, "C0SALES")
    assert lines_of(posted)[0] == "This week so far, 23–27 Nov"


async def test_another_rhythm_adds_a_summary_and_leaves_the_first_alone(denyut: Bench) -> None:
    without_waiting(denyut)
    await denyut.command(WEEKLY, user="U0BOB")
    answer = await denyut.command("/kpi summary <#C0SALES|sales> monthly", user="U0EMMA")
    assert "Added: <#C0SALES> gets one more summary, on day 1 of every month at 09:00." in answer.text
    assert buttons(answer) == [["Show it to me now", "Change", "Stop"]]
    assert sorted(each.created_by for each in summaries(denyut)) == ["U0BOB", "U0EMMA"]
    await denyut.ticks(datetime(2026, 12, 1, 12, 0, tzinfo=UTC), every=timedelta(hours=6))
    assert len(posts(denyut, "C0SALES")) == 2


async def test_changing_when_it_comes_changes_nothing_else(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0CITRA")
    (before,) = summaries(denyut)
    shows = SummaryDefinition(("revenue",), silent_when_empty=True, lead_id="U0BOB")
    denyut.do(lambda db: db.summaries.change(before.id, "C0SALES", "id", shows))
    await denyut.command("/kpi summary <#C0SALES|sales> weekly fri", user="U0AYU")
    assert summaries(denyut) == [replace(before, definition=shows)]
    await denyut.command("/kpi summary <#C0SALES|sales> weekly fri in english", user="U0AYU")
    assert summaries(denyut) == [replace(before, definition=shows, language="en")]


async def test_the_same_line_again_leaves_its_dates_alone(denyut: Bench) -> None:
    fortnightly = "/kpi summary <#C0SALES|sales> every 2 weeks mon"
    first = await denyut.command(fortnightly, user="U0BOB")
    assert "Next: Mon 30 Nov" in first.text
    denyut.now += timedelta(days=5)  # the Tuesday after it: the next Monday is one of the weeks between
    again = await denyut.command(fortnightly, user="U0BOB")
    assert "Next: Mon 14 Dec" in again.text
    moved = await denyut.command(f"{fortnightly.removesuffix(' mon')} 7 dec", user="U0BOB")
    assert "Next: Mon 7 Dec" in moved.text


async def test_one_of_several_is_stopped_or_changed_by_its_rhythm(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    await denyut.command("/kpi summary <#C0SALES|sales> monthly", user="U0BOB")
    unclear = await denyut.command("/kpi summary stop <#C0SALES|sales>", user="U0BOB")
    assert "<#C0SALES> has several summaries." in unclear.text
    assert len(summaries(denyut)) == 2
    missing = await denyut.command("/kpi summary stop <#C0SALES|sales> daily", user="U0BOB")
    assert "<#C0SALES> gets no such summary." in missing.text
    stopped = await denyut.command("/kpi ringkasan hentikan bulanan", user="U0BOB", channel="C0SALES")
    assert "Stopped" in stopped.text
    (left,) = summaries(denyut)
    assert denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SUMMARY, left.id)).rule.cadence == "weekly"


@pytest.mark.parametrize(("hours", "made_up"), [(11, True), (13, False)])
async def test_a_daily_one_is_made_up_only_while_the_next_one_is_farther(
    denyut: Bench, hours: int, made_up: bool
) -> None:
    await denyut.command("/kpi summary <#C0SALES|sales> daily 09:00")
    log(denyut, "revenue", date(2026, 11, 26), 1000)
    await denyut.tick(datetime(2026, 11, 27, 2, tzinfo=UTC) + timedelta(hours=hours))
    assert bool(posts(denyut, "C0SALES")) is made_up


async def test_a_date_that_was_posted_is_not_posted_again_under_a_new_rule(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0BOB")
    await denyut.tick(MONDAY_9_MAKASSAR)
    assert len(posts(denyut, "C0SALES")) == 1
    answer = await denyut.command("/kpi summary <#C0SALES|sales> weekly mon 11:00", user="U0BOB")
    assert "Next: Mon 7 Dec, 11:00" in answer.text
    await denyut.tick(MONDAY_9_MAKASSAR + 3 * HOUR)
    assert len(posts(denyut, "C0SALES")) == 1
    await denyut.tick(MONDAY_9_MAKASSAR + timedelta(weeks=1, hours=2))
    assert len(posts(denyut, "C0SALES")) == 2


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
    assert posts(denyut, "C0SALES") == []
    await denyut.tick(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    assert len(posts(denyut, "C0SALES")) == 1


async def test_a_time_that_the_clocks_skip_comes_once_after_the_gap(denyut: Bench) -> None:
    denyut.now = datetime(2027, 3, 24, 12, 0, tzinfo=UTC)
    await denyut.command("/kpi summary <#C0SALES|sales> weekly sun 02:30", user="U0EMMA")
    await denyut.tick(datetime(2027, 3, 28, 1, 29, tzinfo=UTC))
    assert posts(denyut, "C0SALES") == []
    for minute in (30, 45, 59):
        await denyut.tick(datetime(2027, 3, 28, 1, minute, tzinfo=UTC))
    assert len(posts(denyut, "C0SALES")) == 1


async def test_show_it_to_me_now_is_private_and_in_the_posts_language(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0CITRA")
    log(denyut, "leads", THIS_WEEK, 12)
    await denyut.press(answer, "Tampilkan untukku", user="U0BOB")
    ((_, message, replaces),) = denyut.slack.responses
    assert message.text.startswith("Minggu ini sampai sekarang, 23–26 Nov")
    assert not replaces
    assert denyut.slack.posted == []


async def test_now_shows_what_would_follow_in_the_thread_too(denyut: Bench) -> None:
    for day in range(7):
        log(denyut, "leads", THIS_WEEK - timedelta(weeks=day), 12 + day % 2)
    answer = await denyut.command("/kpi summary now", user="U0BOB")
    assert answer.text.startswith("This week so far")
    assert [message.text.split("\n")[0] for _, message, _ in denyut.slack.responses] == [
        "This week so far, 23–26 Nov",
        "Details: This week so far, 23–26 Nov",
    ]


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
    assert "<#C0PAIR> every working day at 08:00. Next: Fri 27 Nov, 15:00 (Asia/Makassar)." in listed.text
    assert buttons(listed) == [
        ["Show it to me now"], ["Show it to me now", "Change", "Stop"], ["Set one up"],
    ]  # fmt: skip
    assert (await denyut.command("/kpi ringkasan daftar", user="U0BOB")).text == listed.text


def buttons(answer: Answer) -> list[list[str]]:
    rows = [block["elements"] for block in answer.blocks if block["type"] == "actions"]
    return [[element["text"]["text"] for element in row] for row in rows]


def _stop_id(answer: Answer) -> str:
    elements = next(block for block in answer.blocks if block["type"] == "actions")["elements"]
    return str(elements[2]["action_id"])


async def test_only_its_author_or_an_admin_may_stop_or_change_it(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0BOB")
    await denyut.press(answer, _stop_id(answer), user="U0EMMA")
    changed = await denyut.command("/kpi summary <#C0SALES|sales> weekly 08:00", user="U0EMMA")
    stopped = await denyut.command("/kpi summary stop <#C0SALES|sales>", user="U0EMMA")
    wanted = await denyut.command("/kpi summary change <#C0SALES|sales>", user="U0EMMA")
    refusals = [denyut.slack.responses[0][1].text, changed.text, stopped.text, wanted.text]
    assert [text for text in refusals if not text.startswith("Only the person who set up this summary or")] == []
    assert denyut.slack.views == []
    assert len(summaries(denyut)) == 1
    await denyut.press(answer, _stop_id(answer), user="U0AYU")  # an admin
    assert summaries(denyut) == []


async def test_a_stopped_summary_is_not_posted_and_the_channel_can_get_a_new_one(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0BOB")
    await denyut.press(answer, _stop_id(answer), user="U0BOB")
    assert "Stopped: this summary is not posted to <#C0SALES> any more." in denyut.slack.responses[-1][1].text
    await denyut.ticks(MONDAY_9 + timedelta(weeks=1), every=timedelta(days=1))
    assert posts(denyut, "C0SALES") == []
    again = await denyut.command(WEEKLY, user="U0BOB")
    assert "<#C0SALES> gets a summary" in again.text
    await denyut.tick(MONDAY_9 + timedelta(weeks=2))
    assert len(posts(denyut, "C0SALES")) == 1


async def test_one_stopped_between_its_moment_and_its_sending_is_not_sent(denyut: Bench) -> None:
    answer = await denyut.command(WEEKLY, user="U0BOB")
    (summary,) = summaries(denyut)
    schedule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SUMMARY, summary.id))
    plan = denyut.registry.schedules[ScheduleKind.SUMMARY]
    due = Due(date(2026, 11, 30), MONDAY_9)
    denyut.do(lambda db: plan(db, schedule, due, MONDAY_9))
    await denyut.press(answer, _stop_id(answer), user="U0BOB")
    await denyut.tick(MONDAY_9)
    assert posts(denyut, "C0SALES") == []
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
    assert posts(denyut, "C0SALES") == []
    assert len([note for note in denyut.dms("U0BOB") if "C0SALES" in note.message.text]) == 1


async def test_a_button_we_did_not_make_is_refused(denyut: Bench) -> None:
    await denyut.click("summary.test", '{"v":1,"summary":"nonsense"}', user="U0BOB")
    await denyut.click("summary.stop:nonsense", '{"v":1,"summary":"nonsense"}', user="U0BOB")
    await denyut.click("summary.change:nonsense", '{"v":1,"summary":"nonsense"}', user="U0BOB")
    assert all("no longer works" in message.text for _, message, _ in denyut.slack.responses)
    assert len(denyut.slack.responses) == 3


async def test_what_follows_a_post_goes_into_its_thread_and_its_lead_hears_who_is_missing(denyut: Bench) -> None:
    await denyut.command(WEEKLY)
    (summary,) = summaries(denyut)
    lead = SummaryDefinition(lead_id="U0FAJAR")
    denyut.do(lambda db: db.summaries.change(summary.id, "C0SALES", "en", lead))
    await denyut.tick(MONDAY_9)
    subject = f"{summary.id}:2026-11-30"
    (post,), (details,), (owing,) = (
        denyut.do(lambda db, purpose=purpose: db.deliveries.of(purpose, subject))
        for purpose in (purposes.POST, purposes.DETAILS, purposes.OWING)
    )
    assert (details.verb, details.target_id, details.receiver) == (Verb.REPLY, post.id, "C0SALES")
    assert (owing.receiver, owing.verb) == ("U0FAJAR", Verb.POST)
    await denyut.tick(MONDAY_9 + MINUTE)
    assert len(denyut.do(lambda db: db.deliveries.of(purposes.OWING, subject))) == 1


async def test_a_lead_hears_at_work_and_not_at_all_when_the_next_post_comes_before(denyut: Bench) -> None:
    without_waiting(denyut)
    await denyut.command("/kpi summary <#C0SALES|sales> daily 18:00", user="U0AYU")
    await denyut.ticks(datetime(2026, 11, 30, 12, tzinfo=UTC), every=timedelta(hours=3))
    since = denyut.now - timedelta(days=30)
    owed = denyut.do(lambda db: db.deliveries.of_purposes((purposes.OWING,), since))
    assert [(each.subject.split(":")[1], each.due_at.isoformat()) for each in owed] == [
        ("2026-11-26", "2026-11-27T02:00:00+00:00"),  # Thursday evening's on Friday at nine in Jakarta
        ("2026-11-27", "2026-11-30T02:00:00+00:00"),  # Friday's on Monday: the next post comes that evening
        ("2026-11-30", "2026-12-01T02:00:00+00:00"),
    ]


@pytest.mark.parametrize("lead", ["U0GONE", "U0GUEST", "U0NOBODY"])
async def test_who_is_no_member_hears_no_names(denyut: Bench, lead: str) -> None:
    await denyut.command(WEEKLY)
    (summary,) = summaries(denyut)
    denyut.do(lambda db: db.summaries.change(summary.id, "C0SALES", "en", SummaryDefinition(lead_id=lead)))
    await denyut.ticks(MONDAY_9 + timedelta(days=1), every=timedelta(hours=12))
    assert posts(denyut, "C0SALES")
    assert denyut.do(lambda db: db.deliveries.of_purposes((purposes.OWING,), denyut.now - timedelta(days=9))) == []


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found", "missing_scope"])
async def test_daily_failures_are_told_weekly_to_owner_and_admin_and_at_once_after_it_worked(
    denyut: Bench, code: str
) -> None:
    without_waiting(denyut)
    await denyut.command("/kpi summary <#C0SALES|sales> daily 09:00", user="U0BOB")
    denyut.slack.refusals["C0SALES"] = code
    await denyut.ticks(denyut.now + timedelta(weeks=4), every=timedelta(hours=12))
    told = [len([each for each in denyut.dms(who) if "C0SALES" in each.message.text]) for who in ("U0BOB", "U0AYU")]
    assert told == [4, 4], "a failure each working day"
    del denyut.slack.refusals["C0SALES"]
    await denyut.ticks(denyut.now + timedelta(days=5), every=timedelta(hours=12))  # after Christmas
    assert posts(denyut, "C0SALES")
    denyut.slack.refusals["C0SALES"] = code
    await denyut.ticks(denyut.now + timedelta(days=1), every=timedelta(hours=12))
    assert len([each for each in denyut.dms("U0BOB") if "C0SALES" in each.message.text]) == 5
