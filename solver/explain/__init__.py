"""Why a meeting is left out, what would place it, and which demands contradict one another."""
