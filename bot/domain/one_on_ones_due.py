"""Which one-on-ones have not taken place for long. Who is told of it belongs to the features."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta

from bot.domain.one_on_ones import OneOnOne

LAPSES_AFTER = timedelta(days=31)
"""A month and no day less: what is held monthly has lapsed only when a date was missed."""


def lapsed(pairs: Sequence[OneOnOne], held: Mapping[str, date], today: date) -> list[OneOnOne]:
    """The active one-on-ones that were not held for more than a month, in their order. `held` is the local date on
    which each was last held, by its id. One that was set up less than a month ago has not lapsed, held or not.

    A meeting exactly 31 days ago is recent enough: so long is a month at most.
    """
    return [pair for pair in pairs if pair.active and _last(pair, held) + LAPSES_AFTER < today]


def _last(pair: OneOnOne, held: Mapping[str, date]) -> date:
    set_up = pair.created_at.astimezone(UTC).date()
    return max(held.get(pair.id, set_up), set_up)
