"""Which version of a schedule a document shows, and the words of documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

from matchmaker.locale import LANGUAGES, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The version of a schedule, the (aware) time at which it was made or published, and whether it is a draft.

    `sequence` grows with every publication, also of an older version (None: the version does).
    """

    version: int
    at: datetime
    draft: bool = False
    sequence: int | None = None


@cache
def words_of(language: str) -> Mapping[str, str]:
    """The words of documents in a language, by the keys of `_WORDS`."""
    return MappingProxyType({key: message.text(language) for key, message in _WORDS.items()})


def session_named(written: str, language: str) -> str:
    """The name of a session: a common one in the language of the document, any other as the organiser wrote it."""
    for session in _SESSIONS:
        if written.strip().casefold() in {session.text(each).casefold() for each in LANGUAGES}:
            return session.text(language)
    return written


_SESSIONS = (Message("session", "Morning"), Message("session", "Afternoon"))
_WORDS: Mapping[str, Message] = {
    "agenda": Message("document", "Meeting agenda"),
    "agendas": Message("document", "Meeting agendas"),
    "time": Message("document", "Time"),
    "place": Message("document", "Place"),
    "with": Message("document", "With"),
    "free": Message("document", "free"),
    "online": Message("document", "online"),
    "none": Message("document", "No meeting is scheduled for you."),
    "version": Message("document", "Version {version} of {at}"),
    "draft": Message("document", "Draft of version {version}, {at}"),
    "zone": Message("document", "All times are those of {zone}."),
    "page": Message("document", "Page"),
    "of": Message("document", "of"),
    "meeting": Message("document", "Meeting with {name}"),
    "by time": Message("document", "By time"),
    "by person": Message("document", "By person"),
    "by place": Message("document", "By place"),
    "not placed": Message("document", "Not scheduled"),
    "figures": Message("document", "Figures"),
    "date": Message("document", "Date"),
    "start": Message("document", "Start"),
    "end": Message("document", "End"),
    "session": Message("document", "Session"),
    "name": Message("document", "Name"),
    "organisation": Message("document", "Organisation"),
    "country": Message("document", "Country"),
    "their organisation": Message("document", "Their organisation"),
    "their country": Message("document", "Their country"),
    "e-mail": Message("document", "E-mail"),
    "meetings": Message("document", "Meetings"),
    "value": Message("document", "Value"),
    "why not": Message("document", "Why not"),
    "fix": Message("document", "What would help"),
    "matches": Message("document", "Matches"),
    "rank": Message("document", "Rank"),
    "score": Message("document", "Score"),
    "match": Message("document", "Match"),
    "their e-mail": Message("document", "Their e-mail"),
    "why": Message("document", "Why"),
}
