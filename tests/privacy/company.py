"""A company that is asked again and again, and careless variants of the storage that an attacker must catch.

All answers of a round differ, so that a matching of people and answers is right or wrong for each person alone.
"""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.publications import Published
from bot.domain.surveys import RoundState, Survey
from storage import Storage, UnitOfWork, answers, new_id, sealing
from storage.round_keys import RoundKeys
from storage.tables import WorkspaceRow, table
from tests.storage import samples
from tests.storage.samples import NOW

TEAM = "T1"


@dataclass(frozen=True)
class Truth:
    """A round as it really was: who answered what, in the order in which they did."""

    round_id: str
    order: list[str]
    value_of: dict[str, int]


@dataclass
class Company:
    """People, one survey, and its rounds so far."""

    storage: Storage
    people: int
    survey: Survey = field(default_factory=samples.survey)
    rounds: list[Truth] = field(default_factory=list)
    halfway: Callable[[Truth], None] | None = None
    after_each: Callable[[Truth, str], None] | None = None
    in_a_hurry: bool = False

    def __post_init__(self) -> None:
        self.members = [f"U{number:04}" for number in random.sample(range(10_000), self.people)]
        values = {"workspace_id": TEAM, "name": "Test", "first_seen": NOW}
        self.storage.write_now(TEAM, lambda db: db._scope.connection.execute(table(WorkspaceRow).insert(), values))
        self.storage.write_now(TEAM, lambda db: db.surveys.add(self.survey))

    def ask(self) -> Truth:
        """A round that everybody answers, each in a transaction of their own, in an order of chance."""
        order = random.sample(self.members, len(self.members))
        drawn = random.sample(range(self.people), self.people)
        truth = Truth(new_id(), order, dict(zip(self.members, drawn, strict=True)))
        self.storage.write_now(TEAM, lambda db: self._open(db, truth))
        if self.in_a_hurry:  # SQLite's writer then commits several together, as when people answer at the same time
            waiting = [self.storage._writer.submit(TEAM, partial(self._answer, truth=truth, member=m)) for m in order]
            for each in waiting:
                each.result()
        else:
            for place, member in enumerate(order):
                self.storage.write_now(TEAM, partial(self._answer, truth=truth, member=member))
                if self.halfway is not None and place == len(order) // 2:
                    self.halfway(truth)
                if self.after_each is not None:
                    self.after_each(truth, member)
        self.rounds.append(truth)
        return truth

    def close(self, truth: Truth) -> None:
        def work(db: UnitOfWork) -> None:
            found = db.rounds.get(truth.round_id)
            assert found is not None
            number = len(self.rounds)
            moment = NOW + timedelta(days=number)
            decided = Published(self.people, self.people, ())
            closed = replace(found, state=RoundState.CLOSED, closed_at=moment, answered=self.people)
            db.rounds.update(replace(closed, published=decided))

        self.storage.write_now(TEAM, work)

    def ask_and_seal(self) -> Truth:
        truth = self.ask()
        self.close(truth)
        self.storage.seal_now(TEAM, truth.round_id)
        return truth

    def _open(self, db: UnitOfWork, truth: Truth) -> None:
        number = len(self.rounds) + 1
        db.rounds.add(samples.round_of(self.survey.id, id=truth.round_id, asked=self.people, number=number))
        db.answers.start(truth.round_id)
        db.rounds.invite(truth.round_id, dict.fromkeys(self.members, ""))
        for place, member in enumerate(random.sample(self.members, len(self.members))):
            owed = samples.delivery(purpose="surveys.question", subject=truth.round_id, receiver=member)
            delivery_id = db.deliveries.add(owed)
            assert delivery_id is not None
            db.deliveries.sent(delivery_id, f"D{member}", f"17.{place:06}", NOW + timedelta(seconds=place))

    def _answer(self, db: UnitOfWork, truth: Truth, member: str) -> None:
        value = truth.value_of[member]
        db.answers.record(truth.round_id, member, {"enps": value}, {"enps": f"what I think is {value}, more or less"})


