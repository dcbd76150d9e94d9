"""Administrative acts, as values: what people with special rights did, for those who have to answer for it later.
Nothing in them tells what anybody answered, wrote or logged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Act:
    """Who (`actor_id`: a member's id, "" for whoever runs the server) did what to what, and when (UTC). `what` is a
    name that is never changed, such as "token.made"; `details` are short facts: ids, and words of our own."""

    at: datetime
    actor_id: str
    what: str
    subject: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
