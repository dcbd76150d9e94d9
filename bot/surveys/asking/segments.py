"""The group of a round's breakdown that each person belongs to, as it is when they are asked. What may be shown of
groups is decided at the close (`publishing`)."""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.members import Member
from bot.domain.surveys import Definition, Dimension
from storage import UnitOfWork


def segments_of(
    db: UnitOfWork,
    definition: Definition,
    present: Mapping[str, Sequence[str]],
    people: Iterable[Member],
    default_zone: str,
) -> dict[str, str]:
    """The segment of each person by member id, "" for none. Who is in several channels or groups of the audience
    belongs to the one named first in it. `present` says who is in each of them."""
    dimension, _, name = definition.breakdown.partition(":")
    match dimension:
        case Dimension.CHANNEL:
            found: Mapping[str, str] = _first_place(definition.audience.channels, present)
        case Dimension.GROUP:
            found = _first_place(definition.audience.groups, present)
        case Dimension.ZONE:
            return {each.id: each.zone_or(default_zone) for each in people}
        case Dimension.ATTRIBUTE:
            found = db.members.attributes(name)
        case _:
            found = {}
    return {each.id: found.get(each.id, "") for each in people}


def _first_place(places: Sequence[str], present: Mapping[str, Sequence[str]]) -> dict[str, str]:
    first: dict[str, str] = {}
    for place in places:
        for member_id in present[place]:
            first.setdefault(member_id, place)
    return first
