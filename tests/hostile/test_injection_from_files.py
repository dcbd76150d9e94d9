"""The same texts, coming from other systems instead of from people in Slack: over the HTTP API, in the cells, titles
and names of imported files, and as what a file says of members. They come out wherever people and programs read."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bot.attributes import import_attributes
from bot.commands import Request, Response
from bot.domain.api_tokens import ApiToken
from bot.domain.errors import FileRefused
from bot.domain.surveys import Receivers
from bot.files import ImportChoice, import_kpis, line_words
from bot.i18n import load
from bot.kpis.api.description import ENTRIES_PATH
from bot.kpis.api.tokens import digest_of, new_token
from bot.playground.actor import text_of
from bot.settings import Settings
from bot.slack import ids
from bot.spreadsheets import TableKind, write_table
from bot.surveys.results.exporting import export_lines
from bot.terminal import CannotStart, say
from storage import migrate, new_id
from tests.features.harness import TEAM, Bench
from tests.features.survey_rounds import ENPS, PEOPLE, Said, closed, survey_of
from tests.hostile.live_tokens import live_in
from tests.hostile.sinks import TEXTS, Sinks, batches, computes, exported, no_cell_computes, unguarded
from tests.soak import IS_SOAK

FORM_TEXTS = ("kpi", "member", "on", "value", "id", "another")
READING = ("/kpi history leads", "/kpi show leads by person", "/kpi show leads", "/kpi undo", "/checkin")


class Program:
    """Another system: it sends to the HTTP API with the token of an admin."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._token = new_token(TEAM)
        made = ApiToken(new_id(), "=1+1<!channel>", "U0AYU", bench.now)
        bench.do(lambda db: db.api_tokens.add(made, digest_of(self._token)))
        self._sent = 0

    async def send(self, *entries: Mapping[str, Any]) -> Response:
        self._sent += 1
        self._bench.now += timedelta(seconds=1)  # a budget of requests is for a minute
        headers = {
            "authorization": f"Bearer {self._token}",
            "content-type": "application/json",
            "idempotency-key": f"k{self._sent}",
        }
        body = json.dumps({"entries": list(entries)}).encode()
        handler = self._bench.registry.routes[ENTRIES_PATH]["POST"]
        return await handler(Request("POST", ENTRIES_PATH, headers, body, self._bench.services, self._bench.now))


def is_for_programs(answer: Response) -> bool:
    """Whether a browser that came here by accident would make nothing of it, and a log no second line."""
    read = json.loads(json.dumps(answer.body))
    headers = [f"{name}: {value}" for name, value in answer.headers.items()]
    return (
        answer.content_type in ("application/json", "application/problem+json")
        and read == answer.body
        and not any("\n" in each or "\r" in each for each in headers)
    )


async def read_again(bench: Bench, sinks: Sinks, where: str) -> None:
    """Everything where entries are seen: commands, Home, what is sent later."""
    for user in ("U0BOB", "U0AYU"):
        await bench.event({"type": "app_home_opened", "user": user, "channel": "D", "tab": "home"})
        sinks.look(f"{where}, read", *[await bench.command(line, user=user) for line in READING])
    await bench.tick(bench.now + timedelta(minutes=20))
    sinks.look(f"{where}, sent")


async def exports_safely(bench: Bench, notes: Sequence[str]) -> None:
    """Both kinds of file hold these notes, as they were written, and no cell that computes."""
    for kind in ("csv", "xlsx"):
        head, *rows = await exported(bench, kind)
        at = [str(name).lower() for name in head].index("note")
        there = Counter(unguarded(row[at] or "") for row in rows)
        assert there == Counter(unguarded(note) for note in notes), kind
        if kind == "csv":
            no_cell_computes([[str(cell) for cell in row] for row in rows])


def stored_notes(bench: Bench) -> list[str]:
    found = bench.do(lambda db: list(db.kpis.between(date.min, date.max)))
    return [entry.note for entry in found]


