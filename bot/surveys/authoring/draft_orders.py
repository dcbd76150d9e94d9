"""`/pulse new weekly #sales every friday 15:00` in whatever language: which template, whom, and when. Audiences are
read by `mentions`, rhythms and days by `wishes`; what comes of it belongs to `drafts`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from bot.domain.audiences import Audience
from bot.domain.dates import parse_cadence
from bot.domain.enps import SCALE_0_10, Scale
from bot.domain.errors import DomainError
from bot.domain.questions import QuestionKind
from bot.domain.schedule_words import LONGEST_PHRASE
from bot.domain.schedules import Cadence, Rule
from bot.domain.templates import TEMPLATES, Template
from bot.domain.words import EVERY, LITTLE_WORDS, shown, tidy
from bot.i18n import Catalogues
from bot.surveys.authoring.draft_plans import usual_rule
from bot.surveys.authoring.mentions import read_named
from bot.surveys.authoring.wishes import read_wish

_LONGEST_NAME = 6  # words
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Order:
    """What was understood. `template` is None where none was named, `rule` None for one round at once; `name` is that
    of the first channel or group, where Slack says it."""

    template: Template | None
    audience: Audience
    rule: Rule | None
    name: str = ""


def read_order(words: str, now: datetime, zone: str, language: str, texts: Catalogues) -> Order:
    """What stands after `/pulse new`: the template, whom, and when. Nothing about when means as usual for the template;
    a day or a time alone, the usual rhythm from then on.

    Raises DomainError `surveys.drafts.template_meant` or `.template_unknown` (`word`), and as `read_named` and
    `read_wish`.
    """
    named = read_named(words, texts.all_words("surveys.except_words"))
    template, rest = _template(named.rest.split(), language, texts)
    at_once = set(texts.all_words("surveys.drafts.now_words"))
    said = [word for word in rest if word.casefold() not in at_once]
    usual = Cadence.ONCE if template is None or len(said) < len(rest) else template.cadence
    name = named.names[0] if named.names else ""
    if not said:
        return Order(template, named.audience, usual_rule(usual, now, zone), name)
    if usual is not Cadence.ONCE and not _says_how_often(said):
        said.append(usual.value)
    wish = read_wish(
        " ".join(said),
        now,
        zone,
        language,
        texts.all_words("surveys.scale_words"),
        texts.all_words("surveys.from_words"),
        texts.all_words("surveys.until_words"),
    )
    return Order(_on_scale(template, wish.scale), named.audience, wish.rule, name)


def _template(words: Sequence[str], language: str, texts: Catalogues) -> tuple[Template | None, list[str]]:
    """The template that the first words name, and the words after it."""
    words = _without_little_words(words)
    if not words:
        return None, []
    names = _names(texts)
    sizes = range(min(_LONGEST_NAME, len(words)), 0, -1)
    for size in sizes:
        template = names.get(_tidy(" ".join(words[:size])))
        if template is not None:
            return template, list(words[size:])
    for size in sizes:
        close = get_close_matches(_tidy(" ".join(words[:size])), names, n=1, cutoff=_ALIKE)
        if close:
            raise DomainError("surveys.drafts.template_meant", word=shown(" ".join(words[:size])), name=close[0])
    called = [texts.t(language).words(f"surveys.template_words.{key}")[0] for key in TEMPLATES]
    raise DomainError("surveys.drafts.template_unknown", word=shown(words[0]), names=", ".join(called))


def _without_little_words(words: Sequence[str]) -> Sequence[str]:
    start = next((place for place, word in enumerate(words) if word.casefold() not in LITTLE_WORDS), len(words))
    return words[start:]


def _names(texts: Catalogues) -> Mapping[str, Template]:
    """Everything a template is called, in every language."""
    names: dict[str, Template] = {}
    for key, template in TEMPLATES.items():
        called = [texts.t(language)(f"templates.{key}.name") for language in texts.languages]
        for name in (key, *texts.all_words(f"surveys.template_words.{key}"), *called):
            names.setdefault(_tidy(name), template)
    return names


def _tidy(name: str) -> str:
    return " ".join(re.sub(r"[_:,-]+", " ", name.casefold()).split())


def _says_how_often(words: Sequence[str]) -> bool:
    if any(tidy(word) in EVERY for word in words):
        return True
    return any(
        parse_cadence(" ".join(words[start : start + size])) is not None
        for start in range(len(words))
        for size in range(1, LONGEST_PHRASE + 1)
    )


def _on_scale(template: Template | None, scale: Scale) -> Template | None:
    """The template with its eNPS question on another scale; DomainError `dates.word_unknown` where it has none."""
    if template is None or scale == SCALE_0_10:
        return template
    if not any(each.kind is QuestionKind.ENPS for each in template.questions):
        raise DomainError("dates.word_unknown", word=f"{scale.low}-{scale.high}")
    questions = (
        replace(each, low=scale.low, high=scale.high) if each.kind is QuestionKind.ENPS else each
        for each in template.questions
    )
    return replace(template, questions=tuple(questions))
