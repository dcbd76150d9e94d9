"""Denyut: pulse surveys, eNPS and sales KPIs in Slack. Imports nothing, so that `storage` may import `bot.domain`."""

__version__ = "0.1.0"
