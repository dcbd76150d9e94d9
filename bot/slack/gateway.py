"""The one way out to Slack: every Web API call of the bot is a method here. Nothing is sent twice by itself, neither
payloads nor tokens are logged, and what goes wrong is one of the four errors of `bot.slack.errors`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.members import Member
from bot.settings import Charts
from bot.slack import calls
from bot.slack.blocks import Block, Message, as_payload
from bot.slack.calls import Client, answer_through, ask, client_of, ids_of, is_ts, is_unmarked, pages_of
from bot.slack.chart_pictures import CHART, TRIES_OF_REPLY, ChartPictures
from bot.slack.errors import (
    NothingToTell,
    SlackBusy,
    SlackError,
    SlackRefused,
    SlackUnclear,
    SlackUnreachable,
    TooMuchToRead,
)
from bot.slack.files import FileHost, address_of, is_file_id, is_processed
from bot.slack.identities import Identity, Sent, identity_from, lockout, unless_locked_out
from bot.slack.people import ChannelInfo, UserGroup, channel_from, group_from, has_id, ids_from, member_from

__all__ = [
    "CHART",
    "ChannelInfo",
    "Gateway",
    "Identity",
    "NothingToTell",
    "Sent",
    "SlackBusy",
    "SlackError",
    "SlackRefused",
    "SlackUnclear",
    "SlackUnreachable",
    "TooMuchToRead",
    "UserGroup",
]

log = structlog.get_logger(__name__)

HISTORY_PAGE = 200
HISTORY_PAGES = 100
# How far before the attempt its message is looked for: our clock and Slack's may differ; and how far where it is little
# to read: our clock may have been a day ahead.
CLOCK_DIFFERENCE, CLOCK_JUMP = timedelta(minutes=5), timedelta(hours=25)
LITTLE_TO_READ = 500
PATIENCE_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 1.0
# How often, and how far apart, it is looked whether Slack has processed a file.
LOOKS, LOOK_SECONDS = 6, 0.5
DELIVERY_EVENT = "denyut_delivery"

Pause = Callable[[float], Awaitable[None]]


class Gateway:
    """One workspace's Slack. All calls share one session, so that connections are reused; it is closed with the gateway
    that made it (`owns`)."""

    def __init__(
        self,
        client: Client,
        session: aiohttp.ClientSession,
        identity: Identity,
        pause: Pause = asyncio.sleep,
        charts: Charts = Charts.AUTO,
        *,
        owns: bool = True,
    ) -> None:
        self.client = client
        self.identity = identity
        self._owns = owns
        self._session = session
        self._pause = pause
        self._files = FileHost(session, client.token or "", client.base_url, client.proxy)
        self._charts = ChartPictures(charts, self.keep_file, pause)
        self._newest_updates: dict[tuple[str, str], object] = {}

    @classmethod
    async def connect(cls, token: str, api_url: str, charts: Charts = Charts.AUTO) -> "Gateway":
        """Asks Slack who this token is; `charts` says how messages show them. Raises a SlackError
        (SlackRefused("invalid_auth") for a wrong token)."""
        session = calls.session()
        client = client_of(token, api_url, session)
        try:
            identity = identity_from(await ask(client.auth_test))
        except SlackError:
            await session.close()
            raise
        return cls(client, session, identity, charts=charts)

    @classmethod
    def over(
        cls, session: aiohttp.ClientSession, token: str, api_url: str, identity: Identity, charts: Charts
    ) -> "Gateway":
        """A gateway over connections that others share, for a token whose identity is known already. Without a token it
        is nobody's: what it can do is open Socket Mode, and exchange what Slack gave for an installation."""
        return cls(client_of(token, api_url, session), session, identity, charts=charts, owns=False)

    @property
    def token(self) -> str:
        return self.client.token or ""

    async def close(self) -> None:
        """Closes the connections, if they are its own; the gateway cannot be used any more."""
        if self._owns:
            await self._session.close()

    async def lockout(self, code: str) -> str:
        """Why Slack takes the token no more, in this workspace at least; "" where it does. What a call was answered
        with (`code`) may mean something else: then Slack is asked."""
        return await lockout(self.client, code)

    @property
    def _here(self) -> dict[str, Any]:
        """What an organisation's token has to say with every list: of which workspace."""
        return {"team_id": self.identity.team_id} if self.identity.enterprise_id else {}

    @unless_locked_out
    async def post(
        self,
        channel: str,
        message: Message,
        *,
        metadata: Mapping[str, Any] | None = None,
        thread_ts: str | None = None,
    ) -> Sent:
        """Posts to a channel or to a person, by id. Where Slack refuses a chart, a picture stands in for it."""

        def send(shown: Message) -> Awaitable[AsyncSlackResponse]:
            return ask(
                self.client.chat_postMessage,
                **as_payload(shown),
                channel=channel,
                metadata=metadata and dict(metadata),
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
            )

        answer = await self._charts.sent(send, message)
        if not is_ts(answer["ts"]) or not isinstance(answer["channel"], str):
            raise SlackUnclear("an answer that does not say where the message is")
        return Sent(channel=answer["channel"], ts=answer["ts"])

    @unless_locked_out
    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Turns a message of ours into another. Its metadata stays."""
        change = self.client.chat_update
        await self._charts.sent(lambda shown: ask(change, **as_payload(shown), channel=channel, ts=ts), message)

    async def update_patiently(self, channel: str, ts: str, message: Message) -> None:
        """As `update`, but waits while Slack is busy or away, a minute in all. Never raises: what did not work is
        logged, and the message keeps its old look. Repeating an update is harmless until a later one of the same
        message begins: from then on only that is true."""
        mine = self._newest_updates[channel, ts] = object()
        try:
            await self._update_while(lambda: self._newest_updates.get((channel, ts)) is mine, channel, ts, message)
        finally:
            if self._newest_updates.get((channel, ts)) is mine:
                del self._newest_updates[channel, ts]

    async def _update_while(self, is_newest: Callable[[], bool], channel: str, ts: str, message: Message) -> None:
        named = "" if channel.startswith("D") else channel  # a prompt changes when that person has answered
        waited, pause = 0.0, FIRST_PAUSE_SECONDS
        while is_newest():
            try:
                await self.update(channel, ts, message)
                return
            except SlackRefused as refusal:
                log.warning("message not updated", action="update_refused", channel=named, error=str(refusal))
                return
            except SlackError as error:
                if isinstance(error, SlackBusy):
                    wait = error.retry_after
                else:
                    wait, pause = pause, pause * 2
                if waited + wait > PATIENCE_SECONDS:
                    log.warning("message not updated", action="update_given_up", channel=named, error=str(error))
                    return
                waited += wait
                await self._pause(wait)

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        """Answers through the address that came with a click: seen by that person alone, or in place of the message
        they clicked in (`replace`)."""
        extra = {"response_type": "ephemeral", "replace_original": replace}
        proxy = self.client.proxy
        await self._charts.sent(
            lambda shown: answer_through(
                self._session, response_url, {**as_payload(shown), **extra}, proxy, self.client.base_url
            ),
            message,
            TRIES_OF_REPLY,
        )

    async def open_view(self, trigger_id: str, view: Block, *, pushed: bool = False) -> None:
        """Opens a form, or puts it on top of the open one (`pushed`). The trigger lives 3 seconds."""
        show = self.client.views_push if pushed else self.client.views_open
        await ask(show, trigger_id=trigger_id, view=view)

    async def update_view(self, view_id: str, view: Block) -> None:
        """Turns an open form into another."""
        await ask(self.client.views_update, view_id=view_id, view=view)

    async def publish_home(self, user_id: str, view: Block) -> None:
        """Shows a person their App Home."""
        await ask(self.client.views_publish, user_id=user_id, view=view)

    @unless_locked_out
    async def channel_members(self, channel: str) -> list[str]:
        """The ids of everybody in a channel, bots and deactivated people among them."""
        pages = pages_of(self.client.conversations_members, "members", channel=channel)
        return ids_from([user async for user in pages])

    @unless_locked_out
    async def users(self, *, patiently: bool = False) -> list[Member]:
        """Everybody in the workspace, bots and deactivated people among them; not the people of shared channels. Slack
        gives about 4 000 people a minute: for more, `patiently` waits, for minutes."""
        pause = self._pause if patiently else None
        pages = pages_of(self.client.users_list, "members", pause=pause, include_locale=True, **self._here)
        return [member_from(user, self.identity.team_id) async for user in pages if has_id(user)]

    @unless_locked_out
    async def user(self, user_id: str) -> Member:
        """One person."""
        answer = await ask(self.client.users_info, user=user_id, include_locale=True)
        return member_from(answer["user"], self.identity.team_id)

    @unless_locked_out
    async def user_groups(self) -> list[UserGroup]:
        """The groups of people one can mention, the disabled ones left out."""
        answer = await ask(self.client.usergroups_list, include_disabled=False, **self._here)
        if not isinstance(groups := answer.get("usergroups"), list):
            raise SlackUnclear("an answer without groups")
        return [group_from(group) for group in groups if has_id(group) and not group.get("date_delete")]

    @unless_locked_out
    async def group_members(self, group_id: str) -> list[str]:
        """The ids of everybody in a group. Raises SlackRefused("no_such_subteam") for one that is not there."""
        answer = await ask(self.client.usergroups_users_list, usergroup=group_id, **self._here)
        return ids_from(answer.get("users"))

    @unless_locked_out
    async def channel(self, channel_id: str) -> ChannelInfo:
        """One channel the bot can see."""
        answer = await ask(self.client.conversations_info, channel=channel_id)
        return channel_from(answer["channel"])

    @unless_locked_out
    async def open_dm(self, user_id: str) -> str:
        """The id of the bot's conversation with a person."""
        answer = await ask(self.client.conversations_open, users=user_id)
        channel = answer["channel"]
        if not isinstance(channel, dict) or not channel.get("id"):
            raise SlackUnclear("an answer that does not say which conversation it is")
        return str(channel["id"])

    @unless_locked_out
    async def find_posted(
        self, channel: str, delivery_id: str, since: datetime, thread_ts: str | None = None
    ) -> str | None:
        """The ts of the message, of a channel or of one thread in it, that carries this delivery in its metadata,
        posted `since` (an aware moment) or a little before; None if there is none. Raises SlackUnclear when there is
        more to read than we will, or where messages of ours in a channel have lost their metadata."""
        since = min(since, datetime.now(UTC))  # a pass may be made for a moment to come; Slack's messages are not of it
        in_thread: dict[str, Any] = {"ts": thread_ts} if thread_ts else {}
        history = pages_of(
            self.client.conversations_replies if thread_ts else self.client.conversations_history,
            "messages",
            page=HISTORY_PAGE,
            pages=HISTORY_PAGES,
            channel=channel,
            oldest=f"{(since - CLOCK_JUMP).timestamp():.6f}",
            include_all_metadata=True,
            **in_thread,
        )
        enough, newest, read, is_told = (since - CLOCK_DIFFERENCE).timestamp(), 0.0, 0, True
        me = self.identity
        async for message in history:
            ts, of_delivery = ids_of(message)
            if of_delivery == delivery_id:
                return ts
            # From here on they are from long before, if they come newest first as they do: a thread's do not.
            newest, read = max(newest, float(ts)), read + 1
            # To people we write without metadata as well.
            if not (of_delivery or float(ts) < enough or channel.startswith("D")):
                is_told = is_told and not is_unmarked(message, me.bot_id, me.bot_user_id)
            if read > LITTLE_TO_READ and float(ts) < min(enough, newest):
                break
        if not is_told:
            raise NothingToTell("messages of ours without metadata")
        return None

    async def download(self, file: str, limit_bytes: int) -> bytes:
        """What is in a file that somebody gave us, by its `url_private_download` or its id. Raises
        SlackRefused("file_too_large") before more than `limit_bytes` are read, SlackRefused("missing_scope") where
        the token may not read files, SlackRefused("not_slacks_address") for an address that is not Slack's."""
        if is_file_id(file):
            answer = await ask(self.client.files_info, file=file)
            file = address_of(answer.get("file"))
        return await self._files.fetch(file, limit_bytes)

    async def upload(self, user_id: str, name: str, data: bytes, comment: str) -> None:
        """Sends a person a file into their conversation with the bot; `comment` is mrkdwn, so what people wrote is
        to be escaped in it. With SlackUnclear nobody knows whether the file is there. Not for empty `data`."""
        channel = await self.open_dm(user_id)
        file_id = await self._stored(name, data)
        await ask(
            self.client.files_completeUploadExternal,
            files=[{"id": file_id, "title": name}],
            channel_id=channel,
            initial_comment=comment,
        )

    async def keep_file(self, name: str, data: bytes, title: str) -> str:
        """Puts a file where only blocks of our messages show it, and waits a little for Slack to be done with it; its
        id. Raises a SlackError. Not for empty `data`."""
        file_id = await self._stored(name, data)
        await ask(self.client.files_completeUploadExternal, files=[{"id": file_id, "title": title}])
        with contextlib.suppress(SlackRefused):  # a token that may not look can still show it
            for _ in range(LOOKS):
                answer = await ask(self.client.files_info, file=file_id)
                if is_processed(answer.get("file")):
                    break
                await self._pause(LOOK_SECONDS)
        return file_id

    async def _stored(self, name: str, data: bytes) -> str:
        place = await ask(self.client.files_getUploadURLExternal, filename=name, length=len(data))
        await self._files.store(str(place["upload_url"]), data)
        return str(place["file_id"])
