"""How figures, periods, changes and targets are said, for all views of this feature. Layout is in the views."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from babel import dates

from bot.domain.catalogue import Catalogue
from bot.domain.entries import Figure
from bot.domain.figures import Computed
from bot.domain.forecasts import Forecast
from bot.domain.formulas import Constant, Difference, Expression, Product, Ratio, Reading, Reference, Span, Sum, Term
from bot.domain.kpis import Aggregation, Kpi, Unit
from bot.domain.pacing import Pace
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.scoreboard import KpiLine, is_in_points
from bot.domain.targets import Aim, Target, aim_of
from bot.i18n import Translator
from bot.typed_values import example_of, full

_SIGNS: Mapping[type[Expression], str] = {Sum: "+", Difference: "−", Product: "×", Ratio: "/"}
_NAMED = (PeriodKind.DAY, PeriodKind.WEEK)


@dataclass(frozen=True, slots=True)
class Wording:
    """A translator together with what its sentences depend on: the currency, the reader's date and zone, and the
    KPIs they may see."""

    t: Translator
    currency: str
    today: date
    zone: str
    kpis: Catalogue

    def name(self, kpi: Kpi) -> str:
        return self.t.kpi(kpi)

    def inside(self, kpi: Kpi) -> str:
        """The name as it stands within a sentence."""
        name = self.name(kpi)
        return name[:1].lower() + name[1:]

    def full(self, value: Decimal, unit: Unit) -> str:
        """A value with nothing rounded away: what was understood."""
        return full(value, unit, self.t, self.currency)

    def example(self, kpi: Kpi) -> str:
        """A value as one types it in this language: "12.500.000", "4,6", "3 j 20 mnt"; "" where nobody types it in."""
        return example_of(kpi, self.t)

    def value(self, value: Decimal | None, unit: Unit) -> str:
        """A figure, rounded as one reads it; "no data" where there is none."""
        return self.t("kpis.no_data") if value is None else self.t.value(value, unit, self.currency)

    def short(self, value: Decimal | None, unit: Unit) -> str:
        """A figure for a table."""
        return self.t("kpis.no_data") if value is None else self.t.compact(value, unit, self.currency)

    def figure(self, figure: Figure) -> str:
        return self.value(figure.value, figure.kpi.unit)

    def day(self, day: date) -> str:
        """ "Thu 26 Nov", with the year where it is not this one."""
        return self.t.day(day) if day.year == self.today.year else self.t.date(day)

    def period(self, period: Period) -> str:
        """ "this week", "last month", "October 2026", "1 Sep – 22 Nov 2026"."""
        if period.kind is PeriodKind.CUSTOM:
            return self.days(period)
        current = containing(self.today, period.kind)
        if period == current:
            return self.t(f"kpis.this.{period.kind}")
        if period == before(current) and period.kind in (*_NAMED, PeriodKind.MONTH):
            return self.t(f"kpis.last.{period.kind}")
        match period.kind:
            case PeriodKind.DAY:
                return self.day(period.first)
            case PeriodKind.WEEK:
                return self.t("kpis.week_of", day=period.first)
            case PeriodKind.MONTH:
                return str(dates.format_date(period.first, "LLLL y", locale=self.t.locale))
            case PeriodKind.QUARTER:
                return self.t("kpis.quarter_of", number=(period.first.month + 2) // 3, year=str(period.first.year))
            case _:
                return str(period.first.year)

    def days(self, period: Period) -> str:
        """The days of a period, as short as is clear: "23–29 Nov 2026", "28 Sep – 4 Oct 2026"."""
        first, last = period.first, period.last
        if first == last:
            return self.t.date(first)
        if first.year != last.year:
            return f"{self.t.date(first)} – {self.t.date(last)}"
        if first.month != last.month:
            return f"{self.day_month(first)} – {self.t.date(last)}"
        return f"{first.day}–{self.t.date(last)}"

    def day_month(self, day: date) -> str:
        """ "5 Oct": for charts and narrow columns."""
        return str(dates.format_date(day, "d MMM", locale=self.t.locale))

    def status(self, pace: Pace) -> str:
        """The status word; that it is too early to say, or that there is no data yet."""
        return self.t.status(pace)

    def change(self, line: KpiLine) -> str:
        """ "+12.5%", "−0.4 points", "no change"; "" where there is nothing to compare with."""
        return self.t.change(line.change, in_points=is_in_points(line.kpi))

    def time_of(self, target: Target) -> str:
        """ "per week", or "each week" for what does not add up; "by 31 Dec 2026"."""
        if target.period is None:
            return self.t("kpis.until", day=target.deadline)
        if self.kpis[target.kpi_key].aggregation is Aggregation.SUM:
            return self.t(f"kpis.per.{target.period}")
        return self.t(f"kpis.measured.{target.period}")

    def asked(self, target: Target) -> str:
        """ "Rp 500,000,000", "at least 4.5", "at most 2 h", "between 3 and 5": what a target asks for. That it should
        be reached, or what is usual for its KPI, goes without saying."""
        unit = self.kpis[target.kpi_key].unit
        value = self.full(target.value, unit)
        if target.aim in (None, Aim.REACH):
            return value
        high = self.full(target.upper, unit) if target.upper is not None else ""
        return self.t(f"kpis.targets.asks.{target.aim}", value=value, high=high)

    def goal(self, target: Target) -> str:
        """ "Rp 500,000,000 per month", "at most 2 h, each week"."""
        kpi = self.kpis[target.kpi_key]
        is_measured = target.period is not None and kpi.aggregation is not Aggregation.SUM
        return f"{self.asked(target)}{',' if is_measured else ''} {self.time_of(target)}"

    def owner(self, owner_id: str) -> str:
        """A person, a user group, or everybody together."""
        if owner_id.startswith("S"):
            return f"<!subteam^{owner_id}>"
        return f"<@{owner_id}>" if owner_id else self.t("kpis.whole_team")

    def whose(self, period: Period, owner_id: str) -> str:
        """ "This week, the whole team"."""
        return self.t("kpis.whose", period=capital(self.period(period)), whose=self.owner(owner_id))

    def share(self, reached: Decimal) -> str:
        """A share of a target, never rounded up: 99.7 % is not all of it."""
        percent = reached * 100
        places = Decimal(1) if percent >= 1 else Decimal("0.1")
        return self.t.percent(percent.quantize(places, ROUND_DOWN))

    def target_sentence(self, target: Target, period: Period, pace: Pace, kpi: Kpi, said: str = "") -> str:
        """ "This month: Rp 40,000,000 of Rp 100,000,000 (40%), behind." What does not add up is not told as a share.
        `said` are other words for the period at its head."""
        if pace.actual is None:
            key = "kpis.against_nothing"
        elif _is_reached_by_adding(target, kpi) and pace.reached is not None:
            key = "kpis.against_sum"
        else:
            key = "kpis.against_level"
        return self.t(
            key,
            period=said or capital(self.period(period)),
            value=self.value(pace.actual, kpi.unit),
            target=self.asked(target),
            share=self.share(pace.reached or Decimal(0)),
            status=self.status(pace),
        )

    def needed(self, target: Target, pace: Pace, kpi: Kpi) -> str:
        """How much each working day from now on must bring, or may still bring; "" where there is no such number."""
        if pace.needed_per_day is None or pace.actual is None:
            return ""
        limit = "room" if aim_of(target, kpi) is Aim.BELOW else "needed"
        return self.t(f"kpis.targets.day.{limit}", value=self.short(pace.needed_per_day, kpi.unit))

    def forecast(self, forecast: Forecast, kpi: Kpi) -> str:
        """Where the period will end, how sure that is, and what it is judged by."""
        numbers = (forecast.value, forecast.low, forecast.high)
        if kpi.whole and kpi.aggregation is Aggregation.SUM:
            numbers = (round(numbers[0], 0), round(numbers[1], 0), round(numbers[2], 0))
        value, low, high = (self.short(each, kpi.unit) for each in numbers)
        method = self.t(f"kpis.targets.method.{forecast.method}", n=forecast.based_on)
        if low == high:
            return self.t("kpis.targets.forecast_alone", value=value, method=method)
        return self.t("kpis.targets.forecast", value=value, level=forecast.level, low=low, high=high, method=method)

    def formula(self, figure: Figure) -> str:
        """ "32.4% = 12 deals won / 37 leads"; "" for what is not derived or has no value."""
        if figure.value is None or not isinstance(figure, Computed):
            return ""
        values = dict(figure.inputs)
        said = self.formula_in(figure.kpi, lambda term: f"{self._amount(term, values)} {self.term(term)}")
        return self.t("kpis.formula", value=self.figure(figure), formula=said)

    def _amount(self, term: Term, values: Mapping[Term, Decimal | None]) -> str:
        return self.value(values.get(term), self.kpis[term.kpi_key].unit)

    def formula_in(self, kpi: Kpi, said: Callable[[Term], str]) -> str:
        """A KPI's formula in the words that `said` has for each term; "" for what is not derived. That a percentage is
        told a hundredfold is understood; of a score it is said."""
        if kpi.formula is None:
            return ""
        return ("100 × " if kpi.per_hundred else "") + self.expression(kpi.formula, said)

    def missing(self, figure: Figure) -> str:
        """What must be logged before a derived KPI has a value; "" where nothing is missing, or nothing is there."""
        if figure.count == 0 or not isinstance(figure, Computed) or not figure.missing:
            return ""
        return self.t("kpis.still_missing", inputs=self.t.listing(self.term(term) for term in figure.missing))

    def term(self, term: Term) -> str:
        """An input as a formula names it: "leads", "active customers at the start", "average stock value"."""
        what = self.inside(self.kpis[term.kpi_key])
        match term:
            case Term(reading=Reading.SUM, span=Span.PERIOD):
                return what
            case Term(reading=reading, span=Span.PERIOD):
                return self.t(f"kpis.term.{reading}", what=what)
        return self.t(f"kpis.term.{term.span}", what=what)

    def expression(self, formula: Expression, said: Callable[[Term], str]) -> str:
        """A formula written out, each term as `said` says it, with brackets only where they are needed."""
        if isinstance(formula, Term):
            return said(formula)
        if isinstance(formula, Constant):
            return self.t.number(Decimal(formula.value.numerator) / Decimal(formula.value.denominator))
        if isinstance(formula, Reference):
            return self.inside(self.kpis[formula.kpi_key])
        left, right = self.expression(formula.left, said), self.expression(formula.right, said)
        is_sum = isinstance(formula, Sum | Difference)
        if not is_sum and isinstance(formula.left, Sum | Difference):
            left = f"({left})"
        if isinstance(formula.right, Sum | Difference | (Sum if is_sum else Product | Ratio)):
            right = f"({right})"
        return f"{left} {_SIGNS[type(formula)]} {right}"


def _is_reached_by_adding(target: Target, kpi: Kpi) -> bool:
    """Whether a share of the target says how far it is: what adds up to at least so much."""
    return kpi.aggregation is Aggregation.SUM and aim_of(target, kpi) in (Aim.REACH, Aim.ABOVE)


def capital(text: str) -> str:
    """With a capital first letter, for the beginning of a sentence."""
    return text[:1].upper() + text[1:]
