"""What surveys in full keep: definitions, several answers, names where they were announced, groups, actions, drafts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audiences import Audience
from bot.domain.enps import SCALE_1_10
from bot.domain.errors import DomainError
from bot.domain.members import LeftOut
from bot.domain.prompting import Spread
from bot.domain.publications import Hidden, Published, PublishedQuestion, PublishedSegment
from bot.domain.questions import Question, QuestionKind, Why, enps_question
from bot.domain.surveys import (
    Definition,
    FollowUp,
    FollowUpKind,
    NamedAnswer,
    OwnAnswers,
    Receivers,
    RoundState,
    SurveyState,
)
from storage import Storage, UnitOfWork
from storage.tables import AnswerRow, CommentRow, NamedAnswerRow, table
from tests.storage import samples
from tests.storage.samples import NOW

PRICE = Question(
    "q2",
    QuestionKind.CHOICES,
    {"en": "What did customers ask for?", "id": "Apa yang diminta pelanggan?"},
    options=({"en": "Price", "id": "Harga"}, {"en": "Speed", "id": "Kecepatan"}),
    why=Why.GIVEN,
    why_after=(1,),
    why_wording={"id": "Kenapa?"},
)
FREE = Question("q3", QuestionKind.TEXT, bank="recognition_example", driver="recognition")
EVERYTHING = Definition(
    Audience(("C1",), ("S1",), ("U9",), ("U8",), (LeftOut.GUEST,)),
    (enps_question(SCALE_1_10), PRICE, FREE),
    title="Denyut & <tim>",
    template="weekly",
    drivers=("workload", "growth"),
    draws=2,
    is_named=True,
    one_by_one=True,
    receivers=Receivers(False, ("U1", "U2"), "C2"),
    breakdown="attribute:manager",
    spread=Spread.THREE_DAYS,
)
QUESTIONS = ["enps", "q2", "q3"]


def asked(db: UnitOfWork, *members: str, **changes: object) -> str:
    """An open round with three questions that asks these members; its id."""
    survey = samples.survey(definition=replace(EVERYTHING, is_named=False, **changes))
    opened = samples.round_of(survey.id, definition=survey.definition)
    db.surveys.add(survey)
    db.rounds.add(opened)
    db.answers.start(opened.id)
    db.rounds.invite(opened.id, dict.fromkeys(members, ""))
    return opened.id


def rows(storage: Storage, row: type) -> list[object]:
    return storage.read_now("T1", lambda db: db._scope.connection.execute(table(row).select()).all())


def test_a_definition_comes_back_as_it_was(storage: Storage) -> None:
    survey = samples.survey(definition=EVERYTHING)
    storage.write_now("T1", lambda db: db.surveys.add(survey))
    assert storage.read_now("T1", lambda db: db.surveys.get(survey.id)) == survey
    changed = replace(survey, handle="weekly", definition=replace(EVERYTHING, draws=0), state=SurveyState.PAUSED)
    storage.write_now("T1", lambda db: db.surveys.update(changed))
    assert storage.read_now("T1", lambda db: db.surveys.by_handle("weekly")) == changed


def test_what_was_published_comes_back_as_it_was(storage: Storage) -> None:
    question = PublishedQuestion("enps", 9, {10: 4, 3: 5}, texts_shown=True)
    hidden = PublishedQuestion("q2", 2, hidden=Hidden.TOO_FEW)
    published = Published(9, 12, (question, hidden), (PublishedSegment("Retail", 6, 6, (question,)),), 2, 6)
    survey = samples.survey()
    closed = samples.round_of(survey.id, state=RoundState.CLOSED, closed_at=NOW, answered=9, published=published)
    storage.write_now("T1", lambda db: (db.surveys.add(survey), db.rounds.add(closed)))
    assert storage.read_now("T1", lambda db: db.rounds.get(closed.id)) == closed


def test_several_answers_are_recorded_changed_and_taken_back_together(storage: Storage) -> None:
    round_id = storage.write_now("T1", lambda db: asked(db, "U1", "U2"))
    storage.write_now("T1", lambda db: db.answers.record(round_id, "U1", {"enps": 9, "q2": 3}, {"q3": "so"}))
    storage.write_now("T1", lambda db: db.answers.record(round_id, "U1", {"enps": 2, "q2": None}, {"enps": "why"}))

    own = storage.read_now("T1", lambda db: db.answers.own(round_id, "U1", QUESTIONS))
    assert own == OwnAnswers({"enps": 2}, {"q3": "so", "enps": "why"})
    assert storage.read_now("T1", lambda db: db.answers.own(round_id, "U2", QUESTIONS)) == OwnAnswers()
    assert (len(rows(storage, AnswerRow)), len(rows(storage, CommentRow))) == (1, 2)
    assert storage.read_now("T1", lambda db: db.rounds.answered_count(round_id)) == 1


def test_taking_back_what_was_never_given_is_no_answer(storage: Storage) -> None:
    round_id = storage.write_now("T1", lambda db: asked(db, "U1"))
    storage.write_now("T1", lambda db: db.answers.record(round_id, "U1", {"enps": None}, {"q3": ""}))
    assert storage.read_now("T1", lambda db: db.rounds.answered_count(round_id)) == 0


def test_answers_are_counted_by_group_while_the_key_is_there(storage: Storage, database) -> None:
    groups = {"Retail": ["U1", "U2"], "Export": ["U3"], "": ["U4"]}
    round_id = storage.write_now("T1", lambda db: asked(db, "U1", "U2", "U3", "U4"))
    for member, score in (("U1", 9), ("U2", 9), ("U3", 4)):
        storage.write_now("T1", lambda db, m=member, s=score: db.answers.record(round_id, m, {"enps": s}))

    def counts() -> object:
        return storage.read_now("T1", lambda db: db.answers.counts_of(round_id, groups, QUESTIONS))

    assert counts() == {"Retail": {"enps": {9: 2}}, "Export": {"enps": {4: 1}}, "": {}}
    next(database.folder.rglob(f"{round_id}.key")).unlink()
    assert counts() == {"Retail": {}, "Export": {}, "": {}}


def test_after_the_seal_nobody_can_tell_who_answered_only_how_many(storage: Storage) -> None:
    round_id = storage.write_now("T1", lambda db: asked(db, "U1", "U2", "U3"))
    storage.write_now("T1", lambda db: db.answers.record(round_id, "U1", {"enps": 9}))
    running = storage.read_now("T1", lambda db: db.rounds.get(round_id))
    storage.write_now("T1", lambda db: db.rounds.update(replace(running, state=RoundState.CLOSED, closed_at=NOW)))
    invitations = storage.read_now("T1", lambda db: db.rounds.invitations(round_id))
    assert sorted(each.answered for each in invitations) == [False, False, True]  # the control

    storage.seal_now("T1", round_id)

    invitations = storage.read_now("T1", lambda db: db.rounds.invitations(round_id))
    assert [(each.member_id, each.answered) for each in invitations] == [("U1", False), ("U2", False), ("U3", False)]
    assert storage.read_now("T1", lambda db: db.rounds.facts(round_id)).answered == 1


def test_a_round_that_shows_names_keeps_them_and_an_anonymous_one_never(storage: Storage) -> None:
    def named(db: UnitOfWork) -> str:
        survey = samples.survey(handle="named", definition=EVERYTHING)
        opened = samples.round_of(survey.id, definition=EVERYTHING)
        db.surveys.add(survey)
        db.rounds.add(opened)
        db.answers.start(opened.id)
        db.rounds.invite(opened.id, {"U1": "", "U2": ""})
        return opened.id

    sealed, shown = storage.write_now("T1", lambda db: (asked(db, "U1"), named(db)))
    for round_id in (sealed, shown):
        storage.write_now(
            "T1", lambda db, r=round_id: db.answers.record(r, "U1", {"enps": 9}, {"enps": "kind", "q3": "x"})
        )
    storage.write_now("T1", lambda db: db.answers.record(shown, "U1", {"q2": 1}, {"q3": ""}))

    assert storage.read_now("T1", lambda db: db.answers.named(shown)) == [
        NamedAnswer("U1", "enps", 9, "kind"),
        NamedAnswer("U1", "q2", 1),
    ]
    assert storage.read_now("T1", lambda db: db.answers.named(sealed)) == []
    own = storage.read_now("T1", lambda db: db.answers.own(shown, "U1", QUESTIONS))
    assert own == OwnAnswers({"enps": 9, "q2": 1}, {"enps": "kind"})
    assert len(rows(storage, NamedAnswerRow)) == 2
    assert len(rows(storage, AnswerRow)) == 1
    for row in rows(storage, AnswerRow) + rows(storage, CommentRow):
        assert "U1" not in str(row)
    with pytest.raises(DomainError, match=r"surveys\.not_invited"):
        storage.write_now("T1", lambda db: db.answers.record(shown, "U7", {"enps": 9}))


def test_what_followed_from_a_round_is_kept_and_may_be_said_better(storage: Storage) -> None:
    round_id = storage.write_now("T1", lambda db: asked(db, "U1"))
    assert storage.read_now("T1", lambda db: db.rounds.follow_up_of(round_id)) is None
    first = FollowUp(round_id, FollowUpKind.NONE, "Nothing yet", "U1", NOW)
    better = FollowUp(round_id, FollowUpKind.DONE, "No meetings on Friday", "U2", NOW + timedelta(hours=1))
    for action in (first, better):
        storage.write_now("T1", lambda db, a=action: db.rounds.set_follow_up(a))
    assert storage.read_now("T1", lambda db: db.rounds.follow_up_of(round_id)) == better


def test_drafts_are_seen_by_id_alone_and_old_ones_go(storage: Storage) -> None:
    old = samples.survey(handle="", state=SurveyState.DRAFT, created_at=NOW - timedelta(days=31))
    new = samples.survey(handle="", state=SurveyState.DRAFT)
    storage.write_now("T1", lambda db: (db.surveys.add(old), db.surveys.add(new)))
    assert storage.read_now("T1", lambda db: (db.surveys.all(), db.surveys.by_handle(""))) == ([], None)
    assert storage.read_now("T1", lambda db: db.surveys.get(new.id)) == new

    assert storage.write_now("T1", lambda db: db.surveys.remove_drafts(NOW - timedelta(days=30))) == 1
    assert storage.read_now("T1", lambda db: (db.surveys.get(old.id), db.surveys.get(new.id))) == (None, new)


def test_a_draft_takes_its_handle_when_it_becomes_a_survey(storage: Storage) -> None:
    there, draft = samples.survey(handle="weekly"), samples.survey(handle="", state=SurveyState.DRAFT)
    storage.write_now("T1", lambda db: (db.surveys.add(there), db.surveys.add(draft)))
    with pytest.raises(DomainError, match=r"surveys\.handle_taken"):
        storage.write_now("T1", lambda db: db.surveys.update(replace(draft, handle="weekly", state=SurveyState.ACTIVE)))
    active = replace(draft, handle="weekly-2", state=SurveyState.ACTIVE)
    storage.write_now("T1", lambda db: db.surveys.update(active))
    assert storage.read_now("T1", lambda db: db.surveys.by_handle("weekly-2")) == active


def test_attributes_are_replaced_as_a_whole(storage: Storage) -> None:
    storage.write_now("T1", lambda db: db.members.set_attributes("department", {"U1": "Retail", "U2": "Export"}))
    storage.write_now("T1", lambda db: db.members.set_attributes("manager", {"U1": "U9"}))
    storage.write_now("T1", lambda db: db.members.set_attributes("department", {"U2": "Retail"}))
    names = storage.read_now("T1", lambda db: db.members.attribute_names())
    assert names == ["department", "manager"]
    assert storage.read_now("T1", lambda db: db.members.attributes("department")) == {"U2": "Retail"}
