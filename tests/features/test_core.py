"""What holds for every command, click and form, whatever feature it belongs to."""

import asyncio
from typing import Any

import pytest

from bot.domain.members import Member
from bot.playground.slack_error import SlackError
from bot.slack import ids
from bot.slack.blocks import Message, field, text_input
from bot.slack.errors import SlackRefused
from bot.transports import dispatch
from tests.features.harness import TEAM, Bench, checked, checked_view


async def test_help_after_a_sub_command_is_its_own_line(denyut: Bench) -> None:
    told = await denyut.command("/kpi log help", user="U0BOB")
    assert told.text.startswith("`/kpi log KPI VALUE")
    assert "\n" not in told.text
    assert (await denyut.command("/kpi catat bantuan")).text.startswith("`/kpi catat KPI")


async def test_help_lists_every_sub_command_in_the_persons_language(denyut: Bench) -> None:
    for command in ("/kpi", "/pulse", "/checkin"):
        english = await denyut.command(f"{command} help", user="U0BOB")
        indonesian = await denyut.command(f"{command} bantuan", user="U0AYU")
        for sub in denyut.registry.listed(command):
            assert f"`{command} {sub.name}" in english.text
            assert denyut.registry.spoken_name(sub, denyut.services.texts.t("id")) in indonesian.text


async def test_words_of_the_other_language_work_too(denyut: Bench) -> None:
    answer = await denyut.command("/kpi bantuan", user="U0BOB")
    assert "What you can do" in answer.text


async def test_a_mistyped_sub_command_is_asked_about_and_changes_nothing(denyut: Bench) -> None:
    answer = await denyut.command("/kpi lgo revenue 5", user="U0BOB")
    assert "Did you mean `/kpi log`" in answer.text
    assert denyut.do(lambda db: db.kpis.history("revenue")) == []


@pytest.mark.parametrize("words", ["", "   ", "\t", "x" * 3000, "<!channel>", "a\x00b", "💥" * 50, "‮abc"])
async def test_absurd_words_get_one_private_sentence(denyut: Bench, words: str) -> None:
    for command in ("/kpi", "/pulse", "/checkin"):
        answer = await denyut.command(f"{command} {words}", user="U0BOB")
        assert answer.status == 200
        assert answer.text
        assert answer.body["response_type"] == "ephemeral"
        assert "reference" not in answer.text
        assert "<!channel>" not in answer.text


async def test_what_nobody_handles_is_acknowledged(denyut: Bench) -> None:
    assert (await denyut.click("no.such.action", "x")).status == 200
    assert (await denyut.event({"type": "no_such_event", "user": "U0AYU"})).status == 200
    assert (await denyut.submit({"type": "modal", "callback_id": "no.such.form", "blocks": []}, {})).status == 200
    shortcut = {
        "type": "shortcut",
        "callback_id": "x",
        "team": {"id": TEAM},
        "user": {"id": "U0AYU"},
        "trigger_id": "1",
    }
    assert (await denyut.dispatch(shortcut)).status == 200


async def test_a_button_we_did_not_make_is_told_kindly(denyut: Bench) -> None:
    await denyut.click("kpi.undo", "{not json", user="U0BOB")
    _, said, replaced = denyut.slack.responses[-1]
    assert "no longer works" in said.text
    assert not replaced


async def test_an_outsider_of_a_shared_channel_is_sent_away_kindly_and_changes_nothing(denyut: Bench) -> None:
    answer = await denyut.command("/kpi log revenue 5", user="U0OUT")
    assert "members of this workspace" in answer.text
    assert denyut.do(lambda db: db.kpis.history("revenue")) == []


async def test_a_stranger_is_known_by_the_workspace_of_their_click(denyut: Bench) -> None:
    """users.list does not know people of other organisations; the payload says where they belong."""
    await denyut.click("kpi.log_opened", '{"v":1}', user="U9STRANGER", home="T9OTHER")
    assert denyut.slack.views == []
    assert "members of this workspace" in denyut.slack.responses[-1][1].text
    await denyut.click("kpi.log_opened", '{"v":1}', user="U0BOB")
    assert len(denyut.slack.views) == 1, "a member's click opens the form"


async def test_nothing_is_written_under_the_workspace_of_a_payload(denyut: Bench) -> None:
    await denyut.dispatch(
        {
            "command": "/kpi", "text": "log leads 4", "team_id": "T9OTHER", "user_id": "U0BOB", "channel_id": "C0SALES",
            "trigger_id": "t", "response_url": "http://127.0.0.1/response/1",
        }
    )  # fmt: skip
    assert denyut.storage.read_now("T9OTHER", lambda db: db.kpis.history("leads")) == []
    assert denyut.do(lambda db: db.kpis.history("leads")) == []


