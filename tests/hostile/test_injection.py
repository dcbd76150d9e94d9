"""Texts that want to be more go in wherever people can write and come out wherever people read: nothing becomes live,
Slack's limits hold (the bench looks), and what is exported reads back as what was typed, with no cell that computes."""

import csv
import io
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.domain.catalogue import KpiVersion
from bot.domain.kpis import KPIS
from bot.domain.members import Member
from bot.domain.questions import Question, QuestionKind
from bot.i18n import load
from bot.slack import ids
from bot.slack.blocks import Message, escape, mrkdwn, section
from bot.surveys.results.exporting import export_comments, export_lines
from tests.features.harness import Bench
from tests.features.survey_rounds import ENPS, Said, closed, survey_of
from tests.hostile.corpus import BY_HAND, generated
from tests.hostile.live_tokens import live_anywhere, live_in
from tests.hostile.seed import SEED
from tests.soak import IS_SOAK

TEXTS = (*BY_HAND, *(generated(SEED, 5000) if IS_SOAK else ()))
AT_ONCE = 24
FIRST_CHARACTERS = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Sinks:
    """Everything that left the bot, and what of it is live."""

    bench: Bench
    found: list[str]
    read: int = 0

    def look(self, where: str, *answers: Any) -> None:
        slack = self.bench.slack
        messages = [each.message for each in slack.posted] + [message for _, message, _ in slack.responses]
        messages += [old for each in slack.posted for old in each.history]
        for message in messages:
            self._message(where, message)
        for view in (*slack.shown, *slack.homes.values()):
            self._note(where, list(live_anywhere(view)))
            self.read += 1
        for answer in answers:
            self._message(where, Message(answer.text or "-", tuple(answer.blocks)))
            self._note(where, list(live_anywhere(answer.body)))
        for kept in (slack.posted, slack.responses, slack.shown, slack.views, slack.updated_views):
            kept.clear()  # type: ignore[attr-defined]

    def _message(self, where: str, message: Message) -> None:
        self.read += 1
        self._note(where, [*live_in(message.text), *live_anywhere(list(message.blocks))])

    def _note(self, where: str, live: Sequence[str]) -> None:
        self.found += [f"{where}: {each[:200]}" for each in live]


@pytest.fixture
def sinks(bench: Bench) -> Sinks:
    return Sinks(bench, [])


def batches() -> Iterator[tuple[str, ...]]:
    for start in range(0, len(TEXTS), AT_ONCE):
        yield TEXTS[start : start + AT_ONCE]


def typed(text: str) -> str:
    """As Slack sends what was typed after a command."""
    return escape(text)


async def test_lines_that_are_typed(bench: Bench, sinks: Sinks) -> None:
    """Notes, promises, points for a one-on-one, names of surveys and of KPIs that are not there, mistyped words; as
    Slack escapes them, and as it writes what it made live itself."""
    await bench.command("/checkin 1on1 <@U0CITRA|citra> every 2 weeks thu 14:00", user="U0BOB")
    for number, text in enumerate(TEXTS):
        for said in dict.fromkeys((text, typed(text))):
            free = (
                f"/kpi log leads {number + 1} note {said}",
                f"/checkin actions {said} by friday",
                f"/checkin 1on1 <@U0CITRA|citra> point {said}",
            )
            named = (
                f"/kpi {said}",
                f"/kpi show {said}",
                f"/pulse new {said}",
                f"/pulse results {said}",
                f"/checkin {said}",
            )
            line = free[number % len(free)]
            again = (free if said == text else named)[(number + 1) % (len(free) if said == text else len(named))]
            sinks.look(
                f"{line[:60]} {again[:60]}",
                await bench.command(line, user="U0BOB"),
                await bench.command(again, user="U0BOB"),
            )
        if number % 40 == 39:
            for user in ("U0BOB", "U0CITRA", "U0AYU"):
                await bench.event({"type": "app_home_opened", "user": user, "channel": "D", "tab": "home"})
            asked = [await bench.command(line, user="U0BOB") for line in READING]
            sinks.look("read again", *asked)
            await bench.tick(bench.now + timedelta(hours=3))
            sinks.look("sent")
    assert sinks.found == []
    assert sinks.read > len(TEXTS) * 2


