"""chat.*: posting, changing and removing messages."""

import json
from typing import Any, Final

from bot.playground import posting
from bot.playground.app_manifest import BOT_USER_ID
from bot.playground.block_kit.whole import with_ids
from bot.playground.limits import LIMITS, MESSAGE_TEXT, METADATA_BYTES, UPDATE_TEXT
from bot.playground.shapes import slack_message
from bot.playground.slack_error import SlackError
from bot.playground.web_api.call import Call, Json, Method
from bot.playground.workspace import SLACKBOT_ID, Channel, Message


def _target(call: Call) -> Channel:
    """The conversation to post to: an id, a channel's name, or a person's id, which means their direct messages."""
    given = call.required("channel")
    workspace = call.slack.workspace
    user = workspace.users.get(given)
    if user is not None:
        if user.is_bot or user.id == SLACKBOT_ID:
            raise SlackError("cannot_dm_bot")
        return workspace.direct_channel(user.id, BOT_USER_ID)
    channel = workspace.channels.get(given) or workspace.channel_named(given.removeprefix("#"))
    if channel is None or (channel.kind != "channel" and not channel.has_bot):
        raise SlackError("channel_not_found")
    return channel


def _check_may_post(call: Call, channel: Channel) -> None:
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.has_bot and "chat:write.public" not in call.slack.manifest.bot_scopes:
        raise SlackError("not_in_channel")
    if channel.kind == "im" and not call.slack.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")


def _content(call: Call) -> tuple[str, list[Json], list[Json]]:
    """The text, blocks and attachments of a call, checked; what will show wrong goes to the call's warnings."""
    text, markdown = call.text("text") or "", call.text("markdown_text")
    blocks, attachments = call.structure("blocks", "invalid_blocks_format"), call.structure("attachments")
    if markdown is not None:
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > LIMITS["markdown.text.max_length"]:
            raise SlackError("msg_too_long")
        return markdown, [], []
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if attachments and len(attachments) > LIMITS["message.attachments.max_items"]:
        raise SlackError("too_many_attachments")
    if blocks:
        call.slack.check_blocks(blocks)
        if not text:
            call.warnings.append("blocks without text: screen readers and notifications have nothing to say")
    call.warnings += call.slack.faults_shown(text, blocks)
    return text, with_ids(blocks or []), attachments or []


def _metadata(call: Call) -> Json | None:
    """The metadata given; raises `invalid_metadata_format` and `metadata_too_large`."""
    metadata: Any = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    good = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
    if not good or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def _thread(call: Call, channel: Channel) -> str | None:
    thread_ts = call.text("thread_ts")
    if thread_ts is None:
        return None
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise SlackError("invalid_thread_ts")
    if parent.is_reply:
        call.warnings.append("thread_ts is that of a reply, not of the parent")
        return parent.thread_ts
    return thread_ts


def post_message(call: Call) -> Json:
    """Posts a message."""
    channel = _target(call)
    _check_may_post(call, channel)
    text, blocks, attachments = _content(call)
    if len(text) > MESSAGE_TEXT:
        call.warnings.append(f"the text is cut at {MESSAGE_TEXT} characters")
    message = posting.post(
        call.slack,
        channel,
        BOT_USER_ID,
        text[:MESSAGE_TEXT],
        blocks=blocks,
        attachments=attachments,
        thread_ts=_thread(call, channel),
        broadcast=call.flag("reply_broadcast"),
        metadata=_metadata(call),
    )
    return {"channel": channel.id, "ts": message.ts, "message": _shape(call, message)}


def _shape(call: Call, message: Message) -> Json:
    return slack_message(message, call.slack.workspace, call.slack.manifest)


def post_ephemeral(call: Call) -> Json:
    """Shows a message to one person in a channel."""
    channel = call.channel()
    _check_may_post(call, channel)
    user_id = call.required("user")
    if user_id not in channel.members or call.slack.workspace.users[user_id].deleted:
        raise SlackError("user_not_in_channel")
    text, blocks, _ = _content(call)
    thread_ts = _thread(call, channel)
    message = posting.post_ephemeral(call.slack, channel, user_id, text, blocks=blocks, thread_ts=thread_ts)
    return {"message_ts": message.ts}


def _own(call: Call, refusal: str) -> Message:
    """The app's own message named by channel id and ts; ephemeral messages cannot be named."""
    channel = call.channel()
    message = channel.messages.get(call.required("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.user != BOT_USER_ID:
        raise SlackError(refusal)
    return message


def update(call: Call) -> Json:
    """Changes a message of the app; text without blocks removes the blocks, metadata not given is kept."""
    message = _own(call, "cant_update_message")
    if call.slack.workspace.channels[message.channel].is_archived:
        raise SlackError("is_archived")
    if len(call.text("text") or "") > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    text, blocks, attachments = _content(call)
    message.attachments = attachments
    message.metadata = _metadata(call) or message.metadata
    posting.change(call.slack, message, text, blocks)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": _shape(call, message)}


def delete(call: Call) -> Json:
    """Removes a message of the app."""
    message = _own(call, "cant_delete_message")
    posting.remove(call.slack, message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """The address of a message."""
    channel = call.channel()
    ts = call.required("message_ts")
    if ts not in channel.messages:
        raise SlackError("message_not_found")
    domain = call.slack.workspace.team["domain"]
    link = f"https://{domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


METHODS: Final[dict[str, Method]] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}
