"""What waits for a person beside surveys, done right on Home: KPI values, check-ins, promised actions, one-on-ones."""

from datetime import UTC, date, datetime, time, timedelta

from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.catalogue import KpiSettings
from bot.domain.checkins import Checkin, CheckinAnswer, CheckinDefinition, Item, ItemKind, Run
from bot.domain.deliveries import NewDelivery
from bot.domain.members import Member
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne
from bot.domain.schedules import Cadence, Rule, Schedule, ScheduleKind
from bot.domain.summaries import Summary
from bot.kpis.acting import read_acting
from bot.kpis.asking.service import keep_schedule
from storage import new_id
from tests.features.harness import Bench
from tests.features.test_home import ask, home_of

TODAY = date(2026, 11, 26)
ASKED_AT = datetime(2026, 11, 30, 1, tzinfo=UTC)
"""Monday 09:00 in Makassar."""


def promise(denyut: Bench, text: str, due_on: date | None, owner: str = "U0BOB") -> str:
    action = Action(new_id(), text, owner, due_on, ActionSource.OWN, "", owner, denyut.now)
    denyut.do(lambda db: db.actions.add(action))
    return action.id


def pair(denyut: Bench, lead: str = "U0AYU", other: str = "U0BOB", created: timedelta = timedelta(days=60)) -> str:
    found = OneOnOne(new_id(), lead, other, 60, denyut.now - created)
    denyut.do(lambda db: db.one_on_ones.add(found))
    return found.id


def meet(denyut: Bench, pair_id: str, at: datetime, state: MeetingState) -> None:
    denyut.do(lambda db: db.one_on_ones.plan(Meeting(pair_id, at.date(), at, state)))


async def test_a_kpi_value_i_am_asked_for_is_logged_right_there(denyut: Bench) -> None:
    settings = KpiSettings(owners=("U0BOB",), cadence=Cadence.WEEKLY)
    acting = denyut.do(lambda db: read_acting(db, db.members.get("U0AYU"), denyut.now, TODAY, "ID"))
    denyut.do(lambda db: db.catalogue.set_settings("leads", settings))
    denyut.do(lambda db: keep_schedule(db, "leads", settings, acting))
    assert "Log it" not in await home_of(denyut, "U0BOB")
    await denyut.tick(ASKED_AT)
    assert "*Leads*: Mon 23 Nov – Sun 29 Nov" in await home_of(denyut, "U0BOB")
    await denyut.press(denyut.slack.homes["U0BOB"], "Log it", user="U0BOB")
    form = denyut.form()
    block = next(each["block_id"] for each in form["blocks"] if each["type"] == "input")
    await denyut.submit(form, {block: "31"}, user="U0BOB")
    assert "Log it" not in str(denyut.slack.homes["U0BOB"]), "Home was drawn anew by the form that was opened on it"


async def test_a_form_opened_elsewhere_leaves_home_alone(denyut: Bench) -> None:
    await home_of(denyut, "U0BOB")
    before = denyut.slack.homes.pop("U0BOB")
    await denyut.press(before, "Change my settings", user="U0BOB")
    marked = denyut.form()
    unmarked = {**marked, "private_metadata": '{"v":1}'}
    await denyut.submit(unmarked, {"zone": "Asia/Tokyo"}, user="U0BOB")
    assert "U0BOB" not in denyut.slack.homes
    await denyut.submit(marked, {"zone": "Asia/Seoul"}, user="U0BOB")
    assert "Asia/Seoul" in str(denyut.slack.homes["U0BOB"])


async def test_a_team_checkin_waits_for_who_is_asked_and_has_not_answered(denyut: Bench) -> None:
    asked = CheckinDefinition("C0SALES", (Item("p", ItemKind.PROGRESS),), time(11), "en", title="Monday <stand-up>")
    run = Run(new_id(), "c1", TODAY, asked, denyut.now + timedelta(hours=1), frozenset({"U0BOB", "U0CITRA"}))
    denyut.do(lambda db: db.checkins.add(Checkin("c1", asked, "U0AYU", denyut.now)))
    denyut.do(lambda db: db.checkins.begin(run))
    line = "*Monday &lt;stand-up&gt;* for <#C0SALES>, open until Thu 26 Nov, 17:00"
    assert line in await home_of(denyut, "U0BOB")
    assert "stand-up" not in await home_of(denyut, "U0EMMA")
    denyut.do(lambda db: db.checkins.answer(CheckinAnswer(run.id, "U0BOB", denyut.now)))
    assert "stand-up" not in await home_of(denyut, "U0BOB")
    denyut.now += timedelta(hours=2)
    assert "stand-up" not in await home_of(denyut, "U0CITRA"), "it is over"


