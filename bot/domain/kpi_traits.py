"""What there is to say of a KPI: its unit, which way is good, how values add up, what it serves, what it is made of.
The KPIs themselves are in `kpis`, from where all of this is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.domain.formulas import Expression, Term, terms


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
    """How the values of a period become one. RATIO is that of everything derived: its formula over the totals of its
    inputs (a percentage is a hundred times that), never a mean of ratios."""

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
class Kpi:
    """One KPI. A derived one (`formula` is set) is never typed in: its inputs are.

    `example` is a value as one types it, "" for derived ones. `least` is the lowest value it can have, None where there
    is none (returns make a day's revenue negative). `is_input` marks what is kept for the sake of formulas: it comes
    after the others. `has_parts` marks a number that counts no things. `per_hundred` marks a score that is told a
    hundredfold, as percentages always are. `names` and `meanings` are those of a workspace's own KPI, by language;
    those of the built-in ones are in the text catalogues.
    """

    key: str
    unit: Unit
    direction: Direction
    aggregation: Aggregation
    kind: Kind
    objective: Objective
    example: str
    formula: Expression | None = None
    least: Decimal | None = None
    is_input: bool = False
    has_parts: bool = False
    per_hundred: bool = False
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    meanings: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_derived(self) -> bool:
        return self.formula is not None

    @property
    def factor(self) -> int:
        """What the value of its formula is multiplied with to be in its unit."""
        return 100 if self.unit is Unit.PERCENT or self.per_hundred else 1

    @property
    def whole(self) -> bool:
        """Whether it counts things, of which there are no parts."""
        return self.unit is Unit.NUMBER and not self.has_parts

    def takes(self, value: Decimal) -> bool:
        """Whether somebody's value for it can be right: a count is whole and not negative, a score not below zero."""
        if self.whole and (value < 0 or value != value.to_integral_value()):
            return False
        return self.least is None or value >= self.least


def inputs_of(kpi: Kpi) -> tuple[str, ...]:
    """The keys of the KPIs whose entries a KPI is made from: itself, or the inputs of its formula, each once."""
    if kpi.formula is None:
        return (kpi.key,)
    return tuple(dict.fromkeys(term.kpi_key for term in terms(kpi.formula)))


def terms_of(kpi: Kpi) -> tuple[Term, ...]:
    """What a KPI's figure is made from: its own values of the period, or the terms of its formula."""
    return terms(kpi.formula) if kpi.formula is not None else (Term(kpi.key),)
