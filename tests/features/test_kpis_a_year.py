"""Two years of a sales team of 25, out of the spreadsheet it kept: imported as CSV and as XLSX, and then every figure
of every KPI is worked out a second time, in plain fractions, from the list the files were written from. Nothing of
the bot's arithmetic or wording is used for what is expected."""

import calendar
import random
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bot.domain.catalogue import Catalogue, KpiVersion
from bot.domain.entries import Entry, Figure
from bot.domain.errors import DomainError, FileRefused
from bot.domain.expressions import read_formula
from bot.domain.kpis import KPIS, Aggregation, Direction, Kind, Kpi, Objective, Unit
from bot.domain.members import Member
from bot.domain.periods import Period, PeriodKind
from bot.domain.workdays import Workdays
from bot.files import import_kpis
from bot.i18n import load
from bot.kpis.acting import Acting
from bot.kpis.correcting.one_value import OneValue
from bot.kpis.correcting.service import correct_entry, delete_entry
from bot.kpis.importing.planning import open_table, plan_import
from bot.kpis.importing.plans import ImportPlan, ImportReport
from bot.kpis.importing.recording import import_plan
from bot.kpis.importing.wording import error_line
from bot.kpis.showing.grammar import ShowRequest
from bot.kpis.showing.people import read_board
from bot.kpis.showing.reading import read_shown, read_together
from bot.kpis.vocabulary import Vocabulary
from bot.run import CannotStart
from bot.scoreboard import read_figures, read_scoreboard
from bot.settings import Settings
from storage import Storage, UnitOfWork
from tests.features.harness import TEAM, Bench, RecordingSlack
from tests.soak import times as times_in

Days = tuple[date, date]
Number = Fraction | None

SEED = 20_260_218
FIRST, LAST, TODAY = date(2025, 1, 1), date(2026, 11, 25), date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
NBSP, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"
TEXTS = load("en")
WORKDAYS = Workdays("ID")
COLUMNS = ("Tanggal", "Wilayah", "KPI", "Nilai", "Nama", "Catatan")

NAMES = (
    "Ayu Lestari", "Budi Santoso", "Citra Halim", "Dewi Anggraini", "Eko Prasetyo", "Fajar Nugroho", "Gita Permata",
    "Hadi Wijaya", "Indah Sari", "Joko Susilo", "Kartika Dewi", "Lukman Hakim", "Maya Putri", "Nanda Pratama",
    "Oscar Tan", "Putri Rahma", "Qori Amalia", "Rizky Maulana", "Sinta Wulandari", "Taufik Hidayat", "Umi Kalsum",
    "Vina Oktavia", "Wahyu Setiawan", "Yuni Astuti", "Zahra Fitri",
)  # fmt: skip
MEMBERS = tuple(
    Member(f"U0{name.split()[0].upper()}", name, "en-US" if place % 5 == 1 else "id-ID", "Asia/Jakarta",
           is_admin=place == 0)
    for place, name in enumerate(NAMES)
)  # fmt: skip
IDS = tuple(member.id for member in MEMBERS)
SELLERS, MARKETING, SUPPORT, FINANCE, STORE = (
    IDS[1 : times_in(4, soak=13)],
    IDS[13:17],
    IDS[17:21],
    IDS[21:23],
    IDS[23:],
)
READS_ENGLISH, READS_INDONESIAN = "U0BUDI", "U0CITRA"

HOLIDAYS = {
    date(2025, 1, 1), date(2025, 1, 29), date(2025, 4, 18), date(2025, 5, 1), date(2025, 8, 17), date(2025, 12, 25),
    date(2026, 1, 1), date(2026, 2, 17), date(2026, 4, 3), date(2026, 5, 1), date(2026, 8, 17),
}  # fmt: skip
LEBARAN = ((date(2025, 3, 28), date(2025, 4, 7)), (date(2026, 3, 18), date(2026, 3, 29)))
"""Everybody is home: nothing is sold and nothing is logged."""

# What the team calls things in its sheet, in both languages and as it comes.
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "revenue": ("Pendapatan", "omzet", "Omset", "rev", "REVENUE", "net sales"),
    "sales_volume": ("Volume penjualan", "unit terjual", "sales volume"),
    "orders": ("Pesanan", "orders", "jumlah pesanan"),
    "leads": ("Prospek", "leads", "Jumlah prospek", "Prospects"),
    "deals_won": ("Kesepakatan tercapai", "deals won", "closing"),
    "deals_lost": ("Kesepakatan gagal", "lost deals"),
    "deal_value": ("Nilai kesepakatan", "deal value"),
    "sales_quota": ("Kuota penjualan", "kuota", "Sales quota"),
    "cost_of_goods": ("HPP", "Harga pokok penjualan", "COGS"),
    "campaign_revenue": ("Pendapatan kampanye", "campaign revenue"),
    "campaign_cost": ("Biaya kampanye", "Campaign cost"),
    "new_customers": ("Pelanggan baru", "klien baru", "new customers"),
    "active_customers": ("Pelanggan aktif", "total customers"),
    "yearly_orders_per_customer": ("Pesanan per pelanggan setahun",),
    "customer_lifetime": ("Lama berlangganan", "customer lifetime in years"),
    "meetings_held": ("Pertemuan terlaksana", "pertemuan", "meetings"),
    "calls_held": ("Panggilan terlaksana", "telepon", "calls held"),
    "sales_cycle_length": ("Siklus penjualan", "sales cycle length"),
    "lead_response_time": ("Waktu respons prospek", "response time", "waktu respons"),
    "customer_satisfaction": ("Kepuasan pelanggan", "CSAT"),
    "customer_promoters": ("Pelanggan promotor", "customer promoters"),
    "customer_passives": ("Pelanggan pasif", "Customer passives"),
    "customer_detractors": ("Pelanggan pengkritik", "customer detractors"),
    "website_traffic": ("Kunjungan situs", "traffic", "Lalu lintas situs web"),
    "brand_awareness": ("Kesadaran merek", "jangkauan", "brand awareness"),
    "brand_recalled": ("Ingat merek", "people who recall the brand"),
    "brand_asked": ("Orang yang ditanya soal merek", "People asked about the brand"),
    "cost_savings": ("Penghematan biaya", "cost savings"),
    "acquisition_spend": ("Biaya iklan", "Belanja akuisisi", "acquisition spend"),
    "stock_value": ("Stok", "nilai persediaan", "Stock value"),
    "discount": ("Diskon rata-rata", "average discount"),
}

