"""What happens when an owner answers the question for a value: the form, the value, or that there is nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.schedules import ScheduleKind
from bot.interactions import Click, FormErrors, OpenForm, Replace, Reply, Say, Submission, UpdateForm
from bot.kpis import reading, service, views
from bot.kpis.acting import acting_in, wording_in
from bot.kpis.asking import deliveries, jobs
from bot.kpis.asking import service as asking
from bot.kpis.asking.views import ask_form, declined_message
from bot.kpis.correcting.one_value import one_value_typed
from bot.kpis.grammar import LogRequest
from bot.kpis.outcomes import SaidBefore
from bot.slack import ids


def register(registry: Registry) -> None:
    registry.schedule(ScheduleKind.KPI, asking.plan_date)
    registry.job("kpis.ask_owners", jobs.ask_owners)
    registry.click(ids.KPI_ASK_OPENED, on_ask_opened)
    registry.click(ids.KPI_ASK_DECLINED, on_ask_declined)
    registry.form(ids.KPI_ASK_FORM, on_ask_submitted)
    deliveries.register(registry)


async def on_ask_opened(click: Click) -> Reply:
    """From the message itself, `/checkin` or Home."""
    acting = await acting_in(click)
    key, on = _carried(click.value)
    storage = click.services.storage
    asked, _ = await storage.read(click.workspace_id, lambda db: asking.find_ask(db, key, on, acting))
    await storage.read(click.workspace_id, lambda db: service.check_may_log(db, acting, asked.kpi, None))
    last = await storage.read(click.workspace_id, lambda db: reading.last_entry(db, key))
    return OpenForm(ask_form(asked, last, wording_in(click, acting)))


async def on_ask_submitted(submission: Submission) -> Reply:
    """A value right and new, or nothing is recorded."""
    acting = await acting_in(submission)
    w = wording_in(submission, acting)
    kpi = acting.kpis.get(_carried(submission.carried)[0])
    if kpi is None:
        raise DomainError("core.stale")
    typed = one_value_typed(submission.inputs, kpi, w)
    if isinstance(typed, Mapping):
        return FormErrors(typed)
    request = LogRequest(kpi, typed.value, typed.on, None, typed.note, typed.confidence)
    logged = await submission.services.storage.write(
        submission.workspace_id,
        lambda db: service.log_typed(db, request, f"slack:{submission.key}", acting),
    )
    if isinstance(logged, SaidBefore):
        return FormErrors({ids.KPI_VALUE_INPUT: views.said_before_words(logged, w)})
    return UpdateForm(views.recorded_form([logged], w))


async def on_ask_declined(click: Click) -> Reply:
    acting = await acting_in(click)
    key, on = _carried(click.value)
    asked = await click.services.storage.write(click.workspace_id, lambda db: asking.decline(db, key, on, acting))
    message = declined_message(asked, wording_in(click, acting))
    return Replace(message) if click.view is None else Say(message)


def _carried(value: Mapping[str, Any]) -> tuple[str, date]:
    """The KPI and the date of its schedule that a button or form of ours is about."""
    try:
        return str(value["kpi"]), date.fromisoformat(str(value["on"]))
    except (KeyError, ValueError):
        raise DomainError("core.stale") from None
