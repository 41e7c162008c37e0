"""A small event: two of one start-up, an investor, an exhibitor at a stand; two sessions of two slots; two tables."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from matchmaker.event import (
    Event,
    EventPlace,
    PlaceKind,
    Preference,
    Profile,
    Request,
    RequestStatus,
    Statement,
    StatementKind,
    TimeSlot,
)

ZONE = ZoneInfo("Europe/Brussels")
MINUTES = timedelta(minutes=20)


def slot(session: str, hour: int, minute: int = 0) -> TimeSlot:
    starts = datetime(2026, 12, 8, hour, minute, tzinfo=ZONE)
    return TimeSlot(session=session, starts=starts, ends=starts + MINUTES)


SLOTS = (slot("Morning", 10), slot("Morning", 10, 20), slot("Afternoon", 14), slot("Afternoon", 14, 20))
PEOPLE = {
    "ann": Profile(
        email="ann@example.org",
        first_name="Ann",
        last_name="Dubois",
        organisation="Aurora Therapeutics",
        country="BE",
        language="fr",
        type="start-up",
        job_title="CEO",
        themes=("therapies",),
        offers=(
            Statement(text="Anticorps monoclonaux contre des cibles orphelines", kind=StatementKind.LICENCE),
            Statement(text="Une plateforme de criblage"),
        ),
        needs=(
            Statement(
                text="Investisseurs pour une série A de 8 millions d'euros",
                audience=frozenset({"investor"}),
                kind=StatementKind.FUNDING,
            ),
        ),
        available=frozenset({0, 1, 2}),
        minimum=1,
        maximum=3,
    ),
    "bob": Profile(
        email="bob@example.org",
        first_name="Bob",
        last_name="Peeters",
        organisation="Meuse Capital",
        country="NL",
        language="nl",
        type="investor",
        themes=("therapies", "devices"),
        offers=(Statement(text="Financing rounds of five to twenty million euros"),),
        needs=(Statement(text="Companies with in vivo data in immuno-oncology", audience=frozenset({"start-up"})),),
    ),
    "cleo": Profile(
        email="cleo@example.org",
        first_name="Cleo",
        last_name="O'Connor",
        organisation="Sambre Devices",
        country="FR",
        type="exhibitor",
        place="Stand 1",
        offers=(Statement(text="Contract manufacturing of 100% sterile devices"),),
    ),
    "dan": Profile(
        email="dan@example.org",
        first_name="Dan",
        last_name="Adams",
        organisation="AURORA Thérapeutics",
        country="BE",
        type="start-up",
    ),
}
REQUESTS = (
    Request(sender="ann@example.org", recipient="bob@example.org", preference=Preference.MUST, message="Bonjour Bob"),
    Request(sender="cleo@example.org", recipient="bob@example.org", status=RequestStatus.ACCEPTED),
    Request(sender="cleo@example.org", recipient="ann@example.org", preference=Preference.NEVER),
)


def small_event(**otherwise: Any) -> Event:
    """The small event, in which some fields are `otherwise`."""
    fields: dict[str, Any] = {
        "name": "Journée d'été",
        "time_zone": "Europe/Brussels",
        "themes": {
            "therapies": {"en": "Novel therapies", "fr": "Thérapies innovantes", "nl": "Nieuwe therapieën"},
            "devices": {"en": "Devices", "fr": "Dispositifs", "nl": "Hulpmiddelen"},
        },
        "slots": SLOTS,
        "places": (
            EventPlace(name="Table 1"),
            EventPlace(name="Table 2"),
            EventPlace(name="Stand 1", kind=PlaceKind.STAND, capacity=2, organisation="Sambre Devices"),
        ),
        "people": tuple(PEOPLE.values()),
        "requests": REQUESTS,
    }
    return Event(**(fields | otherwise))
