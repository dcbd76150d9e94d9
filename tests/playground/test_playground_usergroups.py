"""User groups: what the Web API tells of them, and how a mention of one reaches the bot."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.command_text import escaped
from tests.playground.playground_kit import client_of, manifest


async def refused(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def test_groups_come_with_numbers_and_people_only_when_asked(web):
    [plain] = (await web.usergroups_list())["usergroups"]
    [full] = (await web.usergroups_list(include_users=True, include_count=True))["usergroups"]

    assert (plain["id"], plain["handle"], plain["name"], plain["date_delete"]) == (
        "S0LEADS",
        "sales-leads",
        "Sales leads",
        0,
    )
    assert plain["is_usergroup"]
    assert {"users", "user_count"}.isdisjoint(plain)
    assert (full["users"], full["user_count"]) == (["U0AYU", "U0BOB"], 2)


async def test_a_disabled_group_is_there_only_when_asked_for(web):
    groups = (await web.usergroups_list(include_disabled=True))["usergroups"]

    assert [bool(each["date_delete"]) for each in groups] == [False, True]
    assert (await refused(web.usergroups_users_list(usergroup="S0OLD")))["error"] == "no_such_subteam"
    assert (await web.usergroups_users_list(usergroup="S0OLD", include_disabled=True))["users"] == ["U0AYU"]


async def test_who_is_in_a_group_without_the_deactivated(web):
    assert (await web.usergroups_users_list(usergroup="S0LEADS"))["users"] == ["U0AYU", "U0BOB"]
    assert (await refused(web.usergroups_users_list(usergroup="S0NONE")))["error"] == "no_such_subteam"


async def test_groups_need_their_scope(open_playground):
    client = client_of(await open_playground(manifest=manifest(scopes=["users:read"])))

    for call in (client.usergroups_list(), client.usergroups_users_list(usergroup="S0LEADS")):
        answer = await refused(call)
        assert (answer["error"], answer["needed"]) == ("missing_scope", "usergroups:read")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("ask @sales-leads and @ayu", "ask <!subteam^S0LEADS|@sales-leads> and <@U0AYU|ayu>"),
        ("ask @Sales-Leads.", "ask <!subteam^S0LEADS|@sales-leads>."),
        ("ask @old-guard", "ask @old-guard"),
        ("ask <!subteam^S0LEADS>", "ask <!subteam^S0LEADS|@sales-leads>"),
        ("ask <!subteam^S0NONE>", "ask <!subteam^S0NONE>"),
        ("mail me@sales-leads", "mail me@sales-leads"),
    ],
)
def test_a_mention_of_a_group_is_escaped_as_slack_does(playground, typed, sent):
    assert escaped(typed, playground.slack.workspace) == sent


async def test_a_group_in_a_command_and_in_a_message(bot, ayu):
    await ayu.command("/kpi ask @sales-leads")
    await ayu.command("/raw ask @sales-leads")
    await ayu.say("C0SALES", "hello @sales-leads")

    assert [each["text"] for each in bot.payloads if "command" in each] == [
        "ask <!subteam^S0LEADS|@sales-leads>",
        "ask @sales-leads",
    ]
    assert (await ayu.messages("C0SALES"))[-1]["text"] == "hello <!subteam^S0LEADS|@sales-leads>"


async def test_a_mention_of_no_group_is_taken_and_recorded(web, playground):
    await web.chat_postMessage(channel="C0SALES", text="hello <!subteam^S0LEADS>")
    assert playground.violations == []

    await web.chat_postMessage(channel="C0SALES", text="hello <!subteam^S0NONE>")
    assert "<!subteam^S0NONE>" in playground.violations[-1].violation


async def test_the_page_learns_of_groups_one_can_mention(playground):
    async with aiohttp.ClientSession() as session, session.get(f"{playground.url}/page/bootstrap") as answer:
        groups = (await answer.json())["groups"]

    assert groups == [
        {
            "id": "S0LEADS",
            "handle": "sales-leads",
            "name": "Sales leads",
            "members": ["U0AYU", "U0BOB", "U0GONE"],
        }
    ]
