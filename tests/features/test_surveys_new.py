"""`/pulse new` and `/pulse edit`: from nothing to a survey that asks, by form and by text."""

import json
from datetime import date, time, timedelta
from typing import Any

import pytest

from bot.domain.bank import DRIVERS
from bot.domain.members import LeftOut
from bot.domain.prompting import Spread
from bot.domain.questions import MOST_QUESTIONS, QuestionKind, Why
from bot.domain.schedules import Cadence, Rule, ScheduleKind
from bot.domain.surveys import Definition, Receivers, RoundState, Survey, SurveyState
from bot.domain.templates import TEMPLATES
from bot.slack import ids
from tests.features.harness import Answer, Bench

BOB = "U0BOB"  # in Makassar, with Slack in English
TEXT_EN, TEXT_ID = f"{ids.DRAFT_TEXT_INPUT}:en", f"{ids.DRAFT_TEXT_INPUT}:id"
OPTIONS_EN, OPTIONS_ID = f"{ids.DRAFT_OPTIONS_INPUT}:en", f"{ids.DRAFT_OPTIONS_INPUT}:id"
NEXT_MONDAY = date(2026, 11, 30)


async def begun(denyut: Bench, template: str = "enps", *, user: str = BOB, cadence: str = "once") -> dict[str, Any]:
    """The overview of a draft for #sales."""
    await denyut.command("/pulse new", user=user)
    await denyut.choose(denyut.form(), ids.DRAFT_TEMPLATE_CHOSEN, template, user=user)
    answer = await denyut.submit(denyut.form(), {f"{ids.DRAFT_CADENCE_INPUT}:{template}": cadence}, user=user)
    assert not answer.errors
    return denyut.form()


async def press(denyut: Bench, button: str, *, user: str = BOB) -> dict[str, Any]:
    await denyut.press(denyut.form(), button, user=user)
    return denyut.form()


async def menu(denyut: Bench, question_id: str, what: str, *, user: str = BOB) -> dict[str, Any]:
    """An item of a question's own menu."""
    await denyut.choose(denyut.form(), f"{ids.DRAFT_QUESTION_MENU}:{question_id}", f"{what}:{question_id}", user=user)
    return denyut.form()


async def submit(denyut: Bench, inputs: dict[str, Any] | None = None, *, user: str = BOB) -> Answer:
    return await denyut.submit(denyut.form(), inputs or {}, user=user)


async def added(denyut: Bench, kind: str, inputs: dict[str, Any], *, user: str = BOB) -> Answer:
    """A question of one's own, through the editor."""
    await press(denyut, ids.DRAFT_QUESTION_ADDED, user=user)
    await denyut.choose(denyut.form(), ids.DRAFT_KIND_CHOSEN, kind, user=user)
    return await submit(denyut, inputs, user=user)


def survey(denyut: Bench, handle: str) -> Survey:
    found = denyut.do(lambda db: db.surveys.by_handle(handle))
    assert found is not None, f"there is no {handle}"
    return found  # type: ignore[no-any-return]


def surveys(denyut: Bench) -> list[Survey]:
    return denyut.do(lambda db: db.surveys.all())  # type: ignore[no-any-return]


def draft_of(denyut: Bench) -> Survey:
    """The draft that the form on the screen is about."""
    draft_id = json.loads(denyut.form()["private_metadata"])["draft"]
    return denyut.do(lambda db: db.surveys.get(draft_id))  # type: ignore[no-any-return]


def rule_of(denyut: Bench, handle: str) -> Rule | None:
    survey_id = survey(denyut, handle).id
    found = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SURVEY, survey_id))
    return found.rule if found else None


def asked(denyut: Bench) -> Definition:
    return draft_of(denyut).definition


def text_of(view: dict[str, Any]) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


class TestTheFirstSurvey:
    async def test_takes_three_clicks_and_asks_everybody_in_the_channel(self, denyut: Bench) -> None:
        await denyut.command("/pulse new", user=BOB)
        await submit(denyut, {f"{ids.DRAFT_CADENCE_INPUT}:enps": "once"})
        await submit(denyut)
        await denyut.tick()

        made = survey(denyut, "enps-c0sales")
        running = denyut.do(lambda db: db.rounds.open_of(made.id))
        assert (made.created_by, made.channel_id, made.state) == (BOB, "C0SALES", SurveyState.ACTIVE)
        assert (running.state, running.asked) == (RoundState.OPEN, 6)
        assert any("How likely" in dm.message.text for dm in denyut.dms(BOB))

    async def test_ends_with_what_was_understood_and_what_happens_next(self, denyut: Bench) -> None:
        await begun(denyut, "retro", cadence="weekly")
        await submit(denyut)

        said = text_of(denyut.form())
        for part in ("<#C0SALES>", "Mon 30 Nov, 09:00", "every Monday", "4 questions", "anonymous", "/pulse results"):
            assert part in said
        assert "submit" not in denyut.form()

    async def test_shows_what_a_template_asks_and_how_often_as_soon_as_it_is_chosen(self, denyut: Bench) -> None:
        await denyut.command("/pulse new", user=BOB)
        await denyut.choose(
            denyut.form(), ids.DRAFT_TEMPLATE_CHOSEN, "retro", inputs={ids.DRAFT_CHANNELS_INPUT: ["C0PAIR"]}, user=BOB
        )

        t = denyut.services.texts.t("en")
        assert t("bank.retro_well") in text_of(denyut.form())
        await submit(denyut)
        assert asked(denyut).audience.channels == ("C0PAIR",)
        assert "every second Monday" in text_of(denyut.form())

    async def test_in_a_conversation_of_two_no_channel_is_preset(self, denyut: Bench) -> None:
        await denyut.command("/pulse new", user=BOB, channel="D0BOB")
        await submit(denyut)

        answer = await submit(denyut)

        assert "nobody yet" in text_of(answer.body["view"])
        assert "at least one channel" in text_of(answer.body["view"])
        assert surveys(denyut) == []

    async def test_is_in_indonesian_for_those_who_read_it(self, denyut: Bench) -> None:
        view = await begun(denyut, "weekly", user="U0CITRA", cadence="weekly")

        assert view["title"]["text"] == "Survei baru"
        assert "setiap Senin pukul 09.00" in text_of(view)
        assert denyut.services.texts.t("id")("bank.weekly_mood") in text_of(view)

    async def test_the_button_of_the_list_opens_the_same_form(self, denyut: Bench) -> None:
        await denyut.click(ids.DRAFT_OPENED, ids.pack(), user=BOB)

        assert denyut.form()["callback_id"] == ids.DRAFT_START_FORM


