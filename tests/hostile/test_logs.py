"""Nothing that people wrote and no secret reaches the log: not at DEBUG, in neither format, not when something breaks
with the text in its message, its variables or its SQL."""

import asyncio
import gc
import logging
import sqlite3
from typing import Any

import pytest
import structlog
from sqlalchemy import text as sql

from bot import logs
from bot.app import Denyut
from bot.domain.members import Member
from bot.slack import ids
from bot.slack.errors import SlackRefused
from storage import UnitOfWork
from tests.features.harness import TEAM, Bench
from tests.features.survey_rounds import ENPS, WISH, Said, closed, survey_of
from tests.hostile.conftest import SECRET as SIGNING_SECRET
from tests.hostile.conftest import Sender

MARKS = {
    "note": "mark-note-pelangi",
    "comment": "mark-comment-kelabu",
    "answer": "mark-answer-jingga",
    "blocker": "mark-blocker-merah",
    "action": "mark-action-hijau",
    "point": "mark-point-biru",
    "email": "mark.nila@perusahaan.example",
    "bot token": "xoxb-1-mark-ungu",
    "app token": "xapp-1-A0-mark-putih",
    "refresh token": "xoxe.xoxb-1-mark-hitam",
    "name": "mark-name-coklat",
    "signing secret": SIGNING_SECRET,
}


@pytest.fixture(params=["json", "text"])
def log_format(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def logged(log_format: str, capsys: pytest.CaptureFixture[str]) -> Any:
    """Sets the log up as the bot does, at its most talkative, and gives what it has said so far."""
    capsys.readouterr()
    logs.configure("DEBUG", log_format)
    return lambda: "".join(capsys.readouterr())


def leaks(log: str) -> list[str]:
    return [name for name, mark in MARKS.items() if mark in log]


async def live(bench: Bench) -> None:
    """A while in the life of a company in which everything that is written is a mark."""
    bob = Member("U0BOB", MARKS["name"], "en-US", "Asia/Makassar")
    bench.do(lambda db: db.members.refresh([bob]))
    await bench.command(f"/kpi log leads 7 note {MARKS['note']}", user="U0BOB")
    await bench.command(f"/kpi log {MARKS['note']} 7", user="U0BOB")
    await bench.command(f"/{MARKS['note']} {MARKS['answer']}", user="U0BOB")
    await bench.command(f"/checkin actions {MARKS['action']} by friday", user="U0BOB")
    await bench.command("/checkin 1on1 <@U0CITRA|citra> every 2 weeks thu 14:00", user="U0BOB")
    await bench.command(f"/checkin 1on1 <@U0CITRA|citra> point {MARKS['point']}", user="U0BOB")
    await bench.command(f"/kpi token {MARKS['bot token']} {MARKS['email']}", user="U0AYU")
    await bench.click(f"survey.score:{MARKS['answer']}", MARKS["answer"], user="U0BOB")
    profile = {"id": "U0NEW", "name": MARKS["name"], "locale": "en-US", "profile": {"email": MARKS["email"]}}
    await bench.event({"type": "user_change", "user": profile})
    await bench.event({"type": "message", "user": "U0BOB", "text": MARKS["comment"], "channel": "C0SALES"})
    said = {
        f"U0P{number}": Said({"enps": number}, {"enps": MARKS["comment"], "wish": MARKS["answer"]})
        for number in range(11)
    }
    await closed(bench, survey_of(bench, ENPS, WISH, author="U0BOB"), said)
    await bench.command("/pulse results pulse", user="U0BOB")


async def break_everything(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bugs that hold what somebody wrote: in their message, in a variable, in SQL, in a task nobody waits for."""
    mark = MARKS["comment"]

    async def breaks(context: Any) -> None:
        written = MARKS["answer"]
        raise ValueError(f"cannot read {mark}") from KeyError(written)

    async def breaks_sql(context: Any) -> None:
        def work(db: UnitOfWork) -> None:
            connection = db.kpis._scope.connection
            connection.execute(sql("INSERT INTO no_such_table VALUES (:a, :b)"), {"a": mark, "b": MARKS["note"]})

        await bench.storage.write(TEAM, work)

    async def is_refused(*_: Any, **__: Any) -> None:
        raise SlackRefused("channel_not_found", "")

    for handler in (breaks, breaks_sql):
        monkeypatch.setitem(bench.registry.clicks, ids.ENTRY_UNDO, handler)
        await bench.click(ids.ENTRY_UNDO, ids.pack(entry=mark), user="U0BOB")
    monkeypatch.setattr(bench.slack, "open_view", is_refused)
    await bench.command("/kpi log", user="U0BOB")

    async def fails() -> None:
        raise RuntimeError(mark)

    bench.denyut.start(fails())
    await bench.denyut.drain()
    await asyncio.sleep(0)
    gc.collect()
    monkeypatch.setattr(Denyut, "_go_on", lambda *_, **__: 1 / len(mark[:0]))
    await bench.command(f"/kpi log leads 7 note {mark}", user="U0BOB")
    logging.getLogger("slack_sdk").error("Failed with %s", MARKS["bot token"])
    logging.getLogger("slack_bolt").debug("payload %s", mark)
    structlog.get_logger("x").error("refused", token=MARKS["app token"], other=MARKS["refresh token"])


async def test_a_life_leaves_no_trace_of_what_was_written(bench: Bench, logged: Any) -> None:
    await live(bench)
    said = logged()
    assert "refused" in said, "there is a log at all"
    assert leaks(said) == []


async def test_what_breaks_says_where_and_not_what(bench: Bench, logged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await break_everything(bench, monkeypatch)
    said = logged()
    assert leaks(said) == []
    assert "in breaks" in said
    assert "ValueError" in said
    assert "OperationalError" in said
    assert "reference" in said


async def test_hostile_requests_are_logged_without_their_words(bench: Bench, logged: Any) -> None:
    from bot.transports import HttpWayIn

    sender = Sender(HttpWayIn(bench.denyut.bolt, SIGNING_SECRET))
    mark = MARKS["comment"].encode()
    bodies = (b"{" + mark, b'{"type":"' + mark + b'"}', b'{"type":"block_actions","user":"' + mark + b'"}',
              b'{"type":"event_callback","event_id":"E","event":{"type":"' + mark + b'"}}')  # fmt: skip
    for body in bodies:
        await sender.send(body, "application/json")
        await sender.send(body, "application/json", {"x-slack-signature": MARKS["comment"]})
    assert leaks(logged()) == []


async def test_a_naive_logger_would_tell(bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(),
    )
    await break_everything(bench, monkeypatch)
    assert {"comment", "answer", "app token", "refresh token"} <= set(leaks(capsys.readouterr().out))


def test_sql_shows_no_values(bench: Bench, tmp_path: Any) -> None:
    def work(db: UnitOfWork) -> None:
        db.kpis._scope.connection.execute(sql("INSERT INTO no_such_table VALUES (:a)"), {"a": MARKS["note"]})

    with pytest.raises(Exception, match="no such table") as caught:
        bench.do(work)
    assert MARKS["note"] not in str(caught.value)
    assert sqlite3.sqlite_version
