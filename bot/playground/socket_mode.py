"""Socket Mode: tickets, websockets, envelopes and their acknowledgements. What a payload means is not known here."""

import asyncio
import contextlib
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, Literal

from aiohttp import WSMsgType, web

from bot.playground.app_manifest import APP_ID
from bot.playground.delivery import Background, Delivery, DeliveryKind, Outcome, Timing
from bot.playground.traffic import Traffic

Json = dict[str, Any]

MOST_CONNECTIONS: Final = 10
REASONS: Final = ("warning", "refresh_requested", "link_disabled", "drop")
_ENVELOPE_TYPES: Final[dict[DeliveryKind, str]] = {
    "event": "events_api",
    "command": "slash_commands",
    "interactive": "interactive",
}
_REMEMBERED: Final = 10_000
_PING_SECONDS: Final = 10.0


class Connection:
    """One websocket of the bot. A draining one gets nothing new while there is another."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.request = request
        self.draining = False

    def abort(self) -> None:
        """Cuts the TCP connection without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()


class SocketMode:
    """The bot's websockets; deliveries take turns among them."""

    kind: Literal["socket"] = "socket"

    def __init__(self, traffic: Traffic, timing: Timing, background: Background, on_change: Callable[[], None]) -> None:
        self._traffic = traffic
        self._timing = timing
        self._background = background
        self._on_change = on_change
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._closed: OrderedDict[str, tuple[str, bool]] = OrderedDict()

    @property
    def connections(self) -> int:
        """How many websockets are open."""
        return len(self._connections)

    def new_ticket(self) -> str:
        """A ticket that opens one websocket."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def start(self) -> None:
        """Nothing to begin: the bot comes to us."""

    async def close(self) -> None:
        """Closes all websockets."""
        for connection in list(self._connections):
            await connection.socket.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serves one websocket for its whole life."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            self._traffic.record("in", "socket", "connect", status=401, violation="the ticket was used or never issued")
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=_PING_SECONDS)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await self._say_disconnect(connection, "too_many_websockets")
            await socket.close()
            return socket
        self._connections.append(connection)
        try:
            await self._greet(connection)
            await self._listen(connection)
        finally:
            self._forget(connection)
        return socket

    async def _greet(self, connection: Connection) -> None:
        debug = {"host": "playground", "build_number": 1, "approximate_connection_time": 18060}
        hello = {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": debug,
            "connection_info": {"app_id": APP_ID},
        }
        await connection.socket.send_json(hello)
        self._traffic.record("out", "socket", "hello", f"{len(self._connections)} open", response=hello)
        self._on_change()

    def _forget(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._traffic.record("in", "socket", "closed", f"{len(self._connections)} open")
            self._on_change()

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is WSMsgType.TEXT:
                self._on_text(message.data)

    def _on_text(self, text: str) -> None:
        try:
            ack = json.loads(text)
            envelope_id = ack["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._traffic.record("in", "socket", "frame", request=text, violation="not an acknowledgement")
            return
        waiting = self._waiting.pop(envelope_id, None)
        if waiting is not None and not waiting.done():
            self._close_envelope(envelope_id, "", late=False)
            waiting.set_result(ack)
            return
        name, late = self._closed.get(envelope_id, ("unknown", True))
        if late:
            seconds = self._timing.ack_seconds
            fault = f"acknowledged after {seconds:g} s" if envelope_id in self._closed else "acknowledged no envelope"
            self._traffic.record("in", "ack", name, request=ack, violation=fault)

    async def deliver(self, delivery: Delivery, copies: int) -> Outcome:
        """Sends an envelope to the next connection in turn and waits for its acknowledgement."""
        envelope_id = secrets.token_hex(16)
        envelope = _envelope(envelope_id, delivery)
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        sent = [await self._send(envelope) for _ in range(copies)]
        if not any(sent):
            self._waiting.pop(envelope_id, None)
            return Outcome(error="dispatch_failed", reason="connection_failed")
        try:
            ack = await asyncio.wait_for(waiting, self._timing.ack_seconds)
        except TimeoutError:
            self._close_envelope(envelope_id, delivery.name, late=True)
            fault = f"not acknowledged within {self._timing.ack_seconds:g} s"
            return Outcome(error="operation_timeout", reason="timeout", violation=fault)
        finally:
            self._waiting.pop(envelope_id, None)
        payload = ack.get("payload")
        if payload and not delivery.accepts_response:
            return Outcome(violation="acknowledged with a payload where none is accepted", response=payload)
        return Outcome(response=payload or None)

    def _close_envelope(self, envelope_id: str, name: str, late: bool) -> None:
        self._closed[envelope_id] = (name, late)
        if len(self._closed) > _REMEMBERED:
            self._closed.popitem(last=False)

    async def _send(self, envelope: Json) -> bool:
        """True when a connection took the envelope; each is tried once, in turn."""
        for _ in range(len(self._connections)):
            connection = self._next()
            try:
                await connection.socket.send_json(envelope)
            except (ConnectionError, RuntimeError):
                self._forget(connection)
            else:
                return True
        return False

    def _next(self) -> Connection:
        fresh = [each for each in self._connections if not each.draining] or self._connections
        chosen = fresh[0]
        self._connections.remove(chosen)
        self._connections.append(chosen)
        return chosen

    async def disconnect(self, reason: str) -> int:
        """Tells every connection to go for this reason, or cuts them (`drop`); answers how many."""
        connections = list(self._connections)
        for connection in connections:
            if reason == "drop":
                connection.abort()
                self._forget(connection)
                continue
            await self._say_disconnect(connection, reason)
            if reason != "warning":
                connection.draining = True
                delay = 0.0 if reason == "link_disabled" else self._timing.drain_seconds
                self._background.start(self._close_later(connection, delay))
        return len(connections)

    async def _say_disconnect(self, connection: Connection, reason: str) -> None:
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}}
        with contextlib.suppress(ConnectionError, RuntimeError):
            await connection.socket.send_json(frame)
        self._traffic.record("out", "socket", "disconnect", reason, response=frame)

    async def _close_later(self, connection: Connection, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await connection.socket.close()


def _envelope(envelope_id: str, delivery: Delivery) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": _ENVELOPE_TYPES[delivery.kind],
        "accepts_response_payload": delivery.accepts_response,
        "payload": delivery.payload,
    }
    if delivery.kind == "event" or delivery.retry_attempt:
        envelope |= {"retry_attempt": delivery.retry_attempt, "retry_reason": delivery.retry_reason}
    return envelope
