"""What all commands share on the terminal: settings or one clear line, refusals as one line and exit code 2, and how
far long work is. Heavy parts are imported where they are used.
"""

import asyncio
import contextlib
import logging
import re
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from bot.settings import Settings

T = TypeVar("T")
WRONG, LATER = 2, 75
"""Exit codes: something has to be mended first; trying again later may help (EX_TEMPFAIL of sysexits.h)."""
_log = logging.getLogger("denyut.terminal")
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class CannotStart(Exception):  # noqa: N818  it reads as what happened
    """The bot, or a command, cannot start; the message is the one line that says what to do."""

    code = WRONG


class CannotStartYet(CannotStart):
    """It cannot start just now, as Slack or the database does not answer: whoever started it may do so again."""

    code = LATER


def stop_on_signals(stopping: asyncio.Event) -> None:
    """Sets `stopping` on SIGTERM and SIGINT. Windows knows neither here: there Ctrl+C cancels what runs."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)


def settings_or_stop() -> "Settings":
    from bot.logs import configure
    from bot.settings import SettingsError, load

    try:
        settings = load()
    except SettingsError as wrong:
        stop(str(wrong))
    configure(settings.log_level, settings.log_format)
    return settings


def progress() -> Callable[[str, int, int], None]:
    """Says on a terminal how far long work is, on one line that the next output replaces."""

    def tell(what: str, done: int, whole: int) -> None:
        if sys.stderr.isatty():
            import typer

            typer.echo(f"\r\x1b[K{what} ({done} of {whole})\r", nl=False, err=True)

    return tell


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Runs work to its end; a start that fails, and a database that does not do what it is asked, end the command."""
    with _told():
        if sys.platform == "win32":
            return asyncio.run(work)
        import uvloop

        return uvloop.run(work)


def guarded(work: Callable[[], T]) -> T:
    """What the work gives; a refusal, and a database that does not do what it is asked, end the command."""
    with _told():
        return work()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Ends the command with one line where something stands in its way. A traceback would help nobody here."""
    from storage import (
        CannotOpen,
        CannotReach,
        CannotRead,
        NotScrubbed,
        Refused,
        StorageTrouble,
        UnclearWrite,
        plain_refusals,
    )
    from storage.backups import BackupError

    try:
        with plain_refusals():
            yield
    except CannotStart as trouble:
        stop(str(trouble), trouble.code)
    except CannotReach as trouble:
        stop(str(trouble), LATER)
    except (CannotOpen, BackupError) as trouble:
        stop(str(trouble))
    except Refused as trouble:
        _log.debug("the database refused a statement", exc_info=True)
        stop(f"The database is not as Denyut made it ({trouble}). Restore a backup, or see DATABASE_URL.")
    except CannotRead as trouble:
        stop(f"The database cannot be read just now: {trouble.reason}.", LATER)
    except UnclearWrite as trouble:
        stop(f"Whether it was recorded is not known, the database broke off: {trouble.reason}.", LATER)
    except StorageTrouble as trouble:
        stop(f"The database takes no writes just now: {trouble.reason}.", LATER)
    except NotScrubbed:
        stop("Everything was deleted, but another process kept reading: run it again to overwrite what is left.", LATER)


def say(text: str, *, is_error: bool = False) -> None:
    """Prints what a command has to say. What it repeats of a file or of people does not move the cursor, colour the
    screen or ring: to a terminal control characters are orders."""
    import typer

    typer.echo(_ORDERS.sub("\N{REPLACEMENT CHARACTER}", text), err=is_error)


def stop(line: str, code: int = WRONG) -> NoReturn:
    """Ends the command with one line."""
    import typer

    say(f"denyut: {line}", is_error=True)
    raise typer.Exit(code)
