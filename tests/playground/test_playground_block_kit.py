"""Block Kit as Slack checks it: limits at their edge, surfaces, structure; slackblocks serves as the oracle."""

import json
from pathlib import Path

import pytest
import slackblocks as sb
from hypothesis import given
from hypothesis import strategies as st
from slackblocks import _limits, _surfaces

from bot.playground.block_kit.mrkdwn import mrkdwn_faults, shown_faults
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.playground.limits import LIMITS, SURFACES
from bot.playground.slack_error import SlackError

REFERENCE = Path(__file__).parents[3] / "shared" / "data"


def faults(blocks, surface="message", ready=True, **view):
    """The faults found in blocks on a surface, empty when Slack would take them."""
    try:
        if surface == "message":
            check_message_blocks(blocks, lambda _file: ready)
        else:
            title = {"title": plain("t"), "submit": plain("s")} if surface == "modal" else {}
            check_view({"type": surface, "blocks": blocks, **title, **view}, surface, lambda _file: ready)
    except SlackError as error:
        return [error.code, *error.messages]
    return []


def plain(text):
    return {"type": "plain_text", "text": text}


def option(value, text="o"):
    return {"text": plain(text), "value": value}


def options(count):
    return [option(str(each)) for each in range(count)]


def button(**more):
    return {"type": "button", "text": plain("b"), **more}


def select(**more):
    return {"type": "static_select", **more}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def section(text="x", **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def field(**element):
    return {"type": "input", "label": plain("l"), "element": {"type": "plain_text_input", **element}}


def chart(categories, series=None, title="t"):
    series = series or [{"name": "s", "data": [{"label": each, "value": 1} for each in categories]}]
    inner = {"type": "line", "series": series, "axis_config": {"categories": categories}}
    return {"type": "data_visualization", "title": title, "chart": inner}


def pie(count):
    segments = [{"label": str(each), "value": 1} for each in range(count)]
    return {"type": "data_visualization", "title": "t", "chart": {"type": "pie", "segments": segments}}


def table(rows, columns, **more):
    cell = {"type": "raw_text", "text": "c"}
    return {"type": "table", "rows": [[cell] * columns for _ in range(rows)], **more}


MINIMAL = {
    "actions": actions(button()),
    "alert": {"type": "alert", "text": plain("a")},
    "card": {"type": "card", "title": plain("c")},
    "carousel": {"type": "carousel", "elements": [{"type": "card", "title": plain("c")}]},
    "container": {"type": "container", "title": plain("c"), "child_blocks": [{"type": "divider"}]},
    "context": {"type": "context", "elements": [plain("c")]},
    "context_actions": {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "icon": "trash", "text": plain("i")}],
    },
    "data_table": {
        "type": "data_table",
        "caption": "c",
        "rows": [[{"type": "raw_text", "text": "h"}], [{"type": "raw_number", "value": 1, "text": "1"}]],
    },
    "data_visualization": chart(["a"]),
    "divider": {"type": "divider"},
    "file": {"type": "file", "external_id": "e", "source": "remote"},
    "header": {"type": "header", "text": plain("h")},
    "image": {"type": "image", "image_url": "https://a.example/b.png", "alt_text": "i"},
    "input": field(),
    "markdown": {"type": "markdown", "text": "m"},
    "plan": {"type": "plan", "title": "p", "tasks": [{"task_id": "1", "title": "t", "status": "pending"}]},
    "rich_text": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "t"}]}],
    },
    "section": section(),
    "table": table(1, 1),
    "task_card": {"type": "task_card", "task_id": "1", "title": "t", "status": "complete"},
    "video": {
        "type": "video",
        "alt_text": "v",
        "title": plain("v"),
        "thumbnail_url": "https://a.example/b.png",
        "video_url": "https://a.example/b",
    },
}


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize("kind", sorted(SURFACES))
def test_a_block_is_taken_on_its_surfaces_only(kind, surface):
    found = faults([MINIMAL[kind]], surface)

    if surface in SURFACES[kind]:
        assert found == []
    else:
        assert "not allowed in a" in found[1]


