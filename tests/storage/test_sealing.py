"""Anonymous answers: one vote each while a round is open; after the seal nothing on disk links an answer to a person.

The attacker of these tests has everything that is on the disk, knows the method and knows every member.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.domain.errors import DomainError
from bot.domain.publications import Published
from bot.domain.surveys import OwnAnswers, RoundState
from storage import Storage, UnitOfWork, sealing
from storage.attacks import Reading
from storage.round_keys import RoundKeys, answer_key, participation_key
from storage.tables import AnswerRow, CommentRow, InvitationRow, ParticipationRow, table
from tests.conftest import Database
from tests.storage import samples
from tests.storage.samples import NOW

MEMBERS = [f"U{number:03}" for number in range(40)]
ROUND = "round1"


@pytest.fixture
def answered(storage: Storage) -> list[str]:
    """An open round that all members have answered; who, in the order in which they did."""
    order = random.sample(MEMBERS, len(MEMBERS))
    storage.write_now("T1", open_round)
    for place, member in enumerate(order):
        storage.write_now("T1", lambda db, m=member, p=place: answer(db, m, p % 11))
    return order


def open_round(db: UnitOfWork) -> None:
    survey = samples.survey()
    db.surveys.add(survey)
    db.rounds.add(samples.round_of(survey.id, id=ROUND, asked=len(MEMBERS)))
    db.answers.start(ROUND)
    db.rounds.invite(ROUND, dict.fromkeys(MEMBERS, ""))


def answer(db: UnitOfWork, member: str, score: int) -> None:
    db.answers.record(ROUND, member, {"enps": score})
    db.answers.record(ROUND, member, texts={"enps": f"because of {score}"})


def close(db: UnitOfWork) -> None:
    found = db.rounds.get(ROUND)
    assert found is not None
    decided = Published(0, len(MEMBERS), ())
    db.rounds.update(replace(found, state=RoundState.CLOSED, closed_at=NOW, published=decided))


def close_and_seal(storage: Storage) -> None:
    storage.write_now("T1", close)
    storage.seal_now("T1", ROUND)


def refused(storage: Storage, key: str, work) -> None:
    with pytest.raises(DomainError) as caught:
        storage.write_now("T1", work)
    assert caught.value.key == key


def stored_rows(storage: Storage, row) -> list:
    statement = select(*table(row).c)
    return storage.read_now("T1", lambda db: list(db._scope.connection.execute(statement)))


def guesses(candidates: Iterable[bytes]) -> Iterator[bytes]:
    for key in candidates:
        for member in MEMBERS:
            yield answer_key(key, "score", member, "enps")
            yield answer_key(key, "comment", member, "enps")
            yield participation_key(key, member)


def bytes_on_disk(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def key_file(folder: Path) -> Path:
    return folder / "keys" / "T1" / f"{ROUND}.key"


def test_a_person_has_one_vote_and_can_change_it(storage: Storage) -> None:
    storage.write_now("T1", open_round)
    for score in (3, 9):
        storage.write_now("T1", lambda db, s=score: answer(db, "U001", s))
    own = storage.read_now("T1", lambda db: db.answers.own(ROUND, "U001", ["enps"]))
    assert own == OwnAnswers({"enps": 9}, {"enps": "because of 9"})
    assert storage.read_now("T1", lambda db: db.rounds.answered_count(ROUND)) == 1
    assert len(stored_rows(storage, AnswerRow)) == len(stored_rows(storage, CommentRow)) == 1
    storage.write_now("T1", lambda db: db.answers.record(ROUND, "U001", texts={"enps": ""}))
    assert storage.read_now("T1", lambda db: db.answers.own(ROUND, "U001", ["enps"]).texts.get("enps")) is None
    assert stored_rows(storage, CommentRow) == []


def test_only_the_invited_answer_and_only_while_the_round_is_open(storage: Storage) -> None:
    storage.write_now("T1", open_round)
    refused(storage, "surveys.not_invited", lambda db: answer(db, "U999", 9))
    storage.write_now("T1", close)
    refused(storage, "surveys.round_closed", lambda db: answer(db, "U001", 9))
    refused(storage, "surveys.round_closed", lambda db: db.answers.record(ROUND, "U001", texts={"enps": "late"}))
    refused(storage, "surveys.round_closed", lambda db: db.answers.start(ROUND))
    assert stored_rows(storage, AnswerRow) == []
    assert storage.read_now("T1", lambda db: db.rounds.answered_count(ROUND)) == 0


def test_nothing_but_how_many_answered_is_told_of_an_open_round(storage: Storage, answered: list[str]) -> None:
    facts = storage.read_now("T1", lambda db: db.rounds.facts(ROUND))
    assert (facts.answered, dict(facts.counts), dict(facts.texts)) == (len(MEMBERS), {}, {})
    storage.write_now("T1", close)
    facts = storage.read_now("T1", lambda db: db.rounds.facts(ROUND))
    assert sum(facts.counts["enps"].values()) == len(facts.texts["enps"]) == len(MEMBERS)


def test_a_lost_key_stops_changes_and_keeps_what_is_stored(storage: Storage, answered: list[str], database) -> None:
    before = stored_rows(storage, AnswerRow)
    key_file(database.folder).unlink()
    refused(storage, "surveys.key_lost", lambda db: answer(db, MEMBERS[0], 10))
    assert storage.read_now("T1", lambda db: db.answers.own(ROUND, MEMBERS[0], ["enps"]).values.get("enps")) is None
    assert stored_rows(storage, AnswerRow) == before
    assert storage.read_now("T1", lambda db: db.rounds.answered_count(ROUND)) == len(MEMBERS)
    invited = storage.read_now("T1", lambda db: db.rounds.invitations(ROUND))
    assert not any(each.answered for each in invited), "nobody can tell who"


def test_where_names_are_shown_a_lost_key_stops_changes_as_well(storage: Storage, database) -> None:
    survey = samples.survey()
    named = samples.round_of(survey.id, id=ROUND, definition=replace(survey.definition, is_named=True))

    def work(db: UnitOfWork) -> None:
        db.surveys.add(survey)
        db.rounds.add(named)
        db.answers.start(ROUND)
        db.rounds.invite(ROUND, {"U001": ""})
        db.answers.record(ROUND, "U001", {"enps": 9})

    storage.write_now("T1", work)
    key_file(database.folder).unlink()
    refused(storage, "surveys.key_lost", lambda db: db.answers.record(ROUND, "U001", {"enps": 2}))
    assert [each.value for each in storage.read_now("T1", lambda db: db.answers.named(ROUND))] == [9]


def test_that_somebody_answered_lies_apart_from_their_name(storage: Storage, answered: list[str], database) -> None:
    key = key_file(database.folder).read_bytes()
    rows = stored_rows(storage, ParticipationRow)
    assert {row.key for row in rows} == {participation_key(key, member) for member in MEMBERS}
    assert not any(member in repr(rows) for member in MEMBERS)
    invited = storage.read_now("T1", lambda db: db.rounds.invitations(ROUND))
    assert [(each.member_id, each.answered) for each in invited] == [(member, True) for member in MEMBERS]

    close_and_seal(storage)

    assert stored_rows(storage, ParticipationRow) == []
    assert storage.read_now("T1", lambda db: db.rounds.get(ROUND).answered) == len(MEMBERS)


def test_starting_again_keeps_the_key_in_use(storage: Storage, answered: list[str], database) -> None:
    before = key_file(database.folder).read_bytes()
    storage.write_now("T1", lambda db: db.answers.start(ROUND))
    assert key_file(database.folder).read_bytes() == before
    assert os.listdir(key_file(database.folder).parent) == [f"{ROUND}.key"]


def test_the_key_is_a_private_file_and_in_no_byte_of_the_database(storage, answered, database) -> None:
    path = key_file(database.folder)
    key = path.read_bytes()
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == path.parent.parent.stat().st_mode & 0o777 == 0o700
    holding = [name for name, content in bytes_on_disk(database.folder).items() if key in content]
    assert holding == [str(path)]


def test_with_the_key_the_answers_could_be_linked_and_after_the_seal_they_cannot(storage, answered, database) -> None:
    key = key_file(database.folder).read_bytes()
    scores = {row.key: row.value for row in stored_rows(storage, AnswerRow)}
    for place, member in enumerate(answered):  # the control: sealed until close means that the host could look
        assert scores[answer_key(key, "score", member, "enps")] == place % 11
    before = storage.read_now("T1", lambda db: db.rounds.answered_count(ROUND))

    close_and_seal(storage)

    assert not key_file(database.folder).exists()
    kept = {row.key for kind in (AnswerRow, CommentRow) for row in stored_rows(storage, kind)}
    assert len(kept) == 2 * len(MEMBERS)
    # Not even somebody who had copied the key finds anything.
    assert kept.isdisjoint(guesses([key]))
    facts = storage.read_now("T1", lambda db: db.rounds.facts(ROUND))
    assert facts.round.sealed
    assert facts.answered == before
    assert facts.counts["enps"] == {score: sum(place % 11 == score for place in range(40)) for score in range(11)}
    assert sorted(facts.texts["enps"]) == sorted(f"because of {place % 11}" for place in range(40))


@pytest.mark.parametrize("backend", ["sqlite"])
def test_no_file_holds_a_key_or_a_former_answer_after_the_seal(storage, answered, database) -> None:
    key = key_file(database.folder).read_bytes()
    former = {row.key for kind in (AnswerRow, CommentRow, ParticipationRow) for row in stored_rows(storage, kind)}
    before = b"".join(bytes_on_disk(database.folder).values())
    assert key in before
    assert all(each in before for each in former)
    assert any(guess in before for guess in guesses([key]))

    close_and_seal(storage)

    after = bytes_on_disk(database.folder)
    assert [name for name in after if name.endswith((".key", ".new"))] == []
    for name, content in after.items():  # the database, its journal, the index of the journal and all else
        assert key not in content, name
        assert not any(each in content for each in former), name
        # Not even with the true key, had it been copied, does any member lead to a byte of this file.
        assert not any(guess in content for guess in guesses([key])), name


@pytest.mark.parametrize("backend", ["sqlite"])
def test_without_a_seal_a_deleted_answer_can_still_be_in_the_journal(storage, answered, database) -> None:
    """The control for the test before: closing alone does not scrub."""
    former = {row.key for row in stored_rows(storage, AnswerRow)}
    storage.write_now("T1", close)
    storage.write_now("T1", lambda db: db.answers.unlink(ROUND))
    left = b"".join(bytes_on_disk(database.folder).values())
    assert any(each in left for each in former)


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_postgresql_keeps_neither_order_nor_transaction_of_an_answer(storage, answered, database) -> None:
    def physical(row) -> list:
        name = table(row).name
        statement = text(f"SELECT xmin::text AS xmin, ctid::text, * FROM {name} ORDER BY {name}.ctid")
        return storage.read_now("T1", lambda db: list(db._scope.connection.execute(statement)))

    before = physical(AnswerRow)
    assert len({row.xmin for row in before}) > 30  # the control: each answer is in a transaction of its own
    assert [row.value for row in before] == [place % 11 for place in range(40)]
    assert len({row.xmin for row in physical(InvitationRow)}) == 1, "answering does not touch an invitation"
    close_and_seal(storage)
    for row in (AnswerRow, CommentRow):
        after = physical(row)
        assert len({each.xmin for each in after}) == 1
        assert after[0].ctid == "(0,1)"  # written anew: no dead row lies before or between them
        assert len(after) == len(MEMBERS)
    assert [row.member_id for row in physical(InvitationRow)] == MEMBERS, "as they were asked"
    assert physical(ParticipationRow) == []
    assert [row.value for row in physical(AnswerRow)] != [place % 11 for place in range(40)]


def test_the_order_of_rows_tells_nothing_of_the_order_of_answering(storage, answered, database) -> None:
    close_and_seal(storage)
    scores = [row.value for row in stored_rows(storage, AnswerRow)]
    comments = [int(row.text.rsplit(" ", 1)[1]) for row in stored_rows(storage, CommentRow)]
    order = [place % 11 for place in range(40)]
    # 40 places by chance: the odds that any two of these orders agree in 25 of them are below one in 10**12.
    for one, other in ((scores, order), (comments, order), (scores, comments)):
        assert sum(a == b for a, b in zip(one, other, strict=True)) < 25


def test_an_invitation_holds_no_time_and_an_answer_nothing_but_itself() -> None:
    assert table(InvitationRow).c.keys() == ["workspace_id", "round_id", "member_id", "segment"]
    assert table(ParticipationRow).c.keys() == ["key", "round_id"]
    assert table(AnswerRow).c.keys() == ["key", "round_id", "question", "value"]
    assert table(CommentRow).c.keys() == ["key", "round_id", "question", "text"]
    for row in (InvitationRow, ParticipationRow, AnswerRow, CommentRow):
        assert table(row).dialect_options["sqlite"]["with_rowid"] is False


def test_two_replicas_that_seal_at_once_keep_every_answer_once(storage: Storage, answered: list[str], database) -> None:
    storage.write_now("T1", close)
    other = Storage.open(database.url, database.folder)
    halfway, go_on = threading.Event(), threading.Event()

    def slowly(db: UnitOfWork) -> None:
        db.answers.unlink(ROUND)
        halfway.set()
        go_on.wait(5)

    first = threading.Thread(target=lambda: storage.write_now("T1", slowly))
    second = threading.Thread(target=lambda: other.write_now("T1", lambda db: db.answers.unlink(ROUND)))
    first.start()
    assert halfway.wait(5)
    second.start()
    second.join(0.3)  # long enough to have read what the first is about to replace, were it let
    assert second.is_alive(), "the second waits for the first"
    go_on.set()
    first.join(5)
    second.join(5)
    other.close()
    facts = storage.read_now("T1", lambda db: db.rounds.facts(ROUND))
    assert sum(facts.counts["enps"].values()) == len(MEMBERS)
    assert len(facts.texts["enps"]) == len(MEMBERS)


def test_sealing_again_changes_nothing_more(storage: Storage, answered: list[str]) -> None:
    close_and_seal(storage)
    before = stored_rows(storage, AnswerRow)
    storage.seal_now("T1", ROUND)
    assert stored_rows(storage, AnswerRow) == before


def test_a_round_that_is_open_or_unknown_or_anothers_is_not_sealed(storage, answered, database) -> None:
    with pytest.raises(ValueError, match="not closed"):
        storage.seal_now("T1", ROUND)
    with pytest.raises(LookupError):
        storage.seal_now("T1", "unknown")
    storage.write_now("T1", close)
    with pytest.raises(LookupError):
        storage.seal_now("T2", ROUND)
    assert key_file(database.folder).exists()


def test_the_rest_of_the_workspace_survives_a_seal(storage: Storage, answered: list[str]) -> None:
    entry = samples.entry()
    storage.write_now("T1", lambda db: db.kpis.add(entry))
    close_and_seal(storage)
    assert storage.read_now("T1", lambda db: db.kpis.get(entry.id)) == entry
    assert storage.write_now("T1", lambda db: db.kpis.add(samples.entry())) is True


@pytest.mark.parametrize("step", ["destroy", "scrub", "mark"])
def test_a_seal_cut_short_is_found_and_finished(
    storage: Storage, answered: list[str], database, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.write_now("T1", close)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    def fail(*_: object) -> None:
        raise RuntimeError("cut short")

    with monkeypatch.context() as patch:
        if step == "destroy":
            patch.setattr(RoundKeys, "destroy", crash)
        elif step == "scrub":
            patch.setattr(sealing, "scrub", fail)
        else:
            patch.setattr("storage.rounds.Rounds.mark_sealed", fail)
        with pytest.raises((KeyboardInterrupt, RuntimeError)):
            storage.seal_now("T1", ROUND)
    waiting = storage.read_now("T1", lambda db: db.rounds.unsealed())
    assert [each.id for each in waiting] == [ROUND]
    storage.seal_now("T1", ROUND)
    assert storage.read_now("T1", lambda db: db.rounds.unsealed()) == []
    assert not key_file(database.folder).exists()
    assert sum(storage.read_now("T1", lambda db: db.rounds.facts(ROUND)).counts["enps"].values()) == len(MEMBERS)


KILLED = """
import os, signal, sys
from pathlib import Path
from storage import Storage
from storage.round_keys import RoundKeys
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
RoundKeys.destroy = die
Storage.open(sys.argv[1], Path(sys.argv[2])).seal_now("T1", "round1")
"""


def test_a_process_killed_in_the_middle_of_a_seal_leaves_it_to_the_next(storage, answered, database) -> None:
    storage.write_now("T1", close)
    storage.close()
    done = subprocess.run([sys.executable, "-c", KILLED, database.url, str(database.folder)], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    again = Storage.open(database.url, database.folder)
    try:
        for each in again.read_now("T1", lambda db: db.rounds.unsealed()):
            again.seal_now("T1", each.id)
        assert again.read_now("T1", lambda db: db.rounds.facts(ROUND)).round.sealed
        assert not key_file(database.folder).exists()
    finally:
        again.close()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_seal_is_not_claimed_while_somebody_still_reads_the_old_rows(storage, answered, database) -> None:
    storage.write_now("T1", close)
    other = Storage.open(database.url, database.folder)
    quick = "PRAGMA busy_timeout=10"
    storage._writer.errand(lambda c: c.connection.dbapi_connection.execute(quick).close()).result()

    def read_on(db: UnitOfWork) -> None:
        assert db.rounds.answered_count(ROUND) == len(MEMBERS)
        with pytest.raises(sealing.NotScrubbed):
            storage.seal_now("T1", ROUND)

    try:
        other.read_now("T1", read_on)
        assert len(storage.read_now("T1", lambda db: db.rounds.unsealed())) == 1
        storage.seal_now("T1", ROUND)
        assert storage.read_now("T1", lambda db: db.rounds.unsealed()) == []
    finally:
        other.close()


def test_history_is_imported_without_anybody_in_it(storage: Storage) -> None:
    survey = samples.survey()
    past = samples.round_of(survey.id, id="past", state=RoundState.CLOSED, closed_at=NOW)

    def work(db: UnitOfWork):
        db.surveys.add(survey)
        db.rounds.add(past)
        db.answers.import_counts("past", "enps", {10: 12, 8: 5, 3: 4})
        return db.rounds.facts("past")

    facts = storage.write_now("T1", work)
    assert (facts.answered, facts.counts["enps"]) == (21, {3: 4, 8: 5, 10: 12})
    storage.seal_now("T1", "past")
    assert storage.read_now("T1", lambda db: db.rounds.facts("past")).counts["enps"] == {3: 4, 8: 5, 10: 12}


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_samples_that_postgresql_takes_hold_no_keys_and_no_comments(storage: Storage, answered: list[str]) -> None:
    key = storage.read_now("T1", lambda db: db._scope.keys.read("T1", ROUND))
    assert key is not None
    storage.write_now("T1", lambda db: db.answers.record(ROUND, answered[0], texts={"enps": "taken back"}))
    storage._writer.errand(lambda connection: connection.execute(text("ANALYZE"))).result()
    storage.write_now("T1", lambda db: db.answers.record(ROUND, answered[0], texts={"enps": ""}))
    close_and_seal(storage)
    statement = text("SELECT concat(most_common_vals, histogram_bounds) FROM pg_stats WHERE schemaname = 'public'")
    samples_of = storage.read_now("T1", lambda db: " ".join(db._scope.connection.execute(statement).scalars()))
    assert all(member in samples_of for member in MEMBERS)  # invited: samples are taken
    assert not [each for each in guesses([key]) if each.hex() in samples_of]
    assert "taken back" not in samples_of
    assert "because of" not in samples_of


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_samples_of_keys_are_found_where_the_server_was_told_to_take_some(
    storage: Storage, database: Database, answered: list[str]
) -> None:
    def faults() -> list[str]:
        reading = Reading.open(database.url, database.folder)
        try:
            return reading.schema_faults()
        finally:
            reading.close()

    assert len(answered) == len(MEMBERS)
    storage._writer.errand(lambda connection: connection.execute(text("ANALYZE"))).result()
    assert faults() == []
    again = text("ALTER TABLE answers ALTER COLUMN key SET STATISTICS 100")
    storage._writer.errand(lambda connection: connection.execute(again)).result()
    storage._writer.errand(lambda connection: connection.execute(text("ANALYZE"))).result()
    assert [each.split(" (")[0] for each in faults()] == ["the server keeps samples of answers.key"]
