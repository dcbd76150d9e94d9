"""What a person hears of trouble with what is stored: "nothing was recorded" only where that is certain."""

from typing import Any

import pytest

from bot.i18n import load
from bot.interactions import FormErrors, Say
from bot.middleware import heard, served
from storage import CannotRead, CannotWrite, StorageTrouble, UnclearWrite
from storage.trouble import commits

TEXTS = load("en")
FORM = {"blocks": [{"type": "input", "block_id": "value"}]}


class Person:
    """As much of a context as is needed to be answered."""

    def __init__(self, language: str) -> None:
        self.t = TEXTS.t(language)


async def told(trouble: StorageTrouble, *, language: str = "en", writes: int = 0, form: Any = None) -> str:
    """The sentence that answers somebody whose `writes`-th write, or the reading after it, meets trouble."""

    async def context() -> Any:
        return Person(language)

    async def listen(_: Any) -> Any:
        noted = commits.get()
        assert noted == []
        noted.extend(["T1"] * writes)
        raise trouble

    _, reply = await heard(TEXTS.t("en"), context, listen, form=form, what="/kpi log", for_invited=True)
    if form is not None:
        assert isinstance(reply, FormErrors)
        return dict(reply.errors)["value"]
    assert isinstance(reply, Say)
    return reply.message.text


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("form", [None, FORM], ids=["a command", "a form"])
@pytest.mark.parametrize(
    ("trouble", "writes", "key"),
    [
        (CannotWrite("disk full"), 0, "core.cannot_write"),
        (CannotRead("gone"), 0, "core.cannot_read"),
        (UnclearWrite("no fsync"), 0, "core.unclear_write"),
        (CannotWrite("disk full"), 1, "core.unclear_write"),  # what came before it stands
        (CannotRead("gone"), 1, "core.unclear_write"),
    ],
)
async def test_it_says_what_is_certain_in_their_language(
    language: str, form: Any, trouble: StorageTrouble, writes: int, key: str
) -> None:
    sentence = await told(trouble, language=language, writes=writes, form=form)
    assert sentence == TEXTS.t(language)(key)
    assert trouble.reason not in sentence


async def test_a_bug_is_still_a_bug() -> None:
    async def context() -> Any:
        raise ZeroDivisionError

    _, reply = await heard(TEXTS.t("en"), context, context, what="/kpi log")
    assert isinstance(reply, Say)
    assert "reference" in reply.message.text


async def test_other_systems_are_told_to_come_again() -> None:
    async def answer() -> str:
        raise CannotWrite("disk full")

    assert await served(answer, lambda reference: reference, away="503", what="POST /api/v1/entries") == "503"
