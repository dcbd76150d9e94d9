"""The results of a round in words and one picture. What may be shown is decided before; here it is worded.

Every number stands in the text; the chart repeats them.
"""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from bot.domain import enps
from bot.domain.charts import Chart, ChartKind, Series
from bot.domain.enps import Certainty, Change, Interval, Tally
from bot.domain.privacy import Hidden
from bot.domain.surveys import Round
from bot.i18n import Translator
from bot.slack.blocks import Block, Message, context, escape, plain_section, section
from bot.slack.charts import chart_block
from bot.surveys.author_views import progress_line
from bot.surveys.outcomes import LOW_RATE, RoundResults, SurveyResults, TrendPoint, response_rate

COMMENTS_SHOWN = 20
CHART_ROUNDS = 2
"""From so many rounds on the chart shows the trend instead of the one round's classes."""


def survey_message(seen: SurveyResults, t: Translator, zone: str) -> Message:
    """The answer to `/pulse results`: the newest closed round, and how far the running one is."""
    running: tuple[str, ...] = ()
    if seen.running:
        running = (progress_line(seen.running, seen.answered, t, zone), t("surveys.results.after_close"))
    if seen.newest is None:
        text = "\n".join((t("surveys.results.none_closed", handle=seen.survey.handle), *running))
        return Message(text, (section(text),))
    newest = results_message(seen.newest, t, zone)
    if not running:
        return newest
    return Message("\n".join((newest.text, *running)), (*newest.blocks, context("\n".join(running))))


def results_message(results: RoundResults, t: Translator, zone: str) -> Message:
    """One closed round: score, shares, how many answered, how sure it is, what changed, and comments."""
    title = t("surveys.results.title", handle=results.survey.handle, number=results.round.number)
    about = t(
        "surveys.results.about", channel=f"<#{results.survey.channel_id}>", closed=_closed_on(results.round, t, zone)
    )
    lines = _lines(results, t)
    trend = _trend_line(results.trend, t, zone)
    comments = results.comments[:COMMENTS_SHOWN]
    text = [title, about, *lines, *trend]
    blocks: list[Block] = [section(f"*{title}*\n{about}"), section("\n".join((*lines, *trend)))]
    chart = results_chart(results, t, zone)
    if chart:
        blocks.append(chart_block(chart))
    if comments:
        heading = t("surveys.results.comments", count=len(results.comments))
        text += [heading, *(f"• {escape(comment)}" for comment in comments)]
        blocks += [section(f"*{heading}*"), *(plain_section(comment) for comment in comments)]
    if len(results.comments) > COMMENTS_SHOWN:
        more = t("surveys.results.more_comments", count=len(results.comments) - COMMENTS_SHOWN)
        text.append(more)
        blocks.append(context(more))
    return Message("\n".join(text), tuple(blocks))


def results_chart(results: RoundResults, t: Translator, zone: str) -> Chart | None:
    """The trend over rounds, or the classes of this one; None where nothing may be shown."""
    if len(results.trend) >= CHART_ROUNDS:
        return Chart(
            ChartKind.LINE,
            t("surveys.chart.trend"),
            _labels(results.trend, t, zone),
            (Series(t("surveys.chart.score"), tuple(float(round(point.score)) for point in results.trend)),),
            t("surveys.chart.score"),
        )
    counted = results.publication.tally
    if counted is None:
        return None
    return Chart(
        ChartKind.BAR,
        t("surveys.chart.classes"),
        (t("surveys.class.promoters"), t("surveys.class.passives"), t("surveys.class.detractors")),
        (Series(t("surveys.chart.answers"), (counted.promoters, counted.passives, counted.detractors)),),
        t("surveys.chart.answers"),
    )


def _lines(results: RoundResults, t: Translator) -> list[str]:
    published = results.publication
    lines = []
    if published.hidden is Hidden.STILL_OPEN:
        lines.append(t("surveys.results.after_close"))
    elif published.hidden is Hidden.TOO_FEW:
        lines.append(t("surveys.results.too_few", needed=results.round.min_score))
    elif published.alike:
        lines.append(t(f"surveys.alike.{published.alike}"))
    elif published.tally and results.interval:
        lines += _score_lines(published.tally, results.interval, results.certainty, t)
    lines.append(_answered(results, t))
    if results.worst_case:
        silent = t("surveys.results.low_rate", rate=t.percent(LOW_RATE, 0), **_ends(results.worst_case, t))
        lines.append(silent)
    if published.tally:
        lines.append(_change_line(results, t))
    return lines


def _score_lines(counted: Tally, interval: Interval, certainty: Certainty | None, t: Translator) -> list[str]:
    promoters, passives, detractors = enps.shares(counted)
    lines = [
        t("surveys.results.score", score=points(enps.score(counted), t)),
        t("surveys.results.interval", **_ends(interval, t)),
        t("surveys.results.promoters", share=t.percent(promoters, 0), count=counted.promoters),
        t("surveys.results.passives", share=t.percent(passives, 0), count=counted.passives),
        t("surveys.results.detractors", share=t.percent(detractors, 0), count=counted.detractors),
    ]
    if certainty in (Certainty.VERY_UNCERTAIN, Certainty.INDICATIVE):
        lines.insert(2, t(f"surveys.certainty.{certainty}"))
    return lines


def _answered(results: RoundResults, t: Translator) -> str:
    published = results.publication
    rate = t.percent(response_rate(published), 0)
    return t("surveys.results.answered", answers=published.answers, asked=published.asked, rate=rate)


def _change_line(results: RoundResults, t: Translator) -> str:
    if results.compared_with is None:
        return t("surveys.change.first")
    if results.rates_differ:
        return t("surveys.change.rates_differ")
    if results.change is None:
        return t("surveys.change.not_comparable")
    return _change_words(results.change, t)


def _change_words(change: Change, t: Translator) -> str:
    key = "surveys.change.clear" if change.is_clear else "surveys.change.unclear"
    return t(key, points=points(change.points, t))


def _trend_line(trend: tuple[TrendPoint, ...], t: Translator, zone: str) -> list[str]:
    if len(trend) < CHART_ROUNDS:
        return []
    scores = (f"{label}: {points(point.score, t)}" for label, point in zip(_labels(trend, t, zone), trend, strict=True))
    return [t("surveys.results.trend", scores="; ".join(scores))]


def _labels(trend: tuple[TrendPoint, ...], t: Translator, zone: str) -> tuple[str, ...]:
    """The closing dates; with the round's number where two closed on the same day, as categories must differ."""
    labels = [_closed_on(point.round, t, zone) for point in trend]
    often = Counter(labels)
    return tuple(
        f"{label} ({point.round.number})" if often[label] > 1 else label
        for label, point in zip(labels, trend, strict=True)
    )


def _closed_on(closed: Round, t: Translator, zone: str) -> str:
    day: date = (closed.closed_at or closed.closes_at).astimezone(ZoneInfo(zone)).date()
    return t.date(day)


def _ends(interval: Interval, t: Translator) -> dict[str, str]:
    return {"low": points(interval.low, t), "high": points(interval.high, t)}


def points(value: float, t: Translator) -> str:
    """Whole points with their sign."""
    return t.signed(round(value), 0)
