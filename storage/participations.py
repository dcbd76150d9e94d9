"""Who has answered in a round: a row under HMAC(round key, "participation", member), with no time and no order.

Without the key nobody can tell whose row it is: copies of the database from while a round is open show how many had
answered by then, and not who. Where the key is lost or destroyed, nobody counts as having answered here; how many did
stays known for as long as the rows are there.
"""

import secrets
from collections.abc import Iterable

from sqlalchemy import Table, and_, bindparam, delete, func, select, update

from bot.domain.surveys import RoundState
from storage.definitions import definition_of
from storage.prepared import Prepared
from storage.round_keys import answer_key, participation_key
from storage.scope import Scope
from storage.tables import AnswerRow, CommentRow, InvitationRow, ParticipationRow, RoundRow, table

PARTICIPATIONS, ROUNDS, INVITATIONS = table(ParticipationRow), table(RoundRow), table(InvitationRow)
ANSWERS, COMMENTS = table(AnswerRow), table(CommentRow)
KEY_BYTES = 16
_FORMER_COMMENT = ""
_MOVE_COMMENT = Prepared(
    update(COMMENTS)
    .where(COMMENTS.c.key == bindparam("former"), COMMENTS.c.round_id == bindparam("round"))
    .values(key=bindparam("now"))
)
# Also looks whose round it is: the rows themselves have no workspace.
_COUNT = Prepared(
    select(func.count())
    .select_from(PARTICIPATIONS)
    .join(ROUNDS, and_(ROUNDS.c.id == PARTICIPATIONS.c.round_id, ROUNDS.c.workspace_id == bindparam("workspace")))
    .where(PARTICIPATIONS.c.round_id == bindparam("round"))
)


class Participations:
    """Who has answered in the rounds of a workspace, for the repositories of rounds and answers."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def among(self, round_id: str, members: Iterable[str]) -> set[str]:
        """Those of the members who have answered; nobody where the key is gone."""
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        if round_key is None:
            return set()
        marks = _keys_in(self._scope, PARTICIPATIONS, round_id)
        return {each for each in members if participation_key(round_key, each) in marks}

    def has(self, round_id: str, member_id: str) -> bool:
        """As `among`, of one member: without reading the rows of everybody."""
        round_key = self._scope.keys.read(self._scope.workspace_id, round_id)
        if round_key is None:
            return False
        mark = PARTICIPATIONS.c.key == participation_key(round_key, member_id)
        return self._scope.first(select(PARTICIPATIONS.c.round_id).where(mark)) is not None

    def count(self, round_id: str) -> int:
        """How many have answered, whether the key is there or not; 0 once the round is sealed."""
        return int(self._scope.prepared(_COUNT, round=round_id).value())

    def add(self, round_id: str, marks: Iterable[bytes]) -> None:
        """Note that those with these keys have answered; noted twice it is the same."""
        self._scope.insert_new(PARTICIPATIONS, [{"key": mark, "round_id": round_id} for mark in marks])

    def forget(self, round_id: str) -> None:
        """For the seal: without the round key the rows tell nothing any more."""
        self._scope.change(delete(PARTICIPATIONS).where(PARTICIPATIONS.c.round_id == round_id))


def carry_over(scope: Scope, round_id: str) -> bool:
    """What a migration cannot do, as it has no keys: of a round that was open when the database was migrated from the
    first version, whoever has an answer gets their participation, and comments the key they have by now. Such a round
    says how many had answered although it is open; False, and nothing changes, for any other.

    Where the round key is lost nobody can be found, nor can anybody answer; then as many rows as had answered are made
    under keys of chance, so that how many they were stays known.
    """
    waiting = (ROUNDS.c.id == round_id, ROUNDS.c.state == RoundState.OPEN, ROUNDS.c.answered.is_not(None))
    columns = [ROUNDS.c.definition, ROUNDS.c.answered]
    found = scope.first(scope.select(ROUNDS, *waiting, columns=columns).with_for_update())
    if found is None:
        return False
    round_key = scope.keys.read(scope.workspace_id, round_id)
    if round_key is None:
        marks = [secrets.token_bytes(KEY_BYTES) for _ in range(found.answered)]
    else:
        invited = scope.select(INVITATIONS, INVITATIONS.c.round_id == round_id, columns=[INVITATIONS.c.member_id])
        members = [row.member_id for row in scope.rows(invited)]
        question = definition_of(found.definition).questions[0].id
        scores = _keys_in(scope, ANSWERS, round_id)
        who = [each for each in members if answer_key(round_key, "score", each, question) in scores]
        marks = [participation_key(round_key, each) for each in who]
        _move_comments(scope, round_key, round_id, who, question)
    Participations(scope).add(round_id, marks)
    scope.change(scope.update(ROUNDS, ROUNDS.c.id == round_id).values(answered=None))
    return True


def _move_comments(scope: Scope, round_key: bytes, round_id: str, members: Iterable[str], question: str) -> None:
    former = _keys_in(scope, COMMENTS, round_id)
    for member in members:
        key = answer_key(round_key, "comment", member, _FORMER_COMMENT)
        if key in former:
            now = answer_key(round_key, "comment", member, question)
            scope.prepared(_MOVE_COMMENT, former=key, round=round_id, now=now)


def _keys_in(scope: Scope, stored: Table, round_id: str) -> set[bytes]:
    return {row.key for row in scope.rows(select(stored.c.key).where(stored.c.round_id == round_id))}
