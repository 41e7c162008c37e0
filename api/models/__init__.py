"""The tables, one module for each area. Relationships are never loaded silently: a query names what it needs."""

from api.models import search_text as search_text  # listens to what is written
from api.models.accounts import (
    AuditEntry,
    InstallationSecret,
    RateCounter,
    SignInLink,
    SignInRequest,
    User,
    UserSession,
)
from api.models.base import Base
from api.models.documents import Document, DocumentKind
from api.models.events import Event, EventSession, Membership, Organisation, Place, Slot, TeamRole
from api.models.imports import ImportRun
from api.models.people import (
    Answerer,
    BlockedSlot,
    Match,
    MatchFeedback,
    MeetingRequest,
    Need,
    Offer,
    Participant,
    StoredRanking,
    StoredVector,
)
from api.models.proposals import Proposals, ProposalsState
from api.models.rerankings import Reranking, StoredJudgement
from api.models.schedules import Meeting, MeetingAttendee, Schedule, ScheduleState, Unplaced

__all__ = [
    "Answerer",
    "AuditEntry",
    "Base",
    "BlockedSlot",
    "Document",
    "DocumentKind",
    "Event",
    "EventSession",
    "ImportRun",
    "InstallationSecret",
    "Match",
    "MatchFeedback",
    "Meeting",
    "MeetingAttendee",
    "MeetingRequest",
    "Membership",
    "Need",
    "Offer",
    "Organisation",
    "Participant",
    "Place",
    "Proposals",
    "ProposalsState",
    "RateCounter",
    "Reranking",
    "Schedule",
    "ScheduleState",
    "SignInLink",
    "SignInRequest",
    "Slot",
    "StoredJudgement",
    "StoredRanking",
    "StoredVector",
    "TeamRole",
    "Unplaced",
    "User",
    "UserSession",
]
