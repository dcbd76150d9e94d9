"""Logging: structured events with an `action`, as text for people or JSON for machines. Payloads, answers, comments and
secrets are never logged; what is logged is said where it happens.
"""

import logging
import sys

import structlog


def configure(level: str, log_format: str) -> None:
    """Sets up the process's logs on standard error. `log_format` is "text" or "json"."""
    number = logging.getLevelNamesMapping()[level.upper()]
    render = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # libraries log payloads at their lower levels; what matters of them is logged by us
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
