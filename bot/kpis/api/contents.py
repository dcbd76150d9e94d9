"""Whether what was sent makes sense for who sent it: the KPI, the value, the day, the person. Pure: what is looked up
is given. Whether an entry was sent before is in `service`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from difflib import get_close_matches

from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi, Unit, inputs_of
from bot.domain.members import LeftOut, Member
from bot.domain.policies import allows
from bot.domain.values import MAX_DECIMALS, MAX_VALUE
from bot.domain.words import shown
from bot.kpis.acting import Acting
from bot.kpis.api.orders import SentEntry
from bot.kpis.api.schema import Wrong
from bot.kpis.grammar import clean_note
from bot.kpis.vocabulary import Vocabulary, normal

MAX_BACK = timedelta(days=400)
"""Systems may go further back than people: a year's closing is sent weeks after its end."""
MOST_SUGGESTIONS = 3
_NOBODY = (LeftOut.BOT, LeftOut.DEACTIVATED, LeftOut.OUTSIDER)
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says, understood."""

    kpi: Kpi
    value: Decimal
    on: date
    member_id: str
    note: str


@dataclass(slots=True)
class Contents:
    """What was understood of several entries, by their place; what is wrong with them, and what the token's maker is
    not allowed to do."""

    understood: dict[int, Content] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    forbidden: list[Wrong] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what was sent with the eyes of the token's maker: a KPI that they may not see is unknown here. `members`
    are the people named, by id."""

    acting: Acting
    vocabulary: Vocabulary
    members: Mapping[str, Member]

    def read(self, sent: Mapping[int, SentEntry]) -> Contents:
        """All of these entries; each thing that is wrong is said, not only the first."""
        contents = Contents()
        for place, entry in sent.items():
            found = len(contents.wrong) + len(contents.forbidden)
            kpi = self._kpi(entry, contents)
            value = self._value(entry, kpi, contents)
            on = self._on(entry, contents)
            member_id = self._member(entry, kpi, contents)
            note = self._note(entry, contents)
            if kpi and value is not None and on and found == len(contents.wrong) + len(contents.forbidden):
                contents.understood[place] = Content(kpi, value, on, member_id, note)
        return contents

    def find(self, name: str) -> Kpi | None:
        """The KPI of this key or name."""
        return self.acting.kpis.get(name) or self.vocabulary.exactly(name)

    def _kpi(self, entry: SentEntry, contents: Contents) -> Kpi | None:
        kpi = self.find(entry.kpi)
        if kpi is None:
            contents.wrong.append(Wrong(f"{entry.pointer}/kpi", self._unknown(entry.kpi)))
        elif kpi.is_derived:
            inputs = _listed(inputs_of(kpi) or ("other KPIs",))
            detail = f"{kpi.key} is not sent but worked out from {inputs}; send those."
            contents.wrong.append(Wrong(f"{entry.pointer}/kpi", detail))
        elif (retired_on := self.acting.kpis.settings(kpi.key).retired_on) is not None:
            detail = f"{kpi.key} was retired on {retired_on.isoformat()}; nothing is logged for it any more."
            contents.wrong.append(Wrong(f"{entry.pointer}/kpi", detail))
        return kpi

    def _unknown(self, name: str) -> str:
        said = f'There is no KPI called "{shown(name)}".'
        names = self.vocabulary.names
        near = get_close_matches(normal(name), names, n=MOST_SUGGESTIONS * 2)
        keys = list(dict.fromkeys(names[each] for each in near))[:MOST_SUGGESTIONS]
        return f"{said} Is it {_listed(keys, 'or')}?" if keys else said

    def _value(self, entry: SentEntry, kpi: Kpi | None, contents: Contents) -> Decimal | None:
        value = stored_value(entry.value)
        wrong = None
        if value is None and entry.value and entry.value.adjusted() >= MAX_VALUE.adjusted():
            wrong = f"This is too large: values are less than {MAX_VALUE:f} in size."
        elif value is None:
            wrong = f"This is too precise: values have at most {MAX_DECIMALS} decimals."
        elif kpi is not None and not kpi.is_derived:
            wrong = _not_taken(kpi, value)
        if wrong:
            contents.wrong.append(Wrong(f"{entry.pointer}/value", wrong))
        return value

    def _on(self, entry: SentEntry, contents: Contents) -> date | None:
        today = self.acting.today
        on = read_day(entry.on) if entry.on is not None else today
        wrong = None
        if on is None:
            wrong = "There is no such day."
        elif on > today:
            wrong = f"This day lies ahead; today is {today.isoformat()}."
        elif on < today - MAX_BACK:
            wrong = f"This day is more than {MAX_BACK.days} days back."
        if wrong:
            contents.wrong.append(Wrong(f"{entry.pointer}/on", wrong))
        return on

    def _member(self, entry: SentEntry, kpi: Kpi | None, contents: Contents) -> str:
        by = self.acting.by
        if entry.member_id is None or entry.member_id == by.id:
            return by.id
        owners = self.acting.kpis.settings(kpi.key).owners if kpi else ()
        pointer = f"{entry.pointer}/member"
        member = self.members.get(entry.member_id)
        if member is None:
            contents.wrong.append(Wrong(pointer, f"Nobody in this workspace is {entry.member_id}."))
        elif member.left_out in _NOBODY:
            contents.wrong.append(Wrong(pointer, f"{entry.member_id} is no person who works here."))
        elif kpi is not None and not allows(self.acting.policy.log_for_others, by, owners):
            detail = f"The token's maker may not log {kpi.key} for other people."
            contents.forbidden.append(Wrong(pointer, detail))
        return entry.member_id

    def _note(self, entry: SentEntry, contents: Contents) -> str:
        note = read_note(entry.note)
        if note is None:
            contents.wrong.append(
                Wrong(f"{entry.pointer}/note", "This note is too long once mentions are written out.")
            )
        return note or ""


def stored_value(sent: Decimal) -> Decimal | None:
    """A value as it is stored, exactly what was sent; None if it is too large or too precise for that."""
    if sent and sent.adjusted() >= MAX_VALUE.adjusted():
        return None
    try:
        exact = sent.quantize(Decimal(1).scaleb(-MAX_DECIMALS), context=_EXACT)
    except (Inexact, InvalidOperation):
        return None
    return exact if exact else abs(exact)


def read_day(text: str) -> date | None:
    """A day written as ISO does; None for one that does not exist."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_note(text: str) -> str | None:
    """A note as it is stored; None if it is too long for that."""
    try:
        return clean_note(text)
    except DomainError:
        return None


def _not_taken(kpi: Kpi, value: Decimal) -> str | None:
    """Why a KPI does not take a value, if it does not."""
    if kpi.unit is Unit.DURATION and value < 0:
        return f"{kpi.key} is a duration in seconds, and not negative."
    if kpi.takes(value):
        return None
    if kpi.whole:
        return f"{kpi.key} counts things: its values are whole and not negative."
    return f"{kpi.key} is at least {kpi.least}."


def _listed(keys: Sequence[str], last: str = "and") -> str:
    *others, end = keys
    return f"{', '.join(others)} {last} {end}" if others else end
