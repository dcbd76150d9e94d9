"""All KPIs at a glance: the overview of a period. Pure: values in, messages out. However many KPIs a workspace has, it
stays within what Slack takes. The list of what there is, is in `lists`."""

from collections.abc import Iterable, Iterator, Sequence

from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine
from bot.kpis.showing import wording
from bot.kpis.showing.views import PRIVATE, Sharing, share_button
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, cut, form, section, table

MOST_LINES = 25
"""Rows of the overview: who wants to see more of them asks for them by name."""
LONGEST_SECTION = 2800
LONGEST_LINE = 900
OVERVIEW_VIEW = "kpi.overview"
"""A view that has nothing to submit, and so no handler."""


def overview_message(
    board: Sequence[KpiLine],
    period: Period,
    title: str,
    w: Wording,
    sharing: Sharing = PRIVATE,
    *,
    is_mine: bool = False,
) -> Message:
    """All KPIs of a period in one table, the first of them where there are many. Those `is_mine` are of one person."""
    note = w.t("kpis.showing.shared_by", person=f"<@{sharing.by}>") if sharing.by else ""
    if sharing.is_done:
        note = w.t("kpis.showing.shared_now")
    notes: list[Block] = [context(note)] if note else []
    buttons = [] if sharing.by else [_buttons(w, sharing)]
    if not board:
        text = w.t("kpis.nothing_of_mine" if is_mine else "kpis.nothing_yet", period=w.period(period))
        return Message(text, (section(text), *notes, *buttons))
    head = tuple(w.t(f"kpis.column.{name}") for name in ("kpi", "value", "change", "target", "status"))
    rows = [_overview_row(line, period, w) for line in board[:MOST_LINES]]
    told = [f"{row[0]}: {', '.join(filter(None, row[1:]))}" for row in rows]
    grid = table([head, *rows], align=("left", "right", "right", "right", "left"))
    days = wording.days_said(period, w)
    more = [w.t("kpis.showing.more_kpis", n=len(board) - MOST_LINES)] if len(board) > MOST_LINES else []
    titles = [f"{title} ({days})" if days else title]
    return Message(
        "\n".join((*titles, *told, *more, *([note] if note else []))),
        (section(f"*{titles[0]}*"), grid, *(context(each) for each in more), *notes, *buttons),
    )


def overview_form(overview: Message, title: str, w: Wording) -> Block:
    """The same where only a form can be shown (from App Home): Slack has no tables there, so in lines."""
    return form(OVERVIEW_VIEW, title, list(packed(overview.text.splitlines())), close=w.t("core.close"))


def _overview_row(line: KpiLine, period: Period, w: Wording) -> tuple[str, ...]:
    kpi = line.kpi
    target = status = ""
    if line.target and line.pace:
        target = w.t.standing_target(line, period, w.today, w.currency)
        status = w.t.standing_status(line)
    return w.name(kpi), w.short(line.figure.value, kpi.unit), w.change(line), target, status


def _buttons(w: Wording, sharing: Sharing) -> Block:
    share = [share_button(sharing.value, w)] if sharing.value else []
    return actions(
        [
            button(w.t("kpis.button_log"), ids.KPI_LOG_OPENED),
            button(w.t("kpis.button_show"), ids.KPI_SHOW),
            button(w.t("kpis.button_targets"), ids.TARGETS_SHOWN),
            *share,
        ]
    )


def packed(lines: Iterable[str]) -> Iterator[Block]:
    """Lines in as few blocks as take them."""
    waiting: list[str] = []
    for line in lines:
        short = cut(line, LONGEST_LINE)
        if waiting and sum(len(each) + 1 for each in waiting) + len(short) > LONGEST_SECTION:
            yield section("\n".join(waiting))
            waiting = []
        waiting.append(short)
    if waiting:
        yield section("\n".join(waiting))
