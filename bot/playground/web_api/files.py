"""files.* and reactions.add: uploads in three steps, and what becomes of them."""

import re
import secrets
import time
from typing import Final

from bot.playground import posting
from bot.playground.app_manifest import BOT_USER_ID
from bot.playground.block_kit.whole import with_ids
from bot.playground.file_shapes import seen_by_app, slack_file
from bot.playground.slack_error import SlackError
from bot.playground.web_api.call import Call, Json, Method
from bot.playground.workspace import Channel, StoredFile

_CONVERSATION: Final = re.compile(r"[CGDZ][A-Z0-9]*")
_NO_CONVERSATION: Final = "[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"


def get_upload_url(call: Call) -> Json:
    """Step one: where to send the bytes."""
    name = call.required("filename")
    length = call.whole("length", 0)
    if length <= 0:
        raise SlackError("missing_argument")
    alt_text = call.text("alt_txt") or ""
    if len(alt_text) > 1000:
        raise SlackError("alt_txt_too_large")
    file_id = "F" + secrets.token_hex(5).upper()
    stored = StoredFile(file_id, name, name, length, alt_text=alt_text, created=int(call.slack.clock.timestamp()))
    call.slack.workspace.files[file_id] = stored
    upload_id = secrets.token_urlsafe(16)
    call.slack.uploads[upload_id] = file_id
    return {"upload_url": f"{call.slack.url}/upload/{upload_id}", "file_id": file_id}


def complete_upload(call: Call) -> Json:
    """Step three: names the files and shares them; without a channel they stay with the app."""
    entries = call.structure("files")
    if not isinstance(entries, list) or not entries:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: files"])
    stored = [_uploaded(call, entry) for entry in entries]
    channels = [_channel(call, each) for each in _channel_ids(call)]
    comment = call.text("initial_comment") or ""
    blocks = [] if comment else call.structure("blocks") or []
    call.slack.check_blocks(blocks)
    for file, entry in zip(stored, entries, strict=True):
        file.title = entry.get("title") or file.name
        file.completed = True
        file.ready_at = time.monotonic() + call.slack.timing.file_ready_seconds
        file.channels = [each.id for each in channels]
    for channel in channels:
        message = posting.post(
            call.slack,
            channel,
            BOT_USER_ID,
            comment,
            blocks=with_ids(blocks),
            files=[file.id for file in stored],
            thread_ts=call.text("thread_ts"),
        )
        for file in stored:
            file.shares[channel.id] = message.ts
    return {"files": [slack_file(file, call.slack.workspace, ready=False) for file in stored]}


def _uploaded(call: Call, entry: object) -> StoredFile:
    file_id = entry.get("id") if isinstance(entry, dict) else None
    file = call.slack.workspace.files.get(str(file_id))
    if file is None or file.content is None or file.user != BOT_USER_ID:
        raise SlackError("file_not_found")
    if file.completed:
        raise SlackError("file_already_completed")
    return file


def _channel_ids(call: Call) -> list[str]:
    single = call.text("channel_id")
    if single and not _CONVERSATION.fullmatch(single):
        raise SlackError("invalid_arguments", [_NO_CONVERSATION])
    return [single] if single else [each for each in (call.text("channels") or "").split(",") if each]


def _channel(call: Call, channel_id: str) -> Channel:
    if channel_id in call.slack.workspace.users:  # `channels` takes people, `channel_id` does not
        return call.slack.workspace.direct_channel(channel_id, BOT_USER_ID)
    channel = call.slack.workspace.channels.get(channel_id)
    if channel is None:
        raise SlackError("channel_not_found")
    if not channel.has_bot:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def files_info(call: Call) -> Json:
    """A file; its type is missing until it was processed."""
    file = call.slack.workspace.files.get(call.required("file"))
    if file is None or not file.completed or not seen_by_app(file, call.slack.workspace):
        raise SlackError("file_not_found")
    return {"file": slack_file(file, call.slack.workspace, file.is_processed)}


def reactions_add(call: Call) -> Json:
    """Puts an emoji under a message."""
    channel = call.channel()
    message = channel.messages.get(call.required("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    users = message.reactions.setdefault(call.required("name").strip(":"), [])
    if BOT_USER_ID in users:
        raise SlackError("already_reacted")
    users.append(BOT_USER_ID)
    posting.announce_change(call.slack, message)
    return {}


METHODS: Final[dict[str, Method]] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": files_info,
    "reactions.add": reactions_add,
}
