"""Home is drawn anew after what is done on it, also through forms that were opened there, and else left alone."""

import pytest

from bot.interactions import FormErrors, OpenForm, Say, ShowHome, Then, UpdateForm
from bot.replies import following, page_to_redraw
from bot.slack import ids
from bot.slack.blocks import Message
from tests.features.harness import Bench
from tests.features.test_home import home_of

FORM = {"type": "modal", "private_metadata": ids.pack(kpi="leads")}
ON_HOME = {"type": "home", "private_metadata": ids.pack(home=2)}


def test_a_form_opened_on_home_remembers_the_page_and_what_it_carries() -> None:
    opened = following(FORM, ON_HOME)
    assert ids.home_page(opened["private_metadata"]) == 2
    assert ids.unpack(opened["private_metadata"])["kpi"] == "leads"


def test_so_do_the_forms_that_follow_it() -> None:
    second = following({"type": "modal", "private_metadata": ""}, following(FORM, ON_HOME))
    assert ids.home_page(second["private_metadata"]) == 2


@pytest.mark.parametrize("shown", [None, FORM, {"type": "modal"}, {"type": "home", "private_metadata": "not ours"}])
def test_a_form_opened_elsewhere_stays_as_it_is(shown: dict[str, str] | None) -> None:
    assert following(FORM, shown) == FORM


@pytest.mark.parametrize("metadata", ["not ours", ids.pack(text="x" * 2990)])
def test_what_is_not_ours_or_too_long_is_carried_as_it_is(metadata: str) -> None:
    assert following({"type": "modal", "private_metadata": metadata}, ON_HOME)["private_metadata"] == metadata


@pytest.mark.parametrize("page", ["2", -1, None, [2]])
def test_a_mark_that_is_no_page_is_none(page: object) -> None:
    assert ids.home_page(str({"v": 1, "home": page}).replace("'", '"').replace("None", "null")) is None


async def test_clicks_that_do_something_draw_it_and_those_that_only_open_do_not(denyut: Bench) -> None:
    await home_of(denyut, "U0BOB")
    home = denyut.slack.homes.pop("U0BOB")
    await denyut.press(home, "Change my settings", user="U0BOB")
    assert "U0BOB" not in denyut.slack.homes
    await denyut.command("/checkin away 2026-12-24", user="U0BOB")
    assert "U0BOB" not in denyut.slack.homes, "a command is no click on Home"
    await home_of(denyut, "U0BOB")
    home = denyut.slack.homes.pop("U0BOB")
    await denyut.press(home, "Remove", user="U0BOB")
    assert "U0BOB" in denyut.slack.homes


async def test_a_form_that_is_refused_draws_nothing(denyut: Bench) -> None:
    await home_of(denyut, "U0BOB")
    await denyut.press(denyut.slack.homes.pop("U0BOB"), "Change my settings", user="U0BOB")
    await denyut.submit(denyut.form(), {"zone": "Mars"}, user="U0BOB")
    assert "U0BOB" not in denyut.slack.homes
    await denyut.submit(denyut.form(), {"zone": "Asia/Tokyo"}, user="U0BOB")
    assert "U0BOB" in denyut.slack.homes


def test_only_what_changes_something_counts() -> None:
    body = {"view": ON_HOME}
    for reply in (OpenForm(FORM), ShowHome(ON_HOME), FormErrors({}), Then(OpenForm(FORM), _nothing)):
        assert page_to_redraw(reply, None, body) is None
    for reply in (UpdateForm(FORM), Say(Message("done"))):
        assert page_to_redraw(reply, None, body) is None, "nobody did it"


async def _nothing() -> None: ...
