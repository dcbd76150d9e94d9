"""What the playground knows of the bot: the app manifest, read once. Nothing of the workspace is here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

APP_ID = "A0DENYUT"
BOT_ID = "B0DENYUT"
BOT_USER_ID = "U0DENYUT"


class ManifestError(ValueError):
    """The manifest cannot be read, in one line for a person."""


@dataclass(frozen=True)
class SlashCommand:
    """One command of the manifest; `should_escape` asks for mentions in the form `<@U1|name>`."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class AppManifest:
    """The parts of an app manifest that change how Slack treats the app."""

    name: str
    display_name: str
    commands: tuple[SlashCommand, ...]
    bot_scopes: tuple[str, ...]
    bot_events: frozenset[str]
    interactivity: bool
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool

    def command(self, name: str) -> SlashCommand | None:
        """The command called `name` (with its slash), or None."""
        return next((each for each in self.commands if each.command == name.lower()), None)


def manifest_from(content: dict[str, Any]) -> AppManifest:
    """Reads the parsed content of a manifest; a missing part means what it means to Slack: off, or empty."""
    features = content.get("features") or {}
    app_home = features.get("app_home") or {}
    settings = content.get("settings") or {}
    name = (content.get("display_information") or {}).get("name")
    if not name:
        raise ManifestError("the manifest has no display_information.name")
    return AppManifest(
        name=name,
        display_name=(features.get("bot_user") or {}).get("display_name", name),
        commands=tuple(_command(each) for each in features.get("slash_commands") or []),
        bot_scopes=tuple(((content.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []),
        bot_events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or []),
        interactivity=bool((settings.get("interactivity") or {}).get("is_enabled")),
        home_tab=bool(app_home.get("home_tab_enabled")),
        messages_tab=bool(app_home.get("messages_tab_enabled")),
        messages_read_only=bool(app_home.get("messages_tab_read_only_enabled")),
    )


def _command(each: dict[str, Any]) -> SlashCommand:
    return SlashCommand(
        each["command"], each.get("description", ""), each.get("usage_hint", ""), bool(each.get("should_escape"))
    )


def load_manifest(path: Path) -> AppManifest:
    """Reads a manifest file (YAML, which includes JSON); raises ManifestError with one line that says why not."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"cannot read the manifest {path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ManifestError(f"the manifest {path} is not YAML") from error
    if not isinstance(content, dict):
        raise ManifestError(f"the manifest {path} is not a mapping")
    return manifest_from(content)