async def test_my_promises_are_told_with_their_dates_in_words(denyut: Bench) -> None:
    promise(denyut, "Call <PT Maju>", TODAY - timedelta(days=2))
    promise(denyut, "Send the offer", TODAY)
    promise(denyut, "Clean up the list", TODAY + timedelta(days=1))
    promise(denyut, "Read the report", None)
    promise(denyut, "Somebody else's", TODAY, owner="U0CITRA")
    shown = await home_of(denyut, "U0BOB")
    told = [
        "Call &lt;PT Maju&gt;\n_2 days overdue, was due Tue 24 Nov_",
        "Send the offer\n_due today_",
        "Clean up the list\n_by Fri 27 Nov_",
        "Read the report\n_no date_",
    ]
    places = [shown.index(each) for each in told]
    assert places == sorted(places)
    assert "Somebody else's" not in shown


async def test_a_promise_is_settled_right_there_and_home_says_so(denyut: Bench) -> None:
    done = promise(denyut, "Send the offer", TODAY)
    await home_of(denyut, "U0BOB")
    await denyut.press(denyut.slack.homes["U0BOB"], "Done", user="U0BOB")
    assert denyut.do(lambda db: db.actions.get(done)).state is ActionState.DONE
    assert "Send the offer" not in str(denyut.slack.homes["U0BOB"])


class TestOneOnOnes:
    async def test_the_next_one_is_told_to_both_with_when_and_whom_only(self, denyut: Bench) -> None:
        own = pair(denyut)
        at = denyut.now + timedelta(days=1)
        meet(denyut, own, at, MeetingState.PLANNED)
        assert "With <@U0AYU>: Fri 27 Nov, 16:00" in await home_of(denyut, "U0BOB")
        assert "Dengan <@U0BOB>: Jum 27 Nov, 15.00" in await home_of(denyut, "U0AYU")
        assert "<@U0AYU>" not in await home_of(denyut, "U0EMMA")

    async def test_what_is_only_proposed_is_called_so(self, denyut: Bench) -> None:
        meet(denyut, pair(denyut), denyut.now + timedelta(days=1), MeetingState.PROPOSED)
        assert "With <@U0AYU>: Fri 27 Nov, 16:00, proposed" in await home_of(denyut, "U0BOB")

    async def test_where_none_is_planned_yet_it_is_the_next_date_of_the_rhythm(self, denyut: Bench) -> None:
        own = pair(denyut)
        rule = Rule(Cadence.WEEKLY, date(2026, 12, 3), time(14), "Asia/Jakarta")
        schedule = Schedule(new_id(), ScheduleKind.ONE_ON_ONE, own, rule, "U0AYU", denyut.now)
        denyut.do(lambda db: db.schedules.add(schedule))
        assert "With <@U0AYU>: Thu 3 Dec, 15:00" in await home_of(denyut, "U0BOB")

    async def test_a_lead_sees_whom_they_have_not_met_for_a_month(self, denyut: Bench) -> None:
        long_ago, lately = pair(denyut), pair(denyut, other="U0CITRA")
        meet(denyut, long_ago, denyut.now - timedelta(days=40), MeetingState.HELD)
        meet(denyut, lately, denyut.now - timedelta(days=5), MeetingState.HELD)
        pair(denyut, other="U0DEWI")
        pair(denyut, other="U0FAJAR", created=timedelta(days=3))
        shown = await home_of(denyut, "U0AYU")
        assert "<@U0BOB>: terakhir bertemu 17 Okt 2026" in shown
        assert "<@U0DEWI>: belum pernah bertemu empat mata" in shown
        assert "<@U0CITRA>" not in shown
        assert "<@U0FAJAR>" not in shown
        assert "One-on-ones to catch up on" not in await home_of(denyut, "U0BOB"), "leads alone"

    async def test_a_lead_sees_reports_without_any_one_on_one(self, denyut: Bench) -> None:
        managers = {"U0BOB": "U0AYU", "U0CITRA": "U0AYU", "U0GONE": "U0AYU", "U0EMMA": "U0BOB"}
        denyut.do(lambda db: db.members.set_attributes("manager", managers))
        pair(denyut, other="U0CITRA", created=timedelta(days=3))
        shown = await home_of(denyut, "U0AYU")
        assert "Pertemuan empat mata belum diatur dengan <@U0BOB>." in shown
        assert "<@U0CITRA>" not in shown
        assert "<@U0GONE>" not in shown
        assert "<@U0EMMA>" not in shown


