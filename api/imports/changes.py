"""What an import comes to."""

from dataclasses import dataclass
from typing import Any


class OverlapError(Exception):
    """Slots of the workbook and of the event overlap; `slots` holds their positions in the workbook."""

    def __init__(self, slots: tuple[int, ...]) -> None:
        super().__init__("slots overlap")
        self.slots = slots


@dataclass
class Changes:
    """How many rows (of people, requests, slots and places) an import touches."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    def add(self) -> None:
        self.added += 1

    def keep(self, *, updated: bool) -> None:
        if updated:
            self.updated += 1
        else:
            self.unchanged += 1


def assign(row: Any, **values: Any) -> bool:
    """Set the attributes; whether any of them was otherwise."""
    news = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in news.items():
        setattr(row, name, value)
    return bool(news)