class TestEveryTemplate:
    @pytest.mark.parametrize("key", [key for key in TEMPLATES if key != "blank"])
    async def test_launches_as_it_is(self, denyut: Bench, key: str) -> None:
        await denyut.command("/pulse new", user=BOB)
        await denyut.choose(denyut.form(), ids.DRAFT_TEMPLATE_CHOSEN, key, user=BOB)
        await submit(denyut)
        await submit(denyut)

        template, (made,) = TEMPLATES[key], surveys(denyut)
        assert made.definition.questions == template.questions
        assert (made.definition.drivers, made.definition.draws) == (template.drivers, template.draws)
        assert (made.definition.is_named, made.definition.one_by_one) == (template.is_named, template.one_by_one)
        rule = rule_of(denyut, made.handle)
        assert (rule.cadence if rule else Cadence.ONCE) is template.cadence
        assert (rule is None) == (denyut.do(lambda db: db.rounds.open_of(made.id)) is not None)

    async def test_the_blank_one_asks_for_a_question_first(self, denyut: Bench) -> None:
        await begun(denyut, "blank")

        answer = await submit(denyut)
        assert "at least one question" in text_of(answer.body["view"])
        await added(denyut, "yes_no", {TEXT_EN: "Do you like it?"})
        await submit(denyut)

        (made,) = surveys(denyut)
        assert [each.wording for each in made.definition.questions] == [{"en": "Do you like it?"}]


