"""Two replicas on one PostgreSQL that do something in the same moment."""

import threading
from collections.abc import Callable
from typing import Any

from bot.domain.errors import DomainError
from storage import Storage, UnitOfWork

TEAM = "T1"
LONG = 5
"""Seconds after which a wait for another thread has failed."""


def at_once(
    replicas: tuple[Storage, Storage], first: Callable[[UnitOfWork], Any], second: Callable[[UnitOfWork], Any]
) -> list[Any]:
    """What both come to, when the second begins while the first has done its work but has not committed it. The second
    is given a moment to wait for the first, or not to. A refusal is its key, any other error itself."""
    halfway, go_on = threading.Event(), threading.Event()
    came: list[Any] = [None, None]

    def slowly(db: UnitOfWork) -> Any:
        result = first(db)
        halfway.set()
        assert go_on.wait(LONG)
        return result

    def run(at: int, work: Callable[[UnitOfWork], Any]) -> None:
        try:
            came[at] = replicas[at].write_now(TEAM, work)
        except DomainError as refusal:
            came[at] = refusal.key
        except Exception as error:
            came[at] = error

    threads = [threading.Thread(target=run, args=(0, slowly)), threading.Thread(target=run, args=(1, second))]
    threads[0].start()
    assert halfway.wait(LONG), came[0]
    threads[1].start()
    threads[1].join(0.5)
    go_on.set()
    for thread in threads:
        thread.join(LONG)
    return came
