"""Adding Denyut to Slack, and what happens when it is removed."""

from bot.installing.listeners import register

__all__ = ["register"]
