"""The notice about a message that could not be delivered: in its reader's language, with something to do."""

import pytest

from bot.i18n import Catalogues, load
from bot.notices import undeliverable_message
from tests.sender.conftest import Bench, refuse

texts: Catalogues = load("en")
ERRORS = [
    "not_in_channel",
    "is_archived",
    "channel_not_found",
    "missing_scope",
    "messages_tab_disabled",
    "account_inactive",
    "token_revoked",
    "restricted_action_read_only_channel",
    "unclear",
    "bug",
]


def message(language: str, error: str, receiver: str = "C1", purpose: str = "surveys.question") -> str:
    facts = {"purpose": purpose, "error": error, "receiver": receiver}
    return undeliverable_message(facts, texts.t(language)).text


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("error", ERRORS)
def test_every_known_error_says_what_to_do_without_slacks_word_for_it(language: str, error: str) -> None:
    assert error not in message(language, error) or error == "bug"
    assert message(language, error) != message(language, "something_new")


@pytest.mark.parametrize("language", ["en", "id"])
def test_an_error_nobody_knows_is_named(language: str) -> None:
    assert "`something_new`" in message(language, "something_new")


def test_what_and_where() -> None:
    assert message("en", "is_archived").startswith("I could not deliver a survey message to <#C1>.")
    assert "a summary to <#C1>" in message("en", "is_archived", purpose="summaries.post")
    assert "a message to <@U1>" in message("en", "is_archived", "U1", "other.thing")


async def test_each_reader_gets_their_language(bench: Bench) -> None:
    bench.slack.fail("chat.postMessage C1", refuse("not_in_channel"))
    bench.owe("C1", facts={"owner": "U1"})
    await bench.send()
    assert bench.slack.texts("D1")[0].startswith("I could not deliver")
    assert bench.slack.texts("D9")[0].startswith("Saya tidak bisa mengirim")
