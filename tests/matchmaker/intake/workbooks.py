"""Workbooks with some sheets changed, and what reading them gives."""

from collections.abc import Sequence

import pytest

from matchmaker.event import Event
from matchmaker.intake import IntakeError, IntakeErrors, Reading, read_file, read_workbook
from tests.matchmaker.events import sheets, workbook

Rows = Sequence[Sequence[object]]


def read(**changed: Rows | None) -> Event:
    return read_workbook(workbook(sheets(**changed)), "event.xlsx")


def errors(**changed: Rows | None) -> list[IntakeError]:
    with pytest.raises(IntakeErrors) as caught:
        read(**changed)
    return list(caught.value.errors)


def the_error(**changed: Rows | None) -> IntakeError:
    found = errors(**changed)
    assert len(found) == 1, found
    return found[0]


def people(*rows: Sequence[object], extra: Sequence[str] = ()) -> Rows:
    head = ["email", "first name", "last name", "organisation", "country", *extra]
    return [head, *rows]


def reading(**changed: Rows | None) -> Reading:
    return read_file(workbook(sheets(**changed)), "event.xlsx")
