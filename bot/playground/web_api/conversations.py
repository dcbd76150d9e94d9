"""conversations.*: channels and direct conversations, who is in them and what was said."""

from typing import Final

from bot.playground.app_manifest import BOT_USER_ID
from bot.playground.scopes import HISTORY, READ, require
from bot.playground.shapes import slack_channel, slack_message
from bot.playground.slack_error import SlackError
from bot.playground.web_api.call import Call, Json, Method
from bot.playground.workspace import SLACKBOT_ID, Channel, Kind, Message

_KINDS: Final[dict[str, Kind]] = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}


def wanted_kinds(call: Call) -> list[Kind]:
    """The kinds of conversation asked for by `types`; raises `invalid_types`."""
    names = (call.text("types") or "public_channel").replace(" ", "").split(",")
    if any(name not in _KINDS for name in names):
        raise SlackError("invalid_types")
    return [_KINDS[name] for name in names]


def conversations_open(call: Call) -> Json:
    """The direct conversation with one person, or with up to eight."""
    given = call.text("channel")
    if given is not None:
        channel = call.channel()
        return _opened(call, channel, already=True)
    ids = [each for each in (call.text("users") or "").replace(" ", "").split(",") if each]
    if not ids:
        raise SlackError("users_list_not_supplied")
    if len(ids) > 8:
        raise SlackError("too_many_users")
    require(call.slack.manifest, "im:write" if len(ids) == 1 else "mpim:write")
    for user_id in ids:
        _check_person(call, user_id)
    before = len(call.slack.workspace.channels)
    channel = call.slack.workspace.direct_channel(*ids, BOT_USER_ID)
    already = before == len(call.slack.workspace.channels)
    if not already:
        call.slack.feeds.tell(channel.members, {"type": "conversations"})
    return _opened(call, channel, already)


def _check_person(call: Call, user_id: str) -> None:
    user = call.slack.workspace.users.get(user_id)
    if user is None:
        raise SlackError("user_not_found")
    if user.is_bot or user.id == SLACKBOT_ID:
        raise SlackError("cannot_dm_bot")
    if user.deleted:
        raise SlackError("user_disabled")


def _opened(call: Call, channel: Channel, already: bool) -> Json:
    shape: Json = {"id": channel.id}
    if call.flag("return_im"):
        shape = slack_channel(channel, call.slack.workspace.team_id)
    return {"channel": shape, "no_op": already, "already_open": already}


def conversations_info(call: Call) -> Json:
    """One conversation."""
    channel = call.channel()
    require(call.slack.manifest, READ[channel.kind])
    return {"channel": slack_channel(channel, call.slack.workspace.team_id, call.flag("include_num_members"))}


def conversations_members(call: Call) -> Json:
    """The ids of everybody in a conversation, bots included."""
    channel = call.channel()
    require(call.slack.manifest, READ[channel.kind])
    page, cursor = call.page(channel.members, default=100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def conversations_list(call: Call) -> Json:
    """Every conversation of the wanted kinds that exists for the app."""
    kinds = wanted_kinds(call)
    require(call.slack.manifest, *(READ[kind] for kind in kinds))
    found = [
        each
        for each in call.slack.workspace.channels.values()
        if each.kind in kinds and (each.kind == "channel" or each.has_bot)
    ]
    if call.flag("exclude_archived"):
        found = [each for each in found if not each.is_archived]
    page, cursor = call.page(found, default=100)
    shapes = [slack_channel(each, call.slack.workspace.team_id, num_members=True) for each in page]
    return {"channels": shapes, "response_metadata": {"next_cursor": cursor}}


def conversations_join(call: Call) -> Json:
    """Joins a public channel."""
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.has_bot:
        return {
            "channel": slack_channel(channel, call.slack.workspace.team_id),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    channel.members.append(BOT_USER_ID)
    call.slack.feeds.tell(channel.members, {"type": "conversations"})
    return {"channel": slack_channel(channel, call.slack.workspace.team_id)}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    require(call.slack.manifest, HISTORY[channel.kind])
    if not channel.has_bot:
        raise SlackError("not_in_channel")
    return channel


def conversations_history(call: Call) -> Json:
    """The messages of a conversation, newest first, replies in threads left out."""
    channel = _readable(call)
    messages = [each for each in channel.messages.values() if not each.is_reply or each.broadcast]
    newest_first = list(reversed(_between(call, messages)))
    page, cursor = call.page(newest_first, default=100, short=False)
    answer: Json = {"messages": [_shape(call, each) for each in page], "has_more": bool(cursor), "pin_count": 0}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def conversations_replies(call: Call) -> Json:
    """A message and its replies, oldest first."""
    channel = _readable(call)
    parent = channel.messages.get(call.required("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    thread_ts = parent.thread_ts or parent.ts
    first = channel.messages.get(thread_ts)
    messages = [*([first] if first else []), *_between(call, channel.thread(thread_ts))]
    page, cursor = call.page(messages, default=1000, short=False)
    answer: Json = {"messages": [_shape(call, each) for each in page], "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = _seconds(call, "oldest", 0.0), _seconds(call, "latest", float("inf"))
    if call.flag("inclusive"):
        return [each for each in messages if oldest <= float(each.ts) <= latest]
    return [each for each in messages if oldest < float(each.ts) < latest]


def _seconds(call: Call, name: str, default: float) -> float:
    value = call.text(name)
    try:
        return default if value is None else float(value)
    except ValueError as error:
        raise SlackError(f"invalid_ts_{name}") from error


def _shape(call: Call, message: Message) -> Json:
    return slack_message(message, call.slack.workspace, call.slack.manifest, call.flag("include_all_metadata"))


METHODS: Final[dict[str, Method]] = {
    "conversations.open": conversations_open,
    "conversations.info": conversations_info,
    "conversations.members": conversations_members,
    "conversations.list": conversations_list,
    "conversations.join": conversations_join,
    "conversations.history": conversations_history,
    "conversations.replies": conversations_replies,
}
