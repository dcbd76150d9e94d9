"""The results of a round as messages: one, or several where they are long (`result_pages`). What may be shown is
decided before; here it is worded. Every number stands in the text; chart and table repeat them.
"""

from bot.domain.questions import QuestionKind
from bot.domain.surveys import NamedAnswer, Survey
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, cut, escape, plain_section, section
from bot.slack.charts import chart_block, is_drawable
from bot.surveys.author_views import progress_line
from bot.surveys.outcomes import LOW_RATE, QuestionResult, RoundResults, SurveyResults, response_rate
from bot.surveys.results.action_views import action_parts
from bot.surveys.results.breakdown_views import groups_message
from bot.surveys.results.question_results import common_lines, question_lines
from bot.surveys.results.result_pages import TEXT_SHOWN, Comment, Groups, Item, has_too_few, pages
from bot.surveys.results.results_charts import closed_on, course_words, results_chart
from bot.surveys.wording import audience_words, definition_title, question_text, receivers_words, value_words


def survey_message(seen: SurveyResults, t: Translator, zone: str, page: int = 0) -> Message:
    """The answer to `/pulse results`: a page of the newest closed round, and how far the running one is."""
    running: tuple[str, ...] = ()
    if seen.running:
        running = (progress_line(seen.running, seen.answered, t, zone), t("surveys.results.after_close"))
    if seen.newest is None:
        text = "\n".join((t("surveys.results.none_closed", handle=seen.survey.handle), *running))
        return Message(text, (section(text),))
    newest, count = results_message(seen.newest, t, zone, page), page_count(seen.newest)
    turning = _turning(seen.survey, min(page, count - 1), count, t)
    said = (context("\n".join(running)),) if running else ()
    return Message("\n".join((newest.text, *running)), (*newest.blocks, *said, *turning))


def page_count(results: RoundResults) -> int:
    """How many messages the results of a round are."""
    return len(pages(results))


def results_message(
    results: RoundResults, t: Translator, zone: str, page: int = 0, *, is_private: bool = True, is_last: bool = False
) -> Message:
    """One message of a closed round (a page beyond the last is the last). In private it has the buttons of who may say
    what follows. `is_last`: no more are sent, so it says how the rest is read."""
    found = pages(results)
    page = min(page, len(found) - 1)
    parts = [_head(results, page, len(found), t, zone)]
    parts += _items(results, found[page], t)
    if page == 0:
        chart = results_chart(results, t, zone)
        if chart is not None and is_drawable(chart):
            words = course_words(results.trend, t, zone)
            parts.append(
                Message("\n".join(words), (*([section("\n".join(words))] if words else []), chart_block(chart)))
            )
        parts.append(action_parts(results, t, with_buttons=is_private and results.may_act))
    if is_last and page < len(found) - 1:
        more = t("surveys.results.rest", count=len(found) - 1 - page, handle=results.survey.handle, page=page + 2)
        parts.append(Message(more, (context(more),)))
    return _joined(parts)


def _head(results: RoundResults, page: int, count: int, t: Translator, zone: str) -> Message:
    """Which round of which survey, who was asked, and how many answered."""
    about = t(
        "surveys.results.about",
        channel=audience_words(results.round.definition.audience, t, in_channel=results.in_channel),
        closed=closed_on(results.round, t, zone),
    )
    said = {"handle": results.survey.handle, "number": results.round.number}
    if page:
        title = t("surveys.results.page", part=page + 1, parts=count, **said)
        return Message(f"{title}\n{about}", (section(f"*{title}*\n{about}"),))
    title = t("surveys.results.title", **said)
    name = "" if results.round.definition.is_one_question else definition_title(results.round.definition, t)
    lines = [
        *([escape(name)] if name and name != results.survey.handle else []),
        about,
        *_answered(results, t),
        *common_lines(results, t),
    ]
    return Message("\n".join((title, *lines)), (section("\n".join((f"*{title}*", *lines))),))


