"""Signed HTTP, seen from a small bot that verifies with slack_sdk's own verifier."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.playground.actor import Actor
from tests.playground.playground_kit import eventually, make_impatient


class HttpBot:
    """Answers on one address; keeps each request's headers and body, and whether its signature was right."""

    def __init__(self):
        self.requests = []
        self.reply = web.Response
        self.verifier = SignatureVerifier("playground-signing-secret")

    async def handle(self, request):
        body = await request.text()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.content_type == "application/json" and json.loads(body)["type"] == "url_verification":
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        self.requests.append((headers, body, self.verifier.is_valid_request(body, headers)))
        return self.reply()


@asynccontextmanager
async def running(bot, port=0):
    app = web.Application()
    app.router.add_post("/slack/events", bot.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@pytest.fixture
async def http(open_playground):
    bot = HttpBot()
    async with running(bot) as address:
        playground = await open_playground(request_url=address)
        await eventually(lambda: playground.connections == 1)
        async with Actor(playground.url, "U0AYU") as ayu:
            yield bot, playground, ayu


async def test_a_command_is_a_signed_form_and_its_body_the_reply(http):
    bot, _, ayu = http
    bot.reply = lambda: web.json_response({"response_type": "in_channel", "text": "noted"})

    assert (await ayu.command("/kpi log revenue 5 & more", channel="C0SALES"))["ok"]

    headers, body, valid = bot.requests[0]
    assert valid
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body)["text"] == ["log revenue 5 &amp; more"]
    [message] = await ayu.messages("C0SALES")
    assert (message["text"], message["ephemeral"]) == ("noted", False)


async def test_a_plain_text_body_is_an_ephemeral_reply_and_an_empty_one_none(http):
    bot, _, ayu = http
    await ayu.command("/kpi help", channel="C0SALES")
    assert await ayu.messages("C0SALES") == []

    bot.reply = lambda: web.Response(text="plain")
    await ayu.command("/kpi help", channel="C0SALES")

    [message] = await ayu.messages("C0SALES")
    assert (message["text"], message["ephemeral"]) == ("plain", True)


async def test_an_interaction_is_a_form_with_one_payload(http):
    bot, playground, ayu = http
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "block_id": "a", "elements": [button]}]
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer xoxb-playground"}) as session:
        body = {"channel": "U0AYU", "text": "x", "blocks": blocks}
        await (await session.post(playground.api_url + "chat.postMessage", json=body)).read()

    assert (await ayu.click((await ayu.dm())[0], "Go"))["ok"]

    message_event = next(each for each in bot.requests if "message" in each[1] and each[1].startswith("{"))
    interaction = next(each for each in bot.requests if each[1].startswith("payload="))
    assert message_event[2]
    assert interaction[2]
    assert json.loads(parse_qs(interaction[1])["payload"][0])["type"] == "block_actions"


async def test_an_event_that_fails_is_retried_with_headers_and_the_same_id(http):
    bot, _, ayu = http
    bot.reply = lambda: web.Response(status=500)
    await ayu.open_home()

    await eventually(lambda: len(bot.requests) == 4)
    assert [each[0].get("x-slack-retry-num") for each in bot.requests] == [None, "1", "2", "3"]
    assert bot.requests[1][0]["x-slack-retry-reason"] == "http_error"
    assert len({json.loads(each[1])["event_id"] for each in bot.requests}) == 1
    assert all(each[2] for each in bot.requests)


async def test_the_bot_can_stop_retries(http):
    bot, _, ayu = http
    bot.reply = lambda: web.Response(status=500, headers={"x-slack-no-retry": "1"})
    await ayu.open_home()
    await eventually(lambda: bot.requests)
    await ayu.command("/kpi help")

    events = [each for each in bot.requests if each[1].startswith("{")]
    assert len(events) == 1


@pytest.mark.parametrize(("status", "error"), [(200, None), (404, "dispatch_failed")])
async def test_a_command_fails_when_the_bot_does_not_say_200(http, status, error):
    bot, _, ayu = http
    bot.reply = lambda: web.Response(status=status)

    assert (await ayu.command("/kpi help"))["error"] == error


async def test_a_command_fails_when_the_bot_takes_too_long(http, monkeypatch):
    bot, playground, ayu = http
    make_impatient(playground)
    waiting = asyncio.Event()
    handle = bot.handle

    async def slow(request):
        await waiting.wait()
        return await handle(request)

    app = web.Application()
    app.router.add_post("/", slow)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(playground._transport, "_request_url", f"http://127.0.0.1:{runner.addresses[0][1]}/")

    assert (await ayu.command("/kpi help"))["error"] == "operation_timeout"
    assert "not answered within" in playground.violations[-1].violation
    waiting.set()
    await runner.cleanup()


async def test_the_challenge_is_repeated_until_the_bot_is_up(open_playground, unused_port):
    playground = await open_playground(request_url=f"http://127.0.0.1:{unused_port}/slack/events")
    assert playground.connections == 0

    async with running(HttpBot(), unused_port):
        await eventually(lambda: playground.connections == 1)


async def test_a_bot_that_refuses_the_challenge_is_told_of_once(open_playground):
    app = web.Application()
    asked = []

    async def refuse(request):
        asked.append(request)
        return web.Response(status=401)

    app.router.add_post("/slack/events", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    playground = await open_playground(request_url=f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")

    await eventually(lambda: len(asked) >= 2)

    assert [each.violation for each in playground.violations] == ["answered 401"]
    assert playground.connections == 0
    await runner.cleanup()


async def test_socket_mode_is_off_when_payloads_go_over_http(http):
    _, playground, _ = http
    headers = {"Authorization": "Bearer xapp-playground"}
    address = playground.api_url + "apps.connections.open"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(address) as answer:
        assert (await answer.json())["error"] == "socket_mode_not_enabled"


@pytest.fixture
async def unused_port():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port
