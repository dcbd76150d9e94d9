"""Reading an action as it is typed: "call PT Maju by friday for @budi", in either language. Nothing is stored here."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.actions import ACTION_LENGTH
from bot.domain.dates import AmbiguousDate, parse_date, parse_weekday
from bot.domain.errors import DomainError
from bot.domain.words import named, shown
from bot.middleware import mentioned

DAYS_AHEAD = 364
"""A date without a year is one of the coming year."""
LONGEST_DATE = 4
"""Words of a date: "the 3rd of march"."""
_WEEK = 7


@dataclass(frozen=True, slots=True)
class ActionWish:
    """What is to be done, until when (None: some time), and by whom (None: by whoever typed it)."""

    text: str
    due_on: date | None
    owner_id: str | None


def read_wish(
    words: str, today: date, language: str, by_words: tuple[str, ...], for_words: tuple[str, ...]
) -> ActionWish:
    """`TEXT [by DATE] [for @user]`, the last two in either order; `today` is the person's. What follows the last "by"
    and is no date belongs to the text: "call them by phone".

    Raises DomainError `actions.empty`, `actions.too_long`, `actions.date_past`, `actions.date_ambiguous`.
    """
    owner_id, rest = mentioned(words, "@")
    tokens = rest.split()
    if owner_id is not None:
        tokens = _without_for(tokens, words, for_words)
    text, due_on = _split(tokens, today, language, by_words)
    return ActionWish(checked_text(text), due_on, owner_id)


def checked_text(text: str) -> str:
    """A text on one line. Raises DomainError `actions.empty`, `actions.too_long`."""
    words = " ".join(named(text).split())
    if not words:
        raise DomainError("actions.empty")
    if len(words) > ACTION_LENGTH:
        raise DomainError("actions.too_long", most=ACTION_LENGTH)
    return words


def _split(tokens: list[str], today: date, language: str, by_words: tuple[str, ...]) -> tuple[str, date | None]:
    for place in range(len(tokens) - 1, 0, -1):
        for size in (2, 1):  # "paling lambat" before "lambat"
            said = " ".join(tokens[max(0, place - size) : place]).casefold()
            dated = tokens[place:]
            if place >= size and said in by_words and len(dated) <= LONGEST_DATE:
                due_on = _day(" ".join(dated), today, language)
                if due_on is not None:
                    return " ".join(tokens[: place - size]), due_on
    return " ".join(tokens), None


def _day(text: str, today: date, language: str) -> date | None:
    """The day meant by words; a weekday is the next one. None where they are no date."""
    weekday = parse_weekday(text)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday()) % _WEEK)
    try:
        day = parse_date(text, today, language, days_ahead=DAYS_AHEAD)
    except DomainError:
        return None
    if isinstance(day, AmbiguousDate):
        raise DomainError("actions.date_ambiguous", text=shown(text), example=day.readings[0].isoformat())
    if day < today:
        raise DomainError("actions.date_past", day=day)
    return day


def _without_for(tokens: list[str], words: str, for_words: tuple[str, ...]) -> list[str]:
    """The words without the one that stood right before the person: "for @budi"."""
    before = words.split("<@", 1)[0].split()
    if before and before[-1].casefold() in for_words:
        place = len(before) - 1
        return [*tokens[:place], *tokens[place + 1 :]]
    return tokens
