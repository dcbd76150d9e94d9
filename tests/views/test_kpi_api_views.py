"""Every message and form of the API's tokens, in both languages, with the longest contents, within Slack's limits."""

from datetime import UTC, date, datetime

import pytest

from bot.domain.api_tokens import ApiToken
from bot.domain.catalogue import Catalogue
from bot.i18n import load
from bot.kpis.api import views
from bot.kpis.api.service import MAX_NAME, MOST_TOKENS
from bot.kpis.api.tokens import new_token
from bot.kpis.wording import Wording
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack.blocks import BUTTON_TEXT, FALLBACK_TEXT, TITLE_TEXT

TEXTS = load("en")
NOW = datetime(2026, 11, 26, 20, tzinfo=UTC)
NAME = "<!channel>*_`&" + "W" * (MAX_NAME - 14)


@pytest.fixture(params=TEXTS.languages)
def w(request: pytest.FixtureRequest) -> Wording:
    return Wording(TEXTS.t(request.param), "IDR", date(2026, 11, 27), "Asia/Jakarta", Catalogue())


def token(number: int = 0, used_on: date | None = None, name: str = NAME) -> ApiToken:
    return ApiToken(f"{number:016x}", name, "U0" + "A" * 9, NOW, used_on)


def test_the_longest_list_is_one_slack_takes(w: Wording) -> None:
    many = [token(number, date(2025, 12, 31)) for number in range(MOST_TOKENS)]
    message = views.tokens_message(many, w, w.t("kpis.api.revoked"))
    check_message_blocks(list(message.blocks), file_ready=lambda _: True)
    assert len(message.text) <= FALLBACK_TEXT
    assert message.text.count("WWW") >= MOST_TOKENS, "screen readers hear of every token"
    assert "<!channel>" not in message.text


def test_an_empty_list_leads_to_the_first_token(w: Wording) -> None:
    message = views.tokens_message([], w)
    check_message_blocks(list(message.blocks), file_ready=lambda _: True)
    assert message.text == w.t("kpis.api.none")


def test_days_are_those_where_the_reader_is(w: Wording) -> None:
    assert w.day(date(2026, 11, 27)) in views.token_line(token(), w)


def test_the_forms_are_ones_slack_takes(w: Wording) -> None:
    secret = new_token("T" + "0" * 31)
    made = views.made_form(secret, w)
    for form in (views.new_token_form(MAX_NAME, w), made, views.made_before_form(w)):
        check_view(form, "modal", file_ready=lambda _: True)
    assert {"type": "plain_text", "text": secret, "emoji": False} in [block.get("text") for block in made["blocks"]]
    assert "private_metadata" not in made
    assert "submit" not in made


def test_titles_and_buttons_fit(w: Wording) -> None:
    for key in ("new_title", "make"):
        assert len(w.t(f"kpis.api.{key}")) <= TITLE_TEXT
    assert len(w.t("kpis.api.revoke_label", name=NAME)) <= BUTTON_TEXT


def test_history_says_through_which_token(w: Wording) -> None:
    assert views.through_token("CRM", w).endswith("API token CRM" if w.t.language == "en" else "token API CRM")
