"""From one state of a round to the next, once: two replicas, or a command and the scheduler, may be at it at the same
time. What follows from a change of state belongs to who makes it (`launching`, `service`)."""

from datetime import datetime

from bot.domain.surveys import Round
from storage import UnitOfWork


def may_leave(db: UnitOfWork, now: datetime, current: Round) -> bool:
    """Whether this transaction is the one that ends the present state of a round. To be asked before anything is
    written. On PostgreSQL whoever asks second waits until the first has committed, and then hears False: what it read
    of the round is out of date, and nothing of it may be stored."""
    return db.handled.first_time(f"round:{current.id}:leaves:{current.state}", now)
