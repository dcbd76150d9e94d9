"""Actions and one's own data as people see them: within Slack's limits, in both languages, however long the texts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.actions import views
from bot.actions.outcomes import Listed
from bot.domain.actions import ACTION_LENGTH, Action, ActionSource, ActionState
from bot.domain.kpis import KPIS
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.privacy import views as privacy
from bot.slack.blocks import Block, Message
from storage.personal_data import HELD

TEXTS = load("en")
TODAY = date(2026, 11, 26)
LONG = "&<!channel>" * 27
ACTION = Action(
    "a1",
    LONG[:ACTION_LENGTH],
    "U0BOB",
    TODAY,
    ActionSource.ALERT,
    "revenue",
    "U0AYU",
    datetime(2026, 11, 20, tzinfo=UTC),
)
EVERY = [
    replace(ACTION, id=f"{source}{state}{due}", source=source, source_id="revenue", state=state, due_on=due)
    for source in ActionSource
    for state in ActionState
    for due in (None, TODAY, date(2026, 11, 20), date(2026, 12, 31))
]
NAMES = {"U0BOB": "Bob " * 20, "U0AYU": "Ayu"}
ORIGINS = {each.id: "revenue" for each in EVERY}
LISTED = Listed(tuple(EVERY), tuple(EVERY), NAMES, ORIGINS)
NOTHING = Listed((), (), {}, {})
STORED = dict.fromkeys(HELD, 1234567)

MESSAGES: dict[str, Callable[[Translator], Message]] = {
    "list": lambda t: views.list_message(
        LISTED, KPIS, TODAY, t, done=views.done_words(replace(ACTION, state=ActionState.DONE), t)
    ),
    "empty list": lambda t: views.list_message(NOTHING, KPIS, TODAY, t),
    "reminder": lambda t: views.reminder_message(EVERY, LISTED, KPIS, TODAY, t),
    "reminder, all settled": lambda t: views.reminder_message([], NOTHING, KPIS, TODAY, t),
    "added": lambda t: views.added_message(ACTION, TODAY, t, own=True),
    "asked of somebody": lambda t: views.added_message(replace(ACTION, due_on=None), TODAY, t, own=False),
    "assigned": lambda t: views.assigned_message(ACTION, TODAY, t),
    "changed": lambda t: views.saved_message(ACTION, TODAY, t),
    **{
        f"{state}, {'own' if own else 'for you'}": (
            lambda t, state=state, own=own: views.settled_message(replace(ACTION, state=state), t, own=own)  # type: ignore[misc]
        )
        for state in (ActionState.DONE, ActionState.DROPPED)
        for own in (True, False)
    },
    "stored": lambda t: privacy.stored_message(STORED, t),
    "nothing stored": lambda t: privacy.stored_message({}, t),
    "exporting": privacy.exporting_message,
    "not exported": privacy.not_exported_message,
    "erasing": privacy.erasing_message,
    "erased": privacy.erased_message,
}
FORMS: dict[str, Callable[[Translator], Block]] = {
    "add": lambda t: views.change_form(None, "U0BOB", views.IN_LIST, t),
    "change": lambda t: views.change_form(ACTION, "U0BOB", views.IN_LIST, t),
    "erase": privacy.erase_form,
}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", MESSAGES)
def test_messages_are_within_limits_and_ping_nobody(name: str, language: str) -> None:
    message = MESSAGES[name](TEXTS.t(language))
    check_message_blocks(list(message.blocks), file_ready=lambda _: True)
    assert message.text.strip()
    assert "<!channel>" not in message.text
    marked = [block for block in message.blocks if block.get("text", {}).get("type") == "mrkdwn"]
    assert "<!channel>" not in str(marked)


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", FORMS)
def test_forms_are_within_limits(name: str, language: str) -> None:
    view = FORMS[name](TEXTS.t(language))
    check_view(view, "modal", lambda _: True)
    assert "…" not in view["title"]["text"]
