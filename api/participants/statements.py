"""Offers and needs: a list of texts replaces another, and what stays keeps its row."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from api.models import Need, Offer

Statement = TypeVar("Statement", Offer, Need)


def rewrite(rows: list[Statement], texts: Sequence[str], new: Callable[[str], Statement]) -> None:
    """Make `rows` hold `texts` in this order, each text once."""
    known = {row.text: row for row in rows}
    rows[:] = [known.get(text) or new(text) for text in dict.fromkeys(texts)]
    for position, row in enumerate(rows):
        row.position = position
