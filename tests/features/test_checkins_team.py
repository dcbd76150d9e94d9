"""Team check-ins from end to end: set up, asked, answered, posted, and what is in the way picked up."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.checkins.team.purposes import ASK
from bot.domain.actions import ActionSource
from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.checkins import Checkin, Run, RunState
from bot.domain.entries import EntryState
from bot.domain.members import Absence, Member
from bot.domain.schedules import ScheduleKind
from bot.slack import ids
from storage import UnitOfWork
from tests.features.harness import Bench, Posted, RecordingSlack

SALES = "<#C0SALES|sales>"
FRIDAY = date(2026, 11, 27)
ASKED = ("U0AYU", "U0BOB", "U0CITRA", "U0DEWI", "U0FAJAR")
"""Of #sales: Emma's day in Amsterdam begins after the post; guests, outsiders, bots and those who left are left out."""


def jakarta(hour: int, minute: int = 0, day: int = 27, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


async def standup(denyut: Bench, words: str = "standup 09:00 post 11:00") -> None:
    answer = await denyut.command(f"/checkin team {SALES} {words}")
    assert "is set up" in answer.text or "siap untuk" in answer.text, answer.text


def the_checkin(denyut: Bench) -> Checkin:
    found: list[Checkin] = denyut.do(lambda db: db.checkins.all())
    return found[-1]


def the_run(denyut: Bench, on: date = FRIDAY) -> Run | None:
    found: Run | None = denyut.do(lambda db: db.checkins.run_on(the_id(db), on))
    return found


def the_id(db: UnitOfWork) -> str:
    return db.checkins.all()[-1].id


def question(denyut: Bench, user: str) -> Posted:
    found = denyut.dms(user)
    assert found, f"{user} was not asked"
    return found[0]


async def answer(denyut: Bench, user: str, **typed: str) -> Any:
    """Opens the form from the message and sends it; a KPI is named by its key."""
    await denyut.press(question(denyut, user), ids.CHECKIN_ANSWER_OPENED, user=user)
    form = denyut.form()
    blocks = {block.get("block_id") for block in form["blocks"]}
    inputs = {name if name in blocks else f"kpi.{name}": value for name, value in typed.items()}
    return await denyut.submit(form, inputs, user=user)


async def post_of(denyut: Bench) -> Posted:
    await denyut.tick(jakarta(11))
    posts = denyut.posts("C0SALES")
    assert len([each for each in posts if each.thread_ts is None]) == 1
    return posts[0]


class TestSettingUp:
    async def test_one_line_says_what_comes_when_and_what_is_asked(self, denyut: Bench) -> None:
        said = (await denyut.command(f"/checkin team {SALES} standup 09:00 post 11:00", user="U0BOB")).text
        assert "every working day at 09:00" in said
        assert "posts at 11:00" in said
        assert "Calls" in said or "calls" in said
        assert "Fri 27 Nov, 09:00" in said

    async def test_the_same_in_indonesian(self, denyut: Bench) -> None:
        said = (await denyut.command(f"/checkin tim {SALES} tinjauan mingguan jumat 14.00 tayang 16.30")).text
        assert "setiap Jumat pukul 14.00" in said
        assert the_checkin(denyut).definition.template == "weekly_review"

    async def test_saying_it_again_changes_it(self, denyut: Bench) -> None:
        await standup(denyut)
        said = await denyut.command(f"/checkin team {SALES} standup 10:00")
        assert "Diubah" in said.text
        found = denyut.do(lambda db: db.checkins.all())
        assert [each.definition.posts_at.hour for each in found] == [12]

    async def test_a_line_without_a_time_only_shows_what_is_there(self, denyut: Bench) -> None:
        await standup(denyut)
        before = the_checkin(denyut)
        assert "Standup penjualan" in (await denyut.command(f"/checkin team {SALES}")).text
        assert the_checkin(denyut) == before

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("standup", "Which channel"),
            (f"{SALES} standup 09:00 post 09:30", "at least 60 minutes"),
            (f"{SALES} standup 23:00", "after midnight"),
            (f"{SALES} standup friday 09:00", "does not go with"),
            (f"{SALES} weekly review 31 14:00", "does not go with"),
            (f"{SALES} standup once 09:00", "comes daily, weekly"),
            (f"{SALES} standup sometimes 09:00", "sometimes"),
            (f"{SALES} standup 09:00 post soon", "Write the time after it"),
            (f"{SALES} pause", "no such check-in"),
        ],
    )
    async def test_what_makes_no_sense_is_refused_and_changes_nothing(
        self, denyut: Bench, words: str, said: str
    ) -> None:
        assert said in (await denyut.command(f"/checkin team {words}", user="U0BOB")).text
        assert denyut.do(lambda db: db.checkins.all()) == []

    async def test_the_list_leads_to_a_form_a_look_and_back(self, denyut: Bench) -> None:
        listed = await denyut.command("/checkin team", user="U0BOB")
        await denyut.press(listed, "Weekly business review", user="U0BOB")
        inputs = {
            ids.CHECKIN_CHANNEL_INPUT: "C0SALES",
            ids.CHECKIN_TITLE_INPUT: "Friday <!channel>",
            ids.CHECKIN_QUESTIONS_INPUT: "Which customer <@U0AYU> said no?",
        }
        await denyut.submit(denyut.form(), inputs, user="U0BOB")
        look = denyut.form()
        assert "&lt;!channel&gt;" in str(look)
        assert denyut.do(lambda db: db.checkins.all()) == [], "a look saves nothing"
        await denyut.press(look, ids.CHECKIN_SETUP_BACK, user="U0BOB")
        again = denyut.form()
        await denyut.submit(again, {ids.CHECKIN_TITLE_INPUT: "Friday review"}, user="U0BOB")
        await denyut.submit(denyut.form(), {}, user="U0BOB")
        made = the_checkin(denyut).definition
        assert (made.title, made.channel_id, made.period) == ("Friday review", "C0SALES", "week")
        assert made.items[-1].text.startswith("Which customer")
        assert made.kpi_keys == ("revenue", "deals_won", "deals_lost", "closing_rate")

    async def test_a_form_that_asks_too_much_or_nothing_says_where(self, denyut: Bench) -> None:
        listed = await denyut.command("/checkin team", user="U0BOB")
        await denyut.press(listed, "Your own questions", user="U0BOB")
        form, channel = denyut.form(), {ids.CHECKIN_CHANNEL_INPUT: "C0SALES"}
        much = await denyut.submit(form, {**channel, ids.CHECKIN_QUESTIONS_INPUT: "\n".join("abcdefgh")}, user="U0BOB")
        assert "At most 10" in much.errors[ids.CHECKIN_QUESTIONS_INPUT]
        none = await denyut.submit(form, {**channel, ids.CHECKIN_SENTENCES_INPUT: []}, user="U0BOB")
        assert "ask nothing" in none.errors[ids.CHECKIN_SENTENCES_INPUT]
        late = await denyut.submit(form, {**channel, ids.CHECKIN_POSTS_INPUT: "09:10"}, user="U0BOB")
        assert "60 minutes" in late.errors[ids.CHECKIN_POSTS_INPUT]

    async def test_only_its_author_and_admins_change_pause_or_stop_it(self, denyut: Bench) -> None:
        await denyut.command(f"/checkin team {SALES} standup 09:00 post 11:00", user="U0BOB")
        assert "Hanya yang membuat" in (await denyut.command(f"/checkin tim {SALES} stop", user="U0CITRA")).text
        assert the_checkin(denyut).active
        assert "dijeda" in (await denyut.command(f"/checkin tim {SALES} jeda", user="U0AYU")).text
        assert "goes on" in (await denyut.command(f"/checkin team {SALES} resume", user="U0BOB")).text
        assert "is stopped" in (await denyut.command(f"/checkin team {SALES} stop", user="U0BOB")).text
        assert denyut.do(lambda db: db.checkins.all()) == []

    async def test_the_buttons_of_the_list_do_the_same(self, denyut: Bench) -> None:
        await denyut.command(f"/checkin team {SALES} standup 09:00 post 11:00", user="U0BOB")
        listed = await denyut.command("/checkin team", user="U0BOB")
        await denyut.press(listed, "Pause", user="U0BOB")
        listed = await denyut.command("/checkin team", user="U0BOB")
        assert "Paused." in listed.text
        await denyut.press(listed, "Resume", user="U0BOB")
        listed = await denyut.command("/checkin team", user="U0BOB")
        await denyut.press(listed, "Change", user="U0BOB")
        assert denyut.form()["callback_id"] == ids.CHECKIN_SETUP_FORM
        await denyut.press(listed, "Stop", user="U0BOB")
        assert "no team check-in yet" in (await denyut.command("/checkin team", user="U0BOB")).text

    async def test_a_channel_i_am_not_in_is_told_at_once(self, denyut: Bench) -> None:
        await denyut.command("/checkin team <#C0NONE|none> standup 09:00 post 11:00", user="U0BOB")
        await denyut.tick()
        assert "cannot find <#C0NONE>" in denyut.dms("U0BOB")[-1].message.text


