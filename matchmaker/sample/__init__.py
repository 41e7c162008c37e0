"""Sample events of invented people and organisations, generated from a seed: a BioWin Day of the health field, and a
brokerage of food, farming and clean technology in four languages, which no part of the matching was tuned on."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from matchmaker.agenda import slots_between
from matchmaker.event import Event, EventPlace, PlaceKind, RequestStatus, TimeSlot
from matchmaker.sample.people import Organisation, SampleAttendee, attendees, organisations, tick
from matchmaker.sample.requests import requests
from matchmaker.sample.setting import BIOWIN, BROKERAGE, Setting
from matchmaker.sample.texts import Writer, themes

SLOT_MINUTES = 20
TABLES, STANDS, VIRTUAL_ROOMS = 0.15, 0.1125, 0.015  # for each person: 60, 45 and 6 for 400
MINIMUM_PEOPLE, MAXIMUM_PEOPLE = 20, 1000
PROMISED = 2  # meetings promised to people of start-ups who take part in the meetings


def biowin_day(seed: int = 2026, people: int = 400) -> Event:
    """A partnering day in the style of BioWin Day for 20 to 1,000 people; equal arguments give equal events.

    With the defaults: 400 people of about 180 organisations from 10 countries, 45 stands, 60 tables, about 1,300
    requests of which about 950 are accepted, two sessions of ten 20-minute slots. People and organisations are
    invented; their addresses are in domains reserved for examples (RFC 2606).

    Raises `ValueError` for fewer than 20 people, and for more than 1,000: they would repeat one another's words.
    """
    return _generate(BIOWIN, seed, people)


def brokerage_day(seed: int = 2026, people: int = 300) -> Event:
    """A brokerage of food, farming and clean technology for 20 to 1,000 people; equal arguments give equal events.

    With the defaults: 300 people of about 140 organisations, most of them from Belgium, France, the Netherlands,
    Germany and Luxembourg, who write in English, French, Dutch and German; two sessions of nine 20-minute slots.
    People and organisations are invented; their addresses are in domains reserved for examples (RFC 2606).

    Raises `ValueError` as `biowin_day` does.
    """
    return _generate(BROKERAGE, seed, people)


def _generate(setting: Setting, seed: int, people: int) -> Event:
    if not MINIMUM_PEOPLE <= people <= MAXIMUM_PEOPLE:
        raise ValueError(f"a sample event has {MINIMUM_PEOPLE} to {MAXIMUM_PEOPLE:,} people, not {people}")
    rng = Random(seed)  # noqa: S311 - made-up data, no secret
    writer = Writer(rng, setting)
    slots = _slots(setting)
    chosen = organisations(rng, setting, people, stands=round(STANDS * people))
    everyone = attendees(rng, setting, writer, chosen, half=len(slots) // 2)
    generated = requests(rng, writer, everyone)
    tick(rng, setting, everyone)
    agreed = Counter(
        email for r in generated if r.status is RequestStatus.ACCEPTED for email in (r.sender, r.recipient)
    )
    return Event(
        name=setting.name,
        time_zone=setting.time_zone,
        languages=setting.languages,
        themes=themes(setting),
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


def _slots(setting: Setting) -> tuple[TimeSlot, ...]:
    zone = ZoneInfo(setting.time_zone)
    return tuple(
        slot
        for session, (start, end) in setting.sessions.items()
        for slot in slots_between(
            session,
            datetime.combine(setting.day, start, zone),
            datetime.combine(setting.day, end, zone),
            SLOT_MINUTES,
        )
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
