"""The domain of Matchmaker: plain data and pure functions, without database, web or solver."""
