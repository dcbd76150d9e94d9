"""What people type after `/kpi log`, `show` and `target`, in both languages."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.catalogue import Catalogue
from bot.domain.dates import AmbiguousDate
from bot.domain.errors import DomainError
from bot.domain.kpis import KPIS
from bot.domain.periods import Period, PeriodKind
from bot.domain.values import AmbiguousValue
from bot.i18n import load
from bot.kpis.grammar import LogRequest, parse_log
from bot.kpis.showing.grammar import ShowRequest, parse_show
from bot.kpis.targets.grammar import TargetRequest, parse_target
from bot.kpis.vocabulary import Part, Split, Vocabulary, normal

TODAY = date(2026, 11, 26)  # a Thursday
TEXTS = load("en")
WEEK = Period(date(2026, 11, 23), date(2026, 11, 29), PeriodKind.WEEK)
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31), PeriodKind.MONTH)


def speaking(language: str) -> Vocabulary:
    return Vocabulary.of(TEXTS, TEXTS.t(language), Catalogue(), "IDR")


def logged(kpi: str, value: str, on: date = TODAY, member: str | None = None, note: str = "") -> LogRequest:
    return LogRequest(KPIS[kpi], Decimal(value), on, member, note)


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("en", "revenue 12,500,000", logged("revenue", "12500000")),
        ("en", "REV 12.5M", logged("revenue", "12500000")),
        ("en", "net sales Rp5", logged("revenue", "5")),
        ("id", "pendapatan 12,5 jt", logged("revenue", "12500000")),
        ("id", "revenue Rp 12.500.000", logged("revenue", "12500000")),
        ("en", "omzet 2.5M", logged("revenue", "2500000")),
        ("id", "omzet 2,5 M", logged("revenue", "2500000000")),
        ("en", "revenue -5", logged("revenue", "-5")),
        ("en", "leads 18 for <@U0BOB|bob>", logged("leads", "18", member="U0BOB")),
        ("en", "leads 18 <@U0BOB>", logged("leads", "18", member="U0BOB")),
        ("en", "leads for <@U0BOB|bob> 18", logged("leads", "18", member="U0BOB")),
        ("id", "prospek 18 untuk <@W0BUDI>", logged("leads", "18", member="W0BUDI")),
        ("en", "leads 18 on yesterday", logged("leads", "18", date(2026, 11, 25))),
        ("en", "leads 18 yesterday", logged("leads", "18", date(2026, 11, 25))),
        ("en", "leads 18 last fri", logged("leads", "18", date(2026, 11, 20))),
        ("id", "prospek 18 pada tanggal 20/11", logged("leads", "18", date(2026, 11, 20))),
        ("id", "prospek 18 senin", logged("leads", "18", date(2026, 11, 23))),
        ("id", "prospek 18 2 hari lalu", logged("leads", "18", date(2026, 11, 24))),
        ("en", "leads 18 note for the fair on monday", logged("leads", "18", note="for the fair on monday")),
        ("en", "leads 18 note by <@U0BOB|bob> in <#C1|fair>", logged("leads", "18", note="by @bob in #fair")),
        ("en", "lead response time 3h 20m", logged("lead_response_time", "12000")),
        ("id", "waktu respons prospek 3 jam 20 menit", logged("lead_response_time", "12000")),
        ("en", "lead response time 3h 2 days ago", logged("lead_response_time", "10800", date(2026, 11, 24))),
        ("en", "deals-won 4", logged("deals_won", "4")),
        ("en", "deals_won 4", logged("deals_won", "4")),
        ("en", "new cust 4", logged("new_customers", "4")),
        ("en", "csat 4.6", logged("customer_satisfaction", "4.6")),
        (
            "id",
            "pendapatan 12,5 jt untuk <@U0BUDI|budi> pada kemarin catatan pesanan PT Maju",
            logged("revenue", "12500000", date(2026, 11, 25), "U0BUDI", "pesanan PT Maju"),
        ),
        ("en", "leads 18 on 11/12/2026 note x", None),  # December is ahead, but so it was said: the day decides below
    ],
)
def test_a_logged_value_is_understood_in_both_languages(language: str, typed: str, meant: LogRequest | None) -> None:
    understood = parse_log(typed, speaking(language), TODAY)
    assert understood == (meant or logged("leads", "18", date(2026, 11, 12), note="x"))


@pytest.mark.parametrize(
    ("language", "typed", "readings"),
    [
        ("en", "revenue 1.500", ("1.5", "1500")),
        ("id", "pendapatan 1,500", ("1.5", "1500")),
        ("en", "revenue 2,5 M", ("2500000", "2500000000")),
        ("id", "pendapatan 2.5M", ("2500000000", "2500000")),
        ("en", "response time 90", ("324000", "5400")),
    ],
)
def test_a_number_with_two_honest_readings_stays_a_question(language: str, typed: str, readings: tuple[str]) -> None:
    value = parse_log(typed, speaking(language), TODAY).value
    assert isinstance(value, AmbiguousValue)
    assert value.readings == tuple(map(Decimal, readings))


def test_a_day_with_two_honest_readings_stays_a_question() -> None:
    on = parse_log("leads 18 on 10/11", speaking("en"), TODAY).on
    assert on == AmbiguousDate((date(2026, 11, 10), date(2026, 10, 11)))
    assert parse_log("prospek 18 pada 10/11", speaking("id"), TODAY).on == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("nonsense 5", "kpis.unknown_kpi"),
        ("revenu 5", None),  # an abbreviation of one KPI is enough
        ("revenew 5", "kpis.did_you_mean"),
        ("lead r 5", "values.not_a_number"),  # "lead" is a KPI by itself
        ("c 5", "kpis.unknown_kpi"),
        ("cu 5", "kpis.which_kpi"),
        ("conversion rate 5", "kpis.derived"),
        ("tingkat konversi 5", "kpis.derived"),
        ("aov 5", "kpis.derived"),
        ("revenue", "kpis.value_missing"),
        ("revenue for <@U0BOB>", "kpis.value_missing"),
        ("revenue five", "values.not_a_number"),
        ("revenue 5 6", "values.not_a_number"),
        ("revenue 12abc", "values.not_a_number"),
        ("revenue 45%", "values.wrong_unit"),
        ("revenue 99999999999999999", "values.too_large"),
        ("revenue $5", "kpis.other_currency"),
        ("revenue 5 usd yesterday", "kpis.other_currency"),
        ("revenue 5 on", "kpis.day_missing"),
        ("revenue 5 on someday", "dates.date_unclear"),
        ("revenue 5 on tomorrow", "kpis.day_ahead"),
        ("revenue 5 on 2026-08-01", "kpis.day_too_old"),
        ("revenue 5 on 2026-02-30", "dates.date_unclear"),
        ("revenue 5 on monday on tuesday", "kpis.said_twice"),
        ("revenue 5 for", "kpis.person_unclear"),
        ("revenue 5 for bob", "kpis.person_unclear"),
        ("revenue 5 for <@U0BOB> <@U0EMMA>", "kpis.one_person"),
        ("revenue 5 note " + "x" * 301, "kpis.note_too_long"),
        ("<@U0BOB>", "kpis.kpi_missing"),
    ],
)
def test_what_cannot_be_logged_is_refused_with_its_reason(typed: str, key: str | None) -> None:
    if key is None:
        assert parse_log(typed, speaking("en"), TODAY).kpi.key == "revenue"
        return
    with pytest.raises(DomainError) as refusal:
        parse_log(typed, speaking("en"), TODAY)
    assert refusal.value.key == key
    for language in ("en", "id"):
        assert TEXTS.t(language)(refusal.value.key, **refusal.value.values)


def test_ninety_days_back_is_the_last_day_that_counts() -> None:
    assert parse_log("leads 1 on 2026-08-28", speaking("en"), TODAY).on == date(2026, 8, 28)
    with pytest.raises(DomainError):
        parse_log("leads 1 on 2026-08-27", speaking("en"), TODAY)


def test_the_refusal_names_kpis_in_the_persons_language() -> None:
    with pytest.raises(DomainError) as refusal:
        parse_log("conversion rate 5", speaking("id"), TODAY)
    assert refusal.value.values == {
        "kpi": "Tingkat konversi",
        "inputs": "Kesepakatan tercapai dan Jumlah prospek",
        "commands": "`/kpi catat Kesepakatan tercapai 4` dan `/kpi catat Jumlah prospek 18`",
    }


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ShowRequest((), WEEK, False)),
        ("last month", ShowRequest((), OCTOBER, True)),
        ("revenue", ShowRequest((KPIS["revenue"],), WEEK, False)),
        ("rev bulan lalu", ShowRequest((KPIS["revenue"],), OCTOBER, True)),
        ("bulan lalu pendapatan", ShowRequest((KPIS["revenue"],), OCTOBER, True)),
        ("conversion rate in october", ShowRequest((KPIS["conversion_rate"],), OCTOBER, True)),
        ("tingkat konversi 2026-10", ShowRequest((KPIS["conversion_rate"],), OCTOBER, True)),
        ("revenue by person", ShowRequest((KPIS["revenue"],), WEEK, False, Split.PERSON)),
        ("revenue last month by week", ShowRequest((KPIS["revenue"],), OCTOBER, True, Split.WEEK)),
        ("revenue by week last month", ShowRequest((KPIS["revenue"],), OCTOBER, True, Split.WEEK)),
        ("pendapatan menurut orang bulan lalu", ShowRequest((KPIS["revenue"],), OCTOBER, True, Split.PERSON)),
        ("pendapatan per bulan", ShowRequest((KPIS["revenue"],), WEEK, False, Split.MONTH)),
        ("lalu lintas", ShowRequest((KPIS["website_traffic"],), WEEK, False)),
    ],
)
def test_what_to_show_is_understood_in_both_languages(typed: str, meant: ShowRequest) -> None:
    assert parse_show(typed, speaking("en"), TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("revenue someday", "dates.period_unclear"),
        ("revenue by colour", "kpis.split_unclear"),
        ("revenue by", "kpis.split_unclear"),
        ("blah", "kpis.unknown_kpi"),
        ("revenew", "kpis.did_you_mean"),
    ],
)
def test_what_cannot_be_shown_is_refused(typed: str, key: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse_show(typed, speaking("en"), TODAY)
    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("en", "revenue 500M per month", (PeriodKind.MONTH, None, None)),
        ("en", "revenue 500M", (None, None, None)),
        ("en", "revenue 500M per quarter for <@U0BOB>", (PeriodKind.QUARTER, None, "U0BOB")),
        ("id", "pendapatan 500 jt per minggu", (PeriodKind.WEEK, None, None)),
        ("id", "pendapatan 500 jt per tahun untuk <@U0BUDI>", (PeriodKind.YEAR, None, "U0BUDI")),
        ("en", "revenue 500M by 2026-12-31", (None, date(2026, 12, 31), None)),
        ("en", "revenue 500M by 31 dec", (None, date(2026, 12, 31), None)),
        ("en", "revenue 500M by 20 nov", (None, date(2027, 11, 20), None)),
        ("en", "revenue 500M by friday", (None, date(2026, 11, 27), None)),
        ("en", "revenue 500M by 2026-12", (None, date(2026, 12, 31), None)),
        ("id", "pendapatan 500 jt sampai jumat", (None, date(2026, 11, 27), None)),
    ],
)
def test_a_target_is_understood_in_both_languages(
    language: str, typed: str, meant: tuple[PeriodKind | None, date | None, str | None]
) -> None:
    request = parse_target(typed, speaking(language), TODAY)
    assert request == TargetRequest(KPIS["revenue"], Decimal(500_000_000), *meant)


@pytest.mark.parametrize(
    ("typed", "key", "letter"),
    [
        ("per month", "kpis.unknown_kpi", ""),
        ("<@U0BOB>", "kpis.smart_specific", "S"),
        ("revenue", "kpis.smart_measurable", "M"),
        ("revenue per month", "kpis.smart_measurable", "M"),
        ("revenue 5 per", "kpis.smart_time_missing", "T"),
        ("revenue 5 by", "kpis.smart_time_missing", "T"),
        ("revenue 5 per blue moon", "kpis.smart_time_bound", "T"),
        ("revenue 5 by someday", "kpis.smart_time_bound", "T"),
        ("revenue 5 per month by 2026-12-31", "kpis.smart_two_times", "T"),
        ("revenue 5 by yesterday", "kpis.deadline_past", ""),
        ("revenue 5 by 2020-01-01", "kpis.deadline_past", ""),
        ("revenue 5 by 3/4", "kpis.deadline_unclear", ""),
        ("revenue lots per month", "values.not_a_number", ""),
    ],
)
def test_a_target_that_is_not_smart_hears_which_letter_is_missing(typed: str, key: str, letter: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse_target(typed, speaking("en"), TODAY)
    assert refusal.value.key == key
    for language in ("en", "id"):
        sentence = TEXTS.t(language)(key, **refusal.value.values)
        assert not letter or f" {letter} " in sentence


def test_every_name_means_one_kpi() -> None:
    seen: dict[str, str] = {}
    for key in KPIS:
        for name in (key, *(t(f"kpi.{key}") for t in TEXTS.translators.values()), *TEXTS.all_words(f"kpi.{key}.words")):
            assert seen.setdefault(normal(name), key) == key


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_kpi_is_found_by_all_its_names(language: str) -> None:
    for key in KPIS:
        t = TEXTS.t(language)
        for name in (t(f"kpi.{key}"), t(f"kpi.{key}").upper(), *t.words(f"kpi.{key}.words")):
            assert speaking("en").whole(name).key == key


def test_no_keyword_opens_two_parts_of_the_same_command() -> None:
    keywords = speaking("en").keywords
    for together in ((Part.FOR, Part.ON, Part.NOTE), (Part.FOR, Part.PER, Part.UNTIL)):
        words = [word for part in together for word in keywords[part]]
        assert len(words) == len(set(words))


_words = st.sampled_from(
    [
        "revenue",
        "pendapatan",
        "leads",
        "rev",
        "lead",
        "conversion",
        "12",
        "1.500",
        "2,5",
        "jt",
        "M",
        "-5",
        "45%",
        "3h",
        "20m",
        "for",
        "untuk",
        "on",
        "pada",
        "note",
        "catatan",
        "per",
        "by",
        "sampai",
        "month",
        "minggu",
        "kemarin",
        "last",
        "fri",
        "10/11",
        "2026-11-20",
        "week",
        "<@U0BOB|bob>",
        "<@U1>",
        "<#C1|x>",
        "<!channel>",
        ":",
        "'",
        "()",
        "«",
        "𝟙",
        "\x00",
        "",
    ]
)
_lines = st.one_of(st.lists(_words, max_size=9).map(" ".join), st.text(max_size=60))


@given(line=_lines, language=st.sampled_from(["en", "id"]))
def test_no_line_is_met_with_anything_but_an_answer_or_a_kind_refusal(line: str, language: str) -> None:
    vocabulary = speaking(language)
    for parse in (parse_log, parse_show, parse_target):
        answer = understood_or_refused(parse, line, vocabulary)
        if isinstance(answer, DomainError):
            assert TEXTS.t(language)(answer.key, **answer.values)


def understood_or_refused(
    parse: Callable[[str, Vocabulary, date], object], line: str, vocabulary: Vocabulary
) -> object:
    try:
        return parse(line, vocabulary, TODAY)
    except DomainError as refusal:
        return refusal
