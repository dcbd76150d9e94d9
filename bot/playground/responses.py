"""What the bot answers to an interaction: the body of a slash command's reply, and posts to a response_url."""

from typing import Any

from bot.playground import posting
from bot.playground.app_manifest import BOT_USER_ID
from bot.playground.block_kit.whole import with_ids
from bot.playground.handles import ResponseUrl
from bot.playground.local_slack import LocalSlack
from bot.playground.slack_error import SlackError
from bot.playground.workspace import Message

Json = dict[str, Any]


def apply_response(slack: LocalSlack, target: ResponseUrl, body: Json) -> list[str]:
    """Does what a response asks for and returns what will show wrong; raises SlackError for what Slack refuses."""
    channel = slack.workspace.channels[target.channel_id]
    original = _original(slack, target)
    if body.get("delete_original"):
        if original is None:
            raise SlackError("message_not_found")
        posting.remove(slack, original)
        return []
    text, blocks = _content(slack, body)
    warnings = slack.faults_shown(text, blocks)
    if body.get("replace_original"):
        if original is None:
            raise SlackError("message_not_found")
        posting.change(slack, original, text, blocks)
        return warnings
    kind = body.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_response_type")
    thread_ts = body.get("thread_ts")
    if kind == "in_channel":
        posting.post(slack, channel, BOT_USER_ID, text, blocks=blocks, thread_ts=thread_ts)
    else:
        posting.post_ephemeral(slack, channel, target.user_id, text, blocks=blocks, thread_ts=thread_ts)
    return warnings


def _original(slack: LocalSlack, target: ResponseUrl) -> Message | None:
    if target.message_ts is None:
        return None
    channel = slack.workspace.channels[target.channel_id]
    return (channel.ephemerals if target.ephemeral else channel.messages).get(target.message_ts)


def _content(slack: LocalSlack, body: Json) -> tuple[str, list[Json]]:
    text, blocks = body.get("text") or "", body.get("blocks") or []
    if not text and not blocks and not body.get("attachments"):
        raise SlackError("no_text")
    if not isinstance(text, str):
        raise SlackError("invalid_payload")
    slack.check_blocks(blocks)
    return text, with_ids(blocks)


def body_of(response: Any) -> Json:
    """The body of a slash command's reply, which may be plain text, as a response body."""
    if isinstance(response, dict):
        return response
    if isinstance(response, str):
        return {"text": response}
    raise SlackError("invalid_payload")