READING = (
    "/kpi history leads",
    "/kpi show leads by person",
    "/checkin actions",
    "/checkin 1on1",
    "/checkin",
    "/pulse list",
)


async def test_names_of_people_and_kpis(bench: Bench, sinks: Sinks) -> None:
    """What people call themselves, and what admins call a KPI, an objective or a group."""
    for number, batch in enumerate(batches()):
        people = [Member(f"U0P{at:03}", text or "-", "en-US", "Asia/Jakarta") for at, text in enumerate(batch)]
        bench.do(lambda db, people=people: db.members.refresh(people))
        bench.slack.channels["C0SALES"] = [*CHANNEL, *(each.id for each in people)]
        bench.slack.groups = {f"S0{at}": (text[:20] or "g", text, CHANNEL[:2]) for at, text in enumerate(batch[:5])}
        for at, text in enumerate(batch[:6]):
            names = {"en": text[:75].strip() or "Name", "id": text[:75].strip() or "Nama"}
            kpi = replace(KPIS["revenue"], key=f"own{at}", names=names, objective=text[:200])
            version = KpiVersion(kpi, number + 1, date(2026, 11, 1), "U0AYU", bench.now)
            bench.do(lambda db, version=version: db.catalogue.add_version(version))
        for person in people[:8]:
            bench.now += timedelta(seconds=1)
            await bench.command("/kpi log leads 3", user=person.id)
        answers = [
            await bench.command(line)
            for line in (
                "/kpi list", "/kpi show leads by person", "/kpi show", "/kpi history leads", "/kpi log", "/kpi target",
                "/kpi define", "/kpi summary now", "/checkin team", "/kpi review", "/kpi rights", "/kpi lgo",
            )
        ]  # fmt: skip
        sinks.look("names", *answers)
        await bench.event({"type": "app_home_opened", "user": "U0AYU", "channel": "D", "tab": "home"})
        await bench.tick(bench.now + timedelta(hours=7))
        sinks.look("names later")
    assert sinks.found == []


CHANNEL = ("U0AYU", "U0BOB", "U0CITRA")


async def test_surveys_and_their_comments(bench: Bench, sinks: Sinks) -> None:
    """Titles, questions and options that an author writes, comments that twelve people write, up to the results."""
    t = load("en").t("en")
    for number, batch in enumerate(batches()):
        word = {each: {"en": each[:200].strip() or "-", "id": each[:200].strip() or "-"} for each in batch}
        texts = list(word.values())
        options = [{name: said[:75] for name, said in each.items()} for each in texts[:4]]
        questions = (
            ENPS,
            Question("pick", QuestionKind.CHOICE, texts[0], options=tuple(options[:3])),
            Question("wish", QuestionKind.TEXT, texts[1]),
            Question("mood", QuestionKind.STARS, texts[2], low=1, high=5),
        )
        survey = survey_of(bench, *questions, handle=f"s{number}", title=batch[3][:60].strip(), author="U0BOB")
        comments = [each for each in batch if each.strip()]
        said = {
            f"U0C{at:03}": Said(
                {"enps": 5 + at % 5, "pick": at % 3, "mood": 1 + at % 5},
                {"enps": comments[at % len(comments)], "wish": comments[(at + 12) % len(comments)]},
            )
            for at in range(12)
        }
        await closed(bench, survey, said)
        shown = [
            await bench.command(f"/pulse {word} s{number}", user="U0BOB") for word in ("results", "preview", "edit")
        ]
        sinks.look("survey", *shown, await bench.command("/pulse list", user="U0BOB"))
        bench.do(lambda db: no_cell_computes(export_lines(db, t)))
        bench.do(lambda db: no_cell_computes(export_comments(db, t)))
    assert sinks.found == []


def no_cell_computes(lines: Any) -> None:
    for line in lines:
        assert not [cell for cell in line if computes(cell)], line


