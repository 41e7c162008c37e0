"""Stored matches for tests of what reads them."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.models import Event, Match, Need, Offer, Participant


def add_match(
    db: Session, participant_id: int, other_id: int, score: float, standing: float | None = None, **columns: object
) -> Match:
    """A match of the ranking that its event uses from now on, with the first texts there are; not committed."""
    event = db.get_one(Event, db.get_one(Participant, participant_id).event_id)
    event.ranking_version = 1

    def first_text(table: type[Need | Offer], owner: int) -> int | None:
        return db.scalar(sa.select(table.id).where(table.participant_id == owner, table.position == 0))

    values = {
        "forward": score,
        "backward": 0.1,
        "need_id": first_text(Need, participant_id),
        "offer_id": first_text(Offer, other_id),
    } | columns
    match = Match(
        participant_id=participant_id,
        other_id=other_id,
        ranking_version=1,
        score=score,
        standing=score if standing is None else standing,
        **values,
    )
    db.add(match)
    return match
