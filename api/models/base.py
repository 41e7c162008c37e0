"""What every table shares: names of constraints, column types, the surrogate key."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

type_map: dict[Any, Any] = {
    datetime: sa.DateTime(timezone=True),
    str: sa.Text(),
    list[str]: ARRAY(sa.Text()),
    dict[str, Any]: JSONB(),
    list[dict[str, Any]]: JSONB(),
    # text with a CHECK: a new member is then an ordinary migration, which PostgreSQL's own enumerations do not allow
    Enum: sa.Enum(
        Enum, native_enum=False, create_constraint=True, values_callable=lambda kind: [m.value for m in kind]
    ),
}

Created = Annotated[datetime, mapped_column(server_default=sa.func.now())]


class Base(DeclarativeBase):
    """The declarative base of all tables."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = type_map


class Identified:
    """A row known by a number that the database gives."""

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True, sort_order=-1)


def reference(
    column: str, *, ondelete: str | None = "CASCADE", index: bool = False, primary_key: bool = False
) -> MappedColumn[Any]:
    """A foreign key to `column` ("table.id"); with `ondelete` None what is referred to cannot be deleted alone."""
    return mapped_column(sa.BigInteger, sa.ForeignKey(column, ondelete=ondelete), index=index, primary_key=primary_key)
