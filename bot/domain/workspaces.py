"""A workspace: one Slack team the bot is installed in. Its tokens and settings do not belong here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Slack team by its id ("T…") and the name it shows."""

    id: str
    name: str
