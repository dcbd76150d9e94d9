"""Targets: setting them, showing where they stand, and telling when that changes."""
