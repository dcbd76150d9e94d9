"""Reading the KPI commands: from the words after `/kpi log`, `show` or `target` to what is meant, in every language at
once. Nothing is stored or looked up here; whatever cannot be read raises DomainError with one clear sentence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from bot.domain.dates import AmbiguousDate, parse_date, parse_period_kind, parse_weekday
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi, Unit
from bot.domain.periods import Period, PeriodKind, containing, parse_period
from bot.domain.values import AmbiguousValue, named_currency, parse_value
from bot.domain.words import BEFORE_PERIODS, named, shown
from bot.i18n import Translator
from bot.kpis.vocabulary import Part, Split, Vocabulary

MAX_NOTE = 300
"""Characters of a note: it travels inside buttons (2,000 characters) while a question is open."""
MAX_BACK = timedelta(days=90)
DEADLINE_AHEAD = 366

_TOKEN = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>|\S+")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")

Value = Decimal | AmbiguousValue
Day = date | AmbiguousDate


@dataclass(frozen=True, slots=True)
class LogRequest:
    """`/kpi log` as understood. Where `value` or `on` is ambiguous the person is asked before anything is stored.
    `member_id` is None for the person who typed it."""

    kpi: Kpi
    value: Value
    on: Day
    member_id: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShowRequest:
    """`/kpi show` as understood. `has_period` is False where the person named none and this week is meant."""

    kpi: Kpi | None
    period: Period
    has_period: bool
    split: Split | None = None


@dataclass(frozen=True, slots=True)
class TargetRequest:
    """`/kpi target` as understood: either `period` or `deadline`. `member_id` is None for the whole team."""

    kpi: Kpi
    value: Value
    period: PeriodKind | None
    deadline: date | None
    member_id: str | None = None


@dataclass(slots=True)
class _Clauses:
    """A line in its parts: the words before any keyword, those after each keyword, the person mentioned, the note."""

    head: list[str] = field(default_factory=list)
    parts: dict[Part, list[str]] = field(default_factory=dict)
    member_id: str | None = None
    note: str = ""


def parse_log(words: str, vocabulary: Vocabulary, today: date) -> LogRequest:
    """`KPI VALUE [for @user] [on DATE] [note TEXT]`. A date may also just follow the value ("12 kemarin")."""
    clauses = _clauses(words, vocabulary, (Part.FOR, Part.ON, Part.NOTE))
    if not clauses.head:
        raise DomainError("kpis.kpi_missing")
    kpi, rest = vocabulary.required(clauses.head)
    vocabulary.not_derived(kpi)
    if not rest:
        raise value_missing(kpi, vocabulary)
    value, on = _value_and_day(rest, kpi, today, vocabulary, may_end_in_day=Part.ON not in clauses.parts)
    if Part.ON in clauses.parts:
        if not clauses.parts[Part.ON]:
            raise DomainError("kpis.day_missing")
        on = parse_date(" ".join(clauses.parts[Part.ON]), today, vocabulary.t.language)
    return LogRequest(kpi, value, likely_day(on or today, today), clauses.member_id, clauses.note)


def value_missing(kpi: Kpi, vocabulary: Vocabulary) -> DomainError:
    return DomainError("kpis.value_missing", kpi=vocabulary.name(kpi), example=kpi.example)


def _value_and_day(
    tokens: Sequence[str], kpi: Kpi, today: date, vocabulary: Vocabulary, *, may_end_in_day: bool
) -> tuple[Value, Day | None]:
    try:
        return read_entry(" ".join(tokens), kpi, vocabulary.t, vocabulary.currency), None
    except DomainError as refusal:
        for split in range(1, len(tokens)) if may_end_in_day else ():
            try:
                on = parse_date(" ".join(tokens[split:]), today, vocabulary.t.language)
            except DomainError:
                continue
            return read_entry(" ".join(tokens[:split]), kpi, vocabulary.t, vocabulary.currency), on
        raise refusal from None


def read_value(text: str, unit: Unit, language: str, currency: str) -> Value:
    """`parse_value`, and DomainError("kpis.other_currency") where money of another currency than ours is named: "$5" is
    not five rupiah, and nobody here knows the rate."""
    value = parse_value(text, unit, language)
    if named_currency(text) not in (None, currency):
        raise DomainError("kpis.other_currency", text=shown(text), currency=currency)
    return value


def read_entry(text: str, kpi: Kpi, t: Translator, currency: str) -> Value:
    """A value typed for a KPI, by `read_value`. Of several readings only those the KPI takes are left: 1.500 leads are
    fifteen hundred. DomainError `kpis.not_a_count` or `kpis.too_low` where it takes none."""
    value = read_value(text, kpi.unit, t.language, currency)
    readings = value.readings if isinstance(value, AmbiguousValue) else (value,)
    taken = tuple(filter(kpi.takes, readings))
    if not taken:
        key = "kpis.not_a_count" if kpi.whole else "kpis.too_low"
        name = t(f"kpi.{kpi.key}")
        raise DomainError(key, kpi=name, text=shown(text), example=kpi.example, least=kpi.least)
    return taken[0] if len(taken) == 1 else AmbiguousValue(taken)


def check_day(on: date, today: date) -> date:
    """The day, or DomainError where it lies ahead or more than 90 days back."""
    if on > today:
        raise DomainError("kpis.day_ahead", day=on)
    if on < today - MAX_BACK:
        raise DomainError("kpis.day_too_old", day=on, days=MAX_BACK.days)
    return on


def likely_day(on: Day, today: date) -> Day:
    """The day meant: of two readings the only one that values are logged for, or both where both are."""
    if not isinstance(on, AmbiguousDate):
        return check_day(on, today)
    possible = [day for day in on.readings if today - MAX_BACK <= day <= today]
    if len(possible) == 2:
        return on
    return check_day(possible[0] if possible else on.readings[0], today)


def clean_note(text: str) -> str:
    """A note without control characters, people and channels in it by name, as it is shown where Slack draws no
    mentions; DomainError if it is too long."""
    note = _CONTROL.sub(" ", named(text)).strip()
    if len(note) > MAX_NOTE:
        raise DomainError("kpis.note_too_long", limit=MAX_NOTE)
    return note


def parse_show(words: str, vocabulary: Vocabulary, today: date) -> ShowRequest:
    """`[KPI] [PERIOD] [by person|week|month]`, KPI and period in either order. Without a period: this week."""
    tokens, split = _split_off(_TOKEN.findall(words), vocabulary)
    this_week = containing(today, PeriodKind.WEEK)
    if not tokens:
        return ShowRequest(None, this_week, False, split)
    period = _period(tokens, today)
    if period:
        return ShowRequest(None, period, True, split)
    for length in range(len(tokens) - 1, 0, -1):
        kpi = vocabulary.exactly(" ".join(tokens[length:]))
        period = _period(tokens[:length], today) if kpi else None
        if kpi and period:
            return ShowRequest(kpi, period, True, split)
    kpi, rest = vocabulary.required(tokens)
    if not rest:
        return ShowRequest(kpi, this_week, False, split)
    return ShowRequest(kpi, parse_period(" ".join(_without_leading(rest)), today), True, split)


def wanted_of(words: str, vocabulary: Vocabulary, today: date) -> Literal["log", "show"] | None:
    """Which command is wanted by somebody who began with a KPI's name: to show it, where what follows is nothing, a
    period or a breakdown, else to log it. None where no KPI is named in full."""
    found = vocabulary.naming(_TOKEN.findall(words))
    if found is None:
        return None
    kpi, rest = found
    if kpi.is_derived or not rest:
        return "show"
    for wanted, parse in (("log", parse_log), ("show", parse_show)):
        try:
            parse(words, vocabulary, today)
        except DomainError:
            continue
        return "log" if wanted == "log" else "show"
    return "log"


def _split_off(tokens: list[str], vocabulary: Vocabulary) -> tuple[list[str], Split | None]:
    for place, token in enumerate(tokens):
        if token.casefold() in vocabulary.keywords[Part.BY]:
            wish = tokens[place + 1 :]
            split = vocabulary.splits.get(wish[0].casefold()) if wish else None
            if split is None:
                raise DomainError("kpis.split_unclear", text=shown(" ".join(tokens[place:])))
            return tokens[:place] + wish[1:], split
    return tokens, None


def _without_leading(tokens: Sequence[str]) -> Sequence[str]:
    return tokens[1:] if len(tokens) > 1 and tokens[0].casefold() in BEFORE_PERIODS else tokens


def _period(tokens: Sequence[str], today: date) -> Period | None:
    try:
        return parse_period(" ".join(_without_leading(tokens)), today)
    except DomainError:
        return None


def parse_target(words: str, vocabulary: Vocabulary, today: date) -> TargetRequest:
    """`KPI VALUE [per week|month|quarter|year] [by DATE] [for @user]`. SMART: what is missing is named by its letter.
    Without a period or a deadline it is per month."""
    clauses = _clauses(words, vocabulary, (Part.FOR, Part.PER, Part.UNTIL))
    if not clauses.head:
        raise DomainError("kpis.smart_specific")
    kpi, rest = vocabulary.required(clauses.head)
    if not rest:
        raise DomainError("kpis.smart_measurable", kpi=vocabulary.name(kpi))
    if Part.PER in clauses.parts and Part.UNTIL in clauses.parts:
        raise DomainError("kpis.smart_two_times")
    if any(not clauses.parts.get(part, [""]) for part in (Part.PER, Part.UNTIL)):
        raise DomainError("kpis.smart_time_missing")
    value = read_value(" ".join(rest), kpi.unit, vocabulary.t.language, vocabulary.currency)
    if Part.UNTIL in clauses.parts:
        deadline = _deadline(" ".join(clauses.parts[Part.UNTIL]), today, vocabulary.t.language)
        return TargetRequest(kpi, value, None, deadline, clauses.member_id)
    period: PeriodKind | None = PeriodKind.MONTH
    if Part.PER in clauses.parts:
        period = parse_period_kind(" ".join(clauses.parts[Part.PER]))
    if period is None or period is PeriodKind.CUSTOM:
        raise DomainError("kpis.smart_time_bound", text=shown(" ".join(clauses.parts[Part.PER])))
    return TargetRequest(kpi, value, period, None, clauses.member_id)


def _deadline(text: str, today: date, language: str) -> date:
    """A day to come: weekdays and days without a year are the next such, a month or quarter is its last day."""
    try:
        found = parse_date(text, today, language, days_ahead=DEADLINE_AHEAD)
    except DomainError:
        try:
            found = parse_period(text, today).last
        except DomainError:
            raise DomainError("kpis.smart_time_bound", text=shown(text)) from None
    if isinstance(found, AmbiguousDate):
        raise DomainError("kpis.deadline_unclear", text=shown(text), iso=found.readings[0].isoformat())
    if found < today and parse_weekday(text) is not None:
        found += timedelta(days=7)  # "by friday" means the next one
    if found < today:
        raise DomainError("kpis.deadline_past", day=found)
    return found


def _clauses(words: str, vocabulary: Vocabulary, known: tuple[Part, ...]) -> _Clauses:
    """Sorts a line into its parts. A keyword counts only after the first word, so that a KPI may be called anything."""
    found = _Clauses()
    opener = {word: part for part in known for word in vocabulary.keywords[part]}
    current = found.head
    waiting_for_person = ""
    for match in _TOKEN.finditer(words):
        token = match[0]
        part = opener.get(token.casefold().rstrip(":")) if found.head else None
        mention = _MENTION.fullmatch(token)
        if mention:
            if found.member_id not in (None, mention[1]):
                raise DomainError("kpis.one_person")
            found.member_id, waiting_for_person, current = mention[1], "", found.head
        elif waiting_for_person:
            raise DomainError("kpis.person_unclear", text=shown(token))
        elif part is Part.NOTE:
            found.note = clean_note(words[match.end() :])
            break
        elif part is Part.FOR:
            waiting_for_person = token
        elif part is not None:
            if found.parts.get(part):
                raise DomainError("kpis.said_twice", text=shown(token))
            current = found.parts.setdefault(part, [])
        else:
            current.append(token)
    if waiting_for_person:
        raise DomainError("kpis.person_unclear", text=shown(waiting_for_person))
    return found
