"""No repository method reads or changes anything of another workspace. A method added without a line here fails."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.api_tokens import ApiToken
from bot.domain.audit import Act, Deed
from bot.domain.catalogue import KpiSettings, KpiVersion
from bot.domain.checkins import Checkin, CheckinAnswer, CheckinDefinition, Item, ItemKind, Run, RunState
from bot.domain.deliveries import DeliveryState
from bot.domain.entries import Confidence, EntryState
from bot.domain.errors import DomainError
from bot.domain.installations import Installation
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import KPIS
from bot.domain.members import Absence, Member
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne, Point
from bot.domain.pacing import Status
from bot.domain.policies import Policy, Who
from bot.domain.publications import Published
from bot.domain.retention import Horizon
from bot.domain.schedules import Occurrence, OccurrenceState, ScheduleKind
from bot.domain.standings import Standing
from bot.domain.summaries import SummaryDefinition
from bot.domain.surveys import FollowUp, FollowUpKind, RoundState, SurveyState
from storage import Storage, UnitOfWork
from storage.tables import Row
from tests.storage import samples
from tests.storage.samples import NOW, TODAY

VERSION = KpiVersion(replace(KPIS["leads"], key="own", names={"en": "Demos"}), 1, TODAY, "U1", NOW)
NOTE = KpiNote("n1", "own", KpiNoteKind.KEPT, "still right", "U1", NOW)
ACTION = Action("a1", "call back", "U1", TODAY, ActionSource.ALERT, "revenue", "U2", NOW, channel_id="C1")
WEEKLY = CheckinDefinition("C1", (Item("progress", ItemKind.PROGRESS),), time(11), "en")
CHECKIN = Checkin("c1", WEEKLY, "U1", NOW)
RUN = Run("run1", "c1", TODAY, WEEKLY, NOW, frozenset({"U1", "U2"}))
ANSWER = CheckinAnswer("run1", "U1", NOW, Confidence.UNSURE, {"progress": "all went well"})
PAIR = OneOnOne("o1", "U1", "U2", 60, NOW)
MEETING = Meeting("o1", TODAY, NOW, MeetingState.PLANNED)
POINT = Point("p1", "o1", "U2", "holidays", NOW)
LATER = NOW + timedelta(hours=1)
BEFORE = NOW - timedelta(days=1)
LEASE = timedelta(minutes=1)
REPOSITORIES = sorted(
    name for name, value in vars(UnitOfWork).items() if not name.startswith("_") and not callable(value)
)


@dataclass(frozen=True)
class Filled:
    """The ids of what is in workspace T1."""

    survey: str
    past: str
    open: str
    named: str
    closing: str
    entry: str
    schedule: str
    subject: str
    summary: str
    due: str
    ambiguous: str
    target: Any
    rounds: tuple[Any, ...]


def fill(db: UnitOfWork) -> Filled:
    """Something of everything, so that each method has something to find and something to change."""
    surveys = [samples.survey(handle=f"s{number}") for number in range(4)]
    closed = samples.round_of(surveys[0].id, state=RoundState.CLOSED, closed_at=NOW, published=Published(4, 5, ()))
    undecided = samples.round_of(surveys[2].id, number=2, state=RoundState.CLOSED, closed_at=NOW)
    running = samples.round_of(surveys[0].id, number=2)
    launching = samples.round_of(surveys[1].id, state=RoundState.LAUNCHING)
    over = samples.round_of(surveys[2].id, closes_at=NOW, answered=1)  # migrated while it was open
    schedule, summary, entry, target = samples.schedule(), samples.summary(), samples.entry(), samples.target()
    db.workspace.ensure("Acme", NOW)
    db.members.refresh([Member("U1", "Ayu", is_admin=True), Member("U2", "Budi")])
    db.members.add_absence(Absence("U1", TODAY, TODAY))
    db.members.set_attributes("department", {"U1": "Export"})
    for survey in surveys:
        db.surveys.add(survey)
    for each in (closed, undecided, running, launching, over):
        db.rounds.add(each)
    db.answers.import_counts(closed.id, "enps", {9: 3, 2: 1})
    db.answers.start(running.id)
    db.rounds.invite(running.id, {"U1": "", "U2": ""})
    db.answers.record(running.id, "U1", {"enps": 7})
    db.answers.record(running.id, "U1", texts={"enps": "fine"})
    db.surveys.add(samples.survey(handle="", state=SurveyState.DRAFT))
    showing = replace(surveys[3].definition, is_named=True)
    named = samples.round_of(surveys[3].id, definition=showing)
    db.rounds.add(named)
    db.answers.start(named.id)
    db.rounds.invite(named.id, {"U1": ""})
    db.answers.record(named.id, "U1", {"enps": 8})
    db.rounds.set_follow_up(FollowUp(closed.id, FollowUpKind.NONE, "All is well", "U1", NOW))
    db.kpis.add(entry)
    db.kpis.add(samples.entry(id="e-new", source="new", corrects=entry.id))
    db.kpis.stage([samples.entry(id="e-staged", source="staged", logged_by="U9")])
    db.targets.set(target)
    db.targets.set(samples.target(owner_id="S1"))
    db.targets.note_standing(Standing(target.id, TODAY, Status.BEHIND))
    db.catalogue.add_version(VERSION)
    db.catalogue.set_settings("own", KpiSettings(owners=("U1",)))
    db.catalogue.add_note(NOTE)
    db.catalogue.set_policy(Policy(define=Who.ADMINS))
    db.teams.replace("S1", ["U1"])
    db.api_tokens.add(ApiToken("t1", "CRM", "U1", NOW), b"digest")
    db.schedules.add(schedule)
    db.schedules.record(Occurrence(schedule.id, TODAY, NOW, OccurrenceState.PLANNED))
    db.summaries.add(summary)
    fill_teams(db)
    db.installation.put(Installation(db.workspace_id, "Acme", b"sealed", frozenset(), "UBOT", "U1", NOW))
    db.audit.note(Act(NOW, "U1", "token.made", "t1"))
    db.handled.first_time("Ev1", NOW)
    due = db.deliveries.add(samples.delivery())
    ambiguous = db.deliveries.add(samples.delivery(receiver="U2", due_at=LATER))
    failed = db.deliveries.add(samples.delivery(receiver="U3"))
    assert due
    assert ambiguous
    assert failed
    db.deliveries.ambiguous(ambiguous, "timeout", NOW - LEASE)
    db.deliveries.failed(failed, "channel_not_found", NOW)
    return Filled(
        surveys[0].id,
        closed.id,
        running.id,
        named.id,
        over.id,
        entry.id,
        schedule.id,
        schedule.subject_id,
        summary.id,
        due,
        ambiguous,
        target,
        (closed, running, launching, over),
    )


def fill_teams(db: UnitOfWork) -> None:
    """What teams and pairs do together."""
    db.actions.add(ACTION)
    db.checkins.add(CHECKIN)
    db.checkins.begin(RUN)
    db.checkins.answer(ANSWER)
    db.checkins.begin(replace(RUN, id="run0", local_date=TODAY - timedelta(days=7), state=RunState.POSTED))
    db.checkins.answer(replace(ANSWER, run_id="run0"))
    db.one_on_ones.add(PAIR)
    db.one_on_ones.plan(MEETING)
    db.one_on_ones.plan(replace(MEETING, local_date=TODAY - timedelta(days=7), state=MeetingState.HELD))
    db.one_on_ones.add_point(POINT)


def calls(f: Filled) -> dict[str, Callable[[UnitOfWork], object]]:
    """Each method, asked for or told something that exists in T1."""
    return {
        "workspace.get": lambda db: db.workspace.get(),
        "workspace.lock": lambda db: db.workspace.lock(),
        "workspace.ensure": lambda db: db.workspace.ensure("Other", NOW),
        "members.get": lambda db: db.members.get("U1"),
        "members.get_many": lambda db: db.members.get_many(["U1", "U2"]),
        "members.all": lambda db: db.members.all(),
        "members.admins": lambda db: db.members.admins(),
        "members.refresh": lambda db: db.members.refresh([Member("U1", "Somebody")]),
        "members.set_language": lambda db: db.members.set_language("U1", "id"),
        "members.set_zone": lambda db: db.members.set_zone("U1", "Asia/Jakarta"),
        "members.add_absence": lambda db: db.members.add_absence(Absence("U2", TODAY, TODAY)),
        "members.set_attributes": lambda db: db.members.set_attributes("department", {"U1": "Retail"}),
        "members.attributes": lambda db: db.members.attributes("department"),
        "members.attribute_names": lambda db: db.members.attribute_names(),
        "members.set_hours": lambda db: db.members.set_hours("U1", time(10), None, frozenset({4})),
        "members.set_may_be_named": lambda db: db.members.set_may_be_named("U1", True),
        "members.remove_absence": lambda db: db.members.remove_absence(Absence("U1", TODAY, TODAY)),
        "members.absences": lambda db: db.members.absences(TODAY, TODAY),
        "surveys.add": lambda db: db.surveys.add(samples.survey(handle="new")),
        "surveys.get": lambda db: db.surveys.get(f.survey),
        "surveys.by_handle": lambda db: db.surveys.by_handle("s0"),
        "surveys.all": lambda db: db.surveys.all(),
        "surveys.update": lambda db: db.surveys.update(samples.survey(id=f.survey, handle="renamed")),
        "surveys.remove_drafts": lambda db: db.surveys.remove_drafts(LATER),
        "surveys.set_state": lambda db: db.surveys.set_state(f.survey, SurveyState.PAUSED),
        "rounds.add": lambda db: db.rounds.add(samples.round_of(f.survey, number=9, state=RoundState.FAILED)),
        "rounds.get": lambda db: db.rounds.get(f.open),
        "rounds.update": lambda db: db.rounds.update(replace(f.rounds[1], asked=99)),
        "rounds.close_earlier": lambda db: db.rounds.close_earlier(f.open, NOW + timedelta(seconds=1)),
        "rounds.mark_sealed": lambda db: db.rounds.mark_sealed(f.past),
        "rounds.of_survey": lambda db: db.rounds.of_survey(f.survey),
        "rounds.open_of": lambda db: db.rounds.open_of(f.survey),
        "rounds.launching": lambda db: db.rounds.launching(),
        "rounds.closing": lambda db: db.rounds.closing(NOW),
        "rounds.undecided": lambda db: db.rounds.undecided(),
        "rounds.unsealed": lambda db: db.rounds.unsealed(),
        "rounds.next_number": lambda db: db.rounds.next_number(f.survey) - 1,
        "rounds.previous_closed": lambda db: db.rounds.previous_closed(f.survey, 2),
        "rounds.latest_closed": lambda db: db.rounds.latest_closed(5),
        "rounds.invite": lambda db: db.rounds.invite(f.open, {"U3": ""}),
        "rounds.uninvite": lambda db: db.rounds.uninvite(f.open, "U2"),
        "rounds.invitation": lambda db: db.rounds.invitation(f.open, "U1"),
        "rounds.invitations": lambda db: db.rounds.invitations(f.open),
        "rounds.answered_count": lambda db: db.rounds.answered_count(f.open),
        "rounds.open_for": lambda db: db.rounds.open_for("U1"),
        "rounds.closed_since": lambda db: db.rounds.closed_since(NOW),
        "rounds.open": lambda db: db.rounds.open(),
        "rounds.set_follow_up": lambda db: db.rounds.set_follow_up(
            FollowUp(f.past, FollowUpKind.DONE, "Later", "U1", NOW)
        ),
        "rounds.follow_up_of": lambda db: db.rounds.follow_up_of(f.past),
        "rounds.facts": lambda db: db.rounds.facts(f.past),
        "rounds.texts": lambda db: (
            db.rounds.update(replace(f.rounds[1], state=RoundState.CLOSED)),
            db.rounds.texts(f.open),
        )[1],
        "answers.start": lambda db: db.answers.start(f.closing) or db._scope.keys.read(db.workspace_id, f.closing),
        "answers.record": lambda db: db.answers.record(f.open, "U1", {"enps": 1}, {"enps": "bad"}),
        "answers.forget": lambda db: db.answers.forget(f.open, "U1"),
        "answers.own": lambda db: db.answers.own(f.open, "U1", ["enps"]).values,
        "answers.named": lambda db: db.answers.named(f.named),
        "answers.counts_of": lambda db: db.answers.counts_of(f.open, {"": ["U1"]}, ["enps"])[""],
        "answers.import_counts": lambda db: db.answers.import_counts(f.past, "enps", {0: 5}),
        "answers.carry_over": lambda db: db.answers.carry_over(f.closing),
        "answers.unlink": lambda db: db.answers.unlink(f.past),
        "kpis.add": lambda db: db.kpis.add(samples.entry()),
        "kpis.add_many": lambda db: db.kpis.add_many([samples.entry()]),
        "kpis.get": lambda db: db.kpis.get(f.entry),
        "kpis.by_source": lambda db: db.kpis.by_source(entry_of(db, f).source),
        "kpis.by_sources": lambda db: db.kpis.by_sources([entry_of(db, f).source]),
        "kpis.between": lambda db: list(db.kpis.between(TODAY, TODAY)),
        "kpis.latest_by": lambda db: db.kpis.latest_by("U1"),
        "kpis.last_value": lambda db: db.kpis.last_value("revenue", "U1"),
        "kpis.end": lambda db: db.kpis.end(f.entry, EntryState.DELETED, "U1", NOW, "typed twice"),
        "kpis.correction_of": lambda db: db.kpis.correction_of(f.entry),
        "kpis.said_before": lambda db: db.kpis.said_before(entry_of(db, f), NOW - timedelta(days=1)),
        "kpis.undo": lambda db: db.kpis.undo(f.entry, "U1", NOW),
        "kpis.history": lambda db: db.kpis.history("revenue"),
        "kpis.totals": lambda db: db.kpis.totals(TODAY, TODAY),
        "kpis.totals_by_member": lambda db: db.kpis.totals_by_member("revenue", TODAY, TODAY),
        "kpis.totals_by_day": lambda db: db.kpis.totals_by_day("revenue", TODAY, TODAY)["revenue"],
        "kpis.loggers": lambda db: db.kpis.loggers(["revenue"], TODAY, TODAY),
        "kpis.usage": lambda db: db.kpis.usage(),
        "kpis.first_days": lambda db: db.kpis.first_days(["revenue"]),
        "kpis.counts": lambda db: db.kpis.counts({"revenue": TODAY - timedelta(days=1)})["revenue"],
        "kpis.stage": lambda db: db.kpis.stage([samples.entry()]),
        "kpis.publish": lambda db: db.kpis.publish("U9", NOW, ["revenue"], NOW),
        "kpis.staged": lambda db: db.kpis.staged(NOW + timedelta(days=1)),
        "kpis.drop_staged": lambda db: db.kpis.drop_staged("U9", NOW),
        "kpis.keys_used": lambda db: db.kpis.keys_used(),
        "entry_changes.any_since": lambda db: db.entry_changes.any_since(BEFORE, TODAY, TODAY, ["revenue"]),
        "targets.set": lambda db: db.targets.set(samples.target(value=f.target.value + 1)),
        "targets.active": lambda db: db.targets.active(),
        "targets.held_on": lambda db: db.targets.held_on(TODAY),
        "targets.get": lambda db: db.targets.get(f.target.id),
        "targets.end": lambda db: db.targets.end(f.target.id, NOW),
        "targets.teams": lambda db: db.targets.teams(),
        "targets.standings": lambda db: db.targets.standings(),
        "targets.note_standing": lambda db: db.targets.note_standing(Standing(f.target.id, TODAY, Status.MET)),
        "catalogue.read": lambda db: db.catalogue.read().versions("own"),
        "catalogue.lock": lambda db: db.catalogue.lock("own"),
        "catalogue.add_version": lambda db: db.catalogue.add_version(replace(VERSION, number=2)),
        "catalogue.set_settings": lambda db: db.catalogue.set_settings("own", KpiSettings()),
        "catalogue.add_note": lambda db: db.catalogue.add_note(replace(NOTE, id="n2")),
        "catalogue.notes": lambda db: db.catalogue.notes("own"),
        "catalogue.policy": lambda db: db.catalogue.policy().define is Who.ADMINS,
        "catalogue.set_policy": lambda db: db.catalogue.set_policy(Policy()),
        "teams.replace": lambda db: db.teams.replace("S1", []),
        "teams.members": lambda db: db.teams.members("S1"),
        "teams.of": lambda db: db.teams.of("U1"),
        "teams.known": lambda db: db.teams.known(),
        "api_tokens.add": lambda db: db.api_tokens.add(ApiToken("t2", "ERP", "U1", NOW), b"other"),
        "api_tokens.by_digest": lambda db: db.api_tokens.by_digest(b"digest"),
        "api_tokens.active": lambda db: db.api_tokens.active(),
        "api_tokens.names": lambda db: db.api_tokens.names(["t1"]),
        "api_tokens.revoke": lambda db: db.api_tokens.revoke("t1", "U1", NOW),
        "api_tokens.note_use": lambda db: db.api_tokens.note_use("t1", TODAY),
        "schedules.add": lambda db: db.schedules.add(samples.schedule()),
        "schedules.of_subject": lambda db: db.schedules.of_subject(ScheduleKind.SURVEY, f.subject),
        "schedules.active": lambda db: db.schedules.active(),
        "schedules.set_active": lambda db: db.schedules.set_active(f.schedule, False),
        "schedules.replace_rule": lambda db: db.schedules.replace_rule(f.schedule, samples.RULE, LATER),
        "schedules.remove": lambda db: db.schedules.remove(f.schedule),
        "schedules.planned_until": lambda db: db.schedules.planned_until(f.schedule, LATER),
        "schedules.record": lambda db: db.schedules.record(
            Occurrence(f.schedule, TODAY + timedelta(days=7), NOW, OccurrenceState.PLANNED)
        ),
        "schedules.latest": lambda db: db.schedules.latest(f.schedule),
        "schedules.latest_of": lambda db: db.schedules.latest_of([f.schedule]),
        "schedules.occurrences": lambda db: db.schedules.occurrences(f.schedule),
        "deliveries.add": lambda db: db.deliveries.add(samples.delivery(subject="another")),
        "deliveries.add_many": lambda db: db.deliveries.add_many([samples.delivery(subject="another")]),
        "deliveries.get": lambda db: db.deliveries.get(f.due),
        "deliveries.find": lambda db: db.deliveries.find("survey.question", "round", "U1"),
        "deliveries.about": lambda db: db.deliveries.about("U1", "survey.question", ["round"]),
        "deliveries.of_purposes": lambda db: db.deliveries.of_purposes([samples.delivery().purpose], NOW - LEASE),
        "deliveries.of": lambda db: db.deliveries.of("survey.question", "round"),
        "deliveries.to": lambda db: db.deliveries.to("U1", "round", ["survey.question"]),
        "deliveries.to_many": lambda db: db.deliveries.to_many(
            ["U1", "U2"], ["round"], ["survey.question"], NOW - timedelta(days=1)
        ),
        "deliveries.claim": lambda db: db.deliveries.claim(NOW, 5, LEASE),
        "deliveries.abandon": lambda db: (db.deliveries.claim(LATER, 5, LEASE), db.deliveries.abandon())[1],
        "deliveries.ambiguous_due": lambda db: db.deliveries.ambiguous_due(NOW, 5),
        "deliveries.sent": lambda db: db.deliveries.sent(f.due, "D1", "1.2", NOW),
        "deliveries.failed": lambda db: db.deliveries.failed(f.due, "no", NOW),
        "deliveries.skipped": lambda db: db.deliveries.skipped(f.due, "no"),
        "deliveries.postpone": lambda db: db.deliveries.postpone(f.due, LATER),
        "deliveries.ambiguous": lambda db: db.deliveries.ambiguous(f.due, "no", NOW),
        "deliveries.hold": lambda db: db.deliveries.hold(f.due, LATER, "busy"),
        "deliveries.again": lambda db: db.deliveries.again(f.due, LATER, "unclear"),
        "deliveries.next_attempt": lambda db: db.deliveries.next_attempt(),
        "deliveries.next_due": lambda db: db.deliveries.next_due(),
        "deliveries.counts": lambda db: db.deliveries.counts()[DeliveryState.FAILED],
        "deliveries.failures": lambda db: db.deliveries.failures(5),
        "summaries.add": lambda db: db.summaries.add(samples.summary(channel_id="C2")),
        "summaries.get": lambda db: db.summaries.get(f.summary),
        "summaries.all": lambda db: db.summaries.all(),
        "summaries.in_channel": lambda db: db.summaries.in_channel("C1"),
        "summaries.change": lambda db: db.summaries.change(f.summary, "C2", "xx", SummaryDefinition()),
        "summaries.deactivate": lambda db: db.summaries.deactivate(f.summary),
        "actions.add": lambda db: db.actions.add(replace(ACTION, id="a2")),
        "actions.get": lambda db: db.actions.get("a1"),
        "actions.open_of": lambda db: db.actions.open_of("U1"),
        "actions.open_for_others": lambda db: db.actions.open_for_others("U2"),
        "actions.of_source": lambda db: db.actions.of_source(ActionSource.ALERT, ["revenue"]),
        "actions.in_channel": lambda db: db.actions.in_channel("C1", NOW),
        "actions.due_by": lambda db: db.actions.due_by(TODAY),
        "actions.change": lambda db: db.actions.change(replace(ACTION, state=ActionState.DONE)),
        "checkins.add": lambda db: db.checkins.add(replace(CHECKIN, id="c2")),
        "checkins.update": lambda db: db.checkins.update(replace(CHECKIN, active=False)),
        "checkins.get": lambda db: db.checkins.get("c1"),
        "checkins.all": lambda db: db.checkins.all(),
        "checkins.begin": lambda db: db.checkins.begin(replace(RUN, id="run2", local_date=date(2026, 12, 1))),
        "checkins.run": lambda db: db.checkins.run("run1"),
        "checkins.run_on": lambda db: db.checkins.run_on("c1", TODAY),
        "checkins.runs_of": lambda db: db.checkins.runs_of("c1"),
        "checkins.open": lambda db: db.checkins.open(),
        "checkins.closing": lambda db: db.checkins.closing(LATER),
        "checkins.ask": lambda db: db.checkins.ask("run1", frozenset({"U2"})),
        "checkins.hold": lambda db: db.checkins.hold("run1"),
        "checkins.end": lambda db: db.checkins.end("run1", RunState.POSTED),
        "checkins.answer": lambda db: db.checkins.answer(replace(ANSWER, texts={"progress": "other"})),
        "checkins.answers": lambda db: db.checkins.answers("run1"),
        "checkins.posted_answers": lambda db: db.checkins.posted_answers(["U1"], BEFORE),
        "checkins.begun": lambda db: db.checkins.begun(["c1"], TODAY),
        "checkins.answer_of": lambda db: db.checkins.answer_of("run1", "U1"),
        "one_on_ones.add": lambda db: db.one_on_ones.add(replace(PAIR, id="o2")),
        "one_on_ones.get": lambda db: db.one_on_ones.get("o1"),
        "one_on_ones.all": lambda db: db.one_on_ones.all(),
        "one_on_ones.of": lambda db: db.one_on_ones.of("U2"),
        "one_on_ones.between": lambda db: db.one_on_ones.between("U2", "U1"),
        "one_on_ones.change": lambda db: db.one_on_ones.change("o1", minutes=30),
        "one_on_ones.plan": lambda db: db.one_on_ones.plan(replace(MEETING, local_date=date(2026, 12, 1))),
        "one_on_ones.meeting": lambda db: db.one_on_ones.meeting("o1", TODAY),
        "one_on_ones.meetings": lambda db: db.one_on_ones.meetings(["o1"]),
        "one_on_ones.change_meeting": lambda db: db.one_on_ones.change_meeting(
            replace(MEETING, state=MeetingState.HELD), MeetingState.PLANNED
        ),
        "one_on_ones.beginning_since": lambda db: db.one_on_ones.beginning_since(NOW),
        "one_on_ones.last_held": lambda db: db.one_on_ones.last_held(["o1"]),
        "one_on_ones.unplan": lambda db: db.one_on_ones.unplan(MEETING),
        "one_on_ones.add_point": lambda db: db.one_on_ones.add_point(replace(POINT, id="p2")),
        "one_on_ones.point": lambda db: db.one_on_ones.point("p1"),
        "one_on_ones.open_points": lambda db: db.one_on_ones.open_points("o1"),
        "one_on_ones.show_points": lambda db: db.one_on_ones.show_points(["p1"], LATER),
        "one_on_ones.close_points": lambda db: db.one_on_ones.close_points(["p1"], LATER),
        "kept_totals.kpi_keys": lambda db: db.kept_totals.kpi_keys(),
        "kept_totals.is_right": lambda db: db.kept_totals.is_right("revenue"),
        "kept_totals.rebuild": lambda db: db.kept_totals.rebuild("revenue"),
        "privacy.stored": lambda db: db.privacy.stored("U1"),
        "privacy.export": lambda db: db.privacy.export("U1"),
        "privacy.entry_ids": lambda db: db.privacy.entry_ids("U1"),
        "privacy.erase_entries": lambda db: db.privacy.erase_entries([f.entry], "U1", "U9"),
        "privacy.erase": lambda db: db.privacy.erase("U2", "U9", NOW),
        "installation.get": lambda db: db.installation.get(),
        "installation.put": lambda db: db.installation.put(
            Installation(db.workspace_id, "Other", b"other", frozenset(), "UBOT", "U2", LATER)
        ),
        "installation.reseal": lambda db: db.installation.reseal(b"anew"),
        "installation.end": lambda db: db.installation.end(LATER),
        "installation.pass_over": lambda db: db.installation.pass_over(LATER, "was away"),
        "installation.remove": lambda db: (db.installation.end(LATER), db.installation.remove())[1],
        "audit.note": lambda db: db.audit.note(Act(NOW, "U1", "token.revoked", "t1")),
        "audit.latest": lambda db: db.audit.latest(10),
        "audit.has": lambda db: db.audit.has(Deed.TOKEN_MADE, "t1", after=NOW - timedelta(days=1)),
        "retention.purge": lambda db: db.retention.purge(Horizon(LATER, LATER, LATER, LATER), 100),
        "handled.known": lambda db: db.handled.known(["Ev1"]),
        "handled.once": lambda db: db.handled.once("Ev3", NOW, lambda: "done"),
        "handled.first_time": lambda db: db.handled.first_time("Ev2", NOW),
        "handled.purge": lambda db: db.handled.purge(LATER),
    }


# These put something new into the workspace they are called in, and say so.
ADDING = {
    "actions.add",
    "kpis.add",
    "kpis.add_many",
    "kpis.stage",
    "deliveries.add",
    "deliveries.add_many",
    "handled.first_time",
    "handled.once",
}


def entry_of(db: UnitOfWork, f: Filled) -> Any:
    """T1's entry, looked up as T1 from whichever workspace."""
    statement = select(*Row.metadata.tables["entries"].c).where(Row.metadata.tables["entries"].c.id == f.entry)
    return db._scope.connection.execute(statement).one()


