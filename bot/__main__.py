"""`python -m bot` is `denyut`."""

from bot.cli import main

main()
