"""What is stored of one member can be handed out and erased whole, on both databases."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, select, text

from bot.domain.actions import Action, ActionSource
from bot.domain.audit import Act
from bot.domain.catalogue import KpiSettings, KpiVersion
from bot.domain.checkins import CheckinAnswer
from bot.domain.deliveries import NewDelivery
from bot.domain.installations import Installation
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import KPIS
from bot.domain.members import Absence, Member
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne, Point
from bot.domain.schedules import ScheduleKind
from bot.domain.summaries import SummaryDefinition
from bot.domain.surveys import FollowUp, FollowUpKind, RoundState
from storage import Storage, UnitOfWork
from storage.personal_data import HELD, NAMELESS
from storage.tables import Row
from tests.storage import samples
from tests.storage.samples import NOW, TODAY
from tests.storage.test_teams_and_pairs import CHECKIN, RUN

ME, OTHER = "U0BOB12345", "U0AYU12345"
SECRET = "what only I said"
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def fill(db: UnitOfWork) -> str:
    """A person in every place there is; the id of the open round."""
    db.workspace.ensure("Acme", NOW)
    db.members.refresh([Member(ME, "Bob"), Member(OTHER, "Ayu", is_admin=True)])
    db.members.add_absence(Absence(ME, TODAY, TODAY))
    db.members.set_attributes("manager", {OTHER: ME, ME: OTHER})
    survey = samples.survey(created_by=ME)
    past = samples.round_of(survey.id, state=RoundState.CLOSED, closed_at=NOW, started_by=ME)
    open_ = samples.round_of(survey.id, number=2)
    db.surveys.add(survey)
    for each in (past, open_):
        db.rounds.add(each)
        db.rounds.invite(each.id, {ME: "", OTHER: ""})
    db.answers.start(open_.id)
    db.answers.record(open_.id, ME, {"enps": 3}, {"enps": SECRET})
    db.answers.record(open_.id, OTHER, {"enps": 9}, {"enps": "theirs"})
    named_survey = samples.survey(handle="named", definition=replace(survey.definition, is_named=True))
    named = samples.round_of(named_survey.id, definition=named_survey.definition)
    db.surveys.add(named_survey)
    db.rounds.add(named)
    db.rounds.invite(named.id, {ME: "", OTHER: ""})
    db.answers.start(named.id)
    db.answers.record(named.id, ME, {"enps": 1}, {"enps": SECRET})
    db.rounds.set_follow_up(FollowUp(past.id, FollowUpKind.DONE, "fewer meetings", ME, NOW))
    db.kpis.add(samples.entry(id="e1", member_id=ME, logged_by=ME, note=SECRET, source=f"checkin:r1:{ME}:leads"))
    db.kpis.add(samples.entry(id="e2", member_id=OTHER, logged_by=OTHER, note="theirs"))
    db.targets.set(samples.target(id="t1", owner_id=ME, set_by=ME, because=SECRET))
    db.targets.set(samples.target(id="t2", owner_id="", set_by=ME))
    version = KpiVersion(replace(KPIS["leads"], key="own", names={"en": "Demos"}), 1, TODAY, ME, NOW)
    db.catalogue.add_version(version)
    db.catalogue.set_settings("own", KpiSettings(owners=(ME, OTHER)))
    db.catalogue.add_note(KpiNote("n1", "own", KpiNoteKind.REASON, SECRET, ME, NOW))
    db.teams.replace("S1", [ME, OTHER])
    db.schedules.add(samples.schedule(created_by=ME))
    db.summaries.add(samples.summary(created_by=ME, definition=SummaryDefinition(lead_id=ME)))
    db.actions.add(Action("a1", SECRET, ME, TODAY, ActionSource.OWN, "", ME, NOW))
    db.actions.add(Action("a2", "call", OTHER, TODAY, ActionSource.CHECKIN, f"r1:{ME}", ME, NOW))
    db.actions.add(Action("a3", SECRET, OTHER, TODAY, ActionSource.ONE_ON_ONE, "o1", OTHER, NOW, partner_id=ME))
    db.checkins.add(replace(CHECKIN, created_by=ME))
    db.checkins.begin(replace(RUN, asked=frozenset({ME, OTHER})))
    db.checkins.answer(CheckinAnswer("r1", ME, NOW, None, {"own": SECRET}))
    db.one_on_ones.add(OneOnOne("o1", OTHER, ME, 60, NOW))
    db.one_on_ones.plan(Meeting("o1", TODAY, NOW, MeetingState.HELD, SECRET, OTHER))
    db.one_on_ones.add_point(Point("p1", "o1", ME, SECRET, NOW))
    db.installation.put(Installation("T1", "Acme", b"sealed", frozenset({"commands"}), "UBOT", ME, NOW))
    db.audit.note(Act(NOW, ME, "token.made", "t1", {"for": ME}))
    db.deliveries.add(samples.delivery(receiver=ME))
    db.handled.first_time(f"1.2:{ME}:surveys.skip", NOW)
    db.deliveries.add(NewDelivery("kpis.told", f"x:{ME}", OTHER, NOW, facts={"person": ME}))
    return str(open_.id)


def rows(storage: Storage) -> dict[str, list[str]]:
    def read(db: UnitOfWork) -> dict[str, list[str]]:
        connection = db._scope.connection
        return {
            name: [str(tuple(row)) for row in connection.execute(select(*each.c))]
            for name, each in Row.metadata.tables.items()
        }

    return storage.read_now("T1", read)


def naming(storage: Storage, text: str) -> set[str]:
    return {name for name, found in rows(storage).items() if any(text in row for row in found)}


def test_nothing_names_somebody_who_was_erased(storage: Storage) -> None:
    storage.write_now("T1", fill)
    before = naming(storage, ME)
    assert before >= {held.rows.name for held in HELD.values()} - {"policies", "api_tokens", "meetings"}
    assert naming(storage, SECRET)
    others = {name: [row for row in found if OTHER in row and ME not in row] for name, found in rows(storage).items()}

    storage.erase_now("T1", ME, LATER)

    assert naming(storage, ME) == set()
    assert naming(storage, SECRET) == set()
    after = rows(storage)
    for name, kept in others.items():
        if name not in ("one_on_ones", "meetings", "points", "actions"):  # what was said between two goes whole
            assert set(kept) <= set(after[name]), name


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_samples_that_postgresql_takes_repeat_nothing_that_anybody_wrote(storage: Storage) -> None:
    storage.write_now("T1", fill)
    storage._writer.errand(lambda connection: connection.execute(text("ANALYZE"))).result()
    storage.erase_now("T1", ME, LATER)
    statement = text("SELECT concat(most_common_vals, histogram_bounds) FROM pg_stats WHERE schemaname = 'public'")
    samples_of = storage.read_now("T1", lambda db: " ".join(db._scope.connection.execute(statement).scalars()))
    assert OTHER in samples_of  # samples are taken
    assert SECRET not in samples_of
    assert "Bob" not in samples_of


def test_what_a_team_counts_stays_under_no_name(storage: Storage) -> None:
    open_round = storage.write_now("T1", fill)
    totals = storage.read_now("T1", lambda db: db.kpis.totals(TODAY, TODAY))

    storage.erase_now("T1", ME, LATER)

    assert storage.read_now("T1", lambda db: db.kpis.totals(TODAY, TODAY)) == totals
    someone = storage.read_now("T1", lambda db: db.kpis.get("e1")).member_id
    assert someone.startswith("UERASED")
    member = storage.read_now("T1", lambda db: db.members.get(someone))
    assert (member.name, member.is_deleted) == (NAMELESS, True)
    assert storage.read_now("T1", lambda db: db.targets.get("t1")).replaced_at is not None
    assert storage.read_now("T1", lambda db: db.targets.get("t2")).replaced_at is None
    assert storage.read_now("T1", lambda db: db.rounds.answered_count(open_round)) == 1
    own = storage.read_now("T1", lambda db: db.answers.own(open_round, OTHER, ["enps"]))
    assert (own.values, own.texts) == ({"enps": 9}, {"enps": "theirs"})


def test_erasing_again_or_somebody_unknown_changes_nothing(storage: Storage) -> None:
    storage.write_now("T1", fill)
    storage.erase_now("T1", ME, LATER)
    before = rows(storage)
    storage.erase_now("T1", ME, LATER + timedelta(days=1))
    assert rows(storage) == before


def test_a_crash_after_the_first_values_leaves_nobody_unknown_and_is_mended_by_erasing_again(storage: Storage) -> None:
    storage.write_now("T1", fill)
    storage.write_now("T1", lambda db: db.privacy.erase_entries(["e1"], ME, "UERASED1"))
    assert storage.read_now("T1", lambda db: db.members.get("UERASED1")).name == NAMELESS
    storage.erase_now("T1", ME, LATER)
    assert naming(storage, ME) == set()
    assert naming(storage, SECRET) == set()


def test_the_dates_of_a_pair_end_with_it_and_other_dates_go_on(storage: Storage) -> None:
    storage.write_now("T1", fill)
    pair = samples.schedule(id="s-pair", kind=ScheduleKind.ONE_ON_ONE, subject_id="o1", created_by=OTHER)
    storage.write_now("T1", lambda db: db.schedules.add(pair))
    assert {each.kind for each in storage.read_now("T1", lambda db: db.schedules.active())} > {ScheduleKind.ONE_ON_ONE}
    storage.erase_now("T1", ME, LATER)
    left = {each.kind for each in storage.read_now("T1", lambda db: db.schedules.active())}
    assert left
    assert ScheduleKind.ONE_ON_ONE not in left


def test_what_is_handed_out_is_all_of_ones_own_and_nothing_of_others(storage: Storage) -> None:
    storage.write_now("T1", fill)
    found = storage.read_now("T1", lambda db: db.privacy.export(ME))
    text = json.dumps(found, default=str)
    assert text.count(SECRET) >= 7
    assert "theirs" not in text
    assert "digest" not in text
    assert {"profile", "absences", "entries", "named_answers", "points", "meetings", "actions"} <= set(found)
    counted = storage.read_now("T1", lambda db: db.privacy.stored(ME))
    assert counted["entries"] == 1
    assert counted["named_answers"] == 1


def test_every_place_that_may_name_somebody_is_known() -> None:
    """A column of text that is neither looked through nor known to hold no one's id fails here."""
    known = {(held.rows.name, column) for held in HELD.values() for column in (*held.people, *held.texts)}
    for name, each in Row.metadata.tables.items():
        for column in each.c:
            nobodys = (*NO_ONES[""], *NO_ONES.get(name, ()))
            if (name, column.name) not in known and column.name not in nobodys and holds_text(column):
                pytest.fail(f"{name}.{column.name} may name somebody: say so in HELD, or below that it does not")