def test_an_unknown_block_is_refused():
    assert "unsupported type: marquee" in faults([{"type": "marquee"}])[1]


EDGES = [
    ("section.text.max_length", lambda n: section("x" * n)),
    ("section.fields.max_items", lambda n: {"type": "section", "fields": [plain("f")] * n}),
    ("section.fields.item_max_length", lambda n: {"type": "section", "fields": [plain("f" * n)]}),
    ("header.text.max_length", lambda n: {"type": "header", "text": plain("h" * n)}),
    ("context.elements.max_items", lambda n: {"type": "context", "elements": [plain("c")] * n}),
    ("actions.elements.max_items", lambda n: actions(*[button(action_id=str(i)) for i in range(n)])),
    ("button.text.max_length", lambda n: actions({"type": "button", "text": plain("b" * n)})),
    ("button.value.max_length", lambda n: actions(button(value="v" * n))),
    ("button.url.max_length", lambda n: actions(button(url="https://" + "u" * (n - 8)))),
    ("action_id.max_length", lambda n: actions(button(action_id="a" * n))),
    ("block_id.max_length", lambda n: section(block_id="b" * n)),
    ("option.text.max_length", lambda n: actions(select(options=[option("v", "t" * n)]))),
    ("option.value.max_length", lambda n: actions(select(options=[option("v" * n)]))),
    ("select.options.max_items", lambda n: actions(select(options=options(n)))),
    ("select.placeholder.max_length", lambda n: actions(select(options=options(1), placeholder=plain("p" * n)))),
    ("overflow.options.max_items", lambda n: actions({"type": "overflow", "options": options(n)})),
    ("checkboxes.options.max_items", lambda n: actions({"type": "checkboxes", "options": options(n)})),
    ("radio_buttons.options.max_items", lambda n: actions({"type": "radio_buttons", "options": options(n)})),
    ("input.label.max_length", lambda n: {**field(), "label": plain("l" * n)}),
    ("input.hint.max_length", lambda n: {**field(), "hint": plain("h" * n)}),
    ("plain_text_input.placeholder.max_length", lambda n: field(placeholder=plain("p" * n))),
    ("plain_text_input.max_length.max", lambda n: field(max_length=n)),
    ("image.alt_text.max_length", lambda n: {**MINIMAL["image"], "alt_text": "a" * n}),
    ("markdown.text.max_length", lambda n: {"type": "markdown", "text": "m" * n}),
    ("table.rows.max_items", lambda n: table(n, 1)),
    ("table.columns.max_items", lambda n: table(1, n)),
    ("data_visualization.title.max_length", lambda n: chart(["a"], title="t" * n)),
    ("data_visualization.categories.max_items", lambda n: chart([str(each) for each in range(n)])),
    ("data_visualization.category_label.max_length", lambda n: chart(["c" * n])),
    (
        "data_visualization.series.max_items",
        lambda n: chart(["a"], [{"name": str(each), "data": [{"label": "a", "value": 1}]} for each in range(n)]),
    ),
    (
        "data_visualization.series_name.max_length",
        lambda n: chart(["a"], [{"name": "n" * n, "data": [{"label": "a", "value": 1}]}]),
    ),
    ("data_visualization.segments.max_items", pie),
]


@pytest.mark.parametrize(("limit", "block"), EDGES, ids=[limit for limit, _ in EDGES])
def test_a_limit_holds_at_its_edge(limit, block):
    assert faults([block(LIMITS[limit])]) == []
    assert faults([block(LIMITS[limit] + 1)])[0] == "invalid_blocks"


@pytest.mark.parametrize(
    ("surface", "most"), [("message", "message.blocks.max_items"), ("home", "view.blocks.max_items")]
)
def test_the_number_of_blocks_is_limited(surface, most):
    assert faults([{"type": "divider"}] * LIMITS[most], surface) == []
    assert faults([{"type": "divider"}] * (LIMITS[most] + 1), surface)


