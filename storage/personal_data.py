"""What is stored of one member: counted, handed out, and erased. `HELD` says where people are named, column by column;
a test finds a column it forgets. Slack's own copies of messages are out of reach from here.

Erasing puts a made-up id in the place of the member's: what a team agreed or counted stays (a value, a target's author,
whom a round asked), what somebody said or wished for themselves goes. Answers of anonymous rounds are nobody's once the
round is closed; those of open rounds are found through the round key and go too.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Table, Text, bindparam, func, or_, select, update

from bot.domain.actions import ActionSource
from bot.domain.entries import EntryState
from bot.domain.members import ERASED, Member
from bot.domain.schedules import ScheduleKind
from storage import kept_totals
from storage.kpi_tables import (
    ApiTokenRow,
    EntryRow,
    EntryWeekRow,
    KpiNoteRow,
    KpiSettingsRow,
    KpiVersionRow,
    PolicyRow,
    TargetRow,
    TeamMemberRow,
)
from storage.operating_tables import AuditRow, InstallationRow
from storage.scope import Scope
from storage.tables import (
    AbsenceRow,
    AttributeRow,
    DeliveryRow,
    FollowUpRow,
    HandledRow,
    InvitationRow,
    MemberRow,
    NamedAnswerRow,
    OccurrenceRow,
    RoundRow,
    ScheduleRow,
    SummaryRow,
    SurveyRow,
    table,
)
from storage.team_tables import (
    ActionRow,
    CheckinAnswerRow,
    CheckinRow,
    CheckinRunRow,
    MeetingRow,
    OneOnOneRow,
    PointRow,
)

NAMELESS = "N. N."
"""What somebody is called who was erased: nomen nescio, in every language."""


@dataclass(frozen=True, slots=True)
class Held:
    """Where a table names people. `people` are columns that hold a member's id and nothing else, `texts` those that may
    hold one within (JSON, a subject). Rows of which `own` is the member are theirs: `erases` says that they go. `said`
    are columns in which the member of `said_by` wrote something, which is emptied."""

    rows: Table
    people: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    erases: bool = False
    said: tuple[str, ...] = ()
    said_by: str = ""


ENTRIES = Held(table(EntryRow), ("member_id", "logged_by", "changed_by"), ("source",), ("member_id", "logged_by"))
"""Values stay with the team; their notes go (`erase_entries`)."""
KEPT = Held(table(EntryWeekRow), ("member_id",))
"""What entries add up to: counted anew with them, and nothing is left of the member."""

HELD: Mapping[str, Held] = {
    "profile": Held(table(MemberRow), ("id",), own=("id",), erases=True),
    "absences": Held(table(AbsenceRow), ("member_id",), own=("member_id",), erases=True),
    "attributes": Held(table(AttributeRow), ("member_id", "value"), own=("member_id",), erases=True),
    "teams": Held(table(TeamMemberRow), ("member_id",), own=("member_id",), erases=True),
    "invitations": Held(table(InvitationRow), ("member_id",), own=("member_id",)),
    "named_answers": Held(table(NamedAnswerRow), ("member_id",), own=("member_id",), erases=True),
    "entries": ENTRIES,
    "kept_totals": KEPT,
    "targets": Held(table(TargetRow), ("owner_id", "set_by"), own=("owner_id",), said=("because",), said_by="set_by"),
    "kpi_notes": Held(table(KpiNoteRow), ("by",), own=("by",), said=("text",), said_by="by"),
    "actions": Held(table(ActionRow), ("owner_id", "created_by", "settled_by", "partner_id"), ("source_id",),
                    ("owner_id",), erases=True),
    "checkin_answers": Held(table(CheckinAnswerRow), ("member_id",), own=("member_id",), erases=True),
    "one_on_ones": Held(table(OneOnOneRow), ("lead_id", "other_id"), own=("lead_id", "other_id"), erases=True),
    "points": Held(table(PointRow), ("by",), own=("by",), erases=True),
    "meetings": Held(table(MeetingRow), ("notes_by",), own=("notes_by",), erases=True),
    "surveys": Held(table(SurveyRow), ("created_by",), ("definition",), ("created_by",)),
    "rounds": Held(table(RoundRow), ("started_by",), ("definition",)),
    "follow_ups": Held(table(FollowUpRow), ("by",), own=("by",)),
    "summaries": Held(table(SummaryRow), ("created_by",), ("definition",), ("created_by",)),
    "checkins": Held(table(CheckinRow), ("created_by",), ("definition",), ("created_by",)),
    "checkin_runs": Held(table(CheckinRunRow), texts=("definition", "asked")),
    "schedules": Held(table(ScheduleRow), ("created_by",)),
    "kpi_versions": Held(table(KpiVersionRow), ("by",), own=("by",)),
    "kpi_settings": Held(table(KpiSettingsRow), texts=("settings",)),
    "policies": Held(table(PolicyRow), texts=("policy",)),
    "api_tokens": Held(table(ApiTokenRow), ("made_by", "revoked_by"), own=("made_by",)),
    "installations": Held(table(InstallationRow), ("installed_by",)),
    "acts": Held(table(AuditRow), ("actor_id",), ("subject", "details"), ("actor_id",)),
    "handled": Held(table(HandledRow), texts=("key",)),
    "messages": Held(table(DeliveryRow), ("receiver",), ("subject", "facts"), ("receiver",), erases=True),
}  # fmt: skip

_SECRET = frozenset({"digest", "workspace_id"})


def pseudonym() -> str:
    """An id nobody in Slack has, to stand where somebody's stood."""
    return f"{ERASED}{secrets.token_hex(4).upper()}"


