"""The post itself and what follows in its thread, the lead's note, and the mark of a correction. Pure: facts in,
message out. Sentences are in `sentences` and `pulse_wording`. What the command answers is in `command_views`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from bot.domain.actions import ActionState
from bot.domain.charts import Chart
from bot.domain.scoreboard import KpiLine
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    FALLBACK_TEXT,
    Block,
    Message,
    actions,
    button,
    context,
    cut,
    escape,
    header,
    plain_section,
    section,
    table,
)
from bot.slack.charts import chart_block, is_drawable
from bot.summaries import pulse_wording, sentences
from bot.summaries.facts import Correction, Promised, SummaryFacts
from bot.summaries.wording import Wording

MAX_PULSES = 3
MAX_ITEMS = 3
MAX_IN_THREAD = 20
MAX_CORRECTED = 5
_WIDTHS = (300, 200, 120, 80)

T = TypeVar("T")


class _Page:
    """A message as it grows: what is seen, and the same in words."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.said: list[str] = []

    def sentence(self, text: str) -> None:
        """Our own wording, or what is escaped."""
        if text:
            self.said.append(text)
            self.blocks.append(section(text))

    def plain(self, text: str) -> None:
        """What people wrote: nothing in it is interpreted."""
        if text:
            self.said.append(escape(text))
            self.blocks.append(plain_section(text))

    def listed(self, title: str, items: Sequence[str]) -> None:
        """A list under a title; nothing in it is interpreted."""
        if items:
            self.said += [escape(f"{title}:"), *(f"• {escape(item)}" for item in items)]
            self.blocks.append(_list(title, items))

    def table(self, lines: Sequence[KpiLine], w: Wording) -> None:
        """Three columns, which is what a phone shows without being pushed sideways; two where nothing has a target."""
        figure = "changed" if any(line.change is not None for line in lines) else "value"
        columns = ["kpi", figure, *(["target"] if any(line.target for line in lines) else [])]
        head = [w.t(f"summaries.column.{name}") for name in columns]
        self.said += [w.row(line) for line in lines]
        rows = [w.cells(line)[: len(columns)] for line in lines]
        self.blocks.append(table([head, *rows], align=["left"] * len(columns)))

    def chart(self, chart: Chart, in_words: str) -> None:
        """A chart, where there is anything to draw."""
        if is_drawable(chart):
            self.said.append(in_words)
            self.blocks.append(chart_block(chart))

    def message(self) -> Message:
        """What would be too long in words is cut line by line, so that no part of it is missing altogether."""
        text = "\n".join(self.said)
        for width in _WIDTHS:
            if len(text) > FALLBACK_TEXT:
                text = "\n".join(cut(line, width) for line in text.split("\n"))
        return Message(cut(text, FALLBACK_TEXT), tuple(self.blocks))


def summary_message(
    facts: SummaryFacts, t: Translator, corrections: Sequence[Correction] | None = None, at: datetime | None = None
) -> Message:
    """The post. Its text says all of it in words; with nothing to say it is one line. Said again after a correction (at
    a moment, UTC) it names what was wrong first; without any difference left, that it is as it first was."""
    w, page = Wording(facts, t), _Page()
    log = button(t("summaries.log_mine"), ids.KPI_LOG_OPENED, ids.pack())
    if at is not None:
        page.sentence(corrected(corrections or (), at, w))
    if facts.is_empty:
        text = t("summaries.nothing", title=w.title())
        page.said.append(text)
        page.blocks.append(section(text, accessory=log))
        return page.message()
    page.said.append(w.title())
    page.blocks.append(header(w.title()))
    page.sentence(sentences.headline(w))
    if facts.has_numbers:
        page.table(sentences.posted(w), w)
    if facts.trend:
        page.chart(w.chart(facts.trend), w.trend(facts.trend))
    page.sentence("\n".join(_pulses(facts, w)))
    page.listed(t("summaries.wins"), _first(facts.wins, sentences.win, w))
    page.listed(t("summaries.attention"), _first(facts.attention, sentences.attention, w))
    page.listed(sentences.promises_title(w) if facts.actions else "", _promises(facts.actions, w))
    owing = sentences.owing_count(w)
    page.sentence(owing)
    page.blocks += [actions([log]), context(t("summaries.footer"))]
    return page.message()


