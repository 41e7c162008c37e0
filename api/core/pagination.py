"""Which part of a list is asked for."""

from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Pagination:
    """Which part of a list is asked for."""

    limit: Annotated[int, Field(ge=1, le=200, description="At most so many.")] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000, description="After so many.")] = 0


async def page_of(
    session: AsyncSession, ordered: sa.Select[*tuple[Any, ...]], page: Pagination
) -> tuple[list[Any], int]:
    """The rows of one page of `ordered`, and how many there are in all, by one statement unless the page is empty."""
    total = sa.func.count().over().label("total")
    rows = (await session.execute(ordered.add_columns(total).limit(page.limit).offset(page.offset))).all()
    if rows or page.offset == 0:
        return list(rows), rows[0].total if rows else 0
    count = sa.select(sa.func.count()).select_from(ordered.order_by(None).subquery())
    return [], await session.scalar(count) or 0
