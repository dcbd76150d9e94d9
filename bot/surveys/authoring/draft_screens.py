"""The screens behind the overview of a draft: every one takes the place of the overview and leads back to it, so that
nothing below can be out of date. Who acts and what on is checked again at each click.
"""

from collections.abc import Callable, Mapping

from bot.audiences import Unreadable, read_audience
from bot.commands import Registry
from bot.domain.audiences import select
from bot.domain.bank import BANK, DRIVERS, of_driver
from bot.domain.errors import DomainError
from bot.domain.questions import MOST_QUESTIONS, Question
from bot.domain.surveys import Survey
from bot.interactions import Click, FormErrors, Reply, Submission, Then, UpdateForm
from bot.slack import ids
from bot.slack.errors import SlackError
from bot.surveys.authoring import drafts
from bot.surveys.authoring.draft_editor import Picked, bank_form, editor_form
from bot.surveys.authoring.draft_forms import DOWN, EDIT, REMOVE, UP, hub_form
from bot.surveys.authoring.draft_plans import Draft, Reference, draft_id_of, reference_of
from bot.surveys.authoring.draft_preview import preview_form
from bot.surveys.authoring.draft_questions import NotAccepted, fresh, question_from, typed_from, typed_of
from bot.surveys.authoring.draft_settings import (
    Groups,
    audience_chosen,
    audience_form,
    dates_chosen,
    dates_form,
    manner_chosen,
    manner_form,
)
from storage import UnitOfWork

READ_GROUPS = "usergroups:read"
PLACES = {
    "surveys.drafts.nobody": ids.DRAFT_CHANNELS_INPUT,
    "surveys.drafts.no_receiver": ids.DRAFT_AUTHOR_INPUT,
    "surveys.drafts.nobody_sees_names": ids.DRAFT_AUTHOR_INPUT,
    "surveys.handle_taken": ids.DRAFT_HANDLE_INPUT,
    "surveys.in_the_past": ids.DRAFT_FIRST_INPUT,
    "surveys.ends_too_early": ids.DRAFT_LAST_INPUT,
    "surveys.drafts.draws_of_what": ids.DRAFT_DRAWN_FROM_INPUT,
    "surveys.questions.too_many": ids.DRAFT_DRAWS_INPUT,
}
"""The input that a refusal is about."""


def register(registry: Registry) -> None:
    registry.click(ids.DRAFT_BACK, on_back)
    registry.click(ids.DRAFT_QUESTION_MENU, on_question_menu)
    registry.click(ids.DRAFT_QUESTION_ADDED, on_question_added)
    registry.click(ids.DRAFT_KIND_CHOSEN, on_question_typed)
    registry.click(ids.DRAFT_WHY_CHOSEN, on_question_typed)
    registry.click(ids.DRAFT_BANK_OPENED, on_bank_opened)
    registry.click(ids.DRAFT_DRIVER_CHOSEN, on_driver_chosen)
    registry.click(ids.DRAFT_AUDIENCE_OPENED, on_audience_opened)
    registry.click(ids.DRAFT_DATES_OPENED, on_dates_opened)
    registry.click(ids.DRAFT_MANNER_OPENED, on_manner_opened)
    registry.click(ids.DRAFT_PREVIEW_OPENED, on_preview_opened)
    registry.form(ids.DRAFT_PREVIEW_FORM, on_preview_left)
    registry.form(ids.DRAFT_QUESTION_FORM, on_question_form)
    registry.form(ids.DRAFT_BANK_FORM, on_bank_form)
    registry.form(ids.DRAFT_AUDIENCE_FORM, on_audience_form)
    registry.form(ids.DRAFT_DATES_FORM, on_dates_form)
    registry.form(ids.DRAFT_MANNER_FORM, on_manner_form)


async def on_back(click: Click) -> Reply:
    return _hub(click, await _draft(click))


async def on_preview_left(sent: Submission) -> Reply:
    return _hub(sent, await _draft(sent))


async def on_question_menu(click: Click) -> Reply:
    what, _, question_id = str(click.value.get("choice", "")).partition(":")
    if what == EDIT:
        draft = await _draft(click)
        question = draft.survey.definition.question(question_id)
        if question is None:
            return _hub(click, draft)
        typed = typed_of(question, click.services.texts)
        return UpdateForm(editor_form(draft, question_id, typed, click.services.texts.languages, click.t))
    member, change = click.member, _MENU.get(what)
    if change is None:
        raise DomainError("core.stale")
    return await _changed(click, lambda db, draft_id: change(db, member, draft_id, question_id))