@pytest.mark.parametrize(("part", "limit"), [("title", 24), ("submit", 24), ("close", 24)])
def test_the_words_around_a_modal_are_short(part, limit):
    assert faults([section()], "modal", **{part: plain("x" * limit)}) == []
    assert faults([section()], "modal", **{part: plain("x" * (limit + 1))})


WRONG = {
    "empty text": section(""),
    "section with nothing": {"type": "section"},
    "header in mrkdwn": {"type": "header", "text": {"type": "mrkdwn", "text": "h"}},
    "input label in mrkdwn": {**field(), "label": {"type": "mrkdwn", "text": "l"}},
    "unknown field": section(colour="red"),
    "button without text": actions({"type": "button"}),
    "button of another style": actions(button(style="pretty")),
    "text input among actions": actions({"type": "plain_text_input"}),
    "text input as accessory": section(accessory={"type": "plain_text_input"}),
    "button as input": {**field(), "element": button()},
    "same action_id twice": actions(button(action_id="a"), button(action_id="a")),
    "same option value twice": actions(select(options=[option("a"), option("a")])),
    "no options": actions(select(options=[])),
    "options and groups": actions(
        select(options=options(1), option_groups=[{"label": plain("g"), "options": options(1)}])
    ),
    "initial option of another menu": actions(select(options=options(2), initial_option=option("9"))),
    "empty initial options": actions({"type": "checkboxes", "options": options(2), "initial_options": []}),
    "date of another form": actions({"type": "datepicker", "initial_date": "26-11-2026"}),
    "time of another form": actions({"type": "timepicker", "initial_time": "9:00"}),
    "number input without decimals said": {**field(), "element": {"type": "number_input"}},
    "image from nowhere": {"type": "image", "alt_text": "a"},
    "image from two places": {**MINIMAL["image"], "slack_file": {"id": "F1"}},
    "image without words": {"type": "image", "image_url": "https://a.example/b.png"},
    "confirm without words": actions(button(confirm={"title": plain("t")})),
    "point outside the categories": chart(["a"], [{"name": "s", "data": [{"label": "b", "value": 1}]}]),
    "point without a number": chart(["a"], [{"name": "s", "data": [{"label": "a", "value": "1"}]}]),
    "chart of another type": {"type": "data_visualization", "title": "t", "chart": {"type": "radar"}},
    "segment of nothing": {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]},
    },
    "table cell of another type": {"type": "table", "rows": [[{"type": "mrkdwn", "text": "a"}]]},
    "empty table cell": {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]},
    "column aligned elsewhere": table(1, 1, column_settings=[{"align": "top"}]),
    "rich text of unknown pieces": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "blink"}]}],
    },
    "block that is no object": "hello",
}


@pytest.mark.parametrize("block", WRONG.values(), ids=WRONG)
def test_a_block_that_is_wrong_is_refused(block):
    code, *messages = faults([block])

    assert code == "invalid_blocks"
    assert all("[json-pointer:/blocks/0" in each for each in messages)


def test_block_ids_are_unique_in_the_whole():
    assert faults([section(block_id="a"), section(block_id="b")]) == []
    assert faults([section(block_id="a"), section(block_id="a")])


def test_ids_inside_a_container_count_too():
    def container(*children):
        return {"type": "container", "block_id": "c", "title": plain("c"), "child_blocks": list(children)}

    assert faults([container(section(block_id="a"), section(block_id="b"))]) == []
    assert faults([container(section(block_id="a")), section(block_id="a")])
    assert faults([container(actions(button(action_id="x"), button(action_id="x")))])


def test_a_message_has_one_table_and_two_charts():
    assert faults([table(1, 1), chart(["a"]), chart(["a"])]) == []
    assert faults([table(1, 1), table(1, 1)])[0] == "only_one_table_allowed"
    assert faults([chart(["a"])] * 3)[0] == "invalid_blocks"


def test_a_modal_with_an_input_needs_submit():
    assert faults([field()], "modal") == []
    assert "submit" in faults([field()], "modal", submit=None)[1]
    assert faults([section()], "modal", submit=None) == []


