"""Promised actions in one list: what somebody said they would do, wherever they said it, and whether it happened."""

from bot.actions.listeners import register

__all__ = ["register"]
