"""Everything on one machine: embedded PostgreSQL, sample event, server and worker."""
