"""Tokens of the HTTP API, as digests. What a token looks like and who may make one is not decided here."""

from collections.abc import Iterable
from datetime import date, datetime

from bot.domain.api_tokens import ApiToken
from storage.kpi_tables import ApiTokenRow
from storage.scope import Scope
from storage.tables import table

TOKENS = table(ApiTokenRow)


class ApiTokens:
    """The tokens of a workspace. A revoked one stays, and opens nothing."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, token: ApiToken, digest: bytes) -> None:
        values = {"id": token.id, "name": token.name, "made_by": token.made_by, "made_at": token.made_at}
        self._scope.insert(
            TOKENS, {**values, "digest": digest, "used_on": None, "revoked_by": None, "revoked_at": None}
        )

    def by_digest(self, digest: bytes) -> ApiToken | None:
        """The token with this SHA-256, unless it is revoked."""
        row = self._scope.first(self._scope.select(TOKENS, TOKENS.c.digest == digest, TOKENS.c.revoked_at.is_(None)))
        return ApiToken(row.id, row.name, row.made_by, row.made_at, row.used_on) if row else None

    def active(self) -> list[ApiToken]:
        """Those that are not revoked, the latest first."""
        statement = self._scope.select(TOKENS, TOKENS.c.revoked_at.is_(None))
        rows = self._scope.rows(statement.order_by(TOKENS.c.made_at.desc(), TOKENS.c.id))
        return [ApiToken(row.id, row.name, row.made_by, row.made_at, row.used_on) for row in rows]

    def names(self, token_ids: Iterable[str]) -> dict[str, str]:
        """What these tokens are called, by id, also those that are revoked."""
        statement = self._scope.select(TOKENS, TOKENS.c.id.in_(list(token_ids)), columns=[TOKENS.c.id, TOKENS.c.name])
        return {row.id: row.name for row in self._scope.rows(statement)}

    def revoke(self, token_id: str, by: str, at: datetime) -> bool:
        """Make a token open nothing any more; False if there is no such token, or it was revoked before."""
        live = self._scope.update(TOKENS, TOKENS.c.id == token_id, TOKENS.c.revoked_at.is_(None))
        return self._scope.change(live.values(revoked_by=by, revoked_at=at)) == 1

    def note_use(self, token_id: str, on: date) -> None:
        """Remember the day (UTC) of a token's last use."""
        used = self._scope.update(TOKENS, TOKENS.c.id == token_id, TOKENS.c.used_on.is_distinct_from(on))
        self._scope.change(used.values(used_on=on))