MONEY, PERCENT, TIME, PLAIN = "money", "percent", "time", "plain"
UNITS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "revenue", "average_order_value", "average_deal_size", "customer_lifetime_value", "cost_savings",
            "customer_acquisition_cost", "deal_value", "sales_quota", "cost_of_goods", "campaign_revenue",
            "campaign_cost", "acquisition_spend", "stock_value", "revenue_per_meeting",
        ), MONEY,
    ),
    **dict.fromkeys(
        (
            "sales_growth", "conversion_rate", "closing_rate", "quota_attainment", "gross_margin",
            "return_on_investment", "retention_rate", "churn_rate", "brand_recall", "discount",
        ), PERCENT,
    ),
    **dict.fromkeys(("sales_cycle_length", "lead_response_time"), TIME),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the sheet. `place` is where it stands: of two values of one day the later one is the latest."""

    on: date
    kpi: str
    value: Decimal
    who: str
    note: str = ""
    place: int = 0


# Making the sheet


def season(day: date) -> float:
    """Ramadan is slow, the week before Lebaran is not, December is best."""
    for first, last in LEBARAN:
        if first - timedelta(days=28) <= day < first - timedelta(days=7):
            return 0.6
        if first - timedelta(days=7) <= day < first:
            return 1.5
        if last < day <= last + timedelta(days=10):
            return 0.5
    return 1.4 if day.month == 12 else 1.0


def is_open(day: date) -> bool:
    return day.weekday() < 6 and day not in HOLIDAYS and not any(first <= day <= last for first, last in LEBARAN)


def sheet() -> list[Line]:
    """The values as the team wrote them down, in the order of the file."""
    dice = random.Random(SEED)
    lines: list[Line] = []
    customers = 240
    new_this_month = 0
    day = FIRST
    while day <= LAST:
        if is_open(day):
            lines += sold(dice, day)
        if day.weekday() == 4 and is_open(day):
            week = the_week(dice, day)
            new_this_month += sum(int(line.value) for line in week if line.kpi == "new_customers")
            lines += week
        if (day + timedelta(days=1)).day == 1:
            customers += new_this_month - dice.randint(0, 9)
            new_this_month = 0
            lines += the_month(dice, day, customers)
        day += timedelta(days=1)
    return [replace(line, place=place) for place, line in enumerate(with_late_ones(dice, lines))]


def sold(dice: random.Random, day: date) -> Iterator[Line]:
    """A day of the sellers; some forget it, some have the same sale twice, some take one back."""
    weekday = (1.3, 1.1, 1.0, 1.0, 1.2, 0.4)[day.weekday()]
    for place, who in enumerate(SELLERS):
        if dice.random() < 0.07 or (day.weekday() == 5 and place % 3):
            continue
        whole = int((place + 2) * season(day) * weekday * dice.uniform(0.7, 1.3) * 10) * 100_000 + 50_000
        cents = Decimal("0.5") if dice.random() < 0.05 else Decimal(0)
        yield Line(day, "revenue", whole + cents, who)
        yield Line(day, "orders", Decimal(max(1, whole // 900_000)), who)
        if dice.random() < 0.7:
            yield Line(day, "leads", Decimal(dice.randint(0, 9)), who)
        chance = dice.random()
        if chance < 0.01:
            yield Line(day, "revenue", Decimal(-dice.randint(3, 30) * 50_000), who, "retur; barang rusak")
        elif chance < 0.02:
            yield Line(day, "revenue", Decimal(250_000), who)
            yield Line(day, "revenue", Decimal(250_000), who)
        elif chance < 0.03:
            yield Line(day, "revenue", Decimal("-1250000.25"), who, 'koreksi "salah ketik" kemarin')


def the_week(dice: random.Random, day: date) -> list[Line]:
    found = []
    for who in SELLERS:
        won = dice.randint(0, 4)
        found += [
            Line(day, "deals_won", Decimal(won), who),
            Line(day, "deals_lost", Decimal(dice.randint(0, 5)), who),
            Line(day, "deal_value", Decimal(won * dice.randint(20, 60) * 500_000), who),
            Line(day, "new_customers", Decimal(max(0, won - 2)), who),
            Line(day, "meetings_held", Decimal(dice.randint(2, 9)), who),
            Line(day, "calls_held", Decimal(dice.randint(10, 60)), who),
            Line(day, "sales_volume", Decimal(dice.randint(20, 2_400)), who),
        ]
        if dice.random() < 0.4:
            found.append(Line(day, "sales_cycle_length", Decimal(dice.randint(10, 90) * 86_400), who))
            found.append(Line(day, "lead_response_time", Decimal(dice.randint(5, 500) * 60), who))
        if dice.random() < 0.2:
            found.append(Line(day, "discount", Decimal(dice.randint(1, 90)) / 4, who))
    for who in SUPPORT:
        found.append(Line(day, "customer_satisfaction", Decimal(dice.randint(35, 50)) / 10, who))
    for who in MARKETING:
        found.append(Line(day, "website_traffic", Decimal(dice.randint(900, 12_000)), who))
        found.append(Line(day, "acquisition_spend", Decimal(dice.randint(2, 60) * 250_000), who))
    return found


def the_month(dice: random.Random, day: date, customers: int) -> list[Line]:
    found = [Line(day, "sales_quota", Decimal(dice.randint(60, 300) * 1_000_000), who) for who in SELLERS]
    for who in MARKETING:
        found.append(Line(day, "brand_awareness", Decimal(dice.randint(5_000, 90_000)), who))
        if day.month % 2:
            found.append(Line(day, "campaign_cost", Decimal(dice.randint(4, 40) * 500_000), who))
            found.append(Line(day, "campaign_revenue", Decimal(dice.randint(0, 90) * 500_000), who))
        if day.month % 3 == 0:
            asked = dice.randint(90, 400)
            found.append(Line(day, "brand_asked", Decimal(asked), who))
            found.append(Line(day, "brand_recalled", Decimal(dice.randint(0, asked)), who))
    for who in SUPPORT:
        for kpi in ("customer_promoters", "customer_passives", "customer_detractors"):
            found.append(Line(day, kpi, Decimal(dice.randint(0, 30)), who))
    found.append(Line(day, "cost_of_goods", Decimal(dice.randint(300, 1_100) * 1_000_000), FINANCE[0]))
    found.append(Line(day, "cost_savings", Decimal(dice.randint(1, 90) * 1_000_000) / 8, FINANCE[1]))
    found.append(Line(day, "active_customers", Decimal(customers), SUPPORT[0]))
    found += [
        Line(day, "stock_value", Decimal(dice.randint(3, 20) * 100_000_000), STORE[0]),
        Line(day, "stock_value", Decimal(dice.randint(3, 20) * 100_000_000), STORE[0], "hitung ulang"),
    ]  # counted again on the same day: the second one is the latest
    if day.month == 1:
        found.append(Line(day, "yearly_orders_per_customer", Decimal(dice.randint(30, 60)) / 8, FINANCE[0]))
        found.append(Line(day, "customer_lifetime", Decimal(dice.randint(20, 50)) / 8, FINANCE[0]))
    return found


def with_late_ones(dice: random.Random, lines: Sequence[Line]) -> list[Line]:
    """Some are remembered weeks later, and stand further down. Those of which the latest counts stay in order."""
    keyed = []
    for place, line in enumerate(lines):
        may_move = line.kpi not in ("active_customers", "stock_value")
        keyed.append((place + (dice.randint(50, 2_000) if may_move and dice.random() < 0.02 else 0), place, line))
    return [line for _, _, line in sorted(keyed, key=lambda each: each[:2])]


# Writing it down as people do


def dotted(value: Decimal) -> str:
    """1.234.567,5: the Indonesian way."""
    whole, _, parts = f"{abs(value):,f}".partition(".")
    parts = parts.rstrip("0")
    return whole.replace(",", ".") + (f",{parts}" if parts else "")


def money(value: Decimal, dice: random.Random) -> str:
    plain = dotted(value)
    if value < 0:
        return dice.choice((f"-Rp {plain}", f"({plain})", f"Rp -{plain}", f"{MINUS}{plain}"))
    ways = [f"Rp {plain}", f"Rp{plain}", plain, f"Rp{NBSP}{plain}", f"{plain} rupiah"]
    if value == value.to_integral_value():
        ways += [f"{value:f}", f"Rp {plain},-", f"{plain},00"]
    if value >= 1_000_000 and value % 100_000 == 0:
        ways += [f"{dotted(value / 1_000_000)} jt", f"{dotted(value / 1_000_000)} juta"]
    if value >= 1_000_000_000 and value % 100_000_000 == 0:
        ways.append(f"{dotted(value / 1_000_000_000)} M")
    return dice.choice(ways)


def span(value: Decimal, dice: random.Random) -> str:
    minutes = int(value) // 60
    hours, rest = divmod(minutes, 60)
    if minutes % 1_440 == 0:
        return dice.choice((f"{minutes // 1_440} hari", f"{minutes // 1_440}d"))
    long = f"{hours} jam {rest} menit" if hours else f"{rest} menit"
    return dice.choice((f"{hours}h {rest}m", long, f"{minutes} menit", f"{hours:02}:{rest:02}"))


def value_text(line: Line, dice: random.Random) -> str:
    match UNITS.get(line.kpi, PLAIN):
        case "money":
            return money(line.value, dice)
        case "percent":
            return f"{dotted(line.value)}{dice.choice(('%', ' %'))}"
        case "time":
            return span(line.value, dice)
    return dice.choice((dotted(line.value), f"{line.value:f}" if line.value % 1 == 0 else dotted(line.value)))


MONTHS_WRITTEN = ("Jan", "Februari", "Mar", "April", "Mei", "Juni", "Jul", "Agustus", "Sep", "Okt", "November", "Des")


def day_text(day: date, dice: random.Random) -> str:
    usual = f"{day.day:02}/{day.month:02}/{day.year}"
    named = f"{day.day} {MONTHS_WRITTEN[day.month - 1]} {day.year}"
    return dice.choices((usual, f"{day.day}-{day.month}-{day.year}", named, day.isoformat()), (12, 2, 1, 1))[0]


def who_text(who: str, dice: random.Random) -> str:
    name = next(member.name for member in MEMBERS if member.id == who)
    return dice.choices((name, name.upper(), f" {name.lower()} ", f"@{name}", who), (8, 1, 1, 1, 1))[0]


def as_csv(lines: Sequence[Line]) -> bytes:
    dice = random.Random(SEED)
    rows = ["Rekap penjualan tim;;;;;", ";".join(COLUMNS)]
    for line in lines:
        quote = ";" in line.note or '"' in line.note
        note = '"' + line.note.replace('"', '""') + '"' if quote else line.note
        cells = [
            day_text(line.on, dice), dice.choice(("Jabar", "DKI", "")), dice.choice(WRITTEN[line.kpi]),
            value_text(line, dice), who_text(line.who, dice), note,
        ]  # fmt: skip
        rows.append(";".join(cells))
        if dice.random() < 0.01:
            rows.append(";;;;;")
    return ("\r\n".join(rows) + "\r\n").encode("utf-8-sig")


def as_xlsx(lines: Sequence[Line]) -> bytes:
    """The same as a workbook: some cells as numbers, dates and times, some as the texts people typed."""
    dice = random.Random(SEED + 1)
    book = Workbook(write_only=True)
    page: Any = book.create_sheet("Rekap 2025-2026")
    page.append(["Rekap penjualan tim"])
    page.append(COLUMNS)
    from openpyxl.cell import WriteOnlyCell

    for line in lines:
        cell = WriteOnlyCell(page, value=value_text(line, dice))
        unit = UNITS.get(line.kpi, PLAIN)
        if dice.random() < 0.7:
            cell = WriteOnlyCell(page, value=float(line.value))
            if unit == PERCENT:
                cell = WriteOnlyCell(page, value=float(line.value) / 100)
                cell.number_format = "0.0%"
            elif unit == TIME:
                cell = WriteOnlyCell(page, value=timedelta(seconds=int(line.value)))
        on = line.on if dice.random() < 0.8 else day_text(line.on, dice)
        page.append([on, "DKI", dice.choice(WRITTEN[line.kpi]), cell, who_text(line.who, dice), line.note or None])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


# Working it out again


def over(above: Number, below: Number) -> Number:
    """Nothing where anything is missing, or where there is nothing to divide by."""
    return None if above is None or below is None or below <= 0 else above / below


def plus(*parts: Number) -> Number:
    known = [part for part in parts if part is not None]
    return sum(known, Fraction(0)) if len(known) == len(parts) else None


def minus(whole: Number, part: Number) -> Number:
    return None if whole is None or part is None else whole - part


def times(factor: int | Fraction, number: Number) -> Number:
    return None if number is None else factor * number


@dataclass
class Book:
    """The sheet, to be added up."""

    lines: list[Line]

    @cached_property
    def by_kpi(self) -> dict[str, list[Line]]:
        found: defaultdict[str, list[Line]] = defaultdict(list)
        for line in sorted(self.lines, key=lambda line: (line.on, line.place)):
            found[line.kpi].append(line)
        return found

    def seen(self, days: Days, before: Days, who: str | None = None) -> "View":
        return View(self, days, before, who)


@dataclass
class View:
    """The sheet over some days, of everybody or of one person; `before` are the days these are compared with."""

    book: Book
    days: Days
    before: Days
    who: str | None = None

    def values(self, kpi: str, days: Days | None = None) -> list[Fraction]:
        first, last = days or self.days
        return [
            Fraction(line.value)
            for line in self.book.by_kpi[kpi]
            if first <= line.on <= last and self.who in (None, line.who)
        ]

    def total(self, kpi: str, days: Days | None = None) -> Number:
        found = self.values(kpi, days)
        return sum(found, Fraction(0)) if found else None

    def mean(self, kpi: str) -> Number:
        found = self.values(kpi)
        return sum(found, Fraction(0)) / len(found) if found else None

    def latest(self, kpi: str, days: Days | None = None) -> Number:
        found = self.values(kpi, days)
        return found[-1] if found else None

    def at_start(self, kpi: str) -> Number:
        return self.latest(kpi, (date.min, self.days[0] - timedelta(days=1)))

    def by_then(self, kpi: str) -> Number:
        return self.latest(kpi, (date.min, self.days[1]))

    def of(self, kpi: str) -> Number:
        return WORKED_OUT[kpi](self) if kpi in WORKED_OUT else self.total(kpi)


def growth(v: View) -> Number:
    was = v.total("revenue", v.before)
    return times(100, over(minus(v.total("revenue"), was), was))


def lifetime_value(v: View) -> Number:
    size = over(v.total("revenue"), v.total("orders"))
    often, long = v.by_then("yearly_orders_per_customer"), v.by_then("customer_lifetime")
    return None if often is None or long is None else times(often * long, size)


def retention(v: View) -> Number:
    start = v.at_start("active_customers")
    return times(100, over(minus(v.latest("active_customers"), v.total("new_customers")), start))


def churn(v: View) -> Number:
    start = v.at_start("active_customers")
    left = minus(plus(start, v.total("new_customers")), v.latest("active_customers"))
    return times(100, over(left, start))


def promoter_score(v: View) -> Number:
    good, fair, bad = (v.total(f"customer_{each}") for each in ("promoters", "passives", "detractors"))
    return times(100, over(minus(good, bad), plus(good, fair, bad)))


def margin(v: View) -> Number:
    sold_for = v.total("revenue")
    return times(100, over(minus(sold_for, v.total("cost_of_goods")), sold_for))


def investment(v: View) -> Number:
    cost = v.total("campaign_cost")
    return times(100, over(minus(v.total("campaign_revenue"), cost), cost))


def closing(v: View) -> Number:
    won = v.total("deals_won")
    return times(100, over(won, plus(won, v.total("deals_lost"))))


WORKED_OUT: Mapping[str, Callable[[View], Number]] = {
    "sales_growth": growth,
    "average_order_value": lambda v: over(v.total("revenue"), v.total("orders")),
    "conversion_rate": lambda v: times(100, over(v.total("deals_won"), v.total("leads"))),
    "closing_rate": closing,
    "average_deal_size": lambda v: over(v.total("deal_value"), v.total("deals_won")),
    "quota_attainment": lambda v: times(100, over(v.total("revenue"), v.total("sales_quota"))),
    "gross_margin": margin,
    "return_on_investment": investment,
    "retention_rate": retention,
    "churn_rate": churn,
    "customer_lifetime_value": lifetime_value,
    "customer_nps": promoter_score,
    "brand_recall": lambda v: times(100, over(v.total("brand_recalled"), v.total("brand_asked"))),
    "customer_acquisition_cost": lambda v: over(v.total("acquisition_spend"), v.total("new_customers")),
    "inventory_turnover": lambda v: over(v.total("cost_of_goods"), v.mean("stock_value")),
    "revenue_per_meeting": lambda v: over(v.total("revenue"), v.total("meetings_held")),
    **{
        kpi: lambda v, kpi=kpi: v.mean(kpi)  # type: ignore[misc]
        for kpi in ("sales_cycle_length", "lead_response_time", "customer_satisfaction", "discount")
    },
    **{
        kpi: lambda v, kpi=kpi: v.latest(kpi)  # type: ignore[misc]
        for kpi in ("active_customers", "yearly_orders_per_customer", "customer_lifetime", "stock_value")
    },
}


def digits(number: Number) -> Decimal | None:
    """To the 28 digits in which figures are told on."""
    return None if number is None else Decimal(number.numerator) / Decimal(number.denominator)


def change(now: Number, then: Number, kpi: str) -> Decimal | None:
    """In points for percentages and scores, else in percent of the earlier figure; to ten digits after the point."""
    if now is None or then is None:
        return None
    if UNITS.get(kpi) == PERCENT or kpi in ("customer_satisfaction", "customer_nps"):
        return rounded(now - then)
    return rounded((now - then) * 100 / abs(then)) if then else None


def rounded(number: Fraction | Decimal | None) -> Decimal | None:
    return None if number is None else Decimal(round(Fraction(number) * 10**10)).scaleb(-10)


# Periods, by hand


def month(year: int, number: int) -> Days:
    year, number = (year - 1, 12) if number == 0 else (year, number)
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def quarter(year: int, number: int) -> Days:
    year, number = (year - 1, 4) if number == 0 else (year, number)
    return date(year, number * 3 - 2, 1), month(year, number * 3)[1]


def week(monday: date) -> Days:
    return monday, monday + timedelta(days=6)


def year(number: int) -> Days:
    return date(number, 1, 1), date(number, 12, 31)


@dataclass(frozen=True)
class Stretch:
    """A period with the one before it and the same one last year, with what that in turn is compared with."""

    kind: PeriodKind
    days: Days
    before: Days
    last_year: Days
    before_last_year: Days = field(default=(date.min, date.min))

    @property
    def period(self) -> Period:
        return Period(*self.days, self.kind)


MONTHS = [
    Stretch(PeriodKind.MONTH, month(y, m), month(y, m - 1), month(y - 1, m), month(y - 1, m - 1))
    for y, m in [(2025, m) for m in range(1, 13)] + [(2026, m) for m in range(1, 11)]
]
QUARTERS = [
    Stretch(PeriodKind.QUARTER, quarter(y, q), quarter(y, q - 1), quarter(y - 1, q), quarter(y - 1, q - 1))
    for y, q in [(2025, 1), (2025, 2), (2025, 3), (2025, 4), (2026, 1), (2026, 2), (2026, 3)]
]
WEEKS = [
    Stretch(
        PeriodKind.WEEK, week(monday), week(monday - timedelta(days=7)),
        week(monday - timedelta(days=364)), week(monday - timedelta(days=371)),
    )
    for monday in (
        date(2026, 1, 5), date(2026, 3, 16), date(2026, 3, 23), date(2026, 3, 30), date(2026, 8, 17),
        date(2026, 9, 28), date(2026, 11, 16),
    )
]  # fmt: skip
YEAR = Stretch(PeriodKind.YEAR, year(2025), year(2024), year(2024))


# The team's data in storage


@dataclass
class Team:
    """The imported sheet. Tests only read."""

    storage: Storage
    folder: Path
    csv: bytes
    xlsx: bytes
    first_report: ImportReport
    second_report: ImportReport
    plan: ImportPlan
    as_written: Book
    book: Book

    @property
    def kpis(self) -> Catalogue:
        return self.read(lambda db: db.catalogue.read())  # type: ignore[no-any-return]

    def read(self, work: Any) -> Any:
        return self.storage.read_now(TEAM, work)

    def figures(self, stretch: Stretch, who: str | None = None) -> dict[str, tuple[Figure, Decimal | None]]:
        kpis = self.kpis
        board = self.read(
            lambda db: read_scoreboard(db, kpis, stretch.period, TODAY, WORKDAYS, list(kpis), member_id=who)
        )
        return {line.kpi.key: (line.figure, line.change) for line in board}


def own_kpis() -> list[KpiVersion]:
    discount = Kpi(
        "discount", Unit.PERCENT, Direction.LOWER, Aggregation.MEAN, Kind.PROCESS, Objective.NET_SALES, "5",
        names={"en": "Average discount", "id": "Diskon rata-rata"},
    )  # fmt: skip
    per_meeting = Kpi(
        "revenue_per_meeting", Unit.CURRENCY, Direction.HIGHER, Aggregation.RATIO, Kind.OUTCOME, Objective.NET_SALES,
        "", read_formula("revenue / meetings_held"),
        names={"en": "Revenue per meeting", "id": "Pendapatan per pertemuan"},
    )  # fmt: skip
    return [KpiVersion(kpi, 1, FIRST, "U0AYU", NOW) for kpi in (discount, per_meeting)]


def prepared(db: UnitOfWork) -> None:
    db.workspace.ensure("Tim Penjualan", NOW)
    db.members.refresh(MEMBERS)
    for version in own_kpis():
        db.catalogue.add_version(version)


def planned(storage: Storage, source: bytes | Path, workspace: str = TEAM, language: str = "en") -> ImportPlan:
    kpis = storage.read_now(workspace, lambda db: db.catalogue.read())
    vocabulary = Vocabulary.of(TEXTS, TEXTS.t(language), kpis, "IDR")
    with open_table(source, vocabulary) as table:
        return storage.read_now(workspace, lambda db: plan_import(db, table, vocabulary, TODAY))


def stored(storage: Storage, workspace: str = TEAM) -> list[tuple[date, str, str, Decimal, str]]:
    found = storage.read_now(workspace, lambda db: list(db.kpis.between(date.min, date.max)))
    return sorted((each.on, each.kpi_key, each.member_id, each.value, each.note) for each in found)


def written(lines: Sequence[Line]) -> list[tuple[date, str, str, Decimal, str]]:
    return sorted((each.on, each.kpi, each.who, each.value, each.note) for each in lines)


def put_right(storage: Storage, lines: Sequence[Line]) -> list[Line]:
    """What is changed afterwards in Slack: some values were wrong, two were never true. The list as it is then."""
    ayu = Acting(MEMBERS[0], NOW + timedelta(minutes=5), TODAY, WORKDAYS, Catalogue(own_kpis()))
    entries = storage.read_now(TEAM, lambda db: list(db.kpis.between(date.min, date.max)))
    wrong = [line for line in lines if line.kpi in ("revenue", "leads", "stock_value", "discount")][
        40 :: times_in(300, soak=997)
    ]
    found = list(lines)
    for place, line in enumerate(wrong):
        entry = next(each for each in entries if same(each, line))
        entries.remove(entry)
        found.remove(line)
        if place % 5 == 4:
            storage.write_now(TEAM, lambda db, entry=entry: delete_entry(db, entry.id, "bukan punya kita", ayu))
            continue
        right = line.value + 3
        to = OneValue(right, line.on, line.note, None)
        source = f"test:{place}"
        storage.write_now(
            TEAM, lambda db, entry=entry, to=to, source=source: correct_entry(db, entry.id, to, "salah", source, ayu)
        )
        found.append(replace(line, value=right, place=len(lines) + place))
    assert len(wrong) > 8
    return found


def same(entry: Entry, line: Line) -> bool:
    return (entry.on, entry.kpi_key, entry.member_id, entry.value) == (line.on, line.kpi, line.who, line.value)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("year")
    shutil.copy(sqlite_template, folder / "denyut.db")
    storage = Storage.open(f"sqlite:///{folder}/denyut.db", folder)
    storage.write_now(TEAM, prepared)
    storage.write_now("T0CLI", prepared)
    storage.write_now("T0WRONG", prepared)
    lines = sheet()
    data = as_csv(lines)
    plan = planned(storage, data)
    assert plan.is_ready, [(error.line, error.key, error.values) for error in plan.errors[:5]]
    first = storage.write_now(TEAM, lambda db: import_plan(db, plan, NOW))
    again = planned(storage, data)
    second = storage.write_now(TEAM, lambda db: import_plan(db, again, NOW))
    assert stored(storage) == written(lines)
    right = put_right(storage, lines)
    yield Team(storage, folder, data, as_xlsx(lines), first, second, plan, Book(lines), Book(right))
    storage.close()


@pytest.fixture
async def denyut(team: Team) -> AsyncIterator[Bench]:
    """The bot on the bench, with the team's data."""
    settings = Settings(data_dir=team.folder, slack_bot_token="xoxb-test")
    slack = RecordingSlack(MEMBERS, {"C0SALES": list(IDS)})
    bench = await Bench(team.storage, slack, NOW, settings).start()
    yield bench
    await bench.denyut.drain()


