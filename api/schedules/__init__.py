"""Schedules, from rows to problem and back."""
