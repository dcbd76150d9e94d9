"""Who is in which user group, as Slack said last. Reading Slack is not done here."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from storage.kpi_tables import TeamMemberRow
from storage.prepared import Prepared
from storage.scope import Scope
from storage.tables import table

TEAM_MEMBERS = table(TeamMemberRow)
# Read before everything a person does with KPIs, and so made once.
_OF_ONE = Prepared(
    select(TEAM_MEMBERS.c.team_id).where(
        TEAM_MEMBERS.c.workspace_id == bindparam("workspace"), TEAM_MEMBERS.c.member_id == bindparam("member")
    )
)


class Teams:
    """The user groups that KPIs and targets of a workspace name, by Slack's id ("S…")."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def replace(self, team_id: str, member_ids: Collection[str]) -> None:
        """Take over who is in a group now. Only what differs is written: mostly nothing does."""
        known, now = self.members(team_id), frozenset(member_ids)
        if gone := known - now:
            here = (TEAM_MEMBERS.c.team_id == team_id, TEAM_MEMBERS.c.member_id.in_(sorted(gone)))
            self._scope.change(self._scope.delete(TEAM_MEMBERS, *here))
        self._scope.insert_new(TEAM_MEMBERS, [{"team_id": team_id, "member_id": each} for each in sorted(now - known)])

    def members(self, team_id: str) -> frozenset[str]:
        """Who is in a group; nobody, where it was never read."""
        statement = self._scope.select(
            TEAM_MEMBERS, TEAM_MEMBERS.c.team_id == team_id, columns=[TEAM_MEMBERS.c.member_id]
        )
        return frozenset(row.member_id for row in self._scope.rows(statement))

    def of(self, member_id: str) -> frozenset[str]:
        """The groups somebody is in."""
        return frozenset(row.team_id for row in self._scope.prepared(_OF_ONE, member=member_id).rows)

    def known(self) -> frozenset[str]:
        """The groups whose members were read."""
        statement = self._scope.select(TEAM_MEMBERS, columns=[TEAM_MEMBERS.c.team_id]).distinct()
        return frozenset(row.team_id for row in self._scope.rows(statement))
