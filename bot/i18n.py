"""The words: gettext catalogues in `bot/locales/<language>/LC_MESSAGES/*.po`, read through Babel, and a translator that
also writes numbers, money, dates and durations the way its language does (CLDR). What is said is in the catalogues.

A language is one folder. Keys are dotted names (`surveys.thanks`), the first part names the file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812  `date` is a method here
from datetime import datetime, time
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

from bot.domain.kpis import Aggregation, Kpi, Unit
from bot.domain.pacing import Pace
from bot.domain.periods import Period, PeriodKind
from bot.domain.scoreboard import KpiLine
from bot.domain.targets import Aim, Target

SMALL_CHANGE = 1_000
MINUS = "\N{MINUS SIGN}"
DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS = 86_400, 3_600, 60


def own_words(words: Mapping[str, str], language: str) -> str:
    """What somebody wrote in several languages, in one of them, or else in any; "" where nothing was written."""
    return words.get(language) or next(iter(words.values()), "")


class Translator:
    """One language. `t("surveys.thanks", name=…)` gives the sentence; `count=` picks the plural form."""

    def __init__(self, language: str, texts: Mapping[str, tuple[str, ...]], plural: Any) -> None:
        self.language = language
        self._texts = texts
        self._plural = plural

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(self.language)

    def __call__(self, key: str, /, **values: Any) -> str:
        """The text of `key` with its placeholders filled. Numbers and dates among the values are written this
        language's way. Raises KeyError for a key or a placeholder that the catalogue does not have."""
        forms = self._texts[key]
        form = forms[self._plural(values["count"])] if len(forms) > 1 else forms[0]
        return form.format_map({name: self.show(value) for name, value in values.items()})

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def keys(self) -> Iterable[str]:
        return self._texts.keys()

    def forms(self, key: str) -> tuple[str, ...]:
        """All plural forms of a text, for tests and word lists."""
        return self._texts[key]

    def words(self, key: str) -> tuple[str, ...]:
        """A comma-separated list of words of the catalogue, lower case; empty when the key is not there."""
        text = self._texts.get(key, ("",))[0]
        return tuple(word.strip().casefold() for word in text.split(",") if word.strip())

    def show(self, value: Any) -> str:
        """A value inside a sentence: numbers and dates in this language's way, everything else as it is."""
        if isinstance(value, bool) or value is None:
            return str(value)
        if isinstance(value, int | Decimal):
            return self.number(value)
        if isinstance(value, float):
            return self.number(Decimal(str(round(value, 1))))
        if isinstance(value, Date) and not isinstance(value, datetime):
            return self.date(value)
        return str(value)

    def number(self, value: Decimal | int, decimals: int = 4) -> str:
        """A number with this language's separators; at most `decimals` places, none that are only zeros."""
        pattern = "#,##0." + "#" * decimals if decimals else "#,##0"
        return _minus(numbers.format_decimal(value, format=pattern, locale=self.locale))

    def signed(self, value: Decimal | int, decimals: int = 1) -> str:
        """A change: with its sign, also when it is a plus."""
        text = self.number(value, decimals)
        return text if text.startswith(MINUS) or text == "0" else f"+{text}"

    def points(self, value: float) -> str:
        """A score in whole points."""
        return self.number(Decimal(round(value)), 0)

    def money(self, value: Decimal, currency: str) -> str:
        """An amount: whole units of the currency unless it has cents, which are as many digits as the currency's."""
        whole = value == value.to_integral_value()
        cents = "0" * (numbers.get_currency_precision(currency) or 2)
        pattern = "#,##0" if whole else f"#,##0.{cents}"
        amount = numbers.format_decimal(abs(value), format=pattern, locale=self.locale)
        return f"{MINUS if value < 0 else ''}{self._symbol(currency)}{amount}"

    def currency_sign(self, currency: str) -> str:
        """ "Rp", "$". Rupiah are "Rp" in every language: that is what people write, where CLDR's English has "IDR"."""
        return "Rp" if currency == "IDR" else str(numbers.get_currency_symbol(currency, locale=self.locale))

    def _symbol(self, currency: str) -> str:
        """The currency's sign, apart from the number by a space if it ends in a letter ("Rp 500", "$500")."""
        symbol = self.currency_sign(currency)
        return f"{symbol}\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else symbol

    def percent(self, value: Decimal | float | int, decimals: int = 1) -> str:
        """Percentage points: 45 is 45 %."""
        text = self.number(Decimal(str(round(value, 6))), decimals)
        return f"{text}%"

    def duration(self, seconds: Decimal | int) -> str:
        """A length of time in its two largest parts: "3 h 20 min"."""
        rest = int(abs(Decimal(seconds)).to_integral_value())
        parts = []
        for size, key in (
            (DAY_SECONDS, "core.unit.day"),
            (HOUR_SECONDS, "core.unit.hour"),
            (MINUTE_SECONDS, "core.unit.minute"),
            (1, "core.unit.second"),
        ):
            count, rest = divmod(rest, size)
            if count:
                parts.append(self(key, n=count))
        text = " ".join(parts[:2]) or self("core.unit.second", n=0)
        return f"{MINUS}{text}" if seconds < 0 else text

    def value(self, value: Decimal, unit: Unit, currency: str) -> str:
        """A KPI value in its unit, rounded as one reads it: larger amounts of money to what can be paid."""
        match unit:
            case Unit.CURRENCY:
                return self.money(_readable(value, currency), currency)
            case Unit.PERCENT:
                return self.percent(value)
            case Unit.DURATION:
                return self.duration(value)
            case Unit.NUMBER | Unit.SCORE:
                return self.number(value, 2)

    def compact(self, value: Decimal, unit: Unit, currency: str, digits: int = 1) -> str:
        """A KPI value short enough for a table on a phone: "Rp 412,5 jt", "Rp 412.5M"; large amounts with at most so
        many `digits` after the point."""
        if unit is not Unit.CURRENCY or abs(value) < 1_000_000:
            return self.value(value if unit is not Unit.CURRENCY else _payable(value, currency), unit, currency)
        short = numbers.format_compact_decimal(abs(value), locale=self.locale, fraction_digits=digits)
        return f"{MINUS if value < 0 else ''}{self._symbol(currency)}{short}"

    def change(self, change: Decimal | None, *, in_points: bool) -> str:
        """How a figure moved, in percent or in points: "+12.5%", "−0.4 points", "no change"; "" for None, where there
        is nothing to compare with."""
        if change is None:
            return ""
        rounded = round(change, 1)
        if not rounded:
            return self("kpi.change.none")
        return self("kpi.change.points", number=self.signed(rounded)) if in_points else f"{self.signed(rounded)}%"

    def figure(self, value: Decimal | None, unit: Unit, currency: str, digits: int = 1) -> str:
        """A KPI value short enough for a table; "no data yet" where there is none."""
        return self("kpi.no_data") if value is None else self.compact(value, unit, currency, digits)

    def kpi(self, kpi: Kpi) -> str:
        """A KPI's name: the one its workspace gave it, in this language or else in any, or the catalogue's."""
        return own_words(kpi.names, self.language) or self(f"kpi.{kpi.key}")

    def kpi_meaning(self, kpi: Kpi) -> str:
        """What a KPI measures, in a few words; "" for an own one of which nobody said it."""
        if kpi.names:
            return own_words(kpi.meanings, self.language)
        return self(f"kpi.{kpi.key}.meaning")

    def target(self, target: Target, kpi: Kpi, currency: str, digits: int = 1) -> str:
        """ "Rp 4.8B a month", "2 h, measured weekly" (what does not add up is no allowance), "Rp 1B by 31 Dec 2026"."""
        value = self.asked(target, kpi, currency, digits)
        if target.deadline is not None:
            return self("kpi.target.by_day", value=value, day=target.deadline)
        if kpi.aggregation is Aggregation.SUM:
            return self(f"kpi.target.per.{target.period}", value=value)
        return self(f"kpi.target.measured.{target.period}", value=value)

    def asked(self, target: Target, kpi: Kpi, currency: str, digits: int = 1) -> str:
        """What a target asks for, short enough for a table: "Rp 4.8B", "max. 2 h", "3–5"."""
        value = self.compact(target.value, kpi.unit, currency, digits)
        if target.upper is not None:
            return f"{value}–{self.compact(target.upper, kpi.unit, currency, digits)}"
        return value if target.aim in (None, Aim.REACH) else self(f"kpi.target.asks.{target.aim}", value=value)

    def standing_target(self, line: KpiLine, period: Period, today: Date, currency: str) -> str:
        """A line's target beside its figure of `period`. Where the target is for other days than these, its own figure
        stands with it, as the status is about that one: "30%, measured monthly (27% so far)". "" without a target."""
        target, unit = line.target, line.kpi.unit
        if target is None or line.target_period is None or line.pace is None:
            return ""
        said = self.target(target, line.kpi, currency)
        if line.pace.actual is None or line.target_period == period:
            return said
        is_week = line.target_period.kind is PeriodKind.WEEK
        over = "kpi.target.in_last_week" if is_week else "kpi.target.in_the_end"
        key = "kpi.target.so_far" if today <= line.target_period.last else over
        return self(key, target=said, actual=self.compact(line.pace.actual, unit, currency))

    def standing_status(self, line: KpiLine) -> str:
        """The status word of a line; "" without a target, and where there is no figure to judge: its place says so."""
        return "" if line.pace is None or line.pace.actual is None else self.status(line.pace)

    def status(self, pace: Pace) -> str:
        """The status word of a target; that it is too early to say, or that there is no data yet."""
        if pace.status is not None:
            return self(f"kpi.status.{pace.status}")
        return self("kpi.no_data" if pace.actual is None else "kpi.status.too_early")

    def date(self, day: Date) -> str:
        """ "26 Nov 2026": the month in letters, so that day and month cannot be mixed up."""
        return _day(day, "d MMM y", self.language)

    def day(self, day: Date) -> str:
        """ "Thu 26 Nov": for the near past and future."""
        return _day(day, "EEE d MMM", self.language)

    def days(self, period: Period) -> str:
        """The days of a period: "Fri 20 Nov", "Mon 16 Nov – Sun 22 Nov"."""
        first, last = self.day(period.first), self.day(period.last)
        return first if period.first == period.last else f"{first} – {last}"

    def weekday(self, day: Date) -> str:
        return _day(day, "EEEE", self.language)

    def weekday_name(self, weekday: int) -> str:
        """The name of a weekday, 0 being Monday."""
        return str(self.locale.days["stand-alone"]["wide"][weekday])

    def time(self, at: time) -> str:
        """ "09:00", or "09.00" in Indonesian, as CLDR has it."""
        return _time(at, "HH.mm" if self.language == "id" else "HH:mm", self.language)

    def moment(self, at: datetime, zone: str) -> str:
        """A moment (aware) in a zone: "Mon 30 Nov, 09:00"."""
        local = at.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date())}, {self.time(local.time())}"

    def listing(self, items: Iterable[str], *, either: bool = False) -> str:
        """ "a, b and c"; "a, b or c" where only one of them is meant."""
        from babel.lists import format_list

        return format_list(list(items), style="or" if either else "standard", locale=self.locale)


