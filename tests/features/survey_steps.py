"""Steps of the tests of surveys that are more than `/pulse enps #channel`: of any definition, sent, looked into."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.audiences import Audience
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.members import Member
from bot.domain.questions import Question, QuestionKind
from bot.domain.schedules import Rule, Schedule, ScheduleKind
from bot.domain.surveys import Definition, Round, Survey
from bot.surveys.asking.prompts import ASK, FIRST_REMINDER, SECOND_REMINDER
from storage import new_id
from tests.features.harness import Bench

SALES = Audience(channels=("C0SALES",))


def utc(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def questions(count: int, *, required: bool = False) -> tuple[Question, ...]:
    """So many agreement questions."""
    one = Question("", QuestionKind.AGREEMENT, {"en": "Well?", "id": "Bagaimana?"}, required=required, low=1, high=5)
    return tuple(replace(one, id=f"q{number}") for number in range(count))


def definition(audience: Audience = SALES, count: int = 1, **given: Any) -> Definition:
    return Definition(**{"audience": audience, "questions": questions(count), "title": "Pulse", **given})


def added(
    denyut: Bench, wanted: Definition, handle: str = "pulse", *, author: str = "U0BOB", rule: Rule | None = None
) -> Survey:
    """A survey that is there, with a schedule if there is a rule."""
    survey = Survey(new_id(), handle, wanted, author, denyut.now)
    denyut.do(lambda db: db.surveys.add(survey))
    if rule is not None:
        schedule = Schedule(new_id(), ScheduleKind.SURVEY, survey.id, rule, author, planned_until=denyut.now)
        denyut.do(lambda db: db.schedules.add(schedule))
    return survey


async def sent(denyut: Bench, handle: str = "pulse", *, user: str = "U0BOB") -> Round:
    """The round that starts now, opened or refused."""
    await denyut.command(f"/pulse send {handle}", user=user)
    await denyut.tick()
    return newest(denyut, handle)


def newest(denyut: Bench, handle: str = "pulse") -> Round:
    return denyut.do(lambda db: db.rounds.of_survey(db.surveys.by_handle(handle).id)[0])


def invited(denyut: Bench, asked: Round) -> dict[str, str]:
    """The segment of everybody invited."""
    return {each.member_id: each.segment for each in denyut.do(lambda db: db.rounds.invitations(asked.id))}


def prompts(denyut: Bench, asked: Round, purpose: str = ASK) -> dict[str, Delivery]:
    return {each.receiver: each for each in denyut.do(lambda db: db.deliveries.of(purpose, asked.id))}


def dues(denyut: Bench, asked: Round, purpose: str = ASK) -> dict[str, datetime]:
    """When each is asked, or was."""
    return {member_id: each.due_at for member_id, each in prompts(denyut, asked, purpose).items()}


def reminded(denyut: Bench, asked: Round, member_id: str) -> list[DeliveryState]:
    """What became of the two reminders of somebody."""
    found = (prompts(denyut, asked, purpose).get(member_id) for purpose in (FIRST_REMINDER, SECOND_REMINDER))
    return [each.state for each in found if each is not None]


def told(denyut: Bench, user: str = "U0BOB", *, about: str = "") -> str:
    """The newest message to somebody that speaks of something, the words of one line behind the other."""
    texts = [dm.message.text for dm in denyut.dms(user) if about in dm.message.text]
    assert texts, f"nobody told {user} of {about}"
    return texts[-1]


def changed(denyut: Bench, member_id: str, **facts: Any) -> None:
    """What Slack says of somebody from now on."""
    member = replace(denyut.slack.members[member_id], **facts)
    denyut.slack.members[member_id] = member
    denyut.do(lambda db: db.members.refresh([member]))


def crowd(denyut: Bench, count: int, *, zone: str = "Asia/Jakarta", channel: str = "C0CROWD") -> list[str]:
    """So many more people, known already, in a channel of their own."""
    first = len(denyut.slack.members)
    people = [Member(f"U1{number:05}", f"Person {number}", "en-US", zone) for number in range(first, first + count)]
    denyut.slack.members.update({each.id: each for each in people})
    denyut.slack.channels[channel] = [*denyut.slack.channels.get(channel, []), *(each.id for each in people)]
    denyut.do(lambda db: db.members.refresh(people))
    return [each.id for each in people]
