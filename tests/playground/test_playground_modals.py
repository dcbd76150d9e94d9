"""Modals and App Home: triggers, the stack, hashes, submitting and closing."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError

from tests.playground.playground_kit import eventually


def plain(text):
    return {"type": "plain_text", "text": text}


def field(block_id, optional=False, **element):
    element = {"type": "plain_text_input", "action_id": "in", **element}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, "optional": optional}


def modal(*blocks, title="Form", **more):
    words = {"title": plain(title), "submit": plain("Send")}
    return {"type": "modal", "callback_id": "form", **words, "blocks": list(blocks), **more}


NOTE = {"type": "section", "block_id": "note", "text": plain("hello")}


async def refused(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


@pytest.fixture
def opening(bot, ayu):
    """Opens a modal for Ayu by way of a command, and returns it as she sees it."""

    async def open_view(view):
        await ayu.command("/kpi form")
        await bot.web.views_open(trigger_id=bot.payloads[-1]["trigger_id"], view=view)
        return await ayu.wait_for_view()

    return open_view


def answers(bot, payload):
    async def answer(request):
        return payload if request.payload.get("type") == "view_submission" else None

    bot.answer = answer


async def test_a_trigger_works_once(bot, ayu):
    await ayu.command("/kpi form")
    trigger_id = bot.payloads[-1]["trigger_id"]

    view = (await bot.web.views_open(trigger_id=trigger_id, view=modal(NOTE)))["view"]

    assert view["hash"]
    assert (view["root_view_id"], view["previous_view_id"]) == (view["id"], None)
    assert await refused(bot.web.views_open(trigger_id=trigger_id, view=modal(NOTE))) == "exchanged_trigger_id"
    assert await refused(bot.web.views_open(trigger_id="1.2.3", view=modal(NOTE))) == "invalid_trigger_id"


async def test_a_trigger_expires(bot, ayu, playground):
    await ayu.command("/kpi form")
    triggers, now = playground.slack.triggers, asyncio.get_running_loop().time
    triggers._real = lambda: now() + 10

    call = bot.web.views_open(trigger_id=bot.payloads[-1]["trigger_id"], view=modal(NOTE))
    assert await refused(call) == "expired_trigger_id"


@pytest.mark.parametrize(
    "view",
    [
        modal(NOTE, title="x" * 25),
        modal(NOTE, private_metadata="x" * 3001),
        {**modal(field("a")), "submit": None},
        modal(NOTE, NOTE),
        modal({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}),
        {"type": "home", "blocks": [NOTE]},
    ],
    ids=["long title", "long metadata", "input without submit", "same block_id", "table in a modal", "home"],
)
async def test_a_view_slack_does_not_take_is_refused_and_keeps_the_trigger(bot, ayu, view):
    await ayu.command("/kpi form")
    trigger_id = bot.payloads[-1]["trigger_id"]

    assert await refused(bot.web.views_open(trigger_id=trigger_id, view=view)) == "invalid_arguments"
    assert (await bot.web.views_open(trigger_id=trigger_id, view=modal(NOTE)))["ok"]


async def test_a_view_above_250_kb_is_refused(bot, ayu):
    await ayu.command("/kpi form")
    blocks = [{"type": "section", "text": plain("x" * 2900)} for _ in range(95)]

    call = bot.web.views_open(trigger_id=bot.payloads[-1]["trigger_id"], view=modal(*blocks))
    assert await refused(call) == "view_too_large"


async def test_a_third_push_is_refused(bot, ayu, opening):
    await opening(modal(NOTE))
    for _ in range(2):
        await ayu.command("/kpi more")
        await bot.web.views_push(trigger_id=bot.payloads[-1]["trigger_id"], view=modal(NOTE))
    await ayu.command("/kpi more")

    call = bot.web.views_push(trigger_id=bot.payloads[-1]["trigger_id"], view=modal(NOTE))
    assert await refused(call) == "push_limit_reached"
    first, second, third = await ayu.views()
    assert (third["root_view_id"], third["previous_view_id"]) == (first["id"], second["id"])


async def test_an_update_needs_the_current_hash_and_an_open_view(bot, ayu, opening):
    view = await opening(modal(NOTE))
    other = modal(NOTE, title="Other")
    await bot.web.views_update(view_id=view["id"], hash=view["hash"], view=other)

    assert (await ayu.view())["title"]["text"] == "Other"
    assert await refused(bot.web.views_update(view_id=view["id"], hash=view["hash"], view=other)) == "hash_conflict"
    await ayu.close(view)
    assert await refused(bot.web.views_update(view_id=view["id"], view=other)) == "not_found"


async def test_an_update_keeps_what_was_typed_where_the_ids_stay(bot, ayu, opening):
    button = {"type": "button", "action_id": "go", "text": plain("Go")}
    actions = {"type": "actions", "block_id": "acts", "elements": [button]}
    view = await opening(modal(field("a"), field("b"), actions))
    typed = {"a": {"in": {"type": "plain_text_input", "value": "kept"}}}
    await ayu._act(view, actions, button, None, typed)
    assert bot.payloads[-1]["view"]["state"]["values"]["a"]["in"]["value"] == "kept"

    await bot.web.views_update(view_id=view["id"], view=modal(field("a"), field("b", action_id="new")))

    values = (await ayu.view())["state"]["values"]
    assert values == {
        "a": {"in": {"type": "plain_text_input", "value": "kept"}},
        "b": {"new": {"type": "plain_text_input", "value": None}},
    }


async def test_a_submission_carries_the_values_and_an_empty_answer_closes(bot, ayu, opening):
    select = {
        "type": "input", "block_id": "s", "label": plain("s"),
        "element": {"type": "static_select", "action_id": "pick", "options": [
            {"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"},
        ]},
    }  # fmt: skip
    view = await opening(modal(field("a"), field("b", optional=True), select, private_metadata="secret"))

    assert await ayu.submit(view, {"a": "text", "s": "2"}) == {"ok": True, "errors": {}, "error": None}

    sent = bot.payloads[-1]
    assert sent["type"] == "view_submission"
    assert sent["view"]["private_metadata"] == "secret"
    values = sent["view"]["state"]["values"]
    assert values["a"]["in"] == {"type": "plain_text_input", "value": "text"}
    assert values["b"]["in"]["value"] is None
    assert values["s"]["pick"]["selected_option"]["value"] == "2"
    assert await ayu.views() == []


async def test_slack_itself_asks_for_what_is_missing_or_out_of_bounds(bot, ayu, opening):
    number = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}
    view = await opening(modal(field("a"), field("n", **number), field("t", optional=True, min_length=3)))
    before = len(bot.requests)

    errors = (await ayu.submit(view, {"n": "10", "t": "xy"}))["errors"]

    assert errors["a"] == "This is a required field"
    assert set(errors) == {"a", "n", "t"}
    assert "whole number" in (await ayu.submit(view, {"a": "x", "n": "2.5", "t": ""}))["errors"]["n"]
    assert len(bot.requests) == before
    assert (await ayu.submit(view, {"a": "x", "n": "9"}))["ok"]


async def test_errors_of_the_bot_are_shown_and_the_view_stays(bot, ayu, opening):
    view = await opening(modal(field("a")))
    answers(bot, {"response_action": "errors", "errors": {"a": "Too small"}})

    assert (await ayu.submit(view, {"a": "x"}))["errors"] == {"a": "Too small"}
    assert len(await ayu.views()) == 1


@pytest.mark.parametrize(
    "payload",
    [
        {"response_action": "errors", "errors": {"note": "not an input"}},
        {"response_action": "errors", "errors": {"elsewhere": "unknown"}},
        {"response_action": "update", "view": modal(NOTE, title="x" * 25)},
        {"text": "ok"},
    ],
)
async def test_an_answer_that_makes_no_sense_fails_and_is_a_violation(bot, ayu, playground, opening, payload):
    view = await opening(modal(field("a"), NOTE))
    answers(bot, payload)

    assert (await ayu.submit(view, {"a": "x"}))["error"] == "submission_failed"
    assert playground.violations
    assert len(await ayu.views()) == 1


async def test_a_submission_can_update_push_and_clear(bot, ayu, opening):
    view = await opening(modal(field("a")))
    answers(bot, {"response_action": "update", "view": modal(field("b"), title="Second")})
    await ayu.submit(view, {"a": "x"})
    assert [each["title"]["text"] for each in await ayu.views()] == ["Second"]

    answers(bot, {"response_action": "push", "view": modal(field("c"), title="Third")})
    await ayu.submit(await ayu.view(), {"b": "x"})
    assert [each["title"]["text"] for each in await ayu.views()] == ["Second", "Third"]

    answers(bot, {"response_action": "clear"})
    await ayu.submit(await ayu.view(), {"c": "x"})
    assert await ayu.views() == []


async def test_closing_tells_the_bot_only_where_it_asked(bot, ayu, opening):
    quiet = await opening(modal(NOTE))
    await ayu.close(quiet)
    loud = await opening(modal(NOTE, notify_on_close=True))
    await ayu.close(loud)

    await eventually(lambda: any(each.get("type") == "view_closed" for each in bot.payloads))
    closed = [each for each in bot.payloads if each.get("type") == "view_closed"]
    assert [each["view"]["id"] for each in closed] == [loud["id"]]
    assert closed[0]["is_cleared"] is False


async def test_app_home_is_published_shown_and_clicked(bot, ayu):
    button = {"type": "button", "action_id": "go", "text": plain("Go")}
    home = {"type": "home", "blocks": [{"type": "actions", "block_id": "acts", "elements": [button]}]}
    assert await ayu.home() is None

    first = (await bot.web.views_publish(user_id="U0AYU", view=home))["view"]
    await bot.web.views_publish(user_id="U0AYU", view=home, hash=first["hash"])

    assert await refused(bot.web.views_publish(user_id="U0AYU", view=home, hash=first["hash"])) == "hash_conflict"
    await ayu.click(await ayu.wait_for_home(), "go")
    assert bot.payloads[-1]["container"] == {"type": "view", "view_id": first["id"]}
    await ayu.open_home()
    await eventually(lambda: bot.payloads[-1].get("type") == "event_callback")
    assert bot.payloads[-1]["event"]["view"]["id"] == first["id"]
