"""The scheduling problem: what is to be scheduled, what a legal schedule is, and how the two are stored."""
