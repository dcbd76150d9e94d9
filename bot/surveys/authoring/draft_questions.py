"""The question editor's matter: what an author has typed so far, and the question that comes of it. How the editor
looks is in `draft_editor`; what may be asked is decided in `bot.domain.questions`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.errors import DomainError
from bot.domain.questions import KINDS, Question, QuestionKind, Why, Wording, check_question
from bot.i18n import Catalogues
from bot.slack import ids
from bot.surveys.authoring.manners import ENPS

REQUIRED = "required"

_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")


class NotAccepted(Exception):  # noqa: N818  (a refusal, as people read it)
    """What was typed is no question yet: the refusal, and the input it belongs to."""

    def __init__(self, block_id: str, refusal: DomainError) -> None:
        super().__init__(str(refusal))
        self.block_id = block_id
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Typed:
    """A question as it stands in the editor, finished or not. Texts are by language, options one a line."""

    kind: QuestionKind = QuestionKind.AGREEMENT
    texts: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    is_required: bool = False
    scale: tuple[int, int] = (0, 0)
    why: Why = Why.NEVER
    why_after: tuple[int, ...] = ()
    why_texts: Mapping[str, str] = field(default_factory=dict)


def typed_of(question: Question, texts: Catalogues) -> Typed:
    """A question as the editor begins with it. The words of the bank stand there to be changed."""
    bank = {language: texts.t(language)(f"bank.{question.bank}") for language in texts.languages if question.bank}
    return Typed(
        question.kind,
        {**bank, **question.wording},
        {language: _lines(question.options, language) for language in texts.languages},
        question.required,
        (question.low, question.high),
        question.why,
        question.why_after,
        question.why_wording,
    )


def typed_from(inputs: Mapping[str, str], languages: Sequence[str]) -> Typed:
    """What stands in the editor's inputs. Of a kind that was chosen just now, scale and reason are still the usual
    ones. Raises DomainError `core.stale` for what the editor does not offer."""
    try:
        kind = QuestionKind(inputs.get(ids.DRAFT_KIND_INPUT, ""))
        why = Why(_of_kind(inputs, ids.DRAFT_WHY_INPUT, kind) or usual_why(kind))
        scale = _scale(_of_kind(inputs, ids.DRAFT_SCALE_INPUT, kind), kind)
        after = tuple(sorted(int(each) for each in inputs.get(ids.DRAFT_AFTER_INPUT, "").split(",") if each))
    except ValueError:
        raise DomainError("core.stale") from None
    return Typed(
        kind,
        _by_language(inputs, ids.DRAFT_TEXT_INPUT, languages),
        _by_language(inputs, ids.DRAFT_OPTIONS_INPUT, languages),
        inputs.get(ids.DRAFT_REQUIRED_INPUT) == REQUIRED,
        scale,
        why,
        after if why is Why.GIVEN else (),
        _by_language(inputs, ids.DRAFT_WHY_TEXT_INPUT, languages),
    )


def question_from(typed: Typed, question_id: str, before: Question | None, texts: Catalogues, own: str) -> Question:
    """The question that was typed. Words left as the bank has them stay the bank's, in every language; so do those of
    an eNPS question without any. `own` is the author's language, whose input is told what is wrong. Raises
    NotAccepted."""
    wording, why_wording = _filled(typed.texts), _filled(typed.why_texts)
    bank = before.bank if before and before.kind is typed.kind else ""
    if typed.kind is QuestionKind.ENPS and not wording:
        bank = ENPS
    words = {language: texts.t(language)(f"bank.{bank}") for language in texts.languages if bank}
    is_from_bank = bool(bank) and all(words.get(language) == text for language, text in wording.items())
    options = _options(typed, own) if KINDS[typed.kind].has_options else ()
    low, high = typed.scale if KINDS[typed.kind].scales else (0, 0)
    if typed.why is Why.GIVEN and (not typed.why_after or max(typed.why_after) >= len(options)):
        raise NotAccepted(ids.DRAFT_AFTER_INPUT, DomainError("surveys.questions.after_what"))
    question = Question(
        question_id,
        typed.kind,
        {} if is_from_bank else wording,
        bank if is_from_bank else "",
        typed.is_required,
        low,
        high,
        options,
        typed.why,
        typed.why_after if typed.why is Why.GIVEN else (),
        why_wording if typed.why is not Why.NEVER else {},
        before.driver if before else "",
    )
    try:
        check_question(question)
    except DomainError as refusal:
        about = ids.DRAFT_OPTIONS_INPUT if "option" in refusal.key else ids.DRAFT_TEXT_INPUT
        raise NotAccepted(ids.sub_id(about, own), refusal) from refusal
    return question


def usual_why(kind: QuestionKind) -> Why:
    """When the reason is asked where the author says nothing: of everybody for eNPS, else of nobody."""
    return Why.ALWAYS if kind is QuestionKind.ENPS else Why.NEVER


def usual_scale(kind: QuestionKind) -> tuple[int, int]:
    return KINDS[kind].scales[0] if KINDS[kind].scales else (0, 0)


def fresh(kind: QuestionKind = QuestionKind.AGREEMENT) -> Typed:
    """An empty editor."""
    return Typed(kind, scale=usual_scale(kind), why=usual_why(kind))


def option_lines(text: str) -> list[str]:
    """The options of one language: a line each, without blank ones and without bullets or numbers people type."""
    return [option for line in text.splitlines() if (option := _BULLET.sub("", line).strip())]


def _options(typed: Typed, own: str) -> tuple[Wording, ...]:
    """The options, each in every language they were typed in. As many lines in one as in the other: they are the same
    options."""
    by_language = {language: lines for language, text in typed.options.items() if (lines := option_lines(text))}
    if len({len(lines) for lines in by_language.values()}) > 1:
        other = next((each for each in by_language if each != own), own)
        raise NotAccepted(ids.sub_id(ids.DRAFT_OPTIONS_INPUT, other), DomainError("surveys.questions.options_differ"))
    longest = max(map(len, by_language.values()), default=0)
    return tuple({language: lines[place] for language, lines in by_language.items()} for place in range(longest))


def _lines(options: Sequence[Wording], language: str) -> str:
    """The options in a language, if all of them are worded in it."""
    lines = [option.get(language, "") for option in options]
    return "\n".join(lines) if all(lines) else ""


def _by_language(inputs: Mapping[str, str], block_id: str, languages: Sequence[str]) -> dict[str, str]:
    return {each: text for each in languages if (text := inputs.get(ids.sub_id(block_id, each), ""))}


def _of_kind(inputs: Mapping[str, str], block_id: str, kind: QuestionKind) -> str:
    """An input that is another one for each kind, so that Slack forgets what was chosen in it for the last."""
    return inputs.get(ids.sub_id(block_id, kind), "")


def _scale(text: str, kind: QuestionKind) -> tuple[int, int]:
    if not text:
        return usual_scale(kind)
    low, _, high = text.partition("-")
    if (int(low), int(high)) not in KINDS[kind].scales:
        raise ValueError(text)
    return int(low), int(high)


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text.strip() for language, text in texts.items() if text.strip()}