def told(found: Mapping[str, tuple[Figure, Decimal | None]], view: View) -> dict[str, tuple[Any, Any]]:
    """The figures that are not as the sheet has them: what is shown beside what is right."""
    wrong = {}
    for kpi, (figure, moved) in found.items():
        right, was = view.of(kpi), View(view.book, view.before, FAR_BEFORE, view.who).of(kpi)
        if figure.value != digits(right):
            wrong[kpi] = (figure.value, digits(right))
        elif kpi != "sales_growth" and rounded(moved) != change(right, was, kpi):
            wrong[f"{kpi}: change"] = (rounded(moved), change(right, was, kpi))
    return wrong


FAR_BEFORE = (date.min, date.min)


class TestImport:
    def test_the_whole_sheet_goes_in_at_once_and_again_adds_nothing(self, team: Team) -> None:
        count = len(team.as_written.lines)
        assert count > times_in(5_000, soak=20_000)
        assert team.first_report == ImportReport(count, count, 0)
        assert team.second_report == ImportReport(count, 0, count)

    def test_every_logged_kpi_of_the_catalogue_is_in_it(self, team: Team) -> None:
        logged = {key for key, kpi in KPIS.items() if not kpi.is_derived}
        assert logged <= set(team.as_written.by_kpi)
        everybody = {*SELLERS, *MARKETING, *SUPPORT, *FINANCE, STORE[0]}
        assert {line.who for line in team.as_written.lines} == everybody

    def test_what_was_found_out_about_it(self, team: Team) -> None:
        found = team.plan.detected
        assert (found.format.delimiter, found.sign, found.days, found.days_are_proved) == (";", ",", "dmy", True)
        assert found.layout.ignored == ("Wilayah",)
        assert {total.kpi.key: total.sum for total in team.plan.totals} == {
            kpi: sum(line.value for line in lines) for kpi, lines in team.as_written.by_kpi.items()
        }

    def test_nothing_is_a_number_however_it_is_written(self, team: Team) -> None:
        ways = {
            "omzet": ("Rp 0", "Rp0", "0,00", "0 rupiah", "Rp 0,-"),
            "diskon rata-rata": ("0%", "0,0 %"),
            "waktu respons": ("0 menit", "00:00"),
        }
        rows = [f"20/11/2026;{kpi};{way};Budi Santoso" for kpi, some in ways.items() for way in some]
        plan = planned(team.storage, "\n".join(["Tanggal;KPI;Nilai;Nama", *rows]).encode(), "T0WRONG")
        assert plan.errors == ()
        assert [line.value for line in plan.lines] == [0] * len(rows)

    def test_as_a_workbook_it_is_the_same_and_adds_nothing(self, team: Team) -> None:
        plan = planned(team.storage, team.xlsx)
        assert plan.is_ready, plan.errors[:5]
        assert (len(plan.lines), plan.added) == (len(team.as_written.lines), 0)

    def test_from_the_command_line_too(self, team: Team) -> None:
        file = team.folder / "rekap.xlsx"
        file.write_bytes(team.xlsx)
        # under the clock of the playground every day may have come
        local = "http://127.0.0.1:1"
        settings = Settings(
            data_dir=team.folder, slack_bot_token="xoxb-test", slack_api_url=f"{local}/api/", clock_url=f"{local}/clock"
        )
        count = len(team.as_written.lines)
        said = import_kpis(settings, file, "T0CLI").splitlines()
        assert {"Dates read as day/month/year.", "Numbers read as 1.234,56."} <= set(said)
        assert said[-1] == f"{count} entries recorded, 0 known already."
        assert stored(team.storage, "T0CLI") == written(team.as_written.lines)


