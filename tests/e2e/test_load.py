"""Many at once: Slack waits three seconds for each, whatever else there is to do."""

import asyncio

from tests.e2e.conftest import SALES_PEOPLE, Company, both_transports, ephemeral

SLACKS_LIMIT_MS = 3000


@both_transports
async def test_200_commands_at_once_are_each_acknowledged_in_time_and_stored_once(company: Company) -> None:
    people = [await company.person(each) for each in SALES_PEOPLE]
    await ephemeral(people[0], "/pulse enps #general")
    await ephemeral(people[0], "/pulse send enps-general")  # and meanwhile 25 people are sent a question
    outcomes = await asyncio.gather(
        *(people[number % len(people)].command(f"/kpi log leads {number + 1}") for number in range(200))
    )
    assert {outcome["error"] for outcome in outcomes} == {None}
    assert max(outcome["ack_ms"] for outcome in outcomes) < SLACKS_LIMIT_MS
    assert company.ask("SELECT count(*), count(DISTINCT value) FROM entries") == [(200, 200)]


@both_transports
async def test_what_slack_delivers_twice_counts_once(company: Company) -> None:
    gita = await company.person("U0GITA")
    await company.control("duplicate", times=1)
    assert (await gita.command("/kpi log leads 7"))["ok"]
    await company.control("redeliver", last=True)
    assert company.ask("SELECT count(*) FROM entries") == [(1,)]
