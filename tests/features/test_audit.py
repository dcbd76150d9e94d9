"""The log of administrative acts: each leaves one, in the transaction of the act itself; admins read it, nobody else;
and no answer, comment or value ever stands in it."""

import ast
import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.domain.audit import Act, Deed
from bot.domain.errors import DomainError
from bot.i18n import load
from bot.permissions import LISTENERS
from bot.slack import ids
from bot.surveys import service
from tests.features.harness import Answer, Bench
from tests.features.permission_bench import RememberingBench
from tests.features.permission_scenes import SCENES, Scene

ROOT = Path(__file__).parents[2]
SALES = "<#C0SALES|sales>"


def acts(denyut: Bench) -> list[Act]:
    return list(denyut.do(lambda db: db.audit.latest(1000)))


def deeds(denyut: Bench) -> list[str]:
    """What was done, by name: at one moment nothing comes before the other."""
    return sorted(act.what for act in acts(denyut))


OF_THE_OPERATOR = {
    Deed.SURVEY_EXPORTED, Deed.SURVEY_IMPORTED, Deed.ATTRIBUTES_IMPORTED, Deed.BACKUP_MADE, Deed.BACKUP_RESTORED,
    Deed.DATA_PURGED,
    Deed.TOKEN_RESEALED,
}  # fmt: skip
ABOUT_OTHERS = {Deed.VALUE_LOGGED_FOR, Deed.VALUE_CHANGED_FOR}


def administrative(scene: Scene) -> list[str]:
    """The listeners of a scene that leave an act; those whose acts are about other people alone are tried by name."""
    return sorted(name for name in scene.listeners() if set(LISTENERS[name].deeds) - ABOUT_OTHERS)


class TestEveryActIsNoted:
    @pytest.mark.parametrize("name", [name for name, scene in SCENES.items() if administrative(scene)])
    async def test_a_listener_that_is_administrative_leaves_what_the_table_says(
        self,
        bench: RememberingBench,
        name: str,
    ) -> None:
        """Each listener of the table that names deeds, as its rightful user calls it: one of them is in the log
        afterwards, by them. Those whose deeds are about other people are tried below."""
        scene = SCENES[name]
        story = await scene.play(bench)
        bench.remembers = False
        silent = []
        for listener in administrative(scene):
            wanted = set(LISTENERS[listener].deeds)
            case = story.cases[listener]
            bench.put_back(case.then)
            bench.now = case.now
            before = Counter(map(repr, acts(bench)))
            await bench.attempt(case, case.user)
            after = {repr(act): act for act in acts(bench)}
            new = [after[each] for each in Counter(map(repr, acts(bench))) - before]
            if not any(act.what in wanted and act.actor_id in (case.user, act.subject) for act in new):
                silent.append((listener, [act.what for act in new]))
        assert silent == []

    async def test_whatever_is_noted_is_named_in_the_table(self, bench: RememberingBench) -> None:
        """The other way round: a listener that leaves an act has its deed in the table."""
        named = {deed for entry in LISTENERS.values() for deed in entry.deeds}
        assert set(Deed) - named <= OF_THE_OPERATOR

    def test_every_deed_is_noted_somewhere(self) -> None:
        code = "".join(
            path.read_text(encoding="utf-8")
            for folder in ("bot", "storage")
            for path in (ROOT / folder).rglob("*.py")
            if "permissions" not in path.parts and path.name != "audit.py"
        )
        assert [deed.name for deed in Deed if f"Deed.{deed.name}" not in code] == []


