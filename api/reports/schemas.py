"""The figures of an event."""

from api.core.schemas import Model


class CountryCount(Model):
    """Participants of a country (ISO 3166-1 alpha-2)."""

    country: str
    participants: int


class RequestCounts(Model):
    """Requests that participants sent, and where they stand. `proposed`: organisers' proposals that stand, apart."""

    proposed: int
    sent: int
    accepted: int
    declined: int
    pending: int
    withdrawn: int
    expired: int


class ScheduleFigures(Model):
    """What the published schedule (or else the newest draft) comes to; shares are between 0 and 1.

    `impossible_meetings`: those that the event as it is now no longer permits.
    """

    schedule_id: int
    version: int
    published: bool
    requested: int
    meetings: int
    participants: int
    between_countries: int
    between_countries_share: float
    placed_share: float
    breaks: int
    idle_slots: int
    below_minimum: int
    impossible_meetings: int


class Report(Model):
    """The figures that organisers and their funders ask for, counted from the data."""

    participants: int
    organisations: int
    countries: list[CountryCount]
    requests: RequestCounts
    schedule: ScheduleFigures | None
