"""Events, their times and places."""
