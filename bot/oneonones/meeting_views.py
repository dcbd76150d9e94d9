"""What the two read of a meeting: the agenda before it, the question after it, and what came of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.actions import Action
from bot.domain.one_on_ones import Meeting, MeetingState, Point
from bot.domain.periods import through
from bot.domain.scoreboard import is_in_points
from bot.i18n import Translator
from bot.oneonones.facts import AgendaFacts, OwnLine, PairFacts
from bot.oneonones.views import Spoken, action_line, meeting_buttons, mention, notes, said
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, section

MOST_POINTS = 20
MOST_KPIS = 5
"""Lines of those that are everybody's numbers, and of each of the two."""
MOST_BLOCKERS = 6
MOST_ACTIONS = 10
_ROOM = 2800
"""Characters of a paragraph: below Slack's 3000 of a section."""


def agenda_message(facts: AgendaFacts, t: Translator, *, is_preview: bool = False, has_begun: bool = False) -> Message:
    """What the two may talk about: what was carried over, new points, their KPIs, what is in the way, what they
    promised, and two prompts. In a preview nobody else's private points are among it. Of a meeting that has begun it
    offers nothing to decide any more, but stays to be read while somebody writes down what came of it."""
    of, spoken = facts.of, Spoken(t, facts.of.zone)
    head = t(
        "oneonones.agenda_head",
        person=mention(of.partner),
        moment=t.moment(facts.meeting.starts_at, spoken.zone),
        minutes=of.pair.minutes,
    )
    lines, blocks = [head], [section(f"*{head}*")]
    if is_preview:
        lines.append(t("oneonones.agenda_preview"))
        blocks.append(context(lines[-1]))
    for title, items in (
        (t("oneonones.carried_over"), _points(of, t, carried=True)),
        (t("oneonones.new_points"), _points(of, t, carried=False)),
        (t("oneonones.actions_head"), _actions(facts.actions, of, t)),
        (t("oneonones.blockers_head"), _blockers(facts, t)),
    ):
        if items:
            lines += [title, *items]
            blocks += paragraphs(f"*{title}*", items)
    if not of.points:
        lines.append(t("oneonones.no_points"))
        blocks.append(section(lines[-1]))
    if facts.kpis:
        title = t("oneonones.kpis_head", days=t.days(through(facts.period, facts.of.today)))
        chosen = _chosen(facts.kpis)
        lines.append(title)
        blocks.append(section(f"*{title}*"))
        for whose, items in _by_person(chosen, facts, t):
            lines += [whose, *items]
            blocks += paragraphs(whose, items)
        if any(each.line.change is not None for each in chosen):
            lines.append(t("oneonones.kpis_compared"))
            blocks.append(context(lines[-1]))
    prompts = [f"• {t(f'oneonones.prompt.{key}')}" for key in facts.prompts]
    lines += [t("oneonones.prompts_head"), *prompts]
    blocks += paragraphs(f"*{t('oneonones.prompts_head')}*", prompts)
    if not has_begun:
        blocks.append(meeting_buttons(facts.meeting, t))
    return Message("\n".join(lines), (*blocks, context(t("oneonones.only_two"))))


def after_message(facts: PairFacts, meeting: Meeting, t: Translator) -> Message:
    """How did it go? Either of the two says it for both."""
    text = t("oneonones.after", person=mention(facts.partner), moment=t.moment(meeting.starts_at, facts.zone))
    carried = ids.pack(pair=facts.pair.id, on=meeting.local_date.isoformat())
    buttons = [
        button(t("oneonones.write_down"), ids.ONE_ON_ONE_WRITE, carried, style="primary"),
        button(t("oneonones.missed"), ids.ONE_ON_ONE_MISSED, carried),
    ]
    hint = t("oneonones.after_hint")
    return Message(f"{text}\n{hint}", (section(text), actions(buttons), context(hint)))