class TestByText:
    async def test_it_is_launched_at_once_and_the_reply_says_what_was_understood(self, denyut: Bench) -> None:
        reply = await denyut.command("/pulse new retro <#C0SALES|sales> every friday 15:00", user=BOB)

        for part in ("`retro-sales`", "<#C0SALES>", "Fri 27 Nov, 15:00", "every Friday", "4 questions"):
            assert part in reply.text
        assert rule_of(denyut, "retro-sales") == Rule(Cadence.WEEKLY, date(2026, 11, 27), time(15),
                                                      "Asia/Makassar")  # fmt: skip

    @pytest.mark.parametrize(
        ("words", "template"),
        [
            ("weekly <#C0SALES|sales>", "weekly"),
            ("Weekly pulse <#C0SALES|sales>", "weekly"),
            ("mingguan <#C0SALES|sales>", "weekly"),
            ("<#C0SALES|sales> Survei denyut mingguan", "weekly"),
            ("one_on_one <#C0SALES|sales>", "one_on_one"),
            ("1 on 1 <#C0SALES|sales>", "one_on_one"),
            ("empat mata <#C0SALES|sales>", "one_on_one"),
            ("setelah proyek <#C0SALES|sales>", "project"),
        ],
    )
    async def test_templates_are_understood_in_every_language_and_by_key(
        self, denyut: Bench, words: str, template: str
    ) -> None:
        await denyut.command(f"/pulse baru {words}", user=BOB)

        (made,) = surveys(denyut)
        assert made.definition.template == template

    async def test_channels_groups_people_and_exceptions(self, denyut: Bench) -> None:
        words = "project <#C0SALES|sales> <!subteam^S0HELP|@help> <@U0DEWI|dewi> kecuali <@U0FAJAR|fajar> now"
        reply = await denyut.command(f"/pulse new {words}", user=BOB)

        (made,) = surveys(denyut)
        audience = made.definition.audience
        assert (audience.channels, audience.groups) == (("C0SALES",), ("S0HELP",))
        assert (audience.people, audience.exceptions) == (("U0DEWI",), ("U0FAJAR",))
        assert "looking up" in reply.text

    async def test_without_a_rhythm_it_has_that_of_the_template_and_now_is_now(self, denyut: Bench) -> None:
        await denyut.command("/pulse new weekly <#C0SALES|sales>", user=BOB)
        await denyut.command("/pulse new retro <#C0SALES|sales> sekarang", user=BOB)

        weekly = rule_of(denyut, "weekly-sales")
        assert weekly is not None
        assert (weekly.cadence, weekly.anchor) == (Cadence.WEEKLY, NEXT_MONDAY)
        assert rule_of(denyut, "retro-sales") is None

    async def test_a_day_alone_moves_the_usual_rhythm_there(self, denyut: Bench) -> None:
        await denyut.command("/pulse new weekly <#C0SALES|sales> friday 10:00", user=BOB)

        rule = rule_of(denyut, "weekly-sales")
        assert rule is not None
        assert (rule.cadence, rule.anchor, rule.at) == (Cadence.WEEKLY, date(2026, 11, 27), time(10))

    async def test_the_scale_of_the_enps_question(self, denyut: Bench) -> None:
        await denyut.command("/pulse new enps <#C0SALES|sales> 1-10", user=BOB)
        refused = await denyut.command("/pulse new retro <#C0SALES|sales> 1-10", user=BOB)

        (made,) = surveys(denyut)
        assert made.scale is not None
        assert made.scale.low == 1
        assert "1-10" in refused.text

    async def test_a_last_day(self, denyut: Bench) -> None:
        await denyut.command("/pulse new retro <#C0SALES|sales> weekly mon until 2026-12-20", user=BOB)

        rule = rule_of(denyut, "retro-sales")
        assert rule is not None
        assert rule.until == date(2026, 12, 20)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("retrospectiv <#C0SALES|sales>", "retrospective"),
            ("mingguaan <#C0SALES|sales>", "mingguan"),
            ("xyzzy <#C0SALES|sales>", "enps, weekly"),
            ("retro <#C0SALES|sales> weekly blursday", "blursday"),
            ("retro <#C0SALES|sales> daily", "Daily"),
            ("retro <#C0SALES|sales> 2026-11-25", "is over"),
            ("retro <#C0SALES|sales> weekly mon until 2026-11-27", "before the first one"),
        ],
    )
    async def test_what_it_does_not_understand_is_named_and_nothing_is_stored(
        self, denyut: Bench, words: str, said: str
    ) -> None:
        reply = await denyut.command(f"/pulse new {words}", user=BOB)

        assert said in reply.text
        assert surveys(denyut) == []

    async def test_without_an_audience_the_form_opens_on_that_template(self, denyut: Bench) -> None:
        await denyut.command("/pulse new retro", user=BOB)
        await submit(denyut)

        assert asked(denyut).template == "retro"
        assert asked(denyut).audience.channels == ("C0SALES",)

    async def test_the_blank_template_goes_on_in_the_form(self, denyut: Bench) -> None:
        await denyut.command("/pulse new blank <#C0PAIR|pair>", user=BOB)

        assert denyut.form()["callback_id"] == ids.DRAFT_HUB_FORM
        assert asked(denyut).audience.channels == ("C0PAIR",)

    async def test_the_same_command_delivered_twice_counts_once(self, denyut: Bench) -> None:
        first = await denyut.command("/pulse new retro <#C0SALES|sales> now", user=BOB, trigger="same")
        second = await denyut.command("/pulse new retro <#C0SALES|sales> now", user=BOB, trigger="same")

        assert first.text == second.text
        (made,) = surveys(denyut)
        assert len(denyut.do(lambda db: db.rounds.of_survey(made.id))) == 1

    async def test_handles_are_numbered_where_they_are_taken(self, denyut: Bench) -> None:
        for _ in range(2):
            await denyut.command("/pulse new retro <#C0SALES|sales>", user=BOB)

        assert [each.handle for each in surveys(denyut)] == ["retro-sales", "retro-sales-2"]