class TestFigures:
    @pytest.mark.parametrize("stretch", [YEAR, *QUARTERS, *MONTHS, *WEEKS], ids=lambda each: f"{each.days[0]}")
    def test_every_kpi_of_a_period_and_its_change(self, team: Team, stretch: Stretch) -> None:
        found = team.figures(stretch)
        assert len(found) == len(KPIS) + 2
        assert told(found, team.book.seen(stretch.days, stretch.before)) == {}

    def test_a_ten_thousandth_of_a_rupiah_would_be_noticed(self, team: Team) -> None:
        """Control: with one of all values a little larger, all that is made of it is wrong, and nothing else."""
        place, line = next((n, line) for n, line in enumerate(team.book.lines) if line.kpi == "revenue")
        other = list(team.book.lines)
        other[place] = replace(line, value=line.value + Decimal("0.0001"))
        wrong = told(team.figures(YEAR), Book(other).seen(YEAR.days, YEAR.before))
        assert set(wrong) == {
            "revenue", "average_order_value", "quota_attainment", "gross_margin", "customer_lifetime_value",
            "revenue_per_meeting",
        }  # fmt: skip

    def test_of_two_counts_of_one_day_the_later_line_is_the_latest(self, team: Team) -> None:
        counted = [line for line in team.as_written.lines if line.kpi == "stock_value" and line.on == date(2026, 9, 30)]
        assert [line.note for line in counted] == ["", "hitung ulang"]
        assert team.figures(MONTHS[20])["stock_value"][0].value == counted[1].value

    def test_hardly_anything_is_without_data(self, team: Team) -> None:
        """So that the others prove something."""
        known = {kpi for kpi, (figure, _) in team.figures(QUARTERS[5]).items() if figure.value is not None}
        assert set(KPIS) - known == {"yearly_orders_per_customer", "customer_lifetime"}
        weeks = [team.figures(stretch)["revenue"][0].value for stretch in WEEKS]
        assert [value is None for value in weeks] == [False, False, True, False, False, False, False], "Lebaran"

    def test_the_running_year_is_held_against_as_many_days(self, team: Team) -> None:
        running = Stretch(PeriodKind.YEAR, year(2026), (date(2025, 1, 1), date(2025, 11, 26)), year(2025))
        assert told(team.figures(running), team.book.seen(running.days, running.before)) == {}

    @pytest.mark.parametrize("stretch", [QUARTERS[5], MONTHS[20], WEEKS[4]], ids=lambda each: f"{each.days[0]}")
    @pytest.mark.parametrize("who", [SELLERS[0], SELLERS[-1], MARKETING[2], SUPPORT[0], FINANCE[0]])
    def test_of_one_person(self, team: Team, stretch: Stretch, who: str) -> None:
        assert told(team.figures(stretch, who), team.book.seen(stretch.days, stretch.before, who)) == {}

    @pytest.mark.parametrize("stretch", [QUARTERS[6], MONTHS[21], WEEKS[6]], ids=lambda each: f"{each.days[0]}")
    def test_person_by_person(self, team: Team, stretch: Stretch) -> None:
        kpis = team.kpis
        for key, kpi in kpis.items():
            board = team.read(
                lambda db, kpi=kpi: read_board(db, kpis, kpi, stretch.period, TODAY, WORKDAYS, viewer_id="")
            )
            shown = {row.member.id: row.figure.value for row in board.rows}
            right = {who: team.book.seen(stretch.days, stretch.before, who).of(key) for who in IDS}
            assert shown == {who: digits(each) for who, each in right.items() if each is not None}, key

    @pytest.mark.parametrize("stretches", [MONTHS, QUARTERS, WEEKS], ids=["months", "quarters", "weeks"])
    def test_in_a_row(self, team: Team, stretches: Sequence[Stretch]) -> None:
        kpis, periods = team.kpis, [stretch.period for stretch in stretches]
        for key in kpis:
            row = team.read(lambda db, key=key: read_figures(db, kpis, key, periods, TODAY))
            right = [digits(team.book.seen(each.days, each.before).of(key)) for each in stretches]
            assert [figure.value for figure in row] == right, key

    @pytest.mark.parametrize(
        "stretch", [*MONTHS[12:], *QUARTERS[4:], *WEEKS], ids=lambda each: f"{each.kind}-{each.days[0]}"
    )
    def test_against_the_same_period_last_year(self, team: Team, stretch: Stretch) -> None:
        kpis = team.kpis
        request = ShowRequest(tuple(kpis.values()), stretch.period, True)
        together = team.read(lambda db: read_together(db, kpis, request, TODAY, WORKDAYS))
        now, then = (
            team.book.seen(stretch.days, stretch.before),
            team.book.seen(stretch.last_year, stretch.before_last_year),
        )
        for key in kpis:
            ago, right = together.years_ago.get(key), then.of(key)
            assert (ago.figure.value if ago else None) == digits(right), key
            if ago:
                assert rounded(ago.change) == change(now.of(key), right, key), key

    def test_one_kpi_alone_says_the_same(self, team: Team) -> None:
        kpis, stretch = team.kpis, MONTHS[19]
        for key, kpi in kpis.items():
            request = ShowRequest((kpi,), stretch.period, True)
            shown = team.read(lambda db, request=request: read_shown(db, kpis, request, TODAY, WORKDAYS))
            assert shown.line.figure.value == digits(team.book.seen(stretch.days, stretch.before).of(key)), key
            then = team.book.seen(stretch.last_year, stretch.before_last_year).of(key)
            assert (shown.year_ago.figure.value if shown.year_ago else None) == digits(then), key


