"""What must not happen while hostile payloads come in: a bug, a word of the inside to a person, something stored."""

import asyncio
import hashlib
import json
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import middleware
from tests.features.harness import Bench

INSIDE = re.compile(r"Traceback|Error\(|sqlalchemy|sqlite3|psycopg|File \"|/bot/|KeyError|None\b.*object|Exception")


class Watch:
    """Bugs as they are noted, with their tracebacks; exceptions that nobody waited for; and whether tables changed."""

    def __init__(self, database: Path, patch: pytest.MonkeyPatch) -> None:
        self.bugs: list[str] = []
        self._looking = sqlite3.connect(database, isolation_level=None)
        self._version = self._data_version()
        self._digest = self.digest()
        self._noted = middleware._noted_bug
        patch.setattr(middleware, "_noted_bug", self._bug)

    def close(self) -> None:
        self._looking.close()

    def _bug(self, what: str) -> str:
        error = sys.exc_info()[1]
        assert error is not None
        self.bugs.append("".join(traceback.format_exception(error))[-1800:])
        return "c0ffee"

    def on_loop(self, _: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
        error = about.get("exception")
        self.bugs.append("".join(traceback.format_exception(error))[-1800:] if error else str(about))

    def _data_version(self) -> int:
        return int(self._looking.execute("PRAGMA data_version").fetchone()[0])

    def has_changed(self) -> bool:
        """Whether any row of any table is another one than when this was asked before."""
        version = self._data_version()
        if version == self._version:  # SQLite counts the transactions of others that changed something
            return False
        self._version = version
        before, self._digest = self._digest, self.digest()
        return self._digest != before

    def digest(self) -> dict[str, str]:
        """Of every table what is in it, whatever the order."""
        tables = [name for (name,) in self._looking.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: self._of_table(name) for name in sorted(tables)}

    def _of_table(self, name: str) -> str:
        rows = sorted(repr(row) for row in self._looking.execute(f'SELECT * FROM "{name}"'))
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def said_in(bench: Bench) -> Iterator[str]:
    """Everything that people were shown since this was asked before."""
    slack = bench.slack
    for posted in slack.posted:
        yield json.dumps([posted.message.text, posted.message.blocks], ensure_ascii=False)
    for _, message, _ in slack.responses:
        yield json.dumps([message.text, message.blocks], ensure_ascii=False)
    for view in (*slack.shown, *slack.homes.values()):
        yield json.dumps(view, ensure_ascii=False)
    slack.responses.clear()
    slack.shown.clear()
    slack.views.clear()
    slack.updated_views.clear()


def rows(database: Path) -> int:
    with closing(sqlite3.connect(database)) as looking:
        return int(looking.execute("SELECT count(*) FROM entries").fetchone()[0])
