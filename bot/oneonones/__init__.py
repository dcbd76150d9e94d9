"""One-on-ones: recurring private meetings of two people, with an agenda before and what they keep of it after."""

from bot.oneonones.listeners import register

__all__ = ["register"]
