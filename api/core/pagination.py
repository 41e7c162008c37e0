"""Which part of a list is asked for."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from api.core.dependencies import inline


@dataclass(frozen=True)
class Pagination:
    """Which part of a list is asked for."""

    limit: Annotated[int, Query(ge=1, le=200, description="At most so many.")] = 50
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="After so many.")] = 0


Paginated = Annotated[Pagination, Depends(inline(Pagination))]
