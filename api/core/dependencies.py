"""Dependencies of routes that cost no thread."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


def inline(cls: type[T]) -> Callable[..., Awaitable[T]]:
    """`cls` as an asynchronous dependency with the parameters of its constructor.

    FastAPI calls a class, as any function that is not `async`, in a thread: two switches for each request.
    """

    async def construct(**parameters: Any) -> T:
        return cls(**parameters)

    construct.__signature__ = inspect.signature(cls)  # type: ignore[attr-defined]
    return construct
