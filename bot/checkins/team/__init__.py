"""Team check-ins: setting them up, asking, collecting, the post, and picking up what is in somebody's way."""

from bot.checkins.team.listeners import register

__all__ = ["register"]
