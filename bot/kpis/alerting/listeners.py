"""Buttons and the form of an alert, and what the scheduler does for alerts."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.kpis import Kpi
from bot.interactions import Click, FormErrors, OpenForm, Replace, Reply, Say, Submission
from bot.kpis.acting import Acting, acting_in, wording_in
from bot.kpis.alerting import service, views
from bot.kpis.alerting.deciding import Decision, read_decisions
from bot.kpis.alerting.deliveries import render_alert, render_noted
from bot.services import Services
from bot.slack import ids
from bot.slack.chosen import chosen_day
from storage import UnitOfWork


def register(registry: Registry) -> None:
    registry.click(ids.ALERT_NOTE_OPENED, on_note_opened)
    registry.click(ids.ALERT_MUTED, on_muted)
    registry.click(ids.ALERT_UNMUTED, on_unmuted)
    registry.form(ids.ALERT_NOTE_FORM, on_noted)
    registry.delivery(service.ALERT, render_alert)
    registry.delivery(service.ALERT_NOTED, render_noted)
    registry.job("kpis.alerts", tell_changes)


async def tell_changes(services: Services, now: datetime) -> None:
    """Tell the owners of targets whose status changed, once a local day, KPI by KPI. What is to be told is worked out
    by reading, so that nobody who logs waits for it."""
    country, zone = services.settings.country, services.settings.timezone
    workspace_id = services.workspace_id
    decisions = await services.storage.read(
        workspace_id, partial(read_decisions, now=now, country=country, default_zone=zone)
    )
    by_kpi: dict[str, list[Decision]] = {}
    for each in decisions:
        by_kpi.setdefault(each.target.kpi_key, []).append(each)
    for group in by_kpi.values():
        await services.storage.write(workspace_id, partial(_tell, now=now, decisions=group))


def _tell(db: UnitOfWork, now: datetime, decisions: list[Decision]) -> int:
    return service.tell(db, now, decisions)


async def on_note_opened(click: Click) -> Reply:
    acting = await acting_in(click)
    kpi, kind = _carried(click.value, acting)
    return OpenForm(views.note_form(kpi, kind, str(click.value.get("alert", "")), wording_in(click, acting)))


async def on_noted(submission: Submission) -> Reply:
    acting = await acting_in(submission)
    kpi, kind = _carried(submission.carried, acting)
    text, alert = submission.inputs.get(views.NOTE_FIELD, ""), str(submission.carried.get("alert", ""))
    due = submission.inputs.get(ids.ACTION_DUE_INPUT, "")
    due_on = chosen_day(due)
    try:
        await submission.services.storage.write(
            submission.workspace_id,
            lambda db: service.add_note(db, kpi.key, kind, text, alert, submission.key, acting, due_on),
        )
    except DomainError as refusal:
        return FormErrors({views.NOTE_FIELD: submission.t(refusal.key, **refusal.values)})
    return Say(views.noted_message(kpi, wording_in(submission, acting)))


async def on_muted(click: Click) -> Reply:
    acting = await acting_in(click)
    kpi = _kpi(click.value, acting)
    await click.write_once(lambda db: service.mute(db, kpi.key, acting, muted=True))
    return Replace(views.muted_message(kpi, wording_in(click, acting)))


async def on_unmuted(click: Click) -> Reply:
    acting = await acting_in(click)
    kpi = _kpi(click.value, acting)
    await click.write_once(lambda db: service.mute(db, kpi.key, acting, muted=False))
    return Replace(views.unmuted_message(kpi, wording_in(click, acting)))


def _kpi(value: Mapping[str, Any], acting: Acting) -> Kpi:
    kpi = acting.kpis.get(str(value.get("kpi", "")))
    if kpi is None:
        raise DomainError("core.stale")
    return kpi


def _carried(value: Mapping[str, Any], acting: Acting) -> tuple[Kpi, KpiNoteKind]:
    kind = str(value.get("kind", ""))
    if kind not in service.NOTE_KINDS:
        raise DomainError("core.stale")
    return _kpi(value, acting), KpiNoteKind(kind)
