"""Socket Mode: a websocket to Slack that stays, and an acknowledgement for every envelope that came by it. What is done
with a payload lies behind `bot.transports.dispatch`.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Coroutine, Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.metrics import MeasuredBolt
from bot.slack.calls import ask
from bot.slack.errors import SlackBusy, SlackError, from_connection
from bot.slack.payloads import read_json
from bot.transports import dispatch

log = structlog.get_logger(__name__)

# Slack waits this long for an acknowledgement
ACK_SECONDS = 3.0
SILENCE_SECONDS = 30.0
LINGER_SECONDS = 5.0
FAREWELL_SECONDS = 2.0
_GOODBYE = (1000).to_bytes(2)  # RFC 6455, section 7.4.1: what was to be done is done
# For a connection to come about, and for Slack's greeting after that: both come at once.
OPENING_SECONDS, HELLO_SECONDS = 10.0, 10.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
# What ends sooner was hardly a connection: after several of these in a row the next is opened ever later, up to a pause
# as long as that. Nobody is heard in it.
BRIEF_SECONDS = 5.0


class _Connection:
    """One websocket. `over` is set when it wants a successor: it ended, fell silent, was never greeted, or Slack asked
    for it. Over one that `is_leaving` nothing more is sent."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.opened = time.monotonic()
        self.greeted = False
        self.app_id = ""
        self.over = asyncio.Event()
        self.reader: asyncio.Task[None] | None = None
        self.is_leaving = False

    async def leave(self) -> None:
        """Says goodbye, and reads on until the other side does too: what was sent before counts. (aiohttp's own close
        drops it.)"""
        self.is_leaving = True
        if self.reader is not None:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                await self.socket.send_frame(_GOODBYE, aiohttp.WSMsgType.CLOSE)
            await asyncio.wait({self.reader}, timeout=FAREWELL_SECONDS)
        await self.socket.close()


