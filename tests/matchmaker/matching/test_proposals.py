"""Claims about the meetings that an organiser proposes."""

from collections import Counter
from dataclasses import replace
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.agenda import slots_between
from matchmaker.event import Event, EventPlace, PlaceKind, Preference, Profile, RequestStatus
from matchmaker.matching.proposals import STAY, Proposals, propose
from matchmaker.scheduling.candidates import problem_of
from tests.matchmaker.events import at, event, person, request

EmailPair = tuple[str, str]


def email(name: str) -> str:
    return f"{name}@example.org"


def pairs_of(proposals: Proposals) -> set[EmailPair]:
    return {tuple(sorted((r.sender, r.recipient))) for r in proposals.requests}  # type: ignore[misc]


def scores_of(named: dict[tuple[str, str], float]) -> dict[EmailPair, float]:
    return {(email(a), email(b)): score for (a, b), score in named.items()}


def investors_day(seed: int) -> tuple[Event, dict[EmailPair, float]]:
    """75 start-ups that are promised 3 meetings each, 60 investors who take at most 8, some of them for half a day."""
    rng = np.random.default_rng(seed)
    startups = [person(f"s{i}", type="start-up", minimum=3) for i in range(75)]
    funds = []
    for i in range(60):
        half = frozenset(range(6)) if rng.random() < 0.15 else frozenset(range(6, 12)) if rng.random() < 0.15 else None
        funds.append(person(f"f{i}", type="investor", maximum=8, available=half))
    taste, field, quality = rng.normal(size=(60, 6)), rng.normal(size=(75, 6)), rng.normal(size=75)
    score = 1 / (1 + np.exp(-(taste @ field.T + 1.5 * quality - 2)))
    day = event(
        *startups, *funds, slots=slots_between("Day", at(9), at(13), 20), places=(EventPlace(name="T", capacity=50),)
    )
    return day, {(funds[f].email, startups[s].email): float(score[f, s]) for f in range(60) for s in range(75)}


def test_an_investors_day_keeps_every_promise_and_every_limit() -> None:
    day, scores = investors_day(0)
    proposals = propose(day, scores, maximum=10)
    met = Counter(email for pair in pairs_of(proposals) for email in pair)
    assert proposals.short == ()
    assert proposals.proven
    for each in day.people:
        free = len(day.slots) if each.available is None else len(each.available)
        assert max(each.minimum, 1) <= met[each.email] <= min(10, free, each.maximum or 10)


def test_without_time_to_search_there_are_proposals_all_the_same_and_within_every_limit() -> None:
    day, scores = investors_day(0)
    proposals = propose(day, scores, maximum=10, seconds=1e-9)
    met = Counter(email for pair in pairs_of(proposals) for email in pair)
    assert not proposals.proven
    for each in day.people:
        free = len(day.slots) if each.available is None else len(each.available)
        assert met[each.email] <= min(10, free, each.maximum or 10)
    assert all(met[each.email] for each in day.people), "those who meet nobody come first"
    assert sum(short.wanted - short.got for short in proposals.short) <= 10


def test_the_proposals_are_candidates_of_the_scheduler() -> None:
    day, scores = investors_day(1)
    proposals = propose(day, scores)
    problem, index = problem_of(replace(day, requests=proposals.requests), lambda a, b: scores[b, a])
    assert len(problem.candidates) == len(proposals.requests)
    assert index.excluded == ()


def test_one_profile_changed_moves_few_proposals_of_others() -> None:
    day, scores = investors_day(2)
    before = pairs_of(propose(day, scores))
    rng = np.random.default_rng(3)
    for someone in ("s5", "f7", "s40"):
        changed = {p: float(rng.random()) if email(someone) in p else score for p, score in scores.items()}
        lost, lost_afresh = (
            sum(email(someone) not in pair for pair in before - pairs_of(propose(day, changed, before=kept)))
            for kept in (before, ())
        )
        assert lost <= 0.03 * len(before)
        assert lost < lost_afresh


