"""A spreadsheet becomes an event, or the list of everything that is wrong with it."""

from matchmaker.intake.errors import IntakeError, IntakeErrors, IntakeNotice
from matchmaker.intake.reading import Reading, read_file, read_workbook

__all__ = ["IntakeError", "IntakeErrors", "IntakeNotice", "Reading", "read_file", "read_workbook"]
