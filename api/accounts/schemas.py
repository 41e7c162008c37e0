"""Signing in, and who is signed in."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import EmailStr, Field, StringConstraints, model_validator

from api.core.schemas import Language, Model
from api.models import TeamRole

Email = Annotated[EmailStr, Field(max_length=254, examples=["marie.dubois@example.org"])]


class LinkRequest(Model):
    """Who wants to sign in."""

    email: Email


class SignIn(Model):
    """Either the token of the link, or the e-mail address with the code of six digits."""

    token: Annotated[str, StringConstraints(max_length=100)] | None = None
    email: Email | None = None
    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.token is None) == (self.email is None) or (self.email is None) != (self.code is None):
            raise ValueError("expected either a token, or an e-mail address with a code")
        return self


class Session(Model):
    """A browser in which the account is signed in; `current`: the one that asks."""

    id: int
    created_at: datetime
    expires_at: datetime
    current: bool


class EventBrief(Model):
    """An event, in short."""

    id: int
    slug: str
    name: str


class Membership(Model):
    """What somebody is in an event: of its team, a participant, or both."""

    event: EventBrief
    role: TeamRole | None
    participant_id: int | None


class Me(Model):
    """The account that is signed in."""

    id: int
    email: str
    name: str
    language: str
    creates_events: bool = Field(description="Invited to organise, or running an event: may create another.")
    memberships: list[Membership]


class MePatch(Model):
    """The language of the page, of mails, and of agendas and calendars."""

    language: Language
