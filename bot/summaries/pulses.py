"""Reading what people said, as far as it was decided at each round's close that it may be told, and never computed
anew: the same round says the same in every summary. No words here.

A channel is told only of rounds that asked exactly its members, as it was promised to those who answered
(`surveys.why.summary`): the eNPS; and the other questions only where they were told besides that this channel gets the
results. Whom a round asked is frozen in it; its survey may ask others by now.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain import averages, enps, privacy
from bot.domain.catalogue import Catalogue
from bot.domain.comovement import LEAST_PERIODS, Paired, together
from bot.domain.enps import Change
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.privacy import Publication, same_question
from bot.domain.publications import PublishedQuestion
from bot.domain.questions import Question, QuestionKind
from bot.domain.scoreboard import KpiLine
from bot.domain.summaries import SummaryDefinition
from bot.domain.surveys import Round, RoundFacts, RoundState, Survey
from bot.scoreboard import read_figures
from bot.summaries.facts import EnpsTrend, Pulse, PulseMeans, QuestionMean, Together
from storage import UnitOfWork

PULSE_DAYS = 35
"""A round that closed longer ago than this many days, or than the summary's own period and a week, is no news any
more."""
A_DAYS_NEWS = 3
"""In a summary of every day, after so many."""
RATES_APART = 20
"""Rounds whose response rates lie further apart than this (in percentage points) are not compared."""
TREND_ROUNDS = 12
TREND_FROM = 3
PAIRED_ROUNDS = 52
_LONGEST_WEEKLY, _LONGEST_MONTHLY = 20, 60
"""Rounds up to so many days apart are held against weeks, and against months; rarer ones against quarters."""

Told = Sequence[tuple[Survey, Sequence[Round]]]
"""The surveys that may be told of, each with its closed rounds that may, newest first."""


class InPlace(Protocol):
    """The channel and zone a summary is made for."""

    @property
    def channel_id(self) -> str: ...
    @property
    def zone(self) -> str: ...


def told_surveys(db: UnitOfWork, channel_id: str, definition: SummaryDefinition, now: datetime) -> Told:
    """The surveys a channel's summary may tell of, with what was closed by `now` (UTC); none in no channel. Its
    definition can only name fewer of them, never others."""
    if not (definition.shows_surveys and channel_id):
        return []
    found = []
    for survey in db.surveys.all():
        if definition.survey_ids and survey.id not in definition.survey_ids:
            continue
        rounds = db.rounds.of_survey(survey.id)
        closed = [each for each in rounds if each.state is RoundState.CLOSED and _closed_at(each) <= now]
        if closed and closed[0].published is not None and _channel_of(closed[0]) == channel_id:
            told = [each for each in closed if each.published is not None and _channel_of(each) == channel_id]
            found.append((survey, told))
    return found


def read_pulses(db: UnitOfWork, surveys: Told, now: datetime, channel_id: str, period: Period) -> Iterator[Pulse]:
    """The eNPS of each survey's newest closed round, where it asked that question and closed lately."""
    for _, rounds in surveys:
        closed = rounds[0]
        if closed.definition.enps is None or not _is_news(closed, now, period):
            continue
        published = _published(closed)
        if published.tally is None:
            yield Pulse(channel_id, closed, published)
        else:
            yield Pulse(channel_id, closed, published, enps.interval(published.tally), _change(db, closed, published))


def read_means(surveys: Told, now: datetime, channel_id: str, period: Period) -> Iterator[PulseMeans]:
    """The questions of agreement of each survey's newest closed round that was given to this channel and closed
    lately."""
    for survey, rounds in surveys:
        closed = rounds[0]
        asked = [each for each in closed.questions if each.kind is QuestionKind.AGREEMENT]
        if asked and _is_given(closed, channel_id) and _is_news(closed, now, period):
            means = (_mean(closed, each) for each in asked)
            yield PulseMeans(_name(survey, closed), closed, tuple(each for each in means if each is not None))


def read_enps_trend(surveys: Told, now: datetime, place: InPlace, period: Period) -> EnpsTrend | None:
    """The scores of the first survey whose newest round is news, where at least TREND_FROM rounds on its scale show
    one."""
    for _, rounds in surveys:
        if not _is_news(rounds[0], now, period):
            continue
        scored = [(each, score) for each in rounds if (score := _enps(each, rounds[0])) is not None]
        if len(scored) >= TREND_FROM:
            latest = scored[:TREND_ROUNDS][::-1]
            days = tuple(_closed_at(each).astimezone(ZoneInfo(place.zone)).date() for each, _ in latest)
            return EnpsTrend(days, tuple(round(score) for _, score in latest))
    return None


def read_together(
    db: UnitOfWork, kpis: Catalogue, surveys: Told, lines: Sequence[KpiLine], place: InPlace, today: date
) -> list[Together]:
    """What people said and the KPIs shown that moved together. Only published scores count; a round without one is left
    out, and so is a period that is not over."""
    examined: list[Paired[tuple[str, str]]] = []
    asked: dict[str, Question | None] = {}
    by_key = {line.kpi.key: line.kpi for line in lines}
    for survey, rounds in surveys:
        latest = rounds[:PAIRED_ROUNDS]
        if len(latest) < LEAST_PERIODS:
            continue
        periods = _periods_of(latest, place.zone)
        for name, question, values in _series(survey, latest, place.channel_id):
            told = [(period, value) for period, value in zip(periods, values, strict=True) if value is not None]
            newest_last = {period: value for period, value in reversed(told) if period.last < today}
            known = dict(sorted(newest_last.items(), key=_first))
            if len(known) >= LEAST_PERIODS:
                asked[name] = question
                examined += [_paired(db, kpis, (name, key), known, today) for key in by_key]
    return [Together(asked[each.key[0]], by_key[each.key[1]], each) for each in together(examined)]


