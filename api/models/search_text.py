"""What a participant is found by, kept as folded text beside them, whoever writes their names, offers or needs.

A listener, because many places write these: each would have to remember it. What goes past the unit of work of the ORM
calls `refresh_search_texts`; the database refuses to leave the column empty.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.models.events import Organisation
from api.models.people import Need, Offer, Participant
from matchmaker.matching.search_terms import joined_spellings
from matchmaker.text import fold

SOURCES = ("first_name", "last_name", "job_title", "organisation_id", "offers", "needs")


def search_text_of(name: str, job_title: str, organisation: str, statements: Iterable[str]) -> str:
    """Folded words, with a space before and after each line of them, in fields from the weightiest for a search on:
    name, a line feed, organisation, two line feeds, each offer and each need on a line, a form feed, job title.

    So " car t " finds whole words, " caro" the beginning of one, and the first line alone a name. Hyphenated words
    stand in their line once more as one word ("start up ... startup").
    """
    return f"{_line(name)}\n{_line(organisation)}\n\n" + "\n".join(map(_line, statements)) + f"\f{_line(job_title)}"


def _line(text: str) -> str:
    return f" {' '.join([fold(text), *joined_spellings(text)])} "


def refresh_search_texts(session: Session, participant_ids: Sequence[int]) -> None:
    """Write the search texts of participants whose rows were written past the unit of work."""
    if not participant_ids:
        return
    chosen = sa.func.any(sa.literal(list(participant_ids), sa.ARRAY(sa.BigInteger())))
    statements: dict[int, list[str]] = defaultdict(list)
    for kind in (Offer, Need):
        texts = sa.select(kind.participant_id, kind.text).where(kind.participant_id == chosen).order_by(kind.position)
        for participant_id, text in session.execute(texts):
            statements[participant_id].append(text)
    people = session.execute(
        sa.select(
            Participant.id, Participant.first_name, Participant.last_name, Participant.job_title, Organisation.name
        )
        .join(Organisation, Organisation.id == Participant.organisation_id)
        .where(Participant.id == chosen)
    )
    session.execute(
        sa.update(Participant),
        [
            {"id": id_, "search_text": search_text_of(f"{first} {last}", job_title, organisation, statements[id_])}
            for id_, first, last, job_title, organisation in people
        ],
    )


@sa.event.listens_for(Session, "before_flush")
def _refresh_search_texts(session: Session, _context: object, _instances: object) -> None:
    for row in (*session.new, *session.dirty):
        if isinstance(row, Participant) and _is_stale(row):
            organisation = session.get_one(Organisation, row.organisation_id)
            statements = [*_texts(session, row, "offers", Offer), *_texts(session, row, "needs", Need)]
            row.search_text = search_text_of(row.name, row.job_title or "", organisation.name, statements)


def _is_stale(row: Participant) -> bool:
    attributes = sa.inspect(row).attrs
    return any(attributes[name].history.has_changes() for name in SOURCES)


def _texts(session: Session, row: Participant, name: str, kind: type[Offer] | type[Need]) -> list[str]:
    state = sa.inspect(row)
    if name in state.dict:
        return [statement.text for statement in state.dict[name]]
    if not state.persistent:
        return []
    return list(session.scalars(sa.select(kind.text).where(kind.participant_id == row.id).order_by(kind.position)))