def details_message(
    facts: SummaryFacts, t: Translator, corrections: Sequence[Correction] | None = None, at: datetime | None = None
) -> Message | None:
    """What follows in the thread; None where the post has said it all. `corrections` as for the post."""
    if facts.is_empty:
        return None
    w, page = Wording(facts, t), _Page()
    title = t("summaries.details", title=w.title())
    page.said.append(title)
    page.blocks.append(header(title))
    if at is not None:
        page.sentence(corrected(corrections or (), at, w))
    above = {line.kpi.key for line in sentences.posted(w)}
    below = [line for line in facts.lines if line.kpi.key not in above]
    if facts.has_numbers and below:
        page.table(below, w)
    if facts.has_numbers and facts.more_kpis:
        page.sentence(t("summaries.more_kpis", count=facts.more_kpis, n=facts.more_kpis))
    page.sentence(sentences.needed(w))
    page.sentence("\n".join(sentences.beside(each, w) for each in facts.beside))
    for noted in facts.notes:
        page.plain(sentences.noted(noted, w))
    page.listed(t("summaries.more_wins"), _rest(facts.wins, sentences.win, w))
    page.listed(t("summaries.more_attention"), _rest(facts.attention, sentences.attention, w))
    if len(facts.actions) > MAX_ITEMS:
        page.listed(t("summaries.all_actions"), [sentences.promise(each, w) for each in facts.actions[:MAX_IN_THREAD]])
    page.sentence("\n".join(pulse_wording.pulse(each, w) for each in facts.pulses[MAX_PULSES:]))
    if facts.enps_trend:
        page.chart(pulse_wording.enps_chart(facts.enps_trend, w), pulse_wording.enps_trend(facts.enps_trend, w))
    for means in facts.means:
        name = t("summaries.means_title", title=cut(" ".join(means.name.split()), pulse_wording.TITLE_LENGTH))
        page.listed(name, [pulse_wording.question_mean(each, means, w) for each in means.means])
    page.listed(t("summaries.together"), [pulse_wording.together(each, w) for each in facts.together])
    page.plain(sentences.owners(w))
    if len(page.blocks) == 1 and not any(map(w.is_usual, facts.lines)):
        return None
    if facts.has_numbers:
        page.sentence(sentences.compared(w))
    return page.message()


def owing_message(facts: SummaryFacts, channel_id: str, t: Translator) -> Message | None:
    """The lead's note: who has yet to log what, by name; None where everybody has."""
    if not facts.owing:
        return None
    w, page = Wording(facts, t), _Page()
    page.sentence(t("summaries.owing_title", channel=f"<#{channel_id}>", title=w.title()))
    shown = [sentences.owing(each, w) for each in facts.owing[:MAX_IN_THREAD]]
    more = len(facts.owing) - MAX_IN_THREAD
    if more > 0:
        shown.append(t("summaries.more_people", count=more, n=more))
    page.listed(t("summaries.owing_names"), shown)
    page.blocks.append(context(t("summaries.owing_private")))
    page.said.append(t("summaries.owing_private"))
    return page.message()


def corrected(corrections: Sequence[Correction], at: datetime, w: Wording) -> str:
    """ "Corrected Tue 1 Dec, 10:12: Revenue was Rp 1.2B, now Rp 1.3B."."""
    moment = w.t.moment(at, w.facts.zone)
    if not corrections:
        return w.t("summaries.corrected_back", moment=moment)
    items = [_corrected(each, w) for each in corrections[:MAX_CORRECTED]]
    more = len(corrections) - MAX_CORRECTED
    if more > 0:
        items.append(w.t("summaries.corrected_more", count=more, n=more))
    return w.t("summaries.corrected", moment=moment, items="; ".join(items))


def _corrected(each: Correction, w: Wording) -> str:
    key = "new" if each.was is None else "gone" if each.now is None else "item"
    was, now = w.value(each.was, each.kpi.unit), w.value(each.now, each.kpi.unit)
    return w.t(f"summaries.corrected_{key}", kpi=w.name(each.kpi), was=was, now=now)


def _pulses(facts: SummaryFacts, w: Wording) -> list[str]:
    said = [pulse_wording.pulse(each, w) for each in facts.pulses[:MAX_PULSES]]
    said += [escape(pulse_wording.means(each, w)) for each in facts.means[:MAX_PULSES]]
    more = len(facts.pulses) - MAX_PULSES
    return [*said, w.t("summaries.more_pulses", count=more, n=more)] if more > 0 else said


def _first(all_of: Sequence[T], say: Callable[[T, Wording], str], w: Wording) -> list[str]:
    """The first few, and how many more are in the thread."""
    said = [say(each, w) for each in all_of[:MAX_ITEMS]]
    more = len(all_of) - MAX_ITEMS
    return [*said, w.t("summaries.more_in_thread", count=more, n=more)] if more > 0 else said


def _rest(all_of: Sequence[T], say: Callable[[T, Wording], str], w: Wording) -> list[str]:
    return [say(each, w) for each in all_of[MAX_ITEMS:MAX_IN_THREAD]]


def _promises(promised: Sequence[Promised], w: Wording) -> list[str]:
    """The most urgent of those still open, one less where something was settled to tell of."""
    settled = [each for each in promised if each.action.state is not ActionState.OPEN]
    waiting = [each for each in promised if each.action.state is ActionState.OPEN]
    first = waiting[: MAX_ITEMS - bool(settled)]
    shown = [*settled[: MAX_ITEMS - len(first)], *first]
    said = [sentences.promise(each, w) for each in shown]
    more = len(promised) - len(shown)
    return [*said, w.t("summaries.more_in_thread", count=more, n=more)] if more > 0 else said


def _list(title: str, items: Sequence[str]) -> Block:
    """Rich text: a title and bullets, in which nothing that people wrote is interpreted."""
    bullets = [{"type": "rich_text_section", "elements": [{"type": "text", "text": item}]} for item in items]
    heading = {"type": "text", "text": title, "style": {"bold": True}}
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [heading]},
            {"type": "rich_text_list", "style": "bullet", "elements": bullets},
        ],
    }
