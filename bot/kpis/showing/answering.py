"""The answer to `/kpi show`, whoever reads it: one KPI, several side by side, or all of them. Reads, and words what was
read; nothing is changed here."""

from bot.kpis.acting import Acting
from bot.kpis.showing import overviews, reading, views
from bot.kpis.showing.grammar import ShowRequest
from bot.kpis.showing.views import PRIVATE, Sharing
from bot.kpis.wording import Wording
from bot.slack.blocks import Message
from storage import UnitOfWork


def answer_message(
    db: UnitOfWork, request: ShowRequest, acting: Acting, w: Wording, sharing: Sharing = PRIVATE
) -> Message:
    """What was asked for, with the figures that `acting.kpis` show. An answer that somebody shared (`sharing.by`) has
    nothing in it that is meant for one person."""
    period, today, workdays = request.period, acting.today, acting.workdays
    if not request.kpis:
        board = reading.read_overview(db, acting.kpis, period, today, workdays)
        title = w.t("kpis.all_kpis", period=w.period(period))
        return overviews.overview_message(board, period, title, w, sharing)
    if len(request.kpis) > 1:
        return views.together_message(reading.read_together(db, acting.kpis, request, today, workdays), w, sharing)
    viewer_id = "" if sharing.by else acting.by.id
    return views.shown_message(reading.read_shown(db, acting.kpis, request, today, workdays, viewer_id), w, sharing)
