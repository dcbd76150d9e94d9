"""Alerts: a word to a target's owner when its status changes, and what they note about it."""
