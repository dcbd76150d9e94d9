"""`/control/*`: the clock, misbehaviour on demand, changes of the workspace, reset and violations, for tests."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.playground.app_manifest import BOT_USER_ID
from bot.playground.clock import ClockError, moment_named
from bot.playground.faults import FaultError
from bot.playground.local_slack import LocalSlack
from bot.playground.shapes import page_channel, page_user, slack_user
from bot.playground.socket_mode import REASONS, SocketMode
from bot.playground.web_api import installing
from bot.playground.web_api.endpoint import SLACK
from bot.playground.workspace import Channel

Json = dict[str, Any]

LONG_POLL_SECONDS: Final = 25.0


class ControlError(ValueError):
    """A control request that makes no sense, in words for a person."""


def _handler(work: Callable[[LocalSlack, Json], Awaitable[Json]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            text = "" if request.method == "GET" else await request.text()
            given: Any = json.loads(text) if text else dict(request.query)
            if not isinstance(given, dict):
                raise ControlError("the body must be an object")
            body, status = await work(request.app[SLACK], given), 200
        except (ControlError, ClockError, FaultError) as error:
            body, status = {"ok": False, "error": str(error)}, 400
        except json.JSONDecodeError:
            body, status = {"ok": False, "error": "the body is not JSON"}, 400
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})

    return handle


async def _clock(slack: LocalSlack, given: Json) -> Json:
    since = given.get("since")
    if since is not None:
        await slack.clock.wait_for_move(_whole(since), LONG_POLL_SECONDS)
    return slack.clock.as_json()


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise ControlError(f"not a whole number: {value!r}") from error


async def _move_clock(slack: LocalSlack, given: Json) -> Json:
    back = given.get("allow_back") is True
    if "advance_seconds" in given:
        seconds = given["advance_seconds"]
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            raise ControlError("advance_seconds is a number")
        slack.clock.advance(seconds, back)
    elif "set" in given:
        slack.clock.move_to(_moment(given["set"]), back)
    elif "to" in given:
        slack.clock.move_to(moment_named(str(given["to"]), _zone(given.get("tz", "UTC")), slack.clock.now()))
    else:
        raise ControlError("give set, advance_seconds or to")
    clock = slack.clock.as_json()
    slack.traffic.record("out", "clock", "clock", clock["now"], request=given, response=clock)
    slack.feeds.tell_all({"type": "clock", "clock": clock})
    return clock


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise ControlError(f"not an ISO moment: {text!r}") from error
    if moment.tzinfo is None:
        raise ControlError("the moment needs an offset, as in 2026-11-26T15:00+07:00")
    return moment


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:
        raise ControlError(f"not a time zone: {name!r}") from error


async def _list_faults(slack: LocalSlack, _given: Json) -> Json:
    return {"faults": slack.faults.as_json()}


async def _add_fault(slack: LocalSlack, given: Json) -> Json:
    slack.faults.add(given)
    return {"faults": slack.faults.as_json()}


async def _clear_faults(slack: LocalSlack, _given: Json) -> Json:
    slack.faults.clear()
    return {"faults": []}


async def _charts(slack: LocalSlack, _given: Json) -> Json:
    return {"known": slack.knows_charts}


async def _know_charts(slack: LocalSlack, given: Json) -> Json:
    if not isinstance(given.get("known"), bool):
        raise ControlError("known is true or false")
    slack.know_charts(given["known"])
    return {"known": slack.knows_charts}


async def _disconnect(slack: LocalSlack, given: Json) -> Json:
    transport, reason = slack.dispatcher.transport, given.get("reason", "refresh_requested")
    if reason not in REASONS:
        raise ControlError(f"reason must be one of {', '.join(REASONS)}")
    if not isinstance(transport, SocketMode):
        raise ControlError("there are no Socket Mode connections: payloads go over HTTP")
    return {"ok": True, "connections": await transport.disconnect(reason)}


async def _duplicate(slack: LocalSlack, given: Json) -> Json:
    slack.dispatcher.duplicate_next(_whole(given.get("times", 1)))
    return {"ok": True}


async def _redeliver(slack: LocalSlack, _given: Json) -> Json:
    outcome = await slack.dispatcher.redeliver_last()
    if outcome is None:
        raise ControlError("nothing was sent yet")
    return {"ok": outcome.error is None, "error": outcome.error}


async def _change_channel(slack: LocalSlack, given: Json) -> Json:
    channel = slack.workspace.channels.get(str(given.get("id")))
    if channel is None:
        raise ControlError(f"no channel {given.get('id')!r}")
    before = set(channel.members)
    prefix = "channel" if channel.kind == "channel" else "group"
    if "members" in given:
        _set_members(slack, channel, given["members"])
    if "is_archived" in given and bool(given["is_archived"]) != channel.is_archived:
        channel.is_archived = bool(given["is_archived"])
        name = f"{prefix}_archive" if channel.is_archived else f"{prefix}_unarchive"
        slack.send_event(name, {"type": name, "channel": channel.id, "user": _somebody(channel)})
    if "bot" in given and bool(given["bot"]) != channel.has_bot:
        _move_bot(slack, channel, bool(given["bot"]), prefix)
    slack.feeds.tell_all({"type": "channel", "channel": page_channel(channel)})
    slack.feeds.tell(before | set(channel.members), {"type": "conversations"})
    return {"ok": True}


def _set_members(slack: LocalSlack, channel: Channel, members: Any) -> None:
    if not isinstance(members, list) or any(each not in slack.workspace.users for each in members):
        raise ControlError("members is a list of user ids of the workspace")
    before = list(channel.members)
    channel.members = [*members, *([BOT_USER_ID] if channel.has_bot and BOT_USER_ID not in members else [])]
    kind = "C" if channel.kind == "channel" else "G"
    for name, changed in (
        ("member_joined_channel", [each for each in channel.members if each not in before]),
        ("member_left_channel", [each for each in before if each not in channel.members]),
    ):
        for user_id in changed:
            event = {"type": name, "user": user_id, "channel": channel.id, "channel_type": kind}
            slack.send_event(name, {**event, "team": slack.workspace.team_id})


def _somebody(channel: Channel) -> str:
    return next((each for each in channel.members if each != BOT_USER_ID), BOT_USER_ID)


def _move_bot(slack: LocalSlack, channel: Channel, joins: bool, prefix: str) -> None:
    if joins:
        channel.members.append(BOT_USER_ID)
        event = {"type": "member_joined_channel", "user": BOT_USER_ID, "channel": channel.id}
        kind = "C" if channel.kind == "channel" else "G"
        inviter = {"channel_type": kind, "team": slack.workspace.team_id, "inviter": _somebody(channel)}
        slack.send_event("member_joined_channel", event | inviter)
    else:
        channel.members.remove(BOT_USER_ID)
        name = f"{prefix}_left"
        slack.send_event(name, {"type": name, "channel": channel.id, "actor_id": _somebody(channel)})


async def _change_user(slack: LocalSlack, given: Json) -> Json:
    user = slack.workspace.users.get(str(given.get("id")))
    if user is None:
        raise ControlError(f"no user {given.get('id')!r}")
    if given.get("tz"):
        _zone(given["tz"])
    for name in ("deleted", "tz", "locale", "is_admin", "is_restricted", "real_name"):
        if name in given:
            setattr(user, name, given[name])
    shape = slack_user(user, slack.clock.now(), include_locale=True, with_email=False)
    slack.send_event("user_change", {"type": "user_change", "user": shape})
    slack.feeds.tell_all({"type": "user", "user": page_user(user)})
    slack.feeds.tell_all({"type": "conversations"})
    return {"ok": True}


async def _uninstall(slack: LocalSlack, given: Json) -> Json:
    """The app is removed, or with `token_only` just its token taken back."""
    done = installing.revoke(slack) if given.get("token_only") is True else installing.uninstall(slack)
    if not done:
        raise ControlError("the app is not installed")
    return {"ok": True}


async def _reset(slack: LocalSlack, _given: Json) -> Json:
    slack.reset()
    return {"ok": True}


async def _violations(slack: LocalSlack, _given: Json) -> Json:
    return {
        "violations": [
            {"id": each.id, "at": each.at, "kind": each.kind, "name": each.name, "violation": each.violation}
            for each in slack.traffic.violations
        ]
    }


def routes() -> list[web.RouteDef]:
    """The addresses of control."""
    return [
        web.get("/control/clock", _handler(_clock)),
        web.post("/control/clock", _handler(_move_clock)),
        web.get("/control/faults", _handler(_list_faults)),
        web.post("/control/faults", _handler(_add_fault)),
        web.delete("/control/faults", _handler(_clear_faults)),
        web.get("/control/charts", _handler(_charts)),
        web.post("/control/charts", _handler(_know_charts)),
        web.post("/control/disconnect", _handler(_disconnect)),
        web.post("/control/duplicate", _handler(_duplicate)),
        web.post("/control/redeliver", _handler(_redeliver)),
        web.post("/control/channel", _handler(_change_channel)),
        web.post("/control/user", _handler(_change_user)),
        web.post("/control/uninstall", _handler(_uninstall)),
        web.post("/control/reset", _handler(_reset)),
        web.get("/control/violations", _handler(_violations)),
    ]
