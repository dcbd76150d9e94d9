"""Reading the KPI commands: from the words after `/kpi log`, `show` or `target` to what is meant, in every language at
once. Nothing is stored or looked up here; whatever cannot be read raises DomainError with one clear sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from bot.domain.dates import AmbiguousDate, parse_date
from bot.domain.entries import Confidence
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.values import AmbiguousValue
from bot.domain.words import named, shown
from bot.kpis.vocabulary import Part, Vocabulary
from bot.typed_values import read_entry

MAX_NOTE = 300
"""Characters of a note: it travels inside buttons (2,000 characters) while a question is open."""
MAX_BACK = timedelta(days=90)

TOKEN = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>|\S+")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")

_LOGGED = (Part.FOR, Part.ON, Part.CONFIDENCE, Part.NOTE)

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
    confidence: Confidence | None = None


@dataclass(slots=True)
class Clauses:
    """A line in its parts: the words before any keyword, those after each keyword, the person mentioned, the note, and
    how sure the person is."""

    head: list[str] = field(default_factory=list)
    parts: dict[Part, list[str]] = field(default_factory=dict)
    member_id: str | None = None
    note: str = ""
    confidence: Confidence | None = None


def parse_log(words: str, vocabulary: Vocabulary, today: date) -> LogRequest:
    """`KPI VALUE [for @user] [on DATE] [confidence HOW] [note TEXT]`. The order is free: "12 leads kemarin", "kemarin
    leads 12", "on monday leads 12" say the same; only the note comes last."""
    clauses = split_clauses(words, vocabulary, _LOGGED, may_lead=True)
    head, on = clauses.head, None
    if Part.ON in clauses.parts:
        on, left = _said_day(clauses.parts[Part.ON], head, today, vocabulary)
        head = [*head, *left]
    if not head:
        raise DomainError("kpis.kpi_missing")
    before, kpi, after = _around_kpi(head, vocabulary, today)
    vocabulary.not_derived(kpi)
    if not before and not after:
        raise value_missing(kpi, vocabulary)
    reader = _Reader(kpi, vocabulary, today)
    value, day = reader.value_beside(before, after) if on is None else (reader.value([*before, *after]), None)
    meant = likely_day(on or day or today, today)
    return LogRequest(kpi, value, meant, clauses.member_id, clauses.note, clauses.confidence)


def value_missing(kpi: Kpi, vocabulary: Vocabulary) -> DomainError:
    return DomainError("kpis.value_missing", kpi=vocabulary.name(kpi), example=kpi.example)


def _said_day(
    tokens: Sequence[str], head: Sequence[str], today: date, vocabulary: Vocabulary
) -> tuple[Day, Sequence[str]]:
    """The day after its keyword, and what follows it where KPI or value are still to come: "on kemarin leads 12"."""
    if not tokens:
        raise DomainError("kpis.day_missing")
    try:
        return parse_date(" ".join(tokens), today, vocabulary.t.language), ()
    except DomainError as refusal:
        found = vocabulary.naming(head)
        if not head or (found is not None and not found[1]):
            for length in range(len(tokens) - 1, 0, -1):
                if (day := _day(tokens[:length], today, vocabulary)) is not None:
                    return day, tokens[length:]
        raise refusal from None


def _day(tokens: Sequence[str], today: date, vocabulary: Vocabulary) -> Day | None:
    try:
        return parse_date(" ".join(tokens), today, vocabulary.t.language)
    except DomainError:
        return None


