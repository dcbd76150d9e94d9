"""The parts of `/kpi log` in any order, and how sure somebody says to be; what could mean two things is not guessed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.catalogue import Catalogue, KpiVersion
from bot.domain.entries import Confidence
from bot.domain.errors import DomainError
from bot.domain.kpis import KPIS, Aggregation, Direction, Kind, Kpi, Objective, Unit
from bot.i18n import load
from bot.kpis.grammar import parse_log
from bot.kpis.vocabulary import Vocabulary
from tests.features.conftest import THURSDAY

TODAY = date(2026, 11, 26)
TEXTS = load("en")
OWN = Kpi(
    "visits", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.PROCESS, Objective.TRAFFIC, "5",
    names={"en": "On-site visits for sure", "id": "Kunjungan"},
)  # fmt: skip


def speaking(language: str, kpis: Catalogue | None = None) -> Vocabulary:
    return Vocabulary.of(TEXTS, TEXTS.t(language), Catalogue() if kpis is None else kpis, "IDR")


@pytest.mark.parametrize(
    ("language", "typed", "kpi", "value", "on"),
    [
        ("id", "leads 12 kemarin", "leads", "12", 25),
        ("id", "12 leads kemarin", "leads", "12", 25),
        ("id", "kemarin leads 12", "leads", "12", 25),
        ("id", "leads kemarin 12", "leads", "12", 25),
        ("id", "kemarin 12 leads", "leads", "12", 25),
        ("id", "12 kemarin leads", "leads", "12", 25),
        ("id", "senin prospek 12", "leads", "12", 23),
        ("en", "last fri rev 5M", "revenue", "5000000", 20),
        ("en", "on monday leads 12", "leads", "12", 23),
        ("en", "leads on 20 nov 12", "leads", "12", 20),
        ("en", "12 rev", "revenue", "12", 26),
        ("id", "20/11 12,5 jt pendapatan", "revenue", "12500000", 20),
        ("id", "12,5 jt pendapatan 20/11", "revenue", "12500000", 20),
        ("en", "leads 12 11/20", "leads", "12", 20),
        ("en", "2026-11-20 leads 12", "leads", "12", 20),
        ("en", "2 days ago lead response time 3h", "lead_response_time", "10800", 24),
    ],
)
def test_the_order_is_free(language: str, typed: str, kpi: str, value: str, on: int) -> None:
    meant = parse_log(typed, speaking(language), TODAY)
    assert (meant.kpi.key, meant.value, meant.on) == (kpi, Decimal(value), date(2026, 11, on))


def test_for_may_stand_anywhere() -> None:
    for typed in ("for <@U0BOB> leads 12", "leads for <@U0BOB|bob> 12", "leads 12 <@U0BOB>", "12 leads for <@U0BOB>"):
        assert parse_log(typed, speaking("en"), TODAY).member_id == "U0BOB"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("leads 20 nov 12", "kpis.logging.order_unclear"),
        ("leads 2 days ago", "kpis.value_missing"),
        ("leads yesterday", "kpis.value_missing"),
        ("12 leads foo", "dates.date_unclear"),
        ("foo leads 12", "kpis.did_you_mean"),
        ("leads 5 on monday evening", "dates.date_unclear"),
        ("5 conversion rate", "kpis.derived"),
        ("leads 12 confidence", "kpis.logging.confidence_unclear"),
        ("leads 12 confidence maybe", "kpis.logging.confidence_unclear"),
        ("12 5 leads", "values.not_a_number"),
    ],
)
def test_what_could_mean_two_things_or_none_is_refused(typed: str, key: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse_log(typed, speaking("en"), TODAY)
    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("typed", "sure", "note"),
    [
        ("leads 12 confidence unsure", Confidence.UNSURE, ""),
        ("leads 12 confidence: on track note fine", Confidence.ON_TRACK, "fine"),
        ("leads 12 off track", Confidence.OFF, ""),
        ("leads 12 yakin", Confidence.ON_TRACK, ""),
        ("leads ragu 12 kemarin", Confidence.UNSURE, ""),
        ("leads 12 keyakinan meleset catatan dua batal", Confidence.OFF, "dua batal"),
        ("leads 12 note I am unsure", None, "I am unsure"),
        ("leads 12", None, ""),
    ],
)
@pytest.mark.parametrize("language", ["en", "id"])
def test_how_sure_somebody_is(language: str, typed: str, sure: Confidence | None, note: str) -> None:
    meant = parse_log(typed, speaking(language), TODAY)
    assert (meant.confidence, meant.note, meant.value) == (sure, note, Decimal(12))


def test_a_kpi_may_be_called_anything() -> None:
    own = Catalogue([KpiVersion(OWN, 1, TODAY, "U0AYU", THURSDAY)])
    meant = parse_log("on-site visits for sure 12 unsure", speaking("en", own), TODAY)
    assert (meant.kpi.key, meant.value, meant.confidence) == ("visits", Decimal(12), Confidence.UNSURE)


def test_every_way_to_say_it_means_one_thing() -> None:
    seen: dict[str, Confidence] = {}
    for sure in Confidence:
        for word in TEXTS.all_words(f"kpis.logging.sure_words.{sure}"):
            assert seen.setdefault(word, sure) is sure


@given(
    parts=st.permutations(["18", "leads", "kemarin"]),
    sure=st.sampled_from(["", "ragu", "confidence off"]),
    who=st.sampled_from(["", "for <@U0BOB>", "untuk <@U0BOB|bob>"]),
)
def test_any_order_says_the_same(parts: list[str], sure: str, who: str) -> None:
    meant = parse_log(" ".join([*parts, sure, who]), speaking("id"), TODAY)
    assert (meant.kpi, meant.value, meant.on) == (KPIS["leads"], Decimal(18), date(2026, 11, 25))