def computes(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula: what begins like one and is no number."""
    return cell.startswith(FIRST_CHARACTERS) and not cell.lstrip("+-").replace(".", "").replace(",", "").isdigit()


async def test_team_check_ins_and_meetings(bench: Bench, sinks: Sinks) -> None:
    """What people answer to a stand-up, what is in their way, and whoever picks that up."""
    await bench.command("/checkin team <#C0SALES|sales> standup 09:00 post 11:00", user="U0AYU")
    await bench.tick(bench.now + timedelta(hours=18))
    for at, text in enumerate(TEXTS):
        user = ("U0BOB", "U0CITRA", "U0DEWI", "U0FAJAR", "U0AYU")[at % 5]
        asked = [each for each in bench.dms(user) if ids.CHECKIN_ANSWER_OPENED in str(each.message.blocks)]
        if not asked:
            continue
        shown = len(bench.slack.shown)
        await bench.press(asked[0], ids.CHECKIN_ANSWER_OPENED, user=user)
        if len(bench.slack.shown) > shown:
            sent = await bench.submit(bench.form(), {"progress": text, "blocker": TEXTS[-at]}, user=user)
            sinks.found += [f"answer: {each}" for each in live_anywhere(sent.body)]
        if at % 5 == 4:
            for posted in list(bench.slack.posted):
                sinks.found += [f"post: {each}" for each in live_anywhere(list(posted.message.blocks))]
    await bench.tick(bench.now + timedelta(hours=2))
    sinks.look("stand-up")
    assert sinks.found == []
    assert sinks.read > 5


async def test_exported_entries_read_back_as_they_were_typed(bench: Bench, tmp_path: Path) -> None:
    bench.do(lambda db: db.members.refresh([Member("U0EVE", "=1+1", "en-US", "Asia/Jakarta")]))
    for number, text in enumerate(TEXTS):
        day = date(2026, 11, 26) - timedelta(days=number % 80)
        await bench.command(f"/kpi log leads {number + 1} on {day} note {typed(text)}", user="U0EVE")
    with closing(sqlite3.connect(tmp_path / "denyut.db")) as looking:
        stored = [note for (note,) in looking.execute("SELECT note FROM entries WHERE state = 'active'")]
    assert len(stored) > len(TEXTS) * 0.8
    for kind in ("csv", "xlsx"):
        head, *rows = await exported(bench, kind)
        at = [str(name).lower() for name in head].index("note")
        there = Counter(unguarded(row[at] or "") for row in rows)
        typed_ones = Counter(unguarded(note) for note in stored)
        assert (there - typed_ones, typed_ones - there) == (Counter(), Counter()), kind
        if kind == "csv":
            no_cell_computes([[str(cell) for cell in row] for row in rows])


async def exported(bench: Bench, kind: str) -> list[list[Any]]:
    """The rows of the file that `/kpi export` sends; no cell of a workbook is a formula."""
    await bench.command(f"/kpi export leads {kind}", user="U0AYU")
    *_, (_, name, content, _) = bench.slack.uploads
    assert name.endswith(kind)
    if kind == "csv":
        text = content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.split("\n")[0] else ","))
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [list(row) for row in book.worksheets[0].iter_rows()]
    assert not [cell for row in cells for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in cells]


def unguarded(cell: str) -> str:
    """Without the apostrophes that keep a spreadsheet from computing, wherever it may cut a text in two."""
    written = re.sub(r"_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), cell)  # as workbooks write them
    return written.replace("'", "").strip()


def test_the_tokenizer_sees_what_would_be_live() -> None:
    alive = ["<!channel>", "<!here|x>", "<@U0EVIL>", "<https://evil.example|x>", "a <#C0EVIL|b>", "<javascript:x>"]
    assert all(live_in(each) for each in alive)
    assert not any(live_in(escape(each)) for each in TEXTS)
    assert not live_in("<@U0AYU> of <#C0SALES|sales> has <https://denyut.example|this>")
    assert list(live_anywhere([section("<!here>")]))
    assert list(live_anywhere([{"type": "section", "text": {**mrkdwn("x"), "verbatim": False}}]))
    assert list(live_anywhere({"type": "rich_text", "elements": [{"type": "link", "url": "https://evil.example"}]}))
    assert computes("=1+1")
    assert not computes("-12,5")
