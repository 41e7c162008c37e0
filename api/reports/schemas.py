"""The figures of an event."""

from api.core.schemas import Model


class CountryCount(Model):
    """Participants of a country (ISO 3166-1 alpha-2)."""

    country: str
    participants: int


class RequestCounts(Model):
    """Requests sent, and where they stand."""

    sent: int
    accepted: int
    declined: int
    pending: int
    withdrawn: int
    expired: int


class ScheduleFigures(Model):
    """What the published schedule (or else the newest draft) comes to; shares are between 0 and 1."""

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


class Report(Model):
    """The figures that organisers and their funders ask for, counted from the data."""

    participants: int
    organisations: int
    countries: list[CountryCount]
    requests: RequestCounts
    schedule: ScheduleFigures | None
