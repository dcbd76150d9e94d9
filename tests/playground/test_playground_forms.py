"""Forms of every kind of input, and choices in messages: what they start with, what the bot hears, what is kept."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack import blocks as kit
from bot.slack.elements import channels_select, people_select
from tests.playground.playground_kit import eventually

OPTIONS = [kit.option("One", "1"), kit.option("Two", "2", "the second"), kit.option("Three", "3")]
GROUPS = [
    {"label": kit.plain("Low"), "options": OPTIONS[:1]},
    {"label": kit.plain("High"), "options": OPTIONS[1:]},
]
ONLY_CHANNELS = {"include": ["public", "private"]}
HERE = {"default_to_current_conversation": True}

INPUTS = {
    "radio": kit.radio("a", OPTIONS, OPTIONS[1]),
    "ticks": kit.checkboxes("a", OPTIONS, OPTIONS[:2]),
    "menu": {"type": "static_select", "action_id": "a", "option_groups": GROUPS, "initial_option": OPTIONS[2]},
    "several": kit.multi_select("a", OPTIONS, OPTIONS[1:]),
    "channels": {**channels_select("a"), **HERE},
    "people": people_select("a", ["U0AYU"]),
    "decimal": kit.number_input("a", "12.5"),
    "whole": {**kit.number_input("a", "5", decimals=False), "min_value": "1", "max_value": "10"},
    "day": kit.date_input("a", "2026-11-26"),
    "time": kit.time_input("a", "09:30"),
    "words": kit.text_input("a", initial="two\nlines", multiline=True),
}
AT_FIRST = {
    "radio": {"type": "radio_buttons", "selected_option": OPTIONS[1]},
    "ticks": {"type": "checkboxes", "selected_options": OPTIONS[:2]},
    "menu": {"type": "static_select", "selected_option": OPTIONS[2]},
    "several": {"type": "multi_static_select", "selected_options": OPTIONS[1:]},
    "channels": {"type": "multi_conversations_select", "selected_conversations": ["C0SALES"]},
    "people": {"type": "multi_users_select", "selected_users": ["U0AYU"]},
    "decimal": {"type": "number_input", "value": "12.5"},
    "whole": {"type": "number_input", "value": "5"},
    "day": {"type": "datepicker", "selected_date": "2026-11-26"},
    "time": {"type": "timepicker", "selected_time": "09:30"},
    "words": {"type": "plain_text_input", "value": "two\nlines"},
}


def form(*blocks, title="Form"):
    return kit.form("form", title, blocks, submit="Send", close="Close")


def everything(*more):
    fields = [kit.field(name, name, element, optional=True, dispatch=True) for name, element in INPUTS.items()]
    return form(*fields, *more)


def values_of(payload):
    return {block: by_action["a"] for block, by_action in payload["view"]["state"]["values"].items()}


async def refused(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


@pytest.fixture
def opening(bot, ayu):
    """Opens a form for Ayu by way of a command in #sales, and returns it as she sees it."""

    async def open_view(view, channel="C0SALES"):
        await ayu.command("/kpi form", channel=channel)
        await bot.web.views_open(trigger_id=bot.payloads[-1]["trigger_id"], view=view)
        return await ayu.wait_for_view()

    return open_view


async def test_a_form_starts_with_its_initial_values_and_sends_them(bot, ayu, playground, opening):
    view = await opening(everything())

    assert (await ayu.submit(view))["ok"]

    assert values_of(bot.payloads[-1]) == AT_FIRST
    assert playground.violations == []


async def test_every_input_sends_what_was_chosen(bot, ayu, opening):
    view = await opening(everything())
    chosen = {"radio": "3", "ticks": ["3"], "menu": "1", "several": [], "channels": ["G0BOARD", "C0OTHER"]}
    chosen |= {"people": [], "decimal": "-0.5", "whole": 10, "day": "2027-01-04", "time": "23:59", "words": ""}

    assert (await ayu.submit(view, chosen))["ok"]

    sent = values_of(bot.payloads[-1])
    assert sent["radio"]["selected_option"] == OPTIONS[2]
    assert sent["ticks"]["selected_options"] == OPTIONS[2:]
    assert sent["menu"]["selected_option"] == OPTIONS[0]
    assert sent["several"]["selected_options"] == []
    assert sent["channels"]["selected_conversations"] == ["G0BOARD", "C0OTHER"]
    assert sent["people"]["selected_users"] == []
    assert (sent["decimal"]["value"], sent["whole"]["value"], sent["words"]["value"]) == ("-0.5", "10", None)
    assert (sent["day"]["selected_date"], sent["time"]["selected_time"]) == ("2027-01-04", "23:59")


