"""A team check-in with the bot as a process of its own: one line sets it up, people answer in their language, the
channel sees it once, and somebody takes what is in the way."""

from bot.playground.actor import text_of
from tests.e2e.conftest import SALES, Company, Json, both_transports, ephemeral, until


def asks(message: Json) -> bool:
    return "checkin.answer_opened" in str(message["blocks"])


@both_transports
async def test_a_review_from_the_line_that_sets_it_up_to_the_promise_to_help(company: Company) -> None:
    ayu, budi = await company.person("U0AYU"), await company.person("U0BUDI")
    gita = await company.person("U0GITA")
    said = text_of(await ephemeral(ayu, "/checkin tim #sales tinjauan mingguan jumat 14:00 tayang 16:30"))
    assert "setiap Jumat pukul 14.00" in said
    await company.control("clock", to="tomorrow 14:00", tz="Asia/Jakarta")

    question = await budi.wait_for_dm(asks, timeout=30)
    assert "dengan namamu" in text_of(question)
    await budi.click(question, "checkin.answer_opened")
    form = await budi.wait_for_view()
    sent = {"kpi.revenue": "12,5 jt", "confidence": "unsure", "blocker": "Sampel <!channel> belum datang"}
    await budi.submit(form, sent)
    await until(lambda: company.ask("SELECT count(*) FROM checkin_answers")[0][0] == 1, "the answer")
    question = await gita.wait_for_dm(asks, timeout=30)
    await gita.click(question, "checkin.answer_opened")
    await gita.submit(await gita.wait_for_view(), {"confidence": "on_track", "progress": "Two demos booked"})
    await until(lambda: company.ask("SELECT count(*) FROM checkin_answers")[0][0] == 2, "both answers")

    await company.control("clock", to="16:30", tz="Asia/Jakarta")
    post = await gita.wait_for_message(SALES, lambda message: "Two demos booked" in text_of(message), timeout=30)
    assert "Hambatan" in text_of(post)
    button = next(block["accessory"]["action_id"] for block in post["blocks"] if block.get("accessory"))
    await gita.click(post, button)
    await until(lambda: company.ask("SELECT owner_id FROM actions") == [("U0GITA",)], "the promise")
    changed = await gita.wait_for_message(SALES, lambda message: "yang membantu" in text_of(message), timeout=30)
    assert changed["ts"] == post["ts"]
    posts = [each for each in await gita.messages(SALES) if "Two demos booked" in text_of(each)]
    assert len(posts) == 1
