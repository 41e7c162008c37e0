"""While somebody writes an offer or a need: whom it finds, what it lacks, and whom similar ones are for."""

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.matching.ranked_events import RankedEvents, StillReadingError
from api.matching.schemas import StatementDraft, StatementFit, StatementPreview, StatementProposal
from api.matching.service import ranking_mark
from api.participants.listing import load_briefs
from api.participants.service import participation_types
from api.web.dependencies import Transaction
from api.web.permissions import EditableProfile
from matchmaker.event import Statement, TextRole
from matchmaker.matching.advice import Advice
from matchmaker.matching.preview import Preview

router = APIRouter(
    prefix="/events/{event_id}/participants/{participant_id}/statements",
    tags=["participants"],
    responses=documented(NotSignedIn, Forbidden, NotFound),
)


@router.post("/preview")
async def preview_statement(
    draft: StatementDraft, profile: EditableProfile, session: Transaction, request: Request
) -> StatementPreview:
    """Whom an offer or a need would find, and what it leaves open. Nothing of it is stored."""
    rankings: RankedEvents = request.app.state.ranked_events
    row = profile.participant
    others = row.offers if draft.role is TextRole.NEED else row.needs
    missing = await rankings.advice(draft.text, [other.text for other in others])
    empty = StatementPreview(
        people=None, best=[], missing=list(missing), proposed=StatementProposal(audience=[], kind=None)
    )
    mark = await ranking_mark(session, row.event_id)
    if mark is None:
        return empty
    try:
        ranked = await rankings.load(row.event_id, mark)
    except StillReadingError:
        return empty.model_copy(update={"reading": True})
    if ranked is None:
        return empty
    statement = Statement(text=draft.text, audience=frozenset(draft.audience), kind=draft.kind)
    preview = await rankings.preview(ranked, row.user.email, draft.role, statement)
    if preview is None:
        return empty
    types = await participation_types(session, row.event_id)
    proposed = StatementProposal(audience=[name for name in types if name in preview.audience], kind=preview.kind)
    if Advice.GENERIC in missing:  # what anybody could write is near to much, and tells of nothing
        proposed = empty.proposed
    return empty.model_copy(
        update={
            "people": preview.people,
            "best": await _best(session, preview, ranked.participant_ids),
            "proposed": proposed,
        }
    )


async def _best(session: AsyncSession, preview: Preview, participant_ids: dict[str, int]) -> list[StatementFit]:
    """Without those who left since the ranking was read."""
    briefs = await load_briefs(session, [participant_ids[fit.email] for fit in preview.best])
    return [
        StatementFit(participant=briefs[id_], text=fit.text, strength=fit.strength)
        for fit in preview.best
        if (id_ := participant_ids[fit.email]) in briefs
    ]
