"""Files: what people choose in forms, what the bot fetches and sends, and who may see what."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.actor import Actor, ActorError
from bot.playground.file_kinds import file_fault, files_fault, kind_of
from bot.playground.limits import FILE_INPUT_BYTES
from bot.slack.gateway import Gateway, SlackBusy, SlackError, SlackRefused, SlackUnclear
from tests.playground.playground_kit import SCOPES, client_of, connected_bot, eventually, manifest

SHEET = ("september.csv", b"day,revenue\n2026-09-01,12\n")


def plain(text):
    return {"type": "plain_text", "text": text}


def form(optional=False, **element):
    element = {"type": "file_input", "action_id": "v", "filetypes": ["csv", "xlsx"], "max_files": 2, **element}
    block = {"type": "input", "block_id": "sheet", "label": plain("Sheet"), "element": element, "optional": optional}
    words = {"title": plain("Import"), "submit": plain("Send")}
    return {"type": "modal", "callback_id": "form", **words, "blocks": [block]}


async def refusal(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


@pytest.fixture
def opening(bot, ayu):
    """Opens a form for Ayu by way of a command, and returns it as she sees it."""

    async def open_view(view):
        await ayu.command("/kpi import")
        await bot.web.views_open(trigger_id=bot.payloads[-1]["trigger_id"], view=view)
        return await ayu.wait_for_view()

    return open_view


@pytest.fixture
async def gateway(playground):
    connected = await Gateway.connect("xoxb-playground", playground.api_url)
    yield connected
    await connected.close()


async def submitted(bot, ayu, opening, *files):
    """The files that the bot hears of when Ayu sends these."""
    said = await ayu.submit(await opening(form()), files={"sheet": files})
    assert said == {"ok": True, "errors": {}, "error": None}
    return bot.payloads[-1]["view"]["state"]["values"]["sheet"]["v"]


class TestChoosing:
    async def test_a_file_comes_with_the_form_as_slacks_file_object(self, bot, ayu, opening):
        entry = await submitted(bot, ayu, opening, SHEET)

        assert entry["type"] == "file_input"
        (file,) = entry["files"]
        assert file["id"].startswith("F")
        assert (file["name"], file["title"], file["size"]) == ("september.csv", "september.csv", len(SHEET[1]))
        assert (file["mimetype"], file["filetype"], file["pretty_type"]) == ("text/csv", "csv", "CSV")
        assert (file["user"], file["user_team"], file["mode"]) == ("U0AYU", "T0TEST", "hosted")
        assert f"/files-pri/T0TEST-{file['id']}/september.csv" in file["url_private"]
        assert f"/files-pri/T0TEST-{file['id']}/download/september.csv" in file["url_private_download"]
        assert (file["channels"], file["ims"], file["is_public"]) == ([], [], False)

    async def test_an_empty_input_is_an_empty_list_where_it_is_optional(self, bot, ayu, opening):
        view = await opening(form())
        assert (await ayu.submit(view))["errors"] == {"sheet": "This is a required field"}
        await bot.web.views_update(view_id=view["id"], view=form(optional=True))
        assert (await ayu.submit(await ayu.view()))["ok"]
        assert bot.payloads[-1]["view"]["state"]["values"]["sheet"]["v"] == {"type": "file_input", "files": []}

    @pytest.mark.parametrize(
        ("name", "size", "why"),
        [("notes.txt", 1, "csv or xlsx"), ("empty.csv", 0, "empty"), ("big.csv", FILE_INPUT_BYTES + 1, "10 MB")],
    )
    async def test_what_the_input_does_not_take_is_refused_by_the_server(
        self, bot, ayu, opening, playground, name, size, why
    ):
        view = await opening(form())
        before = len(bot.requests)
        with pytest.raises(ActorError, match=why):
            await ayu.submit(view, files={"v": [(name, b"x" * size)]})
        assert len(bot.requests) == before
        assert playground.workspace.files == {}

    async def test_the_largest_file_is_taken(self, bot, ayu, opening):
        entry = await submitted(bot, ayu, opening, ("big.XLSX", b"x" * FILE_INPUT_BYTES))
        assert entry["files"][0]["size"] == FILE_INPUT_BYTES

    async def test_too_many_files_are_refused_and_the_right_number_is_not(self, bot, ayu, opening):
        view = await opening(form())
        said = await ayu.submit(view, files={"sheet": [SHEET] * 3})
        assert said["errors"] == {"sheet": "Choose no more than 2 files"}
        assert (await ayu.submit(view, files={"sheet": [SHEET] * 2}))["ok"]

    async def test_files_stay_in_a_form_that_the_bot_refuses(self, bot, ayu, opening):
        async def answer(request):
            return {"response_action": "errors", "errors": {"sheet": "No such column"}}

        view = await opening(form())
        bot.answer = answer
        assert (await ayu.submit(view, files={"sheet": [SHEET]}))["errors"] == {"sheet": "No such column"}
        bot.answer = None
        assert (await ayu.submit(view))["ok"]
        assert bot.payloads[-1]["view"]["state"]["values"]["sheet"]["v"]["files"][0]["name"] == "september.csv"

    async def test_the_file_of_somebody_else_cannot_be_sent(self, bot, ayu, opening, playground):
        await submitted(bot, ayu, opening, SHEET)
        (stolen,) = playground.workspace.files
        async with Actor(playground.url, "U0BOB") as bob:
            await bob.command("/kpi import")
            await bot.web.views_open(trigger_id=bot.payloads[-1]["trigger_id"], view=form())
            with pytest.raises(ActorError, match="no_such_file"):
                await bob.submit(await bob.wait_for_view(), {"sheet": [{"id": stolen}]})

    async def test_a_form_with_files_needs_the_scope_to_read_them(self, open_playground):
        scopes = [each for each in SCOPES if each != "files:read"]
        playground = await open_playground(manifest=manifest(scopes=scopes))
        async with connected_bot(playground) as bot, Actor(playground.url, "U0AYU") as ayu:
            await ayu.command("/kpi import")
            trigger = bot.payloads[-1]["trigger_id"]
            answer = await refusal(bot.web.views_open(trigger_id=trigger, view=form()))
            assert (answer["error"], answer["needed"]) == ("missing_scope", "files:read")

    @pytest.mark.parametrize("change", [{"max_files": 0}, {"max_files": 11}, {"filetypes": "csv"}, {"filetypes": [1]}])
    async def test_an_input_out_of_bounds_is_refused(self, bot, ayu, change):
        await ayu.command("/kpi import")
        trigger = bot.payloads[-1]["trigger_id"]
        answer = await refusal(bot.web.views_open(trigger_id=trigger, view=form(**change)))
        assert next(iter(change)) in answer["response_metadata"]["messages"][0]


class TestFetching:
    async def test_the_bot_reads_what_it_was_given(self, bot, ayu, opening, gateway, playground):
        (file,) = (await submitted(bot, ayu, opening, SHEET))["files"]

        assert await gateway.download(file["url_private_download"], 1000) == SHEET[1]
        assert await gateway.download(file["url_private"], 1000) == SHEET[1]
        assert await gateway.download(file["id"], 1000) == SHEET[1]
        assert playground.violations == []

    async def test_a_file_that_was_chosen_and_not_sent_is_not_the_bots(self, bot, ayu, opening, gateway, playground):
        view = await opening(form())
        await ayu._upload(view, "sheet", "v", *SHEET)
        (file_id,) = playground.workspace.files
        with pytest.raises(SlackRefused, match="file_not_found"):
            await gateway.download(file_id, 1000)
        with pytest.raises(SlackRefused, match="missing_scope"):
            await gateway.download(f"{playground.url}/files-pri/T0TEST-{file_id}/september.csv", 1000)

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer xoxb-wrong"}])
    async def test_without_the_token_there_is_a_sign_in_page_with_status_200(
        self, bot, ayu, opening, playground, headers
    ):
        (file,) = (await submitted(bot, ayu, opening, SHEET))["files"]
        async with (
            aiohttp.ClientSession() as session,
            session.get(file["url_private_download"], headers=headers) as answer,
        ):
            assert (answer.status, answer.content_type) == (200, "text/html")
            assert "Sign in" in await answer.text()
        assert "not_authed" in str(playground.violations[-1].violation)

    async def test_without_the_scope_there_is_a_sign_in_page_too(self, open_playground):
        scopes = [each for each in SCOPES if each != "files:read"]
        playground = await open_playground(manifest=manifest(scopes=scopes))
        uploaded = await client_of(playground).files_upload_v2(channel="C0SALES", filename="a.csv", content=b"a")
        gateway = await Gateway.connect("xoxb-playground", playground.api_url)
        with pytest.raises(SlackRefused, match="files:read") as refused:
            await gateway.download(f"{playground.url}/files-pri/T0TEST-{uploaded['file']['id']}/a.csv", 1000)
        assert refused.value.code == "missing_scope"
        await gateway.close()

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ({"kind": "ratelimit", "retry_after": 7}, SlackBusy),
            ({"kind": "drop_before", "times": 2}, SlackUnclear),  # aiohttp reads again where a used connection broke
            ({"kind": "drop_after"}, SlackUnclear),
            ({"kind": "error_500"}, SlackUnclear),
            ({"kind": "error", "error": "access_denied"}, SlackRefused),
        ],
    )
    async def test_a_download_goes_wrong_on_demand_and_once(self, bot, ayu, opening, gateway, playground, fault, error):
        (file,) = (await submitted(bot, ayu, opening, SHEET))["files"]
        playground.slack.faults.add({"method": "files.download", **fault})
        with pytest.raises(SlackError) as trouble:
            await gateway.download(file["url_private_download"], 1000)
        assert type(trouble.value) is error
        assert await gateway.download(file["url_private_download"], 1000) == SHEET[1]

    async def test_a_slow_download_arrives(self, bot, ayu, opening, gateway, playground):
        (file,) = (await submitted(bot, ayu, opening, SHEET))["files"]
        playground.slack.faults.add({"method": "files.download", "kind": "slow", "seconds": 0.05})
        assert await gateway.download(file["url_private_download"], 1000) == SHEET[1]
        assert playground.slack.faults.as_json() == []


class TestSending:
    async def test_the_sdk_uploads_in_three_steps(self, web, ayu, playground):
        answer = await web.files_upload_v2(
            channel="C0SALES",
            filename="week 48.xlsx",
            content=b"sheet",
            title="Week 48",
            initial_comment="Here *it* is",
        )
        message = await ayu.wait_for_message("C0SALES")
        (file,) = message["files"]
        assert message["text"] == "Here *it* is"
        assert (file["id"], file["title"], file["size"]) == (answer["file"]["id"], "Week 48", 5)
        assert (file["channels"], file["is_public"]) == (["C0SALES"], True)
        assert await ayu.download(file) == b"sheet"
        await eventually(lambda: playground.slack.workspace.files[file["id"]].is_processed)
        info = (await web.files_info(file=file["id"]))["file"]
        assert info["shares"]["public"]["C0SALES"][0]["ts"] == message["ts"]

    async def test_a_person_gets_a_file_in_their_own_messages_and_nobody_else(self, gateway, ayu, playground):
        await gateway.upload("U0AYU", "export.csv", b"a,b\n", "Your export")
        message = await ayu.wait_for_dm(lambda each: bool(each["files"]))
        assert message["text"] == "Your export"
        assert message["files"][0]["ims"] == ["D0AYU"]
        assert await ayu.download(message["files"][0]) == b"a,b\n"
        async with Actor(playground.url, "U0BOB") as bob:
            with pytest.raises(ActorError, match="404"):
                await bob.download(message["files"][0])
        assert playground.violations == []

    async def test_a_conversation_is_meant_by_its_own_id(self, web, playground):
        answer = await refusal(web.files_upload_v2(channel="U0AYU", filename="a.csv", content=b"a"))
        assert answer["error"] == "invalid_arguments"
        assert "^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]" in answer["response_metadata"]["messages"][0]
        assert len(playground.violations) == 1

    async def test_a_list_of_places_takes_people_too(self, web, ayu):
        place = await web.files_getUploadURLExternal(filename="a.csv", length=1)
        async with aiohttp.ClientSession() as session, session.post(place["upload_url"], data=b"a") as answer:
            assert await answer.text() == "OK - 1"
        await web.files_completeUploadExternal(files=[{"id": place["file_id"]}], channels=["U0AYU"])
        assert (await ayu.wait_for_dm())["files"][0]["id"] == place["file_id"]

    async def test_sending_needs_its_own_scope(self, open_playground):
        playground = await open_playground(manifest=manifest(scopes=["files:read", "im:write"]))
        answer = await refusal(client_of(playground).files_getUploadURLExternal(filename="a.csv", length=1))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "files:write")

    @pytest.mark.parametrize(
        ("method", "kind", "error", "arrives"),
        [
            ("files.upload", "ratelimit", SlackBusy, False),
            ("files.upload", "drop_after", SlackUnclear, False),
            ("files.completeUploadExternal", "drop_before", SlackUnclear, False),
            ("files.completeUploadExternal", "drop_after", SlackUnclear, True),
        ],
    )
    async def test_sending_goes_wrong_on_demand(self, gateway, ayu, playground, method, kind, error, arrives):
        playground.slack.faults.add({"method": method, "kind": kind})
        with pytest.raises(error):
            await gateway.upload("U0AYU", "export.csv", b"a", "")
        assert bool(await ayu.dm()) is arrives

    async def test_a_picture_of_the_bots_can_stand_in_blocks_unshared(self, web, ayu, playground):
        uploaded = await web.files_upload_v2(filename="mood.png", content=b"\x89PNG")
        file = uploaded["file"]
        await eventually(lambda: playground.slack.file_ready({"url": file["url_private"]}))
        image = {"type": "image", "alt_text": "mood", "slack_file": {"url": file["url_private"]}}
        await web.chat_postMessage(channel="C0SALES", text="x", blocks=[image])
        assert await ayu.download(file) == b"\x89PNG"


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "mimetype", "filetype"),
        [
            ("a.csv", "text/csv", "csv"),
            ("A.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
            ("a.txt", "text/plain", "text"),
            ("a", "application/octet-stream", "binary"),
        ],
    )
    def test_a_name_tells_of_the_kind(self, name, mimetype, filetype):
        kind = kind_of(name)
        assert (kind.mimetype, kind.filetype) == (mimetype, filetype)

    def test_an_input_without_types_takes_all_and_ten(self):
        assert file_fault({}, "a.exe", 1) is None
        assert files_fault({}, [{"name": "a", "size": 1}] * 10) is None
        assert files_fault({}, [{"name": "a", "size": 1}] * 11) == "Choose no more than 10 files"
