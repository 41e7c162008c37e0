"""The meetings that an organiser proposes: found by a job, looked at, adopted, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from api import models
from api.core.errors import (
    Forbidden,
    InUse,
    Invalid,
    NotFound,
    NotSignedIn,
    ProposalsClosed,
    ProposalsRunning,
    documented,
)
from api.core.membership import Member, load_for_organiser
from api.participants.schemas import ParticipantBrief
from api.proposals import service
from api.proposals.schemas import (
    Adoption,
    Proposals,
    ProposalsIn,
    ProposalsPage,
    ProposalsPreview,
    ProposedMeeting,
    ProposedPerson,
)
from api.web.dependencies import Paginated, Transaction
from api.web.language import ReaderLanguage
from api.web.permissions import EventOrganiser, Id, SignedIn
from matchmaker.matching.shortfall import Shortfall

router = APIRouter(tags=["proposals"], responses=documented(NotSignedIn, Forbidden, NotFound))


@dataclass(frozen=True)
class ProposalsAccess:
    """A set of proposals, and an organiser of its event."""

    row: models.Proposals
    member: Member


async def _organised(session: Transaction, user: SignedIn, proposals_id: Id) -> ProposalsAccess:
    row, member = await load_for_organiser(session, user, models.Proposals, proposals_id)
    return ProposalsAccess(row=row, member=member)


OrganisedProposals = Annotated[ProposalsAccess, Depends(_organised, scope="function")]


@router.get("/events/{event_id}/proposals")
async def list_proposals(member: EventOrganiser, session: Transaction, page: Paginated) -> ProposalsPage:
    """The sets of proposals of an event, the newest first."""
    of_event = models.Proposals.event_id == member.event.id
    ordered = sa.select(models.Proposals).where(of_event).order_by(models.Proposals.id.desc())
    rows = (await session.scalars(ordered.limit(page.limit).offset(page.offset))).all()
    total = await session.scalar(sa.select(sa.func.count()).where(of_event).select_from(models.Proposals))
    return ProposalsPage(
        items=await _proposals_of(session, rows), total=total or 0, limit=page.limit, offset=page.offset
    )


@router.post("/events/{event_id}/proposals", status_code=202, responses=documented(ProposalsRunning, Invalid))
async def create_proposals(wanted: ProposalsIn, member: EventOrganiser, session: Transaction) -> Proposals:
    """Have meetings found that are worth proposing; nothing is asked of anybody. Read them until they are ready."""
    return await _reloaded(session, await service.start_proposals(session, member, wanted))


@router.get("/proposals/{proposals_id}")
async def read_proposals(
    proposals: OrganisedProposals, session: Transaction, language: ReaderLanguage
) -> ProposalsPreview:
    """A set of proposals: every meeting, and what it comes to for everybody."""
    row = proposals.row
    await session.refresh(row, ["result", "state"])
    result = row.result or service.empty_result()
    people: dict[int, ParticipantBrief] = {}
    if ids := {each["id"] for each in result["people"]} | {i for p in result["pairs"] for i in p["participant_ids"]}:
        rows = await session.scalars(
            sa.select(models.Participant)
            .where(models.Participant.event_id == row.event_id, models.Participant.id.in_(ids))
            .options(selectinload(models.Participant.organisation))
        )
        people = {person.id: ParticipantBrief.model_validate(person) for person in rows}
    (summary,) = await _proposals_of(session, [row])
    return ProposalsPreview(
        **dict(summary),
        people=[
            ProposedPerson(
                participant=people[each["id"]],
                agreed=each["agreed"],
                proposed=each["proposed"],
                shortfall=each["shortfall"] and Shortfall(email="", **each["shortfall"]).text(language),
            )
            for each in result["people"]
            if each["id"] in people
        ],
        pairs=[
            ProposedMeeting.model_validate(pair)
            for pair in result["pairs"]
            if people.keys() >= set(pair["participant_ids"])
        ],
        unchanged=result["unchanged"],
        proven=result["proven"],
    )


@router.post("/proposals/{proposals_id}/cancel", responses=documented(ProposalsClosed))
async def cancel_proposals(proposals: OrganisedProposals, session: Transaction) -> Proposals:
    """Stop looking for proposals."""
    await service.cancel_proposals(session, proposals.member, proposals.row)
    return await _reloaded(session, proposals.row)


@router.post("/proposals/{proposals_id}/adopt", responses=documented(ProposalsClosed))
async def adopt_proposals(how: Adoption, proposals: OrganisedProposals, session: Transaction) -> Proposals:
    """Make requests of the proposals, all at once. Pairs between whom anything stands by now are left out."""
    await service.adopt_proposals(session, proposals.member, proposals.row, how)
    return await _reloaded(session, proposals.row)


@router.post("/proposals/{proposals_id}/withdraw", responses=documented(ProposalsClosed, InUse))
async def withdraw_proposals(proposals: OrganisedProposals, session: Transaction) -> Proposals:
    """Take adopted proposals back, all that still stand, unless the published schedule holds a meeting of theirs.

    What people declined or withdrew themselves stays their answer; the rest may be proposed again.
    """
    await service.withdraw_proposals(session, proposals.member, proposals.row)
    return await _reloaded(session, proposals.row)


async def _reloaded(session: AsyncSession, row: models.Proposals) -> Proposals:
    await session.flush()
    await session.refresh(row, ["state", "meetings", "created_at", "finished_at", "adopted_at"])
    return (await _proposals_of(session, [row]))[0]


async def _proposals_of(session: AsyncSession, rows: Sequence[models.Proposals]) -> list[Proposals]:
    open_requests = await service.open_requests_of(session, rows)
    return [
        Proposals(
            id=row.id,
            event_id=row.event_id,
            state=row.state,
            options=ProposalsIn.model_validate(row.options),
            meetings=row.meetings,
            open_requests=open_requests.get(row.id, 0),
            created_at=row.created_at,
            finished_at=row.finished_at,
            adopted_at=row.adopted_at,
        )
        for row in rows
    ]
