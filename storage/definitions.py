"""Definitions and what was published, as JSON and back. What is in them is the domain's matter.

The domain's own dataclasses are the schema: a field with a default may be added without a migration, a removed or
renamed one needs one. Reading is kept, as a round's definition is read with every answer.
"""

from functools import lru_cache

from pydantic import TypeAdapter

from bot.domain.checkins import CheckinDefinition
from bot.domain.publications import Published
from bot.domain.summaries import SummaryDefinition
from bot.domain.surveys import Definition

_KEPT = 512


def definition_text(definition: Definition) -> str:
    return _definitions().dump_json(definition, exclude_defaults=True).decode()


@lru_cache(_KEPT)
def definition_of(text: str) -> Definition:
    """The definition; the same text gives the same object, which nobody can change."""
    return _definitions().validate_json(text)


def published_text(published: Published | None) -> str | None:
    return None if published is None else _publications().dump_json(published, exclude_defaults=True).decode()


@lru_cache(_KEPT)
def published_of(text: str | None) -> Published | None:
    return None if text is None else _publications().validate_json(text)


def checkin_definition_text(definition: CheckinDefinition) -> str:
    return _checkins().dump_json(definition, exclude_defaults=True).decode()


@lru_cache(_KEPT)
def checkin_definition_of(text: str) -> CheckinDefinition:
    return _checkins().validate_json(text)


def summary_definition_text(definition: SummaryDefinition) -> str:
    return _summaries().dump_json(definition, exclude_defaults=True).decode()


@lru_cache(_KEPT)
def summary_definition_of(text: str) -> SummaryDefinition:
    return _summaries().validate_json(text)


@lru_cache(1)
def _checkins() -> TypeAdapter[CheckinDefinition]:
    return TypeAdapter(CheckinDefinition)


@lru_cache(1)
def _summaries() -> TypeAdapter[SummaryDefinition]:
    return TypeAdapter(SummaryDefinition)


@lru_cache(1)
def _definitions() -> TypeAdapter[Definition]:
    return TypeAdapter(Definition)


@lru_cache(1)
def _publications() -> TypeAdapter[Published]:
    return TypeAdapter(Published)
