"""The registry: sub-commands, clicks, forms, events, deliveries, schedules and HTTP routes, each under one name, added
by the features at start. Help and "did you mean" come from here. What they do is in the features; who may is in
`bot.permissions`, and asked before any of them is called.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from functools import wraps
from typing import Any, TypeVar

from bot.domain.deliveries import Delivery
from bot.domain.errors import DomainError
from bot.domain.schedules import Due, Schedule, ScheduleKind
from bot.i18n import Catalogues, Translator
from bot.interactions import (
    ClickHandler,
    Command,
    CommandHandler,
    Context,
    EventHandler,
    Happened,
    Reply,
    SubmissionHandler,
)
from bot.pages import Page
from bot.permissions import FOR_VISITORS, Entry, Who, entry_of, refusal
from bot.rate_limits import Pace, RateLimits
from bot.refusals import once_refused
from bot.services import Services
from bot.slack.blocks import Block, Message
from storage import UnitOfWork

K = TypeVar("K")
V = TypeVar("V")
C = TypeVar("C", bound=Context)

API_PREFIX = "/api/"
_WORDS = Entry(Who.ANYBODY, Pace.COMMAND)
"""Words that belong to no listener: they lead nowhere, and visitors were told so before."""

Render = Callable[[UnitOfWork, Delivery, Services, datetime], Message | None]
"""Words a delivery at the moment it is sent; None when there is nothing left to say (it is then skipped)."""

PlanOccurrence = Callable[[UnitOfWork, Schedule, Due, datetime], None]
"""What a schedule's occurrence causes, in the transaction that records the occurrence."""

PassesOver = Callable[[UnitOfWork, Schedule, Due, Services], str]
"""Why nothing is made of a schedule's date although it is due, as it is recorded: "day_off"; "" where something is."""

Guess = Callable[[Command], Awaitable[str | None]]
"""What a person may have meant by words that begin with no sub-command, as it is to be typed after the command."""