def test_noise_below_the_threshold_moves_nothing() -> None:
    day, scores = investors_day(4)
    before = pairs_of(propose(day, scores))
    rng = np.random.default_rng(5)
    noisy = {pair: score + float(rng.uniform(-0.002, 0.002)) for pair, score in scores.items()}
    assert pairs_of(propose(day, noisy, before=before)) == before


def test_who_falls_short_is_told_with_the_reason() -> None:
    people = (person("ann", minimum=2), person("bob", maximum=1), person("cleo"), person("lone"))
    proposals = propose(event(*people), scores_of({("ann", "bob"): 0.9, ("bob", "cleo"): 0.9}))
    assert len(proposals.requests) == 1
    short = {each.email: each for each in proposals.short}
    assert (short[email("lone")].got, short[email("lone")].possible) == (0, 0)
    assert "0 of 1" in short[email("lone")].text("en")
    assert short[email("ann")].wanted == 2
    assert len({short[email("lone")].text(language) for language in ("en", "fr", "nl")}) == 3


def test_nobody_is_left_out_for_a_better_score() -> None:
    people = (person("ann", maximum=1), person("bob", maximum=1), person("cleo"), person("dirk"))
    scores = scores_of({("ann", "bob"): 0.99, ("ann", "cleo"): 0.01, ("bob", "dirk"): 0.01})
    proposals = propose(event(*people), scores)
    assert pairs_of(proposals) == {(email("ann"), email("cleo")), (email("bob"), email("dirk"))}


def test_beyond_the_minimum_only_worthwhile_meetings_are_proposed() -> None:
    people = (person("ann"), person("bob"), person("cleo"), person("dirk"))
    scores = scores_of({("ann", "bob"): 0.6, ("cleo", "dirk"): 0.01, ("ann", "cleo"): 0.04, ("bob", "dirk"): 0.5})
    assert pairs_of(propose(event(*people), scores, worth=0.3)) == {
        (email("ann"), email("bob")),
        (email("bob"), email("dirk")),
        (email("ann"), email("cleo")),  # better than with dirk, and cleo has nobody else
    }


def test_what_people_answered_stands() -> None:
    people = tuple(person(name, maximum=1) for name in ("ann", "bob", "cleo", "dirk"))
    answered = [
        request("ann", "bob"),
        request("cleo", "dirk", status=RequestStatus.DECLINED),
        request("bob", "cleo", status=RequestStatus.DECLINED, preference=Preference.NEVER),
    ]
    scores = dict.fromkeys(combinations((email(n) for n in ("ann", "bob", "cleo", "dirk")), 2), 0.9)
    proposals = propose(event(*people, requests=answered), scores)
    assert proposals.requests == ()
    assert {each.email for each in proposals.short} == {email("cleo"), email("dirk")}


def test_people_meet_where_and_when_both_can_and_an_organisation_once() -> None:
    people = (
        person("ann"),
        person("early", available=frozenset({0})),
        person("late", available=frozenset({2})),
        person("far", remote=True),
        person("one", organisation="Big NV"),
        person("two", organisation="big nv "),
    )
    scores = dict.fromkeys(combinations([p.email for p in people], 2), 0.9)
    proposed = pairs_of(propose(event(*people), scores))
    assert (email("early"), email("late")) not in proposed
    assert not any(email("far") in pair for pair in proposed)
    assert (email("one"), email("two")) not in proposed
    assert len(proposed & {(email("ann"), email("one")), (email("ann"), email("two"))}) == 1
    virtual = event(*people, places=(EventPlace(name="V", kind=PlaceKind.VIRTUAL),))
    assert {pair for pair in pairs_of(propose(virtual, scores)) if email("far") not in pair} == set()


def test_no_more_is_proposed_than_the_tables_hold() -> None:
    people = tuple(person(f"p{i}") for i in range(12))
    scores = dict.fromkeys(combinations([p.email for p in people], 2), 0.5)
    assert len(propose(event(*people), scores).requests) == 2 * 3  # tables, slots


def test_a_score_of_a_stranger_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"the first of them x@example\.org"):
        propose(event(person("ann")), scores_of({("ann", "x"): 0.5}))


