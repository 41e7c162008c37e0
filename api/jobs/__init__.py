"""The durable jobs: what is asked for in a request and done by a worker."""

from api.jobs.app import cancel, enqueue

__all__ = ["cancel", "enqueue"]
