"""What is waiting for a member, and their own settings: language, time zone, days away."""

from bot.checkins.listeners import register

__all__ = ["register"]
