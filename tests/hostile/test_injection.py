"""Texts that want to be more go in wherever people can write and come out wherever people read: nothing becomes live,
Slack's limits hold (the bench looks), and what is exported reads back as what was typed, with no cell that computes."""

import itertools
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.domain.catalogue import KpiVersion
from bot.domain.errors import DomainError, LiveMention
from bot.domain.kpis import KPIS
from bot.domain.members import Member
from bot.domain.questions import Question, QuestionKind
from bot.i18n import load
from bot.interactions import Say
from bot.middleware import heard
from bot.slack import ids
from bot.slack.blocks import escape, mrkdwn, section
from bot.surveys.results.exporting import export_comments, export_lines
from tests.features.harness import Bench
from tests.features.survey_rounds import ENPS, Said, closed, survey_of
from tests.hostile.live_tokens import live_anywhere, live_in
from tests.hostile.sinks import TEXTS, Sinks, batches, computes, exported, no_cell_computes, typed, unguarded


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


PINGS = ("<!subteam^S0EVIL>", "<!subteam^S0EVIL|@evil>", "<@U0EVIL>", "<@U0EVIL|x>", "<#C0EVIL>", "<!here>", "@here",
         "<!channel|x>", "<https://evil.example|x>")  # fmt: skip
TAKES_ONE = {
    "<!subteam^S0EVIL": ("/pulse enps", "/kpi target"),
    "<@U0EVIL": ("/kpi log", "/kpi target", "/kpi history", "/checkin actions", "/checkin 1on1"),
    "<#C0EVIL": ("/pulse enps", "/pulse send", "/pulse resume", "/kpi summary", "/checkin team"),
}
"""Commands that are about somebody or some place, and say so by the id they understood; to whoever typed it alone."""


async def test_a_mention_where_none_belongs_is_repeated_dead(bench: Bench, sinks: Sinks) -> None:
    """Slack hands over a group that was really mentioned as it is; a refusal that repeats it would notify everybody in
    it as soon as it was shared."""
    every = [(command, name) for command, names in bench.registry.sub_commands.items() for name in names]
    every += [(command, "") for command in bench.registry.sub_commands]
    repeated = 0
    for (command, name), ping in itertools.product(every, PINGS):
        line = f"{command} {name}".strip()
        if any(ping.startswith(sign) and line in takers for sign, takers in TAKES_ONE.items()):
            continue
        for words in (ping, f"leads {ping}", f"revenue 5 for {ping}", f"{ping} {ping}"):
            answer = await bench.command(f"{line} {words}", user="U0BOB")
            repeated += "EVIL" in answer.text or "evil" in answer.text
            sinks.look(f"{line} {words}", answer)
    assert sinks.found == []
    assert repeated > 100, "they were repeated, or nothing was tried"


async def test_a_refusal_names_people_it_knows(bench: Bench, sinks: Sinks) -> None:
    """The control of the test above: a mention that we make of an id is one, and only that."""

    async def refused(person: str) -> str:
        async def context() -> Any:
            return SimpleNamespace(t=load("en").t("en"))

        async def listen(_: Any) -> Any:
            raise DomainError("oneonones.not_there", person=person)

        _, reply = await heard(load("en").t("en"), context, listen, what="x", for_invited=True)
        assert isinstance(reply, Say)
        return reply.message.text

    assert "<@U0EVIL>" in await refused(LiveMention.person("U0EVIL"))
    for text in ("<@U0EVIL>", "<!subteam^S0EVIL>", LiveMention.person("U0EVIL> <!here"), LiveMention("<!here>")):
        assert not live_in(await refused(text))
    assert live_in(await refused(LiveMention.person("U0EVIL"))), "the tokenizer sees it"


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
