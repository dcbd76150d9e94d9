"""Reading what one of the two may see of a one-on-one: its card, its agenda, all of somebody's. Nothing of any survey
is read here: what people answered there in confidence has no place in a talk of two."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.actions import Action, ActionSource, ActionState, by_urgency
from bot.domain.catalogue import Catalogue, Viewer
from bot.domain.checkins import CheckinAnswer, ItemKind, Run, blocker_id
from bot.domain.conversation_prompts import prompts_on
from bot.domain.members import Member
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne
from bot.domain.one_on_ones_due import lapsed
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.schedules import Rule, next_due
from bot.domain.scoreboard import KpiLine
from bot.oneonones.facts import AgendaFacts, Blocker, OwnLine, PairFacts
from bot.oneonones.pairs import Acting, require_member, schedule_of, seen_by
from bot.scoreboard import read_scoreboard, workdays_in
from storage import UnitOfWork

EARLIEST_BLOCKERS = timedelta(days=31)
FEW_DAYS = 3
"""Until this day of a month the month before says more."""
_GONE_BY = timedelta(days=40)


def read_pair(db: UnitOfWork, pair: OneOnOne, viewer: Member, zone: str, now: datetime) -> PairFacts:
    """A one-on-one as one of the two sees it. Raises ValueError for somebody else."""
    pair.partner_of(viewer.id)
    meetings = db.one_on_ones.beginning_since(now - _GONE_BY, pair.id)
    ahead = [each for each in meetings if each.starts_at > now]
    begun = [each for each in meetings if each.starts_at <= now and each.state is not MeetingState.PROPOSED]
    coming = next((each for each in ahead if each.state is not MeetingState.SKIPPED), None)
    known = db.members.get_many(pair.people)
    last_held = db.one_on_ones.last_held([pair.id]).get(pair.id)
    today = now.astimezone(ZoneInfo(zone)).date()
    rule = schedule_of(db, pair).rule
    return PairFacts(
        pair=pair,
        rule=rule,
        viewer=viewer.id,
        zone=zone,
        today=today,
        names={each: known[each].name or each if each in known else each for each in pair.people},
        points=seen_by(db.one_on_ones.open_points(pair.id), viewer.id),
        actions=[each for each in _actions(db, pair) if each.state is ActionState.OPEN],
        coming=coming or _next_without_meeting(pair, rule, ahead, now),
        latest=begun[-1] if begun else None,
        last_held=last_held,
        has_lapsed=bool(lapsed([pair], _held_on(last_held, zone), today)),
    )


def read_all(db: UnitOfWork, acting: Acting) -> list[PairFacts]:
    """All of somebody's, the one that comes first first. Raises DomainError `core.outsider`."""
    require_member(acting.me)
    found = [read_pair(db, each, acting.me, acting.zone, acting.now) for each in db.one_on_ones.of(acting.me.id)]
    return sorted(found, key=lambda each: (each.next_at or acting.now, each.pair.id))


def read_agenda(
    db: UnitOfWork, pair: OneOnOne, meeting: Meeting, viewer: Member, zone: str, now: datetime, country: str,
    currency: str,
) -> AgendaFacts:  # fmt: skip
    """The agenda of a meeting as one of the two sees it."""
    of = read_pair(db, pair, viewer, zone, now)
    since = of.last_held.starts_at if of.last_held else None
    period = _period(of.today)
    recent = [
        each
        for each in _actions(db, pair)
        if each.state is ActionState.OPEN or (since and each.settled_at and each.settled_at > since)
    ]
    return AgendaFacts(
        of=of,
        meeting=meeting,
        kpis=_kpi_lines(db, pair, period, of.today, country),
        period=period,
        blockers=_blockers(db, pair, now, since),
        actions=by_urgency(recent),
        prompts=prompts_on(pair.id, meeting.local_date),
        currency=currency,
    )


