"""What nobody needs any more: vectors and judgements of texts that are gone, and accounts that belong to nothing.

A participant is deleted by taking back the import that added them (`api.imports.undo`), and in no other way.
"""

import asyncio
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api.models import Match, Membership, Need, Offer, Participant, StoredJudgement, StoredVector, User, UserSession
from matchmaker.matching import corpus
from matchmaker.matching.comparison import LONGEST
from matchmaker.matching.embedding import text_hash

GRACE = timedelta(days=30)
# what Python's `split` takes for a space; \s alone depends on the locale of the database
SPACE = r"[\s\x1c-\x1f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"


async def delete_orphans(session: AsyncSession) -> None:
    """Delete vectors whose text no offer or need has, and accounts without event, session or right to create events.

    Judgements of pairs that are in no list go after `GRACE`: a pair that comes back is not paid for again.

    Entries of the audit stay; those of a deleted account name nobody.
    """
    background = await asyncio.to_thread(_background_hashes)
    await session.execute(
        sa.delete(StoredVector).where(
            StoredVector.text_hash.not_in(sa.union(_hashes_of(Offer), _hashes_of(Need))),
            StoredVector.text_hash != sa.func.all(sa.cast(background, sa.ARRAY(sa.LargeBinary))),
        )
    )
    await session.execute(
        sa.delete(StoredJudgement).where(
            StoredJudgement.made_at < sa.func.now() - GRACE,
            ~sa.exists().where(Match.judgement_key == StoredJudgement.key),
        )
    )
    await session.execute(
        sa.delete(User).where(
            ~User.creates_events,
            User.created_at < sa.func.now() - GRACE,
            *(~sa.exists().where(table.user_id == User.id) for table in (Participant, Membership, UserSession)),
        )
    )


def _hashes_of(kind: type[Offer] | type[Need]) -> sa.Select[tuple[bytes]]:
    """`text_hash` of each text as it is embedded (`matchmaker.matching.comparison.Texts.read`), by the database."""
    read = sa.func.btrim(sa.func.regexp_replace(sa.func.left(kind.text, LONGEST), f"{SPACE}+", " ", "g"))
    return sa.select(sa.func.sha256(sa.func.convert_to(read, "UTF8"), type_=sa.LargeBinary))


def _background_hashes() -> list[bytes]:
    """Of the texts that calibrate a model which does not come with the program."""
    texts = {text for texts in corpus.background().values() for text in texts}
    texts |= {text for pair in corpus.pairs("tune") for text in (pair.need, pair.offer)}
    return [bytes.fromhex(text_hash(text)) for text in texts]
