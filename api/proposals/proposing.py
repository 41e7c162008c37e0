"""Finding the meetings that an organiser proposes, in the child process."""

from collections import Counter
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.core.database import open_job_engine
from api.jobs.child import Stop
from api.matching import rankings
from api.models import ProposalsState
from api.proposals.schemas import ProposalsIn
from api.schedules import snapshot
from api.schedules.completion import OPEN_PROPOSALS
from matchmaker.event import Event, Profile, RequestStatus
from matchmaker.matching.proposals import propose
from matchmaker.matching.rules import EmailPair
from matchmaker.scheduling.candidates import problem_of


def run(url: str, proposals_id: int, stop: Stop) -> bool:
    """Find the meetings of a set of proposals, which is then ready; False if it had to stop before."""
    engine = open_job_engine(url)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        row = session.get_one(models.Proposals, proposals_id, with_for_update={"key_share": True})
        if row.state not in OPEN_PROPOSALS:
            return True
        row.state = ProposalsState.RUNNING
    result = _found(engine, row.event_id, ProposalsIn.model_validate(row.options), stop)
    if result is None:
        return False
    with Session(engine) as session, session.begin():
        row = session.get_one(models.Proposals, proposals_id, with_for_update={"key_share": True})
        if row.state is ProposalsState.RUNNING:
            row.state, row.finished_at = ProposalsState.READY, sa.func.now()
            row.result, row.meetings = result, len(result["pairs"])
    return True


def _found(engine: sa.Engine, event_id: int, wanted: ProposalsIn, stop: Stop) -> dict[str, Any] | None:
    """What is stored of the proposals (`api.proposals.schemas.ProposalsPreview`, people by number)."""
    plan = snapshot.read(engine, event_id)
    between = None if wanted.between is None else (wanted.between[0], wanted.between[1])
    ranked = rankings.ranking_of(engine, event_id, plan, stop, between=between)
    if ranked is None:
        return None
    with Session(engine) as session:
        taken_back, before = _taken_back(session, event_id), _before(session, event_id, plan)
    numbered = zip(plan.requests, plan.event.requests, strict=True)
    event = replace(
        plan.event,
        people=tuple(_promised(person, wanted) for person in plan.event.people),
        requests=tuple(request for number, request in numbered if number not in taken_back),
    )
    matches = [match for person in event.people for match in ranked.ranking.of(person.email)]
    scores = {(match.first, match.second): match.score for match in matches}
    found = propose(event, scores, minimum=0, maximum=wanted.maximum, worth=wanted.minimum_score / 100, before=before)
    pairs = [(request.sender, request.recipient) for request in found.requests]
    number = {person.email: i for person, i in zip(event.people, plan.people, strict=True)}
    agreed, proposed = _agreed(event), Counter(email for pair in pairs for email in pair)
    short = {each.email: {"got": each.got, "wanted": each.wanted, "possible": each.possible} for each in found.short}
    known = {frozenset(pair) for pair in before}
    return {
        "people": [
            {
                "id": number[p.email],
                "agreed": agreed[p.email],
                "proposed": proposed[p.email],
                "shortfall": short.get(p.email),
            }
            for p in event.people
            if between is None or p.type in between
        ],
        "pairs": [
            {"participant_ids": [number[one], number[other]], "score": round(100 * ranked.ranking.score(one, other))}
            for one, other in pairs
        ],
        "unchanged": sum(frozenset(pair) in known for pair in pairs),
        "proven": found.proven,
    }


def _promised(person: Profile, wanted: ProposalsIn) -> Profile:
    """Somebody with the minimum that these proposals are to reach for them: no more than they wish for."""
    if wanted.between is not None and person.type not in wanted.between:
        return replace(person, minimum=0)
    minimum = max(wanted.minimum, person.minimum)
    return replace(person, minimum=minimum if person.maximum is None else min(minimum, person.maximum))


def _agreed(event: Event) -> Counter[str]:
    problem, _ = problem_of(event, lambda *_: 0.0)
    return Counter(event.people[i].email for candidate in problem.candidates for i in candidate.people)


def _taken_back(session: Session, event_id: int) -> set[int]:
    """Requests that an organiser proposed and took back with their set: nobody's answer, so free to be proposed."""
    request = models.MeetingRequest
    return set(
        session.scalars(
            sa.select(request.id)
            .join(models.Proposals, models.Proposals.id == request.proposals_id)
            .where(
                request.event_id == event_id,
                request.status == RequestStatus.WITHDRAWN,
                models.Proposals.state == ProposalsState.WITHDRAWN,
            )
        )
    )


def _before(session: Session, event_id: int, plan: snapshot.EventSnapshot) -> list[EmailPair]:
    """The pairs of the set that was found last."""
    proposals = models.Proposals
    result = session.scalar(
        sa.select(proposals.result)
        .where(proposals.event_id == event_id, proposals.result.is_not(None))
        .order_by(proposals.id.desc())
        .limit(1)
    )
    email = {number: person.email for number, person in zip(plan.people, plan.event.people, strict=True)}
    pairs = [pair["participant_ids"] for pair in (result or {"pairs": []})["pairs"]]
    return [(email[one], email[other]) for one, other in pairs if one in email and other in email]
