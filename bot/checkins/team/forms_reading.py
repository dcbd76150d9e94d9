"""What was typed and chosen in the forms of team check-ins, as values, or what is wrong with it by input. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.checkins.team.facts import AnswerForm, Filled, Wish
from bot.checkins.team.forms import POST_EMPTY, QUESTION_LENGTH, TITLE_LENGTH
from bot.checkins.team.templates import PERIODS, SENTENCES, items_of
from bot.domain.checkins import ANSWER_LENGTH, CheckinDefinition, ItemKind
from bot.domain.entries import Confidence
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, Rule, dates, instant
from bot.domain.values import AmbiguousValue
from bot.domain.words import named
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import cut
from bot.typed_values import ambiguous_words, read_entry

Errors = Mapping[str, str]

WHERE_WRONG = {
    "checkins.team.nothing_asked": ids.CHECKIN_SENTENCES_INPUT,
    "checkins.team.too_many": ids.CHECKIN_QUESTIONS_INPUT,
    "checkins.team.window_short": ids.CHECKIN_POSTS_INPUT,
}
"""Under which input a refusal of the whole is told."""


def setup_typed(
    inputs: Mapping[str, str],
    carried: Mapping[str, str],
    before: CheckinDefinition | None,
    now: datetime,
    t: Translator,
) -> Wish | Errors:
    """A check-in as it is wished for. `carried` is what the form carries, `before` the one that is to be changed."""
    errors: dict[str, str] = {}
    zone = carried.get("zone", "")
    try:
        cadence = Cadence(inputs.get(ids.CHECKIN_RHYTHM_INPUT, ""))
        first = date.fromisoformat(inputs.get(ids.CHECKIN_FIRST_INPUT, ""))
        asks_at = time.fromisoformat(inputs.get(ids.CHECKIN_ASKS_INPUT, ""))
        posts_at = time.fromisoformat(inputs.get(ids.CHECKIN_POSTS_INPUT, ""))
        today = now.astimezone(ZoneInfo(zone)).date()
    except (ValueError, KeyError, OSError):
        raise DomainError("core.stale") from None
    if cadence not in PERIODS:
        raise DomainError("core.stale")
    if first < today and first.isoformat() != carried.get("first"):
        errors[ids.CHECKIN_FIRST_INPUT] = t("checkins.team.day_gone", day=first)
    questions = [line.strip() for line in inputs.get(ids.CHECKIN_QUESTIONS_INPUT, "").splitlines() if line.strip()]
    if any(len(each) > QUESTION_LENGTH for each in questions):
        errors[ids.CHECKIN_QUESTIONS_INPUT] = t("checkins.team.question_long", most=QUESTION_LENGTH)
    if errors:
        return errors
    ticked = inputs.get(ids.CHECKIN_SENTENCES_INPUT, "").split(",")
    kpi_keys = tuple(filter(None, inputs.get(ids.CHECKIN_KPIS_INPUT, "").split(",")))
    definition = CheckinDefinition(
        inputs.get(ids.CHECKIN_CHANNEL_INPUT, ""),
        items_of(kpi_keys, tuple(kind for kind in SENTENCES if kind.value in ticked), tuple(map(named, questions))),
        posts_at,
        inputs.get(ids.CHECKIN_LANGUAGE_INPUT, ""),
        title=cut(" ".join(named(inputs.get(ids.CHECKIN_TITLE_INPUT, "")).split()), TITLE_LENGTH),
        template=carried.get("template", ""),
        period=PERIODS[cadence],
        posts_when_empty=POST_EMPTY in inputs.get(ids.CHECKIN_EMPTY_INPUT, "").split(","),
    )
    if before is not None:
        definition = replace(definition, audience=before.audience)
    rule = Rule(cadence, first, asks_at, zone)
    return Wish(definition, rule, carried.get("checkin", ""), seen_of(carried.get("seen", "")))


def rule_text(rule: Rule) -> str:
    """A rule as a form carries it; `rule_of` reads it."""
    return "|".join((rule.cadence, rule.anchor.isoformat(), f"{rule.at:%H:%M}", rule.zone))


def seen_of(text: str) -> datetime | None:
    """What `forms.seen_text` made. Raises DomainError `core.stale` for anything else."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        raise DomainError("core.stale") from None


def rule_of(text: str) -> Rule:
    try:
        cadence, anchor, at, zone = text.split("|")
        rule = Rule(Cadence(cadence), date.fromisoformat(anchor), time.fromisoformat(at), zone)
        instant(next(iter(dates(rule, rule.anchor))), rule.at, rule.zone)
    except (ValueError, KeyError, OSError):
        raise DomainError("core.stale") from None
    return rule


def answer_typed(inputs: Mapping[str, str], asked: AnswerForm, t: Translator, currency: str) -> Filled | Errors:
    """An answer. A value that was given before and is no longer there is taken back."""
    errors: dict[str, str] = {}
    values: dict[str, Decimal | None] = {}
    texts: dict[str, str] = {}
    confidence: Confidence | None = None
    for item in asked.run.definition.items:
        typed = inputs.get(item.id, "").strip()
        kpi = asked.kpis.get(item.id)
        if item.kind is ItemKind.CONFIDENCE:
            confidence = Confidence(typed) if typed in list(Confidence) else None
        elif item.kind is not ItemKind.KPI and typed:
            texts[item.id] = cut(named(typed), ANSWER_LENGTH)
        elif kpi is not None and typed:
            try:
                value = read_entry(typed, kpi, t, currency)
            except DomainError as refusal:
                errors[item.id] = t(refusal.key, **refusal.values)
                continue
            if isinstance(value, AmbiguousValue):
                errors[item.id] = ambiguous_words(value, kpi, t, currency)
            else:
                values[kpi.key] = value
        elif item.kind is ItemKind.KPI and typed:  # retired or made private while the form was open
            errors[item.id] = t("checkins.team.kpi_gone")
        elif kpi is not None and asked.known[item.id].given is not None:
            values[kpi.key] = None
    return errors or Filled(values, confidence, texts)
