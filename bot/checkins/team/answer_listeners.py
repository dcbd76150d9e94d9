"""What happens when somebody answers a check-in, or takes what is in somebody's way: parse, one call, one view."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.checkins.team import answering, blockers, forms, views
from bot.checkins.team.answering import Answering
from bot.checkins.team.blockers import Taking
from bot.checkins.team.forms_reading import answer_typed
from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.interactions import Click, Context, FormErrors, OpenForm, Reply, Say, Submission, UpdateForm
from bot.slack import ids
from storage import UnitOfWork


def register(registry: Registry) -> None:
    registry.click(ids.CHECKIN_ANSWER_OPENED, on_answer_opened)
    registry.form(ids.CHECKIN_FORM, on_answer_submitted)
    registry.click(ids.CHECKIN_BLOCKER_TAKEN, on_blocker_taken)
    registry.click(ids.CHECKIN_BLOCKER_DAY_OPENED, on_day_opened)
    registry.form(ids.CHECKIN_BLOCKER_DAY_FORM, on_day_submitted)


async def on_answer_opened(click: Click) -> Reply:
    """From the message itself, `/checkin` or Home."""
    me = _answering(click, click.value)
    asked = await click.services.storage.read(click.workspace_id, lambda db: answering.read_form(db, me))
    until = click.t.moment(asked.run.closes_at, click.zone)
    return OpenForm(forms.answer_form(asked, until, click.t, click.services.settings.currency))


async def on_answer_submitted(submission: Submission) -> Reply:
    """Everything is right, or nothing is kept."""
    me, t, currency = _answering(submission, submission.carried), submission.t, submission.services.settings.currency
    storage = submission.services.storage
    asked = await storage.read(submission.workspace_id, lambda db: answering.read_form(db, me))
    filled = answer_typed(submission.inputs, asked, t, currency)
    if isinstance(filled, Mapping):
        return FormErrors(filled)
    kept = await storage.write(submission.workspace_id, lambda db: answering.record_answer(db, me, filled))
    kpis = await storage.read(submission.workspace_id, lambda db: db.catalogue.read())
    if isinstance(kept, list):
        item_of = {kpi.key: item_id for item_id, kpi in asked.kpis.items()}
        said = {
            each.before.kpi_key: forms.twice_words(each.before, kpis[each.before.kpi_key], t, currency) for each in kept
        }
        return FormErrors({item_of[key]: words for key, words in said.items()})
    submission.services.wake()
    until = t.moment(kept.run.closes_at, submission.zone)
    return UpdateForm(forms.done_form(kept, kpis, until, t, currency))


async def on_blocker_taken(click: Click) -> Reply:
    taking = _taking(click, click.value)
    taken = await click.write_once(lambda db: blockers.take(db, taking))
    click.services.wake()
    return Say(views.taken_message(taken, taking.run_id, click.member.id, click.t))


async def on_day_opened(click: Click) -> Reply:
    taking = _taking(click, click.value)
    action = await click.services.storage.read(click.workspace_id, lambda db: blockers.find(db, taking))
    return OpenForm(forms.day_form(taking.run_id, taking.blocked_id, action.due_on, click.t))


async def on_day_submitted(submission: Submission) -> Reply:
    taking = _taking(submission, submission.carried)
    try:
        due_on = date.fromisoformat(submission.inputs.get(ids.CHECKIN_BLOCKER_DAY_INPUT, ""))
    except ValueError:
        raise DomainError("core.stale") from None

    def work(db: UnitOfWork) -> Any:
        return blockers.change_day(db, taking, due_on, submission.today)

    action = await submission.write_once(work)
    submission.services.wake()
    return Say(views.day_changed_message(action, submission.t))


def _answering(context: Context, value: Mapping[str, Any]) -> Answering:
    return Answering(str(value.get("run", "")), context.member, context.now, context.today, context.key)


def _taking(context: Context, value: Mapping[str, Any]) -> Taking:
    settings = context.services.settings
    return Taking(
        str(value.get("run", "")),
        str(value.get("member", "")),
        context.member,
        context.now,
        settings.country,
        settings.timezone,
    )
