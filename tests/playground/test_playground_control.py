"""The clock, the live news of the page, the files of the page, and who is let in."""

import asyncio
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.playground.clock import Clock, ClockError, moment_named
from tests.playground.playground_kit import eventually

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # a Thursday, 15:00 in Jakarta
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("next monday 09:00", "2026-11-30T09:00"),
        ("monday 09:00", "2026-11-30T09:00"),
        ("next friday 16:00", "2026-11-27T16:00"),
        ("thursday 16:00", "2026-11-26T16:00"),
        ("next thursday 15:00", "2026-12-03T15:00"),
        ("tomorrow 09:00", "2026-11-27T09:00"),
        ("today 17:30", "2026-11-26T17:30"),
        ("15:01", "2026-11-26T15:01"),
        ("15:00", "2026-11-27T15:00"),
    ],
)
def test_a_moment_is_the_next_one_of_that_name_in_the_zone(text, local):
    assert moment_named(text, JAKARTA, NOW) == datetime.fromisoformat(local).replace(tzinfo=JAKARTA)


@pytest.mark.parametrize("text", ["someday 09:00", "25:00", "monday", "", "today 14:00"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ClockError):
        moment_named(text, JAKARTA, NOW)


def test_a_time_that_daylight_saving_skips_moves_forward():
    evening = datetime(2027, 3, 27, 20, 0, tzinfo=UTC)

    moment = moment_named("tomorrow 02:30", ZoneInfo("Europe/Amsterdam"), evening)

    assert moment.astimezone(ZoneInfo("Europe/Amsterdam")).strftime("%H:%M") == "03:30"


def test_the_clock_runs_and_does_not_go_back_unasked():
    real = 1000.0
    clock = Clock(NOW, real=lambda: real)
    real += 5
    assert (clock.now() - NOW).total_seconds() == 5

    with pytest.raises(ClockError):
        clock.move_to(NOW)
    clock.move_to(NOW, allow_back=True)
    assert (clock.now(), clock.version) == (NOW, 2)


@pytest.mark.parametrize("seconds", [1e12, float("inf"), float("nan")])
def test_a_clock_asked_for_nonsense_stays_where_it_is(seconds):
    clock = Clock(NOW, real=lambda: 0.0)

    with pytest.raises(ClockError):
        clock.advance(seconds)
    assert clock.now() == NOW


@pytest.fixture
async def http(playground):
    async with aiohttp.ClientSession(playground.url) as session:
        yield session


async def post(http, path, body, **options):
    async with http.post(path, json=body, **options) as answer:
        return answer.status, await answer.json(content_type=None) if answer.status != 403 else None


async def test_a_follower_of_the_clock_hears_of_a_move_at_once(http, playground):
    version = playground.clock.version

    async def follow():
        async with http.get("/control/clock", params={"since": str(version)}) as answer:
            return await answer.json()

    following = asyncio.create_task(follow())
    before = playground.clock.now()
    await asyncio.wait([following], timeout=0.05)
    assert not following.done()
    await post(http, "/control/clock", {"advance_seconds": 3600})

    clock = await asyncio.wait_for(following, 5)
    assert clock["version"] == version + 1
    assert (datetime.fromisoformat(clock["now"]) - before).total_seconds() >= 3600


async def test_the_clock_can_be_set_and_named(http, playground):
    status, clock = await post(http, "/control/clock", {"set": "2099-11-26T15:00+07:00"})
    assert (status, clock["now"][:16]) == (200, "2099-11-26T08:00")

    _, clock = await post(http, "/control/clock", {"to": "next monday 09:00", "tz": "Asia/Jakarta"})
    assert clock["now"][:16] == "2099-11-30T02:00"
    assert (await post(http, "/control/clock", {"advance_seconds": -5}))[0] == 400
    assert (await post(http, "/control/clock", {"to": "never"}))[0] == 400
    assert (await post(http, "/control/clock", {"to": "09:00", "tz": "Mars/Base"}))[0] == 400


@pytest.mark.parametrize("fault", [{"kind": "slow", "seconds": "long"}, {"kind": "slow", "when": "now"}, {}])
async def test_a_fault_that_makes_no_sense_is_refused(http, playground, fault):
    assert (await post(http, "/control/faults", fault))[0] == 400
    assert playground.slack.faults.as_json() == []

    await post(http, "/control/faults", {"kind": "slow", "seconds": 0, "times": 2})
    assert playground.slack.faults.as_json()[0]["times"] == 2
    await http.delete("/control/faults")
    assert playground.slack.faults.as_json() == []


async def test_messages_carry_the_playgrounds_time(http, playground, ayu):
    await post(http, "/control/clock", {"set": "2099-01-01T00:00+00:00"})
    ts = await ayu.say("C0SALES", "from the future")

    assert datetime.fromtimestamp(float(ts), UTC).year == 2099


async def test_news_reach_the_people_concerned(http, web, playground, ayu):
    async def listen(user_id, into):
        async with http.get("/page/events", params={"as": user_id}) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    into.append(json.loads(line[6:]))

    ayus, bobs = [], []
    tasks = [asyncio.create_task(listen("U0AYU", ayus)), asyncio.create_task(listen("U0BOB", bobs))]
    await eventually(lambda: len(playground.slack.feeds._open) == 2)
    ts = (await web.chat_postMessage(channel="G0BOARD", text="private"))["ts"]
    await web.chat_update(channel="G0BOARD", ts=ts, text="changed")
    await web.chat_postMessage(channel="C0SALES", text="for all")
    await post(http, "/control/channel", {"id": "G0BOARD", "is_archived": True})
    await post(http, "/control/user", {"id": "U0BOB", "tz": "Asia/Jayapura"})
    await post(http, "/control/clock", {"advance_seconds": 1})

    await eventually(lambda: bobs and ayus and bobs[-1]["type"] == ayus[-1]["type"] == "clock")
    shown = [each for each in ayus if each["type"].startswith("message")]
    assert [(each["type"], each["message"]["text"]) for each in shown] == [
        ("message", "private"), ("message_changed", "changed"), ("message", "for all"),
    ]  # fmt: skip
    assert [each["message"]["text"] for each in bobs if each["type"] == "message"] == ["for all"]
    assert any(each["type"] == "traffic" and each["entry"]["name"] == "chat.update" for each in ayus)
    assert [each["user"]["tz"] for each in ayus if each["type"] == "user"] == ["Asia/Jayapura"]
    assert [each["channel"]["is_archived"] for each in ayus if each["type"] == "channel"] == [True]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_sidebar_counts_what_is_unread(web, ayu):
    await web.chat_postMessage(channel="C0SALES", text="one")
    await ayu.say("C0SALES", "own")

    async def unread():
        return {each["id"]: each["unread"] for each in await ayu.conversations()}

    assert (await unread())["C0SALES"] == 1
    await ayu.read("C0SALES")
    assert (await unread())["C0SALES"] == 0
    assert "G0SECRET" not in await unread()
    assert next(each for each in await ayu.conversations() if each["is_app"])["id"] == "D0AYU"


async def test_one_can_act_only_as_a_person_who_is_there(http):
    for nobody in ("U0GONE", "U0DENYUT", "U0NOBODY", ""):
        status, body = await post(http, "/page/message", {"as": nobody, "channel": "C0SALES", "text": "x"})
        assert (status, body["ok"]) == (400, False)
    assert (await post(http, "/page/message", {"as": "U0AYU", "channel": "C0SALES", "text": "x"}))[0] == 200
    assert (await post(http, "/page/message", {"as": "U0AYU", "channel": "G0SECRET", "text": "x"}))[0] == 400


async def test_people_can_write_to_each_other_and_mention(ayu, playground):
    await ayu.say("U0BOB", "hello @bob <b>")

    ayu.user_id = "U0BOB"
    channel = next(each["id"] for each in await ayu.conversations() if each["user"] == "U0AYU")
    assert (await ayu.messages(channel))[0]["text"] == "hello <@U0BOB|bob> &lt;b&gt;"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_other_sites_are_kept_out(http, headers, status):
    body = {"as": "U0AYU", "channel": "C0SALES", "text": "x"}

    assert (await post(http, "/page/message", body, headers=headers))[0] == status
    assert (await post(http, "/control/duplicate", {"times": 0}, headers=headers))[0] == status


async def test_the_page_may_post_from_its_own_origin(http, playground):
    headers = {"Origin": playground.url}

    assert (await post(http, "/control/duplicate", {"times": 0}, headers=headers))[0] == 200


async def test_bootstrap_has_what_the_page_starts_with(http, playground):
    async with http.get("/page/bootstrap") as answer:
        body = await answer.json()

    assert body["app"]["commands"][0] == {"command": "/kpi", "description": "KPIs", "usage_hint": "help"}
    assert body["transport"] == "socket"
    assert body["connections"] == 0
    assert {each["id"] for each in body["users"]} >= {"U0AYU", "U0DENYUT", "USLACKBOT"}
    assert {"now", "offset_seconds", "version"} == set(body["clock"])


async def test_files_of_the_page_are_served_and_nothing_else(http, monkeypatch, tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "web" / "index.html").write_text("<p>page</p>")
    (tmp_path / "web" / "app.js").write_text("1")
    monkeypatch.setattr("bot.playground.server._WEB", tmp_path / "web")

    async with http.get("/") as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert answer.headers["Cache-Control"] == "no-store"
    async with http.get("/web/app.js") as answer:
        assert (answer.status, answer.content_type) == (200, "text/javascript")
    for path in ("/web/%2e%2e/secret.txt", "/web/missing.js"):
        async with http.get(path) as answer:
            assert answer.status == 404


async def test_violations_are_listed_until_a_reset(http, web, playground):
    with pytest.raises(Exception, match="no_text"):
        await web.api_call("chat.postMessage", json={"channel": "C0SALES"})

    async def listed():
        async with http.get("/control/violations") as answer:
            return [each["violation"] for each in (await answer.json())["violations"]]

    assert await listed() == ["no_text"]
    async with http.get("/page/traffic", params={"after": "0"}) as answer:
        [entry] = (await answer.json())["entries"]
    assert (entry["direction"], entry["name"], entry["violation"]) == ("in", "chat.postMessage", "no_text")
    await post(http, "/control/reset", {})
    assert await listed() == []
