"""An eNPS survey from its creation to its results, as the people in it live through it."""

import json
from typing import Any

from bot.playground.actor import Actor, text_of
from tests.e2e.conftest import SALES_PEOPLE, Company, Json, both_transports, buttons, ephemeral, until

SCORE, CHANGE, REASON = "survey.score", "survey.change", "survey.reason"
# five promoters, four passives, five detractors, until Budi changes his mind from 2 to 9
SCORES = (10, 2, 9, 9, 8, 7, 10, 0, 6, 3, 9, 8, 7, 5)
COMMENT = "Jadwal panggang terlalu padat & gudang *sempit*"


def is_question(message: Json) -> bool:
    return any(each.startswith(f"{SCORE}:") for each in buttons(message))


def is_thanks(message: Json) -> bool:
    return CHANGE in buttons(message)


def without_ids(message: Json) -> Any:
    """What a message shows, without what Slack adds to it."""
    text = json.dumps({"text": message["text"], "blocks": message["blocks"]})
    return json.loads(
        text, object_hook=lambda each: {name: value for name, value in each.items() if name != "block_id"}
    )


async def every_message(company: Company) -> list[Json]:
    """All messages with the app that an export of this workspace would hold."""
    found = []
    for user_id in SALES_PEOPLE:
        found += [each for each in await (await company.person(user_id)).dm() if not each["ephemeral"]]
    return found


async def answer(person: Actor, score: int) -> Json:
    question = await person.wait_for_dm(is_question, 20)
    outcome = await person.click(question, f"{SCORE}:{score}")
    assert outcome["ok"]
    return await person.wait_for_dm(is_thanks, 20)


@both_transports
async def test_a_survey_is_asked_answered_closed_and_told(company: Company) -> None:
    ayu = await company.person("U0AYU")
    people = [await company.person(each) for each in SALES_PEOPLE]
    assert "enps-sales" in text_of(await ephemeral(ayu, "/pulse enps #sales"))
    await ephemeral(ayu, "/pulse send enps-sales")

    questions = [await person.wait_for_dm(is_question, 20) for person in people]
    assert "Seberapa" in questions[1]["text"]
    assert "How likely" in questions[SALES_PEOPLE.index("U0GITA")]["text"]
    assert all(len([each for each in buttons(question) if each.startswith(SCORE)]) == 11 for question in questions)

    thanks = [await answer(person, score) for person, score in zip(people, SCORES, strict=True)]
    jakarta = [thanks[SALES_PEOPLE.index(each)] for each in ("U0BUDI", "U0CITRA", "U0DEWI", "U0EKO", "U0FAJAR")]
    assert len({json.dumps(without_ids(each)) for each in jakarta}) == 1
    amsterdam = [thanks[SALES_PEOPLE.index(each)] for each in ("U0LARS", "U0MAYA")]
    assert without_ids(amsterdam[0]) == without_ids(amsterdam[1])
    assert without_ids(amsterdam[0]) != without_ids(jakarta[0])

    budi = people[1]
    await budi.click(thanks[1], CHANGE)
    form = await budi.wait_for_view()
    assert [block["element"]["initial_option"]["value"] for block in form["blocks"] if "element" in block] == ["2"]
    assert (await budi.submit(form, {"survey.score_input": "9"}))["ok"]
    for view in reversed(await budi.views()):
        await budi.close(view)

    hadi = people[7]
    await hadi.click(thanks[7], REASON)
    form = await hadi.wait_for_view()
    assert (await hadi.submit(form, {"survey.reason_input": COMMENT}))["ok"]

    progress = text_of(await ephemeral(ayu, "/pulse results enps-sales"))
    assert "14 dari 14" in progress
    assert "+14" not in progress

    await ephemeral(ayu, "/pulse close enps-sales")
    results = await ayu.wait_for_dm(lambda message: "+14" in text_of(message), 20)
    # fourteen answered, so that the one comment may be shown: as it was typed, in a block that interprets nothing
    plain = [block["text"] for block in results["blocks"] if block["type"] == "section" and "text" in block]
    assert any(each["type"] == "plain_text" and COMMENT in each["text"] for each in plain)
    assert "+14" in text_of(await ephemeral(ayu, "/pulse results enps-sales"))

    def are_closed() -> Any:
        async def look() -> bool:
            return not any(is_question(each) or is_thanks(each) for each in await every_message(company))

        return look()

    await until(are_closed, "that every prompt turned into its closing words")
    prompts: dict[str, set[str]] = {}
    for person in people[1:]:
        dms = [each for each in await person.dm() if each["bot_id"]]
        assert len(dms) == 1
        prompts.setdefault(json.dumps(without_ids(dms[0])), set()).add(person.user_id)
    assert len(prompts) == 2  # one in each language, for those who answered high and low alike


async def test_nothing_the_bot_sent_depends_on_what_was_answered(company: Company) -> None:
    """Not only what is left at the end: everything that ever went out to a conversation."""
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/pulse enps #sales")
    await ephemeral(ayu, "/pulse send enps-sales")
    scores = dict(zip(("U0BUDI", "U0CITRA", "U0DEWI"), (0, 8, 10), strict=True))
    sent: dict[str, list[str]] = {}
    for user_id, score in scores.items():
        person = await company.person(user_id)
        await person.wait_for_dm(is_question, 20)
        seen = company.playground.slack.traffic.after(0)[-1]["id"]
        await answer(person, score)
        channel = await person.app_channel()
        entries = company.playground.slack.traffic.after(seen)
        calls = [
            each for each in entries if each["kind"] in ("web_api", "response_url") and each["name"] != "views.open"
        ]
        mine = [each for each in calls if channel in json.dumps(each["request"])]
        assert mine
        sent[user_id] = [
            json.dumps(without_ids({"text": each["request"].get("text"), "blocks": each["request"].get("blocks")}))
            for each in mine
        ]
    assert sent["U0BUDI"] == sent["U0CITRA"] == sent["U0DEWI"]


async def test_a_survey_that_does_not_exist_is_not_touched(company: Company) -> None:
    lars = await company.person("U0LARS")
    before = company.rows()
    for command in ("close", "results", "send", "pause", "delete"):
        assert text_of(await ephemeral(lars, f"/pulse {command} enps-sales"))
    assert company.rows() == {**before, "handled": company.rows()["handled"]}
