"""Asking a KPI's owners for its value at its cadence: schedules, the question, one reminder, what becomes of them."""
