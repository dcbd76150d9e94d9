"""What leaves the process while a round runs: messages, their metadata, replies, the log, the rows beside the answers.

Two people who differ in nothing but their answers, and these are opposite: all of their traffic must be the same, byte
by byte, but for their ids. Forms are left out: they show a person's own answer, to that person alone.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from bot.domain.enps import SCALE_0_10
from bot.domain.questions import Question, QuestionKind, enps_question
from bot.domain.surveys import Definition, Round, enps_definition
from bot.settings import Settings
from bot.slack import ids
from storage import Storage
from tests.features.conftest import MEMBERS, THURSDAY
from tests.features.harness import TEAM, Bench, Posted, RecordingSlack
from tests.storage import samples

LOW, HIGH = "U0CITRA", "U0DEWI"
COMMENTS = {LOW: "nothing but meetings all day", HIGH: "the best team I ever had ..."}
OTHERS = ("U0BOB", "U0EMMA", "U0FAJAR")


@pytest.fixture
async def denyut(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Bench]:
    settings = Settings(data_dir=tmp_path, slack_bot_token="xoxb-test")
    url = f"sqlite:///{tmp_path / 'denyut.db'}"
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    storage = Storage.open(url, tmp_path)
    members = [replace(each, is_admin=False) for each in MEMBERS]
    slack = RecordingSlack(members, {"C0SALES": [member.id for member in members]})
    bench = await Bench(storage, slack, THURSDAY, settings).start()
    yield bench
    await bench.denyut.drain()
    storage.close()


@dataclass
class Left:
    """What left the process about one person, and what was stored beside the answers."""

    messages: list[Any] = field(default_factory=list)
    replies: list[Any] = field(default_factory=list)
    homes: list[Any] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    logged: list[Any] = field(default_factory=list)

    def as_bytes(self, person: str) -> bytes:
        """All of it, without what differs between any two messages: ids, fractions of a second, one-time keys."""
        return alike(json.dumps(vars(self), sort_keys=True, default=str, ensure_ascii=False), person).encode()


def alike(said: str, person: str) -> str:
    said = said.replace(person, "U~").replace(f"D{person[1:]}", "D~")
    for made_up in (r"1700000000\.\d{6}", r"(?<=:\d\d)\.\d{6}", r"\b[0-9a-f]{16}\b", r"\bkey\d+\b"):
        said = re.sub(made_up, "~", said)
    return said


def dump(message: Any) -> Any:
    return [message.text, *message.blocks]


def rows_about(folder: Path, person: str) -> list[Any]:
    """Every row of any table that names the person."""
    with closing(sqlite3.connect(folder / "denyut.db")) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = [(name, row) for name in sorted(tables) for row in connection.execute(f'SELECT * FROM "{name}"')]
    named = [(name, row) for name, row in found if person in repr(row) and name not in ("members", "surveys", "rounds")]
    return sorted(named, key=lambda each: alike(repr(each), person))


async def record(denyut: Bench, folder: Path, person: str, act: Callable[[], Awaitable[None]]) -> Left:
    """Lets a person act and gathers what the bot said to them, stored of them and logged meanwhile."""
    left = Left()
    answered = len(denyut.slack.responses)
    with capture_logs() as logged:
        await act()
        denyut.slack.homes.pop(person, None)
        await denyut.event({"type": "app_home_opened", "user": person, "tab": "home", "channel": f"D{person[1:]}"})
    left.replies = [(dump(message), replace_) for _, message, replace_ in denyut.slack.responses[answered:]]
    left.homes = [denyut.slack.homes.get(person)]
    left.logged = [dict(each) for each in logged]
    left.rows = rows_about(folder, person)
    return left


def difference(one: bytes, other: bytes) -> str:
    """Where the two part for the first time; "" if they are the same."""
    if one == other:
        return ""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[at - 300 : at + 60]!r}\n{other[at - 300 : at + 60]!r}"


def messages_to(denyut: Bench, person: str) -> list[Any]:
    """Everything a person's conversation with the bot ever said, metadata too."""
    return [[*map(dump, dm.history), dump(dm.message), dict(dm.metadata or {})] for dm in denyut.dms(person)]


def prompt(denyut: Bench, person: str) -> Posted:
    return denyut.dms(person)[-1]


