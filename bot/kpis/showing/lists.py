"""The list of KPIs: what there is, with what each means, who owns it and the team's targets. Pure: values in, messages
out. Their figures are in `overviews`.

At first it has what the person needs, on two screens of a phone; all of it is one press away.
"""

from collections.abc import Iterator, Sequence

from bot.domain.kpis import Kpi, Objective
from bot.domain.targets import Target
from bot.kpis.showing.outcomes import Listed
from bot.kpis.showing.overviews import packed
from bot.kpis.views import unit_words
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, header, section

MOST_BLOCKS = 45
"""Slack takes fifty."""
GLANCE = 36
"""Rows on two screens of a phone, beside titles, button and notes."""
ROW = 40
"""Characters in a row there."""


def list_message(listed: Listed, w: Wording, *, is_whole: bool) -> Message:
    """The catalogue: one's own KPIs, those that are tracked here, and the others by objective, with what is only kept
    to compute others at the end. Unless `is_whole` the others wait behind a button, and so do those that two screens
    have no room for; the text has them all. What is retired is named in one line."""
    groups = [(title, [(kpi.key, _line(kpi, listed, w)) for kpi in kpis]) for title, kpis in _grouped(listed, w)]
    shown = {key for _, lines in groups for key, _ in lines} if is_whole else _at_a_glance(groups, listed)
    blocks: list[Block] = []
    for title, lines in groups:
        told = [line for key, line in lines if key in shown]
        if told:
            blocks += [section(f"*{title}*"), *packed(told)]
    if not blocks:
        blocks = [section(w.t("kpis.showing.list_none"))]
    retired = _retired(w)
    closing = [retired, w.t("kpis.list_hint")] if retired else [w.t("kpis.list_hint")]
    if len(blocks) > MOST_BLOCKS:
        blocks = blocks[:MOST_BLOCKS]
        closing.insert(0, w.t("kpis.showing.list_more"))
    more = sum(len(lines) for _, lines in groups) - len(shown)
    if more:
        label = w.t("kpis.showing.list_others", n=more) if shown else w.t("kpis.showing.list_all", n=more)
        blocks.append(actions([button(label, ids.KPI_LIST_WHOLE, ids.pack())]))
    title = w.t("kpis.list_title")
    text = [each for group, lines in groups for each in (group, *(line for _, line in lines))]
    said = "\n".join((title, *text, *([retired] if retired else [])))
    return Message(said, (header(title), *blocks, *(context(each) for each in closing)))


def _at_a_glance(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], listed: Listed) -> set[str]:
    """One's own KPIs and those that are tracked, as many as two screens have room for, at least one."""
    shown: set[str] = set()
    room = GLANCE
    for _, lines in groups:
        for key, line in lines:
            room -= -(-len(line) // ROW)
            if key not in listed.mine | listed.tracked or (shown and room < 0):
                return shown
            shown.add(key)
    return shown


def _grouped(listed: Listed, w: Wording) -> Iterator[tuple[str, list[Kpi]]]:
    """Every current KPI once, under the title of its group: one's own, those that are tracked, then the others."""
    for title, keys in (
        (w.t("kpis.showing.list_mine"), listed.mine),
        (w.t("kpis.showing.list_tracked"), listed.tracked),
    ):
        kpis = [kpi for kpi in w.kpis.current if kpi.key in keys]
        if kpis:
            yield title, kpis
    others = [kpi for kpi in w.kpis.current if kpi.key not in listed.mine | listed.tracked]
    for objective in Objective:
        kpis = [kpi for kpi in others if kpi.objective is objective and not kpi.is_input]
        if kpis:
            yield w.t(f"kpi.objective.{objective}"), kpis
    inputs = [kpi for kpi in others if kpi.is_input]
    if inputs:
        yield w.t("kpis.list_inputs"), inputs


def _line(kpi: Kpi, listed: Listed, w: Wording) -> str:
    targets: Sequence[Target] = listed.targets.get(kpi.key, ())
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
