"""One-on-ones: who meets whom, their meetings, and what they want to talk about. Only the two may see any of it: every
caller asks for one of them first (`bot/oneonones`)."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_

from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne, Point
from storage.scope import Scope
from storage.tables import table
from storage.team_tables import MeetingRow, OneOnOneRow, PointRow

PAIRS, MEETINGS, POINTS = table(OneOnOneRow), table(MeetingRow), table(PointRow)


class OneOnOnes:
    """The one-on-ones of a workspace. One that was ended stays, with its meetings."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, one_on_one: OneOnOne) -> None:
        self._scope.insert(PAIRS, asdict(one_on_one))

    def get(self, one_on_one_id: str) -> OneOnOne | None:
        """One by id, active or not."""
        row = self._scope.first(self._scope.select(PAIRS, PAIRS.c.id == one_on_one_id))
        return _pair(row) if row else None

    def all(self) -> list[OneOnOne]:
        """All active ones, in the order they were set up."""
        return self._pairs()

    def of(self, member_id: str) -> list[OneOnOne]:
        """The active ones of somebody, in the order they were set up."""
        return self._pairs(or_(PAIRS.c.lead_id == member_id, PAIRS.c.other_id == member_id))

    def between(self, one_id: str, other_id: str) -> OneOnOne | None:
        """The active one of two people, whoever of them set it up."""
        return next((each for each in self.of(one_id) if each.is_of(other_id)), None)

    def change(self, one_on_one_id: str, *, minutes: int | None = None, active: bool | None = None) -> None:
        """How long they meet, or whether they still do, becomes this; what is None stays."""
        values = {name: value for name, value in (("minutes", minutes), ("active", active)) if value is not None}
        if values:
            self._scope.change(self._scope.update(PAIRS, PAIRS.c.id == one_on_one_id).values(values))

    def plan(self, meeting: Meeting) -> bool:
        """Record a meeting. False, and nothing changes, where that date of its schedule has one."""
        return self._scope.insert_new(MEETINGS, [asdict(meeting)]) == 1

    def meeting(self, one_on_one_id: str, local_date: date) -> Meeting | None:
        here = (MEETINGS.c.one_on_one_id == one_on_one_id, MEETINGS.c.local_date == local_date)
        row = self._scope.first(self._scope.select(MEETINGS, *here))
        return _meeting(row) if row else None

    def meetings(self, one_on_one_ids: Collection[str]) -> list[Meeting]:
        """All meetings of some one-on-ones, by when they begin."""
        statement = self._scope.select(MEETINGS, MEETINGS.c.one_on_one_id.in_(list(one_on_one_ids)))
        rows = self._scope.rows(statement.order_by(MEETINGS.c.starts_at, MEETINGS.c.local_date))
        return [_meeting(row) for row in rows]

    def beginning_since(self, moment: datetime, one_on_one_id: str | None = None) -> list[Meeting]:
        """The meetings that begin at a moment (UTC) or later, all of them or those of a one-on-one, by when they
        begin."""
        of = [] if one_on_one_id is None else [MEETINGS.c.one_on_one_id == one_on_one_id]
        statement = self._scope.select(MEETINGS, MEETINGS.c.starts_at >= moment, *of)
        rows = self._scope.rows(statement.order_by(MEETINGS.c.starts_at, MEETINGS.c.one_on_one_id))
        return [_meeting(row) for row in rows]

    def last_held(self, one_on_one_ids: Collection[str]) -> dict[str, Meeting]:
        """The latest meeting that was held of each of some one-on-ones, by its id."""
        held = (MEETINGS.c.one_on_one_id.in_(list(one_on_one_ids)), MEETINGS.c.state == MeetingState.HELD)
        rows = self._scope.rows(self._scope.select(MEETINGS, *held).order_by(MEETINGS.c.starts_at))
        return {row.one_on_one_id: _meeting(row) for row in rows}

    def unplan(self, meeting: Meeting) -> bool:
        """Forget a meeting whose date its schedule does not have any more. False, and nothing changes, where its state
        is another one by now."""
        here = (
            MEETINGS.c.one_on_one_id == meeting.one_on_one_id,
            MEETINGS.c.local_date == meeting.local_date,
            MEETINGS.c.state == meeting.state,
        )
        return self._scope.change(self._scope.delete(MEETINGS, *here)) == 1

    def change_meeting(self, meeting: Meeting, was: MeetingState, at: datetime | None = None) -> bool:
        """Everything of a meeting becomes this. False, and nothing changes, where its state is not `was` any more, or
        it does not begin `at` that moment (UTC) any more, if one is given."""
        here = [
            MEETINGS.c.one_on_one_id == meeting.one_on_one_id,
            MEETINGS.c.local_date == meeting.local_date,
            MEETINGS.c.state == was,
        ]
        if at is not None:
            here.append(MEETINGS.c.starts_at == at)
        fields = ("starts_at", "state", "notes", "notes_by")
        values = {name: getattr(meeting, name) for name in fields}
        return self._scope.change(self._scope.update(MEETINGS, *here).values(values)) == 1

    def add_point(self, point: Point) -> None:
        self._scope.insert(POINTS, asdict(point))

    def point(self, point_id: str) -> Point | None:
        row = self._scope.first(self._scope.select(POINTS, POINTS.c.id == point_id))
        return _point(row) if row else None

    def open_points(self, one_on_one_id: str) -> list[Point]:
        """What they still want to talk about, by when it was added."""
        here = (POINTS.c.one_on_one_id == one_on_one_id, POINTS.c.closed_at.is_(None))
        rows = self._scope.rows(self._scope.select(POINTS, *here).order_by(POINTS.c.added_at, POINTS.c.id))
        return [_point(row) for row in rows]

    def show_points(self, point_ids: Iterable[str], at: datetime) -> None:
        """They are on the agenda from a moment (UTC) on; what was shown before stays as it is."""
        here = (POINTS.c.id.in_(list(point_ids)), POINTS.c.shown_at.is_(None))
        self._scope.change(self._scope.update(POINTS, *here).values(shown_at=at))

    def close_points(self, point_ids: Iterable[str], at: datetime) -> None:
        """They were talked about, or taken back, at a moment (UTC)."""
        here = (POINTS.c.id.in_(list(point_ids)), POINTS.c.closed_at.is_(None))
        self._scope.change(self._scope.update(POINTS, *here).values(closed_at=at))

    def _pairs(self, *where: ColumnElement[bool]) -> list[OneOnOne]:
        statement = self._scope.select(PAIRS, PAIRS.c.active, *where)
        return [_pair(row) for row in self._scope.rows(statement.order_by(PAIRS.c.created_at, PAIRS.c.id))]


def _pair(row: Row[Any]) -> OneOnOne:
    return OneOnOne(row.id, row.lead_id, row.other_id, row.minutes, row.created_at, row.active)


def _meeting(row: Row[Any]) -> Meeting:
    return Meeting(row.one_on_one_id, row.local_date, row.starts_at, row.state, row.notes, row.notes_by)


def _point(row: Row[Any]) -> Point:
    return Point(row.id, row.one_on_one_id, row.by, row.text, row.added_at, row.shown_at, row.closed_at)
