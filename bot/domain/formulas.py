"""The formulas of derived KPIs, as values: sums, differences, products and quotients of what was logged over a period.
They are computed in exact fractions. What is derived by which formula is in the catalogue (`kpis`), where the totals
come from is the matter of `figures`; how people write a formula is in `expressions`, how one is kept is in
`formula_texts`, how it is written out with its figures is the views'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Reading(StrEnum):
    """What a term takes from the values of some days: their SUM, the LAST one, or their MEAN."""

    SUM = "sum"
    LAST = "last"
    MEAN = "mean"


class Span(StrEnum):
    """Which days a term is about, as seen from a period: the PERIOD itself; the days it is compared with (BEFORE); all
    days before it (START: the last value of those is where the period started); all days up to its end (UNTIL: the
    last value of those still holds, like an assumption made once)."""

    PERIOD = "period"
    BEFORE = "before"
    START = "start"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Term:
    """An input: the values of a logged KPI (`kpi_key`) over a span, read as one number."""

    kpi_key: str
    reading: Reading = Reading.SUM
    span: Span = Span.PERIOD

    @property
    def totals_key(self) -> str:
        """Under which the totals of these days are kept: the KPI's own key for those of the period."""
        return totals_key(self.kpi_key, self.span)


@dataclass(frozen=True, slots=True)
class Constant:
    """A plain number, without a unit; a percentage is a share here (10 % is 1/10)."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of another KPI that is itself derived, over the same days. Its formula must be put in its place
    (`expressions.expand`) before anything is computed."""

    kpi_key: str


@dataclass(frozen=True, slots=True)
class Sum:
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Difference:
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Product:
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Ratio:
    """`left` over `right`. There is no value unless `right` is above zero: nothing is a share of nothing, and a share
    of something negative (more returned than sold) says nothing that could be read."""

    left: "Expression"
    right: "Expression"


Operation = Sum | Difference | Product | Ratio
Expression = Term | Constant | Reference | Operation


def totals_key(kpi_key: str, span: Span) -> str:
    return kpi_key if span is Span.PERIOD else f"{kpi_key}@{span}"


def terms(expression: Expression) -> tuple[Term, ...]:
    """The terms of a formula in reading order, each once. Numbers are none, and what a Reference is made of cannot be
    told before it is expanded."""
    if isinstance(expression, Term):
        return (expression,)
    if isinstance(expression, Constant | Reference):
        return ()
    return tuple(dict.fromkeys((*terms(expression.left), *terms(expression.right))))


def references(expression: Expression) -> tuple[Reference, ...]:
    """The derived KPIs that a formula names, in reading order, each once; none once it is expanded."""
    if isinstance(expression, Reference):
        return (expression,)
    if isinstance(expression, Term | Constant):
        return ()
    return tuple(dict.fromkeys((*references(expression.left), *references(expression.right))))


def named_keys(expression: Expression) -> tuple[str, ...]:
    """The keys of the KPIs that a formula names, logged or derived, in reading order, each once."""
    match expression:
        case Term(kpi_key) | Reference(kpi_key):
            return (kpi_key,)
        case Constant():
            return ()
    return tuple(dict.fromkeys((*named_keys(expression.left), *named_keys(expression.right))))


def size(expression: Expression) -> int:
    """How many terms, numbers and references are written in a formula, each as often as it stands there."""
    if isinstance(expression, Term | Constant | Reference):
        return 1
    return size(expression.left) + size(expression.right)


def evaluate(expression: Expression, values: Mapping[Term, Fraction | None]) -> Fraction | None:
    """The exact value of a formula; None where a term has none, or where a quotient has nothing to divide by.
    ValueError for a Reference: see there."""
    match expression:
        case Term():
            return values.get(expression)
        case Constant(value):
            return value
        case Reference(kpi_key):
            raise ValueError(f"the formula of {kpi_key} must be put in first")
    left, right = evaluate(expression.left, values), evaluate(expression.right, values)
    if left is None or right is None:
        return None
    match expression:
        case Sum():
            return left + right
        case Difference():
            return left - right
        case Product():
            return left * right
        case Ratio():
            return left / right if right > 0 else None
