"""What a typed value means: one number, a question with every honest reading, or a refusal. Never a guess."""

from decimal import Decimal
from time import perf_counter

import pytest

from bot.domain.errors import DomainError
from bot.domain.kpis import KPIS, Unit
from bot.domain.values import MAX_VALUE, AmbiguousValue, named_currency, parse_value
from bot.domain.words import CONVENTIONS

LANGUAGES = tuple(CONVENTIONS)


def refusal(text, unit=Unit.NUMBER, language="en"):
    with pytest.raises(DomainError) as caught:
        parse_value(text, unit, language)
    return caught.value.key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("007", "7"),
        ("12500000", "12500000"),
        ("12.500.000", "12500000"),
        ("12,500,000", "12500000"),
        ("12 500 000", "12500000"),
        ("12\u00a0500\u202f000", "12500000"),
        ("12\u00a0500\u00a0000", "12500000"),
        ("12'500'000", "12500000"),
        ("12’500’000", "12500000"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("12 500,5", "12500.5"),
        ("12 500,500", "12500.5"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("12,3456", "12.3456"),
        ("1234.567", "1234.567"),
        ("0.500", "0.5"),
        ("0,500", "0.5"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("- 5", "-5"),
        ("(5)", "-5"),
        ("(1,234.50)", "-1234.5"),
        ("-0", "0"),
        ("  42  ", "42"),
        ("5rb", "5000"),
        ("5 ribu", "5000"),
        ("12k", "12000"),
        ("12 K", "12000"),
        ("12,5 jt", "12500000"),
        ("12.5 jt", "12500000"),
        ("12,5juta", "12500000"),
        ("2.5 million", "2500000"),
        ("2 mio", "2000000"),
        ("2 mn", "2000000"),
        ("2,5 miliar", "2500000000"),
        ("2.5 Milyar", "2500000000"),
        ("1.25bn", "1250000000"),
        ("3 billion", "3000000000"),
        ("1,5 T", "1500000000000"),
        ("1.5 triliun", "1500000000000"),
        ("2 trillion", "2000000000000"),
        ("-1,5 jt", "-1500000"),
        ("(1,5 jt)", "-1500000"),
        ("1.2345678 jt", "1234567.8"),
    ],
)
def test_a_number_with_one_honest_reading_means_the_same_in_every_language(text, value, language):
    assert parse_value(text, Unit.NUMBER, language) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1.500", "id", "1500"),
        ("1,500", "en", "1500"),
        ("-12.500", "id", "-12500"),
        ("1.500 rb", "id", "1500000"),
        ("2 M", "id", "2000000000"),
        ("2 M", "en", "2000000"),
        ("2m", "id", "2000000000"),
        ("2m", "en", "2000000"),
        ("2,5 M", "id", "2500000000"),
        ("2.5M", "en", "2500000"),
        ("1.500 M", "id", "1500000000000"),
        ("1,500 M", "en", "1500000000"),
        ("1 500 M", "en", "1500000000"),
    ],
)
def test_the_members_own_way_of_writing_is_not_put_in_doubt(text, language, value):
    assert parse_value(text, Unit.CURRENCY, language) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "language", "readings"),
    [
        ("1.500", "en", ("1.5", "1500")),
        ("1,500", "id", ("1.5", "1500")),
        ("Rp 1.500", "en", ("1.5", "1500")),
        ("-1.500", "en", ("-1.5", "-1500")),
        ("12,750 jt", "id", ("12750000", "12750000000")),
        ("2,5 M", "en", ("2500000", "2500000000")),
        ("2.5M", "id", ("2500000000", "2500000")),
        ("1.500 M", "en", ("1500000", "1500000000", "1500000000000")),
        ("2,500 M", "id", ("2500000000", "2500000000000", "2500000000")),
    ],
)
def test_what_can_honestly_mean_several_numbers_is_asked_the_likeliest_first(text, language, readings):
    found = parse_value(text, Unit.CURRENCY, language)
    assert found == AmbiguousValue(tuple(dict.fromkeys(map(Decimal, readings))))


