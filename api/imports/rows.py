"""The rows of participants, read and written many at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.imports.plan import COLUMNS
from api.models import BlockedSlot, EventSession, Need, Offer, Participant, Slot
from api.models.search_text import refresh_search_texts


class StatementRow(NamedTuple):
    """An offer or a need. Undo records of before 0014 hold its first two values only."""

    text: str
    language: str | None
    audience: Sequence[str] = ()
    kind: str | None = None


Statements = list[StatementRow]
_VALUES = (*COLUMNS, "themes", "organisation_id", "place_id", "imported")
_IDS = sa.ARRAY(sa.BigInteger())


@dataclass(frozen=True, slots=True)
class PersonRows:
    """A participant: values of columns, offers and needs, ids of blocked slots. None: not to be written."""

    id: int
    values: dict[str, Any] = field(default_factory=dict)
    offers: Statements | None = None
    needs: Statements | None = None
    blocked: list[int] | None = None

    def limited_to(self, other: "PersonRows") -> "PersonRows":
        """What of this person `other` overwrites."""
        return PersonRows(
            id=self.id,
            values={name: value for name, value in self.values.items() if name in other.values},
            offers=None if other.offers is None else self.offers,
            needs=None if other.needs is None else self.needs,
            blocked=None if other.blocked is None else self.blocked,
        )

    def as_json(self) -> dict[str, Any]:
        """As JSON, without what is None; `PersonRows(**...)` of it is the same person."""
        content = {"offers": self.offers, "needs": self.needs, "blocked": self.blocked}
        return {"id": self.id, "values": self.values, **{k: v for k, v in content.items() if v is not None}}


def load_people(session: Session, ids: Sequence[int]) -> list[PersonRows]:
    """Participants in order of id, locked against other writers until the transaction ends."""
    if not ids:
        return []
    columns = [getattr(Participant, name) for name in _VALUES]
    rows = session.execute(
        sa.select(Participant.id, *columns)
        .where(Participant.id == sa.func.any(sa.literal(list(ids), _IDS)))
        .order_by(Participant.id)
        .with_for_update(key_share=True)
    ).all()
    statements: dict[type[Offer] | type[Need], dict[int, Statements]] = {}
    for table in (Offer, Need):
        texts = statements[table] = defaultdict(list)
        for person, text, language, audience, kind in session.execute(
            sa.select(table.participant_id, table.text, table.language, table.audience, table.kind)
            .where(table.participant_id == sa.func.any(sa.literal(list(ids), _IDS)))
            .order_by(table.participant_id, table.position)
        ):
            texts[person].append(StatementRow(text, language, audience, kind))
    blocked: dict[int, list[int]] = defaultdict(list)
    for person, slot in session.execute(
        sa.select(BlockedSlot.participant_id, BlockedSlot.slot_id).where(
            BlockedSlot.participant_id == sa.func.any(sa.literal(list(ids), _IDS))
        )
    ):
        blocked[person].append(slot)
    return [
        PersonRows(
            id=row[0],
            values=dict(zip(_VALUES, row[1:], strict=True)),
            offers=statements[Offer][row[0]],
            needs=statements[Need][row[0]],
            blocked=blocked[row[0]],
        )
        for row in rows
    ]


def write_people(session: Session, people: Sequence[PersonRows]) -> None:
    """Write what of each participant is not None; the rows of offers, needs and blocked slots are made anew."""
    if updates := [{"id": person.id, **person.values} for person in people if person.values]:
        session.execute(sa.update(Participant), updates)
    ids = [person.id for person in people]
    session.execute(
        sa.update(Participant)
        .where(Participant.id == sa.func.any(sa.literal(ids, _IDS)))
        .values(version=Participant.version + 1)
        .execution_options(synchronize_session=False)
    )
    _replace_statements(session, Offer, [(p.id, p.offers) for p in people if p.offers is not None])
    _replace_statements(session, Need, [(p.id, p.needs) for p in people if p.needs is not None])
    _delete_of(session, BlockedSlot, (p.id for p in people if p.blocked is not None))
    if blocked := [{"participant_id": p.id, "slot_id": slot} for p in people for slot in p.blocked or ()]:
        session.execute(sa.insert(BlockedSlot), blocked)
    refresh_search_texts(session, ids)


def _replace_statements(
    session: Session, table: type[Offer] | type[Need], statements: Sequence[tuple[int, Statements]]
) -> None:
    _delete_of(session, table, (person for person, _ in statements))
    rows = [
        {"participant_id": person, "position": position, **StatementRow(*each)._asdict()}
        for person, texts in statements
        for position, each in enumerate(texts)
    ]
    if rows:
        session.execute(sa.insert(table).execution_options(render_nulls=True), rows)


def _delete_of(session: Session, table: type[Offer] | type[Need] | type[BlockedSlot], people: Iterable[int]) -> None:
    if ids := list(people):
        session.execute(
            sa.delete(table)
            .where(table.participant_id == sa.func.any(sa.literal(ids, _IDS)))
            .execution_options(synchronize_session=False)
        )


def renumber_slots(session: Session, event_id: int) -> None:
    """Number the slots of an event, and its sessions, in order of time."""
    slots = (
        sa.select(Slot.id, (sa.func.row_number().over(order_by=Slot.starts) - 1).label("position"))
        .where(Slot.event_id == event_id)
        .subquery()
    )
    first = sa.select(sa.func.min(Slot.starts)).where(Slot.session_id == EventSession.id).scalar_subquery()
    order = (first.asc().nulls_last(), EventSession.id)
    sessions = (
        sa.select(EventSession.id, (sa.func.row_number().over(order_by=order) - 1).label("position"))
        .where(EventSession.event_id == event_id)
        .subquery()
    )
    for table, numbered in ((Slot, slots), (EventSession, sessions)):
        session.execute(
            sa.update(table)
            .where(table.id == numbered.c.id, table.position != numbered.c.position)
            .values(position=numbered.c.position)
            .execution_options(synchronize_session=False)
        )
