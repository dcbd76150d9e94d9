"""How the text of a slash command reaches the bot: Slack's escaping of mentions, links and angle brackets."""

import re

from bot.playground.workspace import Channel, UserGroup, Workspace

_TOKEN = re.compile(
    r"<@(?P<user_id>[A-Z0-9]+)(?:\|[^<>]*)?>|<#(?P<channel_id>[A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<!subteam\^(?P<group_id>[A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|(?P<url>https?://[^\s<>|]+)|(?<![\w@])@(?P<user>[\w.\-]+)|(?<![\w#&])#(?P<channel>[\w\-]+)|(?P<special>[&<>])"
)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BROADCASTS = ("here", "channel", "everyone")


def escaped(text: str, workspace: Workspace) -> str:
    """The text as a command with `should_escape` receives it.

    `@ayu` becomes `<@U0AYU|ayu>`, a group `<!subteam^S…|@handle>`, `#sales` becomes `<#C0SALES|sales>` (a private
    channel `<#C…|>`), `@here` `<!here>`, an address `<https://…>`; `&`, `<` and `>` become entities. A name nobody has
    stays as typed.
    """
    return _TOKEN.sub(lambda found: _escaped_token(found, workspace), text)


def _escaped_token(found: re.Match[str], workspace: Workspace) -> str:
    if found["special"]:
        return _ENTITIES[found["special"]]
    if found["url"]:
        return f"<{found['url'].replace('&', '&amp;')}>"
    if found["user"]:
        return _mention(found["user"], workspace)
    if found["channel"]:
        channel = workspace.channel_named(found["channel"])
        return _channel_mention(channel) if channel else found[0]
    if found["user_id"] in workspace.users:
        return f"<@{found['user_id']}|{workspace.users[found['user_id']].name}>"
    if found["channel_id"] in workspace.channels:
        return _channel_mention(workspace.channels[found["channel_id"]])
    if found["group_id"] in workspace.groups:
        return _group_mention(workspace.groups[found["group_id"]])
    return found[0]


def _mention(name: str, workspace: Workspace) -> str:
    if name in _BROADCASTS:
        return f"<!{name}>"
    for candidate in (name, name.rstrip(".-")):
        user = workspace.user_named(candidate)
        if user is not None:
            return f"<@{user.id}|{user.name}>{name[len(candidate) :]}"
        group = workspace.group_named(candidate)
        if group is not None:
            return _group_mention(group) + name[len(candidate) :]
    return "@" + name


def _group_mention(group: UserGroup) -> str:
    return f"<!subteam^{group.id}|@{group.handle}>"


def _channel_mention(channel: Channel) -> str:
    return f"<#{channel.id}|{channel.name if channel.kind == 'channel' else ''}>"
