"""What one sample event has that the other has not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of organisation: the type of its people, and how much of everything it has (1 is ordinary)."""

    type: str
    exhibits: bool = False
    focus: int = 3  # topics that an organisation offers, and needs
    staff: float = 1.2
    appeal: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """Where and when a sample event takes place and who comes; what they write is in the files of `folder`."""

    folder: str
    name: str
    time_zone: str
    day: date
    sessions: Mapping[str, tuple[time, time]]  # two, of the same length
    languages: tuple[str, ...]
    themes: tuple[str, ...]  # each has a file in the folder `topics`
    kinds: Mapping[str, Kind]
    home: str  # country; names there are by language
    home_staff: float  # weight of organisations of that country, and of the others, as to how many people they send
    foreign_staff: float
    remote_countries: tuple[str, ...]


BIOWIN = Setting(
    folder="biowin",
    name="BioWin Day",
    time_zone="Europe/Brussels",
    day=date(2027, 5, 20),
    sessions={"Morning": (time(9, 30), time(12, 50)), "Afternoon": (time(14, 0), time(17, 20))},
    languages=("en", "fr", "nl"),
    themes=("diagnostics", "tools", "delivery", "therapies", "digital", "processes", "devices", "discovery"),
    kinds={
        "startup": Kind(type="start-up", staff=0.9),
        "pharma": Kind(type="company", staff=3.0, appeal=2.2),
        "medtech": Kind(type="company", exhibits=True),
        "cro": Kind(type="service provider", exhibits=True, focus=4, staff=1.5),
        "cdmo": Kind(type="service provider", exhibits=True, staff=1.5),
        "university": Kind(type="academic", focus=5, staff=2.5),
        "hospital": Kind(type="hospital", focus=5, staff=3.0, appeal=1.4),
        "investor": Kind(type="investor", appeal=3.0),
        "consultant": Kind(type="service provider", exhibits=True),
        "public": Kind(type="public body", exhibits=True),
        "it": Kind(type="company", exhibits=True),
        "equipment": Kind(type="company", exhibits=True),
    },
    home="BE",
    home_staff=1.3,
    foreign_staff=0.4,
    remote_countries=("US", "ES", "GB", "CH"),
)

BROKERAGE = Setting(
    folder="brokerage",
    name="Field & Flux",
    time_zone="Europe/Brussels",
    day=date(2027, 10, 14),
    sessions={"Morning": (time(9, 0), time(12, 0)), "Afternoon": (time(13, 30), time(16, 30))},
    languages=("en", "fr", "nl", "de"),
    themes=("plants", "farming", "proteins", "quality", "market", "energy", "power", "circular", "services"),
    kinds={
        "startup": Kind(type="start-up", staff=0.9),
        "farm": Kind(type="producer"),
        "food": Kind(type="company", staff=1.6, appeal=1.6),
        "retailer": Kind(type="company", staff=1.5, appeal=2.2),
        "energy": Kind(type="company", exhibits=True, staff=1.6, appeal=1.3),
        "engineering": Kind(type="service provider", exhibits=True, focus=4),
        "supplier": Kind(type="company", exhibits=True),
        "lab": Kind(type="service provider", exhibits=True, focus=4),
        "university": Kind(type="academic", focus=5, staff=2.0),
        "investor": Kind(type="investor", appeal=3.0),
        "consultant": Kind(type="service provider", exhibits=True),
        "public": Kind(type="public body", exhibits=True, focus=4, staff=1.5),
    },
    home="BE",
    home_staff=1.1,
    foreign_staff=0.9,
    remote_countries=("US", "ES", "GB", "CH"),
)

SETTINGS = (BIOWIN, BROKERAGE)
