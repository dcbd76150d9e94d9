"""The few numbers that tell whether a running bot does its work, in the form Prometheus reads. What is measured where
is said here; what makes a bot ready is in `bot.health`.

No label ever names a workspace, a member, a channel or a text: labels are kinds, states, methods and the words that the
program itself logs under.
"""

import re
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.deliveries import DeliveryState
from bot.slack import ids
from bot.slack.errors import SlackBusy, SlackError, SlackRefused, SlackUnclear, from_answer, from_connection
from storage.checkups import Waiting

ACK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; Slack gives up at 3."""
KINDS: Mapping[str, str] = {
    "block_actions": "click",
    "view_submission": "form",
    "event_callback": "event",
}
_AFTER_SOME_ANSWERS = frozenset({"views.open", "views.push"})
"""A form opens by itself where the reason of an answer is asked, so as a rule after low ones. These calls are counted
only where they fail, and the form that comes back is not timed: held against the times at which somebody's prompt
changed in Slack, the numbers would tell what kind of answer it was."""
_METHOD = re.compile(r"[a-z]+(?:\.[A-Za-z]+){1,3}")
_BUCKETS_OF_A_PASS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)


class Metrics:
    """The numbers of one process. Made when the bot starts listening for whoever asks for them."""

    def __init__(self, version: str, clock: Callable[[], float] = time.perf_counter) -> None:
        # not at the top: a bot that listens nowhere needs none of it
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            ProcessCollector,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]  # when each number began would double their count, and nobody looks at it

        self._clock = clock
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)

        def counter(name: str, help_text: str, *labels: str) -> Counter:
            return Counter(name, help_text, labels, registry=self.registry)

        def gauge(name: str, help_text: str, *labels: str) -> Gauge:
            return Gauge(name, help_text, labels, registry=self.registry)

        self._acks = Histogram(
            "denyut_ack_seconds",
            "From a payload of Slack's to its acknowledgement, by kind",
            ("kind",),
            buckets=ACK_BUCKETS,
            registry=self.registry,
        )
        self._logged = counter(
            "denyut_logged", "What was logged, by action: refused, bug, job_failed and so on", "action"
        )
        self._calls = counter(
            "denyut_slack_calls", "Calls of Slack's Web API, by method and outcome", "method", "outcome"
        )
        self._passes = Histogram(
            "denyut_pass_seconds",
            "How long a pass of the scheduler took",
            buckets=_BUCKETS_OF_A_PASS,
            registry=self.registry,
        )
        self._failures = counter("denyut_pass_failures", "Jobs that broke in a pass of the scheduler")
        self._age = gauge(
            "denyut_pass_age_seconds", "How long ago the scheduler's last pass ended; 0 while one is made"
        )
        self._deliveries = gauge("denyut_deliveries", "Messages that are owed or were, by state", "state")
        self._oldest = gauge("denyut_oldest_due_seconds", "For how long the oldest message that is due has been")
        self._rounds = gauge("denyut_open_rounds", "Rounds in which people may answer now")
        self._write_wait = gauge("denyut_write_wait_seconds", "How long a write waited for its turn, tried just now")
        self._connected = gauge("denyut_socket_connected", "1 while Slack can reach us over Socket Mode")
        self._answers = gauge("denyut_database_up", "1 while the database answers and takes writes")
        self._apart = gauge("denyut_clock_apart_seconds", "How far this machine's clock is ahead of the database's")
        gauge("denyut_build_info", "The version that runs", "version").labels(version).set(1)
        for name in ("refused", "bug", "job_failed", "render_failed"):
            self._logged.labels(name)  # there from the start, so that a rate of the first one is seen

    def watch_bolt(self, bolt: AsyncApp) -> "MeasuredBolt":
        """The same app, with the time of each acknowledgement taken."""
        return MeasuredBolt(bolt, self._taken, self._clock)

    def watch_calls(self, client: AsyncWebClient) -> None:
        """Counts every call that this client makes from now on, and how it ended."""
        call = client.api_call

        async def counted(api_method: str, **arguments: Any) -> Any:
            method = api_method if _METHOD.fullmatch(api_method) else "other"
            try:
                answer = await call(api_method, **arguments)
            except SlackApiError as error:
                self._calls.labels(method, outcome_of(from_answer(error, method))).inc()
                raise
            except (aiohttp.ClientError, TimeoutError) as error:
                self._calls.labels(method, outcome_of(from_connection(error))).inc()
                raise
            if method not in _AFTER_SOME_ANSWERS:
                self._calls.labels(method, "ok").inc()
            return answer

        client.api_call = counted  # type: ignore[method-assign]

    def count_logged(self, _logger: Any, _level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A processor for structlog: counts what is logged by its `action`, which is a word of the program's own."""
        action = event.get("action")
        if isinstance(action, str):
            self._logged.labels(action).inc()
        return event

    def passed(self, seconds: float, failures: int) -> None:
        """A pass of the scheduler came to its end."""
        self._passes.observe(seconds)
        self._failures.inc(failures)

    def clock_is_apart(self, seconds: float) -> None:
        """This machine's clock is so far ahead of the database's."""
        self._apart.set(seconds)

    def show(
        self,
        waiting: Waiting | None,
        oldest_seconds: float,
        write_wait: float,
        pass_age: float,
        is_connected: bool | None,
    ) -> None:
        """Takes over what was looked up for this answer; `waiting` is None while the database does not answer, and
        `is_connected` where there is no Socket Mode."""
        self._answers.set(waiting is not None)
        self._age.set(pass_age)
        self._write_wait.set(write_wait)
        self._connected.set(1 if is_connected is None else is_connected)
        if waiting is not None:
            self._oldest.set(oldest_seconds)
            self._rounds.set(waiting.open_rounds)
            for state in DeliveryState:
                self._deliveries.labels(state.value).set(waiting.deliveries[state])

    def text(self) -> tuple[bytes, str]:
        """Everything as Prometheus reads it, and its content type."""
        from prometheus_client import generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

        return generate_latest(self.registry), CONTENT_TYPE_PLAIN_0_0_4

    def _taken(self, kind: str, seconds: float) -> None:
        self._acks.labels(kind).observe(seconds)


class MeasuredBolt:
    """A Bolt app whose acknowledgements are timed, but for those of reasons; to the transports it is one."""

    def __init__(self, bolt: AsyncApp, taken: Callable[[str, float], None], clock: Callable[[], float]) -> None:
        self._bolt = bolt
        self._taken = taken
        self._clock = clock

    async def async_dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        began = self._clock()
        response = await self._bolt.async_dispatch(request)
        view = request.body.get("view")
        if not (isinstance(view, Mapping) and view.get("callback_id") == ids.REASON_FORM):
            self._taken(kind_of(request.body), self._clock() - began)
        return response


def kind_of(payload: Mapping[str, Any]) -> str:
    """What kind of payload it is, in one of five words."""
    return "command" if payload.get("command") else KINDS.get(str(payload.get("type")), "other")


def outcome_of(error: SlackError) -> str:
    """One of Slack's four kinds of trouble, in a word."""
    match error:
        case SlackBusy():
            return "rate_limited"
        case SlackRefused():
            return "refused"
        case SlackUnclear():
            return "unclear"
        case _:
            return "unreachable"
