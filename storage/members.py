"""Members and their absences. Who may do what is the domain's and the features' matter."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, time
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.domain.members import Absence, Member
from storage.prepared import Prepared
from storage.scope import Scope
from storage.tables import AbsenceRow, AttributeRow, MemberRow, table

MEMBERS, ABSENCES, ATTRIBUTES = table(MemberRow), table(AbsenceRow), table(AttributeRow)

_CHOSEN = ("language", "zone", "asked_from", "asked_until", "free_weekdays", "may_be_named")
"""What Slack does not know: people chose it here."""

# Read before everything a person does, and so made once.
_ONE = Prepared(
    select(*MEMBERS.c).where(MEMBERS.c.workspace_id == bindparam("workspace"), MEMBERS.c.id == bindparam("member"))
)


class Members:
    """The people of a workspace, by their Slack id."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, member_id: str) -> Member | None:
        row = self._scope.prepared(_ONE, member=member_id).first()
        return _member(row) if row else None

    def get_many(self, member_ids: Iterable[str]) -> dict[str, Member]:
        """The members with these ids; those nobody has heard of are left out."""
        statement = self._scope.select(MEMBERS, MEMBERS.c.id.in_(list(member_ids)))
        return {row.id: _member(row) for row in self._scope.rows(statement)}

    def all(self) -> list[Member]:
        """Everybody ever seen, by id, whether still there or not."""
        return [_member(row) for row in self._scope.rows(self._scope.select(MEMBERS).order_by(MEMBERS.c.id))]

    def admins(self) -> list[Member]:
        """Admins who are still there, by id; not those of another company, whom a shared channel made known."""
        c = MEMBERS.c
        wanted = self._scope.select(MEMBERS, c.is_admin, ~c.is_deleted, ~c.is_bot, ~c.is_guest, ~c.is_outsider)
        return [_member(row) for row in self._scope.rows(wanted.order_by(MEMBERS.c.id))]

    def refresh(self, members: Iterable[Member]) -> None:
        """Take over what Slack says. What a person chose here stays; nobody is removed."""
        latest = {member.id: _values(member) for member in members}
        self._scope.upsert(MEMBERS, latest.values(), keep=_CHOSEN)

    def set_language(self, member_id: str, language: str) -> None:
        """Remember the language a person chose; "" is Slack's again. A person not seen before is made known."""
        self._choose(member_id, language=language)

    def set_zone(self, member_id: str, zone: str) -> None:
        """Remember the IANA zone a person chose; "" is Slack's again. A person not seen before is made known."""
        self._choose(member_id, zone=zone)

    def set_hours(
        self, member_id: str, asked_from: time | None, asked_until: time | None, free_weekdays: frozenset[int]
    ) -> None:
        """Remember between which local times somebody may be written to (None: as everybody), and on which weekdays (0
        is Monday) never. A person not seen before is made known."""
        free = _weekdays_text(free_weekdays)
        self._choose(member_id, asked_from=asked_from, asked_until=asked_until, free_weekdays=free)

    def set_may_be_named(self, member_id: str, may: bool) -> None:
        """Remember whether summaries may name somebody for what went well. A person not seen before is made known."""
        self._choose(member_id, may_be_named=may)

    def add_absence(self, absence: Absence) -> None:
        """Record days away. The same days twice are recorded once."""
        values = {"member_id": absence.member_id, "first": absence.first, "last": absence.last}
        self._scope.insert_new(ABSENCES, [values])

    def remove_absence(self, absence: Absence) -> None:
        """Take days away back, as they were recorded."""
        here = (
            ABSENCES.c.member_id == absence.member_id,
            ABSENCES.c.first == absence.first,
            ABSENCES.c.last == absence.last,
        )
        self._scope.change(self._scope.delete(ABSENCES, *here))

    def absences(self, first: date, last: date, member_ids: Collection[str] | None = None) -> list[Absence]:
        """Absences that touch the days from `first` to `last`, of some or all members, by first day."""
        touching = [ABSENCES.c.first <= last, ABSENCES.c.last >= first]
        if member_ids is not None:
            touching.append(ABSENCES.c.member_id.in_(list(member_ids)))
        statement = self._scope.select(ABSENCES, *touching).order_by(ABSENCES.c.first, ABSENCES.c.member_id)
        return [Absence(row.member_id, row.first, row.last) for row in self._scope.rows(statement)]

    def set_attributes(self, name: str, values: Mapping[str, str]) -> None:
        """Replace what is known of an attribute ("department"): its value by member id. Members who are not named have
        none from now on."""
        self._scope.change(self._scope.delete(ATTRIBUTES, ATTRIBUTES.c.name == name))
        rows = [{"member_id": member_id, "name": name, "value": value} for member_id, value in values.items()]
        self._scope.insert_new(ATTRIBUTES, rows)

    def attributes(self, name: str) -> dict[str, str]:
        """The value of an attribute by member id."""
        rows = self._scope.rows(self._scope.select(ATTRIBUTES, ATTRIBUTES.c.name == name))
        return {row.member_id: row.value for row in rows}

    def attribute_names(self) -> list[str]:
        """Which attributes there are, by name."""
        statement = self._scope.select(ATTRIBUTES, columns=[ATTRIBUTES.c.name]).distinct()
        return [row.name for row in self._scope.rows(statement.order_by(ATTRIBUTES.c.name))]

    def _choose(self, member_id: str, **chosen: Any) -> None:
        self._scope.insert_new(MEMBERS, [_values(Member(member_id))])
        self._scope.change(self._scope.update(MEMBERS, MEMBERS.c.id == member_id).values(chosen))


def _values(member: Member) -> dict[str, Any]:
    return {**asdict(member), "free_weekdays": _weekdays_text(member.free_weekdays)}


def _weekdays_text(weekdays: frozenset[int]) -> str:
    """ "46" for Friday and Sunday."""
    return "".join(str(day) for day in sorted(weekdays))


def _member(row: Row[Any]) -> Member:
    values = row._asdict()
    del values["workspace_id"]
    return Member(**{**values, "free_weekdays": frozenset(map(int, row.free_weekdays))})
