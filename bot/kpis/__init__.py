"""KPIs in Slack: logging values, looking at them, targets, undo, and their way in and out as CSV. What a KPI is belongs
to `bot.domain.kpis`, a channel's periodic post to `bot.summaries`."""

from bot.kpis.listeners import register

__all__ = ["register"]