# Many messages name the same few days and times, and writing one takes longer than the rest of a short message.
@lru_cache(maxsize=1024)
def _day(day: Date, pattern: str, language: str) -> str:
    return dates.format_date(day, pattern, locale=Locale.parse(language))


@lru_cache(maxsize=1024)
def _time(at: time, pattern: str, language: str) -> str:
    return dates.format_time(at, pattern, locale=Locale.parse(language))


def _readable(value: Decimal, currency: str) -> Decimal:
    """An amount as one reads it: of less than a thousand nothing is left out ("Rp 62.50 a click")."""
    return value if abs(value) < SMALL_CHANGE else _payable(value, currency)


def _payable(value: Decimal, currency: str) -> Decimal:
    """An amount rounded to the digits that CLDR gives the currency; rupiah to whole ones: CLDR gives their accounts two
    digits, but nobody pays or writes them."""
    digits = 0 if currency == "IDR" else numbers.get_currency_precision(currency)
    return value.quantize(Decimal(1).scaleb(-digits))


def _minus(text: str) -> str:
    return text.replace("-", MINUS, 1)


@dataclass(frozen=True, slots=True)
class Catalogues:
    """All languages. `texts.t("id")` is the Indonesian translator; an unknown language gets the default one."""

    translators: Mapping[str, Translator]
    default: str
    _all_words: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def t(self, language: str) -> Translator:
        return self.translators.get(language) or self.translators[self.default]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.translators)

    def all_words(self, key: str) -> tuple[str, ...]:
        """A word list of every language together: commands are understood in all of them at once."""
        known = self._all_words.get(key)
        if known is None:
            known = self._all_words[key] = tuple(
                dict.fromkeys(word for t in self.translators.values() for word in t.words(key))
            )
        return known


def load(default: str = "en") -> Catalogues:
    """Reads every catalogue that ships with the bot. Raises KeyError when the default language is not among them."""
    folder = files("bot") / "locales"
    translators = {
        entry.name: _read(entry.name)
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.is_dir() and not entry.name.startswith("_")
    }
    _ = translators[default]
    return Catalogues(translators, default)


@cache
def _read(language: str) -> Translator:
    folder = files("bot") / "locales" / language
    texts: dict[str, tuple[str, ...]] = {}
    plural: Any = None
    for path in sorted((folder / "LC_MESSAGES").iterdir(), key=lambda e: e.name):
        if not path.name.endswith(".po"):
            continue
        catalog = read_po(BytesIO(path.read_bytes()), locale=folder.name)
        plural = _plural_function(catalog.plural_expr)
        for message in catalog:
            if not message.id:
                continue
            key = message.id if isinstance(message.id, str) else message.id[0]
            if key in texts:
                raise ValueError(f"{key} stands twice in the catalogues of {folder.name}")
            texts[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return Translator(folder.name, texts, plural)


def _plural_function(expression: str) -> Any:
    from gettext import c2py

    return c2py(expression)
