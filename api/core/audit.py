"""The trail of who did what."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from api.models import AuditEntry, Event, User


class Actor(Protocol):
    """Whose action it is: a user in an event."""

    @property
    def user(self) -> User: ...

    @property
    def event(self) -> Event: ...


def record_action(
    session: AsyncSession, actor: Actor, action: str, subject_id: int | None = None, **detail: int | str
) -> None:
    """Record an action in the session's transaction; `detail` holds numbers and codes, nothing personal."""
    session.add(
        AuditEntry(user_id=actor.user.id, event_id=actor.event.id, action=action, subject_id=subject_id, detail=detail)
    )