def newest(denyut: Bench, handle: str) -> Round:
    found: Round = denyut.do(lambda db: db.rounds.of_survey(db.surveys.by_handle(handle).id)[0])
    return found


async def asked(denyut: Bench, definition: Definition) -> None:
    survey = samples.survey(handle="mood", definition=definition, created_by="U0AYU")
    denyut.do(lambda db: db.surveys.add(survey))
    await denyut.command("/pulse send mood")
    await denyut.tick()
    assert newest(denyut, "mood").asked >= 6


async def click_score(denyut: Bench, person: str, score: int) -> None:
    await denyut.press(prompt(denyut, person), str(score), user=person)
    await denyut.press(prompt(denyut, person), ids.REASON_OPENED, user=person)
    await denyut.submit(denyut.form(), {ids.REASON_INPUT: COMMENTS.get(person, "")}, user=person)
    await denyut.press(prompt(denyut, person), ids.ANSWER_CHANGE, user=person)
    await denyut.submit(denyut.form(), {ids.SCORE_INPUT: str(score)}, user=person)


async def finish(denyut: Bench, handle: str) -> None:
    await denyut.command(f"/pulse close {handle}")
    for _ in range(3):
        await denyut.tick()
    assert newest(denyut, handle).sealed


async def test_opposite_answers_leave_the_same_traffic(denyut: Bench, tmp_path: Path) -> None:
    await asked(denyut, enps_definition("C0SALES", SCALE_0_10))

    low = await record(denyut, tmp_path, LOW, lambda: click_score(denyut, LOW, 0))
    high = await record(denyut, tmp_path, HIGH, lambda: click_score(denyut, HIGH, 10))
    for person in OTHERS:
        await denyut.press(prompt(denyut, person), "8", user=person)
    await finish(denyut, "mood")
    low.messages, high.messages = messages_to(denyut, LOW), messages_to(denyut, HIGH)

    assert low.messages, "they were asked"
    assert difference(low.as_bytes(LOW), high.as_bytes(HIGH)) == ""


@pytest.mark.parametrize("one_by_one", [False, True])
async def test_opposite_answers_to_several_questions_leave_the_same_traffic(
    denyut: Bench, tmp_path: Path, one_by_one: bool
) -> None:
    await asked(denyut, several(one_by_one=one_by_one))
    walk = step_by_step if one_by_one else in_a_form

    low = await record(denyut, tmp_path, LOW, lambda: walk(denyut, LOW, low=True))
    high = await record(denyut, tmp_path, HIGH, lambda: walk(denyut, HIGH, low=False))
    round_id = newest(denyut, "mood").id
    answered = denyut.do(lambda db: db.rounds.answered_count(round_id))
    await finish(denyut, "mood")
    low.messages, high.messages = messages_to(denyut, LOW), messages_to(denyut, HIGH)

    assert answered == 2
    assert difference(low.as_bytes(LOW), high.as_bytes(HIGH)) == ""


def several(*, one_by_one: bool) -> Definition:
    words = {"en": "Do you have what you need?", "id": "Apa semua kebutuhanmu terpenuhi?"}
    agreement = Question("needs", QuestionKind.AGREEMENT, wording=words, low=1, high=5)
    whole = enps_definition("C0SALES", SCALE_0_10)
    return replace(whole, questions=(enps_question(SCALE_0_10), agreement), one_by_one=one_by_one)


async def step_by_step(denyut: Bench, person: str, *, low: bool) -> None:
    await denyut.press(prompt(denyut, person), ids.STEPS_STARTED, user=person)
    for _ in range(2):
        block = [
            element["action_id"]
            for each in prompt(denyut, person).message.blocks
            for element in each.get("elements", ())
            if str(element.get("action_id", "")).startswith(f"{ids.STEP_CHOSEN}:")
        ]
        await denyut.press(prompt(denyut, person), block[0 if low else -1], user=person)


async def in_a_form(denyut: Bench, person: str, *, low: bool) -> None:
    await denyut.press(prompt(denyut, person), ids.ANSWER_OPENED, user=person)
    form = denyut.form()
    values = {}
    for block in form["blocks"]:
        options = block.get("element", {}).get("options") if block["type"] == "input" else None
        if options:
            values[block["block_id"]] = options[0 if low else -1]["value"]
    assert len(values) == 2
    await denyut.submit(form, values, user=person)


