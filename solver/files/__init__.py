"""Files of problems that others publish."""
