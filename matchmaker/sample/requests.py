"""Who asks to meet whom: people whose needs others can answer, the sought-after more often."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from matchmaker.event import Preference, Request, RequestStatus
from matchmaker.sample.people import SampleAttendee
from matchmaker.sample.texts import Topic, Writer

PER_PERSON, ACCEPTED_SHARE = 3.25, 0.731
QUIET_SHARE = 0.15  # of those who are not of start-ups: they come for the talks and accept nothing
AT_LEAST = {"startup": 3}  # accepted requests of one person, by kind of organisation; others: 1
MOST_SENT, MOST_ACCEPTED, OVER_MAXIMUM = 12, 20, 4
AT_RANDOM, COMPATRIOTS, MUTUAL = 0.04, 6.0, 0.08
UNANSWERED = {
    RequestStatus.PENDING: 48,
    RequestStatus.DECLINED: 30,
    RequestStatus.EXPIRED: 14,
    RequestStatus.WITHDRAWN: 8,
}
OF_MONEY = {
    ("to_offer", "seed-funding"): "raising",
    ("to_need", "deal-flow"): "raising",
    ("to_need", "seed-funding"): "investing",
    ("to_offer", "deal-flow"): "investing",
}  # the kind of message where it is about capital or a licence
NEVER_SHARE, MUST_SHARE, MESSAGE_SHARE = 0.006, 0.15, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One asks another (positions) about a topic; `kind` is a kind of message."""

    sender: int
    recipient: int
    kind: str
    topic: Topic | None = None


def requests(rng: Random, writer: Writer, everyone: Sequence[SampleAttendee]) -> tuple[Request, ...]:
    """About 3.25 requests for each person, 73 % of them accepted; a few refusals for good among the rest."""
    never = round(NEVER_SHARE * PER_PERSON * len(everyone))
    total = round(PER_PERSON * len(everyone)) - never
    chosen, accepted = _choose(rng, everyone, _wishes(rng, everyone), total)
    requests_made = [_request(rng, writer, everyone, wish, wish in accepted) for wish in chosen]
    both_ways = {(request.sender, request.recipient) for request in requests_made}
    refused = [
        Request(sender=r.recipient, recipient=r.sender, status=RequestStatus.DECLINED, preference=Preference.NEVER)
        for r in requests_made
        if r.status is RequestStatus.DECLINED and (r.recipient, r.sender) not in both_ways
    ]
    return (*requests_made, *refused[:never])


def _wishes(rng: Random, everyone: Sequence[SampleAttendee]) -> list[Wish]:
    """Every wish that somebody may have, the likeliest first mostly: sorted by exponential clocks, which draws
    without replacement in proportion to weight (Efraimidis and Spirakis, Weighted random sampling with a reservoir,
    2006)."""
    timed: list[tuple[float, int, Wish]] = []
    for wish in _possible(rng, everyone):
        one, other = everyone[wish.sender], everyone[wish.recipient]
        if one.organisation is not other.organisation:
            weight = other.appeal * one.appeal**0.3
            weight *= COMPATRIOTS if one.profile.country == other.profile.country else 1
            weight *= AT_RANDOM if wish.topic is None else 1
            timed.append((rng.expovariate(weight), len(timed), wish))
    return [wish for *_, wish in sorted(timed)]


def _possible(rng: Random, everyone: Sequence[SampleAttendee]) -> Iterator[Wish]:
    appeal = [attendee.appeal for attendee in everyone]
    needing: dict[str, list[int]] = {}
    for i, attendee in enumerate(everyone):
        for topic in attendee.needs:
            needing.setdefault(topic.code, []).append(i)
    for i, attendee in enumerate(everyone):
        for topic in attendee.offers:
            for j in needing.get(topic.code, ()):
                yield Wish(sender=j, recipient=i, kind="to_offer", topic=topic)
                yield Wish(sender=i, recipient=j, kind="to_need", topic=topic)
        for j in rng.choices(range(len(everyone)), appeal, k=10):
            yield Wish(sender=i, recipient=j, kind="to_anyone")


def _choose(
    rng: Random, everyone: Sequence[SampleAttendee], wishes: Sequence[Wish], total: int
) -> tuple[list[Wish], Collection[Wish]]:
    """The wishes that become requests, and those of them that are accepted."""
    quiet = {i for i, a in enumerate(everyone) if a.organisation.kind != "startup" and rng.random() < QUIET_SHARE}
    minimums = [0 if i in quiet else AT_LEAST.get(a.organisation.kind, 1) for i, a in enumerate(everyone)]
    maximums = [_most_requests(attendee) for attendee in everyone]
    sent, agreed = Counter[int](), Counter[int]()
    partner: dict[tuple[int, str], int] = {}
    requested_pairs: set[tuple[int, int]] = set()
    chosen: list[Wish] = []
    accepted: list[Wish] = []

    def is_possible(wish: Wish) -> bool:
        one, other = wish.sender, wish.recipient
        other_organisation, own_organisation = everyone[other].organisation.name, everyone[one].organisation.name
        already_partners = (
            partner.get((one, other_organisation), other) == other
            and partner.get((other, own_organisation), one) == one
        )
        if not already_partners or (one, other) in requested_pairs or sent[one] >= MOST_SENT:
            return False
        return (other, one) not in requested_pairs or rng.random() < MUTUAL

    def ask(wish: Wish) -> None:
        one, other = wish.sender, wish.recipient
        partner[one, everyone[other].organisation.name] = other
        partner[other, everyone[one].organisation.name] = one
        requested_pairs.add((one, other))
        sent[one] += 1
        chosen.append(wish)

    def accept(wish: Wish) -> None:
        agreed.update((wish.sender, wish.recipient))
        accepted.append(wish)

    def willing(wish: Wish) -> bool:
        return all(i not in quiet and agreed[i] < maximums[i] for i in (wish.sender, wish.recipient))

    for wish in wishes:
        below_minimum = any(agreed[i] < minimums[i] for i in (wish.sender, wish.recipient))
        if below_minimum and willing(wish) and is_possible(wish):
            ask(wish)
            accept(wish)
    certain = len(chosen)
    for wish in wishes:
        if len(chosen) < total and is_possible(wish):
            ask(wish)
    for wish in rng.sample(chosen[certain:], len(chosen) - certain):
        if len(accepted) < round(ACCEPTED_SHARE * total) and willing(wish):
            accept(wish)
    return chosen, set(accepted)


def _most_requests(attendee: SampleAttendee) -> int:
    """The accepted requests of the sought-after: somewhat more than they have time for."""
    profile = attendee.profile
    if profile.maximum is not None:
        return profile.maximum + OVER_MAXIMUM
    return MOST_ACCEPTED if profile.available is None else min(MOST_ACCEPTED, len(profile.available))


def _request(rng: Random, writer: Writer, everyone: Sequence[SampleAttendee], wish: Wish, accepted: bool) -> Request:
    one, other = everyone[wish.sender].profile, everyone[wish.recipient].profile
    language = one.language if one.language == other.language else "en"
    message = ""
    if rng.random() < MESSAGE_SHARE:
        kind, label = wish.kind, ""
        if wish.topic is not None:
            kind, label = OF_MONEY.get((kind, wish.topic.code), kind), wish.topic.label[language]
        message = writer.message(kind, language, first=other.first_name, organisation=one.organisation, label=label)
    return Request(
        sender=one.email,
        recipient=other.email,
        status=RequestStatus.ACCEPTED if accepted else rng.choices(list(UNANSWERED), list(UNANSWERED.values()))[0],
        preference=Preference.MUST if rng.random() < MUST_SHARE else Preference.LIKE,
        message=message,
    )
