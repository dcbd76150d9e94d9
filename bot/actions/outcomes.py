"""What the service hands to the views: somebody's list."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.actions import Action


@dataclass(frozen=True, slots=True)
class Listed:
    """What somebody promised (`own`), and what others promised them. `names` are those of all people in it by id,
    `origins` what each action followed from, by action id: a survey's handle, a KPI's key, a channel's or a person's
    id; "" where that is nobody's business, or gone."""

    own: tuple[Action, ...]
    of_others: tuple[Action, ...]
    names: Mapping[str, str]
    origins: Mapping[str, str]
