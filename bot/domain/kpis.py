"""The KPI catalogue: what each KPI means, in which unit, which way is good, and how values add up. Names are in the
catalogues (`bot/locales`, keys `kpi.<key>` and `kpi.<key>.words`); entries and targets are in their own modules.

To add a KPI: one entry in KPIS, its two texts in every language. Sources of the definitions: docs/kpis.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """CURRENCY in units of the workspace's currency, PERCENT as percentage points (45 is 45 %), DURATION in seconds."""

    NUMBER = "number"
    CURRENCY = "currency"
    PERCENT = "percent"
    DURATION = "duration"
    SCORE = "score"


class Direction(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class Aggregation(StrEnum):
    """How the values of a period become one. RATIO is 100·Σnumerator/Σdenominator for a percentage, else
    Σnumerator/Σdenominator; never a mean of ratios."""

    SUM = "sum"
    LAST = "last"
    MEAN = "mean"
    RATIO = "ratio"


class Kind(StrEnum):
    """OUTCOME is "metrik kinerja" (results), PROCESS "metrik proses" (how the selling is done)."""

    OUTCOME = "outcome"
    PROCESS = "process"


class Objective(StrEnum):
    NET_SALES = "net_sales"
    RETENTION = "retention"
    COST_SAVINGS = "cost_savings"
    AWARENESS = "awareness"
    TRAFFIC = "traffic"
    SATISFACTION = "satisfaction"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A derived KPI: `numerator` over `denominator`, both keys of KPIs that are summed."""

    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class Kpi:
    """One KPI. A derived one (`ratio` is set) is never typed in: its inputs are. `least` is the lowest value it can
    have, None where there is none (returns make a day's revenue negative)."""

    key: str
    unit: Unit
    direction: Direction
    aggregation: Aggregation
    kind: Kind
    objective: Objective
    example: str
    ratio: Ratio | None = None
    least: Decimal | None = None

    @property
    def is_derived(self) -> bool:
        return self.ratio is not None

    @property
    def whole(self) -> bool:
        """Whether it counts things, of which there are no parts."""
        return self.unit is Unit.NUMBER

    def takes(self, value: Decimal) -> bool:
        """Whether somebody's value for it can be right: a count is whole and not negative, a score not below zero."""
        if self.whole and (value < 0 or value != value.to_integral_value()):
            return False
        return self.least is None or value >= self.least


def _catalogue(*kpis: Kpi) -> Mapping[str, Kpi]:
    return {kpi.key: kpi for kpi in kpis}


KPIS: Mapping[str, Kpi] = _catalogue(
    Kpi("revenue", Unit.CURRENCY, Direction.HIGHER, Aggregation.SUM, Kind.OUTCOME, Objective.NET_SALES, "12500000"),
    Kpi("orders", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.OUTCOME, Objective.NET_SALES, "42"),
    Kpi(
        "average_order_value",
        Unit.CURRENCY,
        Direction.HIGHER,
        Aggregation.RATIO,
        Kind.OUTCOME,
        Objective.NET_SALES,
        "",
        Ratio("revenue", "orders"),
    ),
    Kpi("leads", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.PROCESS, Objective.NET_SALES, "18"),
    Kpi("deals_won", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.OUTCOME, Objective.NET_SALES, "4"),
    Kpi(
        "conversion_rate",
        Unit.PERCENT,
        Direction.HIGHER,
        Aggregation.RATIO,
        Kind.OUTCOME,
        Objective.NET_SALES,
        "",
        Ratio("deals_won", "leads"),
    ),
    Kpi("new_customers", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.OUTCOME, Objective.RETENTION, "6"),
    Kpi("meetings_held", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.PROCESS, Objective.NET_SALES, "12"),
    Kpi(
        "lead_response_time",
        Unit.DURATION,
        Direction.LOWER,
        Aggregation.MEAN,
        Kind.PROCESS,
        Objective.SATISFACTION,
        "3h 20m",
    ),
    Kpi(
        "customer_satisfaction",
        Unit.SCORE,
        Direction.HIGHER,
        Aggregation.MEAN,
        Kind.OUTCOME,
        Objective.SATISFACTION,
        "4.6",
        least=Decimal(0),
    ),
    Kpi("website_traffic", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.OUTCOME, Objective.TRAFFIC, "5400"),
)


def inputs_of(kpi: Kpi) -> tuple[str, ...]:
    """The keys of the KPIs whose entries a KPI is made from: itself, or the two inputs of a ratio."""
    return (kpi.ratio.numerator, kpi.ratio.denominator) if kpi.ratio else (kpi.key,)
