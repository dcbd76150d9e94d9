"""Formulas over KPIs that have formulas themselves: putting those in, so that only what people logged is left, and
refusing what would go round in circles. Units are the matter of `formula_units`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from bot.domain.errors import DomainError
from bot.domain.formulas import (
    Constant,
    Expression,
    Product,
    Ratio,
    Reading,
    Reference,
    Span,
    Term,
    named_keys,
    size,
)
from bot.domain.kpis import Kpi, Unit

MAX_LEVELS = 10
"""How many formulas can lie one inside the other."""
MAX_EXPANDED_TERMS = 200
"""How many terms and numbers a formula may have once everything is put in."""
HUNDRED = Constant(Fraction(100))
NO_VALUE = Ratio(Constant(Fraction(0)), Constant(Fraction(0)))
"""A formula of nothing, which never has a value."""


def by_key(kpi: Kpi) -> str:
    """The name of a KPI where nobody gave a better one."""
    return kpi.key


def kpi_of(key: str, kpis: Mapping[str, Kpi]) -> Kpi:
    """The KPI that a formula names, or DomainError("kpis.formula.kpi_gone")."""
    if key not in kpis:
        raise DomainError("kpis.formula.kpi_gone", kpi=key)
    return kpis[key]


def expand(
    expression: Expression, kpis: Mapping[str, Kpi], key: str = "", named: Callable[[Kpi], str] = by_key
) -> Expression:
    """The formula of the KPI `key` with the formulas of all derived KPIs put in that it names, so that only terms of
    logged ones and numbers are left. Inside it a percentage is a share: a logged 45 % is 45/100, a derived one its bare
    formula; a score that is told a hundredfold is put in a hundredfold. `Kpi.factor` turns the result into its unit.

    `kpis` are the definitions as they were written, nothing put in yet: what was expanded once must not be again.
    `named` words the KPIs in refusals. DomainErrors: `kpis.formula.cycle` with the way round, `kpis.formula.too_deep`
    (over MAX_LEVELS), `kpis.formula.too_large` (over MAX_EXPANDED_TERMS), `kpis.formula.kpi_gone` for a key that is not
    among `kpis`, `kpis.formula.now_derived` for other days or another reading of what is not logged any more.
    """
    check_cycles(key, expression, lambda each: _formulas(kpis.get(each)), kpis, named)
    return _Expansion(kpis, named).within(expression, 1)


def expanded(
    kpis: Mapping[str, Kpi], named: Callable[[Kpi], str] = by_key
) -> tuple[dict[str, Kpi], dict[str, DomainError]]:
    """All KPIs, each formula with the others put in: what figures are computed from. A formula that cannot be put
    together (any more) becomes NO_VALUE, and is among the refusals, which are those of `expand`, by key: the other
    KPIs are as good as ever."""
    expansion = _Expansion(kpis, named)
    found, refused = dict[str, Kpi](), dict[str, DomainError]()
    for key, kpi in kpis.items():
        found[key] = kpi
        if kpi.formula is not None:
            try:
                check_cycles(key, kpi.formula, lambda each: _formulas(kpis.get(each)), kpis, named)
                found[key] = replace(kpi, formula=expansion.within(kpi.formula, 1))
            except DomainError as refusal:
                found[key], refused[key] = replace(kpi, formula=NO_VALUE), refusal
    return found, refused


def check_cycles(
    key: str,
    formula: Expression,
    formulas_of: Callable[[str], Iterable[Expression]],
    kpis: Mapping[str, Kpi],
    named: Callable[[Kpi], str] = by_key,
) -> None:
    """DomainError("kpis.formula.cycle") if a KPI would be made from itself, over however many others. `formulas_of` has
    the formulas of a KPI: those of all its versions where every one of them must be free of circles."""
    path, done = [key], set[str]()
    waiting = [iter(named_keys(formula))]
    while waiting:
        following = next(waiting[-1], None)
        if following is None:
            waiting.pop()
            done.add(path.pop())
        elif following in path:
            way = (*path[path.index(following) :], following)
            names = [named(kpis[each]) if each in kpis else each for each in way]
            raise DomainError("kpis.formula.cycle", path=" → ".join(names))
        elif following not in done:
            path.append(following)
            waiting.append(iter([each for version in formulas_of(following) for each in named_keys(version)]))


def _formulas(kpi: Kpi | None) -> tuple[Expression, ...]:
    return () if kpi is None or kpi.formula is None else (kpi.formula,)


class _Expansion:
    """Puts formulas in, each KPI's once: without that, twenty terms of twenty terms would take for ever."""

    def __init__(self, kpis: Mapping[str, Kpi], named: Callable[[Kpi], str]) -> None:
        self.kpis, self.named = kpis, named
        self.done: dict[str, Expression] = {}
        self.levels: dict[str, int] = {}

    def within(self, expression: Expression, level: int) -> Expression:
        whole = self.part(expression, level)
        if size(whole) > MAX_EXPANDED_TERMS:
            raise DomainError("kpis.formula.too_large", most=MAX_EXPANDED_TERMS)
        return whole

    def part(self, expression: Expression, level: int) -> Expression:
        match expression:
            case Constant():
                return expression
            case Term() | Reference():
                return self.value_of(expression, level)
        return type(expression)(self.part(expression.left, level), self.part(expression.right, level))

    def value_of(self, named: Term | Reference, level: int) -> Expression:
        kpi = kpi_of(named.kpi_key, self.kpis)
        if kpi.formula is None:
            term = named if isinstance(named, Term) else Term(kpi.key, Reading(kpi.aggregation.value))
            return Ratio(term, HUNDRED) if kpi.unit is Unit.PERCENT else term
        if isinstance(named, Term) and named != Term(kpi.key, named.reading, Span.PERIOD):
            raise DomainError("kpis.formula.now_derived", kpi=self.named(kpi))
        return self.formula_of(kpi, kpi.formula, level)

    def formula_of(self, kpi: Kpi, formula: Expression, level: int) -> Expression:
        if level + self.levels.get(kpi.key, 1) > MAX_LEVELS:
            raise DomainError("kpis.formula.too_deep", kpi=self.named(kpi), most=MAX_LEVELS)
        if kpi.key not in self.done:
            whole = self.within(formula, level + 1)
            self.done[kpi.key] = Product(HUNDRED, whole) if kpi.per_hundred else whole
            self.levels[kpi.key] = 1 + max((self.levels.get(each, 0) for each in named_keys(formula)), default=0)
        return self.done[kpi.key]
