"""Tokens with which other programs send KPI entries. How requests are read and answered is in
`bot.kpis.api`."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token that is not revoked. The token itself is known to whoever made it alone; here is what one may show.
    `made_at` is UTC, `used_on` the UTC day of the last use."""

    id: str
    name: str
    made_by: str
    made_at: datetime
    used_on: date | None = None
