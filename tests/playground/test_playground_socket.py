"""Socket Mode, seen from slack_sdk's own aiohttp client."""

import aiohttp
import pytest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.playground.playground_kit import connected_bot, eventually, make_impatient


async def control(playground, path, body):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{playground.url}/control/{path}", json=body) as answer,
    ):
        return await answer.json()


async def test_a_command_arrives_in_slacks_shape_and_its_reply_is_shown(bot, ayu, playground):
    async def reply(request):
        return {"text": "noted"}

    bot.answer = reply
    said = await ayu.command("/kpi log revenue 5 for @bob in #sales", channel="C0SALES")

    assert said["ok"]
    payload = bot.payloads[0]
    assert bot.requests[0].type == "slash_commands"
    assert payload["command"] == "/kpi"
    assert payload["text"] == "log revenue 5 for <@U0BOB|bob> in <#C0SALES|sales>"
    assert (payload["user_id"], payload["channel_id"], payload["team_id"]) == ("U0AYU", "C0SALES", "T0TEST")
    assert payload["response_url"].startswith(playground.url)
    [message] = await ayu.messages("C0SALES")
    assert (message["text"], message["ephemeral"]) == ("noted", True)


async def test_a_command_without_escape_arrives_as_typed(bot, ayu):
    await ayu.command("/raw for @bob & co")

    assert bot.payloads[0]["text"] == "for @bob & co"


async def test_a_command_the_manifest_does_not_have_goes_nowhere(bot, ayu):
    assert (await ayu.command("/nope"))["error"] == "no_such_command"
    assert bot.payloads == []


async def test_outsiders_cannot_use_commands(bot, ayu):
    ayu.user_id = "U0OUT"

    assert (await ayu.command("/kpi help", channel="C0SALES"))["error"] == "no_such_command"
    assert bot.payloads == []


async def test_a_command_with_no_bot_connected_fails_at_once(ayu):
    assert (await ayu.command("/kpi help"))["error"] == "dispatch_failed"


async def test_what_is_not_acknowledged_in_time_fails_and_is_a_violation(bot, ayu, playground):
    bot.silent = True
    make_impatient(playground)

    assert (await ayu.command("/kpi help"))["error"] == "operation_timeout"
    assert "not acknowledged" in playground.violations[-1].violation


async def test_a_late_acknowledgement_is_a_violation_too(bot, ayu, playground):
    bot.silent = True
    make_impatient(playground)
    await ayu.command("/kpi help")
    before = len(playground.violations)

    await bot.client.send_socket_mode_response(SocketModeResponse(envelope_id=bot.requests[0].envelope_id))

    await eventually(lambda: len(playground.violations) > before)
    assert "acknowledged after" in playground.violations[-1].violation


async def test_an_event_is_sent_again_with_the_same_id_until_it_is_acknowledged(bot, ayu, playground):
    bot.silent = True
    make_impatient(playground)
    await ayu.open_home()

    await eventually(lambda: len(bot.requests) == 4)
    assert len({each["event_id"] for each in bot.payloads}) == 1
    assert [each.retry_attempt for each in bot.requests] == [0, 1, 2, 3]
    assert bot.requests[1].retry_reason == "timeout"
    event = bot.payloads[0]["event"]
    assert (event["type"], event["user"], event["channel"], event["tab"]) == (
        "app_home_opened", "U0AYU", "D0AYU", "home",
    )  # fmt: skip


async def test_an_acknowledged_event_is_sent_once(bot, ayu):
    await ayu.open_home()
    await eventually(lambda: bot.requests)
    await ayu.command("/kpi help")

    assert [each.type for each in bot.requests] == ["events_api", "slash_commands"]


async def test_only_events_of_the_manifest_are_sent(bot, ayu):
    await ayu.say("G0BOARD", "message.groups is not subscribed")
    await ayu.say("C0SALES", "message.channels is")

    await eventually(lambda: bot.requests)
    assert [each["event"]["text"] for each in bot.payloads] == ["message.channels is"]


async def test_two_connections_share_the_load(bot, ayu, playground):
    async with connected_bot(playground) as other:
        for _ in range(4):
            await ayu.command("/kpi help")

        assert (len(bot.requests), len(other.requests)) == (2, 2)


async def test_the_same_envelope_comes_twice_on_demand(bot, ayu, playground):
    await control(playground, "duplicate", {"times": 1})
    await ayu.command("/kpi first")
    await ayu.command("/kpi second")

    await eventually(lambda: len(bot.requests) == 3)
    assert sorted(each["text"] for each in bot.payloads) == ["first", "first", "second"]
    assert len({each.envelope_id for each in bot.requests}) == 2
    assert playground.violations == []


