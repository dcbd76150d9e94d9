"""Answers of rounds. Nothing here says who said what in an anonymous round, except to the person while it is open.

There an answer lies under HMAC(round key, "score", member, question), a text under the same with "comment": who has the
key can find a person's answer and change it, so that each has one; without the key nobody can. No time, no sequence.
Where the key is lost, what is stored stays, and nothing can be added or changed (a second vote could not be told), in
rounds that show names neither: that somebody has answered lies under the key in any round (`storage.participations`).
The answers of a round that shows names lie in a table of their own, by member.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, and_, bindparam, delete, insert, select

from bot.domain.errors import DomainError
from bot.domain.surveys import NamedAnswer, OwnAnswers, RoundState
from storage.definitions import definition_of
from storage.participations import KEY_BYTES, PARTICIPATIONS, Participations, carry_over
from storage.prepared import Prepared
from storage.round_keys import answer_key, participation_key
from storage.scope import Scope
from storage.tables import AnswerRow, CommentRow, InvitationRow, NamedAnswerRow, RoundRow, table

ANSWERS, COMMENTS, NAMED = table(AnswerRow), table(CommentRow), table(NamedAnswerRow)
INVITATIONS, ROUNDS = table(InvitationRow), table(RoundRow)
VALUE, TEXT = "score", "comment"

# The hot path (an answer is clicked) has its statements made once. The first one also keeps PostgreSQL from closing the
# round before this transaction ends.
_MAY_ANSWER = Prepared(
    select(ROUNDS.c.state, ROUNDS.c.definition, INVITATIONS.c.member_id, PARTICIPATIONS.c.key)
    .outerjoin(
        INVITATIONS,
        and_(
            INVITATIONS.c.workspace_id == ROUNDS.c.workspace_id,
            INVITATIONS.c.round_id == ROUNDS.c.id,
            INVITATIONS.c.member_id == bindparam("member"),
        ),
    )
    .outerjoin(
        PARTICIPATIONS, and_(PARTICIPATIONS.c.key == bindparam("mark"), PARTICIPATIONS.c.round_id == ROUNDS.c.id)
    )
    .where(ROUNDS.c.workspace_id == bindparam("workspace"), ROUNDS.c.id == bindparam("round"))
    .with_for_update(read=True, of=ROUNDS)
)


class Answers:
    """What people answered. Every change asks again whether the round is open and the member invited."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._participations = Participations(scope)

    def start(self, round_id: str) -> None:
        """Make the key of a round, before anybody is asked. Starting twice keeps the first key."""
        if self._state(round_id) not in (RoundState.LAUNCHING, RoundState.OPEN):
            raise DomainError("surveys.round_closed")
        self._scope.keys.create(self._scope.workspace_id, round_id)

    def record(
        self,
        round_id: str,
        member_id: str,
        values: Mapping[str, int | None] | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        """Record or change a person's answers, by question id, and that they answered. None takes a value back, "" a
        text; questions that are not named stay as they are.

        Raises DomainError: `surveys.round_closed`, `surveys.not_invited`, `surveys.key_lost`; then nothing is stored.
        """
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        mark = participation_key(round_key, member_id) if round_key else b""
        row = self._let_answer(round_id, member_id, mark)
        if round_key is None:
            raise DomainError("surveys.key_lost")
        given, said = values or {}, texts or {}
        if definition_of(row.definition).is_named:
            self._record_named(round_id, member_id, given, said)
        else:
            self._record_sealed(round_key, round_id, member_id, given, said)
        if row.key is None and (any(said.values()) or any(value is not None for value in given.values())):
            self._participations.add(round_id, [mark])

    def forget(self, round_id: str, member_id: str) -> None:
        """Take away everything a person answered in an open round, and that they answered. Where the round key is lost
        it cannot be found any more, by anybody. Answers on their way are waited for."""
        state = self._state(round_id, locked=True)
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        if state is not RoundState.OPEN:
            return
        here = (NAMED.c.round_id == round_id, NAMED.c.member_id == member_id)
        self._scope.change(self._scope.delete(NAMED, *here))
        if round_key is None:
            return
        row = self._scope.first(self._scope.select(ROUNDS, ROUNDS.c.id == round_id, columns=[ROUNDS.c.definition]))
        questions = [each.id for each in definition_of(row.definition).questions] if row else []
        for rows, label in ((ANSWERS, VALUE), (COMMENTS, TEXT)):
            keys = [answer_key(round_key, label, member_id, each) for each in questions]
            self._scope.change(delete(rows).where(rows.c.key.in_(keys)))
        mark = PARTICIPATIONS.c.key == participation_key(round_key, member_id)
        self._scope.change(delete(PARTICIPATIONS).where(mark))

    def own(self, round_id: str, member_id: str, questions: Iterable[str]) -> OwnAnswers:
        """What a person answered to these questions, to be shown to them alone; nothing once an anonymous round is
        closed."""
        found = self._scope.first(
            self._scope.select(ROUNDS, ROUNDS.c.id == round_id, columns=[ROUNDS.c.state, ROUNDS.c.definition])
        )
        if found is None:
            return OwnAnswers()
        if definition_of(found.definition).is_named:
            return _own(self.named(round_id, member_id))
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        if found.state is not RoundState.OPEN or round_key is None:
            return OwnAnswers()
        asked = list(questions)
        keys = {answer_key(round_key, VALUE, member_id, each): each for each in asked}
        values = self._scope.rows(select(ANSWERS.c.key, ANSWERS.c.value).where(ANSWERS.c.key.in_(list(keys))))
        text_keys = {answer_key(round_key, TEXT, member_id, each): each for each in asked}
        texts = self._scope.rows(select(COMMENTS.c.key, COMMENTS.c.text).where(COMMENTS.c.key.in_(list(text_keys))))
        return OwnAnswers({keys[row.key]: row.value for row in values}, {text_keys[row.key]: row.text for row in texts})

    def named(self, round_id: str, member_id: str | None = None) -> list[NamedAnswer]:
        """The answers of a round that shows names, of everybody or of one, by member and question. Who may see them is
        not decided here."""
        here = [NAMED.c.round_id == round_id]
        if member_id is not None:
            here.append(NAMED.c.member_id == member_id)
        statement = self._scope.select(NAMED, *here).order_by(NAMED.c.member_id, NAMED.c.question)
        return [NamedAnswer(row.member_id, row.question, row.value, row.text) for row in self._scope.rows(statement)]

    def counts_of(
        self, round_id: str, people: Mapping[str, Iterable[str]], questions: Iterable[str]
    ) -> dict[str, dict[str, dict[int, int]]]:
        """How often each value was given to each question by the people of each group: group -> question -> value ->
        times. Only while the round key is there, so for publishing a round at its close; None answered where it is
        lost, so that nothing is broken down then."""
        groups = {member: group for group, members in people.items() for member in members}
        counts: dict[str, dict[str, dict[int, int]]] = {group: {} for group in people}
        asked = list(questions)
        for member_id, question, value in self._values_by_member(round_id, groups, asked):
            values = counts[groups[member_id]].setdefault(question, {})
            values[value] = values.get(value, 0) + 1
        return counts

    def import_counts(self, round_id: str, question: str, counts: Mapping[int, int]) -> None:
        """Store how often each value was given in a round of the past; nobody can be linked to them. LookupError for
        an unknown round."""
        if self._state(round_id) is None:
            raise LookupError(f"no round {round_id} in this workspace")
        rows: list[dict[str, Any]] = [
            {"round_id": round_id, "question": question, "value": value}
            for value, times in counts.items()
            for _ in range(times)
        ]
        self._insert_unlinked(ANSWERS, rows)

    def carry_over(self, round_id: str) -> bool:
        """Bring a round that was open when the database was migrated from the first version to what is stored now,
        once; whether there was anything to do (see `storage.participations.carry_over`)."""
        return carry_over(self._scope, round_id)

    def unlink(self, round_id: str) -> None:
        """The first step of a seal: values and texts anew, each under a key made of nothing but chance, in random
        order; that somebody answered is forgotten. Two replicas at it take turns: both reading before either has
        written would leave every answer twice."""
        if self._state(round_id, locked=True) is not RoundState.CLOSED:
            raise ValueError(f"round {round_id} is not closed in this workspace")
        self._keep_how_many(round_id)
        self._participations.forget(round_id)
        for stored in (ANSWERS, COMMENTS):
            here = stored.c.round_id == round_id
            rows = [dict(row._mapping) for row in self._scope.rows(select(*stored.c).where(here))]
            self._scope.change(delete(stored).where(here))
            self._insert_unlinked(stored, rows)

    def _keep_how_many(self, round_id: str) -> None:
        """How many answered, before that is forgotten."""
        count = self._participations.count(round_id)
        unknown = (ROUNDS.c.id == round_id, ROUNDS.c.answered.is_(None))
        self._scope.change(self._scope.update(ROUNDS, *unknown).values(answered=count))

    def _insert_unlinked(self, stored: Table, rows: list[dict[str, Any]]) -> None:
        secrets.SystemRandom().shuffle(rows)
        rows = [{**row, "key": secrets.token_bytes(KEY_BYTES)} for row in rows]
        if rows:
            self._scope.connection.execute(insert(stored), rows)

    def _state(self, round_id: str, *, locked: bool = False) -> RoundState | None:
        """The round's state; `locked` until the transaction ends (SQLite has one writer anyhow)."""
        statement = self._scope.select(ROUNDS, ROUNDS.c.id == round_id, columns=[ROUNDS.c.state])
        state: RoundState | None = self._scope.value(statement.with_for_update() if locked else statement)
        return state

    def _let_answer(self, round_id: str, member_id: str, mark: bytes) -> Any:
        """The round's definition, and the person's participation (`key`) if they have answered before; or the
        refusal."""
        row = self._scope.prepared(_MAY_ANSWER, round=round_id, member=member_id, mark=mark).first()
        if row is None or row.state is not RoundState.OPEN:
            raise DomainError("surveys.round_closed")
        if row.member_id is None:
            raise DomainError("surveys.not_invited")
        return row

    def _record_sealed(
        self,
        round_key: bytes,
        round_id: str,
        member_id: str,
        values: Mapping[str, int | None],
        texts: Mapping[str, str],
    ) -> None:
        for label, stored, column, given in ((VALUE, ANSWERS, "value", values), (TEXT, COMMENTS, "text", texts)):
            rows, gone = [], []
            for question, answer in given.items():
                key = answer_key(round_key, label, member_id, question)
                if answer is None or answer == "":
                    gone.append(key)
                else:
                    rows.append({"key": key, "round_id": round_id, "question": question, column: answer})
            self._scope.upsert(stored, rows)
            if gone:
                self._scope.change(delete(stored).where(stored.c.key.in_(gone)))

    def _record_named(
        self, round_id: str, member_id: str, values: Mapping[str, int | None], texts: Mapping[str, str]
    ) -> None:
        known = {each.question_id: each for each in self.named(round_id, member_id)}
        for question in {*values, *texts}:
            before = known.get(question)
            value = values.get(question, before.value if before else None)
            text = texts.get(question, before.text if before else "")
            here = {"round_id": round_id, "member_id": member_id, "question": question}
            if value is None and not text:
                same = (NAMED.c.round_id == round_id, NAMED.c.member_id == member_id, NAMED.c.question == question)
                self._scope.change(self._scope.delete(NAMED, *same))
            else:
                self._scope.upsert(NAMED, [{**here, "value": value, "text": text}])

    def _values_by_member(
        self, round_id: str, members: Iterable[str], questions: list[str]
    ) -> Iterable[tuple[str, str, int]]:
        state = self._scope.first(self._scope.select(ROUNDS, ROUNDS.c.id == round_id, columns=[ROUNDS.c.definition]))
        if state is None:
            return
        if definition_of(state.definition).is_named:
            wanted = set(members)
            for each in self.named(round_id):
                if each.member_id in wanted and each.question_id in questions and each.value is not None:
                    yield each.member_id, each.question_id, each.value
            return
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        if round_key is None:
            return
        rows = self._scope.rows(select(ANSWERS.c.key, ANSWERS.c.value).where(ANSWERS.c.round_id == round_id))
        values = {row.key: row.value for row in rows}
        for member_id in members:
            for question in questions:
                value = values.get(answer_key(round_key, VALUE, member_id, question))
                if value is not None:
                    yield member_id, question, value


def _own(answers: Iterable[NamedAnswer]) -> OwnAnswers:
    values: dict[str, int] = {}
    texts: dict[str, str] = {}
    for each in answers:
        if each.value is not None:
            values[each.question_id] = each.value
        if each.text:
            texts[each.question_id] = each.text
    return OwnAnswers(values, texts)
