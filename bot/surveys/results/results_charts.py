"""The one picture of a round's results. Its numbers stand in the text too."""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from bot.domain import enps
from bot.domain.charts import Chart, ChartKind, Series
from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import Round
from bot.i18n import Translator
from bot.slack.blocks import escape
from bot.surveys.outcomes import QuestionResult, RoundResults, Trend, TrendPoint
from bot.surveys.results.courses import SCALES
from bot.surveys.results.question_results import MEAN_DECIMALS, mean_words, points
from bot.surveys.wording import question_text, value_words


def results_chart(results: RoundResults, t: Translator, zone: str) -> Chart | None:
    """The course over rounds; without one, how often each answer was given to the first question that may be drawn.
    None where nothing may be shown."""
    if results.trend is not None:
        return _course_chart(results.trend, t, zone)
    drawn = next((each for each in results.questions if each.published.counts and _is_drawn(each.question)), None)
    return _spread_chart(drawn, t) if drawn is not None else None


def course_words(trend: Trend | None, t: Translator, zone: str) -> list[str]:
    """The course in words; nothing where there is none."""
    if trend is None:
        return []
    labels = _labels(trend.points, t, zone)
    scores = "; ".join(f"{label}: {_value(trend, point, t)}" for label, point in zip(labels, trend.points, strict=True))
    if _is_score(trend):
        return [t("surveys.results.trend", scores=scores)]
    about = f"“{escape(question_text(trend.question, t))}”" if trend.question else _driver(trend.driver, t)
    return [t("surveys.results.trend_of", about=about, scores=scores)]


def closed_on(closed: Round, t: Translator, zone: str) -> str:
    """The date of a round: the day it closed, without a time."""
    day: date = (closed.closed_at or closed.closes_at).astimezone(ZoneInfo(zone)).date()
    return t.date(day)


def _course_chart(trend: Trend, t: Translator, zone: str) -> Chart:
    is_score = _is_score(trend)
    values = tuple(
        float(round(point.value)) if is_score else round(point.value, MEAN_DECIMALS) for point in trend.points
    )
    name = t("surveys.chart.score" if is_score else "surveys.breakdown.average")
    title = t("surveys.chart.trend") if is_score else _course_title(trend, t)
    return Chart(ChartKind.LINE, title, _labels(trend.points, t, zone), (Series(name, values),), name, t.language)


def _course_title(trend: Trend, t: Translator) -> str:
    return question_text(trend.question, t) if trend.question else _driver(trend.driver, t)


def _spread_chart(result: QuestionResult, t: Translator) -> Chart:
    question, counts = result.question, result.published.counts
    name = t("surveys.chart.answers")
    if question.kind is QuestionKind.ENPS:
        tally = enps.tally(counts, question.scale)
        labels = tuple(t(f"surveys.class.{each}") for each in ("promoters", "passives", "detractors"))
        values: tuple[int, ...] = (tally.promoters, tally.passives, tally.detractors)
        return Chart(ChartKind.BAR, t("surveys.chart.classes"), labels, (Series(name, values),), name, t.language)
    steps = range(question.low, question.high + 1)
    is_yes_no = question.kind is QuestionKind.YES_NO
    labels = tuple(value_words(question, each, t) if is_yes_no else str(each) for each in steps)
    values = tuple(counts.get(each, 0) for each in steps)
    return Chart(ChartKind.BAR, question_text(question, t), labels, (Series(name, values),), name, t.language)


def _is_drawn(question: Question) -> bool:
    return question.kind in (QuestionKind.ENPS, QuestionKind.YES_NO, *SCALES)


def _is_score(trend: Trend) -> bool:
    return trend.question is not None and trend.question.kind is QuestionKind.ENPS


def _driver(driver: str, t: Translator) -> str:
    key = f"bank.driver.{driver}"
    return t(key) if key in t else driver


def _value(trend: Trend, point: TrendPoint, t: Translator) -> str:
    return points(point.value, t) if _is_score(trend) else mean_words(point.value, t)


def _labels(trend: tuple[TrendPoint, ...], t: Translator, zone: str) -> tuple[str, ...]:
    """The closing dates; with the round's number where two closed on the same day, as categories must differ."""
    labels = [closed_on(point.round, t, zone) for point in trend]
    often = Counter(labels)
    return tuple(
        f"{label} ({point.round.number})" if often[label] > 1 else label
        for label, point in zip(labels, trend, strict=True)
    )