@pytest.mark.parametrize(
    ("name", "value", "carried"),
    [
        ("radio", "3", {"selected_option": OPTIONS[2]}),
        ("ticks", ["2"], {"selected_options": OPTIONS[1:2]}),
        ("menu", "1", {"selected_option": OPTIONS[0]}),
        ("several", ["1", "2"], {"selected_options": OPTIONS[:2]}),
        ("channels", ["C0OTHER"], {"selected_conversations": ["C0OTHER"]}),
        ("people", ["U0BOB", "U0AYU"], {"selected_users": ["U0BOB", "U0AYU"]}),
        ("decimal", "3.25", {"value": "3.25"}),
        ("day", "2027-01-04", {"selected_date": "2027-01-04"}),
        ("time", "08:00", {"selected_time": "08:00"}),
        ("words", "changed", {"value": "changed"}),
    ],
)
async def test_an_input_that_dispatches_tells_of_itself_and_of_the_others(bot, ayu, opening, name, value, carried):
    view = await opening(everything())
    typed = {"whole": {"a": {"type": "number_input", "value": "7"}}}

    await ayu.choose(view, "a", value, state=typed, block_id=name)

    sent = bot.payloads[-1]
    [action] = sent["actions"]
    assert sent["type"] == "block_actions"
    assert sent["container"] == {"type": "view", "view_id": view["id"]}
    assert (action["block_id"], action["type"]) == (name, INPUTS[name]["type"])
    assert carried.items() <= action.items()
    others = {**AT_FIRST, "whole": {"type": "number_input", "value": "7"}}
    assert values_of(sent) == {**others, name: {"type": INPUTS[name]["type"], **carried}}


async def test_an_input_that_does_not_dispatch_is_quiet_until_the_form_is_sent(bot, ayu, opening):
    view = await opening(form(kit.field("radio", "r", INPUTS["radio"])))
    before = len(bot.payloads)

    await ayu.choose(view, "a", "3")
    assert len(bot.payloads) == before

    await ayu.submit(view)
    assert values_of(bot.payloads[-1])["radio"]["selected_option"] == OPTIONS[2]


@pytest.mark.parametrize(
    ("element", "where", "chosen"),
    [
        (HERE, "C0SALES", ["C0SALES"]),
        ({**HERE, "initial_conversations": ["C0OTHER"]}, "C0SALES", ["C0OTHER"]),
        (HERE, "G0BOARD", ["G0BOARD"]),
        (HERE, None, []),
        ({**HERE, "filter": {"include": ["private"]}}, "C0SALES", []),
        ({**HERE, "filter": {"exclude_bot_users": True}}, None, []),
        ({**HERE, "filter": {"include": ["im"]}}, None, ["D0AYU"]),
        ({}, "C0SALES", []),
    ],
)
async def test_a_menu_of_channels_may_start_with_the_current_one(ayu, opening, element, where, chosen):
    menu = {"type": "multi_conversations_select", "action_id": "a", "filter": ONLY_CHANNELS, **element}

    view = await opening(form(kit.field("c", "c", menu, optional=True)), channel=where)

    assert view["state"]["values"]["c"]["a"]["selected_conversations"] == chosen


async def test_a_menu_for_one_conversation_starts_with_the_current_one_also_in_a_form_on_top(bot, ayu, opening):
    menu = {"type": "conversations_select", "action_id": "a", **HERE}
    go = kit.actions([kit.button("Go", "go")], "acts")
    first = await opening(form(go))

    await ayu.click(first, "go")
    await bot.web.views_push(trigger_id=bot.payloads[-1]["trigger_id"], view=form(kit.field("c", "c", menu)))

    view = await ayu.wait_for_view(lambda each: each["id"] != first["id"])
    assert view["state"]["values"]["c"]["a"]["selected_conversation"] == "C0SALES"


