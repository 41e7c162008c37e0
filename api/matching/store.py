"""Rankings in the database: written whole and put in use at once, or changed where one person changes them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from api import models
from matchmaker.event import Preference, Profile, Statement
from matchmaker.matching.feedback import Feedback, FeedbackVerdict
from matchmaker.matching.match import Pairing
from matchmaker.matching.rules import EmailPair
from matchmaker.matching.score import TOP, Ranking

_LOCK = 0x524B << 48  # the number of an event is added: no other advisory lock is near
_BATCH = 500  # people whose old rows are deleted in one transaction
_SAME = 1e-4
"""Scores nearer than this are the same: products of other shapes differ in the last digits."""
_COLUMNS = (
    "participant_id",
    "other_id",
    "ranking_version",
    "met_before",
    "standing",
    "score",
    "forward",
    "backward",
    "need_id",
    "offer_id",
    "their_need_id",
    "their_offer_id",
)
IdPair = tuple[int, int]
"""Whose list, and who is in it."""
TextIds = Mapping[tuple[int, str], int]
"""The id of an offer or need by its participant and text: nobody has a text twice."""


def lock(connection: sa.Connection, event_id: int) -> bool:
    """Whether this connection now holds the ranking of the event, until it is closed: one process writes it."""
    locked = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK + event_id)))
    connection.commit()
    return bool(locked)


def text_ids(session: Session, event_id: int) -> tuple[TextIds, TextIds]:
    """The ids of needs and of offers."""
    needs, offers = (
        {
            (participant_id, text): text_id
            for participant_id, text, text_id in session.execute(
                sa.select(table.participant_id, table.text, table.id)
                .join(models.Participant, models.Participant.id == table.participant_id)
                .where(models.Participant.event_id == event_id)
            )
        }
        for table in (models.Need, models.Offer)
    )
    return needs, offers


class Rows:
    """Pairings as rows of `matches`."""

    def __init__(
        self, participant_id_by_email: Mapping[str, int], needs: TextIds, offers: TextIds, ranking_version: int
    ) -> None:
        self._id = participant_id_by_email
        self._needs = needs
        self._offers = offers
        self._version = ranking_version

    def of(self, pairing: Pairing) -> dict[str, Any]:
        first, second = self._id[pairing.first], self._id[pairing.second]
        one, other = pairing.serves_first, pairing.serves_second
        return {
            "participant_id": first,
            "other_id": second,
            "ranking_version": self._version,
            "met_before": pairing.met_before,
            "standing": pairing.score - pairing.price,
            "score": pairing.score,
            "forward": pairing.forward,
            "backward": pairing.backward,
            "need_id": one and self._needs.get((first, one.need)),
            "offer_id": one and self._offers.get((second, one.offer)),
            "their_need_id": other and self._needs.get((second, other.need)),
            "their_offer_id": other and self._offers.get((first, other.offer)),
        }


def store_ranking(
    session: Session, event_id: int, ids: Sequence[int], people: Sequence[Profile], ranking: Ranking
) -> int:
    """Write a ranking beside the one in use; the version for `Event.ranking_version`. `ids` are those of `people`."""
    latest = session.scalar(
        sa.select(sa.func.max(models.StoredRanking.version)).where(models.StoredRanking.event_id == event_id)
    )
    version = (latest or 0) + 1
    session.add(models.StoredRanking(event_id=event_id, version=version, state=ranking.state(ids).to_bytes()))
    session.flush()
    rows = Rows({person.email: i for person, i in zip(people, ids, strict=True)}, *text_ids(session, event_id), version)
    _copy(session, (rows.of(pairing) for person in people for pairing in ranking.listed(person.email)))
    return version


def _copy(session: Session, rows: Iterator[dict[str, Any]]) -> None:
    """Rows by COPY: an INSERT of each would take several times as long."""
    driver = session.connection().connection.driver_connection
    assert driver is not None
    columns = ", ".join(_COLUMNS)
    with driver.cursor() as cursor, cursor.copy(f"COPY matches ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[column] for column in _COLUMNS])


def delete_outdated(session: Session, event_id: int, ids: Sequence[int], version: int) -> None:
    """Delete what rankings before `version` left behind, in several transactions."""
    match, stored = models.Match, models.StoredRanking
    for start in range(0, len(ids), _BATCH):
        with session.begin():
            session.execute(
                sa.delete(match).where(
                    match.participant_id.in_(ids[start : start + _BATCH]), match.ranking_version < version
                )
            )
    with session.begin():
        session.execute(sa.delete(stored).where(stored.event_id == event_id, stored.version < version))


def people_of(session: Session, event_id: int) -> tuple[list[int], list[Profile]]:
    """The ids and profiles of an event's people as a ranking needs them: without times, places and limits."""
    person, user, organisation = models.Participant, models.User, models.Organisation
    statements: dict[type[models.Need | models.Offer], dict[int, list[Statement]]] = {}
    for table in (models.Need, models.Offer):
        by_person = statements[table] = defaultdict(list)
        for person_id, text, audience, kind in session.execute(
            sa.select(table.participant_id, table.text, table.audience, table.kind)
            .join(person, person.id == table.participant_id)
            .where(person.event_id == event_id)
            .order_by(table.participant_id, table.position)
        ):
            by_person[person_id].append(Statement(text=text, audience=frozenset(audience), kind=kind))
    rows = session.execute(
        sa.select(person.id, user.email, organisation.name, person.country, person.type, person.themes, person.language)
        .join(user, user.id == person.user_id)
        .join(organisation, organisation.id == person.organisation_id)
        .where(person.event_id == event_id)
        .order_by(person.id)
    ).all()
    return [row.id for row in rows], [
        Profile(
            email=row.email,
            first_name="",
            last_name="",
            organisation=row.name,
            country=row.country,
            language=row.language,
            type=row.type,
            themes=tuple(row.themes),
            needs=tuple(statements[models.Need].get(row.id, ())),
            offers=tuple(statements[models.Offer].get(row.id, ())),
        )
        for row in rows
    ]


