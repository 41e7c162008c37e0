"""Vectors and accounts that nobody needs any more are deleted, and no others."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.core.database import open_engine, open_sessions
from api.models import AuditEntry, Offer, StoredVector, User
from api.participants.retention import delete_orphans
from api.settings import Settings
from matchmaker.event import TextRole
from matchmaker.matching import corpus
from matchmaker.matching.comparison import Texts
from matchmaker.matching.embedding import text_hash


def forget(settings: Settings) -> None:
    async def run() -> None:
        engine = open_engine(settings.database_url or "")
        async with open_sessions(engine).begin() as session:
            await delete_orphans(session)
        await engine.dispose()

    asyncio.run(run())


def test_vectors_stay_as_long_as_their_text(
    db: Session, settings: Settings, event_id: int, person: Callable[[str], int]
) -> None:
    spaces = "".join(c for c in map(chr, range(1, sys.maxunicode)) if c.isspace())
    written = f" Un\ttexte  de 2\u202f000 lettres\n{'.'.join(spaces)}{'é' * 2500} "
    db.add(Offer(participant_id=person("dan"), position=0, text=written, language="fr"))
    texts = [*db.scalars(sa.select(Offer.text)), written]
    kept = [*Texts.of([texts]).read, corpus.pairs("tune")[0].need]
    for text in [*dict.fromkeys(kept), "A text that was rewritten"]:
        key = bytes.fromhex(text_hash(text))
        db.add(StoredVector(model="m/1", role=TextRole.OFFER, text_hash=key, vector=b""))
    db.commit()
    forget(settings)
    left = {key.hex() for key in db.scalars(sa.select(StoredVector.text_hash))}
    assert left == {text_hash(text) for text in kept}


def test_accounts_go_with_the_last_event_and_the_audit_stays(db: Session, settings: Settings, event_id: int) -> None:
    before = set(db.scalars(sa.select(User.email)))
    old = datetime.now(UTC) - timedelta(days=31)
    gone, invited, recent = (
        User(email="gone@example.org", created_at=old),
        User(email="invited@example.org", created_at=old, creates_events=True),
        User(email="recent@example.org"),
    )
    db.add_all([gone, invited, recent])
    db.flush()
    db.add(AuditEntry(user_id=gone.id, event_id=event_id, action="request sent", detail={}))
    db.execute(sa.update(User).values(created_at=old).where(User.email.in_(before)))
    db.commit()
    forget(settings)
    assert set(db.scalars(sa.select(User.email))) == before | {"invited@example.org", "recent@example.org"}
    assert db.scalars(sa.select(AuditEntry.user_id).where(AuditEntry.action == "request sent")).all() == [None]
