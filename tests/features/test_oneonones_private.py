"""Only the two can see a one-on-one: every listener, by everybody else, in every state of a meeting, finds nothing and
changes nothing; no text says anything of a survey; and the log holds none of what people wrote."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.one_on_ones import MeetingState
from bot.slack import ids
from tests.features.harness import Bench
from tests.features.test_oneonones import FIRST, MORNING_BEFORE, begin, dm

SECRETS = ("the secret salary", "rahasia gaji", "notes of the two", "promised to nobody else")
CLICKS = sorted(value for name, value in vars(ids).items() if name.startswith("ONE_ON_ONE_") and "FORM" not in name)
CLICKS = [each for each in CLICKS if each not in (ids.ONE_ON_ONE_NOTE, ids.ONE_ON_ONE_NEW)]
FORMS = (ids.ONE_ON_ONE_FORM, ids.ONE_ON_ONE_POINT_FORM, ids.ONE_ON_ONE_MOVE_FORM, ids.ONE_ON_ONE_WRITE_FORM)
OTHERS = {
    "an admin": "U0AYU",
    "the partner of another pair": "U0EMMA",
    "a colleague": "U0DEWI",
    "a guest": "U0GUEST",
    "an outsider": "U0OUT",
    "who was deactivated": "U0GONE",
}
STATES = (MeetingState.PROPOSED, MeetingState.PLANNED, MeetingState.HELD, MeetingState.SKIPPED)


def stored(denyut: Bench) -> Any:
    def read(db: Any) -> Any:
        pairs = db.one_on_ones.all()
        points = [point for pair in pairs for point in db.one_on_ones.open_points(pair.id)]
        schedules = [schedule.rule for schedule in db.schedules.active()]
        return pairs, db.one_on_ones.meetings([pair.id for pair in pairs]), points, schedules

    return denyut.do(read)


def seen(denyut: Bench, answer: Any, before: tuple[int, int]) -> str:
    """Everything somebody was shown since: the answer, replies and forms."""
    responses, forms = before
    return f"{answer.body} {denyut.slack.responses[responses:]} {denyut.slack.shown[forms:]}"


async def filled(denyut: Bench) -> tuple[str, str, str]:
    """A one-on-one of Bob and Citra with secrets of every kind, and another one of Bob and Emma."""
    pair = await begin(denyut)
    await denyut.command("/checkin 1on1 <@U0BOB|bob> weekly fri 10:00", user="U0EMMA")
    await denyut.command(f"/checkin 1on1 <@U0CITRA|citra> point {SECRETS[0]}", user="U0BOB")
    await denyut.command(f"/checkin 1on1 <@U0BOB|bob> poin {SECRETS[1]}", user="U0CITRA")
    await denyut.tick(MORNING_BEFORE)
    await denyut.tick(FIRST + timedelta(hours=1))
    await denyut.press(dm(denyut, "U0BOB", "How did your one-on-one with <@U0CITRA>"), "Write it down", user="U0BOB")
    await denyut.submit(denyut.form(), {"notes": SECRETS[2], "action_1": SECRETS[3]}, user="U0BOB")
    point = denyut.do(lambda db: db.one_on_ones.open_points(pair.id))[0].id
    coming = denyut.do(lambda db: db.one_on_ones.meetings([pair.id]))[-1]
    return pair.id, point, str(coming.local_date)


def set_state(db: Any, pair_id: str, state: MeetingState) -> None:
    for meeting in db.one_on_ones.meetings([pair_id]):
        db.one_on_ones.change_meeting(replace(meeting, state=state), meeting.state)


def form_of(callback_id: str, pair: str, on: str) -> Mapping[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "blocks": [],
        "private_metadata": ids.pack(pair=pair, on=on, zone="Asia/Jakarta"),
    }


@pytest.mark.parametrize("user", OTHERS.values(), ids=OTHERS.keys())
async def test_nobody_else_finds_or_changes_anything(denyut: Bench, user: str) -> None:
    pair, point, on = await filled(denyut)
    for state in STATES:
        denyut.do(lambda db, state=state: set_state(db, pair, state))
        before = stored(denyut)
        assert {meeting.state for meeting in before[1] if meeting.one_on_one_id == pair} == {state}
        said = await everything_tried(denyut, user, pair, point, on)
        assert not [secret for secret in SECRETS if secret in said]
        assert stored(denyut) == before


async def everything_tried(denyut: Bench, user: str, pair: str, point: str, on: str) -> str:
    """What somebody is shown who presses every button, sends every form and types everything."""
    shown = len(denyut.slack.responses), len(denyut.slack.shown)
    said = ""
    for action_id in CLICKS:
        answer = await denyut.click(action_id, ids.pack(pair=pair, on=on, point=point), user=user)
        said += seen(denyut, answer, shown)
    for callback_id in FORMS:
        said += seen(denyut, await denyut.submit(form_of(callback_id, pair, on), {}, user=user), shown)
    for line in ("", "agenda", "point x", "skip", "take", "move fri 10:00", "notes x", "end"):
        for other in ("<@U0BOB|bob>", "<@U0CITRA|citra>"):
            if user == "U0EMMA" and other == "<@U0BOB|bob>":
                continue  # theirs
            said += seen(denyut, await denyut.command(f"/checkin 1on1 {other} {line}", user=user), shown)
    return said + seen(denyut, await denyut.command("/checkin 1on1", user=user), shown)


async def test_the_two_find_all_of_it(denyut: Bench) -> None:
    """The control of the test above: the same ways show the same secrets to the two."""
    pair, _, on = await filled(denyut)
    for user in ("U0BOB", "U0CITRA"):
        shown = len(denyut.slack.responses), len(denyut.slack.shown)
        said = seen(denyut, await denyut.click(ids.ONE_ON_ONE_OPENED, ids.pack(pair=pair), user=user), shown)
        assert [secret for secret in SECRETS if secret in said] == list(SECRETS)
    before = stored(denyut)
    for user in ("U0BOB", "U0CITRA"):
        await denyut.click(ids.ONE_ON_ONE_SKIP, ids.pack(pair=pair, on=on), user=user)
        await denyut.click(ids.ONE_ON_ONE_END, ids.pack(pair=pair), user=user)
    assert stored(denyut) != before


async def test_messages_go_to_the_two_alone(denyut: Bench) -> None:
    await filled(denyut)
    await denyut.ticks(FIRST + timedelta(days=14), timedelta(hours=6))
    reached = {posted.channel for posted in denyut.slack.posted for each in SECRETS if each in str(posted.message)}
    assert reached == {"D0BOB", "D0CITRA"}


async def test_the_log_holds_nothing_of_what_people_wrote(
    denyut: Bench, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG", logger="bot")
    await filled(denyut)
    await denyut.command("/checkin 1on1 <@U0CITRA|citra> weekly gibberish", user="U0BOB")
    logged = caplog.text + capsys.readouterr().out
    assert "refused" in logged, "something is logged at all"
    assert not [secret for secret in SECRETS if secret in logged]


class TestSurveys:
    COMMENT = "my boss shouts at us every day"

    async def surveyed(self, denyut: Bench) -> None:
        """An anonymous round in which both answered with a comment."""
        await denyut.command("/pulse enps <#C0SALES|sales>")
        await denyut.command("/pulse send")
        await denyut.tick()
        for user in ("U0BOB", "U0CITRA"):
            question = denyut.dms(user)[0]
            await denyut.press(question, "survey.score:2", user=user)
            await denyut.press(question, ids.REASON_OPENED, user=user)
            form = denyut.form()
            block = next(each["block_id"] for each in form["blocks"] if each["type"] == "input")
            assert not (await denyut.submit(form, {block: self.COMMENT}, user=user)).errors

    def texts(self, denyut: Bench) -> str:
        """All that anybody was ever shown of one-on-ones."""
        sent = denyut.do(lambda db: db.deliveries.of_purposes(PURPOSES, datetime(2026, 1, 1, tzinfo=UTC)))
        here = {(each.channel, each.ts) for each in sent}
        posted = [each for each in denyut.slack.posted if (each.channel, each.ts) in here]
        return "\n".join(str((each.message, each.history)) for each in posted)

    async def test_no_text_says_anything_of_a_survey(self, denyut: Bench) -> None:
        await self.surveyed(denyut)
        await begin(denyut)
        await denyut.ticks(FIRST + timedelta(hours=2), timedelta(hours=3))
        said = self.texts(denyut)
        assert "Your one-on-one with" in said
        assert "How did your one-on-one" in said
        assert not [word for word in TELLTALES if word in said.casefold()]

    async def test_what_one_of_them_repeats_of_a_survey_would_be_found(self, denyut: Bench) -> None:
        await begin(denyut)
        await denyut.command(f"/checkin 1on1 <@U0CITRA|citra> point {self.COMMENT}, says the eNPS", user="U0BOB")
        await denyut.tick(MORNING_BEFORE)
        assert {"enps", "my boss shouts"} <= {word for word in TELLTALES if word in self.texts(denyut).casefold()}

    @pytest.mark.parametrize("room", ["answers", "rounds", "surveys", "participations"])
    def test_the_feature_reads_nothing_of_surveys(self, room: str) -> None:
        assert not any(f"db.{room}" in source for source in sources("oneonones"))

    def test_reading_surveys_would_be_found(self) -> None:
        assert any("db.rounds" in source for source in sources("surveys"))


PURPOSES = [
    f"oneonones.{each}"
    for each in ("set_up", "rhythm", "ended", "proposed", "no_slot", "told", "agenda", "after", "changed")
]
TELLTALES = ("enps", "my boss shouts", "promoter", "detractor", "survey", "survei", "anonym", "anonim", "pulse")


def sources(feature: str) -> list[str]:
    root = Path(__file__).parents[2] / "bot" / feature
    return [path.read_text(encoding="utf-8") for path in root.rglob("*.py")]


def test_every_click_of_the_feature_was_tried(denyut: Bench) -> None:
    registered = {each for each in denyut.registry.clicks if each.startswith("oneonone.")}
    assert registered == {*CLICKS, ids.ONE_ON_ONE_NEW}
    assert {each for each in denyut.registry.forms if each.startswith("oneonone.")} == set(FORMS)
