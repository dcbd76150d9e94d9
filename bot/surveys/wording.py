"""The words for questions, answers, audiences and surveys, in a reader's language. Pure, and without any layout.

An author's own wordings come first, in the reader's language if there is one, else in any; then those of the
catalogues. What people wrote is returned as they wrote it: whoever puts it into mrkdwn escapes it.
"""

from collections.abc import Callable, Sequence

from bot.domain.audiences import Audience
from bot.domain.enps import EnpsClass, classify
from bot.domain.questions import Question, QuestionKind, Wording, chosen, number_of, possible
from bot.domain.surveys import Definition, Receivers, Survey
from bot.i18n import Translator

MENTIONED_PEOPLE = 3
"""More people than that are counted instead of mentioned."""
MENTIONED_PLACES = 5
"""More channels or user groups than that are counted."""
NAMED_SCALE = 5
"""The agreement scale that has a word for each of its values."""
DECIMALS = 2

_SECONDS = {
    QuestionKind.ENPS: 15,
    QuestionKind.AGREEMENT: 15,
    QuestionKind.STARS: 10,
    QuestionKind.YES_NO: 10,
    QuestionKind.CHOICE: 20,
    QuestionKind.CHOICES: 25,
    QuestionKind.NUMBER: 25,
    QuestionKind.TEXT: 45,
}
"""About how long people take to answer a question of a kind."""

WHYS = {
    EnpsClass.PROMOTER: "surveys.reason.promoter",
    EnpsClass.PASSIVE: "surveys.reason.passive",
    EnpsClass.DETRACTOR: "surveys.reason.detractor",
}


def question_text(question: Question, t: Translator) -> str:
    """The question as it is asked."""
    return _own(question.wording, t) or (t(f"bank.{question.bank}") if question.bank else question.id)


def option_texts(question: Question, t: Translator) -> tuple[str, ...]:
    """The options of a choice, by position; none for other kinds."""
    return tuple(_own(each, t) for each in question.options)


def scale_words(question: Question, t: Translator) -> tuple[str, str]:
    """What the low and the high end of the question's scale mean; two empty texts for kinds without a scale."""
    match question.kind:
        case QuestionKind.ENPS:
            return t("surveys.ends.enps.low"), t("surveys.ends.enps.high")
        case QuestionKind.AGREEMENT:
            return t("surveys.ends.agreement.low"), t("surveys.ends.agreement.high")
        case QuestionKind.STARS:
            return t("surveys.ends.stars.low"), t("surveys.ends.stars.high")
        case QuestionKind.YES_NO:
            return t("surveys.value.no"), t("surveys.value.yes")
        case _:
            return "", ""


def value_words(question: Question, value: int, t: Translator) -> str:
    """An answer's value in a sentence or a list: "9 of 10", "Yes", "Price, Quality", "2.5"."""
    match question.kind:
        case QuestionKind.YES_NO:
            return t("surveys.value.yes") if value else t("surveys.value.no")
        case QuestionKind.STARS:
            return t("surveys.value.stars", count=value, high=question.high)
        case QuestionKind.CHOICE:
            return option_texts(question, t)[value]
        case QuestionKind.CHOICES:
            options = option_texts(question, t)
            return ", ".join(options[position] for position in chosen(value))
        case QuestionKind.NUMBER:
            return t.number(number_of(value), DECIMALS)
        case _:
            return t("surveys.value.of", value=value, high=question.high)


def offered(question: Question) -> Sequence[int]:
    """The values in the order in which people choose from them: a scale from its low end, "yes" before "no"."""
    values = possible(question)
    return values[::-1] if question.kind is QuestionKind.YES_NO else values


def value_label(question: Question, value: int, t: Translator) -> str:
    """An answer's value as somebody chooses it, where its meaning must stand beside it: "5: strongly agree"."""
    if question.kind in (QuestionKind.YES_NO, QuestionKind.STARS, QuestionKind.CHOICE):
        return value_words(question, value, t)
    if question.kind is QuestionKind.AGREEMENT and question.high == NAMED_SCALE:
        return t("surveys.value.named", value=value, words=t(f"surveys.agreement.{value}"))
    low, high = scale_words(question, t)
    end = {question.low: low, question.high: high}.get(value, "")
    return t("surveys.value.named", value=value, words=end) if end else str(value)


