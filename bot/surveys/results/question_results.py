"""What came out of one question, in sentences, and why it is not shown. What may be shown is decided before; here it is
worded. Every line is mrkdwn, with what people wrote in it escaped."""

from decimal import Decimal

from bot.domain import averages, enps
from bot.domain.enps import EnpsClass, Interval
from bot.domain.privacy import value_range
from bot.domain.publications import Hidden, PublishedQuestion
from bot.domain.questions import HUNDREDTHS, Question, QuestionKind
from bot.i18n import Translator
from bot.slack.blocks import escape
from bot.surveys.outcomes import LOW_RATE, Comparison, Missing, QuestionResult, RoundResults, response_rate
from bot.surveys.results.courses import SCALES, value_of
from bot.surveys.wording import option_texts, value_words

MEAN_DECIMALS = 2
FEW = 10
"""Fewer answers than that make a number very uncertain, and..."""
SOME = 30
"""...fewer than that an indication."""
_ALIKE = (EnpsClass.DETRACTOR, EnpsClass.PASSIVE, EnpsClass.PROMOTER)


def question_lines(results: RoundResults, result: QuestionResult, t: Translator) -> list[str]:
    """Everything there is to say of a question of a round but what people wrote, and what holds for all questions of a
    round alike (see `common_lines`)."""
    question, shown = result.question, result.published
    is_alone = len(results.questions) == 1
    if question.kind is QuestionKind.TEXT:
        return [_text_line(results, shown, t)]
    counted = [] if is_alone else [t("surveys.results.of_question", count=shown.answers)]
    if shown.hidden is not None:
        return [hidden_words(shown.hidden, results, t), *counted]
    if shown.alike is not None:
        return [_alike_words(question, shown.alike, t), *counted]
    if not shown.counts:
        return [t("surveys.results.too_few", needed=results.round.min_score)]
    lines = [*_result_lines(question, shown, certainty_lines(shown.answers, t) if is_alone else [], t), *counted]
    if question.kind is QuestionKind.ENPS:
        lines += _low_rate(results, shown, question, t)
    if result.comparison is not None and (is_alone or result.comparison.missing is not Missing.FIRST):
        lines.append(change_words(question, result.comparison, t))
    return lines


def common_lines(results: RoundResults, t: Translator) -> list[str]:
    """What is said once of a round with several questions: how sure its numbers are, and that none of its questions
    was asked before."""
    counted = [each for each in results.questions if each.published.counts]
    if len(results.questions) == 1 or not counted:
        return []
    lines = certainty_lines(results.published.answered, t)
    if all(each.comparison is not None and each.comparison.missing is Missing.FIRST for each in counted):
        lines.append(t(f"surveys.change.{Missing.FIRST}"))
    return lines


def certainty_lines(answers: int, t: Translator) -> list[str]:
    """Nothing from 30 answers on."""
    if answers < FEW:
        return [t("surveys.certainty.very_uncertain")]
    return [t("surveys.certainty.indicative")] if answers < SOME else []


def hidden_words(hidden: Hidden, results: RoundResults, t: Translator) -> str:
    """Why a question shows no result."""
    if hidden is Hidden.STILL_OPEN:
        return t("surveys.results.after_close")
    if hidden is Hidden.TOO_FEW:
        return t("surveys.results.too_few", needed=results.round.min_score)
    return t("surveys.results.too_close" if hidden is Hidden.TOO_CLOSE else "surveys.results.unsound")


def change_words(question: Question, comparison: Comparison, t: Translator) -> str:
    """What changed since the round before that asked it, or why that cannot be said."""
    change = comparison.change
    if change is None:
        return t(f"surveys.change.{comparison.missing}")
    if question.kind is QuestionKind.ENPS:
        key = "surveys.change.clear" if change.is_clear else "surveys.change.unclear"
        return t(key, points=points(change.points, t))
    moved = change.points
    if question.kind is QuestionKind.YES_NO:
        key = "surveys.change.share_clear" if change.is_clear else "surveys.change.share_unclear"
        return t(key, points=points(100 * moved, t))
    key = "surveys.change.mean_clear" if change.is_clear else "surveys.change.mean_unclear"
    return t(key, change=t.signed(_rounded(moved), MEAN_DECIMALS))


def short_value(question: Question, shown: PublishedQuestion, t: Translator) -> str:
    """A result in a word, for a table: the score, the mean, the share of yes, the option most often chosen."""
    match question.kind:
        case QuestionKind.ENPS:
            return points(value_of(question, shown), t)
        case QuestionKind.YES_NO:
            return t.percent(100 * value_of(question, shown), 0)
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            return value_words(question, max(shown.counts, key=lambda each: (shown.counts[each], -each)), t)
        case _:
            return mean_words(value_of(question, shown), t)


def points(value: float, t: Translator) -> str:
    """Whole points with their sign."""
    return t.signed(round(value), 0)


def mean_words(value: float, t: Translator) -> str:
    return t.number(_rounded(value), MEAN_DECIMALS)


def _result_lines(question: Question, shown: PublishedQuestion, certainty: list[str], t: Translator) -> list[str]:
    match question.kind:
        case QuestionKind.ENPS:
            return _score_lines(question, shown, certainty, t)
        case QuestionKind.AGREEMENT | QuestionKind.STARS:
            return _scale_lines(question, shown, certainty, t)
        case QuestionKind.NUMBER:
            return _number_lines(question, shown, certainty, t)
        case QuestionKind.YES_NO:
            yes = shown.counts.get(1, 0)
            return [_share_line(value_words(question, value, t), count, shown.answers, t) for value, count in
                    ((1, yes), (0, shown.answers - yes))]  # fmt: skip
        case _:
            return _option_lines(question, shown, t)


