"""The groups of a round beside each other: a table block, and every number in words.

A table cell holds text, nothing live: channels, user groups and managers, which only Slack can name, stand in lines of
text as mentions instead. Which groups may be shown is decided before.
"""

from bot.domain.publications import PublishedSegment
from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import MANAGER, Dimension
from bot.i18n import Translator
from bot.slack.blocks import Block, Message, cut, escape, section, table
from bot.slack.people import is_person
from bot.surveys.outcomes import RoundResults
from bot.surveys.results.question_results import short_value
from bot.surveys.results.result_pages import GROUP_NAME, Groups, shown_segments
from bot.surveys.wording import question_text


def groups_message(results: RoundResults, groups: Groups, t: Translator) -> Message:
    """One question by group; the headline also says how many answered in each, and what is not shown and why."""
    segments = shown_segments(results)
    if not segments:
        return _told(t("surveys.breakdown.none"))
    question = groups.result.question if groups.result else None
    if not groups.is_headline and question is not None:
        return _told(f"*{_by(results, t)}: {escape(question_text(question, t))}*", *_values(results, question, t))
    return _headline(results, segments, question, t)


def dimension_words(breakdown: str, t: Translator) -> str:
    """What the groups are: "By channel", "By department"."""
    dimension, _, name = breakdown.partition(":")
    if breakdown == MANAGER:
        return t("surveys.breakdown.by.manager")
    return t(f"surveys.breakdown.by.{dimension}", name=escape(name))


def _headline(
    results: RoundResults, segments: tuple[PublishedSegment, ...], question: Question | None, t: Translator
) -> Message:
    title = _title(results, question, t)
    lines = [_line(results, each, question, t) for each in segments]
    rest = _not_shown(results, t)
    text = "\n".join((title, *lines, *rest))
    if _is_live(results, segments):
        return Message(text, (section(text),))
    return Message(text, (section(title), _table(segments, question, t), *([section("\n".join(rest))] if rest else [])))


def _title(results: RoundResults, question: Question | None, t: Translator) -> str:
    if question is None or len(results.questions) == 1:
        return f"*{_by(results, t)}*"
    return f"*{_by(results, t)}: {escape(question_text(question, t))}*"


def _by(results: RoundResults, t: Translator) -> str:
    return dimension_words(results.round.definition.breakdown, t)


def _table(segments: tuple[PublishedSegment, ...], question: Question | None, t: Translator) -> Block:
    head = [t("surveys.breakdown.group"), t("surveys.breakdown.answered")]
    rows = [[cut(each.segment, GROUP_NAME), f"{t.number(each.answered)}/{t.number(each.asked)}"] for each in segments]
    if question is not None:
        head.append(_column(question, t))
        rows = [[*row, _value(each, question, t)] for row, each in zip(rows, segments, strict=True)]
    return table([head, *rows], align=("left", "right", "right")[: len(head)])


def _column(question: Question, t: Translator) -> str:
    match question.kind:
        case QuestionKind.ENPS:
            return t("surveys.chart.score")
        case QuestionKind.YES_NO:
            return t("surveys.value.yes")
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            return t("surveys.breakdown.most")
        case _:
            return t("surveys.breakdown.average")


def _line(results: RoundResults, segment: PublishedSegment, question: Question | None, t: Translator) -> str:
    said = {"group": _name(results, segment.segment), "answered": segment.answered, "asked": segment.asked}
    if question is None:
        return t("surveys.breakdown.line_answered", **said)
    value = escape(_value(segment, question, t))
    return t("surveys.breakdown.line", what=_column(question, t), value=value, **said)


def _values(results: RoundResults, question: Question, t: Translator) -> list[str]:
    return [
        t(
            "surveys.breakdown.value",
            group=_name(results, each.segment),
            what=_column(question, t),
            value=escape(_value(each, question, t)),
        )
        for each in shown_segments(results)
    ]


def _value(segment: PublishedSegment, question: Question, t: Translator) -> str:
    one = next((each for each in segment.questions if each.question_id == question.id), None)
    if one is None or one.hidden is not None or not one.counts:
        return t("surveys.breakdown.not_shown")
    return cut(short_value(question, one, t), GROUP_NAME)


def _not_shown(results: RoundResults, t: Translator) -> list[str]:
    published, lines = results.published, []
    more = len(published.segments) - len(shown_segments(results))
    if more:
        lines.append(t("surveys.breakdown.more", count=more))
    if published.segments_hidden:
        lines.append(t("surveys.breakdown.hidden", count=published.segments_hidden, asked=published.hidden_asked))
    elif published.hidden_asked:
        lines.append(t("surveys.breakdown.without", count=published.hidden_asked))
    return lines


def _is_live(results: RoundResults, segments: tuple[PublishedSegment, ...]) -> bool:
    """Whether Slack is to say the names of the groups."""
    dimension = results.round.definition.breakdown
    if dimension == MANAGER:
        return any(is_person(each.segment) for each in segments)
    return dimension in (Dimension.CHANNEL, Dimension.GROUP)


def _name(results: RoundResults, segment: str) -> str:
    dimension = results.round.definition.breakdown
    if dimension == Dimension.CHANNEL:
        return f"<#{segment}>"
    if dimension == Dimension.GROUP:
        return f"<!subteam^{segment}>"
    if dimension == MANAGER and is_person(segment):
        return f"<@{segment}>"
    return escape(cut(segment, GROUP_NAME))


def _told(*lines: str) -> Message:
    text = "\n".join(lines)
    return Message(text, (section(text),))