class SocketWayIn:
    """Socket Mode. A successor is opened before its predecessor is let go, so that no click falls into a gap; a
    connection that broke is replaced at once. (slack_sdk's clients close first, and look after a broken one only at
    their next ping.)

    The watchdog is aiohttp's heartbeat: nothing heard for `silence` seconds, neither a frame nor the answer to a ping,
    and the connection counts as broken. `linger` is how long a replaced connection may still bring something.
    """

    def __init__(
        self,
        bolt: AsyncApp | MeasuredBolt,
        app_token: str,
        slack: AsyncWebClient,
        silence: float = SILENCE_SECONDS,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._bolt = bolt
        self._app_token = app_token
        self._slack = slack
        self._heartbeat = silence * 2 / 3  # aiohttp waits half a heartbeat more for the answer to its ping
        self._linger = linger
        self._session: aiohttp.ClientSession | None = None
        self._newest: _Connection | None = None
        self._renewed = asyncio.Condition()
        self._open: set[_Connection] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self._farewells: set[asyncio.Task[None]] = set()
        self._caretaker: asyncio.Task[None] | None = None
        self._hangs_up = False

    async def open(self) -> None:
        """Connects, and stays connected. Raises SlackError: SlackRefused when Slack does not take the app token."""
        self._session = aiohttp.ClientSession()
        try:
            self._newest = await self._connect()
        except SlackError:
            await self._session.close()
            raise
        self._caretaker = asyncio.create_task(self._stay_connected(self._newest), name="denyut-socket")

    async def close(self, timeout: float = 10) -> None:
        """Finishes and acknowledges what was accepted, at most for `timeout` seconds, then hangs up. What arrives
        in the meantime is still served: nobody else would. What arrives while it hangs up is not begun any more."""
        deadline = time.monotonic() + timeout
        while self._answering and time.monotonic() < deadline:
            await asyncio.wait(self._answering, timeout=deadline - time.monotonic())
        self._hangs_up = True
        if self._answering:
            log.warning("not finished in time", action="socket_unfinished", count=len(self._answering))
        await _cancel(self._caretaker, *self._farewells, *self._answering)
        connections = list(self._open)
        for connection in connections:
            connection.over.set()
        await asyncio.gather(*(connection.socket.close() for connection in connections))
        await _cancel(*(connection.reader for connection in connections))
        if self._session is not None:
            await self._session.close()

    @property
    def is_connected(self) -> bool:
        """Whether Slack can reach us just now."""
        return self._newest is not None and not self._newest.socket.closed

    async def _connect(self) -> _Connection:
        assert self._session is not None
        answer = await ask(self._slack.apps_connections_open, app_token=self._app_token)
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                socket = await self._session.ws_connect(
                    str(answer.get("url")),
                    heartbeat=self._heartbeat,
                    timeout=aiohttp.ClientWSTimeout(ws_close=2),
                    proxy=self._slack.proxy,
                    ssl=self._slack.ssl if self._slack.ssl is not None else True,
                )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as trouble:  # the last: an address that is none
            raise from_connection(trouble) from trouble
        connection = _Connection(socket)
        self._open.add(connection)
        connection.reader = asyncio.create_task(self._read(connection))
        asyncio.get_running_loop().call_later(HELLO_SECONDS, _doubt, connection)
        return connection

    async def _stay_connected(self, connection: _Connection) -> None:
        brief = 0
        while True:
            await connection.over.wait()
            lasted = time.monotonic() - connection.opened if connection.greeted else 0.0
            brief = brief + 1 if lasted < BRIEF_SECONDS else 0
            successor = await self._connect_patiently(_pause(brief, lasted))
            async with self._renewed:
                self._newest = successor
                self._renewed.notify_all()
            _start(self._let_go(connection), self._farewells)
            connection = successor

    async def _connect_patiently(self, pause: float) -> _Connection:
        while True:
            await asyncio.sleep(pause)
            try:
                return await self._connect()
            except SlackError as trouble:
                longer = min(max(pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
                pause = trouble.retry_after if isinstance(trouble, SlackBusy) else longer
                log.warning(
                    "could not reconnect yet", action="socket_reconnect_failed", error=str(trouble), again=pause
                )

    async def _let_go(self, connection: _Connection) -> None:
        """Slack closes a connection it wanted replaced; we do, should it not."""
        if connection.reader is not None:
            await asyncio.wait({connection.reader}, timeout=self._linger)
        await connection.leave()

    async def _read(self, connection: _Connection) -> None:
        try:
            async for message in connection.socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._on_frame(connection, message.data)
        finally:
            if not connection.over.is_set():
                log.warning("the connection ended", action="socket_ended")
            connection.over.set()
            self._open.discard(connection)

    def _on_frame(self, connection: _Connection, text: str) -> None:
        try:
            frame = read_json(text)
        except ValueError:
            log.warning("not understood", action="socket_frame_refused")
            return
        if frame.get("type") == "hello":
            connection.greeted = True
            connection.app_id = _app_id(frame)
        elif frame.get("type") == "disconnect":
            log.info("asked to reconnect", action="socket_refresh", reason=frame.get("reason"))
            connection.over.set()
        elif isinstance(frame.get("envelope_id"), str) and not self._hangs_up:
            _start(self._acknowledge(connection, frame), self._answering)

    async def _acknowledge(self, connection: _Connection, frame: Mapping[str, Any]) -> None:
        payload = frame.get("payload")  # one that is none is acknowledged too: it would only come again
        sent = payload if isinstance(payload, dict) else {}
        response = await dispatch(self._bolt, sent, _retry_headers(frame), connection.app_id)
        if response.status != 200:
            log.warning("not acknowledged", action="not_acknowledged", status=response.status)
            return
        ack: dict[str, Any] = {"envelope_id": frame["envelope_id"]}
        if response.body and frame.get("accepts_response_payload"):
            ack["payload"] = _ack_payload(response)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ACK_SECONDS):  # wait_for would start a task for each
                await self._send(connection, json.dumps(ack))

    async def _send(self, connection: _Connection, text: str) -> None:
        """Over the connection the envelope came by, or if it broke or leaves over the next: Slack takes an answer by
        any."""
        while True:
            if not connection.is_leaving:
                with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                    await connection.socket.send_str(text)
                    return
            connection = await self._after(connection)

    async def _after(self, broken: _Connection) -> _Connection:
        async with self._renewed:
            await self._renewed.wait_for(lambda: self._newest is not broken)
        assert self._newest is not None
        return self._newest


def _doubt(connection: _Connection) -> None:
    """One that Slack has not greeted brings nothing, although it may answer pings for hours."""
    if not connection.greeted and not connection.over.is_set():
        log.warning("the connection was not greeted", action="socket_not_greeted")
        connection.over.set()


def _pause(brief: int, lasted: float) -> float:
    """Seconds before the successor of a connection is opened, which lasted so many, as the `brief`-th in a row that was
    brief. None at all where it stood: no click is to fall into a gap."""
    if brief == 0 or (brief == 1 and lasted > FIRST_PAUSE_SECONDS):
        return 0.0
    return min(FIRST_PAUSE_SECONDS * 2.0 ** min(brief - 1, 10), BRIEF_SECONDS)


def _start(work: Coroutine[Any, Any, None], running: set[asyncio.Task[None]]) -> None:
    """Starts work and holds it until it is done: the loop itself would not."""
    task = asyncio.create_task(work)
    running.add(task)
    task.add_done_callback(running.discard)


async def _cancel(*tasks: asyncio.Task[None] | None) -> None:
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def _ack_payload(response: BoltResponse) -> Any:
    is_json = response.first_headers().get("content-type", "").startswith("application/json")
    return json.loads(response.body) if is_json else {"text": response.body}


def _app_id(hello: Mapping[str, Any]) -> str:
    """Which app Slack greets, "" where it does not say."""
    about = hello.get("connection_info")
    app_id = about.get("app_id") if isinstance(about, dict) else None
    return app_id if isinstance(app_id, str) else ""


def _retry_headers(frame: Mapping[str, Any]) -> dict[str, Any]:
    attempt, reason = frame.get("retry_attempt"), frame.get("retry_reason")
    if not attempt or not isinstance(attempt, int):
        return {}
    return {"x-slack-retry-num": [str(attempt)], "x-slack-retry-reason": [reason if isinstance(reason, str) else ""]}
