"""The Web API answers slack_sdk's own client as Slack does, refusals included."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.playground.playground_kit import SCOPES, WORKSPACE, client_of, eventually, manifest

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
SECTION = {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "hello"}}


async def refused(call) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value


async def test_auth_test_tells_who_the_bot_is(web):
    answer = await web.auth_test()

    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0TEST", "U0DENYUT", "B0DENYUT")
    assert answer.headers["x-oauth-scopes"].split(",") == SCOPES


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("xapp-playground", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(playground, token, error):
    client = client_of(playground, token)

    assert (await refused(client.auth_test())).response["error"] == error


async def test_an_unknown_method_is_refused(web):
    assert (await refused(web.api_call("chat.shout"))).response["error"] == "unknown_method"


async def test_a_method_without_its_scope_says_which_is_missing(open_playground):
    playground = await open_playground(manifest=manifest(scopes=["channels:read"]))
    client = client_of(playground)

    error = (await refused(client.chat_postMessage(channel="C0SALES", text="hi"))).response

    assert (error["error"], error["needed"], error["provided"]) == ("missing_scope", "chat:write", "channels:read")
    assert (await client.conversations_info(channel="C0SALES"))["ok"]
    assert (await refused(client.conversations_info(channel="G0BOARD"))).response["needed"] == "groups:read"


@pytest.mark.parametrize("as_json", [True, False])
async def test_arguments_may_be_a_form_or_json(playground, as_json):
    headers = {"Authorization": "Bearer xoxb-playground"}
    body = {"channel": "C0SALES", "text": "hi"}
    async with aiohttp.ClientSession() as session:
        given = {"json": body} if as_json else {"data": {**body, "token": "xoxb-playground"}}
        async with session.post(
            playground.api_url + "chat.postMessage", headers=headers if as_json else {}, **given
        ) as answer:
            assert (await answer.json())["message"]["text"] == "hi"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("G0SECRET", "channel_not_found"),
        ("C0OTHER", "not_in_channel"),
        ("C0OLD", "is_archived"),
        ("U0DENYUT", "cannot_dm_bot"),
    ],
)
async def test_posting_is_refused_where_the_bot_may_not(web, channel, error):
    assert (await refused(web.chat_postMessage(channel=channel, text="hi"))).response["error"] == error


async def test_chat_write_public_posts_without_being_in_the_channel(open_playground):
    playground = await open_playground(manifest=manifest(scopes=["chat:write", "chat:write.public"]))

    assert (await client_of(playground).chat_postMessage(channel="C0OTHER", text="hi"))["ok"]


async def test_posting_without_a_messages_tab_is_refused_in_direct_messages(open_playground):
    playground = await open_playground(manifest=manifest(app_home={"home_tab_enabled": True}))
    client = client_of(playground)

    assert (await refused(client.chat_postMessage(channel="U0AYU", text="x"))).response["error"] == (
        "messages_tab_disabled"
    )
    assert (await client.chat_postMessage(channel="C0SALES", text="x"))["ok"]


async def test_posting_to_a_person_opens_the_direct_messages(web, ayu):
    answer = await web.chat_postMessage(channel="U0AYU", text="hi", blocks=[SECTION])

    assert answer["channel"] == await ayu.app_channel()
    [message] = await ayu.dm()
    assert (message["ts"], message["text"], message["bot_id"]) == (answer["ts"], "hi", "B0DENYUT")
    assert message["blocks"][0]["block_id"] == "s"


async def test_timestamps_are_unique_and_increase(web):
    stamps = [(await web.chat_postMessage(channel="C0SALES", text=str(each)))["ts"] for each in range(20)]

    assert stamps == sorted(set(stamps))


async def test_blocks_without_ids_get_them(web):
    actions = {"type": "actions", "elements": [{**BUTTON, "action_id": None}]}
    del actions["elements"][0]["action_id"]
    answer = await web.chat_postMessage(channel="C0SALES", text="x", blocks=[actions])

    block = answer["message"]["blocks"][0]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


async def test_a_refused_block_comes_with_its_pointer_and_is_a_violation(web, playground):
    long = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}

    error = (await refused(web.chat_postMessage(channel="C0SALES", text="x", blocks=[SECTION, long]))).response

    assert error["error"] == "invalid_blocks"
    assert error["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"
    ]
    assert "json-pointer:/blocks/1/text/text" in playground.violations[-1].violation


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "no_text"),
        ({"blocks": "not json"}, "invalid_blocks_format"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"a": "x" * 9000}}}, "metadata_too_large"),
        ({"text": "x", "thread_ts": "1.000001"}, "invalid_thread_ts"),
    ],
)
async def test_a_message_slack_does_not_take_is_refused(web, fields, error):
    call = web.api_call("chat.postMessage", json={"channel": "C0SALES", **fields})

    assert (await refused(call)).response["error"] == error


async def test_a_mention_of_nobody_is_taken_and_recorded(web, playground):
    await web.chat_postMessage(channel="C0SALES", text="<@U0AYU> and <#C0SALES> and <https://a.example|a>")
    assert playground.violations == []

    await web.chat_postMessage(channel="C0SALES", text="hello <@U0NOBODY>")

    assert "<@U0NOBODY>" in playground.violations[-1].violation


async def test_an_update_without_metadata_keeps_it_and_without_blocks_drops_them(web):
    metadata = {"event_type": "delivery", "event_payload": {"key": "k1"}}
    ts = (await web.chat_postMessage(channel="C0SALES", text="a", blocks=[SECTION], metadata=metadata))["ts"]
    await web.chat_update(channel="C0SALES", ts=ts, text="b")

    with_metadata = await web.conversations_history(channel="C0SALES", include_all_metadata=True)
    without = await web.conversations_history(channel="C0SALES")

    assert with_metadata["messages"][0]["metadata"] == metadata
    assert with_metadata["messages"][0]["text"] == "b"
    assert "blocks" not in with_metadata["messages"][0]
    assert "metadata" not in without["messages"][0]


async def test_only_own_messages_can_be_changed(web, ayu):
    theirs = await ayu.say("C0SALES", "mine")

    update = web.chat_update(channel="C0SALES", ts=theirs, text="ours")
    assert (await refused(update)).response["error"] == "cant_update_message"
    delete = web.chat_delete(channel="C0SALES", ts=theirs)
    assert (await refused(delete)).response["error"] == "cant_delete_message"
    missing = web.chat_update(channel="C0SALES", ts="1.000001", text="x")
    assert (await refused(missing)).response["error"] == "message_not_found"
    own = (await web.chat_postMessage(channel="C0SALES", text="x"))["ts"]
    long = web.chat_update(channel="C0SALES", ts=own, text="x" * 4001)
    assert (await refused(long)).response["error"] == "msg_too_long"


async def test_a_deleted_message_is_gone(web, ayu):
    ts = (await web.chat_postMessage(channel="C0SALES", text="x"))["ts"]
    await web.chat_delete(channel="C0SALES", ts=ts)

    assert await ayu.messages("C0SALES") == []


async def test_an_ephemeral_message_reaches_one_person_and_cannot_be_updated(web, ayu, playground):
    ts = (await web.chat_postEphemeral(channel="C0SALES", user="U0AYU", text="psst"))["message_ts"]

    [message] = await ayu.messages("C0SALES")
    assert message["ephemeral"]
    ayu.user_id = "U0BOB"
    assert await ayu.messages("C0SALES") == []
    update = web.chat_update(channel="C0SALES", ts=ts, text="x")
    assert (await refused(update)).response["error"] == "message_not_found"
    stranger = web.chat_postEphemeral(channel="G0BOARD", user="U0BOB", text="psst")
    assert (await refused(stranger)).response["error"] == "user_not_in_channel"


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("U0NOBODY", "user_not_found"),
        ("U0GONE", "user_disabled"),
        ("U0DENYUT", "cannot_dm_bot"),
        ("", "users_list_not_supplied"),
    ],
)
async def test_direct_messages_cannot_be_opened_with(web, users, error):
    assert (await refused(web.conversations_open(users=users))).response["error"] == error


async def test_direct_messages_are_the_same_every_time(web):
    first = await web.conversations_open(users="U0AYU")
    again = await web.conversations_open(users="U0AYU")

    assert first["channel"]["id"] == again["channel"]["id"] == "D0AYU"


async def test_pages_may_be_short_and_together_hold_everything_once(web):
    seen, cursor, sizes = [], None, []
    while cursor != "":
        answer = await web.conversations_members(channel="C0SALES", limit=3, cursor=cursor)
        seen += answer["members"]
        sizes.append(len(answer["members"]))
        cursor = answer["response_metadata"]["next_cursor"]

    assert sorted(seen) == ["U0AYU", "U0BOB", "U0DENYUT", "U0OUT"]
    assert sizes[0] == 2
    wrong = web.conversations_members(channel="C0SALES", cursor="%%%")
    assert (await refused(wrong)).response["error"] == "invalid_cursor"


async def test_history_is_newest_first_between_bounds_without_replies(web):
    stamps = [(await web.chat_postMessage(channel="C0SALES", text=str(each)))["ts"] for each in range(4)]
    await web.chat_postMessage(channel="C0SALES", text="reply", thread_ts=stamps[0])

    later = await web.conversations_history(channel="C0SALES", oldest=stamps[1])
    inclusive = await web.conversations_history(channel="C0SALES", oldest=stamps[1], inclusive=True, limit=2)
    rest = await web.conversations_history(
        channel="C0SALES", oldest=stamps[1], inclusive=True, cursor=inclusive["response_metadata"]["next_cursor"]
    )
    thread = await web.conversations_replies(channel="C0SALES", ts=stamps[0])

    assert [each["text"] for each in later["messages"]] == ["3", "2"]
    assert [each["text"] for each in inclusive["messages"]] == ["3", "2"]
    assert inclusive["has_more"]
    assert [each["text"] for each in rest["messages"]] == ["1"]
    assert [each["text"] for each in thread["messages"]] == ["0", "reply"]
    assert thread["messages"][0]["reply_count"] == 1
    outside = web.conversations_history(channel="C0OTHER")
    assert (await refused(outside)).response["error"] == "not_in_channel"


async def test_joining_a_public_channel_lets_the_bot_post(web):
    await web.conversations_join(channel="C0OTHER")

    assert (await web.chat_postMessage(channel="C0OTHER", text="hi"))["ok"]


async def test_users_have_a_zone_by_name_and_a_locale_when_asked(web):
    user = (await web.users_info(user="U0AYU", include_locale=True))["user"]
    assert (user["tz"], user["tz_offset"], user["locale"]) == ("Asia/Jakarta", 25200, "id-ID")

    outsider = (await web.users_info(user="U0OUT"))["user"]
    assert "tz" not in outsider
    assert "locale" not in outsider
    assert outsider["is_stranger"]
    assert (await refused(web.users_info(user="U0NOBODY"))).response["error"] == "user_not_found"


async def test_the_user_list_has_the_deactivated_and_bots_but_not_outsiders(web):
    members = {each["id"]: each for each in (await web.users_list())["members"]}

    assert members["U0GONE"]["deleted"]
    assert members["U0DENYUT"]["is_bot"]
    assert not members["USLACKBOT"]["is_bot"]
    assert "U0OUT" not in members


async def test_the_bot_sees_only_channels_that_exist_for_it(web):
    everything = await web.conversations_list(types="public_channel,private_channel")
    mine = await web.users_conversations(types="public_channel,private_channel")

    assert {each["id"] for each in everything["channels"]} == {"C0SALES", "C0OTHER", "C0OLD", "G0BOARD"}
    assert {each["id"] for each in mine["channels"]} == {"C0SALES", "C0OLD", "G0BOARD"}


async def test_a_file_goes_up_in_three_steps_and_is_ready_later(web, ayu, playground):
    answer = await web.files_upload_v2(channel="C0SALES", filename="chart.png", content=b"\x89PNG data", title="Chart")
    file_id = answer["file"]["id"]
    image = {"type": "image", "alt_text": "chart", "slack_file": {"id": file_id}}

    early = await refused(web.chat_postMessage(channel="C0SALES", text="x", blocks=[image]))
    assert "invalid slack file" in early.response["response_metadata"]["messages"][0]
    await eventually(lambda: playground.slack.file_ready({"id": file_id}))

    assert (await web.files_info(file=file_id))["file"]["mimetype"] == "image/png"
    assert (await web.chat_postMessage(channel="C0SALES", text="x", blocks=[image]))["ok"]
    shared = (await ayu.messages("C0SALES"))[0]
    address = f"{playground.url}/files/{shared['files'][0]['id']}?as=U0AYU"
    async with aiohttp.ClientSession() as session, session.get(address) as found:
        assert await found.read() == b"\x89PNG data"
        assert found.content_type == "image/png"


async def test_a_file_without_content_is_refused(web):
    call = web.files_getUploadURLExternal(filename="a.png", length=0)

    assert (await refused(call)).response["error"] == "missing_argument"


async def control(playground, path, body):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{playground.url}/control/{path}", json=body) as answer,
    ):
        return answer.status, await answer.json()


async def test_a_rate_limit_on_demand_hits_one_channel_and_ends(web, playground):
    fault = {"method": "chat.postMessage", "kind": "ratelimit", "times": 1, "retry_after": 7, "channel": "C0SALES"}
    await control(playground, "faults", fault)

    assert (await web.chat_postMessage(channel="U0AYU", text="elsewhere"))["ok"]
    limited = await refused(web.chat_postMessage(channel="C0SALES", text="x"))
    assert limited.response.status_code == 429
    assert limited.response.headers["Retry-After"] == "7"
    assert (await web.chat_postMessage(channel="C0SALES", text="x"))["ok"]
    assert playground.violations == []


@pytest.mark.parametrize(("kind", "arrived"), [("drop_before", 0), ("drop_after", 1), ("error_500", 0)])
async def test_a_call_whose_outcome_is_unknown_did_or_did_not_arrive(web, playground, ayu, kind, arrived):
    await control(playground, "faults", {"method": "*", "kind": kind})

    with pytest.raises((aiohttp.ClientError, SlackApiError)):
        await web.chat_postMessage(channel="C0SALES", text="x")

    assert len(await ayu.messages("C0SALES")) == arrived
    assert (await web.chat_postMessage(channel="C0SALES", text="y"))["ok"]


async def test_an_error_on_demand_is_no_violation(web, playground):
    await control(playground, "faults", {"method": "chat.postMessage", "kind": "error", "error": "account_inactive"})

    error = await refused(web.chat_postMessage(channel="C0SALES", text="x"))

    assert error.response["error"] == "account_inactive"
    assert playground.violations == []
    assert (await control(playground, "faults", {"kind": "explode"}))[0] == 400


async def test_changes_of_the_workspace_change_what_slack_answers(web, playground):
    await control(playground, "channel", {"id": "C0SALES", "is_archived": True})
    assert (await refused(web.chat_postMessage(channel="C0SALES", text="x"))).response["error"] == "is_archived"

    await control(playground, "channel", {"id": "C0SALES", "is_archived": False, "bot": False})
    assert (await refused(web.chat_postMessage(channel="C0SALES", text="x"))).response["error"] == "not_in_channel"

    await control(playground, "user", {"id": "U0AYU", "deleted": True})
    assert (await refused(web.conversations_open(users="U0AYU"))).response["error"] == "user_disabled"

    await control(playground, "reset", {})
    assert (await web.chat_postMessage(channel="C0SALES", text="x"))["ok"]
    assert (await web.conversations_open(users="U0AYU"))["ok"]
    assert len(playground.workspace.people) == len(WORKSPACE["users"])


async def test_metadata_is_seen_only_by_those_who_ask_for_it(web):
    metadata = {"event_type": "delivery", "event_payload": {"key": "k1"}}
    answer = await web.chat_postMessage(channel="C0SALES", text="a", metadata=metadata)
    replies = await web.conversations_replies(channel="C0SALES", ts=answer["ts"], include_all_metadata=True)

    assert "metadata" not in answer["message"]
    assert replies["messages"][0]["metadata"] == metadata
