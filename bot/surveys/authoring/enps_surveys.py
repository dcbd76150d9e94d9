"""The shortest way to a survey, `/pulse enps`: the eNPS question alone, to whoever was named. Surveys with more to them
begin as drafts (`drafts`)."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count

from bot.domain.audiences import Audience
from bot.domain.audit import Deed
from bot.domain.enps import Scale
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.privacy import FLOOR
from bot.domain.questions import enps_question
from bot.domain.schedules import Schedule, ScheduleKind
from bot.domain.surveys import Definition, Survey
from bot.surveys.authoring.manners import HANDLE_LENGTH
from bot.surveys.authoring.wishes import Wish
from bot.surveys.outcomes import Overview
from bot.surveys.service import note, overview, require_member
from storage import UnitOfWork, new_id

TEMPLATE = "enps"


def create(
    db: UnitOfWork, now: datetime, author: Member, audience: Audience, names: Sequence[str], wish: Wish, key: str
) -> Overview:
    """A new eNPS survey, and its schedule if one is wished. `names` are those of its channels and groups, or whatever
    short name is wanted (none takes the next free number); `key` tells the same command delivered twice.

    Raises DomainError `surveys.members_only`, `surveys.people_too_few`, `surveys.channel_has_one`.
    """
    require_member(author)
    check(audience)
    db.workspace.lock()  # of two who begin one for the same channel at once, the second hears of the first
    there = _same(db, audience)
    if not db.handled.first_time(key, now):
        made = there or _latest_of(db, author, audience)
        if made is not None and made.created_by == author.id:
            return overview(db, now, made)
    if there:
        raise DomainError("surveys.channel_has_one", handle=there.handle)
    survey = Survey(new_id(), _free_handle(db, names), definition_for(audience, wish.scale), author.id, now)
    db.surveys.add(survey)
    note(db, now, author, Deed.SURVEY_CREATED, survey)
    if wish.rule:
        db.schedules.add(Schedule(new_id(), ScheduleKind.SURVEY, survey.id, wish.rule, author.id, planned_until=now))
    return overview(db, now, survey)


def definition_for(audience: Audience, scale: Scale) -> Definition:
    """The eNPS question to an audience."""
    return Definition(audience, (enps_question(scale),), template=TEMPLATE)


def check(audience: Audience) -> None:
    """Whether it can be asked at all, as far as that can be told before Slack says who is in its channels and groups.
    Raises DomainError `surveys.people_too_few`: fewer than would keep anybody anonymous."""
    people = set(audience.people) - set(audience.exceptions)
    if not (audience.channels or audience.groups) and len(people) < FLOOR:
        raise DomainError("surveys.people_too_few", count=len(people), least=FLOOR)


def _same(db: UnitOfWork, audience: Audience) -> Survey | None:
    """The eNPS survey that a whole channel has already."""
    if not audience.only_channel:
        return None
    known = (each for each in db.surveys.all() if each.channel_id == audience.only_channel)
    return next((each for each in known if each.definition.is_one_question), None)


def _latest_of(db: UnitOfWork, author: Member, audience: Audience) -> Survey | None:
    """The survey that the first of two deliveries of one command has made."""
    own = [each for each in db.surveys.all() if each.created_by == author.id and each.definition.audience == audience]
    return max(own, key=lambda each: each.created_at, default=None)


def _free_handle(db: UnitOfWork, names: Sequence[str]) -> str:
    """ "sales" becomes "enps-sales", or "enps-sales-2" where that is taken; a channel without a name (a private one's
    stays with Slack) and people alone become "enps-1"."""
    plain = re.sub(r"[^\w-]+", "-", "-".join(names).casefold()).strip("-_")[:HANDLE_LENGTH].strip("-_")
    taken = {survey.handle for survey in db.surveys.all()}
    if plain in ("", TEMPLATE):
        return next(handle for number in count(1) if (handle := f"enps-{number}") not in taken)
    wanted = plain if plain.startswith(TEMPLATE) else f"enps-{plain}"
    return next(handle for handle in _numbered(wanted) if handle not in taken)


def _numbered(handle: str) -> Iterator[str]:
    yield handle
    for number in count(2):
        yield f"{handle}-{number}"
