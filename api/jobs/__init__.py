"""The durable jobs: what is asked for in a request and done by a worker."""

from api.jobs.app import cancel, documents_state, enqueue, ranking_state, reranking_job

__all__ = ["cancel", "documents_state", "enqueue", "ranking_state", "reranking_job"]
