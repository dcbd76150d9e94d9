"""Answers and comments of anonymous rounds. Nothing here returns who said what, except to the person while it is open.

An answer lies under HMAC(round key, "score", member, question), a comment under the same with "comment": who has the
key can find a person's answer and change it, so that each has one; without the key nobody can. No time, no sequence.
Where the key is lost, what is stored stays, and nothing can be added or changed (a second vote could not be told).
"""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, delete, insert, select

from bot.domain.errors import DomainError
from bot.domain.surveys import RoundState
from storage.round_keys import answer_key
from storage.scope import Scope
from storage.tables import AnswerRow, CommentRow, InvitationRow, RoundRow, table

ANSWERS, COMMENTS = table(AnswerRow), table(CommentRow)
INVITATIONS, ROUNDS = table(InvitationRow), table(RoundRow)
KEY_BYTES = 16


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
        key = self._key_for_change(round_id, member_id, "score", question)
        self._mark_answered(round_id, member_id)
        values = {"key": key, "round_id": round_id, "question": question, "score": score}
        self._scope.upsert(ANSWERS, [values])

    def score_of(self, round_id: str, member_id: str, question: str) -> int | None:
        """A person's own score, to be shown to them while the round is open; None afterwards."""
        key = self._key_to_look(round_id, member_id, "score", question)
        return None if key is None else self._scope.value(select(ANSWERS.c.score).where(ANSWERS.c.key == key))

    def record_comment(self, round_id: str, member_id: str, text: str) -> None:
        """Record, change or (with "") remove a person's comment. Raises as `record_score` does."""
        key = self._key_for_change(round_id, member_id, "comment", "")
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
        order; the invitations in random order too."""
        if self._state(round_id) is not RoundState.CLOSED:
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

    def _state(self, round_id: str, lock: bool = False) -> RoundState | None:
        """The round's state. With `lock`, PostgreSQL lets nobody close it before this transaction ends."""
        statement = self._scope.select(ROUNDS, ROUNDS.c.id == round_id, columns=[ROUNDS.c.state])
        state: RoundState | None = self._scope.value(statement.with_for_update(read=True) if lock else statement)
        return state

    def _key_for_change(self, round_id: str, member_id: str, label: str, question: str) -> bytes:
        if self._state(round_id, lock=True) is not RoundState.OPEN:
            raise DomainError("surveys.round_closed")
        here = (INVITATIONS.c.round_id == round_id, INVITATIONS.c.member_id == member_id)
        if self._scope.first(self._scope.select(INVITATIONS, *here)) is None:
            raise DomainError("surveys.not_invited")
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        if round_key is None:
            raise DomainError("surveys.key_lost")
        return answer_key(round_key, label, member_id, question)

    def _key_to_look(self, round_id: str, member_id: str, label: str, question: str) -> bytes | None:
        if self._state(round_id) is not RoundState.OPEN:
            return None
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        return None if round_key is None else answer_key(round_key, label, member_id, question)

    def _mark_answered(self, round_id: str, member_id: str) -> None:
        here = (INVITATIONS.c.round_id == round_id, INVITATIONS.c.member_id == member_id, ~INVITATIONS.c.answered)
        self._scope.change(self._scope.update(INVITATIONS, *here).values(answered=True))