async def test_what_programs_send(bench: Bench, sinks: Sinks) -> None:
    """Notes are kept; wherever else the text stands it is refused, and repeated in an answer for programs."""
    program = Program(bench)
    kept = 0
    for number, text in enumerate(TEXTS):
        day = (bench.now.date() - timedelta(days=number % 200)).isoformat()
        entry = {"kpi": "leads", "value": number, "on": day, "member": "U0BOB"}
        answer = await program.send({**entry, "note": text})
        kept += answer.status == 201
        assert answer.status in (201, 422), (text, answer.body)
        wrong = await program.send({**entry, FORM_TEXTS[number % len(FORM_TEXTS)]: text or "x"})
        assert wrong.status in (201, 422), (text, wrong.body)
        assert is_for_programs(answer), text
        assert is_for_programs(wrong), text
        if number % 60 == 59:
            await read_again(bench, sinks, text)
    assert kept > len(TEXTS) * 0.8, "most notes came through, or nothing was tried"
    await read_again(bench, sinks, "at last")
    tokens = await bench.command("/kpi tokens", user="U0AYU")
    sinks.look("tokens", tokens)
    await exports_safely(bench, stored_notes(bench))
    assert sinks.found == []


def table(kind: TableKind, titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """A file as another program writes it: a CSV without any guard, a workbook of texts."""
    if kind is TableKind.CSV:
        text = io.StringIO()
        csv.writer(text).writerows([titles, *rows])
        return text.getvalue().encode("utf-8", "replace")
    out = BytesIO()
    write_table(kind, out, titles, rows, [12] * len(titles))
    return out.getvalue()


async def brought(bench: Bench, sinks: Sinks, name: str, content: bytes) -> dict[str, Any]:
    """The page that a file ends in."""
    await bench.command("/kpi import", user="U0AYU")
    form = bench.form()
    bench.slack.updated_views.clear()
    sent = await bench.submit(form, {"member": "U0CITRA"}, user="U0AYU", files={"file": [(name, content)]})
    page = bench.slack.updated_views[-1][1] if bench.slack.updated_views else form
    sinks.look(name[:40], sent)
    return page


@pytest.mark.parametrize("kind", list(TableKind))
async def test_notes_and_sources_of_files(bench: Bench, sinks: Sinks, kind: TableKind) -> None:
    expected = 0
    for number, batch in enumerate(batches()):
        texts = [each for each in batch if len(each) <= 200 and "\0" not in each]
        rows = [
            ["2026-11-20", "leads", str(1 + at), ("Citra Halim", "U0BOB")[at % 2], text, f"{number}:{at}:{text}"[:100]]
            for at, text in enumerate(texts)
        ]
        titles = ["date", "kpi", "value", "member", "note", "source"]
        page = await brought(bench, sinks, f"{batch[0][:40]}.{kind}", table(kind, titles, rows))
        if "submit" not in page:
            continue
        expected += len(texts)
        done = await bench.submit(page, {}, user="U0AYU")
        sinks.look("recorded", done)
        await bench.tick(bench.now + timedelta(minutes=1))
        sinks.look("told")
    notes = stored_notes(bench)
    assert len(notes) == expected
    assert expected > len(TEXTS) * 0.6, "most of them came through, or nothing was tried"
    await read_again(bench, sinks, "imported")
    await exports_safely(bench, notes)
    assert sinks.found == []


@pytest.mark.parametrize("kind", list(TableKind))
async def test_titles_and_cells_that_cannot_be_read(bench: Bench, sinks: Sinks, kind: TableKind) -> None:
    """What is wrong is repeated on a page, in a file of all wrong lines, and on the command line."""
    reports = 0
    for batch in batches():
        texts = [each for each in batch if "\0" not in each]
        rows = [
            [
                *(("2026-11-20", text)[at % 4 == 0], ("leads", text)[at % 4 == 1], ("5", text)[at % 4 == 2]),
                ("U0BOB", text)[at % 4 == 3],
                "x",
            ]
            for at, text in enumerate(texts)
        ]
        titles = ["date", "kpi", "value", "member", texts[0][:60]]
        page = await brought(bench, sinks, f"{texts[1]}.{kind}", table(kind, titles, rows))
        bench.slack.uploads.clear()
        if ids.KPI_IMPORT_REPORT in str(page):
            await bench.press(page, ids.KPI_IMPORT_REPORT, user="U0AYU")
            sinks.look("report")
            ((_, _, content, comment),) = bench.slack.uploads
            assert not live_in(comment), comment
            no_cell_computes(list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))))
            reports += 1
        assert text_of(page)
    assert reports > 3, "files of wrong lines were made, or nothing was tried"
    assert sinks.found == []


