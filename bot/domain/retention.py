"""How long things are kept. What is removed then, and how, is in `storage.retention`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MESSAGES_KEPT = timedelta(days=400)
"""Messages that were settled (sent, failed or skipped) so long ago: a year of every series, and some weeks."""
AUDIT_KEPT = timedelta(days=730)
"""Administrative acts: two years."""
INSTALLATIONS_KEPT = timedelta(days=30)
"""Everything of a workspace or organisation after Denyut was removed from it, in case that was a mistake."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """From before which moments (UTC) things are removed; `said` is None where what people said is kept."""

    now: datetime
    messages: datetime
    audit: datetime
    said: datetime | None

    @classmethod
    def at(cls, now: datetime, retention_days: int) -> "Horizon":
        """The horizon at an aware moment; `retention_days` 0 keeps what people said."""
        said = now - timedelta(days=retention_days) if retention_days else None
        return cls(now, now - MESSAGES_KEPT, now - AUDIT_KEPT, said)