@pytest.mark.parametrize(
    ("decimals", "value", "fault"),
    [
        (True, "1.5", None),
        (True, "-3", None),
        (True, ".5", None),
        (True, "1e3", "Enter a number"),
        (True, "1_000", "Enter a number"),
        (True, "1,5", "Enter a number"),
        (True, "nan", "Enter a number"),
        (True, "10.01", "no more than 10"),
        (True, "-3.5", "no less than -3"),
        (False, "1.5", "whole number"),
        (False, "2.0", None),
        (False, "7", None),
    ],
)
async def test_what_slack_takes_as_a_number(ayu, opening, decimals, value, fault):
    number = {**kit.number_input("a", decimals=decimals), "min_value": "-3", "max_value": "10"}
    view = await opening(form(kit.field("n", "n", number)))

    errors = (await ayu.submit(view, {"n": value}))["errors"]

    assert list(errors) == ([] if fault is None else ["n"])
    assert (fault or "") in errors.get("n", "")


@pytest.mark.parametrize(
    "element",
    [
        {**kit.number_input("a"), "initial_value": 5},
        {**kit.number_input("a"), "is_decimal_allowed": "yes"},
        {"type": "number_input", "action_id": "a"},
        {**channels_select("a"), "filter": {}},
        {**channels_select("a"), "filter": {"include": ["secret"]}},
        {**channels_select("a"), "default_to_current_conversation": "yes"},
        {**channels_select("a"), "initial_conversations": "C0SALES"},
        {**people_select("a"), "initial_users": [None]},
        {**people_select("a"), "initial_user": "U0AYU"},
        {**kit.checkboxes("a", OPTIONS), "initial_options": []},
        kit.radio("a", OPTIONS, kit.option("Four", "4")),
        kit.radio("a", []),
        kit.overflow("a", OPTIONS),
        kit.date_input("a", "tomorrow"),
        kit.time_input("a", "9:30"),
        {**kit.select("a", OPTIONS), "option_groups": GROUPS},
    ],
)
async def test_an_input_slack_does_not_take_is_refused(bot, ayu, element):
    await ayu.command("/kpi form")
    call = bot.web.views_open(trigger_id=bot.payloads[-1]["trigger_id"], view=form(kit.field("b", "b", element)))

    assert await refused(call) == "invalid_arguments"


async def test_a_form_has_up_to_100_blocks(bot, ayu, opening):
    rows = [kit.field(f"b{n}", str(n), kit.text_input("a"), optional=True) for n in range(100)]
    view = await opening(form(*rows))
    assert len((await ayu.view())["blocks"]) == 100

    call = bot.web.views_update(view_id=view["id"], view=form(*rows, kit.divider()))
    assert await refused(call) == "invalid_arguments"


async def test_menus_beside_rows_are_told_apart_by_their_block(bot, ayu, opening):
    menu = kit.overflow("more", [kit.option("Edit", "edit"), kit.option("Remove", "remove")])
    rows = [{**kit.section(f"Question {n}", accessory=menu), "block_id": f"q{n}"} for n in range(3)]
    view = await opening(everything(*rows))

    await ayu.choose(view, "more", "remove", block_id="q1")

    [action] = bot.payloads[-1]["actions"]
    assert (action["block_id"], action["type"], action["selected_option"]["value"]) == ("q1", "overflow", "remove")
    assert values_of(bot.payloads[-1]) == AT_FIRST, "a menu keeps no state, the inputs do"


