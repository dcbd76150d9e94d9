"""A workspace's own KPIs: defining and changing them, what is decided about each KPI (`/kpi define`), and who may do
what (`/kpi rights`)."""
