"""The service: FastAPI and SQLAlchemy over the domain and the scheduler."""
