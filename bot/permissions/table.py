"""The table, whole. Its rows are in the modules beside this one, by what they are about."""

from collections.abc import Mapping

from bot.permissions.kpi_rows import KPIS
from bot.permissions.rules import Entry
from bot.permissions.survey_rows import SURVEYS
from bot.permissions.team_rows import TEAMS

LISTENERS: Mapping[str, Entry] = {**SURVEYS, **KPIS, **TEAMS}
"""By the name of the listener: "/kpi log", "/kpi" for what it opens with, an action or callback id, "event …" or
"POST /api/…"."""
