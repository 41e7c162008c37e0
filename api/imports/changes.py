"""What an import comes to, counted by sheet."""

from dataclasses import dataclass, field


class OverlapError(Exception):
    """Slots of the workbook and of the event overlap; `slots` holds their positions in the workbook."""

    def __init__(self, slots: tuple[int, ...]) -> None:
        super().__init__("slots overlap")
        self.slots = slots


@dataclass
class SheetChanges:
    """The rows of one sheet. `removed` are offers and needs that the file no longer has of somebody it names."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def keep(self, *, updated: bool) -> None:
        """Count a row that the event has already."""
        if updated:
            self.updated += 1
        else:
            self.unchanged += 1


@dataclass
class Changes:
    """The rows of every sheet that an import touches."""

    participants: SheetChanges = field(default_factory=SheetChanges)
    offers_and_needs: SheetChanges = field(default_factory=SheetChanges)
    requests: SheetChanges = field(default_factory=SheetChanges)
    slots: SheetChanges = field(default_factory=SheetChanges)
    places: SheetChanges = field(default_factory=SheetChanges)

    def total(self, kind: str) -> int:
        """The rows of all sheets that were `added`, `updated` and so on."""
        return sum(getattr(sheet, kind) for sheet in vars(self).values())