def said_in(language: str, number: Fraction, kpi: str) -> str:
    """A figure as the language writes it."""
    sign = MINUS if number < 0 else ""
    match UNITS.get(kpi, PLAIN):
        case "money":
            is_whole = abs(number) >= 1000 or number % 1 == 0
            return f"{sign}Rp {grouped(abs(number), 0, language) if is_whole else cents(abs(number), language)}"
        case "percent":
            return f"{sign if round(number, 1) else ''}{grouped(abs(number), 1, language)}%"
        case "time":
            return lasted(round(number), language)
    return f"{sign}{grouped(abs(number), 2, language)}"


def cents(number: Fraction, language: str) -> str:
    whole, parts = divmod(round(number * 100), 100)
    return f"{whole}{',' if language == 'id' else '.'}{parts:02}"


def grouped(number: Fraction, places: int, language: str) -> str:
    ten = 10**places
    whole, parts = divmod(round(number * ten), ten)
    tail = f"{parts:0{places}}".rstrip("0") if places else ""
    text = f"{whole:,}" + (f".{tail}" if tail else "")
    return text.translate(str.maketrans(".,", ",.")) if language == "id" else text


def lasted(seconds: int, language: str) -> str:
    names = {"en": ("d", "h", "min", "s"), "id": ("hr", "j", "mnt", "dtk")}[language]
    parts = []
    for size, name in zip((86_400, 3_600, 60, 1), names, strict=True):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


