"""Participants, what they offer and need, when they are free, and whom they should meet."""

from typing import Literal

from pydantic import Field

from api.core.schemas import Language, Line, Model, Name, Number, Page, StatementText, Texts
from api.events.schemas import OrganisationBrief, PlaceBrief
from matchmaker.event import RequestStatus, StatementKind
from matchmaker.text import AUDIENCE

FoundBy = Literal["words", "meaning"] | None


class Statement(Model):
    """An offer or a need as it was written, and the language it is in (null where that cannot be told).

    `audience` and `kind` are as of what is sent.
    """

    id: int
    text: str
    language: str | None
    audience: list[str]
    kind: StatementKind | None


class StatementIn(Model):
    """An offer or a need.

    `audience`: the participation types of the event that could help with a need, or that an offer serves. `kind`: what
    cooperation it is about. Empty and null mean that its author does not say.
    """

    text: StatementText = Field(examples=["Un partenaire pour valider un test sanguin dans trois hôpitaux"])
    audience: list[Name] = Field([], max_length=AUDIENCE, examples=[["hospital"]])
    kind: StatementKind | None = None


class ParticipantBrief(Model):
    """A participant, in short."""

    id: int
    name: str
    organisation: OrganisationBrief
    country: str
    type: str
    job_title: str


class MatchRequest(Model):
    """The request between me and a match."""

    id: int
    status: RequestStatus
    direction: Literal["sent", "received"]


class Participant(Model):
    """A participant. From `email` to `version`, only they themselves and the organisers see the fields (else null).

    `version` counts the edits, and is the `ETag`. `request` and `may_request` (I may ask them now) are given where one
    participant is read by another, and null in lists. `found_by`, in the answer to a search: its words stand in the
    profile, or an offer or a need means the same.
    """

    id: int
    first_name: str
    last_name: str
    name: str
    organisation: OrganisationBrief
    country: str
    language: str
    type: str
    job_title: str
    themes: list[str]
    offers: list[Statement]
    needs: list[Statement]
    place: PlaceBrief | None
    remote: bool
    found_by: FoundBy = None
    email: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    available_slots: int | None = None
    profile_complete: bool | None = None
    version: int | None = None
    request: MatchRequest | None = None
    may_request: bool | None = None


class Participants(Page):
    """A part of the list of participants, by name."""

    items: list[Participant]


class ParticipantPatch(Model):
    """What is absent stays. Only an organiser may set the limits, which count meetings."""

    first_name: Name | None = None
    last_name: Name | None = None
    job_title: Line | None = None
    language: Language | None = None
    themes: list[Line] | None = Field(None, max_length=50)
    minimum: int | None = Field(None, ge=0, le=1000)
    maximum: int | None = Field(None, ge=0, le=1000, description="null: no limit")


class Availability(Model):
    """The slots in which somebody is free."""

    slot_ids: list[Number] = Field(max_length=2000)


class MatchReason(Model):
    """What raised or lowered a match. Need and offer are as written; `text` is a sentence by language.

    The one in `model_language`, if there is one, was written by a language model that read both people's texts.
    """

    kind: str = Field(examples=["need_offer"])
    need: str | None
    need_language: str | None
    offer: str | None
    offer_language: str | None
    strength: int = Field(ge=0, le=100)
    themes: list[str]
    text: Texts
    model_language: str | None


class Match(Model):
    """A participant whom I should meet, or (scores null, no reasons) one who is not among my best.

    Scores are percentages; `forward`: how far they serve my needs. `may_request`: the rules of the event let us meet.
    `matched_text`: the offer or need of theirs that means what is searched, if there is one.
    """

    participant: Participant
    score: int | None = Field(ge=0, le=100)
    forward: int | None = Field(ge=0, le=100)
    backward: int | None = Field(ge=0, le=100)
    reasons: list[MatchReason]
    request: MatchRequest | None
    may_request: bool
    matched_text: str | None


class Matches(Page):
    """A part of my matches, best first."""

    items: list[Match]
