"""Logging: structured events with an `action`, as text for people or JSON for machines. Payloads, answers, comments and
secrets are never logged; what is logged is said where it happens. Should one get here all the same (in the
message of an exception, in a line of a library) it ends here.
"""

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any, TextIO

import structlog

Event = MutableMapping[str, Any]

SECRET = re.compile(r"\bxox[a-z](?:\.xox[a-z])?-[\w-]+|\bxapp-[\w-]+|\bBearer \S+|\bv0=[0-9a-f]{64}")
HIDDEN = "[secret]"


def configure(level: str, log_format: str) -> None:
    """Sets up the process's logs on standard error. `log_format` is "text" or "json"."""
    number = logging.getLevelNamesMapping()[level.upper()]
    common: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render = _as_json() if log_format == "json" else _as_text()
    structlog.configure(
        processors=[*common, *render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: LinesOf(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # libraries log payloads at their lower levels; what matters of them is logged by us
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(
        formatter(foreign_pre_chain=[*common, _of_a_library], processors=[formatter.remove_processors_meta, *render])
    )
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
    logging.getLogger("denyut").setLevel(logging.WARNING)  # our own storage, which knows nothing of structlog
    logging.raiseExceptions = False  # what cannot be written cannot be complained about in the same place


class LinesOf:
    """Writes each event as a line. Where the log cannot be written (it is a file on the disk that is full) the line is
    lost, and what it tells of goes on: a person must still be answered."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.write(f"{message}\n")
            self._file.flush()

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def _as_json() -> list[Any]:
    return [_where_it_broke, structlog.processors.JSONRenderer(ensure_ascii=False), _without_secrets]


def _as_text() -> list[Any]:
    return [_where_it_broke, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()), _without_secrets]


def _where_it_broke(_: Any, __: str, event: Event) -> Event:
    """An exception as its traceback and the names of its types. What it says stays away, and so do local variables:
    among them is what people wrote (`invalid literal for int(): …`, the values of a row that is there already)."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else (given if isinstance(given, tuple) else sys.exc_info())[1]
    if given and error is not None:
        event["exception"] = "".join(_told(error))
    return event


def _told(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _told(earlier)
        yield "\n\nand after it:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}"


def _of_a_library(_: Any, __: str, event: Event) -> Event:
    """A line of a library: which one, and where it tells of an exception nothing of its words, which repeat the
    exception's."""
    record = event["_record"]
    event["library"] = record.name
    if event.get("exc_info"):
        event["event"] = "error in a library"
    return event


def _without_secrets(_: Any, __: str, line: str) -> str:
    return SECRET.sub(HIDDEN, line)
