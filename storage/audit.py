"""The log of administrative acts: written in the transaction of the act itself, read newest first, never changed."""

import json
from collections.abc import Sequence
from datetime import datetime

from bot.domain.audit import Act, Deed
from storage.operating_tables import AuditRow
from storage.scope import Scope, new_id
from storage.tables import table

AUDIT = table(AuditRow)


class Audit:
    """The acts in a workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def note(self, act: Act) -> None:
        values = {"at": act.at, "actor_id": act.actor_id, "act": act.what, "subject": act.subject}
        self._scope.insert(AUDIT, {"id": new_id(), **values, "details": json.dumps(dict(act.details))})

    def has(self, what: Deed, subject: str, after: datetime) -> bool:
        """Whether somebody did this to a subject after a moment (UTC)."""
        where = (AUDIT.c.act == what, AUDIT.c.subject == subject, AUDIT.c.at > after)
        return self._scope.first(self._scope.select(AUDIT, *where).limit(1)) is not None

    def latest(self, limit: int, since: datetime | None = None) -> Sequence[Act]:
        """The newest acts, at most `limit`, none from before `since` (UTC)."""
        lately = () if since is None else (AUDIT.c.at >= since,)
        rows = self._scope.rows(self._scope.select(AUDIT, *lately).order_by(AUDIT.c.at.desc(), AUDIT.c.id).limit(limit))
        return [Act(row.at, row.actor_id, row.act, row.subject, json.loads(row.details)) for row in rows]
