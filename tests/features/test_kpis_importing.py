"""How a file is understood before anything is recorded: columns, people, days, numbers, and what is never guessed."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bot.domain.catalogue import Catalogue, KpiSettings
from bot.domain.entries import Entry
from bot.domain.errors import DomainError, FileRefused
from bot.domain.members import Member
from bot.i18n import load
from bot.kpis.importing.days import DayOrder
from bot.kpis.importing.numbers import DecimalSign
from bot.kpis.importing.planning import open_table, plan_import
from bot.kpis.importing.plans import ImportPlan, ImportReport, Stage, Wishes
from bot.kpis.importing.recording import import_plan, record
from bot.kpis.importing.wording import found_lines, open_numbers_line, plan_lines, report_rows
from bot.kpis.vocabulary import Vocabulary
from storage import Storage

TEXTS = load("en")
VOCABULARY = Vocabulary.of(TEXTS, TEXTS.t("en"), Catalogue(), "IDR")
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = NOW.date()
PEOPLE = (
    Member("U0BUDI", "Budi Santoso"),
    Member("U0DEWI", "Dewi"),
    Member("U0DEWI2", "dewi"),
    Member("UDIN", "Udin"),
    Member("B0BOT", "Denyut", is_bot=True),
)


@pytest.fixture
def ledger(tmp_path: Path, sqlite_template: Path) -> Iterator[Storage]:
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    storage = Storage.open(f"sqlite:///{tmp_path}/denyut.db", tmp_path)
    storage.write_now("T1", lambda db: db.members.refresh(PEOPLE))
    yield storage
    storage.close()


def planned(storage: Storage, data: str | bytes, wishes: Wishes | None = None) -> ImportPlan:
    with open_table(data.encode() if isinstance(data, str) else data, VOCABULARY) as table:
        return storage.read_now("T1", lambda db: plan_import(db, table, VOCABULARY, TODAY, wishes or Wishes("U0BUDI")))


def keys(plan: ImportPlan) -> list[tuple[int, str]]:
    return [(error.line, error.key) for error in plan.errors]


def days(storage: Storage, *texts: str, order: DayOrder | None = None) -> list[date]:
    plan = planned(storage, file_of_days(texts), Wishes("U0BUDI", days=order))
    assert not plan.errors
    return [line.on for line in plan.lines]


def file_of_days(texts: Sequence[str]) -> str:
    return "date;kpi;value\n" + "".join(f'"{text}";leads;{place}\n' for place, text in enumerate(texts))


def values(storage: Storage, *cells: str, sign: DecimalSign | None = None, kpi: str = "revenue") -> list[Decimal]:
    plan = planned(storage, file_of_values(cells, kpi), Wishes("U0BUDI", sign=sign))
    assert plan.is_ready, (plan.errors, plan.open_numbers)
    return [line.value for line in plan.lines]


def file_of_values(cells: Sequence[str], kpi: str = "revenue") -> str:
    return "date;kpi;value\n" + "".join(f"2026-11-20;{kpi};{cell}\n" for cell in cells)


def workbook(*rows: Sequence[Any], percent: str = "") -> bytes:
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    if percent:
        sheet[percent].number_format = "0.0%"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


class TestColumns:
    def test_titles_count_in_both_languages_and_any_order(self, ledger: Storage) -> None:
        plan = planned(ledger, "Catatan,NILAI,Metrik,Orang,Tgl,Region\nhi,5,prospek,Udin,2026-11-20,West\n")
        (line,) = plan.lines
        assert (line.on, line.kpi_key, line.value, line.member_id, line.note) == (
            date(2026, 11, 20), "leads", 5, "UDIN", "hi",
        )  # fmt: skip
        assert plan.detected.layout.ignored == ("Region",)

    def test_a_row_may_be_a_day_with_a_column_for_each_kpi(self, ledger: Storage) -> None:
        plan = planned(
            ledger,
            "Laporan tim;;;;;\nTanggal;Pendapatan;Leads;orders;Tingkat konversi;Kota\n"
            "2026-11-20;1.500.000,50;3;;12%;Bogor\n2026-11-21;-;4;0;;\n",
        )
        assert [(line.line, line.on.day, line.kpi_key, line.value) for line in plan.lines] == [
            (3, 20, "revenue", Decimal("1500000.50")),
            (3, 20, "leads", 3),
            (4, 21, "leads", 4),
            (4, 21, "orders", 0),
        ]
        assert (plan.detected.layout.derived, plan.detected.layout.ignored) == (("Tingkat konversi",), ("Kota",))

    def test_the_source_of_a_day_marks_each_of_its_values(self, ledger: Storage) -> None:
        plan = planned(ledger, "date,leads,orders,source\n2026-11-20,3,4,crm-1\n")
        assert [line.source for line in plan.lines] == ["crm-1/leads", "crm-1/orders"]

    @pytest.mark.parametrize("header", ["date,day,leads", "date,leads,prospek", "date,kpi,value,nilai"])
    def test_two_columns_of_one_kind_are_refused(self, ledger: Storage, header: str) -> None:
        with pytest.raises(DomainError, match="column_twice"):
            planned(ledger, f"{header}\n2026-11-20,1,2,3\n")

    def test_a_table_of_computed_kpis_alone_holds_nothing(self, ledger: Storage) -> None:
        with pytest.raises(DomainError, match="no_header"):
            planned(ledger, "date,conversion rate\n2026-11-20,5\n")

    def test_a_row_of_csv_has_as_many_cells_as_the_head(self, ledger: Storage) -> None:
        plan = planned(ledger, "date,leads,note\n2026-11-20,3\n2026-11-20,3,x,y\n2026-11-20,3,x,\n")
        assert keys(plan) == [(2, "kpis.import.columns"), (3, "kpis.import.columns")]


class TestPeople:
    @pytest.mark.parametrize(
        ("text", "member_id"),
        [
            ("U0BUDI", "U0BUDI"),
            ("budi  santoso", "U0BUDI"),
            ("@Budi Santoso", "U0BUDI"),
            ("<@U0BUDI|budi>", "U0BUDI"),
            ("udin", "UDIN"),
            ("UDIN", "UDIN"),
            ("U0NOBODY", "U0NOBODY"),
            ("UABCDEFGH", "UABCDEFGH"),
            ("", "U0BUDI"),
        ],
    )
    def test_they_are_known_by_id_or_name(self, ledger: Storage, text: str, member_id: str) -> None:
        (line,) = planned(ledger, f"date,leads,member\n2026-11-20,1,{text}\n").lines
        assert line.member_id == member_id

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("Dewi", "kpi_files.member_twice"),
            ("Budi Santosa", "kpi_files.member_near"),
            ("WATI", "kpis.import.member"),
            ("Denyut", "kpis.import.member"),
            ("budi@example.com", "kpis.import.member"),
        ],
    )
    def test_nobody_is_guessed(self, ledger: Storage, text: str, key: str) -> None:
        assert keys(planned(ledger, f"date,leads,member\n2026-11-20,1,{text}\n")) == [(2, key)]

    def test_without_anybody_named_a_line_is_wrong(self, ledger: Storage) -> None:
        assert keys(planned(ledger, "date,leads\n2026-11-20,1\n", Wishes())) == [(2, "kpi_files.no_member")]


class TestDays:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-11-20", "2026/11/20", "20/11/2026", "20-11-26", "20.11.2026", "20 Nov 2026", "20 nopember 2026",
            "20-Nov-26", "Nov 20, 2026", "November 20th 2026", "Jumat, 20 November 2026", "2026-11-20T23:59:00Z",
            "20/11/2026 14:30", "11/20/2026", "11/20/2026 2:30 PM",
        ],
    )  # fmt: skip
    def test_a_day_is_understood_however_it_is_written(self, ledger: Storage, text: str) -> None:
        assert days(ledger, text) == [date(2026, 11, 20)]

    def test_one_day_that_proves_the_order_decides_for_all(self, ledger: Storage) -> None:
        assert days(ledger, "3/4/2026", "25/4/2026") == [date(2026, 4, 3), date(2026, 4, 25)]
        assert days(ledger, "3/4/2026", "4/25/2026") == [date(2026, 3, 4), date(2026, 4, 25)]

    def test_without_proof_the_day_comes_first_and_that_is_said(self, ledger: Storage) -> None:
        plan = planned(ledger, file_of_days(["3/4/2026"]))
        assert [line.on for line in plan.lines] == [date(2026, 4, 3)]
        assert any("nothing in the file proves it" in said for said in found_lines(plan.detected, TEXTS.t("en")))
        assert days(ledger, "3/4/2026", order=DayOrder.MONTH_FIRST) == [date(2026, 3, 4)]
        proved = planned(ledger, file_of_days(["3/4/2026", "25/4/2026"]))
        assert not any("proves" in said for said in found_lines(proved.detected, TEXTS.t("en")))

    def test_days_that_contradict_each_other_are_refused(self, ledger: Storage) -> None:
        texts = ["25/4/2026", "4/26/2026", "3/4/2026"]
        plan = planned(ledger, file_of_days(texts))
        assert (keys(plan), plan.lines) == ([(3, "kpi_files.days_contradict")], ())
        told = planned(ledger, file_of_days(texts), Wishes("U0BUDI", days=DayOrder.DAY_FIRST))
        assert keys(told) == [(3, "kpi_files.not_a_day.dmy")]

    @pytest.mark.parametrize("text", ["yesterday", "20/11", "fri", "31/4/2026", "1969-12-31", "46346", "", "2026"])
    def test_what_is_no_day_with_its_year_is_wrong(self, ledger: Storage, text: str) -> None:
        assert keys(planned(ledger, file_of_days([text]))) == [(2, "kpis.import.date")]

    def test_days_to_come_are_wrong_and_old_ones_are_not(self, ledger: Storage) -> None:
        tomorrow = (TODAY + timedelta(days=1)).isoformat()
        assert keys(planned(ledger, file_of_days([TODAY.isoformat(), "1999-01-01", tomorrow]))) == [
            (4, "kpi_files.ahead")
        ]


def test_nothing_is_imported_for_days_after_a_kpi_was_retired(ledger: Storage) -> None:
    kpis = Catalogue(settings={"leads": KpiSettings(retired_on=date(2026, 11, 20))})
    vocabulary = Vocabulary.of(TEXTS, TEXTS.t("en"), kpis, "IDR")
    with open_table(file_of_days(["2026-11-19", "2026-11-20"]).encode(), vocabulary) as table:
        plan = ledger.read_now("T1", lambda db: plan_import(db, table, vocabulary, TODAY, Wishes("U0BUDI")))
    assert (keys(plan), [line.line for line in plan.lines]) == ([(3, "kpi_files.retired")], [2])


class TestNumbers:
    @pytest.mark.parametrize(
        ("cells", "read"),
        [
            (["1.500", "1.234,56"], ["1500", "1234.56"]),
            (["1.500", "1,234.56"], ["1.5", "1234.56"]),
            (["1,500", "0.5"], ["1500", "0.5"]),
            (["1.500", "12.500.000"], ["1500", "12500000"]),
            (["Rp 1.500", "Rp 2.500.000,-"], ["1500", "2500000"]),
            (["2,5 jt", "1.500"], ["2500000", "1500"]),
            (["(5)", "-6", "−7.25"], ["-5", "-6", "-7.25"]),
            (["1 234 567", "1'500"], ["1234567", "1500"]),
            (["12500000", "007"], ["12500000", "7"]),
            (["5 M", "1,5"], ["5000000000", "1.5"]),
            (["5 M", "1.5"], ["5000000", "1.5"]),
        ],
    )
    def test_one_number_that_proves_the_sign_decides_for_all(
        self, ledger: Storage, cells: list[str], read: list[str]
    ) -> None:
        assert values(ledger, *cells) == [Decimal(each) for each in read]

    @pytest.mark.parametrize("cell", ["1.500", "1,500", "Rp 1.500", "5 M", "-2.250 jt"])
    def test_what_nothing_decides_is_asked_and_never_recorded(self, ledger: Storage, cell: str) -> None:
        plan = planned(ledger, file_of_values(["7", cell]))
        assert plan.open_numbers is not None
        assert (plan.is_ready, plan.open_numbers.lines) == (False, (3,))
        assert plan.open_numbers.point != plan.open_numbers.comma
        assert cell in open_numbers_line(plan.open_numbers, TEXTS.t("en"))
        with pytest.raises(FileRefused, match="open_number"):
            ledger.write_now("T1", lambda db: import_plan(db, plan, NOW))
        told = [values(ledger, "7", cell, sign=sign)[1] for sign in DecimalSign]
        assert told == [plan.open_numbers.point, plan.open_numbers.comma]

    def test_a_count_has_no_parts_and_so_is_not_asked_about(self, ledger: Storage) -> None:
        assert values(ledger, "1.500", kpi="leads") == [1500]
        assert values(ledger, "1,500", kpi="leads") == [1500]

    def test_numbers_that_contradict_each_other_are_refused(self, ledger: Storage) -> None:
        plan = planned(ledger, file_of_values(["1.234,5", "1,234.5"]))
        assert (keys(plan), plan.lines) == ([(3, "kpi_files.numbers_contradict")], ())
        told = planned(ledger, file_of_values(["1.234,5", "1,234.5"]), Wishes("U0BUDI", sign=DecimalSign.COMMA))
        assert keys(told) == [(3, "kpis.import.value")]

    @pytest.mark.parametrize(
        ("cell", "seconds"),
        [("3h 20m", 12000), ("3 jam 20 menit", 12000), ("1,5 jam", 5400), ("0:45", 2700), ("90", 90)],
    )
    def test_times_are_read_with_their_units_and_bare_in_seconds(
        self, ledger: Storage, cell: str, seconds: int
    ) -> None:
        assert values(ledger, cell, kpi="lead response time") == [seconds]

    @pytest.mark.parametrize(
        ("cell", "kpi", "key"),
        [
            ("US$ 5", "revenue", "kpi_files.other_currency"),
            ("45%", "revenue", "kpi_files.unit"),
            ("3h", "leads", "kpi_files.unit"),
            ("1.23456", "revenue", "kpi_files.too_precise"),
            ("10 T", "revenue", "kpi_files.too_large"),
            ("1.2.3", "revenue", "kpis.import.value"),
            ("#DIV/0!", "revenue", "kpis.import.value"),
            ("", "revenue", "kpi_files.no_value"),
            ("4,5", "leads", "kpis.import.count"),
        ],
    )
    def test_wrong_numbers_say_why(self, ledger: Storage, cell: str, kpi: str, key: str) -> None:
        assert keys(planned(ledger, file_of_values([cell], kpi))) == [(2, key)]


class TestSheets:
    def test_days_and_numbers_of_a_sheet_are_certain(self, ledger: Storage) -> None:
        plan = planned(
            ledger,
            workbook(
                ("Tanggal", "Pendapatan", "CSAT", "Waktu respons prospek", "Orang"),
                (date(2026, 4, 3), 1.5, "4,5", timedelta(hours=1, minutes=30), "Udin"),
                ("25/11/2026", 1500, None, None),
            ),
        )
        assert [(line.on, line.value, line.member_id) for line in plan.lines] == [
            (date(2026, 4, 3), Decimal("1.5"), "UDIN"),
            (date(2026, 4, 3), Decimal("4.5"), "UDIN"),
            (date(2026, 4, 3), Decimal(5400), "UDIN"),
            (date(2026, 11, 25), Decimal(1500), "U0BUDI"),
        ]

    def test_computed_numbers_are_rounded_and_that_is_said(self, ledger: Storage) -> None:
        plan = planned(ledger, workbook(("date", "revenue"), (TODAY, 10 / 3)))
        assert ([line.value for line in plan.lines], plan.rounded) == ([Decimal("3.3333")], 1)
        assert "Rounded to four decimals: 1" in plan_lines(plan, TEXTS.t("en"), "IDR")

    @pytest.mark.parametrize(
        ("header", "row"),
        [
            (("date", "kpi", "value"), (TODAY, "leads", "=1+1")),
            (("date", "leads", "orders"), (TODAY, 3, "=1+1")),
            (("date", "leads", "orders"), ("=TODAY()", 3, 4)),
            (("date", "leads", "note"), (TODAY, 3, '="a"&"b"')),
            (("date", "leads", "orders"), ("=TODAY()", "=1", "=1")),
        ],
    )
    def test_a_formula_nobody_computed_is_said_and_never_left_out(
        self, ledger: Storage, header: Sequence[str], row: Sequence[Any]
    ) -> None:
        plan = planned(
            ledger, workbook(header, (TODAY, *([1] * 2)) if header[1] != "kpi" else (TODAY, "leads", 1), row)
        )
        assert keys(plan) == [(3, "kpi_files.not_computed")]
        with pytest.raises(FileRefused):
            ledger.write_now("T1", lambda db: import_plan(db, plan, NOW))
        assert ledger.read_now("T1", lambda db: list(db.kpis.between(date.min, date.max))) == []

    def test_a_formula_where_nobody_looks_is_none_of_our_business(self, ledger: Storage) -> None:
        rows = ((TODAY, 3, "=B2*2"), (None, None, "=B3*2"), (TODAY, 4, None, "=1"))
        plan = planned(ledger, workbook(("date", "leads", "twice"), *rows))
        assert [(line.line, line.value) for line in plan.lines] == [(2, 3), (4, 4)]
        assert not plan.errors

    def test_a_zero_that_a_sheet_spells_out_is_left_out(self, ledger: Storage) -> None:
        row = (TODAY, "leads", 3, "crm_x0000_1", "a_x0000_b")
        (line,) = planned(ledger, workbook(("date", "kpi", "value", "source", "note"), row)).lines
        assert (line.source, line.note) == ("crm1", "ab")

    def test_a_percentage_is_no_amount(self, ledger: Storage) -> None:
        plan = planned(ledger, workbook(("date", "revenue"), (TODAY, 0.45), percent="B2"))
        assert keys(plan) == [(2, "kpi_files.unit")]

    def test_a_sheet_and_csv_of_the_same_lines_are_the_same(self, ledger: Storage) -> None:
        text = planned(ledger, "date,kpi,value,member,note\n2026-11-20,revenue,1.5,Udin,'=x\n")
        sheet = planned(
            ledger,
            workbook(("date", "kpi", "value", "member", "note"), (date(2026, 11, 20), "Rev", 1.5, "UDIN", "'=x")),
        )
        assert [line.note for line in (*text.lines, *sheet.lines)] == ["=x", "'=x"]
        plain = planned(ledger, "date,kpi,value,member\n2026-11-20,revenue,1.5,Udin\n")
        same = planned(ledger, workbook(("date", "kpi", "value", "member"), (date(2026, 11, 20), "Rev", 1.5, "UDIN")))
        assert plain.lines == same.lines


class TestPlan:
    FILE = "date,kpi,value,member,source\n2026-11-20,revenue,5,Udin,a\n2026-11-21,revenue,7,Udin,b\n"

    def logged(self, storage: Storage, value: int, source: str) -> None:
        entry = Entry(source, "revenue", "UDIN", Decimal(value), date(2026, 11, 20), "UDIN", NOW, source)
        storage.write_now("T1", lambda db: db.kpis.add(entry))

    def test_it_counts_what_is_new_and_what_is_known(self, ledger: Storage) -> None:
        self.logged(ledger, 5, "a")
        plan = planned(ledger, self.FILE)
        assert (plan.added, plan.known, plan.changed, plan.twins) == (1, {"a"}, (), ())
        assert [(total.kpi.key, total.count, total.sum) for total in plan.totals] == [("revenue", 2, 12)]
        assert (plan.first, plan.last) == (date(2026, 11, 20), date(2026, 11, 21))

    def test_it_points_at_what_was_recorded_otherwise(self, ledger: Storage) -> None:
        self.logged(ledger, 6, "a")
        plan = planned(ledger, self.FILE)
        assert (plan.changed, plan.twins) == ((2,), ())
        ledger.write_now("T1", lambda db: import_plan(db, plan, NOW))
        recorded = ledger.read_now("T1", lambda db: db.kpis.by_source("a"))
        assert recorded is not None
        assert recorded.value == 6

    def test_it_points_at_what_may_be_there_from_elsewhere(self, ledger: Storage) -> None:
        self.logged(ledger, 5, "slack:1")
        assert planned(ledger, self.FILE).twins == (2,)
        self.logged(ledger, 5, "a")
        assert planned(ledger, self.FILE).twins == (), "a known line is not counted again"

    def test_planning_stores_nothing_and_recording_all_or_nothing(self, ledger: Storage) -> None:
        wrong = planned(ledger, self.FILE + "2026-11-22,revenue,x,Udin,c\n")
        with pytest.raises(FileRefused):
            ledger.write_now("T1", lambda db: import_plan(db, wrong, NOW))
        assert ledger.read_now("T1", lambda db: db.kpis.keys_used()) == set()
        right = planned(ledger, self.FILE)
        for report in (ImportReport(2, 2, 0), ImportReport(2, 0, 2)):
            assert ledger.write_now("T1", lambda db: import_plan(db, right, NOW)) == report

    def test_every_line_has_its_row_in_the_report(self, ledger: Storage) -> None:
        self.logged(ledger, 5, "slack:1")
        self.logged(ledger, 5, "b")
        plan = planned(ledger, self.FILE + "2026-11-22,revenue,1.500,Udin,c\n2026-11-22,leads,x,Udin,d\n")
        rows = list(report_rows(plan, TEXTS.t("en")))
        assert [(row[0], row[1]) for row in rows] == [
            ("2", "new, perhaps already recorded"),
            ("3", "already recorded, but different"),
            ("4", "unclear"),
            ("5", "wrong"),
        ]
        assert rows[0][2:] == ("2026-11-20", "revenue", "5", "UDIN", "")
        assert "“x”" in rows[3][-1]

    @pytest.mark.parametrize("language", ["en", "id"])
    def test_what_was_found_is_said_in_both_languages(self, ledger: Storage, language: str) -> None:
        t = TEXTS.t(language)
        self.logged(ledger, 5, "slack:1")
        plan = planned(ledger, "Tgl;Pendapatan;Orang;Kota;CSAT\n20/11/2026;5;Udin;;4,5\n")
        said = [*found_lines(plan.detected, t), *plan_lines(plan, t, "IDR")]
        for part in ("Tgl", "Kota", "1.234,56", "Rp", t("kpi_files.delimiter.semicolon")):
            assert any(part in line for line in said), (part, said)

    def test_how_far_it_is_is_told(self, ledger: Storage) -> None:
        told: list[tuple[Stage, int, int]] = []
        data = "date,leads\n" + "2026-11-20,1\n" * 4_500
        with open_table(data.encode(), VOCABULARY) as table:
            plan = ledger.read_now(
                "T1",
                lambda db: plan_import(db, table, VOCABULARY, TODAY, Wishes("UDIN"), lambda *far: told.append(far)),
            )
        report = record(
            ledger,
            "T1",
            plan,
            NOW,
            lambda db, own: import_plan(db, plan, NOW, brought=own),
            tell=lambda *far: told.append(far),
        )
        assert report == ImportReport(4_500, 4_500, 0)
        assert (Stage.READING, 4_000, 0) in told
        assert (Stage.CHECKING, 4_000, 4_500) in told
        assert told[-1] == (Stage.RECORDING, 4_500, 4_500)
