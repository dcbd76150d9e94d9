"""The App Home: what waits for a person, their KPIs, the team's figures, and what is kept about them."""

from bot.home.listeners import register

__all__ = ["register"]
