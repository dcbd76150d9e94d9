"""Which workspaces this process serves, and with what: the one of SLACK_BOT_TOKEN, or all that somebody added Denyut to
(the table of installations). How an installation comes about is in `bot.installing`; what is done for a workspace, in
the features.

An installation that another replica changed is noticed when its row is looked at again, at most LOOK_AGAIN_SECONDS
later; one that this process changed, and a token that Slack refuses, at once.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

import aiohttp
import structlog

from bot.domain.audit import Act, Deed
from bot.domain.installations import Installation
from bot.services import Services
from bot.slack.calls import Client
from bot.slack.errors import NO_ACCESS, SlackError
from bot.slack.gateway import Gateway, Identity
from bot.slack.granting import app_of
from bot.vault import CannotOpenToken, Vault
from storage import UnitOfWork

log = structlog.get_logger(__name__)

LOOK_AGAIN_SECONDS = 30.0
CLOSING_SECONDS = 5.0
AT_HAND = 1000
"""So many workspaces are kept ready; one that is needed after that is made ready from its row."""
FINAL = frozenset({"account_inactive", "token_revoked"})
"""Slack takes this token never again. A refusal for other reasons (an address that may not call) may pass."""


class Workspaces(Protocol):
    """The workspaces of a process."""

    app_id: str
    """Which app we are, "" until it is known."""

    async def of(self, team_id: str, enterprise_id: str = "") -> Services | None:
        """The services of a workspace, reached through its own installation or the organisation's; None where the app
        is not installed."""

    async def serving(self) -> Sequence[str]:
        """The ids of all workspaces that are served now, sorted."""

    async def left(self) -> Sequence[Services]:
        """The services of workspaces that removed the app and whose data is still here, and of organisations that did
        and whose row is. They reach no Slack."""


class OneWorkspace:
    """The workspace of SLACK_BOT_TOKEN. Whatever Slack sends is for it: what a payload says of a workspace may be the
    visitor's own."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.app_id = ""

    async def of(self, team_id: str, enterprise_id: str = "") -> Services | None:  # noqa: ARG002
        return self._services

    async def serving(self) -> Sequence[str]:
        return [self._services.workspace_id]

    async def left(self) -> Sequence[Services]:
        return []

    async def learn_app(self) -> None:
        """Finds out which app we are, if Slack says so."""
        self.app_id = await _app_of(self._services)


@dataclass(slots=True)
class _Held:
    """What is at hand of a workspace: its services, whose token that is, as sealed, and when it was looked at."""

    services: Services
    holder: str
    sealed: bytes
    looked_at: float


