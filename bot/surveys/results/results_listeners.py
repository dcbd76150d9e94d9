"""Commands, clicks and forms about results and what follows from them; and what the scheduler does for them."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

import structlog

from bot.commands import Registry
from bot.domain.deliveries import NewDelivery
from bot.domain.errors import DomainError
from bot.domain.surveys import FollowUpKind, SurveyState
from bot.domain.workdays import Workdays
from bot.i18n import Catalogues
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Replace, Reply, Say, Submission
from bot.services import Services
from bot.slack import ids
from bot.slack.blocks import Block, Message, without
from bot.slack.chosen import chosen_day
from bot.surveys.naming import named
from bot.surveys.results import action_views, actions, results_deliveries, results_views
from bot.surveys.results.reading import survey_results
from storage import UnitOfWork

log = structlog.get_logger(__name__)


def register(registry: Registry) -> None:
    registry.command("/pulse", "results", "surveys", on_results)
    registry.command("/pulse", "act", "surveys", on_act)
    registry.click(ids.SURVEY_RESULTS, on_results_clicked)
    registry.click(ids.SURVEY_RESULTS_PAGE, on_page_turned)
    registry.click(ids.ACTION_OPENED, on_action_opened)
    registry.form(ids.ACTION_FORM, on_action_form)
    registry.job("surveys.actions", want_actions)
    results_deliveries.register(registry)


async def on_results(command: Command) -> Reply:
    words, page = _page(command.words)
    seen = await command.services.storage.read(
        command.workspace_id, lambda db: survey_results(db, command.member, named(db, words))
    )
    return Say(results_views.survey_message(seen, command.t, command.zone, page))


async def on_results_clicked(click: Click) -> Reply:
    message = await _results(click, 0)
    if click.view is not None:  # Slack knows charts in messages only
        message = Message(message.text, without(message.blocks, "data_visualization"))
    return Say(message)


async def on_page_turned(click: Click) -> Reply:
    return Replace(await _results(click, max(0, click.value.number("page"))))


async def on_act(command: Command) -> Reply:
    """`/pulse act enps-sales we hire two people`, `/pulse act enps-sales none because …`; without a text, the form."""
    first, _, rest = command.words.partition(" ")
    kind, text = read_action(rest, command.services.texts)
    if not text:
        return await _open_action(command, first, kind)

    def work(db: UnitOfWork) -> actions.Acted:
        round_id = actions.newest_to_act_on(db, named(db, first)).id
        return actions.say_action(db, command.now, command.member, round_id, kind, text, command.key)

    acted = await command.services.storage.write(command.workspace_id, work)
    return Say(action_views.saved_message(acted.survey, acted.action, command.t))


async def _open_action(command: Command, words: str, kind: FollowUpKind) -> Reply:
    def look(db: UnitOfWork) -> Block:
        return _form(db, command, actions.newest_to_act_on(db, named(db, words)).id, kind)

    return OpenForm(await command.services.storage.read(command.workspace_id, look))


def _form(db: UnitOfWork, context: Context, round_id: str, kind: FollowUpKind) -> Block:
    said = actions.said_text(db, context.member, round_id, kind)
    promised = actions.promised(db, round_id)
    return action_views.action_form(round_id, kind, said, context.t, promised, context.member.id)


async def on_action_opened(click: Click) -> Reply:
    round_id, kind = _carried_action(click.value)
    form = await click.services.storage.read(click.workspace_id, lambda db: _form(db, click, round_id, kind))
    return OpenForm(form)


async def on_action_form(sent: Submission) -> Reply:
    round_id, kind = _carried_action(sent.carried)
    text = sent.inputs.get(ids.ACTION_INPUT, "")
    if not text.strip():
        return FormErrors({ids.ACTION_INPUT: sent.t("surveys.action.missing")})
    due = sent.inputs.get(ids.ACTION_DUE_INPUT, "")
    promise = actions.Promise(sent.inputs.get(ids.ACTION_OWNER_INPUT, ""), chosen_day(due))
    try:
        acted = await sent.services.storage.write(
            sent.workspace_id,
            lambda db: actions.say_action(db, sent.now, sent.member, round_id, kind, text, sent.key, promise),
        )
    except DomainError as refusal:
        if refusal.key != "surveys.action.owner_unknown":
            raise
        return FormErrors({ids.ACTION_OWNER_INPUT: sent.t(refusal.key, **refusal.values)})
    return Say(action_views.saved_message(acted.survey, acted.action, sent.t))


async def want_actions(services: Services, now: datetime) -> None:
    """Ask authors once more what follows from a round, some working days after its close."""
    workdays, zone = Workdays(services.settings.country), services.settings.timezone
    workspace_id = services.workspace_id
    owed = await services.storage.read(workspace_id, lambda db: actions.wanted(db, now, workdays, zone))
    if owed:
        await services.storage.write(workspace_id, partial(_owe, owed))


def read_action(words: str, texts: Catalogues) -> tuple[FollowUpKind, str]:
    """What follows, as typed after the survey's name: "none because …" in any language, or what is done."""
    text = words.strip()
    lower = text.casefold()
    for none in sorted(texts.all_words("surveys.action.none_words"), key=len, reverse=True):
        if lower == none or lower.startswith((f"{none} ", f"{none},", f"{none}:")):
            return FollowUpKind.NONE, _because(text[len(none) :], texts)
    return FollowUpKind.DONE, text


def _because(text: str, texts: Catalogues) -> str:
    rest = text.lstrip(" ,:")
    for because in texts.all_words("surveys.action.because_words"):
        if rest.casefold().startswith(f"{because} "):
            return rest[len(because) :].strip()
    return rest


def _page(words: str) -> tuple[str, int]:
    """`enps-sales 2` is the second page of enps-sales."""
    name, _, last = words.strip().rpartition(" ")
    if name and last.isascii() and last.isdecimal() and len(last) < 4:
        return name, max(int(last) - 1, 0)
    return words, 0


async def _results(click: Click, page: int) -> Message:
    def look(db: UnitOfWork) -> Message:
        survey = db.surveys.get(str(click.value.get("survey", "")))
        if survey is None or survey.state is SurveyState.DELETED:
            raise DomainError("core.stale")
        return results_views.survey_message(survey_results(db, click.member, survey), click.t, click.zone, page)

    return await click.services.storage.read(click.workspace_id, look)


def _carried_action(carried: Mapping[str, object]) -> tuple[str, FollowUpKind]:
    try:
        return str(carried.get("round", "")), FollowUpKind(str(carried.get("kind", "")))
    except ValueError:
        raise DomainError("core.stale") from None


def _owe(owed: list[NewDelivery], db: UnitOfWork) -> None:
    db.deliveries.add_many(owed)
