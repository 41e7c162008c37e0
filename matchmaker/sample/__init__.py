"""The sample event: a BioWin Day of invented people and organisations, generated from a seed."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from matchmaker.agenda import slots_between
from matchmaker.event import Event, EventPlace, PlaceKind, RequestStatus, TimeSlot
from matchmaker.sample.people import Organisation, SampleAttendee, attendees, organisations
from matchmaker.sample.requests import requests
from matchmaker.sample.texts import Writer, themes

TIME_ZONE = "Europe/Brussels"
SLOT_MINUTES = 20
TABLES, STANDS, VIRTUAL_ROOMS = 0.15, 0.1125, 0.015  # for each person: 60, 45 and 6 for 400
PROMISED = 2  # meetings promised to people of start-ups who take part in the meetings


def biowin_day(seed: int = 2026, people: int = 400) -> Event:
    """A partnering day in the style of BioWin Day for 20 to 1,000 people; equal arguments give equal events.

    With the defaults: 400 people of about 180 organisations from 10 countries, 45 stands, 60 tables, about 1,300
    requests of which about 950 are accepted, two sessions of ten 20-minute slots. People and organisations are
    invented; their addresses are in domains reserved for examples (RFC 2606).

    Raises `ValueError` for fewer than 20 people, and for more than 1,000: they would repeat one another's words.
    """
    if not 20 <= people <= 1000:
        raise ValueError(f"a sample event has 20 to 1,000 people, not {people}")
    rng = Random(seed)  # noqa: S311 - made-up data, no secret
    writer = Writer(rng)
    slots = _slots()
    chosen = organisations(rng, people, stands=round(STANDS * people))
    everyone = attendees(rng, writer, chosen, half=len(slots) // 2)
    generated = requests(rng, writer, everyone)
    agreed = Counter(
        email for r in generated if r.status is RequestStatus.ACCEPTED for email in (r.sender, r.recipient)
    )
    return Event(
        name="BioWin Day",
        time_zone=TIME_ZONE,
        languages=("en", "fr", "nl"),
        themes=themes(),
        slots=slots,
        places=_places(chosen, everyone, people),
        people=tuple(
            replace(
                a.profile,
                minimum=PROMISED if a.profile.type == "start-up" and agreed[a.profile.email] >= PROMISED else 0,
            )
            for a in everyone
        ),
        requests=generated,
    )


def _slots() -> tuple[TimeSlot, ...]:
    zone = ZoneInfo(TIME_ZONE)

    def at(hour: int, minute: int) -> datetime:
        return datetime(2027, 5, 20, hour, minute, tzinfo=zone)

    return (
        *slots_between("Morning", at(9, 30), at(12, 50), SLOT_MINUTES),
        *slots_between("Afternoon", at(14, 0), at(17, 20), SLOT_MINUTES),
    )


def _places(chosen: list[Organisation], everyone: list[SampleAttendee], people: int) -> tuple[EventPlace, ...]:
    tables = (EventPlace(name=f"Table {i + 1}") for i in range(round(TABLES * people)))
    stands = (
        EventPlace(
            name=organisation.stand,
            kind=PlaceKind.STAND,
            capacity=sum(a.profile.place == organisation.stand for a in everyone),
            organisation=organisation.name,
        )
        for organisation in chosen
        if organisation.stand is not None
    )
    rooms = (
        EventPlace(name=f"Virtual room {i + 1}", kind=PlaceKind.VIRTUAL)
        for i in range(max(1, round(VIRTUAL_ROOMS * people)))
    )
    return (*tables, *stands, *rooms)
