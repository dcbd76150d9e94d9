"""Who gets what when in the next four weeks, as things stand: each round that starts by then, with its people grouped
by the moment at which they are asked where they live. Nothing is stored, and nobody is asked.

What it says is in `forecasts`, its words in `preview_views`; the rules of who is asked when are those of a real launch
(`budget`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.audiences import Found, Unreadable, read_audience
from bot.calendars import calendars_of
from bot.domain.audiences import select
from bot.domain.calendars import OwnCalendar
from bot.domain.prompting import Prompt, Slot
from bot.domain.schedules import Rule, ScheduleKind, due_between
from bot.domain.surveys import RoundState, Survey, SurveyState
from bot.domain.workdays import Workdays
from bot.services import Services
from bot.slack.gateway import SlackBusy, SlackUnclear, SlackUnreachable
from bot.surveys.asking.budget import Asking, moments, owed_to
from bot.surveys.asking.forecasts import UNREACHABLE, Group, PlannedRound, Preview
from bot.surveys.asking.launching import least_asked
from bot.surveys.asking.reminding import WORKING_DAYS_LATER
from bot.surveys.service import closing, free_from, window
from storage import UnitOfWork

AHEAD = timedelta(days=28)


async def preview(
    services: Services, workspace_id: str, survey: Survey, now: datetime, rule: Rule | None = None
) -> Preview:
    """The next four weeks of a survey. Reads its audience from Slack, so it takes a moment: never before a click is
    answered. `rule` is for drafts, which have no schedule yet."""
    workdays, zone = Workdays(services.settings.country), services.settings.timezone
    asks, is_from_last = survey, False
    try:
        found = await read_audience(services, workspace_id, survey.definition.audience)
    except Unreadable as refusal:
        return Preview(survey, trouble=refusal.code, place=refusal.place)
    except (SlackBusy, SlackUnreachable, SlackUnclear):
        last = await services.storage.read(workspace_id, lambda db: _last_asked(db, survey))
        if last is None:
            return Preview(survey, trouble=UNREACHABLE)
        (asks, found), is_from_last = last, True
    seen = await services.storage.read(workspace_id, lambda db: foresee(db, now, asks, found, workdays, zone, rule))
    return replace(seen, survey=survey, is_from_last=is_from_last)


def foresee(
    db: UnitOfWork,
    now: datetime,
    survey: Survey,
    found: Found,
    workdays: Workdays,
    default_zone: str,
    rule: Rule | None = None,
) -> Preview:
    """The next four weeks of a survey whose audience was read."""
    selection = select(survey.definition.audience, found.present, found.known)
    rule = rule or _rule(db, survey)
    since = free_from(now, db.rounds.open_of(survey.id))
    starts = [due.at for due in due_between(rule, since, now + AHEAD)] if rule else []
    is_by_hand = not starts
    starts = starts or [now]
    until = starts[-1] + window(rule)
    calendars = calendars_of(db, selection.members, now, until, workdays, default_zone)
    owed: defaultdict[str, list[Prompt]] = defaultdict(list, owed_to(db, calendars, now))
    rounds = []
    for number, at in enumerate(starts):
        closes_at = closing(rule, at, next(iter(starts[number + 1 : number + 2]), None))
        size, spread = survey.definition.size, survey.definition.spread
        asking = Asking(size, spread, closes_at, f"{survey.id}:{number}")
        slots = moments(asking, calendars, owed, at)
        for member_id, slot in slots.items():
            owed[member_id].append(Prompt(slot.at, size))
        rounds.append(_planned(at, closes_at, calendars, slots))
    return Preview(
        survey,
        len(selection.members),
        selection.left_out,
        tuple(rounds),
        is_by_hand=is_by_hand,
        least=least_asked(survey.definition),
    )


def _rule(db: UnitOfWork, survey: Survey) -> Rule | None:
    schedule = db.schedules.of_subject(ScheduleKind.SURVEY, survey.id)
    return schedule.rule if schedule and schedule.active and survey.state is SurveyState.ACTIVE else None


def _last_asked(db: UnitOfWork, survey: Survey) -> tuple[Survey, Found] | None:
    """The survey as one that asks those whom its newest round asked, and who they are."""
    asked = (RoundState.OPEN, RoundState.CLOSED)
    newest = next((each for each in db.rounds.of_survey(survey.id) if each.state in asked), None)
    people = [each.member_id for each in db.rounds.invitations(newest.id)] if newest else []
    if not people:
        return None
    audience = replace(survey.definition.audience, channels=(), groups=(), people=tuple(people))
    asks_them = replace(survey, definition=replace(survey.definition, audience=audience))
    return asks_them, Found({}, db.members.get_many(people))


def _planned(
    starts_at: datetime, closes_at: datetime, calendars: Mapping[str, OwnCalendar], slots: Mapping[str, Slot]
) -> PlannedRound:
    away: Counter[date] = Counter()
    moved: Counter[date] = Counter()
    asked: defaultdict[tuple[str, date], list[datetime]] = defaultdict(list)
    for member_id, slot in slots.items():
        own = calendars[member_id]
        day = _day(slot.at, own.zone)
        if slot.is_moved:
            moved[day] += 1
        elif own.away and day > _day(replace(own, away=()).next_moment(starts_at), own.zone):
            away[day] += 1
        else:
            asked[own.zone, day].append(slot.at)
    groups = [Group(zone, min(each), max(each), len(each)) for (zone, _), each in asked.items()]
    return PlannedRound(
        starts_at,
        closes_at,
        tuple(sorted(groups, key=lambda each: (each.first, each.zone))),
        tuple(_reminded(closes_at, calendars, slots)),
        dict(sorted(away.items())),
        len(calendars) - len(slots),
        dict(sorted(moved.items())),
    )


def _reminded(
    closes_at: datetime, calendars: Mapping[str, OwnCalendar], slots: Mapping[str, Slot]
) -> Iterator[tuple[date, date]]:
    pairs = {(calendars[member_id], slot.at) for member_id, slot in slots.items()}
    for days in WORKING_DAYS_LATER.values():
        due = ((own, own.days_later(at, days)) for own, at in pairs)
        found: Sequence[date] = [_day(at, own.zone) for own, at in due if at < closes_at]
        if found:
            yield min(found), max(found)


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
