"""How a summary says what people said: scores and means with how sure they are and how many answered, and what moved
together with a KPI. What may be said was decided long before. Titles and questions that people wrote are not escaped
here."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain import enps, privacy
from bot.domain.charts import Chart, ChartKind, Series
from bot.domain.enps import Interval
from bot.domain.questions import Question
from bot.domain.surveys import Round
from bot.i18n import own_words
from bot.slack.blocks import cut
from bot.summaries.facts import EnpsTrend, Pulse, PulseMeans, QuestionMean, Together
from bot.summaries.wording import Wording, inside

TITLE_LENGTH = 60
QUESTION_LENGTH = 120
_MANY = 2
_PERCENT = 100


def pulse(each: Pulse, w: Wording) -> str:
    """A round's eNPS with how sure it is, or why there is none."""
    published = each.publication
    said = {
        "channel": f"<#{each.channel_id}>",
        "day": _closed(each.round, w),
        "answered": answered(published.answers, published.asked, w),
    }
    if published.alike is not None:
        bounds = privacy.range_of(published.alike)
        low, high = w.t.points(bounds.low), w.t.points(bounds.high)
        return w.t("summaries.pulse_alike", span=w.t(f"summaries.alike.{published.alike}", low=low, high=high), **said)
    if published.tally is None or each.interval is None:
        return w.t("summaries.pulse_hidden", **said)
    score = _signed(enps.score(published.tally), w)
    low, high = _signed(each.interval.low, w), _signed(each.interval.high, w)
    sentence = w.t("summaries.pulse", score=score, low=low, high=high, **said)
    return f"{sentence} {_pulse_change(each, w)}".rstrip()


def means(each: PulseMeans, w: Wording) -> str:
    """The lowest and the highest of a survey's questions, in a line; the others are in the thread."""
    title = cut(" ".join(each.name.split()), TITLE_LENGTH)
    said = {"title": title, "day": _closed(each.round, w)}
    told = each.told
    if not told:
        return w.t("summaries.means_hidden", **said)
    lowest, highest = told[0], told[-1]
    if len(told) < _MANY:
        return w.t("summaries.means_one", question=_short(lowest.question, w), **_mean(lowest, each, w), **said)
    return w.t(
        "summaries.means",
        low_question=_short(lowest.question, w),
        low_mean=w.t("summaries.mean", **_mean(lowest, each, w)),
        high_question=_short(highest.question, w),
        high_mean=w.t("summaries.mean", **_mean(highest, each, w)),
        **said,
    )


def question_mean(mean: QuestionMean, of: PulseMeans, w: Wording) -> str:
    """One question: its mean with interval and answers, or as much as may be said."""
    question = cut(" ".join(question_text(mean.question, w).split()), QUESTION_LENGTH)
    if mean.mean is not None:
        return f"{question}: {w.t('summaries.mean', **_mean(mean, of, w))}"
    who = answered(mean.answers, of.round.asked, w)
    if mean.span is not None:
        low, high = mean.span
        return f"{question}: {w.t('summaries.mean_span', low=low, high=high, answered=who)}"
    return f"{question}: {w.t('summaries.mean_hidden', answered=who)}"


def question_text(question: Question, w: Wording) -> str:
    """A question as its author wrote it, or as the bank has it."""
    return own_words(question.wording, w.t.language) or w.t(f"bank.{question.bank}")


def answered(answers: int, asked: int, w: Wording) -> str:
    """ "22 of 30 answered (73%)"."""
    share = round(_PERCENT * answers / asked) if asked else 0
    return w.t("summaries.answered", answers=answers, asked=asked, share=w.t.percent(share, 0))


def together(each: Together, w: Wording) -> str:
    """What moved together, how closely and over how long, and that this is no proof."""
    movement = each.movement
    said = w.t("summaries.enps") if each.question is None else w.t("summaries.quoted", text=_question(each.question, w))
    return w.t(
        f"summaries.together.{'same' if movement.r > 0 else 'opposite'}",
        said=said,
        kpi=inside(w.name(each.kpi)),
        strength=w.t(f"summaries.strength.{movement.strength}"),
        r=w.t.number(Decimal(str(round(movement.r, 2))), 2),
        n=movement.periods,
    )


def enps_chart(trend: EnpsTrend, w: Wording) -> Chart:
    labels = tuple(w.t.date(day) for day in trend.days)
    series = (Series(w.t("summaries.enps"), tuple(map(float, trend.scores))),)
    title = w.t("summaries.chart.enps", n=len(labels))
    return Chart(ChartKind.LINE, title, labels, series, language=w.t.language)


def enps_trend(trend: EnpsTrend, w: Wording) -> str:
    """The chart in words."""
    points = [
        w.t("summaries.chart_point", period=w.t.date(day), value=_signed(score, w))
        for day, score in zip(trend.days, trend.scores, strict=True)
    ]
    title = w.t("summaries.chart.enps", n=len(points))
    return w.t("summaries.chart_said", title=title, points="; ".join(points))


def _mean(mean: QuestionMean, of: PulseMeans, w: Wording) -> dict[str, str]:
    assert mean.mean is not None  # chosen by it
    between = mean.interval or Interval(float(mean.question.low), float(mean.question.high))
    return {
        "mean": _one_decimal(mean.mean, w),
        "most": w.t.number(mean.question.high),
        "low": _one_decimal(between.low, w),
        "high": _one_decimal(between.high, w),
        "answered": answered(mean.answers, of.round.asked, w),
    }


def _short(question: Question, w: Wording) -> str:
    """What a question is about, in a word or two; its own words where it has no driver."""
    driver = f"bank.driver.{question.driver}"
    if question.driver and driver in w.t:
        return inside(w.t(driver))
    return w.t("summaries.quoted", text=_question(question, w))


def _question(question: Question, w: Wording) -> str:
    return cut(" ".join(question_text(question, w).split()), QUESTION_LENGTH)


def _pulse_change(each: Pulse, w: Wording) -> str:
    if each.change is None:
        return ""
    key = "summaries.clear_change" if each.change.is_clear else "summaries.no_clear_change"
    return w.t(key, points=_signed(each.change.points, w))


def _closed(closed: Round, w: Wording) -> str:
    at = closed.closed_at or closed.closes_at
    return w.near(at.astimezone(ZoneInfo(w.facts.zone)).date())


def _signed(points: float, w: Wording) -> str:
    return w.t.signed(Decimal(round(points)), 0)


def _one_decimal(number: float, w: Wording) -> str:
    return w.t.number(Decimal(str(round(number, 1))), 1)