def _next_without_meeting(pair: OneOnOne, rule: Rule, ahead: Collection[Meeting], now: datetime) -> Meeting | None:
    """The next date of a rule that is further ahead than meetings are planned, or after those that are skipped, as it
    will be unless it falls on a day off."""
    decided = {each.local_date for each in ahead}
    due = next_due(rule, now)
    while due is not None and due.local_date in decided:
        due = next_due(rule, due.at)
    return Meeting(pair.id, due.local_date, due.at, MeetingState.PLANNED) if due else None


def _actions(db: UnitOfWork, pair: OneOnOne) -> list[Action]:
    return by_urgency(db.actions.of_source(ActionSource.ONE_ON_ONE, [pair.id]))


def _held_on(meeting: Meeting | None, zone: str) -> dict[str, date]:
    if meeting is None:
        return {}
    return {meeting.one_on_one_id: meeting.starts_at.astimezone(ZoneInfo(zone)).date()}


def _period(today: date) -> Period:
    """The month so far; in its first days the one before."""
    month = containing(today, PeriodKind.MONTH)
    return month if today.day > FEW_DAYS else containing(month.first - timedelta(days=1), PeriodKind.MONTH)


def _kpi_lines(db: UnitOfWork, pair: OneOnOne, period: Period, today: date, country: str) -> list[OwnLine]:
    """The KPIs one of the two owns, and each one's own numbers: only of KPIs whose numbers both may see."""
    seen = [db.catalogue.read().seen_by(_viewer(db, member_id)) for member_id in pair.people]
    shared = _Shared(seen[0], frozenset(seen[1]))
    workdays = workdays_in(country, db.catalogue.policy().days_off)
    found = []
    owned = [
        kpi.key
        for kpi in shared.kpis.current
        if kpi.key in shared.keys and set(shared.kpis.settings(kpi.key).owners) & set(pair.people)
    ]
    if owned:
        board = read_scoreboard(db, shared.kpis, period, today, workdays, owned)
        found += [OwnLine(line) for line in board if _says_something(line)]
    for member_id in pair.people:
        board = read_scoreboard(db, shared.kpis, period, today, workdays, member_id=member_id)
        found += [OwnLine(line, member_id) for line in board if line.kpi.key in shared.keys and _says_something(line)]
    return found


def _says_something(line: KpiLine) -> bool:
    return line.figure.value is not None or line.target is not None


class _Shared:
    """The KPIs both may see: those of one's eyes whose keys the other one sees too."""

    def __init__(self, kpis: Catalogue, others: frozenset[str]) -> None:
        self.kpis = kpis
        self.keys = frozenset(kpis) & others


def _viewer(db: UnitOfWork, member_id: str) -> Viewer:
    return Viewer.of(db.members.get(member_id) or Member(member_id), db.teams.of(member_id))


def _blockers(db: UnitOfWork, pair: OneOnOne, now: datetime, since: datetime | None) -> list[Blocker]:
    """What one of the two said in a check-in is in their way since they last met, and nobody has settled. Only what was
    posted for both of them: an answer is given for those who are asked with whoever gives it, not for other teams."""
    first = max(now - EARLIEST_BLOCKERS, since or now - EARLIEST_BLOCKERS)
    found = []
    for run, answer in db.checkins.posted_answers(pair.people, first):
        if run.asked.issuperset(pair.people):
            found += _blockers_in(db, run, answer)
    return sorted(found, key=lambda each: each.on)


def _blockers_in(db: UnitOfWork, run: Run, answer: CheckinAnswer) -> list[Blocker]:
    items = (item.id for item in run.definition.items if item.kind is ItemKind.BLOCKER)
    texts = [text for item_id in items if (text := answer.texts.get(item_id, "").strip())]
    picked_up = db.actions.of_source(ActionSource.CHECKIN, [blocker_id(run.id, answer.member_id)]) if texts else []
    if picked_up and all(action.state is not ActionState.OPEN for action in picked_up):
        return []
    return [Blocker(answer.member_id, text, run.local_date) for text in texts]
