"""The forms of a new survey: within Slack's limits in both languages, whatever is in them, and what they carry."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from bot.domain.audiences import Audience
from bot.domain.bank import BANK, DRIVERS
from bot.domain.members import LeftOut
from bot.domain.prompting import Spread
from bot.domain.questions import (
    MOST_OPTIONS,
    MOST_QUESTIONS,
    OPTION_LENGTH,
    QUESTION_LENGTH,
    Question,
    QuestionKind,
    Why,
)
from bot.domain.schedules import Cadence, Rule
from bot.domain.surveys import Definition, Receivers, Survey, SurveyState
from bot.domain.templates import TEMPLATES
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack import ids
from bot.slack.people import UserGroup
from bot.surveys.authoring.draft_editor import Picked, bank_form, editor_form
from bot.surveys.authoring.draft_forms import done_form, hub_form, launched_message, start_form
from bot.surveys.authoring.draft_plans import Draft, Reference, carry, reference_of
from bot.surveys.authoring.draft_preview import preview_form
from bot.surveys.authoring.draft_questions import Typed, fresh, typed_of
from bot.surveys.authoring.draft_settings import Groups, audience_form, dates_form, manner_form
from bot.surveys.outcomes import Overview

texts = load("en")
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
ZONE = "America/Argentina/ComodRivadavia"
RULE = Rule(Cadence.QUARTERLY, date(2026, 11, 30), time(9), ZONE, date(2027, 11, 30))
TITLE_LENGTH = 24
METADATA_LENGTH = 3000
NASTY = "<!channel> & *bold* " + "x" * QUESTION_LENGTH


def wordy(number: int) -> dict[str, str]:
    text = f"{number} {NASTY}"[:QUESTION_LENGTH]
    return {"en": text, "id": text}


def options() -> tuple[dict[str, str], ...]:
    lines = [f"{number} {'y' * OPTION_LENGTH}"[:OPTION_LENGTH] for number in range(MOST_OPTIONS)]
    return tuple({"en": line, "id": line} for line in lines)


QUESTIONS = tuple(
    Question(
        f"{number:016x}", QuestionKind.CHOICES, wordy(number), required=True, options=options(), why=Why.GIVEN,
        why_after=tuple(range(MOST_OPTIONS)), why_wording=wordy(number),
    )
    for number in range(MOST_QUESTIONS)
)  # fmt: skip
FULL = Definition(
    Audience(
        tuple(f"C{number:010}" for number in range(40)),
        tuple(f"S{number:010}" for number in range(40)),
        tuple(f"U{number:010}" for number in range(100)),
        tuple(f"W{number:010}" for number in range(100)),
        (LeftOut.GUEST, LeftOut.OUTSIDER),
    ),
    QUESTIONS,
    title="<!here> " + "t" * 52,
    template="weekly",
    is_named=True,
    one_by_one=True,
    receivers=Receivers(people=tuple(f"U{number:010}" for number in range(60)), channel_id="C1"),
    breakdown="attribute:" + "d" * 100,
    spread=Spread.THREE_DAYS,
)
DRAWN = replace(FULL, questions=(), drivers=DRIVERS, draws=MOST_QUESTIONS)
EMPTY = Definition(Audience(), (), template="blank")


def draft(definition: Definition, of: str = "") -> Draft:
    return Draft(Survey("f" * 16, "h" * 60, definition, "U0BOB", NOW, SurveyState.DRAFT), RULE, of)


def screens(t: Translator) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every screen, at its fullest and at its emptiest."""
    yield from ((f"start {key}", start_form(t, "C0SALES", "f" * 16, template)) for key, template in TEMPLATES.items())
    groups = Groups([UserGroup(f"S{number:010}", "g" * 200, "n" * 200) for number in range(200)])
    for name, definition in {"full": FULL, "drawn": DRAWN, "empty": EMPTY}.items():
        for of in ("", "e" * 16):
            each = draft(definition, of)
            yield f"hub {name}", hub_form(each, NOW, t, ZONE, "x" * 5000)
            yield f"audience {name}", audience_form(each, groups, t)
            yield f"audience without groups {name}", audience_form(each, Groups(may_read=False), t)
            yield f"dates {name}", dates_form(each, t)
            yield f"manner {name}", manner_form(each, [f"{n}{'a' * 140}" for n in range(120)], t)
            message = launched_message(Overview(each.survey, RULE, NOW), t, ZONE, is_changed=bool(of))
            check_message_blocks(list(message.blocks), file_ready=lambda _: True)
            yield f"done {name}", done_form(message, t)
    for driver in DRIVERS:
        yield f"bank {driver}", bank_form(draft(EMPTY), Picked(driver, tuple(BANK), DRIVERS, MOST_QUESTIONS), t)
    for kind in QuestionKind:
        yield f"new {kind}", editor_form(draft(EMPTY), "f" * 16, fresh(kind), texts.languages, t)
    yield "editor", editor_form(draft(FULL), QUESTIONS[0].id, typed_of(QUESTIONS[0], texts), texts.languages, t)
    for asked in (None, 12345):
        for definition in (FULL, DRAWN):
            for others in ((), ("en", "id")):
                yield "preview", preview_form(draft(definition), asked, NOW, t, t, others, ZONE)


