"""The form that sets a summary up: what it offers, the test post, what is saved, and what is wrong at its input."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.enps import SCALE_0_10
from bot.domain.entries import Entry
from bot.domain.schedules import Cadence, Rule, ScheduleKind
from bot.domain.summaries import Summary, SummaryDefinition
from bot.domain.surveys import Round, RoundState, Survey, enps_definition
from storage import new_id
from tests.features.conftest import THURSDAY
from tests.features.form_elements import elements, states
from tests.features.harness import Bench

WEEKLY = "/kpi summary <#C0SALES|sales> weekly mon 09:00"


def summaries(denyut: Bench) -> list[Summary]:
    return list(denyut.do(lambda db: db.summaries.all()))


def rule_of(denyut: Bench, summary: Summary) -> Rule:
    rule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SUMMARY, summary.id)).rule
    assert isinstance(rule, Rule)
    return rule


def inputs(form: dict[str, Any]) -> list[str]:
    return [block["block_id"] for block in form["blocks"] if block["type"] == "input"]


def element(form: dict[str, Any], block_id: str) -> dict[str, Any]:
    return next(block["element"] for block in form["blocks"] if block.get("block_id") == block_id)


def words(view: dict[str, Any]) -> str:
    return str([block.get("text") or block.get("elements") for block in view["blocks"]])


def closed_enps(denyut: Bench, channel: str, handle: str = "") -> Survey:
    """A survey of a channel whose first round closed an hour ago."""
    survey = Survey(
        new_id(), handle or f"enps-{channel.lower()}", enps_definition(channel, SCALE_0_10), "U0AYU", THURSDAY
    )
    at = denyut.now - timedelta(hours=1)
    times = {"opened_at": at - timedelta(days=5), "closes_at": at, "closed_at": at}
    limits = {"asked": 30, "min_score": 5, "min_comments": 10, "started_by": "U0AYU"}
    closed = Round(new_id(), survey.id, 1, RoundState.CLOSED, survey.definition, **times, **limits)  # type: ignore[arg-type]
    denyut.do(lambda db: db.surveys.add(survey))
    denyut.do(lambda db: db.rounds.add(closed))
    denyut.do(lambda db: db.answers.import_counts(closed.id, "enps", {9: 12, 7: 6, 3: 6}))
    return survey


async def opened(denyut: Bench, user: str = "U0BOB", channel: str = "C0SALES") -> dict[str, Any]:
    listed = await denyut.command("/kpi summary", user=user, channel=channel)
    button = {"U0BOB": "Set one up"}.get(user, "Buat ringkasan")
    await denyut.press(listed, button, user=user)
    return denyut.form()


async def own(denyut: Bench, form: dict[str, Any], cadence: str, user: str = "U0BOB") -> dict[str, Any]:
    """The form with a rhythm chosen by hand."""
    await denyut.choose(form, "summary.form_changed:preset", "own", user=user)
    await denyut.choose(denyut.form(), "summary.form_changed:cadence", cadence, user=user)
    return denyut.form()


@pytest.mark.parametrize("way", ["/kpi summary new", "/kpi ringkasan baru"])
async def test_words_open_the_same_form_as_the_button(denyut: Bench, way: str) -> None:
    by_button = await opened(denyut)
    await denyut.command(way, user="U0BOB")
    assert denyut.form() == by_button


async def test_as_it_opens_it_needs_one_click(denyut: Bench) -> None:
    form = await opened(denyut, "U0CITRA")
    assert element(form, "channel")["initial_conversation"] == "C0SALES", "it was opened there"
    assert element(form, "zone")["initial_value"] == "Asia/Jakarta"
    answer = await denyut.submit(form, {}, user="U0CITRA")
    assert answer.body["response_action"] == "update"
    assert "setiap Senin pukul 09.00" in words(answer.body["view"])
    (summary,) = summaries(denyut)
    assert (summary.channel_id, summary.language, summary.created_by) == ("C0SALES", "id", "U0CITRA")
    assert summary.definition == SummaryDefinition()
    assert rule_of(denyut, summary) == Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Asia/Jakarta")


@pytest.mark.parametrize(
    ("cadence", "shown", "chosen", "rule"),
    [
        ("daily", [], {}, (date(2026, 11, 27), time(7, 30))),
        ("weekly", ["weekday"], {"weekday": "3"}, (date(2026, 12, 3), time(7, 30))),
        ("two_weeks", ["first"], {"first": "2026-12-08"}, (date(2026, 12, 8), time(7, 30))),
        ("monthly", ["day"], {"day": "31"}, (date(2026, 1, 31), time(7, 30))),
        ("quarterly", ["day"], {"day": "2"}, (date(2026, 1, 2), time(7, 30))),
    ],
)
async def test_every_rhythm_asks_for_its_own_day(
    denyut: Bench, cadence: str, shown: list[str], chosen: dict[str, str], rule: tuple[date, time]
) -> None:
    form = await own(denyut, await opened(denyut), cadence)
    assert [each for each in inputs(form) if each in ("weekday", "first", "day")] == shown
    await denyut.submit(form, {**chosen, "time": "07:30", "zone": "wita"}, user="U0BOB")
    (summary,) = summaries(denyut)
    assert rule_of(denyut, summary) == Rule(Cadence(cadence), rule[0], rule[1], "Asia/Makassar")


async def test_everything_it_offers_is_saved(denyut: Bench) -> None:
    survey = closed_enps(denyut, "C0SALES")
    form = await opened(denyut)
    await denyut.submit(
        form,
        {
            "language": "id", "kpis": ["leads", "revenue"], "surveys:C0SALES": [survey.id],
            "extras": ["shows_surveys", "silent"], "lead": "U0CITRA", "preset": "this_week",
        },
        user="U0BOB",
    )  # fmt: skip
    (summary,) = summaries(denyut)
    assert summary.language == "id"
    assert summary.definition == SummaryDefinition(
        ("leads", "revenue"), (survey.id,), silent_when_empty=True, lead_id="U0CITRA"
    )
    assert rule_of(denyut, summary).at == time(16)


async def test_only_the_channel_s_own_surveys_can_be_chosen(denyut: Bench) -> None:
    survey, other = closed_enps(denyut, "C0SALES"), closed_enps(denyut, "C0PAIR")
    form = await opened(denyut)
    assert [each["value"] for each in element(form, "surveys:C0SALES")["options"]] == [survey.id]
    await denyut.choose(form, "summary.form_changed:channel", "C0PAIR", inputs={"lead": "U0CITRA"}, user="U0BOB")
    moved = denyut.form()
    assert [each["value"] for each in element(moved, "surveys:C0PAIR")["options"]] == [other.id]
    assert element(moved, "lead")["initial_user"] == "U0CITRA", "nothing is lost when the form changes"
    await denyut.choose(moved, "summary.form_changed:channel", "C0SECRET", user="U0BOB")
    assert "No survey asks exactly this channel" in words(denyut.form())


@pytest.mark.parametrize(
    ("given", "place", "said"),
    [
        ({"zone": "Jakarta/Asia"}, "zone", "I do not know the time zone “Jakarta/Asia”"),
        ({"zone": ""}, "zone", "I do not know the time zone"),
        ({"channel": None}, "channel", "Choose the channel"),
        ({"lead": "U0GUEST"}, "lead", "Only a member of this workspace"),
        ({"lead": "U0GONE"}, "lead", "Only a member of this workspace"),
    ],
)
async def test_what_is_wrong_is_said_at_its_input(denyut: Bench, given: dict[str, Any], place: str, said: str) -> None:
    answer = await denyut.submit(await opened(denyut), given, user="U0BOB")
    assert set(answer.errors) == {place}
    assert said in answer.errors[place]
    assert summaries(denyut) == []


async def test_a_second_one_at_the_very_same_times_is_not_saved(denyut: Bench) -> None:
    await denyut.command(WEEKLY, user="U0EMMA")
    same = {"zone": "Europe/Amsterdam"}
    answer = await denyut.submit(await opened(denyut), same, user="U0BOB")
    assert "already gets a summary at exactly these times" in answer.errors["preset"]
    await denyut.submit(await opened(denyut), {"zone": "Asia/Makassar"}, user="U0BOB")
    assert len(summaries(denyut)) == 2


@pytest.mark.parametrize("first", [None, "2026-11-20"])
async def test_every_two_weeks_needs_a_first_day_ahead(denyut: Bench, first: str | None) -> None:
    form = await own(denyut, await opened(denyut), "two_weeks")
    answer = await denyut.submit(form, {"first": first}, user="U0BOB")
    assert set(answer.errors) == {"first"}
    assert summaries(denyut) == []


async def test_the_same_form_sent_twice_saves_once(denyut: Bench) -> None:
    form = await opened(denyut)
    payload = {
        "type": "view_submission", "team": {"id": "T0TEST"}, "user": {"id": "U0BOB", "team_id": "T0TEST"},
        "trigger_id": "t", "api_app_id": "A0DENYUT",
        "view": {"id": "V1", **form, "hash": "h", "state": {"values": {
            "channel": {"x": {"type": "conversations_select", "selected_conversation": "C0SALES"}},
            "zone": {"typed": {"type": "plain_text_input", "value": "Asia/Makassar"}},
            "extras": {"chosen": {"type": "checkboxes", "selected_options": []}},
        }}},
    }  # fmt: skip
    first, second = await denyut.dispatch(payload), await denyut.dispatch(payload)
    assert len(summaries(denyut)) == 1
    assert words(first.body["view"]) == words(second.body["view"])


class TestTrial:
    async def test_it_comes_to_the_author_alone_before_anything_is_saved(self, denyut: Bench) -> None:
        entry = Entry(new_id(), "leads", "U0BOB", Decimal(12), date(2026, 11, 24), "U0BOB", denyut.now, source=new_id())
        denyut.do(lambda db: db.kpis.add(entry))
        form = await opened(denyut)
        await denyut.press(form, "Send me a test post", user="U0BOB")
        assert "is on its way to your messages" in words(denyut.form())
        await denyut.tick()
        post, *thread = denyut.dms("U0BOB")
        assert post.message.text.startswith("Test: not posted in <#C0SALES>")
        assert "Leads" in post.message.text
        assert [each.thread_ts for each in thread] == [post.ts] * len(thread)
        assert denyut.posts("C0SALES") == []
        assert summaries(denyut) == []

    async def test_the_form_keeps_what_was_chosen_for_it(self, denyut: Bench) -> None:
        form = await own(denyut, await opened(denyut), "monthly")
        state = {"day": "15", "kpis": ["leads"], "lead": "U0CITRA", "zone": "WIB", "extras": ["silent"]}
        await self.press(denyut, form, state)
        after = denyut.form()
        assert element(after, "day")["initial_option"]["value"] == "15"
        assert [each["value"] for each in element(after, "kpis")["initial_options"]] == ["leads"]
        assert element(after, "lead")["initial_user"] == "U0CITRA"
        assert element(after, "zone")["initial_value"] == "WIB"
        assert [each["value"] for each in element(after, "extras")["initial_options"]] == ["silent"]

    async def test_what_is_missing_for_it_is_said_in_the_form(self, denyut: Bench) -> None:
        await self.press(denyut, await opened(denyut), {"zone": "<!channel>", "channel": None})
        assert "“&lt;!channel&gt;”" in words(denyut.form()), "what was typed is no mention"
        assert "For a test I still need:" in words(denyut.form())
        assert "Choose the channel" in words(denyut.form())
        await denyut.tick()
        assert denyut.dms("U0BOB") == []

    @pytest.mark.parametrize(("user", "is_told"), [("U0BOB", True), ("U0EMMA", False)])
    async def test_a_channel_s_enps_is_in_it_for_its_own_people_alone(
        self, denyut: Bench, user: str, is_told: bool
    ) -> None:
        closed_enps(denyut, "C0PAIR")  # whose members are Ayu and Bob
        await denyut.command("/checkin language en", user=user)
        await denyut.command("/kpi summary new", user=user, channel="C0PAIR")
        await denyut.press(denyut.form(), "Send me a test post", user=user)
        await denyut.tick()
        said = "\n".join(each.message.text for each in denyut.dms(user))
        assert "Test: not posted in <#C0PAIR>" in said
        assert ("closed Thu 26 Nov" in said) is is_told
        assert ("You are not in <#C0PAIR>" in said) is not is_told

    async def press(self, denyut: Bench, form: dict[str, Any], state: dict[str, Any]) -> None:
        """Presses the button with this in the inputs, as Slack sends it."""
        action = next(each for _, each in elements(form["blocks"]) if each["action_id"] == "summary.tried")
        payload = {
            "type": "block_actions", "team": {"id": "T0TEST"}, "user": {"id": "U0BOB", "team_id": "T0TEST"},
            "trigger_id": "t1", "api_app_id": "A0DENYUT", "actions": [{**action, "block_id": "b", "action_ts": "1"}],
            "view": {"id": "V1", "hash": "1.a", **form, "state": {"values": states(form["blocks"], state)}},
            "container": {"type": "view", "view_id": "V1"},
        }  # fmt: skip
        await denyut.dispatch(payload)


class TestChanging:
    async def test_it_opens_as_the_summary_is(self, denyut: Bench) -> None:
        await denyut.command("/kpi summary <#C0SALES|sales> monthly on the 31st 08:15", user="U0BOB")
        (summary,) = summaries(denyut)
        shows = SummaryDefinition(("leads",), shows_surveys=False, silent_when_empty=True, lead_id="U0EMMA")
        denyut.do(lambda db: db.summaries.change(summary.id, "C0SALES", "id", shows))
        await denyut.press(await denyut.command("/kpi summary", user="U0BOB"), "Change", user="U0BOB")
        form = denyut.form()
        before = rule_of(denyut, summary)
        await denyut.submit(form, {}, user="U0BOB")
        assert summaries(denyut) == [replace(summary, language="id", definition=shows)]
        assert rule_of(denyut, summary) == before

    async def test_it_moves_and_keeps_its_author(self, denyut: Bench) -> None:
        await denyut.command(WEEKLY, user="U0BOB")
        (summary,) = summaries(denyut)
        await denyut.command("/kpi ringkasan ubah", user="U0AYU", channel="C0SALES")  # an admin
        answer = await denyut.submit(denyut.form(), {"channel": "C0PAIR", "preset": "this_week"}, user="U0AYU")
        assert "Diubah" in words(answer.body["view"])
        (moved,) = summaries(denyut)
        assert (moved.id, moved.channel_id, moved.created_by) == (summary.id, "C0PAIR", "U0BOB")
        await denyut.tick(datetime(2026, 11, 27, 8, tzinfo=UTC))
        assert (bool(denyut.posts("C0PAIR")), denyut.posts("C0SALES")) == (True, [])

    async def test_one_that_was_stopped_meanwhile_is_not_changed(self, denyut: Bench) -> None:
        await denyut.command(WEEKLY, user="U0BOB")
        await denyut.command("/kpi summary change", user="U0BOB", channel="C0SALES")
        form = denyut.form()
        await denyut.command("/kpi summary stop", user="U0BOB", channel="C0SALES")
        answer = await denyut.submit(form, {}, user="U0BOB")
        assert "no longer works" in str(answer.errors)
        assert summaries(denyut) == []

    async def test_who_may_not_change_it_may_not_send_its_form_either(self, denyut: Bench) -> None:
        await denyut.command(WEEKLY, user="U0BOB")
        await denyut.command("/kpi summary change", user="U0BOB", channel="C0SALES")
        answer = await denyut.submit(denyut.form(), {"channel": "C0PAIR"}, user="U0EMMA")
        assert "Only the person who set up this summary" in str(answer.errors)
        assert summaries(denyut)[0].channel_id == "C0SALES"

    @pytest.mark.parametrize("user", ["U0GUEST", "U0OUT"])
    async def test_guests_and_outsiders_open_nothing(self, denyut: Bench, user: str) -> None:
        await denyut.command("/kpi summary new", user=user)
        await denyut.click("summary.opened", '{"v":1}', user=user)
        assert denyut.slack.views == []


async def test_a_channel_the_bot_cannot_see_is_told_after_saving(denyut: Bench) -> None:
    await denyut.submit(await opened(denyut), {"channel": "C0SECRET"}, user="U0BOB")
    await denyut.tick()
    (note,) = denyut.dms("U0BOB")
    assert "I cannot see <#C0SECRET>" in note.message.text