async def on_question_added(click: Click) -> Reply:
    draft, question_id = await _draft(click), draft_id_of(click.key)
    return UpdateForm(editor_form(draft, question_id, fresh(), click.services.texts.languages, click.t))


async def on_question_typed(click: Click) -> Reply:
    """Another kind, or another wish for reasons: the editor asks for what belongs to it, and keeps what was typed."""
    draft, languages = await _draft(click), click.services.texts.languages
    typed = typed_from(click.state, languages)
    return UpdateForm(editor_form(draft, str(_carried(click).get("question", "")), typed, languages, click.t))


async def on_question_form(sent: Submission) -> Reply:
    texts, question_id = sent.services.texts, str(sent.carried.get("question", ""))
    typed = typed_from(sent.inputs, texts.languages)

    def saved(db: UnitOfWork, draft_id: str) -> Survey:
        definition = drafts.own(db, sent.member, draft_id).definition
        before = definition.question(question_id)
        its_id = question_id if before else drafts.question_id(definition, typed.kind, question_id)
        question: Question = question_from(typed, its_id, before, texts, sent.t.language)
        save = drafts.change_question if before else drafts.add_question
        return save(db, sent.member, draft_id, question)

    try:
        return await _changed(sent, saved)
    except NotAccepted as problem:
        return FormErrors({problem.block_id: sent.t(problem.refusal.key, **problem.refusal.values)})


async def on_bank_opened(click: Click) -> Reply:
    draft = await _draft(click)
    definition = draft.survey.definition
    picked = Picked(_next_driver(definition.questions), (), definition.drivers, definition.draws)
    return UpdateForm(bank_form(draft, picked, click.t))


async def on_driver_chosen(click: Click) -> Reply:
    draft, before = await _draft(click), _picked(click.state, _carried(click))
    driver = str(click.value.get("choice", ""))
    if driver not in DRIVERS:
        raise DomainError("core.stale")
    return UpdateForm(bank_form(draft, Picked(driver, before.taken, before.drivers, before.draws), click.t))


async def on_bank_form(sent: Submission) -> Reply:
    picked = _picked(sent.inputs, sent.carried)
    return await _accepted(
        sent,
        lambda db, draft_id: drafts.take_from_bank(
            db, sent.member, draft_id, picked.taken, picked.drivers, picked.draws
        ),
    )


async def on_audience_opened(click: Click) -> Reply:
    draft = await _draft(click)

    async def show() -> None:
        view = audience_form(draft, await _groups(click), click.t)
        await click.services.slack.update_view(str((click.view or {})["id"]), view)

    return Then(None, show)


async def on_audience_form(sent: Submission) -> Reply:
    def saved(db: UnitOfWork, draft_id: str) -> Survey:
        before = drafts.own(db, sent.member, draft_id).definition.audience
        return drafts.set_audience(db, sent.member, draft_id, audience_chosen(sent.inputs, before))

    return await _accepted(sent, saved)


async def on_dates_opened(click: Click) -> Reply:
    return UpdateForm(dates_form(await _draft(click), click.t))


async def on_dates_form(sent: Submission) -> Reply:
    reference = reference_of(sent.carried)
    try:
        rule = dates_chosen(sent.inputs, reference.rule, sent.now, sent.zone)
    except DomainError as refusal:
        return _refused(sent, refusal)
    draft = await _draft(sent)
    return _hub(sent, Draft(draft.survey, rule, draft.of))


async def on_manner_opened(click: Click) -> Reply:
    reference = reference_of(_carried(click))

    def read(db: UnitOfWork) -> tuple[Survey, list[str]]:
        return drafts.own(db, click.member, reference.draft_id), db.members.attribute_names()

    survey, attributes = await click.services.storage.read(click.workspace_id, read)
    return UpdateForm(manner_form(Draft(survey, reference.rule, reference.of), attributes, click.t))


async def on_manner_form(sent: Submission) -> Reply:
    manner, of = manner_chosen(sent.inputs), reference_of(sent.carried).of
    return await _accepted(sent, lambda db, draft_id: drafts.set_manner(db, sent.member, draft_id, manner, of))