class InstalledWorkspaces:
    """All workspaces that Denyut was added to. `shared` is what they have in common, `connections` what all calls go
    over; `clock` counts seconds. `on_client` is told of every client that is made, `on_met` of a workspace that was
    added, or that an organisation let us into."""

    def __init__(
        self,
        shared: Services,
        vault: Vault,
        connections: aiohttp.ClientSession,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_client: Callable[[Client], None] = lambda _: None,
        on_met: Callable[[Services], Awaitable[None]] | None = None,
    ) -> None:
        self.shared = replace(shared, changed=self.changed)
        self.app_id = ""
        self._asked_for_app = False
        self._vault = vault
        self._connections = connections
        self._clock = clock
        self.on_client = on_client
        self._on_met = on_met
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._to_meet: set[str] = set()
        self._doubted: set[str] = set()
        self._closed_for: dict[str, bytes] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def of(self, team_id: str, enterprise_id: str = "") -> Services | None:
        held = self._held.get(team_id)
        if held is not None and self._clock() - held.looked_at < LOOK_AGAIN_SECONDS:
            self._held.move_to_end(team_id)
            return held.services
        return await self._look_up(team_id, enterprise_id)

    async def serving(self) -> Sequence[str]:
        rows = {each.workspace_id: each for each in await self.shared.storage.installations()}
        return [each.workspace_id for each in rows.values() if not each.is_org_wide and _holder(each, rows)]

    async def left(self) -> Sequence[Services]:
        rows = {each.workspace_id: each for each in await self.shared.storage.installations()}
        gone = [each for each in rows.values() if _holder(each, rows) is None]
        return [
            self._services(each, Installation(each.workspace_id, "", b"", frozenset(), "", "", each.installed_at), "")
            for each in gone
        ]

    def changed(self, workspace_id: str) -> None:
        """An installation came, or went: when it is served the next time, its people are read too."""
        self.forget(workspace_id)
        self._to_meet.add(workspace_id)

    def forget(self, workspace_id: str) -> None:
        """The next look is at the row of this workspace, or of all of this organisation."""
        for team_id, held in list(self._held.items()):
            if workspace_id in (team_id, held.holder):
                del self._held[team_id]

    async def close(self) -> None:
        """Waits for what was begun beside the work itself, but not until Slack has told of a hundred thousand people:
        these are read anew at the next start."""
        begun = list(self._tasks)
        if begun:
            _, unfinished = await asyncio.wait(begun, timeout=CLOSING_SECONDS)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)

    async def _look_up(self, team_id: str, enterprise_id: str) -> Services | None:
        """As the rows are now. An organisation's request is proof enough that it let the app into the workspace."""
        row = await self._row(team_id)
        own = row if row is not None and row.ended_at is None else None
        if own is not None and own.sealed_token:
            return await self._ready(own, own)
        organisation = await self._row(enterprise_id or (own.enterprise_id if own else ""))
        if organisation is None or organisation.ended_at is not None or not organisation.is_org_wide:
            self._held.pop(team_id, None)
            return None
        if own is not None or team_id in ("", organisation.workspace_id):
            return await self._ready(own or organisation, organisation)
        return await self._meet(team_id, organisation)

    async def _row(self, workspace_id: str) -> Installation | None:
        return await self.shared.storage.read(workspace_id, _installation) if workspace_id else None

    async def _ready(self, row: Installation, holder: Installation) -> Services | None:
        """The services of a workspace whose row is live. The same ones as before, while the token is the same: what is
        known of its Slack lies in them."""
        held = self._held.get(row.workspace_id)
        if held is None or held.sealed != holder.sealed_token:
            try:
                token = self._vault.open(holder.sealed_token, holder.workspace_id)
            except CannotOpenToken as trouble:
                self._tell_once(holder, trouble)
                self._held.pop(row.workspace_id, None)
                return None
            services = self._services(row, holder, token)
            held = _Held(services, holder.workspace_id, holder.sealed_token, 0.0)
            if not self._asked_for_app:
                self._asked_for_app = True
                self._start(self._learn_app(services))
        if row.workspace_id in self._to_meet:
            self._to_meet.discard(row.workspace_id)
            if self._on_met is not None and not row.is_org_wide:
                self._start(self._on_met(held.services))
        held.looked_at = self._clock()
        self._held[row.workspace_id] = held
        self._held.move_to_end(row.workspace_id)
        while len(self._held) > AT_HAND:
            self._held.popitem(last=False)
        return held.services

    def _services(self, row: Installation, holder: Installation, token: str) -> Services:
        organisation = holder.workspace_id if holder.is_org_wide else ""
        me = Identity(row.workspace_id, row.name, "", holder.bot_user_id, holder.scopes, organisation)
        settings = self.shared.settings
        slack = Gateway.over(self._connections, token, settings.slack_api_url, me, settings.charts)
        if token:
            self.on_client(slack.client)
            slack.client.on_refused = partial(self._on_refused, slack, holder)
        return replace(self.shared, slack=slack)

    def _tell_once(self, holder: Installation, trouble: CannotOpenToken) -> None:
        if self._closed_for.get(holder.workspace_id) != holder.sealed_token:
            self._closed_for[holder.workspace_id] = holder.sealed_token
            log.error("token not opened", action="token_not_opened", workspace=holder.workspace_id, error=str(trouble))

    async def _meet(self, team_id: str, organisation: Installation) -> Services | None:
        now = self.shared.now()
        joined = await self.shared.storage.write(team_id, partial(join, organisation=organisation, name="", now=now))
        log.info("workspace of an organisation", action="workspace_met", workspace=team_id)
        self._to_meet.add(team_id)
        return await self._ready(joined, organisation)

    def _on_refused(self, slack: Gateway, holder: Installation, code: str) -> None:
        """Slack did not take a token: its row is looked at again at once, and Slack asked whether that is final."""
        self.forget(slack.identity.team_id)
        if slack.identity.team_id not in self._doubted:
            self._doubted.add(slack.identity.team_id)
            self._start(self._doubt(slack, holder, code))

    async def _doubt(self, slack: Gateway, holder: Installation, code: str) -> None:
        team_id = slack.identity.team_id
        try:
            why = await slack.lockout(code)
            if why in FINAL or why == NO_ACCESS:
                place, token = (team_id, b"") if why == NO_ACCESS else (holder.workspace_id, holder.sealed_token)
                act = Act(self.shared.now(), "", Deed.TOKEN_REVOKED_BY_SLACK, place, {"why": why})
                work = partial(end, act=act, token=token)
                if await self.shared.storage.write(place, work):
                    log.warning("token revoked", action="token_revoked_by_slack", workspace=place, error=why)
                self.forget(place)
            elif why:
                log.warning("token refused", action="token_refused", workspace=team_id, error=why)
        finally:
            self._doubted.discard(team_id)

    async def _learn_app(self, services: Services) -> None:
        """All of them have the same app: the first to be served tells which."""
        self.app_id = await _app_of(services)
        self._asked_for_app = bool(self.app_id)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _app_of(services: Services) -> str:
    try:
        return await app_of(services.slack.client, services.slack.identity.bot_id)
    except SlackError as trouble:
        log.info("app not known", action="app_not_known", error=str(trouble))
        return ""


