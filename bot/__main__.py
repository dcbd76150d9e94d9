"""`denyut`, and `python -m bot`. Whoever only asks for the version is answered before the command line is loaded."""

import sys

from bot import __version__


def main() -> None:
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"{__version__}\n")
        return
    from bot.cli import app

    app()


if __name__ == "__main__":
    main()