def outcome_message(facts: PairFacts, meeting: Meeting, by: str, at: datetime | None, t: Translator) -> Message:
    """What came of a meeting, for both; `by` is who wrote it down last, and `at` when (UTC), where that is known."""
    held = meeting.state is MeetingState.HELD
    key = "oneonones.was_held" if held else "oneonones.was_not_held"
    lines = [t(key, person=mention(facts.partner), moment=t.moment(meeting.starts_at, facts.zone))]
    blocks: list[Block] = [section(lines[0])]
    if meeting.notes:
        head = t("oneonones.notes_title")
        if meeting.notes_by != by:  # else it is said below who wrote all of this down
            head = t("oneonones.notes_head", person=mention(meeting.notes_by))
        lines.append(f"{head}\n{notes(meeting)}")
        blocks.append(section(f"*{head}*\n{notes(meeting)}"))
    promised = _actions(facts.actions, facts, t)
    if promised:
        lines += [t("oneonones.actions_head"), *promised]
        blocks += paragraphs(f"*{t('oneonones.actions_head')}*", promised)
    if facts.points:
        lines.append(t("oneonones.carries_over", count=len(facts.points), n=len(facts.points)))
        blocks.append(context(lines[-1]))
    carried = ids.pack(pair=facts.pair.id, on=meeting.local_date.isoformat())
    blocks.append(actions([button(t("oneonones.write_more"), ids.ONE_ON_ONE_WRITE, carried)]))
    if by and at is not None:
        blocks.append(context(t("oneonones.written_by", person=mention(by), moment=t.moment(at, facts.zone))))
    return Message("\n".join(lines), tuple(blocks))


def paragraphs(head: str, items: Iterable[str]) -> list[Block]:
    """A heading and its lines, in as few paragraphs as Slack's limit allows."""
    blocks, text = [], head
    for item in items:
        if len(text) + len(item) >= _ROOM:
            blocks.append(section(text))
            text = item
        else:
            text = f"{text}\n{item}"
    return [*blocks, section(text)]


def _points(of: PairFacts, t: Translator, *, carried: bool) -> list[str]:
    """Those that were there when the two last met, or those that came since."""
    since = of.last_held.starts_at if of.last_held else None
    chosen = [each for each in of.points if _is_older(each, since) is carried]
    room = MOST_POINTS // 2 if _has_both(of, since) else MOST_POINTS
    lines = [t("oneonones.point_of", person=mention(each.by), text=said(each.text)) for each in chosen[:room]]
    if len(chosen) > room:
        lines.append(t("oneonones.more_points", n=len(chosen) - room))
    return lines


def _has_both(of: PairFacts, since: datetime | None) -> bool:
    carried = sum(_is_older(each, since) for each in of.points)
    return 0 < carried < len(of.points)


def _is_older(point: Point, since: datetime | None) -> bool:
    return since is not None and point.added_at < since


def _actions(found: Sequence[Action], of: PairFacts, t: Translator) -> list[str]:
    return [f"• {action_line(each, of.today, t)}" for each in found[:MOST_ACTIONS]]


def _blockers(facts: AgendaFacts, t: Translator) -> list[str]:
    latest = facts.blockers[-MOST_BLOCKERS:]
    return [
        t("oneonones.blocker", person=mention(each.member_id), text=said(each.text), day=t.day(each.on))
        for each in latest
    ]


def _by_person(chosen: Sequence[OwnLine], facts: AgendaFacts, t: Translator) -> list[tuple[str, list[str]]]:
    """The lines under whose numbers they are, everybody's first: a name said once is not read again in every line."""
    groups: dict[str, list[str]] = {}
    for each in chosen:
        groups.setdefault(each.whose, []).append(f"• {_kpi_line(each, facts, t)}")
    return [(mention(whose) if whose else t("oneonones.kpis_of_all"), items) for whose, items in groups.items()]


def _kpi_line(each: OwnLine, facts: AgendaFacts, t: Translator) -> str:
    """ "Revenue: IDR 98M (+12%). Target IDR 170M, behind": a line of words breaks on a phone where a table is cut."""
    line = each.line
    value = t.figure(line.figure.value, line.kpi.unit, facts.currency)
    change = t.change(line.change, in_points=is_in_points(line.kpi))
    said = f"*{value}* ({change})" if change else f"*{value}*"
    reached = t("oneonones.kpi", kpi=escape(t.kpi(line.kpi)), value=said)
    target = t.standing_target(line, facts.period, facts.of.today, facts.currency) if line.target else ""
    if not target:
        return reached
    standing = ", ".join(filter(None, (target, t.standing_status(line))))
    return f"{reached} {t('oneonones.kpi_target', standing=standing)}"


def _chosen(kpis: Sequence[OwnLine]) -> list[OwnLine]:
    """As many of each as people read, those with a target first: what is held against somebody matters most."""
    by_target = sorted(kpis, key=lambda each: each.line.target is None)
    told: Counter[str] = Counter()
    chosen = []
    for each in by_target:
        told[each.whose] += 1
        if told[each.whose] <= MOST_KPIS:
            chosen.append(each)
    return sorted(chosen, key=kpis.index)