async def test_the_last_payload_is_sent_again_on_demand(bot, ayu, playground):
    await ayu.open_home()
    await eventually(lambda: bot.requests)

    assert (await control(playground, "redeliver", {"last": True}))["ok"]

    assert bot.payloads[0] == bot.payloads[1]
    assert bot.requests[1].retry_attempt == 1


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled", "drop"])
async def test_after_a_disconnect_the_client_comes_back_and_is_served(bot, ayu, playground, reason):
    first = bot.client.current_session
    await control(playground, "disconnect", {"reason": reason})

    await eventually(lambda: bot.client.current_session is not first and playground.connections == 1)
    assert (await ayu.command("/kpi help"))["ok"]


async def test_a_warning_leaves_the_connection_open(bot, ayu, playground):
    frames = []

    async def on_message(message):
        frames.append(message.data)

    bot.client.on_message_listeners.append(on_message)
    await control(playground, "disconnect", {"reason": "warning"})

    await eventually(lambda: any('"reason": "warning"' in each for each in frames))
    assert playground.connections == 1


async def test_a_ticket_opens_one_connection(playground, bot):
    address = (await bot.client.web_client.apps_connections_open(app_token="xapp-playground"))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(address) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 2)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)


async def test_a_click_carries_the_message_and_its_answer_can_replace_it(bot, ayu, playground):
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "7"}
    blocks = [{"type": "actions", "block_id": "a", "elements": [button]}]
    await bot.web.chat_postMessage(channel="U0AYU", text="ask", blocks=blocks)

    assert (await ayu.click((await ayu.dm())[0], "Go"))["ok"]

    payload = bot.payloads[-1]
    assert payload["type"] == "block_actions"
    assert payload["actions"][0]["value"] == "7"
    assert payload["container"] == {
        "type": "message",
        "message_ts": payload["message"]["ts"],
        "channel_id": "D0AYU",
        "is_ephemeral": False,
    }
    async with aiohttp.ClientSession() as session:
        body = {"replace_original": True, "text": "thanks"}
        async with session.post(payload["response_url"], json=body) as answer:
            assert (answer.status, await answer.text()) == (200, "ok")
    [message] = await ayu.dm()
    assert (message["text"], message["blocks"]) == ("thanks", [])


async def test_a_response_url_works_five_times(bot, ayu, playground):
    await ayu.command("/kpi help", channel="C0SALES")
    url = bot.payloads[0]["response_url"]
    async with aiohttp.ClientSession() as session:
        for number in range(5):
            async with session.post(url, json={"text": str(number)}) as answer:
                assert answer.status == 200
        async with session.post(url, json={"text": "5"}) as answer:
            assert (answer.status, await answer.text()) == (404, "used_url")

    assert [each["text"] for each in await ayu.messages("C0SALES")] == ["0", "1", "2", "3", "4"]


async def test_a_response_url_ends_after_half_an_hour_of_the_playgrounds_clock(bot, ayu, playground):
    await ayu.command("/kpi help", channel="C0SALES")
    url = bot.payloads[0]["response_url"]
    playground.clock.advance(29 * 60)
    async with aiohttp.ClientSession() as session:
        async with session.post(url, json={"text": "still", "response_type": "in_channel"}) as answer:
            assert answer.status == 200
        playground.clock.advance(2 * 60)
        async with session.post(url, json={"text": "late"}) as answer:
            assert (answer.status, await answer.text()) == (404, "expired_url")

    [message] = await ayu.messages("C0SALES")
    assert (message["text"], message["ephemeral"]) == ("still", False)


async def test_a_click_on_an_ephemeral_message_carries_no_message(bot, ayu):
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "block_id": "a", "elements": [button]}]
    await bot.web.chat_postEphemeral(channel="C0SALES", user="U0AYU", text="ask", blocks=blocks)
    await ayu.click((await ayu.messages("C0SALES"))[0], "go")

    payload = bot.payloads[-1]
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"]
    address = payload["response_url"]
    async with aiohttp.ClientSession() as session, session.post(address, json={"delete_original": True}) as answer:
        assert answer.status == 200
    assert await ayu.messages("C0SALES") == []


async def test_a_payload_where_none_is_accepted_is_a_violation(bot, ayu, playground):
    async def reply(request):
        return {"text": "no"}

    bot.answer = reply
    await ayu.open_home()

    await eventually(lambda: playground.violations)
    assert "none is accepted" in playground.violations[0].violation
