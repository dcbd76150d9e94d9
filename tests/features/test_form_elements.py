"""What elements of forms and messages carry reaches a listener as text: through the builders, the bench and Bolt."""

from collections.abc import Sequence

import pytest

from bot.interactions import Click, OpenForm, Reply, Submission, UpdateForm
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    checkboxes,
    date_input,
    field,
    form,
    multi_select,
    number_input,
    option,
    overflow,
    plain_section,
    radio,
    section,
    select,
    text_input,
    time_input,
)
from bot.slack.elements import channels_select, people_select
from bot.slack.errors import SlackRefused
from bot.slack.gateway import UserGroup
from tests.features.harness import Bench, checked_view

OPTIONS = (option("One", "1"), option("Two", "2", "the second"), option("Three", "3"))
ELEMENTS: dict[str, Block] = {
    "radio": radio("e.radio", OPTIONS, OPTIONS[1]),
    "ticks": checkboxes("e.ticks", OPTIONS, OPTIONS[:2]),
    "menu": select("e.menu", OPTIONS, initial=OPTIONS[2]),
    "several": multi_select("e.several", OPTIONS, OPTIONS[1:], "Which"),
    "channels": channels_select("e.channels", ["C0SALES", "C0PAIR"], "Where"),
    "people": people_select("e.people", ["U0AYU"], "Who"),
    "number": number_input("e.number", "12.5"),
    "day": date_input("e.day", "2026-11-26"),
    "time": time_input("e.time", "09:30"),
    "words": text_input("e.words", initial="two\nlines", multiline=True),
}
AT_FIRST = {
    "radio": "2",
    "ticks": "1,2",
    "menu": "3",
    "several": "2,3",
    "channels": "C0SALES,C0PAIR",
    "people": "U0AYU",
    "number": "12.5",
    "day": "2026-11-26",
    "time": "09:30",
    "words": "two\nlines",
}


def everything(*more: Block) -> Block:
    inputs = [field(name, name, element, optional=True, dispatch=True) for name, element in ELEMENTS.items()]
    return checked_view(form("e.form", "A form", [*inputs, *more], submit="Send", close="Close"))


class Ears:
    """Listens to everything the elements send: behind no gate, as nobody else offers these."""

    def __init__(self, bench: Bench, reply: Reply = None) -> None:
        self.clicks: list[Click] = []
        self.submissions: list[Submission] = []
        self.reply = reply
        for action_id in [element["action_id"] for element in ELEMENTS.values()] + ["e.more", "e.go"]:
            bench.registry.clicks[action_id] = self.click
        bench.registry.forms["e.form"] = self.submission

    async def click(self, click: Click) -> Reply:
        self.clicks.append(click)
        return self.reply

    async def submission(self, submission: Submission) -> Reply:
        self.submissions.append(submission)
        return self.reply


@pytest.mark.parametrize(
    ("name", "choice", "raw"),
    [
        ("radio", "3", "3"),
        ("ticks", ["1", "3"], "1,3"),
        ("ticks", [], ""),
        ("menu", "1", "1"),
        ("menu", None, ""),
        ("several", ["3", "1"], "3,1"),
        ("channels", ["C0PAIR"], "C0PAIR"),
        ("people", ["U0BOB", "U0AYU"], "U0BOB,U0AYU"),
        ("people", [], ""),
        ("number", "7.5", "7.5"),
        ("number", "0", "0"),
        ("day", "2026-12-01", "2026-12-01"),
        ("time", "17:00", "17:00"),
        ("words", "other words", "other words"),
        ("words", None, ""),
    ],
)
async def test_a_choice_in_a_form_carries_itself_and_what_stands_in_the_other_inputs(
    denyut: Bench, name: str, choice: str | Sequence[str] | None, raw: str
) -> None:
    ears = Ears(denyut)
    await denyut.choose(everything(), f"e.{name}", choice)
    (click,) = ears.clicks
    assert click.raw == raw
    assert click.state == {**AT_FIRST, name: raw}


