"""The figures of an event."""
