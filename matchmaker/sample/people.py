"""Who comes: invented organisations and people, and what each of them is about."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from random import Random

from matchmaker.event import Profile, Statement, StatementKind, TextRole
from matchmaker.sample.setting import Setting
from matchmaker.sample.texts import Topic, Writer, data, topics

OFFERS, NEEDS = (12, 60, 25, 3), (15, 60, 22, 3)  # weights of writing none, one, two, three
RAISING_SHARE = 0.5  # of the start-ups are looking for capital
STAND_STAFF, SILENT, REMOTE = 3, 3, 6
EXHIBITOR = "exhibitor"
NO_AUDIENCE, SLIP = 0.1, 0.15  # of the statements say not whom they are for, or have one type too many or too few
NO_KIND, OBVIOUS_KIND = 0.2, 0.7  # of the statements say no kind; of the others have the first of the topic


@dataclass(slots=True, kw_only=True)
class Organisation:
    """An organisation, the topics that its people speak for, and how many of them come."""

    name: str
    country: str
    language: str
    kind: str
    offers: Sequence[Topic] = ()
    needs: Sequence[Topic] = ()
    stand: str | None = None
    staff: int = 1


@dataclass(slots=True, kw_only=True)
class SampleAttendee:
    """A profile and what is behind it. `appeal` is how much others wish to meet this person (1 is ordinary)."""

    profile: Profile
    organisation: Organisation
    appeal: float
    offers: Sequence[Topic] = ()
    needs: Sequence[Topic] = ()


def organisations(rng: Random, setting: Setting, people: int, stands: int) -> list[Organisation]:
    """About one for two people; `stands` of them have a stand (fewer where too few exhibit)."""
    everyone = [
        Organisation(name=name, country=country, language=language, kind=kind, offers=_named(setting, *about))
        for kind, entries in data(setting, "organisations").items()
        for name, country, language, *about in entries
    ]
    number = min(len(everyone), round(0.4625 * people))
    chosen = [everyone[i] for i in sorted(rng.sample(range(len(everyone)), number))]
    offered, needed = Counter[str](), Counter[str]()
    for organisation in chosen:
        kind, focus = organisation.kind, setting.kinds[organisation.kind].focus
        organisation.offers = organisation.offers or _least_used(
            rng, [t for t in topics(setting) if kind in t.offered_by], offered, focus
        )
        preferred_themes = {topic.theme for topic in organisation.offers}
        other_topics = [t for t in topics(setting) if kind in t.needed_by and t not in organisation.offers]
        organisation.needs = _least_used(rng, other_topics, needed, focus, preferred_themes)
        if kind == "startup" and rng.random() < RAISING_SHARE:
            organisation.needs = [*organisation.needs, *_named(setting, "seed-funding")]
    weights = [
        setting.kinds[o.kind].staff * (setting.home_staff if o.country == setting.home else setting.foreign_staff)
        for o in chosen
    ]
    for organisation in rng.choices(chosen, weights, k=people - number):
        organisation.staff += 1
    exhibitors = sorted(
        (o for o in chosen if setting.kinds[o.kind].exhibits), key=lambda o: (o.country != setting.home, rng.random())
    )
    for i, organisation in enumerate(exhibitors[:stands]):
        organisation.stand = f"Stand {i + 1}"
    return chosen


def attendees(
    rng: Random, setting: Setting, writer: Writer, chosen: Sequence[Organisation], half: int
) -> list[SampleAttendee]:
    """Everybody who comes. The event has `half` slots in the morning and as many in the afternoon."""
    used_names: set[tuple[str, str]] = set()
    everyone = []
    for organisation in chosen:
        first_title = rng.randrange(60)
        for member in range(organisation.staff):
            profile = _registered(rng, setting, organisation, used_names, first_title + member)
            if organisation.stand is not None and member < STAND_STAFF:
                profile = replace(profile, type=EXHIBITOR, place=organisation.stand)
            else:
                profile = replace(profile, available=_available(rng, half))
            if organisation.kind == "investor":
                profile = replace(profile, maximum=rng.choice((10, 12, 14)))
            appeal = setting.kinds[organisation.kind].appeal * rng.lognormvariate(0, 0.5)
            everyone.append(SampleAttendee(profile=profile, organisation=organisation, appeal=appeal))
    rng.shuffle(everyone)
    _single_out(setting, everyone, half)
    _fill_in(rng, writer, everyone)
    return everyone


def _named(setting: Setting, codes: str = "") -> list[Topic]:
    return [topic for topic in topics(setting) if topic.code in codes.split()]


def _least_used(
    rng: Random, among: Sequence[Topic], used: Counter[str], number: int, preferred_themes: Collection[str] = ()
) -> list[Topic]:
    """`number` topics, those used least so far first, give or take, and rather those of the themes `near`."""
    picked = sorted(among, key=lambda t: used[t.code] + 2 * rng.random() - 2 * (t.theme in preferred_themes))[:number]
    used.update(topic.code for topic in picked)
    return picked


def _registered(
    rng: Random, setting: Setting, organisation: Organisation, used_names: set[tuple[str, str]], title: int
) -> Profile:
    country = organisation.country
    names = data(setting, "names")[f"{country}-{organisation.language}" if country == setting.home else country]
    while True:
        gender = rng.choice(("women", "men"))
        first, last = rng.choice(names[gender]), rng.choice(names["family"])
        if (_ascii(first), _ascii(last)) not in used_names:
            break
    used_names.add((_ascii(first), _ascii(last)))
    language = organisation.language if rng.random() < 0.94 else "en"
    titles = data(setting, "titles")[organisation.kind][language]
    masculine, _, feminine = titles[title % len(titles)].partition(" / ")
    return Profile(
        email=f"{_ascii(first)}.{_ascii(last)}@{_ascii(organisation.name)}.example",
        first_name=first,
        last_name=last,
        organisation=organisation.name,
        country=organisation.country,
        language=language,
        type=setting.kinds[organisation.kind].type,
        job_title=feminine if feminine and gender == "women" else masculine,
    )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _available(rng: Random, half: int) -> frozenset[int] | None:
    """All day mostly; some come for half a day only, or are away for a talk or a call."""
    draw = rng.random()
    if draw < 0.08:
        return frozenset(range(half))
    if draw < 0.15:
        return frozenset(range(half, 2 * half))
    if draw < 0.24:
        start, length = rng.randrange(2 * half - 4), rng.randint(2, 4)
        return frozenset(range(2 * half)) - frozenset(range(start, start + length))
    return None


def _single_out(setting: Setting, everyone: Sequence[SampleAttendee], half: int) -> None:
    """A sought-after investor who wants 8 meetings at most; a few who take part from afar, in their own daytime."""
    investors = [a for a in everyone if a.organisation.kind == "investor" and a.organisation.country == setting.home]
    for star in investors[:1]:
        star.appeal = 16.0
        star.profile = replace(star.profile, maximum=8, available=None)
    remote_candidates = [
        a for a in everyone if a.organisation.country in setting.remote_countries and a.profile.place is None
    ]
    for attendee in sorted(remote_candidates, key=lambda a: a.organisation.country != "US")[:REMOTE]:
        afternoon = frozenset(range(half, 2 * half)) if attendee.organisation.country == "US" else None
        attendee.profile = replace(attendee.profile, remote=True, available=afternoon)


def _fill_in(rng: Random, writer: Writer, everyone: Sequence[SampleAttendee]) -> None:
    """Offers and needs; nobody needs what nobody from elsewhere offers. A few have not got round to it."""
    busy = everyone[SILENT:]
    for attendee in busy:
        attendee.offers = _sample(rng, attendee.organisation.offers, OFFERS)
    offering: dict[str, set[str]] = {}
    for attendee in busy:
        for topic in attendee.offers:
            offering.setdefault(topic.code, set()).add(attendee.organisation.name)
    for attendee in busy:
        own_organisation = {attendee.organisation.name}
        answered = [
            t for t in attendee.organisation.needs if offering.get(t.code, own_organisation) != own_organisation
        ]
        attendee.needs = _sample(rng, answered, NEEDS if attendee.offers else NEEDS[1:], 0 if attendee.offers else 1)
    for attendee in everyone:
        about = dict.fromkeys(t.theme for t in (*attendee.offers, *attendee.needs))
        attendee.profile = replace(
            attendee.profile,
            themes=tuple(about) or (rng.choice(attendee.organisation.offers).theme,),
            offers=tuple(_written(rng, writer, attendee.offers, TextRole.OFFER, attendee)),
            needs=tuple(_written(rng, writer, attendee.needs, TextRole.NEED, attendee)),
        )


def _sample(rng: Random, among: Collection[Topic], weights: Sequence[int], minimum: int = 0) -> list[Topic]:
    number = rng.choices(range(minimum, minimum + len(weights)), weights)[0]
    return rng.sample(list(among), min(number, len(among)))


def _written(
    rng: Random, writer: Writer, about: Sequence[Topic], role: TextRole, by: SampleAttendee
) -> list[Statement]:
    """Most write in their own language, some in English for the sake of the others."""
    own_language, kind = by.profile.language, by.organisation.kind
    return [
        Statement(text=writer.write(topic, role, own_language if rng.random() < 0.8 else "en", kind)) for topic in about
    ]


def tick(rng: Random, setting: Setting, everyone: Sequence[SampleAttendee]) -> None:
    """Everybody says whom their offers and needs are for, and of what kind they are: mostly, and not without slips."""
    types = sorted({kind.type for kind in setting.kinds.values()} | {EXHIBITOR})
    for attendee in everyone:
        attendee.profile = replace(
            attendee.profile,
            offers=tuple(
                replace(offer, audience=_audience(rng, setting, types, topic.needed_by), kind=_kind(rng, topic))
                for offer, topic in zip(attendee.profile.offers, attendee.offers, strict=True)
            ),
            needs=tuple(
                replace(need, audience=_audience(rng, setting, types, topic.offered_by), kind=_kind(rng, topic))
                for need, topic in zip(attendee.profile.needs, attendee.needs, strict=True)
            ),
        )


def _audience(rng: Random, setting: Setting, types: Sequence[str], kinds: Collection[str]) -> frozenset[str]:
    """The types of these kinds of organisation, as somebody ticks them. Those who exhibit may be at a stand."""
    right = {setting.kinds[kind].type for kind in kinds}
    if any(setting.kinds[kind].exhibits for kind in kinds):
        right.add(EXHIBITOR)
    draw = rng.random()
    if draw < NO_AUDIENCE:
        return frozenset()
    return frozenset(right ^ {rng.choice(types)} if draw < NO_AUDIENCE + SLIP else right)


def _kind(rng: Random, topic: Topic) -> StatementKind | None:
    """One of the kinds of a topic, the first of them mostly; two people choose apart."""
    if rng.random() < NO_KIND:
        return None
    first, *others = topic.kinds
    return first if not others or rng.random() < OBVIOUS_KIND else rng.choice(others)