def test_a_file_that_is_not_ready_is_refused():
    image = {"type": "image", "alt_text": "a", "slack_file": {"id": "F1"}}

    assert faults([image]) == []
    assert "invalid slack file" in faults([image], ready=False)[1]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("<@U1> <#C1> <!here> <!subteam^S1|team> <https://a.example|a> <mailto:a@b.example|b>", []),
        ("<!date^1760000000^{date_short}|soon>", []),
        ("a &lt;b&gt; &amp; c, 3 < 4", []),
        ("<@U2>", ["<@U2>"]),
        ("<#C2|sales>", ["<#C2|sales>"]),
        ("<!all>", ["<!all>"]),
        ("<!subteam^S2|@team>", ["<!subteam^S2|@team>"]),
        ("<!date^1760000000^{date_short}>", ["<!date^1760000000^{date_short}>"]),
        ("<b>bold</b>", ["<b>", "</b>"]),
    ],
)
def test_what_mrkdwn_shows_wrong_is_noticed(text, wrong):
    assert mrkdwn_faults(text, {"U1"}, {"C1"}, {"S1"}) == [f"mrkdwn shows wrong: {each}" for each in wrong]


def test_a_mention_in_plain_text_is_noticed():
    blocks = [{"type": "header", "text": plain("for <@U1>")}, section("for <@U1>")]

    assert list(shown_faults(blocks, {"U1"}, set())) == ["plain_text shows as typed: <@U1>"]


JUNK = st.sampled_from([None, 0, -1, 1.5, True, "", "x", [], {}, [None], [[]], [{}], {"type": []}, {"a": {}}])


def _places(value, path=()):
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from _places(each, (*path, key))


def _spoilt(value, path, junk):
    if not path:
        return junk
    copy = value.copy()
    copy[path[0]] = _spoilt(value[path[0]], path[1:], junk)
    return copy


RICH = [
    *MINIMAL.values(),
    actions(button(confirm={each: plain("c") for each in ("title", "text", "confirm", "deny")})),
    section(accessory={"type": "multi_static_select", "options": options(2), "initial_options": options(1)}),
    actions(select(option_groups=[{"label": plain("g"), "options": options(2)}], initial_option=option("0"))),
    actions({"type": "conversations_select", "filter": {"include": ["public"]}}),
    field(dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]}, min_length=1, max_length=5),
    table(2, 2, column_settings=[{"align": "left"}, None]),
    pie(2),
]


@given(block=st.sampled_from(RICH), data=st.data())
def test_whatever_is_sent_the_check_itself_does_not_break(block, data):
    place = data.draw(st.sampled_from(list(_places(block))))
    spoilt = _spoilt(block, place, data.draw(JUNK))

    for surface in ("message", "modal", "home"):
        assert isinstance(faults([spoilt], surface), list)


# The oracle


def test_the_limits_are_those_of_slackblocks():
    known = {name: value for name, value in vars(_limits).items() if name.isupper()}

    assert {name.upper().replace(".", "_"): value for name, value in LIMITS.items()} == known


@pytest.mark.parametrize("surface", ["message", "modal"])
def test_the_surfaces_are_those_of_slackblocks(surface):
    mine = {kind for kind, surfaces in SURFACES.items() if surface in surfaces}

    assert mine == _surfaces._BLOCK_TYPES_BY_SURFACE[surface]


def test_home_takes_no_charts_and_no_containers_to_be_on_the_safe_side():
    mine = {kind for kind, surfaces in SURFACES.items() if "home" in surfaces}

    assert _surfaces._BLOCK_TYPES_BY_SURFACE["home"] - mine == {"container", "data_visualization"}


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference tables are not beside this checkout")
def test_the_copies_are_those_of_the_reference_tables():
    limits = json.loads((REFERENCE / "block-limits.json").read_text())
    surfaces = json.loads((REFERENCE / "block-surfaces.json").read_text())["blocks"]

    assert limits == LIMITS
    assert {kind: frozenset(found) for kind, found in surfaces.items()} == SURFACES


def _options(count):
    return [sb.Option(sb.PlainText("o"), str(each)) for each in range(count)]


