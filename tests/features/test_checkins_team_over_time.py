"""Team check-ins as time goes by: promises settled elsewhere, failures that last, months that begin on a day off, and
what an outage held up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.checkins.team.facts import Said
from bot.checkins.team.post_parts import parts_of
from bot.checkins.team.post_views import post_message
from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.checkins import RunState, held_on, next_held, period_of
from bot.domain.members import Member
from bot.domain.schedules import Cadence, Due, Rule
from bot.domain.workdays import Workdays
from bot.slack import ids
from tests.features.harness import Bench, Posted, checked
from tests.features.test_checkins_team import SALES, answer, jakarta, post_of, standup, the_run
from tests.features.test_checkins_team_at_length import facts, texts

INDONESIA = Workdays("ID")
DONE = "Sudah beres"


class TestPromises:
    """The post follows what becomes of a blocker, wherever that is said."""

    async def taken(self, denyut: Bench) -> tuple[Posted, Action]:
        await standup(denyut)
        await denyut.ticks(jakarta(9), timedelta(minutes=30))
        await answer(denyut, "U0CITRA", blocker="Kontrak menunggu legal")
        post = await post_of(denyut)
        await denyut.press(post, "Saya bantu", user="U0BOB")
        await denyut.tick()
        [action] = denyut.do(lambda db: db.actions.open_of("U0BOB"))
        assert "<@U0BOB> yang membantu" in post.message.text
        return post, action

    async def click(self, denyut: Bench, name: str, action: Action) -> None:
        denyut.now += timedelta(minutes=1)
        await denyut.click(getattr(ids, name), ids.pack(action=action.id), user="U0BOB")
        await denyut.tick()

    async def test_done_open_again_and_done_each_show_on_it(self, denyut: Bench) -> None:
        post, action = await self.taken(denyut)
        for _ in range(2):
            await self.click(denyut, "ACTION_DONE", action)
            assert DONE in post.message.text
            await self.click(denyut, "ACTION_REOPENED", action)
            assert DONE not in post.message.text
            assert "<@U0BOB> yang membantu" in post.message.text

    async def test_let_go_it_can_be_taken_from_it_again(self, denyut: Bench) -> None:
        post, action = await self.taken(denyut)
        await self.click(denyut, "ACTION_DROPPED", action)
        assert "yang membantu" not in post.message.text
        await denyut.press(post, "Saya bantu", user="U0DEWI")
        await denyut.tick(denyut.now + timedelta(minutes=1))
        assert "<@U0DEWI> yang membantu" in post.message.text

    async def test_other_actions_touch_no_post(self, denyut: Bench) -> None:
        post, action = await self.taken(denyut)
        own = replace(action, id="own", source=ActionSource.OWN, source_id="")
        denyut.do(lambda db: db.actions.add(own))
        said = len(post.history)
        await self.click(denyut, "ACTION_DONE", own)
        assert denyut.do(lambda db: db.actions.get("own")).state is ActionState.DONE
        assert len(post.history) == said


@pytest.mark.parametrize("language", texts.languages)
def test_a_post_is_one_slack_takes_also_when_every_blocker_is_taken(language: str) -> None:
    long = facts(60, 5, 2)
    action = Action("a", "x", "U001", date(2026, 12, 1), ActionSource.CHECKIN, "r1:U001", "U002", jakarta(11))
    taken = tuple(Said(each.member_id, each.name, each.text, action) for each in long.blockers)
    whole = replace(long, blockers=taken)
    for part in range(len(parts_of(whole))):
        checked(post_message(whole, texts.t(language), part))


class TestFailuresThatLast:
    """At once, to whoever can mend it, and only weekly again."""

    async def days(self, denyut: Bench, first: int, last: int) -> None:
        for day in range(first, last + 1):
            for hour in (8, 9, 11, 12):
                await denyut.tick(jakarta(hour, day=day, month=12))

    def notices(self, denyut: Bench, user: str) -> list[str]:
        return [each.message.text for each in denyut.dms(user) if "/invite" in each.message.text]

    async def test_an_audience_i_cannot_read_is_told_its_author_and_an_admin(self, denyut: Bench) -> None:
        denyut.now = jakarta(15, day=30)
        await denyut.command(f"/checkin team {SALES} standup 09:00 post 11:00", user="U0BOB")
        denyut.slack.refusals["C0SALES"] = "not_in_channel"
        await self.days(denyut, 1, 4)
        assert len(self.notices(denyut, "U0BOB")) == 1
        assert len(self.notices(denyut, "U0AYU")) == 1
        await self.days(denyut, 7, 9)
        assert len(self.notices(denyut, "U0BOB")) == 2

    async def test_a_channel_i_cannot_post_in_is_told_weekly(self, denyut: Bench) -> None:
        denyut.now = jakarta(15, day=30)
        await denyut.command(f"/checkin team {SALES} standup 09:00 post 11:00", user="U0BOB")
        for day in (1, 2, 3):
            denyut.slack.refusals.clear()
            await denyut.tick(jakarta(9, day=day, month=12))
            denyut.slack.refusals["C0SALES"] = "not_in_channel"
            await denyut.tick(jakarta(11, day=day, month=12))
            await denyut.tick(jakarta(12, day=day, month=12))
        assert denyut.posts("C0SALES") == []
        assert len([each for each in denyut.dms("U0BOB") if "<#C0SALES>" in each.message.text and "could not" in
                    each.message.text]) == 1  # fmt: skip

    async def test_once_it_worked_the_next_failure_is_news(self, denyut: Bench) -> None:
        denyut.now = jakarta(15, day=30)
        await denyut.command(f"/checkin team {SALES} standup 09:00 post 11:00", user="U0BOB")
        denyut.slack.refusals["C0SALES"] = "not_in_channel"
        await self.days(denyut, 1, 1)
        denyut.slack.refusals.clear()
        await self.days(denyut, 2, 2)
        assert denyut.posts("C0SALES")
        denyut.slack.refusals["C0SALES"] = "not_in_channel"
        await self.days(denyut, 3, 3)
        assert len(self.notices(denyut, "U0BOB")) == 2


class TestDaysOff:
    """A monthly date on a day off is held on the next working day; others wait for their next date."""

    @pytest.mark.parametrize(
        ("cadence", "day", "held"),
        [
            (Cadence.MONTHLY, date(2026, 11, 1), date(2026, 11, 2)),
            (Cadence.QUARTERLY, date(2027, 1, 1), date(2027, 1, 4)),
            (Cadence.MONTHLY, date(2026, 12, 1), date(2026, 12, 1)),
            (Cadence.WEEKLY, date(2026, 12, 25), None),
            (Cadence.DAILY, date(2026, 11, 28), None),
        ],
    )
    def test_when_a_date_is_held(self, cadence: Cadence, day: date, held: date | None) -> None:
        rule = Rule(cadence, day, jakarta(9).time(), "UTC")
        found = held_on(rule, Due(day, datetime.combine(day, rule.at, UTC)), INDONESIA)
        assert (found.local_date if found else None) == held

    def test_the_next_one_is_never_a_day_on_which_nobody_is_asked(self) -> None:
        daily = Rule(Cadence.DAILY, date(2026, 11, 2), jakarta(9).time(), "UTC")
        friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
        found = next_held(daily, friday, INDONESIA, ())
        assert found is not None
        assert found.local_date == date(2026, 11, 30)
        saturdays = Rule(Cadence.WEEKLY, date(2026, 11, 28), jakarta(9).time(), "UTC")
        assert next_held(saturdays, friday, INDONESIA, ()) is None

    @pytest.mark.parametrize("runs_on_sunday", [True, False])
    async def test_a_month_that_begins_on_a_sunday_has_its_review_on_monday(
        self, denyut: Bench, runs_on_sunday: bool
    ) -> None:
        denyut.now = jakarta(15, day=29, month=10)
        said = await denyut.command(f"/checkin team {SALES} monthly review 1 09:00 post 15:00", user="U0BOB")
        assert "Mon 2 Nov" in said.text
        if runs_on_sunday:
            await denyut.ticks(jakarta(20, day=1), timedelta(hours=3))
        await denyut.tick(jakarta(7, 59, day=2))
        assert denyut.dms("U0BOB") == []
        await denyut.tick(jakarta(8, day=2))
        assert len(denyut.dms("U0BOB")) == 1, "nine o'clock in Makassar"
        await denyut.ticks(jakarta(20, day=3), timedelta(hours=1))
        run = the_run(denyut, date(2026, 11, 2))
        assert run is not None
        assert run.state is RunState.POSTED
        assert len(denyut.posts("C0SALES")) == 1
        assert period_of(run.definition.period, run.local_date).first == date(2026, 10, 1), "about the month before"

    async def test_one_set_up_after_its_sunday_makes_nothing_up(self, denyut: Bench) -> None:
        denyut.now = jakarta(15, day=1)
        await denyut.command(f"/checkin team {SALES} monthly review 1 09:00 post 15:00", user="U0BOB")
        await denyut.ticks(jakarta(20, day=3), timedelta(hours=1))
        assert denyut.do(lambda db: db.checkins.runs_of(the_checkin_id(db))) == []


def the_checkin_id(db: Any) -> str:
    return str(db.checkins.all()[0].id)


async def test_help_that_an_outage_held_up_is_told_in_the_morning(denyut: Bench) -> None:
    await standup(denyut)
    await denyut.ticks(jakarta(9), timedelta(minutes=30))
    await answer(denyut, "U0CITRA", blocker="Kontrak menunggu legal")
    post = await post_of(denyut)
    await denyut.press(post, "Saya bantu", user="U0BOB")
    await denyut.tick(jakarta(22))
    assert not helped(denyut)
    await denyut.tick(jakarta(9, day=30))
    assert helped(denyut)


def helped(denyut: Bench) -> list[Posted]:
    return [each for each in denyut.dms("U0CITRA") if "membantu hambatanmu" in each.message.text]


async def test_a_zone_this_system_does_not_know_holds_nobody_up(denyut: Bench) -> None:
    denyut.do(lambda db: db.members.refresh([Member("U0ODD", "Odd", "en-US", "Mars/Olympus")]))
    await standup(denyut)
    await denyut.tick(jakarta(8))
    assert len(denyut.dms("U0BOB")) == 1, "nine o'clock in Makassar"
