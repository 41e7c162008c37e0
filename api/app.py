"""The application: the API under /api/v1, the built page under /, and what tells whether it is well."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi_offline import FastAPIOffline

from api.accounts import routes as accounts
from api.agendas import routes as agendas
from api.core import background, errors
from api.core.database import Timeouts, open_autocommit_sessions, open_engine, open_sessions
from api.events import routes as events
from api.imports import routes as imports
from api.imports.pool import ImportPool
from api.matching import feedback_routes as feedback
from api.matching import matches_routes as matches
from api.matching import routes as matching
from api.matching import writing_routes as writing
from api.matching.ranked_events import RankedEvents
from api.participants import routes as participants
from api.participants.semantic_search import SemanticSearch
from api.proposals import routes as proposals
from api.reports import routes as reports
from api.requests import routes as requests
from api.schedules import grid_routes as grids
from api.schedules import routes as schedules
from api.settings import Settings
from api.web import problems
from api.web.compression import Compression
from api.web.database_retry import DatabaseRetry
from api.web.headers import DOCS, Headers, same_site_only
from api.web.uploads import BODY_BYTES

PREFIX = "/api/v1"
RESOURCES = (
    accounts,
    events,
    imports,
    participants,
    matches,
    feedback,
    matching,
    writing,
    proposals,
    requests,
    schedules,
    grids,
    agendas,
    reports,
)
DESCRIPTION = """
Arranges the one-to-one meetings of a networking event.

Sign in first; the session is a cookie. Lists come in parts (`limit`, `offset`, `total`). Times carry the offset of the
event's time zone. Errors are problem details (RFC 9457), whose `code` says which.
"""


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings; `database_url` must be set once it starts."""
    app = FastAPIOffline(
        docs_url=DOCS,
        redoc_url=None,
        static_url=f"{DOCS}/static",
        title="Matchmaker",
        version="1",
        description=DESCRIPTION.strip(),
        openapi_url=f"{PREFIX}/openapi.json",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.add_middleware(DatabaseRetry)
    problems.install(app)
    app.add_middleware(Headers, settings=settings)
    app.add_middleware(Compression)
    api = APIRouter(
        prefix=PREFIX,
        max_body_size=BODY_BYTES,
        dependencies=[Depends(same_site_only)],
        responses=errors.documented(
            errors.BadRequest, errors.CrossSite, errors.TooLarge, errors.Invalid, errors.Unavailable
        ),
    )
    for resource in RESOURCES:
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(health)
    app.frontend("/", directory=settings.page_folder, fallback="index.html", check_dir=False)
    problems.document(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    url = settings.database_url
    if url is None:
        raise RuntimeError("no database: set MATCHMAKER_DATABASE_URL")
    timeouts = Timeouts(settings.statement_timeout, settings.lock_timeout, settings.idle_in_transaction_timeout)
    engine = open_engine(url, timeouts)
    app.state.sessions = open_sessions(engine)
    app.state.readers = open_autocommit_sessions(engine)
    app.state.semantic_search = SemanticSearch(url)
    app.state.ranked_events = RankedEvents(url)
    app.state.imports = ImportPool(url)
    background.warm()
    yield
    background.end()
    app.state.imports.close()
    await engine.dispose()


health = APIRouter(prefix="/health", include_in_schema=False)


@health.get("/live")
async def read_live() -> dict[str, Any]:
    """Whether the process answers."""
    return {"live": True}


@health.get("/ready")
async def read_ready(request: Request, response: Response) -> dict[str, Any]:
    """Whether it can work: the database answers, and has its tables."""
    try:
        async with request.app.state.sessions() as session:
            await session.execute(sa.text("SELECT FROM alembic_version"))
    except (sa.exc.SQLAlchemyError, OSError):
        response.status_code = 503
        return {"ready": False}
    return {"ready": True}
