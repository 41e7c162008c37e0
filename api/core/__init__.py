"""What every area builds on: database, errors, logs, audit trail."""
