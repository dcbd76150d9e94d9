"""The templates a survey can start from: their questions and rhythm. Names and what they are for are in the
catalogues (`templates.<key>.name`, `templates.<key>.about`), the words of their questions under `bank.<key>`. Which
questions can be drawn belongs to `bank`.

To add a template: one entry in TEMPLATES, what it asks beyond the bank in TEMPLATE_QUESTIONS, its texts in every
language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.bank import BANK, usual_question
from bot.domain.questions import Question, QuestionKind, Why, Wording
from bot.domain.schedules import Cadence


@dataclass(frozen=True, slots=True)
class Template:
    """What a new survey begins with; its author may change all of it.

    `draws` questions of `drivers` are drawn anew for each round, after `questions`. `is_named`: names are shown to
    the receivers of the results. `one_by_one`: asked one after the other rather than in one form.
    """

    key: str
    questions: tuple[Question, ...]
    cadence: Cadence
    is_named: bool = False
    one_by_one: bool = False
    drivers: tuple[str, ...] = ()
    draws: int = 0

    @property
    def size(self) -> int:
        """How many questions a round asks, drawn ones included."""
        return len(self.questions) + self.draws


_OBSTACLES: tuple[Wording, ...] = (
    {"en": "Too few prospects", "id": "Prospek kurang"},
    {"en": "Our prices", "id": "Harga kita"},
    {"en": "Products out of stock", "id": "Stok kosong"},
    {"en": "Strong competitors", "id": "Pesaing kuat"},
    {"en": "Too little time", "id": "Waktu kurang"},
    {"en": "Waiting for approval", "id": "Menunggu persetujuan"},
    {"en": "Something else", "id": "Hal lain"},
    {"en": "Nothing", "id": "Tidak ada"},
)
_SOMETHING_ELSE = 6

_A, _S, _Y, _T = QuestionKind.AGREEMENT, QuestionKind.STARS, QuestionKind.YES_NO, QuestionKind.TEXT

TEMPLATE_QUESTIONS: Mapping[str, Question] = {
    **{
        key: usual_question(key, kind)
        for key, kind in {
            "weekly_mood": _S,
            "onboarding_welcome": _A,
            "onboarding_clear_role": _A,
            "onboarding_ready": _Y,
            "onboarding_contact": _A,
            "onboarding_easier": _T,
            "project_goal": _A,
            "project_time": _A,
            "project_together": _S,
            "project_again": _T,
            "project_differently": _T,
            "manager_keep": _T,
            "manager_change": _T,
            "retro_mood": _S,
            "retro_well": _T,
            "retro_not_well": _T,
            "retro_try": _T,
            "confidence_target": _A,
            "confidence_next_step": _A,
            "confidence_help": _T,
            "one_on_one_mood": _S,
            "one_on_one_well": _T,
            "one_on_one_help": _T,
            "one_on_one_topics": _T,
        }.items()
    },
    "confidence_obstacle": replace(
        usual_question("confidence_obstacle", QuestionKind.CHOICE),
        options=_OBSTACLES,
        why=Why.GIVEN,
        why_after=(_SOMETHING_ELSE,),
    ),
}
"""What templates ask beyond the bank, by key. They belong to no driver and are never drawn."""


def question_by_key(key: str) -> Question:
    """The question under a bank key, of the bank or of a template. Raises KeyError if there is none."""
    return BANK[key] if key in BANK else TEMPLATE_QUESTIONS[key]


def _questions(*keys: str) -> tuple[Question, ...]:
    return tuple(question_by_key(key) for key in keys)


TEMPLATES: Mapping[str, Template] = {
    each.key: each
    for each in (
        Template("enps", _questions("enps"), Cadence.QUARTERLY),
        Template(
            "weekly",
            _questions("weekly_mood"),
            Cadence.WEEKLY,
            drivers=(
                "recognition",
                "workload",
                "growth",
                "manager_support",
                "autonomy",
                "goals",
                "peers",
                "meaning",
                "wellbeing",
                "communication",
            ),
            draws=3,
        ),
        Template(
            "onboarding",
            _questions(
                "onboarding_welcome",
                "onboarding_clear_role",
                "onboarding_ready",
                "onboarding_contact",
                "onboarding_easier",
            ),
            Cadence.ONCE,
        ),
        Template(
            "project",
            _questions("project_goal", "project_time", "project_together", "project_again", "project_differently"),
            Cadence.ONCE,
        ),
        Template(
            "manager",
            _questions(
                "manager_support_time",
                "manager_support_care",
                "manager_support_expectations",
                "manager_keep",
                "manager_change",
            ),
            Cadence.QUARTERLY,
        ),
        Template("retro", _questions("retro_mood", "retro_well", "retro_not_well", "retro_try"), Cadence.TWO_WEEKS),
        Template(
            "confidence",
            _questions("confidence_target", "confidence_next_step", "confidence_obstacle", "confidence_help"),
            Cadence.WEEKLY,
        ),
        Template(
            "one_on_one",
            _questions("one_on_one_mood", "one_on_one_well", "one_on_one_help", "one_on_one_topics"),
            Cadence.TWO_WEEKS,
            is_named=True,
            one_by_one=True,
        ),
        Template("blank", (), Cadence.ONCE),
    )
}
"""The templates by key, in the order shown to people."""
