"""The durable jobs: what is asked for in a request and done by a worker."""

from api.jobs.app import cancel, enqueue, ranking_state

__all__ = ["cancel", "enqueue", "ranking_state"]
