"""What is stored about somebody: shown, handed out and erased, by themselves in Slack or by whoever runs Denyut."""

import json
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.domain.members import Absence
from bot.slack import ids
from tests.features.harness import Bench

SECRET = "a note of mine"


async def used(denyut: Bench) -> None:
    await denyut.command(f"/kpi log leads 5 note {SECRET}", user="U0BOB")
    await denyut.command("/checkin actions call PT Maju by friday", user="U0BOB")
    await denyut.command("/kpi log leads 7", user="U0DEWI")


def leads(denyut: Bench) -> list[tuple[str, str]]:
    found = denyut.do(lambda db: db.kpis.history("leads"))
    return sorted((str(each.value), each.note) for each in found)


async def test_it_is_told_in_numbers(denyut: Bench) -> None:
    await used(denyut)
    answer = await denyut.command("/checkin data", user="U0BOB")
    assert "One logged value" in answer.text
    assert "One promised action" in answer.text
    assert "nobody can tell which were yours" in answer.text


async def test_the_file_holds_all_of_ones_own_and_is_sent_to_nobody_else(denyut: Bench) -> None:
    await used(denyut)
    await denyut.press(await denyut.command("/checkin data", user="U0BOB"), "Send me a file of it", user="U0BOB")
    ((receiver, name, data, _),) = denyut.slack.uploads
    assert (receiver, name) == ("U0BOB", "denyut-data.json")
    told = json.loads(data)
    assert told["member"] == "U0BOB"
    assert [each["note"] for each in told["data"]["entries"]] == [SECRET]
    assert "U0DEWI" not in data.decode()


async def test_where_files_cannot_be_sent_it_is_said(denyut: Bench) -> None:
    await used(denyut)
    denyut.slack.refusals["upload"] = "missing_scope"
    await denyut.press(await denyut.command("/checkin data", user="U0BOB"), "Send me a file of it", user="U0BOB")
    assert "could not be sent" in denyut.dms("U0BOB")[-1].message.text


@pytest.mark.parametrize(("word", "erases"), [("erase", True), ("Hapus ", True), ("yes", False), ("", False)])
async def test_a_word_erases_it_and_anything_else_keeps_it(denyut: Bench, word: str, erases: bool) -> None:
    await used(denyut)
    await denyut.press(await denyut.command("/checkin data", user="U0BOB"), "Erase it …", user="U0BOB")
    sent = await denyut.submit(denyut.form(), {ids.PRIVACY_ERASE_INPUT: word}, user="U0BOB")
    assert (ids.PRIVACY_ERASE_INPUT in sent.errors) is not erases
    assert leads(denyut) == ([("5", ""), ("7", "")] if erases else [("5", SECRET), ("7", "")])
    assert denyut.do(lambda db: db.actions.open_of("U0BOB") == []) is erases
    if erases:
        assert "is erased" in denyut.dms("U0BOB")[-1].message.text


@pytest.mark.parametrize("visitor", ["U0GUEST", "U0OUT"])
async def test_visitors_too_see_take_along_and_erase_their_own(denyut: Bench, visitor: str) -> None:
    await used(denyut)
    answer = await denyut.command("/checkin data", user=visitor)
    assert "One logged value" not in answer.text
    await denyut.press(answer, "Send me a file of it", user=visitor)
    ((receiver, _, data, _),) = denyut.slack.uploads
    assert receiver == visitor
    assert SECRET not in data.decode()
    await denyut.press(answer, "Erase it …", user=visitor)
    await denyut.submit(denyut.form(), {ids.PRIVACY_ERASE_INPUT: "erase"}, user=visitor)
    assert "is erased" in denyut.dms(visitor)[-1].message.text
    assert leads(denyut) == [("5", SECRET), ("7", "")]


async def test_who_comes_back_starts_anew(denyut: Bench) -> None:
    await used(denyut)
    await denyut.storage.erase("T0TEST", "U0BOB", denyut.now)
    await denyut.command("/kpi log leads 3", user="U0BOB")
    denyut.now += timedelta(minutes=1)
    answer = await denyut.command("/checkin data", user="U0BOB")
    assert "One logged value" in answer.text