Job = Callable[[Services, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request of another system, read to its end: `headers` by lower-case name, the raw `body`, and when it
    came (UTC). Who sent it, and whether they may, is for the handler to find out. repr shows neither token nor body."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    services: Services = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class Response:
    """What a request is answered with: a status, a JSON object, and headers beside content type and length."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


RouteHandler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody's browser asks for a page: its `query`, `headers` by lower-case name, and when (UTC). repr shows neither
    of the two: there may be a code or a cookie in them."""

    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    services: Services = field(repr=False)
    now: datetime


PageHandler = Callable[[Visit], Awaitable[Page]]

DrawHome = Callable[[Context, int], Awaitable[Block]]
"""The Home of whoever did something on this page of it, as it is by now."""

# as RFC 9110 and 6585 name them: those of `http` change with the version of Python, and programs compare these
_TITLES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def problem(
    status: int,
    detail: str,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    reference: str = "",
) -> Response:
    """A refusal that programs can read (RFC 9457): `detail` is one English sentence for the person who looks after the
    program, `errors` say where in the body what is wrong (`pointer`, RFC 6901, and `detail`), `reference` under what
    the log tells of a fault of ours."""
    title = _TITLES[status]
    code = title.lower().replace(" ", "-")
    body: dict[str, Any] = {"type": f"urn:denyut:problem:{code}", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = [dict(error) for error in errors]
    if reference:
        body["reference"] = reference
    return Response(status, body, headers or {}, "application/problem+json")


@dataclass(frozen=True, slots=True)
class SubCommand:
    """`/kpi log`: its command, name, and handler. In the catalogues are its words in every language, under
    `<feature>.words.<name>`, its line of help, `<feature>.help.<name>`, and its usage, `<feature>.usage.<name>`."""

    command: str
    name: str
    feature: str
    handler: CommandHandler

    @property
    def words_key(self) -> str:
        return f"{self.feature}.words.{self.name}"

    @property
    def help_key(self) -> str:
        return f"{self.feature}.help.{self.name}"

    @property
    def usage_key(self) -> str:
        return f"{self.feature}.usage.{self.name}"


@dataclass(slots=True)
class Registry:
    """Everything the features registered. A name added twice raises ValueError at start."""

    texts: Catalogues
    sub_commands: dict[str, dict[str, SubCommand]] = field(default_factory=dict)
    openings: dict[str, CommandHandler] = field(default_factory=dict)
    clicks: dict[str, ClickHandler] = field(default_factory=dict)
    forms: dict[str, SubmissionHandler] = field(default_factory=dict)
    events: dict[str, EventHandler] = field(default_factory=dict)
    renders: dict[str, Render] = field(default_factory=dict)
    schedules: dict[ScheduleKind, PlanOccurrence] = field(default_factory=dict)
    passed_over: dict[ScheduleKind, PassesOver] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    jobs_for_left: list[str] = field(default_factory=list)
    guesses: dict[str, Guess] = field(default_factory=dict)
    routes: dict[str, dict[str, RouteHandler]] = field(default_factory=dict)
    pages: dict[str, PageHandler] = field(default_factory=dict)
    draw_home: DrawHome | None = None
    limits: RateLimits = field(default_factory=RateLimits)
    _spoken: dict[str, dict[str, SubCommand]] = field(default_factory=dict)

    @property
    def for_invited(self) -> frozenset[str]:
        """The listeners that guests and people of other organisations reach; those ask whether they are invited."""
        return FOR_VISITORS

    def command(self, command: str, name: str, feature: str, handler: CommandHandler) -> None:
        """What a sub-command does."""
        handler = self._guarded(f"{command} {name}", once_refused(handler))
        sub = SubCommand(command, name, feature, handler)
        _add(self.sub_commands.setdefault(command, {}), name, sub)
        spoken = self._spoken.setdefault(command, {})
        for word in dict.fromkeys((name, *self.texts.all_words(sub.words_key))):
            _add(spoken, word, sub)

    def opening(self, command: str, handler: CommandHandler) -> None:
        """What a command does when nothing follows it."""
        _add(self.openings, command, self._guarded(command, handler))

    def guess(self, command: str, guess: Guess) -> None:
        """What may be meant by words that no sub-command begins."""
        _add(self.guesses, command, guess)

    def click(self, action_id: str, handler: ClickHandler) -> None:
        """What a click does."""
        _add(self.clicks, action_id, self._guarded(action_id, handler))

    def form(self, callback_id: str, handler: SubmissionHandler) -> None:
        """What sending a form does."""
        _add(self.forms, callback_id, self._guarded(callback_id, handler))

    def event(self, event_type: str, handler: EventHandler) -> None:
        """What follows from an event; one of somebody who may not cause it is passed over."""
        _add(self.events, event_type, self._guarded(f"event {event_type}", handler))

    def delivery(self, purpose: str, render: Render) -> None:
        _add(self.renders, purpose, render)

    def schedule(self, kind: ScheduleKind, plan: PlanOccurrence, passes_over: PassesOver | None = None) -> None:
        """What a date of such a schedule causes, and which dates are passed over: they are recorded as skipped."""
        _add(self.schedules, kind, plan)
        if passes_over is not None:
            _add(self.passed_over, kind, passes_over)

    def job(self, name: str, job: Job, *, also_for_left: bool = False) -> None:
        """Work the scheduler does on every pass of a workspace, before it plans and sends. `also_for_left`: now and
        then also for a workspace that removed the app; it reaches no Slack."""
        _add(self.jobs, name, job)
        if also_for_left:
            self.jobs_for_left.append(name)

    def route(self, method: str, path: str, handler: RouteHandler) -> None:
        """What an HTTP request of another system does. `path` is exact and begins with `/api/`; the handler
        authenticates for itself, and Bolt never hears of it."""
        if not path.startswith(API_PREFIX):
            raise ValueError(f"{path} does not begin with {API_PREFIX}")
        known = entry_of(f"{method} {path}") is not None
        _add(self.routes.setdefault(path, {}), method, handler if known else _closed)

    def page(self, path: str, handler: PageHandler) -> None:
        """What a person's browser gets at an address (GET), where many workspaces can install the app."""
        if entry_of(f"GET {path}") is None:
            raise ValueError(f"nobody may see {path}")
        _add(self.pages, path, handler)

    def home(self, draw: DrawHome) -> None:
        """How Home is drawn anew once something was done on it. One feature does."""
        if self.draw_home is not None:
            raise ValueError("Home is drawn by one feature")
        self.draw_home = draw

    def _guarded(self, listener: str, handler: Callable[[C], Awaitable[Reply]]) -> Callable[[C], Awaitable[Reply]]:
        """The handler behind the gate. Raises what `permissions.refusal` says, and `core.too_fast`."""
        return self._behind(entry_of(listener), handler)

    def counted(self, handler: CommandHandler) -> CommandHandler:
        """A handler of words that belong to no listener, such as mistyped ones: counted as every command is."""
        return self._behind(_WORDS, handler)

    def _behind(self, entry: Entry | None, handler: Callable[[C], Awaitable[Reply]]) -> Callable[[C], Awaitable[Reply]]:
        @wraps(handler)
        async def checked(context: C) -> Reply:
            refused = refusal(entry, context.member)
            if refused is None and entry is not None:
                refused = self._too_fast(entry, context)
            if refused is None:
                return await handler(context)
            if isinstance(context, Happened):
                return None
            raise refused

        return checked

    def _too_fast(self, entry: Entry, context: Context) -> DomainError | None:
        if not context.services.settings.rate_limits:
            return None
        wait = self.limits.spend(context.workspace_id, context.member.id, entry.pace, context.now)
        return DomainError("core.too_fast", seconds=wait) if wait else None

    def find(self, command: str, word: str) -> SubCommand | None:
        """The sub-command a person means, in whatever language they typed it."""
        return self._spoken.get(command, {}).get(word.casefold())

    def suggestion(self, command: str, word: str, t: Translator) -> str | None:
        """The nearest sub-command to a mistyped word, worded in the person's language."""
        close = get_close_matches(word.casefold(), self._spoken.get(command, {}), n=1, cutoff=0.6)
        return self.spoken_name(self._spoken[command][close[0]], t) if close else None

    def spoken_name(self, sub: SubCommand, t: Translator) -> str:
        words = t.words(sub.words_key)
        return words[0] if words else sub.name

    def listed(self, command: str) -> Sequence[SubCommand]:
        """The sub-commands of a command in the order they were added, for its help."""
        return tuple(self.sub_commands.get(command, {}).values())


async def _closed(_request: Request) -> Response:
    return problem(403, "Nobody may use this address.")


def _add(table: dict[K, V], key: K, value: V) -> None:
    if key in table and table[key] is not value:
        raise ValueError(f"{key} is registered twice")
    table[key] = value
