"""Audiences: who a survey goes to as its author wishes it, and whom that comes to. How Slack's channels and groups are
read, and when each person is asked, does not belong here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.members import LeftOut, Member

EXCEPTION = "exception"
UNKNOWN = "unknown"

REASONS = (EXCEPTION, *(reason.value for reason in LeftOut), UNKNOWN)
"""Everything somebody can be left out for, in the order in which `Selection.left_out` counts it."""

_MAY_BE_INCLUDED = frozenset({LeftOut.GUEST, LeftOut.OUTSIDER})


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a survey is to ask: everybody in some channels and user groups, and some people, without the exceptions. All
    of them are Slack ids.

    Guests and people of other companies are asked only if they are `included`, also where they were named themselves;
    bots and deactivated people never. Raises ValueError if those are to be included.
    """

    channels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    included: tuple[LeftOut, ...] = ()

    def __post_init__(self) -> None:
        if never := [reason for reason in self.included if reason not in _MAY_BE_INCLUDED]:
            raise ValueError(f"{never[0]} cannot be included")

    @property
    def is_empty(self) -> bool:
        """Whether nobody at all was named. Channels and groups with nobody in them are not looked into."""
        return not (self.channels or self.groups or self.people)

    @property
    def only_channel(self) -> str:
        """The id of the channel if the audience is exactly one whole channel, else ""."""
        is_one = len(set(self.channels)) == 1 and not (self.groups or self.people or self.exceptions)
        return self.channels[0] if is_one else ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is asked, each once and by id, and how many were left out for which of the `REASONS` (none that is 0)."""

    members: tuple[Member, ...]
    left_out: Mapping[str, int]


def select(audience: Audience, present: Mapping[str, Sequence[str]], known: Mapping[str, Member]) -> Selection:
    """Who of an audience is asked.

    `present` has the ids of those found in each of its channels and groups, `known` the members by id. Everybody named
    counts once, under the first reason that holds: excepted, unknown to us, a bot and so on. The order is that of the
    ids, so that it does not depend on how Slack lists people.

    Raises KeyError for a channel or group that is not in `present`: unread is not empty, and nobody may be passed over
    in silence.
    """
    members: list[Member] = []
    left_out: Counter[str] = Counter()
    exceptions = set(audience.exceptions)
    for member_id in sorted(_named(audience, present)):
        member = known.get(member_id)
        if member_id in exceptions:
            left_out[EXCEPTION] += 1
        elif member is None:
            left_out[UNKNOWN] += 1
        elif member.left_out is None or member.left_out in audience.included:
            members.append(member)
        else:
            left_out[member.left_out.value] += 1
    return Selection(tuple(members), {reason: left_out[reason] for reason in REASONS if left_out[reason]})


def sources_of(audience: Audience, present: Mapping[str, Sequence[str]], member_id: str) -> tuple[str, ...]:
    """The channels and groups through which somebody is in an audience, in its order; none for those who were named
    themselves only, and for those excepted. KeyError as in `select`."""
    if member_id in audience.exceptions:
        return ()
    return tuple(source for source in _sources(audience) if member_id in present[source])


def _sources(audience: Audience) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*audience.channels, *audience.groups)))


def _named(audience: Audience, present: Mapping[str, Sequence[str]]) -> set[str]:
    return {*audience.people, *(member_id for source in _sources(audience) for member_id in present[source])}
