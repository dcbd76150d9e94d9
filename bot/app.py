"""The Bolt app: one listener per kind of payload, and behind it a dict from id to handler (Bolt's own matching costs
7 µs a listener). Adding a feature is one line in FEATURES.

Slack is answered first, always: what a handler returns is put into the acknowledgement where it fits there (a command's
reply, a form's answer), and sent afterwards where it does not. No Web API call stands before it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot import actions, checkins, help, home, installing, kpis, notices, oneonones, privacy, roster, summaries, surveys
from bot.commands import Registry
from bot.i18n import Catalogues, Translator
from bot.interactions import (
    Click,
    Command,
    Context,
    Happened,
    OpenForm,
    Replace,
    Reply,
    Say,
    ShowHome,
    Submission,
    Then,
    UpdateForm,
)
from bot.middleware import (
    LONGEST_COMMAND,
    carried_on,
    click_context,
    command_context,
    event_context,
    heard,
    submission_context,
    too_long,
    typed,
)
from bot.replies import following, form_answer, has_chart, is_in_modal, note, page_to_redraw, said, tell_alone
from bot.services import Services
from bot.slack import ids
from bot.slack.blocks import Block, Message, as_payload
from bot.slack.errors import SlackError
from bot.slack.gateway import Gateway
from bot.slack.origins import OF_INSTALLATIONS, origin_of
from bot.workspaces import OneWorkspace, Workspaces
from storage import StorageTrouble

log = structlog.get_logger(__name__)
ANYTHING = re.compile(r".*", re.DOTALL)
Work = Callable[[], Awaitable[None]]
SERVICES = "denyut_services"
"""Under this name a payload's context holds the services of its workspace."""


class Feature(Protocol):
    """A feature is a package with one function."""

    def register(self, registry: Registry) -> None: ...


FEATURES: tuple[Any, ...] = (
    surveys, kpis, summaries, checkins, actions, oneonones, home, privacy, installing, help, notices, roster,
)  # fmt: skip


def build_registry(texts: Catalogues) -> Registry:
    """Everything the features offer. Raises ValueError when two of them want the same name."""
    registry = Registry(texts)
    for feature in FEATURES:
        feature.register(registry)
    return registry


class OwnBolt(AsyncApp):
    """Bolt for the workspaces we serve: what is sent to another app, or from a workspace without an installation, is
    acknowledged before Bolt sees it; with everything else go the services of its workspace."""

    def __init__(self, workspaces: Workspaces, **options: Any) -> None:
        super().__init__(authorize=_authorize, **options)
        self._workspaces = workspaces

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        payload = req.body
        own = self._workspaces.app_id
        if own and payload.get("api_app_id") not in (None, "", own):
            log.info("meant for another app", action="other_app")
            return BoltResponse(status=200)
        origin = origin_of(payload)
        kind = (payload.get("event") or {}).get("type")
        whole = bool(origin.enterprise_id) and kind in OF_INSTALLATIONS
        try:
            services = await self._workspaces.of("" if whole else origin.team_id, origin.enterprise_id)
        except StorageTrouble as trouble:
            log.warning("workspace not read", action="workspace_not_read", error=trouble.reason)
            return BoltResponse(status=503)
        if services is None or (origin.enterprise_id and not origin.team_id and not whole):
            log.info("not installed there", action="not_installed", workspace=origin.team_id or origin.enterprise_id)
            return BoltResponse(status=200)
        req.context[SERVICES] = services
        return await super().async_dispatch(req)


async def _authorize(context: AsyncBoltContext, **_: Any) -> AuthorizeResult:
    slack = context[SERVICES].slack
    me = slack.identity
    return AuthorizeResult(
        enterprise_id=me.enterprise_id or None,
        team_id=me.team_id,
        bot_token=slack.token,
        bot_id=me.bot_id,
        bot_user_id=me.bot_user_id,
    )


