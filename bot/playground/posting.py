"""Putting messages into channels, changing and removing them, and telling everybody whom it concerns."""

from typing import Any

from bot.playground.app_manifest import BOT_ID, BOT_USER_ID
from bot.playground.local_slack import LocalSlack
from bot.playground.shapes import page_message, slack_message
from bot.playground.workspace import Channel, Message

Json = dict[str, Any]

_MESSAGE_EVENTS = {"channel": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


def post(slack: LocalSlack, channel: Channel, user_id: str, text: str, **fields: Any) -> Message:
    """Posts a message into a channel as this user; `fields` are further fields of Message."""
    ts = slack.workspace.next_ts(channel, slack.clock.timestamp())
    message = Message(ts, channel.id, user_id, text, **fields)
    if user_id == BOT_USER_ID:
        message.bot_id = BOT_ID
    channel.messages[ts] = message
    parent = channel.messages.get(message.thread_ts) if message.thread_ts else None
    if parent is not None and parent is not message:
        parent.thread_ts = parent.ts
    if channel.kind == "im" and len(channel.messages) == 1:  # now it stands in the other person's sidebar
        slack.feeds.tell(channel.members, {"type": "conversations"})
    slack.tell_channel(channel, {"type": "message", "message": page_message(message, slack.workspace)})
    if parent is not None and parent is not message:
        slack.tell_channel(channel, {"type": "message_changed", "message": page_message(parent, slack.workspace)})
    _send_message_events(slack, channel, message)
    return message


def _send_message_events(slack: LocalSlack, channel: Channel, message: Message) -> None:
    if not channel.has_bot:
        return
    shape = slack_message(message, slack.workspace, slack.manifest, thread=False)
    event = {**shape, "channel": channel.id, "event_ts": message.ts}
    channel_type = "group" if channel.kind == "private" else channel.kind
    slack.send_event(f"message.{_MESSAGE_EVENTS[channel.kind]}", {**event, "channel_type": channel_type})
    if f"<@{BOT_USER_ID}" in message.text and message.bot_id is None and channel.kind != "im":
        slack.send_event("app_mention", {**event, "type": "app_mention"})


def post_ephemeral(slack: LocalSlack, channel: Channel, reader_id: str, text: str, **fields: Any) -> Message:
    """Shows a message of the app to one person only."""
    ts = slack.workspace.next_ts(channel, slack.clock.timestamp())
    message = Message(ts, channel.id, BOT_USER_ID, text, bot_id=BOT_ID, for_user=reader_id, **fields)
    channel.ephemerals[ts] = message
    _tell(slack, message, "ephemeral")
    return message


def change(slack: LocalSlack, message: Message, text: str, blocks: list[Json], by_user: bool = False) -> None:
    """Puts a new content into a message. A person's change is marked as edited, an app's with blocks is not."""
    message.text = text
    message.blocks = blocks
    if by_user or (not blocks and message.for_user is None):
        message.edited = {"user": message.user, "ts": f"{slack.clock.timestamp():.6f}"}
    _tell(slack, message, "message_changed")


def announce_change(slack: LocalSlack, message: Message) -> None:
    """Tells the pages that something about a message is different."""
    _tell(slack, message, "message_changed")


def remove(slack: LocalSlack, message: Message) -> None:
    """Takes a message away."""
    channel = slack.workspace.channels[message.channel]
    channel.messages.pop(message.ts, None)
    channel.ephemerals.pop(message.ts, None)
    _tell(slack, message, "message_deleted")


def _tell(slack: LocalSlack, message: Message, kind: str) -> None:
    news = {"type": kind, "channel": message.channel, "message": page_message(message, slack.workspace)}
    if message.for_user is not None:
        slack.feeds.tell([message.for_user], news)
    else:
        slack.feeds.tell(slack.workspace.channels[message.channel].members, news)
