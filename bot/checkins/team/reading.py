"""Reading what a post says, at the moment it is sent or changed. Nothing is changed here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.checkins.team.facts import PostFacts, Said
from bot.checkins.team.purposes import ASK
from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.checkins import CheckinAnswer, Item, ItemKind, Run, blocker_id, period_of
from bot.domain.deliveries import DeliveryState
from bot.domain.members import Member
from bot.domain.schedules import ScheduleKind
from bot.scoreboard import read_scoreboard, workdays_in
from storage import UnitOfWork

_UNSENT = (DeliveryState.DUE, DeliveryState.SKIPPED, DeliveryState.FAILED)


def zone_of(db: UnitOfWork, run: Run) -> str:
    """The zone of the schedule, in which the post's times are told."""
    schedule = db.schedules.of_subject(ScheduleKind.CHECKIN, run.checkin_id)
    assert schedule is not None, "a check-in is written with its schedule"
    return schedule.rule.zone


def read_post(db: UnitOfWork, run: Run, now: datetime, country: str, currency: str) -> PostFacts:
    """What came together in a run. Only KPIs that everybody may see, however the check-in was set up."""
    answers = db.checkins.answers(run.id)
    asked = {each.receiver for each in db.deliveries.of(ASK, run.id) if each.state not in _UNSENT}
    people = db.members.get_many([answer.member_id for answer in answers])
    names = {each.member_id: _name(people.get(each.member_id), each.member_id) for each in answers}
    answers.sort(key=lambda answer: (names[answer.member_id].casefold(), answer.member_id))
    kpis = db.catalogue.read().public()
    shown = [key for key in run.definition.kpi_keys if key in kpis]
    period = period_of(run.definition.period, run.local_date)
    workdays = workdays_in(country, db.catalogue.policy().days_off)
    lines = read_scoreboard(db, kpis, period, run.local_date, workdays, shown) if shown else []
    blockers = _items(run, ItemKind.BLOCKER)
    return PostFacts(
        run,
        zone_of(db, run),
        currency,
        now,
        len(asked | set(names)),
        len(answers),
        Counter(answer.confidence for answer in answers if answer.confidence is not None),
        tuple(lines),
        period,
        kpis,
        tuple(each for item in blockers for each in _said(answers, item, names, _actions(db, run, names))),
        tuple(each for item in _items(run, ItemKind.PROGRESS) for each in _said(answers, item, names)),
        tuple((item.text, tuple(_said(answers, item, names))) for item in _items(run, ItemKind.TEXT)),
    )


def _items(run: Run, kind: ItemKind) -> list[Item]:
    return [item for item in run.definition.items if item.kind is kind]


def _said(
    answers: Iterable[CheckinAnswer], item: Item, names: Mapping[str, str], taken: Mapping[str, Action] | None = None
) -> list[Said]:
    return [
        Said(each.member_id, names[each.member_id], each.texts[item.id], (taken or {}).get(each.member_id))
        for each in answers
        if each.texts.get(item.id)
    ]


def _actions(db: UnitOfWork, run: Run, names: Iterable[str]) -> dict[str, Action]:
    """Who has taken whose blocker, by the blocked person; not where they have let it go again."""
    blocked = {blocker_id(run.id, member_id): member_id for member_id in names}
    found = db.actions.of_source(ActionSource.CHECKIN, list(blocked))
    return {blocked[each.source_id]: each for each in found if each.state is not ActionState.DROPPED}


def _name(member: Member | None, member_id: str) -> str:
    return member.name if member and member.name else member_id
