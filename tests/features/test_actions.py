"""One list of what people promised: typed or given in a form, reminded of on the morning of its day, settled by a
click; and nobody else's business where it came from a one-on-one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.actions.service import DUE
from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.members import Absence
from bot.kpis.alerting.views import NOTE_FIELD
from bot.slack import ids
from storage import new_id
from tests.features.harness import Bench
from tests.features.survey_rounds import ENPS, closed, scores, survey_of

TODAY = date(2026, 11, 26)  # a Thursday
NEXT_MORNING = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)  # Friday, 10:00 in Jakarta, 11:00 in Makassar
ONE_DAY = timedelta(days=1)


def own(denyut: Bench, user: str = "U0BOB") -> list[Action]:
    return denyut.do(lambda db: db.actions.open_of(user))


def given(denyut: Bench, **values: object) -> Action:
    fields = {
        "id": new_id(),
        "text": "call PT Maju",
        "owner_id": "U0BOB",
        "due_on": TODAY + ONE_DAY,
        "source": ActionSource.OWN,
        "source_id": "",
        "created_by": "U0BOB",
        "created_at": denyut.now,
    }
    action = Action(**{**fields, **values})
    denyut.do(lambda db: db.actions.add(action))
    return action


def now_is(denyut: Bench, action: Action) -> Action:
    found = denyut.do(lambda db: db.actions.get(action.id))
    assert found is not None
    return found


def reminders(denyut: Bench) -> list[tuple[str, str]]:
    found = denyut.do(lambda db: db.deliveries.of_purposes([DUE], datetime(2026, 1, 1, tzinfo=UTC)))
    return [(each.receiver, each.subject) for each in found]


class TestTyping:
    @pytest.mark.parametrize(
        ("line", "text", "due_on", "owner"),
        [
            ("/checkin actions call PT Maju by friday", "call PT Maju", date(2026, 11, 27), "U0BOB"),
            ("/checkin action call PT Maju by 2026-12-01", "call PT Maju", date(2026, 12, 1), "U0BOB"),
            ("/checkin todo call PT Maju", "call PT Maju", None, "U0BOB"),
            ("/checkin todo call by 27 nov", "call", date(2026, 11, 27), "U0BOB"),
            ("/checkin todo call by 25 nov", "call", date(2027, 11, 25), "U0BOB"),
            ("/checkin todo call by 26 nov", "call", TODAY, "U0BOB"),
            ("/checkin todo call them by phone", "call them by phone", None, "U0BOB"),
            ("/checkin todo answer by phone by tomorrow", "answer by phone", date(2026, 11, 27), "U0BOB"),
            ("/checkin tindakan telepon PT Maju paling lambat besok", "telepon PT Maju", date(2026, 11, 27), "U0BOB"),
            ("/checkin actions call by thu", "call", TODAY, "U0BOB"),
            ("/checkin actions call for <@U0DEWI|dewi> by fri", "call", date(2026, 11, 27), "U0DEWI"),
            ("/checkin actions <@U0DEWI|dewi> call by fri", "call", date(2026, 11, 27), "U0DEWI"),
            ("/checkin actions look for gold for <@U0DEWI|dewi>", "look for gold", None, "U0DEWI"),
        ],
    )
    async def test_text_is_enough(self, denyut: Bench, line: str, text: str, due_on: date | None, owner: str) -> None:
        await denyut.command(line, user="U0BOB")
        (action,) = own(denyut, owner)
        assert (action.text, action.due_on, action.created_by) == (text, due_on, "U0BOB")

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("/checkin actions call by 2026-11-25", "is over"),
            ("/checkin actions call by 3/4/2027", "two days"),
            (f"/checkin actions {'x' * 301}", "300 characters"),
            ("/checkin actions <@U0DEWI|dewi>", "What is to be done?"),
            ("/checkin actions by thursday", "What is to be done?"),
            ("/checkin actions call for <@U0GUEST|gus>", "not a guest"),
            ("/checkin actions call for <@U0ROBOT|robot>", "not a guest"),
        ],
    )
    async def test_what_cannot_be_adds_nothing(self, denyut: Bench, line: str, said: str) -> None:
        answer = await denyut.command(line, user="U0BOB")
        assert said in answer.text
        assert denyut.do(lambda db: db.actions.due_by(date(2030, 1, 1)) + db.actions.open_for_others("U0BOB")) == []
        assert own(denyut) == []

    async def test_the_same_command_twice_adds_it_once(self, denyut: Bench) -> None:
        for _ in range(2):
            await denyut.command("/checkin actions call PT Maju", user="U0BOB", trigger="t-1")
        assert len(own(denyut)) == 1

    async def test_who_is_asked_hears_of_it_and_who_asked_of_the_end(self, denyut: Bench) -> None:
        await denyut.command("/checkin actions call <!channel> for <@U0DEWI|dewi> by fri", user="U0BOB")
        await denyut.tick(denyut.now)
        asked = denyut.dms("U0DEWI")[-1]
        assert "&lt;!channel&gt;" in asked.message.text
        assert "<!channel>" not in asked.message.text

        await denyut.press(asked, "Selesai", user="U0DEWI")
        await denyut.tick(denyut.now)

        assert own(denyut, "U0DEWI") == []
        assert "did what you asked for" in denyut.dms("U0BOB")[-1].message.text
        assert "Open again" not in str(denyut.dms("U0BOB")[-1].message.blocks)

    async def test_guests_and_outsiders_have_no_list(self, denyut: Bench) -> None:
        for user in ("U0GUEST", "U0OUT"):
            answer = await denyut.command("/checkin actions call PT Maju", user=user)
            assert own(denyut, user) == []
            assert "list" not in answer.text


class TestTheList:
    async def test_shows_what_is_mine_and_what_was_promised_to_me(self, denyut: Bench) -> None:
        given(denyut, text="mine & <!here>")
        given(denyut, text="promised", owner_id="U0DEWI")
        given(denyut, text="of others", owner_id="U0DEWI", created_by="U0EMMA")
        answer = await denyut.command("/checkin actions", user="U0BOB")
        assert "You promised one thing" in answer.text
        assert "Promised to you: one thing" in answer.text
        assert "mine &amp; &lt;!here&gt;" in answer.text
        assert "Dewi" in answer.text
        assert "of others" not in answer.text

    async def test_done_takes_it_off_and_says_so(self, denyut: Bench) -> None:
        action = given(denyut)
        answer = await denyut.command("/checkin actions", user="U0BOB")
        await denyut.press(answer, "Done", user="U0BOB")
        assert now_is(denyut, action).state is ActionState.DONE
        assert now_is(denyut, action).settled_by == "U0BOB"
        assert "Nothing is open" in denyut.slack.responses[-1][1].text

    async def test_many_fit_into_what_slack_takes(self, denyut: Bench) -> None:
        for number in range(60):
            given(denyut, text=f"{number} {'&' * 290}")
            given(denyut, text=f"{number} {'&' * 290}", owner_id="U0DEWI")
        answer = await denyut.command("/checkin actions", user="U0BOB")
        assert str(answer.body["blocks"]).count("And 50 more") == 2


class TestReminding:
    async def test_comes_on_the_morning_of_its_day_and_once_more_a_week_later(self, denyut: Bench) -> None:
        given(denyut)
        await days(denyut, 40)
        assert reminders(denyut) == [("U0BOB", "2026-11-27"), ("U0BOB", "2026-12-04")]

    async def test_nothing_is_said_before_or_of_what_is_settled_or_without_a_day(self, denyut: Bench) -> None:
        done = given(denyut, text="done")
        denyut.do(lambda db: db.actions.change(replace(done, state=ActionState.DONE)))
        given(denyut, due_on=None)
        given(denyut, due_on=date(2027, 3, 1))
        await days(denyut, 20)
        assert reminders(denyut) == []

    async def test_a_day_off_moves_it_to_the_next_working_day(self, denyut: Bench) -> None:
        given(denyut, due_on=date(2026, 11, 28))  # a Saturday
        given(denyut, owner_id="U0DEWI")
        denyut.do(lambda db: db.members.add_absence(Absence("U0DEWI", TODAY, date(2026, 12, 1))))
        await days(denyut, 6)
        assert sorted(reminders(denyut)) == [("U0BOB", "2026-11-30"), ("U0DEWI", "2026-12-02")]

    async def test_what_is_due_the_same_day_comes_in_one_message_and_turns_into_its_outcome(
        self, denyut: Bench
    ) -> None:
        first = given(denyut, text="first")
        second = given(denyut, text="second", created_at=denyut.now + timedelta(minutes=1))
        await denyut.tick(NEXT_MORNING)
        (reminder,) = denyut.dms("U0BOB")
        assert "these 2 things" in reminder.message.text

        await denyut.press(reminder, "Will not do", user="U0BOB")
        assert reminder.message.text.startswith("Dropped: first\n")
        assert now_is(denyut, first).state is ActionState.DROPPED
        assert now_is(denyut, second).state is ActionState.OPEN
        assert "You promised this for today" in reminder.message.text

    async def test_more_than_a_message_lists_are_counted_and_what_is_late_is_not_said_to_be_for_today(
        self, denyut: Bench
    ) -> None:
        for number in range(12):
            given(denyut, text=f"thing {number}", due_on=date(2026, 11, 28))  # a Saturday
        await denyut.tick(NEXT_MORNING + timedelta(days=3))
        (reminder,) = denyut.dms("U0BOB")
        assert "these 12 things, and they are due" in reminder.message.text
        assert "today" not in reminder.message.text
        assert "And 2 more" in reminder.message.text

    async def test_a_moved_date_is_reminded_of_anew(self, denyut: Bench) -> None:
        action = given(denyut)
        await denyut.tick(NEXT_MORNING)
        denyut.do(lambda db: db.actions.change(replace(action, due_on=date(2026, 12, 1))))
        await days(denyut, 8)
        assert reminders(denyut) == [("U0BOB", "2026-11-27"), ("U0BOB", "2026-12-01")]

    async def test_an_outage_over_the_day_is_made_up_once(self, denyut: Bench) -> None:
        given(denyut)
        await denyut.tick(NEXT_MORNING + timedelta(days=4))
        await denyut.tick(NEXT_MORNING + timedelta(days=4, hours=1))
        assert len(reminders(denyut)) == 1


async def days(denyut: Bench, count: int) -> None:
    await denyut.ticks(denyut.now + timedelta(days=count), timedelta(hours=4))


class TestChanging:
    async def test_text_owner_and_day_change_and_the_new_owner_hears_of_it(self, denyut: Bench) -> None:
        action = given(denyut)
        answer = await denyut.command("/checkin actions", user="U0BOB")
        await denyut.press(answer, "Change", user="U0BOB")
        inputs = {
            ids.ACTION_TEXT_INPUT: "write to PT Maju",
            ids.ACTION_OWNER_INPUT: "U0DEWI",
            ids.ACTION_DUE_INPUT: "2026-12-03",
        }
        await denyut.submit(denyut.form(), inputs, user="U0BOB")
        changed = now_is(denyut, action)
        assert (changed.text, changed.owner_id, changed.due_on) == ("write to PT Maju", "U0DEWI", date(2026, 12, 3))
        await denyut.tick(denyut.now)
        assert "write to PT Maju" in denyut.dms("U0DEWI")[-1].message.text

    async def test_what_came_of_a_one_on_one_stays_between_the_two(self, denyut: Bench) -> None:
        action = given(denyut, source=ActionSource.ONE_ON_ONE, source_id="o1", partner_id="U0DEWI")
        answer = await denyut.command("/checkin actions", user="U0BOB")
        await denyut.press(answer, "Change", user="U0BOB")
        inputs = {ids.ACTION_TEXT_INPUT: "x", ids.ACTION_OWNER_INPUT: "U0EMMA"}
        refused = await denyut.submit(denyut.form(), inputs, user="U0BOB")
        assert "between the two of you" in refused.errors[ids.ACTION_OWNER_INPUT]
        assert now_is(denyut, action) == action

    async def test_what_one_of_the_two_hands_to_the_other_stays_with_both(self, denyut: Bench) -> None:
        pair = {"source": ActionSource.ONE_ON_ONE, "source_id": "o1", "partner_id": "U0DEWI", "created_by": "U0DEWI"}
        action = given(denyut, **pair)
        answer = await denyut.command("/checkin actions", user="U0BOB")
        await denyut.press(answer, "Change", user="U0BOB")
        inputs = {ids.ACTION_TEXT_INPUT: "x", ids.ACTION_OWNER_INPUT: "U0DEWI"}
        await denyut.submit(denyut.form(), inputs, user="U0BOB")
        handed = now_is(denyut, action)
        assert (handed.owner_id, handed.partner_id) == ("U0DEWI", "U0BOB")
        assert handed.concerns("U0BOB"), "who handed it over still sees it"
        theirs = await denyut.command("/checkin actions", user="U0DEWI")
        assert "Dewi" not in theirs.text, "it came of the one-on-one with the other"
        assert "Bob" in theirs.text

    @pytest.mark.parametrize("private", [True, False])
    async def test_nobody_else_can_settle_it_not_even_an_admin_if_it_is_private(
        self, denyut: Bench, private: bool
    ) -> None:
        source = {"source": ActionSource.ONE_ON_ONE, "source_id": "o1", "partner_id": "U0DEWI"} if private else {}
        action = given(denyut, text="secret plan", **source)
        mine = await denyut.command("/checkin actions", user="U0BOB")
        for user, may in (("U0EMMA", False), ("U0GUEST", False), ("U0AYU", not private)):
            await denyut.press(mine, "Done", user=user)
            assert (now_is(denyut, action).state is ActionState.DONE) is may, user
        if private:
            await denyut.press(mine, "Done", user="U0DEWI")  # the control: the other of the two can
            assert now_is(denyut, action).state is ActionState.DONE


class TestWhatFollowsFromASurvey:
    async def test_is_on_its_owners_list_with_where_it_came_from(self, denyut: Bench) -> None:
        await closed(denyut, survey_of(denyut, ENPS), scores([10, 9, 9, 8, 3, 10]))
        await denyut.press(denyut.dms("U0BOB")[-1], "Say what we will do", user="U0BOB")
        inputs = {
            ids.ACTION_INPUT: "fewer meetings",
            ids.ACTION_OWNER_INPUT: "U0DEWI",
            ids.ACTION_DUE_INPUT: "2026-12-18",
        }
        await denyut.submit(denyut.form(), inputs, user="U0BOB")
        (action,) = own(denyut, "U0DEWI")
        assert (action.text, action.due_on, action.source) == (
            "fewer meetings",
            date(2026, 12, 18),
            ActionSource.SURVEY,
        )
        answer = await denyut.command("/checkin tindakan", user="U0DEWI")
        assert "dari survei" in answer.text

    async def test_no_action_after_all_drops_it(self, denyut: Bench) -> None:
        await closed(denyut, survey_of(denyut, ENPS), scores([10, 9, 9, 8, 3, 10]))
        await denyut.command("/pulse act pulse fewer meetings", user="U0BOB")
        (action,) = own(denyut)
        await denyut.command("/pulse act pulse none because nobody minds", user="U0BOB")
        assert now_is(denyut, action).state is ActionState.DROPPED


async def test_what_is_done_about_an_alert_is_on_the_list_and_a_reason_is_not(denyut: Bench) -> None:
    for kind in (KpiNoteKind.REASON, KpiNoteKind.ACTION):
        carried = ids.pack(kpi="leads", alert="", kind=kind.value)
        await denyut.click(ids.ALERT_NOTE_OPENED, carried, user="U0BOB")
        await denyut.submit(
            denyut.form(),
            {NOTE_FIELD: "two more calls", ids.ACTION_DUE_INPUT: "2026-12-01"}
            if kind is KpiNoteKind.ACTION
            else {NOTE_FIELD: "two are ill"},
            user="U0BOB",
        )
    (action,) = own(denyut)
    assert (action.text, action.due_on, action.source_id) == ("two more calls", date(2026, 12, 1), "leads")
    answer = await denyut.command("/checkin actions", user="U0BOB")
    assert "from the alert on Leads" in answer.text


class TestAForm:
    """That was opened a while ago, or in which something odd was chosen."""

    async def opened(self, denyut: Bench, action: Action, user: str = "U0BOB") -> dict[str, Any]:
        await denyut.click(ids.ACTION_CHANGE_OPENED, ids.pack(action=action.id, at="list"), user=user)
        return denyut.form()

    async def test_gives_nobody_what_was_settled_meanwhile(self, denyut: Bench) -> None:
        action = given(denyut, owner_id="U0DEWI")
        form = await self.opened(denyut, action)
        await denyut.click(ids.ACTION_DONE, ids.pack(action=action.id, at="list"), user="U0DEWI")

        inputs = {ids.ACTION_OWNER_INPUT: "U0CITRA", ids.ACTION_TEXT_INPUT: "call them twice"}
        said = await denyut.submit(form, inputs, user="U0BOB")

        assert "settled meanwhile" in said.errors[ids.ACTION_TEXT_INPUT]
        kept = now_is(denyut, action)
        assert (kept.text, kept.owner_id, kept.state) == ("call PT Maju", "U0DEWI", ActionState.DONE)
        await denyut.tick(denyut.now)
        assert "call PT Maju" in denyut.dms("U0BOB")[-1].message.text, "what was done, not what was wished for later"

    async def test_takes_no_day_that_is_over_but_leaves_one_that_was_there(self, denyut: Bench) -> None:
        late = given(denyut, due_on=TODAY - ONE_DAY)
        form = await self.opened(denyut, late)
        refused = await denyut.submit(form, {ids.ACTION_DUE_INPUT: "2026-11-20"}, user="U0BOB")
        assert "20 Nov 2026 is over" in refused.errors[ids.ACTION_DUE_INPUT]
        await denyut.submit(form, {ids.ACTION_TEXT_INPUT: "call them at last"}, user="U0BOB")
        assert (now_is(denyut, late).text, now_is(denyut, late).due_on) == ("call them at last", TODAY - ONE_DAY)

        await denyut.click(ids.ACTION_ADD_OPENED, ids.pack(), user="U0DEWI")
        inputs = {ids.ACTION_TEXT_INPUT: "call", ids.ACTION_DUE_INPUT: "2026-11-25"}
        refused = await denyut.submit(denyut.form(), inputs, user="U0DEWI")
        assert ids.ACTION_DUE_INPUT in refused.errors
        assert own(denyut, "U0DEWI") == []


async def test_a_day_of_another_year_is_told_with_its_year(denyut: Bench) -> None:
    said = await denyut.command("/checkin todo call by 25 nov", user="U0BOB")
    assert "25 Nov 2027" in said.text, "who meant yesterday sees it"
    said = await denyut.command("/checkin todo call by 4 jan", user="U0BOB")
    assert "Mon 4 Jan" in said.text


async def test_people_and_groups_in_the_words_stand_there_by_name(denyut: Bench) -> None:
    line = "/checkin todo ask <!subteam^S0SALES|@sales> in <#C0SALES|sales> for <@U0BOB|bob>"
    await denyut.command(line, user="U0BOB")
    assert [each.text for each in own(denyut)] == ["ask @sales in #sales"]