def never_pairs(session: Session, event_id: int) -> frozenset[EmailPair]:
    """The pairs of people (e-mail addresses) of whom one noted that they are not to meet."""
    request, sender, recipient = models.MeetingRequest, aliased(models.User), aliased(models.User)
    one, other = aliased(models.Participant), aliased(models.Participant)
    return frozenset(
        (first, second)
        for first, second in session.execute(
            sa.select(sender.email, recipient.email)
            .select_from(request)
            .join(one, one.id == request.sender_id)
            .join(sender, sender.id == one.user_id)
            .join(other, other.id == request.recipient_id)
            .join(recipient, recipient.id == other.user_id)
            .where(request.event_id == event_id, request.preference == Preference.NEVER)
        )
    )


def feedback_of(session: Session, event_id: int) -> list[Feedback]:
    """What all participants of an event say of their matches."""
    row, author, partner = models.MatchFeedback, aliased(models.User), aliased(models.User)
    one, other = aliased(models.Participant), aliased(models.Participant)
    rows = session.execute(
        sa.select(author.email, partner.email, row.verdict, row.reason)
        .join(one, one.id == row.participant_id)
        .join(author, author.id == one.user_id)
        .join(other, other.id == row.other_id)
        .join(partner, partner.id == other.user_id)
        .where(row.event_id == event_id)
        .order_by(row.participant_id, row.other_id)
    )
    return [
        Feedback(first=first, second=second, verdict=verdict, reason=reason) for first, second, verdict, reason in rows
    ]


def unwanted_pairs(session: Session, event_id: int) -> frozenset[EmailPair]:
    """The pairs of people (e-mail addresses) of whom one said that the other is not for them."""
    return frozenset(
        (each.first, each.second)
        for each in feedback_of(session, event_id)
        if each.verdict is FeedbackVerdict.NOT_FOR_ME
    )