class TestQuestions:
    async def test_are_moved_and_removed(self, denyut: Bench) -> None:
        await begun(denyut, "retro")

        await menu(denyut, "retro_try", "up")
        await menu(denyut, "retro_mood", "down")
        await menu(denyut, "retro_not_well", "remove")

        assert [each.id for each in asked(denyut).questions] == ["retro_well", "retro_mood", "retro_try"]

    async def test_the_ends_cannot_be_moved_beyond(self, denyut: Bench) -> None:
        view = await begun(denyut, "retro")

        menus = [block["accessory"]["options"] for block in view["blocks"] if overflows(block)]
        values = [[each["value"].split(":")[0] for each in options] for options in menus]
        assert values[0] == ["edit", "down", "remove"]
        assert values[1] == ["edit", "up", "down", "remove"]
        assert values[-1] == ["edit", "up", "remove"]

    async def test_the_words_of_the_bank_stay_its_own_until_they_are_changed(self, denyut: Bench) -> None:
        await begun(denyut, "retro")
        await menu(denyut, "retro_well", "edit")
        await submit(denyut, {ids.DRAFT_REQUIRED_INPUT: ["required"]})

        question = asked(denyut).question("retro_well")
        assert question is not None
        assert (question.bank, question.wording, question.required) == ("retro_well", {}, True)

        await menu(denyut, "retro_well", "edit")
        await submit(denyut, {TEXT_EN: "What made you smile?"})
        changed = asked(denyut).question("retro_well")
        assert changed is not None
        assert changed.bank == ""
        assert changed.wording["en"] == "What made you smile?"
        assert changed.wording["id"] == denyut.services.texts.t("id")("bank.retro_well")

    async def test_a_choice_in_both_languages_with_a_reason_after_some_options(self, denyut: Bench) -> None:
        await begun(denyut, "blank")
        await press(denyut, ids.DRAFT_QUESTION_ADDED)
        await denyut.choose(
            denyut.form(), ids.DRAFT_KIND_CHOSEN, "choices", inputs={TEXT_EN: "What slows you down?"}, user=BOB
        )
        typed = {OPTIONS_EN: "- Price\n\n2. Time", OPTIONS_ID: "Harga\nWaktu", TEXT_ID: "Apa hambatanmu?"}
        await denyut.choose(denyut.form(), ids.DRAFT_WHY_CHOSEN, "given", inputs=typed, user=BOB)
        await submit(
            denyut, {ids.DRAFT_AFTER_INPUT: ["1"], f"{ids.DRAFT_WHY_TEXT_INPUT}:en": "How much time is missing?"}
        )

        (question,) = asked(denyut).questions
        assert question.kind is QuestionKind.CHOICES
        assert question.wording == {"en": "What slows you down?", "id": "Apa hambatanmu?"}
        assert question.options == ({"en": "Price", "id": "Harga"}, {"en": "Time", "id": "Waktu"})
        assert (question.why, question.why_after) == (Why.GIVEN, (1,))
        assert question.why_wording == {"en": "How much time is missing?"}

    @pytest.mark.parametrize("kind", [kind for kind in QuestionKind if kind not in ("choice", "choices")])
    async def test_every_kind_takes_a_question_in_one_language(self, denyut: Bench, kind: QuestionKind) -> None:
        await begun(denyut, "blank")

        answer = await added(denyut, kind.value, {TEXT_ID: "Bagaimana?"})

        assert not answer.errors
        (question,) = asked(denyut).questions
        assert (question.kind, question.wording) == (kind, {"id": "Bagaimana?"})
        await submit(denyut)
        assert len(surveys(denyut)) == 1

    async def test_an_enps_question_needs_no_words_and_has_the_usual_ones(self, denyut: Bench) -> None:
        await begun(denyut, "blank")
        await added(denyut, "enps", {f"{ids.DRAFT_SCALE_INPUT}:enps": "1-10"})

        (question,) = asked(denyut).questions
        assert (question.id, question.bank, question.low, question.why) == ("enps", "enps", 1, Why.ALWAYS)

    @pytest.mark.parametrize(
        ("kind", "inputs", "place", "said"),
        [
            ("stars", {TEXT_EN: "  "}, TEXT_EN, "Write the question"),
            ("choice", {TEXT_EN: "Which?", OPTIONS_EN: "One"}, OPTIONS_EN, "two options"),
            ("choice", {TEXT_EN: "Which?", OPTIONS_EN: "A\nB\na"}, OPTIONS_EN, "twice"),
            ("choice", {TEXT_EN: "Which?", OPTIONS_EN: "\n".join(map(str, range(11)))}, OPTIONS_EN, "more than 10"),
            ("choice", {TEXT_EN: "Which?", OPTIONS_EN: "x" * 71 + "\nB"}, OPTIONS_EN, "too long"),
            ("choice", {TEXT_EN: "Which?", OPTIONS_EN: "A\nB", OPTIONS_ID: "A"}, OPTIONS_ID, "as many options"),
            ("choice", {TEXT_EN: "Which?", OPTIONS_EN: "A\nB", f"{ids.DRAFT_WHY_INPUT}:choice": "given"},
             ids.DRAFT_AFTER_INPUT, "after which options"),
        ],
    )  # fmt: skip
    async def test_what_is_wrong_is_said_where_it_is(
        self, denyut: Bench, kind: str, inputs: dict[str, Any], place: str, said: str
    ) -> None:
        await begun(denyut, "blank")

        answer = await added(denyut, kind, inputs)

        assert said in answer.errors[place]
        assert asked(denyut).questions == ()

    async def test_a_second_enps_question_is_refused(self, denyut: Bench) -> None:
        await begun(denyut, "enps")

        answer = await added(denyut, "enps", {})

        assert any("one is enough" in error for error in answer.errors.values())

    async def test_the_same_submit_twice_adds_one_question(self, denyut: Bench) -> None:
        await begun(denyut, "blank")
        await press(denyut, ids.DRAFT_QUESTION_ADDED)
        editor = denyut.form()
        for _ in range(2):
            await denyut.submit(editor, {TEXT_EN: "My work is noticed."}, user=BOB)

        assert len(asked(denyut).questions) == 1

    async def test_ten_are_the_most(self, denyut: Bench) -> None:
        await begun(denyut, "blank")
        for number in range(MOST_QUESTIONS):
            await added(denyut, "text", {TEXT_EN: f"Question {number}?"})
        hub = denyut.form()

        assert ids.DRAFT_QUESTION_ADDED not in text_of(hub)
        stale = {**hub, "blocks": []}
        await denyut.click(ids.DRAFT_QUESTION_ADDED, ids.pack(), user=BOB, view=stale)
        answer = await submit(denyut, {TEXT_EN: "One more?"})
        assert any("at most 10" in error for error in answer.errors.values())
        assert len(asked(denyut).questions) == MOST_QUESTIONS

    async def test_more_than_five_are_advised_against(self, denyut: Bench) -> None:
        view = await begun(denyut, "onboarding")
        assert "are a lot" not in text_of(view)

        await added(denyut, "text", {TEXT_EN: "Anything else?"})

        assert "6 questions are a lot" in text_of(denyut.form())


