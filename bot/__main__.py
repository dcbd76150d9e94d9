"""`denyut`, and `python -m bot`: the streams of the process, then the command line. Whoever only asks for the version
is answered before the command line is loaded.
"""

import os
import sys

from bot import __version__

STOPPED = 1


def main() -> None:
    _see_to_streams()
    try:
        if sys.argv[1:] in (["--version"], ["version"]):
            sys.stdout.write(f"{__version__}\n")
            sys.stdout.flush()
            return
        from bot.cli import app

        app()
    except OSError as trouble:
        sys.exit(_say_why(trouble))


def _see_to_streams() -> None:
    """Makes the three streams usable, and lets letters that a terminal does not have through as what they are called.

    What was closed is opened on nothing: the first file or connection would take its number otherwise, and get what is
    meant for the terminal; and the event loop ends the process where one of its own has such a number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, and so this one
            setattr(sys, name, os.fdopen(opened, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # a test may have put another in its place
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _say_why(trouble: OSError) -> int:
    """What the machine says, on one line, where anybody still hears it; the exit code that goes with it."""
    where = f"{trouble.filename}: " if trouble.filename else ""
    try:
        sys.stderr.write(f"denyut: {where}{trouble.strerror or trouble}.\n")
        sys.stderr.flush()
        sys.stdout.flush()
    except OSError:
        _drop_what_cannot_be_said()
    return STOPPED


def _drop_what_cannot_be_said() -> None:
    """Else the interpreter would try it once more at its end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nothing, number)


if __name__ == "__main__":
    main()
