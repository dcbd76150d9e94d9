"""Charts and pictures in the playground: a workspace that does not know charts, and what pictures in blocks must be."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.workspace import StoredFile
from tests.playground.playground_kit import SCOPES, client_of, eventually, manifest

CHART = {
    "type": "data_visualization",
    "title": "Mood",
    "chart": {"type": "pie", "segments": [{"label": "yes", "value": 3}]},
}
TEXT = {"type": "section", "text": {"type": "plain_text", "text": "Hello"}}


async def refusal(call):
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response.data


def picture(**source):
    return {"type": "image", "alt_text": "Mood", **source}


async def uploaded(web, playground, name="mood.png", ready=True):
    file = (await web.files_upload_v2(filename=name, content=b"\x89PNG"))["file"]
    if ready:
        await eventually(lambda: playground.workspace.files[file["id"]].is_processed)
    return file


async def control(playground, what, **given):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{playground.url}/control/{what}", json=given) as answer,
    ):
        return answer.status, await answer.json()


class TestAWorkspaceWithoutCharts:
    async def test_refuses_them_and_says_where(self, web, playground):
        await web.chat_postMessage(channel="C0SALES", text="Mood", blocks=[TEXT, CHART])
        assert await control(playground, "charts", known=False) == (200, {"known": False})

        answer = await refusal(web.chat_postMessage(channel="C0SALES", text="Mood", blocks=[TEXT, CHART]))

        assert answer["error"] == "invalid_blocks"
        assert answer["response_metadata"]["messages"] == [
            "[ERROR] unsupported type: data_visualization [json-pointer:/blocks/1/type]"
        ]
        await web.chat_postMessage(channel="C0SALES", text="Mood", blocks=[TEXT])

    async def test_is_nothing_the_app_is_to_blame_for(self, web, playground):
        playground.slack.know_charts(False)
        await refusal(web.chat_postMessage(channel="C0SALES", text="Mood", blocks=[CHART]))
        assert playground.violations == []
        await refusal(web.chat_postMessage(channel="C0SALES", text="Mood", blocks=[{**CHART, "title": "x" * 51}]))
        assert len(playground.violations) == 1, "the control: a chart that is wrong anyway"

    async def test_refuses_them_in_updates_and_replies_too(self, bot, ayu, playground):
        sent = await bot.web.chat_postMessage(channel="C0SALES", text="Mood")
        await ayu.command("/kpi help")
        address = bot.payloads[-1]["response_url"]
        playground.slack.know_charts(False)

        answer = await refusal(bot.web.chat_update(channel="C0SALES", ts=sent["ts"], text="Mood", blocks=[CHART]))
        assert answer["error"] == "invalid_blocks"
        async with (
            aiohttp.ClientSession() as session,
            session.post(address, json={"text": "Mood", "blocks": [CHART]}) as reply,
        ):
            assert (reply.status, await reply.text()) == (400, "invalid_blocks")
        assert playground.violations == []

    async def test_can_be_asked_and_told(self, playground):
        async with aiohttp.ClientSession() as session:
            await control(playground, "charts", known=False)
            async with session.get(f"{playground.url}/control/charts") as answer:
                assert await answer.json() == {"known": False}
            async with session.get(f"{playground.url}/page/bootstrap") as answer:
                assert (await answer.json())["knows_charts"] is False
        assert (await control(playground, "charts", known="no"))[0] == 400
        assert (await control(playground, "charts"))[0] == 400
        await control(playground, "reset")
        assert playground.slack.knows_charts


class TestPicturesInBlocks:
    @pytest.mark.parametrize("name", ["mood.png", "mood.jpg", "mood.JPEG", "mood.gif"])
    async def test_are_files_of_the_apps_by_id_or_address(self, web, playground, name):
        file = await uploaded(web, playground, name)
        sources = [{"id": file["id"]}, {"url": file["url_private"]}, {"url": file["permalink"]}]
        blocks = [picture(slack_file=source) for source in sources]
        await web.chat_postMessage(channel="C0SALES", text="Mood", blocks=blocks)
        assert playground.violations == []

    @pytest.mark.parametrize(
        "source",
        [{}, {"image_url": "https://a.example/a.png", "slack_file": {"id": "F1"}}],
        ids=["neither address nor file", "both"],
    )
    async def test_have_exactly_one_source(self, web, source):
        answer = await refusal(web.chat_postMessage(channel="C0SALES", text="Mood", blocks=[picture(**source)]))
        assert answer["error"] == "invalid_blocks"
        assert "image_url" in answer["response_metadata"]["messages"][0]

    @pytest.mark.parametrize("kind", ["unknown", "no picture", "not processed", "never completed", "a person's"])
    async def test_are_refused_where_slack_cannot_show_them(self, web, playground, kind):
        good = (await uploaded(web, playground))["id"]
        if kind == "unknown":
            file_id = "F0NOTHERE"
        elif kind == "no picture":
            file_id = (await uploaded(web, playground, "mood.csv"))["id"]
        elif kind == "not processed":
            file_id = (await uploaded(web, playground, ready=False))["id"]
        elif kind == "never completed":
            file_id = (await web.files_getUploadURLExternal(filename="mood.png", length=1))["file_id"]
        else:
            theirs = StoredFile("F0HERS", "mood.png", "mood.png", 1, b"a", user="U0AYU", completed=True)
            file_id = playground.workspace.files.setdefault("F0HERS", theirs).id
        blocks = [picture(slack_file={"id": good}), picture(slack_file={"id": file_id})]

        answer = await refusal(web.chat_postMessage(channel="C0SALES", text="Mood", blocks=blocks))

        assert answer["error"] == "invalid_blocks"
        assert answer["response_metadata"]["messages"] == [
            "[ERROR] invalid slack file [json-pointer:/blocks/1/slack_file]"
        ]

    async def test_stand_on_home_by_the_same_rule(self, open_playground):
        playground = await open_playground(manifest=manifest(scopes=SCOPES))
        web = client_of(playground)
        home = {"type": "home", "blocks": [picture(slack_file={"id": "F0NOTHERE"})]}
        assert (await refusal(web.views_publish(user_id="U0AYU", view=home)))["error"] == "invalid_arguments"
        home["blocks"] = [picture(slack_file={"id": (await uploaded(web, playground))["id"]})]
        await web.views_publish(user_id="U0AYU", view=home)
