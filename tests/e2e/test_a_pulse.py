"""A pulse of several questions, from `/pulse new` to what followed from it, over both transports."""

import json
from typing import Any

from bot.playground.actor import Actor, text_of
from tests.e2e.conftest import SALES_PEOPLE, Company, Json, both_transports, buttons, ephemeral, until

ANSWER, STARTED, CHANGE = "survey.answer", "survey.start", "survey.change"
ACTION = "Tidak ada rapat di hari Jumat <!channel>"


def asks_by_form(message: Json) -> bool:
    return ANSWER in buttons(message)


def inputs_of(view: Json) -> list[Json]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def options_of(block: Json) -> list[str]:
    return [option["value"] for option in block["element"]["options"]]


async def fill(person: Actor, place: int) -> None:
    """Answers everything: each person something else, the optional texts left out."""
    prompt = await person.wait_for_dm(asks_by_form, 20)
    assert (await person.click(prompt, ANSWER))["ok"]
    form = await person.wait_for_view()
    chosen = {}
    for block in inputs_of(form):
        if block["element"]["type"] in ("static_select", "radio_buttons"):
            values = [value for value in options_of(block) if value.isdecimal()]
            chosen[block["block_id"]] = values[place % len(values)]
    outcome = await person.submit(form, chosen)
    assert outcome["ok"], outcome
    for view in reversed(await person.views()):  # where the reason is asked: not today
        await person.close(view)


@both_transports
async def test_a_pulse_is_written_asked_answered_told_and_acted_on(company: Company) -> None:
    ayu = await company.person("U0AYU")
    await ayu.command("/pulse new", "C0SALES")
    first = await ayu.wait_for_view()
    assert (await ayu.choose(first, "survey.draft_template", "weekly"))["ok"]
    start = await until(lambda: with_block(ayu, "survey.draft_cadence_input:weekly"), "the template's own rhythm")
    assert (await ayu.submit(start, {"survey.draft_cadence_input:weekly": "once"}))["ok"]
    hub = await until(lambda: the_view(ayu, "survey.draft_form"), "the overview of the draft")
    named = "SELECT handle FROM surveys WHERE handle = 'weekly-sales'"
    await until(lambda: company.ask(named), "the short name after the channel")
    assert (await ayu.submit(hub))["ok"]
    for view in reversed(await ayu.views()):
        await ayu.close(view)

    everybody = [await company.person(each) for each in SALES_PEOPLE]
    for place, person in enumerate(everybody):
        await fill(person, place)
        await person.wait_for_dm(lambda message: CHANGE in buttons(message), 20)
    shown = [next(each for each in await person.dm() if CHANGE in buttons(each)) for person in everybody[1:6]]
    assert len({without_ids(each) for each in shown}) == 1, "what they see does not depend on what they answered"

    assert "14 dari 14" in text_of(await ephemeral(ayu, "/pulse results weekly-sales"))
    await ephemeral(ayu, "/pulse close weekly-sales")
    results = await ayu.wait_for_dm(lambda message: "survey.action" in str(buttons(message)), 20)
    wish = next(each for each in buttons(results) if each.startswith("survey.action"))
    assert (await ayu.click(results, wish))["ok"]
    form = await ayu.wait_for_view()
    assert (await ayu.submit(form, {"survey.action_input": ACTION}))["ok"]
    for view in reversed(await ayu.views()):
        await ayu.close(view)

    await ephemeral(ayu, "/pulse send weekly-sales")
    budi = everybody[1]
    again = await budi.wait_for_dm(asks_by_form, 20)
    assert "Tidak ada rapat di hari Jumat" in text_of(again)
    plain = [each for each in elements(again["blocks"]) if each.get("type") == "plain_text"]
    assert any("<!channel>" in each["text"] for each in plain), "shown as it was typed, calling nobody"


async def test_half_of_the_answers_survive_the_bot(company: Company) -> None:
    """One question at a time: the bot is killed in between, and the person goes on where they were."""
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/pulse new one_on_one @citra @budi @dewi @eko once")
    budi = await company.person("U0BUDI")
    prompt = await budi.wait_for_dm(lambda message: STARTED in buttons(message), 20)
    assert (await budi.click(prompt, STARTED))["ok"]
    asked = await budi.wait_for_dm(is_step, 20)
    step = next(each for each in buttons(asked) if each.startswith("survey.step:"))
    assert (await budi.click(asked, step))["ok"]
    await until(lambda: has_moved_on(budi, asked), "the next question")
    answers = company.ask("SELECT member_id, question, value FROM named_answers")
    assert [each[0] for each in answers] == ["U0BUDI"]

    await company.bot.kill()
    company.bot = type(company.bot)(company.folder, company.settings, "run")
    await company.start()

    assert company.ask("SELECT member_id, question, value FROM named_answers") == answers
    now = next(each for each in reversed(await budi.dm()) if "survey.step" in str(each["blocks"]))
    back = next(each for each in buttons(now) if each.startswith("survey.step_moved"))
    assert (await budi.click(now, back))["ok"]
    await until(lambda: is_back(budi, asked), "the question before")


def is_step(message: Json) -> bool:
    return any(each.startswith("survey.step:") for each in buttons(message))


async def has_moved_on(person: Actor, before: Json) -> bool:
    return any(each["ts"] == before["ts"] and each["text"] != before["text"] for each in await person.dm())


async def is_back(person: Actor, before: Json) -> bool:
    return any(each["ts"] == before["ts"] and each["text"] == before["text"] for each in await person.dm())


async def with_block(person: Actor, block_id: str) -> Json | None:
    view = await person.view()
    return view if view and any(block["block_id"] == block_id for block in view["blocks"]) else None


async def the_view(person: Actor, callback_id: str) -> Json | None:
    view = await person.view()
    return view if view and view["callback_id"] == callback_id else None


def elements(blocks: Any) -> list[Json]:
    """Every object within blocks."""
    found: list[Json] = []
    if isinstance(blocks, list):
        for each in blocks:
            found += elements(each)
    elif isinstance(blocks, dict):
        found.append(blocks)
        for each in blocks.values():
            found += elements(each)
    return found


def without_ids(message: Json) -> str:
    text = json.dumps({"text": message["text"], "blocks": message["blocks"]})
    return json.dumps(
        json.loads(text, object_hook=lambda each: {name: value for name, value in each.items() if name != "block_id"})
    )