OCTOBER, Q2 = MONTHS[21], QUARTERS[5]
LAST_WEEK = WEEKS[6]
SIX_WEEKS = (date(2026, 10, 12), date(2026, 11, 22))
SHOWN: Sequence[tuple[str, str, str, Days, Days]] = (
    ("en", "revenue 2025", "revenue", *(YEAR.days, YEAR.before)),
    ("en", "rev Q2 2026", "revenue", Q2.days, Q2.before),
    ("en", "revenue last 6 weeks", "revenue", SIX_WEEKS, FAR_BEFORE),
    ("en", "revenue since 1 sep", "revenue", (date(2026, 9, 1), TODAY), FAR_BEFORE),
    ("en", "sales growth 2026-10", "sales_growth", OCTOBER.days, OCTOBER.before),
    ("en", "sales growth q2", "sales_growth", Q2.days, Q2.before),
    ("en", "average order value last month", "average_order_value", OCTOBER.days, OCTOBER.before),
    ("en", "average deal size last month", "average_deal_size", OCTOBER.days, OCTOBER.before),
    ("en", "conversion rate last week", "conversion_rate", LAST_WEEK.days, LAST_WEEK.before),
    ("en", "closing rate Q2 2026", "closing_rate", Q2.days, Q2.before),
    ("en", "quota attainment 2026-10", "quota_attainment", OCTOBER.days, OCTOBER.before),
    ("en", "gross margin 2025", "gross_margin", YEAR.days, YEAR.before),
    ("en", "return on investment Q2 2026", "return_on_investment", Q2.days, Q2.before),
    ("en", "retention rate Q2 2026", "retention_rate", Q2.days, Q2.before),
    ("en", "churn rate Q2 2026", "churn_rate", Q2.days, Q2.before),
    ("en", "customer lifetime value Q2 2026", "customer_lifetime_value", Q2.days, Q2.before),
    ("en", "customer nps Q2 2026", "customer_nps", Q2.days, Q2.before),
    ("en", "csat last week", "customer_satisfaction", LAST_WEEK.days, LAST_WEEK.before),
    ("en", "lead response time october", "lead_response_time", OCTOBER.days, OCTOBER.before),
    ("en", "sales cycle length Q2 2026", "sales_cycle_length", Q2.days, Q2.before),
    ("en", "customer acquisition cost 2025", "customer_acquisition_cost", YEAR.days, YEAR.before),
    ("en", "inventory turnover 2025", "inventory_turnover", YEAR.days, YEAR.before),
    ("en", "average discount october", "discount", OCTOBER.days, OCTOBER.before),
    ("en", "revenue per meeting october", "revenue_per_meeting", OCTOBER.days, OCTOBER.before),
    ("id", "pendapatan 2025", "revenue", YEAR.days, YEAR.before),
    ("id", "omzet bulan lalu", "revenue", OCTOBER.days, OCTOBER.before),
    ("id", "omset 6 minggu terakhir", "revenue", SIX_WEEKS, FAR_BEFORE),
    ("id", "pendapatan sejak 1 sep", "revenue", (date(2026, 9, 1), TODAY), FAR_BEFORE),
    ("id", "pertumbuhan penjualan oktober", "sales_growth", OCTOBER.days, OCTOBER.before),
    ("id", "nilai pesanan rata-rata bulan lalu", "average_order_value", OCTOBER.days, OCTOBER.before),
    ("id", "tingkat konversi minggu lalu", "conversion_rate", LAST_WEEK.days, LAST_WEEK.before),
    ("id", "tingkat penutupan Q2 2026", "closing_rate", Q2.days, Q2.before),
    ("id", "pencapaian kuota 2026-10", "quota_attainment", OCTOBER.days, OCTOBER.before),
    ("id", "margin kotor 2025", "gross_margin", YEAR.days, YEAR.before),
    ("id", "retensi Q2 2026", "retention_rate", Q2.days, Q2.before),
    ("id", "perputaran pelanggan Q2 2026", "churn_rate", Q2.days, Q2.before),
    ("id", "nilai seumur hidup pelanggan Q2 2026", "customer_lifetime_value", Q2.days, Q2.before),
    ("id", "skor promotor bersih Q2 2026", "customer_nps", Q2.days, Q2.before),
    ("id", "kepuasan minggu lalu", "customer_satisfaction", LAST_WEEK.days, LAST_WEEK.before),
    ("id", "waktu respons prospek oktober", "lead_response_time", OCTOBER.days, OCTOBER.before),
    ("id", "siklus penjualan Q2 2026", "sales_cycle_length", Q2.days, Q2.before),
    ("id", "biaya akuisisi pelanggan 2025", "customer_acquisition_cost", YEAR.days, YEAR.before),
    ("id", "perputaran persediaan 2025", "inventory_turnover", YEAR.days, YEAR.before),
    ("id", "kunjungan situs minggu lalu", "website_traffic", LAST_WEEK.days, LAST_WEEK.before),
    ("id", "diskon rata-rata oktober", "discount", OCTOBER.days, OCTOBER.before),
    ("id", "pendapatan per pertemuan oktober", "revenue_per_meeting", OCTOBER.days, OCTOBER.before),
)


