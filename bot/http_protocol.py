"""The first bytes of an HTTP connection, before there is a request that anybody could refuse: how long the head of a
request (its first line and headers) may take, and how large it may be. What is done with a request lies in
`bot.transports`.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
MAX_HEAD = 64 * 1024
LAST_ASK_SECONDS = 0.5
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntoo large"
)


class ImpatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which would wait for the head of a request for ever, and keep as much of it as is sent: a
    handful of strangers could use up the process's memory, or its connections."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._in_head = True
        self._heads = 0
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._hurry()

    def shutdown(self) -> None:
        """The server stops. Whoever has just come is about to ask: Slack would not send a click again."""
        if self._heads == 0 and not self.transport.is_closing():
            self.loop.call_later(LAST_ASK_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_calm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_in_head, heads = self._in_head, self._heads
        if was_in_head:
            self._hurry()
        super().data_received(data)
        if was_in_head and self._heads == heads:  # all of it was of one head
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD and not self.transport.is_closing():
                self.transport.write(TOO_LARGE)
                self.transport.close()

    def on_headers_complete(self) -> None:
        self._be_calm()
        self._in_head = False
        self._heads += 1
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head = True
        super().on_message_complete()

    def _hurry(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _be_calm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