def bytes_below(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(storage: Storage, *statements: str, **values: Any) -> None:
    """SQL that Denyut itself would never say."""

    def work(db: UnitOfWork) -> None:
        for statement in statements:
            db._scope.connection.execute(text(statement), values)

    storage.write_now(TEAM, work)


def not_rewritten(patch: pytest.MonkeyPatch) -> None:
    """A seal that forgets the answers' new keys and new order."""

    def forget_who(self: answers.Answers, round_id: str) -> None:
        self._keep_how_many(round_id)
        self._participations.forget(round_id)

    patch.setattr(answers.Answers, "unlink", forget_who)


ROWID = """CREATE TABLE {name} (key BLOB NOT NULL PRIMARY KEY, round_id VARCHAR NOT NULL, question VARCHAR NOT NULL,
    {column} NOT NULL, {more})"""


def _remade(storage: Storage, more: str) -> None:
    kinds = (("answers", "value BIGINT"), ("comments", "text TEXT"))
    made = [ROWID.format(name=name, column=column, more=more) for name, column in kinds]
    run(storage, "DROP TABLE answers", "DROP TABLE comments", *made)


def rowid_tables(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    _remade(storage, "FOREIGN KEY (round_id) REFERENCES rounds (id)")
    not_rewritten(patch)


def created_at(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    _remade(storage, "created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))")
    not_rewritten(patch)


def flag_beside_the_name(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    """Whether somebody has answered is kept in their invitation."""
    record = answers.Answers.record

    def noted(self: answers.Answers, round_id: str, member_id: str, *given: Any) -> None:
        record(self, round_id, member_id, *given)
        statement = text("UPDATE invitations SET answered = true WHERE round_id = :round AND member_id = :member")
        self._scope.connection.execute(statement, {"round": round_id, "member": member_id})

    run(storage, "ALTER TABLE invitations ADD COLUMN answered BOOLEAN")
    patch.setattr(answers.Answers, "record", noted)


def answered_at(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    """The flag has a time; with the order of the rows that is enough, without a look at Slack."""
    rowid_tables(storage, patch)
    flag_beside_the_name(storage, patch)
    run(
        storage,
        "ALTER TABLE invitations ADD COLUMN answered_at TEXT",
        "CREATE TRIGGER noted AFTER UPDATE OF answered ON invitations WHEN NEW.answered BEGIN "
        "UPDATE invitations SET answered_at = strftime('%Y-%m-%d %H:%M:%f', 'now') "
        "WHERE round_id = NEW.round_id AND member_id = NEW.member_id; END",
    )


def ids_in_order(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    """Like UUIDv7 or ULID: a time first, and chance behind it."""
    numbers, given = count(1_700_000_000_000), dict[tuple[object, ...], bytes]()

    def in_order(*parts: object) -> bytes:
        return given.setdefault(parts, next(numbers).to_bytes(6, "big") + secrets.token_bytes(10))

    patch.setattr(answers, "answer_key", in_order)
    not_rewritten(patch)


def plain_digest(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    """Keyed with what everybody knows."""
    import hashlib

    patch.setattr(
        answers,
        "answer_key",
        lambda _key, label, member, question: hashlib.sha256(f"{label}:{member}:{question}".encode()).digest()[:16],
    )
    not_rewritten(patch)


def key_kept(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RoundKeys, "destroy", lambda *_: None)
    not_rewritten(patch)


def key_in_the_database(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    destroy = RoundKeys.destroy

    def note_it(self: RoundKeys, workspace_id: str, round_id: str) -> None:
        key = self.read(workspace_id, round_id)
        assert key is not None
        run(storage, "INSERT INTO noted VALUES (:key)", key=key)
        destroy(self, workspace_id, round_id)

    run(storage, "CREATE TABLE noted (key BLOB)")
    patch.setattr(RoundKeys, "destroy", note_it)
    not_rewritten(patch)


def comments_with_scores(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    """New keys for everybody, but the same one for a person's score and comment."""
    patch.setattr(answers, "TEXT", answers.VALUE)

    def rewrite(self: answers.Answers, round_id: str) -> None:
        self._keep_how_many(round_id)
        connection = self._scope.connection
        for row in connection.execute(
            text("SELECT key FROM answers WHERE round_id = :round"), {"round": round_id}
        ).all():
            for name in ("answers", "comments"):
                statement = text(f"UPDATE {name} SET key = :new WHERE key = :old")
                connection.execute(statement, {"new": self_key(row.key), "old": row.key})

    made: dict[bytes, bytes] = {}

    def self_key(old: bytes) -> bytes:
        return made.setdefault(bytes(old), secrets.token_bytes(16))

    patch.setattr(answers.Answers, "unlink", rewrite)


def not_scrubbed(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sealing, "scrub", lambda connection: None)


def not_rewritten_at_all(storage: Storage, patch: pytest.MonkeyPatch) -> None:
    not_scrubbed(storage, patch)
    not_rewritten(patch)


@contextmanager
def careless(storage: Storage, patch: pytest.MonkeyPatch, how: Callable[..., None]) -> Iterator[None]:
    with patch.context() as inner:
        how(storage, inner)
        yield