def overflows(block: dict[str, Any]) -> bool:
    return bool(block.get("accessory", {}).get("type") == "overflow")


class TestTheBank:
    async def test_questions_of_several_drivers_are_added_at_once(self, denyut: Bench) -> None:
        await begun(denyut, "blank")
        await press(denyut, ids.DRAFT_BANK_OPENED)
        await denyut.choose(denyut.form(), ids.DRAFT_DRIVER_CHOSEN, "growth", user=BOB)
        ticked = {f"{ids.DRAFT_TAKEN_INPUT}:growth": ["growth_learning"]}
        await denyut.choose(denyut.form(), ids.DRAFT_DRIVER_CHOSEN, "peers", inputs=ticked, user=BOB)
        assert denyut.services.texts.t("en")("bank.growth_learning") in text_of(denyut.form())
        await submit(denyut, {f"{ids.DRAFT_TAKEN_INPUT}:peers": ["peers_rely", "peers_help"]})

        assert {each.id for each in asked(denyut).questions} == {"growth_learning", "peers_help", "peers_rely"}

    async def test_drawing_anew_each_round(self, denyut: Bench) -> None:
        await begun(denyut, "blank")
        await press(denyut, ids.DRAFT_BANK_OPENED)
        await submit(denyut, {ids.DRAFT_DRAWN_FROM_INPUT: ["growth", "peers"], ids.DRAFT_DRAWS_INPUT: "2"})

        assert (asked(denyut).drivers, asked(denyut).draws) == (("growth", "peers"), 2)
        assert "Growth" in text_of(denyut.form())
        await submit(denyut)
        assert len(surveys(denyut)) == 1

    async def test_drawing_needs_subjects_and_room(self, denyut: Bench) -> None:
        await begun(denyut, "retro")
        await press(denyut, ids.DRAFT_BANK_OPENED)

        nothing = await submit(denyut, {ids.DRAFT_DRAWS_INPUT: "2"})
        many = await submit(denyut, {ids.DRAFT_DRAWN_FROM_INPUT: ["growth"], ids.DRAFT_DRAWS_INPUT: "7"})

        assert "at least one subject" in nothing.errors[ids.DRAFT_DRAWN_FROM_INPUT]
        assert "at most 10" in many.errors[ids.DRAFT_DRAWS_INPUT]
        assert asked(denyut).draws == 0

    async def test_every_driver_can_be_looked_at(self, denyut: Bench) -> None:
        await begun(denyut, "blank", user="U0CITRA")
        await press(denyut, ids.DRAFT_BANK_OPENED, user="U0CITRA")
        for driver in DRIVERS:
            await denyut.choose(denyut.form(), ids.DRAFT_DRIVER_CHOSEN, driver, user="U0CITRA")
            assert f"{ids.DRAFT_TAKEN_INPUT}:{driver}" in text_of(denyut.form())


