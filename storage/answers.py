"""Answers and comments of anonymous rounds. Nothing here returns who said what, except to the person while it is open.

An answer lies under HMAC(round key, "score", member, question), a comment under the same with "comment": who has the
key can find a person's answer and change it, so that each has one; without the key nobody can. No time, no sequence.
Where the key is lost, what is stored stays, and nothing can be added or changed (a second vote could not be told).
"""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, and_, bindparam, delete, insert, select, update

from bot.domain.errors import DomainError
from bot.domain.surveys import RoundState
from storage.round_keys import answer_key
from storage.scope import Scope
from storage.tables import AnswerRow, CommentRow, InvitationRow, RoundRow, table

ANSWERS, COMMENTS = table(AnswerRow), table(CommentRow)
INVITATIONS, ROUNDS = table(InvitationRow), table(RoundRow)
KEY_BYTES = 16

# The hot path (an answer is clicked) has its statements made once. The first one also keeps PostgreSQL from closing the
# round before this transaction ends.
_MAY_ANSWER = (
    select(ROUNDS.c.state, INVITATIONS.c.answered)
    .outerjoin(
        INVITATIONS,
        and_(
            INVITATIONS.c.workspace_id == ROUNDS.c.workspace_id,
            INVITATIONS.c.round_id == ROUNDS.c.id,
            INVITATIONS.c.member_id == bindparam("member"),
        ),
    )
    .where(ROUNDS.c.workspace_id == bindparam("workspace"), ROUNDS.c.id == bindparam("round"))
    .with_for_update(read=True, of=ROUNDS)
)
_MARK_ANSWERED = (
    update(INVITATIONS)
    .where(
        INVITATIONS.c.workspace_id == bindparam("workspace"),
        INVITATIONS.c.round_id == bindparam("round"),
        INVITATIONS.c.member_id == bindparam("member"),
    )
    .values(answered=True)
)


class Answers:
    """What people answered. Every change asks again whether the round is open and the member invited."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def start(self, round_id: str) -> None:
        """Make the round's key, before anybody is asked. Starting twice keeps the first key."""
        if self._state(round_id) not in (RoundState.LAUNCHING, RoundState.OPEN):
            raise DomainError("surveys.round_closed")
        self._scope.keys.create(self._scope.workspace_id, round_id)

    def record_score(self, round_id: str, member_id: str, question: str, score: int) -> None:
        """Record or change a person's score, and that they answered.

        Raises DomainError: `surveys.round_closed`, `surveys.not_invited`, `surveys.key_lost`; then nothing is stored.
        """
        round_key, has_answered = self._let_answer(round_id, member_id)
        if not has_answered:
            self._scope.prepared(_MARK_ANSWERED, round=round_id, member=member_id)
        key = answer_key(round_key, "score", member_id, question)
        values = {"key": key, "round_id": round_id, "question": question, "score": score}
        self._scope.upsert(ANSWERS, [values])

    def score_of(self, round_id: str, member_id: str, question: str) -> int | None:
        """A person's own score, to be shown to them while the round is open; None afterwards."""
        key = self._key_to_look(round_id, member_id, "score", question)
        return None if key is None else self._scope.value(select(ANSWERS.c.score).where(ANSWERS.c.key == key))

    def record_comment(self, round_id: str, member_id: str, text: str) -> None:
        """Record, change or (with "") remove a person's comment. Raises as `record_score` does."""
        round_key, _ = self._let_answer(round_id, member_id)
        key = answer_key(round_key, "comment", member_id, "")
        if text:
            self._scope.upsert(COMMENTS, [{"key": key, "round_id": round_id, "text": text}])
        else:
            self._scope.change(delete(COMMENTS).where(COMMENTS.c.key == key))

    def comment_of(self, round_id: str, member_id: str) -> str | None:
        """A person's own comment, to be shown to them while the round is open; None afterwards."""
        key = self._key_to_look(round_id, member_id, "comment", "")
        return None if key is None else self._scope.value(select(COMMENTS.c.text).where(COMMENTS.c.key == key))

    def import_counts(self, round_id: str, question: str, counts: Mapping[int, int]) -> None:
        """Store how often each score was given in a round of the past; nobody can be linked to them. LookupError for
        an unknown round."""
        if self._state(round_id) is None:
            raise LookupError(f"no round {round_id} in this workspace")
        rows: list[dict[str, Any]] = [
            {"round_id": round_id, "question": question, "score": score}
            for score, times in counts.items()
            for _ in range(times)
        ]
        self._insert_unlinked(ANSWERS, rows)

    def unlink(self, round_id: str) -> None:
        """The first step of a seal: scores and comments anew, each under a key made of nothing but chance, in random
        order; the invitations in random order too. Two replicas at it take turns: both reading before either has
        written would leave every answer twice."""
        if self._state(round_id, locked=True) is not RoundState.CLOSED:
            raise ValueError(f"round {round_id} is not closed in this workspace")
        for stored in (ANSWERS, COMMENTS, INVITATIONS):
            here = stored.c.round_id == round_id
            rows = [dict(row._mapping) for row in self._scope.rows(select(*stored.c).where(here))]
            self._scope.change(delete(stored).where(here))
            self._insert_unlinked(stored, rows)

    def _insert_unlinked(self, stored: Table, rows: list[dict[str, Any]]) -> None:
        secrets.SystemRandom().shuffle(rows)
        if "key" in stored.c:
            rows = [{**row, "key": secrets.token_bytes(KEY_BYTES)} for row in rows]
        if rows:
            self._scope.connection.execute(insert(stored), rows)

    def _state(self, round_id: str, *, locked: bool = False) -> RoundState | None:
        """The round's state; `locked` until the transaction ends (SQLite has one writer anyhow)."""
        statement = self._scope.select(ROUNDS, ROUNDS.c.id == round_id, columns=[ROUNDS.c.state])
        state: RoundState | None = self._scope.value(statement.with_for_update() if locked else statement)
        return state

    def _let_answer(self, round_id: str, member_id: str) -> tuple[bytes, bool]:
        """The round key, and whether this person has answered before; or the refusal."""
        row = self._scope.prepared(_MAY_ANSWER, round=round_id, member=member_id).first()
        if row is None or row.state is not RoundState.OPEN:
            raise DomainError("surveys.round_closed")
        if row.answered is None:
            raise DomainError("surveys.not_invited")
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        if round_key is None:
            raise DomainError("surveys.key_lost")
        return round_key, row.answered

    def _key_to_look(self, round_id: str, member_id: str, label: str, question: str) -> bytes | None:
        if self._state(round_id) is not RoundState.OPEN:
            return None
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        return None if round_key is None else answer_key(round_key, label, member_id, question)
