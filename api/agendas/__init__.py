"""The agenda of one participant: on the page, as PDF (`matchmaker.documents.agenda_pdf`) and as calendar (`.calendar`).

No agenda is sent by mail.
"""