async def on_preview_opened(click: Click) -> Reply:
    draft, texts = await _draft(click), click.services.texts
    if not draft.survey.definition.size:
        return _hub(click, draft, click.t("surveys.questions.none"))
    language = str(click.value.get("language", "")) or click.t.language
    others = [each for each in texts.languages if each != language]

    async def show() -> None:
        asked = await _asked(click, draft)
        view = preview_form(draft, asked, click.now, click.t, texts.t(language), others, click.zone)
        await click.services.slack.update_view(str((click.view or {})["id"]), view)

    return Then(None, show)


_MENU: Mapping[str, Callable[..., Survey]] = {
    UP: lambda db, member, draft_id, question_id: drafts.move(db, member, draft_id, question_id, -1),
    DOWN: lambda db, member, draft_id, question_id: drafts.move(db, member, draft_id, question_id, 1),
    REMOVE: drafts.remove,
}


async def _accepted(sent: Submission, change: Callable[[UnitOfWork, str], Survey]) -> Reply:
    """The overview with what was changed; where it is refused, the form says so under the input it is about."""
    try:
        return await _changed(sent, change)
    except DomainError as refusal:
        return _refused(sent, refusal)


async def _changed(context: Click | Submission, change: Callable[[UnitOfWork, str], Survey]) -> Reply:
    reference = reference_of(_carried(context))
    survey = await context.write_once(lambda db: change(db, reference.draft_id))
    return _hub(context, Draft(survey, reference.rule, reference.of))


def _refused(sent: Submission, refusal: DomainError) -> Reply:
    place = PLACES.get(refusal.key)
    if place is None or place not in {block.get("block_id") for block in sent.view.get("blocks", ())}:
        raise refusal
    return FormErrors({place: sent.t(refusal.key, **refusal.values)})


def _hub(context: Click | Submission, draft: Draft, trouble: str = "") -> Reply:
    return UpdateForm(hub_form(draft, context.now, context.t, context.zone, trouble))


async def _draft(context: Click | Submission) -> Draft:
    """The draft that the form is about, if it is this person's. Raises DomainError `core.stale`."""
    reference: Reference = reference_of(_carried(context))
    survey = await context.services.storage.read(
        context.workspace_id, lambda db: drafts.own(db, context.member, reference.draft_id)
    )
    return Draft(survey, reference.rule, reference.of)


def _carried(context: Click | Submission) -> Mapping[str, object]:
    if isinstance(context, Submission):
        return context.carried
    return ids.unpack((context.view or {}).get("private_metadata"))


def _picked(inputs: Mapping[str, str], carried: Mapping[str, object]) -> Picked:
    """What is chosen in the bank: the ticks of the driver that is shown, and those carried of the others. Raises
    DomainError `core.stale` for what the bank does not have."""
    driver = str(carried.get("driver", ""))
    drivers = tuple(filter(None, inputs.get(ids.DRAFT_DRAWN_FROM_INPUT, "").split(",")))
    if not {driver, *drivers} <= set(DRIVERS):
        raise DomainError("core.stale")
    shown = {each.id for each in of_driver(driver)}
    earlier = [each for each in str(carried.get("taken", "")).split(",") if each not in shown]
    ticked = inputs.get(ids.sub_id(ids.DRAFT_TAKEN_INPUT, driver), "").split(",")
    draws = inputs.get(ids.DRAFT_DRAWS_INPUT, "")
    taken = tuple(each for each in (*earlier, *ticked) if each in BANK)
    return Picked(driver, taken, drivers, min(int(draws), MOST_QUESTIONS) if draws.isdecimal() else 0)


def _next_driver(questions: tuple[Question, ...]) -> str:
    """The first driver of which nothing is asked yet."""
    asked = {each.driver for each in questions}
    return next((each for each in DRIVERS if each not in asked), DRIVERS[0])


async def _groups(click: Click) -> Groups:
    slack = click.services.slack
    if READ_GROUPS not in slack.identity.scopes:
        return Groups(may_read=False)
    try:
        return Groups(await slack.user_groups())
    except SlackError:
        return Groups(may_read=False)


async def _asked(click: Click, draft: Draft) -> int | None:
    """How many people the draft would ask today; None where Slack does not say who is there."""
    audience = draft.survey.definition.audience
    try:
        found = await read_audience(click.services, click.workspace_id, audience)
    except (SlackError, Unreadable):
        return None
    return len(select(audience, found.present, found.known).members)
