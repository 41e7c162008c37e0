"""Meetings that an organiser proposes."""
