"""Rounds, who was invited, and what a closed round says. Single answers are in `storage.answers`."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, select

from bot.domain.errors import DomainError
from bot.domain.surveys import FollowUp, Invitation, Round, RoundFacts, RoundState
from storage.definitions import definition_of, definition_text, published_of, published_text
from storage.participations import Participations
from storage.prepared import Prepared
from storage.scope import Scope
from storage.tables import AnswerRow, CommentRow, FollowUpRow, InvitationRow, NamedAnswerRow, RoundRow, table

ROUNDS, INVITATIONS = table(RoundRow), table(InvitationRow)
ANSWERS, COMMENTS, NAMED = table(AnswerRow), table(CommentRow), table(NamedAnswerRow)
FOLLOW_UPS = table(FollowUpRow)
# Read for every answer, and so made once.
_ONE = Prepared(
    select(*ROUNDS.c).where(ROUNDS.c.workspace_id == bindparam("workspace"), ROUNDS.c.id == bindparam("round"))
)
RUNNING = (RoundState.LAUNCHING, RoundState.OPEN)


class Rounds:
    """The rounds of a workspace's surveys. A survey has at most one that is launching or open."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._participations = Participations(scope)

    def add(self, new: Round) -> None:
        """Add a round. Raises DomainError `surveys.already_open` when the survey has one that is launching or open (or
        one of that number)."""
        self._scope.insert(ROUNDS, {"id": new.id, **_values(new)}, DomainError("surveys.already_open"))

    def get(self, round_id: str) -> Round | None:
        row = self._scope.prepared(_ONE, round=round_id).first()
        return round_of(row) if row else None

    def update(self, changed: Round) -> None:
        """Store all fields of a round that exists; LookupError if there is none."""
        statement = self._scope.update(ROUNDS, ROUNDS.c.id == changed.id).values(_values(changed))
        if self._scope.change(statement) == 0:
            raise LookupError(f"no round {changed.id} in this workspace")

    def close_earlier(self, round_id: str, closes_at: datetime) -> bool:
        """Let an open round close at an earlier moment (UTC); False, and nothing changes, if it is not open (any more)
        or closes by then anyhow. In one statement: another replica may be closing it right now."""
        here = (ROUNDS.c.id == round_id, ROUNDS.c.state == RoundState.OPEN, ROUNDS.c.closes_at > closes_at)
        return self._scope.change(self._scope.update(ROUNDS, *here).values(closes_at=closes_at)) == 1

    def mark_sealed(self, round_id: str) -> None:
        """The last step of a seal; `storage.sealing` alone knows when it is true."""
        self._scope.change(self._scope.update(ROUNDS, ROUNDS.c.id == round_id).values(sealed=True))

    def of_survey(self, survey_id: str) -> list[Round]:
        """All rounds of a survey, newest first."""
        return self._many(ROUNDS.c.survey_id == survey_id, order=ROUNDS.c.number.desc())

    def open_of(self, survey_id: str) -> Round | None:
        """The survey's round that is launching or open."""
        return self._one(ROUNDS.c.survey_id == survey_id, ROUNDS.c.state.in_(RUNNING))

    def launching(self) -> list[Round]:
        return self._many(ROUNDS.c.state == RoundState.LAUNCHING, order=ROUNDS.c.opened_at)

    def closing(self, now: datetime) -> list[Round]:
        """Open rounds whose time is over."""
        return self._many(ROUNDS.c.state == RoundState.OPEN, ROUNDS.c.closes_at <= now, order=ROUNDS.c.closes_at)

    def undecided(self) -> list[Round]:
        """Closed rounds of which it is not decided yet what may be shown, oldest first."""
        return self._many(ROUNDS.c.state == RoundState.CLOSED, ROUNDS.c.published.is_(None), order=ROUNDS.c.closed_at)

    def unsealed(self) -> list[Round]:
        """Closed rounds whose seal is still to be made, or was interrupted; deciding comes first, as it needs the
        key."""
        waiting = (ROUNDS.c.state == RoundState.CLOSED, ~ROUNDS.c.sealed, ROUNDS.c.published.is_not(None))
        return self._many(*waiting, order=ROUNDS.c.closes_at)

    def next_number(self, survey_id: str) -> int:
        highest = self._scope.select(ROUNDS, ROUNDS.c.survey_id == survey_id, columns=[func.max(ROUNDS.c.number)])
        return (self._scope.value(highest) or 0) + 1

    def previous_closed(self, survey_id: str, before_number: int) -> Round | None:
        """The latest closed round of a survey with a lower number."""
        return self._one(
            ROUNDS.c.survey_id == survey_id,
            ROUNDS.c.number < before_number,
            ROUNDS.c.state == RoundState.CLOSED,
            order=ROUNDS.c.number.desc(),
        )

    def latest_closed(self, limit: int) -> list[Round]:
        """The rounds of any survey that were closed last, newest first."""
        return self._many(ROUNDS.c.state == RoundState.CLOSED, order=ROUNDS.c.closed_at.desc(), limit=limit)

    def closed_since(self, moment: datetime) -> list[Round]:
        """The rounds of any survey that were closed at a moment (UTC) or later, oldest first."""
        return self._many(ROUNDS.c.state == RoundState.CLOSED, ROUNDS.c.closed_at >= moment, order=ROUNDS.c.closed_at)

    def open(self) -> list[Round]:
        """Every round that is open, the one that closes first comes first."""
        return self._many(ROUNDS.c.state == RoundState.OPEN, order=ROUNDS.c.closes_at)

    def invite(self, round_id: str, segments: Mapping[str, str]) -> int:
        """Invite members, each with the group of the breakdown they belong to ("" for none); those invited already stay
        as they are. How many are new."""
        values = [
            {"round_id": round_id, "member_id": member_id, "segment": segment}
            for member_id, segment in segments.items()
        ]
        return self._scope.insert_new(INVITATIONS, values)

    def uninvite(self, round_id: str, member_id: str) -> None:
        """Ask somebody no more; how many were asked stays as it was announced."""
        here = (INVITATIONS.c.round_id == round_id, INVITATIONS.c.member_id == member_id)
        self._scope.change(self._scope.delete(INVITATIONS, *here))

    def invitation(self, round_id: str, member_id: str) -> Invitation | None:
        here = (INVITATIONS.c.round_id == round_id, INVITATIONS.c.member_id == member_id)
        row = self._scope.first(self._scope.select(INVITATIONS, *here))
        if row is None:
            return None
        return Invitation(round_id, member_id, self._participations.has(round_id, member_id), row.segment)

    def invitations(self, round_id: str) -> list[Invitation]:
        """Everybody invited to a round, by member id."""
        statement = self._scope.select(INVITATIONS, INVITATIONS.c.round_id == round_id)
        rows = self._scope.rows(statement.order_by(INVITATIONS.c.member_id))
        answered = self._participations.among(round_id, [row.member_id for row in rows])
        return [Invitation(round_id, row.member_id, row.member_id in answered, row.segment) for row in rows]

    def answered_count(self, round_id: str) -> int:
        """How many of the invited have answered: all that may be told of an open round. Not of a sealed one, where that
        is forgotten: `Round.answered` says how many."""
        return self._participations.count(round_id)

    def open_for(self, member_id: str) -> list[Round]:
        """Open rounds this member is invited to, whether answered or not; the one that closes first comes first."""
        invited = self._scope.select(
            INVITATIONS, INVITATIONS.c.member_id == member_id, columns=[INVITATIONS.c.round_id]
        )
        return self._many(ROUNDS.c.id.in_(invited), ROUNDS.c.state == RoundState.OPEN, order=ROUNDS.c.closes_at)

    def facts(self, round_id: str) -> RoundFacts:
        """What is known of a round. Counts and texts (in random order) are there only once it is closed, so that nobody
        can publish them earlier by mistake. LookupError for an unknown round.

        An imported round has no invitations; there every count is an answer.
        """
        found = self.get(round_id)
        if found is None:
            raise LookupError(f"no round {round_id} in this workspace")
        if found.state is not RoundState.CLOSED:
            return RoundFacts(found, self.answered_count(round_id))
        answered = found.answered if found.answered is not None else self.answered_count(round_id)
        if found.definition.is_named:
            return RoundFacts(found, answered, *self._named(round_id))
        counts = self._counts(round_id)
        if found.answered is None and not answered:
            answered = max((sum(each.values()) for each in counts.values()), default=0)
        return RoundFacts(found, answered, counts, self._texts(round_id))

    def texts(self, round_id: str) -> dict[str, tuple[str, ...]]:
        """What was written in a closed round, by question, in random order; without the counts, which take the longer
        the more people answered. Nothing of one that is open, or unknown."""
        found = self.get(round_id)
        if found is None or found.state is not RoundState.CLOSED:
            return {}
        return self._named(round_id)[1] if found.definition.is_named else self._texts(round_id)

    def set_follow_up(self, action: FollowUp) -> None:
        """Record what followed from a round; said again, the later words count."""
        values = {"round_id": action.round_id, "kind": action.kind, "text": action.text}
        self._scope.upsert(FOLLOW_UPS, [{**values, "by": action.by, "at": action.at}])

    def follow_up_of(self, round_id: str) -> FollowUp | None:
        """What followed from a round, if that was said."""
        row = self._scope.first(self._scope.select(FOLLOW_UPS, FOLLOW_UPS.c.round_id == round_id))
        return FollowUp(row.round_id, row.kind, row.text, row.by, row.at) if row else None

    def _counts(self, round_id: str) -> dict[str, dict[int, int]]:
        often = func.count().label("times")
        statement = (
            select(ANSWERS.c.question, ANSWERS.c.value, often)
            .where(ANSWERS.c.round_id == round_id)
            .group_by(ANSWERS.c.question, ANSWERS.c.value)
            .order_by(ANSWERS.c.question, ANSWERS.c.value)
        )
        counts: dict[str, dict[int, int]] = {}
        for row in self._scope.rows(statement):
            counts.setdefault(row.question, {})[row.value] = row.times
        return counts

    def _texts(self, round_id: str) -> dict[str, tuple[str, ...]]:
        rows = self._scope.rows(select(COMMENTS.c.question, COMMENTS.c.text).where(COMMENTS.c.round_id == round_id))
        return _shuffled((row.question, row.text) for row in rows)

    def _named(self, round_id: str) -> tuple[dict[str, dict[int, int]], dict[str, tuple[str, ...]]]:
        counts: dict[str, dict[int, int]] = {}
        texts = []
        for row in self._scope.rows(self._scope.select(NAMED, NAMED.c.round_id == round_id)):
            if row.value is not None:
                values = counts.setdefault(row.question, {})
                values[row.value] = values.get(row.value, 0) + 1
            if row.text:
                texts.append((row.question, row.text))
        return counts, _shuffled(texts)

    def _one(self, *where: ColumnElement[bool], order: ColumnElement[Any] | None = None) -> Round | None:
        found = self._many(*where, order=ROUNDS.c.number if order is None else order, limit=1)
        return found[0] if found else None

    def _many(self, *where: ColumnElement[bool], order: ColumnElement[Any], limit: int | None = None) -> list[Round]:
        statement = self._scope.select(ROUNDS, *where).order_by(order, ROUNDS.c.id).limit(limit)
        return [round_of(row) for row in self._scope.rows(statement)]