@pytest.fixture(params=texts.languages)
def t(request: pytest.FixtureRequest) -> Translator:
    return texts.t(request.param)


def test_slack_takes_every_screen_at_its_fullest_and_at_its_emptiest(t: Translator) -> None:
    seen = 0
    for name, view in screens(t):
        check_view(view, "modal", file_ready=lambda _: True)
        assert len(view.get("private_metadata", "")) <= METADATA_LENGTH, name
        seen += 1
    assert seen > 70


def test_titles_and_buttons_fit_without_being_cut(t: Translator) -> None:
    for name, view in screens(t):
        for part in ("title", "submit", "close"):
            said = view.get(part, {"text": ""})["text"]
            assert len(said) <= TITLE_LENGTH, name
            assert "…" not in said, (name, said)


def test_no_option_of_ours_is_cut(t: Translator) -> None:
    """Names of templates, kinds, reasons, rhythms and of the questions in the bank are read in full."""
    ours: tuple[Callable[[], dict[str, Any]], ...] = (
        lambda: manner_form(draft(EMPTY), [], t),
        lambda: dates_form(draft(EMPTY), t),
        lambda: audience_form(draft(EMPTY), Groups(), t),
        *((lambda kind=kind: editor_form(draft(EMPTY), "q", fresh(kind), texts.languages, t)) for kind in QuestionKind),
        *((lambda driver=driver: bank_form(draft(EMPTY), Picked(driver), t)) for driver in DRIVERS),
    )
    for make in ours:
        for block in make()["blocks"]:
            for choice in block.get("element", {}).get("options", ()):
                said = [choice["text"]["text"], choice.get("description", {"text": ""})["text"]]
                assert not any(each.endswith("…") for each in said), said


def test_what_people_wrote_stays_inert(t: Translator) -> None:
    for definition in (FULL, replace(FULL, one_by_one=False)):
        for view in (
            hub_form(draft(definition), NOW, t, ZONE),
            preview_form(draft(definition), 9, NOW, t, t, (), ZONE),
        ):
            marked = [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"
                      and block["text"]["type"] == "mrkdwn"]  # fmt: skip
            assert not [text for text in marked if "<!channel>" in text or "<!here>" in text]
            assert [text for text in marked if "&lt;!here&gt;" in text or "&lt;!channel&gt;" in text]


@pytest.mark.parametrize("rule", [None, RULE, replace(RULE, until=None, cadence=Cadence.ONCE)])
def test_what_a_form_carries_comes_back(rule: Rule | None) -> None:
    reference = Reference("f" * 16, rule, "e" * 16)

    assert reference_of(ids.unpack(carry(reference, question="q"))) == reference


def test_the_menu_of_ten_questions_has_ten_names(t: Translator) -> None:
    menus = [block["accessory"]["action_id"] for block in hub_form(draft(FULL), NOW, t, ZONE)["blocks"]
             if block.get("accessory", {}).get("type") == "overflow"]  # fmt: skip

    assert len(set(menus)) == MOST_QUESTIONS


def test_options_in_the_editor_are_numbered_as_far_as_they_are_typed(t: Translator) -> None:
    typed = Typed(QuestionKind.CHOICE, options={t.language: "Harga\nWaktu"}, why=Why.GIVEN)

    view = editor_form(draft(EMPTY), "q", typed, texts.languages, t)

    (after,) = [block for block in view["blocks"] if block.get("block_id") == ids.DRAFT_AFTER_INPUT]
    assert [each["text"]["text"] for each in after["element"]["options"]] == ["1. Harga", "2. Waktu"]
