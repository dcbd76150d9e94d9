"""Work that goes on after Slack was answered, and breaks off: whoever waits for it hears so, alone, with what is
certain and no more; whoever reads the log finds one line."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog

from bot.domain.errors import DomainError
from bot.interactions import Say, Then, UpdateForm
from bot.slack import ids
from bot.slack.blocks import Message, field, form, section, text_input
from bot.slack.errors import SlackRefused
from storage import CannotRead, CannotWrite, StorageTrouble, UnclearWrite
from tests.features.harness import Bench

FAULTS = [
    (CannotRead("no such server"), "core.cannot_read"),
    (CannotWrite("disk full"), "core.cannot_write"),
    (UnclearWrite("fsync failed"), "core.unclear_write"),
]
PAGE = form("x", "A page", [section("One moment")], close="Close")
FORM = form("x", "A form", [field("a", "A", text_input("v"))], submit="Save", close="Close")


def fails(trouble: BaseException) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        raise trouble

    return work


async def well() -> None:
    """Work that gets through."""


def answering(bench: Bench, monkeypatch: pytest.MonkeyPatch, reply: Any, *, writes: int = 0) -> None:
    """A command (`/kpi list`), a click (`x`) and a form (`x`) that are answered so, after `writes` writes."""

    async def listen(context: Any) -> Any:
        for _ in range(writes):
            await context.services.storage.write(context.workspace_id, lambda db: db.members.get("U0BOB"))
        return reply

    sub = bench.registry.sub_commands["/kpi"]["list"]
    there = type(sub)(sub.command, sub.name, sub.feature, listen)
    monkeypatch.setitem(bench.registry._spoken["/kpi"], "list", there)
    monkeypatch.setitem(bench.registry.clicks, "x", listen)
    monkeypatch.setitem(bench.registry.forms, "x", listen)


def text(bench: Bench, key: str, language: str = "en") -> str:
    return bench.services.texts.t(language)(key)


def heard(bench: Bench) -> list[str]:
    """What came by a response's address or as a direct message."""
    return [message.text for _, message, _ in bench.slack.responses] + [
        each.message.text for each in bench.slack.posted
    ]


@pytest.mark.parametrize(("trouble", "key"), FAULTS)
@pytest.mark.parametrize(("user", "language"), [("U0BOB", "en"), ("U0AYU", "id")])
async def test_a_command_is_told_once_where_it_was_typed(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch, trouble: StorageTrouble, key: str, user: str, language: str
) -> None:
    answering(denyut, monkeypatch, Then(Say(Message("One moment")), fails(trouble)))
    with structlog.testing.capture_logs() as lines:
        answer = await denyut.command("/kpi list", user=user)
    assert answer.text == "One moment"
    assert heard(denyut) == [text(denyut, key, language)]
    assert denyut.slack.responses[0][2] is False, "nothing in the channel is replaced"
    assert denyut.slack.posted == []
    told = [each for each in lines if each["log_level"] in ("warning", "error")]
    assert [(each["action"], each["what"], each["error"]) for each in told] == [
        ("broke_off", "/kpi list", trouble.reason)
    ]


async def test_nothing_was_recorded_is_not_said_when_the_answer_recorded_something(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(denyut, monkeypatch, Then(Say(Message("Recorded")), fails(CannotWrite("disk full"))), writes=1)
    await denyut.command("/kpi list", user="U0BOB")
    assert heard(denyut) == [text(denyut, "core.unclear_write")]


async def test_nor_when_the_work_itself_did(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        await denyut.storage.write("T0TEST", lambda db: db.members.get("U0BOB"))
        raise CannotRead("gone")

    answering(denyut, monkeypatch, Then(Say(Message("One moment")), work))
    await denyut.command("/kpi list", user="U0BOB")
    assert heard(denyut) == [text(denyut, "core.unclear_write")]


async def test_a_click_in_a_message_is_told_beside_it(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(denyut, monkeypatch, Then(None, fails(CannotRead("gone"))))
    await denyut.click("x", user="U0BOB")
    assert [message.text for _, message, _ in denyut.slack.responses] == [text(denyut, "core.cannot_read")]


async def test_a_page_that_says_to_wait_says_it_instead(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(denyut, monkeypatch, Then(UpdateForm(PAGE), fails(CannotWrite("disk full"))))
    await denyut.submit(FORM, {"a": "b"}, user="U0BOB")
    ((view_id, view),) = denyut.slack.updated_views
    assert view_id == "V1"
    assert [block["text"]["text"] for block in view["blocks"]] == [text(denyut, "core.cannot_write")]
    assert heard(denyut) == []


@pytest.mark.parametrize("reply", [None, UpdateForm(FORM)], ids=["closed", "asks on"])
async def test_a_form_that_is_gone_or_asks_on_is_left_alone(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch, reply: Any
) -> None:
    """What stands in a form that asks on would be lost."""
    answering(denyut, monkeypatch, Then(reply, fails(CannotWrite("disk full"))))
    await denyut.submit(FORM, {"a": "b"}, user="U0BOB")
    assert [each.message.text for each in denyut.dms("U0BOB")] == [text(denyut, "core.cannot_write")]
    assert denyut.slack.updated_views == []


async def test_where_slack_does_not_take_it_there_it_comes_as_a_message(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def expired(*_: Any, **__: Any) -> None:
        raise SlackRefused("expired_url", "")

    monkeypatch.setattr(denyut.slack, "respond", expired)
    answering(denyut, monkeypatch, Then(Say(Message("One moment")), fails(CannotRead("gone"))))
    await denyut.command("/kpi list", user="U0BOB")
    assert [each.message.text for each in denyut.dms("U0BOB")] == [text(denyut, "core.cannot_read")]


async def test_a_bug_gives_a_reference_and_a_refusal_its_sentence(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(denyut, monkeypatch, Then(Say(Message("One moment")), fails(RuntimeError("secret detail"))))
    await denyut.command("/kpi list", user="U0BOB")
    answering(denyut, monkeypatch, Then(Say(Message("One moment")), fails(DomainError("core.stale"))))
    await denyut.command("/kpi list", user="U0BOB")
    bug, refusal = heard(denyut)
    assert "reference" in bug
    assert "secret" not in bug
    assert refusal == text(denyut, "core.stale")


async def test_work_that_gets_through_is_told_nobody(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the tests above."""
    answering(denyut, monkeypatch, Then(Say(Message("One moment")), well), writes=1)
    await denyut.command("/kpi list", user="U0BOB")
    assert heard(denyut) == []


async def test_what_slack_tells_is_told_nobody(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def listen(_: Any) -> Any:
        return Then(None, fails(CannotRead("gone")))

    monkeypatch.setitem(denyut.registry.events, "user_change", listen)
    with structlog.testing.capture_logs() as lines:
        await denyut.event({"type": "user_change", "user": {"id": "U0BOB"}})
    assert heard(denyut) == []
    assert [each["what"] for each in lines if each["log_level"] == "warning"] == ["user_change"]


async def test_ones_own_data_that_cannot_be_read_is_told(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real thing: a file that was promised."""
    reading = denyut.storage.read

    async def broken(workspace_id: str, work: Any) -> Any:
        if "export" in str(work.__code__.co_names):
            raise CannotRead("no such server")
        return await reading(workspace_id, work)

    monkeypatch.setattr(denyut.storage, "read", broken)
    await denyut.click(ids.PRIVACY_EXPORT, ids.pack(), user="U0BOB")
    assert heard(denyut)[-1] == text(denyut, "core.cannot_read")
    assert denyut.slack.uploads == []