def _values(given: Round) -> dict[str, Any]:
    return {
        "survey_id": given.survey_id,
        "number": given.number,
        "state": given.state,
        "definition": definition_text(given.definition),
        "opened_at": given.opened_at,
        "closes_at": given.closes_at,
        "asked": given.asked,
        "min_score": given.min_score,
        "min_comments": given.min_comments,
        "started_by": given.started_by,
        "closed_at": given.closed_at,
        "sealed": given.sealed,
        "answered": given.answered,
        "published": published_text(given.published),
    }


def round_of(row: Row[Any]) -> Round:
    return Round(
        id=row.id,
        survey_id=row.survey_id,
        number=row.number,
        state=row.state,
        definition=definition_of(row.definition),
        opened_at=row.opened_at,
        closes_at=row.closes_at,
        asked=row.asked,
        min_score=row.min_score,
        min_comments=row.min_comments,
        started_by=row.started_by,
        closed_at=row.closed_at,
        sealed=row.sealed,
        answered=row.answered,
        published=published_of(row.published),
    )


def _shuffled(texts: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The texts by question, each question's in an order of its own."""
    found: dict[str, list[str]] = {}
    for question, text in texts:
        found.setdefault(question, []).append(text)
    for each in found.values():
        secrets.SystemRandom().shuffle(each)
    return {question: tuple(each) for question, each in sorted(found.items())}
