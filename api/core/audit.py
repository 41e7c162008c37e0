"""The trail of who did what."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.models import AuditEntry
from api.web.permissions import Member


def note(
    session: AsyncSession, member: Member, action: str, subject_id: int | None = None, **detail: int | str
) -> None:
    """Note, in the same transaction, what `member` did to what; `detail` is numbers and codes, nothing personal."""
    entry = AuditEntry(
        user_id=member.user.id, event_id=member.event.id, action=action, subject_id=subject_id, detail=detail
    )
    session.add(entry)