class TestSettings:
    async def test_all_of_them_end_in_the_definition(self, denyut: Bench) -> None:
        denyut.slack.groups["S0HELP"] = ("help", "Help desk", ["U0DEWI"])
        denyut.do(lambda db: db.members.set_attributes("manager", {"U0DEWI": "Ayu"}))
        await begun(denyut, "retro")

        await press(denyut, ids.DRAFT_AUDIENCE_OPENED)
        await submit(
            denyut,
            {
                ids.DRAFT_CHANNELS_INPUT: ["C0SALES", "C0PAIR"],
                ids.DRAFT_GROUPS_INPUT: ["S0HELP"],
                ids.DRAFT_PEOPLE_INPUT: ["U0EMMA"],
                ids.DRAFT_EXCEPTIONS_INPUT: ["U0AYU"],
                ids.DRAFT_INCLUDED_INPUT: ["guest"],
            },
        )
        await press(denyut, ids.DRAFT_DATES_OPENED)
        await submit(
            denyut,
            {
                ids.DRAFT_CADENCE_INPUT: "two_weeks",
                ids.DRAFT_FIRST_INPUT: "2026-12-03",
                ids.DRAFT_TIME_INPUT: "10:30",
                ids.DRAFT_LAST_INPUT: "2027-01-31",
            },
        )
        await press(denyut, ids.DRAFT_MANNER_OPENED)
        await submit(
            denyut,
            {
                ids.DRAFT_LEVEL_INPUT: "named",
                ids.DRAFT_ORDER_INPUT: "one_by_one",
                ids.DRAFT_AUTHOR_INPUT: [],
                ids.DRAFT_RECEIVERS_INPUT: ["U0AYU"],
                ids.DRAFT_RESULTS_CHANNEL_INPUT: "C0PAIR",
                ids.DRAFT_BREAKDOWN_INPUT: "attribute:manager",
                ids.DRAFT_SPREAD_INPUT: "three_days",
                ids.DRAFT_TITLE_INPUT: "Looking back",
                ids.DRAFT_HANDLE_INPUT: "Looking Back",
            },
        )
        await submit(denyut)

        definition = survey(denyut, "looking-back").definition
        audience = definition.audience
        assert (audience.channels, audience.groups) == (("C0SALES", "C0PAIR"), ("S0HELP",))
        assert (audience.people, audience.exceptions) == (("U0EMMA",), ("U0AYU",))
        assert audience.included == (LeftOut.GUEST,)
        assert (definition.is_named, definition.one_by_one) == (True, True)
        assert definition.receivers == Receivers(author=False, people=("U0AYU",), channel_id="C0PAIR")
        assert (definition.breakdown, definition.spread) == ("attribute:manager", Spread.THREE_DAYS)
        assert definition.title == "Looking back"
        rule = rule_of(denyut, "looking-back")
        assert rule == Rule(Cadence.TWO_WEEKS, date(2026, 12, 3), time(10, 30), "Asia/Makassar", date(2027, 1, 31))

    async def test_a_title_of_ones_own_stands_above_the_questions(self, denyut: Bench) -> None:
        view = await begun(denyut, "blank")
        assert "No title yet" in text_of(view)
        await press(denyut, f"{ids.DRAFT_MANNER_OPENED}:title")
        await submit(denyut, {ids.DRAFT_TITLE_INPUT: " Tom & Jerry "})

        assert "*Tom &amp; Jerry*" in text_of(denyut.form())
        assert asked(denyut).title == "Tom & Jerry"

    async def test_come_back_as_they_were_left(self, denyut: Bench) -> None:
        """Saving a screen without a change changes nothing."""
        await begun(denyut, "one_on_one", cadence="monthly")
        before = asked(denyut)
        for screen in (ids.DRAFT_AUDIENCE_OPENED, ids.DRAFT_DATES_OPENED, ids.DRAFT_MANNER_OPENED):
            await press(denyut, screen)
            answer = await submit(denyut)
            assert not answer.errors

        assert asked(denyut) == before
        await submit(denyut)
        (made,) = surveys(denyut)
        rule = rule_of(denyut, made.handle)
        assert rule is not None
        assert (rule.cadence, rule.anchor) == (Cadence.MONTHLY, NEXT_MONDAY)

    @pytest.mark.parametrize(
        ("screen", "inputs", "place", "said"),
        [
            (ids.DRAFT_AUDIENCE_OPENED, {ids.DRAFT_CHANNELS_INPUT: []}, ids.DRAFT_CHANNELS_INPUT, "at least one"),
            (ids.DRAFT_DATES_OPENED, {ids.DRAFT_FIRST_INPUT: "2026-11-25"}, ids.DRAFT_FIRST_INPUT, "is over"),
            (
                ids.DRAFT_DATES_OPENED,
                {
                    ids.DRAFT_CADENCE_INPUT: "weekly",
                    ids.DRAFT_FIRST_INPUT: "2026-12-10",
                    ids.DRAFT_LAST_INPUT: "2026-12-01",
                },
                ids.DRAFT_LAST_INPUT,
                "before the first one",
            ),
            (ids.DRAFT_MANNER_OPENED, {ids.DRAFT_AUTHOR_INPUT: []}, ids.DRAFT_AUTHOR_INPUT, "at least one person"),
            (
                ids.DRAFT_MANNER_OPENED,
                {
                    ids.DRAFT_LEVEL_INPUT: "named",
                    ids.DRAFT_AUTHOR_INPUT: [],
                    ids.DRAFT_RESULTS_CHANNEL_INPUT: "C0SALES",
                },
                ids.DRAFT_AUTHOR_INPUT,
                "never shown names",
            ),
            (ids.DRAFT_MANNER_OPENED, {ids.DRAFT_HANDLE_INPUT: "taken"}, ids.DRAFT_HANDLE_INPUT, "taken"),
        ],
    )
    async def test_what_is_wrong_is_said_where_it_is(
        self, denyut: Bench, screen: str, inputs: dict[str, Any], place: str, said: str
    ) -> None:
        await begun(denyut, "retro")
        await press(denyut, ids.DRAFT_MANNER_OPENED)
        await submit(denyut, {ids.DRAFT_HANDLE_INPUT: "taken"})
        await submit(denyut)
        await begun(denyut, "retro")
        await press(denyut, screen)

        answer = await submit(denyut, inputs)

        assert said in answer.errors[place]

    async def test_without_the_scope_groups_are_left_out_with_a_hint(self, denyut: Bench) -> None:
        denyut.slack.refusals["user_groups"] = "missing_scope"
        await begun(denyut, "retro")

        view = await press(denyut, ids.DRAFT_AUDIENCE_OPENED)

        assert ids.DRAFT_GROUPS_INPUT not in text_of(view)
        assert "cannot see the user groups" in text_of(view)

    async def test_back_changes_nothing(self, denyut: Bench) -> None:
        hub = await begun(denyut, "retro")
        for screen in (ids.DRAFT_QUESTION_ADDED, ids.DRAFT_BANK_OPENED, ids.DRAFT_AUDIENCE_OPENED,
                       ids.DRAFT_DATES_OPENED, ids.DRAFT_MANNER_OPENED + ":more"):  # fmt: skip
            await press(denyut, screen)
            assert await press(denyut, ids.DRAFT_BACK) == hub
        await press(denyut, ids.DRAFT_PREVIEW_OPENED)
        await submit(denyut)
        assert denyut.form() == hub


