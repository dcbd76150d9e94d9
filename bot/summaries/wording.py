"""How a summary's numbers are said: periods, figures, changes, and the sentence at its head. Layout is in `views`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import dates

from bot.domain import enps, privacy
from bot.domain.kpis import Direction, Kpi, Unit
from bot.domain.periods import Period, PeriodKind
from bot.domain.scoreboard import KpiLine, is_in_points
from bot.domain.targets import Target
from bot.i18n import Translator
from bot.slack.blocks import cut
from bot.summaries.facts import Against, Beside, Mover, Noted, Pulse, SummaryFacts, Trend, against, in_need, mover

MAX_NAMES = 8
NAME_LENGTH = 40
NOTE_LENGTH = 200
MAX_NEEDED = 3
_AMOUNTS = (
    (Decimal(10) ** 12, "trillion"),
    (Decimal(10) ** 9, "billion"),
    (Decimal(10) ** 6, "million"),
    (Decimal(10) ** 3, "thousand"),
)
_LENGTHS = ((Decimal(86_400), "days"), (Decimal(3_600), "hours"), (Decimal(60), "minutes"))


@dataclass(frozen=True, slots=True)
class Wording:
    """One summary's facts in one language."""

    facts: SummaryFacts
    t: Translator

    def title(self) -> str:
        """ "Week of 23–29 Nov", "This week so far, 23–27 Nov", "November 2026"."""
        kind = self.facts.period.kind
        return self.t(f"summaries.title.{kind}{self._so_far()}", days=self._days(kind))

    def before(self) -> str:
        """What the figures are compared with: "the week before", "the same days of the week before"."""
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

    def standing(self, line: KpiLine) -> str:
        """The target in the table, with the figure its status is about where that is not the summary's own."""
        if line.target is not None and line.target_period == self.facts.period:
            return self.t.asked(line.target, line.kpi, self.facts.currency)
        return self.t.standing_target(line, self.facts.period, self.facts.today, self.facts.currency)

    def status(self, line: KpiLine) -> str:
        """The status word; "" where there is no target, or no figure to judge."""
        return self.t.standing_status(line)

    def change(self, line: KpiLine) -> str:
        """ "+12.5%", "−0.4 points", "no change"; "" where there is nothing to compare with."""
        return self.t.change(line.change, in_points=is_in_points(line.kpi))

    def headline(self) -> str:
        """The summary in a sentence or two: against target, and what moved most. Every number in it is in the table."""
        if not self.facts.has_numbers:
            return self.t("summaries.no_numbers")
        target, moved = against(self.facts.lines), mover(self.facts.lines)
        said = [self._against(target) if target else "", self._mover(moved) if moved else ""]
        return " ".join(filter(None, said)) or self.t("summaries.nothing_to_compare")

    def row(self, line: KpiLine) -> str:
        """A line of the table as a sentence, for those who hear it."""
        parts = [self.t("summaries.row", kpi=self.name(line.kpi), value=self.value(line.figure.value, line.kpi.unit))]
        if line.target is not None:
            standing = ", ".join(filter(None, (self.standing(line), self.status(line))))
            parts.append(self.t("summaries.row_target", target=standing))
        if line.change is not None:
            parts.append(self.t("summaries.row_change", change=self.change(line), before=self.before()))
        return f"{'; '.join(parts)}."

    def needed(self) -> str:
        """How much each working day must bring from now on, where it is not enough so far; "" where it is."""
        lines = in_need(self.facts.lines)[:MAX_NEEDED]
        items = [
            self.t(
                "summaries.needed_item",
                kpi=self.name(line.kpi),
                value=self.value(line.pace.needed_per_day, line.kpi.unit),
            )
            for line in lines
            if line.pace is not None
        ]
        return self.t("summaries.needed", items="; ".join(items)) if items else ""

    def beside(self, beside: Beside) -> str:
        """ "Win rate fell (−12%); meetings held fell 4 weeks earlier (−18%)." Side by side; nothing is said of why."""
        pair, change = beside.pair, beside.line.change or 0
        is_worse = change > 0 if pair.outcome.direction is Direction.LOWER else change < 0
        how = "slipped" if not is_worse else "rose" if change > 0 else "fell"
        outcome = self.t(f"summaries.outcome.{how}", kpi=self.name(pair.outcome), change=self.change(beside.line))
        ago = pair.weeks_earlier
        when = self.t("summaries.earlier", count=ago, n=ago) if ago else self.t("summaries.same_week")
        driver = self.t(
            f"summaries.driver.{'rose' if pair.driver_change > 0 else 'fell'}",
            kpi=_inside(self.name(pair.driver)),
            when=when,
            change=self.t.change(pair.driver_change, in_points=False),
        )
        return self.t("summaries.beside", outcome=outcome, driver=driver)

    def noted(self, noted: Noted) -> str:
        """A reason or an action in its author's words; nothing in it is escaped."""
        return self.t(
            f"summaries.noted.{noted.note.kind}",
            kpi=self.name(noted.kpi),
            person=cut(" ".join(noted.person.split()), NAME_LENGTH),
            text=cut(" ".join(noted.note.text.split()), NOTE_LENGTH),
        )

    def pulse(self, pulse: Pulse) -> str:
        """A round's result with how sure it is, or why there is none."""
        published = pulse.publication
        closed = (pulse.round.closed_at or pulse.round.closes_at).astimezone(ZoneInfo(self.facts.zone)).date()
        said = {
            "channel": f"<#{pulse.channel_id}>",
            "day": self._near(closed),
            "answers": published.answers,
            "asked": published.asked,
        }
        if published.alike is not None:
            bounds = privacy.range_of(published.alike)
            span = self.t(
                f"summaries.alike.{published.alike}", low=self.t.points(bounds.low), high=self.t.points(bounds.high)
            )
            return self.t("summaries.pulse_alike", span=span, **said)
        if published.tally is None or pulse.interval is None:
            return self.t("summaries.pulse_hidden", **said)
        score = self._signed(enps.score(published.tally))
        low, high = self._signed(pulse.interval.low), self._signed(pulse.interval.high)
        sentence = self.t("summaries.pulse", score=score, low=low, high=high, **said)
        return f"{sentence} {self._pulse_change(pulse)}".rstrip()

    def owing(self) -> str:
        """The people whose numbers are still to come, by name; "" where there is nobody. Nothing in it is escaped."""
        names = [cut(" ".join(name.split()), NAME_LENGTH) for name in self.facts.owing]
        if not names:
            return ""
        more = len(names) - MAX_NAMES
        shown = [*names[:MAX_NAMES], self.t("summaries.more", n=more)] if more > 0 else names
        return self.t("summaries.owing", names=self.t.listing(shown))

    def trend(self, trend: Trend) -> str:
        """The chart in words."""
        points = [
            self.t("summaries.chart_point", period=self.column(each), value=self.value(value, trend.kpi.unit))
            for each, value in zip(trend.periods, trend.values, strict=True)
        ]
        return self.t("summaries.chart_said", title=self.chart_title(trend), points="; ".join(points))

    def chart_title(self, trend: Trend) -> str:
        kind = self.facts.period.kind
        return self.t(f"summaries.chart.{kind}", kpi=self.name(trend.kpi), n=len(trend.periods))

    def column(self, period: Period) -> str:
        """A period of the chart: the day a week begins, a month's name; marked where it is still running."""
        pattern = "MMM y" if period.kind is PeriodKind.MONTH else "d MMM"
        name = str(dates.format_date(period.first, pattern, locale=self.t.locale))
        is_running = period == self.facts.period and self.facts.is_running
        return self.t("summaries.chart_running", period=name) if is_running else name

    def chart_scale(self, trend: Trend) -> tuple[Decimal, str]:
        """What to divide a chart's numbers by, and the words for the unit they are then in."""
        largest = max((abs(value) for value in (*trend.values, trend.target) if value is not None), default=Decimal(0))
        match trend.kpi.unit:
            case Unit.CURRENCY:
                size, word = next(((size, word) for size, word in _AMOUNTS if largest >= size), (Decimal(1), "plain"))
                return size, self.t(f"summaries.amount.{word}", currency=self.facts.currency)
            case Unit.DURATION:
                size, word = next(((size, word) for size, word in _LENGTHS if largest >= 2 * size), _LENGTHS[-1])
                return size, self.t(f"summaries.length.{word}")
            case Unit.PERCENT:
                return Decimal(1), "%"
            case _:
                return Decimal(1), ""

    def _against(self, chosen: Against) -> str:
        kpi, target = chosen.line.kpi, chosen.line.target
        assert target is not None  # a pace comes with its target
        sentence = self.t(
            f"summaries.against.{chosen.status}",
            kpi=self.name(kpi),
            actual=self.value(chosen.pace.actual, kpi.unit),
            target=self.target(target, kpi),
        )
        if not chosen.others:
            return sentence
        key = "summaries.others_good" if chosen.is_good else "summaries.others_not_good"
        return f"{sentence} {self.t(key, count=chosen.others, n=chosen.others)}"

    def _mover(self, moved: Mover) -> str:
        if moved.line is None:
            return self.t("summaries.steady", before=self.before())
        how = "most" if moved.compared > 1 else "alone"
        sentence = self.t(
            f"summaries.rose.{how}" if moved.rose else f"summaries.fell.{how}",
            kpi=self.name(moved.line.kpi),
            change=self.change(moved.line),
            before=self.before(),
        )
        return f"{sentence} {self.t('summaries.lower_is_better')}" if moved.lower_is_better else sentence

    def _pulse_change(self, pulse: Pulse) -> str:
        if pulse.change is None:
            return ""
        key = "summaries.clear_change" if pulse.change.is_clear else "summaries.no_clear_change"
        return self.t(key, points=self._signed(pulse.change.points))

    def _signed(self, points: float) -> str:
        return self.t.signed(Decimal(round(points)), 0)

    def _so_far(self) -> str:
        return "_so_far" if self.facts.is_running else ""

    def _days(self, kind: PeriodKind) -> str:
        """ "23–29 Nov", "30 Nov – 6 Dec", "November 2026", "Sun 22 Nov"; with the year where it is not this one."""
        shown = self.facts.shown
        if kind is PeriodKind.MONTH:
            return str(dates.format_date(shown.first, "LLLL y", locale=self.t.locale))
        if shown.first == shown.last:
            return self._near(shown.first)
        if shown.first.year != self.facts.today.year or shown.last.year != self.facts.today.year:
            return f"{self.t.date(shown.first)} – {self.t.date(shown.last)}"
        last = str(dates.format_date(shown.last, "d MMM", locale=self.t.locale))
        if shown.first.month == shown.last.month:
            return f"{shown.first.day}–{last}"
        return f"{dates.format_date(shown.first, 'd MMM', locale=self.t.locale)} – {last}"

    def _near(self, day: date) -> str:
        return self.t.day(day) if day.year == self.facts.today.year else self.t.date(day)


def _inside(name: str) -> str:
    """A name as it stands within a sentence: without its capital, unless it is all capitals ("CSAT")."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
