"""The bot dies in the middle, and nobody notices: each is asked once, and what was confirmed stays."""

import asyncio
import signal
from itertools import count

import pytest

from bot.playground.actor import text_of
from tests.e2e.conftest import Company, Json, both_transports, buttons, deliveries, ephemeral, until

GENERAL = "C0GENERAL"
SCORE = "survey.score"


def is_question(message: Json) -> bool:
    return any(each.startswith(f"{SCORE}:") for each in buttons(message))


def everybody(company: Company) -> list[str]:
    return list(next(each for each in company.playground.workspace.channels.values() if each.name == "general").members)


async def questions(company: Company) -> dict[str, list[Json]]:
    """For every member of #general what the bot sent to them about the round: questions, or what they turned into."""
    found = {}
    for user_id in everybody(company):
        if user_id.startswith("U0") and user_id != "U0DENYUT":
            dms = await (await company.person(user_id)).dm()
            found[user_id] = [each for each in dms if is_question(each) or "survey.change" in buttons(each)]
    return found


async def count_of_questions(company: Company) -> int:
    return sum(len(each) for each in (await questions(company)).values())


async def all_settled(company: Company) -> bool:
    """Nothing is owed any more but reminders. Who died left messages in the middle of being sent: they are looked up
    twice, half a minute apart, so the clock goes on."""
    states = deliveries(company)
    if states.get("sending") or states.get("ambiguous"):
        company.playground.clock.advance(61)
    return set(states) <= {"sent"} and await count_of_questions(company) >= 25


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([], id="slow"),
        pytest.param([{"kind": "drop_after", "times": 3}], id="slow and connections that break after the post"),
        pytest.param([{"kind": "error_500", "times": 2}, {"kind": "drop_before", "times": 2}], id="slow and errors"),
    ],
)
async def test_killed_while_asking_it_asks_everybody_exactly_once(company: Company, faults: list[Json]) -> None:
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/pulse enps #general", GENERAL)
    for fault in faults:
        await company.control("faults", method="chat.postMessage", **fault)
    await company.control("faults", method="chat.postMessage", kind="slow", seconds=0.25, times=1000)
    await ephemeral(ayu, "/pulse send enps-general", GENERAL)

    await until(lambda: at_least(company, 5), "the first questions")
    answered = []
    for user_id, asked in (await questions(company)).items():
        if asked and len(answered) < 5:
            outcome = await (await company.person(user_id)).click(asked[0], f"{SCORE}:9")
            assert outcome["ok"]
            answered.append(user_id)
    await company.bot.kill()
    assert 5 <= await count_of_questions(company) < 25, "it was to be killed in the middle"

    company.playground.slack.faults.clear()
    await company.start()
    await until(lambda: all_settled(company), "that everything was sent")
    assert {user_id: len(each) for user_id, each in (await questions(company)).items()} == dict.fromkeys(
        await questions(company), 1
    )
    assert company.ask("SELECT count(*) FROM participations") == [(5,)]
    assert "5 dari 25" in text_of(await ephemeral(ayu, "/pulse results enps-general", GENERAL))


async def at_least(company: Company, count: int) -> bool:
    return await count_of_questions(company) >= count


@both_transports
async def test_killed_right_after_an_answer_was_confirmed_it_still_counts(company: Company) -> None:
    people = [await company.person(each) for each in ("U0BUDI", "U0CITRA", "U0GITA", "U0LARS")]
    outcomes = await asyncio.gather(*(person.command(f"/kpi log leads {n}1") for n, person in enumerate(people, 1)))
    await company.bot.kill()
    assert [outcome["ok"] for outcome in outcomes] == [True] * 4
    await company.start()
    assert sorted(company.ask("SELECT member_id, value / 10000 FROM entries")) == [
        ("U0BUDI", 11),
        ("U0CITRA", 21),
        ("U0GITA", 31),
        ("U0LARS", 41),
    ]


@both_transports
async def test_asked_to_stop_it_finishes_what_it_is_at(company: Company) -> None:
    """Opening a form takes long here, and follows the acknowledgement: it is still finished before the end."""
    gita = await company.person("U0GITA")
    await company.control("faults", method="views.open", kind="slow", seconds=1.0)
    typing = asyncio.create_task(gita.command("/kpi log"))
    await until(lambda: not company.playground.slack.faults.as_json(), "the form on its way")
    company.bot.process.send_signal(signal.SIGTERM)
    assert (await typing)["ok"]
    assert (await company.bot.end())[0] == 0
    assert len(await gita.views()) == 1


@both_transports
async def test_asked_to_stop_under_load_it_keeps_exactly_what_it_confirmed(company: Company) -> None:
    await company.kill()
    await company.start_with(DENYUT_RATE_LIMITS="off")  # on a fast machine they type more than anybody may
    people = [await company.person(each) for each in ("U0BUDI", "U0CITRA", "U0GITA", "U0LARS")]
    confirmed = 0
    refused = asyncio.Event()
    values = count(1)  # the same value twice would be asked about

    async def go_on_typing(number: int) -> None:
        nonlocal confirmed
        while not refused.is_set():
            if (await people[number].command(f"/kpi log leads {next(values)}"))["ok"]:
                confirmed += 1
            else:
                refused.set()

    typing = [asyncio.create_task(go_on_typing(number)) for number in range(4)]
    await until(lambda: confirmed > 20, "the first commands")
    assert await company.bot.stop() == 0
    await asyncio.gather(*typing)
    assert company.ask("SELECT count(*) FROM entries") == [(confirmed,)]
    company.playground.slack.traffic.violations.clear()  # a command typed after the bot went is nobody's fault
