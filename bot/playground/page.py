"""`/page/*`: one person's view of Slack for the web page, and what that person does. The bot never asks here."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from bot.playground import interactions, posting, submissions
from bot.playground.app_manifest import APP_ID, BOT_USER_ID
from bot.playground.command_text import escaped
from bot.playground.file_shapes import slack_file
from bot.playground.form_files import file_input, take_in
from bot.playground.local_slack import LocalSlack
from bot.playground.modals import View
from bot.playground.page_error import PageError
from bot.playground.shapes import page_channel, page_group, page_message, page_user
from bot.playground.web_api.endpoint import SLACK
from bot.playground.workspace import Channel, Message, User

Json = dict[str, Any]

_KEEP_ALIVE: Final = 15.0


class Asked:
    """One request of the page: who acts, and what is asked."""

    def __init__(self, slack: LocalSlack, given: Json) -> None:
        self.slack = slack
        self.given = given

    def text(self, name: str) -> str:
        """A text that must be there; raises PageError."""
        value = self.given.get(name)
        if not isinstance(value, str) or not value:
            raise PageError("missing_argument", f"{name} is missing")
        return value

    @property
    def user(self) -> User:
        """The person acted as; raises PageError for a bot, a deactivated or an unknown one."""
        user = self.slack.person(self.text("as"))
        if user is None:
            raise PageError("user_not_found", "nobody one can act as")
        return user

    @property
    def channel(self) -> Channel:
        """The conversation meant, by its id or by the id of the other person; the acting person must be in it."""
        channel_id = self.text("channel")
        workspace = self.slack.workspace
        if channel_id in workspace.users:
            return workspace.direct_channel(self.user.id, channel_id)
        channel = workspace.channels.get(channel_id)
        if channel is None or self.user.id not in channel.members:
            raise PageError("channel_not_found", "not a conversation of this person")
        return channel

    @property
    def view(self) -> View:
        """The view meant; raises PageError when it is not an open one of the acting person."""
        view = self.slack.views.find(self.text("view_id"))
        if view is None or view.user_id != self.user.id:
            raise PageError("view_not_found", "that view is not open")
        return view


Handler = Callable[[web.Request], Awaitable[web.Response]]


def _json_handler(work: Callable[[Asked], Awaitable[Json]]) -> Handler:
    async def answer(request: web.Request) -> Json:
        given: Any = dict(request.query) if request.method == "GET" else await request.json()
        if not isinstance(given, dict):
            raise PageError("invalid_json", "the body must be an object")
        return await work(Asked(request.app[SLACK], given))

    return _answering(answer)


def _answering(answer: Callable[[web.Request], Awaitable[Json]]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            body, status = await answer(request), 200
        except json.JSONDecodeError:
            body, status = {"ok": False, "error": "invalid_json", "message": "the body is not JSON"}, 400
        except PageError as error:
            body, status = {"ok": False, "error": error.code, "message": str(error)}, 400
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})

    return handle


async def _bootstrap(asked: Asked) -> Json:
    slack = asked.slack
    commands = [
        {"command": each.command, "description": each.description, "usage_hint": each.usage_hint}
        for each in slack.manifest.commands
    ]
    named = [each for each in slack.workspace.channels.values() if each.kind in ("channel", "private")]
    return {
        "team": slack.workspace.team,
        "app": {
            "id": APP_ID,
            "name": slack.manifest.display_name,
            "bot_user_id": BOT_USER_ID,
            "commands": commands,
            "home_tab": slack.manifest.home_tab,
        },
        "users": [page_user(each) for each in slack.workspace.users.values()],
        "channels": [page_channel(each) for each in named],
        "groups": [page_group(each) for each in slack.workspace.groups.values() if not each.disabled],
        "clock": slack.clock.as_json(),
        "transport": slack.dispatcher.transport.kind,
        "connections": slack.dispatcher.transport.connections,
        "knows_charts": slack.knows_charts,
    }


async def _conversations(asked: Asked) -> Json:
    user, workspace = asked.user, asked.slack.workspace
    workspace.direct_channel(user.id, BOT_USER_ID)
    mine = workspace.channels_of(user.id)
    named = [each for each in mine if each.kind != "im"]
    direct = sorted((each for each in mine if each.kind == "im"), key=lambda each: not each.has_bot)
    return {"conversations": [_conversation(each, user, asked.slack) for each in [*named, *direct]]}


def _conversation(channel: Channel, user: User, slack: LocalSlack) -> Json:
    other = next((each for each in channel.members if each != user.id), user.id) if channel.kind == "im" else None
    return {
        "id": channel.id,
        "kind": "private" if channel.kind == "mpim" else channel.kind,
        "name": slack.workspace.users[other].real_name if other else channel.name,
        "user": other,
        "is_app": other == BOT_USER_ID,
        "unread": channel.unread(user.id),
        "last_ts": next(reversed(channel.messages), None),
        "is_archived": channel.is_archived,
    }


async def _messages(asked: Asked) -> Json:
    channel, user = asked.channel, asked.user
    thread_ts = asked.given.get("thread_ts")
    own = [each for each in channel.ephemerals.values() if each.for_user == user.id]
    if thread_ts:
        found = [each for each in [*channel.messages.values(), *own] if thread_ts in (each.ts, each.thread_ts)]
    else:
        found = [each for each in [*channel.messages.values(), *own] if not each.is_reply or each.broadcast]
    found.sort(key=lambda each: each.ts)
    return {"messages": [page_message(each, asked.slack.workspace) for each in found]}


async def _home(asked: Asked) -> Json:
    home = asked.slack.views.homes.get(asked.user.id)
    return {"view": home.as_slack() if home else None}


async def _open_home(asked: Asked) -> Json:
    tab = asked.given.get("tab", "home")
    if tab not in ("home", "messages"):
        raise PageError("invalid_tab", "tab is home or messages")
    interactions.open_home(asked.slack, asked.user, tab)
    return {"ok": True}


async def _views(asked: Asked) -> Json:
    return {"views": [view.as_slack() for view in asked.slack.views.stack(asked.user.id)]}


async def _say(asked: Asked) -> Json:
    channel, slack = asked.channel, asked.slack
    if channel.is_archived:
        raise PageError("is_archived", "the channel is archived")
    read_only = not slack.manifest.messages_tab or slack.manifest.messages_read_only
    if channel.kind == "im" and channel.has_bot and read_only:
        raise PageError("messages_tab_read_only", "sending messages to this app has been turned off")
    thread_ts = asked.given.get("thread_ts") or None
    if thread_ts and thread_ts not in channel.messages:
        raise PageError("thread_not_found", "no such thread")
    text = escaped(asked.text("text"), slack.workspace)
    message = posting.post(slack, channel, asked.user.id, text, thread_ts=thread_ts)
    return {"ok": True, "ts": message.ts}


async def _command(asked: Asked) -> Json:
    return await interactions.run_command(asked.slack, asked.user, asked.channel, asked.text("text"))


async def _action(asked: Asked) -> Json:
    container = asked.given.get("container")
    if not isinstance(container, dict):
        raise PageError("missing_argument", "container is missing")
    asked.text("block_id"), asked.text("action_id")
    inner = Asked(asked.slack, {**container, "as": asked.given.get("as")})
    if container.get("type") == "view":
        return await interactions.act_in_view(asked.slack, asked.user, inner.view, asked.given)
    return await interactions.act_in_message(asked.slack, asked.user, _message(inner), asked.given)


def _message(asked: Asked) -> Message:
    channel, ts = asked.channel, asked.text("ts")
    message = channel.messages.get(ts) or channel.ephemerals.get(ts)
    if message is None or message.for_user not in (None, asked.user.id):
        raise PageError("message_not_found", "that message is gone")
    return message


async def _submit(asked: Asked) -> Json:
    return await submissions.submit(asked.slack, asked.user, asked.view, asked.given.get("values"))


async def _upload(request: web.Request) -> Json:
    """A file chosen in a form: who, where and its name are in the query, the bytes are the body."""
    asked = Asked(request.app[SLACK], dict(request.query))
    element = file_input(asked.view.given["blocks"], asked.text("block_id"), asked.text("action_id"))
    stored = await take_in(asked.slack, asked.user, element, asked.text("name"), request)
    return {"ok": True, "file": slack_file(stored, asked.slack.workspace)}


async def _close(asked: Asked) -> Json:
    submissions.close(asked.slack, asked.user, asked.view, bool(asked.given.get("all")))
    return {"ok": True}


async def _read(asked: Asked) -> Json:
    channel, user = asked.channel, asked.user
    channel.read_to[user.id] = channel.last_ts
    asked.slack.feeds.tell([user.id], {"type": "conversations"})
    return {"ok": True}


async def _traffic(asked: Asked) -> Json:
    try:
        after = int(asked.given.get("after") or 0)
    except ValueError as error:
        raise PageError("invalid_arguments", "after is a number") from error
    return {"entries": asked.slack.traffic.after(after)}


async def _events(request: web.Request) -> web.StreamResponse:
    slack = request.app[SLACK]
    user_id = request.query.get("as", "")
    if slack.person(user_id) is None:
        return web.json_response({"ok": False, "error": "user_not_found"}, status=400)
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    # a page that is closed or reloaded hangs up in the middle of whatever is being told: nothing to report
    with slack.feeds.subscribed(user_id) as feed, contextlib.suppress(ConnectionResetError):
        await response.prepare(request)
        await response.write(b": connected\n\n")
        while True:
            try:
                news = await asyncio.wait_for(feed.next(), _KEEP_ALIVE)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if news is None:
                break
            await response.write(b"data: " + json.dumps(news).encode() + b"\n\n")
    return response


def routes() -> list[web.RouteDef]:
    """The addresses of the page."""
    asked_for = {"bootstrap": _bootstrap, "conversations": _conversations, "messages": _messages, "home": _home}
    asked_for |= {"views": _views, "traffic": _traffic}
    done = {"message": _say, "command": _command, "action": _action, "submit": _submit, "close": _close}
    done |= {"read": _read, "home": _open_home}
    return [
        *(web.get(f"/page/{name}", _json_handler(work)) for name, work in asked_for.items()),
        *(web.post(f"/page/{name}", _json_handler(work)) for name, work in done.items()),
        web.post("/page/upload", _answering(_upload)),
        web.get("/page/events", _events),
    ]