class Denyut:
    """The app of one process: Bolt in front, handlers behind, and the work that goes on after Slack was answered.
    `services` are what all `workspaces` share, or those of the only one."""

    def __init__(self, services: Services, registry: Registry, workspaces: Workspaces | None = None) -> None:
        self.services = services
        self.registry = registry
        self.workspaces = workspaces or OneWorkspace(services)
        self._running: set[asyncio.Task[None]] = set()
        self.bolt = self._bolt()

    def _bolt(self) -> AsyncApp:
        app = OwnBolt(
            self.workspaces,
            name="bolt",  # else it reads source to find one; of a logger of ours it would set the level
            signing_secret="verified-by-the-transport",  # noqa: S106  not a secret: the check is off, see `transports`
            client=self.services.slack.client,
            process_before_response=True,
            request_verification_enabled=False,
            url_verification_enabled=False,
            ssl_check_enabled=False,
        )
        app.action(ANYTHING)(self.on_click)
        app.command(ANYTHING)(self.on_command)
        app.view(ANYTHING)(self.on_submission)
        app.event(ANYTHING)(self.on_event)
        app.view_closed(ANYTHING)(acknowledge)
        app.shortcut(ANYTHING)(acknowledge)
        app.options(ANYTHING)(acknowledge)
        return app

    @property
    def _t(self) -> Translator:
        return self.services.texts.t(self.services.settings.locale)

    async def on_command(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        services: Services = context[SERVICES]
        text = typed(body.get("text") or "")
        word, rest = (*text.split(None, 1), "", "")[:2]  # people paste tabs and unbreakable blanks too
        command = body.get("command", "")
        sub = self.registry.find(command, word) if word else None
        name, words = (sub.name, rest.strip()) if sub else (word, text)
        asked = self.registry.find(command, words) if sub else None
        handler = sub.handler if sub else self._other_command(command, word)
        if sub and asked and asked.name == "help":
            handler = self.registry.counted(help.help_of(self.registry, sub))
        if len(text) > LONGEST_COMMAND:
            handler = self.registry.counted(too_long)
        what = f"{command if command in self.registry.sub_commands else '/?'} {sub.name if sub else '?'}"
        who, reply = await heard(
            self._t,
            lambda: command_context(services, body, name, words),
            handler,
            what=what,
            for_invited=what in self.registry.for_invited,
        )
        message = said(reply)
        if message and not has_chart(message):
            await ack(**as_payload(message), response_type="ephemeral")
        else:
            await ack()
        self._go_on(services, reply, who, body, what)

    def _other_command(self, command: str, word: str) -> Callable[[Any], Awaitable[Reply]]:
        if not word and command in self.registry.openings:
            return self.registry.openings[command]
        return self.registry.counted(help.unknown_command(self.registry))

    async def on_click(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        services: Services = context[SERVICES]
        actions = body.get("actions") or [{}]
        # the part after the colon may be a score: it must never reach the log
        what = ids.handler_of(str(actions[0].get("action_id", "")))
        handler = self.registry.clicks.get(what)
        if handler is None:
            await ack()
            return
        who, reply = await heard(
            self._t,
            lambda: click_context(services, body),
            handler,
            what=what,
            for_invited=what in self.registry.for_invited,
        )
        await ack()
        self._go_on(services, reply, who, body, what)

    async def on_submission(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        services: Services = context[SERVICES]
        view = body["view"]
        what = view.get("callback_id", "")
        handler = self.registry.forms.get(what)
        if handler is None:
            await ack()
            return
        who, reply = await heard(
            self._t,
            lambda: submission_context(services, body),
            handler,
            form=view,
            what=what,
            for_invited=what in self.registry.for_invited,
        )
        await ack(**form_answer(reply, view, who.t if who else self._t))
        self._go_on(services, reply, who, body, what)

    async def on_event(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        services: Services = context[SERVICES]
        what = body["event"].get("type", "")
        handler = self.registry.events.get(what)
        await ack()
        if handler is None:
            return
        who, reply = await heard(self._t, lambda: event_context(services, body), handler, what=what)
        if who and isinstance(reply, ShowHome):
            self.start(services.slack.publish_home(who.member.id, reply.view))
        self._go_on(services, reply, who, body, what)

    def _go_on(
        self, services: Services, reply: Reply, context: Context | None, body: Mapping[str, Any], what: str
    ) -> None:
        """Everything that follows the acknowledgement: forms that open, messages that change, replies, further work."""
        redraw = self._redraw_of(reply, context, body)
        if isinstance(reply, Then):
            self._follow(services, reply.reply, context, body)
            self.start(self._carry_on(reply, redraw, context, what))
        else:
            self._follow(services, reply, context, body)
            if redraw is not None:
                self.start(redraw())
        services.wake()

    def _follow(self, services: Services, reply: Reply, context: Context | None, body: Mapping[str, Any]) -> None:
        slack = services.slack
        follow: Coroutine[Any, Any, None] | None = None
        if isinstance(reply, OpenForm) and not isinstance(context, Submission):
            follow = self._open_form(slack, reply.view, body, context.t if context else self._t)
        elif isinstance(context, Command):
            follow = self._after_command(slack, reply, str(body.get("response_url") or ""))
        elif isinstance(context, Click):
            follow = self._after_click(slack, reply, context, str(body.get("response_url") or ""))
        if follow is not None:
            self.start(follow)

    async def _carry_on(self, reply: Then, redraw: Work | None, context: Context | None, what: str) -> None:
        """The work after an answer; whoever waits for it hears if it broke off, and nobody else does."""
        told = await carried_on(reply.work, context.t if context else self._t, what=what)
        if told is not None and context is not None and not isinstance(context, Happened):
            await tell_alone(context, reply.reply, told)
        if redraw is not None:
            await redraw()

    def _redraw_of(self, reply: Reply, context: Context | None, body: Mapping[str, Any]) -> Work | None:
        """Home drawn anew, where something was done on it."""
        page, draw = page_to_redraw(reply, context, body), self.registry.draw_home
        if page is None or draw is None or context is None:
            return None

        async def redraw() -> None:
            await context.services.slack.publish_home(context.member.id, await draw(context, page))

        return redraw

    async def _open_form(self, slack: Gateway, view: Block, body: Mapping[str, Any], t: Translator) -> None:
        """Opens a form right after the acknowledgement: its trigger lives 3 s, and so long would a person wait for the
        acknowledgement itself if it came after."""
        try:
            shown = body.get("view")
            await slack.open_view(str(body.get("trigger_id", "")), following(view, shown), pushed=is_in_modal(shown))
        except SlackError as trouble:
            log.warning("form not opened", action="form_not_opened", error=str(trouble))
            if body.get("response_url"):
                await slack.respond(str(body["response_url"]), Message(t("core.form_not_opened")))

    def _after_command(self, slack: Gateway, reply: Reply, response_url: str) -> Coroutine[Any, Any, None] | None:
        """A reply with a chart does not fit into the acknowledgement: should Slack refuse the chart there, the person
        would see nothing and we would not know. Sent afterwards it can be repeated without."""
        message = said(reply)
        if message is None or not has_chart(message) or not response_url:
            return None
        return slack.respond(response_url, message)

    def _after_click(
        self, slack: Gateway, reply: Reply, click: Click, response_url: str
    ) -> Coroutine[Any, Any, None] | None:
        match reply:
            case Replace(message) if click.message_ts and not click.is_ephemeral:
                return slack.update_patiently(click.channel_id, click.message_ts, message)
            case Replace(message) if response_url:
                return slack.respond(response_url, message, replace=True)
            case Say(message) if response_url:
                return slack.respond(response_url, message)
            case Say(message) if click.view is not None:
                shown = note(message, click.t)
                return slack.open_view(click.trigger_id, shown, pushed=is_in_modal(click.view))
            case UpdateForm(view) if click.view is not None:
                return slack.update_view(str(click.view["id"]), following(view, click.view))
            case ShowHome(view):
                return slack.publish_home(click.member.id, view)
            case _:
                return None

    def start(self, work: Awaitable[None]) -> None:
        """Runs something after the answer; `drain` waits for it."""

        async def quietly() -> None:
            try:
                await work
            except SlackError as trouble:
                log.warning("follow-up refused", action="follow_up_refused", error=str(trouble))
            except StorageTrouble as trouble:
                log.warning("follow-up not made", action="follow_up_not_made", error=trouble.reason)

        task = asyncio.ensure_future(quietly())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self, timeout: float = 10) -> None:
        """Waits for what goes on after answered interactions, at most `timeout` seconds."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout)


async def acknowledge(ack: AsyncAck) -> None:
    """Slack's payloads nobody handles are still acknowledged: otherwise it would send them again."""
    await ack()
