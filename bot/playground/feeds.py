"""Live news for the pages: each open page is one feed of one person. Who may see what is decided by the caller."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

Json = dict[str, Any]

_BACKLOG: Final = 5_000
"""A page that reads nothing for this many pieces of news is cut off; it connects again and asks afresh."""


class Feed:
    """One open page; `next()` gives its next piece of news, or None when it is over."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self._queue: asyncio.Queue[Json | None] = asyncio.Queue(_BACKLOG)
        self._over = False

    def put(self, news: Json) -> None:
        """Queues a piece of news, or ends the feed when nobody is reading it."""
        if self._over:
            return
        try:
            self._queue.put_nowait(news)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Ends the feed at once; what was not read is dropped."""
        self._over = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self) -> Json | None:
        """Waits for the next piece of news; None when the feed is over."""
        return await self._queue.get()


class Feeds:
    """All open pages."""

    def __init__(self) -> None:
        self._open: set[Feed] = set()

    @contextmanager
    def subscribed(self, user_id: str) -> Iterator[Feed]:
        """A feed for this person that is open inside the `with`."""
        feed = Feed(user_id)
        self._open.add(feed)
        try:
            yield feed
        finally:
            self._open.discard(feed)

    def tell(self, user_ids: Iterable[str], news: Json) -> None:
        """Sends news to every page of these people."""
        wanted = set(user_ids)
        for feed in list(self._open):
            if feed.user_id in wanted:
                feed.put(news)

    def tell_all(self, news: Json) -> None:
        """Sends news to every page."""
        for feed in list(self._open):
            feed.put(news)

    def end_all(self) -> None:
        """Ends every feed, as when the server stops."""
        for feed in list(self._open):
            feed.end()
