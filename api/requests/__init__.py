"""Meeting requests."""