class Undo(Exception):  # noqa: N818 (it is no error)
    """Rolls a work back after it was looked at."""


def outcome(storage: Storage, workspace_id: str, call: Callable[[UnitOfWork], object]) -> tuple[object, bool]:
    """What a call returned (or the refusal it raised), and whether it changed any row of T1. Nothing stays of it."""
    seen: list[Any] = []

    def work(db: UnitOfWork) -> None:
        before = rows_of_first(db)
        try:
            with db._scope.connection.begin_nested():
                result = call(db)
        except (DomainError, LookupError, ValueError, IntegrityError) as refusal:
            result = refusal
        seen.extend((result, rows_of_first(db) != before))
        raise Undo

    with pytest.raises(Undo):
        storage.write_now(workspace_id, work)
    return seen[0], seen[1]


def rows_of_first(db: UnitOfWork) -> dict[str, set[str]]:
    found = {}
    for name, table in Row.metadata.tables.items():
        statement = select(*table.c)
        if "workspace_id" in table.c:
            statement = statement.where(table.c.workspace_id == "T1")
        found[name] = {str(tuple(row)) for row in db._scope.connection.execute(statement)}
    return found


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_a_repository_stays_in_its_workspace(storage: Storage, repository: str) -> None:
    filled = storage.write_now("T1", fill)
    table = {name: call for name, call in calls(filled).items() if name.startswith(f"{repository}.")}
    kind = vars(UnitOfWork)[repository].func.__annotations__["return"]
    methods = {f"{repository}.{name}" for name in dir(kind) if not name.startswith("_")}
    assert set(table) == methods, "each method needs a line in calls()"
    for name, call in table.items():
        result, changed = outcome(storage, "T1", call)
        assert changed or (result and not isinstance(result, Exception)), f"{name} does nothing even in its own"
        result, changed = outcome(storage, "T2", call)
        assert not changed, f"{name} changed another workspace"
        assert not result or isinstance(result, Exception) or name in ADDING, f"{name} saw another workspace: {result}"


def test_every_table_begins_with_its_workspace() -> None:
    for name, table in Row.metadata.tables.items():
        if name in ("participations", "answers", "comments"):
            assert set(table.c.keys()) <= {"key", "round_id", "question", "value", "text"}
            continue
        assert next(iter(table.primary_key)).name == "workspace_id"
        for index in table.indexes:
            assert index.columns[0].name == "workspace_id"


def test_the_same_ids_may_be_in_two_workspaces(storage: Storage) -> None:
    entry, survey = samples.entry(), samples.survey()
    for workspace in ("T1", "T2"):
        assert storage.write_now(workspace, lambda db: db.kpis.add(entry)) is True
        storage.write_now(workspace, lambda db: db.surveys.add(survey))
        assert storage.write_now(workspace, lambda db: db.deliveries.add(samples.delivery())) is not None
