"""How the question for a value, its reminder, and what became of them are worded at the moment they are sent."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.commands import Registry
from bot.domain.deliveries import Delivery
from bot.domain.entries import EntryState, own_figure
from bot.domain.waiting import AskedKpi
from bot.kpis.asking import views
from bot.kpis.asking.jobs import why_silent
from bot.kpis.asking.service import why_not
from bot.kpis.deliveries import wording_for
from bot.kpis.reading import last_entry
from bot.services import Services
from bot.slack.blocks import Message
from bot.waiting import KPI_ASK_CHANGED, KPI_ASKED, KPI_REMINDED, asked_in, has_declined, has_value
from storage import UnitOfWork


def register(registry: Registry) -> None:
    registry.delivery(KPI_ASKED, partial(render_ask, is_reminder=False))
    registry.delivery(KPI_REMINDED, partial(render_ask, is_reminder=True))
    registry.delivery(KPI_ASK_CHANGED, render_changed)


def render_ask(
    db: UnitOfWork, delivery: Delivery, services: Services, now: datetime, *, is_reminder: bool
) -> Message | None:
    """Nothing where the value came in meanwhile, or its receiver is not asked any more or away today."""
    w = wording_for(db, delivery.receiver, services, now)
    asked = asked_in(delivery.facts, w.kpis)
    today = now.astimezone(ZoneInfo(w.zone)).date()
    if asked is None or why_silent(db, delivery) or db.members.absences(today, today, [delivery.receiver]):
        return None
    return views.ask_message(asked, last_entry(db, asked.kpi.key), w, is_reminder=is_reminder)


def render_changed(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What a question says now: the value that is there, that there is nothing to report, that its time is over, or
    again the question, since the value was taken back."""
    w = wording_for(db, delivery.receiver, services, now)
    asked = asked_in(delivery.facts, w.kpis)
    if asked is None:
        return None
    if has_value(db, asked):
        totals = db.kpis.totals(asked.period.first, asked.period.last, kpi_keys=[asked.kpi.key])
        figure = own_figure(asked.kpi, totals)
        return views.outcome_message(asked, figure, _only_logger(db, asked) if figure.count == 1 else "", w)
    if has_declined(db, asked, delivery.receiver):
        return views.declined_message(asked, w)
    if delivery.facts.get("over") or why_not(db, asked, db.members.get(delivery.receiver)):
        return views.over_message(asked, w)
    return views.ask_message(asked, last_entry(db, asked.kpi.key), w)


def _only_logger(db: UnitOfWork, asked: AskedKpi) -> str:
    """Who logged the one value of the period; "" where it lies too far back in the history to be looked for."""
    period = asked.period
    found = (
        entry.logged_by
        for entry in db.kpis.history(asked.kpi.key)
        if entry.state is EntryState.ACTIVE and period.first <= entry.on <= period.last
    )
    return next(found, "")