def _chart(points):
    labels = [str(each) for each in range(points)]
    data = sb.DataSeries("s", [sb.DataPoint(each, 1) for each in labels])
    return sb.DataVisualizationBlock("t", sb.LineChart([data], sb.AxisConfig(labels)))


ORACLE = {
    "section": (lambda n: sb.SectionBlock("x" * n), [0, 1, 3000, 3001]),
    "fields": (lambda n: sb.SectionBlock(fields=["f"] * n), [1, 10, 11]),
    "header": (lambda n: sb.HeaderBlock("h" * n), [1, 150, 151]),
    "context": (lambda n: sb.ContextBlock([sb.Text("c")] * n), [1, 10, 11]),
    "actions": (lambda n: sb.ActionsBlock([sb.Button("b", str(each)) for each in range(n)]), [1, 25, 26]),
    "button text": (lambda n: sb.ActionsBlock(sb.Button("b" * n, "a")), [1, 75, 76]),
    "button value": (lambda n: sb.ActionsBlock(sb.Button("b", "a", value="v" * n)), [1, 2000, 2001]),
    "overflow": (lambda n: sb.ActionsBlock(sb.OverflowMenu("a", _options(n))), [1, 5, 6]),
    "select": (
        lambda n: sb.ActionsBlock(sb.StaticSelectMenu("a", _options(n), placeholder="p")),
        [1, 100, 101],
    ),
    "option value": (
        lambda n: sb.ActionsBlock(sb.StaticSelectMenu("a", [sb.Option(sb.PlainText("o"), "v" * n)], placeholder="p")),
        [1, 150, 151],
    ),
    "checkboxes": (lambda n: sb.ActionsBlock(sb.CheckboxGroup("a", _options(n))), [1, 10, 11]),
    "radio": (lambda n: sb.ActionsBlock(sb.RadioButtonGroup("a", _options(n))), [1, 10, 11]),
    "input label": (lambda n: sb.InputBlock("l" * n, sb.PlainTextInput("a")), [1, 2000, 2001]),
    "table rows": (lambda n: sb.TableBlock([[sb.RawText("c")]] * n), [1, 100, 101]),
    "table columns": (lambda n: sb.TableBlock([[sb.RawText("c")] * n]), [1, 20, 21]),
    "chart points": (_chart, [1, 20, 21]),
    "markdown": (lambda n: sb.MarkdownBlock("m" * n), [1, 12000, 12001]),
    "image": (lambda n: sb.ImageBlock("https://a.example/b.png", "a" * n), [1, 2000, 2001]),
    "card title": (lambda n: sb.CardBlock(title="t" * n), [1, 150, 151]),
    "card actions": (
        lambda n: sb.CardBlock(title="t", actions=[sb.Button("b", str(each)) for each in range(n)]),
        [1, 3, 4],
    ),
}
CASES = [(name, size) for name, (_, sizes) in ORACLE.items() for size in sizes]


@pytest.mark.parametrize(("name", "size"), CASES)
def test_slackblocks_agrees_at_the_edges(name, size):
    build, sizes = ORACLE[name]
    try:
        block = json.loads(json.dumps(build(size)._resolve()))
    except sb.InvalidUsageError:
        assert size in (0, sizes[-1])
        return

    assert size != sizes[-1], "the oracle took what is above the limit"
    assert faults([block]) == []


def test_a_whole_modal_of_slackblocks_is_taken():
    modal = sb.ModalView(
        title="Log KPIs",
        submit="Save",
        close="Cancel",
        private_metadata="{}",
        blocks=[
            sb.InputBlock("Value", sb.PlainTextInput("value", placeholder="12,5 jt"), block_id="v"),
            sb.InputBlock("When", sb.DatePicker("date", initial_date="2026-11-26"), block_id="d", optional=True),
            sb.InputBlock("Number", sb.NumberInput(is_decimal_allowed=True, action_id="n"), block_id="n"),
            sb.SectionBlock("Choose", accessory=sb.UserSelectMenu("user", placeholder="who"), block_id="u"),
        ],
    )

    check_view(json.loads(json.dumps(modal._resolve())), "modal", lambda _file: True)