class PersonalData:
    """One member's data over all tables of a workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def stored(self, member_id: str) -> dict[str, int]:
        """How many rows of each kind are the member's own; kinds without any are left out."""
        counted = {name: self._count(held, member_id) for name, held in HELD.items() if held.own}
        return {name: count for name, count in counted.items() if count}

    def export(self, member_id: str) -> dict[str, list[dict[str, Any]]]:
        """Everything that is the member's own, by kind, as stored, without secrets. What another person added to a
        one-on-one is theirs; notes of a meeting belong to both."""
        found = {name: self._own(held, member_id) for name, held in HELD.items() if held.own}
        found["meetings"] = self._meetings_of(member_id)
        return {
            name: [{key: value for key, value in row.items() if key not in _SECRET} for row in rows]
            for name, rows in found.items()
            if rows
        }

    def entry_ids(self, member_id: str) -> list[str]:
        """The entries in which a member is named."""
        rows = ENTRIES.rows
        statement = self._scope.select(rows, _names(ENTRIES, member_id), columns=[rows.c.id])
        return [row.id for row in self._scope.rows(statement)]

    def erase_entries(self, entry_ids: Sequence[str], member_id: str, instead: str) -> None:
        """Put `instead` where these entries name the member; what they wrote beside a value goes."""
        rows = ENTRIES.rows
        these = rows.c.id.in_(list(entry_ids))
        if entry_ids:
            self._stand_in(instead)
        theirs = self._scope.select(rows, these, rows.c.member_id == member_id, columns=[rows.c.kpi_key, rows.c.on])
        days: dict[str, set[date]] = {}
        for row in self._scope.rows(theirs):
            days.setdefault(row.kpi_key, set()).add(row.on)
        self._scope.change(self._scope.update(rows, these, rows.c.logged_by == member_id).values(note=""))
        self._scope.change(self._scope.update(rows, these, rows.c.changed_by == member_id).values(because=None))
        self._rename(ENTRIES, member_id, instead, these)
        for kpi_key, on in sorted(days.items()):
            kept_totals.count_anew(self._scope, kpi_key, on, [member_id, instead])

    def erase(self, member_id: str, instead: str, now: datetime) -> None:
        """Erase everything else of a member, entries being done already. `now` (UTC) ends their own targets. Doing it
        again for somebody who is gone changes nothing."""
        is_known = self._scope.first(self._scope.select(table(MemberRow), table(MemberRow).c.id == member_id))
        if is_known is not None:
            self._stand_in(instead)
        targets = table(TargetRow)
        running = (targets.c.owner_id == member_id, targets.c.replaced_at.is_(None))
        self._scope.change(self._scope.update(targets, *running).values(replaced_at=now))
        self._erase_pairs(member_id)
        kept_totals.forget(self._scope, member_id)
        for held in HELD.values():
            if held is ENTRIES or held is KEPT:
                continue
            for column in held.said:
                empty = None if held.rows.c[column].nullable else ""
                theirs = held.rows.c[held.said_by] == member_id
                self._scope.change(self._scope.update(held.rows, theirs).values({column: empty}))
            if held.erases and held.own:
                self._scope.change(self._scope.delete(held.rows, _is_own(held, member_id)))
            self._rename(held, member_id, instead)

    def _stand_in(self, instead: str) -> None:
        """Whoever reads of `instead` finds somebody without a name, who is gone; in the same transaction as the first
        row that says so, as a crash may follow each."""
        placeholder = {**asdict(Member(instead, NAMELESS, is_deleted=True)), "free_weekdays": ""}
        self._scope.insert_new(table(MemberRow), [placeholder])

    def _erase_pairs(self, member_id: str) -> None:
        """One-on-ones are of two: they end whole, with what both said in them and the dates ahead."""
        pairs, actions = table(OneOnOneRow), table(ActionRow)
        theirs = self._scope.select(pairs, _is_own(HELD["one_on_ones"], member_id), columns=[pairs.c.id])
        ids = [row.id for row in self._scope.rows(theirs)]
        for row in (MeetingRow, PointRow):
            self._scope.change(self._scope.delete(table(row), table(row).c.one_on_one_id.in_(ids)))
        schedules, occurrences = table(ScheduleRow), table(OccurrenceRow)
        planned = (schedules.c.kind == ScheduleKind.ONE_ON_ONE, schedules.c.subject_id.in_(ids))
        dates = [row.id for row in self._scope.rows(self._scope.select(schedules, *planned, columns=[schedules.c.id]))]
        self._scope.change(self._scope.delete(occurrences, occurrences.c.schedule_id.in_(dates)))
        self._scope.change(self._scope.delete(schedules, schedules.c.id.in_(dates)))
        private = (actions.c.source == ActionSource.ONE_ON_ONE, actions.c.source_id.in_(ids))
        self._scope.change(self._scope.delete(actions, *private))

    def _rename(self, held: Held, member_id: str, instead: str, *where: ColumnElement[bool]) -> None:
        for column in held.people:
            here = held.rows.c[column] == member_id
            self._scope.change(self._scope.update(held.rows, here, *where).values({column: instead}))
        for column in held.texts:
            self._rename_within(held.rows, column, member_id, instead, *where)

    def _rename_within(
        self, rows: Table, column: str, member_id: str, instead: str, *where: ColumnElement[bool]
    ) -> None:
        """In a text that names the member among others."""
        is_json = isinstance(rows.c[column].type, JSON)
        text = rows.c[column].cast(Text()) if is_json else rows.c[column]
        keys = [key for key in rows.primary_key.columns if key.name != "workspace_id"]
        naming = self._scope.select(rows, text.contains(member_id, autoescape=True), *where)
        whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(member_id)}(?![A-Za-z0-9])")
        changes = []
        for row in self._scope.rows(naming):
            value = row._mapping[column]
            renamed = _replaced(value, whole, instead)
            if renamed != value:
                changes.append({**{f"at_{key.name}": row._mapping[key.name] for key in keys}, "renamed": renamed})
        if changes:
            here = [key == bindparam(f"at_{key.name}") for key in keys]
            statement = update(rows).where(rows.c.workspace_id == self._scope.workspace_id, *here)
            self._scope.connection.execute(statement.values({column: bindparam("renamed")}), changes)

    def _own(self, held: Held, member_id: str) -> list[dict[str, Any]]:
        statement = self._scope.select(held.rows, _is_own(held, member_id), *_there(held))
        return [dict(row._mapping) for row in self._scope.rows(statement)]

    def _count(self, held: Held, member_id: str) -> int:
        """Counted by the database: of values there may be many thousands."""
        counting = self._scope.select(held.rows, _is_own(held, member_id), columns=[func.count()])
        return int(self._scope.value(counting) or 0)

    def _meetings_of(self, member_id: str) -> list[dict[str, Any]]:
        meetings, pairs = table(MeetingRow), table(OneOnOneRow)
        theirs = select(pairs.c.id).where(
            pairs.c.workspace_id == self._scope.workspace_id, _is_own(HELD["one_on_ones"], member_id)
        )
        statement = self._scope.select(meetings, meetings.c.one_on_one_id.in_(theirs))
        return [dict(row._mapping) for row in self._scope.rows(statement)]


def _is_own(held: Held, member_id: str) -> ColumnElement[bool]:
    return or_(*(held.rows.c[column] == member_id for column in held.own))


def _there(held: Held) -> tuple[ColumnElement[bool], ...]:
    """Entries of an import that is not finished exist for nobody yet."""
    return (held.rows.c.state != EntryState.STAGED,) if held is ENTRIES else ()


def _names(held: Held, member_id: str) -> ColumnElement[bool]:
    return or_(*(held.rows.c[column] == member_id for column in held.people))


def _replaced(value: Any, whole: re.Pattern[str], instead: str) -> Any:
    """The value with the id replaced, also within lists and mappings."""
    if isinstance(value, str):
        return whole.sub(instead, value)
    if isinstance(value, Mapping):
        return {key: _replaced(each, whole, instead) for key, each in value.items()}
    if isinstance(value, Iterable):
        return [_replaced(each, whole, instead) for each in value]
    return value