def _score_lines(question: Question, shown: PublishedQuestion, certainty: list[str], t: Translator) -> list[str]:
    counted = enps.tally(shown.counts, question.scale)
    promoters, passives, detractors = enps.shares(counted)
    return [
        t("surveys.results.score", score=points(enps.score(counted), t)),
        _between(enps.interval(counted), t),
        *certainty,
        t("surveys.results.promoters", share=t.percent(promoters, 0), count=counted.promoters),
        t("surveys.results.passives", share=t.percent(passives, 0), count=counted.passives),
        t("surveys.results.detractors", share=t.percent(detractors, 0), count=counted.detractors),
    ]


def _scale_lines(question: Question, shown: PublishedQuestion, certainty: list[str], t: Translator) -> list[str]:
    lines = [t("surveys.results.mean", mean=mean_words(value_of(question, shown), t), high=question.high)]
    lines += _mean_between(question, shown, certainty, t)
    if question.kind is QuestionKind.AGREEMENT:
        favourable = averages.shares(shown.counts, question.low, question.high)
        lines.append(
            t("surveys.results.favourable", high=t.percent(favourable.high, 0), low=t.percent(favourable.low, 0))
        )
    steps = range(question.low, question.high + 1)
    spread = ", ".join(t("surveys.results.step", value=each, count=shown.counts.get(each, 0)) for each in steps)
    return [*lines, t("surveys.results.spread", spread=spread)]


def _number_lines(question: Question, shown: PublishedQuestion, certainty: list[str], t: Translator) -> list[str]:
    mean = mean_words(value_of(question, shown), t)
    return [t("surveys.results.mean_number", mean=mean), *_mean_between(question, shown, certainty, t)]


def _mean_between(question: Question, shown: PublishedQuestion, certainty: list[str], t: Translator) -> list[str]:
    is_scale = question.kind in SCALES
    found = averages.mean_interval(
        shown.counts, question.low if is_scale else None, question.high if is_scale else None
    )
    unit = 1 if is_scale else HUNDREDTHS
    if found is None:
        return certainty
    ends = {"low": mean_words(found.low / unit, t), "high": mean_words(found.high / unit, t)}
    return [t("surveys.results.interval", **ends), *certainty]


def _option_lines(question: Question, shown: PublishedQuestion, t: Translator) -> list[str]:
    """The options, the one chosen most often first; those that nobody chose come last."""
    is_several = question.kind is QuestionKind.CHOICES
    counts = {at: shown.counts.get(2**at if is_several else at, 0) for at in range(len(question.options))}
    texts = option_texts(question, t)
    ordered = sorted(counts, key=lambda at: (-counts[at], at))
    lines = [_share_line(escape(texts[at]), counts[at], shown.answers, t) for at in ordered]
    return [*lines, t("surveys.results.several")] if is_several else lines


def _share_line(words: str, count: int, answers: int, t: Translator) -> str:
    return t("surveys.results.share", words=words, share=t.percent(response_rate(count, answers), 0), count=count)


def _low_rate(results: RoundResults, shown: PublishedQuestion, question: Question, t: Translator) -> list[str]:
    """What the score could be, had everybody answered: where many did not."""
    asked = results.published.asked
    if response_rate(results.published.answered, asked) >= LOW_RATE:
        return []
    bounds = enps.worst_case(enps.tally(shown.counts, question.scale), asked)
    return [t("surveys.results.low_rate", rate=t.percent(LOW_RATE, 0), **_ends(bounds, t))]


def _alike_words(question: Question, alike: int, t: Translator) -> str:
    if question.kind is QuestionKind.ENPS:
        return t(f"surveys.alike.{_ALIKE[alike]}")
    span = value_range(question, alike)
    if span is None:
        return t("surveys.results.alike")
    return t("surveys.results.alike_range", low=span[0], high=span[1])


def _text_line(results: RoundResults, shown: PublishedQuestion, t: Translator) -> str:
    if shown.hidden in (Hidden.TOO_CLOSE, Hidden.UNSOUND, Hidden.STILL_OPEN):
        return hidden_words(shown.hidden, results, t)
    named = results.round.definition.is_named
    if named and shown.hidden is Hidden.TOO_FEW and not results.people:
        return hidden_words(shown.hidden, results, t)  # what people wrote is shown to this reader at no number
    if shown.hidden is Hidden.TOO_FEW and results.published.answered < results.round.min_comments and not named:
        return t("surveys.results.texts_too_few", needed=results.round.min_comments)
    if not shown.answers:
        return t("surveys.results.no_texts")
    if named:  # they are read person by person, or not at all by who is shown no names
        return t("surveys.results.of_question", count=shown.answers)
    return t("surveys.results.texts", count=shown.answers)


def _between(interval: Interval, t: Translator) -> str:
    return t("surveys.results.interval", **_ends(interval, t))


def _ends(interval: Interval, t: Translator) -> dict[str, str]:
    return {"low": points(interval.low, t), "high": points(interval.high, t)}


def _rounded(value: float) -> Decimal:
    return Decimal(str(round(value, MEAN_DECIMALS)))
