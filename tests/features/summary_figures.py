"""Figures as a summary writes them in either language, read back and compared with a world's."""

import re
from datetime import date
from decimal import Decimal

from bot.domain.periods import PeriodKind
from bot.i18n import Translator
from tests.features.summary_worlds import KPIS, World

COUNTS = ("n", "logged", "usual")
SIZES = {"en": {"M": 10**6, "B": 10**9, "T": 10**12}, "id": {"jt": 10**6, "M": 10**9, "T": 10**12}}


def pattern(template: str, names: str) -> str:
    """A text of the catalogue as a regular expression, with a group for each of its placeholders."""
    found = re.escape(template)
    for name in re.findall(r"\{(\w+)\}", template):
        group = names if name == "kpi" else r"\d+" if name in COUNTS else ".+?"
        found = found.replace(re.escape("{" + name + "}"), f"(?P<{name}>{group})", 1)
    return found


class Figures:
    """The figures of a world as one language writes them."""

    def __init__(self, world: World, t: Translator) -> None:
        self.world, self.t = world, t
        self.keys = {t(f"kpi.{key}"): key for key in KPIS}
        self.names = "|".join(sorted(map(re.escape, self.keys), key=len, reverse=True))
        self.before = t(f"summaries.before.{world.kind}{'_so_far' if world.is_running else ''}")
        first, last = world.whole(1)
        if world.kind is PeriodKind.DAY and first != last:
            self.before = f"{t.day(first)} – {t.day(last)}"

    def changed(self, text: str, change: Decimal) -> None:
        if not round(change, 1):
            assert text == self.t("kpi.change.none")
            return
        assert text[0] == ("+" if change > 0 else "\N{MINUS SIGN}")
        found, _ = self.number(text)
        assert found == round(change, 1)

    def alone(self, kpi: str) -> str:
        """What stands in place of a change where there is nothing to compare a figure with; "" where there is."""
        own, since = self.world.own(kpi), self.world.logged_since(kpi)
        if own is not None:
            return self.t("summaries.own_days", days=self.days(*own))
        return self.t("summaries.since", day=self.short(since)) if since else ""

    def days(self, first: date, last: date) -> str:
        if first == last:
            return self.short(first)
        this_year = first.year == last.year == self.world.today.year
        if this_year and first.month == last.month:
            return f"{first.day}–{self.short(last)}"
        if this_year:
            return f"{self.short(first)} – {self.short(last)}"
        return f"{self.t.date(first)} – {self.t.date(last)}"

    def short(self, day: date) -> str:
        said = self.t.date(day)
        return said.removesuffix(f" {day.year}") if day.year == self.world.today.year else said

    def same(self, text: str, value: Decimal | None) -> None:
        if value is None:
            assert text == self.t("kpi.no_data")
            return
        found, rounding = self.number(text)
        assert abs(found - value) <= rounding, (text, value)

    def number(self, text: str) -> tuple[Decimal, Decimal]:
        """A number as this language writes it, and how far off it may be for having been rounded."""
        text = text.replace("\N{MINUS SIGN}", "-").replace("Rp ", "").strip(" %").lstrip("+")
        size = next((word for word in SIZES[self.t.language] if text.endswith(word)), "")
        factor = SIZES[self.t.language].get(size, 1)
        group, point = (",", ".") if self.t.language == "en" else (".", ",")
        value = Decimal(text.removesuffix(size).strip().replace(group, "").replace(point, "."))
        decimals = len(text.partition(point)[2].removesuffix(size).strip())
        return value * factor, Decimal(5) / 10 ** (max(decimals, 1) + 1) * factor if size else Decimal(0)

    def signed(self, text: str) -> int:
        return int(text.replace("\N{MINUS SIGN}", "-"))

    def status(self, kpi: str, word: str) -> None:
        value, target = self.world.judged(kpi), self.world.targets[kpi]
        if value is None:
            assert not word
        elif not self.world.is_running:
            assert word == self.t("kpi.status.met" if value >= target else "kpi.status.missed")
        else:
            assert (word == self.t("kpi.status.met")) == (value >= target)
            assert word != self.t("kpi.status.missed")


def score(counts: dict[int, int]) -> int:
    return round(100 * (counts[10] - counts[2]) / sum(counts.values()))


def is_told(counts: dict[int, int]) -> bool:
    """A score is told of five answers or more that are not all alike."""
    return sum(counts.values()) >= 5 and sum(bool(count) for count in counts.values()) > 1