def _paired(
    db: UnitOfWork, kpis: Catalogue, key: tuple[str, str], known: dict[Period, float], today: date
) -> Paired[tuple[str, str]]:
    figures = read_figures(db, kpis, key[1], list(known), today)
    both = [
        (said, float(figure.value))
        for said, figure in zip(known.values(), figures, strict=True)
        if figure.value is not None
    ]
    return Paired(key, tuple(said for said, _ in both), tuple(value for _, value in both))


def _series(
    survey: Survey, rounds: Sequence[Round], channel_id: str
) -> Iterator[tuple[str, Question | None, list[float | None]]]:
    """What people said round by round (newest first, as the rounds): the eNPS, and each question of agreement that the
    newest round asked."""
    newest = rounds[0]
    if newest.definition.enps is not None:
        yield f"{survey.id}:enps", None, [_enps(each, newest) for each in rounds]
    for question in newest.questions:
        if question.kind is QuestionKind.AGREEMENT:
            values = [_mean_of(each, newest, question, channel_id) for each in rounds]
            yield f"{survey.id}:{question.id}", question, values


def _periods_of(rounds: Sequence[Round], zone: str) -> list[Period]:
    """The week, month or quarter each round began in, by how far apart they are. Of two in one the newer counts: it
    comes first."""
    days = [each.opened_at.astimezone(ZoneInfo(zone)).date() for each in rounds]
    apart = median((later - earlier).days for later, earlier in pairwise(days))
    rare = PeriodKind.MONTH if apart <= _LONGEST_MONTHLY else PeriodKind.QUARTER
    kind = PeriodKind.WEEK if apart <= _LONGEST_WEEKLY else rare
    return [containing(day, kind) for day in days]


def _first(known: tuple[Period, float]) -> date:
    return known[0].first


def _enps(closed: Round, newest: Round) -> float | None:
    """The published score, if it is on the scale of the newest round's."""
    tally = _published(closed).tally
    return enps.score(tally) if tally is not None and closed.scale == newest.scale else None


def _mean_of(closed: Round, newest: Round, question: Question, channel_id: str) -> float | None:
    """The published mean of the same question in another round, if that was given to this channel."""
    if not _is_given(closed, channel_id):
        return None
    for each in closed.questions:
        if same_question(newest.survey_id, question, closed.survey_id, each):
            found = _mean(closed, each)
            return found.mean if found is not None else None
    return None


def _mean(closed: Round, question: Question) -> QuestionMean | None:
    """What was decided of a question; None where nothing was."""
    one: PublishedQuestion | None = closed.published.question(question.id) if closed.published else None
    if one is None:
        return None
    if one.alike is not None and one.hidden is None:
        return QuestionMean(question, one.answers, span=privacy.value_range(question, one.alike))
    if one.hidden is not None or not one.counts:
        return QuestionMean(question, one.answers)
    interval = averages.mean_interval(one.counts, question.low, question.high)
    return QuestionMean(question, one.answers, averages.mean(one.counts), interval)


def _change(db: UnitOfWork, closed: Round, published: Publication) -> Change | None:
    """The change since the round before, where both asked the same channel and are published, on one scale, and
    answered by like shares."""
    earlier = db.rounds.previous_closed(closed.survey_id, closed.number)
    if earlier is None or _channel_of(earlier) != _channel_of(closed):
        return None
    if earlier.scale != closed.scale or published.tally is None:
        return None
    compared = _published(earlier)
    if compared.tally is None or abs(_rate(compared) - _rate(published)) > RATES_APART:
        return None
    return enps.compare(compared.tally, published.tally)


def _name(survey: Survey, closed: Round) -> str:
    return closed.definition.title or survey.handle


def _channel_of(closed: Round) -> str:
    """The channel whose members it asked, if they were exactly whom it asked; else ""."""
    return closed.definition.audience.only_channel


def _is_given(closed: Round, channel_id: str) -> bool:
    """Whether those who answered were told that this channel gets the results."""
    return closed.definition.receivers.channel_id == channel_id


def _is_news(closed: Round, now: datetime, period: Period) -> bool:
    """For a day with days off after it as much longer: nothing is posted on those."""
    days = A_DAYS_NEWS + period.days - 1 if period.kind is PeriodKind.DAY else max(PULSE_DAYS, period.days + 7)
    return now - timedelta(days=days) <= _closed_at(closed) <= now


def _closed_at(closed: Round) -> datetime:
    return closed.closed_at or closed.closes_at


def _published(closed: Round) -> Publication:
    """What was decided at its close."""
    return privacy.publication(RoundFacts(closed, closed.answered or 0))


def _rate(published: Publication) -> float:
    return 100 * published.answers / published.asked if published.asked else 0.0
