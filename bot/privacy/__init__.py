"""What Denyut stores about a person: shown to them, handed out, and erased."""

from bot.privacy.listeners import register

__all__ = ["register"]
