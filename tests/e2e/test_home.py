"""App Home with the bot as a process of its own: what is done on it shows on it, and one's own data can be taken along
and erased."""

import json

from bot.playground.actor import Actor, text_of
from tests.e2e.conftest import Company, Json, both_transports, ephemeral


async def opened(person: Actor, *words: str) -> Json:
    """Home, once it says this."""
    await person.open_home()
    return await showing(person, *words)


async def showing(person: Actor, *words: str) -> Json:
    return await person.wait_for_home(lambda view: all(each in text_of(view) for each in words), timeout=20)


def action_id(view: Json, name: str) -> str:
    """The first button of a handler on Home, wherever it stands."""
    places = [element for block in view["blocks"] for element in (*block.get("elements", ()), block.get("accessory"))]
    found = [each["action_id"] for each in places if each and each.get("action_id", "").split(":")[0] == name]
    assert found, f"no {name} on Home"
    return str(found[0])


@both_transports
async def test_a_value_is_logged_and_an_action_settled_right_there(company: Company) -> None:
    gita, budi = await company.person("U0GITA"), await company.person("U0BUDI")
    await ephemeral(gita, "/checkin actions send the brochure by tomorrow")
    await ephemeral(budi, "/checkin aksi telepon gudang paling lambat besok")
    home = await opened(gita, "send the brochure")
    assert "telepon gudang" not in text_of(home)
    assert "12,500,000" not in text_of(home)

    await gita.click(home, action_id(home, "kpi.log_opened"))
    form = await gita.wait_for_view()
    assert (await gita.submit(form, {"value.revenue": "12,500,000"}))["ok"]
    home = await showing(gita, "12.5M")
    assert company.ask("SELECT member_id, value / 10000 FROM entries") == [("U0GITA", 12_500_000)]

    await gita.click(home, action_id(home, "action.done"))
    await gita.wait_for_home(lambda view: "send the brochure" not in text_of(view), timeout=20)
    assert company.ask("SELECT owner_id FROM actions WHERE state = 'done'") == [("U0GITA",)]
    assert "telepon gudang" in text_of(await opened(budi, "telepon gudang"))


async def test_own_data_comes_as_a_file_and_can_be_erased(company: Company) -> None:
    gita, budi = await company.person("U0GITA"), await company.person("U0BUDI")
    await ephemeral(gita, "/kpi log revenue 12.5M")
    await ephemeral(gita, "/checkin actions send the brochure by tomorrow")
    await ephemeral(gita, "/checkin named yes")
    await ephemeral(budi, "/kpi catat pendapatan 7,5 jt")
    home = await opened(gita, "send the brochure")
    await gita.click(home, action_id(home, "privacy.export"))
    message = await gita.wait_for_dm(lambda each: bool(each.get("files")), timeout=20)
    found = json.loads(await gita.download(message["files"][0]))
    assert found["member"] == "U0GITA"
    assert "send the brochure" in json.dumps(found)
    assert "U0BUDI" not in json.dumps(found)
    for view in await gita.views():
        await gita.close(view)

    await gita.click(home, action_id(home, "privacy.erase_opened"))
    form = await gita.wait_for_view()
    refused = await gita.submit(form, {"privacy.erase_word": "delete"})
    assert refused["errors"], "it takes the right word"
    assert company.ask("SELECT count(*) FROM entries WHERE member_id = 'U0GITA'") == [(1,)]
    assert (await gita.submit(form, {"privacy.erase_word": "erase"}))["ok"]
    await gita.wait_for_dm(lambda each: "everything about you is erased" in text_of(each), timeout=20)

    home = await gita.wait_for_home(lambda view: "send the brochure" not in text_of(view), timeout=20)
    assert "12.5M" not in text_of(home)
    assert company.ask("SELECT count(*) FROM entries WHERE member_id = 'U0GITA'") == [(0,)]
    assert company.ask("SELECT count(*) FROM actions WHERE owner_id = 'U0GITA'") == [(0,)]
    assert company.ask("SELECT count(*) FROM entries WHERE member_id = 'U0BUDI'") == [(1,)]