@pytest.mark.parametrize("line", ["/kpi log leads 4", "/kpi target leads 40", "/pulse enps <#C0SALES|sales>", "/kpi"])
async def test_guests_are_told_kindly_whom_to_ask(denyut: Bench, line: str) -> None:
    assert "full members" in (await denyut.command(line, user="U0GUEST")).text
    assert denyut.do(lambda db: (db.kpis.history("leads"), db.targets.active(), db.surveys.all())) == ([], [], [])


async def test_a_click_with_nothing_in_it_is_acknowledged(denyut: Bench) -> None:
    payload = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": "U0BOB"}, "trigger_id": "1"}
    for actions in ([], [{}], [{"action_id": ""}]):
        assert (await denyut.dispatch({**payload, "actions": actions})).status == 200


async def test_a_form_opens_after_the_acknowledgement_however_slow_slack_is(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    opened = denyut.slack.open_view

    async def slow(*given: Any, **more: Any) -> None:
        await go_on.wait()
        await opened(*given, **more)

    monkeypatch.setattr(denyut.slack, "open_view", slow)
    payload = {
        "command": "/kpi", "text": "log", "team_id": TEAM, "user_id": "U0BOB", "channel_id": "C0SALES",
        "trigger_id": "t", "response_url": "http://127.0.0.1/response/1",
    }  # fmt: skip
    response = await dispatch(denyut.denyut.bolt, payload, {})
    assert (response.status, response.body) == (200, "")
    assert denyut.slack.views == []
    go_on.set()
    await denyut.denyut.drain()
    assert len(denyut.slack.views) == 1


async def test_a_form_that_slack_does_not_open_is_told(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def expired(*_: Any, **__: Any) -> None:
        raise SlackRefused("expired_trigger_id", "views.open")

    monkeypatch.setattr(denyut.slack, "open_view", expired)
    await denyut.command("/kpi log", user="U0BOB")
    assert "did not open the form" in denyut.slack.responses[-1][1].text


async def test_a_reply_with_a_chart_follows_the_acknowledgement(denyut: Bench) -> None:
    """There the gateway can repeat it without the chart, should Slack refuse that."""
    for week in (0, 7, 14):
        await denyut.command(f"/kpi log revenue {week + 5} on 2026-11-{25 - week}", user="U0BOB")
    payload = {
        "command": "/kpi", "text": "show revenue", "team_id": TEAM, "user_id": "U0BOB", "channel_id": "C0SALES",
        "trigger_id": "t", "response_url": "http://127.0.0.1/response/9",
    }  # fmt: skip
    response = await dispatch(denyut.denyut.bolt, payload, {})
    assert response.body == ""
    await denyut.denyut.drain()
    url, said, replaced = denyut.slack.responses[-1]
    assert (url, replaced) == ("http://127.0.0.1/response/9", False)
    assert "data_visualization" in [block["type"] for block in said.blocks]


async def test_a_bug_gives_a_reference_and_never_silence(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: Any) -> None:
        raise RuntimeError("secret detail")

    sub = denyut.registry.sub_commands["/kpi"]["list"]
    monkeypatch.setitem(denyut.registry._spoken["/kpi"], "list", type(sub)(sub.command, sub.name, sub.feature, broken))
    answer = await denyut.command("/kpi list", user="U0BOB")
    assert answer.status == 200
    assert "reference" in answer.text
    assert "secret" not in answer.text


async def test_a_database_that_fails_is_told_too(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise OSError("disk")

    monkeypatch.setattr(denyut.storage, "read", broken)
    answer = await denyut.command("/kpi list", user="U0BOB")
    assert answer.status == 200
    assert "nothing was changed" in answer.text


async def test_a_member_who_changes_in_slack_changes_here(denyut: Bench) -> None:
    profile = {"id": "U0BOB", "name": "bob", "real_name": "Bob", "locale": "id-ID", "tz": "Asia/Jakarta", "profile": {}}
    await denyut.event({"type": "user_change", "user": {**profile, "team_id": TEAM}})
    member = denyut.do(lambda db: db.members.get("U0BOB"))
    assert (member.slack_locale, member.slack_zone) == ("id-ID", "Asia/Jakarta")


async def test_somebody_new_is_greeted_in_the_default_language(denyut: Bench) -> None:
    answer = await denyut.command("/kpi help", user="U0NEW")
    assert "What you can do" in answer.text


async def test_no_command_waits_for_slack(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command is answered in its acknowledgement: none of the gateway's calls may stand before it."""

    async def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("a Web API call before the acknowledgement")

    for name in ("post", "update", "channel_members", "user", "users", "channel"):
        monkeypatch.setattr(denyut.slack, name, forbidden)
    for line in ("/kpi log revenue 5", "/kpi show", "/pulse enps <#C0SALES|sales>", "/pulse list", "/checkin"):
        payload_answer = await denyut.command(line, user="U0BOB")
        assert payload_answer.text
        assert "reference" not in payload_answer.text


async def test_the_members_own_language_wins_over_slacks(denyut: Bench) -> None:
    denyut.do(lambda db: db.members.refresh([Member("U0EMMA", "Emma", "en-GB", "Europe/Amsterdam")]))
    await denyut.command("/checkin language indonesia", user="U0EMMA")
    assert "Yang bisa kamu lakukan" in (await denyut.command("/kpi help", user="U0EMMA")).text


async def test_what_people_type_arrives_as_they_typed_it(denyut: Bench) -> None:
    await denyut.command("/kpi log revenue 5 note R&amp;D &lt;3 <https://example.com|example.com>", user="U0BOB")
    (entry,) = denyut.do(lambda db: db.kpis.history("revenue"))
    assert entry.note == "R&D <3 https://example.com"


async def test_whoever_is_mentioned_in_a_note_is_there_by_name(denyut: Bench) -> None:
    words = "ask <@U0BOB|bob>, <!subteam^S0TEAM|@sales-team> in <#C0SALES|sales> or <!subteam^S0TEAM>"
    await denyut.command(f"/kpi log revenue 5 note {words}", user="U0BOB")
    (entry,) = denyut.do(lambda db: db.kpis.history("revenue"))
    assert entry.note == "ask @bob, @sales-team in #sales or @S0TEAM"


async def test_a_mention_typed_out_by_hand_names_nobody(denyut: Bench) -> None:
    """Slack writes mentions only of what the person can see; `&lt;#C…&gt;` is what somebody else typed."""
    answer = await denyut.command("/pulse enps &lt;#C0SALES&gt;", user="U0BOB")
    assert answer.text
    assert denyut.do(lambda db: db.surveys.all()) == []
    await denyut.command("/pulse enps <#C0SALES|sales>", user="U0BOB")
    assert len(denyut.do(lambda db: db.surveys.all())) == 1, "the real mention does"


def test_the_bench_refuses_what_slack_would_refuse() -> None:
    """The control of every test here: a block too long, a table too many, a form without a way to send it."""
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}
    for blocks in ((long,), (table, table)):
        with pytest.raises(SlackError):
            checked(Message("text", blocks))
    with pytest.raises(AssertionError):
        checked(Message(" "))
    asking = field("b", "Label", text_input("a"))
    with pytest.raises(SlackError):
        checked_view({"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [asking]})


async def test_a_bug_after_something_was_recorded_does_not_say_that_nothing_was(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("bot.kpis.service.standing", broken)
    english = await denyut.command("/kpi log leads 7", user="U0BOB")
    indonesian = await denyut.command("/kpi log leads 8", user="U0CITRA")

    assert len(denyut.do(lambda db: db.kpis.history("leads"))) == 2, "it is there, as the answer could not be made"
    assert "it may be recorded" in english.text
    assert "mungkin sudah tercatat" in indonesian.text
    assert "secret" not in english.text


@pytest.mark.parametrize("blank", ["\t", "\N{NO-BREAK SPACE}", "\n", " \N{ZERO WIDTH SPACE}", "\N{WORD JOINER} "])
async def test_blanks_and_invisible_signs_that_are_pasted_along_count_as_blanks(denyut: Bench, blank: str) -> None:
    said = await denyut.command(f"/kpi log{blank}leads{blank}18", user="U0BOB")
    assert "Recorded. Leads: 18" in said.text


@pytest.mark.parametrize(
    "nothing", ["\N{ZERO WIDTH SPACE}", "\N{HANGUL FILLER}", " \N{NO-BREAK SPACE}", "\u202e\u202c"]
)
async def test_a_form_filled_with_what_nobody_can_see_is_empty(denyut: Bench, nothing: str) -> None:
    await denyut.click(ids.ACTION_ADD_OPENED, ids.pack(), user="U0BOB")
    said = await denyut.submit(denyut.form(), {ids.ACTION_TEXT_INPUT: nothing}, user="U0BOB")
    assert "What is to be done?" in said.errors[ids.ACTION_TEXT_INPUT]
    assert denyut.do(lambda db: db.actions.open_of("U0BOB")) == []