class TestAboutOthers:
    async def test_values_logged_changed_and_deleted_for_somebody_else(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 4711 for <@U0BOB|bob>", user="U0AYU")
        entry = denyut.do(lambda db: db.kpis.history("leads"))[0]
        await denyut.click(ids.ENTRY_UNDO, ids.pack(entry=entry.id), user="U0AYU")
        assert deeds(denyut) == ["value.changed_for", "value.logged_for"]
        assert {(act.actor_id, act.subject, act.details["member"]) for act in acts(denyut)} == {
            ("U0AYU", "leads", "U0BOB")
        }
        assert "4711" not in str(acts(denyut))

    async def test_ones_own_values_and_targets_are_nobodys_matter(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 5", user="U0BOB")
        await denyut.command("/kpi undo", user="U0BOB")
        await denyut.command("/kpi target leads 5 per month for <@U0BOB|bob>", user="U0BOB")
        assert deeds(denyut) == []

    async def test_targets_of_others(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 5 per month for <@U0BOB|bob>", user="U0AYU")
        assert [(act.what, act.details["of"]) for act in acts(denyut)] == [("target.set", "U0BOB")]


async def test_what_is_refused_or_done_twice_leaves_one_act_or_none(denyut: Bench) -> None:
    await denyut.command(f"/pulse enps {SALES}", user="U0BOB", trigger="same")
    await denyut.command(f"/pulse enps {SALES}", user="U0BOB", trigger="same")
    await denyut.command("/pulse pause enps-sales", user="U0DEWI")
    await denyut.command("/pulse pause enps-sales", user="U0BOB")
    await denyut.command("/pulse pause enps-sales", user="U0BOB")
    assert deeds(denyut) == ["survey.created", "survey.paused"]


async def test_the_act_and_its_note_are_one_transaction(denyut: Bench) -> None:
    """What breaks after the act takes the note with it."""
    await denyut.command(f"/pulse enps {SALES}", user="U0BOB")
    bob = denyut.do(lambda db: db.members.get("U0BOB"))

    def broken(db: Any) -> None:
        service.pause(db, denyut.now, bob, db.surveys.all()[0])
        raise DomainError("core.stale")

    with pytest.raises(DomainError):
        denyut.do(broken)
    assert deeds(denyut) == ["survey.created"]


def constants(call: ast.Call) -> Iterable[str]:
    return (keyword.arg or "" for keyword in call.keywords)


def test_no_answer_comment_or_value_is_ever_handed_to_it() -> None:
    """Wherever something is noted, it is under these names of details alone."""
    known = {
        "name",
        "names",
        "channel",
        "member",
        "of",
        "on",
        "count",
        "file",
        "owners",
        "seen_by",
        "made_at",
        "again",
        "why",
    }
    policy = {"define", "target", "log_for_others"}
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("noted", "Act"):
                found |= set(constants(node)) - {"details", "at", "actor_id", "what", "subject"}
                for each in ast.walk(node):
                    if isinstance(each, ast.Dict):
                        found |= {key.value for key in each.keys if isinstance(key, ast.Constant)}
    assert {"count", "name", "channel"} <= found, "the search finds them at all"
    assert found - {""} <= known | policy, "a new detail: does it tell an answer, a comment or a value?"


class TestReadingIt:
    async def filled(self, denyut: Bench, count: int = 30) -> Answer:
        for number in range(count):
            act = Act(
                denyut.now + timedelta(minutes=number), "U0BOB", Deed.SURVEY_PAUSED, "s", {"name": f"survey{number}"}
            )
            denyut.do(lambda db, act=act: db.audit.note(act))
        return await denyut.command("/checkin audit", user="U0AYU")

    async def test_the_newest_come_first_and_one_turns_the_pages(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.members.set_language("U0AYU", "en"))
        first = await self.filled(denyut)
        assert first.text.splitlines()[1].endswith("<@U0BOB> paused a survey: survey29")
        await denyut.press(first, "Older", user="U0AYU")
        second = denyut.slack.responses[-1][1]
        assert second.text.splitlines()[1].endswith("survey17")
        await denyut.press(second, "Newer", user="U0AYU")
        assert denyut.slack.responses[-1][1].text == first.text

    async def test_it_is_read_in_indonesian_too(self, denyut: Bench) -> None:
        assert "menjeda survei" in (await self.filled(denyut, 1)).text

    async def test_hostile_names_stay_words(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.audit.note(Act(denyut.now, "U0BOB", Deed.TOKEN_MADE, "t", {"name": "<!channel> *x*"})))
        said = await denyut.command("/checkin audit", user="U0AYU")
        assert "&lt;!channel&gt;" in said.text
        assert "<!channel>" not in str(said.body)

    @pytest.mark.parametrize("user", ["U0BOB", "U0GUEST", "U0OUT"])
    async def test_nobody_but_admins_reads_it(self, denyut: Bench, user: str) -> None:
        await self.filled(denyut)
        answer = await denyut.command("/checkin audit", user=user)
        await denyut.click(ids.AUDIT_PAGE, ids.pack(page=1), user=user)
        assert "survey1" not in f"{answer.body} {denyut.slack.responses}"

    async def test_nothing_yet_is_said(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.members.set_language("U0AYU", "en"))
        assert (await denyut.command("/checkin audit", user="U0AYU")).text == "Nothing was done yet."

    def test_every_deed_has_words_in_every_language(self) -> None:
        texts = load("en")
        for language in texts.languages:
            said = {texts.t(language)(f"audit.deed.{deed}") for deed in Deed}
            assert len(said) == len(Deed), "and no two of them are the same"


class TestOnTheCommandLine:
    @pytest.fixture
    def here(self, denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
        monkeypatch.setenv("DENYUT_DATA_DIR", str(denyut.services.settings.data_dir))
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-test")
        return CliRunner()

    async def test_it_is_listed_and_as_json(self, denyut: Bench, here: CliRunner) -> None:
        await denyut.command(f"/pulse enps {SALES}", user="U0BOB")
        listed = here.invoke(app, ["audit"])
        assert "U0BOB  set up a survey" in listed.stdout
        (act,) = json.loads(here.invoke(app, ["audit", "--json"]).stdout)
        assert (act["workspace"], act["actor"], act["act"]) == ("T0TEST", "U0BOB", "survey.created")
        assert json.loads(here.invoke(app, ["audit", "--json", "--since", "2026-11-27"]).stdout) == []
        assert here.invoke(app, ["audit", "--workspace", "T0WHO"]).exit_code == 2
        assert here.invoke(app, ["audit", "--since", "yesterday"]).exit_code == 2

    async def test_what_the_operator_does_is_noted_without_a_name(
        self, denyut: Bench, here: CliRunner, tmp_path: Path
    ) -> None:
        (tmp_path / "people.csv").write_text("member,department\nU0BOB,Sales\n")
        (tmp_path / "values.csv").write_text("date,kpi,value,member\n2026-11-20,leads,4711,U0BOB\n")
        for command in (
            ["member", "attributes", str(tmp_path / "people.csv")],
            ["kpi", "import", str(tmp_path / "values.csv")],
            ["kpi", "export", str(tmp_path / "out.csv")],
            ["survey", "export", "--to", str(tmp_path / "surveys.csv")],
            ["member", "export", "U0BOB"],
            ["backup", str(tmp_path / "backup.zip")],
            ["member", "erase", "U0BOB", "--yes"],
        ):
            done = await asyncio.to_thread(here.invoke, app, command)
            assert done.exit_code == 0, done.output
        assert deeds(denyut) == [
            "attributes.imported", "backup.made", "member.erased", "member.exported", "survey.exported",
            "values.exported", "values.imported",
        ]  # fmt: skip
        assert {act.actor_id for act in acts(denyut)} == {""}
        assert "4711" not in str(acts(denyut))
        assert "U0BOB" not in str(acts(denyut)), "who was erased is not named any more"

    async def test_who_erases_themselves_is_noted_under_the_id_that_stands_for_them(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 5", user="U0BOB")
        await denyut.storage.erase("T0TEST", "U0BOB", denyut.now)
        (act,) = acts(denyut)
        assert (act.what, act.actor_id) == ("member.erased", act.subject)
        assert act.subject.startswith("UERASED")
