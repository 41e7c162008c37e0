"""A spreadsheet becomes an event, or the list of everything that is wrong with it."""

from matchmaker.intake.errors import IntakeError, IntakeErrors
from matchmaker.intake.reading import read_workbook

__all__ = ["IntakeError", "IntakeErrors", "read_workbook"]
