"""What the channel sees: the headline, figures, what stands in the way with a button for whoever takes it, progress.
Pure; how a long post is divided is in `post_parts`. What people wrote is never interpreted."""

from collections.abc import Sequence

from bot.checkins.team.facts import PostFacts, Said
from bot.checkins.team.post_parts import Part, parts_of
from bot.checkins.team.wording import bold, period_words, title_of
from bot.domain.actions import Action, ActionState
from bot.domain.entries import Confidence
from bot.domain.scoreboard import KpiLine, is_in_points
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import FALLBACK_TEXT, Block, Message, button, context, cut, escape, header, plain, section, table

NAME_LENGTH = 60
_LISTED = 20
"""Entries in one block of rich text: more are several blocks."""


def post_message(facts: PostFacts, t: Translator, part: int = 0) -> Message:
    """The post, or one of the replies in its thread."""
    parts = parts_of(facts)
    if facts.answered == 0:
        return nobody_message(facts, t)
    if part:
        return _reply(facts, parts[min(part, len(parts) - 1)], t)
    definition, day = facts.run.definition, facts.run.local_date
    headline = headline_words(facts, t)
    said = [f"{title_of(definition, t)}, {t.day(day)}", headline]
    blocks: list[Block] = [header(said[0]), section(headline)]
    if facts.lines:
        rows, spoken = _rows(facts, t), [escape(row_words(each, facts, t)) for each in facts.lines]
        said += [t("checkins.team.figures", period=period_words(facts.period, t)), *spoken]
        blocks += [section(f"*{said[2]}*"), table(rows, align=["left"] * len(rows[0]))]
    told, lines = _told(facts, parts[0], t)
    blocks += told
    said += lines
    more = [t("checkins.team.more_in_thread")] if len(parts) > 1 else []
    closing = [*more, *_read_at(facts, t)]
    if closing:
        blocks.append(context("  ".join(closing)))
    return Message(cut("\n".join((escape(said[0]), *said[1:], *closing)), FALLBACK_TEXT), tuple(blocks))


def nobody_message(facts: PostFacts, t: Translator) -> Message:
    title = bold(facts.run.definition, t)
    text = t("checkins.team.nobody", title=title, day=t.day(facts.run.local_date), count=facts.asked, n=facts.asked)
    return Message(text, (section(text),))


def headline_words(facts: PostFacts, t: Translator) -> str:
    """How many of how many answered, how sure they are, and how much is in the way."""
    said = [t("checkins.team.answered", count=facts.answered, n=facts.answered, asked=facts.asked)]
    if facts.sure:
        counts = [
            t(f"checkins.team.sure_count.{each}", count=facts.sure[each], n=facts.sure[each])
            for each in Confidence
            if facts.sure.get(each)
        ]
        said.append(t("checkins.team.sure_counts", counts=t.listing(counts)))
    if facts.blockers:
        said.append(t("checkins.team.blocked", count=len(facts.blockers), n=len(facts.blockers)))
    missing = facts.asked - facts.answered
    if missing > 0:
        said.append(t("checkins.team.missing", count=missing, n=missing))
    return " ".join(said)


def row_words(line: KpiLine, facts: PostFacts, t: Translator) -> str:
    """A line of the table as a sentence, for those who hear it."""
    parts = [f"{t.kpi(line.kpi)}: {t.figure(line.figure.value, line.kpi.unit, facts.currency)}"]
    parts += filter(None, (_standing(line, facts, t), t.change(line.change, in_points=is_in_points(line.kpi))))
    return f"{'; '.join(parts)}."


def _read_at(facts: PostFacts, t: Translator) -> list[str]:
    """When the figures were read, and what a change is against where there is one."""
    if not facts.lines:
        return []
    as_of = t("checkins.team.as_of", moment=t.moment(facts.read_at, facts.zone), zone=facts.zone)
    return [as_of, t("checkins.team.compared")] if any(line.change is not None for line in facts.lines) else [as_of]


def _rows(facts: PostFacts, t: Translator) -> list[list[str]]:
    """Three columns, which is what a phone shows without being pushed sideways; two where nothing has a target."""
    figure = "changed" if any(line.change is not None for line in facts.lines) else "value"
    columns = ["kpi", figure, *(["target"] if any(line.target for line in facts.lines) else [])]
    head = [t(f"checkins.team.column.{name}") for name in columns]
    return [head, *(_row(line, facts, t)[: len(columns)] for line in facts.lines)]


def _row(line: KpiLine, facts: PostFacts, t: Translator) -> list[str]:
    figure = t.figure(line.figure.value, line.kpi.unit, facts.currency)
    change = t.change(line.change, in_points=is_in_points(line.kpi))
    return [t.kpi(line.kpi), f"{figure} ({change})" if change else figure, _standing(line, facts, t)]


def _standing(line: KpiLine, facts: PostFacts, t: Translator) -> str:
    target = t.standing_target(line, facts.period, facts.run.local_date, facts.currency)
    return ", ".join(filter(None, (target, t.standing_status(line))))


def _reply(facts: PostFacts, part: Part, t: Translator) -> Message:
    blocks, said = _told(facts, part, t)
    return Message(cut("\n".join(said), FALLBACK_TEXT), tuple(blocks))


def _told(facts: PostFacts, part: Part, t: Translator) -> tuple[list[Block], list[str]]:
    """The blocks of one message, and the same in words, escaped."""
    blocks: list[Block] = []
    said: list[str] = []
    if part.blockers:
        title = t("checkins.team.blockers_title")
        blocks.append(section(f"*{title}*"))
        said.append(title)
        for each in part.blockers:
            blocks += _blocker(facts, each, t)
            said += [escape(_line(each)), *([taken_words(each.action, t)] if each.action else [])]
    listings = [(t("checkins.team.progress_title"), part.progress)] if part.progress else []
    for title, people in (*listings, *part.questions):
        blocks.append(
            {"type": "section", "text": plain(title)} if people is not part.progress else section(f"*{title}*")
        )
        blocks += _listing(people)
        said += [escape(title), *(escape(_line(each)) for each in people)]
    return blocks, said


def _blocker(facts: PostFacts, said: Said, t: Translator) -> list[Block]:
    block: Block = {"type": "section", "text": plain(_line(said))}
    if said.action is not None:
        return [block, context(taken_words(said.action, t))]
    carried = ids.pack(run=facts.run.id, member=said.member_id)
    action = ids.sub_id(ids.CHECKIN_BLOCKER_TAKEN, said.member_id)
    label = t("checkins.team.take_label", name=_name(said))
    return [{**block, "accessory": button(t("checkins.team.take"), action, carried, label=label)}]


def taken_words(action: Action, t: Translator) -> str:
    """Who takes it and by when, or that it is done."""
    person = f"<@{action.owner_id}>"
    if action.state is ActionState.DONE:
        return t("checkins.team.taken_done", person=person)
    if action.due_on is None:
        return t("checkins.team.taken", person=person)
    return t("checkins.team.taken_by", person=person, day=t.day(action.due_on))


def _listing(people: Sequence[Said]) -> list[Block]:
    """Names in bold and what they wrote, as rich text: nothing in it is interpreted."""
    return [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": f"{_name(each)}: ", "style": {"bold": True}},
                        {"type": "text", "text": each.text + ("" if each is some[-1] else "\n")},
                    ],
                }
                for each in some
            ],
        }
        for some in (people[start : start + _LISTED] for start in range(0, len(people), _LISTED))
    ]


def _line(said: Said) -> str:
    return f"{_name(said)}: {said.text}"


def _name(said: Said) -> str:
    return cut(" ".join(said.name.split()), NAME_LENGTH)
