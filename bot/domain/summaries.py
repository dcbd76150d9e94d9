"""A summary: a channel's periodic post. When it is due is the schedule's matter, what it says the feature's."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """The definition of a channel's periodic post. `language` is the language it is written in."""

    id: str
    channel_id: str
    language: str
    created_by: str
    created_at: datetime
    active: bool = True