def _around_kpi(head: Sequence[str], vocabulary: Vocabulary, today: date) -> tuple[Sequence[str], Kpi, Sequence[str]]:
    """What stands before the KPI's name, the KPI, and what stands after it. DomainError where no KPI is named."""
    first = vocabulary.starting(head)
    if first:
        return (), *first
    for finding in (vocabulary.naming, vocabulary.starting):
        for place in range(1, len(head)):
            before = head[:place]
            has_number = any(sign.isdecimal() for sign in "".join(before))
            if (has_number or _day(before, today, vocabulary)) and (found := finding(head[place:])):
                return before, *found
    raise vocabulary.unknown(head)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the words beside a KPI's name."""

    kpi: Kpi
    vocabulary: Vocabulary
    today: date

    def value(self, tokens: Sequence[str]) -> Value:
        return read_entry(" ".join(tokens), self.kpi, self.vocabulary.t, self.vocabulary.currency)

    def value_beside(self, before: Sequence[str], after: Sequence[str]) -> tuple[Value, Day | None]:
        """The value and, where one is said, the day. DomainError `kpis.logging.order_unclear` where the words can be
        taken both ways ("20 nov 12")."""
        if before and after:
            if (day := self._day(before)) is not None:
                return self.value(after), day
            return self.value(before), parse_date(" ".join(after), self.today, self.vocabulary.t.language)
        try:
            return self.value(before or after), None
        except DomainError as refusal:
            return self._together(before or after, refusal)

    def _together(self, tokens: Sequence[str], refusal: DomainError) -> tuple[Value, Day]:
        """ "12 kemarin", "kemarin 12"; `refusal` is why all of it together is no value."""
        if self._day(tokens) is not None:
            raise value_missing(self.kpi, self.vocabulary)
        places = range(1, len(tokens))
        value_first = self._first_of([(tokens[:place], tokens[place:]) for place in places])
        day_first = self._first_of([(tokens[place:], tokens[:place]) for place in reversed(places)])
        found = [each for each in (value_first, day_first) if isinstance(each, tuple)]
        if len(found) == 2 and found[0] != found[1]:
            raise DomainError("kpis.logging.order_unclear", text=shown(" ".join(tokens)))
        if not found:
            raise next((each for each in (value_first, day_first) if isinstance(each, DomainError)), refusal)
        return found[0]

    def _first_of(
        self, splits: Sequence[tuple[Sequence[str], Sequence[str]]]
    ) -> tuple[Value, Day] | DomainError | None:
        """The first of these (value, day) that can be read; else why the value beside the first day cannot, if there is
        a day at all."""
        reason: DomainError | None = None
        for values, days in splits:
            if (day := self._day(days)) is not None:
                try:
                    return self.value(values), day
                except DomainError as refusal:
                    reason = reason or refusal
        return reason

    def _day(self, tokens: Sequence[str]) -> Day | None:
        return _day(tokens, self.today, self.vocabulary)


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


def split_clauses(words: str, vocabulary: Vocabulary, known: tuple[Part, ...], *, may_lead: bool = False) -> Clauses:
    """A line in its parts. A KPI's name at its beginning stays whole. Elsewhere a keyword counts after the first word,
    or as the first one too where a line `may_lead` with a part of it."""
    matches = list(TOKEN.finditer(words))
    tokens = [match[0] for match in matches]
    named_kpi = vocabulary.naming(tokens) if tokens else None
    sorter = _Sorter(vocabulary, {word: part for part in known for word in vocabulary.keywords[part]})
    place = len(tokens) - len(named_kpi[1]) if named_kpi else 0
    sorter.found.head += tokens[:place]
    if not place and tokens and not (may_lead and sorter.part_at(tokens[0]) in (Part.FOR, Part.ON)):
        sorter.take_plain(tokens[0])
        place = 1
    while place < len(tokens):
        said = vocabulary.confidence_at(tokens[place:]) if Part.CONFIDENCE in known else None
        if said:
            sorter.found.confidence = said[0]
            place += said[1]
        elif sorter.part_at(tokens[place]) is Part.NOTE:
            closing, length = vocabulary.confidence_closing(tokens[place + 1 :])
            sorter.found.confidence = closing or sorter.found.confidence
            ends_at = matches[-length].start() if closing else None
            sorter.found.note = clean_note(words[matches[place].end() : ends_at].rstrip(" ,;"))
            break
        else:
            sorter.take(tokens[place])
            place += 1
    sorter.end()
    return sorter.found


@dataclass(slots=True)
class _Sorter:
    """Puts one word of a line after the other into its part."""

    vocabulary: Vocabulary
    opener: Mapping[str, Part]
    found: Clauses = field(default_factory=Clauses)
    current: list[str] = field(init=False)
    waiting_for_person: str = ""

    def __post_init__(self) -> None:
        self.current = self.found.head

    def part_at(self, token: str) -> Part | None:
        return self.opener.get(token.casefold().rstrip(":"))

    def take_plain(self, token: str) -> None:
        """A word that is no keyword, whatever it says."""
        mention = _MENTION.fullmatch(token)
        if mention:
            self._name(mention[1])
        elif self.waiting_for_person:
            raise DomainError("kpis.person_unclear", text=shown(token))
        else:
            self.current.append(token)

    def take(self, token: str) -> None:
        part = self.part_at(token)
        if part is None or self.waiting_for_person:
            self.take_plain(token)
        elif part is Part.FOR:
            self.waiting_for_person = token
        elif part is Part.CONFIDENCE:
            raise DomainError("kpis.logging.confidence_unclear")
        elif self.found.parts.get(part):
            raise DomainError("kpis.said_twice", text=shown(token))
        else:
            self.current = self.found.parts.setdefault(part, [])

    def end(self) -> None:
        if self.waiting_for_person:
            raise DomainError("kpis.person_unclear", text=shown(self.waiting_for_person))

    def _name(self, member_id: str) -> None:
        if self.found.member_id not in (None, member_id):
            raise DomainError("kpis.one_person")
        self.found.member_id, self.waiting_for_person, self.current = member_id, "", self.found.head