def test_without_pairs_nothing_is_proposed_and_all_are_short() -> None:
    assert [each.email for each in propose(event(person("ann")), {}).short] == [email("ann")]
    assert propose(event(), {}) == Proposals(requests=(), short=(), proven=True)


@st.composite
def tiny(draw: st.DrawFn) -> tuple[Event, dict[EmailPair, float], set[EmailPair]]:
    free = st.none() | st.frozensets(st.integers(0, 2))
    people: list[Profile] = [
        person(
            f"p{i}",
            organisation=draw(st.sampled_from(["A", "B", "C", f"own{i}"])),
            available=draw(free),
            minimum=draw(st.integers(0, 2)),
            maximum=draw(st.none() | st.integers(2, 3)),
        )
        for i in range(draw(st.integers(2, 5)))
    ]
    all_pairs = list(combinations([p.email for p in people], 2))
    scored = draw(st.lists(st.sampled_from(all_pairs), max_size=8, unique=True))
    scores = {pair: draw(st.integers(0, 100)) / 100 for pair in scored}
    before = set(draw(st.lists(st.sampled_from(all_pairs), max_size=2, unique=True)))
    agreed = draw(st.lists(st.sampled_from(all_pairs), max_size=1))
    asked = [request(a.split("@")[0], b.split("@")[0]) for a, b in agreed]
    tables = tuple(EventPlace(name=f"T{i}") for i in range(draw(st.integers(1, 2))))
    return event(*people, requests=asked, places=tables), scores, before


@settings(max_examples=100, deadline=None)
@given(tiny(), st.integers(0, 2), st.none() | st.integers(0, 3))
def test_no_other_choice_is_better(
    given_: tuple[Event, dict[EmailPair, float], set[EmailPair]], minimum: int, maximum: int | None
) -> None:
    day, scores, before = given_
    who = {p.email: p for p in day.people}
    agreed = [(r.sender, r.recipient) for r in day.requests]

    def free(p: Profile) -> frozenset[int]:
        return frozenset(range(3)) if p.available is None else p.available

    def legal(chosen: tuple[EmailPair, ...]) -> bool:
        met = Counter(email for pair in (*agreed, *chosen) for email in pair)
        new = Counter(email for pair in chosen for email in pair)
        houses = Counter((a, who[b].organisation) for pair in chosen for a, b in (pair, pair[::-1]))
        old = {(a, who[b].organisation) for pair in agreed for a, b in (pair, pair[::-1])}
        most = {e: min(x for x in (p.maximum, maximum, len(free(p))) if x is not None) for e, p in who.items()}
        return (
            all(met[e] <= most[e] for e in new)
            and all(count == 1 for count in houses.values())
            and not old & houses.keys()
            and all(who[a].organisation != who[b].organisation and free(who[a]) & free(who[b]) for a, b in chosen)
            and not any({*pair} == {*other} for pair in chosen for other in agreed)
            and (not chosen or len(chosen) + len(agreed) <= 3 * len(day.places))
        )

    def judged(chosen: tuple[EmailPair, ...]) -> tuple[int, int, float]:
        met = Counter(email for pair in (*agreed, *chosen) for email in pair)
        missing = {e: max(max(minimum, p.minimum) - met[e], 0) for e, p in who.items()}
        gain = sum(scores[pair] - 0.3 + STAY * (pair in before) for pair in chosen)
        return (
            sum(bool(missing[e]) and not met[e] for e in who),
            sum(missing.values()),
            -gain,
        )

    choices = chain.from_iterable(combinations(scores, k) for k in range(len(scores) + 1))
    best = min(judged(choice) for choice in choices if legal(choice))
    proposals = propose(day, scores, minimum=minimum, maximum=maximum, worth=0.3, before=before)
    found = tuple(p if (p := (r.sender, r.recipient)) in scores else p[::-1] for r in proposals.requests)
    assert legal(found)
    assert judged(found)[:2] == best[:2]
    assert judged(found)[2] == pytest.approx(best[2], abs=1e-3)
    assert {s.email for s in proposals.short} == {
        e for e, p in who.items() if max(minimum, p.minimum) > Counter(x for q in (*agreed, *found) for x in q)[e]
    }