class TestThePreview:
    async def test_shows_message_and_form_in_both_languages_and_nothing_live(self, denyut: Bench) -> None:
        await begun(denyut, "retro")

        english = await press(denyut, ids.DRAFT_PREVIEW_OPENED)
        indonesian = await press(denyut, f"{ids.DRAFT_PREVIEW_OPENED}:id")

        for view, language in ((english, "en"), (indonesian, "id")):
            for key in ("retro_mood", "retro_try"):
                assert denyut.services.texts.t(language)(f"bank.{key}") in text_of(view)
            live = [element["action_id"] for block in view["blocks"] for element in block.get("elements", ())
                    if "action_id" in element]  # fmt: skip
            assert all(each.startswith(ids.DRAFT_PREVIEW_OPENED) for each in live)
            assert not [block for block in view["blocks"] if block["type"] == "input"]
        assert "6 people" in text_of(english)

    async def test_shows_questions_that_the_first_round_would_draw(self, denyut: Bench) -> None:
        await begun(denyut, "weekly")

        view = await press(denyut, ids.DRAFT_PREVIEW_OPENED)

        assert denyut.services.texts.t("en")("bank.recognition_valued") in text_of(view)

    async def test_says_so_where_slack_does_not_tell_who_is_there(self, denyut: Bench) -> None:
        await begun(denyut, "retro")
        denyut.slack.refusals["C0SALES"] = "channel_not_found"

        view = await press(denyut, ids.DRAFT_PREVIEW_OPENED)

        assert "/invite @Denyut" in text_of(view)


class TestWhoMayDoWhat:
    async def test_the_draft_of_somebody_else_is_refused_everywhere(self, denyut: Bench) -> None:
        hub = await begun(denyut, "retro")
        before = asked(denyut)

        for button in (ids.DRAFT_BACK, ids.DRAFT_QUESTION_ADDED, ids.DRAFT_BANK_OPENED, ids.DRAFT_AUDIENCE_OPENED,
                       ids.DRAFT_DATES_OPENED, ids.DRAFT_MANNER_OPENED, ids.DRAFT_PREVIEW_OPENED):  # fmt: skip
            await denyut.click(button, ids.pack(), user="U0AYU", view=hub)
            assert "tidak berlaku lagi" in text_of(denyut.form()), button
        await denyut.choose(hub, f"{ids.DRAFT_QUESTION_MENU}:retro_try", "remove:retro_try", user="U0AYU")
        answer = await denyut.submit(hub, {}, user="U0AYU")

        assert "tidak berlaku lagi" in json.dumps(answer.body)
        assert surveys(denyut) == []
        await denyut.press(hub, ids.DRAFT_QUESTION_ADDED, user=BOB)
        assert asked(denyut) == before, "the control: it is there, unchanged, for its author"

    async def test_two_drafts_do_not_collide(self, denyut: Bench) -> None:
        bobs = await begun(denyut, "retro")
        await begun(denyut, "project", user="U0CITRA")
        await menu(denyut, "project_time", "remove", user="U0CITRA")
        await submit(denyut, user="U0CITRA")
        await denyut.submit(bobs, {}, user=BOB)

        made = {each.handle: each for each in surveys(denyut)}
        assert {handle: each.created_by for handle, each in made.items()} == {
            "retro-c0sales": BOB, "project-c0sales": "U0CITRA",
        }  # fmt: skip
        assert made["retro-c0sales"].definition.questions == TEMPLATES["retro"].questions

    async def test_guests_and_outsiders_make_none(self, denyut: Bench) -> None:
        for user in ("U0GUEST", "U0OUT"):
            for words in ("", " retro <#C0SALES|sales>"):
                reply = await denyut.command(f"/pulse new{words}", user=user)
                assert "members of this workspace" in reply.text
        assert denyut.slack.shown == []
        assert surveys(denyut) == []

    async def test_a_form_that_is_not_ours_is_stale(self, denyut: Bench) -> None:
        hub = await begun(denyut, "retro")
        for carried in ("", "[]", '{"v":1}', '{"v":1,"draft":"x","rule":"weekly;never"}'):
            await denyut.click(ids.DRAFT_BACK, ids.pack(), user=BOB, view={**hub, "private_metadata": carried})
            assert "no longer works" in text_of(denyut.form()), carried