class TestAsking:
    async def test_each_is_asked_at_nine_where_they_are(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.tick(jakarta(7, 59))
        assert denyut.dms("U0BOB") == []
        await denyut.tick(jakarta(8))
        assert len(denyut.dms("U0BOB")) == 1, "nine o'clock in Makassar"
        assert denyut.dms("U0CITRA") == []
        await denyut.tick(jakarta(9))
        assert len(denyut.dms("U0CITRA")) == 1
        assert denyut.do(lambda db: the_run_of(db).asked) == frozenset(ASKED)

    async def test_the_question_says_who_sees_the_answer_before_anything_else(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.ticks(jakarta(9))
        asked = question(denyut, "U0BOB").message
        assert "with your name in <#C0SALES>" in asked.text
        assert "5 short questions" in asked.text

    async def test_who_is_only_at_work_after_the_post_is_not_asked_and_not_missing(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.ticks(jakarta(11))
        assert denyut.dms("U0EMMA") == []
        assert "dari 5" in denyut.posts("C0SALES")[0].message.text

    async def test_who_begins_later_is_asked_as_soon_as_they_are_at_work(self, denyut: Bench) -> None:
        await standup(denyut, "weekly review friday 14:00 post 16:30")
        await denyut.ticks(jakarta(16), timedelta(minutes=15))
        began = denyut.do(lambda db: db.deliveries.find(ASK, the_run_of(db).id, "U0EMMA").due_at)
        assert began == jakarta(15), "nine in the morning in Amsterdam; two in the afternoon would be after the post"

    async def test_the_away_and_those_with_the_weekday_off_are_left_in_peace(self, denyut: Bench) -> None:
        await standup(denyut)
        denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", FRIDAY, FRIDAY)))
        denyut.do(lambda db: db.members.set_hours("U0DEWI", None, None, frozenset({4})))
        await denyut.ticks(jakarta(11), timedelta(minutes=15))
        assert denyut.dms("U0BOB") == denyut.dms("U0DEWI") == []
        assert "dari 3" in denyut.posts("C0SALES")[0].message.text

    async def test_who_goes_away_in_the_morning_is_not_asked_any_more(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.tick(jakarta(8))
        denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", FRIDAY, FRIDAY)))
        await denyut.ticks(jakarta(11), timedelta(minutes=15))
        assert denyut.dms("U0CITRA") == []
        assert "dari 4" in denyut.posts("C0SALES")[0].message.text

    async def test_a_holiday_has_no_check_in(self, denyut: Bench) -> None:
        denyut.now = jakarta(15, day=23, month=12)
        await standup(denyut)
        await denyut.ticks(jakarta(20, day=25, month=12), timedelta(minutes=30))
        assert the_run(denyut, date(2026, 12, 24)) is not None, "the day before"
        assert the_run(denyut, date(2026, 12, 25)) is None
        assert len(denyut.posts("C0SALES")) == 1

    async def test_one_reminder_and_only_to_those_without_an_answer(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.ticks(jakarta(9, 30), timedelta(minutes=15))
        await answer(denyut, "U0BOB", progress="Two demos")
        await denyut.ticks(jakarta(10, 55), timedelta(minutes=5))
        assert len(denyut.dms("U0BOB")) == 1
        assert len(denyut.dms("U0CITRA")) == 2
        assert "mengingatkan" in denyut.dms("U0CITRA")[1].message.text

    async def test_it_is_listed_by_checkin_until_it_is_answered(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.ticks(jakarta(9), timedelta(minutes=15))
        waiting = await denyut.command("/checkin", user="U0BOB")
        assert "One team check-in is waiting" in waiting.text
        await denyut.press(waiting, "Answer", user="U0BOB")
        await denyut.submit(denyut.form(), {"progress": "Two demos"}, user="U0BOB")
        assert "team check-in" not in (await denyut.command("/checkin", user="U0BOB")).text


def the_run_of(db: UnitOfWork) -> Run:
    found = db.checkins.run_on(the_id(db), FRIDAY)
    assert found is not None
    return found


class TestAnswering:
    @pytest.fixture(autouse=True)
    async def asked(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.ticks(jakarta(9), timedelta(minutes=30))

    async def test_values_become_entries_that_undo_takes_back(self, denyut: Bench) -> None:
        done = await answer(denyut, "U0BOB", leads="12", progress="Two demos")
        assert "Leads: 12 for Fri 27 Nov" in str(done.body) or "12 for Fri 27 Nov" in str(done.body)
        [entry] = denyut.do(lambda db: db.kpis.history("leads"))
        assert (entry.value, entry.on, entry.member_id) == (Decimal(12), FRIDAY, "U0BOB")
        await denyut.command("/kpi undo", user="U0BOB")
        assert denyut.do(lambda db: db.kpis.get(entry.id)).state is EntryState.UNDONE

    async def test_undo_stands_beside_each_value_right_there(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", leads="12", calls_held="3")
        await denyut.press(denyut.form(), "Undo", user="U0BOB")
        left = [each.kpi_key for key in ("leads", "calls_held") for each in counted(denyut, key)]
        assert left == ["calls_held"]

    async def test_the_message_turns_into_what_became_of_it(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", progress="Two demos")
        await denyut.tick()
        assert "your answer for <#C0SALES> is noted" in question(denyut, "U0BOB").message.text
        await denyut.tick(jakarta(11))
        assert "with your answer" in question(denyut, "U0BOB").message.text
        assert "sudah tayang" in question(denyut, "U0CITRA").message.text
        assert "actions" not in [block["type"] for block in question(denyut, "U0CITRA").message.blocks]

    async def test_an_answer_can_be_changed_and_its_value_stands_for_the_earlier_one(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", leads="12", progress="Two demos")
        await denyut.tick()
        await answer(denyut, "U0BOB", leads="13")
        assert [each.value for each in counted(denyut, "leads")] == [Decimal(13)]
        assert denyut.do(lambda db: db.checkins.answers(the_run_of(db).id))[0].texts == {"progress": "Two demos"}

    async def test_a_value_taken_out_of_the_form_counts_no_more(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", leads="12", progress="Two demos")
        await denyut.tick()
        await answer(denyut, "U0BOB", leads="")
        assert counted(denyut, "leads") == []

    async def test_a_value_undone_elsewhere_can_be_given_again(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", leads="12")
        await denyut.command("/kpi undo", user="U0BOB")
        await denyut.tick()
        await answer(denyut, "U0BOB", leads="14")
        assert [each.value for each in counted(denyut, "leads")] == [Decimal(14)]

    async def test_the_same_form_twice_counts_once(self, denyut: Bench) -> None:
        for _ in range(2):
            await answer(denyut, "U0BOB", leads="12")
        assert len(counted(denyut, "leads")) == 1

    async def test_what_was_typed_elsewhere_already_is_asked_about(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 12", user="U0BOB")
        refused = await answer(denyut, "U0BOB", leads="12")
        assert "already recorded 12" in refused.errors["kpi.leads"]
        assert len(counted(denyut, "leads")) == 1

    async def test_nothing_is_kept_while_a_number_is_unclear_or_wrong(self, denyut: Bench) -> None:
        refused = await answer(denyut, "U0BOB", leads="many", progress="Two demos")
        assert refused.errors["kpi.leads"]
        empty = await answer(denyut, "U0BOB")
        assert "at least one" in str(empty.errors)
        assert denyut.do(lambda db: db.checkins.answers(the_run_of(db).id)) == []

    async def test_who_was_not_asked_cannot_answer(self, denyut: Bench) -> None:
        run = denyut.do(the_run_of)
        await denyut.click(ids.CHECKIN_ANSWER_OPENED, ids.pack(run=run.id), user="U0EMMA")
        assert denyut.slack.views == []

    async def test_too_late_is_said_kindly(self, denyut: Bench) -> None:
        await denyut.press(question(denyut, "U0BOB"), ids.CHECKIN_ANSWER_OPENED, user="U0BOB")
        form = denyut.form()
        await denyut.tick(jakarta(11))
        late = await denyut.submit(form, {"progress": "Two demos"}, user="U0BOB")
        assert "posted already" in str(late.errors)
        assert denyut.do(lambda db: db.checkins.answers(the_run_of(db).id)) == []


def counted(denyut: Bench, key: str) -> list[Any]:
    return [each for each in denyut.do(lambda db: db.kpis.history(key)) if each.state is EntryState.ACTIVE]


async def test_an_unclear_value_is_asked_in_the_form(denyut: Bench) -> None:
    await standup(denyut, "weekly review friday 09:00 post 11:00")
    await denyut.ticks(jakarta(9), timedelta(minutes=30))
    refused = await answer(denyut, "U0BOB", revenue="2,5 M")
    assert "This could mean" in refused.errors["kpi.revenue"]
    assert counted(denyut, "revenue") == []


async def test_private_and_computed_kpis_are_not_asked(denyut: Bench) -> None:
    await standup(denyut, "weekly review friday 09:00 post 11:00")
    await denyut.ticks(jakarta(9), timedelta(minutes=30))
    await denyut.press(question(denyut, "U0BOB"), ids.CHECKIN_ANSWER_OPENED, user="U0BOB")
    asked = [block.get("block_id") for block in denyut.form()["blocks"]]
    assert "kpi.revenue" in asked
    assert "kpi.closing_rate" not in asked
    await answer(denyut, "U0BOB", deals_won="3", deals_lost="1")
    post = await post_of(denyut)
    table = next(block for block in post.message.blocks if block["type"] == "table")
    assert "75%" in str(table), "three of four, from what was answered"


class TestThePost:
    @pytest.fixture(autouse=True)
    async def asked(self, denyut: Bench) -> None:
        await standup(denyut, "weekly review friday 09:00 post 11:00")
        await denyut.ticks(jakarta(9), timedelta(minutes=30))

    async def test_how_many_how_sure_what_is_in_the_way_and_progress_by_name(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", confidence="on_track", progress="Two demos", revenue="1000000")
        await answer(denyut, "U0CITRA", confidence="off", blocker="Kontrak menunggu legal")
        post = (await post_of(denyut)).message
        assert "2 dari 5 orang menjawab" in post.text
        assert "1 orang yakin dan 1 orang ragu" in post.text
        assert "3 orang belum menjawab" in post.text
        assert "Dewi" not in post.text, "who did not answer is counted, not named"
        kinds = [block["type"] for block in post.blocks]
        assert kinds.index("table") < kinds.index("rich_text")
        text = post.text
        assert text.index("Hambatan") < text.index("Kemajuan")
        assert "Bob Tan: Two demos" in text
        assert "Rp" in str(next(block for block in post.blocks if block["type"] == "table"))

    async def test_it_comes_once_however_often_the_clock_looks(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", progress="Two demos")
        for _ in range(3):
            await denyut.tick(jakarta(11))
        assert len(denyut.posts("C0SALES")) == 1

    async def test_nobody_answered_is_one_line(self, denyut: Bench) -> None:
        post = (await post_of(denyut)).message
        assert len(post.blocks) == 1
        assert "dari 5 orang belum ada" in post.text

    async def test_hostile_words_stay_words(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", progress="<!channel> *now*", blocker="<!here> <@U0AYU> <https://evil.example|ok>")
        post = (await post_of(denyut)).message
        assert "<!channel>" not in post.text
        assert "<!here>" not in post.text
        for block in post.blocks:
            if "<!" in str(block):
                assert block["type"] == "rich_text" or block["text"]["type"] == "plain_text"

    async def test_a_blocker_is_taken_once_and_everybody_hears(self, denyut: Bench) -> None:
        await answer(denyut, "U0CITRA", blocker="Kontrak menunggu legal")
        post = await post_of(denyut)
        first = await denyut.press(post, "Saya bantu", user="U0BOB")
        again = await denyut.press(post, "Saya bantu", user="U0DEWI")
        assert first.status == again.status == 200
        said = [message.text for _, message, _ in denyut.slack.responses]
        assert "It is yours, by Mon 30 Nov" in said[-2]
        assert "sudah mengambilnya" in said[-1]
        await denyut.tick()
        assert "<@U0BOB> yang membantu, paling lambat Sen 30 Nov" in post.message.text
        assert "Saya bantu" not in str(post.message.blocks)
        [action] = denyut.do(lambda db: db.actions.open_of("U0BOB"))
        assert (action.source, action.text, action.created_by) == (
            ActionSource.CHECKIN, "Kontrak menunggu legal", "U0CITRA",
        )  # fmt: skip
        assert "<@U0BOB> membantu hambatanmu" in denyut.dms("U0CITRA")[-1].message.text

    async def test_another_day_can_be_chosen_by_who_took_it(self, denyut: Bench) -> None:
        await answer(denyut, "U0CITRA", blocker="Kontrak menunggu legal")
        post = await post_of(denyut)
        await denyut.press(post, "Saya bantu", user="U0BOB")
        note = denyut.slack.responses[-1][1]
        await denyut.press(note, "Another day", user="U0BOB")
        form = denyut.form()
        past = await denyut.submit(form, {ids.CHECKIN_BLOCKER_DAY_INPUT: "2026-11-01"}, user="U0BOB")
        assert "gone by" in str(past.errors)
        await denyut.submit(form, {ids.CHECKIN_BLOCKER_DAY_INPUT: "2026-12-03"}, user="U0BOB")
        await denyut.tick()
        assert "Kam 3 Des" in post.message.text
        other = await denyut.submit(form, {ids.CHECKIN_BLOCKER_DAY_INPUT: "2026-12-04"}, user="U0DEWI")
        assert "Orang lain" in str(other.errors)

    async def test_ones_own_blocker_can_be_taken_and_nobody_is_told(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", blocker="The contract")
        post = await post_of(denyut)
        before = len(denyut.dms("U0BOB"))
        await denyut.press(post, "Saya bantu", user="U0BOB")
        assert "You do it yourself" in denyut.slack.responses[-1][1].text
        await denyut.tick()
        assert len(denyut.dms("U0BOB")) == before

    async def test_visitors_take_nothing(self, denyut: Bench) -> None:
        await answer(denyut, "U0BOB", blocker="The contract")
        post = await post_of(denyut)
        await denyut.press(post, "Saya bantu", user="U0GUEST")
        await denyut.press(post, "Saya bantu", user="U0OUT")
        assert denyut.do(lambda db: db.actions.of_source(ActionSource.CHECKIN, [])) == []
        assert denyut.do(lambda db: db.actions.due_by(date(2030, 1, 1))) == []


async def test_silence_where_it_was_wished_for(denyut: Bench) -> None:
    await standup(denyut)
    made = the_checkin(denyut)
    quiet = replace(made, definition=replace(made.definition, posts_when_empty=False))
    denyut.do(lambda db: db.checkins.update(quiet))
    await denyut.ticks(jakarta(12), timedelta(minutes=15))
    assert denyut.posts("C0SALES") == []
    run = the_run(denyut)
    assert run is not None
    assert run.state is RunState.EMPTY


class TestOutages:
    async def test_over_the_post_time_it_is_posted_once_while_it_is_of_use(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.ticks(jakarta(9), timedelta(minutes=30))
        await answer(denyut, "U0BOB", progress="Two demos")
        await denyut.tick(jakarta(14, 30))
        await denyut.tick(jakarta(14, 45))
        assert len(denyut.posts("C0SALES")) == 1

    async def test_after_four_hours_it_is_not_posted_and_its_author_hears_why(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.ticks(jakarta(9), timedelta(minutes=30))
        await answer(denyut, "U0BOB", progress="Two demos")
        await denyut.tick(jakarta(15, 30))
        assert denyut.posts("C0SALES") == []
        assert "tidak tayang pada Jum 27 Nov" in denyut.dms("U0AYU")[-1].message.text
        assert "nothing was posted" in question(denyut, "U0BOB").message.text

    async def test_over_the_question_people_are_asked_late_but_not_too_late(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.tick(jakarta(10))
        assert len(denyut.dms("U0CITRA")) == 1
        await denyut.tick(jakarta(11))
        assert len(denyut.posts("C0SALES")) == 1

    async def test_over_both_nobody_is_asked_and_nothing_posted(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.tick(jakarta(10, 45))
        await denyut.tick(jakarta(11))
        assert denyut.posts("C0SALES") == []
        assert denyut.dms("U0CITRA") == []
        assert "tidak tayang" in denyut.dms("U0AYU")[-1].message.text

    async def test_of_several_days_only_the_next_one_comes(self, denyut: Bench) -> None:
        await standup(denyut)
        await denyut.tick(jakarta(15, day=2, month=12))
        assert denyut.posts("C0SALES") == []
        await denyut.ticks(jakarta(12, day=3, month=12), timedelta(minutes=30))
        assert len(denyut.posts("C0SALES")) == 1

    async def test_a_channel_slack_does_not_show_is_told_its_author(self, denyut: Bench) -> None:
        await standup(denyut)
        denyut.slack.refusals["C0SALES"] = "not_in_channel"
        await denyut.ticks(jakarta(11), timedelta(minutes=30))
        assert "/invite" in denyut.dms("U0AYU")[-1].message.text


async def test_what_is_paused_comes_no_more_and_what_is_resumed_makes_nothing_up(denyut: Bench) -> None:
    await standup(denyut)
    await denyut.command(f"/checkin team {SALES} pause")
    await denyut.ticks(jakarta(9, 30, day=30), timedelta(hours=1))
    assert denyut.posts("C0SALES") == []
    await denyut.command(f"/checkin team {SALES} resume")
    await denyut.ticks(jakarta(12, day=30), timedelta(minutes=30))
    assert denyut.posts("C0SALES") == []
    await denyut.ticks(jakarta(12, day=1, month=12), timedelta(minutes=30))
    assert len(denyut.posts("C0SALES")) == 1


async def test_what_is_stopped_while_it_is_answered_is_not_posted(denyut: Bench) -> None:
    await standup(denyut)
    await denyut.ticks(jakarta(9), timedelta(minutes=30))
    await answer(denyut, "U0BOB", progress="Two demos")
    await denyut.command(f"/checkin team {SALES} stop")
    await denyut.ticks(jakarta(12), timedelta(minutes=30))
    assert denyut.posts("C0SALES") == []
    assert "nothing was posted" in question(denyut, "U0BOB").message.text


async def test_a_stored_member_unknown_before_is_met(denyut: Bench) -> None:
    assert isinstance(denyut.slack, RecordingSlack)
    denyut.slack.members["U0NEW"] = Member("U0NEW", "New Person", "en-US", "Asia/Jakarta")
    denyut.slack.channels["C0SALES"].append("U0NEW")
    await standup(denyut)
    await denyut.ticks(jakarta(9), timedelta(minutes=30))
    assert len(denyut.dms("U0NEW")) == 1


@pytest.mark.parametrize(
    "settings",
    [KpiSettings(("U0AYU",), visibility=Visibility.OWNERS), KpiSettings(("U0AYU",), retired_on=date(2026, 11, 26))],
    ids=["private", "retired"],
)
async def test_a_value_that_is_not_asked_for_any_more_is_not_dropped_in_silence(
    denyut: Bench, settings: KpiSettings
) -> None:
    await standup(denyut)
    await denyut.go_to(jakarta(9, 30))
    await denyut.press(question(denyut, "U0BOB"), ids.CHECKIN_ANSWER_OPENED, user="U0BOB")
    form = denyut.form()
    denyut.do(lambda db: db.catalogue.set_settings("leads", settings))

    said = await denyut.submit(form, {"kpi.leads": "7", "progress": "closed two"}, user="U0BOB")

    assert "Clear this field" in said.errors["kpi.leads"]
    run = the_run(denyut)
    assert run is not None
    assert denyut.do(lambda db: db.checkins.answer_of(run.id, "U0BOB")) is None, "nothing of it is kept yet"
    said = await denyut.submit(form, {"kpi.leads": "", "progress": "closed two"}, user="U0BOB")
    assert not said.errors
    assert denyut.do(lambda db: db.checkins.answer_of(run.id, "U0BOB")).texts == {"progress": "closed two"}


async def test_a_form_that_was_left_open_does_not_undo_what_was_changed_since(denyut: Bench) -> None:
    def hours() -> tuple[time, time]:
        schedule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.CHECKIN, the_id(db)))
        return schedule.rule.at, the_checkin(denyut).definition.posts_at

    async def saves(form: Any) -> str:
        look = await denyut.submit(form, {ids.CHECKIN_TITLE_INPUT: "Stand-up"})
        return str((await denyut.submit(look.body["view"], {})).body)

    await standup(denyut)
    opened = ids.pack(checkin=the_checkin(denyut).id)
    await denyut.click(ids.CHECKIN_SETUP_OPENED, opened)
    left_open = denyut.form()
    denyut.now += timedelta(days=1)
    await denyut.command(f"/checkin team {SALES} standup 10:00 post 12:00", user="U0AYU")

    denyut.now += timedelta(hours=1)
    assert "sudah diubah sejak" in await saves(left_open)
    assert (hours(), the_checkin(denyut).definition.title) != ((time(9), time(11)), "Stand-up")
    assert hours() == (time(10), time(12))

    await denyut.click(ids.CHECKIN_SETUP_OPENED, opened)
    await saves(denyut.form())
    assert the_checkin(denyut).definition.title == "Stand-up", "who opens it anew changes it as ever"
    assert hours() == (time(10), time(12))
