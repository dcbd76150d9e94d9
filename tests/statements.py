"""Which statements a database is asked, through SQLAlchemy or made beforehand (`storage.prepared`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from storage.prepared import Prepared


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any database was asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    run = Prepared.run

    def noted(prepared: Prepared, *given: Any) -> Any:
        asked.append(str(prepared._statement))
        return run(prepared, *given)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Prepared, "run", noted)
            yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
