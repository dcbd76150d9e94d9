"""How a summary's days, figures and changes are said, and its charts. Its sentences are in `sentences`, what people
said in `pulse_wording`, layout in `views`."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from babel import dates

from bot.domain.charts import Chart, ChartKind, Series
from bot.domain.kpis import Kpi, Unit
from bot.domain.periods import Period, PeriodKind
from bot.domain.scoreboard import KpiLine, is_in_points
from bot.domain.swings import Swing
from bot.domain.targets import Aim, Target
from bot.i18n import Translator
from bot.slack.blocks import cut
from bot.summaries.facts import SummaryFacts, Trend

NAME_LENGTH = 40
_MOST_DIGITS = 3
"""So many digits after a million or a billion tell apart what a phone has room for."""
_SMALL = Decimal("0.1")
_DRAWN = 2
"""So many are drawn on a chart, and said of it."""
_AMOUNTS = (
    (Decimal(10) ** 12, "trillion"),
    (Decimal(10) ** 9, "billion"),
    (Decimal(10) ** 6, "million"),
    (Decimal(10) ** 3, "thousand"),
)
_LENGTHS = ((Decimal(86_400), "days"), (Decimal(3_600), "hours"), (Decimal(60), "minutes"))
_MONTHS_A_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """One summary's facts in one language."""

    facts: SummaryFacts
    t: Translator

    def title(self) -> str:
        """ "Week of 23–29 Nov", "This week so far, 23–27 Nov", "Two weeks, 16–29 Nov", "Summary of November 2026"."""
        kind = self.facts.period.kind
        return self.t(f"summaries.title.{kind}{self._so_far()}", days=self._days(kind))

    def before(self) -> str:
        """What the figures are compared with: "the week before", "the same days of the week before", "Fri 27 – Sun 29
        Nov" for a day that was followed by days off."""
        compared = self.facts.compared
        if self.facts.period.kind is PeriodKind.DAY and compared is not None and compared.days > 1:
            return self._run(compared)
        return self.t(f"summaries.before.{self.facts.period.kind}{self._so_far()}")

    def name(self, kpi: Kpi) -> str:
        return self.t.kpi(kpi)

    def value(self, value: Decimal | None, unit: Unit) -> str:
        return self.t.figure(value, unit, self.facts.currency)

    def target(self, target: Target, kpi: Kpi) -> str:
        """ "Rp 1.2B", "Rp 4.8B a month" where it is not about the summary's own kind of period."""
        if target.period is self.facts.period.kind:
            return self.t.asked(target, kpi, self.facts.currency)
        return self.t.target(target, kpi, self.facts.currency)

    def held_against(self, actual: Decimal | None, target: Target, kpi: Kpi) -> tuple[str, str]:
        """A figure and its target, each with as many more digits as it takes to tell them apart where they differ."""
        digits = self._digits(actual, target, kpi)
        said = self.t.figure(actual, kpi.unit, self.facts.currency, digits)
        if target.period is self.facts.period.kind:
            return said, self.t.asked(target, kpi, self.facts.currency, digits)
        return said, self.t.target(target, kpi, self.facts.currency, digits)

    def is_exact(self, actual: Decimal | None, target: Target) -> bool:
        """Whether a figure is just what was asked, where that is one number."""
        return actual == target.value and target.upper is None and target.aim in (None, Aim.REACH)

    def _digits(self, actual: Decimal | None, target: Target, kpi: Kpi) -> int:
        currency = self.facts.currency
        edges = [each for each in (target.value, target.upper) if each is not None and each != actual]
        for digits in range(1, _MOST_DIGITS):
            said = self.t.figure(actual, kpi.unit, currency, digits)
            if said not in [self.t.figure(each, kpi.unit, currency, digits) for each in edges]:
                return digits
        return _MOST_DIGITS

    def standing(self, line: KpiLine) -> str:
        """The target in the table, with the figure its status is about where that is not the summary's own."""
        if line.target is not None and self._is_of_the_figure(line):
            return self.held_against(line.figure.value, line.target, line.kpi)[1]
        return self.t.standing_target(line, self.facts.period, self.facts.today, self.facts.currency)

    def _is_of_the_figure(self, line: KpiLine) -> bool:
        """Whether a line's status is about the figure that it shows; a working day's also where the days off after it
        brought nothing."""
        own = self.facts.own_days.get(line.kpi.key)
        if own is not None:
            return line.target_period == own.period and line.pace is not None and line.pace.actual == line.figure.value
        if line.pace is not None and self.facts.period.kind is PeriodKind.DAY:
            is_of_day = line.target_period is not None and line.target_period.kind is PeriodKind.DAY
            return is_of_day and line.pace.actual == line.figure.value
        return line.target_period == self.facts.period

    def status(self, line: KpiLine) -> str:
        """The status word; "" where there is no target, or no figure to judge."""
        return self.t.standing_status(line)

    def change(self, line: KpiLine) -> str:
        """ "+12.5%", "−0.4 points", "no change"; where the figure is compared with nothing, why not; "" where there is
        nothing to compare with."""
        return self.not_compared(line) or self.t.change(line.change, in_points=is_in_points(line.kpi))

    def not_compared(self, line: KpiLine) -> str:
        """Why a figure stands alone: "for 16–22 Nov", which are other days than the summary's; "logged only since 14
        Sep"; else ""."""
        own, since = self.facts.own_days.get(line.kpi.key), self.facts.since.get(line.kpi.key)
        if line.figure.value is None:
            return ""
        if own is not None:
            return self.t("summaries.own_days", days=self._run_of_days(own.shown))
        return self.t("summaries.since", day=self._short(since)) if since is not None else ""

    def cells(self, line: KpiLine) -> list[str]:
        """A row of the table: the KPI, its figure with the change, its target with the status. A change that comes and
        goes anyway says so."""
        change = self.change(line)
        if self.is_usual(line):
            change = self.t("summaries.usual_change", change=change)
        figure = self.figure(line)
        standing = ", ".join(filter(None, (self.standing(line), self.status(line))))
        return [self.name(line.kpi), f"{figure} · {change}" if change else figure, standing]

    def figure(self, line: KpiLine) -> str:
        """A line's figure, told apart from the target that stands beside it."""
        if line.target is not None and self._is_of_the_figure(line):
            return self.held_against(line.figure.value, line.target, line.kpi)[0]
        return self.value(line.figure.value, line.kpi.unit)

    def is_usual(self, line: KpiLine) -> bool:
        """Whether there was a change, and one of those that come and go anyway."""
        moved = line.change is not None and bool(round(line.change, 1))
        return moved and self.facts.swings.get(line.kpi.key) is Swing.USUAL

    def row(self, line: KpiLine) -> str:
        """A line of the table as a sentence, for those who hear it."""
        figure, alone = self.figure(line), self.not_compared(line)
        parts = [self.t("summaries.row", kpi=self.name(line.kpi), value=f"{figure} ({alone})" if alone else figure)]
        if line.target is not None:
            standing = ", ".join(filter(None, (self.standing(line), self.status(line))))
            parts.append(self.t("summaries.row_target", target=standing))
        if line.change is not None:
            key = "summaries.row_usual" if self.is_usual(line) else "summaries.row_change"
            parts.append(self.t(key, change=self.change(line), before=self.before()))
        return f"{'; '.join(parts)}."

    def person(self, name: str) -> str:
        """A name short enough for a sentence, still to be escaped."""
        return cut(" ".join(name.split()), NAME_LENGTH)

    def chart(self, trend: Trend) -> Chart:
        """Bars for the periods alone, lines where there is a target to hold them against. The first number begins it:
        Slack draws no period without, and the title says how many there are."""
        trend = _begun(trend)
        size, unit = self.chart_scale(trend)
        values = tuple(None if value is None else _drawn(value / size) for value in trend.values)
        series = [Series(self.name(trend.kpi), values)]
        if trend.targets:
            asked = tuple(_drawn(target / size) for target in trend.targets)
            series.append(Series(self.t("summaries.chart_target"), asked))
        kind = ChartKind.LINE if trend.targets else ChartKind.BAR
        columns = tuple(self.column(period) for period in trend.periods)
        return Chart(kind, self.chart_title(trend), columns, tuple(series), unit, self.t.language)

    def trend(self, trend: Trend) -> str:
        """The chart in words."""
        trend = _begun(trend)
        unit, currency = trend.kpi.unit, self.facts.currency
        points = [
            self.t(
                "summaries.chart_point", period=self.column(each), value=self.t.figure(value, unit, currency, _DRAWN)
            )
            for each, value in zip(trend.periods, trend.values, strict=True)
        ]
        return self.t("summaries.chart_said", title=self.chart_title(trend), points="; ".join(points))

    def chart_title(self, trend: Trend) -> str:
        kind = self.facts.period.kind
        return self.t(f"summaries.chart.{kind}", kpi=self.name(trend.kpi), n=len(trend.periods))

    def column(self, period: Period) -> str:
        """A period of the chart: the day it begins, a month's or quarter's name; marked where it is still running."""
        match period.kind:
            case PeriodKind.QUARTER:
                name = self._quarter(period)
            case PeriodKind.MONTH:
                name = str(dates.format_date(period.first, "MMM y", locale=self.t.locale))
            case _:
                name = str(dates.format_date(period.first, "d MMM", locale=self.t.locale))
        is_running = period == self.facts.period and self.facts.is_running
        return self.t("summaries.chart_running", period=name) if is_running else name

    def chart_scale(self, trend: Trend) -> tuple[Decimal, str]:
        """What to divide a chart's numbers by, and the words for the unit they are then in."""
        largest = max(
            (abs(value) for value in (*trend.values, *trend.targets) if value is not None), default=Decimal(0)
        )
        match trend.kpi.unit:
            case Unit.CURRENCY:
                size, word = next(((size, word) for size, word in _AMOUNTS if largest >= size), (Decimal(1), "plain"))
                return size, self.t(f"summaries.amount.{word}", currency=self.t.currency_sign(self.facts.currency))
            case Unit.DURATION:
                size, word = next(((size, word) for size, word in _LENGTHS if largest >= 2 * size), _LENGTHS[-1])
                return size, self.t(f"summaries.length.{word}")
            case Unit.PERCENT:
                return Decimal(1), "%"
            case _:
                return Decimal(1), ""

    def near(self, day: date) -> str:
        """A day: with its weekday in this year, with its year in another."""
        return self.t.day(day) if day.year == self.facts.today.year else self.t.date(day)

    def _so_far(self) -> str:
        return "_so_far" if self.facts.is_running else ""

    def _days(self, kind: PeriodKind) -> str:
        """ "23–29 Nov", "30 Nov – 6 Dec", "November 2026", "Q4 2026", "Sun 22 Nov"; with the year where it is not this
        one."""
        shown = self.facts.shown
        if kind is PeriodKind.QUARTER:
            return self._quarter(shown)
        if kind is PeriodKind.MONTH:
            return str(dates.format_date(shown.first, "LLLL y", locale=self.t.locale))
        if shown.first == shown.last:
            return self.near(shown.first)
        return self._run(shown) if kind is PeriodKind.DAY else self._run_of_days(shown)

    def _run_of_days(self, shown: Period) -> str:
        """ "23–29 Nov", "30 Nov – 6 Dec", "23 Nov"; with the year where it is not this one."""
        if shown.first == shown.last:
            return self._short(shown.first)
        if shown.first.year != self.facts.today.year or shown.last.year != self.facts.today.year:
            return f"{self.t.date(shown.first)} – {self.t.date(shown.last)}"
        last = str(dates.format_date(shown.last, "d MMM", locale=self.t.locale))
        if shown.first.month == shown.last.month:
            return f"{shown.first.day}–{last}"
        return f"{dates.format_date(shown.first, 'd MMM', locale=self.t.locale)} – {last}"

    def _short(self, day: date) -> str:
        """ "14 Sep"; with its year where that is not this one."""
        if day.year != self.facts.today.year:
            return self.t.date(day)
        return str(dates.format_date(day, "d MMM", locale=self.t.locale))

    def _run(self, days: Period) -> str:
        """A working day and the days off after it: "Fri 27 Nov – Sun 29 Nov"."""
        return f"{self.near(days.first)} – {self.near(days.last)}"

    def _quarter(self, period: Period) -> str:
        number = (period.first.month - 1) // _MONTHS_A_QUARTER + 1
        return self.t("summaries.quarter", number=number, year=str(period.first.year))


def _drawn(value: Decimal) -> float:
    """A number of a chart with as many digits as say something."""
    return float(round(value, _DRAWN if abs(value) >= _SMALL else 2 * _DRAWN))


def _begun(trend: Trend) -> Trend:
    """A trend without the periods before its first number."""
    first = next((at for at, value in enumerate(trend.values) if value is not None), 0)
    return replace(trend, periods=trend.periods[first:], values=trend.values[first:], targets=trend.targets[first:])


def inside(name: str) -> str:
    """A name as it stands within a sentence: without its capital, unless it is all capitals ("CSAT")."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