class TestShown:
    @pytest.mark.parametrize(("language", "typed", "kpi", "days", "before"), SHOWN, ids=lambda each: str(each)[:40])
    async def test_the_number_is_there_as_the_language_writes_it(
        self, denyut: Bench, team: Team, language: str, typed: str, kpi: str, days: Days, before: Days
    ) -> None:
        user, word = (READS_ENGLISH, "show") if language == "en" else (READS_INDONESIAN, "lihat")
        answer = await denyut.command(f"/kpi {word} {typed}", user=user)
        head = answer.text.replace(NBSP, " ").splitlines()[0]
        right = team.book.seen(days, before).of(kpi)
        assert right is not None
        assert head.partition(": ")[2].partition(" (")[0] == said_in(language, right, kpi), head

    @pytest.mark.parametrize(
        ("user", "typed", "language"),
        [(READS_ENGLISH, "/kpi show revenue 2026-10 by person", "en"),
         (READS_INDONESIAN, "/kpi lihat pendapatan 2026-10 per orang", "id")],
    )  # fmt: skip
    async def test_by_person_everybody_has_their_own(
        self, denyut: Bench, team: Team, user: str, typed: str, language: str
    ) -> None:
        answer = await denyut.command(typed, user=user)
        (table,) = (block for block in answer.blocks if block["type"] == "table")
        rows = {row[0]["text"]: row[1]["text"].replace(NBSP, " ") for row in table["rows"][1:]}
        right = {
            member.name: said_in(language, number, "revenue")
            for member in MEMBERS
            if (number := team.book.seen(OCTOBER.days, OCTOBER.before, member.id).of("revenue")) is not None
        }
        assert rows == right
        assert len(rows) == len(SELLERS)

    async def test_nothing_logged_is_no_data_and_not_zero(self, denyut: Bench) -> None:
        said = (await denyut.command("/kpi show conversion rate 2026-03-24", user=READS_ENGLISH)).text
        assert "Conversion rate, Tue 24 Mar: no data" in said
        said = (await denyut.command("/kpi lihat tingkat konversi 2026-03-24", user=READS_INDONESIAN)).text
        assert "Tingkat konversi, Sel 24 Mar: tidak ada data" in said


