"""The periodic post of a channel: KPIs against targets, a chart, eNPS, and who still owes a number."""

from bot.summaries.listeners import register

__all__ = ["register"]
