"""Looking at KPIs: one or several, by person, week or month, the list and the targets at a glance."""
