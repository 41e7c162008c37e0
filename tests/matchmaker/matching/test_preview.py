"""What an offer or a need finds while it is written, on the bundled model, and what an event lacks."""

from dataclasses import replace

import numpy as np
import pytest

from matchmaker.event import Profile, Statement, StatementKind, TextRole
from matchmaker.matching.embedding import Embedder, default_embedder
from matchmaker.matching.gaps import gaps
from matchmaker.matching.match import STRENGTHS, Strength
from matchmaker.matching.preview import NEIGHBOURS, VOTERS, Fit, PreviewIndex
from matchmaker.matching.rules import Rules, default_may_meet
from matchmaker.matching.score import Ranking, rank
from matchmaker.sample import biowin_day

POSSIBLE = STRENGTHS[Strength.POSSIBLE]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return default_embedder()


@pytest.fixture(scope="module")
def ranking(embedder: Embedder) -> Ranking:
    people = biowin_day(people=60).people
    return rank(people, embedder, rules=Rules(may_meet=default_may_meet(p.type for p in people)))


@pytest.mark.parametrize("role", list(TextRole))
def test_a_statement_that_stands_in_a_profile_finds_whom_the_ranking_finds(ranking: Ranking, role: TextRole) -> None:
    index, everybody = PreviewIndex(ranking), np.arange(len(ranking.people))
    compared = 0
    for i, author in enumerate(ranking.people):
        own = author.needs if role is TextRole.NEED else author.offers
        if len(own) != 1:
            continue
        only = np.array([i])
        forward = ranking.comparison.forward
        probability = forward(only, everybody)[0] if role is TextRole.NEED else forward(everybody, only)[:, 0]
        fitting = np.flatnonzero((probability >= POSSIBLE) & ranking.book.allowed(only, everybody)[0])
        preview = index.preview(author.email, role, own[0])
        assert preview.people == len(fitting)
        best = fitting[np.argsort(-probability[fitting], kind="stable")][:3]
        assert [fit.email for fit in preview.best] == [ranking.people[j].email for j in best]
        compared += 1
    assert compared > 5


def test_the_best_come_with_the_text_that_fits_and_the_word_for_how_surely(ranking: Ranking) -> None:
    seller = next(person for person in ranking.people if person.offers)
    author = next(p for p in ranking.people if p.organisation != seller.organisation and p.type != seller.type)
    preview = PreviewIndex(ranking).preview(author.email, TextRole.NEED, Statement(text=seller.offers[0].text))
    fit = next(fit for fit in preview.best if fit.email == seller.email)
    assert fit == Fit(email=seller.email, text=seller.offers[0].text, strength=fit.strength)
    words = [list(Strength).index(each.strength) for each in preview.best]
    assert words == sorted(words)


def test_a_text_without_words_finds_nobody(ranking: Ranking) -> None:
    preview = PreviewIndex(ranking).preview(ranking.people[0].email, TextRole.NEED, Statement(text="…"))
    assert (preview.people, preview.best, preview.audience, preview.kind) == (0, (), frozenset(), None)


def people_who_tick(*ticks: Statement, own: Statement) -> tuple[Profile, ...]:
    """An author, and one person for each need."""

    def person(name: str, *needs: Statement) -> Profile:
        return Profile(
            email=name, first_name=name, last_name="X", organisation=name, country="BE", type="start-up", needs=needs
        )

    return (person("author", own), *(person(f"p{i}", tick) for i, tick in enumerate(ticks)))


NEED = "Clinical validation of a blood test for sepsis in hospitals"
TICKED = Statement(text=NEED, audience=frozenset({"hospital", "CRO"}), kind=StatementKind.CLINICAL_SITE)


@pytest.mark.parametrize(
    ("ticks", "audience", "kind"),
    [
        ([TICKED] * VOTERS, {"hospital", "CRO"}, StatementKind.CLINICAL_SITE),
        ([TICKED] * (VOTERS - 1), set(), None),
        ([Statement(text=NEED)] * NEIGHBOURS, set(), None),
        (
            [TICKED, TICKED, TICKED, replace(TICKED, audience=frozenset({"CRO"}), kind=None)],
            {"hospital", "CRO"},
            "same",
        ),
        ([TICKED, TICKED, *[replace(TICKED, audience=frozenset({"CRO"}), kind=StatementKind.DATA)] * 2], {"CRO"}, None),
    ],
    ids=["they agree", "too few", "nobody ticked", "one of four differs", "two against two"],
)
def test_audience_and_kind_are_proposed_where_enough_similar_needs_agree(
    embedder: Embedder, ticks: list[Statement], audience: set[str], kind: StatementKind | str | None
) -> None:
    # the text of each is a little other: nobody says the same twice
    varied = [replace(tick, text=f"{tick.text}{' again' * i}") for i, tick in enumerate(ticks)]
    # the author's own ticks are no vote
    people = people_who_tick(*varied, own=replace(TICKED, audience=frozenset({"investor"}), kind=StatementKind.FUNDING))
    preview = PreviewIndex(rank(people, embedder)).preview("author", TextRole.NEED, Statement(text=NEED))
    assert preview.audience == audience
    assert preview.kind == (StatementKind.CLINICAL_SITE if kind == "same" else kind)


def test_nothing_is_proposed_for_a_text_unlike_all_that_were_ticked(embedder: Embedder) -> None:
    people = people_who_tick(*[replace(TICKED, text=f"{NEED} {i}") for i in range(5)], own=TICKED)
    preview = PreviewIndex(rank(people, embedder)).preview(
        "author", TextRole.NEED, Statement(text="Ein Lieferant von Weihnachtsbäumen")
    )
    assert (preview.audience, preview.kind) == (frozenset(), None)


def test_the_gaps_are_the_statements_that_nothing_fits_even_possibly(ranking: Ranking) -> None:
    comparison, everybody = ranking.comparison, np.arange(len(ranking.people))
    may_meet = ranking.book.allowed(everybody, everybody)[np.ix_(comparison.needs.owners, comparison.offers.owners)]
    probability = np.where(may_meet, comparison.space.probability(comparison.similarity()), 0)
    found = gaps(ranking)
    for role, listed, best in (
        (TextRole.NEED, found.needs, probability.max(axis=1)),
        (TextRole.OFFER, found.offers, probability.max(axis=0)),
    ):
        statements = comparison.statements[role]
        assert len(listed) == (best < POSSIBLE).sum() > 0
        assert {gap.statement.text for gap in listed} == {
            statement.text for statement, value in zip(statements, best, strict=True) if value < POSSIBLE
        }
        assert [gap.best for gap in listed] == sorted(gap.best for gap in listed)


def test_an_event_without_offers_lacks_all_that_is_needed(embedder: Embedder) -> None:
    found = gaps(rank(people_who_tick(TICKED, own=TICKED), embedder))
    assert [(gap.email, gap.best) for gap in found.needs] == [("author", 0), ("p0", 0)]
    assert found.offers == ()
    assert gaps(rank((), embedder)).needs == ()
