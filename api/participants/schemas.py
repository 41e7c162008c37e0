"""Participants, what they offer and need, when they are free, and whom they should meet."""

from typing import Literal, Self

from pydantic import Field, model_validator

from api.core.schemas import Language, Line, Model, Name, Number, Page, StatementText, Texts
from api.events.schemas import OrganisationBrief, PlaceBrief
from matchmaker.event import RequestStatus, StatementKind, TextRole
from matchmaker.matching.feedback import FeedbackReason, FeedbackVerdict
from matchmaker.matching.match import Strength
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


class MatchedText(Model):
    """The offer or need by which somebody was found."""

    role: TextRole
    text: str


class Participant(Model):
    """A participant. From `email` to `version`, only they themselves and the organisers see the fields (else null).

    `version` counts the edits, and is the `ETag`. `request` and `may_request` (I may ask them now) are given where one
    participant is read by another, and null in lists. `found_by`, in the answer to a search: its words stand in the
    profile, or an offer or a need means the same; `matched_text` is that offer or need, if there is one.
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
    matched_text: MatchedText | None = None
    email: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    available_slots: int | None = None
    profile_complete: bool | None = None
    version: int | None = None
    request: MatchRequest | None = None
    may_request: bool | None = None


class Participants(Page):
    """A part of the list of participants, by name, or by relevance to a search."""

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
    """What makes a match. Need and offer are as written; `text` is a sentence by language.

    The one in `model_language`, if there is one, was written by a language model that read both people's texts.
    """

    kind: str = Field(examples=["need_offer"])
    need: str | None
    need_language: str | None
    offer: str | None
    offer_language: str | None
    themes: list[str]
    text: Texts
    model_language: str | None


class MatchFeedback(Model):
    """What I say of a match, which nobody else reads. `reason`: why it is not for me, if I say so."""

    verdict: FeedbackVerdict
    reason: FeedbackReason | None = None

    @model_validator(mode="after")
    def _reason_against(self) -> Self:
        if self.reason is not None and self.verdict is not FeedbackVerdict.NOT_FOR_ME:
            raise ValueError("a reason is given against a match only")
        return self


class Match(Model):
    """A participant whom I should meet, or (`strength` null, no reasons) one who is no match of mine.

    Whoever is not for me, as I said in `feedback`, is none.
    `may_request`: the rules of the event let us meet.
    """

    participant: Participant
    strength: Strength | None
    reasons: list[MatchReason]
    request: MatchRequest | None
    may_request: bool
    feedback: MatchFeedback | None


class Matches(Page):
    """A part of my matches, best first, or by relevance to a search."""

    items: list[Match]