def holds_text(column: Column[object]) -> bool:
    return column.type.python_type in (str, dict, list)


NO_ONES: dict[str, tuple[str, ...]] = {
    "": ("workspace_id", "id", "round_id", "kpi_key", "question", "survey_id", "channel_id", "channel", "ts", "handle",
         "text", "note", "because", "name", "language", "zone", "state", "kind", "source_kind"),
    "members": ("slack_locale", "slack_zone", "free_weekdays"),
    "invitations": ("segment",),
    "rounds": ("published",),
    "schedules": ("subject_id", "cadence"),
    "occurrences": ("schedule_id", "reason"),
    "deliveries": ("purpose", "verb", "target_id", "error"),
    "entries": ("corrects", "confidence"),
    "targets": ("period", "aim"),
    "standings": ("target_id", "status"),
    "kpi_versions": ("definition",),
    "team_members": ("team_id",),
    "actions": ("source",),
    "checkin_runs": ("checkin_id",),
    "checkin_answers": ("run_id", "confidence", "texts"),
    "meetings": ("one_on_one_id", "notes"),
    "points": ("one_on_one_id",),
    "installations": ("enterprise_id", "scopes", "bot_user_id"),
    "audit": ("act",),
}  # fmt: skip
"""Columns in which nobody's id stands: by table, and in all of them."""