async def test_an_update_keeps_what_was_chosen_where_both_ids_stay_and_resets_the_rest(bot, ayu, opening):
    view = await opening(everything())
    typed = {"decimal": {"a": {"type": "number_input", "value": "7.5"}}}
    await ayu.choose(view, "a", ["3"], state=typed, block_id="ticks")
    await ayu.choose(view, "a", ["U0BOB"], block_id="people")
    changed = everything()
    fields = {block["block_id"]: block for block in changed["blocks"]}
    fields["people"]["element"] = {**fields["people"]["element"], "action_id": "another"}
    fields["words"]["block_id"] = "words2"
    fields["decimal"]["element"] = kit.text_input("a", initial="now a text")
    fields["radio"]["element"] = kit.radio("a", OPTIONS, OPTIONS[2])

    await bot.web.views_update(view_id=view["id"], view=changed)

    values = (await ayu.view())["state"]["values"]
    assert values["ticks"]["a"]["selected_options"] == OPTIONS[2:]
    assert values["people"] == {"another": AT_FIRST["people"]}
    assert "words" not in values
    assert values["words2"]["a"] == AT_FIRST["words"]
    assert values["decimal"]["a"] == {"type": "plain_text_input", "value": "now a text"}
    assert values["radio"]["a"]["selected_option"] == OPTIONS[1], "the same ids keep what stood there before"


async def test_an_answer_to_a_submission_may_push_up_to_three_forms(bot, ayu, playground, opening):
    async def push(request):
        is_form = request.payload.get("type") == "view_submission"
        return {"response_action": "push", "view": form(kit.field("f", "f", kit.text_input("a")))} if is_form else None

    await opening(form(kit.field("f", "f", kit.text_input("a"))))
    bot.answer = push
    for count in (2, 3):
        assert (await ayu.submit(await ayu.view(), {"f": "x"}))["ok"]
        assert len(await ayu.views()) == count
    assert (await ayu.submit(await ayu.view(), {"f": "x"}))["error"] == "submission_failed"
    assert len(await ayu.views()) == 3
    assert "push_limit_reached" in playground.violations[-1].violation


async def test_the_form_below_can_be_updated_while_another_is_on_top(bot, ayu, opening):
    below = await opening(form(kit.actions([kit.button("Add", "add")], "acts")))
    await ayu.click(below, "add")
    await bot.web.views_push(trigger_id=bot.payloads[-1]["trigger_id"], view=form(kit.plain_section("above")))

    await bot.web.views_update(view_id=below["id"], view=form(kit.plain_section("now with it")))

    first, second = await ayu.views()
    assert first["blocks"][0]["text"]["text"] == "now with it"
    assert (second["previous_view_id"], second["root_view_id"]) == (below["id"], below["id"])
    await ayu.close(second)
    assert (await ayu.view())["id"] == below["id"]


@pytest.mark.parametrize(
    ("element", "value", "carried"),
    [
        (kit.radio("a", OPTIONS), "2", {"selected_option": OPTIONS[1]}),
        (kit.select("a", OPTIONS), "2", {"selected_option": OPTIONS[1]}),
        (kit.overflow("a", OPTIONS[:2]), "2", {"selected_option": OPTIONS[1]}),
        (kit.checkboxes("a", OPTIONS), ["2"], {"selected_options": OPTIONS[1:2]}),
        (kit.multi_select("a", OPTIONS), ["2"], {"selected_options": OPTIONS[1:2]}),
    ],
    ids=lambda each: each.get("type") if isinstance(each, dict) else None,
)
@pytest.mark.parametrize("beside", [True, False], ids=["beside a text", "in a row"])
async def test_choices_in_a_message(bot, ayu, playground, element, value, carried, beside):
    block = kit.section("Choose", accessory=element) if beside else kit.actions([element], "b")
    await bot.web.chat_postMessage(channel="U0AYU", text="Choose", blocks=[{**block, "block_id": "b"}])

    await ayu.choose(await ayu.wait_for_dm(), "a", value)

    await eventually(lambda: bot.payloads and bot.payloads[-1].get("type") == "block_actions")
    sent = bot.payloads[-1]
    assert carried.items() <= sent["actions"][0].items()
    stateful = element["type"] != "overflow"
    assert sent["state"]["values"] == ({"b": {"a": {"type": element["type"], **carried}}} if stateful else {})
    assert sent["message"]["blocks"][0]["block_id"] == "b"
    assert playground.violations == []