class TestWhatRuns:
    async def test_my_surveys_with_how_many_answered_and_nothing_else(self, denyut: Bench) -> None:
        round_id = ask(denyut, "U0BOB", "U0EMMA")
        denyut.do(lambda db: db.answers.record(round_id, "U0BOB", {"enps": 3}))
        shown = await home_of(denyut, "U0AYU")
        assert "dibuka sampai Sel 1 Des, 15.00: 1 dari 6 sudah menjawab" in shown
        assert "Surveys I run" not in await home_of(denyut, "U0BOB")

    async def test_the_next_date_is_the_one_after_the_running_round(self, denyut: Bench) -> None:
        await denyut.command("/pulse enps <#C0SALES|sales> monthly mon 10:00")
        assert "berikutnya " in await home_of(denyut, "U0AYU")
        await denyut.command("/pulse pause")
        assert "dijeda" in await home_of(denyut, "U0AYU")

    async def test_the_summaries_i_lead_and_those_of_channels_that_ask_me(self, denyut: Bench) -> None:
        for channel, creator in (("C0SALES", "U0AYU"), ("C0OTHER", "U0AYU")):
            summary = Summary(new_id(), channel, "en", creator, denyut.now)
            rule = Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Asia/Jakarta")
            schedule = Schedule(new_id(), ScheduleKind.SUMMARY, summary.id, rule, creator, denyut.now)
            denyut.do(lambda db, made=summary: db.summaries.add(made))
            denyut.do(lambda db, made=schedule: db.schedules.add(made))
        ask(denyut, "U0BOB")
        mine, other = "<#C0SALES>: next Mon 30 Nov, 10:00", "<#C0OTHER>: next"
        shown = await home_of(denyut, "U0BOB")
        assert mine in shown
        assert other not in shown
        shown = await home_of(denyut, "U0AYU")
        assert "<#C0OTHER>: berikutnya Sen 30 Nov, 09.00" in shown


class TestAdmins:
    async def test_they_see_rights_defaults_and_health(self, denyut: Bench) -> None:
        shown = await home_of(denyut, "U0AYU")
        assert "Untuk admin" in shown
        assert "Asia/Jakarta, hari libur Indonesia, jumlah uang dalam IDR" in shown
        assert "Semua pesan 7 hari terakhir sampai." in shown
        assert "For admins" not in await home_of(denyut, "U0BOB")

    async def test_they_read_how_many_messages_failed_and_what_to_do(self, denyut: Bench) -> None:
        owed = NewDelivery("summaries.post", "s1", "C0SALES", denyut.now)
        old = NewDelivery("summaries.post", "s0", "C0SALES", denyut.now - timedelta(days=9))
        for each in (owed, old):
            failed = denyut.do(lambda db, new=each: db.deliveries.add(new))
            denyut.do(lambda db, gone=failed: db.deliveries.failed(gone, "is_archived", denyut.now))
        denyut.do(lambda db: db.members.set_language("U0AYU", "en"))
        shown = await home_of(denyut, "U0AYU")
        assert "1 message of the last 7 days could not be delivered." in shown
        assert "<#C0SALES>" in shown

    async def test_the_rights_form_opens_there_for_admins_alone(self, denyut: Bench) -> None:
        await home_of(denyut, "U0AYU")
        home = denyut.slack.homes["U0AYU"]
        await denyut.press(home, "Hak dan hari libur")
        assert denyut.form()["callback_id"] == "kpi.rights.form"
        await denyut.press(home, "Hak dan hari libur", user="U0BOB")
        assert denyut.form()["callback_id"] == "core.note"


async def test_a_person_without_a_language_here_is_drawn_in_the_one_they_just_chose(denyut: Bench) -> None:
    denyut.do(lambda db: db.members.refresh([Member("U0NEW", "New", "en-US", "Asia/Jakarta")]))
    assert "My settings" in await home_of(denyut, "U0NEW")
    await denyut.press(denyut.slack.homes["U0NEW"], "Change my settings", user="U0NEW")
    await denyut.submit(denyut.form(), {"language": "id"}, user="U0NEW")
    assert "Pengaturan saya" in str(denyut.slack.homes["U0NEW"])
