"""What an import did, what it left out, and the list of imports."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.core.schemas import Model


class WorkbookCounts(Model):
    """What a workbook holds."""

    participants: int
    organisations: int
    offers: int
    needs: int
    requests: int
    slots: int
    places: int


class ImportNotice(Model):
    """A sheet, a column or rows of a file that are ignored; `text` says so in the reader's language."""

    sheet: str
    column: str
    text: str


class ImportResult(Model):
    """The event made of a workbook (none after a dry run). The same file again is answered with the same event."""

    event_id: int | None
    counts: WorkbookCounts
    notices: list[ImportNotice]


class SheetCounts(Model):
    """Rows of one sheet. `removed`: offers and needs that the file no longer has of somebody it names."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0


class UpdateCounts(Model):
    """What a workbook changes in an event, by sheet."""

    participants: SheetCounts = SheetCounts()
    offers_and_needs: SheetCounts = SheetCounts()
    requests: SheetCounts = SheetCounts()
    slots: SheetCounts = SheetCounts()
    places: SheetCounts = SheetCounts()


class Ignored(Model):
    """How many there are of something that stays as it is, and the names of the first."""

    count: int
    names: list[str] = Field(max_length=20)


class ImportIgnored(Model):
    """What of a file is not taken over, and what of the event the file does not mention and stays."""

    notices: list[ImportNotice]
    missing_participants: Ignored
    kept_answers: Ignored
    event_fields: list[Literal["name", "colour", "time_zone", "languages"]]


class OtherEventWarning(Model):
    """A file that seems to be of another event: `known` of its `people` are among this event's `event_people`."""

    event_name: str
    file_name: str
    event_people: int
    people: int
    known: int


class ImportUpdate(Model):
    """The outcome of an update by a workbook; `import_id` (none after a dry run) serves to undo it.

    With `other_event`, an import has to be confirmed.
    """

    import_id: int | None
    counts: UpdateCounts
    ignored: ImportIgnored
    other_event: OtherEventWarning | None


class ImportRun(Model):
    """An import of an event. `undoable`: neither undone nor the one that made the event, and none came after it."""

    id: int
    filename: str
    created_at: datetime
    counts: UpdateCounts
    undone_at: datetime | None
    undoable: bool


class ImportRuns(Model):
    """The imports of an event, the latest first; the last 50."""

    items: list[ImportRun]