class TestThePrivacyNotice:
    """Short, honest, in the reader's language, and the same as docs/privacy.md."""

    @pytest.mark.parametrize(
        ("user", "parts"),
        [
            (
                "U0BOB",
                ("Sealed until close", "Unlinkable after close", "Law 27/2022", "GDPR", "ask an admin", "400 days"),
            ),
            ("U0CITRA", ("Tersegel sampai ditutup", "UU 27/2022", "GDPR", "tanya admin", "400 hari")),
        ],
    )
    async def test_it_says_what_is_kept_for_whom_and_how_long(
        self, denyut: Bench, user: str, parts: tuple[str, ...]
    ) -> None:
        answer = await denyut.command("/checkin privacy", user=user)
        assert [part for part in parts if part not in answer.text] == []
        assert "<@U0AYU>" in answer.text, "whom to ask"
        await denyut.press(answer, ids.PRIVACY_EXPORT, user=user)
        assert denyut.slack.uploads[-1][0] == user

    async def test_it_says_when_what_people_said_goes(self, denyut: Bench) -> None:
        settings = denyut.services.settings.model_copy(update={"retention_days": 365})
        keeping = Bench(denyut.storage, denyut.slack, denyut.now, settings)
        assert "goes after 365 days" in (await keeping.command("/checkin privacy", user="U0BOB")).text
        assert "until you or an admin" in (await denyut.command("/checkin privacy", user="U0BOB")).text

    @pytest.mark.parametrize("user", ["U0BOB", "U0GUEST", "U0OUT"])
    async def test_it_stands_on_home_and_visitors_read_it_too(self, denyut: Bench, user: str) -> None:
        await denyut.event({"type": "app_home_opened", "user": user, "tab": "home"})
        await denyut.press(denyut.slack.homes[user], ids.PRIVACY_NOTICE_SHOWN, user=user)
        assert "Law 27/2022" in json.dumps(denyut.form())

    async def test_whoever_types_privacy_in_indonesian_reads_it(self, denyut: Bench) -> None:
        assert "Privasi, singkatnya" in (await denyut.command("/checkin privasi", user="U0CITRA")).text


class TestOnTheCommandLine:
    @pytest.fixture
    def here(self, denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
        monkeypatch.setenv("DENYUT_DATA_DIR", str(denyut.services.settings.data_dir))
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-test")
        return CliRunner()

    async def test_export_and_erase_are_one_command_each(self, denyut: Bench, here: CliRunner) -> None:
        await used(denyut)
        exported = here.invoke(app, ["member", "export", "U0BOB"])
        assert json.loads(exported.stdout)["data"]["entries"][0]["note"] == SECRET
        erased = here.invoke(app, ["member", "erase", "U0BOB", "--yes"])
        assert "Erased" in erased.stdout
        assert leads(denyut) == [("5", ""), ("7", "")]
        assert here.invoke(app, ["member", "export", "U0BOB"]).exit_code == 2

    async def test_without_a_yes_nothing_is_erased(self, denyut: Bench, here: CliRunner) -> None:
        await used(denyut)
        assert here.invoke(app, ["member", "erase", "U0BOB"], input="n\n").exit_code == 1
        assert leads(denyut) == [("5", SECRET), ("7", "")]

    async def test_somebody_nobody_knows_is_one_clear_line(self, denyut: Bench, here: CliRunner) -> None:
        result = here.invoke(app, ["member", "erase", "U0WHO", "--yes"])
        assert result.exit_code == 2
        assert result.stderr.strip().splitlines()[-1].startswith("denyut: Nobody here is U0WHO.")

    async def test_somebody_of_another_company_is_known_by_what_they_answered(
        self, denyut: Bench, here: CliRunner
    ) -> None:
        visitor = "U0VISITOR"  # asked in a shared channel; Slack's list of members does not have them
        denyut.do(lambda db: db.members.add_absence(Absence(visitor, date(2026, 1, 1), date(2026, 1, 2))))
        exported = here.invoke(app, ["member", "export", visitor])
        assert json.loads(exported.stdout)["data"]["absences"][0]["member_id"] == visitor
        assert "Erased" in here.invoke(app, ["member", "erase", visitor, "--yes"]).stdout
        assert here.invoke(app, ["member", "export", visitor]).exit_code == 2