def test_a_reading_that_could_not_be_stored_is_no_choice():
    assert parse_value("1.500 T", Unit.CURRENCY, "en") == Decimal("1500000000000")
    assert isinstance(parse_value("1.500 bn", Unit.CURRENCY, "en"), AmbiguousValue)


def test_the_only_storable_reading_is_not_taken_when_a_likelier_one_is_out_of_bounds():
    assert refusal("20000.5 M", Unit.CURRENCY, "id") == "values.too_large"
    assert isinstance(parse_value("9000.5 M", Unit.CURRENCY, "id"), AmbiguousValue)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("Rp 12.500.000", "12500000", "IDR"),
        ("Rp12.500.000,-", "12500000", "IDR"),
        ("rp. 5.000.000", "5000000", "IDR"),
        ("Rp.500", "500", "IDR"),
        ("IDR 12,500,000.50", "12500000.5", "IDR"),
        ("12,5 jt IDR", "12500000", "IDR"),
        ("12,5 juta rupiah", "12500000", "IDR"),
        ("-Rp 5", "-5", "IDR"),
        ("Rp -5", "-5", "IDR"),
        ("(Rp 5)", "-5", "IDR"),
        ("$2.5bn", "2500000000", "USD"),
        ("US$ 40", "40", "USD"),
        ("40 usd", "40", "USD"),
        ("€ 99,95", "99.95", "EUR"),
        ("99.95 EUR", "99.95", "EUR"),
        ("12.500.000,-", "12500000", None),
        ("12500000", "12500000", None),
    ],
)
def test_money_may_name_its_currency(text, value, currency, language):
    assert parse_value(text, Unit.CURRENCY, language) == Decimal(value)
    assert named_currency(text) == currency


def test_what_is_no_amount_names_no_currency():
    assert named_currency("Rp") is None
    assert named_currency("$5 usd") is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("45%", "45"),
        ("45 %", "45"),
        ("45 persen", "45"),
        ("45 percent", "45"),
        ("45", "45"),
        ("-2,5%", "-2.5"),
        ("(3%)", "-3"),
    ],
)
def test_a_percentage_is_in_percentage_points(text, value, language):
    assert parse_value(text, Unit.PERCENT, language) == Decimal(value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3h 20m", 12_000),
        ("3h20m", 12_000),
        ("3j 20m", 12_000),
        ("3 jam 20 menit", 12_000),
        ("3 hours 20 minutes", 12_000),
        ("200m", 12_000),
        ("200 Menit", 12_000),
        ("90 detik", 90),
        ("90s", 90),
        ("1d 2h", 93_600),
        ("1 hari 2 jam", 93_600),
        ("2 weeks", 1_209_600),
        ("2 minggu", 1_209_600),
        ("1,5 jam", 5_400),
        ("1.5h", 5_400),
        ("03:20", 12_000),
        ("3:20", 12_000),
        ("0:03:20", 200),
        ("0", 0),
    ],
)
def test_durations_are_seconds(text, seconds, language):
    assert parse_value(text, Unit.DURATION, language) == Decimal(seconds)


def test_a_bare_number_for_a_duration_is_asked_hours_or_minutes():
    assert parse_value("3", Unit.DURATION, "en") == AmbiguousValue((Decimal(10_800), Decimal(180)))
    assert parse_value("1,5", Unit.DURATION, "id") == AmbiguousValue((Decimal(5_400), Decimal(90)))


