"""The tables, one module for each area. Relationships are never loaded silently: a query names what it needs."""

from api.models.accounts import AuditEntry, RateCounter, SignInLink, User, UserSession
from api.models.base import Base
from api.models.events import Event, EventSession, Membership, Organisation, Place, Slot, TeamRole
from api.models.people import (
    BlockedSlot,
    Match,
    MeetingRequest,
    Need,
    Offer,
    Participant,
    StoredRanking,
    StoredVector,
)
from api.models.proposals import Proposals, ProposalsState
from api.models.schedules import Meeting, MeetingAttendee, Schedule, ScheduleState, Unplaced

__all__ = [
    "AuditEntry",
    "Base",
    "BlockedSlot",
    "Event",
    "EventSession",
    "Match",
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
    "Schedule",
    "ScheduleState",
    "SignInLink",
    "Slot",
    "StoredRanking",
    "StoredVector",
    "TeamRole",
    "Unplaced",
    "User",
    "UserSession",
]
