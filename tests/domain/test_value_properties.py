"""What holds for every text and every number: nothing typed becomes silently another number."""

from babel.numbers import format_currency, format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DomainError
from bot.domain.kpis import Unit
from bot.domain.values import MAX_DECIMALS, MAX_VALUE, AmbiguousValue, parse_value
from bot.domain.words import CONVENTIONS

LANGUAGES = tuple(CONVENTIONS)
KEYS = {"values.not_a_number", "values.too_large", "values.too_precise", "values.wrong_unit"}


def attempt(text, unit, language):
    try:
        return parse_value(text, unit, language)
    except DomainError as refused:
        return refused


storable = st.decimals(min_value=-MAX_VALUE + 1, max_value=MAX_VALUE - 1, places=MAX_DECIMALS)
cents = st.decimals(min_value=-MAX_VALUE + 1, max_value=MAX_VALUE - 1, places=2)
languages = st.sampled_from(LANGUAGES)
units = st.sampled_from(list(Unit))


@given(cents, languages)
def test_an_amount_written_in_the_persons_own_way_is_read_back_exactly(amount, language):
    assert parse_value(format_decimal(amount, "#,##0.##", language), Unit.NUMBER, language) == amount
    for currency in ("IDR", "USD", "EUR"):
        assert parse_value(format_currency(amount, currency, locale=language), Unit.CURRENCY, language) == amount


@given(storable, languages)
def test_with_more_decimals_it_is_read_back_or_asked_about_with_it_first(amount, language):
    found = parse_value(format_decimal(amount, "#,##0.####", language), Unit.NUMBER, language)
    assert (found.readings[0] if isinstance(found, AmbiguousValue) else found) == amount


@given(st.decimals(min_value=-1000, max_value=1000, places=2), languages)
def test_a_percentage_written_in_the_persons_own_way_is_read_back_exactly(points, language):
    assert parse_value(format_percent(points / 100, "#,##0.##%", language), Unit.PERCENT, language) == points


@given(st.integers(0, 30), st.integers(0, 23), st.integers(0, 59), languages)
def test_a_duration_in_words_of_either_language_adds_up(days, hours, minutes, language):
    seconds = ((days * 24 + hours) * 60 + minutes) * 60
    for words in (("hari", "jam", "menit"), ("d", "h", "m"), ("days", "hours", "minutes")):
        text = " ".join(f"{number} {word}" for number, word in zip((days, hours, minutes), words, strict=True))
        assert parse_value(text, Unit.DURATION, language) == seconds


@given(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet="0123456789., '()-−%:ejmbtkhrpRM$€\u00a0\x00", max_size=24),
        st.from_regex(r"[0-9]{1,4}([.,][0-9]{1,4}){0,3} ?(rb|jt|k|m|M|T|%|h|jam)?", fullmatch=True),
    ),
    units,
    languages,
)
def test_any_text_is_one_storable_value_or_several_or_a_refusal(text, unit, language):
    found = attempt(text, unit, language)
    if isinstance(found, DomainError):
        assert found.key in KEYS
        return
    values = (found,)
    if isinstance(found, AmbiguousValue):
        values = found.readings
        assert len(set(values)) == len(values) >= 2
    for value in values:
        assert value.is_finite()
        assert abs(value) < MAX_VALUE
        assert value == round(value, MAX_DECIMALS)


@given(st.from_regex(r"[0-9]{1,4}([.,' ][0-9]{1,3}){0,3}", fullmatch=True))
def test_two_readers_of_one_bare_number_never_get_different_numbers_unless_grouping_is_their_own(text):
    """The control: where two languages disagree, it is over three digits after one sign, and the one whose decimal sign
    it is gets the question, with the other's number among the readings."""
    found = {language: attempt(text, Unit.NUMBER, language) for language in LANGUAGES}
    if any(isinstance(reading, DomainError) for reading in found.values()):
        assert len({reading.key for reading in found.values()}) == 1
        return
    if found["en"] == found["id"]:
        return
    asked, sure = ("en", "id") if isinstance(found["en"], AmbiguousValue) else ("id", "en")
    assert found[sure] in found[asked].readings
    assert CONVENTIONS[sure].grouping in text
