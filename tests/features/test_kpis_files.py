"""`/kpi import` and `/kpi export`: a file goes into a form, what it would do is shown, a click records it as a whole,
and exports come as direct messages."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.entries import Entry
from bot.domain.policies import Policy, Who
from bot.playground.actor import text_of
from bot.slack import ids
from bot.slack.gateway import SlackBusy, SlackRefused, SlackUnclear, SlackUnreachable
from bot.spreadsheets import TableKind, read_table, write_table
from tests.features.harness import Answer, Bench

GOOD = "date;revenue;leads\n20/11/2026;1.500.000,50;3\n21/11/2026;7;4\n"
AYU, BOB, CITRA = "U0AYU", "U0BOB", "U0CITRA"
"""Ayu is an admin; Bob reads English."""


async def opened(denyut: Bench, user: str = BOB) -> dict[str, Any]:
    await denyut.command("/kpi import", user=user)
    return denyut.form()


async def sent(
    denyut: Bench, content: str | bytes, user: str = BOB, name: str = "sales.csv", **inputs: str
) -> dict[str, Any]:
    """The form after a file was sent: the dry run."""
    data = content.encode() if isinstance(content, str) else content
    form = await opened(denyut, user)
    answer = await denyut.submit(form, inputs, user=user, files={"file": [(name, data)]})
    assert "Nothing is recorded yet" in str(answer.body) or "Belum ada yang dicatat" in str(answer.body)
    return after(denyut)


def after(denyut: Bench) -> dict[str, Any]:
    """The form as it is in the end, after what stood in it while the work went on."""
    return denyut.slack.updated_views[-1][1] if denyut.slack.updated_views else {"blocks": []}


async def recorded(denyut: Bench, form: Mapping[str, Any], user: str = BOB) -> str:
    await denyut.submit(form, {}, user=user)
    return text_of(after(denyut))


def entries(denyut: Bench) -> list[Entry]:
    found: list[Entry] = denyut.do(lambda db: list(db.kpis.between(date.min, date.max)))
    return sorted(found, key=lambda entry: (entry.on, entry.kpi_key, entry.member_id))


def values(denyut: Bench) -> list[tuple[str, str, str]]:
    return [(entry.kpi_key, f"{entry.value.normalize():f}", entry.member_id) for entry in entries(denyut)]


def xlsx(*rows: Sequence[Any]) -> bytes:
    out = BytesIO()
    write_table(TableKind.XLSX, out, rows[0], rows[1:], [12] * len(rows[0]))
    return out.getvalue()


def buttons(shown: Mapping[str, Any]) -> list[str]:
    return [
        element["action_id"] for block in shown["blocks"] if block["type"] == "actions" for element in block["elements"]
    ]


class TestDryRun:
    async def test_it_says_what_was_found_and_stores_nothing(self, denyut: Bench) -> None:
        form = await sent(denyut, GOOD)
        said = text_of(form)
        for part in (
            "“sales.csv” is ready: 4 new values",
            "CSV, columns separated by semicolons, UTF-8.",
            "Dates read as day/month/year.",
            "Numbers read as 1.234,56.",
            "Values: 4 (new: 4, already recorded: 0).",
            "From 20 Nov 2026 to 21 Nov 2026.",
            "Leads: 2 ×, 7 in total.",
        ):
            assert part in said, said
        assert form["submit"]["text"] == "Record 4 values"
        assert entries(denyut) == []

    async def test_the_click_records_it_for_whom_the_form_says(self, denyut: Bench) -> None:
        form = await sent(denyut, GOOD)
        assert "Values recorded: 4" in await recorded(denyut, form)
        assert values(denyut) == [
            ("leads", "3", BOB),
            ("revenue", "1500000.5", BOB),
            ("leads", "4", BOB),
            ("revenue", "7", BOB),
        ]
        assert {entry.logged_by for entry in entries(denyut)} == {BOB}
        assert "submit" not in after(denyut), "nothing is left to click"

    async def test_clicking_again_records_nothing_and_tells_the_same(self, denyut: Bench) -> None:
        form = await sent(denyut, GOOD)
        once = await recorded(denyut, form)
        assert await recorded(denyut, form) == once
        assert len(entries(denyut)) == 4

    async def test_the_same_file_again_holds_nothing_new(self, denyut: Bench) -> None:
        await recorded(denyut, await sent(denyut, GOOD))
        again = await sent(denyut, GOOD)
        assert "nothing new" in text_of(again)
        assert "submit" not in again

    async def test_what_became_known_meanwhile_is_left_as_it_is(self, denyut: Bench) -> None:
        """Two people send the same file, and both click."""
        first, second = await sent(denyut, GOOD, AYU, member=BOB), await sent(denyut, GOOD, BOB)
        await recorded(denyut, first, AYU)
        denyut.now += timedelta(minutes=1)
        said = await recorded(denyut, second, BOB)
        assert "Values recorded: 0" in said
        assert "Already recorded before: 4" in said
        assert {entry.logged_by for entry in entries(denyut)} == {AYU}

    async def test_a_workbook_is_read_as_well(self, denyut: Bench) -> None:
        form = await sent(denyut, xlsx(("Tanggal", "Prospek"), (date(2026, 11, 20), "12")), CITRA, "data.xlsx")
        assert "XLSX" in text_of(form)
        await recorded(denyut, form, CITRA)
        assert values(denyut) == [("leads", "12", CITRA)]

    async def test_it_is_in_the_language_of_who_asks(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi impor", user=CITRA)
        assert answer.status == 200
        assert denyut.form()["title"]["text"] == "Impor nilai"
        assert "siap: 4 nilai baru" in text_of(await sent(denyut, GOOD, CITRA))

    async def test_possible_twins_are_named(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 4 on 2026-11-21", user=BOB)
        assert "Perhaps recorded already: 1" in text_of(await sent(denyut, GOOD))

    async def test_wishes_of_the_form_count(self, denyut: Bench) -> None:
        form = await sent(denyut, "date,leads\n3/4/2026,5\n", days="mdy", member=CITRA, user=AYU)
        await recorded(denyut, form, AYU)
        assert [(entry.on, entry.member_id) for entry in entries(denyut)] == [(date(2026, 3, 4), CITRA)]


class TestQuestions:
    ASKING = "date,kpi,value\n2026-11-20,revenue,1.500\n"

    @pytest.mark.parametrize(("button", "value"), [("1,234.56", "1.5"), ("1.234,56", "1500")])
    async def test_numbers_that_are_open_are_asked_about_with_two_buttons(
        self, denyut: Bench, button: str, value: str
    ) -> None:
        form = await sent(denyut, self.ASKING)
        assert "how are its numbers written?" in text_of(form)
        assert "submit" not in form
        assert entries(denyut) == []
        await denyut.press(form, button, user=BOB)
        assert "ready: 1 new values" in text_of(after(denyut))
        await recorded(denyut, after(denyut))
        assert values(denyut) == [("revenue", value, BOB)]


class TestWrongLines:
    async def test_the_first_ten_are_said_with_their_numbers(self, denyut: Bench) -> None:
        form = await sent(denyut, GOOD + "22/11/2026;x;1\n" * 12)
        said = text_of(form)
        assert "Lines to fix: 12" in said
        assert "line 4: “x” is not a number" in said
        assert "line 13:" in said
        assert "line 14:" not in said
        assert "And 2 more." in said
        assert "submit" not in form

    async def test_all_of_them_come_as_a_file(self, denyut: Bench) -> None:
        form = await sent(denyut, GOOD + "22/11/2026;=1+1;1\n" * 12)
        await denyut.press(form, ids.KPI_IMPORT_REPORT, user=BOB)
        ((user, name, content, comment),) = denyut.slack.uploads
        assert (user, name) == (BOB, "denyut-import.csv")
        assert "(12)" in comment
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
        assert rows[0] == ["line", "problem"]
        assert [row[0] for row in rows[1:]] == [str(line) for line in range(4, 16)]
        assert "direct message" in text_of(after(denyut))

    async def test_ten_need_no_file(self, denyut: Bench) -> None:
        assert buttons(await sent(denyut, GOOD + "22/11/2026;x;1\n" * 10)) == []

    async def test_a_report_that_cannot_be_sent_is_said(self, denyut: Bench) -> None:
        form = await sent(denyut, GOOD + "22/11/2026;x;1\n" * 12)
        denyut.slack.refusals["upload"] = "file_uploads_disabled"
        await denyut.press(form, ids.KPI_IMPORT_REPORT, user=BOB)
        assert "did not take the file" in text_of(after(denyut))


class TestRights:
    OTHERS = "date,kpi,value,member\n2026-11-20,leads,1,Bob Tan\n2026-11-20,leads,2,Citra Halim\n"

    async def test_numbers_of_others_are_wrong_lines_for_who_may_not_log_them(self, denyut: Bench) -> None:
        form = await sent(denyut, self.OTHERS)
        said = text_of(form)
        assert "line 3: only admins and the owners of this KPI" in said
        assert "line 2:" not in said
        assert "submit" not in form

    @pytest.mark.parametrize("who", ["admin", "owner", "policy"])
    async def test_admins_owners_and_whom_the_policy_allows_may(self, denyut: Bench, who: str) -> None:
        if who == "owner":
            denyut.do(lambda db: db.catalogue.set_settings("leads", KpiSettings(owners=(BOB,))))
        if who == "policy":
            denyut.do(lambda db: db.catalogue.set_policy(Policy(log_for_others=Who.MEMBERS)))
        user = AYU if who == "admin" else BOB
        await recorded(denyut, await sent(denyut, self.OTHERS, user), user)
        assert values(denyut) == [("leads", "1", BOB), ("leads", "2", CITRA)]

    async def test_it_is_asked_again_at_the_click(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.catalogue.set_settings("leads", KpiSettings(owners=(BOB,))))
        form = await sent(denyut, self.OTHERS)
        denyut.do(lambda db: db.catalogue.set_settings("leads", KpiSettings()))
        assert "line 3: only admins" in await recorded(denyut, form)
        assert entries(denyut) == []

    async def test_nothing_is_logged_for_people_who_do_not_work_here(self, denyut: Bench) -> None:
        form = await sent(denyut, "date,kpi,value,member\n2026-11-20,leads,1,U0GONE\n", AYU)
        assert "line 2: ini bukan orang" in text_of(form) or "baris 2: ini bukan orang" in text_of(form)

    async def test_a_kpi_that_one_may_not_see_does_not_exist(self, denyut: Bench) -> None:
        hidden = KpiSettings(owners=(CITRA,), visibility=Visibility.OWNERS)
        denyut.do(lambda db: db.catalogue.set_settings("leads", hidden))
        content = "date,kpi,value\n2026-11-20,leads,1\n"
        assert "“leads” is not a KPI" in text_of(await sent(denyut, content))
        assert "siap: 1" in text_of(await sent(denyut, content, CITRA))


class TestUndo:
    async def test_it_takes_back_what_was_typed_and_no_line_of_a_file(self, denyut: Bench) -> None:
        await denyut.command("/kpi log orders 5", user=BOB)
        denyut.now += timedelta(minutes=1)
        await recorded(denyut, await sent(denyut, GOOD))
        answer = await denyut.command("/kpi undo", user=BOB)
        assert "5" in answer.text
        assert len(entries(denyut)) == 4
        answer = await denyut.command("/kpi undo", user=BOB)
        assert len(entries(denyut)) == 4, answer.text

    async def test_nor_a_line_that_was_typed_in_another_workspace(self, denyut: Bench) -> None:
        content = "date,kpi,value,source\n2026-11-20,leads,1,slack:elsewhere\n"
        await recorded(denyut, await sent(denyut, content))
        await denyut.command("/kpi undo", user=BOB)
        assert len(entries(denyut)) == 1
        assert "nothing new" in text_of(await sent(denyut, content))


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "the file is empty"),
            (b"PK\x03\x04 and no more", "damaged"),
            (xlsx(("date", "leads"), (date(2026, 11, 20), "1"))[:-400], "damaged"),
            (b"\xd0\xcf\x11\xe0", "with a password"),
            (b"%PDF-1.4", "PDF"),
            (b"a,b\n\0", "neither"),
            (b"hello\n", "name the columns"),
            (b'"date,leads\n', "never closed"),
            (b"date,kpi,value\n", "There are no values in"),
        ],
    )
    async def test_wrong_files_get_one_clear_sentence(self, denyut: Bench, content: bytes, said: str) -> None:
        form = await sent(denyut, content)
        assert said in text_of(form)
        assert "submit" not in form
        assert entries(denyut) == []

    async def test_a_file_that_is_too_large_is_refused_before_and_while_it_comes(
        self, denyut: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.kpis.filing.service.LARGEST_SENT", 20)
        form = await opened(denyut)
        answer = await denyut.submit(form, {}, user=BOB, files={"file": [("a.csv", GOOD.encode())]})
        assert "larger than" in answer.errors["file"]
        monkeypatch.setattr("bot.kpis.filing.service.LARGEST_SENT", 10 * 1024 * 1024)
        monkeypatch.setattr("bot.kpis.filing.places.LARGEST_SENT", 20)
        assert "larger than" in text_of(await sent(denyut, GOOD))

    async def test_a_form_without_a_file_stays_open(self, denyut: Bench) -> None:
        answer = await denyut.submit(await opened(denyut), {}, user=BOB)
        assert answer.errors == {"file": "Choose a file."}

    @pytest.mark.parametrize(
        ("trouble", "said"),
        [
            (SlackRefused("file_not_found"), "does not give me this file"),
            (SlackRefused("missing_scope"), "not allowed to read files"),
            (SlackUnreachable("down"), "did not give me the file just now"),
            (SlackBusy(30, "files.info"), "did not give me the file just now"),
        ],
    )
    async def test_a_file_that_slack_does_not_give_is_said(
        self, denyut: Bench, monkeypatch: pytest.MonkeyPatch, trouble: Exception, said: str
    ) -> None:
        async def download(file: str, limit_bytes: int) -> bytes:
            raise trouble

        monkeypatch.setattr(denyut.slack, "download", download)
        assert said in text_of(await sent(denyut, GOOD))

    async def test_a_file_that_changed_since_the_dry_run_is_not_recorded(self, denyut: Bench) -> None:
        form = await sent(denyut, GOOD)
        denyut.slack.files = dict.fromkeys(denyut.slack.files, b"date,leads\n2026-11-20,9\n")
        assert "the file has changed since" in await recorded(denyut, form)
        assert entries(denyut) == []

    @pytest.mark.parametrize("carried", ["", "{}", ids.pack(file="https://evil.example/x")])
    async def test_a_button_that_is_not_ours_does_nothing(self, denyut: Bench, carried: str) -> None:
        form = await sent(denyut, GOOD)
        answer = await denyut.submit({**form, "private_metadata": carried}, {}, user=BOB)
        assert "no longer works" in str(answer.body)
        assert entries(denyut) == []

    @pytest.mark.parametrize("user", ["U0GUEST", "U0OUT"])
    async def test_guests_and_outsiders_get_no_form(self, denyut: Bench, user: str) -> None:
        for command in ("/kpi import", "/kpi export", "/kpi export revenue csv"):
            assert (await denyut.command(command, user=user)).text
        assert (denyut.slack.shown, denyut.slack.uploads) == ([], [])

    async def test_words_behind_the_command_are_no_file(self, denyut: Bench) -> None:
        assert "Just type `/kpi import`" in (await denyut.command("/kpi import sales.csv", user=BOB)).text


class TestClosedForms:
    @pytest.fixture
    async def message(self, denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> Any:
        """The dry run of somebody who closed the form meanwhile."""

        async def gone(view_id: str, view: object) -> None:
            raise SlackRefused("not_found")

        monkeypatch.setattr(denyut.slack, "update_view", gone)
        await sent(denyut, GOOD)
        return denyut.dms(BOB)[-1]

    async def test_the_dry_run_comes_as_a_message_with_a_button(self, denyut: Bench, message: Any) -> None:
        assert "ready: 4 new values" in message.message.text
        await denyut.press(message, "Record 4 values", user=BOB)
        assert len(entries(denyut)) == 4
        assert "Values recorded: 4" in message.message.text
        assert [block["type"] for block in message.message.blocks].count("actions") == 0, "the outcome replaces it"

    async def test_a_second_click_that_was_on_its_way_records_once(self, denyut: Bench, message: Any) -> None:
        shown = message.message
        for _ in range(2):
            await denyut.press(Answer(200, {"text": "", "blocks": list(shown.blocks)}), "Record 4 values", user=BOB)
        assert len(entries(denyut)) == 4


class TestExport:
    async def filled(self, denyut: Bench) -> None:
        await recorded(denyut, await sent(denyut, GOOD))

    @pytest.mark.parametrize("kind", list(TableKind))
    async def test_what_is_exported_imports_as_known(self, denyut: Bench, kind: TableKind) -> None:
        await self.filled(denyut)
        await denyut.command("/kpi log leads 3 note =1+1", user=BOB)
        answer = await denyut.command(f"/kpi export {kind}", user=AYU)
        assert "pesan langsung" in answer.text
        ((user, name, content, comment),) = denyut.slack.uploads
        assert (user, name) == (AYU, f"denyut-kpi-2026-11-26.{kind}")
        assert "5" in comment
        for person in (AYU, BOB):
            assert "submit" not in await sent(denyut, content, person, name)
        assert len(entries(denyut)) == 5

    async def test_of_some_kpis_and_days(self, denyut: Bench) -> None:
        await self.filled(denyut)
        await denyut.command("/kpi export revenue 21 nov 2026 csv", user=BOB)
        rows = list(csv.reader(StringIO(denyut.slack.uploads[0][2].decode("utf-8-sig"))))
        assert [row[:3] for row in rows] == [["date", "kpi", "value"], ["2026-11-21", "revenue", "7"]]

    async def test_the_form_asks_for_the_same(self, denyut: Bench) -> None:
        await self.filled(denyut)
        await denyut.command("/kpi export", user=BOB)
        await denyut.submit(denyut.form(), {"kpis": ["leads"], "period": "nov 2026", "kind": "xlsx"}, user=BOB)
        with read_table(denyut.slack.uploads[0][2]) as table:
            assert [row.cells[1] for row in table.rows] == ["leads", "leads"]
        assert "Values in the file: 2" in text_of(after(denyut))

    async def test_a_period_that_is_none_keeps_the_form_open(self, denyut: Bench) -> None:
        await denyut.command("/kpi export", user=BOB)
        answer = await denyut.submit(denyut.form(), {"period": "whenever"}, user=BOB)
        assert "whenever" in answer.errors["period"]

    async def test_nobody_exports_what_they_may_not_see(self, denyut: Bench) -> None:
        await self.filled(denyut)
        hidden = KpiSettings(owners=(CITRA,), visibility=Visibility.OWNERS)
        denyut.do(lambda db: db.catalogue.set_settings("leads", hidden))
        await denyut.command("/kpi export csv", user=BOB)
        assert b"revenue" in denyut.slack.uploads[0][2]
        assert b"leads" not in denyut.slack.uploads[0][2]
        await denyut.command("/kpi export leads csv", user=BOB)
        assert len(denyut.slack.uploads) == 1
        await denyut.command("/kpi export leads csv", user=CITRA)
        assert b"leads" in denyut.slack.uploads[1][2]

    async def test_without_entries_nothing_is_sent_and_that_is_said(self, denyut: Bench) -> None:
        await denyut.command("/kpi export revenue", user=BOB)
        assert denyut.slack.uploads == []
        assert "no values to export" in denyut.slack.responses[-1][1].text

    @pytest.mark.parametrize("words", ["gross margin", "revenue by week", "nonsense"])
    async def test_what_cannot_be_exported_is_refused(self, denyut: Bench, words: str) -> None:
        await self.filled(denyut)
        answer = await denyut.command(f"/kpi export {words}", user=BOB)
        assert answer.text
        assert "direct message" not in answer.text
        assert denyut.slack.uploads == []

    @pytest.mark.parametrize(
        ("trouble", "said"),
        [
            (SlackRefused("file_uploads_disabled"), "it was not sent"),
            (SlackRefused("missing_scope"), "not allowed to send files"),
            (SlackUnclear("gone"), "did not say whether"),
        ],
    )
    async def test_a_file_that_did_not_arrive_is_said(
        self, denyut: Bench, monkeypatch: pytest.MonkeyPatch, trouble: Exception, said: str
    ) -> None:
        async def upload(*_: object) -> None:
            raise trouble

        await self.filled(denyut)
        monkeypatch.setattr(denyut.slack, "upload", upload)
        await denyut.command("/kpi export revenue", user=BOB)
        assert said in denyut.slack.responses[-1][1].text
