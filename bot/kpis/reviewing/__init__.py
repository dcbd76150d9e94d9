"""Reviews of KPIs ("tinjauan"): every KPI that is used is looked at once a quarter, and kept, changed or retired."""
