"""Files in a form, from Slack's payload to what a listener gets, also where Slack tells little."""

from typing import Any

import pytest

from bot.interactions import Submission, UploadedFile
from bot.middleware import submission_context
from bot.slack import blocks as kit
from tests.features.harness import TEAM, Bench

FULL = {
    "id": "F1",
    "name": "september.csv",
    "size": 12,
    "url_private": "https://files.slack.com/files-pri/T1-F1/september.csv",
    "url_private_download": "https://files.slack.com/files-pri/T1-F1/download/september.csv",
}
TOLD = UploadedFile("F1", "september.csv", 12, FULL["url_private_download"])  # type: ignore[arg-type]


async def submission(denyut: Bench, *elements: dict[str, Any]) -> Submission:
    values = {f"b{number}": {"v": element} for number, element in enumerate(elements)}
    view = {"id": "V1", "hash": "1.a", "state": {"values": values}}
    user = {"id": "U0AYU", "team_id": TEAM}
    return await submission_context(denyut.services, {"user": user, "team": {"id": TEAM}, "view": view})


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([FULL], (TOLD,)),
        ([FULL, {**FULL, "id": "F2"}], (TOLD, UploadedFile("F2", "september.csv", 12, TOLD.url))),
        ([{"id": "F1", "file_access": "check_file_info"}], (UploadedFile("F1", "F1", 0, ""),)),
        ([{"id": "F1", "name": None, "title": "Sales", "url_private": "u"}], (UploadedFile("F1", "Sales", 0, "u"),)),
        ([{"id": "F1", "name": "a", "size": "many"}], (UploadedFile("F1", "a", 0, ""),)),
        ([{"name": "no id"}, None, "F1", FULL], (TOLD,)),
        ([], ()),
        (None, ()),
    ],
)
async def test_what_slack_tells_of_files(denyut: Bench, files: Any, expected: tuple[UploadedFile, ...]) -> None:
    context = await submission(denyut, {"type": "file_input", "files": files})
    assert context.files == {"b0": expected}
    assert context.inputs == {"b0": ""}


async def test_other_inputs_have_no_files(denyut: Bench) -> None:
    context = await submission(denyut, {"type": "plain_text_input", "value": "x"}, {"type": "file_input"})
    assert context.files == {"b1": ()}
    assert context.inputs == {"b0": "x", "b1": ""}


def test_an_input_for_files_says_what_it_takes() -> None:
    element = kit.file_input("v", ("csv", "xlsx"))
    assert element == {"type": "file_input", "action_id": "v", "filetypes": ["csv", "xlsx"], "max_files": 1}


async def test_a_form_sent_on_the_bench_carries_its_files(denyut: Bench) -> None:
    heard: list[Submission] = []

    async def listen(sent: Submission) -> None:
        heard.append(sent)

    denyut.registry.forms["test.import"] = listen  # behind no gate, as nobody else offers it
    fields = [kit.field("sheet", "Sheet", kit.file_input("v", ["csv"])), kit.field("note", "Note", kit.text_input("v"))]
    view = kit.form("test.import", "Import", fields, submit="Send", close="Cancel")
    await denyut.submit(view, {"note": "x"}, files={"sheet": [("september.csv", b"a,b\n")]})
    (file,) = heard[0].files["sheet"]
    assert (file.name, file.size, heard[0].inputs["note"]) == ("september.csv", 4, "x")
    assert await denyut.slack.download(file.url, 100) == b"a,b\n"
