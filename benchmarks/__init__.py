"""Measurements side by side: what they say is in RESULTS.md, how to read them in README.md. No test asserts a time."""
