"""Where Denyut is installed. Tokens come and go encrypted: under which key is not known here."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.domain.deliveries import DeliveryState, Verb
from bot.domain.installations import Installation
from storage.operating_tables import InstallationRow
from storage.scope import Scope
from storage.tables import DeliveryRow, table

INSTALLATIONS, DELIVERIES = table(InstallationRow), table(DeliveryRow)


class Installations:
    """The installation of this unit of work's workspace, or organisation."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, *, locked: bool = False) -> Installation | None:
        """The installation, also one that has ended; None where there never was one. `locked` it stays as it is until
        this transaction ends (SQLite has one writer anyhow)."""
        statement = self._scope.select(INSTALLATIONS)
        row = self._scope.first(statement.with_for_update() if locked else statement)
        return None if row is None else _installation(row)

    def put(self, installation: Installation) -> None:
        """Install, or install anew: what was there before is replaced. Raises ValueError for another workspace's."""
        if installation.workspace_id != self._scope.workspace_id:
            raise ValueError(f"an installation of {installation.workspace_id} in {self._scope.workspace_id}")
        values = {
            "enterprise_id": installation.enterprise_id,
            "name": installation.name,
            "sealed_token": installation.sealed_token,
            "scopes": ",".join(sorted(installation.scopes)),
            "bot_user_id": installation.bot_user_id,
            "installed_by": installation.installed_by,
            "installed_at": installation.installed_at,
            "ended_at": installation.ended_at,
        }
        self._scope.upsert(INSTALLATIONS, [values])

    def reseal(self, sealed_token: bytes) -> None:
        """Keep the same token under another key."""
        self._scope.change(self._scope.update(INSTALLATIONS).values(sealed_token=sealed_token))

    def end(self, at: datetime) -> bool:
        """Forget the token: the installation holds no more since `at` (UTC). False if it did not hold."""
        live = self._scope.update(INSTALLATIONS, INSTALLATIONS.c.ended_at.is_(None))
        return self._scope.change(live.values(sealed_token=b"", ended_at=at)) == 1

    def pass_over(self, before: datetime, reason: str) -> int:
        """Skip the posts and replies that were due before a moment (UTC), while the workspace was not served, and of
        which nobody said how long they are of use; how many. What turns a message that is there into another still goes
        out: it disturbs nobody."""
        waiting = DELIVERIES.c.state.in_((DeliveryState.DUE, DeliveryState.AMBIGUOUS))
        is_open = DELIVERIES.c.expires_at.is_(None)
        late = (waiting, is_open, DELIVERIES.c.due_at < before, DELIVERIES.c.verb != Verb.UPDATE)
        values = {"state": DeliveryState.SKIPPED, "error": reason, "settled_at": before, "lease_until": None}
        return self._scope.change(self._scope.update(DELIVERIES, *late).values(**values))

    def remove(self) -> None:
        """Nothing is known any more of an installation that ended: the workspace is served in another way now."""
        self._scope.change(self._scope.delete(INSTALLATIONS, INSTALLATIONS.c.ended_at.is_not(None)))


def every_installation(connection: Connection) -> list[Installation]:
    """All installations, by id."""
    rows = connection.execute(select(*INSTALLATIONS.c).order_by(INSTALLATIONS.c.workspace_id))
    return [_installation(row) for row in rows]


def _installation(row: Row[Any]) -> Installation:
    return Installation(
        workspace_id=row.workspace_id,
        name=row.name,
        sealed_token=row.sealed_token,
        scopes=frozenset(filter(None, row.scopes.split(","))),
        bot_user_id=row.bot_user_id,
        installed_by=row.installed_by,
        installed_at=row.installed_at,
        enterprise_id=row.enterprise_id,
        ended_at=row.ended_at,
    )
