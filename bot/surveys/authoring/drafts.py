"""Drafts: surveys that their author is still writing. One transaction each, never waiting for Slack.

A draft is a survey that nobody but its author sees, so that whatever was entered survives a closed laptop or a restart.
When it is to be asked is not stored before the launch: the form carries it (`draft_plans`). A survey that runs already
is changed through a draft too, its copy, so that nothing half-finished is ever sent to anybody.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from bot.domain.audiences import Audience
from bot.domain.audit import Deed
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.questions import MOST_QUESTIONS, Question, QuestionKind, check_question, check_questions
from bot.domain.schedules import Rule, Schedule, ScheduleKind, next_due
from bot.domain.surveys import Definition, Receivers, Survey, SurveyState
from bot.domain.templates import Template, question_by_key
from bot.surveys import service
from bot.surveys.authoring.manners import ENPS, HANDLE_LENGTH, Manner
from bot.surveys.outcomes import Overview
from storage import UnitOfWork, new_id

KEPT = timedelta(days=30)
"""How long a draft is kept that nobody launches."""
_UNTITLED = "survey"
_RUNS = (SurveyState.ACTIVE, SurveyState.PAUSED)


def start(
    db: UnitOfWork, now: datetime, author: Member, draft_id: str, template: Template, audience: Audience, name: str = ""
) -> Survey:
    """A draft that begins as a template. Starting it again under the same id changes nothing and gives what is there.
    `name` is that of the audience's channel, where it is known.
    Whom it asks may still be open. Raises DomainError `surveys.members_only`.
    """
    service.require_member(author)
    if db.surveys.get(draft_id) is not None:
        return own(db, author, draft_id)
    definition = Definition(
        audience,
        template.questions,
        template=template.key,
        drivers=template.drivers,
        draws=template.draws,
        is_named=template.is_named,
        one_by_one=template.one_by_one,
    )
    handle = usual_handle(definition, name) if name else ""
    survey = Survey(draft_id, handle, definition, author.id, now, SurveyState.DRAFT)
    db.surveys.add(survey)
    return survey


def copy(db: UnitOfWork, now: datetime, member: Member, survey: Survey) -> tuple[Survey, Rule | None]:
    """A draft with everything a running survey has, to change it through, and when that one runs. Raises DomainError
    `surveys.not_yours`."""
    service.require_owner(survey, member)
    draft = replace(survey, id=new_id(), created_by=member.id, created_at=now, state=SurveyState.DRAFT)
    db.surveys.add(draft)
    schedule = db.schedules.of_subject(ScheduleKind.SURVEY, survey.id)
    return draft, schedule.rule if schedule else None


def own(db: UnitOfWork, member: Member, draft_id: str) -> Survey:
    """The member's draft; DomainError `core.stale` for everybody else's, and for what is no draft (any more)."""
    service.require_member(member)
    survey = db.surveys.get(draft_id)
    if survey is None or survey.state is not SurveyState.DRAFT or survey.created_by != member.id:
        raise DomainError("core.stale")
    return survey


def add_question(db: UnitOfWork, member: Member, draft_id: str, question: Question) -> Survey:
    """The draft with one question more, at its end; one that is there already (by id) stays as it is. Raises what
    `check_questions` does, also where drawn questions leave no room."""
    draft = own(db, member, draft_id)
    if draft.definition.question(question.id) is not None:
        return draft
    return _store(db, draft, replace(draft.definition, questions=(*draft.definition.questions, question)))


def change_question(db: UnitOfWork, member: Member, draft_id: str, question: Question) -> Survey:
    """The draft with another version of a question, in its place. DomainError `core.stale` if it was removed."""
    draft = own(db, member, draft_id)
    if draft.definition.question(question.id) is None:
        raise DomainError("core.stale")
    changed = (question if each.id == question.id else each for each in draft.definition.questions)
    return _store(db, draft, replace(draft.definition, questions=tuple(changed)))


def move(db: UnitOfWork, member: Member, draft_id: str, question_id: str, places: int) -> Survey:
    """The draft with a question so many places further down (negative: up). Nothing happens at either end, nor with a
    question that was removed meanwhile."""
    draft = own(db, member, draft_id)
    rest = [each for each in draft.definition.questions if each.id != question_id]
    moved = draft.definition.question(question_id)
    if moved is None:
        return draft
    place = draft.definition.questions.index(moved) + places
    rest.insert(min(max(place, 0), len(rest)), moved)
    return _store(db, draft, replace(draft.definition, questions=tuple(rest)))


def remove(db: UnitOfWork, member: Member, draft_id: str, question_id: str) -> Survey:
    """The draft without a question. The last one may go too: that none is left is said at the launch."""
    draft = own(db, member, draft_id)
    rest = tuple(each for each in draft.definition.questions if each.id != question_id)
    return _store(db, draft, replace(draft.definition, questions=rest))


def take_from_bank(
    db: UnitOfWork, member: Member, draft_id: str, keys: Iterable[str], drivers: Sequence[str], draws: int
) -> Survey:
    """The draft with questions of the bank added at its end, and `draws` of the drivers' drawn anew for each round.
    Raises DomainError `surveys.drafts.draws_of_what`, and what `add_question` does."""
    draft = own(db, member, draft_id)
    if draws and not drivers:
        raise DomainError("surveys.drafts.draws_of_what")
    there = {each.id for each in draft.definition.questions}
    new = tuple(question_by_key(key) for key in keys if key not in there)
    drivers = tuple(drivers) if draws else ()
    return _store(
        db,
        draft,
        replace(draft.definition, questions=(*draft.definition.questions, *new), drivers=drivers, draws=draws),
    )


def set_audience(db: UnitOfWork, member: Member, draft_id: str, audience: Audience) -> Survey:
    """The draft for other people. Raises DomainError `surveys.drafts.nobody`."""
    draft = own(db, member, draft_id)
    if audience.is_empty:
        raise DomainError("surveys.drafts.nobody")
    return _store(db, draft, replace(draft.definition, audience=audience))


def set_manner(db: UnitOfWork, member: Member, draft_id: str, manner: Manner, of: str = "") -> Survey:
    """The draft asked in another manner. `of` is the survey it is to change, which may keep its short name. Raises
    DomainError `surveys.handle_taken`, `surveys.drafts.no_receiver`, `surveys.drafts.nobody_sees_names`."""
    draft = own(db, member, draft_id)
    if manner.receivers == Receivers(author=False):
        raise DomainError("surveys.drafts.no_receiver")
    if manner.is_named and manner.receivers == Receivers(author=False, channel_id=manner.receivers.channel_id):
        raise DomainError("surveys.drafts.nobody_sees_names")
    handle = plain_handle(manner.handle)
    there = db.surveys.by_handle(handle) if handle else None
    if there is not None and there.id != of:
        raise DomainError("surveys.handle_taken", handle=handle)
    definition = replace(
        draft.definition,
        title=manner.title.strip(),
        is_named=manner.is_named,
        one_by_one=manner.one_by_one,
        receivers=manner.receivers,
        breakdown=manner.breakdown,
        spread=manner.spread,
    )
    return _store(db, replace(draft, handle=handle), definition)


def suggest_handle(db: UnitOfWork, member: Member, draft_id: str, channel_name: str) -> None:
    """A short name after the channel ("weekly-sales"), unless the author has chosen one or launched already."""
    survey = db.surveys.get(draft_id)
    if survey is None or survey.state is not SurveyState.DRAFT or survey.created_by != member.id or survey.handle:
        return
    db.surveys.update(replace(survey, handle=usual_handle(survey.definition, channel_name)))


def launch(db: UnitOfWork, now: datetime, member: Member, draft_id: str, rule: Rule | None) -> Overview:
    """The draft becomes a survey: with its dates, or with a round that starts now where `rule` is None. Launching it
    again changes nothing.

    Raises DomainError `core.stale`, `surveys.drafts.nobody`, `surveys.in_the_past`, and what `check_questions` does.
    """
    service.require_member(member)
    there = db.surveys.get(draft_id)
    if there is not None and there.created_by == member.id and there.state in _RUNS:
        return service.overview(db, now, there)
    draft = own(db, member, draft_id)
    _check_complete(draft.definition)
    check_ahead(rule, now)
    db.workspace.lock()  # two that get the same name at once: the second takes the next free one
    if not db.handled.first_time(f"draft:{draft_id}", now):  # another replica was faster
        return service.overview(db, now, db.surveys.get(draft_id) or draft)
    taken = {survey.handle for survey in db.surveys.all()}
    wished = draft.handle or usual_handle(draft.definition, "")
    handle = next(each for each in _numbered(wished) if each not in taken)
    survey = replace(draft, handle=handle, state=SurveyState.ACTIVE)
    db.surveys.update(survey)
    service.note(db, now, member, Deed.SURVEY_CREATED, survey)
    if rule is None:
        return service.send(db, now, member, survey, f"launch:{survey.id}")
    db.schedules.add(Schedule(new_id(), ScheduleKind.SURVEY, survey.id, rule, member.id, planned_until=now))
    return service.overview(db, now, survey)


def save(db: UnitOfWork, now: datetime, member: Member, draft_id: str, survey_id: str, rule: Rule | None) -> Overview:
    """A survey becomes what the draft says, from its next round on; a running round stays as it is.

    Raises DomainError `core.stale`, `surveys.not_yours`, `surveys.handle_taken`, `surveys.drafts.changed_since` where
    somebody changed it since the draft was copied from it, and what `launch` does.
    """
    db.workspace.lock()  # what is decided about it in the same moment holds
    draft, survey = own(db, member, draft_id), db.surveys.get(survey_id)
    if survey is None or survey.state not in _RUNS:
        raise DomainError("core.stale")
    service.require_owner(survey, member)
    _check_complete(draft.definition)
    changed = replace(survey, definition=draft.definition, handle=draft.handle or survey.handle)
    if db.audit.has(Deed.SURVEY_CHANGED, survey.id, after=draft.created_at):
        schedule = db.schedules.of_subject(ScheduleKind.SURVEY, survey.id)
        if changed == survey and (schedule.rule if schedule else None) == rule:
            return service.overview(db, now, survey)  # the same form delivered twice
        raise DomainError("surveys.drafts.changed_since", handle=survey.handle)
    db.surveys.update(changed)
    _reschedule(db, now, changed, rule)
    service.note(db, now, member, Deed.SURVEY_CHANGED, changed)
    return service.overview(db, now, changed)


def forget(db: UnitOfWork, now: datetime) -> int:
    """Remove the drafts that nobody launched for `KEPT`; how many there were."""
    return db.surveys.remove_drafts(now - KEPT)


def check_ahead(rule: Rule | None, now: datetime) -> None:
    """Whether any date of a rule is still to come; DomainError `surveys.in_the_past` where none is."""
    if rule is not None and next_due(rule, now) is None:
        raise DomainError("surveys.in_the_past", day=rule.until or rule.anchor)


def usual_handle(definition: Definition, channel_name: str) -> str:
    """The short name after the template and the channel: "weekly-sales", "retro"."""
    template = definition.template if definition.template not in ("", "blank") else ""
    return plain_handle("-".join(filter(None, (template.replace("_", "-"), channel_name)))) or _UNTITLED


def plain_handle(name: str) -> str:
    """A name as people can type it: lower case, letters, digits and dashes; "" where nothing of it is left."""
    return re.sub(r"[^\w-]+", "-", name.casefold()).strip("-_")[:HANDLE_LENGTH]


def question_id(definition: Definition, kind: QuestionKind, fresh: str) -> str:
    """The id of a new question: the eNPS question has its own, everywhere; others take a `fresh` one, so that none is
    ever compared with a question that was removed."""
    return ENPS if kind is QuestionKind.ENPS and definition.question(ENPS) is None else fresh


def _store(db: UnitOfWork, draft: Survey, definition: Definition) -> Survey:
    """The draft with another definition, as far as that can be asked."""
    if definition.questions and definition.questions != draft.definition.questions:
        check_questions(definition.questions)
    if definition.size > MOST_QUESTIONS:
        raise DomainError("surveys.questions.too_many", most=MOST_QUESTIONS)
    changed = replace(draft, definition=definition)
    db.surveys.update(changed)
    return changed


def _check_complete(definition: Definition) -> None:
    if definition.audience.is_empty:
        raise DomainError("surveys.drafts.nobody")
    if definition.questions or not definition.draws:
        check_questions(definition.questions)
    for question in definition.questions:
        check_question(question)


def _reschedule(db: UnitOfWork, now: datetime, survey: Survey, rule: Rule | None) -> None:
    schedule = db.schedules.of_subject(ScheduleKind.SURVEY, survey.id)
    if schedule is None and rule is not None:
        check_ahead(rule, now)
        active = survey.state is SurveyState.ACTIVE
        kind = ScheduleKind.SURVEY
        db.schedules.add(Schedule(new_id(), kind, survey.id, rule, survey.created_by, planned_until=now, active=active))
    elif schedule is not None and rule is None:
        db.schedules.remove(schedule.id)
    elif schedule is not None and rule is not None and rule != schedule.rule:
        check_ahead(rule, now)
        db.schedules.replace_rule(schedule.id, rule, planned_until=now)
        db.schedules.set_active(schedule.id, survey.state is SurveyState.ACTIVE)


def _numbered(handle: str) -> Iterator[str]:
    yield handle
    yield from (f"{handle}-{number}" for number in count(2))
