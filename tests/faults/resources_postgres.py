"""A PostgreSQL of a test's own that can die and rise again, with what it had acknowledged."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.postgres_server import CannotStart, PostgresServer


class MortalServer(PostgresServer):
    """A server that may be shut down in the middle of work and started again on the same data."""

    @classmethod
    @contextmanager
    def started(cls) -> Iterator["MortalServer"]:
        """One that runs; skips the test where PostgreSQL cannot."""
        try:
            server = cls()
        except CannotStart as trouble:
            pytest.skip(f"PostgreSQL cannot be started here ({trouble})")
        try:
            yield server
        finally:
            server.stop()

    def die(self, *, at_once: bool) -> None:
        """Shuts down: at once as after a crash (every connection breaks), or in order ("fast")."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        self._process.wait(20)

    def rise(self) -> None:
        """Starts again on what is there."""
        self._run = lambda *_: None  # type: ignore[method-assign]  # the data is there: nothing is to be set up
        self._start()

    @contextmanager
    def connected(self, name: str) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            yield connection