class TestWrongFiles:
    """Each is refused with one line that says what to do, and nothing of it is stored."""

    @pytest.fixture
    def few(self, team: Team) -> list[bytes]:
        """The head and the first lines of the sheet."""
        return team.csv.splitlines(keepends=True)[:400]

    @pytest.fixture(autouse=True)
    def nothing_is_stored(self, team: Team) -> Iterator[None]:
        def count(db: UnitOfWork) -> int:
            return len(list(db.kpis.between(date.min, date.max)))

        yield
        assert team.storage.read_now("T0WRONG", count) == 0

    def lines_said(self, team: Team, data: bytes, language: str = "en") -> list[str]:
        t = TEXTS.t(language)
        try:
            plan = planned(team.storage, data, "T0WRONG", language)
        except DomainError as refusal:
            return [t(refusal.key, **refusal.values)]
        assert not plan.is_ready
        with pytest.raises(FileRefused):
            team.storage.write_now("T0WRONG", lambda db: import_plan(db, plan, NOW))
        return [error_line(error, t) for error in plan.errors]

    def test_the_whole_one_would_be_taken(self, team: Team, few: list[bytes]) -> None:
        assert planned(team.storage, b"".join(few), "T0WRONG").is_ready

    def test_half_a_line_at_the_end(self, team: Team, few: list[bytes]) -> None:
        last = few[-1].split(b";")
        (said,) = self.lines_said(team, b"".join(few[:-1]) + b";".join(last[:3]))
        assert said.startswith("line 400: ")

    def test_half_a_workbook(self, team: Team) -> None:
        (said,) = self.lines_said(team, team.xlsx[: len(team.xlsx) // 2])
        assert "damaged, or part of it is missing" in said

    def test_a_gigabyte(self, team: Team) -> None:
        huge = team.folder / "huge.csv"
        with huge.open("wb") as out:
            out.write(team.csv)
            out.truncate(1_000_000_000)
        settings = Settings(data_dir=team.folder, slack_bot_token="xoxb-test")
        with pytest.raises(CannotStart) as refused:
            import_kpis(settings, huge, "T0WRONG")
        assert str(refused.value).splitlines()[1:] == ["  the file is larger than 200 MB. Split it."]
        huge.unlink()

    def test_other_columns(self, team: Team, few: list[bytes]) -> None:
        other = [few[0], few[1].replace(b"Tanggal", b"Dibuat").replace(b"Nilai", b"Isi"), *few[2:]]
        assert len(self.lines_said(team, b"".join(other))) == 1
        assert len(self.lines_said(team, b"".join(other), "id")) == 1

    @pytest.mark.parametrize(("language", "said"), [("en", "01/03/2030"), ("id", "01/03/2030")])
    def test_a_day_that_has_not_come(self, team: Team, few: list[bytes], language: str, said: str) -> None:
        cells = few[200].split(b";")
        few[200] = b";".join([b"01/03/2030", *cells[1:]])
        (line,) = self.lines_said(team, b"".join(few), language)
        assert said in line
        assert "201" in line

    def test_one_unknown_kpi_far_down(self, team: Team) -> None:
        lines = team.csv.splitlines(keepends=True)
        far_down = next(
            n for n in range(len(lines) * 3 // 4, len(lines)) if lines[n].count(b";") == 5 and lines[n][:1] != b";"
        )
        cells = lines[far_down].split(b";")
        assert len(cells) == 6, "an ordinary line"
        lines[far_down] = b";".join([*cells[:2], b"Keberuntungan", *cells[3:]])
        (said,) = self.lines_said(team, b"".join(lines))
        assert said.startswith(f"line {far_down + 1}: ")
        assert "Keberuntungan" in said

    @pytest.mark.parametrize("data", [bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(500), b""])
    def test_no_table_at_all(self, team: Team, data: bytes) -> None:
        assert len(self.lines_said(team, data)) == 1
