"""The CP-SAT model and what solves it to proven optimality."""
