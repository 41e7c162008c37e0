"""Offers and needs: a list of them replaces another, and a text that stays keeps its row."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from api.models import Need, Offer
from api.participants.schemas import StatementIn
from matchmaker import event as domain

Statement = TypeVar("Statement", Offer, Need)


def rewrite(rows: list[Statement], statements: Sequence[StatementIn], new: Callable[[str], Statement]) -> None:
    """Make `rows` hold `statements` in this order, each text once, as it comes first."""
    known = {row.text: row for row in rows}
    by_text = {each.text: each for each in reversed(statements)}
    texts = list(dict.fromkeys(each.text for each in statements))
    rows[:] = [known.get(text) or new(text) for text in texts]
    for position, row in enumerate(rows):
        row.position = position
        row.audience = sorted(set(by_text[row.text].audience))
        row.kind = by_text[row.text].kind


def statement_of(row: Offer | Need) -> domain.Statement:
    """A row as the domain has it."""
    return domain.Statement(text=row.text, audience=frozenset(row.audience), kind=row.kind)
