"""The scheduler: `solve`, `repair`, `explain`. Knows the domain and OR-Tools, not the database or the web."""
