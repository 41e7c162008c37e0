"""Finding participants by words, and by what `api.meaning` found."""

from collections.abc import Sequence

import sqlalchemy as sa

from api.models import Need, Offer, Organisation, Participant


def found_by(search: str) -> list[sa.ColumnElement[bool]]:
    """Conditions on participants: each word of `search` stands in a name, a job title, an organisation or a text."""
    return [_holds(word) for word in search.replace("\x00", " ").split()]


def having(search: str, meant: Sequence[int]) -> sa.ColumnElement[bool]:
    """Participants who have the words of `search`, or are among `meant`."""
    return sa.or_(sa.and_(sa.true(), *found_by(search)), Participant.id.in_(meant))


def foremost(search: str, meant: Sequence[int]) -> list[sa.ColumnElement[int]]:
    """The order of those found: first whoever has the words, then `meant` in its order."""
    places = [(Participant.id == number, place) for place, number in enumerate(meant)]
    return [sa.case((sa.and_(sa.true(), *found_by(search)), -1), *places)] if places else []


def _holds(word: str) -> sa.ColumnElement[bool]:
    organisation = sa.select(Organisation.id).where(
        Organisation.id == Participant.organisation_id, Organisation.name.icontains(word, autoescape=True)
    )
    texts = [
        sa.select(text.id).where(text.participant_id == Participant.id, text.text.icontains(word, autoescape=True))
        for text in (Offer, Need)
    ]
    return sa.or_(
        Participant.first_name.icontains(word, autoescape=True),
        Participant.last_name.icontains(word, autoescape=True),
        Participant.job_title.icontains(word, autoescape=True),
        organisation.exists(),
        *(text.exists() for text in texts),
    )
