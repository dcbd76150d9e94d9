"""The bot of the demo, in a process of its own: loads the sample company through the bot's own imports, then runs. One
process for both, and beside the playground's start, as most of the time goes into importing.
"""

import contextlib
import socket
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import typer

from bot import files
from bot.demo.story import read_story
from bot.run import run
from bot.settings import Settings
from bot.terminal import guarded, run_async, settings_or_stop

READY = "Denyut is running"
WAIT_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.02


def load_sample(settings: Settings, examples: Path) -> None:
    """As `denyut kpi import`, `survey import` and `member attributes` do, at the moment at which the story begins."""
    workspace = files.workspace_of(examples / "workspace.yml")
    now = datetime.fromisoformat(read_story(examples / "story.yml").begins)
    files.import_kpis(settings, examples / "kpi-entries.csv", workspace, now=now)
    files.import_rounds(settings, examples / "enps-rounds.csv", workspace, now=now)
    files.import_attributes(settings, examples / "members.csv", workspace)


def wait_for_slack(address: str) -> None:
    """Until somebody listens there: the playground started when we did. Where nobody does, running says so."""
    place, until = urlsplit(address), time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection((place.hostname or "", place.port or 0)):
            return
        time.sleep(POLL_SECONDS)


def main() -> None:
    try:
        settings = settings_or_stop()
        guarded(lambda: load_sample(settings, Path(sys.argv[1])))
        wait_for_slack(settings.slack_api_url)
        run_async(run(settings, None, READY))
    except typer.Exit as end:
        sys.exit(end.exit_code)


if __name__ == "__main__":
    main()
