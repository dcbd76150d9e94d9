"""What holds for every command, click and form, whatever feature it belongs to."""

from typing import Any

import pytest

from bot.domain.members import Member
from bot.playground.slack_error import SlackError
from bot.slack.blocks import Message, field, text_input
from tests.features.harness import TEAM, Bench, checked, checked_view


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
    assert "older version" in said.text
    assert not replaced


async def test_an_outsider_of_a_shared_channel_is_sent_away_kindly_and_changes_nothing(denyut: Bench) -> None:
    answer = await denyut.command("/kpi log revenue 5", user="U0OUT")
    assert "members of this workspace" in answer.text
    assert denyut.do(lambda db: db.kpis.history("revenue")) == []


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
