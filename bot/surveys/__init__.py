"""Pulse surveys: creating, asking, answering, closing, results, and rounds of the past from a file.

How answers are kept apart from people is the storage's matter, the statistics and what may be published the domain's.
"""

from bot.surveys.listeners import register

__all__ = ["register"]
