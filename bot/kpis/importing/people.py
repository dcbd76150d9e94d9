"""Whose number a line is: a Slack id, a mention, or a name just as Slack has it. An abbreviation would be a guess."""

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.words import shown

_ID = re.compile(r"[UW][A-Z0-9]{2,}")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_SHORTEST_WORDLIKE_ID = 9
"""Slack's ids are this long, and most have digits. A shorter one of letters alone ("UDIN") is somebody's name."""
_NEAR = 0.75


class People:
    """The members of a workspace, by id and name."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._ids: set[str] = set()
        self._names: defaultdict[str, list[Member]] = defaultdict(list)
        for member in members:
            self._ids.add(member.id)
            if member.name and not member.is_bot:
                self._names[_normal(member.name)].append(member)
        self._found: dict[str, str] = {}

    def find(self, text: str) -> str:
        """The id of the person a text names. DomainErrors: `kpis.import.member` (nobody), `kpi_files.member_near` (with
        the nearest name), `kpi_files.member_twice` (several people of one name)."""
        if text not in self._found:
            self._found[text] = self._look_up(text)
        return self._found[text]

    def _look_up(self, text: str) -> str:
        mention = _MENTION.fullmatch(text)
        wanted = mention[1] if mention else text
        if wanted in self._ids:
            return wanted
        name = _normal(wanted)
        named = self._names.get(name, [])
        if len(named) == 1:
            return named[0].id
        if named:
            raise DomainError("kpi_files.member_twice", text=shown(text), ids=", ".join(each.id for each in named))
        if _ID.fullmatch(wanted) and (len(wanted) >= _SHORTEST_WORDLIKE_ID or re.search("[0-9]", wanted)):
            return wanted
        near = get_close_matches(name, self._names, n=1, cutoff=_NEAR)
        if near:
            raise DomainError("kpi_files.member_near", text=shown(text), name=self._names[near[0]][0].name)
        raise DomainError("kpis.import.member", text=shown(text))


def _normal(name: str) -> str:
    return " ".join(name.strip().removeprefix("@").casefold().split())