async def test_a_message_that_tells_is_noticed(denyut: Bench, tmp_path: Path) -> None:
    """The control: the comparison is not blind, for any of the ways out."""
    same = Left([["thanks"]], [["kept"]], [{}], [("handled", "k")], [{"event": "x"}])
    assert same.as_bytes(LOW) == replace(same).as_bytes(HIGH)
    for way in ("messages", "replies", "homes", "rows", "logged"):
        leaky = replace(same, **{way: [["you answered 10"]]})
        assert leaky.as_bytes(LOW) != same.as_bytes(HIGH), way


async def test_whoever_logs_a_score_is_noticed(denyut: Bench, tmp_path: Path) -> None:
    async def careless(score: int) -> None:
        structlog.get_logger("careless").info("recorded", action="recorded", score=score)

    low = await record(denyut, tmp_path, LOW, lambda: careless(0))
    high = await record(denyut, tmp_path, HIGH, lambda: careless(10))

    assert low.as_bytes(LOW) != high.as_bytes(HIGH)


async def test_nobody_but_the_person_is_shown_a_form_with_their_answer(denyut: Bench) -> None:
    await asked(denyut, enps_definition("C0SALES", SCALE_0_10))
    await click_score(denyut, LOW, 0)
    shown = len(denyut.slack.shown)

    await denyut.press(prompt(denyut, HIGH), ids.WHY_OPENED, user=HIGH)
    await denyut.press(prompt(denyut, HIGH), "5", user=HIGH)
    await denyut.press(prompt(denyut, HIGH), ids.REASON_OPENED, user=HIGH)

    assert COMMENTS[LOW] not in json.dumps(denyut.slack.shown[shown:])
    await denyut.press(prompt(denyut, LOW), ids.REASON_OPENED, user=LOW)
    assert COMMENTS[LOW] in json.dumps(denyut.form()), "the control: their own form shows it"


async def test_nothing_that_was_written_to_anybody_holds_a_comment_before_the_results(
    denyut: Bench, tmp_path: Path
) -> None:
    await asked(denyut, enps_definition("C0SALES", SCALE_0_10))
    await click_score(denyut, LOW, 0)

    sent = json.dumps([[dump(posted.message), *map(dump, posted.history)] for posted in denyut.slack.posted])
    said = json.dumps([dump(message) for _, message, _ in denyut.slack.responses])
    assert COMMENTS[LOW] not in sent + said + json.dumps(denyut.slack.homes, default=str)
    beside = [name for name, row in everything(tmp_path) if COMMENTS[LOW] in repr(row)]
    assert beside == ["comments"]


def everything(folder: Path) -> list[tuple[str, Any]]:
    with closing(sqlite3.connect(folder / "denyut.db")) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [(name, row) for name in tables for row in connection.execute(f'SELECT * FROM "{name}"')]


class TestBugs:
    """A bug is told by a reference; its traceback is in the log. The answer that met it must not be."""

    async def test_an_answer_that_could_not_be_stored_is_not_in_the_log(
        self, denyut: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        await asked(denyut, enps_definition("C0SALES", SCALE_0_10))
        denyut.do(lambda db: db._scope.connection.exec_driver_sql("DROP TABLE answers"))

        await denyut.press(prompt(denyut, HIGH), "10", user=HIGH)

        logged = capfd.readouterr()
        text = logged.out + logged.err
        assert "no such table: answers" in text, "the control: the traceback is there"
        assert not re.search(r"\[parameters: .*\b10\b", text)

    async def test_the_person_is_told_a_reference_and_nothing_else(self, denyut: Bench) -> None:
        await asked(denyut, enps_definition("C0SALES", SCALE_0_10))
        denyut.do(lambda db: db._scope.connection.exec_driver_sql("DROP TABLE answers"))

        await denyut.press(prompt(denyut, HIGH), "10", user=HIGH)
        await denyut.press(prompt(denyut, LOW), "0", user=LOW)

        told = [message.text for _, message, _ in denyut.slack.responses[-2:]]
        assert len({re.sub(r"[0-9a-f]{6}", "~", each) for each in told}) == 1
        assert TEAM not in told[0]
