"""The log of administrative acts, as the command line writes and shows it. In Slack it is shown by `bot.privacy`; acts
that people do there are written by the services that do them, in the same transaction."""

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

from bot.domain.audit import OPERATOR, Act, Deed
from bot.i18n import Translator, load
from bot.privacy.audit_views import deed_text
from bot.settings import Settings
from storage import Storage, StorageTrouble, UnitOfWork, migrate
from storage.database import CannotOpen

SHOWN = 1000
"""Acts that one command prints."""


def noted(db: UnitOfWork, now: datetime, deed: Deed, subject: str = "", **details: str) -> None:
    """Writes down what whoever runs the server did."""
    db.audit.note(Act(now, OPERATOR, deed, subject, details))


def note_everywhere(settings: Settings, now: datetime, deed: Deed, **details: str) -> None:
    """Writes down, in every workspace, what was done to the whole database. Raises CannotOpen."""
    with closing(Storage.open(settings.database_url, settings.data_dir)) as storage:
        for workspace_id in storage.workspaces_now():
            storage.write_now(workspace_id, lambda db: noted(db, now, deed, **details))


def note_if_possible(settings: Settings, now: datetime, deed: Deed, **details: str) -> str:
    """As `note_everywhere`, of what is done already and stays so; why it could not be noted, "" where it was."""
    try:
        note_everywhere(settings, now, deed, **details)
    except (CannotOpen, StorageTrouble) as trouble:
        return str(trouble)
    return ""


def read_log(settings: Settings, workspace: str, since: datetime | None, *, as_json: bool) -> str:
    """The newest acts of a workspace, or of all of them, one a line, or as a JSON list. Raises CannotOpen."""
    migrate.check_ready(settings.database_url)
    t = load(settings.locale).t(settings.locale)
    with closing(Storage.open(settings.database_url, settings.data_dir)) as storage:
        known = storage.workspaces_now()
        if workspace and workspace not in known:
            raise CannotOpen(f"There is no workspace {workspace} here.")
        found = [
            (team, act)
            for team in ([workspace] if workspace else known)
            for act in storage.read_now(team, lambda db: db.audit.latest(SHOWN, since))
        ]
    found = sorted(found, key=lambda each: each[1].at, reverse=True)[:SHOWN]
    if as_json:
        return json.dumps([_as_json(team, act) for team, act in found], ensure_ascii=False, indent=1)
    return "\n".join(_line(team, act, t) for team, act in found) or "Nothing was done yet."


def _as_json(team: str, act: Act) -> dict[str, object]:
    return {
        "at": act.at.isoformat(),
        "workspace": team,
        "actor": act.actor_id,
        "act": act.what,
        "subject": act.subject,
        "details": dict(act.details),
    }


def _line(team: str, act: Act, t: Translator) -> str:
    facts: Sequence[str] = [f"{name}={value}" for name, value in act.details.items() if value]
    who = act.actor_id or t("audit.operator")
    said = " ".join(filter(None, (deed_text(act.what, t), act.subject, *facts)))
    return f"{act.at:%Y-%m-%d %H:%M:%S} UTC  {team}  {who}  {said}"
