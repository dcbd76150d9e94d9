"""Who is in the workspace, and in which language they are spoken to."""

import asyncio
import json
import os
import sys

from bot.playground.actor import text_of
from tests.e2e.conftest import ROOT, Company, Open, ephemeral, until

LOGGING = """
import structlog, logging
from bot.logs import configure
configure("INFO", "{log_format}")
def work(answer):
    raise ValueError("no")
for log in (structlog.get_logger(), logging.getLogger("a.library")):
    try:
        work("10: the best team there is")
    except ValueError:
        log.exception("it broke")
logging.getLogger("a.library").warning("payload: 10")
structlog.get_logger().info("running", action="running")
"""


async def test_the_bot_starts_though_slack_is_busy_and_learns_who_is_there_later(new_company: Open) -> None:
    company = await new_company()
    await company.control("faults", method="users.list", kind="ratelimit", retry_after=1)
    await company.start()
    await until(lambda: company.ask("SELECT count(*) FROM members")[0][0] >= 25, "the members")
    budi = await company.person("U0BUDI")
    assert "Tercatat" in text_of(await ephemeral(budi, "/kpi log leads 7"))


async def test_who_changes_their_language_is_spoken_to_in_it(company: Company) -> None:
    budi = await company.person("U0BUDI")
    assert "Tercatat" in text_of(await ephemeral(budi, "/kpi log leads 7"))
    await company.control("user", id="U0BUDI", locale="en-US")
    await until(lambda: locale_of(company, "U0BUDI") == "en-US", "the news")
    assert "Recorded" in text_of(await ephemeral(budi, "/kpi log leads 8"))


async def test_a_change_told_without_the_language_does_not_lose_it(company: Company) -> None:
    slack = company.playground.slack
    slack.workspace.users["U0BUDI"].real_name = "Budi S."
    told = {"id": "U0BUDI", "team_id": "T0SENTOSA", "name": "budi", "real_name": "Budi S.", "profile": {}}
    slack.send_event("user_change", {"type": "user_change", "user": told})
    await until(lambda: company.ask("SELECT name FROM members WHERE id = 'U0BUDI'") == [("Budi S.",)], "the news")
    assert locale_of(company, "U0BUDI") == "id-ID"


def locale_of(company: Company, user_id: str) -> str:
    return str(company.ask(f"SELECT slack_locale FROM members WHERE id = '{user_id}'")[0][0])


async def said(log_format: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOGGING.format(log_format=log_format),
        cwd=ROOT, env=dict(os.environ), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    assert process.returncode == 0, errors
    return errors.decode()


async def test_the_log_of_a_bug_holds_its_traceback_and_not_what_was_answered() -> None:
    text = await said("text")
    assert text.count("Traceback") == 2
    assert "best team" not in text.replace('work("10: the best team there is")', "")
    assert "payload" not in text
    assert "Warning" not in text


async def test_for_machines_every_line_of_the_log_is_json() -> None:
    lines = [json.loads(line) for line in (await said("json")).splitlines()]
    assert [line["event"] for line in lines] == ["it broke", "error in a library", "running"]
    for line in lines[:2]:
        assert line["exception"].endswith("builtins.ValueError"), "where and what, and none of its words"
    assert lines[2]["action"] == "running"
