"""Dependencies that routes of every area have: the transaction of the request, and the part of a list asked for."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.database import SAFE_METHODS, Sessions
from api.core.pagination import Pagination
from api.core.rate_limit import network_of

T = TypeVar("T")


async def _transaction(request: Request) -> AsyncIterator[AsyncSession]:
    reads = request.method in SAFE_METHODS
    sessions: Sessions = request.app.state.readers if reads else request.app.state.sessions
    async with sessions.begin() as session:
        yield session


Transaction = Annotated[AsyncSession, Depends(_transaction, scope="function")]
"""The transaction of this request: committed before the answer is sent, rolled back on any error.

A request by a safe method has none: it only reads.
"""


def inline(cls: type[T]) -> Callable[..., Awaitable[T]]:
    """`cls` as an asynchronous dependency with the parameters of its constructor.

    FastAPI calls a class, as any function that is not `async`, in a thread: two switches for each request.
    """

    async def construct(**parameters: Any) -> T:
        return cls(**parameters)

    construct.__signature__ = inspect.signature(cls)  # type: ignore[attr-defined]
    return construct


Paginated = Annotated[Pagination, Depends(inline(Pagination))]


async def _client_network(request: Request) -> str:
    return network_of(request.client.host if request.client else "")


ClientNetwork = Annotated[str, Depends(_client_network)]
"""The network that the request comes from, by which attempts are counted."""
