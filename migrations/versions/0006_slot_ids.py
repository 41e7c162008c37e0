"""stored problems name slots by id

Revision ID: 0006
Revises: 0005

Before, they named them by position among the slots that the event had then. Slots are only ever added, by imports,
so these are its oldest ones.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SLOT_FIELDS = (("places", "open"), ("participants", "available"), ("candidates", "slots"), ("pins", "slot"))


def upgrade() -> None:
    connection = op.get_bind()
    for schedule, event, problem, plan in _stored(connection):
        oldest = connection.execute(
            sa.text(
                "SELECT id FROM (SELECT id, starts FROM slots WHERE event_id = :event ORDER BY id LIMIT :number) oldest"
                " ORDER BY starts"
            ),
            {"event": event, "number": len(problem["slots"])},
        ).scalars()
        ids = list(oldest)
        if len(ids) < len(problem["slots"]):  # somebody deleted some by hand: what is not done yet begins again
            _write(connection, schedule, None, None)
            continue
        _rename(problem, plan, ids.__getitem__)
        for slot, number in zip(problem["slots"], ids, strict=True):
            slot["id"] = number
        _write(connection, schedule, problem, plan)


def downgrade() -> None:
    connection = op.get_bind()
    for schedule, _, problem, plan in _stored(connection):
        position = {slot.pop("id"): t for t, slot in enumerate(problem["slots"])}
        _rename(problem, plan, position.__getitem__)
        _write(connection, schedule, problem, plan)


def _stored(connection: sa.Connection) -> Iterator[sa.Row[tuple[int, int, dict[str, Any], dict[str, Any] | None]]]:
    ids = connection.execute(sa.text("SELECT id FROM schedules WHERE problem IS NOT NULL ORDER BY id")).scalars().all()
    read = sa.text("SELECT id, event_id, problem, plan FROM schedules WHERE id = :id")
    for i in ids:  # one at a time: a problem has megabytes
        yield connection.execute(read, {"id": i}).one()


def _rename(problem: dict[str, Any], plan: dict[str, Any] | None, new: Callable[[int], int]) -> None:
    for section, field in SLOT_FIELDS:
        for row in problem.get(section, ()):
            slots = row.get(field)
            if slots is not None:
                row[field] = sorted(map(new, slots)) if isinstance(slots, list) else new(slots)
    for meeting in (plan or {}).get("meetings", ()):
        meeting["slot"] = new(meeting["slot"])


def _write(
    connection: sa.Connection, schedule: int, problem: dict[str, Any] | None, plan: dict[str, Any] | None
) -> None:
    texts = {
        name: None if value is None else json.dumps(value) for name, value in (("problem", problem), ("plan", plan))
    }
    connection.execute(
        sa.text("UPDATE schedules SET problem = CAST(:problem AS jsonb), plan = CAST(:plan AS jsonb) WHERE id = :id"),
        {"id": schedule, **texts},
    )
