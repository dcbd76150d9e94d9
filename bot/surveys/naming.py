"""Which survey a command names. What is done with it belongs to the listeners."""

from bot.domain.errors import DomainError
from bot.domain.surveys import Survey
from bot.domain.words import shown
from bot.middleware import mentioned
from bot.surveys import service
from storage import UnitOfWork


def named(db: UnitOfWork, words: str) -> Survey:
    """The survey that a command names: by handle, by #channel, or not at all."""
    channel_id, rest = mentioned(words, "#")
    if channel_id and rest:
        raise DomainError("core.word_unknown", word=shown(rest))
    return service.find(db, shown(rest), channel_id)
