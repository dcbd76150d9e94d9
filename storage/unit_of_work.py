"""A unit of work: one transaction for one workspace, with a repository for each noun.

Services are given one and stay within it. When a transaction begins and ends is the writer's matter.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from storage.actions import Actions
from storage.answers import Answers
from storage.api_tokens import ApiTokens
from storage.audit import Audit
from storage.catalogue import Catalogues
from storage.checkins import Checkins
from storage.deliveries import Deliveries
from storage.entry_changes import EntriesAt, EntryChanges
from storage.handled import Handled
from storage.installations import Installations
from storage.kept_totals import KeptTotals, settle
from storage.kpis import Entries
from storage.members import Members
from storage.one_on_ones import OneOnOnes
from storage.personal_data import PersonalData
from storage.retention import Retention
from storage.round_keys import RoundKeys
from storage.rounds import Rounds
from storage.schedules import Schedules
from storage.scope import Scope
from storage.summaries import Summaries
from storage.surveys import Surveys
from storage.targets import Targets
from storage.teams import Teams
from storage.workspaces import CurrentWorkspace

Callback = Callable[[], object]


class UnitOfWork:
    """Everything a service may do to one workspace, in one transaction. It cannot see another workspace.

    On PostgreSQL a work may be run again after a deadlock, so that all it does outside the database belongs in
    `after_commit`.
    """

    def __init__(self, connection: Connection, workspace_id: str, keys: RoundKeys) -> None:
        self.workspace_id = workspace_id
        self.callbacks: list[Callback] = []
        self._scope = Scope(connection, workspace_id, keys)

    def settle(self) -> None:
        """Do what was put off until the transaction ends: whoever wrote calls it right before the commit."""
        settle(self._scope)

    def after_commit(self, callback: Callback) -> None:
        """Call this once the transaction is durable, in the thread that wrote it; never if it is rolled back."""
        self.callbacks.append(callback)

    @cached_property
    def workspace(self) -> CurrentWorkspace:
        return CurrentWorkspace(self._scope)

    @cached_property
    def members(self) -> Members:
        return Members(self._scope)

    @cached_property
    def surveys(self) -> Surveys:
        return Surveys(self._scope)

    @cached_property
    def rounds(self) -> Rounds:
        return Rounds(self._scope)

    @cached_property
    def answers(self) -> Answers:
        return Answers(self._scope)

    @cached_property
    def kpis(self) -> Entries:
        return Entries(self._scope)

    @cached_property
    def kept_totals(self) -> KeptTotals:
        return KeptTotals(self._scope)

    @cached_property
    def entry_changes(self) -> EntryChanges:
        return EntryChanges(self._scope)

    def totals_at(self, moment: datetime) -> "UnitOfWork":
        """This unit of work with the totals of KPIs as they were at a moment (UTC), to read from; all else is as of
        now."""
        then = UnitOfWork(self._scope.connection, self.workspace_id, self._scope.keys)
        then.kpis = EntriesAt(self._scope, moment)
        return then

    @cached_property
    def catalogue(self) -> Catalogues:
        return Catalogues(self._scope)

    @cached_property
    def teams(self) -> Teams:
        return Teams(self._scope)

    @cached_property
    def api_tokens(self) -> ApiTokens:
        return ApiTokens(self._scope)

    @cached_property
    def targets(self) -> Targets:
        return Targets(self._scope)

    @cached_property
    def schedules(self) -> Schedules:
        return Schedules(self._scope)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self._scope)

    @cached_property
    def summaries(self) -> Summaries:
        return Summaries(self._scope)

    @cached_property
    def actions(self) -> Actions:
        return Actions(self._scope)

    @cached_property
    def checkins(self) -> Checkins:
        return Checkins(self._scope)

    @cached_property
    def one_on_ones(self) -> OneOnOnes:
        return OneOnOnes(self._scope)

    @cached_property
    def privacy(self) -> PersonalData:
        return PersonalData(self._scope)

    @cached_property
    def handled(self) -> Handled:
        return Handled(self._scope)

    @cached_property
    def installation(self) -> Installations:
        return Installations(self._scope)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self._scope)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self._scope)
