"""Everything one playground holds, in one place, for the handlers. Rules live beside what they rule, not here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.playground.app_manifest import APP_ID, BOT_USER_ID, AppManifest
from bot.playground.block_kit.mrkdwn import mrkdwn_faults, shown_faults
from bot.playground.block_kit.whole import check_message_blocks, refuse_charts
from bot.playground.clock import Clock
from bot.playground.delivery import Background, Delivery, Dispatcher, Timing, Transport
from bot.playground.faults import Faults
from bot.playground.feeds import Feeds
from bot.playground.file_kinds import PICTURES, kind_of
from bot.playground.file_shapes import seen_by_app
from bot.playground.handles import ResponseUrls, Triggers
from bot.playground.installs import Installs
from bot.playground.modals import OpenViews
from bot.playground.traffic import Traffic
from bot.playground.workspace import Channel, User, Workspace

Json = dict[str, Any]

OF_INSTALLATIONS: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""Events that come although the app is not installed any more."""
_FILE_ADDRESS: Final = re.compile(r"/files(?:-pri)?/(?:T\w+-)?(F[0-9A-Z]+)")


@dataclass(frozen=True)
class Tokens:
    """The secrets the playground accepts and signs with."""

    bot: str = "xoxb-playground"
    app: str = "xapp-playground"
    signing_secret: str = "playground-signing-secret"  # noqa: S105 - a name everybody knows, for loopback only
    client_id: str = "playground-client"
    client_secret: str = "playground-client-secret"  # noqa: S105 - the same


class LocalSlack:
    """One workspace with one app in it, the way to the app, and everything that is open between them."""

    def __init__(
        self,
        manifest: AppManifest,
        clock: Clock,
        new_workspace: Callable[[], Workspace],
        tokens: Tokens,
        timing: Timing,
        *,
        is_installed: bool = True,
        redirect_url: str | None = None,
    ) -> None:
        self.redirect_url = redirect_url
        self._first_token = tokens.bot if is_installed else None
        self.manifest = manifest
        self.clock = clock
        self.tokens = tokens
        self.timing = timing
        self.url = ""
        self.feeds = Feeds()
        self.faults = Faults()
        self.background = Background()
        self.traffic = Traffic(clock, self.feeds.tell_all)
        self._new_workspace = new_workspace
        self._dispatcher: Dispatcher | None = None
        self._event_count = 0
        self._start_over()

    def _start_over(self) -> None:
        self.workspace = self._new_workspace()
        self.workspace.url = self.url
        self.views = OpenViews()
        self.triggers = Triggers(self.timing.trigger_seconds)
        self.response_urls = ResponseUrls(self.clock)
        self.uploads: dict[str, str] = {}
        self.knows_charts = True
        self.installs = Installs(self._first_token)

    def use_address(self, url: str) -> None:
        """Sets the address the playground is reached at, once it listens; no slash at the end."""
        self.url = url
        self.workspace.url = url

    def reset(self) -> None:
        """Back to the workspace file; connections and the clock stay as they are."""
        self._start_over()
        self.faults.clear()
        self.traffic.clear()
        self.dispatcher.forget()
        self.feeds.tell_all({"type": "reset"})

    @property
    def dispatcher(self) -> Dispatcher:
        """The way to the bot."""
        assert self._dispatcher is not None, "the playground has not started"
        return self._dispatcher

    def use_transport(self, transport: Transport) -> None:
        """Sets the way to the bot, once, at the start."""
        self._dispatcher = Dispatcher(transport, self.traffic, self.timing, self.background)

    def tell_connections(self) -> None:
        """Tells the pages how many connections the bot has now."""
        self.feeds.tell_all({"type": "connection", "connections": self.dispatcher.transport.connections})

    def file_ready(self, stored: Json) -> bool:
        """True when a `slack_file` object names a picture that the app may see and that was processed by now."""
        address = _FILE_ADDRESS.search(str(stored.get("url", "")))
        found = self.workspace.files.get(str(stored.get("id") or (address[1] if address else "")))
        if found is None or not found.is_processed or not seen_by_app(found, self.workspace):
            return False
        return kind_of(found.name).mimetype in PICTURES

    def check_blocks(self, blocks: Any) -> None:
        """Raises SlackError when this workspace would refuse a message's blocks."""
        check_message_blocks(blocks, self.file_ready)
        if not self.knows_charts:
            refuse_charts(blocks)

    def know_charts(self, known: bool) -> None:
        """Sets whether this workspace takes chart blocks; a workspace that Slack's rollout has not reached does not."""
        self.knows_charts = known
        self.feeds.tell_all({"type": "charts", "known": known})

    def faults_shown(self, text: str, *structures: Any) -> list[str]:
        """What Slack would accept in a text and in blocks and then show wrong."""
        known = self.workspace.users, self.workspace.channels, self.workspace.groups
        found = mrkdwn_faults(text, *known)
        for structure in structures:
            found += shown_faults(structure, *known)
        return found

    def send_event(self, subscription: str, event: Json) -> None:
        """Sends an event to the bot when its manifest asks for that kind."""
        if subscription not in self.manifest.bot_events:
            return
        if not self.installs.is_installed and subscription not in OF_INSTALLATIONS:
            return
        self._event_count += 1
        moment = self.clock.timestamp()
        team_id = self.workspace.team_id
        payload = {
            "token": "playground",
            "team_id": team_id,
            "context_team_id": team_id,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "event": {**event, "event_ts": event.get("event_ts") or f"{moment:.6f}"},
            "type": "event_callback",
            "event_id": f"Ev{self._event_count:010d}",
            "event_time": int(moment),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team_id,
                    "user_id": BOT_USER_ID,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-event-{self._event_count}",
        }
        self.dispatcher.send_event(Delivery("event", event["type"], payload))

    def person(self, user_id: str) -> User | None:
        """The person one may act as: not a bot, not Slackbot, not deactivated."""
        return next((each for each in self.workspace.people if each.id == user_id and not each.deleted), None)

    def tell_channel(self, channel: Channel, news: Json) -> None:
        """Sends news to the pages of everybody in a channel."""
        self.feeds.tell(channel.members, {**news, "channel": channel.id})

    def tell_views(self, user_id: str) -> None:
        """Tells a person's pages which modals are open now."""
        views = [view.as_slack() for view in self.views.stack(user_id)]
        self.feeds.tell([user_id], {"type": "views", "views": views})