def _answered(results: RoundResults, t: Translator) -> list[str]:
    published = results.published
    rate = response_rate(published.answered, published.asked)
    lines = [t("surveys.results.answered", answers=published.answered, asked=published.asked, rate=t.percent(rate, 0))]
    is_named = results.round.definition.is_named
    has_bounds = any(each.question.kind is QuestionKind.ENPS and each.published.counts for each in results.questions)
    if has_too_few(results):
        if published.answered or not is_named:  # where nobody answered, a reader of names misses nothing
            lines.append(t("surveys.results.too_few", needed=results.round.min_score))
    elif rate < LOW_RATE and not has_bounds:
        lines.append(t("surveys.results.few_answered", rate=t.percent(LOW_RATE, 0)))
    if is_named and not results.people and published.answered:
        receivers = receivers_words(results.round.definition, t)
        lines.append(t("surveys.results.names_elsewhere", receivers=receivers))
    return lines


def _items(results: RoundResults, page: tuple[Item, ...], t: Translator) -> list[Message]:
    parts: list[Message] = []
    people: list[NamedAnswer] = []
    for at, item in enumerate(page):
        match item:
            case QuestionResult():
                parts.append(_question(results, item, t))
            case Groups():
                parts.append(groups_message(results, item, t))
            case Comment():
                parts += _comment(results, item, t, is_first_here=not at or not isinstance(page[at - 1], Comment))
            case NamedAnswer():
                people.append(item)
    return [*parts, *_people(results, people, t)]


def _question(results: RoundResults, result: QuestionResult, t: Translator) -> Message:
    lines = question_lines(results, result, t)
    if not results.round.definition.is_one_question:
        lines.insert(0, f"*{_numbered(results, result, t)}*")
    text = "\n".join(lines)
    return Message(text, (section(text),))


def _numbered(results: RoundResults, result: QuestionResult, t: Translator) -> str:
    text = escape(question_text(result.question, t))
    return f"{results.questions.index(result) + 1}. {text}" if len(results.questions) > 1 else text


def _comment(results: RoundResults, comment: Comment, t: Translator, *, is_first_here: bool) -> list[Message]:
    """What somebody wrote, under a heading where it begins, or goes on in another message."""
    said = Message(f"• {cut(escape(comment.text), TEXT_SHOWN)}", (plain_section(comment.text),))
    if not comment.is_first and not is_first_here:
        return [said]
    result = next(each for each in results.questions if each.question.id == comment.question.id)
    heading = t("surveys.results.comments", count=len(result.comments))
    if not results.round.definition.is_one_question:
        heading = t("surveys.results.comments_on", question=_numbered(results, result, t), comments=heading)
    return [Message(heading, (section(f"*{heading}*"),)), said]


def _people(results: RoundResults, answers: list[NamedAnswer], t: Translator) -> list[Message]:
    """Who answered what, person by person."""
    if not answers:
        return []
    heading = t("surveys.results.people")
    parts = [Message(heading, (section(f"*{heading}*"),))]
    for member_id in dict.fromkeys(each.member_id for each in answers):
        lines = [_named_line(results, each, t) for each in answers if each.member_id == member_id]
        text = "\n".join((f"<@{member_id}>", *lines))
        parts.append(Message(text, (section(text),)))
    return parts


def _named_line(results: RoundResults, answer: NamedAnswer, t: Translator) -> str:
    order = [each.question.id for each in results.questions]
    at = order.index(answer.question_id)
    value = "" if answer.value is None else escape(value_words(results.questions[at].question, answer.value, t))
    said = " – ".join(part for part in (value, cut(escape(answer.text), TEXT_SHOWN)) if part)
    return f"{at + 1}. {said}" if len(order) > 1 else f"• {said}"


def _turning(survey: Survey, page: int, count: int, t: Translator) -> tuple[Block, ...]:
    """The buttons to the pages around this one."""
    wanted = [(each, key) for each, key in ((page - 1, "surveys.results.back"), (page + 1, "surveys.results.next"))]
    buttons = [
        button(t(key), ids.sub_id(ids.SURVEY_RESULTS_PAGE, each), ids.pack(survey=survey.id, page=each))
        for each, key in wanted
        if 0 <= each < count
    ]
    return (actions(buttons),) if buttons else ()


def _joined(parts: list[Message]) -> Message:
    return Message(
        "\n".join(part.text for part in parts if part.text), tuple(block for part in parts for block in part.blocks)
    )
