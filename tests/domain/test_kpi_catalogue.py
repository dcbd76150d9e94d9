"""The catalogue: every KPI of the field, each with what there is to know of it, and hand-worked figures."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.entries import Totals
from bot.domain.figures import figure
from bot.domain.kpis import KPIS, Aggregation, Direction, Kind, Kpi, Objective, Unit, inputs_of
from bot.domain.values import AmbiguousValue, parse_value

DOCS = (Path(__file__).parents[2] / "docs" / "kpis.md").read_text(encoding="utf-8")
EVERY = pytest.mark.parametrize("kpi", KPIS.values(), ids=list(KPIS))

SALES, RETENTION, SAVINGS = Objective.NET_SALES, Objective.RETENTION, Objective.COST_SAVINGS
AWARENESS, TRAFFIC, SATISFACTION = Objective.AWARENESS, Objective.TRAFFIC, Objective.SATISFACTION

FIELD = [
    ("revenue", Unit.CURRENCY, "up", Kind.OUTCOME, SALES),
    ("sales_volume", Unit.NUMBER, "up", Kind.OUTCOME, SALES),
    ("sales_growth", Unit.PERCENT, "up", Kind.OUTCOME, SALES),
    ("leads", Unit.NUMBER, "up", Kind.PROCESS, SALES),
    ("conversion_rate", Unit.PERCENT, "up", Kind.OUTCOME, SALES),
    ("closing_rate", Unit.PERCENT, "up", Kind.OUTCOME, SALES),
    ("average_order_value", Unit.CURRENCY, "up", Kind.OUTCOME, SALES),
    ("average_deal_size", Unit.CURRENCY, "up", Kind.OUTCOME, SALES),
    ("customer_acquisition_cost", Unit.CURRENCY, "down", Kind.OUTCOME, SAVINGS),
    ("customer_lifetime_value", Unit.CURRENCY, "up", Kind.OUTCOME, RETENTION),
    ("retention_rate", Unit.PERCENT, "up", Kind.OUTCOME, RETENTION),
    ("churn_rate", Unit.PERCENT, "down", Kind.OUTCOME, RETENTION),
    ("new_customers", Unit.NUMBER, "up", Kind.OUTCOME, RETENTION),
    ("customer_nps", Unit.SCORE, "up", Kind.OUTCOME, SATISFACTION),
    ("customer_satisfaction", Unit.SCORE, "up", Kind.OUTCOME, SATISFACTION),
    ("return_on_investment", Unit.PERCENT, "up", Kind.OUTCOME, SALES),
    ("gross_margin", Unit.PERCENT, "up", Kind.OUTCOME, SALES),
    ("inventory_turnover", Unit.NUMBER, "up", Kind.OUTCOME, SAVINGS),
    ("sales_cycle_length", Unit.DURATION, "down", Kind.PROCESS, SALES),
    ("lead_response_time", Unit.DURATION, "down", Kind.PROCESS, SATISFACTION),
    ("cost_savings", Unit.CURRENCY, "up", Kind.OUTCOME, SAVINGS),
    ("brand_awareness", Unit.NUMBER, "up", Kind.OUTCOME, AWARENESS),
    ("brand_recall", Unit.PERCENT, "up", Kind.OUTCOME, AWARENESS),
    ("website_traffic", Unit.NUMBER, "up", Kind.OUTCOME, TRAFFIC),
    ("meetings_held", Unit.NUMBER, "up", Kind.PROCESS, SALES),
    ("calls_held", Unit.NUMBER, "up", Kind.PROCESS, SALES),
    ("quota_attainment", Unit.PERCENT, "up", Kind.OUTCOME, SALES),
]  # fmt: skip


@pytest.mark.parametrize(("key", "unit", "better", "kind", "objective"), FIELD, ids=[row[0] for row in FIELD])
def test_each_kpi_of_the_field_is_there(key: str, unit: Unit, better: str, kind: Kind, objective: Objective) -> None:
    kpi = KPIS[key]
    direction = Direction.HIGHER if better == "up" else Direction.LOWER
    assert (kpi.unit, kpi.direction, kpi.kind, kpi.objective) == (unit, direction, kind, objective)
    assert not kpi.is_input


# Worked by hand: the entries of a period, and what the KPI is then.
WORKED: list[tuple[str, dict[str, list[str]], str]] = [
    ("revenue", {"revenue": ["12500000", "-500000"]}, "12000000"),
    ("sales_volume", {"sales_volume": ["120", "200"]}, "320"),
    ("sales_growth", {"revenue": ["90", "30"], "revenue@before": ["60", "40"]}, "20"),
    ("sales_growth", {"revenue": ["75"], "revenue@before": ["100"]}, "-25"),
    ("leads", {"leads": ["10", "8"]}, "18"),
    ("conversion_rate", {"deals_won": ["1", "4"], "leads": ["10", "10", "20"]}, "12.5"),
    ("closing_rate", {"deals_won": ["3"], "deals_lost": ["4", "5"]}, "25"),
    ("average_order_value", {"revenue": ["900", "100"], "orders": ["4"]}, "250"),
    ("average_deal_size", {"deal_value": ["120", "30"], "deals_won": ["2", "1"]}, "50"),
    ("customer_acquisition_cost", {"acquisition_spend": ["700", "200"], "new_customers": ["4", "2"]}, "150"),
    # 1,000 in 4 orders, 6 orders a year for 2.5 years: 250 × 15
    ("customer_lifetime_value", {"revenue": ["900", "100"], "orders": ["4"],
                                 "yearly_orders_per_customer@until": ["9", "6"],
                                 "customer_lifetime@until": ["2.5"]}, "3750"),
    # 200 at the start, 210 at the end, 30 of them new: 180 stayed, 20 left
    ("retention_rate", {"active_customers": ["205", "210"], "active_customers@start": ["150", "200"],
                        "new_customers": ["10", "20"]}, "90"),
    ("churn_rate", {"active_customers": ["205", "210"], "active_customers@start": ["150", "200"],
                    "new_customers": ["10", "20"]}, "10"),
    ("new_customers", {"new_customers": ["4", "2"]}, "6"),
    ("customer_nps", {"customer_promoters": ["20", "5"], "customer_passives": ["10"],
                      "customer_detractors": ["5"]}, "50"),
    ("customer_nps", {"customer_promoters": ["0"], "customer_passives": ["0"], "customer_detractors": ["7"]}, "-100"),
    ("customer_satisfaction", {"customer_satisfaction": ["4", "5", "4.5"]}, "4.5"),
    ("return_on_investment", {"campaign_revenue": ["15", "3"], "campaign_cost": ["6"]}, "200"),
    ("return_on_investment", {"campaign_revenue": ["3"], "campaign_cost": ["4"]}, "-25"),
    ("gross_margin", {"revenue": ["800", "200"], "cost_of_goods": ["600"]}, "40"),
    ("gross_margin", {"revenue": ["100"], "cost_of_goods": ["150"]}, "-50"),
    ("inventory_turnover", {"cost_of_goods": ["70", "50"], "stock_value": ["30", "50", "40"]}, "3"),
    ("sales_cycle_length", {"sales_cycle_length": ["86400", "259200"]}, "172800"),
    ("lead_response_time", {"lead_response_time": ["600", "1800"]}, "1200"),
    ("cost_savings", {"cost_savings": ["5", "7"]}, "12"),
    ("brand_awareness", {"brand_awareness": ["24000", "1000"]}, "25000"),
    ("brand_recall", {"brand_recalled": ["80", "10"], "brand_asked": ["200", "50"]}, "36"),
    ("website_traffic", {"website_traffic": ["5400"]}, "5400"),
    ("meetings_held", {"meetings_held": ["12", "3"]}, "15"),
    ("calls_held", {"calls_held": ["35", "5"]}, "40"),
    ("quota_attainment", {"revenue": ["45"], "sales_quota": ["20", "40"]}, "75"),
]  # fmt: skip


def totals(values: list[str]) -> Totals:
    numbers = [Decimal(value) for value in values]
    return Totals(sum(numbers, Decimal(0)), len(numbers), numbers[-1])


@pytest.mark.parametrize(("key", "entries", "value"), WORKED, ids=[row[0] for row in WORKED])
def test_hand_worked_figures(key: str, entries: dict[str, list[str]], value: str) -> None:
    assert figure(KPIS[key], {each: totals(values) for each, values in entries.items()}).value == Decimal(value)


def test_each_kpi_of_the_field_is_worked_by_hand() -> None:
    assert {row[0] for row in WORKED} == {row[0] for row in FIELD}


@EVERY
def test_what_is_derived_is_made_of_what_is_logged(kpi: Kpi) -> None:
    assert kpi.is_derived == (kpi.aggregation is Aggregation.RATIO) == (not kpi.example)
    if kpi.is_derived:
        assert all(not KPIS[key].is_derived for key in inputs_of(kpi))
        assert not kpi.is_input
    else:
        assert inputs_of(kpi) == (kpi.key,)


def test_inputs_serve_a_formula_and_come_last() -> None:
    used = {key for kpi in KPIS.values() if kpi.is_derived for key in inputs_of(kpi)}
    inputs = [key for key, kpi in KPIS.items() if kpi.is_input]
    assert inputs
    assert set(inputs) <= used
    assert list(KPIS)[-len(inputs) :] == inputs


@EVERY
@pytest.mark.parametrize("language", ["en", "id"])
def test_an_example_can_be_typed_as_it_is(kpi: Kpi, language: str) -> None:
    if kpi.is_derived:
        return
    value = parse_value(kpi.example, kpi.unit, language)
    readings = value.readings if isinstance(value, AmbiguousValue) else (value,)
    assert any(kpi.takes(each) for each in readings)


@pytest.mark.parametrize("key", ["leads", "active_customers", "customer_passives", "brand_asked", "calls_held"])
def test_things_are_counted_whole(key: str) -> None:
    assert [KPIS[key].takes(Decimal(each)) for each in ("3", "0", "2.5", "-1")] == [True, True, False, False]


@pytest.mark.parametrize("key", ["customer_lifetime", "yearly_orders_per_customer", "stock_value", "sales_quota"])
def test_an_assumption_or_a_stock_may_have_parts_and_is_not_negative(key: str) -> None:
    assert [KPIS[key].takes(Decimal(each)) for each in ("2.5", "0", "-0.1")] == [True, True, False]


def rows() -> dict[str, str]:
    return {found[1]: found[0] for found in re.finditer(r"^\| `([a-z_]+)` \|.*$", DOCS, re.MULTILINE)}


@EVERY
def test_the_guide_has_a_row_for_each(kpi: Kpi) -> None:
    row = rows()[kpi.key]
    unit = {"duration": "time"}.get(kpi.unit, kpi.unit)
    assert f"| {unit} | {kpi.direction} |" in row
    for key in inputs_of(kpi) if kpi.is_derived else ():
        assert f"`{key}`" in row, "its formula names each input by its key"


def test_the_guide_has_no_row_too_many_and_none_out_of_order() -> None:
    assert list(rows()) == list(KPIS)