async def test_a_form_is_read_as_text_by_block(denyut: Bench) -> None:
    ears = Ears(denyut)
    await denyut.submit(everything(), {})
    await denyut.submit(
        everything(), {"radio": "1", "ticks": [], "several": [], "channels": [], "people": [], "number": None}
    )
    first, second = ears.submissions
    assert first.inputs == AT_FIRST
    nothing = dict.fromkeys(("ticks", "several", "channels", "people", "number"), "")
    assert second.inputs == {**AT_FIRST, **nothing, "radio": "1"}


async def test_an_overflow_menu_of_one_block_among_many(denyut: Bench) -> None:
    ears = Ears(denyut)
    menu = overflow("e.more", [option("Edit", "edit"), option("Remove", "remove")])
    rows = [{**section(f"Question {n}", accessory=menu), "block_id": f"q{n}"} for n in range(3)]
    view = everything(*rows)
    await denyut.press(view, "Remove", block_id="q1")
    await denyut.choose(view, "e.more", "edit", block_id="q2", inputs={"number": "3"})
    assert [click.raw for click in ears.clicks] == ["remove", "edit"]
    assert ears.clicks[1].state["number"] == "3"
    with pytest.raises(AssertionError, match="3 elements"):
        await denyut.choose(view, "e.more", "edit")


@pytest.mark.parametrize("element", [ELEMENTS["radio"], ELEMENTS["menu"]])
async def test_a_choice_in_a_message(denyut: Bench, element: Block) -> None:
    ears = Ears(denyut)
    beside = Message("Choose", (section("Choose", accessory=element),))
    below = Message("Choose", (plain_section("Choose"), actions([element], "below")))
    for message in (beside, below):
        sent = await denyut.slack.post("U0AYU", message)
        posted = denyut.dms("U0AYU")[-1]
        await denyut.choose(posted, element["action_id"], "1")
        assert (ears.clicks[-1].raw, ears.clicks[-1].message_ts) == ("1", sent.ts)


async def test_the_bench_chooses_only_what_slack_would_offer(denyut: Bench) -> None:
    """The control of the choices above."""
    Ears(denyut)
    quiet = checked_view(form("e.form", "A form", [field("r", "R", ELEMENTS["radio"])], submit="Send", close="Close"))
    for view, action_id, wish in (
        (everything(), "e.radio", "4"),
        (everything(), "e.ticks", "1"),
        (everything(), "e.radio", ["1"]),
        (quiet, "e.radio", "1"),
    ):
        with pytest.raises(AssertionError):
            await denyut.choose(view, action_id, wish)
    with pytest.raises(AssertionError):
        await denyut.submit(everything(), {"nowhere": "1"})


async def test_the_newest_form_is_the_one_shown_last_whichever_way(denyut: Bench) -> None:
    def named(title: str) -> Block:
        return {**everything(), "title": {"type": "plain_text", "text": title}}

    ears = Ears(denyut, OpenForm(named("opened")))
    await denyut.click("e.go")
    assert denyut.form() == named("opened")
    ears.reply = UpdateForm(named("changed"))
    await denyut.choose(denyut.form(), "e.radio", "1")
    assert denyut.form() == named("changed")
    ears.reply = UpdateForm(named("answered"))
    await denyut.submit(denyut.form(), {})
    assert denyut.form() == named("answered")
    ears.reply = OpenForm(named("on top"))
    await denyut.submit(denyut.form(), {})
    assert denyut.form() == named("on top")


async def test_groups_of_people(denyut: Bench) -> None:
    denyut.slack.groups["S0LEADS"] = ("sales-leads", "Sales leads", ["U0AYU", "U0BOB"])
    assert await denyut.slack.user_groups() == [UserGroup("S0LEADS", "sales-leads", "Sales leads")]
    assert await denyut.slack.group_members("S0LEADS") == ["U0AYU", "U0BOB"]
    with pytest.raises(SlackRefused, match="no_such_subteam"):
        await denyut.slack.group_members("S0NONE")
    denyut.slack.refusals["user_groups"] = "missing_scope"
    with pytest.raises(SlackRefused, match="missing_scope"):
        await denyut.slack.user_groups()
