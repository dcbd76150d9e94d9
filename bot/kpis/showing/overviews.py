"""All KPIs at a glance: the overview of a period, and the list of what there is. Pure: values in, messages out. However
many KPIs a workspace has, both stay within what Slack takes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.domain.kpis import Kpi, Objective
from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine
from bot.domain.targets import Target
from bot.kpis.showing import wording
from bot.kpis.showing.views import PRIVATE, Sharing, share_button
from bot.kpis.views import unit_words
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, cut, escape, form, header, section, table

MOST_LINES = 25
"""Rows of the overview: who wants to see more of them asks for them by name."""
MOST_BLOCKS = 45
"""Of the list; Slack takes fifty."""
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
    return form(OVERVIEW_VIEW, title, list(_packed(overview.text.splitlines())), close=w.t("core.close"))


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


def list_message(targets: Mapping[str, Sequence[Target]], w: Wording) -> Message:
    """The catalogue by objective: unit, what it means or how it is computed, owners, and the team's targets. What is
    only kept to compute others comes at the end, as short as can be, and what is retired in one line."""
    blocks: list[Block] = []
    text: list[str] = []
    for title, kpis in _grouped(w):
        lines = [_list_line(kpi, targets.get(kpi.key, ()), w) for kpi in kpis]
        blocks += [section(f"*{title}*"), *_packed(lines)]
        text += [title, *lines]
    retired = _retired(w)
    closing = [retired, w.t("kpis.list_hint")] if retired else [w.t("kpis.list_hint")]
    if len(blocks) > MOST_BLOCKS:
        blocks = blocks[:MOST_BLOCKS]
        closing.insert(0, w.t("kpis.showing.list_more"))
    notes = (context(each) for each in closing)
    title = w.t("kpis.list_title")
    said = "\n".join((title, *text, *([retired] if retired else [])))
    return Message(said, (header(title), *blocks, *notes))


def _packed(lines: Iterable[str]) -> Iterator[Block]:
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


def _grouped(w: Wording) -> Iterator[tuple[str, list[Kpi]]]:
    for objective in Objective:
        kpis = [kpi for kpi in w.kpis.current if kpi.objective is objective and not kpi.is_input]
        if kpis:
            yield w.t(f"kpi.objective.{objective}"), kpis
    inputs = [kpi for kpi in w.kpis.current if kpi.is_input]
    if inputs:
        yield w.t("kpis.list_inputs"), inputs


def _list_line(kpi: Kpi, targets: Sequence[Target], w: Wording) -> str:
    owners = w.kpis.settings(kpi.key).owners
    told = [w.goal(target) for target in targets]
    parts = [
        _meaning_line(kpi, w),
        w.t("kpis.showing.list_owners", owners=w.t.listing(map(w.owner, owners))) if owners else "",
        w.t("kpis.list_target", targets=w.t.listing(told)) if told else "",
    ]
    return " ".join(filter(None, parts))


def _meaning_line(kpi: Kpi, w: Wording) -> str:
    meaning = escape(w.t.kpi_meaning(kpi))
    if kpi.is_derived:
        meaning = w.t("kpis.list_formula", formula=w.formula_in(kpi, w.term))
    if not meaning:
        return w.t("kpis.showing.list_bare", kpi=w.name(kpi), unit=unit_words(kpi, w))
    return w.t("kpis.list_line", kpi=w.name(kpi), unit=unit_words(kpi, w), meaning=meaning.removesuffix("."))


def _retired(w: Wording) -> str:
    names = [w.name(kpi) for kpi in w.kpis.values() if w.kpis.is_retired(kpi.key)]
    return w.t("kpis.showing.list_retired", names=w.t.listing(names)) if names else ""