def _installation(db: UnitOfWork) -> Installation | None:
    return db.installation.get()


def _holder(row: Installation, rows: dict[str, Installation]) -> Installation | None:
    """Whose token a workspace is served with: its own, its organisation's, or None."""
    if row.ended_at is not None:
        return None
    holder = row if row.sealed_token else rows.get(row.enterprise_id)
    return holder if holder is not None and holder.ended_at is None and holder.sealed_token else None


def join(db: UnitOfWork, organisation: Installation, name: str, now: datetime) -> Installation:
    """Makes a workspace one of an organisation that installed Denyut: from now on it is served with its token. What was
    due while it was away for long is not made up."""
    before = db.installation.get()
    called = name or (before.name if before else "") or organisation.name
    joined = replace(
        organisation, workspace_id=db.workspace_id, name=called, sealed_token=b"", installed_at=now, ended_at=None
    )
    db.workspace.ensure(called, now)
    come_back(db, before, now)
    db.installation.put(joined)
    return joined


def come_back(db: UnitOfWork, before: Installation | None, now: datetime) -> bool:
    """What is to be done with a workspace in which Denyut had been: what became due while it was away does not come all
    at once. Whether it had been there."""
    if before is None:
        return False
    if before.ended_at is not None:
        db.installation.pass_over(now, "was away")
    return True


def end(db: UnitOfWork, act: Act, token: bytes | None = None) -> bool:
    """Ends an installation and erases its token; False if it held no more. With `token` only as long as that is the
    sealed token that is stored: somebody may have added Denyut anew meanwhile."""
    row = db.installation.get()
    if row is None or (token is not None and row.sealed_token != token) or not db.installation.end(act.at):
        return False
    db.audit.note(act)
    return True


async def reseal(services: Services, vault: Vault) -> int:
    """Seals what was sealed under an older key under the newest one; how many tokens. What no key opens is left alone,
    with a line in the log."""
    resealed = 0
    for row in await services.storage.installations():
        if not row.sealed_token or vault.is_newest(row.sealed_token):
            continue
        try:
            token = vault.open(row.sealed_token, row.workspace_id)
        except CannotOpenToken as trouble:
            log.error("token not opened", action="token_not_opened", workspace=row.workspace_id, error=str(trouble))
            continue
        work = partial(_reseal, before=row, anew=vault.seal(token, row.workspace_id), now=services.now())
        resealed += await services.storage.write(row.workspace_id, work)
    if resealed:
        log.info("tokens resealed", action="tokens_resealed", tokens=resealed)
    return resealed


def _reseal(db: UnitOfWork, before: Installation, anew: bytes, now: datetime) -> bool:
    row = db.installation.get()
    if row is None or row.sealed_token != before.sealed_token:
        return False
    db.installation.reseal(anew)
    db.audit.note(Act(now, "", Deed.TOKEN_RESEALED, row.workspace_id))
    return True
