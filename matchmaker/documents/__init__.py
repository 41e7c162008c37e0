"""Documents: data in, bytes out."""

from matchmaker.documents.agenda_pdf import agenda_pdf, agendas_pdf
from matchmaker.documents.calendar import agenda_ics
from matchmaker.documents.edition import Edition
from matchmaker.documents.event_workbook import workbook_of
from matchmaker.documents.matches_workbook import matches_csv, matches_workbook
from matchmaker.documents.schedule_workbook import schedule_workbook
from matchmaker.documents.template import template

__all__ = [
    "Edition",
    "agenda_ics",
    "agenda_pdf",
    "agendas_pdf",
    "matches_csv",
    "matches_workbook",
    "schedule_workbook",
    "template",
    "workbook_of",
]
