"""What "why do I get this, and who sees it?" opens: who asks, who sees what, how answers are kept, and everything else
that somebody may want to know before they answer. Each sentence is exact for the round it is told of."""

from collections.abc import Iterator

from bot.domain.prompting import Spread
from bot.domain.surveys import MANAGER, Dimension, Round, Survey
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, escape, form, section
from bot.surveys.wording import audience_words, named_receivers_words, receivers_words

SPREADS = {Spread.DAY: "surveys.why.spread.day", Spread.THREE_DAYS: "surveys.why.spread.three_days"}
DIMENSIONS = {
    Dimension.CHANNEL: "surveys.why.by.channel",
    Dimension.GROUP: "surveys.why.by.group",
    Dimension.ZONE: "surveys.why.by.zone",
}


def why_form(survey: Survey, asking: Round, t: Translator, zone: str) -> Block:
    """Why somebody is asked in a round, and who sees what of it."""
    blocks = [section(text) for text in _parts(survey, asking, t, zone)]
    return form(ids.WHY_NOTE, t("surveys.why.title"), blocks, close=t("core.close"))


def _parts(survey: Survey, asking: Round, t: Translator, zone: str) -> Iterator[str]:
    definition, closes = asking.definition, t.moment(asking.closes_at, zone)
    author = f"<@{survey.created_by}>" if survey.created_by else t("surveys.why.an_admin")
    audience = audience_words(definition.audience, t)
    yield t("surveys.why.asked", count=asking.asked, author=author, audience=audience)
    yield " ".join(_sees(asking, t))
    if definition.breakdown:
        yield _breakdown(asking, t)
    if definition.is_named:
        yield t("surveys.why.named", people=named_receivers_words(definition, t))
    else:
        yield t("surveys.why.sealed", closes=closes)
        yield t("surveys.why.unlinkable")
        yield t("surveys.why.knows")
    yield " ".join(_reminders(asking, t))
    yield t("surveys.why.change", closes=closes)
    yield t("surveys.why.export_named" if definition.is_named else "surveys.why.export")


def _sees(asking: Round, t: Translator) -> Iterator[str]:
    """While it is open, and after the close."""
    definition = asking.definition
    receivers = receivers_words(definition, t)
    yield t("surveys.why.open")
    if definition.is_named:
        people = named_receivers_words(definition, t)
        yield t("surveys.why.sees_named", people=people, receivers=receivers, score=asking.min_score)
    else:
        yield t("surveys.why.sees", receivers=receivers, score=asking.min_score, comments=asking.min_comments)
        yield t("surveys.why.alike")
    channel_id = definition.audience.only_channel
    if channel_id and definition.enps:
        yield t("surveys.why.summary", channel=f"<#{channel_id}>")


def _reminders(asking: Round, t: Translator) -> Iterator[str]:
    definition = asking.definition
    yield t("surveys.why.reminders")
    yield t("surveys.why.not_shown_named" if definition.is_named else "surveys.why.not_shown")
    if definition.spread in SPREADS:
        yield t(SPREADS[definition.spread])


def _breakdown(asking: Round, t: Translator) -> str:
    kind, _, name = asking.definition.breakdown.partition(":")
    if asking.definition.breakdown == MANAGER:
        by = t("surveys.why.by.manager")
    else:
        by = t(DIMENSIONS[Dimension(kind)]) if Dimension(kind) in DIMENSIONS else escape(name)
    if asking.definition.is_named:
        return t("surveys.why.breakdown_named", by=by, score=asking.min_score)
    return t("surveys.why.breakdown", by=by, score=asking.min_score)
