"""What a formula gives: money, a time, or a number without either; and refusing what makes no sense, like money plus
orders. Nothing is computed here.

Money and time are dimensions: what is divided by its own kind loses it, what is multiplied by a plain number keeps it.
Numbers, percentages and scores have none, yet a percentage of something is not to be added to a count of it. What a
quotient of two counts is (a share, a count per head, a score) nobody can tell from the formula: it can be any of them.
"""

from collections.abc import Callable, Mapping

from bot.domain.errors import DomainError
from bot.domain.formula_expansion import by_key, kpi_of
from bot.domain.formula_texts import spoken_formula
from bot.domain.formulas import (
    Constant,
    Difference,
    Expression,
    Product,
    Ratio,
    Reference,
    Sum,
    Term,
    evaluate,
    named_keys,
)
from bot.domain.kpis import Kpi, Unit
from bot.domain.words import shown

Units = frozenset[Unit]
_PLAIN: Units = frozenset({Unit.NUMBER, Unit.PERCENT, Unit.SCORE})
_MONEY: Units = frozenset({Unit.CURRENCY})
_TIME: Units = frozenset({Unit.DURATION})
_PERCENT: Units = frozenset({Unit.PERCENT})
_SCORE: Units = frozenset({Unit.SCORE})
_LIKELIEST = (Unit.CURRENCY, Unit.DURATION, Unit.PERCENT, Unit.NUMBER, Unit.SCORE)


def unit_of(
    expression: Expression, kpis: Mapping[str, Kpi], named: Callable[[Kpi], str] = by_key, language: str = "en"
) -> tuple[Unit, ...]:
    """The units that the KPI of a formula can have, the likeliest first: never none.

    DomainErrors for what makes no sense, with the parts it is about as somebody who writes `language` would write them
    (`named` has the names): `kpis.formula.adds_*`, `kpis.formula.times_*`, `kpis.formula.per_*`, and
    `kpis.formula.zero_below` for a division by a number that is not above zero; `kpis.formula.kpi_gone` for a key that
    is not among `kpis`.
    """
    found = _Units(kpis, named, language).of(expression)
    return tuple(unit for unit in _LIKELIEST if unit in found)


def check_units(
    expression: Expression,
    unit: Unit,
    kpis: Mapping[str, Kpi],
    named: Callable[[Kpi], str] = by_key,
    language: str = "en",
    *,
    per_hundred: bool = False,
) -> None:
    """DomainError where a formula makes no sense (see `unit_of`) or does not give `unit`: `kpis.formula.gives_*` says
    which unit to choose. A score that is told a hundredfold must be a share: `kpis.formula.no_share`."""
    possible = unit_of(expression, kpis, named, language)
    text = shown(spoken_formula(expression, kpis, named, language))
    if unit not in possible:
        gives = "plain" if set(possible) >= _PLAIN else possible[0].value
        raise DomainError(f"kpis.formula.gives_{gives}", formula=text)
    if per_hundred and Unit.PERCENT not in possible:
        raise DomainError("kpis.formula.no_share", formula=text)


class _Units:
    """The units that each part of a formula can have."""

    def __init__(self, kpis: Mapping[str, Kpi], named: Callable[[Kpi], str], language: str) -> None:
        self.kpis, self.named, self.language = kpis, named, language

    def of(self, expression: Expression) -> Units:
        match expression:
            case Constant():
                return _PLAIN
            case Term(kpi_key) | Reference(kpi_key):
                return frozenset({kpi_of(kpi_key, self.kpis).unit})
            case Sum() | Difference():
                return self.added(expression)
            case Product():
                return self.multiplied(expression)
            case Ratio():
                return self.divided(expression)

    def added(self, expression: Sum | Difference) -> Units:
        left, right = self.of(expression.left), self.of(expression.right)
        if left & right:
            return left & right
        for kind, name in ((_MONEY, "money"), (_TIME, "time"), (_PERCENT, "percent")):
            if kind in (left, right):
                raise self.refused(f"kpis.formula.adds_{name}", expression)
        raise self.refused("kpis.formula.adds_other", expression)

    def multiplied(self, expression: Product) -> Units:
        """A plain number can also be a weight, which makes a score of anything."""
        left, right = self.of(expression.left), self.of(expression.right)
        dimensions = [each for each in (left, right) if not each <= _PLAIN]
        if len(dimensions) > 1:
            which = "both" if left != right else "money" if left == _MONEY else "time"
            raise self.refused(f"kpis.formula.times_{which}", expression)
        if dimensions:
            return dimensions[0]
        if not named_keys(expression.left):
            return right | _SCORE
        if not named_keys(expression.right):
            return left | _SCORE
        return _product_of(left, right)

    def divided(self, expression: Ratio) -> Units:
        left, right = self.of(expression.left), self.of(expression.right)
        if never_divides(expression.right):
            raise self.refused("kpis.formula.zero_below", expression)
        if not right <= _PLAIN and left != right:
            raise self.refused(f"kpis.formula.per_{'money' if right == _MONEY else 'time'}", expression)
        if not right <= _PLAIN:
            return _PLAIN
        if not left <= _PLAIN:
            return left
        return left | _PERCENT | _SCORE if right == _PLAIN else _PLAIN

    def refused(self, key: str, expression: Sum | Difference | Product | Ratio) -> DomainError:
        left, right = (
            shown(spoken_formula(part, self.kpis, self.named, self.language))
            for part in (expression.left, expression.right)
        )
        return DomainError(key, left=left, right=right)


def _product_of(left: Units, right: Units) -> Units:
    """What a product of two KPIs without a dimension can be: a percentage of something is what that is, and otherwise
    it can be what either of the two is."""
    if left == _PERCENT:
        return right
    return left if right == _PERCENT else left | right


def never_divides(expression: Expression) -> bool:
    """Whether it is made of numbers alone and not above zero, so that nothing divided by it ever has a value."""
    if named_keys(expression):
        return False
    value = evaluate(expression, {})
    return value is None or value <= 0
