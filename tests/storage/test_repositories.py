"""What is put into a repository comes back as the same domain object, and the database keeps what must be unique."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import partial

import pytest

from bot.domain.deliveries import DeliveryState, Verb
from bot.domain.entries import EntryState
from bot.domain.errors import DomainError
from bot.domain.members import Absence, Member
from bot.domain.periods import PeriodKind
from bot.domain.publications import Published
from bot.domain.schedules import Cadence, Occurrence, OccurrenceState, Rule, ScheduleKind
from bot.domain.summaries import SummaryDefinition
from bot.domain.surveys import Invitation, RoundState, SurveyState
from bot.domain.workspaces import Workspace
from storage import Storage, UnitOfWork, migrate
from tests.storage import samples
from tests.storage.samples import NOW, TODAY

LATER = NOW + timedelta(hours=1)


def refused(storage: Storage, key: str, work) -> None:
    with pytest.raises(DomainError) as caught:
        storage.write_now("T1", work)
    assert caught.value.key == key


def test_a_workspace_keeps_its_first_day_and_takes_a_new_name(storage: Storage) -> None:
    assert storage.read_now("T1", lambda db: db.workspace.get()) is None
    storage.write_now("T1", lambda db: db.workspace.ensure("Acme", NOW))
    storage.write_now("T1", lambda db: db.workspace.ensure("Acme Corp", LATER))
    storage.write_now("T0", lambda db: db.workspace.ensure("Zebra", NOW))
    assert storage.read_now("T1", lambda db: db.workspace.get()) == Workspace("T1", "Acme Corp")
    assert storage.workspaces_now() == ["T0", "T1"]


def test_what_slack_says_of_a_member_never_overwrites_what_they_chose(storage: Storage) -> None:
    def work(db):
        db.members.refresh([Member("U1", "Ayu", "en-US", "Asia/Tokyo"), Member("U2", "Budi")])
        db.members.set_language("U1", "id")
        db.members.set_zone("U1", "Asia/Jakarta")
        db.members.refresh([Member("U1", "Ayu Lestari", "en-GB", "Europe/Paris", is_admin=True)])
        return db.members.get("U1"), [member.id for member in db.members.all()], db.members.admins()

    ayu = Member("U1", "Ayu Lestari", "en-GB", "Europe/Paris", "id", "Asia/Jakarta", is_admin=True)
    assert storage.write_now("T1", work) == (ayu, ["U1", "U2"], [ayu])


def test_a_choice_of_somebody_not_seen_before_is_kept(storage: Storage) -> None:
    storage.write_now("T1", lambda db: db.members.set_language("U9", "id"))
    storage.write_now("T1", lambda db: db.members.refresh([Member("U9", "Nina")]))
    assert storage.read_now("T1", lambda db: db.members.get("U9")) == Member("U9", "Nina", language="id")
    assert storage.read_now("T1", lambda db: db.members.get_many(["U9", "U404"])).keys() == {"U9"}


def test_admins_that_left_or_are_bots_or_of_another_company_do_not_count(storage: Storage) -> None:
    gone = Member("U1", is_admin=True, is_deleted=True)
    robot = Member("U2", is_admin=True, is_bot=True)
    theirs = Member("U0", is_admin=True, is_outsider=True)  # of a shared channel: an admin, but not here
    here = Member("U3", is_admin=True)
    storage.write_now("T1", lambda db: db.members.refresh([gone, robot, theirs, here]))
    assert storage.read_now("T1", lambda db: db.members.admins()) == [here]


def test_absences_are_found_when_they_touch_the_days(storage: Storage) -> None:
    away = Absence("U1", date(2026, 11, 20), date(2026, 11, 24))

    def work(db):
        db.members.add_absence(away)
        db.members.add_absence(away)
        db.members.add_absence(Absence("U2", date(2026, 12, 1), date(2026, 12, 1)))
        found = db.members.absences
        return (
            found(date(2026, 11, 24), date(2026, 11, 30)),
            found(date(2026, 11, 25), date(2026, 11, 30)),
            found(date(2026, 1, 1), date(2026, 12, 31), ["U2", "U3"]),
        )

    touching, beside, of_two = storage.write_now("T1", work)
    assert touching == [away]
    assert beside == []
    assert [absence.member_id for absence in of_two] == ["U2"]


def test_a_handle_is_unique_among_surveys_that_are_not_deleted(storage: Storage) -> None:
    first, second = samples.survey(), samples.survey()
    storage.write_now("T1", lambda db: db.surveys.add(first))
    refused(storage, "surveys.handle_taken", lambda db: db.surveys.add(second))
    storage.write_now("T1", lambda db: db.surveys.set_state(first.id, SurveyState.DELETED))
    storage.write_now("T1", lambda db: db.surveys.add(second))
    assert storage.read_now("T1", lambda db: db.surveys.by_handle("enps-sales")) == second
    assert storage.read_now("T1", lambda db: db.surveys.all()) == [second]
    assert storage.read_now("T1", lambda db: db.surveys.get(first.id)) == replace(first, state=SurveyState.DELETED)


def test_a_survey_has_one_running_round_at_a_time(storage: Storage) -> None:
    survey = samples.survey()
    launching = samples.round_of(survey.id, state=RoundState.LAUNCHING)
    second = samples.round_of(survey.id, number=2)

    def begin(db):
        db.surveys.add(survey)
        db.rounds.add(launching)

    storage.write_now("T1", begin)
    refused(storage, "surveys.already_open", lambda db: db.rounds.add(second))
    closed = replace(launching, state=RoundState.CLOSED, closed_at=LATER)
    storage.write_now("T1", lambda db: db.rounds.update(closed))
    assert storage.read_now("T1", lambda db: (db.rounds.undecided(), db.rounds.unsealed())) == ([closed], [])
    closed = replace(closed, published=Published(0, 5, ()))
    storage.write_now("T1", lambda db: db.rounds.update(closed))
    assert storage.read_now("T1", lambda db: db.rounds.undecided()) == []
    assert storage.read_now("T1", lambda db: db.rounds.open_of(survey.id)) is None
    assert storage.read_now("T1", lambda db: db.rounds.next_number(survey.id)) == 2
    storage.write_now("T1", lambda db: db.rounds.add(second))
    assert storage.read_now("T1", lambda db: db.rounds.open_of(survey.id)) == second
    assert storage.read_now("T1", lambda db: db.rounds.of_survey(survey.id)) == [second, closed]
    assert storage.read_now("T1", lambda db: db.rounds.previous_closed(survey.id, 2)) == closed
    assert storage.read_now("T1", lambda db: db.rounds.previous_closed(survey.id, 1)) is None
    assert storage.read_now("T1", lambda db: db.rounds.latest_closed(5)) == [closed]
    assert storage.read_now("T1", lambda db: db.rounds.unsealed()) == [closed]


def test_rounds_are_found_by_what_is_to_be_done_with_them(storage: Storage) -> None:
    surveys = [samples.survey(handle=f"s{number}") for number in range(3)]
    launching = samples.round_of(surveys[0].id, state=RoundState.LAUNCHING)
    over = samples.round_of(surveys[1].id, closes_at=NOW)
    running = samples.round_of(surveys[2].id, closes_at=NOW + timedelta(seconds=1))

    def work(db):
        for survey, found in zip(surveys, (launching, over, running), strict=True):
            db.surveys.add(survey)
            db.rounds.add(found)
        db.rounds.invite(running.id, {"U1": "", "U2": ""})
        db.rounds.invite(launching.id, {"U1": ""})
        return db.rounds.launching(), db.rounds.closing(NOW), db.rounds.open_for("U1"), db.rounds.open_for("U3")

    assert storage.write_now("T1", work) == ([launching], [over], [running], [])
    with pytest.raises(LookupError):
        storage.write_now("T1", lambda db: db.rounds.update(samples.round_of(surveys[0].id)))


def test_inviting_again_keeps_who_has_answered(storage: Storage) -> None:
    survey = samples.survey()
    running = samples.round_of(survey.id)

    def work(db):
        db.surveys.add(survey)
        db.rounds.add(running)
        db.answers.start(running.id)
        db.rounds.invite(running.id, {"U1": ""})
        db.answers.record(running.id, "U1", {"enps": 9})
        new = db.rounds.invite(running.id, {"U1": "", "U2": ""})
        return new, db.rounds.invitations(running.id), db.rounds.answered_count(running.id)

    invited = [Invitation(running.id, "U1", True), Invitation(running.id, "U2", False)]
    assert storage.write_now("T1", work) == (1, invited, 1)


def test_a_new_target_replaces_only_the_one_for_the_same_thing(storage: Storage) -> None:
    month, year = samples.target(), samples.target(period=PeriodKind.YEAR)
    personal = samples.target(owner_id="U1")
    deadline = samples.target(period=None, deadline=TODAY + timedelta(days=30))
    other = samples.target(kpi_key="leads")
    higher = samples.target(value=Decimal(200), set_at=LATER)

    def work(db):
        for target in (month, year, personal, deadline, other, higher):
            db.targets.set(target)
        return {target.id for target in db.targets.active()}, db.targets.active("leads"), db.targets.active("revenue")

    ids, leads, revenue = storage.write_now("T1", work)
    assert ids == {year.id, personal.id, deadline.id, other.id, higher.id}
    assert leads == [other]
    assert higher in revenue
    assert deadline in revenue


def test_a_schedule_comes_back_with_its_rule(storage: Storage) -> None:
    schedule = samples.schedule()
    rule = Rule(Cadence.MONTHLY, date(2026, 12, 31), time(16, 45), "Europe/Paris")
    storage.write_now("T1", lambda db: db.schedules.add(schedule))
    assert storage.read_now("T1", lambda db: db.schedules.active()) == [schedule]
    storage.write_now("T1", lambda db: db.schedules.replace_rule(schedule.id, rule, LATER))
    storage.write_now("T1", lambda db: db.schedules.set_active(schedule.id, False))
    storage.write_now("T1", lambda db: db.schedules.planned_until(schedule.id, NOW))  # never goes back
    expected = replace(schedule, rule=rule, planned_until=LATER, active=False)
    found = storage.read_now("T1", lambda db: db.schedules.of_subject(ScheduleKind.SURVEY, schedule.subject_id))
    assert found == expected
    assert storage.read_now("T1", lambda db: db.schedules.of_subject(ScheduleKind.SUMMARY, schedule.subject_id)) is None
    assert storage.read_now("T1", lambda db: db.schedules.active()) == []


def test_each_local_date_of_a_schedule_is_decided_once(storage: Storage) -> None:
    schedule = samples.schedule()
    planned = Occurrence(schedule.id, TODAY, NOW, OccurrenceState.PLANNED)
    skipped = Occurrence(schedule.id, TODAY, LATER, OccurrenceState.SKIPPED, "missed")
    before = Occurrence(schedule.id, TODAY - timedelta(days=7), NOW, OccurrenceState.SKIPPED, "late")
    storage.write_now("T1", lambda db: db.schedules.add(schedule))
    recorded = [storage.write_now("T1", lambda db, o=o: db.schedules.record(o)) for o in (planned, skipped, before)]
    assert recorded == [True, False, True]
    assert storage.read_now("T1", lambda db: db.schedules.occurrences(schedule.id)) == [before, planned]


def test_a_channel_may_have_several_summaries_until_each_is_stopped(storage: Storage) -> None:
    first = samples.summary()
    second = samples.summary(language="en", created_at=LATER, definition=SummaryDefinition(("revenue",)))
    for each in (first, second):
        storage.write_now("T1", lambda db, each=each: db.summaries.add(each))
    assert storage.read_now("T1", lambda db: db.summaries.in_channel("C1")) == [first, second]
    storage.write_now("T1", lambda db: db.summaries.deactivate(first.id))
    assert storage.read_now("T1", lambda db: db.summaries.in_channel("C1")) == [second]
    assert storage.read_now("T1", lambda db: db.summaries.get(first.id)) == replace(first, active=False)
    storage.write_now("T1", lambda db: db.summaries.change(second.id, "C2", "id", SummaryDefinition(lead_id="U2")))
    changed = replace(second, channel_id="C2", language="id", definition=SummaryDefinition(lead_id="U2"))
    assert storage.read_now("T1", lambda db: db.summaries.all()) == [changed]


def test_what_a_person_chose_stays_when_slack_says_who_they_are(storage: Storage) -> None:
    def choose(db: UnitOfWork) -> None:
        db.members.set_hours("U1", time(10), time(15, 30), frozenset({4, 6}))
        db.members.set_may_be_named("U1", True)

    storage.write_now("T1", choose)
    storage.write_now("T1", lambda db: db.members.refresh([Member("U1", "Ayu")]))
    found = storage.read_now("T1", lambda db: db.members.get("U1"))
    assert found == Member(
        "U1", "Ayu", asked_from=time(10), asked_until=time(15, 30), free_weekdays=frozenset({4, 6}), may_be_named=True
    )


def test_days_away_can_be_taken_back(storage: Storage) -> None:
    away, other = Absence("U1", TODAY, TODAY), Absence("U1", TODAY, TODAY + timedelta(days=1))
    for each in (away, other):
        storage.write_now("T1", lambda db, each=each: db.members.add_absence(each))
    storage.write_now("T1", lambda db: db.members.remove_absence(away))
    assert storage.read_now("T1", lambda db: db.members.absences(TODAY, TODAY)) == [other]


def test_an_event_is_handled_once_until_it_is_forgotten(storage: Storage) -> None:
    assert storage.write_now("T1", lambda db: db.handled.first_time("Ev1", NOW)) is True
    assert storage.write_now("T1", lambda db: db.handled.first_time("Ev1", LATER)) is False
    assert storage.write_now("T1", lambda db: db.handled.purge(NOW)) == 0
    assert storage.write_now("T1", lambda db: db.handled.purge(LATER)) == 1
    assert storage.write_now("T1", lambda db: db.handled.first_time("Ev1", LATER)) is True


def test_an_undone_entry_stays_with_who_and_when_and_counts_nowhere(storage: Storage) -> None:
    entry = samples.entry(note="first order", logged_by="U2")
    storage.write_now("T1", lambda db: db.kpis.add(entry))
    assert storage.read_now("T1", lambda db: db.kpis.latest_by("U2")) == entry
    undone = storage.write_now("T1", lambda db: db.kpis.undo(entry.id, "U3", LATER))
    assert undone == replace(entry, state=EntryState.UNDONE, changed_by="U3", changed_at=LATER)
    assert storage.write_now("T1", lambda db: db.kpis.undo(entry.id, "U4", NOW)) is None, "it counts no more already"
    assert storage.read_now("T1", lambda db: db.kpis.history("revenue")) == [undone]
    assert storage.read_now("T1", lambda db: db.kpis.totals(TODAY, TODAY)) == {}
    assert storage.read_now("T1", lambda db: db.kpis.latest_by("U2")) is None
    assert storage.read_now("T1", lambda db: db.kpis.keys_used()) == set()
    refused(storage, "kpis.unknown_entry", lambda db: db.kpis.undo("nothing", "U1", NOW))


def test_a_delivery_is_owed_once_and_comes_back_whole(storage: Storage) -> None:
    new = samples.delivery(expires_at=LATER, verb=Verb.UPDATE, target_id="abc", facts={"round": "r1", "emoji": "é 🙂"})
    given = storage.write_now("T1", lambda db: db.deliveries.add(new))
    assert storage.write_now("T1", lambda db: db.deliveries.add(replace(new, due_at=LATER))) is None
    found = storage.read_now("T1", lambda db: db.deliveries.find("survey.question", "round", "U1"))
    assert found == storage.read_now("T1", lambda db: db.deliveries.get(given))
    assert (found.id, found.workspace_id, found.state) == (given, "T1", DeliveryState.DUE)
    assert (found.verb, found.target_id, found.facts) == (Verb.UPDATE, "abc", new.facts)
    assert (found.due_at, found.expires_at, found.attempts) == (NOW, LATER, 0)
    others = [samples.delivery(receiver=f"U{number}") for number in (1, 2, 3)]
    assert storage.write_now("T1", lambda db: db.deliveries.add_many(others)) == 2
    of = storage.read_now("T1", lambda db: db.deliveries.of("survey.question", "round"))
    assert [each.receiver for each in of] == ["U1", "U2", "U3"]
    later = samples.delivery(purpose="survey.reminder", due_at=LATER)
    storage.write_now("T1", lambda db: db.deliveries.add_many([later, samples.delivery(subject="another")]))
    both = ["survey.reminder", "survey.question"]
    to = storage.read_now("T1", lambda db: db.deliveries.to("U1", "round", both))
    assert [(each.purpose, each.receiver, each.subject) for each in to] == [
        (each, "U1", "round") for each in both[::-1]
    ]


def test_moments_are_kept_in_utc_and_naive_ones_are_refused(storage: Storage) -> None:
    jakarta = NOW.astimezone(timezone(timedelta(hours=7)))
    entry = samples.entry(logged_at=jakarta)
    storage.write_now("T1", lambda db: db.kpis.add(entry))
    found = storage.read_now("T1", lambda db: db.kpis.get(entry.id)).logged_at
    assert found == NOW
    assert found.tzinfo is UTC
    with pytest.raises(Exception, match="without a zone"):
        storage.write_now("T1", lambda db: db.kpis.add(samples.entry(logged_at=datetime(2026, 1, 1))))  # noqa: DTZ001


async def test_the_database_tells_how_it_is(storage: Storage, database) -> None:
    health = await storage.health()
    assert health["backend"] == {"postgres": "postgresql"}.get(database.backend, database.backend)
    assert health["size"] > 0
    assert (health["migration"], health["pending"]) == (migrate.head(), False)
    assert abs(health["server_time"] - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_read_cannot_write(storage: Storage) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        storage.read_now("T1", lambda db: db.workspace.ensure("Acme", NOW))
    assert storage.read_now("T1", lambda db: db.workspace.get()) is None


def test_groups_with_a_target_are_those_of_targets_that_still_hold(storage: Storage) -> None:
    def some(db: UnitOfWork) -> None:
        for owner_id in ("S1", "S2", "U1", ""):
            db.targets.set(samples.target(id=f"t{owner_id}", owner_id=owner_id))
        db.targets.end("tS2", NOW)

    storage.write_now("T1", some)
    assert storage.read_now("T1", lambda db: db.targets.teams()) == {"S1"}


def test_a_group_is_who_is_in_it_now(storage: Storage) -> None:
    for members in (["U1", "U2"], ["U2", "U3"], ["U2", "U3"]):
        storage.write_now("T1", partial(_group, members))
        assert storage.read_now("T1", lambda db: db.teams.members("S1")) == set(members)


def _group(members: list[str], db: UnitOfWork) -> None:
    db.teams.replace("S1", members)