def ends_words(question: Question, t: Translator) -> str:
    """ "0 = not at all likely, 10 = extremely likely"; "" for kinds whose answers speak for themselves."""
    if question.kind not in (QuestionKind.ENPS, QuestionKind.AGREEMENT, QuestionKind.STARS):
        return ""
    low, high = scale_words(question, t)
    return t("surveys.ends", low=question.low, low_words=low, high=question.high, high_words=high)


def why_text(question: Question, value: int | None, t: Translator) -> str:
    """How the reason for an answer is asked: in the author's words, or in those that fit the class of an eNPS answer.
    Only for forms, as it tells that class; None where there is no answer yet."""
    own = _own(question.why_wording, t)
    if own:
        return own
    if question.kind is QuestionKind.ENPS and value is not None:
        return t(WHYS[classify(value, question.scale)])
    return t("surveys.reason.any")


def audience_words(audience: Audience, t: Translator, *, in_channel: bool = False) -> str:
    """Whom a survey asks, as mentions in mrkdwn: "#sales, @support and 4 people". Many are counted. Exceptions are
    counted too, not named: not everybody needs to know who they are. In a channel groups and people are counted only:
    a mention there would call them."""
    groups, people = (0, 0) if in_channel else (MENTIONED_PLACES, MENTIONED_PEOPLE)
    parts = [
        *_few(audience.channels, MENTIONED_PLACES, _channel, "surveys.audience.channels", t),
        *_few(audience.groups, groups, lambda each: f"<!subteam^{each}>", "surveys.audience.groups", t),
        *_few(audience.people, people, _person, "surveys.audience.people", t),
    ]
    if not parts:
        return t("surveys.audience.nobody")
    who = t.listing(parts)
    left_out = len(set(audience.exceptions))
    return t("surveys.audience.except", count=left_out, who=who) if left_out else who


def survey_title(survey: Survey, t: Translator) -> str:
    """What people read above the questions: the author's title, else the name of the template, else the handle."""
    return definition_title(survey.definition, t) or survey.handle


def definition_title(definition: Definition, t: Translator) -> str:
    """As `survey_title`, of a definition whose survey does not matter; "" where there is nothing to call it by."""
    if definition.title or definition.template in ("", "blank"):
        return definition.title
    return t(f"templates.{definition.template}.name")


def level_words(definition: Definition, t: Translator) -> str:
    """How well an answer is kept: with the name, or sealed until the close and unlinkable after it; exactly."""
    if definition.is_named:
        return t("surveys.level.named", people=named_receivers_words(definition, t))
    return t("surveys.level") if definition.size == 1 else t("surveys.level.answers")


def receivers_words(definition: Definition, t: Translator) -> str:
    """Who is given the results, to stand within a sentence: "the person who asks, @Ayu and #sales"."""
    channel_id = definition.receivers.channel_id
    everybody = [t("surveys.receivers.channel", channel=_channel(channel_id))] if channel_id else []
    return t.listing([*_people(definition.receivers, t), *everybody] or [t("surveys.receivers.author")])


def named_receivers_words(definition: Definition, t: Translator) -> str:
    """Who sees names in the results of a survey that shows them: the receivers, but never a channel."""
    return t.listing(_people(definition.receivers, t) or [t("surveys.receivers.author")])


def minutes(questions: Sequence[Question]) -> int:
    """About how many minutes people take for questions, at least one."""
    seconds = sum(_SECONDS[each.kind] for each in questions)
    return max(1, round(seconds / 60))


def _own(wording: Wording, t: Translator) -> str:
    """A wording in the reader's language, else in the first other that has one, else ""."""
    texts = (wording.get(t.language, ""), *wording.values())
    return next((text.strip() for text in texts if text.strip()), "")


def _few(ids: Sequence[str], most: int, mention: Callable[[str], str], counted: str, t: Translator) -> list[str]:
    known = tuple(dict.fromkeys(ids))
    if len(known) > most:
        return [t(counted, count=len(known))]
    return [mention(each) for each in known]


def _people(receivers: Receivers, t: Translator) -> list[str]:
    return [*([t("surveys.receivers.author")] if receivers.author else []), *map(_person, receivers.people)]


def _channel(channel_id: str) -> str:
    return f"<#{channel_id}>"


def _person(member_id: str) -> str:
    return f"<@{member_id}>"
