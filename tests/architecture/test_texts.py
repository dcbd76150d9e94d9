"""The words: every language says everything, with the same placeholders, and every key in the code exists."""

import re
from pathlib import Path
from string import Formatter

import pytest

from bot.domain.kpis import KPIS
from bot.i18n import Catalogues, Translator, load

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in (ROOT / "bot").rglob("*.py") if "playground" not in path.parts]
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


def test_every_key_in_the_code_is_in_the_catalogues() -> None:
    asked = {
        (first or second, path.name)
        for path in SOURCES
        for first, second in ASKED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50, "the search finds the keys at all"
    missing = {(key, name) for key, name in asked if key not in texts.t("en")}
    assert not missing


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