def test_an_ambiguous_number_stays_ambiguous_beside_a_unit_of_time():
    assert parse_value("1.500 s", Unit.DURATION, "en") == AmbiguousValue((Decimal("1.5"), Decimal(1500)))
    assert parse_value("1.500 s", Unit.DURATION, "id") == Decimal(1500)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("45%", Unit.NUMBER),
        ("45%", Unit.CURRENCY),
        ("45%", Unit.DURATION),
        ("45 persen", Unit.SCORE),
        ("Rp 500", Unit.NUMBER),
        ("$5", Unit.PERCENT),
        ("500,-", Unit.NUMBER),
        ("Rp 500", Unit.DURATION),
        ("3h 20m", Unit.NUMBER),
        ("3 jam", Unit.CURRENCY),
        ("03:20", Unit.SCORE),
        ("5 jt", Unit.PERCENT),
        ("5k", Unit.SCORE),
        ("5 jt", Unit.DURATION),
    ],
)
def test_a_value_of_another_unit_is_refused_as_that(text, unit):
    for language in LANGUAGES:
        assert refusal(text, unit, language) == "values.wrong_unit"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", ".", ",", "()", "abc", "Rp", "%", "jt", "1e5", "1E5", "NaN", "nan", "Infinity",
        "-inf", "0x10", "1_000",
        "１２", "١٢", "²", "5²", "½", "1/2", "1..5", "1,,5", "1.2.3", "1,2,3", "1.50.000", "12.50,000.1",
        "1,00,000", "1234.567.890",
        "0.123.456", "01.500", "012,5", ".5", ",5", "5.", "5,", "+5", "--5", "-(5)", "(-5)", "(5", "5)",
        "5-", "5 5", "1 50 000",
        "12\n500", "1\x005", "\x00", "5 apples", "$5 usd", "Rp Rp 5", "5 jt rb", "1 500'000",
        "12 500.000.000,0,0",
        "1.234,567.890", "3h 3h", "20m 3h", "3h 20", "3h -20m", "3:60", "3:2", "12345:00", "5 x 3",
        "<@U1>", "=1+1", "五",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text, unit, language):
    assert refusal(text, unit, language) == "values.not_a_number"


@pytest.mark.parametrize("text", ["-3h", "(3h)", "-3", "−0:30"])
def test_no_duration_is_negative(text):
    assert refusal(text, Unit.DURATION) == "values.not_a_number"
    assert parse_value(text.strip("-(−)"), Unit.DURATION, "en")


def test_limits_are_exact():
    assert parse_value("9999999999999.9999", Unit.NUMBER, "en") == MAX_VALUE - Decimal("0.0001")
    assert parse_value("-9999999999999.9999", Unit.NUMBER, "en") == Decimal("0.0001") - MAX_VALUE
    assert refusal("10000000000000") == "values.too_large"
    assert refusal("-10000000000000") == "values.too_large"
    assert refusal("10 T") == "values.too_large"
    assert parse_value("0.0001", Unit.NUMBER, "en") == Decimal("0.0001")
    assert refusal("0.00001") == "values.too_precise"
    assert refusal("1." + "0" * 40 + "1") == "values.too_precise"
    assert parse_value("1.50000", Unit.NUMBER, "en") == Decimal("1.5")


def test_a_length_limit_keeps_absurd_texts_cheap():
    assert refusal("9" * 64) == "values.too_large"
    assert refusal("9" * 65) == "values.not_a_number"
    started = perf_counter()
    for absurd in ("9" * 1_000_000, "1 " * 500_000, "(" * 1_000_000, "1." * 32, "1 " * 31 + "x", "1m" * 32):
        for unit in Unit:
            refusal(absurd, unit)
    assert perf_counter() - started < 2


def test_a_refusal_quotes_what_was_typed_but_no_more_than_a_line():
    with pytest.raises(DomainError) as caught:
        parse_value("  Lots  ", Unit.NUMBER, "en")
    assert caught.value.values == {"text": "Lots"}
    with pytest.raises(DomainError) as caught:
        parse_value("9" * 500, Unit.NUMBER, "en")
    assert caught.value.values == {"text": "9" * 79 + "…"}


def test_a_language_without_a_convention_is_a_bug_and_not_guessed():
    with pytest.raises(KeyError):
        parse_value("1.500", Unit.NUMBER, "xx")


@pytest.mark.parametrize("kpi", [kpi for kpi in KPIS.values() if kpi.example], ids=lambda kpi: kpi.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_examples_can_be_typed(kpi, language):
    assert isinstance(parse_value(kpi.example, kpi.unit, language), Decimal)
