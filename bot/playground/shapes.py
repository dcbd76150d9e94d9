"""How users, channels and messages look as JSON: to the bot as Slack sends them, to the page as it asks. Files are in
file_shapes.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.playground.app_manifest import APP_ID, BOT_ID, BOT_USER_ID, AppManifest
from bot.playground.file_shapes import slack_file
from bot.playground.workspace import Channel, Message, User, UserGroup, Workspace

Json = dict[str, Any]


def slack_user(user: User, now: datetime, include_locale: bool, with_email: bool) -> Json:
    """A user as users.info answers; zone fields are missing where the zone is."""
    shape: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": user.real_name,
        "profile": {
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.display_name,
            "display_name_normalized": user.display_name,
            "title": user.title,
            "team": user.team_id,
        },
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": user.is_owner,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(now.timestamp()),
    }
    if with_email and user.email:
        shape["profile"]["email"] = user.email
    if user.is_app and user.id == BOT_USER_ID:
        shape["profile"] |= {"api_app_id": APP_ID, "bot_id": BOT_ID}
    if user.tz:
        local = now.astimezone(ZoneInfo(user.tz))
        offset = local.utcoffset()
        shape |= {"tz": user.tz, "tz_label": local.tzname(), "tz_offset": int(offset.total_seconds()) if offset else 0}
    if user.is_stranger:
        shape["is_stranger"] = True
    if include_locale:
        shape["locale"] = user.locale
    return shape


def page_user(user: User) -> Json:
    """A user as the page asks."""
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "display_name": user.display_name or user.real_name,
        "tz": user.tz,
        "locale": user.locale,
        "is_bot": user.is_bot,
        "is_app": user.is_app,
        "deleted": user.deleted,
        "is_admin": user.is_admin,
        "is_restricted": user.is_restricted or user.is_ultra_restricted,
        "title": user.title,
    }


def slack_channel(channel: Channel, team_id: str, num_members: bool = False) -> Json:
    """A conversation as conversations.info answers."""
    shape: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind in ("private", "mpim"),
        "is_private": channel.kind != "channel",
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_shared": False,
        "context_team_id": team_id,
    }
    if channel.kind == "im":
        return shape | {"user": next((each for each in channel.members if each != BOT_USER_ID), BOT_USER_ID)}
    shape |= {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": False,
        "is_member": channel.has_bot,
        "creator": channel.members[0] if channel.members else "",
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }
    if num_members:
        shape["num_members"] = len(channel.members)
    return shape


def page_channel(channel: Channel) -> Json:
    """A channel as the page asks."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.kind != "channel",
        "is_archived": channel.is_archived,
        "topic": channel.topic,
        "members": list(channel.members),
    }


def page_group(group: UserGroup) -> Json:
    """A user group as the page asks."""
    return {"id": group.id, "handle": group.handle, "name": group.name, "members": list(group.members)}


def slack_message(
    message: Message, workspace: Workspace, manifest: AppManifest, with_metadata: bool = False, thread: bool = True
) -> Json:
    """A message as Slack returns it; metadata only where it was asked for."""
    shape: Json = {"type": "message", "ts": message.ts, "user": message.user, "text": message.text}
    shape["team"] = workspace.team_id
    if message.bot_id:
        shape |= {
            "bot_id": message.bot_id,
            "app_id": APP_ID,
            "bot_profile": {
                "id": BOT_ID,
                "app_id": APP_ID,
                "user_id": BOT_USER_ID,
                "name": manifest.display_name,
                "deleted": False,
                "updated": int(float(message.ts)),
                "team_id": workspace.team_id,
            },
        }
    if message.blocks:
        shape["blocks"] = message.blocks
    if message.attachments:
        shape["attachments"] = message.attachments
    if message.files:
        shape["files"] = [slack_file(workspace.files[each], workspace) for each in message.files]
    if message.thread_ts:
        shape["thread_ts"] = message.thread_ts
    if message.edited:
        shape["edited"] = message.edited
    if message.reactions:
        shape["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if with_metadata and message.metadata:
        shape["metadata"] = message.metadata
    channel = workspace.channels.get(message.channel)
    if thread and channel is not None and not message.is_reply:
        shape |= _thread_fields(channel, message)
    return shape


def _thread_fields(channel: Channel, message: Message) -> Json:
    replies = channel.thread(message.ts) if message.thread_ts == message.ts else []
    if not replies:
        return {}
    users = list(dict.fromkeys(each.user for each in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def page_message(message: Message, workspace: Workspace) -> Json:
    """A message as the page asks."""
    channel = workspace.channels.get(message.channel)
    replies = channel.thread(message.ts) if channel is not None and message.thread_ts == message.ts else []
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "bot_id": message.bot_id,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": [slack_file(workspace.files[each], workspace) for each in message.files],
        "thread_ts": message.thread_ts,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts if replies else None,
        "edited": message.edited,
        "ephemeral": message.for_user is not None,
        "metadata": message.metadata,
        "reactions": [{"name": name, "users": users} for name, users in message.reactions.items()],
    }
