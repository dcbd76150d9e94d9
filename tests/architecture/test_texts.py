"""The words: every language says everything, with the same placeholders, and every key in the code exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bot.app import build_registry
from bot.domain.bank import BANK, DRIVERS
from bot.domain.kpis import KPIS
from bot.domain.templates import TEMPLATE_QUESTIONS, TEMPLATES
from bot.i18n import Catalogues, Translator, load

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in (ROOT / "bot").rglob("*.py") if "playground" not in path.parts]
HOUSE = [*SOURCES, *(ROOT / "storage").rglob("*.py")]
"""Where refusals come from; those of the storage are worded like any other."""
KEY = r"[a-z_0-9]+(?:\.[a-z_0-9]+)+"
ASKED = re.compile(rf"""(?:\bt|texts\.t\([^)]*\)|\.t)\(\s*"({KEY})"|DomainError\(\s*"({KEY})\"""")

texts = load("en")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.fixture(params=[code for code in texts.languages if code != "en"])
def other(request: pytest.FixtureRequest) -> Translator:
    return texts.t(request.param)


def test_english_and_indonesian_ship() -> None:
    assert {"en", "id"} <= set(texts.languages)


def test_every_language_has_the_same_keys(other: Translator) -> None:
    assert set(other.keys()) == set(texts.t("en").keys())


def test_every_text_has_the_same_placeholders_in_every_language(other: Translator) -> None:
    for key in texts.t("en").keys():  # noqa: SIM118  a translator is not a mapping
        english = set().union(*(placeholders(form) for form in texts.t("en").forms(key)))
        translated = set().union(*(placeholders(form) for form in other.forms(key)))
        assert english == translated, key


@pytest.mark.parametrize("language", texts.languages)
def test_no_text_is_empty_or_shouts(language: str) -> None:
    t = texts.t(language)
    for key in t.keys():  # noqa: SIM118
        for form in t.forms(key):
            assert form, key
            assert form.strip() == form, key
            assert "!" not in form, key


class TestCommandsInTexts:
    """A command that a text names stands in backticks and in the reader's own words: people copy it as it is."""

    COMMAND = re.compile(r"(^|[^\w/])(/(?:kpi|pulse|checkin))\b ?([^\s`,.]*)")

    def named(self, language: str) -> Iterator[tuple[str, str, str, str]]:
        t = texts.t(language)
        for key in t.keys():  # noqa: SIM118
            for form in t.forms(key):
                yield from ((key, *found.groups()) for found in self.COMMAND.finditer(form))

    @pytest.mark.parametrize("language", texts.languages)
    def test_they_stand_in_backticks(self, language: str) -> None:
        assert [key for key, before, *_ in self.named(language) if before != "`"] == []

    @pytest.mark.parametrize("language", texts.languages)
    def test_they_are_in_the_language_of_the_text(self, language: str) -> None:
        registry, t = build_registry(texts), texts.t(language)
        found = list(self.named(language))
        assert len(found) > 40, "the search finds the commands at all"
        spoken = {
            command: {registry.spoken_name(sub, t) for sub in registry.listed(command)}
            for command in ("/kpi", "/pulse", "/checkin")
        }
        assert [(key, command, word) for key, _, command, word in found if word not in spoken[command]] == []

    def test_a_command_in_the_other_language_would_be_found(self) -> None:
        assert self.COMMAND.findall("lihat /kpi list, atau `/pulse daftar`.") == [
            (" ", "/kpi", "list"), ("`", "/pulse", "daftar"),
        ]  # fmt: skip


def test_every_key_in_the_code_is_in_the_catalogues() -> None:
    asked = {
        (first or second, path.name)
        for path in SOURCES
        for first, second in ASKED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50, "the search finds the keys at all"
    missing = {(key, name) for key, name in asked if key not in texts.t("en")}
    assert not missing


class TestNoTextIsDead:
    """Every key is used: by name; by a family, an f-string that names at least two parts of the key
    (`f"kpis.per.{period}"`); as the name of a KPI; as the words, help or usage of a sub-command; or in
    the question bank."""

    def test_every_key_of_the_catalogues_is_used_somewhere(self) -> None:
        named = {text for _, text in spoken(ast.Constant)}
        families = [family for _, text in spoken(ast.JoinedStr) if (family := family_of(text))]
        assert len(families) > 20, "the search finds the families at all"
        dead = {key for key in set(texts.t("en").keys()) - named - looked_up() if not fits(key, families)}
        assert not dead

    def test_every_family_in_the_code_has_texts(self) -> None:
        keys = set(texts.t("en").keys())
        first_words = {key.split(".")[0] for key in keys}
        empty = {
            (text, name)
            for name, text in spoken(ast.JoinedStr)
            if (family := family_of(text)) and text.split(".")[0] in first_words
            if not any(family.fullmatch(key) for key in keys)
        }
        assert not empty

    @pytest.mark.parametrize(
        ("key", "text", "is_used"),
        [
            ("kpis.per.week", "kpis.per.{}", True),
            ("kpi.revenue.words", "kpi.{}.words", True),
            ("summaries.title.week_so_far", "summaries.title.{}{}", True),
            ("kpis.per.week.long", "kpis.per.{}", False),
            ("kpis.perhaps", "kpis.{}", False),
            ("surveys.words.send", "{}.words.{}", False),
        ],
    )
    def test_a_family_is_no_excuse_for_everything(self, key: str, text: str, is_used: bool) -> None:
        family = family_of(text)
        assert fits(key, [family] if family else []) is is_used


def spoken(kind: type[ast.Constant] | type[ast.JoinedStr]) -> Iterator[tuple[str, str]]:
    """All strings of a kind in the code, with the file's name; what is filled into an f-string is written "{}"."""
    for path in HOUSE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                parts = node.values if isinstance(node, ast.JoinedStr) else [node]
                said = [part.value if isinstance(part, ast.Constant) else "{}" for part in parts]
                if all(isinstance(each, str) for each in said):
                    yield path.name, "".join(said)


def family_of(text: str) -> re.Pattern[str] | None:
    """The keys that an f-string can name; None for one that is no key, or names too little of it."""
    if not re.fullmatch(r"[a-z_0-9{}]+(?:\.[a-z_0-9{}]+)+", text) or len(re.findall(r"[a-z_0-9]+", text)) < 2:
        return None
    if text.startswith("{}"):
        return None
    return re.compile("[a-z_0-9]*".join(re.escape(part) for part in text.split("{}")))


def fits(key: str, families: list[re.Pattern[str]]) -> bool:
    return any(family.fullmatch(key) for family in families)


def looked_up() -> set[str]:
    """The keys that the registries name: KPIs, sub-commands, and the question bank with its templates."""
    registry = build_registry(texts)
    subs = [sub for command in registry.sub_commands for sub in registry.listed(command)]
    return (
        {f"kpi.{key}" for key in KPIS}
        | {key for sub in subs for key in (sub.words_key, sub.help_key, sub.usage_key)}
        | {f"bank.{key}" for key in (*BANK, *TEMPLATE_QUESTIONS)}
        | {f"bank.driver.{key}" for key in (*DRIVERS, BANK["enps"].driver)}
        | {f"templates.{key}.{part}" for key in TEMPLATES for part in ("name", "about")}
    )


def test_every_kpi_has_its_name_and_words_in_every_language() -> None:
    for language in texts.languages:
        t = texts.t(language)
        for key in KPIS:
            assert t(f"kpi.{key}")
            assert f"kpi.{key}.words" in t


def test_no_word_means_two_kpis() -> None:
    """Control for the registry of names: they are understood in all languages at once."""
    seen: dict[str, str] = {}
    for key in KPIS:
        names = {texts.t(code)(f"kpi.{key}").casefold() for code in texts.languages}
        for word in names | set(texts.all_words(f"kpi.{key}.words")):
            assert seen.setdefault(word, key) == key, word


def test_a_missing_key_is_an_error_and_not_an_empty_text() -> None:
    with pytest.raises(KeyError):
        texts.t("en")("core.there_is_no_such_text")


def test_an_unknown_language_falls_back_to_the_default() -> None:
    assert Catalogues(texts.translators, "id").t("fr").language == "id"
