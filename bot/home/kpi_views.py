"""A person's KPIs on their Home: figure, status, target, change and course, all in words; the small bars only repeat
them. Pure."""

from collections.abc import Iterator
from datetime import date
from itertools import dropwhile

from bot.domain.kpis import Kpi
from bot.domain.scoreboard import is_in_points
from bot.home.facts import OwnKpi, OwnKpis
from bot.home.sparklines import sparkline
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, context, escape, header, section

FEWEST_FIGURES = 2
"""Fewer are no course."""


def own_kpis_blocks(kpis: OwnKpis, currency: str, today: date, t: Translator) -> Iterator[Block]:
    yield header(t("home.own_title"))
    if not kpis.total:
        yield section(t("home.own_nothing"))
    for each in kpis.shown:
        yield section("\n".join(kpi_lines(each, currency, today, t)))
    log = button(t("home.log"), ids.KPI_LOG_OPENED, ids.pack(), style="primary")
    yield actions([*_paging(kpis, t), log, button(t("home.all_kpis"), ids.KPI_SHOW, ids.pack())])
    if kpis.shown:
        yield context(_hint(kpis, t))


def kpi_lines(own: OwnKpi, currency: str, today: date, t: Translator) -> Iterator[str]:
    """What it is, how it moved and stands; its target; how it went."""
    line, unit = own.line, own.line.kpi.unit
    name = f"*{escape(t.kpi(line.kpi))}*"
    name = t("home.kpi.of_team", kpi=name) if own.is_team else name
    figure = f"{t.figure(line.figure.value, unit, currency)} {t(f'home.kpi.this.{own.period.kind}')}"
    status = t.standing_status(line)
    parts = (figure, t.change(line.change, in_points=is_in_points(line.kpi)), f"*{status}*" if status else "")
    yield t("home.kpi.line", kpi=name, figure=", ".join(filter(None, parts)))
    target = t.standing_target(line, own.period, today, currency)
    if target:
        yield t("home.kpi.target", target=target)
    yield from _course(own, line.kpi, currency, t)


def _course(own: OwnKpi, kpi: Kpi, currency: str, t: Translator) -> Iterator[str]:
    """From the first period that has a figure."""
    course = tuple(dropwhile(lambda value: value is None, own.course))
    known = [value for value in course if value is not None]
    if len(known) < FEWEST_FIGURES:
        return
    first, last = (t.compact(value, kpi.unit, currency) for value in (known[0], known[-1]))
    values = {"n": len(course), "first": first, "last": last}
    yield f"{sparkline(course)}  {t(f'home.kpi.course.{own.period.kind}', **values)}"


def _paging(kpis: OwnKpis, t: Translator) -> list[Block]:
    """Further ones, and back to the first; nothing where all are on one page."""
    found = []
    if kpis.first + len(kpis.shown) < kpis.total:
        found.append(_page_button("home.more_kpis", kpis.page + 1, t))
    if kpis.page:
        found.append(_page_button("home.first_kpis", 0, t))
    return found


def _page_button(key: str, page: int, t: Translator) -> Block:
    return button(t(key), ids.sub_id(ids.HOME_KPIS_PAGE, page), ids.pack(page=page))


def _hint(kpis: OwnKpis, t: Translator) -> str:
    compared = t("home.compared")
    if kpis.total == len(kpis.shown):
        return compared
    return " ".join(
        (t("home.page", first=kpis.first + 1, last=kpis.first + len(kpis.shown), total=kpis.total), compared)
    )
