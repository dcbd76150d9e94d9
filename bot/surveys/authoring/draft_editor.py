"""The screens of a draft on which its questions come about: the editor of one question, and the question bank. What the
editor's inputs mean is in `draft_questions`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.bank import DRIVERS, of_driver
from bot.domain.questions import (
    KINDS,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    OPTION_LENGTH,
    QUESTION_LENGTH,
    Question,
    QuestionKind,
    Why,
)
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    OPTION_TEXT,
    Block,
    actions,
    button,
    checkboxes,
    context,
    cut,
    divider,
    field,
    form,
    multi_select,
    option,
    section,
    select,
    text_input,
)
from bot.surveys.authoring.draft_forms import kind_words, why_words
from bot.surveys.authoring.draft_plans import Draft, Reference, carry
from bot.surveys.authoring.draft_questions import REQUIRED, Typed, option_lines
from bot.surveys.wording import question_text

NO_DRAWS = "0"
_OPTIONS_LENGTH = MOST_OPTIONS * (OPTION_LENGTH + 5)


def editor_form(draft: Draft, question_id: str, typed: Typed, languages: Sequence[str], t: Translator) -> Block:
    """One question, whatever is typed of it so far, under the id it has or is to have. The author's own language comes
    first; one language is enough."""
    is_new = draft.survey.definition.question(question_id) is None
    own_first = (t.language, *(each for each in languages if each != t.language))
    kinds = {each: option(kind_words(each, t), each.value) for each in QuestionKind}
    blocks = [
        back_button(t),
        field(
            ids.DRAFT_KIND_INPUT,
            t("surveys.drafts.editor.kind"),
            select(ids.DRAFT_KIND_CHOSEN, list(kinds.values()), initial=kinds[typed.kind]),
            dispatch=True,
        ),
        *(_text_field(each, typed, is_own=each == t.language, t=t) for each in own_first),
        *(_options_field(each, typed, is_own=each == t.language, t=t) for each in own_first if _has_options(typed)),
        *_scale_field(typed, t),
        _required_field(typed, t),
        *_why_fields(typed, own_first, t),
    ]
    return form(
        ids.DRAFT_QUESTION_FORM,
        t("surveys.drafts.editor.new_title") if is_new else t("surveys.drafts.editor.title"),
        blocks,
        submit=t("core.save"),
        close=discard_words(draft, t),
        metadata=carry(Reference(draft.survey.id, draft.rule, draft.of), question=question_id),
    )


@dataclass(frozen=True, slots=True)
class Picked:
    """What is chosen in the question bank so far: the keys to add, of the driver that is shown and of those before it,
    and how many questions to draw each round from which drivers."""

    driver: str
    taken: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    draws: int = 0


def bank_form(draft: Draft, picked: Picked, t: Translator) -> Block:
    """The question bank: the questions of one driver to tick, and below it the drivers to draw from each round."""
    driver, taken = picked.driver, picked.taken
    drivers = {each: option(t(f"bank.driver.{each}"), each) for each in DRIVERS}
    counts = [option(t("surveys.drafts.bank.no_draws"), NO_DRAWS)]
    counts += [option(t.number(number), str(number)) for number in range(1, MOST_QUESTIONS + 1)]
    blocks = [
        back_button(t),
        field(
            ids.DRAFT_DRIVER_INPUT,
            t("surveys.drafts.bank.driver"),
            select(ids.DRAFT_DRIVER_CHOSEN, list(drivers.values()), initial=drivers[driver]),
            dispatch=True,
        ),
        *_questions_of(draft, driver, taken, t),
        *_taken_elsewhere(driver, taken, t),
        divider(),
        section(t("surveys.drafts.bank.draw")),
        field(
            ids.DRAFT_DRAWS_INPUT,
            t("surveys.drafts.bank.draws"),
            select(ids.DRAFT_DRAWS_INPUT, counts, initial=counts[picked.draws]),
        ),
        field(
            ids.DRAFT_DRAWN_FROM_INPUT,
            t("surveys.drafts.bank.drawn_from"),
            multi_select(
                ids.DRAFT_DRAWN_FROM_INPUT,
                list(drivers.values()),
                [drivers[each] for each in picked.drivers if each in drivers],
                t("surveys.drafts.bank.drawn_from_placeholder"),
            ),
            optional=True,
            hint=t("surveys.drafts.bank.draw_hint"),
        ),
    ]
    return form(
        ids.DRAFT_BANK_FORM,
        t("surveys.drafts.bank.title"),
        blocks,
        submit=t("core.save"),
        close=discard_words(draft, t),
        metadata=carry(Reference(draft.survey.id, draft.rule, draft.of), driver=driver, taken=",".join(taken)),
    )


def back_button(t: Translator) -> Block:
    """The way back to the overview, without a change."""
    return actions([button(t("surveys.drafts.back"), ids.DRAFT_BACK, ids.pack())])


def discard_words(draft: Draft, t: Translator) -> str:
    """The other way out, which Slack does not let lead back: it closes everything, and says so."""
    return t("surveys.drafts.discard_changes") if draft.of else t("surveys.drafts.discard")


def language_name(language: str, t: Translator) -> str:
    """A language's name in the reader's own: "English", "Inggris"."""
    return str(t.locale.languages.get(language, language))


def _has_options(typed: Typed) -> bool:
    return KINDS[typed.kind].has_options


def _text_field(language: str, typed: Typed, *, is_own: bool, t: Translator) -> Block:
    block_id = ids.sub_id(ids.DRAFT_TEXT_INPUT, language)
    element = text_input(
        block_id,
        initial=typed.texts.get(language, ""),
        max_length=QUESTION_LENGTH,
        placeholder=t(f"surveys.drafts.example.{typed.kind}") if is_own else "",
    )
    label = t("surveys.drafts.editor.text", language=language_name(language, t))
    hint = "" if is_own else t("surveys.drafts.editor.other_language")
    if is_own and typed.kind is QuestionKind.ENPS:
        hint = t("surveys.drafts.editor.usual_words")
    return field(block_id, label, element, optional=True, hint=hint)


def _options_field(language: str, typed: Typed, *, is_own: bool, t: Translator) -> Block:
    block_id = ids.sub_id(ids.DRAFT_OPTIONS_INPUT, language)
    element = text_input(block_id, initial=typed.options.get(language, ""), multiline=True, max_length=_OPTIONS_LENGTH)
    hint = "surveys.drafts.editor.options_hint" if is_own else "surveys.drafts.editor.options_same"
    label = t("surveys.drafts.editor.options", language=language_name(language, t))
    return field(block_id, label, element, optional=True, hint=t(hint, most=MOST_OPTIONS) if is_own else t(hint))


def _scale_field(typed: Typed, t: Translator) -> list[Block]:
    scales = KINDS[typed.kind].scales
    if len(scales) < 2:
        return []
    options = {
        each: option(t("surveys.form.scale_option", low=each[0], high=each[1]), f"{each[0]}-{each[1]}")
        for each in scales
    }
    block_id = ids.sub_id(ids.DRAFT_SCALE_INPUT, typed.kind)
    element = select(
        ids.DRAFT_SCALE_INPUT, list(options.values()), initial=options.get(typed.scale, options[scales[0]])
    )
    return [field(block_id, t("surveys.form.scale"), element)]


def _required_field(typed: Typed, t: Translator) -> Block:
    required = option(t("surveys.drafts.editor.required"), REQUIRED)
    element = checkboxes(ids.DRAFT_REQUIRED_INPUT, [required], [required] if typed.is_required else [])
    return field(ids.DRAFT_REQUIRED_INPUT, t("surveys.drafts.editor.required_label"), element, optional=True)


def _why_fields(typed: Typed, languages: Sequence[str], t: Translator) -> list[Block]:
    """Nothing for a text, which is its own reason."""
    whys = KINDS[typed.kind].whys
    if len(whys) < 2:
        return []
    options = {each: option(why_words(typed.kind, each, t), each.value) for each in whys}
    element = select(ids.DRAFT_WHY_CHOSEN, list(options.values()), initial=options.get(typed.why, options[Why.NEVER]))
    block_id = ids.sub_id(ids.DRAFT_WHY_INPUT, typed.kind)
    blocks = [field(block_id, t("surveys.drafts.editor.why"), element, dispatch=True)]
    if typed.why is Why.GIVEN:
        blocks.append(_after_field(typed, languages, t))
    if typed.why is not Why.NEVER:
        blocks += [_why_text_field(each, typed, t) for each in languages]
    return blocks


def _after_field(typed: Typed, languages: Sequence[str], t: Translator) -> Block:
    """The options by number, with their words as far as they are typed."""
    lines = next((lines for each in languages if (lines := option_lines(typed.options.get(each, "")))), [])
    numbered = [
        option(f"{place + 1}. {lines[place]}" if place < len(lines) else t.number(place + 1), str(place))
        for place in range(min(len(lines), MOST_OPTIONS) or MOST_OPTIONS)
    ]
    chosen = [numbered[place] for place in typed.why_after if place < len(numbered)]
    element = multi_select(ids.DRAFT_AFTER_INPUT, numbered, chosen)
    return field(ids.DRAFT_AFTER_INPUT, t("surveys.drafts.editor.after"), element, optional=True)


def _why_text_field(language: str, typed: Typed, t: Translator) -> Block:
    block_id = ids.sub_id(ids.DRAFT_WHY_TEXT_INPUT, language)
    element = text_input(
        block_id,
        initial=typed.why_texts.get(language, ""),
        max_length=QUESTION_LENGTH,
        placeholder=t("surveys.reason.any") if language == t.language else "",
    )
    label = t("surveys.drafts.editor.why_text", language=language_name(language, t))
    return field(block_id, label, element, optional=True)


def _questions_of(draft: Draft, driver: str, taken: Sequence[str], t: Translator) -> list[Block]:
    there = {each.id for each in draft.survey.definition.questions}
    options = {each.id: _bank_option(each, t) for each in of_driver(driver) if each.id not in there}
    if not options:
        return [section(t("surveys.drafts.bank.all_there"))]
    block_id = ids.sub_id(ids.DRAFT_TAKEN_INPUT, driver)
    ticked = [choice for key, choice in options.items() if key in taken]
    element = checkboxes(ids.DRAFT_TAKEN_INPUT, list(options.values()), ticked)
    return [field(block_id, t("surveys.drafts.bank.questions"), element, optional=True)]


def _bank_option(question: Question, t: Translator) -> Block:
    """An option holds 75 characters: what is longer goes on in its second line."""
    text = question_text(question, t)
    if len(text) <= OPTION_TEXT:
        return option(text, question.id, kind_words(question.kind, t))
    head = text[:OPTION_TEXT].rsplit(" ", 1)[0]
    return option(head, question.id, text[len(head) :].strip())


def _taken_elsewhere(driver: str, taken: Sequence[str], t: Translator) -> list[Block]:
    others = [key for key in taken if key not in {each.id for each in of_driver(driver)}]
    if not others:
        return []
    return [context(t("surveys.drafts.bank.taken", questions=cut("; ".join(t(f"bank.{key}") for key in others), 1000)))]