def test_what_the_command_line_says_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal obeys control characters, and the report of wrong lines is opened with a spreadsheet program."""
    settings = Settings(data_dir=tmp_path, slack_bot_token="xoxb-test")
    texts = [each for each in TEXTS if "\0" not in each]
    rows = [["2026-11-20", "leads", f"{text};{text}"[:60], "U0BOB"] for text in texts]
    file, report, terminals = tmp_path / "values.csv", tmp_path / "report.csv", 0
    file.write_bytes(table(TableKind.CSV, ["date", "kpi", "value", "member"], rows))
    migrate.upgrade(settings.database_url)
    with pytest.raises(CannotStart) as refused:
        import_kpis(settings, file, TEAM, ImportChoice(report=report))
    lines = list(csv.reader(io.StringIO(report.read_text(encoding="utf-8"), newline="")))
    assert len(lines) > len(texts) * 0.8
    no_cell_computes(lines)
    assert not [cell for line in lines for cell in line if re.search(r"[;,|\t\r\n][\s\u200b]*[=@]", cell)]
    for said in (str(refused.value), *texts):
        say(said)
        terminals += bool(re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", said))
    assert terminals > 5, "the control: some would have moved the cursor"
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", capsys.readouterr().out)


async def test_what_a_file_says_of_members(bench: Bench, sinks: Sinks) -> None:
    """Groups that results are broken down by, in people's own messages, in a channel and in a file; `manager` is the
    one whose values Slack is to name."""
    t = load("en").t("en")
    plotted = [f"U{text}" for text in ("> <!channel>", "0EVIL> <!here>", "|<https://evil.example|x>", "\u200b<!here>")]
    good, refused = [], 0
    for text in (*plotted, *TEXTS):
        try:
            line = io.StringIO()
            csv.writer(line).writerows([["member", "team", "manager"], ["U0BOB", text, text]])
            bench.do(lambda db, line=line: import_attributes(db, io.StringIO(line.getvalue(), newline="")))
        except FileRefused as wrong:
            refused += bool([line_words(each, t) for each in wrong.errors])
        else:
            good += [text.strip()] if text.strip() else []
    assert refused > 20, "control characters and long texts are refused"
    groups = list(dict.fromkeys(good))
    assert len(groups) > 80
    groups = groups if IS_SOAK else [*groups[: len(plotted)], *groups[len(plotted) :: 6]]
    shown = 0
    for number, start in enumerate(range(0, len(groups), 7)):
        names = groups[start : start + 7]
        if len(names) < 2:
            continue
        segments = {person: names[at % len(names)] for at, person in enumerate(PEOPLE[: len(names) * 5])}
        for breakdown in ("attribute:team", "attribute:manager"):
            told = Receivers(True, (), "C0PAIR")
            survey = survey_of(bench, ENPS, handle=f"s{number}{breakdown[10]}", breakdown=breakdown, receivers=told)
            said = {person: Said({"enps": (10, 9, 3, 8, 2)[at // len(names)]}) for at, person in enumerate(segments)}
            await closed(bench, survey, said, segments)
            shown += sum("0 of" not in each.message.text for each in bench.posts("C0PAIR"))
            sinks.look(f"{breakdown} {names}", await bench.command(f"/pulse results {survey.handle}", user="U0BOB"))
    bench.do(lambda db: no_cell_computes(export_lines(db, t)))
    assert shown, "groups were shown, or nothing was tried"
    assert sinks.found == []


def test_a_cell_that_computes_is_seen() -> None:
    """The control of the files above: written without a guard, some would compute."""
    rows = list(
        csv.reader(io.StringIO(table(TableKind.CSV, ["note"], [[each] for each in TEXTS]).decode(), newline=""))
    )
    assert sum(computes(cell) for row in rows for cell in row) > 10
