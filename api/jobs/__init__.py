"""The durable jobs: what is asked for in a request and done by a worker."""

from api.jobs.app import enqueue

__all__ = ["enqueue"]