def rewrite_person(
    session: Session,
    event_id: int,
    version: int,
    ids: Sequence[int],
    people: Sequence[Profile],
    ranking: Ranking,
    email: str,
) -> None:
    """Bring the rows of one person up to date: their list, and their place in the lists of all others.

    A full list loses its last to them. A list that they leave, or fall to the end of, is made again, since somebody
    else may follow. All other rows stay as they are.
    """
    id_by_email = {person.email: i for person, i in zip(people, ids, strict=True)}
    email_by_id = {i: address for address, i in id_by_email.items()}
    rows = Rows(id_by_email, *text_ids(session, event_id), version)
    person_id = id_by_email[email]
    ranking.relist([email])
    stored = _stored(session, version, models.Match.other_id == person_id)
    ends = _ends(session, event_id, version, person_id)
    kept, entered, remade = [], [], [person_id]
    for other_id, standing, margin in zip(ids, *ranking.standing(email), strict=True):
        known = stored.get((other_id, person_id))
        count, last = ends.get(other_id, (0, 0.0))
        if known is None:
            if margin > _SAME and (count < TOP or standing > last):
                kept.append(other_id)
                if count >= TOP:
                    entered.append(other_id)
        elif margin > -_SAME and (standing > last or count < TOP - 1 or abs(standing - known["standing"]) < _SAME):
            kept.append(other_id)
        else:
            remade.append(other_id)
    ranking.relist([email_by_id[i] for i in remade[1:]])
    price = ranking.price(email)
    pairings = [each.reversed(price) for each in ranking.pairings(email, [email_by_id[i] for i in kept])]
    pairings += [each for i in remade for each in ranking.listed(email_by_id[i])]
    displaced = _last(session, version, entered)
    stored |= displaced | _stored(session, version, models.Match.participant_id.in_(remade))
    _write(session, stored, {(row["participant_id"], row["other_id"]): row for row in map(rows.of, pairings)})
    match = models.Match  # what was said of a pair was said of other texts
    session.execute(
        sa.update(match)
        .where(
            match.ranking_version == version,
            sa.or_(match.participant_id == person_id, match.other_id == person_id),
            match.judgement_key.is_not(None),
        )
        .values(judgement_key=None, judged_standing=None)
    )


def _stored(session: Session, version: int, *conditions: sa.ColumnElement[bool]) -> dict[IdPair, dict[str, Any]]:
    table = cast(sa.Table, models.Match.__table__)
    found = session.execute(sa.select(table).where(models.Match.ranking_version == version, *conditions))
    return {(row["participant_id"], row["other_id"]): dict(row) for row in found.mappings()}


def _ends(session: Session, event_id: int, version: int, person_id: int) -> dict[int, tuple[int, float]]:
    """How many others each list holds, and the standing of the last of them."""
    match = models.Match
    ends = (
        sa.select(match.participant_id, sa.func.count(), sa.func.min(match.standing))
        .join(models.Participant, models.Participant.id == match.participant_id)
        .where(models.Participant.event_id == event_id, match.ranking_version == version, match.other_id != person_id)
        .group_by(match.participant_id)
    )
    return {participant_id: (count, last) for participant_id, count, last in session.execute(ends)}


def _last(session: Session, version: int, lists: Sequence[int]) -> dict[IdPair, dict[str, Any]]:
    """The last row of each of these lists."""
    match = models.Match
    last = (
        sa.select(match.participant_id, match.other_id)
        .ext(distinct_on(match.participant_id))
        .where(match.participant_id.in_(lists), match.ranking_version == version)
        .order_by(match.participant_id, match.standing)
        .subquery()
    )
    pair = sa.tuple_(match.participant_id, match.other_id)
    return _stored(session, version, pair.in_(sa.select(last))) if lists else {}


def _write(
    session: Session, stored: Mapping[IdPair, Mapping[str, Any]], new: Mapping[IdPair, Mapping[str, Any]]
) -> None:
    """Make `stored` rows the `new` ones, and write no others."""
    table = cast(sa.Table, models.Match.__table__)
    key = ("participant_id", "other_id", "ranking_version")
    here = sa.and_(*(table.c[column] == sa.bindparam(f"this_{column}") for column in key))

    def keys(row: Mapping[str, Any]) -> dict[str, Any]:
        return {f"this_{column}": row[column] for column in key}

    if gone := [keys(row) for pair, row in stored.items() if pair not in new]:
        session.execute(sa.delete(table).where(here), gone)
    changed = [row for pair, row in new.items() if pair in stored and not _alike(row, stored[pair])]
    if changed:
        session.execute(
            sa.update(table).where(here).values({c: sa.bindparam(c) for c in _COLUMNS if c not in key}),
            [{c: row[c] for c in _COLUMNS if c not in key} | keys(row) for row in changed],
        )
    if added := [dict(row) for pair, row in new.items() if pair not in stored]:
        session.execute(sa.insert(table), added)


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(
        abs(one[column] - other[column]) < _SAME if isinstance(one[column], float) else one[column] == other[column]
        for column in _COLUMNS
    )
