"""The KPI catalogue: what each KPI means, in which unit, which way is good, and how values add up. Names are in the
catalogues (`bot/locales`, keys `kpi.<key>`, `kpi.<key>.words` and `kpi.<key>.meaning`); the words used here are defined
in `kpi_traits` and `formulas`, entries and targets in their own modules.

To add a KPI, also a derived one: one entry in KPIS, its three texts in every language, its row in docs/kpis.md, where
the sources of the definitions are. The order is that of lists and summaries; inputs come last.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce

from bot.domain.formulas import Difference, Expression, Product, Ratio, Reading, Span, Sum, Term
from bot.domain.kpi_traits import Aggregation, Direction, Kind, Kpi, Objective, Unit, inputs_of, terms_of

__all__ = ["KPIS", "Aggregation", "Direction", "Kind", "Kpi", "Objective", "Unit", "inputs_of", "terms_of"]

_UP, _DOWN = Direction.HIGHER, Direction.LOWER
_NUMBER, _CURRENCY, _PERCENT = Unit.NUMBER, Unit.CURRENCY, Unit.PERCENT
_DURATION, _SCORE = Unit.DURATION, Unit.SCORE
_SUM, _LAST, _MEAN = Aggregation.SUM, Aggregation.LAST, Aggregation.MEAN
_OUTCOME, _PROCESS = Kind.OUTCOME, Kind.PROCESS
_SALES, _RETENTION, _SAVINGS = Objective.NET_SALES, Objective.RETENTION, Objective.COST_SAVINGS
_AWARENESS, _TRAFFIC, _SATISFACTION = Objective.AWARENESS, Objective.TRAFFIC, Objective.SATISFACTION
_NONE = Decimal(0)


def _derived(
    key: str,
    unit: Unit,
    direction: Direction,
    objective: Objective,
    formula: Expression,
    kind: Kind = Kind.OUTCOME,
    *,
    per_hundred: bool = False,
) -> Kpi:
    return Kpi(key, unit, direction, Aggregation.RATIO, kind, objective, "", formula, per_hundred=per_hundred)


def _input(
    key: str,
    unit: Unit,
    direction: Direction,
    aggregation: Aggregation,
    objective: Objective,
    example: str,
    *,
    least: Decimal | None = None,
    has_parts: bool = False,
) -> Kpi:
    return Kpi(
        key, unit, direction, aggregation, Kind.OUTCOME, objective, example,
        least=least, is_input=True, has_parts=has_parts,
    )  # fmt: skip


def _over(above: str, below: str) -> Ratio:
    return Ratio(Term(above), Term(below))


def _product(*factors: Expression) -> Expression:
    return reduce(Product, factors)


def _gain_over(gain: Term, base: Term) -> Ratio:
    """How much larger than the base: (gain − base) / base."""
    return Ratio(Difference(gain, base), base)


def _catalogue(*kpis: Kpi) -> Mapping[str, Kpi]:
    return {kpi.key: kpi for kpi in kpis}


_CUSTOMERS_AT_START = Term("active_customers", Reading.LAST, Span.START)
_CUSTOMERS_AT_END = Term("active_customers", Reading.LAST)
_CUSTOMERS_KEPT = Difference(_CUSTOMERS_AT_END, Term("new_customers"))
_CUSTOMERS_LOST = Difference(Sum(_CUSTOMERS_AT_START, Term("new_customers")), _CUSTOMERS_AT_END)
_DEALS_DECIDED = Sum(Term("deals_won"), Term("deals_lost"))
_RATINGS = Sum(Sum(Term("customer_promoters"), Term("customer_passives")), Term("customer_detractors"))

KPIS: Mapping[str, Kpi] = _catalogue(
    Kpi("revenue", _CURRENCY, _UP, _SUM, _OUTCOME, _SALES, "12500000"),
    _derived(
        "sales_growth", _PERCENT, _UP, _SALES, _gain_over(Term("revenue"), Term("revenue", span=Span.BEFORE)),
    ),
    Kpi("sales_volume", _NUMBER, _UP, _SUM, _OUTCOME, _SALES, "320"),
    Kpi("orders", _NUMBER, _UP, _SUM, _OUTCOME, _SALES, "42"),
    _derived("average_order_value", _CURRENCY, _UP, _SALES, _over("revenue", "orders")),
    Kpi("leads", _NUMBER, _UP, _SUM, _PROCESS, _SALES, "18"),
    Kpi("deals_won", _NUMBER, _UP, _SUM, _OUTCOME, _SALES, "4"),
    _derived("conversion_rate", _PERCENT, _UP, _SALES, _over("deals_won", "leads")),
    _derived("closing_rate", _PERCENT, _UP, _SALES, Ratio(Term("deals_won"), _DEALS_DECIDED)),
    _derived("average_deal_size", _CURRENCY, _UP, _SALES, _over("deal_value", "deals_won")),
    _derived("quota_attainment", _PERCENT, _UP, _SALES, _over("revenue", "sales_quota")),
    _derived(
        "gross_margin", _PERCENT, _UP, _SALES,
        Ratio(Difference(Term("revenue"), Term("cost_of_goods")), Term("revenue")),
    ),
    _derived(
        "return_on_investment", _PERCENT, _UP, _SALES, _gain_over(Term("campaign_revenue"), Term("campaign_cost")),
    ),
    Kpi("new_customers", _NUMBER, _UP, _SUM, _OUTCOME, _RETENTION, "6"),
    _derived("retention_rate", _PERCENT, _UP, _RETENTION, Ratio(_CUSTOMERS_KEPT, _CUSTOMERS_AT_START)),
    _derived("churn_rate", _PERCENT, _DOWN, _RETENTION, Ratio(_CUSTOMERS_LOST, _CUSTOMERS_AT_START)),
    _derived(
        "customer_lifetime_value", _CURRENCY, _UP, _RETENTION,
        _product(
            _over("revenue", "orders"),
            Term("yearly_orders_per_customer", Reading.LAST, Span.UNTIL),
            Term("customer_lifetime", Reading.LAST, Span.UNTIL),
        ),
    ),
    Kpi("meetings_held", _NUMBER, _UP, _SUM, _PROCESS, _SALES, "12"),
    Kpi("calls_held", _NUMBER, _UP, _SUM, _PROCESS, _SALES, "35"),
    Kpi("sales_cycle_length", _DURATION, _DOWN, _MEAN, _PROCESS, _SALES, "32d"),
    Kpi("lead_response_time", _DURATION, _DOWN, _MEAN, _PROCESS, _SATISFACTION, "3h 20m"),
    Kpi("customer_satisfaction", _SCORE, _UP, _MEAN, _OUTCOME, _SATISFACTION, "4.6", least=_NONE),
    _derived(
        "customer_nps", _SCORE, _UP, _SATISFACTION,
        Ratio(Difference(Term("customer_promoters"), Term("customer_detractors")), _RATINGS), per_hundred=True,
    ),
    Kpi("website_traffic", _NUMBER, _UP, _SUM, _OUTCOME, _TRAFFIC, "5400"),
    Kpi("brand_awareness", _NUMBER, _UP, _SUM, _OUTCOME, _AWARENESS, "24000"),
    _derived("brand_recall", _PERCENT, _UP, _AWARENESS, _over("brand_recalled", "brand_asked")),
    Kpi("cost_savings", _CURRENCY, _UP, _SUM, _OUTCOME, _SAVINGS, "3500000"),
    _derived("customer_acquisition_cost", _CURRENCY, _DOWN, _SAVINGS, _over("acquisition_spend", "new_customers")),
    _derived(
        "inventory_turnover", _NUMBER, _UP, _SAVINGS,
        Ratio(Term("cost_of_goods"), Term("stock_value", Reading.MEAN)),
    ),
    _input("deals_lost", _NUMBER, _DOWN, _SUM, _SALES, "7"),
    _input("deal_value", _CURRENCY, _UP, _SUM, _SALES, "45000000"),
    _input("sales_quota", _CURRENCY, _UP, _SUM, _SALES, "60000000", least=_NONE),
    _input("cost_of_goods", _CURRENCY, _DOWN, _SUM, _SALES, "7500000"),
    _input("campaign_revenue", _CURRENCY, _UP, _SUM, _SALES, "18000000"),
    _input("campaign_cost", _CURRENCY, _DOWN, _SUM, _SALES, "6000000"),
    _input("active_customers", _NUMBER, _UP, _LAST, _RETENTION, "240"),
    _input("yearly_orders_per_customer", _NUMBER, _UP, _LAST, _RETENTION, "4", least=_NONE, has_parts=True),
    _input("customer_lifetime", _NUMBER, _UP, _LAST, _RETENTION, "3", least=_NONE, has_parts=True),
    _input("customer_promoters", _NUMBER, _UP, _SUM, _SATISFACTION, "25"),
    _input("customer_passives", _NUMBER, _UP, _SUM, _SATISFACTION, "10"),
    _input("customer_detractors", _NUMBER, _DOWN, _SUM, _SATISFACTION, "5"),
    _input("brand_recalled", _NUMBER, _UP, _SUM, _AWARENESS, "80"),
    _input("brand_asked", _NUMBER, _UP, _SUM, _AWARENESS, "200"),
    _input("acquisition_spend", _CURRENCY, _DOWN, _SUM, _SAVINGS, "9000000"),
    _input("stock_value", _CURRENCY, _DOWN, _LAST, _SAVINGS, "30000000", least=_NONE),
)  # fmt: skip