class TestStaleForms:
    async def test_launching_twice_launches_once(self, denyut: Bench) -> None:
        hub = await begun(denyut, "retro")
        for _ in range(2):
            answer = await denyut.submit(hub, {}, user=BOB)
            assert "retro-c0sales" in json.dumps(answer.body)

        (made,) = surveys(denyut)
        assert len(denyut.do(lambda db: db.rounds.of_survey(made.id))) == 1

    async def test_a_launched_survey_is_not_changed_through_an_old_form(self, denyut: Bench) -> None:
        hub = await begun(denyut, "retro")
        await denyut.submit(hub, {}, user=BOB)
        await denyut.choose(hub, f"{ids.DRAFT_QUESTION_MENU}:retro_try", "remove:retro_try", user=BOB)

        assert "no longer works" in text_of(denyut.form())
        assert survey(denyut, "retro-c0sales").definition.questions == TEMPLATES["retro"].questions

    async def test_a_question_that_was_removed_meanwhile_is_not_in_the_way(self, denyut: Bench) -> None:
        hub = await begun(denyut, "retro")
        await menu(denyut, "retro_try", "remove")
        for what in ("remove", "up", "edit"):
            await denyut.choose(hub, f"{ids.DRAFT_QUESTION_MENU}:retro_try", f"{what}:retro_try", user=BOB)
            assert denyut.form()["callback_id"] == ids.DRAFT_HUB_FORM
        assert len(asked(denyut).questions) == 3

    async def test_a_date_that_went_by_meanwhile_is_said_and_can_be_changed(self, denyut: Bench) -> None:
        await begun(denyut, "retro")
        await press(denyut, ids.DRAFT_DATES_OPENED)
        await submit(denyut, {ids.DRAFT_FIRST_INPUT: "2026-11-27"})
        denyut.now += timedelta(days=2)

        answer = await submit(denyut)

        assert "is over" in text_of(answer.body["view"])
        await press(denyut, ids.DRAFT_DATES_OPENED)
        await submit(denyut, {ids.DRAFT_FIRST_INPUT: "2026-12-01"})
        await submit(denyut)
        assert len(surveys(denyut)) == 1

    async def test_drafts_are_removed_after_thirty_days_and_not_before(self, denyut: Bench) -> None:
        hub = await begun(denyut, "retro")
        await denyut.tick(denyut.now + timedelta(days=29))
        await denyut.click(ids.DRAFT_BACK, ids.pack(), user=BOB, view=hub)
        assert denyut.form()["callback_id"] == ids.DRAFT_HUB_FORM

        await denyut.tick(denyut.now + timedelta(days=2))
        await denyut.click(ids.DRAFT_BACK, ids.pack(), user=BOB, view=hub)
        assert "no longer works" in text_of(denyut.form())

    async def test_a_draft_outlives_a_restart(self, denyut: Bench) -> None:
        hub = await begun(denyut, "retro", cadence="monthly")

        again = Bench(denyut.storage, denyut.slack, denyut.now, denyut.services.settings)
        await again.submit(hub, {}, user=BOB)

        rule = rule_of(denyut, "retro-c0sales")
        assert rule is not None
        assert rule.cadence is Cadence.MONTHLY


class TestEditing:
    async def test_changes_apply_from_the_next_round_on(self, denyut: Bench) -> None:
        await denyut.command("/pulse new retro <#C0SALES|sales> now", user=BOB)
        await denyut.command("/pulse edit retro-sales", user=BOB)
        assert "from the next round on" in text_of(denyut.form())
        await menu(denyut, "retro_try", "remove")
        assert len(survey(denyut, "retro-sales").definition.questions) == 4, "not before it is saved"
        await press(denyut, ids.DRAFT_DATES_OPENED)
        await submit(denyut, {ids.DRAFT_CADENCE_INPUT: "weekly"})
        await submit(denyut)

        made = survey(denyut, "retro-sales")
        running = denyut.do(lambda db: db.rounds.open_of(made.id))
        assert [len(each.questions) for each in (made.definition, running)] == [3, 4]
        rule = rule_of(denyut, "retro-sales")
        assert rule is not None
        assert rule.cadence is Cadence.WEEKLY
        assert len(surveys(denyut)) == 1

    async def test_a_schedule_can_be_taken_away_and_stays_where_it_was_not_touched(self, denyut: Bench) -> None:
        await denyut.command("/pulse new retro <#C0SALES|sales> weekly", user=BOB)
        await denyut.command("/pulse edit retro-sales", user=BOB)
        await submit(denyut)
        assert len(denyut.do(lambda db: db.schedules.active())) == 1

        await denyut.command("/pulse edit retro-sales", user=BOB)
        await press(denyut, ids.DRAFT_DATES_OPENED)
        await submit(denyut, {ids.DRAFT_CADENCE_INPUT: "once", ids.DRAFT_FIRST_INPUT: None})
        await submit(denyut)
        assert denyut.do(lambda db: db.schedules.active()) == []

    async def test_only_its_author_and_admins_may(self, denyut: Bench) -> None:
        await denyut.command("/pulse new retro <#C0SALES|sales> weekly", user=BOB)

        refused = await denyut.command("/pulse edit retro-sales", user="U0CITRA")
        await denyut.command("/pulse ubah retro-sales", user="U0AYU")
        await menu(denyut, "retro_try", "remove", user="U0AYU")
        await submit(denyut, user="U0AYU")

        assert "pembuat" in refused.text
        made = survey(denyut, "retro-sales")
        assert (len(made.definition.questions), made.created_by) == (3, BOB)

    async def test_the_short_name_can_change(self, denyut: Bench) -> None:
        await denyut.command("/pulse new retro <#C0SALES|sales> weekly", user=BOB)
        await denyut.command("/pulse edit retro-sales", user=BOB)
        await press(denyut, ids.DRAFT_MANNER_OPENED)
        await submit(denyut, {ids.DRAFT_HANDLE_INPUT: "fridays"})
        await submit(denyut)

        assert [each.handle for each in surveys(denyut)] == ["fridays"]


async def test_a_round_drawn_from_the_bank_asks_what_it_drew(denyut: Bench) -> None:
    await denyut.command("/pulse new weekly <#C0SALES|sales> now", user=BOB)
    await denyut.tick()

    made = survey(denyut, "weekly-sales")
    running = denyut.do(lambda db: db.rounds.open_of(made.id))
    assert len(running.questions) == TEMPLATES["weekly"].size
