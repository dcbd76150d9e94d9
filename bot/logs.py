"""Logging: structured events with an `action`, as text for people or JSON for machines. Payloads, answers, comments and
secrets are never logged; what is logged is said where it happens.
"""

import logging
import sys
from typing import Any

import structlog


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # libraries log payloads at their lower levels; what matters of them is logged by us
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(formatter(foreign_pre_chain=common, processors=[formatter.remove_processors_meta, *render]))
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)


def _as_json() -> list[Any]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _as_text() -> list[Any]:
    # the default would show local variables with a traceback, and among them what people wrote
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
